"""Plane: two axes over a rectangle of cells, with ticks, so that a point has its cell and a cell its point."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from core import Array, Mask, Rows, significant
from tui.sheet.lines import Line, Span, cells

MARGIN = 0.08  # of the data's range, on each side
STEPS = (1.0, 2.0, 5.0, 10.0)  # between ticks, times a power of ten
FARTHEST = 1e150  # what is farther out is not drawn: differences would overflow
ACROSS, DOWN = 10, 4  # columns and lines from one tick to the next, if there is room
TICK, AXIS = "┤", "│"
FEWEST = 2  # ticks of an axis
ENOUGH = 5  # so many at most are never fewer than two: a step is up to 2.5 times as long as it may be
LABEL = 4  # significant digits of a tick


class Axis(NamedTuple):
    """From its low end to its high end, with the places and the texts of ticks."""

    low: float
    high: float

    @property
    def length(self) -> float:
        return self.high - self.low

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Round places, at most so many, and their texts."""
        if most < 1:
            return []
        raw = self.length / max(1, most)
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(step * power for step in STEPS if step * power >= raw * (1 - 1e-9))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [(i * step, significant(i * step, LABEL) if i else "0") for i in range(first, last + 1)]


def spanning(values: Array, margin: float = MARGIN) -> Axis:
    """An axis that holds all of these values and a margin; around a single one where they are all the same."""
    seen = values[np.isfinite(values) & (np.abs(values) < FARTHEST)]
    if not seen.size:
        return Axis(-1.0, 1.0)
    low, high = float(seen.min()), float(seen.max())
    length = high - low
    if length <= 1e-9 * max(abs(low), abs(high)) or length < 1e-300:
        length = max(abs(low), 1.0)
        low, high, margin = low - length / 2, high + length / 2, 0.0
    return Axis(low - margin * length, high + margin * length)


class Plane(NamedTuple):
    """`x` to the right over `columns` cells, `y` upwards over `rows`."""

    x: Axis
    y: Axis
    columns: int
    rows: int

    def centres(self, down: int = 1, coarse: int = 1) -> Array:
        """The points in the middle of all pixels, `down` of them in a cell, row by row from the top: (n, 2). With
        `coarse`, of squares of so many pixels.
        """
        across = -(-self.columns // coarse)
        below = -(-self.rows * down // coarse)
        x = self.x.low + self.x.length * (np.arange(across) + 0.5) * coarse / self.columns
        y = self.y.high - self.y.length * (np.arange(below) + 0.5) * coarse / (self.rows * down)
        points = np.empty((below, across, 2))
        points[:, :, 0], points[:, :, 1] = x, y[:, np.newaxis]
        return points.reshape(-1, 2)

    def column(self, x: Array) -> Rows:
        """The column of each place; -1 for none."""
        return _index((x - self.x.low) / self.x.length, self.columns)

    def row(self, y: Array) -> Rows:
        """The row of each height, from the top; -1 for none."""
        return _index((self.y.high - y) / self.y.length, self.rows)

    def cells(self, x: Array, y: Array) -> tuple[Rows, Rows, Mask]:
        """The row and the column of each point, and whether it has one."""
        with np.errstate(all="ignore"):
            rows, columns = self.row(y), self.column(x)
        return rows, columns, (rows >= 0) & (columns >= 0)


def _index(share: Array, count: int) -> Rows:
    inside = (share >= 0) & (share <= 1)
    found: Rows = np.where(inside, np.minimum(np.where(inside, share, 0) * count, count - 1), -1).astype(np.intp)
    return found


def _ticks(axis: Axis, cells: int, apart: int) -> list[tuple[float, str]]:
    """Ticks for so many cells, one in `apart` of them at most; two where one alone would not show the scale."""
    found: list[tuple[float, str]] = []
    for most in range(max(1, cells // apart), max(cells, ENOUGH) + 1):
        found = axis.ticks(most)
        if len(found) >= FEWEST:
            break
    return found


def left_labels(axis: Axis, rows: int) -> list[str]:
    """What stands left of each row, all of one width: the ticks of an upright axis."""
    texts = [""] * rows
    for value, text in _ticks(axis, rows, DOWN):
        texts[min(rows - 1, int((axis.high - value) / axis.length * rows))] = text
    width = max(map(cells, texts), default=0)
    return [text.rjust(width) + (TICK if text else AXIS) for text in texts]


def below(axis: Axis, columns: int, start: int, name: str) -> Line:
    """The line under the cells: ticks where they stand, and the axis's name at the right end."""
    spans: list[Span] = []
    named = f"→ {name}"
    end = start + columns - cells(named)
    if end > start + 2:
        spans.append(Span(end, named, "structure"))
    else:
        end = start + columns
    edge = 0
    kept = []
    for value, text in _ticks(axis, columns, ACROSS):
        place = start + min(columns - 1, int((value - axis.low) / axis.length * columns))
        column = max(edge, place - (len(text) - 1) // 2)
        if column + len(text) < end and column <= place:
            kept.append(Span(column, text, "structure"))
            edge = column + len(text) + 1
    return (*kept, *spans)
