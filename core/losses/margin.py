"""The losses over the terms p_j - p_y + m of the wrong classes: the hinge on probabilities, and without its max."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

import numpy as np

from core.activations import ONE
from core.arrays import Array, Mask
from core.classes import BoundSoftmax, one_hot
from core.expression.nodes import COLUMNS, Function, IsTrueClass, Name, Node, Positive, Total
from core.losses.base import Loss, LossEquations
from core.losses.softmax import PROBABILITIES, SoftmaxLoss, of_true_class, row_sums, through_softmax

ZERO = np.zeros(())


@dataclass(frozen=True)
class MarginLoss(SoftmaxLoss):
    """What the losses over the terms p_j - p_y + m of the wrong classes j share, for p = softmax(o), y the true class
    and m the margin.
    """

    margin: float = field(default=0.5, metadata={"name": "m"})

    @abstractmethod
    def costs(self, terms: Array) -> Array:
        """What each term costs, shape (n, C)."""

    @abstractmethod
    def cost_and_slope(self, term: Node) -> tuple[Node, Node | None]:
        """What a term costs, and the slope of that; None for 1."""

    def probability_equations(self) -> tuple[Node, tuple[tuple[str, Node], ...]]:
        p, wrong = PROBABILITIES, IsTrueClass(other=True)
        cost, slope = self.cost_and_slope(p - of_true_class(p) + Name("m"))
        active = wrong if slope is None else wrong * slope
        dp = active - IsTrueClass() * Total(COLUMNS, active)
        return Total(COLUMNS, wrong * cost), (("dp", dp), ("do", through_softmax()))

    def detailed(self, stated: LossEquations) -> LossEquations:
        """With the terms, 0 in the column of the true class, which has none, and ∂ℒ/∂term."""
        p, wrong, term = PROBABILITIES, IsTrueClass(other=True), Name("term")
        cost, slope = self.cost_and_slope(term)
        terms = wrong * (p - of_true_class(p) + Name("m"))
        dp = Name("dterm") - IsTrueClass() * Total(COLUMNS, wrong * Name("dterm"))
        return stated._replace(
            forward=(*stated.forward, ("term", terms)),
            sample_losses=Total(COLUMNS, wrong * cost),
            backward=(("dterm", wrong if slope is None else wrong * slope), ("dp", dp), ("do", through_softmax())),
            zeros=dict.fromkeys(("term", "dterm"), "the true class has no term"),
        )

    def is_near(self, kind: type[Loss]) -> bool:
        return issubclass(kind, MarginLoss)  # which differ by the max

    @abstractmethod
    def active(self, terms: Array, one_hot: Array) -> Mask:
        """Which terms pull at p, shape (n, C); never the column of the true class."""

    @abstractmethod
    def bind_terms(self, terms: Array, wrong: Array, active: Array) -> Callable[[], object]:
        """An operation that writes what each of the `terms` costs in its place, and which are active, 1 or 0, into
        `active`. Where `wrong` is 0, in the column of the true class, the term is 0.
        """

    def terms(self, probabilities: Array, one_hot: Array) -> Array:
        """p_j - p_y + m, shape (n, C); 0 in the column of the true class, which has no term."""
        true = (probabilities * one_hot).sum(axis=1, keepdims=True)
        terms: Array = np.where(one_hot == 1, 0.0, probabilities - true + self.margin)
        return terms

    def probability_gradient(self, probabilities: Array, one_hot: Array) -> Array:
        """∂ℒ/∂p, shape (n, C): 1 for each wrong class whose term is active, minus their number for the true class."""
        active = self.active(self.terms(probabilities, one_hot), one_hot).astype(float)
        gradient: Array = active - one_hot * active.sum(axis=1, keepdims=True)
        return gradient

    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        return row_sums(self.costs(self.terms(self.probabilities(outputs), one_hot(targets))))

    def bind_logits(
        self, logits: Array, one_hot: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        p, wrong, terms, active, slope, parts = (np.empty(logits.shape) for _ in range(6))
        row = np.empty((len(logits), 1))
        evaluate_softmax, evaluate_terms = BoundSoftmax(logits, p).evaluate, self.bind_terms(terms, wrong, active)
        ones, margin, flat_row = np.ones(logits.shape[1]), np.array(self.margin), row.reshape(-1)
        sum_parts, sum_active, sum_costs = parts.dot, active.dot, terms.dot
        add, subtract, multiply, add_up = np.add, np.subtract, np.multiply, np.add.reduce

        def evaluate() -> None:
            evaluate_softmax()
            multiply(p, one_hot, parts)
            sum_parts(ones, flat_row)  # p_y
            subtract(p, row, terms)
            add(terms, margin, terms)
            subtract(ONE, one_hot, wrong)
            multiply(terms, wrong, terms)
            evaluate_terms()
            sum_costs(ones, flat_row)
            note(float(add_up(flat_row)))
            # ∂ℒ/∂p: 1 for each active term, minus their number for the true class.
            sum_active(ones, flat_row)
            multiply(one_hot, row, slope)
            subtract(active, slope, slope)
            # Jᵀ ∂ℒ/∂p for J = diag(p) - p pᵀ, without building J: p ⊙ (∂ℒ/∂p - p·∂ℒ/∂p).
            multiply(p, slope, parts)
            sum_parts(ones, flat_row)
            subtract(slope, row, slope)
            multiply(p, slope, gradient)

        return evaluate

    def logit_gradient(self, outputs: Array, targets: Array) -> Array:
        p = self.probabilities(outputs)
        slope = self.probability_gradient(p, one_hot(targets))
        # Jᵀ slope for J = diag(p) - p pᵀ, without building J: p ⊙ (slope - p·slope).
        gradient: Array = p * (slope - row_sums(p * slope)[:, np.newaxis])
        return gradient

    def setting_mistakes(self) -> list[str]:
        if isinstance(self.margin, (int, float)) and 0 <= self.margin < np.inf:
            return []
        return [f"margin: expected a finite number of at least 0, found {self.margin}"]


class SoftmaxHinge(MarginLoss):
    """ℒ = Σ Σ_{j≠y} max(0, p_j - p_y + m)."""

    name: ClassVar[str] = "softmax_hinge"
    title: ClassVar[str] = "softmax hinge"
    word: ClassVar[str] = "hinge"

    @property
    def companion(self) -> SoftmaxMargin:
        return SoftmaxMargin(self.margin)

    def costs(self, terms: Array) -> Array:
        costs: Array = np.maximum(terms, 0.0)
        return costs

    def cost_and_slope(self, term: Node) -> tuple[Node, Node | None]:
        return Function("relu", term), Positive(term)

    def active(self, terms: Array, one_hot: Array) -> Mask:  # noqa: ARG002
        active: Mask = terms > 0
        return active

    def bind_terms(self, terms: Array, wrong: Array, active: Array) -> Callable[[], object]:  # noqa: ARG002
        maximum, sign = np.maximum, np.sign

        def evaluate() -> None:
            maximum(terms, ZERO, out=terms)
            sign(terms, active)

        return evaluate


class SoftmaxMargin(MarginLoss):
    """ℒ = Σ Σ_{j≠y} (p_j - p_y + m): the hinge without its max, under which terms on the right side pay for wrong ones
    and go on pulling.
    """

    name: ClassVar[str] = "softmax_margin"
    title: ClassVar[str] = "softmax margin (no max)"
    word: ClassVar[str] = "margin"

    def costs(self, terms: Array) -> Array:
        return terms

    def cost_and_slope(self, term: Node) -> tuple[Node, Node | None]:
        return term, None

    def active(self, terms: Array, one_hot: Array) -> Mask:  # noqa: ARG002
        active: Mask = one_hot == 0
        return active

    def bind_terms(self, terms: Array, wrong: Array, active: Array) -> Callable[[], object]:  # noqa: ARG002
        return partial(np.copyto, active, wrong)
