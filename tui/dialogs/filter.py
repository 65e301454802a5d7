"""The question: which runs?"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label

from core import ProblemError
from tui.base import BaseModal
from tui.dialogs.mistake import mistake_text

T = TypeVar("T")


class FilterScreen(BaseModal[T | None]):
    """Asks for conditions. Answers with what `read` makes of them, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, text: str, names: str, read: Callable[[str], T]) -> None:
        """`text` is what the line begins with; `names` tells what can be asked about; `read` raises ProblemError."""
        super().__init__()
        self._text, self._names, self._read = text, names, read

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Label("Show the runs with …")
            yield Input(self._text, placeholder="lr < 0.1 and outcome = stuck")
            yield Label("", id="complaint", classes="complaint", markup=False)
            hint = f"< <= > >= = != compare; and joins; an outcome may stand alone; nothing shows all. {self._names}"
            yield Label(hint, classes="hint", markup=False)

    def on_input_changed(self) -> None:
        self.query_one("#complaint", Label).update("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        try:
            found = self._read(event.value)
        except ProblemError as error:
            self.query_one("#complaint", Label).update(mistake_text(event.value, error))
        else:
            self.dismiss(found)
