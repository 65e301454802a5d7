"""What a worked solution is made of, ready to be written in any format.

Formulas are pieces, which every format renders in its own way; numbers are texts, rounded already. Names from a problem
are the texts of a person: a writer escapes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from core.expression.pieces import Pieces, as_text
from core.notations.words import Notation

BLANK = ""  # a cell to be filled in
ROOM = 9  # digits that take as much room as is left for one
WIDEST = 104  # digits that a line of numbers has room for, on paper at no less than 8 points
TALLEST, TALLEST_BLANK = 40, 16  # rows of a matrix that go on a page
COLUMN, BRACKETS, DOTS = 2, 3, 4  # what a column takes beside its digits, what the brackets take, and "…"
NARROWEST = COLUMN + 1  # that a column is


@dataclass(frozen=True)
class Grid:
    """A matrix as it is printed, a vector as one row or one column: `cells` row by row, and how many `rows` and
    `columns` the whole has; where it has more than are printed, the last ones are left out.
    """

    cells: tuple[tuple[str, ...], ...]
    rows: int
    columns: int

    @property
    def cut(self) -> bool:
        return len(self.cells) < self.rows or len(self.cells[0]) < self.columns

    @property
    def blank(self) -> bool:
        """Whether it is to be filled in."""
        return any(BLANK in row for row in self.cells)

    @property
    def note(self) -> str:
        """What is left out, in words; empty where nothing is."""
        parts = []
        for shown, whole, noun in (
            (len(self.cells), self.rows, "rows"),
            (len(self.cells[0]), self.columns, "columns"),
        ):
            if shown < whole:
                parts.append(f"the first {shown} of {whole} {noun}")
        return " and ".join(parts)

    @cached_property
    def widths(self) -> tuple[float, ...]:
        """How many digits are as wide as each column."""
        return tuple(max(map(_width, column)) + COLUMN for column in zip(*self.cells, strict=True))

    @property
    def width(self) -> float:
        """How many digits are as wide as the matrix."""
        return sum(self.widths) + BRACKETS

    def narrowed(self, room: float = WIDEST) -> Grid:
        """As many of its first columns, at least one, as there is room for."""
        if self.width <= room:
            return self
        columns = max(1, _fitting(self.widths, room - BRACKETS - DOTS))
        return Grid(tuple(row[:columns] for row in self.cells), self.rows, self.columns)

    def blocks(self, room: float = WIDEST) -> Iterator[tuple[str, Grid]]:
        """Itself; or, where it is larger than a page, the blocks that it falls into, each with its place in words."""
        tallest, columns = TALLEST_BLANK if self.blank else TALLEST, len(self.cells[0])
        for top in range(0, len(self.cells), tallest):
            rows, left = self.cells[top : top + tallest], 0
            while left < columns:
                right = left + max(1, _fitting(self.widths[left:], room - BRACKETS))
                places = [
                    f"{noun} {first + 1} to {last}"
                    for noun, first, last, whole in (
                        ("rows", top, top + len(rows), len(self.cells)),
                        ("columns", left, min(right, columns), columns),
                    )
                    if last - first < whole
                ]
                block = tuple(row[left:right] for row in rows)
                yield ", ".join(places), self if not places else Grid(block, len(block), len(block[0]))
                left = right


def _width(cell: str) -> float:
    # A minus is wider than a digit, a power of ten than its e.
    return len(cell) + 0.6 * ("-" in cell) + 3 * ("e" in cell) if cell != BLANK else ROOM


def _fitting(widths: Sequence[float], room: float) -> int:
    """How many columns, from the first on, there is room for."""
    count = 0
    while count < len(widths) and sum(widths[: count + 1]) <= room:
        count += 1
    return count


Part: TypeAlias = Pieces | Grid
Prose: TypeAlias = tuple[str | Pieces, ...]  # a sentence with formulas in it


@dataclass(frozen=True)
class Arithmetic:
    """How one cell comes about: the cell, in symbols, in numbers, and what it is; `exact` where the numbers, as they
    are written, give just that. Without numbers `result` says in words that it is out of range.
    """

    symbol: Pieces
    symbols: Pieces
    numbers: Pieces
    result: str
    exact: bool = True

    @property
    def lines(self) -> tuple[str, ...]:
        """Symbols, numbers and result as texts."""
        left, symbols, numbers = map(as_text, (self.symbol, self.symbols, self.numbers))
        if not numbers:
            return f"{left} = {symbols}", self.result
        return f"{left} = {symbols}", f"= {numbers}", f"{'=' if self.exact else '≈'} {self.result}"

    @property
    def is_number(self) -> bool:
        """Whether the numbers are the result already."""
        return as_text(self.numbers) == self.result


@dataclass(frozen=True)
class Entry:
    """A quantity: its `name` as typed, its `symbol` in print and its `shape`; the `formula` (empty for what is given),
    the same with matrices put in (empty where they are too large or the formula is no product; `exact` where these give
    the result as it is written), the arithmetic of some cells (`some` says how many), why cells are `zeros` whatever
    the numbers are, or have none, the `result`, and the names of its columns or rows, if they have any.
    """

    name: str
    symbol: Pieces
    shape: tuple[int, ...]
    result: Grid
    formula: Pieces = ()
    substituted: tuple[Part, ...] = ()
    exact: bool = True
    examples: tuple[Arithmetic, ...] = ()
    some: str = ""
    zeros: str = ""
    column_names: tuple[str, ...] = ()
    row_names: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, tuple[str, ...]]:
        """What has names, "columns" or "rows", and these."""
        return ("rows", self.row_names) if self.row_names else ("columns", self.column_names)

    @property
    def remark(self) -> str:
        """What is to be said of the cells, in words."""
        return "; ".join(filter(None, (self.some, self.zeros)))


@dataclass(frozen=True)
class Section:
    """Quantities that belong together."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class StepSolution:
    """One step, worked out."""

    index: int
    rows: Prose
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Solution:
    """Steps of a problem, worked out, or `blank`, to be worked out: the `title` (a person's text), what there is to
    know `about_notation`, `facts` about the network and its training (a text and formulas each), the network's own
    `formulas`, and the steps. Whether it `speaks_notation`, of a course and not sgdb's own; an answer sheet says that
    it is in a `notation`: without, it is in the problem's.
    """

    title: str
    about_notation: Prose
    facts: tuple[tuple[str, tuple[Pieces, ...]], ...]
    formulas: tuple[Pieces, ...]
    steps: tuple[StepSolution, ...]
    digits: int
    blank: bool = False
    speaks_notation: bool = False
    notation: Notation | None = None
