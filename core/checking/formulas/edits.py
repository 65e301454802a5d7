"""Formulas taken apart and changed: their factors and terms, one replaced or left out, and the small changes of how
they are multiplied that correct a slip.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from core.checking.formulas.grammar import (
    SUMS,
    Binary,
    Call,
    Name,
    Node,
    Number,
    Transpose,
    children,
    render,
    turned,
    walk,
    with_children,
)

PRODUCTS = ("*", ".*")
MINUS = Number(-1.0)
BELONGS = ("does not belong", "do not belong")  # one part, and several


class Edit(NamedTuple):
    """A formula after a change, and what was wrong before it, in words."""

    text: str
    tree: Node


class Repair(NamedTuple):
    """A formula after several changes, what was wrong before them, and how much that was: 0 where nothing was."""

    tree: Node
    notes: tuple[str, ...] = ()
    cost: int = 0


@dataclass(frozen=True, eq=False)
class Factor:
    """A factor of a product, without its transpose: whether it is turned there, and whether it divides; `operator` is
    how it is joined to what stands before it ("" for the first).
    """

    node: Node
    turned: bool
    divides: bool
    operator: str


class Term(NamedTuple):
    """A term of a sum, without its sign."""

    node: Node
    positive: bool


def is_product(node: Node) -> bool:
    return isinstance(node, Binary) and node.operator not in SUMS


def is_sum(node: Node) -> bool:
    return isinstance(node, Binary) and node.operator in SUMS


def factors(node: Node, turned: bool = False, divides: bool = False, operator: str = "") -> Iterator[Factor]:
    """The factors of a product from left to right; those of a product that is turned are turned, from right to left."""
    if isinstance(node, Transpose):
        yield from factors(node.argument, not turned, divides, operator)
    elif isinstance(node, Binary) and node.operator == "/":
        yield from factors(node.left, turned, divides, operator)
        yield from factors(node.right, turned, not divides, "/")
    elif isinstance(node, Binary) and node.operator in PRODUCTS:
        first, second = (node.right, node.left) if turned else (node.left, node.right)
        yield from factors(first, turned, divides, operator)
        yield from factors(second, turned, divides, node.operator)
    else:
        yield Factor(node, turned, divides, operator)


def terms(node: Node, positive: bool = True) -> Iterator[Term]:
    """The terms of a sum from left to right."""
    if isinstance(node, Binary) and node.operator in SUMS:
        yield from terms(node.left, positive)
        yield from terms(node.right, positive == (node.operator == "+"))
    elif isinstance(node, Binary) and node.operator == "*" and node.left == MINUS:
        yield from terms(node.right, not positive)
    else:
        yield Term(node, positive)


def added(parts: list[Term]) -> Node:
    """The sum of some terms, a positive one first if there is one."""
    first = next((part for part in parts if part.positive), parts[0])
    total = first.node if first.positive else Binary("*", MINUS, first.node)
    for part in parts:
        if part is not first:
            total = Binary("+" if part.positive else "-", total, part.node)
    return total


def weight(node: Node) -> int:
    """How many quantities a formula names, at least 1."""
    return max(1, sum(isinstance(part, Name) for part in walk(node)))


def is_number(node: Node) -> bool:
    """Whether it is made of numbers alone, α and n among them."""
    if isinstance(node, Binary):
        return is_number(node.left) and is_number(node.right)
    return isinstance(node, Number) or node in (Name("alpha"), Name("n"))


def is_multiple(node: Node) -> bool:
    """Whether it is a product with a number."""
    return isinstance(node, Binary) and is_product(node) and (is_number(node.left) or is_number(node.right))


def transposed(node: Node) -> Node:
    """The transpose, of a product or sum that of its parts."""
    if is_number(node):
        return node
    if isinstance(node, Call) and isinstance(node.argument, Transpose):
        return replace(node, argument=node.argument.argument)
    if not isinstance(node, Binary):
        return turned(node)
    left, right = transposed(node.left), transposed(node.right)
    swapped = node.operator == "*" and not is_multiple(node)
    return Binary(node.operator, right, left) if swapped else Binary(node.operator, left, right)


def opposite(node: Node) -> Node:
    """The formula with the other sign."""
    if isinstance(node, Binary) and node.operator == "-":
        return Binary("-", node.right, node.left)
    return Binary("*", MINUS, node)


def replaced(tree: Node, old: Node, new: Node) -> Node:
    """The tree with `new` in place of the very node `old`."""
    if tree is old:
        return new
    if isinstance(tree, Transpose) and tree.argument is old and isinstance(new, Transpose):
        return new.argument
    return with_children(tree, tuple(replaced(part, old, new) for part in children(tree)))


def flipped(tree: Node, node: Node) -> Node:
    """The tree with the very node `node` turned."""
    if tree is node:
        return transposed(node)
    if isinstance(tree, Transpose) and tree.argument is node:
        return node
    return with_children(tree, tuple(flipped(part, node) for part in children(tree)))


def without(tree: Node, gone: Node) -> Node | None:
    """A product without the very node `gone`, one of its factors; None where nothing is left."""
    if tree is gone:
        return None
    if isinstance(tree, Transpose):
        kept = without(tree.argument, gone)
        return None if kept is None else Transpose(kept)
    if not is_product(tree) or not isinstance(tree, Binary):
        return tree
    left, right = without(tree.left, gone), without(tree.right, gone)
    if right is None:
        return left
    if left is None:
        return Binary("/", Number(1.0), right) if tree.operator == "/" else right
    if left == Number(1.0) and left is not tree.left and tree.operator != "/":
        return right  # what is left of 1/2
    return Binary(tree.operator, left, right)


def edits(tree: Node) -> Iterator[Edit]:
    """Every formula that is one transpose, one kind of a product or one change of order away, the likeliest first."""
    found = list(_edits(tree))
    yield from (edit for kind in range(2) for rank, edit in found if rank == kind)


def _edits(node: Node) -> Iterator[tuple[int, Edit]]:
    """With its rank: 0 a transpose, 1 the kind of a product or the order."""
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
    elif not is_number(node) and not is_multiple(node):
        yield 0, Edit(f"{quoted(node)} must be transposed", transposed(node))
    if not isinstance(node, Binary) or node.operator not in PRODUCTS:
        return
    left, right = node.left, node.right
    other = ".*" if node.operator == "*" else "*"
    words = "entrywise (.*)" if other == ".*" else "the matrix product (*)"
    yield 1, Edit(f"the product with {render(right)} must be {words}", Binary(other, left, right))
    if not isinstance(left, Number):
        yield 1, Edit(f"the order is wrong: {render(right)} comes first", Binary(node.operator, right, left))
    if isinstance(left, Binary) and left.operator in PRODUCTS:
        regrouped = Binary(left.operator, left.left, Binary(node.operator, left.right, right))
        yield 1, Edit(f"{render(regrouped.right)} must be multiplied first", regrouped)
    if isinstance(right, Binary) and right.operator in PRODUCTS:
        regrouped = Binary(right.operator, Binary(node.operator, left, right.left), right.right)
        yield 1, Edit(f"{render(regrouped.left)} must be multiplied first", regrouped)


def quoted(node: Node) -> str:
    return f"({render(node)})" if isinstance(node, Binary) else render(node)


def do_not_belong(nodes: list[Node]) -> list[str]:
    """A note that these parts do not belong, if there are any."""
    return [f"{', '.join(map(render, nodes))} {BELONGS[len(nodes) > 1]}"] if nodes else []


def are_missing(names: Iterable[str]) -> list[str]:
    """A note that these parts are missing, if there are any."""
    found = list(names)
    return [f"{', '.join(found)} {'is' if len(found) == 1 else 'are'} missing"] if found else []
