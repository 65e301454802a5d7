"""Features from columns: numbers, or a one-hot feature for each of a column's different cells."""

from __future__ import annotations

from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.arrays import Array
from core.loading.columns.column import Column
from core.loading.columns.labels import labels_of
from core.loading.columns.numbers import BOOLEANS, counts_of, is_missing
from core.loading.columns.wrong import MOST_ENCODED, Wrong, instead_of, look_alike, on_missing, on_no_numbers
from core.loading.reading import Reading
from core.text import clean


class Features(NamedTuple):
    """Features (n, k) with their names: NaN where a cell is missing; `remark` says how they were understood."""

    values: Array
    names: tuple[str, ...]
    remark: str = ""


def numbers_of(column: Column, reading: Reading) -> Array:
    """The numbers of a column (n,): NaN where a cell is missing, an infinity where it is no finite number."""
    if column.values is not None:
        return column.values
    known: dict[str, float] = {}
    number = reading.notation.number
    for cell in set(column.texts):
        value = number(cell)
        if value is None:  # but for characters that nobody sees
            value = number(clean(cell))
        if value is None or isnan(value):
            value = np.nan if is_missing(clean(cell), number=True) else np.inf
        known[cell] = value
    return np.array([known[cell] for cell in column.texts], dtype=np.float64)


def read_numbers(column: Column, reading: Reading, wrong: list[Wrong]) -> Features | None:
    """A feature of numbers, true and false among them; None where cells are wrong."""
    values, remark = numbers_of(column, reading), ""
    if column.values is None and (truths := _truths(column)) is not None:
        values, remark = truths, f"{column.name}: false and true are read as 0 and 1"
    bad, missing = np.flatnonzero(np.isinf(values)), np.flatnonzero(np.isnan(values))
    if len(bad):
        wrong.append(on_no_numbers(column, bad.tolist(), len(missing), reading, is_target=False))
        return None
    if len(missing) and reading.missing is None:
        wrong.append(on_missing(column, missing.tolist(), reading, is_target=False))
        return None
    return Features(values.reshape(-1, 1), (column.name,), remark)


def read_encoded(column: Column, reading: Reading, wrong: list[Wrong]) -> Features | None:
    """A feature for each different cell, 1 in the rows that have it; NaN in all of them where the cell is missing. None
    where cells are wrong.
    """
    is_absent = missing_in(column)
    missing, there = np.flatnonzero(is_absent), np.flatnonzero(~is_absent)
    if len(missing) and (reading.missing is None or not len(there)):
        wrong.append(on_missing(column, missing.tolist(), reading, is_target=False))
        return None
    present = column.of_rows(there) if len(missing) else column
    names, places = labels_of(present)
    if len(names) > MOST_ENCODED:
        rows = np.arange(len(column)).tolist()
        noun = f"{len(names):,} different texts"
        advice = f"at most {MOST_ENCODED:,} can be encoded: {instead_of(column, reading, is_target=False)}"
        wrong.append(Wrong.of(column, rows, noun, noun, advice))
        return None
    values = np.zeros((len(column), len(names)))
    values[missing] = np.nan
    values[there, places] = 1.0
    remark = look_alike(column, counts_of(present.cells), reading) if column.values is None else ""
    if len(names) == len(present) > 2:
        drop = instead_of(column, reading, is_target=False)
        remark = f"{column.name} is encoded, but is different in each row: {drop}"
    return Features(values, tuple(f"{column.name}={name}" for name in names), remark)


def missing_in(column: Column) -> NDArray[np.bool_]:
    """Which cells (n,) of a column of names are missing."""
    if column.values is not None:
        return np.isnan(column.values)
    known = {cell: is_missing(clean(cell), number=False) for cell in set(column.texts)}
    return np.array([known[cell] for cell in column.texts], dtype=bool)


def _truths(column: Column) -> Array | None:
    """0 and 1 for a column of false and true; None where it has something else."""
    known = {}
    for cell in set(column.texts):
        word = clean(cell).lower()
        if word not in BOOLEANS and not is_missing(word, number=True):
            return None
        known[cell] = BOOLEANS.get(word, np.nan)
    if np.isnan(list(known.values())).all():
        return None
    return np.array([known[cell] for cell in column.texts])
