"""Tap: copies of a step's numbers, taken while a run passes it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

import numpy as np

from core.arrays import Array
from core.batches import BatchSchedule
from core.primitives import Operation
from core.quantity import NEXT

LOSS, STATE = "loss", "state"


class Tap:
    """Copies of the quantities `names` of up to `steps` steps, from step `origin` on.

    What a trainer calls by these names it copies out of its own arrays while it runs: weights, biases and buffers
    before the step and, with "_next" behind the name, after it, and everything else after it; "state" is the flat state
    before the step, "loss" its loss. Steps over batches of one size have an array for each name, of a row a step.
    """

    def __init__(self, names: Collection[str], steps: int) -> None:
        self.names = frozenset(names)
        self.steps = steps
        self.origin = 0
        self._rows: dict[int, dict[str, Array]] = {}
        self._placed: dict[int, list[Operation]] = {}
        self._index = 0

    def restart(self, origin: int) -> None:
        """Ready for the steps from `origin` on; what was copied may be written over."""
        self.origin = origin

    def rows(self, size: int) -> Mapping[str, Array]:
        """What was copied of steps over `size` rows, by name: (steps, ...), the oldest first."""
        return self._rows.get(size, {})

    def begin(self, index: int) -> None:
        """The run goes on with step `index`."""
        self._placed.clear()
        self._index = index

    def placed(self, size: int) -> list[Operation] | None:
        """What a step over `size` rows does with the copying, since the run went on; None: that is still to be made."""
        return self._placed.get(size)

    def around(
        self,
        operations: list[Operation],
        size: int,
        schedule: BatchSchedule,
        before: Mapping[str, Array],
        after: Mapping[str, Array],
        losses: list[float],
    ) -> list[Operation]:
        """The operations of a step over `size` rows, with those that copy its numbers: `before` it and `after` it."""
        arrays = self._rows.setdefault(size, {})
        row = int((schedule.sizes(self.origin, self._index) == size).sum())

        def copying(sources: Mapping[str, Array]) -> Iterator[Operation]:
            for name in self.names & sources.keys():
                if name not in arrays:
                    arrays[name] = np.empty((self.steps, *sources[name].shape))
                yield _copying(arrays[name], sources[name], row)

        latest = {f"{name}{NEXT}": array for name, array in before.items()}
        placed = [*copying(before), *operations, *copying({**after, **latest})]
        if LOSS in self.names:
            placed.append(_noting(arrays.setdefault(LOSS, np.empty(self.steps)), losses, row))
        self._placed[size] = placed
        return placed


def _copying(into: Array, source: Array, row: int) -> Operation:
    # Memory to memory: half the time that numpy takes for small arrays.
    cells, values, size = into.reshape(-1).data, source.reshape(-1).data, source.size
    place = row * size

    def copy() -> None:
        nonlocal place
        cells[place : place + size] = values
        place += size

    return copy


def _noting(into: Array, losses: list[float], row: int) -> Callable[[], None]:
    place = row

    def note() -> None:
        nonlocal place
        into[place] = losses[-1]
        place += 1

    return note
