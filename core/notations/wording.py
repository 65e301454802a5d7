"""What the screen calls the quantities of a step in a course's notation."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from core.equations import MATRIX, Statement
from core.expression.nodes import COLUMNS, NUMBERS, Function, Name, Node, Sum, put_in_place
from core.expression.pieces import MINUS, Piece, Pieces, as_text, sign
from core.expression.style import Style
from core.notations.formulas import on_paper_in
from core.notations.names import OF_LAYER
from core.notations.printing import OWN, printed_function_in
from core.notations.rendition import Rendition
from core.notations.turning import Layout, without_minus
from core.notations.words import GRADIENTS, Notation, Word
from core.quantity import canonical, layer_label
from core.wording import Wording

OF_GRADIENTS = {"dweight": "weight", "dbias": "bias"}
OVER = "/"
ROLES_OF = {"z": "activation", **OF_LAYER}


def with_gradients(notation: Notation) -> Notation:
    """The notation with words for the gradients that it does without: the screen has them in sight."""
    loss = notation.word("loss") or Word("loss", "ℒ")
    words = dict(notation.words)
    for role in GRADIENTS:
        of = notation.word(OF_GRADIENTS[role])
        if notation.lacks(role) and of is not None:
            shown = f"∂{loss.in_print}/∂{of.in_print}"
            words[role] = Word(f"d{of.typed}", shown)
    return replace(notation, words=words)


class NotationWording(Wording):
    """The names and formulas of a notation, on a screen where a row is a sample and every number is the run's.

    A heading says how the numbers under it differ from what its letter stands for: ᵀ behind a matrix that the notation
    turns, - before a δ of the other sign, /m behind a gradient that has no 1/m in the notation: Z₁ᵀ, -δ₁ᵀ, dZ₁ᵀ/m. A
    list of numbers, such as a bias, stands as it is. A single number is named by its place behind the letter, row and
    column as the notation has them: Z₁[2,1], -δ₁[2,1], dZ₁[2,1]/m. Formulas are the notation's own.
    """

    is_own = False

    def __init__(self, statement: Statement, notation: Notation) -> None:
        super().__init__(statement)
        self.notation = notation
        self._own_way = Rendition(notation, statement)
        self.rendition = Rendition(with_gradients(notation), statement)

    @cached_property
    def headings(self) -> dict[str, str]:
        return {name: as_text(self._as_it_is(name, self._heading(name))) for name in self.pieces}

    @cached_property
    def pieces(self) -> dict[str, Piece]:
        numbers = self._statement.numbers
        found = {name: spelling.piece for name, spelling in self.rendition.spellings.items()}
        return {name: piece._replace(name="") if name in numbers else piece for name, piece in found.items()}

    def _typed(self, name: str) -> str:
        name = canonical(name, len(self._statement.problem.network))
        return self.rendition.spellings[name].typed if name in self.rendition.spellings else name

    def turns(self, name: str) -> bool:
        return name in self._matrices and self.rendition.turns(name)

    @cached_property
    def _matrices(self) -> frozenset[str]:
        return self._statement.with_axes(MATRIX)

    def _numbers(self, name: str, indices: tuple[int | str, ...]) -> Pieces:
        return self._as_it_is(name, self.pieces[name]._replace(cell=indices))

    def _heading(self, name: str) -> Piece:
        piece = self.pieces[name]
        return piece._replace(marks=f"{piece.marks}ᵀ") if self.turns(name) else piece

    def _as_it_is(self, name: str, piece: Piece) -> Pieces:
        """A piece with what makes the run's numbers of the notation's."""
        opposite, scaled = self._differs(name)
        return (*(MINUS,) * opposite, piece, *(self._share if scaled else ()))

    def _differs(self, name: str) -> tuple[bool, bool]:
        """Whether a quantity has the other sign in the notation, and whether it is without the 1/n there."""
        factor = self.rendition.factor(name)
        return factor < 0, abs(factor) != 1

    @cached_property
    def _share(self) -> Pieces:
        return (sign(OVER), self.pieces["n"])

    def as_headed(self, name: str, text: str) -> str:
        opposite, scaled = self._differs(name)
        if opposite or scaled:
            text = f"({text})"
        return f"{'-' * opposite}{text}{as_text(self._share) if scaled else ''}"

    def word(self, letter: str) -> str:
        word = self.rendition.notation.word(ROLES_OF[letter])
        return super().word(letter) if word is None else word.in_print

    def function(self, k: int) -> str:
        name = f"{OWN}{layer_label(k, len(self._statement.problem.network))}"
        piece = printed_function_in(self.rendition, Function(name, Name("x"))).parts[0]
        assert isinstance(piece, Piece)
        return as_text([piece])

    def style(self, style: Style) -> Style:
        return style._replace(function=lambda node: printed_function_in(self.rendition, node))

    def tree(self, name: str) -> Node:
        named = self._own_way.trees
        return named[name] if name in named else self.rendition.trees[name]

    def of_tree(self, tree: Node, over: str = COLUMNS) -> Pieces:  # noqa: ARG002
        """A formula of the notation, from its tree there."""
        found = on_paper_in(self.rendition, tree)
        numbers = self._statement.numbers
        return tuple(piece._replace(name="") if piece.name in numbers else piece for piece in found)

    def put_in_place(self, tree: Node, trees: dict[str, Node]) -> Node:
        """The same with transposes at the leaves, and a minus before all of it."""
        numbers = NUMBERS.union(self._statement.numbers)
        sign_, bare = without_minus(Layout(lambda _: False, False, numbers)(put_in_place(tree, trees)))
        return bare if sign_ > 0 else Sum((-1, bare))
