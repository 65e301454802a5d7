"""Single cells of a step in a notation: how they come about from the numbers that it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from core.equations import Equation, Statement
from core.expression.line import LINE
from core.expression.nodes import Name, Node, Sum
from core.expression.pieces import Piece, Pieces
from core.expression.style import Style
from core.notations.printing import printed_function_in
from core.notations.rendition import Rendition
from core.origins import Place, Scope
from core.rules import Rules
from core.step import Step


@dataclass(frozen=True, eq=False)
class NotedStatement(Statement):
    """The equations of a step with the signs and the 1/n of a notation, in sgdb's layout."""

    trees: Mapping[str, Node] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def equations(self) -> dict[str, Equation]:
        plain = Statement(self.problem, self.rows, self.detailed).equations
        return {name: plain[name]._replace(tree=tree) for name, tree in self.trees.items()}

    @cached_property
    def out_of_range(self) -> dict[str, Node]:
        return {name: _multiplied(tree, self.factors.get(name, 1.0)) for name, tree in super().out_of_range.items()}


def _multiplied(tree: Node, factor: float) -> Node:
    tree = tree if abs(factor) == 1 else Name("n") * tree
    return Sum((-1, tree)) if factor < 0 else tree


class NotedScope(Scope):
    """A step's rules and values as a notation has them. Places are those of sgdb's layout, and printed as the notation
    has them: row and column, the place alone in a vector.
    """

    def __init__(self, step: Step, rendition: Rendition) -> None:
        super().__init__(step)
        plain, self._rendition = self.statement, rendition
        factors = {name: rendition.factor(name) for name in (*plain.given, *rendition.trees)}
        under = (plain.problem, plain.rows, plain.detailed, plain.index)
        self.statement: Statement = NotedStatement(*under, rendition.plain_trees, factors)
        self._rules = Rules(self.statement, rendition.turns)
        self.values = {
            name: values if factors[name] == 1 else factors[name] * values
            for name, values in self.values.items()
            if name in factors
        }

    def __reduce__(self) -> tuple[Callable[..., Scope], tuple[Any, ...]]:
        return NotedScope, (self.step, self._rendition)

    @cached_property
    def symbols(self) -> Mapping[str, Piece]:
        return {name: spelling.piece for name, spelling in self._rendition.spellings.items()}

    @cached_property
    def style(self) -> Style:
        return LINE._replace(function=lambda node: printed_function_in(self._rendition, node))

    def pieces(self, place: Place) -> Pieces:
        turned = len(place.cell) == 2 and self._rendition.turns(place.name)
        return (self.symbols[place.name]._replace(cell=place.cell[::-1] if turned else place.cell),)
