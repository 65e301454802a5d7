"""A .csv file as columns: all at once where it is plain, row by row otherwise, with the same result."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import numpy as np

from core.arrays import Array
from core.loading.columns.column import Column
from core.loading.columns.csv_layout import Layout, read_layout
from core.loading.columns.csv_rows import is_blank, line_breaks
from core.loading.columns.numbers import PLAIN
from core.loading.fields import MistakeLines
from core.loading.reading import Reading
from core.text import shown

CHUNK = 512  # rows: few enough to stay in the processor's cache


class CsvFile:
    """A .csv file: a header row with names, or none; cells separated by commas, semicolons, tabs, "|" or spaces, quoted
    or not. Raises ProblemError for what cannot be taken apart, with every mistake in its header.
    """

    def __init__(self, path: Path, reading: Reading) -> None:
        self._layout = read_layout(path, reading)
        self._notation = reading.notation
        self.names = self._layout.names
        self.remarks = list(self._layout.remarks)
        self._scan = _Scan(self._layout)

    def title(self, column: int) -> str:
        """What messages call a column, counted from 0."""
        name = self.names[column]
        return f"column {column + 1}" + (f" ({shown(name)})" if self._layout.header and name else "")

    def heading(self, column: int) -> str:
        """Where the name of a column is."""
        return f"line {self._layout.top}, column {column + 1}"

    def read(self, wanted: Sequence[int], mistakes: MistakeLines) -> dict[int, Column]:
        """Some of the columns. What is wrong with the rows is noted."""
        found = self._at_once(wanted) if self._notation == PLAIN else None
        if found is None:
            found = self._row_by_row(wanted, mistakes)
        return {j: self._column(j, found[j]) for j in wanted}

    def _column(self, j: int, found: Array | list[str]) -> Column:
        def place(row: int) -> str:
            return f"line {self._scan.line(row, j)}"

        if isinstance(found, list):
            return Column(self.title(j), self.names[j], place, texts=found)
        return Column(self.title(j), self.names[j], place, found, read_texts=lambda: self._texts([j])[j])

    def _texts(self, wanted: Iterable[int]) -> dict[int, list[str]]:
        """The cells of some columns."""
        texts: dict[int, list[str]] = {j: [] for j in wanted}
        for cells in self._scan.columns():
            for j, found in texts.items():
                found.extend(cells[j])
        return texts

    def _row_by_row(self, wanted: Sequence[int], mistakes: MistakeLines) -> dict[int, Array | list[str]]:
        numbers: dict[int, array[float]] = {j: array("d") for j in wanted}
        texts: dict[int, list[str]] = {}
        late = []  # columns that began as numbers
        for cells in self._scan.columns():
            for j in texts:
                texts[j].extend(cells[j])
            for j in list(numbers):
                try:
                    numbers[j].extend(self._notation.numbers(cells[j]))
                except ValueError:
                    if numbers.pop(j):
                        late.append(j)
                    else:
                        texts[j] = list(cells[j])
        self._scan.tell(mistakes)
        if late:
            texts |= self._texts(late)
        return {**{j: np.array(found) for j, found in numbers.items()}, **texts}

    def _at_once(self, wanted: Sequence[int]) -> dict[int, Array | list[str]] | None:
        """The columns as numpy's own reader finds them, three times faster than row by row; None where the rows hold a
        quotation mark, or something that may be a mistake.
        """
        layout = self._layout
        lines = layout.lines()
        first = next((line for line in lines if line != "\n"), "")
        cells = first.split(layout.separator)
        quotes = layout.data.count(b'"')
        plain = layout.separator != " " and not layout.surplus and len(cells) == len(self.names)
        if not plain or quotes > layout.quotes_above() or _has_long_cell(layout):
            return None
        texts: dict[int, list[str]] = {j: [] for j in wanted if PLAIN.number(cells[j]) is None}
        converters: dict[int | str, Callable[[str], Any]] = {}
        unwanted = set(range(len(cells))).difference(wanted)
        for j in range(len(cells)):
            if j in texts or j in unwanted:
                converters[j] = _keep(texts.get(j))
        if len(converters) == len(cells):  # then an empty row would not be found
            return None
        try:
            table = np.loadtxt(
                chain([first], lines),
                delimiter=layout.separator,
                comments=None,
                converters=converters or None,
                encoding=None,
                ndmin=2,
            )
        except ValueError:
            return None
        return {j: texts[j] if j in texts else table[:, j].copy() for j in wanted}


def _keep(found: list[str] | None) -> Callable[[str], float]:
    """What takes the cells of a column that is no numbers, or is not wanted, for numbers; they are kept in `found`."""

    def convert(cell: str) -> float:
        if found is not None:
            found.append(cell)
        return 0.0

    return convert


class _Scan:
    """The rows of a .csv file that have as many cells as there are columns, and the lines of their cells."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._width = len(layout.names)
        self._starts: list[Sequence[int]] = []  # of the rows, in pieces
        self._breaks: dict[int, list[int]] = {}  # in rows of several lines: those before each cell
        self._count = 0
        self._unfit: list[tuple[int, int]] = []  # rows of another length: their line, and their cells
        self._broken = ""

    def columns(self) -> Iterator[list[tuple[str, ...]]]:
        """The cells of each column, in pieces."""
        rows = self._layout.rows()
        self._starts, self._breaks, self._count, self._unfit = [], {}, 0, []
        while not rows.broken:
            found, starts = rows.next(CHUNK)
            if not found:
                break
            if set(map(len, found)) != {self._width} or not all(row[0].strip() for row in found):
                found, starts = self._fitting(found, starts)
            if not isinstance(starts, range):
                for i, row in enumerate(found, self._count):
                    if any(breaks := list(map(line_breaks, row))):
                        self._breaks[i] = list(accumulate(breaks, initial=0))
            self._starts.append(starts)
            self._count += len(found)
            if found:
                yield list(zip(*found, strict=True))
        self._broken = rows.broken

    def _fitting(self, rows: list[list[str]], starts: Sequence[int]) -> tuple[list[list[str]], Sequence[int]]:
        """Those of some rows that fit, without the empty cells at their ends; the others are noted."""
        width, longest = self._width, self._width + self._layout.surplus
        fitting, lines = [], array("q")
        for row, line in zip(rows, starts, strict=True):
            if is_blank(row):
                continue
            if width <= len(row) <= longest and is_blank(row[width:]):
                fitting.append(row[:width])
                lines.append(line)
            else:
                self._unfit.append((line, len(row)))
        return fitting, lines

    def tell(self, mistakes: MistakeLines) -> None:
        """Note what is wrong with the rows of the last pass."""
        if self._unfit:
            line, cells = self._unfit[0]
            others = len(self._unfit) - 1
            more = f" (and {others:,} more such line{'s' * (others > 1)})" if others else ""
            is_short = not self._count and {cells for _, cells in self._unfit} == {self._width + 1}
            hint = "; the header seems to have a name too few" if is_short and self._layout.header else ""
            mistakes.note(f"line {line}: expected {self._width} cells, found {cells}{more}{hint}")
        if self._broken:
            mistakes.note(self._broken)
        elif not self._count and not self._unfit:
            mistakes.note("expected rows of data after the header, found none")

    def line(self, row: int, column: int) -> int:
        """The physical line on which a cell begins."""
        if not self._starts:
            for _ in self.columns():
                pass
        breaks = self._breaks[row][column] if row in self._breaks else 0
        for starts in self._starts:
            if row < len(starts):
                return starts[row] + breaks
            row -= len(starts)
        raise IndexError(row)


def _has_long_cell(layout: Layout) -> bool:
    """Whether a cell may be longer than `csv` reads: half as many bytes without a separator."""
    half = csv.field_size_limit() // 2
    mark = layout.separator.encode()
    return any(layout.data.find(mark, start, start + half) < 0 for start in range(0, len(layout.data) - half, half))
