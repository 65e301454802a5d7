"""The mistakes that people make in computing a quantity, ready to be tried on numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from itertools import combinations
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.checking.layer_mistakes import LayerMistakes
from core.checking.loss_mistakes import LossMistakes, Mistake
from core.checking.own_values import Evaluate
from core.checking.update_mistakes import UpdateMistakes
from core.equations import BACKWARD, DATA_LOSS, FORWARD, GRADIENT, PER_UNIT, UPDATE, Equation, Statement
from core.expression.nodes import (
    Function,
    Literal,
    MatrixProduct,
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
    sum_of,
    walk,
)
from core.expression.spots import spots, without_factor, without_term
from core.expression.typed import as_typed
from core.record import memoized

ROW_OR_COLUMN = ("row", "column")
HALF, TWO, ROW_COUNT = Quotient(Literal(1), Literal(2)), Literal(2), Name("n")
OTHER_FUNCTIONS: dict[str, Callable[[Array], Array]] = {  # that sgdb has not
    "sin": np.sin,
    "cos": np.cos,
    "arctan": np.arctan,
    "softplus": lambda s: np.logaddexp(0.0, s),
    "softsign": lambda s: s / (1 + np.abs(s)),
    "the absolute value": np.abs,
    "min(0, s)": lambda s: np.minimum(0.0, s),
}
MOST_SWAPPED = 6  # rows or columns, of which each two may be swapped
MOST_SAMPLES = 12  # of which each may be the one that was taken or left out; of more, the first and the last


class WrongWay(NamedTuple):
    """A quantity computed with a mistake: the `kind` of mistake, the mistake in words, and `evaluate`, what comes of it
    from the values of the quantities before; it `reads` these besides the ones that the right way reads. Those of a
    lower `rank` are made more often.
    """

    kind: str
    text: str
    evaluate: Evaluate
    reads: tuple[str, ...] = ()
    rank: int = 1


@memoized(1)
def mistakes_of(statement: Statement) -> StepMistakes:
    """The mistakes in the steps of a statement."""
    return StepMistakes(statement)


class StepMistakes:
    """Every mistake that can be made in a quantity of a step."""

    def __init__(self, statement: Statement) -> None:
        self._statement, self._equations = statement, statement.equations
        self._of_loss, self._of_layers = LossMistakes(statement), LayerMistakes(statement)
        self._of_update = UpdateMistakes(statement)
        self._biases = statement.with_axes(PER_UNIT)
        self._found: dict[str, tuple[WrongWay, ...]] = {}

    def at(self, name: str, values: Mapping[str, Array]) -> tuple[WrongWay, ...]:
        """The mistakes that can be made in computing `name`, those that are made most often first; `values` has arrays
        of the quantities' shapes.
        """
        if name not in self._found:
            equation = self._equations[name]
            trees: dict[Node, WrongWay] = {}
            for mistake in self._trees(equation, values):
                if mistake.tree != equation.tree and mistake.tree not in trees:
                    trees[mistake.tree] = self._way(equation, mistake, values)
            ways = [*trees.values(), *self._others(equation, values)]
            self._found[name] = tuple(sorted(ways, key=lambda way: way.rank))
        return self._found[name]

    def _way(self, equation: Equation, mistake: Mistake, shapes: Mapping[str, Array]) -> WrongWay:
        before = set(names_in(equation.tree))
        reads = tuple(name for name in names_in(mistake.tree) if name not in before and name in shapes)
        compiled = partial(self._statement.compiled, mistake.tree, equation.axes)
        return WrongWay(
            mistake.kind, mistake.text, _in_shape(compiled, shapes[equation.name].shape), reads, mistake.rank
        )

    def _trees(self, equation: Equation, shapes: Mapping[str, Array]) -> Iterator[Mistake]:
        """The mistakes as trees."""
        yield from self._of_layers.at(equation)
        yield from self._of_update.at(equation)
        # Those at the loss on the way back also in δ_out, where what comes of it was not taken from there.
        is_behind = equation.part == BACKWARD and equation.layer == len(self._statement.problem.network)
        yield from self._of_loss.within(equation) if is_behind else self._of_loss.at(equation)
        yield from self._of_loss.in_parts(equation)
        yield from _of_sums(equation)
        yield from self._scale(equation)
        yield from self._half(equation)
        yield from self._terms(equation)
        yield from self._transposed(equation, shapes)

    def _scale(self, equation: Equation) -> Iterator[Mistake]:
        """The mean for the sum, the sign."""
        tree = equation.tree
        if self._statement.rows > 1 and self._is_shared(equation):
            divided = Quotient(Literal(1), ROW_COUNT) * tree
            if self._statement.problem.reduction == "mean":
                words = "the sum over the samples is taken, where it must be the mean"
                yield Mistake("sum for mean", words, ROW_COUNT * tree)
                yield Mistake("mean twice", "it is divided by n, the number of samples, twice", divided, 2)
            else:
                words = "the mean over the samples is taken, where it must be the sum"
                yield Mistake("mean for sum", words, divided)
        yield Mistake("sign", "the sign is wrong", Sum((-1, tree)))

    def _half(self, equation: Equation) -> Iterator[Mistake]:
        """The ½ of a loss left out: in the loss itself, and, where that is then twice as much, on the way back."""
        words = f"the ½ of the {self._statement.problem.loss.title} is left out"
        costs = self._equations["sample_losses"].tree
        for part, with_ in spots(costs):
            if not isinstance(part, Product) or HALF not in part.children:
                continue
            wrong = with_(without_factor(part, HALF))
            if equation.name in ("sample_losses", DATA_LOSS, "loss"):
                tree = equation.tree if equation.name != "sample_losses" else Name("sample_losses")
                yield Mistake("half left out", words, put_in_place(tree, {"sample_losses": wrong}), 0)
                yield Mistake("half twice", "the ½ is in it twice", HALF * equation.tree, 3)
            elif self._is_near_the_loss(equation) and is_multiple(costs, HALF):
                yield Mistake("half left out", words, TWO * equation.tree, 0)

    def _is_shared(self, equation: Equation) -> bool:
        """Whether somebody may take the mean over the samples for their sum here, or the other way round."""
        return equation.name in (DATA_LOSS, "loss") or equation.part == GRADIENT or self._is_near_the_loss(equation)

    def _is_near_the_loss(self, equation: Equation) -> bool:
        """Whether it is on the way back, and not yet beyond the last layer."""
        return equation.part == BACKWARD and equation.layer in (None, len(self._statement.problem.network))

    def _terms(self, equation: Equation) -> Iterator[Mistake]:
        """A number of the loss left out of a sum, and max(0, ·) left out."""
        tree, settings = equation.tree, {setting.name: setting for setting in self._statement.problem.loss.settings}
        for name, setting in settings.items():
            if setting.value and name in names_in(tree):
                words = f"the {setting.field} {setting.symbol} is left out"
                yield Mistake(f"{setting.field} left out", words, put_in_place(tree, {name: Literal(0)}), 0)
        if equation.layer is None and any(_is_max(part) for part in walk(self._equations["sample_losses"].tree)):
            without = _without_max(tree)
            if without != tree and any(map(self._is_quantity, names_in(without))):
                yield Mistake("max left out", "the max is left out", without, 0)

    def _is_quantity(self, name: str) -> bool:
        return name in self._equations or name in self._statement.given

    def _transposed(self, equation: Equation, shapes: Mapping[str, Array]) -> Iterator[Mistake]:
        """A square matrix turned, where nothing tells but the numbers."""
        tree, name = equation.tree, equation.name
        if _is_square(shapes[name]):
            yield Mistake("transposed", f"{name} is transposed", Transpose(tree))
        turned = {part.argument for part in walk(tree) if isinstance(part, Transpose)}
        for source in _sources(tree, shapes):
            if _is_square(shapes[source.name]):
                words = "must be transposed here" if source in turned else "is transposed"
                wrong = put_in_place(tree, {source.name: Transpose(source)})
                yield Mistake("transposed", f"{source.name} {words}", wrong)
                for bias, without in self._without_bias(equation, wrong):
                    yield Mistake("transposed", f"{source.name} {words}, and the bias {bias} is left out", without, 3)

    def _without_bias(self, equation: Equation, tree: Node) -> Iterator[tuple[str, Node]]:
        """A pre-activation without its bias, and the bias."""
        if equation.part == FORWARD and isinstance(tree, Sum):
            for _, term in tree.terms:
                if isinstance(term, Name) and term.name in self._biases:
                    yield term.name, without_term(tree, term)

    def _others(self, equation: Equation, shapes: Mapping[str, Array]) -> Iterator[WrongWay]:
        """Mistakes that are no trees."""
        right = self._statement.compiled(equation.tree, equation.axes)
        yield from self._some_samples(equation, right)
        if equation.part == FORWARD and isinstance(equation.tree, Function):
            yield from self._functions(equation.tree)
        shape = shapes[equation.name].shape
        for part in walk(equation.tree):
            if (
                isinstance(part, Transpose)
                and isinstance(part.argument, Name)
                and equation.part in (BACKWARD, GRADIENT)
            ):
                matrix = part.argument.name
                if 1 not in shapes[matrix].shape:
                    words = f"{matrix} is reshaped, not transposed"
                    yield WrongWay("reshaped", words, _with(right, matrix, _reshaped), rank=2)
            if equation.part == GRADIENT and isinstance(part, MatrixProduct):
                yield from self._padded(right, part, shapes)
        for words, moved in _neighbours(shape):
            yield WrongWay("neighbour", f"{words} of {equation.name}", _after(moved, right), rank=4)
        for words, moved in _swaps(shape):
            yield WrongWay("swapped", f"{words} of {equation.name} are swapped", _after(moved, right), rank=5)
        for source in _sources(equation.tree, shapes):
            for words, moved in _neighbours(shapes[source.name].shape):
                yield WrongWay("neighbour", f"{words} of {source.name}", _with(right, source.name, moved), rank=4)

    def _some_samples(self, equation: Equation, right: Evaluate) -> Iterator[WrongWay]:
        """One sample for the sum over all, or all but one."""
        rows = self._statement.rows
        if rows == 1 or not (equation.part == GRADIENT or equation.name == "loss"):
            return
        before = {**self._statement.given, **self._equations}
        names = [name for name in names_in(equation.tree) if name in before and before[name].per_sample]
        for i in range(rows) if rows <= MOST_SAMPLES else (0, rows - 1):
            which = {0: "first", rows - 1: "last"}.get(i, f"{i + 1}th" if i > 2 else f"sample {i + 1}")
            sample = which if which.startswith("sample") else f"{which} sample"
            words = f"the {sample} alone is taken, where it must be the sum over all"
            yield WrongWay("one sample only", words, _of_rows(right, names, [i]), rank=1 if i in (0, rows - 1) else 2)
            if rows > 2:
                rest = [j for j in range(rows) if j != i]
                yield WrongWay("sample left out", f"the {sample} is left out", _of_rows(right, names, rest), rank=2)

    def _functions(self, tree: Function) -> Iterator[WrongWay]:
        own = self._statement.functions[tree.name]
        argument = self._statement.compiled(tree.argument, "ij")
        for other, apply in OTHER_FUNCTIONS.items() if not own.is_identity else ():
            words = f"{other} is applied, where {tree.name} is {own.name}"
            yield WrongWay("another function", words, _after(apply, argument), rank=2)

    def _padded(self, right: Evaluate, product: MatrixProduct, shapes: Mapping[str, Array]) -> Iterator[WrongWay]:
        """Another layer's z in ∂W, cut or filled up with zeros to the size of the right one."""
        z = product.children[0].children[0]
        assert isinstance(z, Name)
        made = [n for n, e in self._equations.items() if e.part == FORWARD and isinstance(e.tree, Function)]
        for other in ("X_in", *made):
            if other != z.name and shapes[other].shape != shapes[z.name].shape:
                words = f"{other} stands for {z.name}, cut or filled up with zeros"
                stands = _standing(right, z.name, other, shapes[z.name].shape)
                yield WrongWay("another layer", words, stands, (other,), 2)


