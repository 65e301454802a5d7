"""Sweep: many runs of one problem, in chunks, and what is kept of each."""

from __future__ import annotations

import os
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from core.errors import ProblemError
from core.loading.loader import load_problem
from core.problem import Problem
from core.source import Option, Source
from core.sweeps.executors import Executor, Here, OnDask, Processes
from core.sweeps.grid import Grid, Range, read_values
from core.sweeps.run import Result, Run
from core.sweeps.store import SweepFile
from core.sweeps.work import Done
from core.text import shown

if TYPE_CHECKING:
    from distributed import Client

SECONDS = 0.5  # that a chunk should take
LEAST = 0.2  # that one takes where that is known: a few runs in a stack take as long as many
MOST = 1000  # runs of a chunk
# Seconds, roughly, until it is known how long runs take: of a run, of a number of its data, which are loaded, of a
# step, of one in batches, of a product of two numbers.
RUN, NUMBER, STEP, IN_BATCHES, PRODUCT = 1e-3, 1e-7, 3e-7, 2e-6, 5e-10
STACKED = ("lr", "seed")  # options whose values train together: a chunk has runs that differ in these alone, if it can
MOST_GUESSED = 50  # kinds of runs whose problem is loaded to guess how long they take
MOST_WAITING = 20_000  # runs that wait for more of their kind
STEPS = 1000

Values: TypeAlias = Option | Sequence[Option | Range]


class Sweep:
    """The runs of a grid, without those whose results are known."""

    def __init__(self, grid: Grid, known: Collection[str] = (), executor: Executor | None = None) -> None:
        """`known` are keys of runs."""
        self.grid, self.executor = grid, executor or Here()
        self._known = known

    @cached_property
    def missing(self) -> int:
        """How many runs are not known."""
        return self.grid.missing(self._known)

    def chunks(self) -> Generator[list[Result], None, None]:
        """Results as they come, a chunk at a time. Closing the generator stops the sweep."""
        pace = _Pace(self.missing, self.executor.workers)
        working = self.executor.results(self._chunks(pace))
        try:
            for done in working:
                pace.note(done)
                yield done.results
        finally:
            working.close()

    def _chunks(self, pace: _Pace) -> Iterator[list[Run]]:
        """The runs, those together that differ in nothing but what trains together; the rest of several kinds in one
        chunk.
        """
        waiting: dict[object, list[Run]] = {}
        count = 0
        for run in self.grid.runs():
            if run.key in self._known:
                continue
            kind = _kind(run)
            runs = waiting.setdefault(kind, [])
            runs.append(run)
            count += 1
            if len(runs) >= pace.size(run):
                count -= len(runs)
                yield pace.taken(waiting.pop(kind))
            elif count >= MOST_WAITING:
                yield from _packed(waiting.values(), pace)
                waiting, count = {}, 0
        yield from _packed(waiting.values(), pace)


def _packed(kinds: Iterable[list[Run]], pace: _Pace) -> Iterator[list[Run]]:
    """The runs of some kinds in chunks, those of a kind together."""
    chunk, room = list[Run](), 1.0  # what there is, and which share of a chunk is free
    for runs in kinds:
        while runs:
            size = pace.size(runs[0])
            if chunk and len(runs) > round(size * room):
                yield pace.taken(chunk)
                chunk, room = [], 1.0
            chunk, room = chunk + runs[:size], room - len(runs[:size]) / size
            del runs[:size]
    if chunk:
        yield pace.taken(chunk)


