"""Numbers that somebody wrote for a quantity, compared all at once with what they might be."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from core.arrays import Array, Mask
from core.checking.written import NOISE, TINIEST, Position, Written, unit_of
from core.loading.fields import Unfit

EVEN = 1e-9  # relative: so near to a number that has few digits is that number
EVEN_DIGITS, MOST_DIGITS = 2, 15  # a number that comes out even tells as much as one of two digits
NEARLY = 1.01  # units: what is cut off to a number is larger by no more
ZEROS = 20.0  # a wrong 0 is one in so many wrong numbers

OF_TYPE = {2: 4e-3, 4: 4e-6, 8: 4e-11}  # by its bytes: how exact a program's numbers are, as parts of the largest
FEWEST_PLACES, MOST_PLACES = 2, 15  # behind the point, that a program rounds to


class Numbers:
    """Numbers at their `places` in a quantity, a row of indices from 0 for each, with their `values` and `units`, what
    a one at the place of the last digit of each is worth. `texts` are these as they were written, or
    the numbers that print so.
    """

    def __init__(self, places: Any, values: Array, units: Array, texts: Sequence[Any]) -> None:
        self.values, self.units = values, units
        self._places, self._source = places, texts

    @classmethod
    def at(cls, written: Mapping[Position, Written]) -> Numbers:
        """Numbers by position."""
        found = list(written.values())
        places = np.array(list(written), dtype=int).reshape(len(found), len(next(iter(written), ())))
        values, units = (np.array([getattr(w, name) for w in found], dtype=float) for name in ("value", "unit"))
        return cls(places, values, units, [w.text for w in found])

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, i: int) -> Written:
        return Written(str(self._source[i]), float(self.values[i]), float(self.units[i]))

    @cached_property
    def positions(self) -> tuple[Position, ...]:
        return tuple(map(tuple, self._places.tolist()))

    @property
    def cells(self) -> list[Position]:
        """The same, counted from 1."""
        return list(map(tuple, (self._places + 1).tolist()))

    @cached_property
    def texts(self) -> tuple[str, ...]:
        return tuple(map(str, self._source))

    @cached_property
    def written(self) -> dict[Position, Written]:
        """Each by its position."""
        return {position: self[i] for i, position in enumerate(self.positions)}

    @cached_property
    def digits(self) -> Array:
        """How many digits each has, as exact as it is meant, from the first that is not 0."""
        with np.errstate(all="ignore"):
            return np.floor(np.log10(np.abs(self.values) / self.units) + EVEN) + 1

    @cached_property
    def _index(self) -> tuple[Any, ...]:
        return tuple(self._places.T)

    def where(self, mask: Mask) -> Numbers:
        """Those where a mask, in their own order, is true."""
        chosen = np.flatnonzero(mask)
        texts = [self._source[i] for i in chosen.tolist()]
        return Numbers(self._places[chosen], self.values[chosen], self.units[chosen], texts)

    def mask(self, positions: Collection[Position]) -> Mask:
        """Which of them are at these positions, in their own order."""
        wanted = set(positions)
        return np.array([position in wanted for position in self.positions], dtype=bool)

    def to(self, units: Array, values: Array | None = None) -> Numbers:
        """The same as exact as other units, and with other values."""
        return Numbers(self._places, self.values if values is None else values, units, self._source)

    @property
    def turned(self) -> Numbers:
        """The same in the transpose of a matrix."""
        return Numbers(self._places[:, ::-1], self.values, self.units, self._source)

    def of(self, array: Any) -> Array:
        """The numbers at these positions of an array of the quantity's shape."""
        return np.asarray(array[self._index], dtype=float).reshape(-1) if len(self) else np.zeros(0)

    def into(self, array: Any, values: Any) -> None:
        """Put values, in their own order, at these positions of an array of the quantity's shape."""
        if len(self):
            array[self._index] = values if np.ndim(values) == 0 or self._index else values[0]

    def fit(self, low: Array, high: Array) -> Mask:
        """Which of them are a number from `low` to `high`, rounded or cut off at the digits that were written; both are
        of the quantity's shape.
        """
        return self.fit_within(self.of(low), self.of(high))

    def fit_within(self, low: Array, high: Array) -> Mask:
        """The same for bounds that are in their own order."""
        largest = np.abs(low) if low is high else np.fmax(np.abs(low), np.abs(high))
        noise = np.fmax(NOISE * largest, 2 * TINIEST)
        half, below_zero, above_zero = self._bounds
        rounded = half + noise
        cut = np.fmax(rounded, self.units - noise)
        below, above = np.where(below_zero, cut, rounded), np.where(above_zero, cut, rounded)
        found: Mask = (self.values - below < high) & (low < self.values + above)
        return found

    @cached_property
    def _bounds(self) -> tuple[Array, Mask, Mask]:
        """Half of each unit, and which numbers may be cut off from below, and which from above."""
        return self.units / 2, self.values <= 0, self.values >= 0

    def are(self, array: Array) -> Mask:
        """Which of them are right for an array of the quantity's shape, as Written.is_right has it."""
        true = self.of(array)
        found = self.fit_within(true, true)
        # What is cut off by all but a unit is a matter of the digits that the number itself has.
        cut = ~found & (np.abs(self.values) <= np.abs(true)) & (np.abs(self.values - true) < NEARLY * self.units)
        for i in np.flatnonzero(cut).tolist():
            found[i] = self[i].is_right(float(true[i]))
        return found

    def chances(self, low: Array, high: Array, bare: bool = False) -> Array:
        """For each, how many in one of all numbers with as many digits would lie between these bounds, too; they are
        in their own order. `bare` counts those digits alone that were written: a 1 has one, however exact it is meant.
        """
        even = np.abs(self.values - (low + high) / 2) <= EVEN * np.abs(self.values)
        digits = self._bare_digits if bare else self.digits
        populations = 18 * 10.0 ** (np.clip(digits, np.where(even, EVEN_DIGITS, 1), MOST_DIGITS) - 1)
        populations = np.where(self.values == 0, ZEROS, populations)
        return np.fmin(1.0, ((high - low) / self.units + np.where(even, 1.0, 1.5)) / populations)

    @cached_property
    def _bare_digits(self) -> Array:
        return np.array([w.digits for w in self.written.values()], dtype=float)


