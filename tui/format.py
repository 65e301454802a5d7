"""Numbers and texts for a screen of fixed columns: pure functions."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len, set_cell_size

from core import Array, rounded_to, significant, sure
from core.files import legible

DEFAULT_DIGITS = 6
FEWEST_DIGITS, MOST_DIGITS = 4, 12
DIFFERENCE_ROUNDING = 1e-6  # relative: a central difference of float64 losses is often no sharper


@dataclass(frozen=True)
class NumberFormat:
    """Numbers of about `digits` significant digits, lined up on the decimal point in a cell of fixed width.

    `integers` digits fit before the point. A number that would lose more digits that way than in powers of ten is
    written in powers of ten, within the same width; one that is written out in full loses its trailing zeros, so that
    0.75 is exact and 0.750000 rounded.
    """

    digits: int = DEFAULT_DIGITS
    integers: int = 2

    @property
    def width(self) -> int:
        return 1 + self.integers + 1 + self.digits

    def cell(self, value: float) -> str:
        """`value` in exactly `width` characters."""
        text = self.text(value)
        if not math.isfinite(value):
            return text.center(self.width)
        mantissa = text.split("e")[0]
        before = len(mantissa.split(".")[0])
        return (" " * (1 + self.integers - before) + text).ljust(self.width)

    def text(self, value: float) -> str:
        """`value` without the padding."""
        value = sure(value)
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "+inf" if value > 0 else "-inf"
        if value == 0:
            return "0"
        exponent = math.floor(math.log10(abs(value)))
        decimals = max(0, self.digits - max(0, exponent + 1))
        if exponent < self.integers:
            kept = decimals + exponent + 1
            fixed = f"{rounded_to(value, kept) if kept > 0 else 0.0:.{decimals}f}"
            if float(fixed) == value:
                return fixed.rstrip("0").rstrip(".") if "." in fixed else fixed
            if len(fixed.lstrip("-").split(".")[0]) <= self.integers and kept >= self._power_decimals(exponent) + 1:
                return fixed
        return self._power(value, exponent)

    def _power_decimals(self, exponent: int) -> int:
        return max(0, self.digits - len(f"e{exponent}"))

    def _power(self, value: float, exponent: int) -> str:
        decimals = self._power_decimals(exponent)
        mantissa, power = f"{rounded_to(value, decimals + 1):.{decimals}e}".split("e")
        text = f"{mantissa}e{int(power)}"
        if float(text) == value and "." in mantissa:
            text = f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}"
        if len(text.lstrip("-")) > 2 + self.digits:  # rounding reached the next power, whose exponent is longer
            decimals = max(0, decimals - 1)
            mantissa, power = f"{rounded_to(value, decimals + 1):.{decimals}e}".split("e")
            text = f"{mantissa}e{int(power)}"
        return text


def integers_for(largest: float, least: int = 2, most: int = 5) -> int:
    """How many digits before the point numbers up to `largest` need, from `least` to `most`."""
    if not math.isfinite(largest) or largest < 1:
        return least
    return min(most, max(least, math.floor(math.log10(largest)) + 1))


MOST_WHOLE = 9  # digits before the point of given data, which people want to see as they are
SAMPLE = 2000  # numbers that are looked at to choose a width


def exact_format(values: Array, digits: int) -> NumberFormat:
    """The narrowest format, of `digits` digits at most, that writes numbers such as these out in full. A large array
    is judged by some of its numbers; one that does not fit then is rounded, or goes over to powers of ten.
    """
    sample = values.reshape(-1)[:: max(1, values.size // SAMPLE)].tolist()
    needed = max((_digits(value, digits) for value in sample), default=0)
    largest = float(np.abs(values).max()) if values.size else 0.0
    return NumberFormat(min(digits, max(1, needed)), integers_for(largest, least=1, most=MOST_WHOLE))


def _digits(value: float, most: int) -> int:
    """Digits that write `value` out in full, those before the point included where there are some behind it."""
    decimals = next((n for n in range(most) if round(value, n) == value), most)
    whole = len(str(int(abs(value)))) if decimals and 1 <= abs(value) < 10**most else 0
    return decimals + whole


def short(value: float, digits: int = DEFAULT_DIGITS) -> str:
    """`value` in running text, with `digits` significant digits at most: 0.5, 1.966448, 3.1e-05."""
    return significant(value, digits)


def relative_error(value: float) -> str:
    """How far a central difference is off, in one digit: 8e-05. What lies within its own rounding is <1e-8."""
    return f"{value:.0e}" if not value < DIFFERENCE_ROUNDING else f"<{DIFFERENCE_ROUNDING:.0e}".replace("e-0", "e-")


def plain(text: str) -> str:
    """`text` without control characters: what comes from a file may carry escape codes."""
    return "".join(character for character in legible(text) if unicodedata.category(character)[0] != "C")


def fit(text: str, width: int) -> str:
    """`text`, cut with an ellipsis if it is wider than `width` columns; some characters take two."""
    return text if cell_len(text) <= width else set_cell_size(text, max(0, width - 1)) + "…"