class _Pace:
    """How many runs make a chunk: as many as take SECONDS, and towards the end fewer, down to LEAST, so that the
    workers end about together.
    """

    def __init__(self, left: int, workers: int) -> None:
        self._left, self._workers = left, workers
        self._seconds: dict[object, float] = {}  # that a run of a kind takes
        self._measured: set[object] = set()  # kinds of which that is no guess
        self._usual = RUN  # seconds of a run of a kind that is not guessed

    def size(self, run: Run) -> int:
        """How many runs of this one's kind are a chunk."""
        kind = _kind(run)
        if kind not in self._seconds:
            guessed = len(self._seconds) < MOST_GUESSED
            self._seconds[kind] = _guess(run) if guessed else self._usual
            self._usual = max(self._usual, self._seconds[kind])
        seconds = self._seconds[kind]
        share = -(-self._left // (2 * self._workers)) if self._workers > 1 else MOST
        least = int(LEAST / seconds) if kind in self._measured else 1
        return max(1, min(MOST, int(SECONDS / seconds), max(share, least)))

    def taken(self, runs: list[Run]) -> list[Run]:
        """The runs of a chunk that is begun."""
        self._left = max(0, self._left - len(runs))
        return runs

    def note(self, done: Done) -> None:
        """What a chunk took."""
        if done.results and done.seconds:
            self._usual = done.seconds / len(done.results)
            kinds = {_kind(result.run) for result in done.results}
            self._seconds |= dict.fromkeys(kinds, self._usual)
            self._measured |= kinds


def _guess(run: Run) -> float:
    """About how many seconds a run takes, with the loading of its problem."""
    try:
        problem = run.source.problem()
    except ProblemError:
        return RUN
    products = (problem.batch_size or len(problem.inputs)) * sum(a * b for a, b in pairwise(problem.network.sizes))
    return (
        RUN
        + NUMBER * problem.inputs.size
        + run.steps * (STEP + (IN_BATCHES if problem.batch_size else 0) + PRODUCT * products)
    )


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
    options   for each option of the problem (see `load_problem`) a value or several; texts are read as they are typed:
              "0.01..10/log/13"
    steps     that each run takes
    executor  None: this process; a number: so many processes, each with one thread, for which the program is a file
              that does its own work under `if __name__ == "__main__":`; or a Dask client
    drawn     how many of the combinations are drawn at random, by `seed`; None: all
    into      a SQLite file that keeps the results: those that it has already come first, and cost nothing

    The results of a run are the same to the bit whatever computes it, on machines of one fingerprint. A run that fails
    is a result. Raises ProblemError where the problem or an option cannot be, OSError where the file cannot be written
    or the cluster is lost, RuntimeError where no process starts.
    """
    problem = _problem(source)
    assert problem.source is not None
    grid = Grid(problem.source, read_axes(options), steps, drawn, seed)
    if into is None:
        for results in Sweep(grid, executor=executor_of(executor)).chunks():
            yield from results
        return
    with SweepFile.create(into, problem) as file:
        known = file.keys()
        yield from (result for result in file.whole_results() if result.run in grid)
        for results in stored(Sweep(grid, known, executor_of(executor)), file):
            yield from results


def stored(sweep: Sweep, file: SweepFile) -> Generator[list[Result], None, None]:
    """The results of a sweep, a chunk at a time, each of which is in the file when it comes."""
    for results in sweep.chunks():
        file.add(results)
        yield results


def read_axes(options: Mapping[str, Values]) -> dict[str, tuple[Option | Range, ...]]:
    """The values of each option. Raises ProblemError, a line for each mistake."""
    axes: dict[str, tuple[Option | Range, ...]] = {}
    mistakes = []
    if not isinstance(options, Mapping):
        raise ProblemError("", ['options: expected a dict such as {"lr": [0.1, 0.2]}'])
    for name, values in options.items():
        try:
            axes[name] = _values(name, values)
        except ProblemError as error:
            mistakes += [f"option {name}: {mistake}" for mistake in error.mistakes]
    if mistakes:
        raise ProblemError("", mistakes)
    return axes


def _values(name: str, given: Any) -> tuple[Option | Range, ...]:
    """The values of an option, from one or several; those of numpy, and lists of units, as Python's own."""
    if isinstance(given, str):
        return read_values(given.split(), name)
    given = given.tolist() if isinstance(given, (np.ndarray, np.generic)) else given
    found: list[Option | Range] = []
    for value in given if isinstance(given, Iterable) else [given]:
        if isinstance(value, str):
            found += read_values([value], name)
        else:
            value = value.item() if isinstance(value, np.generic) else value
            found.append(tuple(value) if isinstance(value, list) else value)
    return tuple(found)


def executor_of(given: int | Client | Executor | None) -> Executor:
    """What computes the runs. Raises ProblemError where it is nothing that does."""
    if given is None or isinstance(given, Executor):
        return given or Here()
    if isinstance(given, int) and given > 0:
        return Processes(given)
    if not isinstance(given, int) and hasattr(given, "nthreads"):
        return OnDask(given)
    wanted = "a number of processes of at least 1, or a dask.distributed.Client"
    raise ProblemError("", [f"executor: expected {wanted}, found {shown(given)}"])


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