def read_array(array: Any) -> Numbers:
    """The numbers of a program's array, as exact as its type leaves them, or as they were rounded. Raises Unfit where
    one is not finite.
    """
    with np.errstate(all="ignore"):
        values = array.astype(np.float64)
    bad = np.argwhere(~np.isfinite(np.atleast_2d(values)))
    if len(bad):
        row, column = bad[0]
        found = np.atleast_2d(values)[row, column]
        raise Unfit(f"row {row + 1}, column {column + 1}: expected a finite number, found {found}")
    largest = float(np.abs(values).max(initial=0.0)) * OF_TYPE.get(array.dtype.itemsize, OF_TYPE[8])
    exact = unit_of(math.ceil(math.log10(largest))) if largest else 0.0
    unit = max(exact, unit_of(-_places(values, np.abs(np.spacing(array)).astype(np.float64))))
    flat = array.ravel()
    texts = flat.tolist() if flat.dtype == np.float64 else list(flat)
    places = np.argwhere(np.ones(array.shape, dtype=bool))
    return Numbers(places, values.ravel(), np.full(values.size, unit), texts)


def _places(values: Array, spacing: Array) -> int:
    """How many places behind the point the numbers were rounded to, as far as that can be told; a 0 tells nothing."""
    there = values != 0
    values, spacing = values[there], spacing[there]
    rounded = (
        places
        for places in range(MOST_PLACES if values.size else 0)
        if (np.abs(values * 10.0**places - np.rint(values * 10.0**places)) <= spacing * 10.0**places).all()
    )
    places = next(rounded, MOST_PLACES)
    return places if places >= FEWEST_PLACES else MOST_PLACES  # a whole number need not be a rounded one
