"""Which cells of a step feed a cell, and which cells it feeds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from math import prod
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from core.arrays import Array
from core.classes import true_classes
from core.computation import values_of
from core.equations import statement_of
from core.expression import nodes
from core.expression.cell import ANY_OTHER, LARGEST, OTHER, ROW, TRUE, Index, Letter
from core.expression.line import LINE
from core.expression.nodes import Function, Softmax, Sum, walk
from core.expression.pieces import Piece, Pieces, as_text
from core.expression.style import Style
from core.expression.sums import Indices
from core.quantity import canonical
from core.rules import FAR, NEAR, TINY, Rule, rules_of
from core.step import Step

Cell: TypeAlias = tuple[int, ...]
Bound: TypeAlias = dict[str, int]


class Place(NamedTuple):
    """A cell: the index of its step, the name of its quantity, and its row and column counted from 1 (a vector's cell
    has one number, a single number's none).
    """

    step: int
    name: str
    cell: Cell


@dataclass(frozen=True)
class Cells:
    """Cells of one quantity of the step `step`: every combination of `indices`, which has the rows (and the columns)
    counted from 1, mostly as a range. Has a length, tells whether a cell is `in` it, and goes through its cells.
    """

    step: int
    name: str
    indices: tuple[Sequence[int], ...]

    def __contains__(self, cell: object) -> bool:
        if not isinstance(cell, tuple) or len(cell) != len(self.indices):
            return False
        return all(i in indices for i, indices in zip(cell, self.indices, strict=True))

    def within(self, other: Cells) -> bool:
        """Whether all of these cells are among those of `other`."""
        if (self.step, self.name) != (other.step, other.name):
            return False
        return all(set(mine) <= set(theirs) for mine, theirs in zip(self.indices, other.indices, strict=True))

    def __iter__(self) -> Iterator[Cell]:
        return product(*self.indices)

    def __len__(self) -> int:
        return prod(map(len, self.indices))


def sources(step: Step, name: str, cell: Cell) -> tuple[Cells, ...]:
    """The cells that the cell `cell` of the quantity `name` is computed from, by quantity.

    None for what is given: X_in, y_gt, and the weights of step 0. The weights of a later step come from the updated
    ones of the step before. Raises KeyError for an unknown quantity, IndexError for a cell that it does not have.
    """
    scope = scope_of(step)
    place = scope.place(name, cell)
    found = scope.rule(place)
    if found is None:
        return ()
    rule, bound = found
    return _distinct(scope.cells(entry, bound) for entry in rule.cells)


def targets(step: Step, name: str, cell: Cell) -> tuple[Cells, ...]:
    """The cells that are computed from the cell `cell` of the quantity `name`: those of which `sources` has it. The
    updated weights feed the weights of the next step. Raises as `sources` does.
    """
    scope = scope_of(step)
    place = scope.place(name, cell)
    found = []
    for rule in scope.rules:
        for entry in rule.cells:
            bound = scope.bind(entry.index, place.cell) if entry.name == place.name else None
            if bound is not None and scope.holds(rule, bound):
                found.append(scope.cells(nodes.Cell(rule.name, rule.letters, -entry.back), bound))
    return _distinct(found)


def _distinct(found: Iterable[Cells]) -> tuple[Cells, ...]:
    """What was found without that which is part of something else."""
    blocks = list(dict.fromkeys(found))
    return tuple(block for block in blocks if not any(block is not other and block.within(other) for other in blocks))


class Scope:
    """A step's rules, values and symbols, and what the letters of the rules stand for in it."""

    def __init__(self, step: Step, detailed: bool = True) -> None:
        self.step, self.detailed = step, detailed
        self._rules = rules_of(step.problem, len(step.batch), detailed)
        self.statement = statement_of(step.problem, len(step.batch), detailed, step.index)
        self.values = {name: values for name, values in values_of(step).items() if name in self.statement.symbols}

    def __reduce__(self) -> tuple[Callable[..., Scope], tuple[Any, ...]]:
        return Scope, (self.step, self.detailed)

    @property
    def rules(self) -> Iterator[Rule]:
        return iter(self._rules)

    @cached_property
    def _before(self) -> dict[str, str]:
        """What each updated quantity is before the update."""
        return {updated: given for given, updated in self.statement.updates.items()}

    @cached_property
    def _classes(self) -> Sequence[int]:
        """The true class of each row, counted from 1."""
        classes: list[int] = (true_classes(self.step.targets) + 1).tolist()
        return classes

    @cached_property
    def _far(self) -> dict[str, Collection[int]]:
        """The rows, from 1, in which a number that an equation asks for is out of range."""
        found: dict[str, Collection[int]] = {}
        with np.errstate(all="ignore"):
            for name in self.statement.out_of_range:
                # What is computed without a function has to follow those that are not.
                before = [int(row) - 1 for rows in found.values() for row in rows]
                far = np.zeros(len(self.step.batch), dtype=bool)
                parts = [*walk(self.statement.equations[name].tree)]
                far[before] = not any(isinstance(part, (Softmax, Function)) for part in parts)
                for part in parts:
                    if isinstance(part, (Softmax, Function)):
                        argument = self.statement.value_of(part.argument, self.values)
                        if isinstance(part, Function) and part.name == "log":
                            # What is left of a difference has few digits.
                            outside = argument < (NEAR if isinstance(part.argument, Sum) else TINY)
                        else:
                            outside = np.abs(argument) > FAR
                        far |= outside.any(axis=1)
                found[name] = frozenset((np.flatnonzero(far) + 1).tolist())
        return found

    def place(self, name: str, cell: Cell) -> Place:
        """The cell of that name, its quantity written as the step writes it. Raises KeyError, IndexError."""
        known = name if name in self.values else canonical(name, len(self.step.weights))
        if known not in self.values:
            raise KeyError(f'step {self.step.index} has no quantity "{name}"')
        shape = self.values[known].shape
        if len(cell) != len(shape) or not all(1 <= i <= size for i, size in zip(cell, shape, strict=True)):
            raise IndexError(f"{known} of shape {shape} has no cell {cell}")
        return Place(self.step.index, known, tuple(int(i) for i in cell))

    def value(self, place: Place) -> float:
        """The number in a cell of this step."""
        return float(self.values[place.name][tuple(i - 1 for i in place.cell)])

    def rule(self, place: Place) -> tuple[Rule, Bound] | None:
        """The rule for a cell and what its letters stand for there, or None for what is given."""
        for rule in self._rules.of(place.name):
            if any(entry.back > place.step for entry in rule.cells):
                continue
            bound = self.bind(rule.letters, place.cell)
            if bound is not None and self.holds(rule, bound):
                return rule, bound
        return None

    def bind(self, index: Index, cell: Cell) -> Bound | None:
        """What the letters of `index` stand for in `cell`; None where the two do not go together."""
        bound: Bound = {}
        for letter, i in zip(index, cell, strict=True):
            if isinstance(letter, int):
                if letter != i:
                    return None
            elif bound.setdefault(letter, i) != i:
                return None
        for letter in bound:
            if letter in (TRUE, OTHER, ANY_OTHER):
                is_true = bound[letter] == self._classes[bound[ROW] - 1]
                if is_true != (letter == TRUE):
                    return None
            elif letter == LARGEST:
                return None  # whatever names the largest names all of its row beside it
        return bound

    def holds(self, rule: Rule, bound: Bound) -> bool:
        return rule.out_of_range is None or rule.out_of_range == (bound[ROW] in self.out_of_range(rule.name))

    def out_of_range(self, name: str) -> Collection[int]:
        """The rows, from 1, in which a quantity is not computed by its formula, but by what holds out of range."""
        return self._far.get(name, ())

    def cells(self, entry: nodes.Cell, bound: Indices) -> Cells:
        """The cells that `entry` names, where some letters are bound and the others are free."""
        indices = tuple(self.range_of(letter, entry, bound) for letter in entry.index)
        return Cells(self.step.index - entry.back, entry.name, indices)

    def array(self, entry: nodes.Cell, computed: bool = False) -> Array:
        """The values of the quantity that `entry` names: an updated one of the step before is this step's own. As
        `computed`, they have the rounding around 0.
        """
        values = self.step.computed if computed else self.values
        return values[self._before[entry.name] if entry.back == 1 else entry.name]

    def range_of(self, letter: Letter, entry: nodes.Cell, bound: Indices) -> Sequence[int]:
        """What a letter stands for in a cell that it is in."""
        if isinstance(letter, int):
            return range(letter, letter + 1)
        if letter in bound:
            return range(bound[letter], bound[letter] + 1)
        size = self.array(entry).shape[entry.index.index(letter)]
        if letter not in (TRUE, OTHER, ANY_OTHER, LARGEST):
            return range(1, size + 1)
        if letter == LARGEST:
            column = int(self.array(entry)[bound[ROW] - 1].argmax()) + 1
            return range(column, column + 1)
        true = self._classes[bound[ROW] - 1]
        return range(true, true + 1) if letter == TRUE else tuple(c for c in range(1, size + 1) if c != true)

    def label(self, place: Place) -> str:
        """A cell as printed: s₁[3,3]; with its row alone where the matrix has a single column."""
        return as_text(self.pieces(place))

    @property
    def symbols(self) -> Mapping[str, Piece]:
        """How everything that has a name is printed."""
        return self.statement.pieces

    @property
    def style(self) -> Style:
        """How the arithmetic of a cell is printed."""
        return self.statement.wording.style(LINE)

    def pieces(self, place: Place) -> Pieces:
        """The same as pieces of a formula."""
        values = self.values[place.name]
        cell = place.cell[:1] if values.ndim == 2 and values.shape[1] == 1 else place.cell
        return self.statement.wording.cell(place.name, cell)


@lru_cache(maxsize=2)
def scope_of(step: Step, detailed: bool = True) -> Scope:
    """The scope of a step, kept for the two that were asked for last: whoever asks about a cell asks about more."""
    return Scope(step, detailed)
