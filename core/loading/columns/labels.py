"""The different cells of a column as names, in an order of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.arrays import Array
from core.loading.columns.column import Column
from core.loading.columns.numbers import PLAIN
from core.text import clean, exact

EXACT = 2.0**53  # whole numbers up to here are exact in a double


def are_whole(values: Array) -> bool:
    """Whether numbers are whole, and small enough to be told apart."""
    return bool((np.floor(values) == values).all() and (np.abs(values) <= EXACT).all())


def labels_of(column: Column) -> tuple[Sequence[str], NDArray[np.intp]]:
    """The names of a column's different cells, and which is each row's (n,): numbers in their order, however they are
    written, or the cells as they are in that of the alphabet; not in the order of the rows, so that a shuffled file is
    the same problem. Numbers too large to be told apart are kept as they are written.
    """
    values = column.values
    if values is None:
        known = {cell: PLAIN.number(cell) for cell in set(column.texts)}
        if None not in known.values():
            values = np.array([known[cell] for cell in column.texts], dtype=np.float64)
    if values is not None and (np.abs(values) <= EXACT).all():
        numbers, places = np.unique(values, return_inverse=True)
        return [str(int(number)) if number.is_integer() else exact(number) for number in numbers.tolist()], places
    cells = {cell: clean(cell) for cell in set(column.cells)}
    names = sorted(set(cells.values()))
    order = {name: place for place, name in enumerate(names)}
    return names, np.array([order[cells[cell]] for cell in column.cells], dtype=np.intp)
