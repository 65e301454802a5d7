"""The table in a file with named columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.errors import ProblemError
from core.loading.columns.choice import Choice, choose
from core.loading.columns.column import Column, ColumnFile
from core.loading.columns.features import Features, missing_in, numbers_of, read_encoded, read_numbers
from core.loading.columns.target import holds_numbers, missing_targets, read_target, wrong_targets
from core.loading.columns.wrong import Wrong, lines
from core.loading.fields import MistakeLines
from core.loading.reading import Reading
from core.loading.remarks import index_of, on_ids, on_indistinct
from core.loading.table import Table
from core.text import counted


def table_of(file: ColumnFile, source: str, reading: Reading) -> Table:
    """The table that a reading makes of a file. Raises ProblemError, which lists every mistake: a line for each column,
    with how many of its cells are wrong and where the first is.
    """
    mistakes = MistakeLines()
    choice = choose(file.names, reading, mistakes)
    if choice is None:
        raise ProblemError(source, mistakes.lines)
    columns = file.read(choice.wanted, mistakes)
    if not any(len(column) for column in columns.values()):
        raise ProblemError(source, mistakes.lines)
    remarks = list(file.remarks)
    if 0 in choice.features and not file.names[0]:
        choice = _without_index(choice, columns[0], file.heading(0), remarks, mistakes)
    numbers = holds_numbers(columns[choice.target], reading)
    if reading.missing == "drop":
        columns = _complete(columns, choice, numbers, reading, remarks, mistakes)
        if mistakes or not columns:
            raise ProblemError(source, mistakes.lines)
    target = columns[choice.target]
    features: list[Features | None] = []
    wrong: list[Wrong] = []
    for j in choice.features:
        read = read_encoded if j in choice.encoded else read_numbers
        features.append(read(columns[j], reading, wrong))
    if (found_wrong := wrong_targets(target, reading, numbers)) is not None:
        wrong.append(found_wrong)
    for line in lines(wrong):
        mistakes.note(line)
    targets = None if mistakes else read_target(target, reading, numbers, mistakes)
    found = [feature for feature in features if feature is not None]
    if mistakes or targets is None:
        raise ProblemError(source, mistakes.lines)
    plain = [columns[j] for j in choice.features if j not in choice.encoded]
    remarks += [feature.remark for feature in found if feature.remark]
    remarks += [
        remark
        for column in plain
        for remark in (*on_ids(column, len(choice.features), reading), *on_indistinct(column))
    ]
    inputs = np.hstack([feature.values for feature in found])
    return Table(inputs, tuple(name for feature in found for name in feature.names), targets, tuple(remarks))


def _without_index(choice: Choice, index: Column, heading: str, remarks: list[str], mistakes: MistakeLines) -> Choice:
    """The choice without the first column, which has no name and so must name the rows or count them."""
    named = index_of(index)
    if named is None:
        mistakes.note(f"{heading}: expected a column's name, found an empty cell")
    else:
        remarks.append(f"the first column has no name and {named}: it is left out")
    return choice._replace(features=tuple(j for j in choice.features if j != 0))


def _complete(
    columns: dict[int, Column],
    choice: Choice,
    numbers: bool,
    reading: Reading,
    remarks: list[str],
    mistakes: MistakeLines,
) -> dict[int, Column]:
    """The columns without the rows in which a cell is missing."""
    missing: NDArray[np.bool_] = missing_targets(columns[choice.target], reading, numbers)
    for j in choice.features:
        column = columns[j]
        missing = missing | (missing_in(column) if j in choice.encoded else np.isnan(numbers_of(column, reading)))
    if not missing.any():
        return columns
    rows = np.flatnonzero(~missing)
    if not len(rows):
        mistakes.note("expected rows without a missing cell, found none")
        return {}
    remarks.append(f"{counted(int(missing.sum()), 'row')} with a missing cell left out")
    return {j: columns[j].of_rows(rows) for j in (choice.target, *choice.features)}
