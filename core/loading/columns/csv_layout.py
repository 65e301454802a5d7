"""How a .csv file is laid out: its encoding, its separator, its comments, its header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from itertools import accumulate, islice
from pathlib import Path

from core.errors import ProblemError
from core.files import MIB, read_bytes
from core.loading.columns.csv_rows import Rows, is_blank, line_breaks
from core.loading.columns.csv_text import encoding_of
from core.loading.columns.numbers import PLAIN, is_missing
from core.loading.fields import MistakeLines
from core.loading.reading import Reading
from core.text import clean, counted, shown

LARGEST_FILE = 256 * MIB
SEPARATORS = (",", ";", "\t", "|")  # and spaces, which stand in names, too
SEPARATED = 'commas, semicolons, tabs, "|" or spaces'
SAMPLE = 100  # rows that tell the separator
COMMENT = "#"
FOR_EXCEL = re.compile(r"(?i:sep)=.")


@dataclass(frozen=True)
class Layout:
    """How a .csv file is laid out.

    skipped     physical lines before the first row: comments
    top         the line of the first row
    names       of the columns; "" where one has none
    header      whether the first row has them
    surplus     how many empty cells may stand at the end of a row
    remarks     how that was found
    """

    data: bytes
    encoding: str
    separator: str
    skipped: int
    top: int
    names: list[str]
    header: bool
    surplus: int
    remarks: tuple[str, ...]

    def rows(self) -> Rows:
        """The rows after the header."""
        rows = Rows(self.data, self.encoding, self.separator, self.skipped)
        if self.header:
            _first(rows)
        return rows

    def quotes_above(self) -> int:
        """The number of quotation marks before the rows."""
        lines = TextIOWrapper(BytesIO(self.data), encoding=self.encoding)
        return sum(line.count('"') for line in islice(lines, self.rows().line))

    def lines(self) -> Iterator[str]:
        """The physical lines after the header."""
        return islice(TextIOWrapper(BytesIO(self.data), encoding=self.encoding), self.rows().line, None)


def read_layout(path: Path, reading: Reading) -> Layout:
    """How the .csv file at `path` is laid out. Raises ProblemError, which lists every mistake in its header."""
    source = clean(str(path))
    data = read_bytes(path, LARGEST_FILE)
    encoding = encoding_of(path, data, reading)
    comments = _comments(data, encoding)
    separator = _separator(data, encoding, len(comments))
    rows = Rows(data, encoding, separator, len(comments))
    top, line = _first(rows)
    if top is None:
        nothing = "expected a header row with the columns' names, found empty lines only"
        raise ProblemError(source, [rows.broken or nothing])
    body = [row for row in rows.next(SAMPLE)[0] if not is_blank(row)]
    remarks = []
    told = [] if reading.header is False else _names_in(comments[-1:], separator, [top, *body])
    header = not told and reading.header is not False
    if told:
        remarks.append(f"line {len(comments)} is read as the columns' names, not as a comment")
    if any(comment.startswith(COMMENT) for comment in comments[: len(comments) - bool(told)]):
        remarks.append('the lines before the table that begin with "#" are left out')
    names = told or ([clean(cell) for cell in top] if header else [str(j) for j in range(1, len(top) + 1)])
    rest = body if header else [top, *body]
    surplus = _surplus(names if header or told else [], rest)
    width = min(len(names), max(len(row) for row in rest) - surplus) if surplus else len(names)
    if surplus:
        names = names[:width]
        remarks.append(f"{counted(surplus, 'empty cell')} at the end of each line left out")
    if len(names) == 1:
        expected = f"line {line}: expected at least one feature and a target, separated by {SEPARATED}"
        why = _why_one(names[0], _later(data, encoding, len(comments)))
        raise ProblemError(source, [f"{expected}; found the one column {shown(names[0])}{why}"])
    if reading.header is False and _has_names(top, body):
        found = shown(", ".join(map(clean, top)))
        advice = f"without {reading.spelled('no-header')} they are read as such"
        raise ProblemError(source, [f"line {line}: expected data, found the columns' names {found}: {advice}"])
    mistakes = MistakeLines()
    lines = list(accumulate(map(line_breaks, top), initial=line)) if header else [line] * len(names)
    _check(names, lines, rest, header, reading, mistakes)
    if mistakes:
        raise ProblemError(source, mistakes.lines)
    return Layout(data, encoding, separator, len(comments), line, names, header, surplus, tuple(remarks))


def _first(rows: Rows) -> tuple[list[str] | None, int]:
    """The next row that is not empty, with its line."""
    while True:
        found, lines = rows.next(1)
        if not found:
            return None, 0
        if not is_blank(found[0]):
            return found[0], lines[0]


def _comments(data: bytes, encoding: str) -> list[str]:
    """The lines before the table, from the first to the last one that begins with "#", empty ones among them; and a
    first line that tells Excel the separator, "sep=;". A last one of several cells, as many as in the line after it, is
    no comment if a cell in that line is a number: it is a header, "#id,name", unless a blank follows the mark.
    """
    found: list[str] = []
    count = 0  # of the lines up to the last comment
    for line in TextIOWrapper(BytesIO(data), encoding=encoding, newline=""):
        found.append(line)
        if line.startswith(COMMENT) or (len(found) == 1 and FOR_EXCEL.fullmatch(line.strip())):
            count = len(found)
        elif line.strip():
            break
    comments, after = found[:count], found[-1]
    if comments and not comments[-1][1:2].isspace():
        for mark in SEPARATORS:
            cells, below = (clean(text).split(mark) for text in (comments[-1], after))
            if len(cells) == len(below) > 1 and any(PLAIN.number(cell) is not None for cell in below):
                return comments[:-1]
    return comments


def _names_in(comments: list[str], separator: str, rows: list[list[str]]) -> list[str]:
    """The columns' names that the last comment has, "# x,y", if the first row has a number; or none."""
    if not comments or not any(PLAIN.number(cell) is not None for cell in rows[0]):
        return []
    lines = comments[0].strip().removeprefix(COMMENT).encode()
    cells = Rows(lines, "utf-8", separator).next(1)[0]
    names = [clean(cell) for cell in cells[0]] if cells else []
    fits = len(names) == len(rows[0]) > 1 and all(names)
    return names if fits and not all(PLAIN.number(name) is not None for name in names) else []


