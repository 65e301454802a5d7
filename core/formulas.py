"""The gradient of a weight matrix as a formula of the network: by the recursion, and expanded down to X_in.

A formula is a tree whose leaves are quantities. It can be printed, with the shape under each factor, and evaluated.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from core.activations import Activation
from core.arrays import Array
from core.computation import symbols_of, values_of
from core.losses import SoftmaxLoss
from core.problem import Problem
from core.quantity import SUBSCRIPTS, layer_label
from core.record import Record
from core.step import Step

Values: TypeAlias = Mapping[str, Array]
Shape: TypeAlias = tuple[int, ...]

OPENING, CLOSING = "([", ")],"
INDENT = "    "


@dataclass(frozen=True)
class Token:
    """A piece of a formula in print. `shape` stands under it (None: nothing does); `name` is the quantity that it shows
    ("" for a sign or a function), `transposed` whether it shows it turned.
    """

    text: str
    shape: Shape | None = None
    name: str = ""
    transposed: bool = False


class Node(ABC):
    """A part of a formula: its tokens, its shape, and its value from those of the quantities at its leaves."""

    @abstractmethod
    def tokens(self) -> Iterator[Token]: ...

    @abstractmethod
    def evaluate(self, values: Values) -> Array: ...

    @property
    def loose(self) -> bool:
        """Whether it needs brackets inside of a product."""
        return False

    def tight(self, brackets: str = "()") -> Iterator[Token]:
        """Its tokens, in brackets where it needs them."""
        if self.loose:
            yield Token(brackets[0])
        yield from self.tokens()
        if self.loose:
            yield Token(brackets[1])


@dataclass(frozen=True)
class Leaf(Node):
    """A quantity of the step."""

    name: str
    symbol: str
    shape: Shape
    transposed: bool = False

    @property
    def turned(self) -> Leaf:
        """Its transpose."""
        return Leaf(self.name, self.symbol, self.shape[::-1], not self.transposed)

    def tokens(self) -> Iterator[Token]:
        yield Token(self.symbol + "ᵀ" * self.transposed, self.shape, self.name, self.transposed)

    def evaluate(self, values: Values) -> Array:
        return values[self.name].T if self.transposed else values[self.name]


@dataclass(frozen=True)
class MatrixProduct(Node):
    """left right; `brackets` are those that the right side may need."""

    left: Node
    right: Node
    brackets: str = "()"

    def tokens(self) -> Iterator[Token]:
        yield from self.left.tight()
        yield from self.right.tight(self.brackets)

    def evaluate(self, values: Values) -> Array:
        product: Array = self.left.evaluate(values) @ self.right.evaluate(values)
        return product


@dataclass(frozen=True)
class Signed(Node):
    """left ⊙ right, left + right or left - right, entry by entry; a bias is added to every row."""

    left: Node
    sign: str
    right: Node

    @property
    def loose(self) -> bool:
        return True

    def tokens(self) -> Iterator[Token]:
        if self.sign != "⊙":
            yield from (*self.left.tokens(), Token(self.sign), *self.right.tokens())
            return
        if isinstance(self.left, MatrixProduct) and isinstance(self.left.left, Leaf):
            yield from (Token("("), *self.left.tokens(), Token(")"))
        else:
            yield from self.left.tight()
        yield from (Token(self.sign), *self.right.tight())

    def evaluate(self, values: Values) -> Array:
        operation = {"⊙": np.multiply, "+": np.add, "-": np.subtract}[self.sign]
        result: Array = operation(self.left.evaluate(values), self.right.evaluate(values))
        return result


@dataclass(frozen=True, eq=False)
class Applied(Node):
    """f(argument), entry by entry; `slope` for f'."""

    symbol: str
    function: Activation
    argument: Node
    slope: bool = False

    def tokens(self) -> Iterator[Token]:
        text = f"{self.symbol}{chr(39) * self.slope}("
        if isinstance(self.argument, Leaf):
            leaf = self.argument
            yield Token(f"{text}{leaf.symbol})", leaf.shape, leaf.name)
            return
        yield Token(text)
        yield from self.argument.tokens()
        yield Token(")")

    def evaluate(self, values: Values) -> Array:
        s = self.argument.evaluate(values)
        return self.function.slope(s) if self.slope else self.function(s)


