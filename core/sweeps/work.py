"""What a worker does: the results of some runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import NamedTuple

from core.errors import ProblemError
from core.machine import Fingerprint, fingerprint
from core.problem import Problem
from core.sweeps.run import BUDGET, Result, Run, failed, result_of
from core.sweeps.stack import most_in_stack, stack_key, train_stacked
from core.timeline import Timeline

RATE = "lr"  # the option that is α, whatever else is given


class Done(NamedTuple):
    """The results of some runs, in their order, and how long they took, in seconds."""

    results: list[Result]
    seconds: float


def results_of(runs: Sequence[Run]) -> Done:
    """The results of some runs. Those of one shape train together, which changes no bit of them. What goes wrong with a
    run is its result.
    """
    begun, machine = perf_counter(), fingerprint()
    found: dict[Run, Result] = {}
    problems: dict[Run, Problem] = {}
    loaded: dict[object, Problem] = {}
    for run in runs:
        try:
            problems[run] = _problem(run, loaded)
        except (ProblemError, MemoryError) as error:
            found[run] = _failure(run, error, machine)
    for stack in _stacks(problems):
        for run, timeline in _timelines(stack, problems):
            found[run] = _result(run, timeline, machine)
    return Done([found[run] for run in runs], perf_counter() - begun)


def _problem(run: Run, loaded: dict[object, Problem]) -> Problem:
    """The problem of a run; what differs in α alone is loaded once. Raises ProblemError."""
    rate = run.options.get(RATE)
    if not isinstance(rate, (int, float)):
        return run.source.problem()
    others = (run.source.name, run.source.seed, *(option for option in run.source.options if option[0] != RATE))
    if others not in loaded:
        loaded[others] = run.source.problem()
    return replace(loaded[others], learning_rate=float(rate))


def _stacks(problems: Mapping[Run, Problem]) -> Iterator[list[Run]]:
    """The runs in groups: as many as are worth while of those that train together, and each of the others alone."""
    groups: dict[object, list[Run]] = {}
    for run, problem in problems.items():
        key = stack_key(problem)
        groups.setdefault(run if key is None else (key, run.steps), []).append(run)
    for group in groups.values():
        most = max(1, most_in_stack(problems[group[0]], group[0].steps + 1))
        yield from (group[start : start + most] for start in range(0, len(group), most))


def _timelines(stack: Sequence[Run], problems: Mapping[Run, Problem]) -> Iterator[tuple[Run, Timeline]]:
    """The timeline of each run: computed as far as it must be where they train together."""
    trained: list[Timeline] = []
    if len(stack) > 1:
        try:
            trained = train_stacked([problems[run] for run in stack], stack[0].steps + 1)
        except MemoryError:  # alone, each needs less
            trained = []
    for run in stack:
        yield run, trained.pop(0) if trained else Timeline(problems[run], BUDGET)


def _result(run: Run, timeline: Timeline, machine: Fingerprint) -> Result:
    try:
        return result_of(run, timeline, machine)
    except Exception as error:  # a sweep goes on, whatever one of its runs does
        return _failure(run, error, machine)


def _failure(run: Run, error: Exception, machine: Fingerprint) -> Result:
    if isinstance(error, MemoryError):
        return failed(run, "there is not enough memory for this", machine)
    name = "" if isinstance(error, ProblemError) else f"{type(error).__name__}: "
    reason = error.mistakes[0] if isinstance(error, ProblemError) and error.mistakes else str(error).partition("\n")[0]
    return failed(run, name + reason, machine)
