"""Drawn: a picture as it is handed on, and the rectangle that all of them with axes share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple, TypeAlias

import numpy as np

from core import Rows
from tui.pictures.canvas import Canvas
from tui.pictures.plane import Axis, Plane, below, left_labels
from tui.sheet.lines import Line, Span, Words, cells, clipped, fitting, line

Legend: TypeAlias = Callable[[int], list[Words]]  # items, with names in at most so many columns

SMALLEST = 12, 3  # columns and rows of cells between axes
NOWHERE = -1
NO_ROOM = "no room here: z"
NAMED = 16, 10, 8, 6, 4  # columns of a name in a legend, as room gets short
REACH = 1  # cells around a click in which something is looked for


class Drawn(NamedTuple):
    """A picture.

    lines   as many as were asked for, at most
    told    what there is to say of it beside its title, a few words each
    kind    what its places stand for: "sample" (a row of all data, those held out behind the others), "cell" of a
            matrix (row by row), "class" (true class x classes + class said), or nothing
    places  (lines, columns) what stands there; NOWHERE for nothing
    """

    lines: list[Line]
    told: Sequence[Words] = ()
    kind: str = ""
    places: Rows | None = None

    def at(self, x: int, y: int) -> int | None:
        """What stands at a place of the picture, or right beside it; None for nothing."""
        if self.places is None:
            return None
        for reach in range(REACH + 1):
            near = self.places[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]
            found = near[near != NOWHERE]
            if found.size:
                return int(found[0])
            if self.kind != "sample":
                break
        return None


def no_room(width: int, height: int) -> Drawn:
    """Words in place of a picture."""
    text = next((text for text in (NO_ROOM, "no room", "") if len(text) <= width), "")
    return Drawn([line([(text, "dim")])] if height > 0 else [])


def message(width: int, height: int, text: str) -> Drawn:
    """A text in place of a picture."""
    return Drawn([clipped(line([(text, "dim")]), width)] if height > 0 else [])


class Bounds(NamedTuple):
    """Where the cells of a picture with axes stand: its plane, the texts left of it, the lines above, and its size."""

    plane: Plane
    left: list[str]
    above: int
    width: int
    height: int

    @property
    def start(self) -> int:
        return cells(self.left[0])

    def places(self, rows: Rows, columns: Rows, what: Rows) -> Rows:
        """What stands at the cells, on the whole picture."""
        found: Rows = np.full((self.height, self.width), NOWHERE, dtype=np.intp)
        found[rows + self.above, columns + self.start] = what
        return found

    def lines(self, canvas: Canvas, legend: Legend, names: tuple[str, str]) -> list[Line]:
        """All of it: the legend and the name of the upright axis, the cells with their labels, the axis below."""
        shown = canvas.lines(self.start)
        rows = [(Span(0, text, "structure"), *cells) for text, cells in zip(self.left, shown, strict=True)]
        head = [clipped(_legend(legend, names[1], self.width), self.width)] if self.above else []
        return [*head, *rows, below(self.plane.x, self.plane.columns, self.start, names[0])]


def bounds(x: Axis, y: Axis, width: int, height: int) -> Bounds | None:
    """Axes in so many columns and lines; None where there is no room."""
    above = 1 if height >= SMALLEST[1] + 2 else 0
    rows = height - 1 - above
    if rows < SMALLEST[1]:
        return None
    left = left_labels(y, rows)
    columns = width - cells(left[0])
    return Bounds(Plane(x, y, columns, rows), left, above, width, height) if columns >= SMALLEST[0] else None


def _legend(legend: Legend, name: str, width: int) -> Line:
    """The name of the upright axis and the items: with names as long, and as far apart, as lets all of them in, or as
    many of the first ones as possible.
    """
    named: Words = [(f"↑ {name}", "structure")]
    for count in range(len(legend(NAMED[0])), 0, -1):
        for columns, between in product(NAMED, ("  ", " ")):
            items = [named, *legend(columns)[:count]]
            found = fitting(items, width, between)
            if text_of(found) == "".join(text_of(line(item)) for item in items):
                return found
    return fitting([named], width)


def text_of(found: Line) -> str:
    """Its texts without blanks."""
    return "".join(span.text.strip() for span in found)
