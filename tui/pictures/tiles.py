"""Many small pictures in a grid, a caption above each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

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


def widened(found: Grid, count: int, width: int, widest: int) -> Grid:
    """The same number of lines of `count` pictures, evenly filled, each as wide as there is room, or as `widest`."""
    across = min(found.across, -(-count // found.down))
    return found._replace(across=across, columns=max(found.columns, min(widest, (width + GAP) // across - GAP)))


def _grid(columns: int, rows: int, width: int, height: int) -> Grid:
    return Grid((width + GAP) // (columns + GAP), height // (rows + 1), columns, rows)


def captions(symbol: str, count: int, columns: int) -> list[str]:
    """What the pictures of `count` units are called, all alike: z₁[.,3], or shorter; the number at least."""
    ways = (f"{symbol}[.,{{}}]", f"{symbol} {{}}", "{}")
    way = next((way for way in ways if cell_len(way.format(count)) <= columns), ways[-1])
    return [way.format(number) for number in range(1, count + 1)]


def tiled(found: Grid, names: Sequence[str], shades: Iterable[Rows], plain: bool) -> list[Line]:
    """Pictures of shades (see `Canvas.fill`) with the captions `names`, row by row."""
    rows, columns = found.rows + 1, found.columns + GAP
    canvas = Canvas(-(-len(names) // found.across) * rows, found.across * columns - GAP)
    for i, (name, shaded) in enumerate(zip(names, shades, strict=True)):
        down, across = divmod(i, found.across)
        canvas.write(down * rows, across * columns, fit(name, found.columns), FAINT)
        canvas.fill(shaded, plain, down * rows + 1, across * columns)
    return canvas.lines()
