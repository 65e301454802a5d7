"""Numbers as the sheet writes them: a fixed number of decimals in a fixed width, powers of ten where that says more."""

from __future__ import annotations

import math
from typing import NamedTuple


class Written(NamedTuple):
    """How the numbers of one quantity are written.

    integers   digits before the point that have room
    decimals   digits behind it
    signed     whether there is room for a minus
    exact      whether a number that is written out in full loses its trailing zeros, as data do
    """

    integers: int = 1
    decimals: int = 4
    signed: bool = True
    exact: bool = False

    @property
    def width(self) -> int:
        """Columns of a number, sign included."""
        return self.signed + self.integers + (1 + self.decimals if self.decimals else 0)

    def cell(self, value: float) -> str:
        """A number in exactly `width` columns, its point in place where it has one."""
        text, width = self.text(value), self.width
        point = text.find(".")
        if point < 0:
            point = len(text.partition("e")[0])
        pad = self.signed + self.integers - point
        return (" " * min(pad, width - len(text)) + text).ljust(width)

    def text(self, value: float) -> str:
        """A number as it is written, without the blanks around it. A whole number is written without a point, one that
        is too small or too large in powers of ten.
        """
        if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
        if value == int(value) and abs(value) < 10**self.integers:
            return str(int(value))
        room = self.width - (0 if value < 0 or not self.signed else 1)
        for decimals in range(self.decimals, 0, -1):
            text = f"{value:.{decimals}f}"
            if float(text) == 0:
                break
            if len(text) <= room:
                return text.rstrip("0") if self.exact and float(text) == value else text
        return self._power(value, room)

    def _power(self, value: float, room: int) -> str:
        text = f"{value:.0e}"
        for decimals in range(self.decimals + self.integers + 1):
            mantissa, power = f"{value:.{decimals}e}".split("e")
            longer = f"{mantissa}e{int(power)}"
            if len(longer) > room and decimals:
                break
            text = longer
        return text


def given(values: list[float], most: int) -> Written:
    """The narrowest way that writes data out in full, with `most` decimals at the most."""
    decimals = max((_decimals(value, most) for value in values), default=0)
    finite = [abs(value) for value in values if math.isfinite(value)]
    integers = max((len(str(int(value))) for value in finite), default=1)
    return Written(min(integers, 9), decimals, any(value < 0 for value in values), exact=True)


def _decimals(value: float, most: int) -> int:
    return next((n for n in range(most) if round(value, n) == value), most) if math.isfinite(value) else 0
