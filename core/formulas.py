"""The gradient of a weight matrix as a formula of the network: by the recursion, and expanded down to X_in.

A formula can be printed, with the shape under each factor, and evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from core.arrays import Array
from core.computation import symbols_of, values_of
from core.equations import Statement
from core.expression.nodes import Name, Node, put_in_place
from core.expression.text import Variable, formula_text
from core.quantity import layer_label
from core.record import Record
from core.step import Step

Values: TypeAlias = Mapping[str, Array]
Shape: TypeAlias = tuple[int, ...]

OUTPUT_GRADIENT = "dy_out"
FUNCTION = re.compile(r"[^\s(\[]+\($")  # the beginning of a function of a single quantity: f₁'(
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


Word: TypeAlias = tuple[Token, ...]  # what stands together without a space


@dataclass(frozen=True, eq=False)
class Formula(Record):
    """left = right, over the quantities of a step. `words` has the right side in print."""

    left: Token
    right: Node
    words: tuple[Word, ...]
    values: Values = field(repr=False)
    statement: Statement = field(repr=False)

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Left side, equals sign and right side, in print order."""
        return tuple(token for word in self._words() for token in word)

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

    def _words(self) -> tuple[Word, ...]:
        return ((self.left,), (Token("="),), *self.words)

    def evaluate(self, values: Values | None = None) -> Array:
        """The right side, from the step's values, or from these."""
        return self.statement.value_of(self.right, self.values if values is None else values)


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
    return Recursion(tuple(build.formula(name, build.trees[name]) for name in (*build.deltas, build.gradient)))


def expanded(step: Step, k: int, forward: bool = False) -> Formula:
    """∂ℒ/∂W_k of a step (layers from 1) in one formula, in which every δ has been put in place: for the first of three
    layers X_inᵀ [((∂ℒ/∂y_out ⊙ f_out'(s_out)) W_outᵀ ⊙ f_2'(s_2)) W_2ᵀ ⊙ f_1'(s_1)].

    With `forward` the s, the z and ∂ℒ/∂y_out are expanded, too, down to X_in, y_gt, the weights and the biases.
    Raises IndexError for a layer that there is not.
    """
    build = _Builder(step, k)
    trees: dict[str, Node] = {}
    for name in (*(build.before_deltas if forward else ()), *build.deltas, build.gradient):
        trees[name] = put_in_place(build.trees[name], trees)
    return build.formula(build.gradient, trees[build.gradient])


class _Builder:
    """The formulas of a step."""

    def __init__(self, step: Step, k: int) -> None:
        depth = len(step.weights)
        if not 1 <= k <= depth:
            raise IndexError(f"expected a layer from 1 to {depth}, found {k}")
        self._rows = len(step.batch)
        self._statement = Statement(step.problem, self._rows)
        self.trees = {name: equation.tree for name, equation in self._statement.equations.items()}
        # The gradient at the output, which the statement puts in place, has a name of its own here.
        slope = self.trees["delta_out"].children[-1]
        self.trees |= {OUTPUT_GRADIENT: self._statement.output_gradient, "delta_out": Name(OUTPUT_GRADIENT) * slope}
        names = [*self._statement.equations]
        self.before_deltas = [*names[: names.index("delta_out")], OUTPUT_GRADIENT]
        self.deltas = [f"delta_{layer_label(layer, depth)}" for layer in range(depth, k - 1, -1)]
        self.gradient = f"dW_{layer_label(k, depth)}"
        self._values = values_of(step)
        self._values[OUTPUT_GRADIENT] = self._statement.value_of(self.trees[OUTPUT_GRADIENT], self._values)
        self._symbols = symbols_of(step) | {OUTPUT_GRADIENT: "∂ℒ/∂y_out"}

    def formula(self, name: str, tree: Node) -> Formula:
        left = Token(self._symbols[name].replace("∂", "∂ℒ/∂"), self._values[name].shape, name)
        words = tuple(self._words(tree))
        return Formula(left, tree, words, self._values, self._statement)

    def _words(self, tree: Node) -> Iterator[Word]:
        word: list[Token] = []
        for piece in formula_text(tree, self._rows):
            if isinstance(piece, Variable):
                word.append(self._factor(piece))
                continue
            first, *rest = piece.split(" ")
            word += [Token(first)] * bool(first)
            for text in rest:
                if word:
                    yield _joined(word)
                word = [Token(text)] * bool(text)
        if word:
            yield _joined(word)

    def _factor(self, variable: Variable) -> Token:
        shape = self._values[variable.name].shape
        text = self._symbols[variable.name] + "ᵀ" * variable.transposed
        return Token(text, shape[::-1] if variable.transposed else shape, variable.name, variable.transposed)


def _joined(word: list[Token]) -> Word:
    """A word in which a function of a single quantity, f₁'(s₁), is one token."""
    joined: list[Token] = []
    for token in word:
        before = joined[-2] if len(joined) > 1 and joined[-1].name else None
        function = FUNCTION.search(before.text) if before is not None and token.text.startswith(")") else None
        if before is None or function is None:
            joined.append(token)
            continue
        argument = joined.pop()
        joined[-1:] = [Token(before.text[: function.start()])] * bool(function.start())
        joined.append(replace(argument, text=f"{function[0]}{argument.text})"))
        joined += [Token(token.text[1:])] * (len(token.text) > 1)
    return tuple(joined)


def _under(token: Token) -> str:
    return "" if token.shape is None else "×".join(map(str, token.shape))
