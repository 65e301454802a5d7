"""Engine: takes timelines where they are wanted. What takes no longer than a moment is done at once; the rest in a
thread of its own, so that no key ever waits for a step.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from time import perf_counter
from typing import Any, ParamSpec, TypeVar

from core import Branch, Step, Timeline, Timelines

P = ParamSpec("P")
T = TypeVar("T")

SLICE = 0.03  # seconds of work between two looks at what is wanted
MOMENT = 0.006  # seconds that work may take where nothing else can happen meanwhile


class Engine:
    """One thread that does all of the work on timelines, in slices of about SLICE seconds."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sgd")
        self._last: Future[Any] | None = None  # the last piece of work that the thread was given
        self._recording = 0.0  # seconds that a step took to record, the last time
        self.steps_per_second = 1000.0  # measured as it runs

    def at_once(self, timeline: Timeline, index: int) -> Step | None:
        """Step `index`, if it takes no longer than a moment; else None. Raises DivergedError."""
        left = self._quick(timeline, index)
        if left is None:
            return None
        start = perf_counter()
        step = timeline[index]
        seconds = perf_counter() - start
        if left > 1:
            self.steps_per_second = min(left / seconds, 2 * self.steps_per_second)
        else:
            self._recording = seconds
        return step

    def approach_at_once(self, timeline: Timeline, index: int) -> None:
        """Bring `timeline` to step `index`, if that takes no longer than a moment. Raises DivergedError."""
        if self._quick(timeline, index):
            timeline.approach(index)

    def _quick(self, timeline: Timeline, index: int) -> int | None:
        """How many steps are left to step `index`, if they and a record of it take no longer than a moment."""
        if self._last is not None and not self._last.done():
            return None  # the thread may be at this timeline
        left = timeline.approach(index, 0)
        return left if left / self.steps_per_second + self._recording <= MOMENT else None

    async def approach(self, timeline: Timeline, index: int) -> AsyncIterator[int]:
        """Bring `timeline` to step `index`, yielding after each slice how many steps are left. Whoever iterates may
        stop at any time; what has been computed stays. Raises DivergedError.
        """
        left = 1
        while left:
            left = await self.further(timeline, index, SLICE)
            yield left

    async def further(self, timeline: Timeline, index: int, seconds: float) -> int:
        """Bring `timeline` nearer to step `index` for about so many seconds; returns how many steps are left. Raises
        DivergedError.
        """
        return await self.do(self._slice, timeline, index, seconds)

    def lead_at_once(self, timelines: Timelines, branch: Branch) -> bool:
        """Make the timeline of a branch, if that takes no longer than a moment; whether it is there. Raises as
        `core.Timelines` does.
        """
        for part, following in pairwise(branch.lineage):
            timeline = timelines[part]
            if self._quick(timeline, following.start) is None:
                return False
            timeline.approach(following.start)
        return timelines[branch] is not None

    async def lead(self, timelines: Timelines, branch: Branch) -> AsyncIterator[int]:
        """Make the timeline of a branch, yielding after each slice how many steps are left to where it begins. Raises
        as `core.Timelines` does.
        """
        for part, following in pairwise(branch.lineage):
            async for left in self.approach(await self.do(timelines.__getitem__, part), following.start):
                yield left
        await self.do(timelines.__getitem__, branch)

    async def record(self, timeline: Timeline, index: int) -> Step:
        """Step `index`, which `timeline` has approached. Raises DivergedError."""
        return await self.do(self._timed, timeline, index)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _timed(self, timeline: Timeline, index: int) -> Step:
        near = timeline.approach(index, 0) == 0
        start = perf_counter()
        step = timeline[index]
        if near:
            self._recording = perf_counter() - start
        return step

    def _slice(self, timeline: Timeline, index: int, seconds: float) -> int:
        """About so many seconds of the way; returns how many steps are left."""
        before = timeline.approach(index, 0)
        start = perf_counter()
        left = timeline.approach(index, max(1, int(self.steps_per_second * seconds)))
        taken = perf_counter() - start
        if left < before and taken > 0:
            # Twice the pace at most: a short slice tells little, and the next one is to be stopped in time.
            self.steps_per_second = min((before - left) / taken, 2 * self.steps_per_second)
        return left

    async def do(self, work: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
        """Any work on timelines, in its turn in the thread."""
        future = self._thread.submit(work, *arguments, **keywords)
        self._last = future  # done only when the thread has come to its end, whoever still waits for it
        return await asyncio.wrap_future(future)
