"""The mistakes that people make in computing a quantity, each as the tree of what they compute in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from core.activations import ACTIVATIONS, Activation
from core.arrays import Array
from core.checking.loss_mistakes import LossMistakes, Mistake, slope_text
from core.checking.own_values import Evaluate
from core.equations import BACKWARD, FORWARD, GRADIENT, PER_UNIT, UPDATE, Equation, Statement
from core.expression.nodes import (
    Function,
    Literal,
    Name,
    Node,
    Positive,
    Product,
    Quotient,
    Sum,
    Total,
    Transpose,
    names_in,
    put_in_place,
    walk,
)
from core.expression.spots import Spot, spots, without_factor, without_term

ROW_OR_COLUMN = ("row", "column")
ALPHA, HALF, TWO = Name("alpha"), Quotient(Literal(1), Literal(2)), Literal(2)
ROW_COUNT = Name("n")


class WrongWay(NamedTuple):
    """A quantity computed with a mistake: the `kind` of mistake, the mistake in words, and `evaluate`, what comes of it
    from the values of the quantities before; it `reads` these besides the ones that the right way reads.
    """

    kind: str
    text: str
    evaluate: Evaluate
    reads: tuple[str, ...] = ()


class StepMistakes:
    """Every mistake that can be made in a quantity of a step."""

    def __init__(self, statement: Statement, shapes: Mapping[str, Array]) -> None:
        """`shapes` has arrays of the quantities' shapes."""
        self._statement, self._shapes = statement, shapes
        self._equations = statement.equations
        self._of_loss = LossMistakes(statement)

    def at(self, name: str) -> Iterator[WrongWay]:
        """The mistakes in method that can be made in computing `name`."""
        equation = self._equations[name]
        for kind in (
            self._update,
            self._delta,
            self._activation,
            self._bias,
            self._loss,
            self._scale,
            self._half,
            self._terms,
        ):
            yield from map(self._way(equation), kind(equation))

    def misread(self, name: str) -> Iterator[WrongWay]:
        """What comes of reading a wrong place: s for z, a matrix turned, a row or column beside the right one."""
        equation = self._equations[name]
        tree, way = equation.tree, self._way(equation)
        if equation.letter in ("s", "dW") and equation.layer is not None:
            yield from map(way, self._without_f(tree))
        if _is_square(self._shapes[name]):
            yield way(Mistake("transposed", f"{name} is transposed", Transpose(tree)))
        turned = {part.argument: True for part in walk(tree) if isinstance(part, Transpose)}
        sources = [part for part in dict.fromkeys(walk(tree)) if isinstance(part, Name) and part.name in self._shapes]
        for source in sources:
            if _is_square(self._shapes[source.name]):
                words = "must be transposed here" if source in turned else "is transposed"
                wrong = put_in_place(tree, {source.name: Transpose(source)})
                yield way(Mistake("transposed", f"{source.name} {words}", wrong))
        right = way(Mistake("", "", tree)).evaluate
        for words, moved in _neighbours(self._shapes[name]):
            yield WrongWay("neighbour", f"{words} of {name}", _after(moved, right))
        for source in sources:
            for words, moved in _neighbours(self._shapes[source.name]):
                yield WrongWay("neighbour", f"{words} of {source.name}", _with(right, source.name, moved))

    def _way(self, equation: Equation) -> Callable[[Mistake], WrongWay]:
        before = set(names_in(equation.tree))

        def way(mistake: Mistake) -> WrongWay:
            reads = tuple(name for name in names_in(mistake.tree) if name not in before and name in self._shapes)
            return WrongWay(mistake.kind, mistake.text, self._statement.compiled(mistake.tree, equation.axes), reads)

        return way

    def _update(self, equation: Equation) -> Iterator[Mistake]:
        """α left out, or in it twice; what is subtracted added."""
        if equation.part != UPDATE:
            return
        for part, with_ in spots(equation.tree):
            if not isinstance(part, Product) or ALPHA not in part.children:
                continue
            gradient = without_factor(part, ALPHA)
            yield Mistake("learning rate left out", "the learning rate α is left out", with_(gradient))
            yield Mistake("learning rate twice", "the learning rate α is in it twice", with_(ALPHA * ALPHA * gradient))
            yield Mistake("learning rate twice", "the learning rate α is added twice", with_(TWO * ALPHA * gradient))
            added = f"α {gradient.name if isinstance(gradient, Name) else 'its factor'} is added"
            yield Mistake("added", f"{added}, where it must be subtracted", with_(Sum((-1, part))))

    def _delta(self, equation: Equation) -> Iterator[Mistake]:
        """f' left out, or another's; the weights after the update."""
        if equation.part != BACKWARD or equation.layer is None:
            return
        yield from self._updated_weights(equation.tree)
        for product in (part for part in spots(equation.tree) if isinstance(part.part, Product)):
            for factor in product.part.children:
                if isinstance(factor, Function) and factor.slope:
                    yield from self._slopes(product, factor)

    def _slopes(self, product: Spot, factor: Function) -> Iterator[Mistake]:
        own = self._statement.functions[factor.name]
        if own.is_identity:
            return
        assert isinstance(product.part, Product)
        written, plain = slope_text(factor), without_factor(product.part, factor)
        yield Mistake("derivative left out", f"the derivative {written} is left out", product.with_(plain))
        for other in _others(own):
            words = f"the derivative of {other.name} is taken, where {factor.name} is {own.name}"
            # Of s, and as it is written with z, of the z that is there.
            for z in (other.tree, Function(factor.name, Name("s"))):
                slope = put_in_place(put_in_place(other.slope_tree, {"z": z}), {"s": factor.argument})
                yield Mistake("another function", words, product.with_(plain * slope))

    def _updated_weights(self, tree: Node) -> Iterator[Mistake]:
        """W_{k+1}⁺ in δ_k, as it follows or, where it was written, as it was."""
        for name in names_in(tree):
            if name not in self._statement.updates:
                continue
            updated = self._equations[self._statement.updates[name]]
            words = f"the updated {updated.name} is used, where it must be the old {name}"
            gradient = {part: self._equations[part].tree for part in names_in(updated.tree) if part in self._equations}
            for wrong in (put_in_place(updated.tree, gradient), Name(updated.name)):
                yield Mistake("updated weights", words, put_in_place(tree, {name: wrong}))

    def _activation(self, equation: Equation) -> Iterator[Mistake]:
        """f left out, twice, or another."""
        tree = equation.tree
        if equation.part != FORWARD or not isinstance(tree, Function):
            return
        own = self._statement.functions[tree.name]
        if not own.is_identity:
            yield Mistake("f left out", f"{tree.name} ({own.name}) is not applied", tree.argument)
            yield Mistake("f twice", f"{tree.name} ({own.name}) is applied twice", Function(tree.name, tree))
        for other in _others(own):
            words = f"{other.name} is applied, where {tree.name} is {own.name}"
            yield Mistake("another function", words, put_in_place(other.tree, {"s": tree.argument}))

    def _bias(self, equation: Equation) -> Iterator[Mistake]:
        for part, with_ in spots(equation.tree) if equation.part == FORWARD else ():
            if not isinstance(part, Sum):
                continue
            for _, term in part.terms:
                if isinstance(term, Name) and term.name in self._statement.with_axes(PER_UNIT):
                    words = f"the bias {term.name} is left out"
                    yield Mistake("bias left out", words, with_(without_term(part, term)))

    def _loss(self, equation: Equation) -> Iterator[Mistake]:
        """Those at the loss; on the way back also where what comes of it was not taken from there."""
        is_behind = equation.part == BACKWARD and equation.layer is not None
        return self._of_loss.within(equation) if is_behind else self._of_loss.at(equation)

    def _scale(self, equation: Equation) -> Iterator[Mistake]:
        """The mean for the sum, the sign."""
        tree = equation.tree
        if self._statement.rows > 1 and self._is_shared(equation):
            if self._statement.problem.reduction == "mean":
                words = "the sum over the samples is taken, where it must be the mean"
                yield Mistake("sum for mean", words, ROW_COUNT * tree)
            else:
                words = "the mean over the samples is taken, where it must be the sum"
                yield Mistake("mean for sum", words, Quotient(Literal(1), ROW_COUNT) * tree)
        yield Mistake("sign", "the sign is wrong", Sum((-1, tree)))

    def _half(self, equation: Equation) -> Iterator[Mistake]:
        """The ½ of a loss left out: in the loss itself, and, where that is then twice as much, on the way back."""
        words = f"the ½ of the {self._statement.problem.loss.title} is left out"
        costs = self._equations["sample_losses"].tree
        for part, with_ in spots(costs):
            if not isinstance(part, Product) or HALF not in part.children:
                continue
            wrong = with_(without_factor(part, HALF))
            if equation.name in ("sample_losses", "loss"):
                tree = equation.tree if equation.name == "loss" else Name("sample_losses")
                yield Mistake("half left out", words, put_in_place(tree, {"sample_losses": wrong}))
            elif self._is_near_the_loss(equation) and _is_multiple(costs, HALF):
                yield Mistake("half left out", words, TWO * equation.tree)

    def _is_shared(self, equation: Equation) -> bool:
        """Whether somebody may take the mean over the samples for their sum here, or the other way round."""
        return equation.name == "loss" or equation.part == GRADIENT or self._is_near_the_loss(equation)

    def _is_near_the_loss(self, equation: Equation) -> bool:
        """Whether it is on the way back, and not yet beyond the last layer."""
        return equation.part == BACKWARD and equation.layer in (None, len(self._statement.problem.network))

    def _terms(self, equation: Equation) -> Iterator[Mistake]:
        """A number of the loss left out of a sum, and max(0, ·) left out."""
        tree, settings = equation.tree, {setting.name: setting for setting in self._statement.problem.loss.settings}
        for name, setting in settings.items():
            if setting.value and name in names_in(tree):
                words = f"the {setting.field} {setting.symbol} is left out"
                yield Mistake(f"{setting.field} left out", words, put_in_place(tree, {name: Literal(0)}))
        if equation.layer is None and any(_is_max(part) for part in walk(self._equations["sample_losses"].tree)):
            without = _without_max(tree)
            if without != tree and any(source in self._shapes for source in names_in(without)):
                yield Mistake("max left out", "the max is left out", without)

    def _without_f(self, tree: Node) -> Iterator[Mistake]:
        """s_k where it must be z_k."""
        for z in names_in(tree):
            made = self._equations.get(z)
            if made is None or not isinstance(made.tree, Function) or not isinstance(made.tree.argument, Name):
                continue
            own = self._statement.functions[made.tree.name]
            if not own.is_identity:
                s = made.tree.argument
                words = f"{made.tree.name} ({own.name}) is not applied: {s.name} stands for {z}"
                yield Mistake("f left out", words, put_in_place(tree, {z: s}))


