"""Hits: all computed steps in which a watch holds."""

from __future__ import annotations

import numpy as np

from core.arrays import Array, Rows
from core.timeline import Timeline
from core.watching.blocks import Blocks
from core.watching.search import Hit, Said, end_of
from core.watching.slices import Sliced
from core.watching.watch import Watch


class Hits(Sliced):
    """The computed steps of a run in which a watch holds, with the numbers that it is about. `further` looks at those
    that were computed since.
    """

    def __init__(self, timeline: Timeline, watch: Watch) -> None:
        self.watch = watch
        self.reached = 0  # every step before this one was looked at
        self._timeline = timeline
        self._blocks = Blocks(timeline, [watch.tree, *(side.node for side in watch.sides)])
        super().__init__(self._blocks.most)
        self._steps: Rows = np.empty(0, dtype=np.intp)
        self._numbers: Array = np.empty((0, len(watch.sides), 2))
        self._new: list[tuple[Rows, Array]] = []

    @property
    def done(self) -> bool:
        """Whether all steps that are computed by now were looked at."""
        return self.reached >= end_of(self._timeline)

    @property
    def steps(self) -> Rows:
        """The steps, in order."""
        self._gather()
        return self._steps

    def __len__(self) -> int:
        """How many there are so far."""
        return len(self.steps)

    def __getitem__(self, place: int) -> Hit:
        """One of them, by its place from 0."""
        self._gather()
        numbers, spell = zip(self.watch.sides, self._numbers[place].tolist(), strict=True), self.watch.spell
        said = tuple(Said(spell(side.node), now, before if side.before else None) for side, (now, before) in numbers)
        return Hit(int(self._steps[place]), self.watch, said)

    def _look(self, steps: int) -> None:
        block = self._blocks[self.reached : min(end_of(self._timeline), self.reached + steps)]
        rows = np.flatnonzero(block.holds(self.watch.tree))
        if len(rows):
            numbers = np.empty((len(rows), len(self.watch.sides), 2))
            for i, side in enumerate(self.watch.sides):
                now, before = block.numbers(side.node)
                numbers[:, i, 0], numbers[:, i, 1] = now[rows], before[rows]
            self._new.append((block.start + rows, numbers))
        self.reached = block.stop

    def _gather(self) -> None:
        if self._new:
            steps, numbers = zip(*self._new, strict=True)
            self._steps = np.concatenate([self._steps, *steps])
            self._numbers = np.concatenate([self._numbers, *numbers])
            self._new.clear()
