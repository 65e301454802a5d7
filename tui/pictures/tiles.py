"""Many small pictures in a grid, a caption above each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from tui.format import fit
from tui.sheet.lines import Line, Span, moved

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


def tiled(found: Grid, pictures: Sequence[tuple[str, Sequence[Line]]]) -> list[Line]:
    """Pictures with their captions, row by row."""
    lines: list[Line] = []
    for first in range(0, min(len(pictures), found.places), found.across):
        row = pictures[first : min(first + found.across, found.places)]
        step = found.columns + GAP
        captions = [Span(i * step, fit(caption, found.columns), "structure") for i, (caption, _) in enumerate(row)]
        lines.append(tuple(span for span in captions if cell_len(span.text)))
        for y in range(found.rows):
            spans: list[Span] = []
            for i, (_, picture) in enumerate(row):
                if y < len(picture):
                    spans += moved(picture[y], i * step)
            lines.append(tuple(spans))
    return lines