def _others(own: Activation) -> list[Activation]:
    """The functions of sgdb that a layer does not have."""
    return [f for name, f in ACTIVATIONS.items() if name != own.name and not f.is_identity]


def _is_multiple(node: Node, factor: Node) -> bool:
    """Whether a tree without a factor in it is all of it divided by that."""
    if isinstance(node, Product):
        return any(part == factor or _is_multiple(part, factor) for part in node.children)
    return isinstance(node, (Sum, Total)) and all(_is_multiple(part, factor) for part in node.children)


def _is_max(node: Node) -> bool:
    return isinstance(node, Positive) or (isinstance(node, Function) and node.name == "relu")


def _without_max(node: Node) -> Node:
    """A tree with t for max(0, t), and 1 for [t > 0]."""
    if _is_max(node):
        return Literal(1) if isinstance(node, Positive) else _without_max(node.children[0])
    return node.with_children(tuple(map(_without_max, node.children)))


def _after(change: Callable[[Array], Array], right: Evaluate) -> Evaluate:
    """The quantity, computed and then changed."""
    return lambda v: np.asarray(change(np.asarray(right(v))))


def _with(right: Evaluate, source: str, change: Callable[[Array], Array]) -> Evaluate:
    """The quantity, computed from one that is changed."""
    return lambda v: right({**v, source: change(v[source])})


def _is_square(values: Array) -> bool:
    return values.ndim == 2 and values.shape[0] == values.shape[1] > 1


def _neighbours(values: Array) -> Iterator[tuple[str, Callable[[Array], Array]]]:
    """Each row, and then each column, in the place of the one before or behind it."""
    for axis, size in enumerate(values.shape):
        if size > 1:
            words = "a neighbouring number" if values.ndim == 1 else f"a neighbouring {ROW_OR_COLUMN[axis]}"
            for shift in (1, -1):
                yield words, _rolled(shift, axis)


def _rolled(shift: int, axis: int) -> Callable[[Array], Array]:
    return lambda values: np.roll(values, shift, axis)
