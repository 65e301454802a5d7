"""History: what a cell was in every step of a run, and where something happened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from core.arrays import Array, Rows
from core.errors import FormulaError
from core.expression.nodes import Name, Node
from core.timeline import Timeline
from core.watching.blocks import Blocks
from core.watching.slices import Sliced
from core.watching.vocabulary import Vocabulary

SIGN_CHANGED, ZERO, LARGEST = "changed sign", "was zero", "was largest"


class Event(NamedTuple):
    """What happened to a cell in a step: it has another sign than in the last step before in which it was not 0; it is
    0, in the first or last step of several in a row; it is the largest by size of all steps so far.
    """

    step: int
    kind: str
    value: float


class History(Sliced):
    """The values of the cell `name`[`cell`] (counted from 1) in the computed steps of a run; NaN where a step has no
    such cell. `further` brings it up to date. Raises FormulaError for a cell that there is not.
    """

    def __init__(self, timeline: Timeline, name: str, cell: Sequence[int]) -> None:
        self._tree = _cell_of(timeline, name, list(cell))
        self._timeline = timeline
        self._blocks = Blocks(timeline, [self._tree])
        super().__init__(self._blocks.most)
        self._values: Array = np.empty(1024)
        self.reached = 0  # every step before this one is known
        self._known: tuple[int, Rows, Mapping[str, Rows]] = (-1, np.empty(0, dtype=np.intp), {})

    @property
    def values(self) -> Array:
        """A value for each step that was looked at, read-only."""
        values = self._values[: self.reached]
        values.setflags(write=False)
        return values

    @property
    def done(self) -> bool:
        """Whether all steps that are computed by now were looked at."""
        return self.reached >= len(self._timeline)

    def before(self, step: int) -> Event | None:
        """The last event before a step."""
        steps, kinds = self._events
        place = int(np.searchsorted(steps, step)) - 1
        return None if place < 0 else self._event(int(steps[place]), kinds)

    def after(self, step: int) -> Event | None:
        """The next event behind a step."""
        steps, kinds = self._events
        place = int(np.searchsorted(steps, step, side="right"))
        return None if place == len(steps) else self._event(int(steps[place]), kinds)

    def _event(self, step: int, kinds: Mapping[str, Rows]) -> Event:
        kind = next(kind for kind, steps in kinds.items() if step in steps)
        return Event(step, kind, float(self._values[step]))

    @property
    def _events(self) -> tuple[Rows, Mapping[str, Rows]]:
        """The steps of all events, in order, and those of each kind."""
        if self._known[0] != self.reached:
            kinds = _events_of(self.values)
            self._known = self.reached, np.unique(np.concatenate([*kinds.values()])), kinds
        return self._known[1:]

    def _look(self, steps: int) -> None:
        block = self._blocks[self.reached : min(len(self._timeline), self.reached + steps)]
        if block.stop > len(self._values):
            grown = np.empty(max(2 * len(self._values), block.stop))
            grown[: self.reached] = self._values[: self.reached]
            self._values = grown
        self._values[block.start : block.stop], _ = block.numbers(self._tree)
        self.reached = block.stop


def _cell_of(timeline: Timeline, name: str, cell: list[int]) -> Node:
    """The cell, which a part of the run may have that has larger batches. Raises FormulaError."""
    mistakes = []
    for part in reversed(timeline.lineage):
        vocabulary = Vocabulary(part.problem)
        try:
            found = Name(vocabulary.name(name))
            return vocabulary.entry(found, cell) if cell else found
        except FormulaError as error:
            mistakes.append(error)
    raise mistakes[0]


def _events_of(values: Array) -> dict[str, Rows]:
    """The steps of the events of each kind, in order."""
    signs = np.nan_to_num(np.sign(values))
    steps = np.arange(len(values))
    lately = np.concatenate([[-1], np.maximum.accumulate(np.where(signs != 0, steps, -1))])[:-1]  # not 0, before
    is_zero = values == 0
    was_zero, goes_on = np.concatenate([[False], is_zero])[:-1], np.concatenate([is_zero, [True]])[1:]
    sizes = np.nan_to_num(np.abs(values), nan=-1.0)
    return {
        SIGN_CHANGED: np.flatnonzero((signs != 0) & (lately >= 0) & (signs != signs[lately])),
        ZERO: np.flatnonzero(is_zero & ~(was_zero & goes_on)),
        LARGEST: steps[:0] if sizes.max(initial=0.0) <= 0 else np.array([sizes.argmax()]),
    }
