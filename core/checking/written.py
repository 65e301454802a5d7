"""A number as somebody wrote it, with the digits that were written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from math import isinf
from typing import Any

from core.loading.checker import Unfit
from core.text import shown

OPEN = "?"
MOST_DIGITS = 50
SMALLEST, LARGEST = -400, 308  # powers of ten that a double knows, and some below
NOISE = 1e-12  # relative: how far a double may be from the number that it stands for


@dataclass(frozen=True)
class Written:
    """`text` as written, its `value`, and `unit`, what a one at the place of its last digit is worth.

    0.0195 has the unit 0.0001, 0.01950 has 0.00001, 1.5e3 has 100 and 12 has 1.
    """

    text: str
    value: float
    unit: float

    def fits(self, true: float, slack: float = 0.0) -> bool:
        """Whether this is a number within `slack` of `true`, rounded or cut off at the digits that were written."""
        slack += NOISE * abs(true)
        below = self.unit if self.value <= 0 else self.unit / 2
        above = self.unit if self.value >= 0 else self.unit / 2
        return self.value - below - slack <= true <= self.value + above + slack

    @property
    def bare_zero(self) -> bool:
        """Whether this is a 0 without digits behind the point, which says nothing of how exact it is."""
        return self.value == 0 and self.unit >= 1

    @property
    def digits(self) -> int:
        """How many digits were written, from the first that is not 0."""
        return len(Decimal(self.text).as_tuple().digits)

    def at(self, unit: float) -> Written:
        """The same number, exact to another unit."""
        return replace(self, unit=unit)

    def variants(self) -> Iterator[tuple[str, str, Written]]:
        """What may have been meant if a slip happened in writing: its kind, the slip in words, and the number."""
        if self.value == 0:
            return
        yield "sign", "the sign is wrong", Written(self.text, -self.value, self.unit)
        for places in (-1, 1, -2, 2, -3, 3):
            factor = Decimal(10) ** places
            # Through the text: a power of ten must not leave a trace in the last bit.
            meant = self._scaled(factor)
            # A single digit, cut off, is far too near to half of all numbers.
            unit = meant.unit if self.digits > 1 else abs(meant.value) / 5
            yield "decimal point", "a decimal point slip", meant.at(unit)
        yield from self._digit_slips()

    def _digit_slips(self) -> Iterator[tuple[str, str, Written]]:
        sign, digits, exponent = Decimal(self.text).as_tuple()
        if len(digits) < 2 or not isinstance(exponent, int):
            return  # a single digit is a digit away from far too much
        padded = (0,) * max(0, 1 - exponent - len(digits)) + digits
        point = len(padded) + exponent
        for i, digit in enumerate(padded[:-1]):  # a last digit too many is a matter of rounding
            rest = padded[:i] + padded[i + 1 :]
            if i >= point or point > 1:
                meant = _written(sign, rest, exponent + (i >= point))
                yield "digit inserted", f"the digit {digit} is one too many", meant
        for i in range(len(padded)):
            for digit in range(10):
                more, words = (*padded[:i], digit, *padded[i:]), f"a digit {digit} is missing"
                if i >= point:
                    yield "digit dropped", words, _written(sign, more, exponent - 1)
                if i <= point and padded[0] != 0 and (i or digit):
                    yield "digit dropped", words, _written(sign, more, exponent)
        for i, (a, b) in enumerate(pairwise(padded)):
            if a != b:
                swapped = (*padded[:i], b, a, *padded[i + 2 :])
                yield "digits swapped", f"the digits {a} and {b} are swapped", _written(sign, swapped, exponent)

    def _scaled(self, factor: Decimal) -> Written:
        value = Decimal(self.text) * factor
        return Written(self.text, float(value), float(Decimal(repr(self.unit)) * factor))


def _written(sign: int, digits: tuple[int, ...], exponent: int) -> Written:
    value = Decimal((sign, digits, exponent))
    return Written(str(value), float(value), float(Decimal(1).scaleb(exponent)))


def as_decimal(text: str) -> Decimal:
    """What a TOML file's numbers are read by: a Decimal keeps its digits. NaN for one out of all bounds."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def read_written(value: Any) -> Written | None:
    """A number from a file or from Python with its digits, or None for a cell left open ("?"). Raises Unfit."""
    if value == OPEN and isinstance(value, str):
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise Unfit(f'expected a number or "{OPEN}", found {shown(value)}')
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except (InvalidOperation, ValueError):
        raise Unfit("expected a finite number") from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise Unfit(f"expected a finite number, found {str(number).lower()}")
    if len(number.as_tuple().digits) > MOST_DIGITS:
        raise Unfit(f"expected a number of at most {MOST_DIGITS} digits")
    if exponent < SMALLEST or max(number.adjusted(), exponent) > LARGEST or isinf(float(number)):
        raise Unfit(f"expected a finite number, found one of about 1e{number.adjusted()}")
    text = f"{number:f}" if -MOST_DIGITS <= exponent <= 0 else str(number).lower()
    return Written(text, float(number), float(Decimal(1).scaleb(exponent)))
