"""The question: compare this step with which one?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label

from core import suggest
from tui.base import BaseModal
from tui.dialogs.goto import parse_step
from tui.format import plain


class CompareScreen(BaseModal["tuple[str, int | None] | None"]):
    """Asks for a branch, a step, or both. Answers with the branch's name ("" for the one looked at) and the step (None
    for the same one), or None.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, names: Sequence[str], here: int, first: str) -> None:
        super().__init__()
        self._names, self._here, self._first = names, here, first

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Label(f"Compare step {self._here} with …")
            yield Input(self._first, placeholder="a step such as 12 or -1, a branch, or a branch and a step")
            yield Label("", id="complaint", classes="complaint", markup=False)
            yield Label(f"Branches: {', '.join(map(plain, self._names))}", classes="hint", markup=False)

    def on_input_changed(self) -> None:
        self.query_one("#complaint", Label).update("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        found = parse_place(event.value, self._names, self._here)
        if isinstance(found, str):
            self.query_one("#complaint", Label).update(found)
        else:
            self.dismiss(found)


def parse_place(text: str, names: Sequence[str], here: int) -> tuple[str, int | None] | str:
    """The branch and the step that a text names, seen from step `here`; or what is wrong with it. A branch's own name
    comes first, so that "what if 1" is the branch and "what if 1 12" its step 12.
    """
    wanted = " ".join(text.split())
    if not wanted:
        return "Expected a step, or a branch."
    if wanted in names:
        return wanted, None
    name, _, last = wanted.rpartition(" ")
    step = parse_step(last, here)
    if step is not None and (not name or name in names):
        return name, step
    return f"Expected a step, or a branch: {suggest(name if step is not None else wanted, names)}."
