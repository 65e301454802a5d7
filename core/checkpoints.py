"""Checkpoints: evenly spaced states of a run in one array, thinned when it is full."""

from __future__ import annotations

import numpy as np

from core.arrays import Array

FLOAT_BYTES = 8


class Checkpoints:
    """The states before steps origin, origin + stride, origin + 2 stride, ..., each a row of `rows`.

    All states from `origin` up to, not including, `end` have been passed; those on the stride are kept. When the array
    is full every second one is dropped and the stride doubles. Rows that were never written take no memory. `cells` is
    the memory of the rows, one after the other: numpy takes twice as long to copy a small row.
    """

    def __init__(self, size: int, budget: int, stride: int = 1) -> None:
        self.size = size
        self.capacity = max(2, budget // max(FLOAT_BYTES, FLOAT_BYTES * size))
        self.rows: Array = np.empty((self.capacity, size))
        self.cells = self.rows.reshape(-1).data
        self._first_stride = stride
        self.restart(0)

    def restart(self, origin: int) -> None:
        """Empty, and ready to begin at the state before step `origin`."""
        self.origin = self.end = origin
        self.stride = self._first_stride

    def reserve(self, end: int) -> None:
        """Make room for the states before all steps up to, not including, `end`."""
        while (end - 1 - self.origin) // self.stride >= self.capacity:
            self._thin()

    def extend(self, end: int) -> None:
        """The states before all steps up to `end` have been passed."""
        self.end = max(self.end, end)

    def continues_at(self, index: int) -> bool:
        """Whether states from `index` on can be added, or written again."""
        return self.origin <= index <= self.end

    def nearest(self, index: int) -> tuple[int, Array] | None:
        """The last kept state before step `index` or an earlier one: whose it is, and the row."""
        reach = min(index, self.end - 1)
        if reach < self.origin:
            return None
        slot = (reach - self.origin) // self.stride
        return self.origin + slot * self.stride, self.rows[slot]

    @property
    def used(self) -> int:
        """How many states are kept."""
        return -(-(self.end - self.origin) // self.stride)

    def _thin(self) -> None:
        # Row i takes over row 2i. In stretches that double, no stretch overlaps its source: no temporary copy.
        kept, start = -(-self.used // 2), 1
        while start < kept:
            stop = min(2 * start, kept)
            self.rows[start:stop] = self.rows[2 * start : 2 * stop : 2]
            start = stop
        self.stride *= 2
