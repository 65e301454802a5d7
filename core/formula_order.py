"""The factors of a product put in the order of backpropagation: which belong, which do not, which are missing.

∂W_k = z_{k-1}ᵀ δ_k,   δ_k = (δ_{k+1} W_{k+1}ᵀ) ⊙ f_k'(s_k),   δ_L = ∂ℒ/∂y_out ⊙ f_L'(s_L)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.computation import values_of
from core.formula_edits import PRODUCTS, Edit
from core.formula_grammar import Binary, Call, Name, Node, Number, Transpose, render
from core.quantities import layer_label
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


def reorder(step: Step, name: str, tree: Node, is_right: Callable[[Node], bool]) -> Edit | None:
    """The formula's own factors in the right order, with what is wrong with it in words; None where it is no product
    or the quantity is no δ_k or ∂W_k, or too little of it belongs.
    """
    kind, _, label = name.partition("_")
    factors = list(_factors(tree))
    if kind not in ("delta", "dW") or not 1 < len(factors) <= MOST_FACTORS:
        return None
    depth = len(step.weights)
    k = depth if label == "out" else int(label)
    matcher = _Matcher(step)
    best: tuple[int, list[Node], list[str], Node] | None = None
    for start in range(k, depth + 1):
        for spelled_out in (False, True) if start == depth else (False,):
            links = _chain(step, matcher, start, k, spelled_out)
            below = Name("X_in" if k == 1 else f"z_{k - 1}")
            foreign, missing, product = _assemble(matcher, factors, links, below if kind == "dW" else None)
            wrong = len(foreign) + len(missing)
            if is_right(product) and (best is None or wrong < best[0]):
                best = wrong, foreign, missing, product
    if best is None or best[0] >= len(factors):
        return None
    return Edit(_words(best[1], best[2]), best[3])


def _words(foreign: list[Node], missing: list[str]) -> str:
    if not foreign and not missing:
        return "the factors are right, but not their order, transposes and kinds of product"
    lines = []
    if foreign:
        names = ", ".join(render(node) for node in foreign)
        lines.append(f"{names} {'does' if len(foreign) == 1 else 'do'} not belong")
    if missing:
        lines.append(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    return ", and ".join(lines)


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
    """Tells which factors have which values."""

    def __init__(self, step: Step) -> None:
        from core.formula_check import Evaluator

        self.evaluate = Evaluator(step)
        self.values = values_of(step)

    def take(self, factors: list[Node], values: Array) -> Node | None:
        """Take the first factor that has these values, transposed or not, out of the list."""
        from core.formula_grammar import FormulaError

        for i, factor in enumerate(factors):
            try:
                found = self.evaluate(factor)
            except FormulaError:
                continue
            for turned, node in ((found, factor), (found.T, Transpose(factor))):
                if turned.shape == values.shape and np.allclose(turned, values, rtol=1e-9, atol=0):
                    del factors[i]
                    return node
        return None


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


def _assemble(
    matcher: _Matcher, factors: list[Node], links: list[Link], below: Name | None
) -> tuple[list[Node], list[str], Node]:
    """The product of the links in the person's own words, the factors that are not in it, and the links that are
    missing among them.
    """
    left, missing = list(factors), []
    product: Node | None = None
    # Exact spellings first: f3'(s_out) may be all ones, and so may be another factor.
    for link in links:
        node = matcher.take(left, link.values)
        if node is None:
            if link.optional:
                continue
            missing.append(render(link.node))
            node = link.node
        product = node if product is None else Binary(link.operator, product, node)
    assert product is not None
    if below is not None:
        node = matcher.take(left, matcher.values[below.name].T)
        if node is None:
            missing.append(render(below))
            node = Transpose(below)
        product = Binary("*", node, product)
    return left, missing, product
