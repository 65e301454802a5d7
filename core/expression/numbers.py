"""Which formulas are single numbers."""

from __future__ import annotations

from collections.abc import Collection

from core.expression.nodes import (
    ALL,
    NUMBERS,
    Function,
    Literal,
    Name,
    Node,
    Positive,
    Power,
    Product,
    Quotient,
    Sum,
    Total,
    Transpose,
)

MINUS_ONE = Literal(-1)
ENTRYWISE = (Literal, Sum, Product, Quotient, Power, Function, Positive)
OF_NUMBERS = (*ENTRYWISE, Transpose)  # numbers, if over numbers


def is_number(node: Node, names: Collection[str] = NUMBERS) -> bool:
    """Whether a tree is a single number, by which every entry of a matrix can be multiplied, as these names are."""
    if isinstance(node, Name):
        return node.name in names
    if isinstance(node, Total):
        return node.over == ALL
    return isinstance(node, OF_NUMBERS) and all(is_number(child, names) for child in node.children)
