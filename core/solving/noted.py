"""How a worked solution writes a step in the notation of a course: its names, its full layout, its signs, its 1/n."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.arithmetic import CellArithmetic, slope_of
from core.arrays import Array
from core.computation import FROZEN, Computation, copies
from core.equations import PER_SAMPLE, statement_of
from core.explanation import Explanation
from core.expression.nodes import Node
from core.expression.paper import PaperPrinter
from core.expression.pieces import EQUALS, MINUS, Piece, Pieces, number, sign
from core.notations.cells import NotedScope
from core.notations.formulas import paper_formula
from core.notations.names import bare
from core.notations.printing import paper_printer
from core.notations.rendition import Rendition
from core.notations.shipped import NOTATIONS, SGDB
from core.notations.words import OWN_LETTERS, Notation
from core.problem import Problem
from core.quantity import NEXT, layer_label
from core.solving.solution import Prose
from core.solving.writing import Writing
from core.step import Step


@dataclass(frozen=True, eq=False)
class NotedComputation(Computation):
    """How a quantity is computed as a notation has it."""

    rendition: Rendition

    @property
    def tree(self) -> Node:
        return self.rendition.trees[self.name]

    @property
    def symbol(self) -> Piece:
        return self.rendition.spellings[self.name].piece

    @cached_property
    def pieces(self) -> Pieces:
        _, *right = paper_formula(self.rendition, self.name)
        return (*right[len(EQUALS) :], *FROZEN * self.frozen)

    def printer(self, numbers: Mapping[str, str] = {}) -> PaperPrinter:
        rows = {"n": str(self.statement.rows)} if numbers else {}
        return paper_printer(self.rendition, self.statement.with_axes(PER_SAMPLE), {**numbers, **rows})


class NotedWriting(Writing):
    """The way of a notation."""

    def __init__(self, step: Step, notation: Notation) -> None:
        super().__init__(step)
        self.notation = notation
        self.rendition = Rendition(notation, step.statement)

    @property
    def about(self) -> Prose:
        notation = self.rendition.notation
        named = f"In the notation {notation.name} ({notation.title}): "
        shown = named if _is_shipped(notation) else "In the course's notation: "
        weight = f"W_{layer_label(1, len(self.step.weights))}"
        after, before = ((self.symbols[name],) for name in (f"{weight}{NEXT}", weight))
        return (
            *(shown, *self._layout(), " ", (sign("⊙"),), " multiplies entry by entry; "),
            *(after, " is ", before, " after the update."),
        )

    def _layout(self) -> Iterator[str | Pieces]:
        notation = self.rendition.notation
        for part in notation.layout_parts(self.rendition.is_mean):
            if part in OWN_LETTERS:
                yield (bare(notation, part, OWN_LETTERS[part]),)
                continue
            before, times, after = part.partition(" x ")  # out x in
            yield before
            yield from (" ", (sign("×"),), " ", after) if times else ()

    @cached_property
    def symbols(self) -> Mapping[str, Piece]:
        return {name: spelling.piece for name, spelling in self.rendition.spellings.items()}

    def key(self, name: str) -> str:
        return self.rendition.spellings[name].typed

    def in_print(self, name: str) -> Array:
        return self.operands[name]

    def laid_out(self, name: str, values: Any) -> Any:
        return self.rendition.laid_out(name, values)

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(self.operands[name].shape)

    def turns(self, name: str) -> bool:
        return self.rendition.turns(name)

    @cached_property
    def operands(self) -> Mapping[str, Array]:
        return {name: self.rendition.turned(name, values) for name, values in super().operands.items()}

    def _computations(self, detailed: bool) -> Iterator[Computation]:
        statement = statement_of(self.step.problem, len(self.step.batch), detailed, self.step.index)
        rendition = Rendition(self.rendition.notation, statement)
        for name in rendition.trees:
            yield NotedComputation(name, statement, rendition)

    def formulas(self) -> Iterator[Pieces]:
        for computation in self.computations.values():
            yield (computation.symbol, *EQUALS, *computation.pieces)

    @property
    def of_a_layer(self) -> tuple[Piece, Piece]:
        notation = self.rendition.notation
        return bare(notation, "pre", "s"), bare(notation, "activation", "z")

    def function(self, k: int, mark: str = "") -> Piece:
        notation = self.rendition.notation
        if notation.word("function") is None:
            return super().function(k, mark)
        return bare(notation, "function", "f")._replace(subscript=str(k + notation.units), marks=mark)

    def same(self) -> Iterator[tuple[str, Pieces]]:
        factor = self.rendition.factor
        for name, other in copies(self.step.problem).items():
            if {name, other} <= self.symbols.keys():
                opposite = factor(name) != factor(other)
                yield name, (self.symbols[name], *EQUALS, *(MINUS,) * opposite, self.symbols[other])

    @property
    def counts(self) -> tuple[tuple[str, tuple[Pieces, ...]], ...]:
        has_batches = self.step.problem.batch_size is not None
        return (("the number of samples", (self._count,)),) if self.rendition.is_mean and not has_batches else ()

    @property
    def of_batch(self) -> Prose:
        return (": ", self._count) if self.rendition.is_mean else ()

    @property
    def _count(self) -> Pieces:
        return (self.symbols["n"], *EQUALS, *number(str(self.statement.rows)))

    @cached_property
    def _scope(self) -> NotedScope:
        return NotedScope(self.step, self.rendition)

    def explain(self, name: str, cell: tuple[int, ...]) -> Explanation:
        return Explanation(self.step, name, cell, scope=self._scope)

    def slope(self, k: int, cell: tuple[int, ...]) -> tuple[Pieces, CellArithmetic]:
        return slope_of(self.step, k, cell, self._scope)


def writing_of(step: Step, notation: Notation | None) -> Writing:
    """How a step is written in a notation, or in its problem's."""
    notation = notation or step.problem.notation
    return Writing(step) if notation is None or notation.is_own else NotedWriting(step, notation)


def spoken_in(notation: Notation | None, problem: Problem) -> Notation | None:
    """The notation that an answer sheet has to name; None where it need not: without a name it is in the problem's."""
    spoken = notation or SGDB
    if spoken == (problem.notation or SGDB) and (problem.notation is None or not _is_shipped(spoken)):
        return None
    return spoken


def _is_shipped(notation: Notation) -> bool:
    return NOTATIONS.get(notation.name) == notation
