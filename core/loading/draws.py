"""Numbers drawn from a seed: the same bits on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.arrays import Array
from core.loading.same_bits import logarithm


class Draws:
    """A stream of numbers that follows from whole numbers alone: a seed, and what tells its streams apart."""

    def __init__(self, *entropy: int) -> None:
        # numpy promises the raw stream of PCG64 for ever, but not what its distributions make of it.
        self._stream = np.random.PCG64(np.random.SeedSequence(entropy))

    def raw(self, count: int) -> NDArray[np.uint64]:
        """So many whole numbers of 64 bits."""
        return np.asarray(self._stream.random_raw(count))

    def uniform(self, count: int) -> Array:
        """So many numbers from 0 to below 1."""
        return np.asarray((self.raw(count) >> np.uint64(11)) * 2.0**-53, dtype=np.float64)

    def normal(self, count: int) -> Array:
        """So many standard normal numbers, by Marsaglia's polar method: a point in the unit circle gives two."""
        found: Array = np.empty(0)
        while len(found) < count:
            x, y = (2 * self.uniform(2 * (count - len(found))) - 1).reshape(2, -1)
            square = x * x + y * y
            inside = (square > 0) & (square < 1)
            x, y, square = x[inside], y[inside], square[inside]
            radius = np.sqrt(-2 * logarithm(square) / square)
            found = np.concatenate([found, np.stack([x * radius, y * radius], axis=1).ravel()])
        return found[:count]
