"""The shape of a tree's values."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TypeAlias

from core.errors import FormulaError
from core.expression.nodes import (
    COLUMNS,
    ROWS,
    IsTrueClass,
    Largest,
    Literal,
    MatrixProduct,
    Name,
    Node,
    Quotient,
    Signs,
    Sum,
    Total,
    Transpose,
)
from core.expression.typed import as_typed

Shape: TypeAlias = tuple[int | None, int | None]

SINGLE: Shape = (None, None)


class Shapes:
    """Finds the shapes of trees, each once, from those of the quantities in them: rows and columns, None where the same
    entry stands for every row (as in a bias) or every column (as in what is per sample). `spell` writes a tree in
    messages, and `signs` are how those of products are written there, where otherwise. Each sample is a row, unless
    they are `in_columns`.
    """

    in_columns = False

    def __init__(
        self,
        shape_of: Callable[[str], Shape],
        most: int = sys.maxsize,
        spell: Callable[[Node], str] = as_typed,
        signs: Mapping[str, str] = {},
    ) -> None:
        self._shape_of, self._most, self._spell, self._signs = shape_of, most, spell, signs
        self._found: dict[Node, Shape] = {}

    def __call__(self, node: Node) -> Shape:
        """The shape of a tree. Raises FormulaError where shapes do not fit or it has more than `most` numbers."""
        try:
            return self._found[node]
        except KeyError:
            shape = self._found[node] = self._shape(node)
            return shape

    def _shape(self, node: Node) -> Shape:
        if isinstance(node, Name):
            return self._shape_of(node.name)
        if isinstance(node, IsTrueClass):
            rows, columns = self(Name("y_gt"))
            return (max(2, rows or 1), columns) if self.in_columns else (rows, max(2, columns or 1))
        if isinstance(node, (Literal, Signs)):
            return (1, 2) if isinstance(node, Signs) else SINGLE
        first, *rest = map(self, node.children)
        rows, columns = first
        if isinstance(node, Transpose):
            return first if None in first else (columns, rows)  # a vector is one either way
        if isinstance(node, Total):
            return (rows if node.over == COLUMNS else None), (columns if node.over == ROWS else None)
        if isinstance(node, Largest):
            return (None, columns) if self.in_columns else (rows, None)
        if isinstance(node, MatrixProduct):
            return self._matrix_product(node, first, rest[0])
        signs = _signs(node)
        for sign, shape in zip(signs, rest, strict=True):
            first = self._common(node, first, sign, shape)
        return first

    def _matrix_product(self, node: Node, left: Shape, right: Shape) -> Shape:
        if SINGLE in (left, right):
            return right if left == SINGLE else left
        if (left[1] or 1) != (right[0] or 1):
            raise self._unfit(node, left, "*", right)
        size = (left[0] or 1) * (right[1] or 1)
        if size > self._most:
            raise FormulaError(f"{self._spell(node)}: this would be a matrix of {size} numbers")
        return left[0], right[1]

    def _common(self, node: Node, left: Shape, sign: str, right: Shape) -> Shape:
        """The shape of what is computed entry by entry: that of one side, over which the other is repeated."""
        rows, columns = (a if a is not None else b for a, b in zip(left, right, strict=True))
        if (rows, columns) in (left, right) and _fits(left, rows, columns) and _fits(right, rows, columns):
            return rows, columns
        raise self._unfit(node, left, sign, right)

    def _unfit(self, node: Node, left: Shape, sign: str, right: Shape) -> FormulaError:
        sizes = f"{shape_text(left)} {self._signs.get(sign, sign)} {shape_text(right)}"
        return FormulaError(f"{self._spell(node)}: the shapes do not fit: {sizes}")


def axes_of(shape: Shape) -> str:
    """Which of the row i and the column j number the entries of such a tree: "ij", "i", "j" or ""."""
    return "".join(axis for axis, count in zip("ij", shape, strict=True) if count is not None)


def shape_text(shape: tuple[int | None, ...]) -> str:
    """ "4 x 3", "3 numbers", "a number"."""
    counts = [count for count in shape if count is not None]
    if len(counts) == 1:
        return f"{counts[0]} number{'s' * (counts[0] != 1)}"
    return " x ".join(map(str, counts)) or "a number"


def _signs(node: Node) -> list[str]:
    if isinstance(node, Sum):
        return ["+" if sign > 0 else "-" for sign, _ in node.terms[1:]]
    return ["/" if isinstance(node, Quotient) else ".*"] * (len(node.children) - 1)


def _fits(shape: Shape, rows: int | None, columns: int | None) -> bool:
    return shape[0] in (None, rows) and shape[1] in (None, columns)
