"""Losses: what each sample costs, and the gradient of the batch's loss with respect to the network's output.

The softmax losses read y_out as logits o. A network with a single output is read as two classes with o = (-y, +y), for
the targets -1 and +1; with several outputs the targets are one-hot rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, NamedTuple

import numpy as np

from core.activations import ONE
from core.arrays import Array, Mask, Rows
from core.expression.nodes import (
    COLUMNS,
    Function,
    IsTrueClass,
    Literal,
    Name,
    Node,
    Positive,
    Product,
    Quotient,
    Signs,
    Softmax,
    Sum,
    Total,
)

HALF, ZERO = np.full((), 0.5), np.zeros(())
OUTPUTS, TARGETS, PROBABILITIES = Name("y_out"), Name("y_gt"), Name("p")


class LossEquations(NamedTuple):
    """What a loss adds to the statement of a step, each quantity a tree over those before it.

    forward           from y_out up to the samples' losses: "o", "p"
    sample_losses     what each sample costs
    backward          from ℒ back to ∂ℒ/∂y_out: "dp", "do"
    output_gradient   ∂ℒ/∂y_out
    """

    forward: tuple[tuple[str, Node], ...]
    sample_losses: Node
    backward: tuple[tuple[str, Node], ...]
    output_gradient: Node


@dataclass(frozen=True)
class Loss(ABC):
    """A loss over outputs and targets of shape (n, d); `name` is what problem files call it, `title` what people do."""

    name: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        """What each sample costs, shape (n,)."""

    @abstractmethod
    def bind(
        self, outputs: Array, targets: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        """An operation over these three arrays: each call writes ∂ℒ/∂y_out, for ℒ the sum over the samples, into
        `gradient` and tells `note` ℒ.
        """

    @abstractmethod
    def target_mistakes(self, targets: Array) -> list[str]:
        """What is wrong with `targets` (n, d) for this loss, a line for each mistake."""

    @abstractmethod
    def equations(self, single: bool, share: Node | None) -> LossEquations:
        """The loss's part of the statement of a step. `single` tells that the network has one output; `share` is the
        factor that each sample's loss has in ℒ, None for 1.
        """

    def setting_mistakes(self) -> list[str]:
        """What is wrong with the loss's own settings, a line for each mistake."""
        return []

    def gradient(self, outputs: Array, targets: Array) -> Array:
        """∂ℒ/∂y_out for ℒ the sum over the samples, shape (n, d)."""
        gradient = np.empty(outputs.shape)
        self.bind(outputs, targets, gradient, note=lambda _: None)()
        return gradient


