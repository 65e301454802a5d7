"""What a step computes, stated once: every quantity as a tree over those before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.activations import ACTIVATIONS, Activation
from core.arrays import Array
from core.expression.nodes import (
    ALL,
    COUNT,
    ROWS,
    Function,
    Literal,
    Name,
    Node,
    Product,
    Quotient,
    Total,
    product_of,
    put_in_place,
)
from core.expression.pieces import Piece
from core.expression.shape import SINGLE, Shape, Shapes, axes_of
from core.expression.style import symbol_piece
from core.expression.value import Compiler, Evaluate
from core.losses import LossEquations
from core.problem import Problem
from core.quantity import LETTERS, NEXT, canonical, layer_label, layer_symbol
from core.record import Record, memoized
from core.settings import Setting
from core.updates import Named, Update

if TYPE_CHECKING:
    from core.wording import Wording

# How a quantity's values are laid out for people. In a tree a bias is a row, and what is per sample a column.
MATRIX, PER_SAMPLE, PER_UNIT, NUMBER = "ij", "i", "j", ""
MEANINGS = {"alpha": "the learning rate", "n": "the number of rows", COUNT: "the number of steps so far"}
DATA_LOSS = "data_loss"
PENALTIES = ("penalty", "penalty_1", "penalty_2")
# The parts of a step.
GIVEN, FORWARD, LOSS, BACKWARD, GRADIENT, UPDATE = "given", "forward", "loss", "backward", "gradient", "update"

GRADIENTS = {"delta": "s", "dz": "z", "dy": "y", "dW": "W", "db": "b"}  # ∂ℒ/∂x by its letter: that of x


class Equation(NamedTuple):
    """A quantity, and how it is computed.

    name         as typed: "delta_out"
    symbol       as printed: "δ_out"
    tree         what it is computed by, over the quantities before it; of a given one its own name
    part         of the step: given, forward, loss, backward, gradient or update
    axes         of its values: a matrix, a number for each sample, a number for each unit, or a single number
    per_sample   whether its values have a row, or an entry, for each sample
    letter       its name without the layer, "delta", the same before and after the update; "" for what has no layer
    layer        from 1; None for what has none
    detail       whether it only makes the steps smaller, and could be put in place of its name
    gradient_of  the quantity x that it is the gradient ∂ℒ/∂x of; "" where it is none
    noun         what people call it, of what is given: "inputs", "weights"
    """

    name: str
    symbol: str
    tree: Node
    part: str
    axes: str = MATRIX
    per_sample: bool = True
    letter: str = ""
    layer: int | None = None
    detail: bool = False
    gradient_of: str = ""
    noun: str = ""


@dataclass(frozen=True, eq=False)
class Statement(Record):
    """The equations of a problem's steps over batches of `rows` rows, and what the names in them stand for; where the
    steps compute with other numbers each, in step `index`.
    """

    problem: Problem
    rows: int
    detailed: bool = True
    index: int = 0

    @cached_property
    def equations(self) -> dict[str, Equation]:
        """By name, in the order of the computation; all steps share them."""
        if self.index:
            return _statement(self.problem, self.rows, self.detailed, 0).equations
        return {equation.name: equation for equation in equations(self.problem, self.rows, self.detailed)}

    @cached_property
    def _loss(self) -> LossEquations:
        return _loss(self.problem, self.rows, self.detailed)

    @cached_property
    def widths_of_loss(self) -> dict[str, int]:
        """How many columns each quantity has that the loss adds."""
        shapes = _shapes_of_loss(self.problem, self.rows, self._loss)
        return {name: columns or 1 for name, (_, columns) in shapes.items()}

    @cached_property
    def out_of_range(self) -> dict[str, Node]:
        """What some quantities come to in rows whose numbers are out of range for their equation."""
        return {name: tree for name, tree in self._loss.out_of_range if name in self.equations}

    @property
    def zeros(self) -> Mapping[str, str]:
        """Why some cells of a quantity are 0 whatever the numbers are, in words."""
        return self._loss.zeros

    def leaves_out(self, name: str) -> bool:
        """Whether those cells of a quantity have no number at all: on the way up, the loss leaves them out."""
        return self.equations[name].part == LOSS

    @property
    def output_gradient(self) -> Node:
        """∂ℒ/∂y_out, over what comes before it."""
        return self._loss.output_gradient

    @cached_property
    def functions(self) -> dict[str, Activation]:
        """What a function's name stands for: an activation's for that of the network, with its own settings."""
        layers = self.problem.network.layers
        own = {layer.function.name: layer.function for layer in layers}
        return (
            ACTIVATIONS
            | own
            | {f"f_{layer_label(k, len(layers))}": layer.function for k, layer in enumerate(layers, 1)}
        )

    @cached_property
    def given(self) -> dict[str, Equation]:
        """What a step starts from, by name."""
        return {equation.name: equation for equation in given(self.problem)}

    @cached_property
    def numbers(self) -> dict[str, float]:
        """The numbers in formulas that are no quantities, by name: the learning rate, the rows, the settings of loss,
        penalty and update, and how many steps there are with this one.
        """
        numbers = {"alpha": self.problem.rate(self.index), "n": float(self.rows)}
        numbers |= self.numbers_of_loss
        numbers |= {setting.name: float(setting.value) for setting in self.settings}
        return numbers | ({COUNT: float(self.index + 1)} if self.problem.update.counts_steps else {})

    @property
    def numbers_of_loss(self) -> dict[str, float]:
        """Those that the loss brings: its settings, and what follows from how many outputs there are."""
        return {**self.problem.loss.numbers, **self.problem.loss.counts(self.problem.targets.shape[1])}

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The numbers that the loss, the penalty and the update were made with."""
        problem = self.problem
        return (*problem.loss.settings, *problem.penalty.settings, *problem.update.settings)

    @cached_property
    def wording(self) -> Wording:
        """What all of this is called in print."""
        notation = self.problem.shown_in
        if notation is None:
            from core.wording import Wording

            return Wording(self)
        from core.notations.wording import NotationWording

        return NotationWording(self, notation)

    @cached_property
    def own_symbols(self) -> dict[str, str]:
        """What everything that has a name is called by sgdb: quantities, given ones first, and numbers."""
        found = {equation.name: equation.symbol for equation in (*self.given.values(), *self.equations.values())}
        settings = {"alpha": "α"} | {part.name: part.symbol for part in self.settings}
        return found | {name: settings.get(name, name) for name in self.numbers}

    @property
    def symbols(self) -> dict[str, str]:
        """How the numbers of everything that has a name are headed in print, in the notation that is spoken."""
        return self.wording.headings

    @cached_property
    def updates(self) -> dict[str, str]:
        """The weights, biases and buffers, given ones, each with what it is after the update: W_1⁺ of W_1."""
        return {name: f"{name}{NEXT}" for name in self.given if f"{name}{NEXT}" in self.equations}

    def with_axes(self, axes: str) -> frozenset[str]:
        """The quantities, given ones too, whose values are laid out like this."""
        equations = (*self.given.values(), *self.equations.values())
        return frozenset(equation.name for equation in equations if equation.axes == axes)

    @cached_property
    def own_pieces(self) -> dict[str, Piece]:
        """sgdb's symbols as pieces of formulas."""
        return {name: symbol_piece(name, text, name in self.numbers) for name, text in self.own_symbols.items()}

    @property
    def pieces(self) -> dict[str, Piece]:
        """What stands for it in formulas."""
        return self.wording.pieces

    @property
    def letters(self) -> dict[str, str]:
        """The same as texts."""
        return self.wording.letters

    @cached_property
    def _compile(self) -> Compiler:
        return Compiler(self.functions, self.numbers, self.with_axes(PER_UNIT), self.with_axes(PER_SAMPLE))

    @cached_property
    def _compiled(self) -> dict[str, Evaluate]:
        return {}

    @np.errstate(all="ignore")
    def evaluate(self, name: str, values: Mapping[str, Array]) -> Array:
        """What a quantity comes to for these values of those before it, laid out as the step's are."""
        found: Array = self.evaluator(name)(values)
        return found

    def evaluator(self, name: str) -> Evaluate:
        """The same as a function of these values, compiled once; numpy warns of numbers out of all bounds."""
        if name not in self._compiled:
            equation = self.equations[name]
            self._compiled[name] = self.compiled(equation.tree, equation.axes)
        return self._compiled[name]

    def compiled(self, tree: Node, axes: str) -> Evaluate:
        """What any tree comes to, as a function of the values of the quantities in it, laid out as `axes` say."""
        evaluate = self._compile(tree)
        if axes == PER_SAMPLE:
            return lambda values: np.asarray(evaluate(values))[:, 0]
        return lambda values: np.asarray(evaluate(values))[0] if axes == PER_UNIT else np.asarray(evaluate(values))

    def in_detail(self, name: str) -> Node:
        """What a quantity of the loss on the way back comes to by the long way, its smaller steps put in place."""
        loss = _loss(self.problem, self.rows, True)
        trees: dict[str, Node] = {}
        for part, tree in loss.backward:
            if part not in self.equations:
                trees[part] = put_in_place(tree, trees)
        long_way = dict(loss.long_way)
        if loss.output_delta is not None:
            depth = len(self.problem.network)
            long_way["delta_out"] = loss.output_gradient * _slope(depth, depth)
        return put_in_place(long_way.get(name, self.equations[name].tree), trees)

    @np.errstate(all="ignore")
    def value_of(self, tree: Node, values: Mapping[str, Array]) -> Array:
        """What any tree comes to for these values of the quantities in it: a matrix, or a number."""
        return np.asarray(self._compile(tree)(values))

    def without_identities(self, tree: Node) -> Node:
        """A tree without the identities that are applied in it, and without their slopes as factors."""
        parts = tuple(map(self.without_identities, tree.children))
        if isinstance(tree, Function) and not tree.slope and self._is_identity(tree):
            return parts[0]
        if isinstance(tree, Product):
            return product_of([part for part in parts if not self._is_identity(part)])
        return tree.with_children(parts)

    def _is_identity(self, part: Node) -> bool:
        found = self.functions.get(part.name) if isinstance(part, Function) else None
        return found is not None and found.is_identity


