"""The keys that ask what if: change a number, go from branch to branch, compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import core
from core import Branch, Step
from tui.format import plain
from tui.training.deciding import DecidingScreen
from tui.training.view import COMPARE

if TYPE_CHECKING:
    from core import Edit


class Against(NamedTuple):
    """What a step is compared with: a branch, and the step of it; None for the same step."""

    branch: Branch
    step: int | None


class BranchKeys(DecidingScreen):
    """Forks the run, and compares it with others."""

    def __init__(self, problem: core.Problem) -> None:
        super().__init__(problem)
        self._against: Against | None = None

    def action_change(self) -> None:
        from tui.dialogs.change import ChangeScreen

        if self.step is not None:
            self._pause()
            name, cell = self._changeable()
            self.app.push_screen(ChangeScreen(self.step, core.unchanged_text(self.step, name, cell)), self.fork)

    def _changeable(self) -> tuple[str, tuple[int, ...]]:
        """The inspected number, if it is one that can be changed; else α."""
        if self.step is not None and self.view.cursor is not None:
            name, cell = self.view.cursor
            if name in core.changeable(self.step.problem):
                return name, cell
        return "alpha", ()

    def fork(self, edits: tuple[Edit, ...] | None) -> None:
        """Go on from here as another run, with these edits."""
        if edits:
            try:
                self.decide(self.session.add(self.run.branch.with_edits(*edits)))
            except core.ProblemError as error:  # of a session, that has an end
                self.say(plain(str(error)))

    def action_branches(self) -> None:
        from tui.dialogs.branches import BranchesScreen, BranchRow

        self._pause()
        rows = []
        for named in self.session.branches:
            branch = self.run.branch if named == self.session.looked_at else named.branch
            timeline = self.run.timelines.get(branch)
            computed = len(timeline) if timeline is not None else named.steps
            loss = float(timeline.losses[-1]) if timeline is not None and computed else None
            under = f", under the {branch.loss.title}" if branch != named.branch and branch.loss is not None else ""
            rows.append(BranchRow(named.name, f"{self._about(named.branch)}{under}", computed, loss))
        symbol = "ℒ" if self.notation is None else self.notation.letter("loss", "ℒ")
        self.app.push_screen(BranchesScreen(rows, self.session.looked_at.name, symbol), self._branch_chosen)

    def _about(self, branch: Branch) -> str:
        """How a branch came about: what was changed, at which step, and what it left."""
        changes: list[str] = []
        while branch.parent is not None:
            problem = self.run.timelines[self.run.own].problem.with_loss(branch.loss or self.problem.loss)
            problem = problem.speaking(self.notation)
            own = ", ".join(core.edit_text(problem, edit) for edit in branch.own)
            changes.insert(0, f"{own} from step {branch.start}")
            branch = branch.parent
            if branch in self.run.listed:
                return f"{', '.join(changes)} of {self.name_of(branch)}"
        return ", ".join(changes) or "the run as it is"

    def _branch_chosen(self, answer: tuple[str, str] | None) -> None:
        if answer is None:
            return
        wish, name = answer
        if wish == "look":
            self.look_at(name)
        elif wish == "remove":
            self.decide(self.session.remove(name))
            self.action_branches()
        else:
            self._compare_with(Against(self.session.named(name).branch, None))

    def action_compare(self) -> None:
        from tui.dialogs.compare import CompareScreen

        if self.view.aside == COMPARE:
            self._close_aside()
        elif self.step is not None:
            self._pause()
            parent = self.run.branch.parent
            other = self.name_of(parent) if parent is not None else ""
            first = other or str(max(0, self.step.index - 1))
            self.app.push_screen(CompareScreen(self.session.names, self.step.index, first), self._compare_chosen)

    def _compare_chosen(self, answer: tuple[str, int | None] | None) -> None:
        if answer is not None:
            name, step = answer
            self._compare_with(Against(self.session.named(name).branch if name else self.run.branch, step))

    def _compare_with(self, against: Against) -> None:
        self._against = against
        self.look(aside=COMPARE, scroll=0)
        if self.step is not None:
            self._beside_step(self.step)

    def _beside_step(self, step: Step) -> None:
        super()._beside_step(step)
        if self.view.aside == COMPARE and self._against is not None:
            branch, index = self._against
            names = self.title_of(self.run.branch), self.title_of(branch)
            other = step.index if index is None else index
            self._beside.compare_steps(step, branch, other, names, self._still_at(step))
