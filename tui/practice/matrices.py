"""The matrices of a sheet to fill in: laid out like words in a text, and the lines of what is in sight of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

import numpy as np
from rich.cells import cell_len

from core import Quantity
from core.solving import rounded
from tui.format import fit
from tui.sheet.lines import Line, Span
from tui.sheet.styles import shade
from tui.training.picture import VEIL
from tui.training.rows import CURRENT

Cell: TypeAlias = tuple[int, ...]
GAP = 3  # columns between neighbours
USUAL_BEFORE, USUAL_BEHIND = 2, 5  # columns before the point, and from it on, that a number is given unseen
NAME_ROOM = 4  # columns more than its numbers need that a column gets for its name, at most


@dataclass(frozen=True, eq=False)
class Matrix:
    """A quantity as it stands on the sheet: a column vector upright, a row vector lying.

    name, symbol    "W_1", "W₁"
    axes            which of its row i and column j number a cell: "ij", "i", "j", or "" in a single number
    texts, styles   of each cell, row by row; the text is VEIL where the number is not known
    before, behind  columns of a number before its point, and from its point on
    note            what stands behind the symbol where there is room: the shape
    names           of the columns, or none
    current         whether it is what is being found
    """

    name: str
    symbol: str
    axes: str
    texts: tuple[tuple[str, ...], ...]
    styles: tuple[tuple[str, ...], ...]
    before: int
    behind: int
    note: str = ""
    names: Sequence[str] = ()
    current: bool = False

    @property
    def rows(self) -> int:
        return len(self.texts)

    @property
    def columns(self) -> int:
        return len(self.texts[0])

    @property
    def title(self) -> str:
        return f"{CURRENT}{self.symbol}" if self.current else self.symbol

    @property
    def gutter(self) -> int:
        """Columns for the rows' numbers and a blank."""
        return len(str(self.rows)) + 1

    @property
    def stride(self) -> int:
        """A number and the blank behind it."""
        return self.before + self.behind + 1

    @property
    def width(self) -> int:
        """Columns of the whole, its heading included."""
        heading = cell_len(self.title) + 1 + (len(self.note) + 1 if self.note else 0)
        return max(self.gutter + self.columns * self.stride - 1, heading)

    def cell(self, row: int, column: int) -> Cell:
        """The indices, counted from 1, of the cell at a row and a column, counted from 0."""
        return tuple({"i": row, "j": column}[axis] + 1 for axis in self.axes)

    def place(self, cell: Cell) -> tuple[int, int]:
        """Row and column, counted from 0, of a cell."""
        found = dict(zip(self.axes, cell, strict=True))
        return found.get("i", 1) - 1, found.get("j", 1) - 1


def given_matrix(quantity: Quantity, names: Sequence[str] = ()) -> Matrix:
    """A quantity that a sheet starts from."""
    made = _matrix(quantity, lambda cell: rounded(float(quantity.values[tuple(i - 1 for i in cell)])))
    room = min(NAME_ROOM, max((cell_len(name) + 2 for name in names), default=0))
    return replace(made, names=tuple(names), behind=max(made.behind, room))


def answer_matrix(quantity: Quantity, known: Callable[[str, Cell], str], current: bool) -> Matrix:
    """A quantity that is to be found, with what stands on the sheet for a number of it that is `known`, by its name and
    cell; "" for any other. Nothing of a number that is not known gets into it, neither its size nor its length: the
    columns are as wide as what is known wants them, or usual.
    """
    made = _matrix(quantity, lambda cell: known(quantity.name, cell))
    before, behind = max(made.before, USUAL_BEFORE), max(made.behind, USUAL_BEHIND)
    return replace(made, before=before, behind=behind, current=current)