@memoized(4)
def _statement(problem: Problem, rows: int, detailed: bool, index: int) -> Statement:
    return Statement(problem, rows, detailed, index)


def statement_of(problem: Problem, rows: int, detailed: bool = True, index: int = 0) -> Statement:
    """The statement of a problem's steps, kept for those that were asked for last: all steps of a run share it, but
    for a run whose steps compute with other numbers each.
    """
    return _statement(problem, rows, detailed, index if problem.changes_with_step else 0)


def given(problem: Problem) -> Iterator[Equation]:
    """What a step of `problem` starts from: X_in, y_gt, W_1, b_1, ..., W_out, b_out, and the buffers of the update."""
    depth = len(problem.network)
    yield Equation("X_in", "X_in", Name("X_in"), GIVEN, noun="inputs")
    yield Equation("y_gt", "y_gt", Name("y_gt"), GIVEN, noun="targets")
    for k, letter, axes, _ in _parameters(problem):
        name = Name(f"{letter}_{layer_label(k, depth)}")
        yield _of_layer(GIVEN, letter, k, depth, name, axes)._replace(noun={"W": "weights", "b": "biases"}[letter])
    for k, letter, axes, trained in _parameters(problem):
        for buffer in problem.update.buffers if trained else ():
            name = Name(f"{buffer}{letter}_{layer_label(k, depth)}")
            yield _of_layer(GIVEN, f"{buffer}{letter}", k, depth, name, axes)._replace(noun="buffers")


