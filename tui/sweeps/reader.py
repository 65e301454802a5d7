"""Reader: a sweep's file in a thread of its own, so that no key ever waits for it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from typing import NamedTuple, TypeVar

import numpy as np

from core import Array, Problem, ProblemError, Result, Rows, SweepFile, steps_of_curve
from tui.sweeps.curves import Curve, Middle, middle
from tui.sweeps.results import Results, Snapshot

T = TypeVar("T")

PIECE = 1000  # results that are read at once: about 20 ms
KEPT = 2000  # curves: 4 MB
MOST_DRAWN = 300  # curves whose middle is drawn


class Read(NamedTuple):
    """What is there by now: how many runs the sweep is to have, 0 where nobody has said, and whether there are more
    results to be read at once.
    """

    found: Snapshot
    planned: int
    more: bool


class Curves(NamedTuple):
    """The curve of one run, None where it has none, and the middle of some, None where there is but one."""

    own: Curve | None
    middle: Middle | None


class Reader:
    """Reads the results of a file as they come, and the curves that are asked for."""

    def __init__(self, path: str) -> None:
        """Raises ProblemError where there is no such file."""
        with SweepFile.open(path) as file:
            self.problem = file.heading.problem
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sweep")
        self._file: SweepFile | None = None
        self._stat: os.stat_result | None = None  # of that file, which another one may take the place of
        self._results = Results()
        self._shown: Snapshot | None = None
        self._curves: OrderedDict[int, tuple[Rows, Array]] = OrderedDict()

    async def read(self) -> Read:
        """Take in what has come, a piece at most. Raises ProblemError where the file cannot be read any more."""
        return await self._do(self._read)

    async def curves(self, own: int, last: int, others: Sequence[int], ends: Sequence[int]) -> Curves:
        """The curve of the run with a number, and the middle of some, each with the last of its steps."""
        return await self._do(lambda: self._drawn(own, last, others, ends))

    async def opened(self, number: int) -> tuple[Result, Problem, bool]:
        """The result with a number, without its curve; its problem, read anew; and whether that is still what it was.
        Raises ProblemError where it cannot be read.
        """

        def work() -> tuple[Result, Problem, bool]:
            result = next(self._open().results(number - 1))[1]
            problem = result.run.source.problem()
            return result, problem, self._open().is_of(problem)

        return await self._do(work)

    def close(self) -> None:
        """Close the file when the thread has come to its end."""
        with suppress(RuntimeError):
            self._thread.submit(self._close)
        self._thread.shutdown(wait=False)

    async def _do(self, work: Callable[[], T]) -> T:
        def done() -> T:
            try:
                return work()
            except sqlite3.Error as error:
                raise ProblemError(os.path.basename(self._path), [f"cannot be read: {error}"]) from None

        return await asyncio.wrap_future(self._thread.submit(done))

    def _open(self) -> SweepFile:
        if self._file is None:
            self._file, self._stat = SweepFile.open(self._path), os.stat(self._path)
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _read(self) -> Read:
        file = self._open()
        if not self._is_there():
            raise ProblemError(os.path.basename(self._path), ["was removed or replaced; what was read before stays"])
        added = self._results.add(islice(file.results(self._results.newest), PIECE))
        if added or self._shown is None:
            self._shown = self._results.snapshot()
        return Read(self._shown, file.heading.planned, added == PIECE)

    def _is_there(self) -> bool:
        assert self._stat is not None
        try:
            return os.path.samestat(os.stat(self._path), self._stat)
        except OSError:
            return False

    def _drawn(self, own: int, last: int, others: Sequence[int], ends: Sequence[int]) -> Curves:
        runs = [self._curve(number, end) for number, end in zip(others, ends, strict=True)]
        steps, losses = self._curve(own, last)
        curve = Curve(f"run {own}", steps, losses) if len(steps) else None
        return Curves(curve, middle(runs) if len(runs) > 1 else None)

    def _curve(self, number: int, last: int) -> tuple[Rows, Array]:
        if number not in self._curves:
            losses = self._open().curve(number)
            steps = steps_of_curve(last + 1 if len(losses) else 0)
            once = np.append(steps[1:] > steps[:-1], True) if len(steps) else slice(None)  # a last block of one step
            self._curves[number] = steps[once], losses[once]
            while len(self._curves) > KEPT:
                self._curves.popitem(last=False)
        return self._curves[number]
