"""Numbers drawn from a seed, on every machine the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.arrays import Array
from core.loading.same_bits import cosine_of_turns, logarithm


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
        """So many normally distributed numbers (mean 0, deviation 1), after Box & Muller (1958)."""
        radius = np.sqrt(-2 * logarithm(1 - self.uniform(count)))
        return np.asarray(radius * cosine_of_turns(self.uniform(count)), dtype=np.float64)
