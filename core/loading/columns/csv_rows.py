"""The rows of a .csv file, taken apart into cells."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from io import BytesIO, TextIOWrapper
from itertools import islice

from core.text import clean

LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Rows:
    """The rows of a .csv file in order, and the physical lines that they begin on."""

    def __init__(self, data: bytes, encoding: str, separator: str, skipped: int = 0) -> None:
        lines: Iterator[str] = TextIOWrapper(BytesIO(data), encoding=encoding, newline="")
        for _ in range(skipped):
            next(lines)
        spaces = separator == " "
        self._reader = csv.reader(
            map(_single_spaced, lines) if spaces else lines,
            delimiter=separator,
            skipinitialspace=not spaces,
            strict=True,
        )
        self._skipped = skipped
        self.broken = ""  # why the rows end before the file

    @property
    def line(self) -> int:
        """The physical line that was read last."""
        return self._skipped + self._reader.line_num

    def next(self, count: int) -> tuple[list[list[str]], Sequence[int]]:
        """At most so many rows, empty ones among them, and the line that each begins on. No rows: it is the end."""
        first = self.line + 1
        rows: list[list[str]] = []
        try:
            rows.extend(islice(self._reader, count))
        except csv.Error as error:
            self.broken = str(error)
        if not self.broken and self.line + 1 - first == len(rows):
            return rows, range(first, first + len(rows))
        starts = []
        for row in rows:
            starts.append(first)
            first += 1 + sum(map(line_breaks, row))
        if self.broken:
            self.broken = f"line {first}: {_broken(self.broken)}"
        return rows, starts


def line_breaks(cell: str) -> int:
    """The number of line breaks in a cell."""
    return len(LINE_BREAK.findall(cell)) if "\n" in cell or "\r" in cell else 0


def is_blank(row: list[str]) -> bool:
    """Whether a row has nothing in it."""
    return not any(cell.strip() for cell in row)


def _single_spaced(line: str) -> str:
    """A line with single spaces between its cells, and none at its ends; quoted cells stay as they are."""
    parts = line.strip().split('"')
    parts[::2] = [re.sub(r"\s+", " ", part) for part in parts[::2]]
    return '"'.join(parts) + "\n"


def _broken(error: str) -> str:
    if "end of data" in error:
        return "a quotation mark is opened and never closed"
    if "expected after" in error:
        return "expected a separator after a closing quotation mark"
    return clean(error)
