"""How a worked solution writes a step: what its quantities are called, how their numbers stand, and its formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from core.arithmetic import CellArithmetic, slope_of
from core.arrays import Array
from core.computation import Computation, computations, copies, values_of
from core.equations import LOSS, PER_SAMPLE
from core.explanation import Explanation, explain
from core.expression.pieces import EQUALS, Piece, Pieces, letter, sign
from core.gradient_formulas import expanded
from core.notations.words import Notation
from core.quantity import layer_label
from core.solving.solution import Prose
from core.solving.wording import NOTATION
from core.step import Step

MOST_EXPANDED = 20  # layers, from the output, whose gradients are written in one formula: each is longer than the last


class Writing:
    """sgdb's own way."""

    notation: Notation | None = None

    def __init__(self, step: Step) -> None:
        self.step, self.statement = step, step.statement

    @property
    def about(self) -> Prose:
        """What a reader must know of it."""
        return NOTATION

    @property
    def symbols(self) -> Mapping[str, Piece]:
        """The pieces of every quantity and number that has a name in it, by sgdb's name."""
        return self.statement.pieces

    def key(self, name: str) -> str:
        """What a quantity is called in an answer sheet."""
        return name

    def in_print(self, name: str) -> Array:
        """The numbers of a quantity as they stand in print."""
        found: Array = self.laid_out(name, self.step.values[name])
        return found

    def laid_out(self, name: str, values: Any) -> Any:
        """An array of a quantity's shape as it stands in print: what is per sample as a column, a bias as it is."""
        is_column = name in self.statement.with_axes(PER_SAMPLE)
        return np.asarray(values).reshape(-1, 1) if is_column else np.asarray(values)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a quantity as it is told."""
        return tuple(self.step.values[name].shape)

    def turns(self, name: str) -> bool:  # noqa: ARG002
        """Whether what sgdb has in the columns of a quantity is in rows."""
        return False

    @cached_property
    def operands(self) -> Mapping[str, Array]:
        """The numbers of all quantities, to be put into formulas."""
        return values_of(self.step)

    @cached_property
    def computations(self) -> Mapping[str, Computation]:
        """How every quantity is computed."""
        return {c.name: c for c in self._computations(detailed=True)}

    def _computations(self, detailed: bool) -> Iterator[Computation]:
        yield from computations(self.step.problem, len(self.step.batch), detailed, self.step.index)

    def definitions(self) -> dict[str, Computation]:
        """How what the loss adds on the way forward follows from what textbooks name."""
        return {
            c.name: c
            for detailed in (True, False)
            for c in self._computations(detailed)
            if c.statement.equations[c.name].part == LOSS
        }

    def formulas(self) -> Iterator[Pieces]:
        """Every quantity from the ones before it; then the gradients of the weights, each in one formula, as far as
        these are not too long.
        """
        for computation in self.computations.values():
            yield (computation.symbol, *EQUALS, *computation.pieces)
        depth = len(self.step.weights)
        last = max(0, depth - MOST_EXPANDED)
        for k in range(depth, last, -1):
            yield expanded(self.step, k).pieces
        if last:
            yield (sign("…"),)

    @property
    def of_a_layer(self) -> tuple[Piece, Piece]:
        """The letters for the pre-activation and the activation of any layer."""
        return letter("s"), letter("z")

    def function(self, k: int, mark: str = "") -> Piece:
        """The function of a layer, from 1, or its slope where there is a ' behind it."""
        return letter("f", layer_label(k, len(self.step.weights)), mark)

    def same(self) -> Iterator[tuple[str, Pieces]]:
        """The quantities that are another one unchanged, each with a formula that says so."""
        for name, other in copies(self.step.problem).items():
            if {name, other} <= self.symbols.keys():
                yield name, (self.symbols[name], *EQUALS, self.symbols[other])

    @property
    def counts(self) -> tuple[tuple[str, tuple[Pieces, ...]], ...]:
        """What a reader must know of the number of samples: words and formulas each."""
        return ()

    @property
    def of_batch(self) -> Prose:
        """The same of a batch, behind its rows."""
        return ()

    # The arithmetic of single cells, which are named by their places in sgdb's layout.

    def explain(self, name: str, cell: tuple[int, ...]) -> Explanation:
        return explain(self.step, name, cell)

    def slope(self, k: int, cell: tuple[int, ...]) -> tuple[Pieces, CellArithmetic]:
        return slope_of(self.step, k, cell)
