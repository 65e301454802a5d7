"""Where the parameters stand: for each layer W, ∂W and W⁺ with the biases below, or a line a layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from rich.cells import cell_len

import core
from core import Problem
from tui.sheet.written import Written
from tui.training.columns import FEWER, FEWEST, NARROW, WORDY, Columns
from tui.training.groups import Formats, column_at, elided, offsets, span_of

KINDS = ("given", "gradient", "update")  # the parts of a step that its parameters belong to: W, ∂W, W⁺
GAP = 2  # columns between neighbours


@dataclass(frozen=True)
class Matrix:
    """A parameter, its gradient or its update as it stands on the sheet.

    name, bias   the quantity's name, and that of the biases in the row below; "" without
    title        its symbol
    layer        from 1
    x, y         the column of its first cell, and the line of its title, in the pane
    rows, shown  its rows, and its columns from 0 with None for a gap
    squares      whether a cell is one character
    stride       from one cell to the next
    written      how its numbers are written
    header       lines of title and column numbers
    numbered     columns that the rows' numbers take, with the blank behind; 0: none
    """

    name: str
    bias: str
    title: str
    layer: int
    kind: str
    rows: int
    shown: tuple[int | None, ...]
    squares: bool
    stride: int
    written: Written
    header: int
    numbered: int
    x: int = 0
    y: int = 0

    @property
    def width(self) -> int:
        """Columns, those of the rows' numbers included."""
        cells = span_of(self.shown, self.stride)
        return self.numbered + max(cells, cell_len(self.title) + (5 if self.squares else 0))

    @property
    def height(self) -> int:
        return self.header + self.rows + bool(self.bias)

    def column_at(self, x: int) -> int | None:
        """The column of the matrix that stands at a column of the pane, from 0."""
        return column_at(self.shown, self.stride, x - self.x)

    @property
    def offsets(self) -> tuple[int, ...]:
        """Where each column stands, from x."""
        return offsets(self.shown, self.stride)


@dataclass(frozen=True)
class Matrices:
    """The parameters of all layers: placed, or None where each layer is a line; the room that they take; and whether
    each layer has a band of its own, with room beside it for words.
    """

    placed: tuple[Matrix, ...] | None
    height: int
    width: int = 0
    banded: bool = False


def arrange(
    problem: Problem,
    rows: int,
    kept: Formats,
    columns: Columns,
    width: int,
    height: int,
    decimals: int,
    beside: bool,
    kinds: int = 1,
) -> Matrices:
    """The parameters in `width` columns and at most `height` lines, `beside` the rows or below them: a row of W, ∂W, W⁺
    a layer; or all side by side; or without W⁺, or with W alone where so few `kinds` will do; else a line a layer.
    """
    depth = len(problem.network)
    loose = width >= 100 or beside
    small = {g.station.above for g in columns.groups if g.squares}
    squares = {e.layer for e in core.statement_of(problem, rows).equations.values() if e.layer and e.name in small}
    for shown, most in product((KINDS, KINDS[:2], KINDS[:1])[: len(KINDS) + 1 - kinds], (0, FEWEST)):
        for dense in ((loose, False), (False, False)) if loose else ((False, True),):
            blocks = _blocks(problem, rows, kept, shown, squares, decimals, *dense, most)
            ways = (_by_kind, _by_layer, _in_a_band) if beside else (_by_layer, _in_a_band)
            for way in ways:
                found = way(blocks, columns, beside)
                if found.height <= height and found.width <= width:
                    return found
    return Matrices(None, 1 + depth)


def in_full(problem: Problem, rows: int, kept: Formats, columns: Columns, width: int, decimals: int) -> Matrices:
    """All parameters below each other, however many lines they take: what does not fit is scrolled. A layer that is too
    wide in numbers is drawn as squares, with its middle left out if need be.
    """
    widths = {k: layer.weights.shape[1] for k, layer in enumerate(problem.network.layers, start=1)}
    wide = sorted((k for k in widths if widths[k] > NARROW), key=lambda k: -widths[k])
    ways: list[tuple[Sequence[str], set[int], int]] = [(KINDS, set(), 0), (KINDS[:2], set(), 0)]
    ways += [(kinds, set(wide[: i + 1]), 0) for i in range(len(wide)) for kinds in (KINDS, KINDS[:2])]
    ways += [(KINDS[:2], set(wide), most) for most in FEWER]
    for kinds, squares, most in ways:
        blocks = _blocks(problem, rows, kept, kinds, squares, decimals, width >= WORDY, shared=False, most=most)
        found = _by_layer(blocks, columns, beside=False)
        if found.width <= width:
            break
    return found


