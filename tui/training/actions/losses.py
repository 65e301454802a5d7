"""The keys that look at the same network under another loss."""

from __future__ import annotations

import core
from core import Loss, Problem
from tui.training.actions.numbers import TO_THE_END
from tui.training.sheet_screen import SheetScreen

MARGIN_STEP = 0.1


class LossKeys(SheetScreen):
    """The hinges, and their margin."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self._left: int | None = None  # the first group in sight before the hinge was looked at
        self._hinges: dict[str, Loss] = {loss.name: loss for loss in (core.SoftmaxHinge(), core.Hinge())}
        self._hinge = core.SoftmaxHinge.name  # the one of them that h looks at

    def action_hinge(self) -> None:
        own = self.run.branch.loss is None
        if own:
            self._left = self.view.left
        self._look_under(self._hinges[self._hinge] if own else self.problem.loss, TO_THE_END if own else self._left)

    def action_other_hinge(self) -> None:
        """From the hinge on probabilities to that on scores, and back."""
        if self.run.loss.name in self._hinges:
            (self._hinge,) = self._hinges.keys() - {self.run.loss.name}
            own = self.problem.loss.name == self._hinge
            self._look_under(self.problem.loss if own else self._hinges[self._hinge], self.view.left)

    def action_margin(self, change: int) -> None:
        margin = self.run.loss.numbers.get("m")
        if margin is None:  # the key came for a loss that is not looked at any more
            return
        wanted = max(0.0, round(margin + change * MARGIN_STEP, 10))
        if wanted == margin:
            self.say("0 is the smallest margin.")
            return
        changed = [edit.step for edit in self.run.branch.edits if edit.name == "m"]
        if changed:
            self.say(f"The margin was changed at step {changed[-1]}: e changes it again.")
            return
        other = self.run.loss.with_numbers(m=wanted)
        if other.name in self._hinges:
            self._hinges[other.name] = other  # what h and H come back to
        self._look_under(other, self.view.left)

    def _look_under(self, loss: Loss, left: int | None) -> None:
        """The same network and data, trained under a loss, at the same step."""
        gone = {setting.name for setting in self.run.loss.settings} - {setting.name for setting in loss.settings}
        for edit in self.run.branch.edits:
            if edit.name in gone:
                self.say(
                    f"The {loss.title} has no {edit.name}, which was changed at step {edit.step}; B leaves this branch."
                )
                return
        own = loss == self.problem.loss
        self.show_branch(self.run.branch.under(None if own else loss), left=left)
