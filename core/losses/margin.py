"""The losses over the terms p_j - p_y + m of the wrong classes: the hinge on probabilities, and without its max."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from core.arrays import Array
from core.classes import BoundSoftmax, one_hot
from core.expression.nodes import Node
from core.losses.base import Loss, LossEquations
from core.losses.softmax import PROBABILITIES, SoftmaxLoss, through_softmax
from core.losses.terms import (
    CAPPED,
    PLAIN,
    Cost,
    bind_terms,
    gradient_of,
    in_detail,
    row_sums,
    stated,
    terms_of,
)
from core.primitives import column_for, sum_rows


@dataclass(frozen=True)
class MarginLoss(SoftmaxLoss):
    """What the losses over the terms p_j - p_y + m of the wrong classes j share, for p = softmax(o), y the true class
    and m the margin.
    """

    cost: ClassVar[Cost]

    margin: float = field(default=0.5, metadata={"name": "m", "at_least": 0})

    def probability_equations(self) -> tuple[Node, tuple[tuple[str, Node], ...]]:
        sample_losses, dp = stated(PROBABILITIES, self.cost)
        return sample_losses, (("dp", dp), ("do", through_softmax()))

    def detailed(self, stated: LossEquations) -> LossEquations:
        """With the terms, 0 in the column of the true class, which has none, and ∂ℒ/∂term."""
        term, sample_losses, dterm, dp = in_detail(PROBABILITIES, self.cost)
        return stated._replace(
            forward=(*stated.forward, ("term", term)),
            sample_losses=sample_losses,
            backward=(("dterm", dterm), ("dp", dp), ("do", through_softmax())),
            zeros=dict.fromkeys(("term", "dterm"), "the true class has no term"),
        )

    def is_near(self, kind: type[Loss]) -> bool:
        return issubclass(kind, MarginLoss)  # which differ by the max

    def terms(self, probabilities: Array, one_hot: Array) -> Array:
        """p_j - p_y + m, shape (n, C); 0 in the column of the true class, which has no term."""
        return terms_of(probabilities, one_hot, self.margin)

    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        return row_sums(self.cost.costs(self.terms(self.probabilities(outputs), one_hot(targets))))

    def bind_logits(
        self, logits: Array, one_hot: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        p, slope, parts = (np.empty(logits.shape) for _ in range(3))
        row = column_for(logits)
        evaluate_softmax = BoundSoftmax(logits, p).evaluate
        evaluate_terms = bind_terms(p, one_hot, slope, self.cost, self.margin, note)
        sum_parts, subtract, multiply = sum_rows(parts, row), np.subtract, np.multiply

        def evaluate() -> None:
            evaluate_softmax()
            evaluate_terms()
            # Jᵀ ∂ℒ/∂p for J = diag(p) - p pᵀ, without building J: p ⊙ (∂ℒ/∂p - p·∂ℒ/∂p).
            multiply(p, slope, parts)
            sum_parts()
            subtract(slope, row, slope)
            multiply(p, slope, gradient)

        return evaluate

    def logit_gradient(self, outputs: Array, targets: Array) -> Array:
        p = self.probabilities(outputs)
        true = one_hot(targets)
        slope = gradient_of(self.terms(p, true), true, self.cost)
        # Jᵀ slope for J = diag(p) - p pᵀ, without building J: p ⊙ (slope - p·slope).
        gradient: Array = p * (slope - row_sums(p * slope)[:, np.newaxis])
        return gradient


class SoftmaxHinge(MarginLoss):
    """ℒ = Σ Σ_{j≠y} max(0, p_j - p_y + m)."""

    name: ClassVar[str] = "softmax_hinge"
    title: ClassVar[str] = "softmax hinge"
    word: ClassVar[str] = "p-hinge"
    cost: ClassVar[Cost] = CAPPED

    @property
    def companion(self) -> SoftmaxMargin:
        return SoftmaxMargin(self.margin)


class SoftmaxMargin(MarginLoss):
    """ℒ = Σ Σ_{j≠y} (p_j - p_y + m): the hinge without its max, under which terms on the right side pay for wrong ones
    and go on pulling.
    """

    name: ClassVar[str] = "softmax_margin"
    title: ClassVar[str] = "softmax margin (no max)"
    word: ClassVar[str] = "margin"
    cost: ClassVar[Cost] = PLAIN