@dataclass(frozen=True)
class Turned(Node):
    """The transpose of a part."""

    part: Node

    def tokens(self) -> Iterator[Token]:
        *first, last = self.part.tokens()
        yield from first
        yield Token(last.text + "ᵀ", last.shape, last.name, True)

    def evaluate(self, values: Values) -> Array:
        return self.part.evaluate(values).T


@dataclass(frozen=True, eq=False)
class LossGradient(Node):
    """∂ℒ/∂y_out: of the squared error a difference, else a function of y_out and y_gt."""

    problem: Problem
    outputs: Node
    targets: Leaf
    share: float

    def tokens(self) -> Iterator[Token]:
        if isinstance(self.outputs, Leaf):
            yield Token("∂ℒ/∂y_out", self.outputs.shape)
        elif isinstance(self.problem.loss, SoftmaxLoss):
            yield Token("∂ℒ/∂y_out(")
            yield from self.outputs.tokens()
            yield Token(",")
            yield from self.targets.tokens()
            yield Token(")")
        else:
            if self.share != 1.0:
                yield Token(f"1/{self.targets.shape[0]}")
            yield from Signed(self.outputs, "-", self.targets).tight()

    def evaluate(self, values: Values) -> Array:
        outputs, targets = self.outputs.evaluate(values), self.targets.evaluate(values)
        return self.share * self.problem.loss.gradient(outputs, targets)


@dataclass(frozen=True, eq=False)
class Formula(Record):
    """left = right, over the quantities of a step."""

    left: Token
    right: Node
    values: Values = field(repr=False)

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Left side, equals sign and right side, in print order."""
        return (self.left, Token("="), *self.right.tokens())

    @property
    def text(self) -> str:
        """The formula in a line."""
        return " ".join("".join(token.text for token in word) for word in self._words())

    @property
    def shapes(self) -> str:
        """The line of shapes that goes under the first of `lines`."""
        return self.lines()[0][1]

    def lines(self, width: int | None = None) -> list[tuple[str, str]]:
        """The formula, spaced so that there is room for the shapes, and the shapes under it, in as many pairs of lines
        as `width` (None: any) asks for.
        """
        pairs: list[tuple[str, str]] = []
        above, below = "", ""
        for word in self._words():
            rooms = [max(len(token.text), len(_under(token))) for token in word]
            if above and width is not None and len(above) + 1 + sum(rooms) > width:
                pairs.append((above.rstrip(), below.rstrip()))
                above = below = INDENT
            elif above:
                above, below = above + " ", below + " "
            for token, room in zip(word, rooms, strict=True):
                # Room that only the shape needs goes to the side that faces no bracket.
                text = token.text.ljust(room) if token is word[-1] else token.text.rjust(room)
                above, below = above + text, below + _under(token).center(room)
        return [*pairs, (above.rstrip(), below.rstrip())]

    def _words(self) -> list[list[Token]]:
        """The tokens, those together between which there is no space."""
        words: list[list[Token]] = []
        for token in self.tokens:
            if words and (token.text[0] in CLOSING or words[-1][-1].text[-1] in OPENING):
                words[-1].append(token)
            else:
                words.append([token])
        return words

    @np.errstate(all="ignore")
    def evaluate(self, values: Values | None = None) -> Array:
        """The right side, from the step's values, or from these."""
        return self.right.evaluate(self.values if values is None else values)


@dataclass(frozen=True, eq=False)
class Recursion:
    """Formulas in the order in which they are evaluated, each from the ones before it; the last is the gradient."""

    formulas: tuple[Formula, ...]

    @property
    def text(self) -> str:
        return "\n".join(formula.text for formula in self.formulas)

    def lines(self, width: int | None = None) -> list[tuple[str, str]]:
        return [pair for formula in self.formulas for pair in formula.lines(width)]

    @property
    def shapes(self) -> str:
        """The lines of shapes that go under the first of `lines`, one for each formula."""
        return "\n".join(formula.shapes for formula in self.formulas)

    def evaluate(self) -> Array:
        """The last formula's value, each δ computed anew on the way there."""
        values = dict(self.formulas[0].values)
        for formula in self.formulas:
            values[formula.left.name] = result = formula.evaluate(values)
        return result


