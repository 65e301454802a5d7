"""The runs that the steps of a timeline are of: a fork's, and those that it came from."""

from __future__ import annotations

import numpy as np

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
        if not _are_measured_alike(run.problem, now.problem):
            break
        start = run.start
    return start


def _are_measured_alike(one: Problem, other: Problem) -> bool:
    """Whether two problems have the same loss, of the same data."""
    alike = (one.loss, one.reduction, one.penalty) == (other.loss, other.reduction, other.penalty)
    pairs = ((one.inputs, other.inputs), (one.targets, other.targets))
    return alike and all(mine is yours or np.array_equal(mine, yours) for mine, yours in pairs)
