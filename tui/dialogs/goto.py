"""The question: which step?"""

from __future__ import annotations

import re
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label

from tui.base import BaseModal


class GoToScreen(BaseModal[int | None]):
    """Asks for a step: a number, or +n and -n from here. Answers with its index, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, here: int, last: int) -> None:
        super().__init__()
        self._here, self._last = here, last

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Label(f"Go to step … (here: {self._here}, computed so far: {self._last})")
            yield Input(placeholder="a step such as 1000, or +50, or -5")
            yield Label("", id="complaint")

    def on_input_changed(self) -> None:
        self.query_one("#complaint", Label).update("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        index = parse_step(event.value, self._here)
        if index is None:
            self.query_one("#complaint", Label).update("Expected a whole number of at least 0, or +n, or -n.")
        else:
            self.dismiss(index)


def parse_step(text: str, here: int) -> int | None:
    """The step that `text` names, seen from step `here`; None if it names none."""
    match = re.fullmatch(r"([+-]?)([0-9]{1,12})", re.sub(r"[\s_,']", "", text))
    if match is None:
        return None
    sign, number = match[1], int(match[2])
    if not sign:
        return number
    return max(0, here + number if sign == "+" else here - number)
