"""Which classes a network takes for which: those with most mistakes in a table of counts, and the mistakes in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core import Evaluation, Rows

SAID = 3  # pairs of classes that are told in words


def most_confused(confusion: Rows, most: int) -> list[int]:
    """At most so many classes, those that have most mistakes, in order."""
    wrong = mistaken(confusion)
    chosen: list[int] = np.sort(np.argsort(-(wrong.sum(axis=0) + wrong.sum(axis=1)), kind="stable")[:most]).tolist()
    return chosen


def mistakes(found: Evaluation, names: Sequence[str]) -> list[str]:
    """The pairs of classes that are confused most often, and how many rows are said to be of no class."""
    assert found.confusion is not None
    wrong = mistaken(found.confusion)
    said = []
    for place in np.argsort(-wrong, axis=None, kind="stable")[:SAID].tolist():
        true, other = divmod(place, len(names))
        if count := int(wrong[true, other]):
            said.append(f"{count:,} × {names[true]} taken for {names[other]}")
    if left := int((wrong > 0).sum()) - len(said):
        said.append(f"{left:,} more such pair{'s' * (left > 1)}")
    if undecided := undecided_of(found):
        said.append(f"{undecided:,} of no class")
    return said


def undecided_of(found: Evaluation) -> int:
    """How many rows are said to be of no class: their outputs are NaN, or between two classes."""
    return 0 if found.confusion is None else found.rows - int(found.confusion.sum())


def mistaken(confusion: Rows) -> Rows:
    """The counts without those that are right."""
    wrong: Rows = confusion - np.diag(np.diag(confusion))
    return wrong
