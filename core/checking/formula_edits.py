"""Small changes to a formula, each the correction of a slip that people make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from core.checking.formula_grammar import Binary, Call, Name, Node, Number, Transpose, children, render, with_children

PRODUCTS = ("*", ".*")


class Edit(NamedTuple):
    """A formula after a change, and what was wrong before it, in words."""

    text: str
    tree: Node


def edits(tree: Node) -> Iterator[Edit]:
    """Every formula that is one change away, the likeliest first."""
    found = list(_edits(tree))
    yield from (edit for kind in range(5) for rank, edit in found if rank == kind)


def _edits(node: Node) -> Iterator[tuple[int, Edit]]:
    """With its rank: 0 a transpose, 1 the kind of a product or the order, 2 a factor too many, 3 a sign."""
    yield from _here(node)
    if isinstance(node, Call):
        return  # what a function is applied to is not a matter of shapes
    parts = children(node)
    for i, part in enumerate(parts):
        for rank, edit in _edits(part):
            yield rank, Edit(edit.text, with_children(node, (*parts[:i], edit.tree, *parts[i + 1 :])))


def _here(node: Node) -> Iterator[tuple[int, Edit]]:
    if isinstance(node, Transpose):
        yield 0, Edit(f"{render(node.argument)} must not be transposed", node.argument)
    elif not isinstance(node, Number) and not (isinstance(node, Binary) and node.operator in PRODUCTS):
        yield 0, Edit(f"{_quoted(node)} must be transposed", Transpose(node))
    if not isinstance(node, Binary):
        return
    if node.operator in PRODUCTS:
        yield from _product(node)
    elif node.operator == "/":
        yield 2, Edit(f"/ {render(node.right)} does not belong", node.left)
    elif node.operator == "-":
        turned = Binary("-", node.right, node.left)
        yield 3, Edit(f"the sign is wrong: {render(node)} must be {render(turned)}", turned)
        yield 3, Edit(f"{render(node.right)} must be added, not subtracted", Binary("+", node.left, node.right))
    elif node.operator == "+":
        yield 3, Edit(f"{render(node.right)} must be subtracted, not added", Binary("-", node.left, node.right))

    if node.operator in ("+", "-"):
        step = Binary("*", Name("alpha"), node.right)
        yield 3, Edit(f"alpha is missing before {_quoted(node.right)}", Binary(node.operator, node.left, step))


def _product(node: Binary) -> Iterator[tuple[int, Edit]]:
    left, right = node.left, node.right
    other = ".*" if node.operator == "*" else "*"
    words = "entrywise (.*)" if other == ".*" else "the matrix product (*)"
    yield 1, Edit(f"the product with {render(right)} must be {words}", Binary(other, left, right))
    if not isinstance(left, Number):
        yield 1, Edit(f"the order is wrong: {render(right)} comes first", Binary(node.operator, right, left))
    if isinstance(left, Binary) and left.operator in PRODUCTS:
        regrouped = Binary(left.operator, left.left, Binary(node.operator, left.right, right))
        yield 1, Edit(f"{render(regrouped.right)} must be multiplied first", regrouped)
    for gone, kept in ((right, left), (left, right)):
        if not isinstance(gone, Binary) or gone.operator not in PRODUCTS:
            words = "the sign is wrong" if gone == Number(-1.0) else f"{render(gone)} does not belong"
            yield 2, Edit(words, kept)


def _quoted(node: Node) -> str:
    return f"({render(node)})" if isinstance(node, Binary) else render(node)
