"""What was written for a quantity, against where its numbers may lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.arrays import Array, Mask
from core.checking.numbers import Numbers
from core.checking.written import Position


class Range(NamedTuple):
    """From where to where the numbers of a quantity may lie."""

    low: Array
    high: Array

    def holds(self, numbers: Numbers) -> Mask:
        """Which numbers that were written are of this range."""
        return numbers.fit(self.low, self.high) | numbers.are(self.low) | numbers.are(self.high)

    def width(self, position: Position) -> float:
        return float(self.high[position] - self.low[position])


@dataclass(frozen=True, eq=False)
class Answers:
    """What was written for one quantity: `values` where `given` is true, and which of them are `wrong`. Whoever wrote
    them may have gone on with more digits of them: with those of `exact`, known to within `radius`.
    """

    values: Array
    given: Mask
    exact: Array
    radius: Array
    wrong: Mask

    @classmethod
    def of(cls, numbers: Numbers, true: Array, own: Range | None = None) -> Answers:
        """From the numbers that were written; `own` is what follows from theirs, None where nothing but the true values
        does.
        """
        values, exact, radius = np.zeros(true.shape), true.copy(), np.zeros(true.shape)
        given, wrong = np.zeros(true.shape, dtype=bool), np.zeros(true.shape, dtype=bool)
        mistaken = ~numbers.are(true)
        more, off = numbers.of(true), np.zeros(len(numbers))  # with more digits, and by how much that may be off
        more[mistaken], off[mistaken] = numbers.values[mistaken], numbers.units[mistaken]
        if own is not None:
            # It may only look right after a slip: then it may have been either.
            half, middle = numbers.of(own.high - own.low) / 2, numbers.of(own.low + own.high) / 2
            open_ = np.where(mistaken, half, np.fmax(half, np.abs(numbers.of(true) - middle)))
            follow = own.holds(numbers)
            more[follow], off[follow] = middle[follow], np.fmin(numbers.units, open_)[follow]
        found = (numbers.values, np.True_, more, off, mistaken)
        for array, numbers_in_order in zip((values, given, exact, radius, wrong), found, strict=True):
            numbers.into(array, numbers_in_order)
        return cls(values, given, exact, radius, wrong)