def equations(problem: Problem, rows: int, detailed: bool = True) -> Iterator[Equation]:
    """What a step of `problem` over a batch of `rows` rows computes: s_1, z_1, ..., s_out, y_out; what the loss adds,
    such as the logits o where they are not y_out itself, and p; the samples' losses, ℒ; what the loss adds on the way
    back, such as ∂ℒ/∂p and ∂ℒ/∂o; δ_out, ..., δ_1; ∂W_out, ∂b_out, ..., ∂W_1, ∂b_1; and the updated W_1⁺, b_1⁺, ...,
    W_out⁺, b_out⁺.
    """
    depth = len(problem.network)
    loss, plain, share = _loss(problem, rows, detailed), _loss(problem, rows, False), _share(problem, rows)
    yield from _forward(problem)
    axes = {name: axes_of(shape) for name, shape in _shapes_of_loss(problem, rows, loss).items()}
    known = {name for name, _ in (*plain.forward, *plain.backward)}
    for name, tree in loss.forward:
        yield Equation(name, loss.symbols.get(name, name), tree, LOSS, axes[name], detail=name not in known)
    yield Equation("sample_losses", "ℓ", loss.sample_losses, LOSS, PER_SAMPLE)
    total: Node = Total(ALL, Name("sample_losses"))
    total = total if share is None else share * total
    if problem.penalty:
        yield Equation(DATA_LOSS, "ℒ_data", total, LOSS, NUMBER, per_sample=False)
        taken = [f"{letter}_{layer_label(k, depth)}" for k, letter, _, _ in _parameters(problem)]
        total = Name(DATA_LOSS)
        for name, symbol, tree in problem.penalty.cost_trees(name for name in taken if problem.penalty.takes(name[0])):
            yield Equation(name, symbol, tree, LOSS, NUMBER, per_sample=False)
            total = total + Name(name)
    yield Equation("loss", "ℒ", total, LOSS, NUMBER, per_sample=False)
    above = {f"d{name}": name for name, _ in loss.forward}
    for name, tree in loss.backward:
        symbol, of = loss.symbols.get(name, name), above.get(name, "")
        detail = name not in known
        yield Equation(name, symbol, tree, BACKWARD, axes[name], detail=detail, gradient_of=of)
    yield from _backward(problem, loss, detailed)
    yield from _gradients(problem)
    yield from _update(problem)


