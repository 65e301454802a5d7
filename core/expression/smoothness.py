"""Where a tree jumps or has a corner, and whether it is constant or straight between its jumps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from core.expression.nodes import (
    Function,
    IsTrueClass,
    MatrixProduct,
    Name,
    Node,
    Positive,
    Product,
    Sum,
    Total,
    Transpose,
)


class Jump(NamedTuple):
    """Where a tree jumps or has a corner: where `argument` changes its sign, in the columns that `where` chooses; None
    for all.
    """

    argument: Node
    where: IsTrueClass | None


def jumps(node: Node, where: IsTrueClass | None = None) -> Iterator[Jump]:
    """The jumps of a tree, a of each [a > 0], and its corners, a of each max(0, a)."""
    if isinstance(node, Positive) or (isinstance(node, Function) and node.name == "relu" and not node.slope):
        yield Jump(node.argument, where)
    if isinstance(node, Product):
        where = next((part for part in node.children if isinstance(part, IsTrueClass)), where)
    for child in node.children:
        yield from jumps(child, where)


def is_constant(node: Node) -> bool:
    """Whether a tree has the same value between its jumps, whatever the names in it stand for."""
    return isinstance(node, Positive) or (not isinstance(node, Name) and all(map(is_constant, node.children)))


def is_straight(node: Node) -> bool:
    """Whether a tree is a straight line in each name in it, between its jumps; where this is in doubt, it is not."""
    if is_constant(node) or isinstance(node, Name):
        return True
    if isinstance(node, (Product, MatrixProduct)):
        moving = [child for child in node.children if not is_constant(child)]
        return len(moving) == 1 and is_straight(moving[0])
    return isinstance(node, (Sum, Total, Transpose)) and all(map(is_straight, node.children))
