"""Formulas taken apart and changed: their factors and terms, one replaced or left out, and the small changes of how
they are multiplied that correct a slip.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

from core.checking.formulas.notes import Note, Quoted, Sign, note
from core.expression.nodes import (
    ALL,
    Function,
    Literal,
    MatrixProduct,
    Name,
    Node,
    Power,
    Product,
    Quotient,
    Sum,
    Total,
    Transpose,
    walk,
)
from core.expression.numbers import MINUS_ONE, is_number

SUMS = ("+", "-")
PRODUCTS = ("*", ".*")


class Edit(NamedTuple):
    """A formula after a change, and what was wrong before it."""

    note: Note
    tree: Node


class Repair(NamedTuple):
    """A formula after several changes, what was wrong before them, and how much that was: 0 where nothing was."""

    tree: Node
    notes: tuple[Note, ...] = ()
    cost: int = 0


@dataclass(frozen=True, eq=False)
class FormulaFactor:
    """A factor of a product, without its transpose: whether it is turned there, and whether it divides; `operator` is
    how it is joined to what stands before it ("" for the first).
    """

    node: Node
    turned: bool
    divides: bool
    operator: str


class FormulaTerm(NamedTuple):
    """A term of a sum, without its sign."""

    node: Node
    positive: bool


def in_pairs(node: Node) -> Node:
    """The formula with each sum and product taken two parts at a time, from left to right, with -1 times a part for its
    opposite, and with no node in two places.
    """
    parts = [in_pairs(part) for part in node.children]
    if isinstance(node, Product):
        return reduce(Product, parts)
    if isinstance(node, Sum):
        return added(
            [FormulaTerm(part, sign > 0) for part, (sign, _) in zip(parts, node.terms, strict=True)], in_order=True
        )
    return node.with_children(tuple(parts)) if parts else copy(node)


def operator_of(node: Node) -> str:
    """How the two parts of a formula in pairs are joined: one of + - * .* / ; empty where there are no two."""
    if isinstance(node, Product):
        return "*" if any(map(is_number, node.children)) else ".*"
    if isinstance(node, Sum):
        return "+" if node.terms[1][0] > 0 else "-"
    return "*" if isinstance(node, MatrixProduct) else "/" if isinstance(node, Quotient) else ""


def joined(operator: str, left: Node, right: Node) -> Node:
    """left `operator` right; * is a multiple, where one of them is a number."""
    if operator in SUMS:
        return Sum((1, left), (1 if operator == "+" else -1, right))
    if operator == "/":
        return Quotient(left, right)
    is_entrywise = operator == ".*" or is_number(left) or is_number(right)
    return Product(left, right) if is_entrywise else MatrixProduct(left, right)


def rebuilt(node: Node, parts: tuple[Node, ...]) -> Node:
    """The same operation on other parts; a product with * stays one, whether they are numbers or not."""
    operator = operator_of(node)
    if not operator or all(new is old for new, old in zip(parts, node.children, strict=True)):
        return node.with_children(parts)
    return joined(operator, *parts)


def is_product(node: Node) -> bool:
    return isinstance(node, (Product, MatrixProduct, Quotient))


def is_sum(node: Node) -> bool:
    return isinstance(node, Sum)


def is_constant(node: Node) -> bool:
    """Whether it is a number, and no sum, which is a factor like any other."""
    return is_number(node) and not any(isinstance(part, Total) for part in walk(node))


def factors(node: Node, turned: bool = False, divides: bool = False, operator: str = "") -> Iterator[FormulaFactor]:
    """The factors of a product from left to right; those of a product that is turned are turned, from right to left."""
    if isinstance(node, Transpose):
        yield from factors(node.argument, not turned, divides, operator)
    elif isinstance(node, Quotient):
        above, below = node.children
        yield from factors(above, turned, divides, operator)
        yield from factors(below, turned, not divides, "/")
    elif is_product(node):
        first, second = reversed(node.children) if turned else node.children
        yield from factors(first, turned, divides, operator)
        yield from factors(second, turned, divides, operator_of(node))
    else:
        yield FormulaFactor(node, turned, divides, operator)


def terms(node: Node, positive: bool = True) -> Iterator[FormulaTerm]:
    """The terms of a sum from left to right."""
    if isinstance(node, Sum):
        for sign, term in node.terms:
            yield from terms(term, positive == (sign > 0))
    elif isinstance(node, Product) and node.children[0] == MINUS_ONE:
        yield from terms(node.children[1], not positive)
    else:
        yield FormulaTerm(node, positive)


def added(parts: list[FormulaTerm], in_order: bool = False) -> Node:
    """The sum of some terms; a positive one comes first if there is one, unless they are to stay in order."""
    first = parts[0] if in_order else next((part for part in parts if part.positive), parts[0])
    total = first.node if first.positive else Product(MINUS_ONE, first.node)
    for part in parts:
        if part is not first:
            total = joined("+" if part.positive else "-", total, part.node)
    return total


def weight(node: Node) -> int:
    """How many quantities a formula names, at least 1."""
    return max(1, sum(isinstance(part, Name) for part in walk(node)))


def is_multiple(node: Node) -> bool:
    """Whether it is a product with a number."""
    return is_product(node) and any(map(is_constant, node.children))


def tidy(node: Node) -> Node:
    """The formula with the numbers in front of its sums, not inside, and with squares for A .* A."""
    parts = tuple(map(tidy, node.children))
    if isinstance(node, Product):
        left, right = parts
        return Power(left, 2) if left == right and not is_number(left) else rebuilt(node, parts)
    if not isinstance(node, Total):
        return rebuilt(node, parts)
    inner = _led(parts[0])
    if isinstance(inner, (Product, Quotient)):
        left, right = inner.children
        if is_constant(left) and isinstance(inner, Product):
            return Product(left, tidy(Total(node.over, right)))
        if is_constant(right):
            return rebuilt(inner, (tidy(Total(node.over, left)), right))
    if node.over == ALL and isinstance(inner, Total):
        return Total(ALL, inner.argument)
    return node.with_children((inner,))


def _led(node: Node) -> Node:
    """A product with the number that it starts with, if it does, in front of all that follows."""
    if not isinstance(node, (Product, MatrixProduct)):
        return node
    left, right = node.children
    led = _led(left)
    if not isinstance(led, (Product, MatrixProduct)) or not is_constant(led.children[0]) or is_constant(left):
        return node
    return Product(led.children[0], rebuilt(node, (led.children[1], right)))


def transposed(node: Node) -> Node:
    """The transpose, of a product or sum that of its parts."""
    if is_number(node):
        return node
    if isinstance(node, Function) and isinstance(node.argument, Transpose):
        return node.with_children((node.argument.argument,))
    if not operator_of(node):
        return node.T
    parts = tuple(map(transposed, node.children))
    return rebuilt(node, parts[::-1] if isinstance(node, MatrixProduct) else parts)


def opposite(node: Node) -> Node:
    """The formula with the other sign."""
    if operator_of(node) == "-":
        return joined("-", *reversed(node.children))
    return Product(MINUS_ONE, node)


def replaced(tree: Node, old: Node, new: Node) -> Node:
    """The tree with `new` in place of the very node `old`."""
    if tree is old:
        return new
    if isinstance(tree, Transpose) and tree.argument is old and isinstance(new, Transpose):
        return new.argument
    return rebuilt(tree, tuple(replaced(part, old, new) for part in tree.children))


def flipped(tree: Node, node: Node) -> Node:
    """The tree with the very node `node` turned."""
    if tree is node:
        return transposed(node)
    if isinstance(tree, Transpose) and tree.argument is node:
        return node
    return rebuilt(tree, tuple(flipped(part, node) for part in tree.children))


def without(tree: Node, gone: Node) -> Node | None:
    """A product without the very node `gone`, one of its factors; None where nothing is left."""
    if tree is gone:
        return None
    if isinstance(tree, Transpose):
        kept = without(tree.argument, gone)
        return None if kept is None else Transpose(kept)
    if not is_product(tree):
        return tree
    operator, left, right = operator_of(tree), *(without(part, gone) for part in tree.children)
    if right is None:
        return left
    if left is None:
        return joined("/", Literal(1), right) if operator == "/" else right
    if left == Literal(1) and left is not tree.children[0] and operator != "/":
        return right  # what is left of 1/2
    return joined(operator, left, right)


def edits(tree: Node) -> Iterator[Edit]:
    """Every formula that is one transpose, one kind of a product or one change of order away, the likeliest first."""
    found = list(_edits(tree))
    yield from (edit for kind in range(2) for rank, edit in found if rank == kind)


def _edits(node: Node) -> Iterator[tuple[int, Edit]]:
    """With its rank: 0 a transpose, 1 the kind of a product or the order."""
    yield from _here(node)
    if isinstance(node, Function):
        return  # what a function is applied to is not a matter of shapes
    parts = node.children
    for i, part in enumerate(parts):
        for rank, edit in _edits(part):
            yield rank, Edit(edit.note, rebuilt(node, (*parts[:i], edit.tree, *parts[i + 1 :])))


def _here(node: Node) -> Iterator[tuple[int, Edit]]:
    if isinstance(node, Transpose):
        yield 0, Edit(note("{} must not be transposed", node.argument), node.argument)
    elif not is_number(node) and not is_multiple(node):
        yield 0, Edit(note("{} must be transposed", Quoted(node)), transposed(node))
    operator = operator_of(node)
    if operator not in PRODUCTS or is_multiple(node):
        return
    left, right = node.children
    other, words = (".*", "entrywise ({})") if operator == "*" else ("*", "the matrix product ({})")
    yield 1, Edit(note(f"the product with {{}} must be {words}", right, Sign(other)), joined(other, left, right))
    yield 1, Edit(note("the order is wrong: {} comes first", right), joined(operator, right, left))
    if operator_of(left) in PRODUCTS:
        first, second = left.children
        regrouped = joined(operator, second, right)
        whole = joined(operator_of(left), first, regrouped)
        yield 1, Edit(note("{} must be multiplied first", regrouped), whole)
    if operator_of(right) in PRODUCTS:
        second, third = right.children
        regrouped = joined(operator, left, second)
        whole = joined(operator_of(right), regrouped, third)
        yield 1, Edit(note("{} must be multiplied first", regrouped), whole)
