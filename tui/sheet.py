"""The matrices of a sheet: those that are given, and those to be found, whose numbers come to light one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rich.style import Style

from core import Quantity
from core.solving import rounded
from tui.block import Block, Cell, laid
from tui.format import NumberFormat
from tui.matrix import VEIL, MatrixView
from tui.palette import Palette

NAME_ROOM = 4  # characters behind the point that a column's name is worth, at most


@dataclass(frozen=True)
class KeyFormat(NumberFormat):
    """Numbers as the key of a sheet prints them."""

    def text(self, value: float) -> str:
        return rounded(value)


class SheetMatrix(MatrixView, can_focus=False):
    """Matrices that are scrolled from the screen; the title says how, where there is more than fits."""

    def title(self) -> str:
        ways = "↑↓" * (self.max_scroll_y > 0) + "←→" * (self.max_scroll_x > 0)
        way = f" · shift+{ways}" if ways else ""
        return self.TITLE + way + super().title().removeprefix(self.TITLE)


class GivenMatrix(SheetMatrix):
    """What a sheet starts from."""

    TITLE = "given"


class AnswerMatrix(SheetMatrix):
    """Matrices of which some numbers are not known yet."""

    TITLE = "to be found"

    def _cell(self, block: Block, row: int, column: int, colours: Palette) -> tuple[str, str, Style]:
        if np.isnan(block.values[row, column]):
            return (" " * block.format.integers + VEIL).ljust(block.format.width), " ", colours.dim
        return super()._cell(block, row, column, colours)


def given_block(quantity: Quantity, column_names: Sequence[str] = ()) -> Block:
    """A quantity that a sheet starts from."""
    room = min(NAME_ROOM, max((len(name) + 2 for name in column_names), default=0))
    return _block(quantity, KeyFormat(room, 1), column_names)


def answer_block(quantity: Quantity, known: Callable[[str, Cell], bool], current: bool) -> Block:
    """A quantity that is to be found. Of a number that is not known nothing gets into the block, neither its size nor
    its length: a NaN stands for it, and the columns are as wide as what is known wants them, or usual.
    """
    seen = quantity.values.copy()
    for place in np.ndindex(seen.shape):
        if not known(quantity.name, tuple(i + 1 for i in place)):
            seen[place] = np.nan
    return _block(replace(quantity, values=seen), KeyFormat(4, 1), current=current)


def _block(quantity: Quantity, least: KeyFormat, names: Sequence[str] = (), current: bool = False) -> Block:
    """A block whose columns are as wide as its numbers, and at least as those of `least`."""
    values, axes = laid(quantity.values, quantity.axes), quantity.axes
    texts = [least.text(value) for value in values[~np.isnan(values)].tolist()]
    whole = [text.split("e")[0].split(".")[0] for text in texts]
    rest = max((len(text) - len(start) - 1 for text, start in zip(texts, whole, strict=True)), default=0)
    before = max((len(start.lstrip("-")) for start in whole), default=0)
    number_format = KeyFormat(max(least.digits, rest), max(least.integers, before))
    note = f"{values.shape[0]}×{values.shape[1]}" if axes == "ij" and values.shape[1] > 1 else ""
    return Block(
        quantity.name, quantity.symbol, values, note, number_format, axes=axes, current=current, column_names=names
    )
