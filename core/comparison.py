"""The same step under different losses: what each makes of the same weights and the same batch."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.arrays import Array
from core.checkpoints import Checkpoints
from core.losses import COMPARED_LOSSES, Loss
from core.network import Network
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
        """How far the update moves the trained weights and biases: ‖α ∂ℒ/∂W‖, over all of them together."""
        if self.step is None:
            return None
        step, moved = self.step, [np.zeros(0)]
        gradients = zip(step.problem.network.layers, step.weight_gradients, step.bias_gradients, strict=True)
        for layer, weights, bias in gradients:
            if layer.train_weights:
                moved.append(weights.reshape(-1))
            if layer.train_bias and bias is not None:
                moved.append(bias)
        with np.errstate(over="ignore"):
            return step.learning_rate * float(np.linalg.norm(np.concatenate(moved)))


def compare_losses(step: Step, margin: float | None = None) -> tuple[LossComparison, ...]:
    """Squared error, cross-entropy and hinge on the same weights and the same batch; `margin` None: the problem's, or
    the usual one where it has none.
    """
    problem = step.problem
    losses = [kind.like(problem.loss) for kind in COMPARED_LOSSES]
    if margin is not None:
        losses = [loss.with_numbers(m=margin) if "m" in loss.numbers else loss for loss in losses]
    return tuple(
        LossComparison(loss, None if loss.target_mistakes(problem.targets) else step_under(step, loss))
        for loss in losses
    )


def step_under(step: Step, loss: Loss) -> Step:
    """The same step, with the same weights and the same batch, under another loss. Raises ProblemError where the
    targets do not fit it.
    """
    layers = [
        replace(layer, weights=weights, bias=bias)
        for layer, weights, bias in zip(step.problem.network.layers, step.weights, step.biases, strict=True)
    ]
    trainer = Trainer(replace(step.problem, network=Network(layers), loss=loss))
    trainer.restore(step.index, trainer.state)
    scratch = Checkpoints(trainer.state.size, budget=0)
    scratch.restart(step.index)
    return replace(trainer.record(scratch), problem=step.problem.with_loss(loss))
