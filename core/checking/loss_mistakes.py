"""The mistakes that people make at a loss and on the way back through it, each as the tree of what they compute. Both
numbers and formulas are compared with these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from core.equations import BACKWARD, LOSS, Equation, Statement
from core.expression.nodes import (
    ALL,
    COLUMNS,
    Function,
    IsTrueClass,
    Literal,
    Name,
    Node,
    Positive,
    Product,
    Quotient,
    Softmax,
    Sum,
    Total,
    Transpose,
    names_in,
    put_in_place,
)
from core.expression.spots import Spot, spots, without_factor, without_term
from core.losses import LOSSES

TWO = Literal(2)
TRUE, OTHERS = IsTrueClass(), IsTrueClass(other=True)
DIAGONAL = "only the diagonal of the softmax Jacobian is taken"
JACOBIAN = "the Jacobian of the softmax is left out"
OF_SAMPLES = "the softmax is taken over the samples (columns)"
OF_ALL = "the softmax is taken over all rows and columns"


class Mistake(NamedTuple):
    """A mistake as a tree in place of the right one: its `kind`, and the mistake in words."""

    kind: str
    text: str
    tree: Node


class LossMistakes:
    """The mistakes in what the loss of a problem adds to a step."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._equations = statement.equations

    def at(self, equation: Equation) -> Iterator[Mistake]:
        """The mistakes that can be made in computing a quantity."""
        if equation.part in (LOSS, BACKWARD) and equation.layer is None:
            stated = self._plain.get(equation.name, equation).tree
            trees = dict.fromkeys([equation.tree, stated, self._statement.in_detail(equation.name)])
            # The diagonal first: with it, fewer numbers are wrong than without all of the Jacobian.
            for kind in (_diagonal, _jacobian, _true_class):
                for tree in trees:
                    for spot in spots(tree):
                        yield from kind(spot)
        if isinstance(equation.tree, Softmax):
            yield from _softmax(equation.tree)
        yield from self._slope_too_many(equation)
        yield from self._on_the_long_way(equation)
        yield from self._factors(equation)
        yield from self._another_loss(equation)

    def within(self, equation: Equation, steps: int = 1) -> Iterator[Mistake]:
        """The same, with those in what it is computed from, up to so many steps before it, put in their place."""
        yield from self.at(equation)
        for name in names_in(equation.tree) if steps else ():
            found = self._equations.get(name)
            if found is not None:
                for kind, text, tree in self.within(found, steps - 1):
                    yield Mistake(kind, text, put_in_place(equation.tree, {name: tree}))

    def _on_the_long_way(self, equation: Equation) -> Iterator[Mistake]:
        """f_out' left out of δ_out, where this has a shorter way and does not name it."""
        tree = self._statement.in_detail(equation.name) if equation.layer else equation.tree
        for part, with_ in spots(tree) if tree != equation.tree else ():
            if not isinstance(part, Product):
                continue
            for slope in part.children:
                if isinstance(slope, Function) and slope.slope:
                    words = f"the derivative {slope_text(slope)} is left out"
                    yield Mistake("derivative left out", words, with_(without_factor(part, slope)))

    def _factors(self, equation: Equation) -> Iterator[Mistake]:
        """The 2 of a square's slope left out, and the division by the number of outputs."""
        for part, with_ in spots(equation.tree) if equation.part == BACKWARD else ():
            if isinstance(part, Quotient) and part.children[0] == TWO:
                yield Mistake("factor 2 left out", "the factor 2 is left out", with_(Literal(1) / part.children[1]))
            elif isinstance(part, Product) and TWO in part.children:
                yield Mistake("factor 2 left out", "the factor 2 is left out", with_(without_factor(part, TWO)))
        problem = self._statement.problem
        for name in problem.loss.counts(problem.targets.shape[1]):
            if name in names_in(equation.tree):
                words = f"the division by {name}, the number of outputs, is left out"
                yield Mistake("outputs left out", words, put_in_place(equation.tree, {name: Literal(1)}))

    def _slope_too_many(self, equation: Equation) -> Iterator[Mistake]:
        """∂z_k with f_k' already in it, which is δ_k."""
        for delta in self._equations.values() if equation.detail and equation.layer else ():
            if (delta.part, delta.layer) != (BACKWARD, equation.layer) or not isinstance(delta.tree, Product):
                continue
            for slope in delta.tree.children:
                if isinstance(slope, Function) and not self._statement.functions[slope.name].is_identity:
                    words = f"the derivative {slope_text(slope)} is in it already: this is {delta.name}"
                    tree = put_in_place(delta.tree, {equation.name: equation.tree})
                    yield Mistake("derivative too many", words, tree)

    def _another_loss(self, equation: Equation) -> Iterator[Mistake]:
        """What the quantity is under another loss of sgdb: p - y under the hinge."""
        own = self._statement.output_gradient
        for other in self._others if equation.part in (LOSS, BACKWARD) else ():
            titles = f"{other.problem.loss.title}; the loss here is the {self._statement.problem.loss.title}"
            theirs = other.equations.get(equation.name)
            at_output = equation.layer in (None, len(other.problem.network))
            if at_output and theirs is not None and theirs.tree != equation.tree:
                words = "this is the" if equation.part == LOSS else "this is the gradient of the"
                yield Mistake("another loss", f"{words} {titles}", self._in_own(theirs.tree, other))
            if equation.part == BACKWARD:
                gradient = self._in_own(other.output_gradient, other)
                for part, with_ in [Spot(own, lambda new: new)] * (Name(equation.name) == own) or spots(equation.tree):
                    if part == own:
                        yield Mistake("another loss", f"this is the gradient of the {titles}", with_(gradient))

    @cached_property
    def _plain(self) -> dict[str, Equation]:
        """The equations without details."""
        return Statement(self._statement.problem, self._statement.rows, detailed=False).equations

    @cached_property
    def _others(self) -> list[Statement]:
        """What the step would be under the other losses that fit the targets."""
        problem = self._statement.problem
        found = []
        for kind in LOSSES.values():
            if not problem.loss.is_near(kind) and not problem.mistakes_under(kind()):
                row = replace(
                    problem, loss=kind(), inputs=problem.inputs[:1], targets=problem.targets[:1], batch_size=None
                )
                found.append(Statement(row, self._statement.rows, detailed=False))
        return found

    def _in_own(self, tree: Node, other: Statement) -> Node:
        """A tree over the quantities of another loss in terms of those of the step."""
        put: dict[str, Node] = {name: Literal(number) for name, number in other.numbers_of_loss.items()}
        for name, equation in other.equations.items():
            if equation.layer is None:
                own = self._equations.get(name)
                if own is None or own.tree != equation.tree:
                    put[name] = put_in_place(equation.tree, put)
        return put_in_place(tree, put)


