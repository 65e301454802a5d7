"""Step: the immutable record of one SGD step, with every number of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.arrays import Array, Rows
from core.problem import Problem


@dataclass(frozen=True, eq=False)
class Step:
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

    @cached_property
    def sample_losses(self) -> Array:
        """What each sample costs, (n,), before the sum or mean."""
        return _read_only(self.problem.loss.sample_losses(self.outputs, self.targets))

    @cached_property
    def probabilities(self) -> Array | None:
        """p = softmax(o), (n, C), under a softmax loss; else None."""
        probabilities = self.problem.probabilities(self.outputs)
        return None if probabilities is None else _read_only(probabilities)


def _read_only(values: Array) -> Array:
    values.setflags(write=False)
    return np.asarray(values)