class SquaredError(Loss):
    """ℒ = Σ ½ (y_out - y_gt)²."""

    name: ClassVar[str] = "squared_error"
    title: ClassVar[str] = "squared error"

    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        residuals = outputs - targets
        losses: Array = 0.5 * (residuals * residuals).sum(axis=1)
        return losses

    def bind(
        self, outputs: Array, targets: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        residuals = gradient.reshape(-1)
        subtract, dot = np.subtract, residuals.dot

        def evaluate() -> None:
            subtract(outputs, targets, gradient)
            note(0.5 * float(dot(residuals)))

        return evaluate

    def equations(self, single: bool, share: Node | None) -> LossEquations:  # noqa: ARG002
        residual = OUTPUTS - TARGETS
        squares = Total(COLUMNS, Product(Quotient(Literal(1), Literal(2)), residual**2))
        return LossEquations((), squares, (), shared(share, residual))

    def target_mistakes(self, targets: Array) -> list[str]:  # noqa: ARG002
        return []


def shared(share: Node | None, gradient: Node) -> Node:
    """A gradient of the samples' losses as one of ℒ."""
    return gradient if share is None else share * gradient


def of_true_class(values: Node) -> Node:
    """The entry of each row that belongs to its true class: p_y."""
    return Total(COLUMNS, Product(IsTrueClass(), values))


def _row_sums(values: Array) -> Array:
    """The sum of each row of (n, C), shape (n,): a product with ones, which takes a fifth of the time of `sum`."""
    sums: Array = values.dot(np.ones(values.shape[1]))
    return sums


class _Softmax:
    """p = softmax(o) for logits and p of shape (n, C), over arrays that are allocated once.

    After `evaluate`, `shifted` (n, C) has the logits without the largest of their row, so that exp never overflows,
    and `totals` (n,) the sums of their exponentials.
    """

    def __init__(self, logits: Array, p: Array) -> None:
        self.shifted, self.totals, largest = np.empty(logits.shape), np.empty(len(logits)), np.empty(len(logits))
        shifted, totals = self.shifted, self.totals
        largest_column, total_column = largest.reshape(-1, 1), totals.reshape(-1, 1)
        sum_p, ones = p.dot, np.ones(logits.shape[1])
        subtract, exp, divide = np.subtract, np.exp, np.divide
        find_largest = partial(np.maximum.reduce, logits, axis=1, out=largest)

        def evaluate() -> None:
            find_largest()
            subtract(logits, largest_column, shifted)
            exp(shifted, p)
            sum_p(ones, totals)
            divide(p, total_column, p)

        self.evaluate = evaluate


class SoftmaxLoss(Loss):
    """What the losses over class probabilities share: p = softmax(o)."""

    @staticmethod
    def logits(outputs: Array) -> Array:
        """o, shape (n, C): the outputs themselves, or (-y, +y) where there is a single one."""
        return np.concatenate([-outputs, outputs], axis=1) if outputs.shape[1] == 1 else outputs

    @staticmethod
    def one_hot(targets: Array) -> Array:
        """The true class of each sample as a row with a single 1, shape (n, C)."""
        return np.concatenate([targets < 0, targets > 0], axis=1).astype(float) if targets.shape[1] == 1 else targets

    @classmethod
    def classes(cls, targets: Array) -> Rows:
        """The column of each sample's true class, shape (n,)."""
        classes: Rows = np.argmax(cls.one_hot(targets), axis=1)
        return classes

    @staticmethod
    def softmax(logits: Array) -> Array:
        """p = softmax(o), shape (n, C); the largest logit is taken off first, so that exp never overflows."""
        p = np.empty(logits.shape)
        _Softmax(logits, p).evaluate()
        return p

    @classmethod
    def probabilities(cls, outputs: Array) -> Array:
        """p = softmax(o) for the logits that `outputs` stand for, shape (n, C)."""
        return cls.softmax(cls.logits(outputs))

    @staticmethod
    def output_gradient(logit_gradient: Array, outputs: Array) -> Array:
        """∂ℒ/∂y_out from ∂ℒ/∂o: the same, or for o = (-y, +y) the difference of its two columns."""
        if outputs.shape[1] == 1:
            return logit_gradient[:, 1:] - logit_gradient[:, :1]
        return logit_gradient

    @abstractmethod
    def probability_losses(self, probabilities: Array, one_hot: Array) -> Array:
        """What each sample costs, (n,), from its probabilities."""

    @abstractmethod
    def probability_equations(self, share: Node | None) -> tuple[Node, tuple[tuple[str, Node], ...]]:
        """What each sample costs as a tree over p, and the quantities from ℒ back to "do", ∂ℒ/∂o."""

    def equations(self, single: bool, share: Node | None) -> LossEquations:
        sample_losses, backward = self.probability_equations(share)
        if not single:
            return LossEquations((("p", Softmax(OUTPUTS)),), sample_losses, backward, Name("do"))
        forward = (("o", OUTPUTS @ Signs()), ("p", Softmax(Name("o"))))
        return LossEquations(forward, sample_losses, backward, Name("do") @ Signs().T)

    @abstractmethod
    def logit_gradient(self, outputs: Array, targets: Array) -> Array:
        """∂ℒ/∂o for ℒ the sum over the samples, shape (n, C)."""

    @abstractmethod
    def bind_logits(
        self, logits: Array, one_hot: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        """As `bind`, over o, the true classes as one-hot rows and ∂ℒ/∂o, all (n, C)."""

    def bind(
        self, outputs: Array, targets: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        if outputs.shape[1] > 1:
            return self.bind_logits(outputs, targets, gradient, note)
        logits, one_hot, logit_gradient = (np.empty((len(outputs), 2)) for _ in range(3))
        minus_y, plus_y = logits[:, :1], logits[:, 1:]
        is_minus, is_plus = one_hot[:, :1], one_hot[:, 1:]
        by_minus_y, by_plus_y = logit_gradient[:, :1], logit_gradient[:, 1:]
        evaluate_logits = self.bind_logits(logits, one_hot, logit_gradient, note)
        negative, copyto, multiply, add, subtract = np.negative, np.copyto, np.multiply, np.add, np.subtract

        def evaluate() -> None:
            negative(outputs, minus_y)
            copyto(plus_y, outputs)
            multiply(targets, HALF, is_plus)
            add(is_plus, HALF, is_plus)
            subtract(ONE, is_plus, is_minus)
            evaluate_logits()
            subtract(by_plus_y, by_minus_y, gradient)

        return evaluate

    def target_mistakes(self, targets: Array) -> list[str]:
        if targets.shape[1] == 1:
            bad = (targets[:, 0] != -1) & (targets[:, 0] != 1)
            expected = "-1 or +1 (two classes read from one output)"
        else:
            bad = ((targets != 0) & (targets != 1)).any(axis=1) | (targets.sum(axis=1) != 1)
            expected = "one-hot: a single 1, the rest 0"
        if not bad.any():
            return []
        row = int(np.argmax(bad))
        found = ", ".join(f"{value:g}" for value in targets[row, :6]) + (", ..." if targets.shape[1] > 6 else "")
        return [
            f"targets: the {self.title} loss needs classes; row {row + 1} is ({found}), expected {expected}"
            + (f" ({int(bad.sum())} such rows)" if bad.sum() > 1 else "")
        ]


class SoftmaxCrossEntropy(SoftmaxLoss):
    """ℒ = Σ -log p_y, for p = softmax(o) and y the true class; ∂ℒ/∂o = p - (one-hot y)."""

    name: ClassVar[str] = "softmax_cross_entropy"
    title: ClassVar[str] = "softmax cross-entropy"

    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        # log Σ exp(o_j) - o_y with the largest logit taken off both: finite where p_y itself is 0.
        o = self.logits(outputs)
        softmax = _Softmax(o, np.empty(o.shape))
        softmax.evaluate()
        losses: Array = np.log(softmax.totals) - _row_sums(softmax.shifted * self.one_hot(targets))
        return losses

    def bind_logits(
        self, logits: Array, one_hot: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        softmax = _Softmax(logits, gradient)
        evaluate_softmax, totals = softmax.evaluate, softmax.totals
        shifted, true_logits, costs = softmax.shifted, np.empty(len(logits)), np.empty(len(logits))
        ones, sum_shifted = np.ones(logits.shape[1]), softmax.shifted.dot
        subtract, multiply, log, add_up = np.subtract, np.multiply, np.log, np.add.reduce

        def evaluate() -> None:
            evaluate_softmax()
            subtract(gradient, one_hot, gradient)
            multiply(shifted, one_hot, shifted)
            sum_shifted(ones, true_logits)
            log(totals, costs)
            subtract(costs, true_logits, costs)
            note(float(add_up(costs)))

        return evaluate

    def probability_losses(self, probabilities: Array, one_hot: Array) -> Array:
        with np.errstate(divide="ignore"):  # p_y = 0 costs inf
            losses: Array = -np.log((probabilities * one_hot).sum(axis=1))
        return losses

    def probability_equations(self, share: Node | None) -> tuple[Node, tuple[tuple[str, Node], ...]]:
        cost = Sum((-1, Function("log", of_true_class(PROBABILITIES))))
        return cost, (("do", shared(share, PROBABILITIES - IsTrueClass())),)

    def logit_gradient(self, outputs: Array, targets: Array) -> Array:
        return self.probabilities(outputs) - self.one_hot(targets)


@dataclass(frozen=True)
class MarginLoss(SoftmaxLoss):
    """What the losses over the terms p_j - p_y + m of the wrong classes j share, for p = softmax(o), y the true class
    and m the margin.
    """

    margin: float = 0.5

    @abstractmethod
    def costs(self, terms: Array) -> Array:
        """What each term costs, shape (n, C)."""

    @abstractmethod
    def cost_and_slope(self, term: Node) -> tuple[Node, Node | None]:
        """What a term costs, and the slope of that; None for 1."""

    def probability_equations(self, share: Node | None) -> tuple[Node, tuple[tuple[str, Node], ...]]:
        p, wrong = PROBABILITIES, IsTrueClass(other=True)
        cost, slope = self.cost_and_slope(p - of_true_class(p) + Name("m"))
        active = wrong if slope is None else wrong * slope
        dp = shared(share, active - IsTrueClass() * Total(COLUMNS, active))
        do = p * (Name("dp") - Total(COLUMNS, p * Name("dp")))
        return Total(COLUMNS, wrong * cost), (("dp", dp), ("do", do))

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
        return self.probability_losses(self.probabilities(outputs), self.one_hot(targets))

    def probability_losses(self, probabilities: Array, one_hot: Array) -> Array:
        return _row_sums(self.costs(self.terms(probabilities, one_hot)))

    def bind_logits(
        self, logits: Array, one_hot: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        p, wrong, terms, active, slope, parts = (np.empty(logits.shape) for _ in range(6))
        row = np.empty((len(logits), 1))
        evaluate_softmax, evaluate_terms = _Softmax(logits, p).evaluate, self.bind_terms(terms, wrong, active)
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
        slope = self.probability_gradient(p, self.one_hot(targets))
        # Jᵀ slope for J = diag(p) - p pᵀ, without building J: p ⊙ (slope - p·slope).
        gradient: Array = p * (slope - _row_sums(p * slope)[:, np.newaxis])
        return gradient

    def setting_mistakes(self) -> list[str]:
        if isinstance(self.margin, (int, float)) and 0 <= self.margin < np.inf:
            return []
        return [f"margin: expected a finite number of at least 0, found {self.margin}"]


class SoftmaxHinge(MarginLoss):
    """ℒ = Σ Σ_{j≠y} max(0, p_j - p_y + m)."""

    name: ClassVar[str] = "softmax_hinge"
    title: ClassVar[str] = "softmax hinge"

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

    def costs(self, terms: Array) -> Array:
        return terms

    def cost_and_slope(self, term: Node) -> tuple[Node, Node | None]:
        return term, None

    def active(self, terms: Array, one_hot: Array) -> Mask:  # noqa: ARG002
        active: Mask = one_hot == 0
        return active

    def bind_terms(self, terms: Array, wrong: Array, active: Array) -> Callable[[], object]:  # noqa: ARG002
        return partial(np.copyto, active, wrong)


LOSSES: dict[str, type[Loss]] = {
    loss.name: loss for loss in (SquaredError, SoftmaxCrossEntropy, SoftmaxHinge, SoftmaxMargin)
}
