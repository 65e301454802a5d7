"""What the network says of each sample, beside what is true: a word, a mark, or how far it is off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from core import Array, Problem, Step, sure
from tui.sheet.written import Written

Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
RIGHT, WRONG = "=", "≠"
TITLES = {"sign": "sign", "side": "y>½", "largest": "says", "difference": "y_out-y_gt", "distance": "|y_out-y_gt|"}


class Verdict(NamedTuple):
    """On one sample: as a word, as a mark that stands beside y_gt ("" where there are no classes), and its style."""

    word: str
    mark: str
    style: str


@lru_cache(maxsize=2)  # it looks at every row of the data
def kind(problem: Problem) -> Literal["sign", "side", "largest", "difference", "distance"]:
    """How a sample is judged: by the sign of a single ±1 output, by which side of ½ one between 0 and 1 is on, by the
    largest output among classes, else by how far its outputs are from y_gt.
    """
    single = problem.targets.shape[1] == 1
    if problem.has_classes:
        return "sign" if single else "largest"
    if problem.threshold is not None:
        return "side"
    return "difference" if single else "distance"


def title(problem: Problem) -> str:
    """What stands above the verdicts."""
    return TITLES[kind(problem)]


def longest(problem: Problem, written: Written) -> int:
    """Columns of the widest verdict that there can be."""
    judged = kind(problem)
    if judged in ("sign", "side", "largest"):
        says = len(f"{WRONG} {problem.targets.shape[1]}") if judged == "largest" else 0
        return max(len("right"), says)
    return written.width


def right(step: Step) -> Mask | None:
    """Which samples of the batch are right, (n,); None where the targets are not classes."""
    return judged(step.problem, step.outputs, step.targets)


def judged(problem: Problem, outputs: Array, targets: Array) -> Mask | None:
    """Which of these outputs are right, (n,); an output between both sides has none, and NaN is never right."""
    how = kind(problem)
    if how in ("sign", "side"):
        middle = problem.threshold or 0.0
        sides: Mask = np.sign(outputs[:, 0] - middle) == np.sign(targets[:, 0] - middle)
        return sides
    if how == "largest":
        said: Mask = (outputs.argmax(axis=1) == targets.argmax(axis=1)) & ~np.isnan(outputs).any(axis=1)
        return said
    return None


def verdicts(step: Step, rows: Sequence[int], written: Written | None = None) -> list[Verdict]:
    """The verdicts on these samples of the batch, counted from 0; `written` says how a difference is written."""
    mask, how = right(step), kind(step.problem)
    if mask is None:
        form = written or Written(integers=2)
        with np.errstate(all="ignore"):
            off = step.outputs[rows] - step.targets[rows]
            values = off[:, 0] if how == "difference" else np.linalg.norm(off, axis=1)
        style = ("alarm", "text")
        return [Verdict(form.cell(sure(value)), "", style[math.isfinite(value)]) for value in values.tolist()]
    found = []
    for row in rows:
        if mask[row]:
            found.append(Verdict("right", RIGHT, "right"))
        elif how in ("sign", "side"):
            found.append(Verdict("wrong", WRONG, "wrong"))
        else:
            found.append(Verdict(f"{WRONG} {int(step.outputs[row].argmax()) + 1}", WRONG, "wrong"))
    return found
