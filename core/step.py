"""Step: the immutable record of one SGD step, with every number of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from core.arrays import Array, Mask, Rows, frozen, sealed
from core.network import Network
from core.problem import Problem
from core.record import Record, derived

if TYPE_CHECKING:
    from core.equations import Equation, Statement
    from core.notations.words import Notation


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
    next_weights       W_k⁺, under plain SGD W_k - α ∂ℒ/∂W_k (W_k itself where it is frozen)
    next_biases        likewise
    buffers            what the update remembers, by the quantity's name, before the step and after it: "vW_1",
                       "vW_1_next"; none for plain SGD
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
    buffers: Mapping[str, Array] = field(default_factory=dict)

    @property
    def learning_rate(self) -> float:
        """α of this step."""
        return self.problem.rate(self.index)

    @derived
    def network(self) -> Network:
        """The problem's network with the step's weights and biases."""
        layers = zip(self.problem.network.layers, self.weights, self.biases, strict=True)
        return Network([replace(layer, weights=weights, bias=bias) for layer, weights, bias in layers])

    @property
    def outputs(self) -> Array:
        """y_out = z_L, (n, d_L)."""
        return self.activations[-1]

    @derived
    def sample_losses(self) -> Array:
        """What each sample costs, (n,), before the sum or mean."""
        return frozen(self.problem.sample_losses(self.pre_activations[-1], self.outputs, self.targets))

    @property
    def probabilities(self) -> Array | None:
        """p = softmax(o), (n, C), under a softmax loss; else None."""
        return self.values.get("p")

    @property
    def logits(self) -> Array | None:
        """o, (n, C), under a softmax loss: y_out itself, or (-y_out, +y_out) for a single output; else None."""
        return None if self.probabilities is None else self.values.get("o", self.outputs)

    @property
    def probability_gradients(self) -> Array | None:
        """∂ℒ/∂p, (n, C), where the loss's gradient goes by way of it; else None."""
        return self.values.get("dp")

    @property
    def logit_gradients(self) -> Array | None:
        """∂ℒ/∂o, (n, C), under a softmax loss; else None."""
        return self.values.get("do")

    @derived
    def statement(self) -> Statement:
        """How everything in the step is computed."""
        from core.equations import statement_of  # who trains without a look at the numbers does not need it

        return statement_of(self.problem, len(self.batch), index=self.index)

    @derived
    def values(self) -> Mapping[str, Array]:
        """The values of every quantity by name, given ones first, then in the order of the computation. What is but
        rounding around 0 is 0 here.
        """
        found = dict(self.computed)
        for name, mask in self.noise.items():
            found[name] = frozen(np.where(mask, 0.0, found[name]))
        return MappingProxyType(found)

    @derived
    def noise(self) -> Mapping[str, Mask]:
        """Which numbers are 0 by exact decimals and not quite 0 in floating point, by quantity that has such."""
        from core.noise import noise

        return MappingProxyType(noise(self.statement, self.computed))

    @derived
    def computed(self) -> Mapping[str, Array]:
        """The same as the run has them, rounding around 0 and all."""
        found = {"X_in": self.inputs, "y_gt": self.targets}
        ready = {"sample_losses": self.sample_losses, "loss": frozen(self.loss)}
        joined = self.problem.joined_loss
        last, of_loss = (self.outputs, self.problem.loss) if joined is None else (self.pre_activations[-1], joined)
        own = of_loss.own_values(last, self.targets, self.share)
        ready |= {name: sealed(values) for name, values in own.items()}
        ready |= self.buffers
        for equation in (*self.statement.given.values(), *self.statement.equations.values()):
            name = equation.name
            values = ready[name] if name in ready else found.get(name, self._own(equation))
            found[name] = sealed(self.statement.evaluate(name, found)) if values is None else values
        return MappingProxyType(found)

    def _own(self, equation: Equation) -> Array | None:
        """The values of a layer's quantity that the training loop has worked out; None for any other."""
        own: dict[tuple[str, str], tuple[Array | None, ...]] = {
            ("given", "W"): self.weights,
            ("given", "b"): self.biases,
            ("forward", "s"): self.pre_activations,
            ("forward", "z"): self.activations,
            ("forward", "y"): self.activations,
            ("backward", "delta"): self.deltas,
            ("gradient", "dW"): self.weight_gradients,
            ("gradient", "db"): self.bias_gradients,
            ("update", "W"): self.next_weights,
            ("update", "b"): self.next_biases,
        }
        layers = own.get((equation.part, equation.letter))
        return None if layers is None or equation.layer is None else layers[equation.layer - 1]

    @property
    def share(self) -> float:
        """What each sample's loss counts in the batch's: 1, or 1/n where the problem takes the mean."""
        return 1.0 / len(self.batch) if self.problem.reduction == "mean" else 1.0


VALUES = ("sample_losses", "computed", "noise", "values")  # of a step, which are the same in every notation


def shown_in(step: Step, notation: Notation | None) -> Step:
    """The same step, whose statement speaks a notation: symbols, formulas and explanations are in it, and no number is
    another one. None is sgdb's own.
    """
    problem = step.problem.speaking(notation)
    if problem is step.problem:
        return step
    for name in VALUES:
        getattr(step, name)
    shown = replace(step, problem=problem)
    vars(shown).update({name: vars(step)[name] for name in VALUES})
    return shown
