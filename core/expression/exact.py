"""The value of a tree in decimals to 50 digits: what arithmetic gives from the very digits that stand in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from typing import Any

import numpy as np

from core.activations import Activation
from core.expression.nodes import (
    COLUMNS,
    Function,
    IsTrueClass,
    Literal,
    Node,
    Number,
    Positive,
    Product,
    Signs,
    Softmax,
    Total,
    put_in_place,
)
from core.expression.value import Compiler, Evaluate

PRECISION = Context(prec=50, traps=[InvalidOperation, DivisionByZero, Overflow])
LARGEST_EXPONENT = 2_000_000


class ExactCompiler(Compiler):
    """A Compiler for decimals, and for arrays of them; a Number has the digits that `spell` writes."""

    def __init__(
        self, functions: Mapping[str, Activation], numbers: Mapping[str, Any], spell: Callable[[float], str] = repr
    ) -> None:
        super().__init__(functions, numbers)
        self._spell = spell

    def number(self, node: Number) -> Evaluate:
        number = Decimal(self._spell(node.value))
        return lambda _: number

    def literal(self, node: Literal) -> Evaluate:
        number = Decimal(node.value.numerator) / Decimal(node.value.denominator)
        return lambda _: number

    def is_true_class(self, node: IsTrueClass) -> Evaluate:
        one_hot = super().is_true_class(node)
        return lambda values: decimals(one_hot({"y_gt": np.asarray(values["y_gt"], dtype=float)}))

    def signs(self, _: Signs) -> Evaluate:
        signs = decimals(np.array([[-1.0, 1.0]]))
        return lambda _: signs

    def softmax(self, node: Softmax) -> Evaluate:
        exp = Function("exp", node.argument)
        return self(exp / Total(COLUMNS, exp))

    def positive(self, node: Positive) -> Evaluate:
        argument = self(node.argument)
        return lambda values: POSITIVE(argument(values))

    def product(self, node: Product) -> Evaluate:
        factors = [self(part) for part in node.children]

        def product(values: Mapping[str, Any]) -> Any:
            found = factors[0](values)
            for factor in factors[1:]:
                found = found * factor(values)
            return found

        return product

    def function(self, node: Function) -> Evaluate:
        if node.name not in FUNCTIONS:
            function = self._functions[node.name]
            tree = function.slope_tree if node.slope else function.tree
            z = Function(node.name, node.argument)
            return self(put_in_place(tree, {"s": node.argument, "z": z}))
        argument, apply = self(node.argument), FUNCTIONS[node.name]
        return lambda values: apply(argument(values))


def decimals(values: Any) -> Any:
    """Numbers with the digits that Python prints of them: an array of decimals, or a decimal."""
    return _DECIMALS(values)


def exactly(
    tree: Node, functions: Mapping[str, Activation], numbers: Mapping[str, Any], spell: Callable[[float], str] = repr
) -> Decimal | None:
    """What arithmetic comes to in which every number has the digits that `spell` writes; None where it has no value."""
    with localcontext(PRECISION):
        try:
            found: Decimal = ExactCompiler(functions, numbers, spell)(tree)({})
        except ArithmeticError:
            return None
    return None if found.is_nan() else found


def _tanh(s: Decimal) -> Decimal:
    small = (-2 * abs(s)).exp()  # large numbers overflow
    return (1 - small) / (1 + small) * (-1 if s < 0 else 1)


def _entrywise(apply: Callable[[Decimal], Decimal]) -> Callable[[Any], Any]:
    over_arrays = np.frompyfunc(apply, 1, 1)
    return lambda value: over_arrays(value) if isinstance(value, np.ndarray) else apply(value)


_DECIMALS = np.frompyfunc(lambda value: Decimal(repr(float(value))), 1, 1)
POSITIVE = _entrywise(lambda a: Decimal(a > 0))
FUNCTIONS = {
    "exp": _entrywise(lambda a: a.exp() if a < LARGEST_EXPONENT else Decimal("inf")),
    "log": _entrywise(Decimal.ln),
    "tanh": _entrywise(_tanh),
    "relu": _entrywise(lambda a: max(a, Decimal(0))),
    "sqrt": _entrywise(Decimal.sqrt),
    "abs": _entrywise(abs),
    "sign": _entrywise(lambda a: Decimal((a > 0) - (a < 0))),
}


def gives(value: Decimal, shown: str, digits: int) -> bool:
    """Whether `shown` is the value rounded to `digits` significant digits, halves either way. Zeros at its end are left
    off where it is exact.
    """
    number = Decimal(shown)
    if not number or not number.is_finite():
        return value == number
    unit = Decimal(1).scaleb(number.adjusted() - digits + 1)
    return abs(value - number) <= unit / 2
