"""What to say of a table that was read: how it was understood, and which of its columns may not be what they seem."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import numpy as np

from core.arrays import Array
from core.loading.columns.column import Column
from core.loading.columns.labels import EXACT, are_whole
from core.loading.reading import Reading
from core.loading.table import Table, Targets
from core.text import clean, counted, significant

MOST_NAMED = 10  # classes
LONGEST = 40  # characters of a class's name
NUMBER_DIGITS = 6
FEWEST_COUNTED = 10  # rows: 1, 2, 3 may be a feature
FEWEST_DIFFERENT = 50  # rows: so many measured whole numbers are hardly all different
COUNTER = re.compile(
    r"(?i:(?:.*[^a-z])?(?:id|ids|idx|index|no|nr|number|row|rows|rownames|unnamed: \d+)|__index_level_\d+__|#)"
    r"|.*[a-z]I[dD]"
)


def understood(table: Table, reading: Reading) -> str:
    """How a table was understood: its rows, its features, its target."""
    rows, features = table.inputs.shape
    change = "" if reading.task else " (--task to change)"  # which goes before what a problem file says
    return f"{counted(rows, 'row')}; {counted(features, 'feature')}; {_on_targets(table.targets)}{change}"


def on_classes(targets: Targets, reading: Reading) -> str:
    """What to say of classes that are as many as the rows; or nothing."""
    rows, count = targets.values.shape
    if not targets.are_classes or count < rows or rows < FEWEST_COUNTED or not targets.column:
        return ""
    return f"each row is a class of its own: {reading.spelled('target')} COLUMN chooses another target"


def on_cases(targets: Targets) -> str:
    """What to say of classes whose names differ only in upper and lower case; or nothing."""
    alike: dict[str, list[str]] = {}
    for name in targets.names if targets.are_classes else ():
        alike.setdefault(name.casefold(), []).append(_short(name))
    found = [" and ".join(names) for names in alike.values() if len(names) > 1]
    more = f", ... ({len(found)} in all)" if len(found) > MOST_NAMED else ""
    return f"classes that differ only in upper and lower case: {', '.join(found[:MOST_NAMED])}{more}" if found else ""


def counts_rows(column: Array) -> bool:
    """Whether the numbers of a column (n,) are those of its rows, from 0 or 1 on."""
    return bool(len(column) > 1 and column[0] in (0, 1) and (np.diff(column) == 1).all())


def index_of(column: Column) -> str | None:
    """How a column names the rows, as the index of a table does, in words; None for one that does not."""
    values = column.values
    if values is None:
        names = set(map(clean, column.texts))
        return "is another text in each row" if len(names) == len(column) else None
    if counts_rows(values):
        return "only counts the rows"
    many = len(values) >= FEWEST_COUNTED
    return "is another whole number in each row" if many and are_whole(values) and _all_different(values) else None


def on_ids(column: Column, features: int, reading: Reading) -> Iterator[str]:
    """What to say of a feature of numbers that may be the names of the rows, one of so many features."""
    values = column.values
    if values is None or not column.name or len(values) < 2:
        return
    drop = f"{reading.spelled_column('drop', column.name)} unless it is meant as a feature"
    named = COUNTER.fullmatch(column.name) is not None
    # A table's only feature, or three numbers in a row, may be meant; not so by the name of an index.
    if counts_rows(values):
        if named or (features > 1 and len(values) >= FEWEST_COUNTED):
            yield f"{column.name} only counts the rows ({int(values[0])} to {int(values[-1])}): {drop}"
    elif (named or (features > 1 and len(values) >= FEWEST_DIFFERENT)) and are_whole(values) and _all_different(values):
        yield f"{column.name} is another whole number in each row: {drop}"


def _all_different(values: Array) -> bool:
    part = values[:FEWEST_DIFFERENT]  # tells it of most columns without sorting all of them
    return len(np.unique(part)) == len(part) and len(np.unique(values)) == len(values)


def on_indistinct(column: Column) -> Iterator[str]:
    """What to say of a feature of whole numbers that are so long that floats cannot tell them apart."""
    values = column.values
    if values is None or not (np.abs(values) > EXACT).any():
        return
    floats = len(np.unique(values))
    if floats == len(values):
        return
    try:
        different = len({Decimal(cell.strip()) for cell in column.cells})
    except InvalidOperation:  # float reads what Decimal does not
        return
    if different > floats:
        yield (
            f"{column.name}: {different:,} different numbers are only {floats:,} as floats, "
            "which cannot tell numbers of more than 16 digits apart"
        )


def _on_targets(targets: Targets) -> str:
    name = f"target {targets.column}" if targets.column else "targets"
    count = targets.values.shape[1]
    if targets.are_classes:
        if not targets.names:
            return f"{name}: {count} classes"
        named = ", ".join(map(_short, targets.names[:MOST_NAMED]))
        return f"{name}: classes {named}" + (f", ... ({count} in all)" if count > MOST_NAMED else "")
    ends = float(targets.values.min()), float(targets.values.max())
    low, high = (significant(number, NUMBER_DIGITS) for number in ends)
    if low == high and ends[0] < ends[1]:
        low, high = (significant(number, 2 * NUMBER_DIGITS) for number in ends)
    columns = f" in {count} columns" if count > 1 else ""
    return f"{name}: numbers from {low} to {high}{columns}"


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 3]}..."
