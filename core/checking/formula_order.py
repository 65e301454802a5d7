"""The factors of a product put in the order of backpropagation: which belong, which do not, which are missing.

∂W_k = z_{k-1}ᵀ δ_k,   δ_k = (δ_{k+1} W_{k+1}ᵀ) ⊙ f_k'(s_k),   δ_L = ∂ℒ/∂y_out ⊙ f_L'(s_L)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.checking.formula_edits import PRODUCTS, Edit
from core.checking.formula_grammar import Binary, Call, FormulaError, Name, Node, Number, Transpose, render
from core.computation import values_of
from core.quantity import layer_label
from core.step import Step

MOST_FACTORS = 40


class Link(NamedTuple):
    """A factor of the right product: how it is written, its values, how it is multiplied with what stands before it
    (".*" or "*"), and whether it may be left out since all its numbers are 1.
    """

    node: Node
    values: Array
    operator: str
    optional: bool = False


class Attempt(NamedTuple):
    """A product in the right order: what of the formula is not in it, what of it is missing in the formula, and what
    had to get the other sign.
    """

    product: Node
    foreign: list[Node]
    missing: list[Node]
    signs: list[str]

    @property
    def changes(self) -> int:
        return len(self.foreign) + len(self.missing) + len(self.signs)

    @property
    def text(self) -> str:
        lines = list(self.signs)
        if self.foreign:
            lines.append(f"{_listed(self.foreign)} {'does' if len(self.foreign) == 1 else 'do'} not belong")
        if self.missing:
            lines.append(f"{_listed(self.missing)} {'is' if len(self.missing) == 1 else 'are'} missing")
        if self.signs:  # a sign alone would have been found without another order
            lines.append("the order, transposes or kinds of product are wrong")
        return ", and ".join(lines) or "the factors are right, but not their order, transposes and kinds of product"


def reorder(step: Step, name: str, tree: Node, is_right: Callable[[Node], bool]) -> Edit | None:
    """The formula's own factors in the right order, with what is wrong with it in words; None where it is no product
    or the quantity is no δ_k or ∂W_k, or too little of it belongs.
    """
    kind, _, label = name.partition("_")
    factors = _without_signs(list(_factors(tree)))
    if kind not in ("delta", "dW") or not 1 < len(factors) <= MOST_FACTORS:
        return None
    depth = len(step.weights)
    k = depth if label == "out" else int(label)
    below = Name("X_in" if k == 1 else f"z_{k - 1}") if kind == "dW" else None
    attempts = []
    for start in range(k, depth + 1):
        for spelled_out in (False, True) if start == depth else (False,):
            matcher = _Matcher(step, factors)
            attempts.append(_assemble(matcher, _chain(step, matcher, start, k, spelled_out), below))
    good = [attempt for attempt in attempts if attempt.changes < len(factors) and is_right(attempt.product)]
    best = min(good, key=lambda attempt: attempt.changes, default=None)
    return None if best is None else Edit(best.text, best.product)


def _listed(nodes: list[Node]) -> str:
    return ", ".join(map(render, nodes))


def _without_signs(factors: list[Node]) -> list[Node]:
    """The factors with their numbers multiplied into one, and a minus sign moved into a difference."""
    coefficient = 1.0
    rest: list[Node] = []
    for factor in factors:
        if isinstance(factor, Number):
            coefficient *= factor.value
        else:
            rest.append(factor)
    place = next((i for i, f in enumerate(rest) if isinstance(f, Binary) and f.operator == "-"), None)
    if coefficient < 0 and place is not None:
        rest[place], coefficient = opposite(rest[place]), -coefficient
    return rest if coefficient == 1 else [*rest, Number(coefficient)]


def opposite(node: Node) -> Node:
    """The formula with the other sign."""
    if isinstance(node, Binary) and node.operator == "-":
        return Binary("-", node.right, node.left)
    return Binary("*", Number(-1.0), node)


def _factors(node: Node) -> Iterator[Node]:
    """The factors of a product, without their transposes; a product that is turned is one of turned factors."""
    if isinstance(node, Transpose):
        yield from _factors(node.argument)
    elif isinstance(node, Binary) and node.operator in PRODUCTS:
        yield from _factors(node.left)
        yield from _factors(node.right)
    else:
        yield node


class _Matcher:
    """Tells which factors have which values, and takes them one by one."""

    def __init__(self, step: Step, factors: list[Node]) -> None:
        from core.checking.formula_check import Evaluator

        self.evaluate = Evaluator(step)
        self.values = values_of(step)
        self.left = list(factors)
        self.signs: list[str] = []

    def take(self, values: Array) -> Node | None:
        """The first factor that has these values, transposed or not, or else one that has them with the other sign."""
        for sign in (1.0, -1.0):
            for factor in self.left:
                try:
                    found = sign * self.evaluate(factor)
                except FormulaError:
                    continue
                for turned, node in ((found, factor), (found.T, Transpose(factor))):
                    if turned.shape == values.shape and np.allclose(turned, values, rtol=1e-9, atol=0):
                        self.left.remove(factor)
                        return node if sign > 0 else self._opposite(node)
        return None

    def _opposite(self, node: Node) -> Node:
        changed = opposite(node)
        self.signs.append(f"the sign is wrong: {render(node)} must be {render(changed)}")
        return changed


def _chain(step: Step, matcher: _Matcher, start: int, k: int, spelled_out: bool) -> list[Link]:
    """δ_k as a product that begins with δ_start, or with ∂ℒ/∂y_out where that is spelled out."""
    depth, values = len(step.weights), matcher.values

    def slope(layer: int) -> Link:
        label = layer_label(layer, depth)
        node = Call(label, True, Name(f"s_{label}"))
        slopes = matcher.evaluate(node)
        return Link(node, slopes, ".*", optional=bool((slopes == 1).all()))

    label = layer_label(start, depth)
    links = [Link(Name(f"delta_{label}"), values[f"delta_{label}"], ".*")]
    if spelled_out:
        residual: Node = Binary("-", Name("y_out"), Name("y_gt"))
        if "do" in values:
            residual = Name("do")
        links = [Link(residual, matcher.evaluate(residual), ".*"), slope(depth)]
        if step.share != 1.0 and "do" not in values:
            links.insert(1, Link(Number(step.share), np.array(step.share), "*"))
    for layer in range(start - 1, k - 1, -1):
        above = layer_label(layer + 1, depth)
        links += [Link(Transpose(Name(f"W_{above}")), values[f"W_{above}"].T, "*"), slope(layer)]
    return links


def _assemble(matcher: _Matcher, links: list[Link], below: Name | None) -> Attempt:
    """The product of the links in the person's own words, behind what is below the layer, if anything."""
    missing: list[Node] = []

    def take(right: Node, values: Array, optional: bool = False) -> Node | None:
        node = matcher.take(values)
        if node is None and not optional:
            missing.append(right.argument if isinstance(right, Transpose) else right)
            return right
        return node

    product: Node | None = None
    for link in links:
        node = take(link.node, link.values, link.optional)
        if node is not None:
            product = node if product is None else Binary(link.operator, product, node)
    assert product is not None
    if below is not None:
        turned = take(Transpose(below), matcher.values[below.name].T)
        assert turned is not None
        product = Binary("*", turned, product)
    return Attempt(product, matcher.left, missing, matcher.signs)
