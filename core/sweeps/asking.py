"""Asking: makes the runs that a question takes, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from core.errors import ProblemError
from core.problem import Problem
from core.source import Option, Source
from core.sweeps.executors import Executor, Here
from core.sweeps.grid import Grid
from core.sweeps.learned import Start
from core.sweeps.run import Result, Run
from core.sweeps.store import SweepFile

FEWEST_STEPS = 10  # that a course can be read from
CHUNK = 4  # runs, at most: few, so that a wait shows how far it is

Progress = Callable[[int, int], None]


def _silent(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


class Asking:
    """The runs of a problem's source with other values of some options, for a question about it.

    executor   computes the runs; None: this process
    file       has the runs that are known, and takes the new ones; None: none are kept
    progress   told how many runs are done and how many there are so far
    """

    def __init__(
        self,
        problem: Problem,
        steps: int,
        executor: Executor | None = None,
        file: SweepFile | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Raises ProblemError where there is nothing to run."""
        if problem.source is None:
            raise ProblemError(problem.name, ["it was made in Python: a question needs one that can be loaded anew"])
        if steps < FEWEST_STEPS:
            raise ProblemError("", [f"option steps: expected at least {FEWEST_STEPS} for a question, found {steps}"])
        self.problem, self.steps = problem, steps
        self._grid = Grid(problem.source, {}, steps)
        self._executor, self._file, self._progress = executor or Here(), file, progress or _silent
        self._known = {} if file is None else {result.run.key: result for result in file.whole_results()}
        self._done = self._total = 0

    def source(self, values: Mapping[str, Option]) -> Source:
        """The problem's source with these values."""
        return self._grid.run(values).source

    def start(self, values: Sequence[Mapping[str, Option]]) -> Start:
        """How the runs with these values begin: the median of them. Raises ProblemError where one cannot be made."""
        return Start.middle([Start.of(self.source(options).problem()) for options in values])

    def results(self, values: Sequence[Mapping[str, Option]]) -> list[Result]:
        """The results of the runs with these values, in their order."""
        runs = [self._grid.run(options) for options in values]
        missing = [run for run in dict.fromkeys(runs) if run.key not in self._known]
        self._total += len(missing)
        self._progress(self._done, self._total)
        working = self._executor.results(self._chunks(missing))
        try:
            for done in working:
                if self._file is not None:
                    self._file.add(done.results)
                self._known |= {result.run.key: result for result in done.results}
                self._done += len(done.results)
                self._progress(self._done, self._total)
        finally:
            working.close()
        return [self._known[run.key] for run in runs]

    def _chunks(self, runs: Sequence[Run]) -> Iterator[Sequence[Run]]:
        size = max(1, min(CHUNK, -(-len(runs) // self._executor.workers)))
        return iter([runs[start : start + size] for start in range(0, len(runs), size)])
