"""Step: the immutable record of one SGD step, with every number of it."""

from __future__ import annotations

from dataclasses import dataclass

from core.arrays import Array, Rows, frozen
from core.losses import MarginLoss, SoftmaxLoss
from core.problem import Problem
from core.record import Record, derived


@dataclass(frozen=True, eq=False)
class Step(Record):
    """One SGD step: batch, forward pass, loss, backward pass, update.

    Shapes for a batch of n rows and layers of d_1, ..., d_L units over d_0 inputs; a tuple has an entry for each layer,
    layer k at index k-1. All arrays are read-only.

    problem            what this is a step of
    index, epoch       counted from 0
    batch              (n,) the rows of the problem's data that were used
    inputs, targets    (n, d_0), (n, d_L): those rows
    weights, biases    W_k (d_{k-1}, d_k), b_k (d_k,) or None, before the update
    pre_activations    s_k = z_{k-1} W_k + b_k, (n, d_k)
    activations        z_k = f_k(s_k), (n, d_k)
    sample_losses      (n,)
    loss               ℒ: their sum, or their mean where the problem says so
    deltas             δ_k = ∂ℒ/∂s_k, (n, d_k)
    weight_gradients   ∂ℒ/∂W_k = z_{k-1}ᵀ δ_k, as W_k
    bias_gradients     ∂ℒ/∂b_k, the column sums of δ_k, as b_k
    next_weights       W_k⁺ = W_k - α ∂ℒ/∂W_k (W_k itself where it is frozen)
    next_biases        likewise
    """

    problem: Problem
    index: int
    epoch: int
    batch: Rows
    inputs: Array
    targets: Array
    weights: tuple[Array, ...]
    biases: tuple[Array | None, ...]
    pre_activations: tuple[Array, ...]
    activations: tuple[Array, ...]
    loss: float
    deltas: tuple[Array, ...]
    weight_gradients: tuple[Array, ...]
    bias_gradients: tuple[Array | None, ...]
    next_weights: tuple[Array, ...]
    next_biases: tuple[Array | None, ...]

    @property
    def learning_rate(self) -> float:
        """α."""
        return self.problem.learning_rate

    @property
    def outputs(self) -> Array:
        """y_out = z_L, (n, d_L)."""
        return self.activations[-1]

    @derived
    def sample_losses(self) -> Array:
        """What each sample costs, (n,), before the sum or mean."""
        return frozen(self.problem.loss.sample_losses(self.outputs, self.targets))

    @derived
    def logits(self) -> Array | None:
        """o, (n, C), under a softmax loss: y_out itself, or (-y_out, +y_out) for a single output; else None."""
        loss = self.problem.loss
        return frozen(loss.logits(self.outputs)) if isinstance(loss, SoftmaxLoss) else None

    @derived
    def probabilities(self) -> Array | None:
        """p = softmax(o), (n, C), under a softmax loss; else None."""
        loss = self.problem.loss
        return frozen(loss.probabilities(self.outputs)) if isinstance(loss, SoftmaxLoss) else None

    @derived
    def probability_gradients(self) -> Array | None:
        """∂ℒ/∂p, (n, C), under a loss with a margin; else None."""
        loss, p = self.problem.loss, self.probabilities
        if not isinstance(loss, MarginLoss) or p is None:
            return None
        return frozen(self.share * loss.probability_gradient(p, loss.one_hot(self.targets)))

    @derived
    def logit_gradients(self) -> Array | None:
        """∂ℒ/∂o, (n, C), under a softmax loss; else None."""
        loss = self.problem.loss
        if not isinstance(loss, SoftmaxLoss):
            return None
        return frozen(self.share * loss.logit_gradient(self.outputs, self.targets))

    @property
    def share(self) -> float:
        """What each sample's loss counts in the batch's: 1, or 1/n where the problem takes the mean."""
        return 1.0 / len(self.batch) if self.problem.reduction == "mean" else 1.0
