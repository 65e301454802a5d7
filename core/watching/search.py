"""Search: the next step of a run in which a watch holds, or the last one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.errors import DivergedError
from core.text import significant
from core.timeline import Timeline
from core.watching.blocks import Block, Blocks
from core.watching.slices import Sliced
from core.watching.watch import Watch

DIGITS = 6


class Said(NamedTuple):
    """A number that a watch is about, as it was in a step; `before` is what it was in the step before, where that
    counts, else None. NaN where it has no value.
    """

    text: str
    value: float
    before: float | None = None

    def __str__(self) -> str:
        now = significant(self.value, DIGITS)
        if self.before is None:
            return f"{self.text} = {now}"
        return f"{self.text} = {significant(self.before, DIGITS)} → {now}"


@dataclass(frozen=True)
class Hit:
    """A step in which a watch holds, with the numbers that the watch is about."""

    step: int
    watch: Watch
    numbers: tuple[Said, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.numbers)) or self.watch.text

    def told_as(self, watch: Watch) -> Hit:
        """The same of the same watch in another notation."""
        told = zip(self.numbers, watch.sides, strict=True)
        return Hit(self.step, watch, tuple(said._replace(text=watch.spell(side.node)) for said, side in told))


class Search(Sliced):
    """Looks for the first step behind step `at` in which one of `watches` holds, up to step `limit`, or `back` for the
    last one before it. Step `at` itself is not looked at; -1 stands before the first. Where the run has not come as far
    as `limit`, it is computed on; None: only what is computed is looked at.

    `further` does a part of it, so that somebody may look at the keyboard in between; `finish` all. Then `found` is
    the hit, of the watch that comes first among several; None where there is none, and `diverged` says where the run
    stops being finite, if it does.
    """

    def __init__(
        self, timeline: Timeline, watches: Sequence[Watch], at: int, limit: int | None = None, back: bool = False
    ) -> None:
        self.watches, self.back, self.at = tuple(watches), back, at
        self._timeline = timeline
        self.limit = 0 if back else end_of(timeline) - 1 if limit is None else limit
        self.found: Hit | None = None
        self.diverged: DivergedError | None = None
        self.reached = at  # every step from `at` up to this one was looked at
        sides = [side.node for watch in watches for side in watch.sides]
        self._blocks = Blocks(timeline, [*(watch.tree for watch in watches), *sides])
        super().__init__(self._blocks.most)

    @property
    def done(self) -> bool:
        """Whether there is nothing more to look at."""
        at_end = self.reached <= 0 if self.back else self.reached >= self.limit
        return self.found is not None or self.diverged is not None or not self.watches or at_end

    @property
    def progress(self) -> float:
        """How much of the way is done, from 0 to 1."""
        way = abs(self.limit - self.at)
        return 1.0 if self.done or not way else abs(self.reached - self.at) / way

    @property
    def result(self) -> Hit | None:
        """What was found. Raises DivergedError where nothing was before the run stops being finite."""
        if self.found is None and self.diverged is not None:
            raise self.diverged
        return self.found

    def _look(self, steps: int) -> None:
        if self.back:
            block = self._blocks[self._blocks.start_of(self.reached, steps) : self.reached]
        else:
            start = self.reached + 1
            if self._timeline.diverged is not None and start > self._timeline.diverged.step:
                self.diverged = self._timeline.diverged
                return
            block = self._blocks[start : min(start + steps, self.limit + 1)]
        held = np.array([block.holds(watch.tree) for watch in self.watches])
        rows = np.flatnonzero(held.any(axis=0))
        if len(rows):
            row = int(rows[-1 if self.back else 0])
            watch = self.watches[int(np.argmax(held[:, row]))]
            self.found = Hit(block.start + row, watch, said(block, watch, row))
            self.reached = self.found.step
            return
        self.reached = block.start if self.back else block.stop - 1
        self.diverged = None if self.back else block.diverged


def end_of(timeline: Timeline) -> int:
    """Up to where a run has steps to look at: those computed, and the one in which it stops being finite."""
    return len(timeline) + (timeline.diverged is not None)


def said(block: Block, watch: Watch, row: int) -> tuple[Said, ...]:
    """The numbers that a watch is about in a step of a block."""
    found = []
    for side in watch.sides:
        now, before = (float(numbers[row]) for numbers in block.numbers(side.node))
        found.append(Said(watch.spell(side.node), now, before if side.before else None))
    return tuple(found)


def run_until(timeline: Timeline, *watches: Watch, limit: int) -> Hit | None:
    """Train until one of the watches holds, from step 0 up to step `limit`: the first step in which one does, with its
    numbers, or None. Raises DivergedError where the run stops being finite before.
    """
    search = Search(timeline, watches, at=-1, limit=limit)
    search.finish()
    return search.result
