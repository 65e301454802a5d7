"""The value of a tree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from operator import add, itemgetter, matmul, mul, sub, truediv
from typing import Any, TypeAlias

import numpy as np

from core.activations import Activation
from core.arrays import Array
from core.classes import one_hot, softmax
from core.expression.nodes import (
    ALL,
    ROWS,
    Function,
    IsTrueClass,
    Literal,
    MatrixProduct,
    Name,
    Node,
    Number,
    Positive,
    Power,
    Product,
    Quotient,
    Rest,
    Signs,
    Softmax,
    Sum,
    Total,
    Transpose,
)

Evaluate: TypeAlias = Callable[[Mapping[str, Array]], Any]

PRIMITIVES: dict[str, Callable[[Array], Array]] = {
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "relu": lambda values: np.maximum(values, 0.0),
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
}
AXES = {ROWS: 0, ALL: None}


class Compiler:
    """Turns trees into functions of the quantities' values by name, which give a matrix or a number: a tree is walked
    once, and evaluated as often as somebody likes. `functions` has what a function's name stands for where it is not
    one of the primitives, `numbers` the values of alpha, n and m; the values of `rows` and `columns` are vectors. Each
    kind of node has a method.

    The functions raise KeyError for an unknown name, ValueError for shapes that do not fit. Values out of all bounds
    give infinities and NaN, with numpy's warnings.
    """

    def __init__(
        self,
        functions: Mapping[str, Activation],
        numbers: Mapping[str, float],
        rows: Collection[str] = (),
        columns: Collection[str] = (),
    ) -> None:
        self._functions, self._numbers, self._rows, self._columns = functions, numbers, rows, columns

    def __call__(self, node: Node) -> Evaluate:
        found: Evaluate = getattr(self, node.kind)(node)
        return found

    def name(self, node: Name) -> Evaluate:
        name = node.name
        if name in self._numbers:
            number = self._numbers[name]
            return lambda _: number
        if name in self._rows:
            return lambda values: values[name][np.newaxis, :]
        if name in self._columns:
            return lambda values: values[name][:, np.newaxis]
        return itemgetter(name)

    def literal(self, node: Literal) -> Evaluate:
        number = float(node.value)
        return lambda _: number

    def number(self, node: Number) -> Evaluate:
        return lambda _: node.value

    def rest(self, node: Rest) -> Evaluate:
        return self(node.argument)

    def signs(self, _: Signs) -> Evaluate:
        signs = np.array([[-1.0, 1.0]])
        return lambda _: signs

    def is_true_class(self, node: IsTrueClass) -> Evaluate:
        if node.other:
            return lambda values: 1.0 - one_hot(values["y_gt"])
        return lambda values: one_hot(values["y_gt"])

    def sum(self, node: Sum) -> Evaluate:
        (sign, start), *rest = node.terms
        first = self(start)
        total: Evaluate = first if sign > 0 else lambda values: -first(values)
        for sign, term in rest:
            total = _joined(add if sign > 0 else sub, total, self(term))
        return total

    def product(self, node: Product) -> Evaluate:
        # A factor that is 0 or 1 chooses: what it leaves out may be infinite, and 0 times that would be NaN.
        choices = [self(part) for part in node.children if isinstance(part, (IsTrueClass, Positive))]
        factors = [self(part) for part in node.children if not isinstance(part, (IsTrueClass, Positive))]
        product = factors[0] if factors else _one
        for factor in factors[1:]:
            product = _joined(mul, product, factor)
        for choice in choices:
            product = _joined(_chosen, choice, product)
        return product

    def quotient(self, node: Quotient) -> Evaluate:
        return _joined(truediv, *map(self, node.children))

    def power(self, node: Power) -> Evaluate:
        argument = self(node.argument)
        power = int(self._numbers[node.power]) if isinstance(node.power, str) else node.power
        return lambda values: argument(values) ** power

    def function(self, node: Function) -> Evaluate:
        argument = self(node.argument)
        apply: Callable[[Array], Array]
        if node.name in self._functions:
            function = self._functions[node.name]
            apply = function.slope if node.slope else function
        else:
            apply = PRIMITIVES[node.name]
        return lambda values: apply(argument(values))

    def positive(self, node: Positive) -> Evaluate:
        argument = self(node.argument)
        return lambda values: 1.0 * (argument(values) > 0)

    def matrix_product(self, node: MatrixProduct) -> Evaluate:
        return _joined(matmul, *map(self, node.children))

    def transpose(self, node: Transpose) -> Evaluate:
        argument = self(node.argument)
        return lambda values: argument(values).T

    def total(self, node: Total) -> Evaluate:
        argument, axis, keep = self(node.argument), AXES.get(node.over, 1), node.over != ALL
        return lambda values: argument(values).sum(axis=axis, keepdims=keep)

    def softmax(self, node: Softmax) -> Evaluate:
        argument = self(node.argument)
        return lambda values: softmax(argument(values))


def _one(_: Mapping[str, Array]) -> float:
    return 1.0


def _joined(operation: Callable[[Any, Any], Any], left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda values: operation(left(values), right(values))


def _chosen(choice: Any, value: Any) -> Any:
    return np.where(choice == 1, value, 0.0)