def meaning_in(problem: Problem, name: str) -> str | None:
    """What a name stands for in a step of `problem`, whatever its loss; None where it stands for nothing."""
    if any(layer.function.name == name for layer in problem.network.layers):
        return "the function of a layer"
    return quantity_in(problem, name)


def quantity_in(problem: Problem, name: str) -> str | None:
    """The same, but for the functions' own names."""
    if name in MEANINGS:
        return MEANINGS[name]
    functions = {canonical(f"f_{k}", len(problem.network)) for k in range(1, len(problem.network) + 1)}
    if canonical(name, len(problem.network)) in functions:
        return "the function of a layer"
    backward = _backward(problem, LossEquations((), Name("y_out"), (), Name("y_out")), detailed=True)
    layers = chain(given(problem), _forward(problem), backward, _gradients(problem), _update(problem))
    names = {"sample_losses", "loss", DATA_LOSS, *PENALTIES, *(equation.name for equation in layers)}
    return "a quantity of the step" if canonical(name, len(problem.network)) in names else None


def _of_layer(
    part: str,
    letter: str,
    k: int,
    depth: int,
    tree: Node,
    axes: str = MATRIX,
    per_sample: bool = False,
    after: bool = False,
) -> Equation:
    name, symbol = f"{letter}_{layer_label(k, depth)}", layer_symbol(LETTERS[letter], k, depth)
    if after:
        name, symbol = f"{name}{NEXT}", f"{symbol}⁺"
    of = f"{GRADIENTS[letter]}_{layer_label(k, depth)}" if letter in GRADIENTS else ""
    return Equation(name, symbol, tree, part, axes, per_sample, letter, k, gradient_of=of)


def _share(problem: Problem, rows: int) -> Node | None:
    """What each sample's loss counts in ℒ: 1/n where that is the mean of several, else None."""
    return Quotient(Literal(1), Name("n")) if problem.reduction == "mean" and rows > 1 else None


@memoized(8)
def _loss(problem: Problem, rows: int, detailed: bool) -> LossEquations:
    """What the loss adds, kept as `statement_of` keeps what is made of it."""
    stated, share = problem.loss.equations(problem.targets.shape[1] == 1), _share(problem, rows)
    stated = stated.detailed if detailed and stated.detailed is not None else stated
    stated = stated if problem.joined_loss is None else problem.joined_loss.equations(stated)
    return stated if share is None else stated.shared(share)


def _shapes_of_loss(problem: Problem, rows: int, loss: LossEquations) -> dict[str, Shape]:
    """The shapes of what the loss adds: a matrix, or a number for each sample."""
    found: dict[str, Shape] = dict.fromkeys(("y_out", "y_gt"), (rows, problem.targets.shape[1]))
    shapes = Shapes(lambda name: found.get(name, SINGLE))
    for name, tree in (*loss.forward, *loss.backward):
        found[name] = shapes(tree)
    return found


