"""A heat map of any matrix of the step: sign by colour, strength by size."""

from __future__ import annotations

import numpy as np

from core import Array, Rows
from tui.pictures import shades
from tui.pictures.canvas import PIXELS, Canvas
from tui.pictures.drawn import NOWHERE, Drawn, no_room
from tui.pictures.looked_at import Looked
from tui.pictures.names import number
from tui.sheet.colours import GROUND, POINTED
from tui.sheet.lines import Line, Span, Words

SMALLEST = 2, 3  # lines and columns of the map
TALLEST, WIDEST = 6, 12  # lines and columns of a number, at most
FEW = 12  # rows that are all numbered
CURSOR = "◂"


def heat(looked: Looked, width: int, height: int) -> Drawn:
    """A rectangle for each number, all of one size; of a matrix with more numbers than there is room for, each place
    shows the largest in size of those that lie there.
    """
    matrix = looked.matrix
    rows, columns = matrix.values.shape
    left = len(str(rows)) + 1
    down, across = height - 1, width - left
    if down < SMALLEST[0] or across < SMALLEST[1]:
        return no_room(width, height)
    halved = PIXELS if rows > down and not looked.plain else 1  # rows of the matrix in a line
    high, wide = min(max(1, down // rows), TALLEST), min(max(1, across // columns), WIDEST)
    firsts, starts = _firsts(rows, down * halved), _firsts(columns, across)
    shown = _pooled(_pooled(matrix.values, firsts, 0), starts, 1).repeat(high, axis=0).repeat(wide, axis=1)
    finite = np.abs(matrix.values[np.isfinite(matrix.values)])
    largest = float(finite.max(initial=0.0))
    canvas = Canvas(-(-len(shown) // halved), shown.shape[1])
    filled = shades.by_sign(shown, largest, looked.plain)
    canvas.fill(filled if looked.plain else filled.repeat(PIXELS // halved, axis=0), looked.plain)
    of_line, of_column = firsts.repeat(high)[::halved], starts.repeat(wide)
    if matrix.cell is not None:
        y = int(np.searchsorted(of_line, matrix.cell[0], side="right")) - 1 - (high - 1) // 2
        x = int(np.searchsorted(of_column, matrix.cell[1], side="right")) - 1 - (wide - 1) // 2
        canvas.put(y, x, ord(CURSOR), GROUND)
        canvas.grounds[y, x] = POINTED
    lines: list[Line] = []
    every = 1 if high > 1 or rows <= FEW else 2  # lines from one row's number to the next
    for y, line in enumerate(canvas.lines(left)):
        first = y % (high * every) == 0
        label = (Span(0, str(int(of_line[y]) + 1).rjust(left - 1), "structure"),) if first else ()
        lines.append((*label, *line))
    lines.append(_numbers(of_column, left, width))
    places: Rows = np.full((height, width), NOWHERE, dtype=np.intp)
    places[: len(of_line), left : left + len(of_column)] = of_line[:, np.newaxis] * columns + of_column
    pooled = ""
    if len(firsts) < rows or len(starts) < columns:
        pooled = f"the largest of {-(-rows // len(firsts))} x {-(-columns // len(starts))}"
    return Drawn(lines, _told(looked, largest, pooled), "cell", places)


def _firsts(count: int, room: int) -> Rows:
    """The first of `count` rows, or columns, at each of at most so many places."""
    places = min(count, room)
    found: Rows = np.arange(places) * count // places
    return found


def _pooled(values: Array, firsts: Rows, axis: int) -> Array:
    """Of the numbers from each of these rows, or columns, to the next, the largest in size; NaN, where there is one."""
    if len(firsts) == values.shape[axis]:
        return values
    most, least = np.maximum.reduceat(values, firsts, axis), np.minimum.reduceat(values, firsts, axis)
    found: Array = np.where(-least > most, least, most)
    return found


def _numbers(of_column: Rows, left: int, width: int) -> Line:
    """The numbers of the columns below, those for which there is room."""
    spans: list[Span] = []
    for x in np.flatnonzero(np.diff(of_column, prepend=-1)).tolist():
        text = str(int(of_column[x]) + 1)
        if left + x + len(text) <= width and (not spans or left + x > spans[-1].end):
            spans.append(Span(left + x, text, "structure"))
    return tuple(spans)


def _told(looked: Looked, largest: float, pooled: str) -> list[Words]:
    """The matrix's name and shape, what one place stands for where that is not one number, and the largest, named."""
    symbol, values = looked.matrix.symbol, looked.matrix.values
    told: list[Words] = [[f"{symbol} {values.shape[0]} x {values.shape[1]}"]]
    broken = ~np.isfinite(values)
    if broken.any():
        row, column = np.argwhere(broken)[0] + 1
        told.append([(f"not finite at [{row},{column}]", "alarm")])
    if pooled:
        told.append([pooled])
    if largest:
        row, column = np.argwhere(np.abs(np.where(broken, 0.0, values)) == largest)[0]
        told.append([f"largest [{row + 1},{column + 1}] {number(float(values[row, column]))}"])
    return told
