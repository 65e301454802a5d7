"""What to say of a table that was read: how it was understood, and which of its columns may not be what they seem."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

import numpy as np

from core.arrays import Array
from core.loading.table import EXACT, MOST_CLASSES, Table, Targets, number_in
from core.text import significant

MOST_NAMED = 10  # classes
LONGEST = 40  # characters of a class's name
NUMBER_DIGITS = 6
FEWEST_COUNTED = 10  # rows: 1, 2, 3 may be a feature
COUNTER = re.compile(
    r"(?i:(?:.*[^a-z])?(?:id|ids|idx|index|no|nr|number|row|rows|rownames|unnamed: \d+)|#)|.*[a-z]I[dD]"
)


def remarks_on(table: Table, task: str | None) -> tuple[str, ...]:
    """How a table was understood, and which features only count its rows; `task` is what was asked for, if anything."""
    rows, features = table.inputs.shape
    understood = f"{_counted(rows, 'row')}; {_counted(features, 'feature')}; {_on_targets(table.targets, task)}"
    return (understood, *_on_counters(table))


def counts_rows(column: Array) -> bool:
    """Whether the numbers of a column (n,) are those of its rows, from 0 or 1 on."""
    return bool(len(column) > 1 and column[0] in (0, 1) and (np.diff(column) == 1).all())


def may_be_indistinct(column: Array) -> bool:
    """Whether a column (n,) has whole numbers so large that neighbours are one float, and a number twice."""
    return bool(np.abs(column).max() > EXACT and len(np.unique(column)) < len(column))


def on_indistinct(name: str, column: Array, cells: Iterable[str]) -> str:
    """What to say of a column whose different numbers, as its cells have them, are fewer floats; or nothing."""
    try:
        different = len({Decimal(cell.strip()) for cell in cells})
    except InvalidOperation:  # float reads what Decimal does not
        return ""
    floats = len(np.unique(column))
    if different == floats:
        return ""
    return (
        f"{name}: {different:,} different numbers are only {floats:,} as floats, "
        "which cannot tell numbers of more than 16 digits apart"
    )


def _on_targets(targets: Targets, task: str | None) -> str:
    name = f"target {targets.column}" if targets.column else "targets"
    count = targets.values.shape[1]
    if targets.are_classes:
        of_numbers = bool(targets.names) and all(number_in(label) is not None for label in targets.names)
        hint = '; for numbers, the task is "regression"' if task is None and of_numbers else ""
        names = [*map(_short, targets.names[:MOST_NAMED]), *["..."] * (len(targets.names) > MOST_NAMED)]
        return f"{name}: {count} classes" + (f" ({', '.join(names)})" if names else "") + hint
    low, high = (significant(float(number), NUMBER_DIGITS) for number in (targets.values.min(), targets.values.max()))
    columns = f" in {count} columns" if count > 1 else ""
    hint = '; for classes, the task is "classification"' if task is None and _could_be_classes(targets.values) else ""
    return f"{name}: numbers from {low} to {high}{columns}{hint}"


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 3]}..."


def _could_be_classes(values: Array) -> bool:
    whole = values.shape[1] == 1 and (np.floor(values) == values).all() and (np.abs(values) <= EXACT).all()
    return bool(whole) and 2 <= len(np.unique(values)) <= MOST_CLASSES


def _on_counters(table: Table) -> Iterator[str]:
    rows, features = table.inputs.shape
    for j, name in enumerate(table.input_names):
        # A table's only feature, or three numbers in a row, may be meant; not so by the name of an index.
        seems = COUNTER.fullmatch(name) or (j == 0 and features > 1 and rows >= FEWEST_COUNTED)
        if seems and counts_rows(table.inputs[:, j]):
            first, last = (int(table.inputs[row, j]) for row in (0, -1))
            yield f"{name} only counts the rows ({first} to {last}): remove the column unless it is meant as a feature"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
