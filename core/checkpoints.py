"""Checkpoints: evenly spaced states of a run in one array, thinned when it is full."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.arrays import Array

FLOAT_BYTES = 8


class _Spacing(NamedTuple):
    """Which states the rows hold: those before steps origin, origin + stride, ..., up to, not including, `end`.
    `thinned` is how many rows the thinning that is going on has put in place, 0 while there is none.
    """

    origin: int
    end: int
    stride: int
    thinned: int = 0

    @property
    def used(self) -> int:
        return -(-(self.end - self.origin) // self.stride)


class Checkpoints:
    """The states before steps origin, origin + stride, origin + 2 stride, ..., each a row of `rows`.

    All states from `origin` up to, not including, `end` have been passed; those on the stride are kept. When the array
    is full every second one is dropped and the stride doubles. Rows that were never written take no memory. `cells` is
    the memory of the rows, one after the other: numpy takes twice as long to copy a small row.

    An interrupt at any point leaves it right: what the rows hold changes in a single assignment, and a thinning that
    was interrupted is finished by whoever asks next.
    """

    def __init__(self, size: int, budget: int, stride: int = 1) -> None:
        self.size = size
        self.capacity = max(2, budget // max(FLOAT_BYTES, FLOAT_BYTES * size))
        self.rows: Array = np.empty((self.capacity, size))
        self.cells = self.rows.reshape(-1).data
        self._first_stride = stride
        self.restart(0)

    @property
    def spacing(self) -> _Spacing:
        """Which states the rows hold."""
        if self._spacing.thinned:
            self._thin()
        return self._spacing

    @property
    def used(self) -> int:
        """How many states are kept."""
        return self.spacing.used

    def restart(self, origin: int) -> None:
        """Empty, and ready to begin at the state before step `origin`."""
        self._spacing = _Spacing(origin, origin, self._first_stride)

    def fill(self, states: Array, stride: int, end: int) -> None:
        """Hold the states before steps 0, stride, 2 stride, ..., which is all of those before step `end`."""
        while len(states) > self.capacity:
            states, stride = states[::2], 2 * stride
        self.rows[: len(states)] = states
        self._spacing = _Spacing(0, end, stride)

    def reserve(self, end: int) -> None:
        """Make room for the states before all steps up to, not including, `end`."""
        while (end - 1 - self.spacing.origin) // self.spacing.stride >= self.capacity:
            self._spacing = self._spacing._replace(thinned=1)  # the first row stays where it is
            self._thin()

    def extend(self, end: int) -> None:
        """The states before all steps up to `end` have been passed."""
        if end > self.spacing.end:
            self._spacing = self._spacing._replace(end=end)

    def continues_at(self, index: int) -> bool:
        """Whether states from `index` on can be added, or written again."""
        return self.spacing.origin <= index <= self.spacing.end

    def holds(self, index: int) -> bool:
        """Whether the state before step `index` is kept."""
        found = self.nearest(index)
        return found is not None and found[0] == index

    def nearest(self, index: int) -> tuple[int, Array] | None:
        """The last kept state before step `index` or an earlier one: whose it is, and the row."""
        origin, end, stride, _ = self.spacing
        reach = min(index, end - 1)
        if reach < origin:
            return None
        slot = (reach - origin) // stride
        return origin + slot * stride, self.rows[slot]

    def _thin(self) -> None:
        """Let row i take over row 2i, from where that was left, and double the stride."""
        spacing = self._spacing
        kept, start = -(-spacing.used // 2), spacing.thinned
        while start < kept:
            # In stretches that double, none overlaps its source: numpy needs no temporary copy, and a stretch that was
            # interrupted behind its copy can be copied again.
            stop = min(2 * start, kept)
            self.rows[start:stop] = self.rows[2 * start : 2 * stop : 2]
            start = stop
            self._spacing = spacing._replace(thinned=start)
        self._spacing = _Spacing(spacing.origin, spacing.end, 2 * spacing.stride)
