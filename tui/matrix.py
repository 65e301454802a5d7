"""The numeric matrix widget: any number of matrices in one scrolling pane, drawn a line at a time from their arrays."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.block import Block, Cell
from tui.format import fit
from tui.layout import LaidBlock, Layout, arrange
from tui.palette import LEVELS, Palette, palette

IDLE, ROSE, FELL = "○", "▴", "▾"
SOURCE, TARGET = "◆", "◇"
VEIL = "·"
RIGHT, WRONG, UNSURE = "✓", "✗", "~"

Piece = tuple[int, str, Style]  # column on the pane, text, style


@dataclass(frozen=True, eq=False)
class Pointer:
    """The cell that is being looked at, and the cells that feed it and that it feeds, by the names of their
    quantities.
    """

    name: str
    cell: Cell
    sources: Mapping[str, Sequence[Collection[Cell]]] = field(default_factory=dict)
    targets: Mapping[str, Sequence[Collection[Cell]]] = field(default_factory=dict)

    def kind(self, block: Block, row: int, column: int) -> str | None:
        """What a place in a block is to the cell: "cursor", "source", "target" or None."""
        cell = block.cell(row, column)
        if block.name == self.name and cell == self.cell:
            return "cursor"
        if any(cell in cells for cells in self.sources.get(block.name, ())):
            return "source"
        if any(cell in cells for cells in self.targets.get(block.name, ())):
            return "target"
        return None


class MatrixView(ScrollView, inherit_bindings=False, can_focus=True):
    """Matrices that flow like words, wrap at the pane's width, and scroll when there are more than fit.

    Row numbers and headings stay in view while a large matrix scrolls; a number that would be cut in half is not drawn.
    A mark behind a number says that it rose or fell since it was last shown (▴ ▾), belongs to an idle unit (○),
    feeds the cell under the cursor (◆) or is fed by it (◇).
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Scroll up", show=False),
        Binding("down", "scroll_down", "Scroll down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
        Binding("ctrl+left", "page_left", "Page left", show=False),
        Binding("ctrl+right", "page_right", "Page right", show=False),
    ]

    TITLE: ClassVar[str] = ""

    @dataclass
    class Chosen(Message):
        """A person pointed at a cell of a quantity."""

        name: str
        cell: Cell

    def __init__(self, *, id: str | None = None, home: str = "") -> None:
        """`home` names the matrix to have in view first."""
        super().__init__(id=id)
        self.home = home
        self._kept = home
        self._kept_at = Offset(0, 0)  # where the anchor was brought into view; elsewhere, a person has scrolled
        self._blocks: Sequence[Block] = ()
        self._pointer: Pointer | None = None
        self._layout = Layout((), 0, 0, 2)
        self._before: dict[str, Block] = {}
        self._scales: dict[str, float] = {}

    def show(self, blocks: Sequence[Block], *, same_rows: bool = True, again: bool = False) -> None:
        """Show these matrices. `same_rows` says whether the rows are the samples that were shown before, `again` that
        the numbers are, so that what is marked as new stays marked.
        """
        before = {block.name: block for block in self._blocks}
        shapes = [(placed.block.name, placed.block.width, placed.block.rows) for placed in self._layout.placed]
        self._blocks = tuple(blocks)
        if not again:
            self._before = {
                block.name: before[block.name]
                for block in self._blocks
                if block.name in before
                and (same_rows or not block.per_row)
                and before[block.name].values.shape == block.values.shape
            }
        self._scales = {}
        if shapes == [(block.name, block.width, block.rows) for block in self._blocks]:
            # The same places: only the numbers are new.
            placed = zip(self._layout.placed, self._blocks, strict=True)
            self._layout = Layout(
                tuple(LaidBlock(block, old.x, old.y, old.header, old.band) for old, block in placed),
                self._layout.width,
                self._layout.height,
                self._layout.header,
            )
            self.border_title = self.title()
            self.refresh()
        else:
            self._arrange()

    def forget(self) -> None:
        """What comes next is not compared with what is shown now."""
        self._blocks = ()

    def title(self) -> str:
        """The pane's title; with no line of its own for them, what stands behind the matrices' names comes here."""
        notes = [f"{block.symbol} {block.note}" for block in self._blocks if block.note]
        return self.TITLE if self._layout.header > 1 or not notes else f"{self.TITLE}: {', '.join(notes)}"

    def find(self, name: str) -> Block | None:
        """The matrix of that name, if it is shown here."""
        return next((block for block in self._blocks if block.name == name), None)

    @property
    def blocks_shown(self) -> Sequence[Block]:
        """The matrices shown, in reading order."""
        return self._blocks

    def point(self, pointer: Pointer | None) -> None:
        """Put the cell cursor, and the marks of what feeds its cell and what it feeds; None takes them away."""
        self._pointer = pointer
        self._reveal_pointer()
        self.refresh()

    def _reveal_pointer(self) -> None:
        """Have the cell in view, or else the first one that feeds it."""
        pointer = self._pointer
        if pointer is None:
            return
        if self.find(pointer.name) is not None:
            self.reveal_cell(pointer.name, pointer.cell)
            return
        for name, marked in pointer.sources.items():
            if self.find(name) is not None:
                self.reveal_cell(name, next(iter(marked[0])))
                return

    def reveal_cell(self, name: str, cell: Cell) -> None:
        """Scroll as little as it takes to have a cell in view, its heading above it."""
        placed = self._layout.find(name)
        if placed is None:
            return
        block, (row, column) = placed.block, placed.block.place(cell)
        width, height = self.scrollable_content_region.size
        left, top = self.scroll_offset
        line = placed.y + placed.header + row
        if self._layout.height > height and (not top <= line - placed.header or line >= top + height):
            lowest = line - placed.header if line - placed.header < top else line - height + 1
            self.virtual_size = Size(self._layout.width, max(self._layout.height, lowest + height))
            self.scroll_to(y=lowest, animate=False, force=True, immediate=True)
        start = placed.x + block.gutter + column * block.cell_width
        if start - block.gutter < left:
            self.scroll_to(x=start - block.gutter, animate=False, force=True, immediate=True)
        elif start + block.cell_width > left + width:
            self.scroll_to(x=start + block.cell_width - width, animate=False, force=True, immediate=True)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        found = None if offset is None else self._cell_at(offset.x, offset.y)
        if found is not None:
            self.post_message(self.Chosen(*found))

    def _cell_at(self, column: int, y: int) -> tuple[str, Cell] | None:
        width = self.scrollable_content_region.width
        for placed, x, row in self._across(y):
            block = placed.block
            _, columns = self._columns(placed, x, width)
            j = (column - x - block.gutter) // block.cell_width
            if row >= 0 and j in columns:
                return block.name, block.cell(row, j)
        return None

    def reveal(self, name: str) -> None:
        """Scroll so that this matrix is in view, whole if it fits."""
        placed = self._layout.find(name)
        if placed is None:
            return
        self._kept = name
        width, height = self.scrollable_content_region.size
        bottom = placed.y + placed.height
        # From the top of a band, so that no matrix is seen without its heading.
        tops = [other.y for other in self._layout.placed if placed.y >= other.y >= bottom - height]
        inside = placed.x >= self.scroll_offset.x and placed.x + placed.width <= self.scroll_offset.x + width
        top = 0 if self._layout.height <= height else min(tops, default=placed.y)
        # A band near the end can come to the top only if there is room to scroll below the last one.
        self.virtual_size = Size(self._layout.width, max(self._layout.height, top + height if top else 0))
        x = self.scroll_offset.x if inside else placed.x
        self.scroll_to(x=x, y=top, animate=False, force=True, immediate=True)
        self._kept_at = self.scroll_offset

    def watch_show_vertical_scrollbar(self, shown: bool) -> None:
        if shown:  # a bar that was not there yet has not heard of the scrolling before
            self.vertical_scrollbar.position = round(self.scroll_y)

    def watch_show_horizontal_scrollbar(self, shown: bool) -> None:
        if shown:
            self.horizontal_scrollbar.position = round(self.scroll_x)

    def on_resize(self, _event: events.Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        if self.scroll_offset != self._kept_at:
            above = [placed for placed in self._layout.placed if placed.y <= self.scroll_offset.y]
            self._kept = max(above, key=lambda placed: placed.y).block.name if above else self._kept
        size = self.scrollable_content_region.size
        self._layout = arrange(self._blocks, size.width, size.height)
        self.virtual_size = Size(self._layout.width, self._layout.height)
        self.border_title = self.title()
        self.reveal(self._kept)
        self._reveal_pointer()
        # Textual looks at it only when it lays the pane out, which may be before this.
        self.show_vertical_scrollbar = self.virtual_size.height > size.height
        self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        # While a cell is looked at, the arrows move the cursor, which is not this widget's own.
        return self._pointer is None

    def render_line(self, y: int) -> Strip:
        theme = self.app.theme_variables
        colours = palette(self.app.current_theme.dark, theme["surface"], theme["foreground"])
        width = self.scrollable_content_region.width
        ground = self.rich_style
        segments: list[Segment] = []
        at = 0
        for column, text, style in sorted(self._pieces(y, width, colours), key=lambda piece: piece[0]):
            if column < at:
                text, column = text[at - column :], at
            text = text if column + cell_len(text) <= width else set_cell_size(text, max(0, width - column))
            if not text:
                continue
            if column > at:
                segments.append(Segment(" " * (column - at), ground))
            segments.append(Segment(text, ground + style))
            at = column + cell_len(text)
        segments.append(Segment(" " * (width - at), ground))
        return Strip(segments, width)

    def _across(self, y: int) -> Iterator[tuple[LaidBlock, int, int]]:
        """The blocks that a line of the pane goes across: each with its column on the pane, and its row there, or the
        line of its heading counted back from its rows, -1 the nearest.
        """
        left, top = self.scroll_offset
        width = self.scrollable_content_region.width
        line = top + y
        for placed in self._layout.placed:
            if not placed.y <= line < placed.y + placed.height:
                continue
            # A narrow band stays where it is while a wide one scrolls.
            x = placed.x - min(left, max(0, placed.band - width))
            if x >= width or x + placed.width <= 0:
                continue
            row = line - placed.y - placed.header
            # A heading that has scrolled away is drawn again at the top, over the rows that are there.
            if row >= 0 and y < placed.header and placed.y < top < placed.y + placed.height - placed.header:
                row = y - placed.header
            yield placed, x, row

    def _pieces(self, y: int, width: int, colours: Palette) -> Iterator[Piece]:
        for placed, x, row in self._across(y):
            if row < 0:
                yield from self._heading(placed, x, placed.header + row, width, colours)
            else:
                yield from self._row(placed, x, row, width, colours)

    def _columns(self, placed: LaidBlock, x: int, width: int) -> tuple[int, range]:
        """Where the row numbers of a block at column `x` stand, and which of its columns are in view whole."""
        block = placed.block
        gutter = min(max(x, 0), x + placed.width - block.gutter)
        cells = x + block.gutter
        first = max(0, math.ceil((gutter + block.gutter - cells) / block.cell_width))
        last = min(block.columns, (width - cells) // block.cell_width)
        return gutter, range(first, max(first, last))

    def _heading(self, placed: LaidBlock, x: int, line: int, width: int, colours: Palette) -> Iterator[Piece]:
        block = placed.block
        gutter, columns = self._columns(placed, x, width)
        room = min(x + placed.width, width) - gutter
        if line == 0:
            note = f" {block.note}" if block.note and placed.header > 1 else ""
            yield gutter, fit(block.symbol, room), colours.current if block.current else colours.title
            yield gutter + len(block.symbol), fit(note, max(0, room - len(block.symbol))), colours.dim
        if line == placed.header - 1:
            taken = gutter + len(block.symbol) + 1 if line == 0 else gutter
            for j in columns:
                # A column's number stands over the units of its numbers, or as near as the matrix's name lets it.
                start = x + block.gutter + j * block.cell_width
                column = max(start + block.format.integers, taken)
                name = block.column_name(j)
                if start + block.cell_width - column >= len(str(j + 1)):
                    yield column, fit(name, start + block.cell_width - column), colours.dim

    def _row(self, placed: LaidBlock, x: int, row: int, width: int, colours: Palette) -> Iterator[Piece]:
        block = placed.block
        gutter, columns = self._columns(placed, x, width)
        yield gutter, block.row_name(row).rjust(block.gutter - 1), colours.dim
        cell_width, number_width = block.cell_width, block.format.width
        for j in columns:
            start = x + block.gutter + j * cell_width
            if block.veiled:
                yield start + block.format.integers, VEIL, colours.dim
                continue
            text, mark, style = self._cell(block, row, j, colours)
            if mark == IDLE:  # beside the number, which often is a short 0
                text = text.rstrip()
                text, mark = (f"{text} {mark}", " ") if len(text) < number_width - 1 else (text, mark)
            kind = self._pointer.kind(block, row, j) if self._pointer is not None else None
            if kind == "cursor":
                style = style + colours.cursor
            elif kind is not None:
                style = style + colours.pointed
                if block.flags is None:  # what was found of a number is not hidden by where it came from
                    mark = SOURCE if kind == "source" else TARGET
            yield start, text.ljust(number_width), style
            yield start + number_width, mark, style if kind is not None or mark == WRONG else colours.dim

    def _cell(self, block: Block, row: int, column: int, colours: Palette) -> tuple[str, str, Style]:
        """A number as text of the cell's width, its mark, and its style."""
        value = float(block.values[row, column])
        text = block.format.cell(value)
        if block.flags is not None:
            flag = str(block.flags[row, column]) or " "
            return text, flag, colours.wrong if flag == WRONG else self._shade(block, value, colours)
        if block.off is not None and block.off[row, column]:
            return text, IDLE, colours.dim
        mark = " "
        before = self._before.get(block.name)
        if before is not None and before.values[row, column] != value:
            mark = ROSE if before.values[row, column] < value else FELL
        return text, mark, self._shade(block, value, colours)

    def _shade(self, block: Block, value: float, colours: Palette) -> Style:
        if not math.isfinite(value):
            return colours.alarm
        return colours.scale[LEVELS + round(LEVELS * (value / self._scale(block)))]

    def _scale(self, block: Block) -> float:
        """The largest finite size of a number in the block, or 1."""
        if block.name not in self._scales:
            sizes = np.abs(block.values[np.isfinite(block.values)])
            self._scales[block.name] = (float(sizes.max()) if sizes.size else 0.0) or 1.0
        return self._scales[block.name]
