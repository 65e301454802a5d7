"""The losses over class probabilities, p = softmax(o), and of these the cross-entropy.

They read y_out as logits o. A network with a single output is read as two classes with o = (-y, +y), for the targets -1
and +1; with several outputs the targets are one-hot rows.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

import numpy as np

from core.activations import ONE
from core.arrays import Array
from core.classes import BoundSoftmax, one_hot, softmax
from core.expression.nodes import (
    COLUMNS,
    Function,
    IsTrueClass,
    Largest,
    Literal,
    Name,
    Node,
    Signs,
    Softmax,
    Sum,
    Total,
)
from core.losses.base import OUTPUTS, LossEquations
from core.losses.classes import ClassLoss
from core.losses.terms import TERM_SYMBOL, of_true_class, row_sums
from core.primitives import column_for, flat, number, sum_rows, total

HALF = np.full((), 0.5)
PROBABILITIES = Name("p")
SYMBOLS = {**TERM_SYMBOL, "dp": "∂p", "do": "∂o"}


def through_softmax() -> Node:
    """∂ℒ/∂o = Jᵀ ∂ℒ/∂p for J = diag(p) - p pᵀ: p ⊙ (∂ℒ/∂p - Σ p ⊙ ∂ℒ/∂p)."""
    p, dp = PROBABILITIES, Name("dp")
    return p * (dp - Total(COLUMNS, p * dp))


class SoftmaxLoss(ClassLoss):
    """What the losses over class probabilities share: p = softmax(o)."""

    @staticmethod
    def logits(outputs: Array) -> Array:
        """o, shape (n, C): the outputs themselves, or (-y, +y) where there is a single one."""
        return np.concatenate([-outputs, outputs], axis=1) if outputs.shape[1] == 1 else outputs

    @classmethod
    def probabilities(cls, outputs: Array) -> Array:
        """p = softmax(o) for the logits that `outputs` stand for, shape (n, C)."""
        return softmax(cls.logits(outputs))

    @abstractmethod
    def probability_equations(self) -> tuple[Node, tuple[tuple[str, Node], ...]]:
        """What each sample costs as a tree over p, and the quantities from ℒ back to "do", ∂ℒ/∂o."""

    def equations(self, single: bool) -> LossEquations:
        sample_losses, backward = self.probability_equations()
        o = Name("o") if single else OUTPUTS
        forward: tuple[tuple[str, Node], ...] = (("p", Softmax(o)),)
        gradient: Node = Name("do")
        if single:
            forward, gradient = (("o", OUTPUTS @ Signs()), *forward), gradient @ Signs().T
        stated = LossEquations(forward, sample_losses, backward, gradient, tuple(self.out_of_range(o)), SYMBOLS)
        return stated._replace(detailed=self.detailed(stated))

    @abstractmethod
    def detailed(self, stated: LossEquations) -> LossEquations:
        """The same in smaller steps."""

    def out_of_range(self, o: Node) -> Iterator[tuple[str, Node]]:
        """What p comes to where exp(o) overflows: the largest logit taken off first."""
        shifted = Function("exp", o - Largest(o))
        yield "p", shifted / Total(COLUMNS, shifted)

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
        if outputs.shape[-1] > 1:
            return self.bind_logits(outputs, targets, gradient, note)
        logits, one_hot, logit_gradient = (np.empty((*outputs.shape[:-1], 2)) for _ in range(3))
        minus_y, plus_y = logits[..., :1], logits[..., 1:]
        is_minus, is_plus = one_hot[..., :1], one_hot[..., 1:]
        by_minus_y, by_plus_y = logit_gradient[..., :1], logit_gradient[..., 1:]
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

    def own_values(self, outputs: Array, targets: Array, share: float) -> Mapping[str, Array]:
        gradient = self.logit_gradient(outputs, targets)
        found = {"do": share * gradient}
        if outputs.shape[1] == 1:
            found["dy_out"] = share * (gradient[:, 1:] - gradient[:, :1])
        return found

    def bend(self, outputs: Array) -> Array:
        p = self.probabilities(outputs)
        bend: Array = (p * (1 - p)).sum(axis=1, keepdims=True)
        return bend


class SoftmaxCrossEntropy(SoftmaxLoss):
    """ℒ = Σ -log p_y, for p = softmax(o) and y the true class; ∂ℒ/∂o = p - (one-hot y)."""

    name: ClassVar[str] = "softmax_cross_entropy"
    title: ClassVar[str] = "softmax cross-entropy"
    word: ClassVar[str] = "cross-entropy"

    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        # log Σ exp(o_j) - o_y with the largest logit taken off both: finite where p_y itself is 0.
        o = self.logits(outputs)
        bound = BoundSoftmax(o, np.empty(o.shape))
        bound.evaluate()
        losses: Array = np.log(bound.totals[:, 0]) - row_sums(bound.shifted * one_hot(targets))
        return losses

    def bind_logits(
        self, logits: Array, one_hot: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        bound = BoundSoftmax(logits, gradient)
        evaluate_softmax, shifted, true_column = bound.evaluate, bound.shifted, column_for(logits)
        totals, true_logits, costs = (flat(column) for column in (bound.totals, true_column, column_for(logits)))
        sum_shifted, told, add_up = sum_rows(shifted, true_column), number(costs), total(costs)
        subtract, multiply, log = np.subtract, np.multiply, np.log

        def evaluate() -> None:
            evaluate_softmax()
            subtract(gradient, one_hot, gradient)
            multiply(shifted, one_hot, shifted)
            sum_shifted()
            log(totals, costs)
            subtract(costs, true_logits, costs)
            note(told(add_up()))

        return evaluate

    def probability_equations(self) -> tuple[Node, tuple[tuple[str, Node], ...]]:
        cost = Sum((-1, Function("log", of_true_class(PROBABILITIES))))
        return cost, (("do", PROBABILITIES - IsTrueClass()),)

    def detailed(self, stated: LossEquations) -> LossEquations:
        """With ∂ℒ/∂p, -1/p_y for the true class and 0 for every other, though ∂ℒ/∂o has a shorter way."""
        dp = ("dp", Sum((-1, IsTrueClass() * (Literal(1) / PROBABILITIES))))
        return stated._replace(
            backward=(dp, *stated.backward),
            long_way=(("do", through_softmax()),),
            zeros={"dp": "only p of the true class counts"},
        )

    def out_of_range(self, o: Node) -> Iterator[tuple[str, Node]]:
        """Also what a sample costs where p_y is too small to be told from 0."""
        yield from super().out_of_range(o)
        total = Total(COLUMNS, Function("exp", o - Largest(o)))
        yield "sample_losses", Largest(o) - of_true_class(o) + Function("log", total)

    def logit_gradient(self, outputs: Array, targets: Array) -> Array:
        return self.probabilities(outputs) - one_hot(targets)
