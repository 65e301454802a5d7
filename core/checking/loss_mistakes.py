"""The mistakes that people make at a loss and on the way back through it, each as the tree of what they compute. Both
numbers and formulas are compared with these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from core.activations import ACTIVATIONS
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
    Power,
    Product,
    Quotient,
    Softmax,
    Sum,
    Total,
    Transpose,
    names_in,
    put_in_place,
    walk,
)
from core.expression.spots import Spot, spots, without_factor, without_term
from core.expression.typed import as_typed
from core.losses import LOSSES, SoftmaxCrossEntropy, SquaredError

TWO = Literal(2)
TRUE, OTHERS = IsTrueClass(), IsTrueClass(other=True)
DIAGONAL = "only the diagonal of the softmax Jacobian is taken"
JACOBIAN = "the Jacobian of the softmax is left out"
OF_SAMPLES = "the softmax is taken over the samples (columns)"
OF_ALL = "the softmax is taken over all rows and columns"


BINARY_CROSS_ENTROPY = "binary cross-entropy"


class Mistake(NamedTuple):
    """A mistake as a tree in place of the right one: its `kind`, and the mistake in words. Those of a lower `rank` are
    made more often.
    """

    kind: str
    text: str
    tree: Node
    rank: int = 1


class LossMistakes:
    """The mistakes in what the loss of a problem adds to a step."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._equations = statement.equations

    def at(self, equation: Equation) -> Iterator[Mistake]:
        """The mistakes that can be made in computing a quantity."""
        # Without small steps, the gradient of a loss on scores stands in δ_out itself.
        if equation.part in (LOSS, BACKWARD) and equation.layer in (None, len(self._statement.problem.network)):
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
        yield from self._squared(equation)

    def within(self, equation: Equation, steps: int = 1) -> Iterator[Mistake]:
        """The same, with those in what it is computed from, up to so many steps before it, put in their place."""
        yield from self.at(equation)
        for name in names_in(equation.tree) if steps else ():
            found = self._equations.get(name)
            if found is not None:
                for mistake in self.within(found, steps - 1):
                    yield mistake._replace(tree=put_in_place(equation.tree, {name: mistake.tree}))

    def in_parts(self, equation: Equation) -> Iterator[Mistake]:
        """A logarithm, a square, exp or the softmax that is left out, or another. In a formula these are parts that are
        missing, like any.
        """
        if equation.part not in (LOSS, BACKWARD) or equation.layer is not None:
            return
        tree = equation.tree
        if isinstance(tree, Softmax):
            yield from _without_softmax(tree)
        for part, with_ in spots(tree):
            if isinstance(part, Function) and part.name == "log":
                words = "log₁₀ is taken, where it must be ln"
                yield Mistake("another logarithm", words, with_(part / Function("log", Literal(10))), 2)
            elif isinstance(part, Power):
                yield Mistake("square left out", "the square is left out", with_(part.argument))
        if self._statement.rows > 1:  # of a single sample it may be anything
            yield from _absolute(tree)
        for part, with_ in spots(tree):
            terms = part.terms if isinstance(part, Sum) else ()
            if any(term in self._settings for _, term in terms):
                turned = Sum(*((sign if term in self._settings else -sign, term) for sign, term in terms))
                words = f"the difference is turned round in {as_typed(part)}"
                yield Mistake("sign of a term", words, with_(turned), 1)
        if equation.name == "sample_losses" and isinstance(self._statement.problem.loss, SoftmaxCrossEntropy):
            yield from _of_each_class()
        for name in names_in(tree):
            made = self._equations[name].tree if name in self._equations else None
            if isinstance(made, Softmax):
                words = f"{as_typed(made.argument)} stands for {name}: the softmax is not applied"
                yield Mistake("softmax left out", words, put_in_place(tree, {name: made.argument}))

    def _squared(self, equation: Equation) -> Iterator[Mistake]:
        """The square of the error in place of the error, whose half it is the gradient of."""
        own = self._statement.output_gradient
        if equation.part != BACKWARD or not any(isinstance(part, Power) for part in self._of_samples()):
            return
        for part, with_ in spots(equation.tree):
            if part == own:
                yield Mistake("square too many", f"{as_typed(own)} is squared", with_(own**2), 2)

    def _of_samples(self) -> Iterator[Node]:
        return walk(self._equations["sample_losses"].tree)

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
                yield Mistake("another loss", f"{words} {titles}", self._in_own(theirs.tree, other), 2)
            if equation.part == BACKWARD:
                gradient = self._in_own(other.output_gradient, other)
                for part, with_ in [Spot(own, lambda new: new)] * (Name(equation.name) == own) or spots(equation.tree):
                    if part == own:
                        yield Mistake("another loss", f"this is the gradient of the {titles}", with_(gradient), 2)

    @cached_property
    def _settings(self) -> set[Node]:
        return {Name(setting.name) for setting in self._statement.problem.loss.settings}

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


