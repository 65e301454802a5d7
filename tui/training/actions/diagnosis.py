"""The keys that ask why it does not learn: why a number is 0, and what became of the run."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import core
from core import Branch, Problem, Step
from tui.base import work
from tui.training.deciding import DecidingScreen
from tui.training.engine import SLICE
from tui.training.late import Late
from tui.training.notes import Note
from tui.training.view import DIAGNOSIS, WHY_ZERO, Cell
from tui.training.why.strip import cell_of

if TYPE_CHECKING:
    from core import Diagnosis, Notation

FIRST = 20  # steps after which a run is looked into for the first time: what is looked into costs the next keys
GROWTH = 2.0  # how much longer it is each time
MOST_KEPT = 16  # branches whose diagnoses are kept
NOT_ZERO = "This number is not 0."
TROUBLE = ("stuck", "diverging")


class DiagnosisKeys(DecidingScreen):
    """Looks into zeros, and into the run, which is looked into unasked as it grows."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self._diagnosed: dict[tuple[Branch, Notation | None], Diagnosis] = {}
        self._slices: Generator[object, None, Diagnosis] | None = None  # of the run that is being looked into

    # Why a number is 0.

    def action_why_not(self) -> None:
        if self.view.aside == WHY_ZERO:
            self._close_aside()
        elif self.step is not None and self.view.cursor is not None:
            self._pause()
            self.look(aside=WHY_ZERO, scroll=0, term=None)

    def why_no_zero(self) -> str | None:
        """Why there is nothing to say about the inspected number; None if there is, as of a weight that stays."""
        step, cursor = self.step, cell_of(self.step, self.view) if self.step is not None else None
        if step is None or cursor is None or self.view.aside == WHY_ZERO:
            return None
        name, cell = cursor
        moves = name in step.statement.updates.values()
        return None if moves or step.values[name][tuple(at - 1 for at in cell)] == 0 else NOT_ZERO

    def look(self, **changes: Any) -> None:
        super().look(**changes)
        self._look_into()

    def _beside_step(self, step: Step) -> None:
        super()._beside_step(step)
        self._look_into()
        if self._slices is None and not self.journey.playing and self._is_due():
            work(self, partial(self._diagnose, thorough=self.view.aside == DIAGNOSIS), "diagnosis")

    def _is_due(self) -> bool:
        """Whether the run has grown enough to be looked into again, or has come to its end since."""
        timeline, found = self.run.timeline, self.diagnosis
        if found is None:
            return len(timeline) >= FIRST or timeline.diverged is not None
        ended = timeline.diverged is not None and found.last < timeline.diverged.step - 1
        return ended or len(timeline) >= max(FIRST, GROWTH * (found.last + 1))

    def _look_into(self) -> None:
        """Have the page of the inspected cell, if it is asked for and is not there."""
        step, cursor = self.step, self.view.cursor
        if self.view.aside != WHY_ZERO or step is None or cursor is None:
            return
        found = self._beside.late.zero
        if found is None or found.place != core.Place(step.index, *cursor):
            self._beside.late = self._beside.late._replace(zero=None)
            work(self, partial(self._explain_zero, step, *cursor), "why 0")

    async def _explain_zero(self, step: Step, name: str, cell: Cell) -> None:
        found = await self.run.engine.do(core.why_not, step, name, cell)
        if self.step is step and self.view.cursor == (name, cell):
            self._beside.late = self._beside.late._replace(zero=found)
            self.paint()

    # What became of the run.

    def action_diagnosis(self) -> None:
        self._open_aside(DIAGNOSIS)
        if self.view.aside == DIAGNOSIS:
            work(self, partial(self._diagnose, thorough=True), "diagnosis")

    async def _diagnose(self, thorough: bool) -> None:
        """Look into the run as far as it is computed, in slices in the engine's thread."""
        branch, timeline, notation = self.run.branch, self.run.timeline, self.notation
        last = len(timeline) - 1
        if last < 0:
            return
        slices = self._slices = core.diagnosing(timeline, last, thorough, notation)
        found: Diagnosis | None = None
        try:
            while found is None:
                found = await self.run.engine.do(_slice, slices)
                if self.run.branch != branch or self.journey.playing:
                    return
        finally:
            if self._slices is slices:
                self._slices = None
        before = self._seen_of_it()
        if len(self._diagnosed) >= MOST_KEPT:
            self._diagnosed.clear()
        self._diagnosed[branch, notation] = found
        if self._seen_of_it() != before:
            self.paint()

    def _seen_of_it(self) -> object:
        """What the sheet shows of the diagnosis."""
        page = self.diagnosis if self.view.aside == DIAGNOSIS else None
        return page, self.state(), [] if self.step is None else self.first_notes(self.step)

    @property
    def diagnosis(self) -> Diagnosis | None:
        """Of the run looked at, as it was when it was looked into last."""
        return self._diagnosed.get((self.run.branch, self.notation))

    def late(self) -> Late:
        return super().late()._replace(diagnosis=self.diagnosis)

    def first_notes(self, step: Step) -> list[Note]:
        """With what an alarm is about where it begins; at the end of the run, with what became of it."""
        found, notes = self.diagnosis, super().first_notes(step)
        if found is None:
            return notes
        if step.index >= found.last and found.outcome.kind in TROUBLE:
            notes.append(Note([(f"{found.outcome.kind}: {found.outcome.text}; i tells why", "alarm")], None))
        for finding in found.alarms:
            if finding.first == step.index and finding.exact:
                place = finding.place
                there = place is not None and place.step == step.index
                notes.append(Note([(finding.text, "alarm")], (place.name, place.cell) if there and place else None))
        return notes

    def state(self) -> str:
        usual, found = super().state(), self.diagnosis
        if not usual and found is not None and found.outcome.kind in TROUBLE and self.journey.cursor >= found.last:
            return found.outcome.kind
        return usual


def _slice(slices: Generator[object, None, Diagnosis]) -> Diagnosis | None:
    """Some of the work; what it came to, if that was all."""
    end = perf_counter() + SLICE
    while perf_counter() < end:
        try:
            next(slices)
        except StopIteration as stop:
            found: Diagnosis = stop.value
            return found
    return None
