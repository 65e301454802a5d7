"""What the network says of each sample, beside what is true: a word, a mark, or how far it is off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from core import Problem, Step, how_judged, is_right_or_wrong, judged, statement_of, sure
from tui.sheet.written import Written

Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
RIGHT, WRONG = "=", "≠"
TITLES = {"sign": "sign", "side": "y>½", "largest": "says", "difference": "y_out-y_gt", "distance": "|y_out-y_gt|"}

OF_OUTPUT = {"side": "{y}>½", "difference": "{y}-{t}", "distance": "|{y}-{t}|"}  # the same in any notation


class Verdict(NamedTuple):
    """On one sample: as a word, as a mark that stands beside y_gt ("" where there are no classes), and its style."""

    word: str
    mark: str
    style: str


def title(problem: Problem) -> str:
    """What stands above the verdicts."""
    how, wording = how_judged(problem), statement_of(problem, problem.batch_size or len(problem.inputs)).wording
    if wording.is_own or how not in OF_OUTPUT:
        return TITLES[how]
    return OF_OUTPUT[how].format(y=wording.letters["y_out"], t=wording.letters["y_gt"])


def longest(problem: Problem, written: Written) -> int:
    """Columns of the widest verdict that there can be."""
    how = how_judged(problem)
    if is_right_or_wrong(problem):
        says = len(f"{WRONG} {problem.targets.shape[1]}") if how == "largest" else 0
        return max(len("right"), says)
    return written.width


def right(step: Step) -> Mask | None:
    """Which samples of the batch are right, (n,); None where the targets are not classes."""
    return judged(step.problem, step.outputs, step.targets)


def verdicts(step: Step, rows: Sequence[int], written: Written | None = None) -> list[Verdict]:
    """The verdicts on these samples of the batch, counted from 0; `written` says how a difference is written."""
    mask, how = right(step), how_judged(step.problem)
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
