"""What the quantities of a step are called in print: the one place that everybody asks, whatever the notation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from core.equations import PER_SAMPLE, Statement
from core.expression.nodes import COLUMNS, Node, put_in_place
from core.expression.paper import on_paper
from core.expression.pieces import Piece, Pieces, as_text
from core.expression.style import Style
from core.quantity import LETTERS, layer_symbol

if TYPE_CHECKING:
    from core.arrays import Array

ANY = "."  # in place of an index: all of them


class Wording:
    """sgdb's own names for the quantities of a statement, and its formulas. `core.notations.wording` has those of other
    notations.

    On a screen a row stays a sample, and a number is what the run has, in every notation. So there are two names: the
    heading of the numbers as they stand there (Z₁ᵀ, dZ₁ᵀ/m, -δ₁ᵀ), and the letter that formulas have (Z₁, dZ₁, δ₁).
    """

    is_own = True

    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    @cached_property
    def headings(self) -> dict[str, str]:
        """What numbers are called as the step has them, by sgdb's name: quantities, given ones first, and numbers."""
        return self._statement.own_symbols

    @cached_property
    def pieces(self) -> dict[str, Piece]:
        """What stands for them in formulas."""
        return self._statement.own_pieces

    @cached_property
    def letters(self) -> dict[str, str]:
        """The same as texts."""
        return {name: as_text([piece]) for name, piece in self.pieces.items()}

    def turns(self, name: str) -> bool:  # noqa: ARG002
        """Whether formulas have a matrix otherwise than the screen: transposed."""
        return False

    def in_place(self, name: str, indices: Sequence[int | str]) -> tuple[int | str, ...]:
        """A cell's indices, those of the screen, as they are behind the letter."""
        return (*indices[::-1],) if len(indices) > 1 and self.turns(name) else (*indices,)

    def cell(self, name: str, cell: Sequence[int | str]) -> Pieces:
        """A number as the step has it, in print: s₁[3,3]."""
        return self._numbers(name, self.in_place(name, cell))

    def label(self, name: str, indices: Sequence[int | str]) -> str:
        """Numbers of a quantity in print, ANY where all of an axis is meant, left out at the end: X_in[8], W₁[.,3]."""
        return as_text(self._numbers(name, self._shown(name, indices)))

    def typed(self, name: str, indices: Sequence[int | str] = ()) -> str:
        """A number as it is typed: W_1[1,3]; what has no letter by its own name, batch_size."""
        cell = f"[{','.join(map(str, self.in_place(name, indices)))}]" if indices else ""
        return f"{self._typed(name)}{cell}"

    def _typed(self, name: str) -> str:
        return name

    def letter_at(self, name: str, indices: Sequence[int | str]) -> str:
        """What formulas call such numbers."""
        return as_text([self.pieces[name]._replace(cell=self._shown(name, indices))])

    def _shown(self, name: str, indices: Sequence[int | str]) -> tuple[int | str, ...]:
        shown = [*self.in_place(name, indices)]
        while shown and shown[-1] == ANY:
            shown.pop()
        return (*shown,)

    def _numbers(self, name: str, indices: tuple[int | str, ...]) -> Pieces:
        """A quantity's numbers as the step has them, at the places that these indices name behind its letter."""
        return (self.pieces[name]._replace(cell=indices),)

    def word(self, letter: str) -> str:
        """What a layer's quantities are called, without its number: s, ∂W."""
        return LETTERS[letter]

    def function(self, k: int) -> str:
        """What the function of layer k is called."""
        return layer_symbol("f", k, len(self._statement.problem.network))

    def style(self, style: Style) -> Style:
        """A style of print, with the functions as they are called."""
        return style

    def tree(self, name: str) -> Node:
        """What a quantity is computed by, as formulas have it."""
        return self._statement.equations[name].tree

    def formula(self, name: str) -> Pieces:
        """The right side of a quantity's formula."""
        return self.of_tree(self.tree(name))

    def of_tree(self, tree: Node, over: str = COLUMNS) -> Pieces:
        """A formula in print; a Σ over columns says so unless a sum is `over` them anyway."""
        statement = self._statement
        return on_paper(tree, statement.rows, self.pieces, statement.with_axes(PER_SAMPLE), over)

    def behind(self, name: str) -> str:
        """What stands between a heading and the formula behind it: " = "; or "  Z₁ = ", where the heading is not the
        letter that the formula is of.
        """
        letter = self.letters[name]
        return " = " if self.headings[name] == letter else f"  {letter} = "

    def put_in_place(self, tree: Node, trees: dict[str, Node]) -> Node:
        """A tree with others in place of the names that these belong to."""
        return put_in_place(tree, trees)

    def as_headed(self, name: str, text: str) -> str:  # noqa: ARG002
        """What the screen's numbers of a quantity come to, from what its letter does."""
        return text

    def shape(self, name: str, values: Array) -> tuple[int, ...]:
        """The shape of what the letter stands for."""
        shape: tuple[int, ...] = values.shape
        return shape[::-1] if self.turns(name) else shape