def _matrix(quantity: Quantity, known: Callable[[Cell], str]) -> Matrix:
    axes, values = quantity.axes, quantity.values
    laid = values if axes == "ij" else values[:, np.newaxis] if axes == "i" else values.reshape(1, -1)
    empty = Matrix(quantity.name, quantity.symbol, axes, (("",) * laid.shape[1],) * laid.shape[0], (), 0, 0)
    texts = tuple(tuple(known(empty.cell(i, j)) or VEIL for j in range(empty.columns)) for i in range(empty.rows))
    seen = np.array([[text != VEIL for text in row] for row in texts])
    largest = float(np.abs(laid[seen]).max()) if seen.any() else 0.0
    styles = tuple(
        tuple(shade(float(x), largest) if there else "dim" for x, there in zip(row, mask, strict=True))
        for row, mask in zip(laid, seen, strict=True)
    )
    parts = [_parts(text) for row in texts for text in row if text != VEIL]
    before = max((len(whole) for whole, _ in parts), default=1)
    behind = max((len(rest) for _, rest in parts), default=0)
    note = f"{laid.shape[0]}×{laid.shape[1]}" if axes == "ij" and laid.shape[1] > 1 else ""
    return replace(empty, texts=texts, styles=styles, before=before, behind=behind, note=note)


def _parts(text: str) -> tuple[str, str]:
    """A number up to its point, and from there on: -0 and .25, 1 and e-5."""
    at = min((text.index(mark) for mark in ".e" if mark in text), default=len(text))
    return text[:at], text[at:]


class Placed(NamedTuple):
    """A matrix with its top left corner, in cells of the whole, and the lines of its heading."""

    matrix: Matrix
    x: int
    y: int
    header: int

    @property
    def bottom(self) -> int:
        """The line below it."""
        return self.y + self.header + self.matrix.rows


class Window(NamedTuple):
    """What is in sight of the whole: the column and the line at the top left, and the size."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, eq=False)
class Layout:
    """Matrices with their places, and the size of the whole."""

    placed: tuple[Placed, ...] = ()
    width: int = 0
    height: int = 0
    window: Window = field(default_factory=lambda: Window(0, 0, 0, 0))

    @property
    def below(self) -> int:
        """How many lines more there are than fit."""
        return max(0, self.height - self.window.height)

    @property
    def beside(self) -> int:
        """How many columns more there are than fit."""
        return max(0, self.width - self.window.width)

    def scrolled(self, right: int, down: int) -> Layout:
        """With the window moved, up to the edges."""
        left, top, width, height = self.window
        left, top = min(max(left + right, 0), self.beside), min(max(top + down, 0), self.below)
        return replace(self, window=Window(left, top, width, height))

    def revealing(self, name: str, cell: Cell) -> Layout:
        """With the window moved as little as it takes to have a cell in sight, its heading above it."""
        placed = next((placed for placed in self.placed if placed.matrix.name == name), None)
        if placed is None:
            return self
        left, top, width, height = self.window
        row, column = placed.matrix.place(cell)
        line = placed.y + placed.header + row
        start = placed.x + placed.matrix.gutter + column * placed.matrix.stride
        end = start + placed.matrix.stride - 1
        highest, lowest = line - height + 1, line - placed.header
        across = min(max(left, end - width), start - placed.matrix.gutter)
        if end - across > width:  # no room for the row's number
            across = min(end - width, start)
        return self.scrolled(across - left, min(max(top, highest), lowest) - top)

    def lines(self, cursor: tuple[str, Cell] | None = None) -> list[Line]:
        """What is in sight; at the cursor, a quantity's name and a cell, the number is marked."""
        return [self._line(y, cursor) for y in range(self.window.height)]

    def cell_at(self, x: int, y: int) -> tuple[str, Cell] | None:
        """The quantity and the cell at a place of the window."""
        x += self.window.left
        for placed, row in self._across(y):
            matrix = placed.matrix
            column, beside = divmod(x - placed.x - matrix.gutter, matrix.stride)
            if 0 <= column < matrix.columns and row >= 0 and beside < matrix.stride - 1:
                return matrix.name, matrix.cell(row, column)
        return None

    def _across(self, y: int) -> Iterator[tuple[Placed, int]]:
        """The matrices on a line of the window: each with its row there, or the line of its heading counted back from
        its rows, -1 the nearest. A heading that has scrolled away is put over the rows that are there.
        """
        top = self.window.top
        for placed in self.placed:
            if placed.y <= top + y < placed.bottom:
                row = top + y - placed.y - placed.header
                covered = row >= 0 and y < placed.header and placed.y < top < placed.bottom - placed.header
                yield placed, y - placed.header if covered else row

    def _line(self, y: int, cursor: tuple[str, Cell] | None) -> Line:
        spans: list[Span] = []
        for placed, row in self._across(y):
            if row < 0:
                spans += _heading(placed, placed.header + row)
            else:
                spans += _row(placed, row, cursor)
        return cropped(spans, self.window.left, self.window.width)


