"""The axes of the loss plot, as plotext draws them, and where steps and losses lie between them."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from core import Array
from tui.training import ticks
from tui.training.ticks import Scale

TICK, AXIS = "┤", "│"
CROPPED = "≈"  # at the foot of an axis that does not begin at 0
LABEL = 4  # columns of the labels on the left, at least


class Frame(NamedTuple):
    """The plot without its curves.

    left       the texts to the left of each row, axis included, the top row first
    below      the text of the last line
    columns    characters of a row
    first, last    the steps on both ends
    heights    the axis of the losses
    """

    left: tuple[str, ...]
    below: str
    columns: int
    first: int
    last: int
    heights: Scale

    @property
    def rows(self) -> int:
        """Rows of characters."""
        return len(self.left)

    @property
    def start(self) -> int:
        """The column at which the curves begin."""
        return len(self.left[0])

    def edges(self, dots: int) -> Array:
        """The steps between which the columns of dots lie, `dots` to a character: the first and the last step are in
        the middle of a character.
        """
        places = (np.arange(dots * self.columns + 1) - dots / 2) / (dots * (self.columns - 1))
        edges: Array = self.first + places * (self.last - self.first)
        return edges

    def column(self, step: int) -> int:
        """The character that a step is in."""
        return math.floor(0.5 + (self.columns - 1) * (step - self.first) / (self.last - self.first))

    def step_at(self, x: int) -> int | None:
        """The step that a column stands for, counted from the left of the labels; None beside the curves."""
        if not self.start <= x < self.start + self.columns:
            return None
        share = (x - self.start) / (self.columns - 1)
        return round(self.first + share * (self.last - self.first))

    def row(self, height: float) -> int:
        """The character, from the top, that a height is in, as a share of the axis."""
        return self.rows - 1 - min(self.rows - 1, max(0, math.floor(0.5 + (self.rows - 1) * height)))


@lru_cache(maxsize=8)
def axes(width: int, height: int, first: int, last: int, heights: Scale, logarithmic: bool) -> Frame:
    """A plot of this size from one step to another, without its curves."""
    plot, labels = _plotext(), [label.rjust(LABEL) for label in heights.labels]
    across = ticks.steps(first, last, width - max(map(len, labels)) - 1)
    plot.clear_figure()
    plot._set_size(width, height)  # plotsize stops at the size of what plotext takes for the terminal
    plot.xaxes(False, False)
    plot.yaxes(True, False)
    plot.xlim(first, last)
    plot.ylim(heights.low, heights.high)
    plot.xticks(list(across.ticks), list(across.labels))
    plot.yticks(list(heights.ticks), labels)
    plot.scatter([first], [heights.low], marker=" ")  # there are no axes without a point
    plot._set_sizes()
    plot._build_matrix()
    matrix = plot.monitor.matrix
    *rows, below = ["".join(row) for row in reversed(matrix.marker)]
    left = [row[: matrix.Cols_canvas.start] for row in rows]
    if not logarithmic and not heights.low <= 0 <= heights.high:
        foot = max(i for i, text in enumerate(left) if text.endswith(AXIS))
        left[foot] = left[foot].removesuffix(AXIS) + CROPPED
    return Frame(tuple(left), _named(below), len(matrix.Cols_canvas), first, last, heights)


@lru_cache(maxsize=1)
def _plotext() -> Any:
    """A figure of plotext's: imported late, since the first picture has no curve yet. Its stubs leave out what gives
    its characters as they are.
    """
    from textual_plotext.plot import Plot

    return Plot()


def _named(below: str) -> str:
    """The steps below the axis, the last one named as such where there is room."""
    below = below.rstrip()
    last = below.rfind(" ") + 1
    name = "step "
    if below[:last].endswith(" " * (len(name) + 1)):
        return below[: last - len(name)] + name + below[last:]
    return below