def _separator(data: bytes, encoding: str, skipped: int) -> str:
    """What splits the first line into several cells, and the most of the next ones into as many; where that does not
    decide, what splits the first line into the most. Spaces do only where nothing else does, and where they split all
    lines into as many, or all but the first into one more, as R leaves the heading of its row names out.
    """

    def widths(separator: str) -> list[int]:
        rows = Rows(data, encoding, separator, skipped)
        return [len(row) for row in rows.next(1 + SAMPLE)[0] if not is_blank(row)] or [0]

    def fit(separator: str) -> tuple[bool, int, int]:
        width, *others = widths(separator)
        return width > 1, others.count(width), width

    best = max(SEPARATORS, key=fit)
    if not fit(best)[0]:
        first, *others = widths(" ")
        if first > 1 and set(others) in ({first}, {first + 1}):
            return " "
    return best


def _surplus(names: list[str], rows: list[list[str]]) -> int:
    """How many cells at the end of each row are always empty, beyond the names or below names that are empty, too."""
    unnamed = next((i for i, name in enumerate(reversed(names)) if name), len(names))
    lengths = {len(row) for row in rows}
    if len(lengths) != 1:
        return 0
    length = lengths.pop()
    empty = min(next((i for i, cell in enumerate(reversed(row)) if cell.strip()), length) for row in rows)
    if not names:
        return empty if length - empty > 1 else 0
    beyond = length - len(names)
    return unnamed + beyond if unnamed + beyond > 0 and beyond >= 0 and empty >= unnamed + beyond else 0


