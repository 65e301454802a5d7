"""How much work a step of a problem is, so that a search can be bounded and done in slices."""

from __future__ import annotations

from itertools import pairwise

from core.problem import Problem

SLICE = 2**26  # numbers that are multiplied between two looks at the clock: a few hundredths of a second at most
MOST_STEPS = 1024  # in a slice; of a small network most of a step's time is no multiplication


class Stopped(Exception):  # noqa: N818
    """What ends a diagnosis between two slices, thrown into it: it returns what it has."""


def products(problem: Problem, whole: bool = False) -> int:
    """How many numbers a pass forward multiplies, over a batch or over the `whole` data."""
    rows = len(problem.inputs) if whole or problem.batch_size is None else problem.batch_size
    return rows * sum(a * b for a, b in pairwise(problem.network.sizes))


def slice_of(problem: Problem, whole: bool = False) -> int:
    """How many steps make a slice."""
    return max(1, min(MOST_STEPS, SLICE // products(problem, whole)))
