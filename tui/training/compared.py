"""Which steps can be compared with each other, and which answers were checked on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core import Step
from tui.training.view import View

if TYPE_CHECKING:
    from core import CheckReport


def same_rows(step: Step, before: Step | None) -> bool:
    """Whether the step before used the same rows, so that the two can be compared."""
    return before is not None and np.array_equal(step.batch, before.batch)


def belongs(one: Step, other: Step) -> bool:
    """Whether two steps are the same one of a run, numbers and all."""
    if one is other:
        return True
    if one.index != other.index or one.problem.loss != other.problem.loss:
        return False
    ours, theirs = ((*step.weights, *step.biases, step.inputs, step.targets) for step in (one, other))
    return all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None)


def report_on(view: View, step: Step) -> CheckReport | None:
    """What was found of answers that were checked on this step, while it is shown, in the notation that it speaks."""
    report = view.report
    return report.worded(step.problem.shown_in) if report is not None and belongs(report.step, step) else None
