"""A .csv file: a header row, then numbers, and a target in one of the columns."""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO, TextIOWrapper
from itertools import chain, islice
from math import isfinite
from pathlib import Path

import numpy as np

from core.errors import ProblemError
from core.files import MIB, decode, read_bytes
from core.loading.fields import MistakeLines
from core.loading.table import CommaNumbers, Table, expected_number, number_in, number_targets, read_targets
from core.loading.table_remarks import counts_rows, may_be_indistinct, on_indistinct
from core.suggestion import suggest
from core.text import clean, shown

LARGEST_FILE = 256 * MIB
SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
OTHER_SEPARATORS = {"|": '"|"', ":": "colons", " ": "spaces"}
LINE_BREAK = re.compile(r"\r\n|\r|\n")
SAMPLE = 100  # rows that tell the separator
MOST_NAMES = 20


@dataclass(frozen=True)
class _Record:
    """The cells between two ends of a record, on the physical lines `first` to `last` of the file."""

    first: int
    last: int
    cells: list[str]

    def line(self, column: int) -> int:
        """The physical line on which the cell of a column, counted from 0, begins."""
        if self.first == self.last:
            return self.first
        return self.first + sum(len(LINE_BREAK.findall(cell)) for cell in self.cells[:column])


class _BrokenRecordError(Exception):
    """A record that cannot be taken apart into cells, told with its line."""


def _records(data: bytes, separator: str) -> Iterator[_Record]:
    lines = TextIOWrapper(BytesIO(data), encoding="utf-8-sig", newline="")
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _BrokenRecordError(f"line {first}: {_broken(str(error))}") from None
        if len(cells) > 1 or any(cell.strip() for cell in cells):
            yield _Record(first, reader.line_num, cells)


def _broken(error: str) -> str:
    if "end of data" in error:
        return "a quotation mark is opened and never closed"
    if "expected after" in error:
        return "expected a separator after a closing quotation mark"
    return clean(error)


def _separator(data: bytes) -> str:
    """What splits the first line into several cells, and the most of the next ones into as many; where that does not
    decide, what splits the first line into the most.
    """

    def fit(separator: str) -> tuple[bool, int, int]:
        widths = []
        with suppress(_BrokenRecordError):
            for record in islice(_records(data, separator), 1 + SAMPLE):
                widths.append(len(record.cells))  # noqa: PERF401  # up to where a record is broken
        width, *others = widths or [0]
        return width > 1, others.count(width), width

    return max(SEPARATORS, key=fit)


def read_csv(path: Path, target: str | None, task: str | None) -> Table:
    """The table in a .csv file: a header row, cells separated by commas, semicolons or tabs, quoted or not.
    `target` names the target's column (None: the last one). A first column without a name is left out if it only counts
    the rows. Raises ProblemError, which lists every mistake with its physical line.
    """
    source = clean(str(path))
    data = read_bytes(path, LARGEST_FILE)
    if not data.isascii():
        try:
            decode(path, data)
        except ProblemError as error:
            raise ProblemError(source, [f"{mistake}; save it as UTF-8" for mistake in error.mistakes]) from None
    separator = _separator(data)
    records = _records(data, separator)
    try:
        header = next(records, None)
    except _BrokenRecordError as broken:
        raise ProblemError(source, [str(broken)]) from None
    if header is None:
        raise ProblemError(source, ["expected a header row with the columns' names, found empty lines only"])
    names = [clean(cell) for cell in header.cells]
    mistakes = MistakeLines()
    column = _read_header(header, names, target, mistakes)
    if column is None:
        raise ProblemError(source, mistakes.lines)
    table = None if mistakes else _read_at_once(data, separator, header, names, column, task)
    if table is None:
        table = _read_by_rows(source, records, names, column, task, mistakes)
    table = replace(table, remarks=tuple(_on_long_numbers(data, separator, names, column, table)))
    return table if names[0] else _without_index(source, header, table)


def _read_by_rows(
    source: str, records: Iterator[_Record], names: list[str], column: int, task: str | None, mistakes: MistakeLines
) -> Table:
    """The table with its target in `column`, counted from 0. Raises ProblemError."""
    features, labels, places, commas = array("d"), [], array("q"), CommaNumbers()
    try:
        for record in records:
            if len(record.cells) != len(names):
                mistakes.note(f"line {record.first}: expected {len(names)} cells, found {len(record.cells)}")
                continue
            labels.append(record.cells[column])
            places.append(record.line(column))
            features.extend(_read_features(record, names, column, mistakes, commas))
    except _BrokenRecordError as broken:
        mistakes.note(str(broken))

    def where(row: int) -> str:
        return f"line {places[row]}, column {column + 1} ({shown(names[column])})"

    targets = None
    if labels:
        targets = read_targets(labels, task, names[column], where, mistakes, commas)
    elif not mistakes:
        mistakes.note("expected rows of data after the header, found none")
    commas.tell(mistakes)
    if mistakes or targets is None:
        raise ProblemError(source, mistakes.lines)
    inputs = np.array(features).reshape(len(labels), len(names) - 1)
    return Table(inputs, _without(names, column), targets)


def _without_index(source: str, header: _Record, table: Table) -> Table:
    """The table without its first column, which has no name. Raises ProblemError unless it only counts the rows."""
    if not counts_rows(table.inputs[:, 0]):
        raise ProblemError(source, [_unnamed(f"line {header.first}, column 1")])
    remark = "the first column has no name and only counts the rows: it is left out"
    return replace(
        table, inputs=table.inputs[:, 1:], input_names=table.input_names[1:], remarks=(remark, *table.remarks)
    )


