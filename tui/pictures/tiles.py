"""Many small pictures in a grid, a caption above each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core import Rows
from tui.format import fit
from tui.pictures.canvas import Canvas
from tui.sheet.colours import FAINT
from tui.sheet.lines import Line

GAP = 1  # columns between two


class Grid(NamedTuple):
    """How many stand side by side and below each other, and how large each is, without its caption."""

    across: int
    down: int
    columns: int
    rows: int

    @property
    def places(self) -> int:
        return self.across * self.down


def grid(count: int, width: int, height: int, sizes: Iterable[tuple[int, int]]) -> Grid | None:
    """The grid with the first of these sizes (columns and rows, the largest first) for which there is room for all
    `count`; where there is none, the last, with as many as there is room for; None where there is room for none.
    """
    found = None
    for columns, rows in sizes:
        found = _grid(columns, rows, width, height)
        if found.places >= count:
            return found
    return found if found is not None and found.places else None


def _grid(columns: int, rows: int, width: int, height: int) -> Grid:
    return Grid((width + GAP) // (columns + GAP), height // (rows + 1), columns, rows)


def caption(symbol: str, number: int, columns: int) -> str:
    """What a unit's picture is called: s₁[.,3], or shorter."""
    full = f"{symbol}[.,{number}]"
    return full if len(full) <= columns else f"{symbol} {number}"


def tiled(found: Grid, captions: Sequence[str], shades: Iterable[Rows], plain: bool) -> list[Line]:
    """Pictures of shades (see `Canvas.fill`) with their captions, row by row."""
    rows, columns = found.rows + 1, found.columns + GAP
    canvas = Canvas(-(-len(captions) // found.across) * rows, found.across * columns - GAP)
    for i, (name, shaded) in enumerate(zip(captions, shades, strict=True)):
        down, across = divmod(i, found.across)
        canvas.write(down * rows, across * columns, fit(name, found.columns), FAINT)
        canvas.fill(shaded, plain, down * rows + 1, across * columns)
    return canvas.lines()