def _of_sums(equation: Equation) -> Iterator[Mistake]:
    """A term left out of a sum, or with the wrong sign, but for an update, in which it has a name of its own."""
    if equation.part == UPDATE:
        return
    for part, with_ in spots(equation.tree):
        if not isinstance(part, Sum) or len(part.terms) < 2:
            continue
        for i, (sign, term) in enumerate(part.terms):
            words = f"{as_typed(term)} is left out of {as_typed(part)}"
            yield Mistake("term left out", words, with_(sum_of([t for j, t in enumerate(part.terms) if j != i])), 1)
            if i:
                turned = Sum(*part.terms[:i], (-sign, term), *part.terms[i + 1 :])
                words = f"the sign of {as_typed(term)} is wrong in {as_typed(part)}"
                yield Mistake("sign of a term", words, with_(turned), 1)


def _sources(tree: Node, shapes: Mapping[str, Array]) -> list[Name]:
    return [part for part in dict.fromkeys(walk(tree)) if isinstance(part, Name) and part.name in shapes]


def _in_shape(compiled: Callable[[], Evaluate], shape: tuple[int, ...]) -> Evaluate:
    """Repeated over rows or columns, where a mistake has left fewer; raises ValueError where it has no such shape.
    Compiled when it is first tried.
    """
    once = lru_cache(maxsize=1)(compiled)

    def shaped(values: Mapping[str, Array]) -> Array:
        try:
            return np.broadcast_to(np.asarray(once()(values)), shape)
        except IndexError as error:  # a number, where a matrix was to be laid out
            raise ValueError(error) from None

    return shaped


