"""The cross-entropy of two classes, told by the probability of one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.activations import ACTIVATIONS, ONE, Activation
from core.arrays import Array
from core.expression.nodes import COLUMNS, Function, Literal, Name, Node, Sum, Total
from core.losses.base import OUTPUT_GRADIENT, OUTPUTS, TARGETS, Loss, LossEquations
from core.losses.joined import JoinedLoss
from core.primitives import flat, number, total

REACH = np.array([-1000.0, -1.0, 0.0, 1.0, 1000.0])  # where a function shows what it comes to
MINUS_TWO, ZERO = np.full((), -2.0), np.zeros(())


@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """ℒ = Σ Σ_j -(t_j log y_j + (1 - t_j) log(1 - y_j)) for outputs y between 0 and 1 and targets t of 0 and 1."""

    name: ClassVar[str] = "binary_cross_entropy"
    title: ClassVar[str] = "binary cross-entropy"
    word: ClassVar[str] = "bce"
    usual_reduction: ClassVar[str] = "mean"
    threshold: ClassVar[float | None] = 0.5
    output_activation: ClassVar[str] = "sigmoid"

    def equations(self, single: bool) -> LossEquations:  # noqa: ARG002
        y, t, one = OUTPUTS, TARGETS, Literal(1)
        costs: Node = Sum((-1, t * Function("log", y)), (-1, (one - t) * Function("log", one - y)))
        return LossEquations((), Total(COLUMNS, costs), (), (y - t) / (y * (one - y)))

    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        with np.errstate(divide="ignore"):
            losses: Array = -np.where(targets == 1, np.log(outputs), np.log1p(-outputs)).sum(axis=1)
        return losses

    def bind(
        self, outputs: Array, targets: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        def evaluate() -> None:
            np.copyto(gradient, self.own_values(outputs, targets, 1.0)[OUTPUT_GRADIENT])
            note(float(self.sample_losses(outputs, targets).sum()))

        return evaluate

    def own_values(self, outputs: Array, targets: Array, share: float) -> Mapping[str, Array]:
        """Also where y is 0 or 1, and (y - t) / (y (1 - y)) is 0 / 0."""
        with np.errstate(divide="ignore"):
            return {OUTPUT_GRADIENT: share * np.where(targets == 1, -1 / outputs, 1 / (1 - outputs))}

    def joined(self, function: Activation) -> JoinedLoss | None:
        return _OfSigmoid() if function is ACTIVATIONS["sigmoid"] else None

    def target_mistakes(self, targets: Array) -> list[str]:
        bad = (targets != 0) & (targets != 1)
        if not bad.any():
            return []
        row, column = np.argwhere(bad)[0]
        where = f"row {row + 1}" + (f", column {column + 1}" if targets.shape[1] > 1 else "")
        hint = "; write 0 for -1" if np.isin(targets, (-1, 1)).all() else ""
        return [f"targets: the {self.title} loss needs 0 and 1; {where} is {targets[row, column]:g}{hint}"]

    def output_mistakes(self, function: Activation) -> list[str]:
        with np.errstate(all="ignore"):
            reach = function(REACH)
        if ((reach >= 0) & (reach <= 1)).all():
            return []
        return [
            f"loss: the {self.title} needs outputs between 0 and 1: "
            f'give the last layer the activation "sigmoid", not "{function.name}"'
        ]

    def draw_targets(self, rng: np.random.Generator, rows: int, width: int) -> Array:
        return rng.integers(2, size=(rows, width)).astype(float)


class _OfSigmoid(JoinedLoss):
    """The same over the s of y = σ(s): log(1 + exp u) for u = -s where t is 1, and s where it is 0."""

    def equations(self, stated: LossEquations) -> LossEquations:
        s, t, one = Name("s_out"), TARGETS, Literal(1)
        size = -Function("relu", s) - Function("relu", -s)
        costs = Function("relu", s) - t * s + Function("log", one + Function("exp", size))
        sign = one - 2 * t
        return stated._replace(
            out_of_range=(
                ("sample_losses", Total(COLUMNS, costs)),
                (OUTPUT_GRADIENT, sign * (one + Function("exp", sign * s))),
            ),
            output_delta=OUTPUTS - t,
        )

    def sample_losses(self, scores: Array, targets: Array) -> Array:
        losses: Array = np.logaddexp(0.0, (1 - 2 * targets) * scores).sum(axis=1)
        return losses

    def gradient(self, scores: Array, targets: Array) -> Array:
        gradient: Array = ACTIVATIONS["sigmoid"](scores) - targets
        return gradient

    def bind(
        self, scores: Array, outputs: Array, targets: Array, delta: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        u = np.empty(scores.shape)
        told, add_up = number(flat(u)), total(flat(u))
        multiply, add, subtract, log_add_exp = np.multiply, np.add, np.subtract, np.logaddexp

        def evaluate() -> None:
            subtract(outputs, targets, delta)
            multiply(targets, MINUS_TWO, u)
            add(u, ONE, u)
            multiply(u, scores, u)
            log_add_exp(ZERO, u, u)
            note(told(add_up()))

        return evaluate

    def own_values(self, scores: Array, targets: Array, share: float) -> Mapping[str, Array]:
        sign = 1 - 2 * targets
        with np.errstate(over="ignore"):
            return {OUTPUT_GRADIENT: share * sign * (1 + np.exp(sign * scores))}
