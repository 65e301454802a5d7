"""The question: which file of answers?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label

from core import CheckReport, ProblemError, Step, check_answers
from tui.base import BaseModal
from tui.format import plain

if TYPE_CHECKING:
    from core import Notation

MOST_MISTAKES = 6  # of a file that are told at once


class CheckScreen(BaseModal[CheckReport | None]):
    """Asks for a file of answers and checks it on the step on screen; one that does not name its notation is in that of
    the screen. Answers with the report, or None.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, step: Step, notation: Notation | None = None) -> None:
        super().__init__()
        self._step = step
        self._notation = None if notation is None or notation.is_own else notation
        self._report: CheckReport | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Label(f"Check answers on step {self._step.index}: which file?")
            yield Input(placeholder="answers.toml, or a program's arrays in a .npz file")
            yield Label("", id="complaint", markup=False)

    def on_input_changed(self) -> None:
        self._complain("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._complain("checking …")
        self._check(event.value.strip())

    @work(thread=True, exclusive=True)
    def _check(self, path: str) -> None:
        try:
            report = check_answers(path, self._step, notation=self._notation)
        except ProblemError as error:
            lines = [plain(line) for line in str(error).splitlines()]
            more = [f"and {len(lines) - MOST_MISTAKES} more"] if len(lines) > MOST_MISTAKES else []
            self.app.call_from_thread(self._complain, "\n".join(lines[:MOST_MISTAKES] + more))
        else:
            self.app.call_from_thread(self._answer, report)

    def _answer(self, report: CheckReport) -> None:
        self._report = report
        self.dismiss(report)

    def on_screen_resume(self) -> None:
        if self._report is not None:  # it came while another screen was on top
            self.dismiss(self._report)

    def _complain(self, text: str) -> None:
        self.query_one("#complaint", Label).update(text)
