"""The line that answers are typed into."""

from __future__ import annotations

from typing import ClassVar

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widgets import Input

from tui.format import plain

CELL = "To another cell; in an empty line also ← →"
EDITING = ("left", "right", "home", "end", "backspace", "delete")


class Reversed(Highlighter):
    """Shows all of a text in reverse, which is seen without colours, too."""

    def highlight(self, text: Text) -> None:
        text.stylize("reverse")


class AnswerInput(Input):
    """A line for numbers. While it is empty, the screen's letters are keys; once something stands in it, every
    character is typed. What was checked is spent: it is shown in reverse, the letters are keys again, and whatever is
    typed takes its place, unless a key that edits it comes first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.check", "check", tooltip="Check what was typed"),
        Binding("down", "screen.move(1, 0)", "cell", tooltip=CELL, key_display="↑↓"),
        Binding("up", "screen.move(-1, 0)", "cell up", show=False),
        Binding("escape", "aside", "clear", tooltip="Clear the line, or restore it"),
    ]

    spent: reactive[bool] = reactive(default=False)

    def __init__(self, letters: str, *, id: str) -> None:
        """`letters` are keys of the screen while the line is empty or spent."""
        super().__init__(id=id, compact=True, select_on_focus=False)
        self._letters = letters
        self._aside = ""

    @property
    def typing(self) -> bool:
        """Whether an answer is being typed, so that letters are no keys."""
        return bool(self.value) and not self.spent

    def watch_spent(self, spent: bool) -> None:
        self.highlighter = Reversed() if spent else None
        self.screen.refresh_bindings()

    def watch_value(self) -> None:
        self.spent = False

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return super().check_consume_key(key, character) and not self._is_key(character)

    def on_key(self, event: events.Key) -> None:
        if self._is_key(event.character):
            event.prevent_default()
        elif self.spent and event.is_printable:
            self.clear()
        elif event.key in EDITING:
            self.spent = False

    def on_mouse_down(self) -> None:
        self.spent = False

    def _is_key(self, character: str | None) -> bool:
        return not self.typing and character is not None and character in self._letters

    def _on_paste(self, event: events.Paste) -> None:
        # A line has no rows of its own: what was on several lines is a matrix.
        rows = [plain(" ".join(line.split())).rstrip(";") for line in event.text.splitlines()]
        if self.spent:
            self.clear()
        self.replace("; ".join(row for row in rows if row), *self.selection)
        event.stop()
        event.prevent_default()

    @property
    def aside(self) -> str:
        """What was cleared, and can be restored."""
        return "" if self.value else self._aside

    def why_not(self, action: str, parameters: tuple[object, ...] = ()) -> str | None:  # noqa: ARG002
        """Why an action of the line can do nothing now; None if it can."""
        if action == "aside" and not (self.value or self._aside):
            return "The line is empty."
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # In an empty line there is no way to go, so that left and right are the cell's.
        if action in ("cursor_left", "cursor_right"):
            return self.typing
        return None if self.why_not(action, parameters) else True

    def action_aside(self) -> None:
        """Put what stands in the line aside, or take it back."""
        self._aside, self.value = self.value, self.aside
        self.cursor_position = len(self.value)
