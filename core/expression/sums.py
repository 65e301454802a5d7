"""The arithmetic of a cell in values: what its tree comes to, and the terms of its sums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np

from core.activations import Activation
from core.arrays import Array
from core.expression.cell import cells_in
from core.expression.nodes import Cell, Function, Node, RunningSum, Sum
from core.expression.value import Compiler, Evaluate

Indices: TypeAlias = Mapping[str, Any]  # what letters stand for: indices from 1, a number or an array of them


class Source(Protocol):
    """Where the values of cells come from."""

    def values_at(self, cell: Cell, indices: Indices, computed: bool = False) -> Any:
        """The number in a cell, or an array where letters stand for arrays; as `computed`, with all its rounding."""

    def range_of(self, letter: str, cells: tuple[Cell, ...], indices: Indices) -> Sequence[int]:
        """What a letter runs over in one of these cells."""


class CellCompiler(Compiler):
    """A Compiler for the trees of cells, into functions of what the letters in them stand for."""

    def __init__(self, source: Source, functions: Mapping[str, Activation], numbers: Mapping[str, float]) -> None:
        super().__init__(functions, numbers)
        self.source = source

    def value(self, node: Node, indices: Indices) -> Any:
        """What a cell's tree comes to: a number, or an array where letters stand for arrays."""
        return self(node)(indices)

    def term_groups(self, node: Node, indices: Indices) -> list[TermGroup]:
        """The terms of a sum, in its order; of anything else that itself."""
        terms = node.terms if isinstance(node, Sum) else ((1, node),)
        return [self._group(sign, term, indices) for sign, term in terms]

    def sizes_of_arguments(self, node: Node, indices: Indices) -> Iterator[float]:
        """How large what each function of a cell's tree is applied to is at most."""
        if isinstance(node, RunningSum):
            indices = self._with_letter(node, indices)
        if isinstance(node, Function):
            yield float(np.abs(self.value(node.argument, indices)).max())
        for child in node.children:
            yield from self.sizes_of_arguments(child, indices)

    def cell(self, node: Cell) -> Evaluate:
        return lambda indices: self.source.values_at(node, indices)

    def running_sum(self, node: RunningSum) -> Evaluate:
        body = self(node.body)
        return lambda indices: np.asarray(body(self._with_letter(node, indices))).sum(axis=-1)

    def function(self, node: Function) -> Evaluate:
        cell = node.argument
        if not (node.slope and isinstance(cell, Cell)):
            return super().function(node)
        # The run took the slope where its own number was: at a kink, rounding decides.
        slope = self._functions[node.name].slope
        return lambda indices: slope(np.asarray(self.source.values_at(cell, indices, computed=True)))

    def _group(self, sign: int, body: Node, indices: Indices) -> TermGroup:
        letters: list[str] = []
        ranges: list[Sequence[int]] = []
        while isinstance(body, RunningSum):
            letters.append(body.letter)
            ranges.append(self.source.range_of(body.letter, cells_in(body.body), indices))
            indices, body = self._with_letter(body, indices), body.body
        values = np.broadcast_to(sign * np.asarray(self.value(body, indices)), tuple(map(len, ranges)))
        return TermGroup(sign, tuple(letters), tuple(ranges), body, values.reshape(-1))

    def _with_letter(self, node: RunningSum, indices: Indices) -> dict[str, Any]:
        """The indices with the letter of a sum running, along an axis of its own behind all others."""
        among = self.source.range_of(node.letter, cells_in(node.body), indices)
        wider = {letter: index[..., np.newaxis] if np.ndim(index) else index for letter, index in indices.items()}
        return {**wider, node.letter: np.asarray(among)}


@dataclass(frozen=True, eq=False)
class TermGroup:
    """Terms of one form: its `sign`, the `letters` that run, over these `ranges`, the `body`, and each term's value."""

    sign: int
    letters: tuple[str, ...]
    ranges: tuple[Sequence[int], ...]
    body: Node
    values: Array

    def indices(self, i: int) -> dict[str, int]:
        """What the letters stand for in term `i`."""
        places = np.unravel_index(i, tuple(map(len, self.ranges))) if self.letters else ()
        return {letter: among[int(at)] for letter, among, at in zip(self.letters, self.ranges, places, strict=True)}