def is_multiple(node: Node, factor: Node) -> bool:
    """Whether a tree without a factor in it is all of it divided by that."""
    if isinstance(node, Product):
        return any(part == factor or is_multiple(part, factor) for part in node.children)
    return isinstance(node, (Sum, Total)) and all(is_multiple(part, factor) for part in node.children)


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


def _of_rows(right: Evaluate, names: list[str], rows: list[int]) -> Evaluate:
    """The quantity, computed from some rows of those that have a row for each sample."""
    return lambda v: right({**v, **{name: v[name][rows] for name in names}})


def _standing(right: Evaluate, name: str, other: str, shape: tuple[int, ...]) -> Evaluate:
    """The quantity, computed from another one in the place of `name`."""

    def fitted(values: Array) -> Array:
        found = np.zeros(shape)
        width = min(shape[1], values.shape[1])
        found[:, :width] = values[:, :width]
        return found

    return lambda v: right({**v, name: fitted(v[other])})


def _reshaped(values: Array) -> Array:
    """A matrix whose transpose has the numbers in the order in which the matrix has them."""
    return values.reshape(values.shape[::-1]).T


def _is_square(values: Array) -> bool:
    return values.ndim == 2 and values.shape[0] == values.shape[1] > 1


def _neighbours(shape: tuple[int, ...]) -> Iterator[tuple[str, Callable[[Array], Array]]]:
    """Each row, and then each column, in the place of the one before or behind it."""
    for axis, size in enumerate(shape):
        if size > 1:
            words = "a neighbouring number" if len(shape) == 1 else f"a neighbouring {ROW_OR_COLUMN[axis]}"
            for shift in (1, -1):
                yield words, _rolled(shift, axis)


def _swaps(shape: tuple[int, ...]) -> Iterator[tuple[str, Callable[[Array], Array]]]:
    """Each row, and then each column, in the place of another, and the other way round."""
    for axis, size in enumerate(shape):
        for i, j in combinations(range(size), 2) if 2 < size <= MOST_SWAPPED else ():
            words = "the numbers" if len(shape) == 1 else f"the {ROW_OR_COLUMN[axis]}s"
            yield f"{words} {i + 1} and {j + 1}", _in_order([{i: j, j: i}.get(k, k) for k in range(size)], axis)


def _in_order(order: list[int], axis: int) -> Callable[[Array], Array]:
    return lambda values: np.take(values, order, axis)


def _rolled(shift: int, axis: int) -> Callable[[Array], Array]:
    return lambda values: np.roll(values, shift, axis)
