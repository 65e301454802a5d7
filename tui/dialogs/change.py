"""The question: what if a number were another one?"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label

import core
from core import Edit, FormulaError, ProblemError, Step
from tui.base import BaseModal
from tui.dialogs.mistake import mistake_text


class ChangeScreen(BaseModal[tuple[Edit, ...] | None]):
    """Asks for a change of a step: a name, "=", and a number; the number alone is for the name that the line begins
    with. Answers with the edits, or None.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, step: Step, text: str) -> None:
        """`text` is what the line begins with: a number as it is."""
        super().__init__()
        self._step, self._text = step, text

    def compose(self) -> ComposeResult:
        typed = self._step.statement.wording.typed
        names = map(typed, core.changeable(self._step.problem))
        with Vertical(id="dialog"):
            yield Label(f"What if, from step {self._step.index} on …")
            yield Input(self._text)  # all of it is selected
            yield Label("", id="complaint", classes="complaint", markup=False)
            hint = "This run stays, and another one begins here. Type a number, a formula such as "
            hint += f"{typed('alpha')}/2, or the whole line. What can be changed: {', '.join(names)}"
            yield Label(hint, classes="hint", markup=False)

    def on_input_changed(self) -> None:
        self.query_one("#complaint", Label).update("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value
        if not any(sign in text for sign in "=←"):
            text = f"{self._text.partition('=')[0]}= {text.strip()}"
        try:
            edits = core.read_change(text, self._step)
        except (FormulaError, ProblemError) as error:
            self.query_one("#complaint", Label).update(mistake_text(text, error))
            return
        if not any(core.changes(edit, self._step) for edit in edits):
            self.query_one("#complaint", Label).update("It is that already: nothing would change.")
            return
        self.dismiss(edits)
