"""Learned: how well the run that is looked at does over all rows, at a step and along the run."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

import core
from core import Branch, Step, Timeline, Verdict
from tui.base import work
from tui.training.beside import LATER
from tui.training.run import Run

if TYPE_CHECKING:
    from textual.widget import Widget

    from core import Problem, Scores

SMALL_WORK = 60_000_000  # multiplications over all rows that are done at once: they take about three milliseconds
UNIT = 300  # multiplications that a unit of a row costs as much as: 17 ns for its activation and what is counted of it
AT_ONCE = 0.003  # seconds that steps before the one on the sheet may take where nothing else can happen meanwhile
IN_PLAY = 0.0005  # the same while it plays: a thirtieth of a picture
AGAIN = 0.25  # seconds between two pictures of curves that grow
KEPT = 1000  # verdicts without their confusion tables, of steps that were looked at


class Learned:
    """The verdicts on steps, and their scores along runs. What is quick is worked out at once, the rest beside, and
    not while the run plays.
    """

    def __init__(self, run: Run, owner: Widget, shown: Callable[[], Step | None], changed: Callable[[], None]) -> None:
        """The work ends with `owner`; `shown` tells which step is on the sheet; `changed` is called when there is more
        to see.
        """
        self._run, self._owner, self._shown, self._changed = run, owner, shown, changed
        self._verdicts: OrderedDict[tuple[Branch, int], Verdict] = OrderedDict()
        self._whole: tuple[tuple[Branch, int], Verdict] | None = None  # the last one, with its tables
        self._under_way: tuple[Branch, int] | None = None  # the step whose verdict is being worked out
        self._scores: dict[Timeline, Scores] = {}
        self._catching_up: Timeline | None = None  # the run whose steps are being evaluated beside

    def known(self, index: int) -> Verdict | None:
        """The verdict on a step of the run looked at, if it is there; of the last one with its tables."""
        place = self._run.branch, index
        return self._whole[1] if self._whole is not None and self._whole[0] == place else self._verdicts.get(place)

    def verdict(self, step: Step, at_leisure: bool, tables: bool = False) -> Verdict | None:
        """All rows through the step's network, with the confusion tables where these are wanted: at once where that is
        quick, else `at_leisure`. What is known by then, if it comes later.
        """
        place, found = (self._run.branch, step.index), self.known(step.index)
        if found is not None and not (tables and (self._whole is None or self._whole[0] != place)):
            return found
        if _is_small(step.problem):
            found = core.verdict_on(step.problem, step.network)
            self._keep(place, found)
        elif at_leisure and self._under_way != place:
            self._under_way = place
            work(self._owner, partial(self._pass_over_all, place, step), "all rows")
        return found

    async def _pass_over_all(self, place: tuple[Branch, int], step: Step) -> None:
        try:
            await asyncio.sleep(LATER)  # the picture comes first, and of steps in a quick row the last alone is wanted
            self._keep(place, await asyncio.to_thread(core.verdict_on, step.problem, step.network))
        finally:
            if self._under_way == place:
                self._under_way = None
        if self._shown() is step:
            self._changed()

    def _keep(self, place: tuple[Branch, int], found: Verdict) -> None:
        self._whole = place, found
        self._verdicts[place] = found.brief
        if len(self._verdicts) > KEPT:
            self._verdicts.popitem(last=False)
        if place[0] == self._run.branch and place[1] < len(self._run.timeline):
            self.scores.put(place[1], found)

    # Along the run.

    @property
    def scores(self) -> Scores:
        """Of the run looked at; the runs that it came from share theirs with it."""
        timeline, found = self._run.timeline, None
        if timeline not in self._scores:
            self._forget_others()
        for part in timeline.lineage:
            if part not in self._scores:
                self._scores[part] = core.Scores(part, found)
            found = self._scores[part]
        assert found is not None
        return found

    def keep_up(self, at_leisure: Callable[[], bool]) -> None:
        """Evaluate the steps that were computed since: those that take no longer than a moment at once, the others
        beside, while one is `at_leisure`.
        """
        left = AT_ONCE if at_leisure() else IN_PLAY
        if not self._keep_up(left) and at_leisure() and self._catching_up is not self._run.timeline:
            self._catching_up = self._run.timeline
            work(self._owner, partial(self._catch_up, at_leisure), "scores")

    def _keep_up(self, seconds: float) -> bool:
        """As many as take about so long; whether that was all."""
        engine, timeline, scores, end = self._run.engine, self._run.timeline, self.scores, perf_counter() + seconds
        while (step := scores.due) is not None:
            # The thread may be at this timeline; and steps from a checkpoint on may have to be computed anew.
            if not engine.idle or not _is_small(scores.problem(step)):
                return False
            if timeline.approach(step, 0) / engine.steps_per_second > seconds or perf_counter() > end:
                return False
            scores.evaluate(step)
        return True

    async def _catch_up(self, wanted: Callable[[], bool]) -> None:
        scores, timeline, next_told = self.scores, self._run.timeline, monotonic() + AGAIN
        try:
            await asyncio.sleep(LATER)
            while (step := scores.due) is not None:
                if not wanted() or self._run.timeline is not timeline:
                    return
                network = await self._run.engine.do(scores.network, step)
                scores.put(step, await asyncio.to_thread(core.verdict_on, scores.problem(step), network))
                if monotonic() > next_told:
                    next_told = monotonic() + AGAIN
                    self._changed()
        finally:
            if self._catching_up is timeline:
                self._catching_up = None
        if self._run.timeline is timeline:
            self._changed()

    def _forget_others(self) -> None:
        """Of runs that are neither listed nor looked at, nothing is kept."""
        runs = (self._run.timeline, *map(self._run.timelines.get, self._run.listed))
        kept = {part for timeline in runs if timeline is not None for part in timeline.lineage}
        self._scores = {timeline: scores for timeline, scores in self._scores.items() if timeline in kept}


def _is_small(problem: Problem) -> bool:
    rows = len(problem.inputs) + (0 if problem.held_out is None else len(problem.held_out.inputs))
    network = problem.network
    return rows * (sum(layer.weights.size for layer in network.layers) + UNIT * sum(network.sizes[1:])) <= SMALL_WORK