def _check(
    names: list[str], lines: list[int], rows: list[list[str]], header: bool, reading: Reading, mistakes: MistakeLines
) -> None:
    """Note what is wrong with the names of the columns, which stand on these lines."""
    place = f"line {lines[0]}"
    if header and all(PLAIN.number(name) is not None for name in names):
        advice = f"{reading.spelled('no-header')} takes the first line for data"
        mistakes.note(f"{place}: expected a header row with the columns' names, found numbers only; {advice}")
        return
    seems = header and reading.header is None and _seems_data(names, rows)
    advice = f"; if the first line is data, {reading.spelled('no-header')}" if seems else ""
    if seems and (_has_fractions(names) or any(name in map(clean, cells) for name, cells in _texts(names, rows))):
        mistakes.note(
            f"{place}: expected the columns' names, found {shown(', '.join(names))}: "
            f"{reading.spelled('no-header')} takes the first line for data"
        )
        return
    # The first of several may be an index, which the rows tell.
    unnamed = [j for j, name in enumerate(names) if not name and (j > 0 or len(names) == 2)] or [-1]
    first: dict[str, int] = {}
    for j, name in enumerate(names):
        where = f"line {lines[j]}, column {j + 1}"
        if j == unnamed[0]:
            more = f" (and in {counted(len(unnamed) - 1, 'more column')})" if len(unnamed) > 1 else ""
            mistakes.note(f"{where}: expected a column's name, found an empty cell{more}{advice}")
        elif name and first.setdefault(name, j) != j:
            mistakes.note(f"{where}: the name {shown(name)} is already that of column {first[name] + 1}{advice}")


def _has_names(top: list[str], rows: list[list[str]]) -> bool:
    """Whether the first line is no number in every column that has numbers below it, of which there are some."""
    below = [row for row in rows if len(row) == len(top)]
    columns = [j for j in range(len(top)) if below and all(PLAIN.number(row[j]) is not None for row in below)]
    return bool(columns) and not any(
        PLAIN.number(top[j]) is not None or is_missing(clean(top[j]), number=True) for j in columns
    )


def _seems_data(names: list[str], rows: list[list[str]]) -> bool:
    """Whether the first line looks like those below it: numbers in the same columns, and not in all."""
    below = [row for row in rows if len(row) == len(names)]
    numbers = [PLAIN.number(name) is not None for name in names]
    return (
        bool(below)
        and any(numbers)
        and all([PLAIN.number(cell) is not None for cell in row] == numbers for row in below)
    )


def _has_fractions(names: list[str]) -> bool:
    """Whether a name is a number, and no whole one such as a year."""
    return any(PLAIN.number(name) is not None and not name.isdigit() for name in names)


def _texts(names: list[str], rows: list[list[str]]) -> Iterator[tuple[str, list[str]]]:
    """The names that are no numbers, with the cells below them."""
    for j, name in enumerate(names):
        if PLAIN.number(name) is None:
            yield name, [row[j] for row in rows if len(row) == len(names)]


def _later(data: bytes, encoding: str, skipped: int) -> int | None:
    """The line that a table begins on after lines of something else: a header and two rows at least, all as wide."""
    for separator in SEPARATORS:
        found, lines = Rows(data, encoding, separator, skipped).next(SAMPLE)
        rows = [(len(row), line) for row, line in zip(found, lines, strict=True) if not is_blank(row)]
        widths = [width for width, _ in rows]
        for i, (width, line) in enumerate(rows[:-2]):
            if width > 1 and set(widths[i:]) == {width}:
                return line
    return None


def _why_one(name: str, later: int | None) -> str:
    """Why the first line may have a single column; `later` is the line that a table begins on after it."""
    if later is not None:
        return f"; the table seems to begin on line {later}: delete what is before it"
    if name.startswith("{"):
        return "; if it has a JSON object in each line, call it .jsonl"
    if name.lower().startswith(("<!doctype", "<html", "<?xml")):
        return "; it seems to be a web page, not a table"
    if name.count('"') % 2:
        return "; it has a quotation mark that is never closed"
    found = next((words for mark, words in ((":", "colons"), (" ", "spaces")) if mark in name), "")
    return f"; it seems to be separated by {found}" if found else ""
