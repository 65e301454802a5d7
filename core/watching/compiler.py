"""The value of a watch's tree in many steps at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import eq, ge, gt, itemgetter, le, lt, ne
from typing import Any

import numpy as np

from core.arrays import Array
from core.classes import softmax
from core.equations import Statement
from core.expression.nodes import (
    ALL,
    ROWS,
    IsTrueClass,
    Largest,
    Literal,
    Name,
    Power,
    Signs,
    Softmax,
    Total,
    Transpose,
)
from core.expression.value import Compiler, Evaluate
from core.watching.nodes import (
    ALL_OF,
    AND,
    CHANGES_SIGN,
    FALLS,
    RISES,
    Change,
    Comparison,
    Entry,
    Finite,
    Junction,
    Negation,
    Quantified,
    Remainder,
    Summary,
)

Values = Mapping[Any, Array]  # by name; by its node, what is worked out beforehand

BOTH = (-2, -1)
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}


class BlockCompiler(Compiler):
    """Turns trees into functions of the values of many steps: everything has the axes step, row and column, of which
    any may have one entry for all. What compares with the step before, and whether the run is finite, is looked up
    among the values by its node.
    """

    def __init__(self, statement: Statement) -> None:
        super().__init__(statement.functions, {})

    def name(self, node: Name) -> Evaluate:
        return itemgetter(node.name)

    def literal(self, node: Literal) -> Evaluate:
        number = np.full((1, 1, 1), float(node.value))
        return lambda _: number

    def signs(self, _: Signs) -> Evaluate:
        signs = np.array([[[-1.0, 1.0]]])
        return lambda _: signs

    def is_true_class(self, node: IsTrueClass) -> Evaluate:
        other = node.other
        return lambda values: 1.0 - _one_hot(values["y_gt"]) if other else _one_hot(values["y_gt"])

    def power(self, node: Power) -> Evaluate:
        argument, power = self(node.argument), node.power
        return lambda values: argument(values) ** (values[power] if isinstance(power, str) else power)

    def transpose(self, node: Transpose) -> Evaluate:
        argument = self(node.argument)
        return lambda values: argument(values).swapaxes(-1, -2)

    def total(self, node: Total) -> Evaluate:
        argument = self(node.argument)
        if node.over == ALL:
            return lambda values: _in_one(argument(values)).sum(axis=-1, keepdims=True)
        axis = -2 if node.over == ROWS else -1
        return lambda values: argument(values).sum(axis=axis, keepdims=True)

    def softmax(self, node: Softmax) -> Evaluate:
        argument = self(node.argument)

        def evaluate(values: Values) -> Array:
            o = argument(values)
            return softmax(o.reshape(-1, o.shape[-1])).reshape(o.shape)

        return evaluate

    def largest(self, node: Largest) -> Evaluate:
        argument = self(node.argument)
        return lambda values: argument(values).max(axis=-1, keepdims=True)

    def entry(self, node: Entry) -> Evaluate:
        argument = self(node.argument)
        cells = (slice(None), *(_cells(at) for at in node.index))
        return lambda values: argument(values)[cells]

    def remainder(self, node: Remainder) -> Evaluate:
        above, below = map(self, node.children)
        return lambda values: np.mod(above(values), below(values))

    def summary(self, node: Summary) -> Evaluate:
        argument, summarise = self(node.argument), SUMMARISE[node.name]
        return lambda values: summarise(_in_one(argument(values)))

    def comparison(self, node: Comparison) -> Evaluate:
        left, right, compare = self(node.left), self(node.right), OPERATORS[node.sign]
        return lambda values: compare(left(values), right(values))

    def change(self, node: Change) -> Evaluate:
        return itemgetter(node)

    def finite(self, node: Finite) -> Evaluate:
        if not node.children:
            return itemgetter(node)
        argument = self(node.children[0])
        return lambda values: np.isfinite(argument(values)).all(axis=BOTH, keepdims=True)

    def quantified(self, node: Quantified) -> Evaluate:
        argument, over = self(node.argument), np.all if node.over == ALL_OF else np.any
        return lambda values: over(argument(values), axis=BOTH, keepdims=True)

    def negation(self, node: Negation) -> Evaluate:
        argument = self(node.argument)
        return lambda values: np.logical_not(argument(values))

    def junction(self, node: Junction) -> Evaluate:
        first, *rest = map(self, node.children)
        join = np.logical_and if node.word == AND else np.logical_or

        def evaluate(values: Values) -> Any:
            found = first(values)
            for part in rest:
                found = join(found, part(values))
            return found

        return evaluate


SUMMARISE: dict[str, Callable[[Array], Array]] = {
    "max": lambda rows: rows.max(axis=-1, keepdims=True),
    "min": lambda rows: rows.min(axis=-1, keepdims=True),
    "mean": lambda rows: rows.mean(axis=-1, keepdims=True),
    "norm": lambda rows: np.sqrt((rows * rows).sum(axis=-1, keepdims=True)),
}


def changed(how: str, now: Array, before: Array) -> Any:
    """Whether numbers differ in this way from what they were before. Those that come to 0, or leave it, do not change
    their sign.
    """
    if how == CHANGES_SIGN:
        return np.sign(now) * np.sign(before) < 0
    return now > before if how == RISES else now < before if how == FALLS else now != before


def _in_one(values: Array) -> Array:
    """All numbers of a step in one row, (steps, 1, numbers), next to each other, so that they are added up in the same
    order whatever the steps are.
    """
    return np.ascontiguousarray(values.reshape(len(values), 1, -1))


def _one_hot(targets: Array) -> Array:
    return np.concatenate([targets < 0, targets > 0], axis=-1).astype(float) if targets.shape[-1] == 1 else targets


def _cells(at: int | str) -> slice:
    return slice(at - 1, at) if isinstance(at, int) else slice(None)
