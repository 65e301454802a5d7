"""The runs that the steps of a timeline are of: a fork's, and those that it came from."""

from __future__ import annotations

from core.problem import Problem
from core.timeline import Timeline


def runs_of(timeline: Timeline, last: int) -> list[tuple[Timeline, int]]:
    """The runs that the steps up to `last` are of, each with the last of these that is its own; the latest first."""
    found = []
    for run in reversed(timeline.lineage):
        if run.start <= last:
            found.append((run, last))
            last = run.start - 1
    return found


def first_with_this_loss(timeline: Timeline, last: int) -> int:
    """The first of the steps up to `last` whose losses can be compared: from there on nobody has changed the data or
    what the loss is.
    """
    (now, _), *before = runs_of(timeline, last)
    start = now.start
    for run, _ in before:
        if _measure(run.problem) != _measure(now.problem):
            break
        start = run.start
    return start


def _measure(problem: Problem) -> tuple[object, ...]:
    return problem.loss, problem.reduction, problem.penalty, problem.inputs.tobytes(), problem.targets.tobytes()
