"""The sheet: one widget for the whole of a step. It is a list of lines; those that differ from the ones before are
painted, no others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual.color import Color
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget

from tui.sheet.lines import Line
from tui.sheet.strips import LeanStrip, strip
from tui.sheet.styles import styles


class Sheet(Widget, can_focus=True):
    """A page of lines, a strip for each, kept until its line changes."""

    DEFAULT_CSS: ClassVar[str] = "Sheet { width: 100%; height: 100%; overflow: hidden; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[Line] = []
        self._strips: list[Strip] = []
        self._drawn_for: tuple[int, tuple[bool, str, str]] | None = None
        self.place: tuple[int, int] | None = None  # where the inspected cell stands

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self.redraw())

    def show(self, lines: Sequence[Line], place: tuple[int, int] | None = None) -> None:
        """Put lines on the page; `place` is where the terminal's own cursor is to stand, for who follows that."""
        look = (self.size.width, self._theme())
        anew = look != self._drawn_for or len(lines) != len(self._lines)
        if anew:
            self._drawn_for, self._lines, self._strips = look, [()] * len(lines), [Strip.blank(look[0])] * len(lines)
        dark, ground, ink = look[1]
        found = styles(dark, ground, ink)
        changed = []
        for y, line in enumerate(lines):
            if anew or line != self._lines[y]:
                changed.append(Region(0, y, look[0] if anew else _changed(self._lines[y], line, look[0]), 1))
                self._lines[y] = line
                self._strips[y] = self._filtered(strip(line, look[0], found), ground)
        if place is not None:
            self.app.cursor_position = Offset(*place)
        self.place = place
        if anew:
            self.refresh()
        elif changed:
            self.refresh(*changed)

    def redraw(self) -> None:
        """The same lines in the theme's new colours."""
        self._drawn_for = None
        self.show(list(self._lines), self.place)

    def _theme(self) -> tuple[bool, str, str]:
        variables = self.app.theme_variables
        return self.app.current_theme.dark, variables["surface"], variables["foreground"]

    def _filtered(self, made: LeanStrip, ground: str) -> Strip:
        """As the application's filters want it, in greys for one."""
        found: Strip = made
        for line_filter in self.get_line_filters():
            found = found.apply_filter(line_filter, Color.parse(ground))
        return found

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips of a part of the page, ready as they are."""
        strips = self._strips[crop.y : crop.bottom]
        blank = Strip.blank(self.size.width, Style())
        strips += [blank] * (crop.height - len(strips))
        if crop.x == 0 and crop.right >= self.size.width:
            return strips
        return [found.crop(crop.x, crop.right) for found in strips]

    @property
    def lines(self) -> list[Line]:
        """What is on the page."""
        return list(self._lines)


def _changed(old: Line, new: Line, columns: int) -> int:
    """How many of a line's columns are to be painted: none behind the last text that differs."""
    same = 0
    for one, other in zip(reversed(old), reversed(new), strict=False):
        if one != other:
            break
        same += 1
    return new[-same].column if same else columns
