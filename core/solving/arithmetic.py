"""Arithmetic as it is written down, worked out in decimals: what a line gives, from the very digits that stand in it.

A line is a text, or texts and matrices in turn: "½ · (0.06336 - (-1))²", "(", δ, W, ") ⊙", f'. Factors without a sign
between them are a product; a row is added to every row of a matrix.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from operator import add, mul, sub
from typing import TypeAlias

Matrix: TypeAlias = tuple[tuple[Decimal, ...], ...]
Value: TypeAlias = Decimal | Matrix

PRECISION = Context(prec=50, traps=[InvalidOperation, DivisionByZero, Overflow])
NUMBER = r"\d+(?:\.\d+)?(?:e[+-]?\d+)?|(?<![A-Za-z])(?:inf|NaN)(?![A-Za-z])"  # in print, without its sign
TOKEN = re.compile(rf"{NUMBER}|[a-z]+|\S")
LEFT_OUT = re.compile(r" \(\d+ smaller\)")  # says how many terms a number stands for
CLOSING = {")", "]", ",", "+", "-", ">", "<", ""}


def _sigmoid(s: Decimal) -> Decimal:
    small = (-abs(s)).exp()  # large numbers overflow
    return (small if s < 0 else 1) / (1 + small)


FUNCTIONS: dict[str, Callable[[Decimal], Decimal]] = {
    "exp": Decimal.exp,
    "log": Decimal.ln,
    "tanh": lambda s: 2 * _sigmoid(2 * s) - 1,
    "sigmoid": _sigmoid,
}


def worked_out(parts: Sequence[str | Matrix]) -> Matrix | None:
    """What a line gives, a single number as a matrix of one; None where that is no number. Raises ValueError for a text
    that is no such line.
    """
    tokens: list[str | Matrix] = []
    for part in parts:
        tokens += TOKEN.findall(LEFT_OUT.sub("", part)) if isinstance(part, str) else [part]
    with localcontext(PRECISION):
        try:
            value = _Line(tokens).value()
        except ArithmeticError:
            return None
    rows = ((value,),) if isinstance(value, Decimal) else value
    return None if any(number.is_nan() for row in rows for number in row) else rows


def gives(value: Decimal, shown: str, digits: int) -> bool:
    """Whether `shown` is the value rounded to `digits` significant digits, halves either way. Zeros at its end are left
    off where it is exact.
    """
    number = Decimal(shown)
    if not number or not number.is_finite():
        return value == number
    unit = Decimal(1).scaleb(number.adjusted() - digits + 1)
    return abs(value - number) <= unit / 2


class _Line:
    """What is left of a line while it is worked out from left to right."""

    def __init__(self, tokens: list[str | Matrix]) -> None:
        self._tokens, self._at = tokens, 0

    def value(self) -> Value:
        value = self._sum()
        if self._at < len(self._tokens):
            raise self._unreadable()
        return value

    def _sum(self) -> Value:
        value = self._product()
        while self._next in ("+", "-"):
            operation = add if self._next == "+" else sub
            self._at += 1
            value = _entrywise(operation, value, self._product())
        return value

    def _product(self) -> Value:
        value = self._factor()
        while self._next not in CLOSING:
            if self._take("·") or self._take("⊙"):
                value = _entrywise(mul, value, self._factor())
            elif self._take("/"):
                value = _entrywise(lambda a, b: a / b, value, self._factor())
            else:
                value = _matrix_product(value, self._factor())
        return value

    def _factor(self) -> Value:
        if self._take("-"):  # of the factor behind it, its square included
            return _entrywise(mul, Decimal(-1), self._factor())
        value = self._operand()
        return _entrywise(mul, value, value) if self._take("²") else value

    def _operand(self) -> Value:
        token = self._next
        self._at += 1
        if not isinstance(token, str):
            return token
        if token == "½":
            return Decimal("0.5")
        if re.fullmatch(NUMBER, token):
            return Decimal(token)
        if token == "[":
            return Decimal(self._compared())
        if token == "max":
            self._expect("(")
            return max(map(_number, self._arguments()))
        if token in FUNCTIONS:
            self._expect("(")
            return FUNCTIONS[token](_number(self._enclosed()))
        if token == "(":
            return self._enclosed()
        self._at -= 1
        raise self._unreadable()

    def _arguments(self) -> list[Value]:
        values = [self._sum()]
        while self._take(","):
            values.append(self._sum())
        self._expect(")")
        return values

    def _enclosed(self) -> Value:
        value = self._sum()
        self._expect(")")
        return value

    def _compared(self) -> bool:
        left = _number(self._sum())
        above = self._take(">")
        if not above:
            self._expect("<")
        right = _number(self._sum())
        self._expect("]")
        return left > right if above else left < right

    @property
    def _next(self) -> str | Matrix:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, token: str) -> bool:
        found = self._next == token
        self._at += found
        return found

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise self._unreadable()

    def _unreadable(self) -> ValueError:
        found = self._next
        return ValueError(f"expected arithmetic, found {found!r}" if isinstance(found, str) else "found a matrix")


def _number(value: Value) -> Decimal:
    return value if isinstance(value, Decimal) else value[0][0]


def _entrywise(operation: Callable[[Decimal, Decimal], Decimal], a: Value, b: Value) -> Value:
    """The operation entry by entry; a number, and a single row, goes with every row."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return operation(a, b)
    rows = max(len(x) for x in (a, b) if not isinstance(x, Decimal))
    columns = max(len(x[0]) for x in (a, b) if not isinstance(x, Decimal))

    def cell(x: Value, i: int, j: int) -> Decimal:
        return x if isinstance(x, Decimal) else x[i if len(x) > 1 else 0][j]

    return tuple(tuple(operation(cell(a, i, j), cell(b, i, j)) for j in range(columns)) for i in range(rows))


def _matrix_product(a: Value, b: Value) -> Value:
    if isinstance(a, Decimal) or isinstance(b, Decimal):
        return _entrywise(mul, a, b)
    turned = tuple(zip(*b, strict=True))
    return tuple(tuple(sum(map(mul, row, column), Decimal()) for column in turned) for row in a)