def without_output_slope(statement: Statement) -> Node | None:
    """δ_out without the slope of a sigmoid under a squared error: that of a binary cross-entropy of the outputs."""
    problem, equation = statement.problem, statement.equations["delta_out"]
    if not problem.loss.is_near(SquaredError) or problem.network.layers[-1].function is not ACTIVATIONS["sigmoid"]:
        return None
    for part, with_ in spots(equation.tree):
        slopes = [factor for factor in part.children if isinstance(factor, Function) and factor.slope]
        if isinstance(part, Product) and slopes:
            return with_(without_factor(part, slopes[0]))
    return None


def slope_text(slope: Function) -> str:
    """f_1'(s_1)"""
    return f"{slope.name}'({slope.argument.name if isinstance(slope.argument, Name) else '...'})"


def _of_each_class() -> Iterator[Mistake]:
    """Other losses of the probabilities, of all classes: the binary cross-entropy of each, and the squared error."""
    p = Name("p")
    others = OTHERS * Function("log", Literal(1) - p)
    words = f"this is the {BINARY_CROSS_ENTROPY} of each class, where only the true class counts"
    yield Mistake("another loss", words, Sum((-1, Total(COLUMNS, TRUE * Function("log", p) + others))), 2)
    for factor in (Literal(1) / Literal(2), Literal(1)):
        squares = factor * Total(COLUMNS, (p - TRUE) ** 2)
        yield Mistake("another loss", "this is the squared error of the probabilities", squares, 2)


def _absolute(tree: Node) -> Iterator[Mistake]:
    """|y - t| for ½ (y - t)², and for (y - t)²."""
    for part, with_ in spots(tree):
        halved = [p for p in part.children if isinstance(p, Power)] if isinstance(part, Product) else []
        for power in [part] * isinstance(part, Power) + halved:
            (argument,) = power.children
            absolute = Function("relu", argument) + Function("relu", Sum((-1, argument)))
            words = f"the absolute value of {as_typed(argument)} is taken, where it must be {as_typed(part)}"
            yield Mistake("absolute value", words, with_(absolute), 2)


def _diagonal(spot: Spot) -> Iterator[Mistake]:
    """p ⊙ (∂p - p ⊙ ∂p)"""
    if isinstance(spot.part, Total) and _is_over_all_classes(spot.part):
        yield Mistake("diagonal only", DIAGONAL, spot.with_(spot.part.argument), 0)


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
            for mistake in _indicator(child):
                wrong = part.with_children(tuple(mistake.tree if c is child else c for c in part.children))
                yield mistake._replace(tree=with_(wrong))


def _indicator(product: Product) -> Iterator[Mistake]:
    """What belongs to the true class alone in every class, or no more than once in its own."""
    words = "the indicator of the true class is left out"
    yield Mistake("indicator left out", words, without_factor(product, TRUE))
    for total in product.children:
        if isinstance(total, Total):
            once = Product(*(Positive(factor) if factor is total else factor for factor in product.children))
            words = "the true class counts once, where it counts for every active term"
            yield Mistake("true class once", words, once, 0)
            always = without_factor(product, total)  # even where no term is active
            yield Mistake("true class once", words, always, 0)


def _is_of(classes: IsTrueClass, node: Node) -> bool:
    """Whether it is a product that is 0 but for these classes."""
    return isinstance(node, Product) and classes in node.children


def _softmax(right: Softmax) -> Iterator[Mistake]:
    """The softmax over the wrong axis."""
    yield Mistake("softmax over samples", OF_SAMPLES, Transpose(Softmax(Transpose(right.argument))))
    exp = Function("exp", right.argument)
    yield Mistake("softmax over all", OF_ALL, exp / Total(ALL, exp), 2)


def _without_softmax(right: Softmax) -> Iterator[Mistake]:
    """The softmax left out, or a part of it."""
    exp = Function("exp", right.argument)
    yield Mistake(
        "softmax left out", f"the softmax is not applied: this is {as_typed(right.argument)}", right.argument, 0
    )
    without_exp = right.argument / Total(COLUMNS, right.argument)
    yield Mistake("softmax without exp", "exp is not applied, but all is divided by its sum", without_exp, 2)
    turned = Softmax(Sum((-1, right.argument)))
    yield Mistake("sign of the exponent", "the sign of the exponent is wrong in the softmax", turned, 1)
    yield Mistake("softmax without division", "exp is applied, but not divided by its sum", exp, 2)
