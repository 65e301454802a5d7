"""Runner: takes timelines where they are wanted, in a thread of its own, so that no key ever waits for a step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import perf_counter
from typing import ParamSpec, TypeVar

from core import Step, Timeline

P = ParamSpec("P")
T = TypeVar("T")

SLICE = 0.03  # seconds of work between two looks at what is wanted


class Runner:
    """One thread that does all of the engine's work, in slices of about SLICE seconds."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sgd")
        self.steps_per_second = 1000.0  # measured as it runs

    async def approach(self, timeline: Timeline, index: int) -> AsyncIterator[int]:
        """Bring `timeline` to step `index`, yielding after each slice how many steps are left. Whoever iterates may
        stop at any time; what has been computed stays. Raises DivergedError.
        """
        left = 1
        while left:
            left = await self._do(self._slice, timeline, index)
            yield left

    async def record(self, timeline: Timeline, index: int) -> Step:
        """Step `index`, which `timeline` has approached. Raises DivergedError."""
        return await self._do(timeline.__getitem__, index)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _slice(self, timeline: Timeline, index: int) -> int:
        """About SLICE seconds of the way; returns how many steps are left."""
        before = timeline.approach(index, 0)
        start = perf_counter()
        left = timeline.approach(index, max(1, int(self.steps_per_second * SLICE)))
        seconds = perf_counter() - start
        if left < before and seconds > 0:
            # Twice the pace at most: a short slice tells little, and the next one is to be stopped in time.
            self.steps_per_second = min((before - left) / seconds, 2 * self.steps_per_second)
        return left

    async def _do(self, work: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *arguments, **keywords))
