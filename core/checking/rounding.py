"""How somebody rounds the numbers on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from core.arrays import Array
from core.checking.written import Written


@dataclass(frozen=True)
class Rounding:
    """How somebody rounds what they do not write down: to so many `digits` behind the point, or `significant` ones;
    `cut` off or rounded.
    """

    digits: int
    significant: bool
    cut: bool

    def __call__(self, values: Array) -> Array:
        places = np.full(values.shape, float(self.digits))
        if self.significant:
            places -= 1 + np.floor(np.log10(np.abs(values), out=np.zeros(values.shape), where=values != 0))
        scale = 10.0**places
        # The second rounding takes away what the first product left in the last bits.
        scaled = np.trunc(np.round(values * scale, 6)) if self.cut else np.round(values * scale)
        return np.asarray(scaled / scale)

    def __str__(self) -> str:
        digits = f"{self.digits} {'significant digit' if self.significant else 'decimal'}{'s' * (self.digits != 1)}"
        return f"{'cut off at' if self.cut else 'rounded to'} {digits}"


def roundings(numbers: Iterable[Written]) -> Iterator[Rounding]:
    """How numbers on the way may have been rounded, from the digits of those that were written: the finest first."""
    written = list(numbers)
    decimals, digits = max(w.decimals for w in written), max(w.digits for w in written)
    for fewer in range(4):
        for cut in (False, True):
            if decimals - fewer >= 1:
                yield Rounding(decimals - fewer, False, cut)
            if digits - fewer >= 2:
                yield Rounding(digits - fewer, True, cut)
