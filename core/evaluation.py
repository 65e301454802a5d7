"""How well a network does on rows of data: all rows that it is trained on, or those held out."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from core.arrays import Rows
from core.judgement import classes_said, is_right_or_wrong, judged
from core.network import Network
from core.problem import Problem

BLOCK = 4096  # rows that go through the network at once


class Evaluation(NamedTuple):
    """What a network makes of rows of data.

    loss       ℒ over these rows, with the problem's reduction and without a penalty; inf or NaN where it overflows
    rows       how many there are
    right      how many of them are right; None where the targets are not classes
    rmse       the root mean square of y_out - y_gt
    r2         R² = 1 - Σ (y_gt - y_out)² / Σ (y_gt - their mean)², over all columns; None for classes, or where the
               targets are all the same
    confusion  (C, C) counts: a row for each true class, a column for each class that the network says; a sample whose
               output is between two classes, or NaN, is in none. None where the targets are not classes
    """

    loss: float
    rows: int
    right: int | None
    rmse: float
    r2: float | None
    confusion: Rows | None

    @property
    def accuracy(self) -> float | None:
        """The share of rows that are right; None where the targets are not classes."""
        return None if self.right is None else self.right / self.rows


class Verdict(NamedTuple):
    """What a network makes of the rows that it is trained on, and of those held out (None: there are none)."""

    training: Evaluation
    held_out: Evaluation | None

    @property
    def brief(self) -> Verdict:
        """The same without the confusion tables, to be kept of many steps."""
        held_out = None if self.held_out is None else self.held_out._replace(confusion=None)
        return Verdict(self.training._replace(confusion=None), held_out)


def verdict_on(problem: Problem, network: Network) -> Verdict:
    """What `network`, of the problem's shape, makes of all of its rows."""
    held_out = None if problem.held_out is None else evaluate(problem, network, held_out=True)
    return Verdict(evaluate(problem, network), held_out)


def evaluate(problem: Problem, network: Network, held_out: bool = False) -> Evaluation:
    """What `network`, of the problem's shape, makes of all rows that the problem trains on, or of those `held_out`.
    Raises ValueError where there are none held out.
    """
    inputs, targets = problem.inputs, problem.targets
    if held_out:
        if problem.held_out is None:
            raise ValueError(f"{problem.name}: no rows are held out")
        inputs, targets = problem.held_out
    total, squares, rows, told = 0.0, 0.0, len(inputs), is_right_or_wrong(problem)
    right, classes = 0, len(problem.class_names)
    confusion = np.zeros((classes, classes), dtype=np.intp)
    with np.errstate(all="ignore"):
        for start in range(0, rows, BLOCK):
            expected = targets[start : start + BLOCK]
            scores, outputs = network.scores_and_outputs(inputs[start : start + BLOCK])
            total += float(problem.sample_losses(scores, outputs, expected).sum())
            squares += float(((outputs - expected) ** 2).sum())
            if (mask := judged(problem, outputs, expected)) is not None:
                right += int(mask.sum())
                true, said = classes_said(problem, expected), classes_said(problem, outputs)
                decided = (true >= 0) & (said >= 0)
                np.add.at(confusion, (true[decided], said[decided]), 1)
        loss = total / rows if problem.reduction == "mean" else total
        spread = float(((targets - targets.mean(axis=0)) ** 2).sum())
        same = not spread > 0 or bool((targets == targets[0]).all())  # whose mean may be off in the last bit
        r2 = None if told or same else 1 - squares / spread
    rmse = math.sqrt(squares / targets.size)
    return Evaluation(loss, rows, right if told else None, rmse, r2, confusion if told else None)