def arrange(matrices: Sequence[Matrix], width: int, height: int, before: Layout | None = None) -> Layout:
    """Matrices in reading order within `width` columns and `height` lines. Where that is too little, with no line
    between the bands; where it still is, with title and column numbers on one line. What was in sight `before` stays.
    """
    for header, space in ((2, 1), (2, 0), (1, 0)):
        layout = _flow(matrices, width, header, space)
        if layout.height <= height:
            break
    left, top = (before.window.left, before.window.top) if before is not None else (0, 0)
    return replace(layout, window=Window(left, top, width, height)).scrolled(0, 0)


def _flow(matrices: Sequence[Matrix], width: int, header: int, space: int) -> Layout:
    placed: list[Placed] = []
    x, y, bottom = 0, 0, 0
    for matrix in matrices:
        if x and x + matrix.width > width:
            x, y = 0, bottom + space
        placed.append(Placed(matrix, x, y, header))
        x, bottom = x + matrix.width + GAP, max(bottom, placed[-1].bottom)
    return Layout(tuple(placed), max((p.x + p.matrix.width for p in placed), default=0), bottom)


def _heading(placed: Placed, line: int) -> Iterator[Span]:
    matrix, x = placed.matrix, placed.x + placed.matrix.gutter
    taken = x
    if line == 0:
        yield Span(x, matrix.title, "current" if matrix.current else "title")
        taken += cell_len(matrix.title) + 1
        if matrix.note and placed.header > 1:
            yield Span(taken, matrix.note, "dim")
    if line == placed.header - 1:
        for j in range(matrix.columns):
            start = x + j * matrix.stride
            at = max(start + matrix.before - 1, taken if placed.header == 1 else start)
            number = str(j + 1)
            label = f"{number} {matrix.names[j]}" if matrix.names and matrix.names[j] != number else number
            room = start + matrix.stride - 1 - at
            if room >= len(number):
                yield Span(at, fit(label, room) if room > len(number) + 1 else number, "dim")


def _row(placed: Placed, row: int, cursor: tuple[str, Cell] | None) -> Iterator[Span]:
    matrix = placed.matrix
    yield Span(placed.x, str(row + 1).rjust(matrix.gutter - 1), "dim")
    for j, (text, style) in enumerate(zip(matrix.texts[row], matrix.styles[row], strict=True)):
        start = placed.x + matrix.gutter + j * matrix.stride
        whole, rest = _parts(text)
        if cursor == (matrix.name, matrix.cell(row, j)):
            yield Span(start, whole.rjust(matrix.before) + rest.ljust(matrix.behind), "cursor")
        else:
            yield Span(start + matrix.before - len(whole), text, style)


def cropped(spans: Sequence[Span], left: int, width: int) -> Line:
    """The part of a line within `width` columns from `left` on, as a line of its own. Of a text that an edge cuts an
    ellipsis is left: a part of a number is another number.
    """
    found = []
    for span in sorted(spans):
        start, end = span.column - left, span.end - left
        if start >= 0 and end <= width:
            found.append(span._replace(column=start))
        elif start < width and end > 0 and width > 0:
            found.append(span._replace(column=max(start, 0), text="…"))
    return tuple(found)
