"""Every place in a tree, and the tree with something else there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from core.expression.nodes import Node, Product, Sum, product_of, sum_of


class Spot(NamedTuple):
    """A part of a tree; `with_` gives the tree with another in its place."""

    part: Node
    with_: Callable[[Node], Node]


def spots(tree: Node) -> Iterator[Spot]:
    """The places of a tree, from the top, in order."""
    yield Spot(tree, lambda new: new)
    for i, child in enumerate(tree.children):
        for part, with_ in spots(child):
            yield Spot(part, _within(tree, i, with_))


def without_factor(product: Product, factor: Node) -> Node:
    """A product without one of its factors."""
    rest = [*product.children]
    rest.remove(factor)
    return product_of(rest)


def without_term(total: Sum, term: Node) -> Node:
    """A sum without one of its terms."""
    return sum_of([(sign, part) for sign, part in total.terms if part != term])


def _within(tree: Node, i: int, with_: Callable[[Node], Node]) -> Callable[[Node], Node]:
    return lambda new: tree.with_children((*tree.children[:i], with_(new), *tree.children[i + 1 :]))
