"""The terms q_j - q_y + m of the wrong classes j, over scores or probabilities q, for y the true class and m the
margin: what they cost, and ∂ℒ/∂q.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial

import numpy as np

from core.activations import ONE
from core.arrays import Array
from core.expression.nodes import COLUMNS, Function, IsTrueClass, Literal, Name, Node, Positive, Total
from core.primitives import column_for, flat, number, sum_rows, total

TRUE, WRONG = IsTrueClass(), IsTrueClass(other=True)
MARGIN, TERM, TERM_GRADIENT = Name("m"), Name("term"), Name("dterm")
TERM_SYMBOL = {"dterm": "∂term"}
ZERO, TWO = np.zeros(()), np.full((), 2.0)


class Cost(ABC):
    """What a term costs."""

    @abstractmethod
    def tree(self, term: Node) -> Node:
        """Its cost."""

    @abstractmethod
    def slope(self, term: Node) -> Node | None:
        """The slope of that; None for 1."""

    @abstractmethod
    def costs(self, terms: Array) -> Array:
        """What each term costs, in the shape of `terms`."""

    @abstractmethod
    def slopes(self, terms: Array) -> Array:
        """The slope of each."""

    @abstractmethod
    def bind(self, terms: Array, wrong: Array, slopes: Array) -> Callable[[], object]:
        """An operation that writes the slopes of the `terms` into `slopes`, and what each costs in its place. Where
        `wrong` is 0, in the column of the true class, a term is 0.
        """


class Capped(Cost):
    """max(0, term)"""

    def tree(self, term: Node) -> Node:
        return Function("relu", term)

    def slope(self, term: Node) -> Node | None:
        return Positive(term)

    def costs(self, terms: Array) -> Array:
        costs: Array = np.maximum(terms, 0.0)
        return costs

    def slopes(self, terms: Array) -> Array:
        return (terms > 0).astype(float)

    def bind(self, terms: Array, wrong: Array, slopes: Array) -> Callable[[], object]:  # noqa: ARG002
        maximum, sign = np.maximum, np.sign

        def evaluate() -> None:
            maximum(terms, ZERO, out=terms)
            sign(terms, slopes)

        return evaluate


class Squared(Cost):
    """max(0, term)²"""

    def tree(self, term: Node) -> Node:
        return Function("relu", term) ** 2

    def slope(self, term: Node) -> Node | None:
        return Literal(2) * Function("relu", term)

    def costs(self, terms: Array) -> Array:
        costs: Array = np.maximum(terms, 0.0) ** 2
        return costs

    def slopes(self, terms: Array) -> Array:
        slopes: Array = 2 * np.maximum(terms, 0.0)
        return slopes

    def bind(self, terms: Array, wrong: Array, slopes: Array) -> Callable[[], object]:  # noqa: ARG002
        maximum, multiply = np.maximum, np.multiply

        def evaluate() -> None:
            maximum(terms, ZERO, out=terms)
            multiply(terms, TWO, slopes)
            multiply(terms, terms, terms)

        return evaluate


class Plain(Cost):
    """The term itself."""

    def tree(self, term: Node) -> Node:
        return term

    def slope(self, term: Node) -> Node | None:  # noqa: ARG002
        return None

    def costs(self, terms: Array) -> Array:
        return terms

    def slopes(self, terms: Array) -> Array:
        return np.ones(terms.shape)

    def bind(self, terms: Array, wrong: Array, slopes: Array) -> Callable[[], object]:  # noqa: ARG002
        return partial(np.copyto, slopes, wrong)


CAPPED, SQUARED, PLAIN = Capped(), Squared(), Plain()


def of_true_class(values: Node) -> Node:
    """The entry of each row that belongs to its true class: p_y."""
    return Total(COLUMNS, TRUE * values)


def row_sums(values: Array) -> Array:
    """The sum of each row of (n, C), shape (n,): a product with ones, which takes a fifth of the time of `sum`."""
    sums: Array = values.dot(np.ones(values.shape[1]))
    return sums


def stated(q: Node, cost: Cost) -> tuple[Node, Node]:
    """What each sample costs, and ∂ℒ/∂q: the slope of each term, minus their sum for the true class."""
    term = q - of_true_class(q) + MARGIN
    slope = cost.slope(term)
    slopes = WRONG if slope is None else WRONG * slope
    return Total(COLUMNS, WRONG * cost.tree(term)), slopes - TRUE * Total(COLUMNS, slopes)


def in_detail(q: Node, cost: Cost) -> tuple[Node, Node, Node, Node]:
    """The same in smaller steps: the terms, 0 in the column of the true class, which has none; what each sample costs;
    ∂ℒ/∂term and ∂ℒ/∂q.
    """
    slope = cost.slope(TERM)
    return (
        WRONG * (q - of_true_class(q) + MARGIN),
        Total(COLUMNS, WRONG * cost.tree(TERM)),
        WRONG if slope is None else WRONG * slope,
        TERM_GRADIENT - TRUE * Total(COLUMNS, WRONG * TERM_GRADIENT),
    )


def terms_of(q: Array, one_hot: Array, margin: float) -> Array:
    """q_j - q_y + m, shape (n, C); 0 in the column of the true class, which has no term."""
    true = (q * one_hot).sum(axis=1, keepdims=True)
    terms: Array = np.where(one_hot == 1, 0.0, q - true + margin)
    return terms


def gradient_of(terms: Array, one_hot: Array, cost: Cost) -> Array:
    """∂ℒ/∂q, shape (n, C): the slope of each wrong class's term, minus their sum for the true class."""
    slopes = np.where(one_hot == 1, 0.0, cost.slopes(terms))
    gradient: Array = slopes - one_hot * slopes.sum(axis=1, keepdims=True)
    return gradient


def bind_terms(
    q: Array, one_hot: Array, gradient: Array, cost: Cost, margin: float, note: Callable[[float], object]
) -> Callable[[], None]:
    """An operation over these arrays (n, C): each call writes ∂ℒ/∂q into `gradient` and tells `note` ℒ."""
    terms, wrong, slopes = (np.empty(q.shape) for _ in range(3))
    row = column_for(q)
    evaluate_costs = cost.bind(terms, wrong, slopes)
    least, told, add_up = np.array(float(margin)), number(flat(row)), total(flat(row))
    sum_true, sum_slopes, sum_costs = (sum_rows(each, row) for each in (gradient, slopes, terms))
    add, subtract, multiply = np.add, np.subtract, np.multiply

    def evaluate() -> None:
        multiply(q, one_hot, gradient)
        sum_true()  # q_y
        subtract(q, row, terms)
        add(terms, least, terms)
        subtract(ONE, one_hot, wrong)
        multiply(terms, wrong, terms)
        evaluate_costs()
        sum_costs()
        note(told(add_up()))
        # The slope of each term, minus their sum for the true class.
        sum_slopes()
        multiply(one_hot, row, gradient)
        subtract(slopes, gradient, gradient)

    return evaluate
