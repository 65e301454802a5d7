"""How many rows and columns a tree has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from core.expression.nodes import (
    ALL,
    ROWS,
    IsTrueClass,
    Largest,
    MatrixProduct,
    Name,
    Node,
    Signs,
    Total,
    Transpose,
)

Shape: TypeAlias = tuple[int, int]


def shape_of(node: Node, shapes: Mapping[str, Shape], classes: Shape) -> Shape:
    """Rows and columns of a tree, where `shapes` has those of the quantities (what is not in it is a number) and
    `classes` those of the true classes. Shapes that do not fit are not told.
    """
    if isinstance(node, Name):
        return shapes.get(node.name, (1, 1))
    if isinstance(node, IsTrueClass):
        return classes
    parts = [shape_of(child, shapes, classes) for child in node.children]
    return _SHAPES.get(type(node), _entrywise)(node, parts)


def _entrywise(_: Node, parts: list[Shape]) -> Shape:
    return max((rows for rows, _ in parts), default=1), max((columns for _, columns in parts), default=1)


def _total(node: Total, parts: list[Shape]) -> Shape:
    ((rows, columns),) = parts
    if node.over == ALL:
        return 1, 1
    return (1, columns) if node.over == ROWS else (rows, 1)


_SHAPES: dict[type[Node], Callable[[Any, list[Shape]], Shape]] = {
    MatrixProduct: lambda _, parts: (parts[0][0], parts[1][1]),
    Transpose: lambda _, parts: (parts[0][1], parts[0][0]),
    Signs: lambda _, __: (1, 2),
    Total: _total,
    Largest: lambda _, parts: (parts[0][0], 1),
}
