"""Classes: the true ones, read from targets, and their probabilities, p = softmax(o).

Targets of several columns are one-hot rows. A single column has -1 and +1, for two classes with a column each.
"""

from __future__ import annotations

import numpy as np

from core.arrays import Array, Rows
from core.primitives import column_for, find_largest, sum_rows


def one_hot(targets: Array) -> Array:
    """The true class of each sample as a row with a single 1, shape (n, C)."""
    return np.concatenate([targets < 0, targets > 0], axis=1).astype(float) if targets.shape[1] == 1 else targets


def true_classes(targets: Array) -> Rows:
    """The column of each sample's true class, shape (n,)."""
    classes: Rows = np.argmax(one_hot(targets), axis=1)
    return classes


def class_mistake(targets: Array) -> str | None:
    """The first row of `targets` that stands for no class, what was expected and how many such rows there are; None
    where each stands for one.
    """
    if targets.shape[1] == 1:
        bad = (targets[:, 0] != -1) & (targets[:, 0] != 1)
        expected = "-1 or +1 (two classes read from one output)"
    else:
        bad = ((targets != 0) & (targets != 1)).any(axis=1) | (targets.sum(axis=1) != 1)
        expected = "one-hot: a single 1, the rest 0"
    if not bad.any():
        return None
    row = int(np.argmax(bad))
    found = ", ".join(f"{value:g}" for value in targets[row, :6]) + (", ..." if targets.shape[1] > 6 else "")
    more = f" ({int(bad.sum())} such rows)" if bad.sum() > 1 else ""
    return f"row {row + 1} is ({found}), expected {expected}{more}"


class BoundSoftmax:
    """p = softmax(o) for logits and p of shape (n, C), over arrays that are allocated once.

    After `evaluate`, `shifted` (n, C) has the logits without the largest of their row, so that exp never overflows,
    and `totals` (n, 1) the sums of their exponentials.
    """

    def __init__(self, logits: Array, p: Array) -> None:
        self.shifted, self.totals = np.empty(logits.shape), column_for(logits)
        shifted, totals, largest = self.shifted, self.totals, column_for(logits)
        subtract, exp, divide = np.subtract, np.exp, np.divide
        take_largest, sum_p = find_largest(logits, largest), sum_rows(p, totals)

        def evaluate() -> None:
            take_largest()
            subtract(logits, largest, shifted)
            exp(shifted, p)
            sum_p()
            divide(p, totals, p)

        self.evaluate = evaluate


def softmax(logits: Array) -> Array:
    """p = softmax(o), shape (n, C); the largest logit is taken off first, so that exp never overflows."""
    p = np.empty(logits.shape)
    BoundSoftmax(logits, p).evaluate()
    return p