def _unnamed(place: str) -> str:
    return f"{place}: expected a column's name, found an empty cell"


def _on_long_numbers(data: bytes, separator: str, names: list[str], target: int, table: Table) -> Iterator[str]:
    """What to say of features whose numbers are so long that floats cannot tell them apart."""
    places = [j for j in range(len(names)) if j != target]
    for place, column in zip(places, table.inputs.T, strict=True):
        if may_be_indistinct(column):
            cells = (record.cells[place] for record in islice(_records(data, separator), 1, None))
            if remark := on_indistinct(names[place], column, cells):
                yield remark


def _read_at_once(
    data: bytes, separator: str, header: _Record, names: list[str], target: int, task: str | None
) -> Table | None:
    """The table as numpy's own reader finds it, three times faster than row by row; None where the rows hold a
    quotation mark, or something that may be a mistake.
    """
    lines = TextIOWrapper(BytesIO(data), encoding="utf-8")
    quoted = sum(lines.readline().count('"') for _ in range(header.last))
    first = next((line for line in lines if line != "\n"), "")
    cells = first.split(separator)
    if len(cells) != len(names) or (b'"' in data and data.count(b'"') > quoted) or _has_long_cell(data, separator):
        return None
    labels: list[str] = []

    def keep(cell: str) -> float:
        labels.append(cell)
        return 0.0

    are_numbers = task != "classification" and number_in(cells[target]) is not None
    try:
        table = np.loadtxt(
            chain([first], lines),
            delimiter=separator,
            comments=None,
            converters=None if are_numbers else {target: keep},
            encoding=None,
            ndmin=2,
        )
    except ValueError:
        return None
    if not np.isfinite(table).all():
        return None
    if are_numbers:
        targets = number_targets(table[:, target].copy(), task, names[target], MistakeLines())
    else:
        targets = read_targets(labels, task, names[target], str, MistakeLines())
    return None if targets is None else Table(np.delete(table, target, axis=1), _without(names, target), targets)


def _has_long_cell(data: bytes, separator: str) -> bool:
    """Whether a cell may be longer than `csv` reads: half as many bytes without a separator."""
    half = csv.field_size_limit() // 2
    mark = separator.encode()
    return any(data.find(mark, start, start + half) < 0 for start in range(0, len(data) - half, half))


def _without(names: list[str], target: int) -> tuple[str, ...]:
    return (*names[:target], *names[target + 1 :])


def _read_header(header: _Record, names: list[str], target: str | None, mistakes: MistakeLines) -> int | None:
    """The target's column, counted from 0, or None where the header is such that the rows cannot be read."""
    line = f"line {header.first}"
    if len(names) == 1:
        mistakes.note(
            f"{line}: expected at least one feature and a target, separated by {', '.join(SEPARATORS.values())}; "
            f"found the one column {shown(names[0])}{_why_one(names[0])}"
        )
        return None
    without = next((i for i, name in enumerate(reversed(names)) if name), len(names))
    if without:
        mistakes.note(
            f"{line}, column {len(names) - without + 1}: expected a column's name, found an empty cell"
            + (f", as in {without - 1} more" if without > 1 else "")
            + "; remove the separators at the ends of the lines"
        )
        return None
    if all(number_in(name) is not None for name in names):
        mistakes.note(f"{line}: expected a header row with the columns' names, found numbers only")
        return None
    for j, name in enumerate(names):
        place = f"line {header.line(j)}, column {j + 1}"
        if not name and j == 0 and len(names) > 2 and (target is None or clean(target)):
            continue  # perhaps an index, which the rows tell
        if not name:
            mistakes.note(_unnamed(place))
        elif name in names[:j]:
            mistakes.note(f"{place}: the name {shown(name)} is already that of column {names.index(name) + 1}")
    if target is None:
        return len(names) - 1
    if clean(target) in names:
        return names.index(clean(target))
    mistakes.note(f"target: {_unknown(shown(target, 80)[1:-1], names)}")
    return None


def _why_one(name: str) -> str:
    """Why a line may have a single column."""
    if name.startswith("#"):
        return "; a comment is no part of a table: remove the line"
    found = next((mark for mark in OTHER_SEPARATORS if mark in name), "")
    return f"; it seems to be separated by {OTHER_SEPARATORS[found]}" if found else ""


def _unknown(target: str, names: list[str]) -> str:
    message = suggest(target, names)
    if "did you mean" in message or len(names) <= MOST_NAMES:
        return message
    return f'unknown "{target}"; expected one of {", ".join(names[:MOST_NAMES])}, ... ({len(names)} columns)'


def _read_features(
    record: _Record, names: list[str], target: int, mistakes: MistakeLines, commas: CommaNumbers
) -> list[float]:
    cells = record.cells[:target] + record.cells[target + 1 :]
    try:
        row = [float(cell.strip()) for cell in cells]
        if isfinite(sum(row)) and not any("_" in cell for cell in cells):
            return row
    except ValueError:
        row = []
    for j, cell in enumerate(record.cells):
        value = None if j == target else number_in(cell)
        if j != target and (value is None or not isfinite(value)):
            place = f"line {record.line(j)}, column {j + 1} ({shown(names[j])})"
            if not commas.takes(place, cell):
                mistakes.note(f"{place}: {expected_number(cell)}")
    return row
