"""Watching: where the watches of a session hold on the run looked at, and the history of a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

import core
from core import Array, FormulaError, Rows, Timeline
from tui.training.engine import MOMENT
from tui.training.run import Run
from tui.training.view import Cell

if TYPE_CHECKING:
    from core import History, Hit, Hits, Notation, Watch

Key: TypeAlias = tuple[Timeline, str]  # a branch that was removed and is back has another timeline
NO_STEPS: Rows = np.empty(0, dtype=np.intp)


class Watching:
    """What is known of watches, by the texts that sessions have, and of a cell. All of it grows with the run, in the
    engine's thread where it takes more than a moment.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._read: dict[tuple[str, str], Watch | FormulaError] = {}
        self._shown: dict[tuple[str, str, Notation | None], Watch | FormulaError] = {}
        self._hits: dict[Key, Hits] = {}
        self._steps: dict[Key, Rows] = {}  # where they hold, as far as was looked
        self._history: tuple[tuple[Timeline, str, Cell], History] | None = None

    def read(self, text: str) -> Watch | FormulaError:
        """A watch on the run looked at, as a session has it, or what is wrong with it."""
        key = text, self._run.loss.name
        if key not in self._read:
            self._read[key] = self.typed(text, None)
        return self._read[key]

    def shown(self, text: str, notation: Notation | None) -> Watch | FormulaError:
        """The same in a notation."""
        key = text, self._run.loss.name, notation
        if key not in self._shown:
            read = self.read(text)
            if not isinstance(read, FormulaError):
                read = core.watch_in(read, self._run.timeline.problem, notation)
            self._shown[key] = read
        return self._shown[key]

    def typed(self, text: str, notation: Notation | None) -> Watch | FormulaError:
        """A watch on the run looked at that somebody typed in a notation, or what is wrong with it."""
        try:
            return core.read_watch(text, self._run.timeline.problem, notation)
        except FormulaError as error:
            return error

    def steps(self, text: str) -> Rows:
        """The steps in which a watch holds, as far as is known."""
        return self._steps.get((self._run.timeline, text), NO_STEPS)

    def hit(self, text: str, place: int) -> Hit | None:
        """One of the steps in which a watch holds, by its place, with its numbers; None while they are worked on."""
        return None if not self._run.engine.idle else self._hits[self._run.timeline, text][place]

    def looked_at(self, text: str) -> int:
        """How many steps were looked at for a watch."""
        hits = self._hits.get((self._run.timeline, text))
        return 0 if hits is None else hits.reached

    # The history of a cell.

    def follow(self, name: str, cell: Cell) -> History:
        """The history of a cell of the run looked at: the one that is followed from now on."""
        key = self._run.timeline, name, cell
        if self._history is None or self._history[0] != key:
            self._history = key, core.History(self._run.timeline, name, cell)
        return self._history[1]

    def values(self, name: str, cell: Cell) -> Array | None:
        """What a cell was in each step, as far as is known; None where it is not the one that is followed."""
        if self._history is None or self._history[0] != (self._run.timeline, name, cell):
            return None
        return self._history[1].values

    # Keeping up with the run.

    def keep_up(self, texts: Iterable[str]) -> bool:
        """Look at the steps that were computed since, for watches and the cell, where that takes no longer than a
        moment; whether all of it is up to date.
        """
        engine = self._run.engine
        for work, note in self._behind(texts):
            if not engine.idle or not self._is_quick(work):
                return False
            work.finish()
            note()
        return True

    def _is_quick(self, work: Hits | History) -> bool:
        timeline = self._run.timeline
        left = len(timeline) - work.reached
        left += timeline.approach(min(work.reached, len(timeline) - 1), 0) if left else 0
        return left / self._run.engine.steps_per_second <= MOMENT

    async def catch_up(self, texts: Iterable[str], wanted: Callable[[], bool]) -> None:
        """The same in the engine's thread, while it is `wanted`."""
        timeline = self._run.timeline
        for work, note in [*self._behind(texts)]:
            done = False
            while not done and wanted() and self._run.timeline is timeline:
                done = await self._run.engine.do(work.further)
                note()

    def _behind(self, texts: Iterable[str]) -> Iterator[tuple[Hits | History, Callable[[], None]]]:
        """What is not up to date, each with what takes note of what was found."""
        timeline = self._run.timeline
        for text in texts:
            watch = self.read(text)
            if isinstance(watch, FormulaError):
                continue
            key = timeline, text
            if key not in self._hits:
                self._forget_others()
                self._hits[key] = core.Hits(timeline, watch)
            hits = self._hits[key]
            if not hits.done:
                yield hits, partial(self._note, key)
        if self._history is not None and self._history[0][0] is timeline and not self._history[1].done:
            yield self._history[1], lambda: None

    def _note(self, key: Key) -> None:
        self._steps[key] = self._hits[key].steps

    def _forget_others(self) -> None:
        """Of runs that are neither listed nor looked at, nothing is kept."""
        kept = {self._run.timeline, *map(self._run.timelines.get, self._run.listed)}
        for key in [key for key in self._hits if key[0] not in kept]:
            del self._hits[key]
            self._steps.pop(key, None)