def recursive(step: Step, k: int) -> Recursion:
    """∂ℒ/∂W_k of a step (layers from 1) by the recursion: δ_L = ∂ℒ/∂y_out ⊙ f_L'(s_L), δ_l = (δ_{l+1} W_{l+1}ᵀ) ⊙
    f_l'(s_l) down to l = k, and z_{k-1}ᵀ δ_k. Raises IndexError for a layer that there is not.
    """
    build = _Builder(step, k)
    formulas = [build.formula("delta", build.depth, build.hadamard(build.loss_gradient(), build.depth))]
    for layer in range(build.depth - 1, k - 1, -1):
        above = build.leaf(f"delta_{build.label(layer + 1)}")
        product = MatrixProduct(above, build.leaf(f"W_{build.label(layer + 1)}").turned)
        formulas.append(build.formula("delta", layer, build.hadamard(product, layer)))
    gradient = MatrixProduct(build.below(k).turned, build.leaf(f"delta_{build.label(k)}"))
    return Recursion((*formulas, build.formula("dW", k, gradient)))


def expanded(step: Step, k: int, forward: bool = False) -> Formula:
    """∂ℒ/∂W_k of a step (layers from 1) in one formula, in which every δ has been put in place: for the first of three
    layers X_inᵀ [((∂ℒ/∂y_out ⊙ f_out'(s_out)) W_outᵀ ⊙ f_2'(s_2)) W_2ᵀ ⊙ f_1'(s_1)].

    With `forward` the s, the z and ∂ℒ/∂y_out are expanded, too, down to X_in, y_gt, the weights and the biases.
    Raises IndexError for a layer that there is not.
    """
    build = _Builder(step, k, forward)
    delta: Node = build.hadamard(build.loss_gradient(), build.depth)
    for layer in range(build.depth - 1, k - 1, -1):
        product = MatrixProduct(delta, build.leaf(f"W_{build.label(layer + 1)}").turned)
        delta = build.hadamard(product, layer)
    left = build.below(k).turned if not forward or k == 1 else Turned(build.z(k - 1))
    return build.formula("dW", k, MatrixProduct(left, delta, "[]"))


class _Builder:
    """The parts of a step's formulas."""

    def __init__(self, step: Step, k: int, forward: bool = False) -> None:
        self.step, self.depth, self.forward = step, len(step.weights), forward
        if not 1 <= k <= self.depth:
            raise IndexError(f"expected a layer from 1 to {self.depth}, found {k}")
        self.values, self.symbols = values_of(step), symbols_of(step)

    def label(self, k: int) -> str:
        return layer_label(k, self.depth)

    def leaf(self, name: str) -> Leaf:
        return Leaf(name, self.symbols[name], self.values[name].shape)

    def below(self, k: int) -> Leaf:
        """z_{k-1}."""
        return self.leaf("X_in" if k == 1 else f"z_{k - 1}")

    def s(self, k: int) -> Node:
        label = self.label(k)
        if not self.forward:
            return self.leaf(f"s_{label}")
        product = MatrixProduct(self.leaf("X_in") if k == 1 else self.z(k - 1), self.leaf(f"W_{label}"))
        return product if self.step.biases[k - 1] is None else Signed(product, "+", self.leaf(f"b_{label}"))

    def z(self, k: int) -> Node:
        """z_k as f_k(s_k)."""
        return Applied(self._f(k), self._function(k), self.s(k))

    def hadamard(self, left: Node, k: int) -> Node:
        """left ⊙ f_k'(s_k)."""
        return Signed(left, "⊙", Applied(self._f(k), self._function(k), self.s(k), slope=True))

    def loss_gradient(self) -> Node:
        outputs = self.z(self.depth) if self.forward else self.leaf("y_out")
        return LossGradient(self.step.problem, outputs, self.leaf("y_gt"), self.step.share)

    def formula(self, kind: str, k: int, right: Node) -> Formula:
        name = f"{kind}_{self.label(k)}"
        symbol = self.symbols[name].replace("∂", "∂ℒ/∂")
        return Formula(Token(symbol, self.values[name].shape, name), right, self.values)

    def _function(self, k: int) -> Activation:
        return self.step.problem.network.layers[k - 1].function

    def _f(self, k: int) -> str:
        return "f_out" if k == self.depth else f"f{str(k).translate(SUBSCRIPTS)}"


def _under(token: Token) -> str:
    return "" if token.shape is None else "×".join(map(str, token.shape))
