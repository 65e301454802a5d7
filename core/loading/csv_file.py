"""A .csv file: a header row, then numbers, and a target in one of the columns."""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from math import isfinite
from pathlib import Path

import numpy as np

from core.errors import ProblemError
from core.files import MIB, decode, read_bytes
from core.loading.checker import Mistakes
from core.loading.table import Table, expected_number, number_in, read_targets
from core.suggestion import suggest
from core.text import clean, shown

LARGEST_FILE = 256 * MIB
SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
LINE_BREAK = re.compile(r"\r\n|\r|\n")
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
    """What splits the first line into the most cells."""
    counts = {}
    for separator in SEPARATORS:
        try:
            counts[separator] = len(next(_records(data, separator)).cells)
        except (_BrokenRecordError, StopIteration):
            counts[separator] = 0
    return max(counts, key=lambda separator: counts[separator])


def read_csv(path: Path, target: str | None, task: str | None) -> Table:
    """The table in a .csv file: a header row, cells separated by commas, semicolons or tabs, quoted or not.
    `target` names the target's column (None: the last one). Raises ProblemError, which lists every mistake with its
    physical line.
    """
    source = clean(str(path))
    data = read_bytes(path, LARGEST_FILE)
    decode(path, data)
    records = _records(data, _separator(data))
    try:
        header = next(records, None)
    except _BrokenRecordError as broken:
        raise ProblemError(source, [str(broken)]) from None
    if header is None:
        raise ProblemError(source, ["expected a header row with the columns' names, found empty lines only"])
    names = [clean(cell) for cell in header.cells]
    mistakes = Mistakes()
    column = _read_header(header, names, target, mistakes)
    if column is None:
        raise ProblemError(source, mistakes.lines)

    features, labels, places = array("d"), [], array("q")
    try:
        for record in records:
            if len(record.cells) != len(names):
                mistakes.note(f"line {record.first}: expected {len(names)} cells, found {len(record.cells)}")
                continue
            labels.append(record.cells[column])
            places.append(record.line(column))
            features.extend(_read_features(record, names, column, mistakes))
    except _BrokenRecordError as broken:
        mistakes.note(str(broken))

    def where(row: int) -> str:
        return f"line {places[row]}, column {column + 1} ({shown(names[column])})"

    targets = None
    if labels:
        targets = read_targets(labels, task, names[column], where, mistakes)
    elif not mistakes:
        mistakes.note("expected rows of data after the header, found none")
    if mistakes or targets is None:
        raise ProblemError(source, mistakes.lines)
    inputs = np.array(features).reshape(len(labels), len(names) - 1)
    return Table(inputs, (*names[:column], *names[column + 1 :]), targets)


def _read_header(header: _Record, names: list[str], target: str | None, mistakes: Mistakes) -> int | None:
    """The target's column, counted from 0, or None where the header is such that the rows cannot be read."""
    line = f"line {header.first}"
    if len(names) == 1:
        mistakes.note(
            f"{line}: expected at least one feature and a target, separated by {', '.join(SEPARATORS.values())}; "
            f"found the one column {shown(names[0])}"
        )
        return None
    if all(number_in(name) is not None for name in names):
        mistakes.note(f"{line}: expected a header row with the columns' names, found numbers only")
        return None
    for j, name in enumerate(names):
        place = f"line {header.line(j)}, column {j + 1}"
        if not name:
            mistakes.note(f"{place}: expected a column's name, found an empty cell")
        elif name in names[:j]:
            mistakes.note(f"{place}: the name {shown(name)} is already that of column {names.index(name) + 1}")
    if target is None:
        return len(names) - 1
    if clean(target) in names:
        return names.index(clean(target))
    mistakes.note(f"target: {_unknown(shown(target, 80)[1:-1], names)}")
    return None


def _unknown(target: str, names: list[str]) -> str:
    message = suggest(target, names)
    if "did you mean" in message or len(names) <= MOST_NAMES:
        return message
    return f'unknown "{target}"; expected one of {", ".join(names[:MOST_NAMES])}, ... ({len(names)} columns)'


def _read_features(record: _Record, names: list[str], target: int, mistakes: Mistakes) -> list[float]:
    cells = record.cells[:target] + record.cells[target + 1 :]
    try:
        row = [float(cell) for cell in cells]
        if isfinite(sum(row)) and not any("_" in cell for cell in cells):
            return row
    except ValueError:
        row = []
    for j, cell in enumerate(record.cells):
        value = None if j == target else number_in(cell)
        if j != target and (value is None or not isfinite(value)):
            mistakes.note(f"line {record.line(j)}, column {j + 1} ({shown(names[j])}): {expected_number(cell)}")
    return row
