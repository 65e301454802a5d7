"""The gradient of a weight matrix as a formula of the network: by the recursion, and expanded down to X_in.

A formula can be printed, with the shape under each factor, and evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeAlias

from core.arrays import Array
from core.computation import Values, size_text, values_of
from core.equations import Statement, statement_of
from core.expression.nodes import ROWS, Node, put_in_place
from core.expression.pieces import BLANK, CLOSE, EQUALS, LETTER, OPEN, SPACE, WORD, Piece, Pieces, as_text
from core.expression.style import printed_symbol
from core.losses.base import OUTPUT_GRADIENT
from core.quantity import layer_label
from core.record import Record
from core.step import Step

INDENT = "    "


@dataclass(frozen=True)
class Token:
    """A piece of a formula in print. `shape` stands under it (None: nothing does); `name` is the quantity that it shows
    ("" for a sign or a function), `transposed` whether it shows it turned.
    """

    text: str
    shape: tuple[int, ...] | None = None
    name: str = ""
    transposed: bool = False


Word: TypeAlias = tuple[Token, ...]  # what stands together without a space


@dataclass(frozen=True, eq=False)
class GradientFormula(Record):
    """A gradient, or a δ, as left = right over the quantities of a step. `pieces` has both sides in print; `words` the
    right one.
    """

    left: Token
    right: Node
    words: tuple[Word, ...]
    pieces: Pieces
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

    formulas: tuple[GradientFormula, ...]

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
    return Recursion(tuple(build.formula(name) for name in (*build.deltas, build.gradient)))


def expanded(step: Step, k: int, forward: bool = False) -> GradientFormula:
    """∂ℒ/∂W_k of a step (layers from 1) in one formula, in which every δ has been put in place: for the first of three
    layers X_inᵀ [((∂ℒ/∂y_out ⊙ f_out'(s_out)) W_outᵀ ⊙ f_2'(s_2)) W_2ᵀ ⊙ f_1'(s_1)].

    With `forward` the s, the z and ∂ℒ/∂y_out are expanded, too, down to X_in, y_gt, the weights and the biases.
    Raises IndexError for a layer that there is not.
    """
    build = _Builder(step, k)
    names = (*(build.before_deltas if forward else ()), *build.deltas, build.gradient)
    return build.formula(build.gradient, build.in_place(names))


class _Builder:
    """The formulas of a step: `trees` over sgdb's names, `written` the same as the notation that is spoken has them."""

    def __init__(self, step: Step, k: int) -> None:
        depth = len(step.weights)
        if not 1 <= k <= depth:
            raise IndexError(f"expected a layer from 1 to {depth}, found {k}")
        self._rows = len(step.batch)
        self._statement = statement_of(step.problem, self._rows, detailed=False, index=step.index)
        self.trees = {name: equation.tree for name, equation in self._statement.equations.items()}
        # The gradient at the output, which the statement puts in place, has a name of its own here.
        delta = step.statement.equations["delta_out"].tree
        self.trees |= {OUTPUT_GRADIENT: self._statement.output_gradient, "delta_out": delta}
        names = [*self._statement.equations]
        self.before_deltas = [*names[: names.index("delta_out")], OUTPUT_GRADIENT]
        self.deltas = [f"delta_{layer_label(layer, depth)}" for layer in range(depth, k - 1, -1)]
        self.gradient = f"dW_{layer_label(k, depth)}"
        self._values = values_of(step)
        self._wording = self._statement.wording
        self.written: dict[str, Node] = self.trees
        if not self._wording.is_own:
            stated, self._wording = self._wording, step.statement.wording
            in_detail = [name for name in ("delta_out", OUTPUT_GRADIENT) if name in step.statement.equations]
            self.written = {name: stated.tree(name) for name in self._statement.equations}
            self.written |= {name: self._wording.tree(name) for name in in_detail}

    def in_place(self, names: Iterable[str]) -> tuple[Node, Node]:
        """The last of these quantities with those before it put in place, over sgdb's names and as it is written."""
        trees: dict[str, Node] = {}
        written: dict[str, Node] = {}
        for name in names:
            trees[name] = put_in_place(self.trees[name], trees)
            if name in self.written:
                written[name] = self._wording.put_in_place(self.written[name], written)
        return trees[name], written[name]

    def formula(self, name: str, trees: tuple[Node, Node] | None = None) -> GradientFormula:
        """The formula of a quantity, as it is stated or by these trees, over sgdb's names and as it is written."""
        tree, written = trees or (self.trees[name], self.written[name])
        left = self._whole(self._wording.pieces.get(name, printed_symbol(name)))
        right = tuple(map(self._whole, self._wording.of_tree(written, over=ROWS)))
        words = tuple(self._words(right))
        return GradientFormula(
            self._token((left,), left), tree, words, (left, *EQUALS, *right), self._values, self._statement
        )

    def _whole(self, piece: Piece) -> Piece:
        """∂ℒ/∂W for ∂W."""
        return piece._replace(before=f"∂{self._statement.letters['loss']}/∂") if piece.before == "∂" else piece

    def _words(self, pieces: Pieces) -> Iterator[Word]:
        single = (part for piece in pieces for part in _single_words(piece))
        for is_space, group in groupby(single, key=lambda piece: piece.kind == SPACE):
            if not is_space:
                yield tuple(self._tokens(tuple(group)))

    def _tokens(self, pieces: Pieces) -> Iterator[Token]:
        """A function of a single quantity, f₁'(s₁), is one token."""
        start = at = 0  # of the signs and functions that no token has yet
        while at < len(pieces):
            function, before, shown, behind = (*pieces[at : at + 4], *(None,) * 4)[:4]
            applied = before == OPEN and behind == CLOSE and function is not None and function.kind in (LETTER, WORD)
            piece, count = (shown, 4) if applied and shown is not None and shown.name else (pieces[at], 1)
            if piece.name:
                if start < at:
                    yield Token(as_text(pieces[start:at]))
                yield self._token(pieces[at : at + count], piece)
                start = at + count
            at += count
        if start < at:
            yield Token(as_text(pieces[start:at]))

    def _token(self, pieces: Pieces, shown: Piece) -> Token:
        """The token of a quantity, or of a function of it."""
        shape = self._wording.shape(shown.name, self._values[shown.name])
        return Token(as_text(pieces), shape[::-1] if shown.transposed else shape, shown.name, shown.transposed)


def _single_words(piece: Piece) -> Iterator[Piece]:
    if piece.kind != WORD:
        yield piece
        return
    for i, single in enumerate(piece.text.split(" ")):
        yield from (BLANK,) if i else ()
        yield piece._replace(text=single)


def _under(token: Token) -> str:
    return "" if token.shape is None else size_text(token.shape)
