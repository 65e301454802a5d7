"""A formula with the matrices of a step in place of its names, and what these give as they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, localcontext
from itertools import groupby
from math import prod
from typing import Any

import numpy as np

from core.arrays import Array
from core.computation import Computation
from core.equations import NUMBER, PER_SAMPLE
from core.expression.exact import PRECISION, ExactCompiler
from core.expression.nodes import (
    Function,
    Literal,
    MatrixProduct,
    Name,
    Node,
    Product,
    Quotient,
    Sum,
    Transpose,
    walk,
)
from core.expression.pieces import Piece
from core.solving.rounding import rounded
from core.solving.solution import NARROWEST, TALLEST, WIDEST, Grid, Part

OF_MATRICES = (Literal, MatrixProduct, Name, Product, Quotient, Sum, Transpose)


def is_of_matrices(computation: Computation) -> bool:
    """Whether a formula is one of matrices and slopes, f'(s), and says more than a copy does."""
    if computation.statement.equations[computation.name].axes == NUMBER:
        return False
    known = all(isinstance(part, OF_MATRICES) or _is_slope(part) for part in walk(computation.tree))
    return known and len(computation.inputs) > 1


class MatrixFormula:
    """A formula of matrices, to be written with numbers in place of its names; `values` are those of the step, as they
    stand in print.
    """

    def __init__(self, computation: Computation, values: Mapping[str, Array]) -> None:
        self._computation, self._statement = computation, computation.statement
        self._tree = _slopes_as_names(computation.tree)
        columns = self._statement.with_axes(PER_SAMPLE)
        self._values = {name: v[:, np.newaxis] if name in columns and v.ndim == 1 else v for name, v in values.items()}
        for part in walk(computation.tree):
            if isinstance(part, Function) and isinstance(part.argument, Name):
                slope = self._statement.functions[part.name].slope
                self._values[_name_of(part)] = slope(self._values[part.argument.name])

    @property
    def may_fit(self) -> bool:
        """Whether the matrices have so few rows and columns that they may fit into a line: a look at the shapes spares
        writing out large ones.
        """
        shapes = (self._turned(piece).shape for piece in self._computation.printer()(self._tree) if piece.name)
        return all(prod(shape[:-1]) <= TALLEST and shape[-1] * NARROWEST <= WIDEST for shape in shapes)

    def written(self, digits: int, grid: Callable[[Array, int], Grid]) -> tuple[Part, ...]:
        """The formula with numbers of `digits` digits: what stands between the matrices, and these, in turn. `grid`
        makes one of values, with so many digits.
        """
        parts: list[Part] = []
        pieces = self._computation.printer(self._numbers(digits))(self._tree)
        for name, group in groupby(pieces, key=lambda piece: piece.name):
            found = tuple(group)
            parts += [grid(self._turned(piece), digits) for piece in found] if name else [found]
        return tuple(parts)

    def value(self, digits: int) -> Any:
        """What the numbers give, as they are written with `digits` digits: decimals, in the shape of the quantity; None
        where they give none.
        """
        numbers = {name: Decimal(text) for name, text in self._numbers(digits).items()} | {"n": self._statement.rows}
        names = {part.name for part in walk(self._tree) if isinstance(part, Name)} - {*numbers}
        values = {name: _decimals(self._values[name], digits) for name in names}
        with localcontext(PRECISION):
            try:
                found = ExactCompiler({}, numbers)(self._tree)(values)
            except ArithmeticError:
                return None
        return None if any(cell.is_nan() for cell in found.flat) else found

    def _numbers(self, digits: int) -> dict[str, str]:
        """The numbers in formulas, as they are written, but for how many rows there are."""
        return {name: rounded(value, digits) for name, value in self._statement.numbers.items() if name != "n"}

    def _turned(self, piece: Piece) -> Array:
        values = self._values[piece.name]
        return values.T if piece.transposed else values


def _is_slope(part: Node) -> bool:
    return isinstance(part, Function) and part.slope and isinstance(part.argument, Name)


def _name_of(slope: Function) -> str:
    return f"{slope.name}'"


def _slopes_as_names(tree: Node) -> Node:
    if isinstance(tree, Function):
        return Name(_name_of(tree))
    return tree.with_children(tuple(map(_slopes_as_names, tree.children)))


def _decimals(values: Array, digits: int) -> Any:
    """A matrix, a vector as a row, as it is written."""
    rows = np.atleast_2d(values).tolist()
    return np.array([[Decimal(rounded(value, digits)) for value in row] for row in rows], dtype=object)
