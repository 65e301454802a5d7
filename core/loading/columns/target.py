"""The target from its column: classes or numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.arrays import Array
from core.loading.columns.column import Column
from core.loading.columns.features import missing_in, numbers_of
from core.loading.columns.labels import are_whole, labels_of
from core.loading.columns.numbers import counts_of, is_missing, look_of
from core.loading.columns.wrong import Wrong, instead_of, on_missing, on_no_numbers
from core.loading.fields import MistakeLines
from core.loading.reading import Reading
from core.loading.table import Targets
from core.text import clean, shown

MOST_NUMBER_CLASSES = 20
LEAST_NUMBER_CLASS, LARGEST_NUMBER_CLASS = -1, 20
ROWS_FOR_CLASS = 2  # on the average
MOST_CLASSES = 1000
USUAL_PAIRS = ((0, 1), (-1, 1), (1, 2))


def holds_numbers(column: Column, reading: Reading) -> bool:
    """Whether a target's cells are to be numbers, be they classes or not. Texts are no numbers where they are more than
    half of the cells that are there, unless they look like numbers: 70,5 and $12 are no names of classes.
    """
    if reading.task is not None or column.values is not None:
        return reading.task != "classification"
    counts = counts_of(column.texts)
    present = {cell: count for cell, count in counts.items() if not is_missing(cell, number=False)}
    texts = {cell: count for cell, count in present.items() if reading.notation.number(cell) is None}
    if sum(texts.values()) <= sum(present.values()) / 2:
        return True
    return look_of(texts, reading.notation) is not None


def missing_targets(column: Column, reading: Reading, numbers: bool) -> NDArray[np.bool_]:
    """Which cells (n,) of a target are missing; where the task says classification, all but empty cells are names."""
    if numbers:
        return np.isnan(numbers_of(column, reading))
    if reading.task == "classification" and column.values is None:
        return np.array([not clean(cell) for cell in column.texts], dtype=bool)
    return missing_in(column)


def wrong_targets(column: Column, reading: Reading, numbers: bool) -> Wrong | None:
    """The cells of a target that are wrong, if there are."""
    missing = np.flatnonzero(missing_targets(column, reading, numbers)).tolist()
    if numbers:
        bad = np.flatnonzero(np.isinf(numbers_of(column, reading))).tolist()
        if bad:
            return on_no_numbers(column, bad, len(missing), reading, is_target=True)
    if missing and reading.missing != "drop":
        return on_missing(column, missing, reading, is_target=True)
    if not numbers and reading.task is None:
        numeric = {cell for cell in set(column.texts) if reading.notation.number(cell) is not None}
        if numeric:
            odd = [row for row, cell in enumerate(column.texts) if cell in numeric]
            advice = f"{reading.spelled('task', 'classification')} if they are names, too"
            where = "where most cells are names of classes"
            return Wrong.of(column, odd, f"a number {where}", f"numbers {where}", advice)
    return None


def read_target(column: Column, reading: Reading, numbers: bool, mistakes: MistakeLines) -> Targets | None:
    """The target of rows that all have one; None where there are mistakes."""
    if numbers:
        values = numbers_of(column, reading)
        different = np.unique(values)
        if reading.task is None and are_whole(values) and len(different) == 1 < len(values):
            number = f"{reading.spelled('task', 'regression')} takes it for a number"
            mistakes.note(
                f"{column.title}: expected at least 2 different targets, found only {different[0]:.12g}; {number}"
            )
            return None
        if reading.task == "regression" or not are_classes(values):
            own = (column.name,) if column.name else ()
            return Targets(values.reshape(-1, 1), own, are_classes=False, column=column.name)
    names, places = labels_of(column)
    if not 2 <= len(names) <= MOST_CLASSES:
        limit = "at least 2" if len(names) < 2 else f"at most {MOST_CLASSES:,}"
        found = f"only {shown(names[0])}" if len(names) < 2 else f"{len(names):,}"
        other = f"; {instead_of(column, reading, is_target=True)}" if column.name else ""
        mistakes.note(f"{column.title}: expected {limit} different classes, found {found}{other}")
        return None
    one_hot = np.zeros((len(places), len(names)))
    one_hot[np.arange(len(places)), places] = 1.0
    return Targets(one_hot, tuple(names), are_classes=True, column=column.name)


def are_classes(values: Array) -> bool:
    """Whether numbers (n,) are taken for the numbers of classes: few whole numbers that repeat often.

    Few: at most 20 different ones, all from -1 to 20, so that years, ages and amounts are none. They are two, or run
    on without a gap, as counts and marks with their rare large values do not. Often: two rows for each on the average;
    0 and 1, -1 and 1, or 1 and 2 need not repeat.
    """
    if not are_whole(values):
        return False
    different = np.unique(values)
    low, high, count = float(different[0]), float(different[-1]), len(different)
    if low < LEAST_NUMBER_CLASS or high > LARGEST_NUMBER_CLASS or not 2 <= count <= MOST_NUMBER_CLASSES:
        return False
    if count == 2 and (low, high) in USUAL_PAIRS:
        return True
    return bool((count == 2 or high - low == count - 1) and len(values) >= ROWS_FOR_CLASS * count)
