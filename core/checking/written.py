"""A number as somebody wrote it, with the digits that were written."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Context, Decimal, InvalidOperation
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeAlias

from core.loading.fields import Unfit
from core.text import NONE, shown

Position: TypeAlias = tuple[int, ...]  # of a number in its quantity, counted from 0
OPEN = "?"
EXACT = Context(prec=1100)  # digits that any double has
OF_FRACTION = Context(prec=17)
MOST_DIGITS = 50
SMALLEST, LARGEST = -400, 308  # powers of ten that a double knows, and some below
NOISE = 1e-12  # relative: how far a double may be from the number that it stands for
TINIEST = 5e-324  # the distance of doubles near 0
COARSE = 1e-9  # relative: a unit so large that the last bits of a double must not decide what is cut off
PLAIN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,4})?")
FRACTION = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))\s*/\s*([-+]?(?:\d+\.?\d*|\.\d+))")
LEADING_ZERO = re.compile(r"[-+]?0\d")
COMMA = re.compile(r"([-+]?\d+),(\d+)")
MINUS = str.maketrans("−–", "--")
ZERO = 1e-9  # a 0 worked out by hand may stand for what is left of 0.1 + 0.2 - 0.3


@dataclass(frozen=True)
class Written:
    """`text` as written, its `value`, and `unit`, what a one at the place of its last digit is worth.

    0.0195 has the unit 0.0001, 0.01950 has 0.00001, 1.5e3 has 100 and 12 has 1; the fraction 1/3 is all but exact.
    """

    text: str
    value: float
    unit: float

    @cached_property
    def number(self) -> Decimal:
        """The decimal number that was written; a fraction to as many digits as a double has."""
        above, _, below = self.text.partition("/")
        return Decimal(above) if not below else OF_FRACTION.divide(Decimal(above), Decimal(below))

    def is_right(self, true: float) -> bool:
        """Whether this is `true`, rounded or cut off at the digits that were written. 0.45799999999999996 stands for
        0.458, which is cut off to 0.45, but not to 0.457.
        """
        fits = self.fits(true)
        if fits or not abs(self.value - true) < 2 * self.unit:
            return fits
        true_digits = f"{true:.15g}" if self.unit > COARSE * abs(true) else repr(true)
        return Decimal(true_digits).quantize(Decimal(repr(self.unit)), ROUND_DOWN, EXACT) == self.number

    def fits(self, low: float, high: float | None = None) -> bool:
        """Whether this is a number from `low` to `high` (None: `low` itself), rounded or cut off at the digits that
        were written, where the last bits of these do not count.
        """
        high = low if high is None else high
        noise = max(NOISE * max(abs(low), abs(high)), 2 * TINIEST)  # there, halves are lost
        rounded = self.unit / 2 + noise
        cut = max(rounded, self.unit - noise)  # what is a whole unit larger is not cut off to this
        below, above = cut if self.value <= 0 else rounded, cut if self.value >= 0 else rounded
        return self.value - below < high and low < self.value + above

    @property
    def digits(self) -> int:
        """How many digits were written, from the first that is not 0."""
        return len(self.number.as_tuple().digits)

    @property
    def decimals(self) -> int:
        """How many digits were written behind the point."""
        exponent = self.number.as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0

    def at(self, unit: float) -> Written:
        """The same number, exact to another unit."""
        return replace(self, unit=unit)

    def variants(self) -> Iterator[tuple[str, str, Written]]:
        """What may have been meant if a slip happened in writing: its kind, the slip in words, and the number."""
        if self.value == 0:
            return
        # A single digit, cut off, is far too near to half of all numbers.
        single = abs(self.value) / 5 if self.digits == 1 else math.inf
        yield "sign", "the sign is wrong", Written(self.text, -self.value, min(self.unit, single))
        if "/" in self.text:
            return
        for places in (-1, 1, -2, 2, -3, 3):
            factor = Decimal(10) ** places
            # Through the text: a power of ten must not leave a trace in the last bit.
            meant = self._scaled(factor)
            yield "decimal point", "a decimal point slip", meant.at(min(meant.unit, single * float(factor)))
        yield from self._digit_slips()

    def _digit_slips(self) -> Iterator[tuple[str, str, Written]]:
        sign, digits, exponent = self.number.as_tuple()
        if not isinstance(exponent, int):
            return
        padded = (0,) * max(0, 1 - exponent - len(digits)) + digits
        point = len(padded) + exponent
        for i, digit in enumerate(padded[:-1] if self.digits > 1 else ()):  # a last digit too many is one of rounding
            rest = padded[:i] + padded[i + 1 :]
            if i >= point or point > 1:
                meant = _written(sign, rest, exponent + (i >= point))
                yield "digit inserted", f"the digit {digit} is one too many", meant
        for more, words, power in _with_a_digit_more(padded, point, exponent):
            yield "digit dropped", words, _written(sign, more, power)
        for i, (a, b) in enumerate(pairwise(padded)):
            if a != b and self.digits > 1:
                swapped = (*padded[:i], b, a, *padded[i + 2 :])
                yield "digits swapped", f"the digits {a} and {b} are swapped", _written(sign, swapped, exponent)

    def _scaled(self, factor: Decimal) -> Written:
        value = self.number * factor
        return Written(self.text, float(value), float(Decimal(repr(self.unit)) * factor))


def _with_a_digit_more(
    padded: tuple[int, ...], point: int, exponent: int
) -> Iterator[tuple[tuple[int, ...], str, int]]:
    """The digits with one more among them, behind the point or before it, which one is missing, and the exponent."""
    for i in range(len(padded)):
        for digit in range(10):
            more, words = (*padded[:i], digit, *padded[i:]), f"a digit {digit} is missing"
            if i >= point:
                yield more, words, exponent - 1
            if i <= point and padded[0] != 0 and (i or digit):
                yield more, words, exponent
            if i == 0 and padded[0] == 0 and point == 1 and digit:  # .74 for 3.74
                yield (digit, *padded[1:]), words, exponent


def _written(sign: int, digits: tuple[int, ...], exponent: int) -> Written:
    value = Decimal((sign, digits, exponent))
    return Written(str(value), float(value), unit_of(exponent))


def unit_of(exponent: int) -> float:
    """10 to the power of `exponent`, or the least that is not 0 to a double."""
    return max(float(Decimal(1).scaleb(exponent)), TINIEST)


def as_decimal(text: str) -> Decimal:
    """What a TOML file's numbers are read by: a Decimal keeps its digits. NaN for one out of all bounds."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def _number_in(text: str) -> Decimal | Written:
    """The number that is written in a text. Raises Unfit, which says what else stands there."""
    plain = text.strip().translate(MINUS)
    if PLAIN.fullmatch(plain) and LEADING_ZERO.match(plain):
        raise Unfit(f"expected a number, found {shown(text)}; write a decimal point")
    if PLAIN.fullmatch(plain):
        return as_decimal(plain)
    if fraction := FRACTION.fullmatch(plain):
        return _fraction(text, *fraction.groups())
    if comma := COMMA.fullmatch(plain):
        raise Unfit(f"write a decimal point: {comma[1]}.{comma[2]}, not {shown(text)[1:-1]}")
    start = FRACTION.match(plain) or PLAIN.match(plain)
    if start:
        raise Unfit(f"expected a number alone, found {shown(plain[start.end() :].strip())} behind {start[0]}")
    raise Unfit(f'expected a number or "{OPEN}", found {shown(text)}')


