"""Where matrices stand in a pane: side by side like words in a text, a new band where a line is full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.block import Block

GAP = 2  # columns between neighbours


@dataclass(frozen=True, eq=False)
class LaidBlock:
    """A block with its top left corner, in cells of the pane's whole content; `header` lines of title and column
    numbers; and how wide its whole band is.
    """

    block: Block
    x: int
    y: int
    header: int
    band: int

    @property
    def width(self) -> int:
        return self.block.width

    @property
    def height(self) -> int:
        return self.header + self.block.rows


@dataclass(frozen=True, eq=False)
class Layout:
    """Blocks placed for a pane of some size, the size of the whole, and the lines that each heading takes."""

    placed: tuple[LaidBlock, ...]
    width: int
    height: int
    header: int

    def find(self, name: str) -> LaidBlock | None:
        return next((placed for placed in self.placed if placed.block.name == name), None)


def arrange(blocks: Sequence[Block], width: int, height: int) -> Layout:
    """Blocks in reading order within `width` columns. Where that is taller than `height` lines, with no space between
    the bands; where it still is, with title and column numbers on one line.
    """
    for header, space in ((2, 1), (2, 0), (1, 0)):
        layout = _flow(blocks, width, header, space)
        if layout.height <= height:
            break
    return layout


def _flow(blocks: Sequence[Block], width: int, header: int, space: int) -> Layout:
    bands: list[list[Block]] = []
    used = 0
    for block in blocks:
        if not bands or used + block.width > width:
            bands.append([])
            used = 0
        bands[-1].append(block)
        used += block.width + GAP
    placed: list[LaidBlock] = []
    y, widest = -space, 0
    for band in bands:
        y += space
        whole = sum(block.width + GAP for block in band) - GAP
        x = 0
        for block in band:
            placed.append(LaidBlock(block, x, y, header, whole))
            x += block.width + GAP
        y += header + max(block.rows for block in band)
        widest = max(widest, whole)
    return Layout(tuple(placed), widest, max(y, 0), header)
