"""The same step under different losses: what each makes of the same weights and the same batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.arrays import Array
from core.losses import COMPARED_LOSSES, Loss
from core.sgd import Trainer
from core.step import Step


@dataclass(frozen=True, eq=False)
class LossComparison:
    """What a loss makes of a step's weights and batch.

    loss_function  the loss; its `title` is what people call it
    step           the step under it, or None where the loss does not fit the targets
    """

    loss_function: Loss
    step: Step | None

    @property
    def title(self) -> str:
        return self.loss_function.title

    @property
    def loss(self) -> float | None:
        """ℒ."""
        return None if self.step is None else self.step.loss

    @property
    def delta_out(self) -> Array | None:
        """δ_out (n, d_L)."""
        return None if self.step is None else self.step.deltas[-1]

    @property
    def distance(self) -> float | None:
        """How far the update moves the trained weights and biases: ‖W⁺ - W‖, over all of them together."""
        if self.step is None:
            return None
        step = self.step
        before, after = (*step.weights, *step.biases), (*step.next_weights, *step.next_biases)
        with np.errstate(all="ignore"):
            moved = [new - old for old, new in zip(before, after, strict=True) if old is not None and new is not None]
            return float(np.linalg.norm(np.concatenate([change.reshape(-1) for change in moved])))


def compare_losses(step: Step, margin: float | None = None) -> tuple[LossComparison, ...]:
    """Squared error, cross-entropy and the hinge on probabilities on the same weights and the same batch, and the
    problem's own loss where it is none of these. `margin` is that on probabilities; None: the problem's, or the usual
    one where it has none.
    """
    problem = step.problem
    losses: list[Loss] = [kind.like(problem.loss) for kind in COMPARED_LOSSES]
    if margin is not None:
        losses = [loss.with_numbers(m=margin) if "m" in loss.numbers else loss for loss in losses]
    if type(problem.loss) not in COMPARED_LOSSES:
        losses.append(problem.loss)
    return tuple(
        LossComparison(loss, None if problem.mistakes_under(loss) else step_under(step, loss)) for loss in losses
    )


def step_under(step: Step, loss: Loss) -> Step:
    """The same step, with the same weights and the same batch, under another loss. Raises ProblemError where the
    targets do not fit it.
    """
    trainer = Trainer(step.problem.with_loss(loss))
    trainer.resume(step)
    return trainer.step()