def _forward(problem: Problem) -> Iterator[Equation]:
    """s_k = z_{k-1} W_k + b_k and z_k = f_k(s_k)."""
    depth, z = len(problem.network), Name("X_in")
    for k, layer in enumerate(problem.network.layers, start=1):
        label = layer_label(k, depth)
        product = z @ Name(f"W_{label}")
        tree = product if layer.bias is None else product + Name(f"b_{label}")
        s = _of_layer(FORWARD, "s", k, depth, tree, per_sample=True)
        yield s
        tree = Function(f"f_{label}", Name(s.name))
        activation = _of_layer(FORWARD, "y" if k == depth else "z", k, depth, tree, per_sample=True)
        yield activation
        z = Name(activation.name)


def _slope(k: int, depth: int) -> Node:
    """f_k'(s_k)"""
    label = layer_label(k, depth)
    return Function(f"f_{label}", Name(f"s_{label}"), slope=True)


def _backward(problem: Problem, loss: LossEquations, detailed: bool) -> Iterator[Equation]:
    """δ_L = ∂ℒ/∂y_out ⊙ f_L'(s_L), δ_k = (δ_{k+1} W_{k+1}ᵀ) ⊙ f_k'(s_k); with ∂ℒ/∂z_k = δ_{k+1} W_{k+1}ᵀ between. Where
    the loss is joined with f_L, δ_L is what comes of both.
    """
    depth, gradient = len(problem.network), loss.output_gradient
    for k in range(depth, 0, -1):
        label = layer_label(k, depth)
        if detailed:
            dz = _of_layer(BACKWARD, "dy" if k == depth else "dz", k, depth, gradient, per_sample=True)
            yield dz._replace(detail=True)
            gradient = Name(dz.name)
        tree = gradient * _slope(k, depth)
        if k == depth and loss.output_delta is not None:
            tree = loss.output_delta
        delta = _of_layer(BACKWARD, "delta", k, depth, tree, per_sample=True)
        yield delta
        gradient = Name(delta.name) @ Name(f"W_{label}").T


def _gradients(problem: Problem) -> Iterator[Equation]:
    """∂W_k = z_{k-1}ᵀ δ_k and ∂b_k, the column sums of δ_k, each with what the penalty adds."""
    depth = len(problem.network)
    for k in range(depth, 0, -1):
        label = layer_label(k, depth)
        delta, below = Name(f"delta_{label}"), Name("X_in" if k == 1 else f"z_{k - 1}")
        yield _of_layer(GRADIENT, "dW", k, depth, _penalised(problem, "W", label, below.T @ delta))
        if problem.network.layers[k - 1].bias is not None:
            tree = _penalised(problem, "b", label, Total(ROWS, delta))
            yield _of_layer(GRADIENT, "db", k, depth, tree, PER_UNIT)


def _penalised(problem: Problem, letter: str, label: str, gradient: Node) -> Node:
    penalty = problem.penalty
    return penalty.gradient_tree(gradient, Name(f"{letter}_{label}")) if penalty.takes(letter) else gradient


def _parameters(problem: Problem) -> Iterator[tuple[int, str, str, bool]]:
    """Every W_k and b_k: k from 1, its letter, its axes, and whether it is trained."""
    for k, layer in enumerate(problem.network.layers, start=1):
        yield k, "W", MATRIX, layer.train_weights
        if layer.bias is not None:
            yield k, "b", PER_UNIT, layer.train_bias


def _update(problem: Problem) -> Iterator[Equation]:
    """W_k⁺ = W_k - α ∂W_k, or what the update has in its place, after what that remembers and works out on the way;
    W_k where it is frozen; likewise b_k⁺.
    """
    depth, update = len(problem.network), problem.update
    for k, letter, axes, trained in _parameters(problem):
        label = layer_label(k, depth)
        name = Name(f"{letter}_{label}")
        if not trained:
            yield _of_layer(UPDATE, letter, k, depth, name, axes, after=True)
            continue
        named = _named(update, name)
        for part, tree in update.remembered(named):
            yield _of_layer(UPDATE, f"{part}{letter}", k, depth, tree, axes, after=part in update.buffers)
        yield _of_layer(UPDATE, letter, k, depth, update.updated(named), axes, after=True)


def _named(update: Update, parameter: Name) -> Named:
    """The names of a parameter's gradient, buffers and helpers: vW_1 and vW_1_next of W_1."""

    def after(part: str) -> Name:
        return Name(f"{part}{parameter.name}" + NEXT * (part in update.buffers))

    return Named(parameter, Name(f"d{parameter.name}"), lambda part: Name(f"{part}{parameter.name}"), after)
