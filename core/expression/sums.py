"""The arithmetic of a cell in values: what its tree comes to, and the terms of its sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np

from core.arrays import Array
from core.expression.cell import cells_in
from core.expression.nodes import (
    Cell,
    Function,
    Literal,
    Name,
    Node,
    Number,
    Positive,
    Power,
    Product,
    Quotient,
    Rest,
    RunningSum,
    Sum,
)

Indices: TypeAlias = Mapping[str, Any]  # what letters stand for: indices from 1, a number or an array of them


class Source(Protocol):
    """Where the values of cells come from."""

    def values_at(self, cell: Cell, indices: Indices, computed: bool = False) -> Any:
        """The number in a cell, or an array where letters stand for arrays; as `computed`, with all its rounding."""

    def range_of(self, letter: str, cells: tuple[Cell, ...], indices: Indices) -> Sequence[int]:
        """What a letter runs over in one of these cells."""

    def number(self, name: str) -> float:
        """alpha, n or m."""

    def apply(self, function: Function, argument: Array) -> Array:
        """A function, or its slope."""


def value_of(node: Node, source: Source, indices: Indices) -> Any:
    """What a cell's tree comes to: a number, or an array where letters stand for arrays."""
    if isinstance(node, Cell):
        return source.values_at(node, indices)
    if isinstance(node, (Literal, Number)):
        return float(node.value)
    if isinstance(node, Name):
        return source.number(node.name)
    if isinstance(node, RunningSum):
        wider = _with_letter(node, source, indices)
        values = np.asarray(value_of(node.body, source, wider))
        return values.sum(axis=-1)
    if isinstance(node, Function) and node.slope and isinstance(node.argument, Cell):
        # The run took the slope where its own number was: at a kink, rounding decides.
        return source.apply(node, np.asarray(source.values_at(node.argument, indices, computed=True)))
    parts = [value_of(child, source, indices) for child in node.children]
    if isinstance(node, Sum):
        return sum(sign * part for (sign, _), part in zip(node.terms, parts, strict=True))
    if isinstance(node, Product):
        return _product(node, parts)
    if isinstance(node, Quotient):
        return np.divide(*parts)
    if isinstance(node, Power):
        return parts[0] ** node.power
    if isinstance(node, Positive):
        return np.where(np.asarray(parts[0]) > 0, 1.0, 0.0)
    if isinstance(node, Function):
        return source.apply(node, np.asarray(parts[0], dtype=float))
    assert isinstance(node, Rest)
    return parts[0]


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


def term_groups(node: Node, source: Source, indices: Indices) -> list[TermGroup]:
    """The terms of a sum, in its order; of anything else that itself."""
    return [
        _group(sign, term, source, indices) for sign, term in (node.terms if isinstance(node, Sum) else ((1, node),))
    ]


def _group(sign: int, body: Node, source: Source, indices: Indices) -> TermGroup:
    letters: list[str] = []
    ranges: list[Sequence[int]] = []
    wider = indices
    while isinstance(body, RunningSum):
        letters.append(body.letter)
        ranges.append(source.range_of(body.letter, cells_in(body.body), wider))
        wider, body = _with_letter(body, source, wider), body.body
    values = np.broadcast_to(sign * np.asarray(value_of(body, source, wider)), tuple(map(len, ranges)))
    return TermGroup(sign, tuple(letters), tuple(ranges), body, values.reshape(-1))


def _with_letter(node: RunningSum, source: Source, indices: Indices) -> dict[str, Any]:
    """The indices with the letter of a sum running, along an axis of its own behind all others."""
    among = source.range_of(node.letter, cells_in(node.body), indices)
    wider = {letter: index[..., np.newaxis] if np.ndim(index) else index for letter, index in indices.items()}
    return {**wider, node.letter: np.asarray(among)}


def _product(node: Product, parts: list[Any]) -> Any:
    value: Any = 1.0
    for factor, part in zip(node.children, parts, strict=True):
        value = value if isinstance(factor, Positive) else value * part
    for factor, part in zip(node.children, parts, strict=True):
        if isinstance(factor, Positive):  # it chooses: what it leaves out may be infinite
            value = np.where(part == 0, 0.0, value)
    return value
