"""Numbers that somebody wrote for a quantity, compared all at once with what they might be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from core.arrays import Array, Mask
from core.checking.written import NOISE, TINIEST, Position, Written

EVEN = 1e-9  # relative: so near to a number that has few digits is that number
EVEN_DIGITS, MOST_DIGITS = 2, 15  # a number that comes out even tells as much as one of two digits
ZEROS = 20.0  # a wrong 0 is one in so many wrong numbers


class Numbers:
    """Numbers by position, counted from 0, in the order of the mapping."""

    def __init__(self, written: Mapping[Position, Written]) -> None:
        self.written = dict(written)
        self.positions = tuple(self.written)

    def __len__(self) -> int:
        return len(self.positions)

    @cached_property
    def values(self) -> Array:
        return np.array([w.value for w in self.written.values()], dtype=float)

    @cached_property
    def units(self) -> Array:
        """What a one at the place of the last digit of each is worth."""
        return np.array([w.unit for w in self.written.values()], dtype=float)

    @cached_property
    def _index(self) -> tuple[Array, ...]:
        return tuple(np.array(self.positions, dtype=int).T) if self.positions else ()

    def of(self, array: Array) -> Array:
        """The numbers at these positions of an array of the quantity's shape."""
        return np.asarray(array[self._index], dtype=float).reshape(-1) if self.positions else np.zeros(0)

    def fit(self, low: Array, high: Array) -> Mask:
        """Which of them are a number from `low` to `high`, rounded or cut off at the digits that were written; both are
        of the quantity's shape.
        """
        return self.fit_within(self.of(low), self.of(high))

    def fit_within(self, low: Array, high: Array) -> Mask:
        """The same for bounds that are in their own order."""
        noise = np.fmax(NOISE * np.fmax(np.abs(low), np.abs(high)), 2 * TINIEST)
        rounded = self.units / 2 + noise
        cut = np.fmax(rounded, self.units - noise)
        below, above = np.where(self.values <= 0, cut, rounded), np.where(self.values >= 0, cut, rounded)
        found: Mask = (self.values - below < high) & (low < self.values + above)
        return found

    def only(self, mask: Mask) -> dict[Position, Written]:
        """Those where a mask is true."""
        return {
            position: self.written[position] for position, chosen in zip(self.positions, mask, strict=True) if chosen
        }

    def chances(self, low: Array, high: Array, bare: bool = False) -> Array:
        """For each, how many in one of all numbers with as many digits would lie between these bounds, too; they are
        in their own order. `bare` counts those digits alone that were written: a 1 has one, however exact it is meant.
        """
        even = np.abs(self.values - (low + high) / 2) <= EVEN * np.abs(self.values)
        digits = self._bare_digits if bare else self._digits
        populations = 18 * 10.0 ** (np.clip(digits, np.where(even, EVEN_DIGITS, 1), MOST_DIGITS) - 1)
        populations = np.where(self.values == 0, ZEROS, populations)
        return np.fmin(1.0, ((high - low) / self.units + np.where(even, 1.0, 1.5)) / populations)

    @cached_property
    def _digits(self) -> Array:
        with np.errstate(all="ignore"):
            return np.floor(np.log10(np.abs(self.values) / self.units) + EVEN) + 1

    @cached_property
    def _bare_digits(self) -> Array:
        return np.array([w.digits for w in self.written.values()], dtype=float)
