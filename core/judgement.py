"""Which of a network's outputs are right, where the targets are classes."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from core.arrays import Array, Mask, Rows
from core.problem import Problem
from core.record import memoized

Judgement: TypeAlias = Literal["sign", "side", "largest", "difference", "distance"]


@memoized(1)  # it looks at every row of the data
def how_judged(problem: Problem) -> Judgement:
    """How a sample is judged: by the sign of a single ±1 output, by which side of ½ one between 0 and 1 is on, by the
    largest output among classes, else by how far its outputs are from y_gt.
    """
    single = problem.targets.shape[1] == 1
    if problem.has_classes:
        return "sign" if single else "largest"
    if problem.threshold is not None:
        return "side"
    return "difference" if single else "distance"


def is_right_or_wrong(problem: Problem) -> bool:
    """Whether a sample is one of both; else it is near to its target or far from it."""
    return how_judged(problem) in ("sign", "side", "largest")


def judged(problem: Problem, outputs: Array, targets: Array) -> Mask | None:
    """Which of these outputs (..., n, d) are right, (..., n); None where the targets are not classes. An output between
    both sides has none, and NaN is never right.
    """
    how = how_judged(problem)
    if how in ("sign", "side"):
        middle = problem.threshold or 0.0
        sides: Mask = np.sign(outputs[..., 0] - middle) == np.sign(targets[..., 0] - middle)
        return sides
    if how == "largest":
        said: Mask = (outputs.argmax(axis=-1) == targets.argmax(axis=-1)) & ~np.isnan(outputs).any(axis=-1)
        return said
    return None


def classes_said(problem: Problem, outputs: Array) -> Rows:
    """The class, counted from 0, that each of these outputs (n, d) stands for, (n,); -1 for an output between two
    classes, or one that is NaN. Only where a sample is right or wrong.
    """
    if outputs.shape[1] > 1:
        said: Rows = np.where(np.isnan(outputs).any(axis=1), -1, outputs.argmax(axis=1))
        return said
    off = outputs[:, 0] - (problem.threshold or 0.0)
    sides: Rows = np.where(off > 0, 1, np.where(off < 0, 0, -1))
    return sides
