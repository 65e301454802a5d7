"""The value of a tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from core.activations import Activation
from core.arrays import Array
from core.expression.nodes import (
    ALL,
    ROWS,
    Function,
    IsTrueClass,
    Literal,
    MatrixProduct,
    Name,
    Node,
    Positive,
    Power,
    Product,
    Quotient,
    Signs,
    Softmax,
    Sum,
    Total,
    Transpose,
)
from core.losses import SoftmaxLoss

AXES = {ROWS: 0, ALL: None}


class Values:
    """What trees come to for some values of the quantities, matrices by name, and numbers such as alpha; `functions`
    has what a function's name stands for. Values out of all bounds give infinities and NaN.
    """

    def __init__(self, values: Mapping[str, Array], functions: Mapping[str, Activation]) -> None:
        self._values, self._functions = values, functions

    def __call__(self, node: Node) -> Array:
        """The value of a tree: a matrix, or an array () for a number. Raises KeyError for an unknown name, ValueError
        for shapes that do not fit.
        """
        with np.errstate(all="ignore"):
            return np.asarray(self._value(node))

    def _value(self, node: Node) -> Any:
        return _OPERATIONS[type(node)](self, node)

    def _name(self, node: Name) -> Any:
        return self._values[node.name]

    def _is_true_class(self, node: IsTrueClass) -> Any:
        one_hot = SoftmaxLoss.one_hot(self._values["y_gt"])
        return 1.0 - one_hot if node.other else one_hot

    def _sum(self, node: Sum) -> Any:
        (sign, first), *rest = node.terms
        total = self._value(first) if sign > 0 else -self._value(first)
        for sign, term in rest:
            total = total + self._value(term) if sign > 0 else total - self._value(term)
        return total

    def _product(self, node: Product) -> Any:
        # A factor that is 0 or 1 chooses: what it leaves out may be infinite, and 0 times that would be NaN.
        chosen = [self._value(part) for part in node.children if isinstance(part, (IsTrueClass, Positive))]
        product: Any = 1.0
        for part in node.children:
            if not isinstance(part, (IsTrueClass, Positive)):
                product = product * self._value(part)
        for choice in chosen:
            product = np.where(choice == 1, product, 0.0)
        return product

    def _function(self, node: Function) -> Any:
        argument = np.asarray(self._value(node.argument))
        if node.name == "log":
            return np.log(argument)
        function = self._functions[node.name]
        return function.slope(argument) if node.slope else function(argument)

    def _total(self, node: Total) -> Any:
        value = self._value(node.argument)
        return value.sum(axis=AXES.get(node.over, 1), keepdims=node.over != ALL)


_OPERATIONS: dict[type[Node], Callable[[Values, Any], Any]] = {
    Name: Values._name,
    Literal: lambda _, node: float(node.value),
    Signs: lambda _, __: np.array([[-1.0, 1.0]]),
    IsTrueClass: Values._is_true_class,
    Sum: Values._sum,
    Product: Values._product,
    Quotient: lambda self, node: self._value(node.children[0]) / self._value(node.children[1]),
    Power: lambda self, node: self._value(node.argument) ** node.power,
    Function: Values._function,
    Positive: lambda self, node: 1.0 * (self._value(node.argument) > 0),
    MatrixProduct: lambda self, node: self._value(node.children[0]) @ self._value(node.children[1]),
    Transpose: lambda self, node: self._value(node.argument).T,
    Total: Values._total,
    Softmax: lambda self, node: SoftmaxLoss.softmax(self._value(node.argument)),
}
