"""The keys that check answers, and go over what was found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import core
from core import Step
from tui.training import moves
from tui.training.actions.numbers import NumberKeys
from tui.training.compared import belongs, report_on

if TYPE_CHECKING:
    from core import CheckReport


class AnswerKeys(NumberKeys):
    """Checks answers from a file, and goes from slip to slip."""

    def begin_with(self, report: CheckReport) -> None:
        """The first thing to see is what was found of answers, on their step."""
        self.journey.cursor = report.step.index
        self.view = replace(self.view, answers=report, fresh=False)

    def begin(self, step: Step) -> None:
        super().begin(step)
        self._begin_with_answers(step)

    def action_check_answers(self) -> None:
        from tui.dialogs.check import CheckScreen

        if self.recorded is not None:
            self._pause()
            self.app.push_screen(CheckScreen(self.recorded, self.notation), self._answers_checked)

    def _answers_checked(self, report: CheckReport | None) -> None:
        if report is None or self.step is None:
            return
        self.view = replace(self.view, answers=report, hidden=False, fresh=False)
        if belongs(report.step, self.step):
            self._begin_with_answers(self.step)
            self.look()
        else:
            self.seek(report.step.index)

    def action_answers(self) -> None:
        """Hide the marks of the checked answers, or show them again, on their step."""
        report = self.view.answers
        self.look(hidden=not self.view.hidden)
        if report is not None and not self.view.hidden and self.journey.cursor != report.step.index:
            self.seek(report.step.index)

    def _begin_with_answers(self, step: Step) -> None:
        """At the first slip; where only formulas were checked, with the report."""
        report = report_on(self.view, step)
        if report is None:
            return
        if report.slips:
            self.view = replace(self.view, cursor=moves.start_of(report, report.slips[0]))
        elif report.formulas and not report.cells:
            self.call_later(self.action_report)

    def action_slip(self, change: int) -> None:
        """To the next slip in the checked answers, or the previous one, around from the last to the first."""
        report = self.view.answers
        if report is None or not report.slips:
            return
        self.view = replace(self.view, hidden=False)
        places = [moves.start_of(report, slip) for slip in report.slips]
        here = places.index(self.view.cursor) if self.view.cursor in places else -1 if change > 0 else 0
        self.go(core.Place(report.step.index, *places[(here + change) % len(places)]))

    def action_report(self) -> None:
        from tui.dialogs.report import ReportScreen

        if self.view.answers is not None:
            self.app.push_screen(ReportScreen(self.view.answers))