def _fraction(text: str, above: str, below: str) -> Written:
    """A fraction, which is exact."""
    if not Decimal(below):
        raise Unfit(f"expected a finite number, found {shown(text)}")
    if len(above) + len(below) > MOST_DIGITS:
        raise Unfit(f"expected a number of at most {MOST_DIGITS} digits")
    number = OF_FRACTION.divide(Decimal(above), Decimal(below))
    return Written(
        f"{above}/{below}", float(number), unit_of(number.adjusted() - OF_FRACTION.prec + 3) if number else ZERO
    )


def read_written(value: Any) -> Written | None:
    """A number from a file or from Python with its digits, or None for a cell left open ("?") or without a number
    ("—"). Raises Unfit.
    """
    if isinstance(value, str):
        if value in (OPEN, NONE):
            return None
        value = _number_in(value)
        if isinstance(value, Written):
            return value
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
    if exponent < SMALLEST or max(number.adjusted(), exponent) > LARGEST or math.isinf(float(number)):
        raise Unfit(f"expected a finite number, found one of about 1e{number.adjusted()}")
    text = f"{number:f}" if -MOST_DIGITS <= exponent <= 0 else str(number).lower()
    if isinstance(value, float) and value == 0:
        return Written(text, 0.0, ZERO)  # Python prints every zero alike
    return Written(text, float(number), unit_of(exponent))