def _blocks(
    problem: Problem,
    rows: int,
    kept: Formats,
    kinds: Sequence[str],
    squares: set[int],
    decimals: int,
    blank: bool,
    shared: bool,
    most: int,
) -> list[list[Matrix]]:
    """For each layer its matrices."""
    statement = core.statement_of(problem, rows)
    every = {**statement.given, **statement.equations}
    blocks = []
    for k, layer in enumerate(problem.network.layers, start=1):
        own = []
        for kind in kinds:
            found = {e.letter.removeprefix("d"): e for e in every.values() if e.part == kind and e.layer == k}
            weights, bias = found["W"], found["b"].name if "b" in found else ""
            small = k in squares
            if small and kind == "update":
                continue  # as squares it looks like W
            written = kept.of(weights.name, decimals)
            stride = 1 if small else written.width + 1 + blank
            count, columns = layer.weights.shape
            shown = elided(columns, most or columns)
            header = 1 if shared or (columns == 1 and not small) else 2
            numbered = len(str(count)) + 1
            own.append(
                Matrix(
                    weights.name,
                    bias,
                    statement.symbols[weights.name],
                    k,
                    kind,
                    count,
                    shown,
                    small,
                    stride,
                    written,
                    header,
                    numbered,
                )
            )
        blocks.append(own)
    return blocks


def _by_layer(blocks: list[list[Matrix]], columns: Columns, beside: bool) -> Matrices:
    """A band for each layer; the kinds in columns of their own, under s₁ and z₁ where the widths allow."""
    first = 4 if beside else 10
    starts: list[int] = []
    kinds = max(map(len, blocks))
    wanted = [g.x for g in columns.groups if g.station.above not in ("X_in", "y_gt")] if not beside else []
    for j in range(kinds):
        least = (
            first
            if not starts
            else max(starts[-1] + own[j - 1].width - own[j - 1].numbered + GAP for own in blocks if len(own) >= j)
        )
        numbered = max((own[j].numbered for own in blocks if len(own) > j), default=0)
        x = max(least + (numbered if j or beside else 0), numbered)
        x = next((x_group for x_group in wanted if x <= x_group <= x + 12), x)
        starts.append(x)
    placed, y = [], 0
    for own in blocks:
        for j, block in enumerate(own):
            placed.append(replace(block, x=starts[j], y=y))
        y += max(block.height for block in own)
    right = max(block.x + block.width - block.numbered for block in placed)
    return Matrices(tuple(placed), y, right, banded=not beside)


def _in_a_band(blocks: list[list[Matrix]], columns: Columns, beside: bool) -> Matrices:  # noqa: ARG001
    """All matrices side by side."""
    placed, x = [], 1
    for own in blocks:
        for j, block in enumerate(own):
            numbered = block.numbered if j == 0 or not block.squares else 0
            placed.append(replace(block, x=x + numbered, y=0, numbered=numbered))
            x += numbered + block.width - block.numbered + GAP
        x += 1
    placed = _level(placed)
    return Matrices(tuple(placed), max(block.height for block in placed), x - 1 - GAP)


def _level(band: Sequence[Matrix]) -> list[Matrix]:
    """Matrices side by side with their first rows on one line."""
    header = max(block.header for block in band)
    return [replace(block, header=header) for block in band]


def _by_kind(blocks: list[list[Matrix]], columns: Columns, beside: bool) -> Matrices:  # noqa: ARG001
    """A band for each of W, ∂W and W⁺, the layers side by side."""
    starts, x = [], 0
    for own in blocks:
        numbered = max(block.numbered for block in own)
        starts.append(x + numbered)
        x += max(block.width for block in own) + GAP
    placed, y = [], 0
    for j in range(max(map(len, blocks))):
        band = _level([replace(own[j], x=starts[k], y=y) for k, own in enumerate(blocks) if len(own) > j])
        placed += band
        y += max(block.height for block in band) + 1
    return Matrices(tuple(placed), y - 1, x - GAP)
