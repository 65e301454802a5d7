"""Block: one matrix as a pane shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from core import Array
from tui.format import NumberFormat

Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]


Flags: TypeAlias = np.ndarray[Any, np.dtype[np.str_]]
Cell: TypeAlias = tuple[int, ...]


def laid(values: Array, axes: str) -> Array:
    """The values of a quantity as a matrix: a number for each sample stands upright, one for each unit lies."""
    if axes == "ij":
        return values
    return values[:, np.newaxis] if axes == "i" else values.reshape(1, -1)


@dataclass(frozen=True, eq=False)
class Block:
    """A matrix with its names and its look.

    name     the quantity's name in core, "W_1"
    symbol   its name in print, "W₁"
    values   (rows, columns); a vector is shown as one row or one column
    note     what stands behind the symbol where there is room: shape, activation
    format   how its numbers are written
    off      cells that stand for an idle unit, dimmed and marked
    per_row  whether its rows are samples, which another batch replaces
    axes     which of its row i and column j number a cell: "ij" in a matrix, "i" or "j" in a vector that is shown as
             a column or a row, "" in a single number
    flags    a character for each cell that says something of its number ("" for none), in place of other marks
    veiled   whether its numbers are not to be seen yet
    current  whether it is what is being computed now
    column_names   what the columns are called beside their number, if they have names
    """

    name: str
    symbol: str
    values: Array
    note: str = ""
    format: NumberFormat = field(default_factory=NumberFormat)
    off: Mask | None = None
    per_row: bool = False
    axes: str = "ij"
    flags: Flags | None = None
    veiled: bool = False
    current: bool = False
    column_names: Sequence[str] = ()

    @property
    def rows(self) -> int:
        return int(self.values.shape[0])

    @property
    def columns(self) -> int:
        return int(self.values.shape[1])

    def cell(self, row: int, column: int) -> Cell:
        """The cell of the quantity at a place on screen, counted from 0: its indices, counted from 1."""
        return tuple({"i": row, "j": column}[axis] + 1 for axis in self.axes)

    def place(self, cell: Cell) -> tuple[int, int]:
        """Row and column on screen, counted from 0, of a cell of the quantity."""
        found = dict(zip(self.axes, cell, strict=True))
        return found.get("i", 1) - 1, found.get("j", 1) - 1

    def row_name(self, row: int) -> str:
        """What stands before a row, counted from 0: its number."""
        return str(row + 1)

    def column_name(self, column: int) -> str:
        """What stands over a column, counted from 0: its number, and its name if it has one."""
        number = str(column + 1)
        name = self.column_names[column] if self.column_names else number
        return number if name == number else f"{number} {name}"

    @property
    def gutter(self) -> int:
        """Columns for the rows' names and a space."""
        return len(self.row_name(self.rows - 1)) + 1

    @property
    def cell_width(self) -> int:
        """A number with the mark behind it."""
        return 1 + self.format.width

    @property
    def width(self) -> int:
        """Columns of the whole, its heading included."""
        heading = len(self.symbol) + (1 + len(self.note) if self.note else 0)
        return max(self.gutter + self.columns * self.cell_width, heading)
