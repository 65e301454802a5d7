"""Sweep: many runs of one problem, in chunks, and what is kept of each.

A million runs of 10,000 steps of Exercise 2: see the README for what they cost.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from core.errors import ProblemError
from core.loading.loader import load_problem
from core.problem import Problem
from core.source import Option, Source
from core.sweeps.executors import Executor, Here, OnDask, Processes
from core.sweeps.grid import Grid, Range, read_values
from core.sweeps.run import Result, Run
from core.sweeps.store import SweepFile
from core.sweeps.work import Done

if TYPE_CHECKING:
    from distributed import Client

SECONDS = 0.5  # that a chunk should take
FIRST = 16  # runs of a chunk, before it is known how long they take
MOST = 1000  # runs of a chunk
STACKED = ("lr", "seed")  # options whose values train together: a chunk has runs that differ in these alone, if it can
STEPS = 1000

Values: TypeAlias = str | Sequence[Option | Range]


class Sweep:
    """The runs of a grid, without those whose results are known."""

    def __init__(self, grid: Grid, known: Collection[str] = (), executor: Executor | None = None) -> None:
        """`known` are keys of runs."""
        self.grid, self.executor = grid, executor or Here()
        self._known = known
        self._pace = _Pace()

    def chunks(self) -> Iterator[list[Result]]:
        """Results as they come, a chunk at a time. Closing the generator stops the sweep."""
        working = self.executor.results(self._chunks())
        try:
            for done in working:
                self._pace.note(done)
                yield done.results
        finally:
            working.close()

    def _chunks(self) -> Iterator[list[Run]]:
        """The runs, those together that differ in nothing but what trains together."""
        waiting: dict[object, deque[Run]] = {}
        for run in self.grid.runs():
            if run.key not in self._known:
                kind = _kind(run)
                runs = waiting.setdefault(kind, deque())
                runs.append(run)
                if len(runs) >= self._pace.runs(kind):
                    yield list(waiting.pop(kind))
        for kind, runs in waiting.items():
            while runs:
                yield [runs.popleft() for _ in range(min(len(runs), self._pace.runs(kind)))]


class _Pace:
    """How many runs make a chunk, from how long those of each kind have taken."""

    def __init__(self) -> None:
        self._seconds: dict[object, float] = {}  # of a run
        self._last = 0.0

    def note(self, done: Done) -> None:
        if done.results and done.seconds:
            self._last = done.seconds / len(done.results)
            self._seconds[_kind(done.results[0].run)] = self._last

    def runs(self, kind: object) -> int:
        seconds = self._seconds.get(kind, self._last)
        return max(1, min(MOST, int(SECONDS / seconds))) if seconds else FIRST


def _kind(run: Run) -> object:
    return tuple((name, value) for name, value in run.source.options if name not in STACKED)


def sweep(
    source: str | os.PathLike[str] | Source | Problem,
    options: Mapping[str, Values],
    *,
    steps: int = STEPS,
    executor: int | Client | Executor | None = None,
    drawn: int | None = None,
    seed: int = 0,
    into: str | os.PathLike[str] | None = None,
) -> Iterator[Result]:
    """Train a problem with every combination of some options, and give the results as they come.

    source    a problem's name or path, or its Source, or a problem that was loaded
    options   for each option of the problem (see `load_problem`) its values, or a text as typed: "0.01..10/log/13"
    steps     that each run takes
    executor  None: this process; a number: so many processes, each with one thread; or a Dask client
    drawn     how many of the combinations are drawn at random, by `seed`; None: all
    into      a SQLite file that keeps the results: those that it has already come first, and cost nothing

    The results of a run are the same to the bit whatever computes it, on machines of one fingerprint. A run that fails
    is a result. Raises ProblemError where the problem or an option cannot be.
    """
    problem = _problem(source)
    assert problem.source is not None
    grid = Grid(problem.source, read_axes(options), steps, drawn, seed)
    if into is None:
        for results in Sweep(grid, executor=executor_of(executor)).chunks():
            yield from results
        return
    with SweepFile.create(into, problem) as file:
        known = {result.run.key: result for result in file.whole_results()}
        yield from (known[run.key] for run in grid.runs() if run.key in known)
        for results in stored(Sweep(grid, known.keys(), executor_of(executor)), file):
            yield from results


def stored(sweep: Sweep, file: SweepFile) -> Iterator[list[Result]]:
    """The results of a sweep, a chunk at a time, each of which is in the file when it comes."""
    for results in sweep.chunks():
        file.add(results)
        yield results


def read_axes(options: Mapping[str, Values]) -> dict[str, tuple[Option | Range, ...]]:
    """The values of each option. Raises ProblemError, a line for each mistake."""
    axes: dict[str, tuple[Option | Range, ...]] = {}
    mistakes = []
    for name, values in options.items():
        try:
            axes[name] = read_values(values.split(), name) if isinstance(values, str) else tuple(values)
        except ProblemError as error:
            mistakes += [f"option {name}: {mistake}" for mistake in error.mistakes]
    if mistakes:
        raise ProblemError("", mistakes)
    return axes


def executor_of(given: int | Client | Executor | None) -> Executor:
    """What computes the runs."""
    if given is None or isinstance(given, Executor):
        return given or Here()
    return Processes(given) if isinstance(given, int) else OnDask(given)


def _problem(source: str | os.PathLike[str] | Source | Problem) -> Problem:
    problem = source
    if isinstance(source, Source):
        problem = source.problem()
    elif not isinstance(source, Problem):
        problem = load_problem(source)
    assert isinstance(problem, Problem)
    if problem.source is None:
        raise ProblemError(problem.name, ["it was made in Python: a sweep needs one that can be loaded anew"])
    return problem
