"""How each quantity of a step follows from others: its formula, and its value from theirs.

The values need not be the step's own: whoever checks work done by hand asks what would follow from somebody's numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TypeAlias

from core.arrays import Array
from core.equations import Statement, statement_of
from core.expression.nodes import Name, Node
from core.expression.paper import PaperPrinter
from core.expression.pieces import CLOSE, EQUALS, OPEN, SPACE, Piece, Pieces, as_text, sign, word
from core.problem import Problem
from core.step import Step

Values: TypeAlias = Mapping[str, Array]

FROZEN = (Piece(SPACE, "   "), OPEN, word("frozen"), CLOSE)


@dataclass(frozen=True)
class Variable:
    """A quantity in a formula, by name; `transposed` where it is turned."""

    name: str
    transposed: bool = False


@dataclass(frozen=True, eq=False)
class Computation:
    """One quantity of a step, by `name`, and how it is computed."""

    name: str
    statement: Statement

    @property
    def tree(self) -> Node:
        """What the quantity is computed by."""
        return self.statement.equations[self.name].tree

    @property
    def frozen(self) -> bool:
        """Whether it is a weight or bias that is not trained."""
        return isinstance(self.tree, Name) and self.name == self.statement.updates.get(self.tree.name)

    @property
    def symbol(self) -> Piece:
        """The left side in print."""
        return self.statement.pieces[self.name]

    @cached_property
    def pieces(self) -> Pieces:
        """The formula that it is computed by in print, without the left side."""
        return self.statement.wording.formula(self.name) + FROZEN * self.frozen

    def printer(self, numbers: Mapping[str, str] = {}) -> PaperPrinter:
        """What prints it and its parts, with `numbers` in place of their names."""
        return PaperPrinter(self.statement.rows, self.statement.pieces, numbers=numbers)

    @property
    def formula(self) -> tuple[str | Variable, ...]:
        """The same as texts and quantities, in order."""
        found: list[str | Variable] = []
        for is_text, group in groupby(_with_indices(self.pieces), key=lambda piece: not piece.name):
            if is_text:
                found.append(as_text(group))
            else:
                found += (Variable(piece.name, piece.transposed) for piece in group)
        return tuple(found)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The quantities that the formula names, in its order."""
        return tuple(dict.fromkeys(piece.name for piece in self.pieces if piece.name))

    @property
    def text(self) -> str:
        """The right side in print."""
        return as_text(self.pieces)

    def evaluate(self, values: Values) -> Array:
        """The quantity's value from values of its inputs."""
        return self.statement.evaluate(self.name, values)

    def lines(self, values: Values) -> tuple[str, str]:
        """The formula, and the line of shapes that stands under it: ("s₁ = X_in W₁", "4×3  4×2 2×3")."""
        above = below = ""
        for piece in (self.symbol, *EQUALS, *self.pieces):
            if not piece.name:
                above += as_text([piece])
                continue
            size = size_text(self.statement.wording.shape(piece.name, values[piece.name]), piece.transposed)
            column = max(len(above), len(below) + 1 if below and size else 0)
            above = above.ljust(column) + as_text([piece])
            below = below.ljust(column) + size if size else below
        return above, below


def _with_indices(pieces: Pieces) -> Iterator[Piece]:
    """The pieces, with an index that is not its quantity's own, p_j, behind it."""
    for piece in pieces:
        yield piece
        if piece.name and piece.subscript and "_" not in piece.name:
            yield sign(f"_{piece.subscript}")


def size_text(shape: tuple[int, ...], transposed: bool = False) -> str:
    """A shape in print, 4×2."""
    return "×".join(map(str, shape[::-1] if transposed else shape))


def values_of(step: Step) -> dict[str, Array]:
    """Every quantity of a step by name, given ones first, then in the order of the computation."""
    return dict(step.values)


def symbols_of(step: Step) -> dict[str, str]:
    """The symbol in print of every quantity of a step, by name."""
    return {name: step.statement.symbols[name] for name in step.values}


def copies(problem: Problem) -> dict[str, str]:
    """The quantities of a step that are another one unchanged, each with that one: z of an identity, δ_out of an
    identity where y_out are the logits, a frozen W⁺ or b⁺. Who has worked out the one has the other.
    """
    statement = Statement(problem, rows=1)
    found = {name: statement.without_identities(equation.tree) for name, equation in statement.equations.items()}
    return {name: tree.name for name, tree in found.items() if isinstance(tree, Name)}


def computations(problem: Problem, rows: int, detailed: bool = True, index: int = 0) -> tuple[Computation, ...]:
    """How step `index` of `problem` with a batch of `rows` rows is computed, in the order of `core.quantities`; unless
    `detailed`, without the quantities that only make its steps smaller: ∂ℒ/∂z_k, ∂ℒ/∂y_out, the hinge's terms.
    """
    statement = statement_of(problem, rows, detailed, index)
    return tuple(Computation(name, statement) for name in statement.equations)