def slope_text(slope: Function) -> str:
    """f_1'(s_1)"""
    return f"{slope.name}'({slope.argument.name if isinstance(slope.argument, Name) else '...'})"


def _diagonal(spot: Spot) -> Iterator[Mistake]:
    """p ⊙ (∂p - p ⊙ ∂p)"""
    if isinstance(spot.part, Total) and _is_over_all_classes(spot.part):
        yield Mistake("diagonal only", DIAGONAL, spot.with_(spot.part.argument))


def _jacobian(spot: Spot) -> Iterator[Mistake]:
    """∂p for p ⊙ (∂p - Σ p ⊙ ∂p)"""
    for factor in spot.part.children if isinstance(spot.part, Product) else ():
        if isinstance(factor, Sum):
            for _, term in factor.terms:
                if isinstance(term, Total) and _is_over_all_classes(term):
                    yield Mistake("Jacobian left out", JACOBIAN, spot.with_(without_term(factor, term)))


def _is_over_all_classes(total: Total) -> bool:
    """Whether it is a sum over the classes of products, and not over the true or the wrong ones alone: a row of the
    Jacobian.
    """
    is_one = any(isinstance(factor, IsTrueClass) for factor in total.argument.children)
    return total.over == COLUMNS and isinstance(total.argument, Product) and not is_one


def _true_class(spot: Spot) -> Iterator[Mistake]:
    """The true class left out, counted among the others, counted once, or not told from the others."""
    part, with_ = spot
    if isinstance(part, Sum) and len(part.terms) > 1:
        for _, term in part.terms:
            if term == TRUE or _is_of(TRUE, term):
                yield Mistake("true class left out", "the true class is left out", with_(without_term(part, term)))
    if isinstance(part, Total):  # p_y, or a sum over the other classes
        if isinstance(part.argument, Product) and _is_of(OTHERS, part.argument):
            words = "the true class is counted, too, where only the others are"
            counted = Total(part.over, without_factor(part.argument, OTHERS))
            yield Mistake("true class counted", words, with_(counted))
        return
    for child in part.children:
        if isinstance(child, Product) and _is_of(TRUE, child):
            for kind, text, tree in _indicator(child):
                yield Mistake(
                    kind, text, with_(part.with_children(tuple(tree if c is child else c for c in part.children)))
                )


def _indicator(product: Product) -> Iterator[Mistake]:
    """What belongs to the true class alone in every class, or no more than once in its own."""
    words = "the indicator of the true class is left out"
    yield Mistake("indicator left out", words, without_factor(product, TRUE))
    for total in product.children:
        if isinstance(total, Total):
            once = Product(*(Positive(factor) if factor is total else factor for factor in product.children))
            words = "the true class counts once, where it counts for every active term"
            yield Mistake("true class once", words, once)


def _is_of(classes: IsTrueClass, node: Node) -> bool:
    """Whether it is a product that is 0 but for these classes."""
    return isinstance(node, Product) and classes in node.children


def _softmax(right: Softmax) -> Iterator[Mistake]:
    """The softmax over the wrong axis."""
    yield Mistake("softmax over samples", OF_SAMPLES, Transpose(Softmax(Transpose(right.argument))))
    exp = Function("exp", right.argument)
    yield Mistake("softmax over all", OF_ALL, exp / Total(ALL, exp))
