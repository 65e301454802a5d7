"""Lines of the sheet as strips for a terminal, as lean as they can be: a text switches only what the one before had
otherwise, and nothing is reset but at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import ANSIToTruecolor, LineFilter
from textual.strip import Strip

from tui.sheet.lines import Line
from tui.sheet.styles import FIRST_GREY, GREY_STEP, LAST_GREY

RESET = "\x1b[0m"
GREYS = 232  # the number of the first of the terminal's greys
PLAIN = "22;27"  # neither bold nor reverse


class LeanStrip(Strip):
    """A strip whose escape codes switch only what changes from one text to the next."""

    def _lean(self, strip: Strip) -> LeanStrip:
        return strip if isinstance(strip, LeanStrip) else LeanStrip(strip._segments, strip.cell_length)

    def crop(self, start: int, end: int | None = None) -> Strip:
        return self._lean(super().crop(start, end))

    def divide(self, cuts: Iterable[int]) -> list[Strip]:
        return [self._lean(strip) for strip in super().divide(cuts)]

    def apply_filter(self, filter: LineFilter, background: Color) -> Strip:
        if isinstance(filter, ANSIToTruecolor):
            return self  # every colour of the sheet is true colour already
        return self._lean(super().apply_filter(filter, background))

    def render(self, console: object) -> str:  # noqa: ARG002
        if self._render_cache is None:
            parts: list[str] = []
            now: tuple[str, ...] = ("", "", PLAIN)  # as the line before has left it
            for text, style, _ in self._segments:
                wanted = _codes(style or Style())
                changed = [code for code, old in zip(wanted, now, strict=True) if code != old]
                if changed:
                    parts.append(f"\x1b[{';'.join(changed)}m")
                    now = wanted
                parts.append(text)
            parts.append(RESET)
            self._render_cache = "".join(parts)
        return self._render_cache


_known: dict[Style, tuple[str, ...]] = {}


def _codes(style: Style) -> tuple[str, ...]:
    """The codes of a style's foreground, background and weight."""
    found = _known.get(style)
    if found is None:
        ink = _ink(style.color) if style.color else "39"
        ground = ";".join(style.bgcolor.get_ansi_codes(foreground=False)) if style.bgcolor else "49"
        bold, reverse = ("1" if style.bold else "22"), ("7" if style.reverse else "27")
        found = _known[style] = (ink, ground, f"{bold};{reverse}")
    return found


def _ink(color: RichColor) -> str:
    """The code of a text's colour: of one of the terminal's greys by its number, which is shorter."""
    levels = color.triplet
    if levels is not None and levels.red == levels.green == levels.blue and FIRST_GREY <= levels.red <= LAST_GREY:
        steps, rest = divmod(levels.red - FIRST_GREY, GREY_STEP)
        if not rest:
            return f"38;5;{GREYS + steps}"
    return ";".join(color.get_ansi_codes(foreground=True))


def strip(line: Line, columns: int, styles: Mapping[str, Style]) -> LeanStrip:
    """A line in exactly so many columns; blanks take the style of what stands before them."""
    segments: list[Segment] = []
    base = styles["text"]
    ground = base.bgcolor
    x, style, text = 0, base, ""
    for span in line:
        column, written, name = span
        if column >= columns:
            break
        wanted = styles[name]
        if wanted is style and (column == x or style.bgcolor == ground):
            text += " " * (column - x) + written
        else:
            blank = " " * (column - x)
            if style.bgcolor == ground:
                text += blank
                blank = ""
            if style.bgcolor == wanted.bgcolor == ground and not text.strip():
                blank, text = text, ""  # before the first text: in its style
            if text:
                segments.append(Segment(text, style))
            if blank and wanted.bgcolor != ground:
                segments.append(Segment(blank, base))
                blank = ""
            style, text = wanted, blank + written
        x = span.end
    if x < columns:
        if style.bgcolor != ground:
            segments.append(Segment(text, style))
            style, text = base, ""
        text += " " * (columns - x)
    if text:
        segments.append(Segment(text, style))
    if x > columns:
        segments = LeanStrip(segments).crop(0, columns)._segments
    return LeanStrip(segments, columns)
