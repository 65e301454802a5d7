"""Which cells of a step feed a cell, and which cells it feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from math import prod
from typing import NamedTuple, TypeAlias

from core.arrays import Array
from core.computation import symbols_of, values_of
from core.losses import SoftmaxLoss
from core.quantity import canonical
from core.rules import Index, Ref, Rule, rules
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
    return _distinct(scope.cells(ref, bound) for ref in rule.refs)


def targets(step: Step, name: str, cell: Cell) -> tuple[Cells, ...]:
    """The cells that are computed from the cell `cell` of the quantity `name`: those of which `sources` has it. The
    updated weights feed the weights of the next step. Raises as `sources` does.
    """
    scope = scope_of(step)
    place = scope.place(name, cell)
    found = []
    for rule in scope.rules:
        for ref in rule.refs:
            bound = scope.bind(ref.cell, place.cell) if ref.name == place.name else None
            if bound is not None and scope.holds(rule, bound):
                found.append(scope.cells(Ref(rule.name, rule.index, back=-ref.back), bound))
    return _distinct(found)


def _distinct(found: Iterable[Cells]) -> tuple[Cells, ...]:
    """What was found without that which is part of something else."""
    blocks = list(dict.fromkeys(found))
    return tuple(block for block in blocks if not any(block is not other and block.within(other) for other in blocks))


class Scope:
    """A step's rules, values and symbols, and what the letters of the rules stand for in it."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.values = values_of(step)

    def __reduce__(self) -> tuple[Callable[[Step], Scope], tuple[Step]]:
        return Scope, (self.step,)

    @cached_property
    def symbols(self) -> dict[str, str]:
        return symbols_of(self.step)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rules(self.step))

    @cached_property
    def _classes(self) -> Sequence[int]:
        """The true class of each row, counted from 1."""
        classes: list[int] = (SoftmaxLoss.classes(self.step.targets) + 1).tolist()
        return classes

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
        for rule in self.rules:
            if rule.name != place.name or any(ref.back > place.step for ref in rule.refs):
                continue
            bound = self.bind(rule.index, place.cell)
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
        wrong = "y" in bound and bound["y"] != self._classes[bound["i"] - 1]
        true = "w" in bound and bound["w"] == self._classes[bound["i"] - 1]
        return None if wrong or true else bound

    @staticmethod
    def holds(rule: Rule, bound: Bound) -> bool:
        return rule.rows is None or bound["i"] in rule.rows

    def cells(self, ref: Ref, bound: Bound) -> Cells:
        """The cells that `ref` names, where some letters are bound and the others run."""
        shape = self.array(ref).shape
        indices = tuple(self._run(letter, size, bound) for letter, size in zip(ref.cell, shape, strict=True))
        return Cells(self.step.index - ref.back, ref.name, indices)

    def array(self, ref: Ref) -> Array:
        """The values of the quantity that `ref` names: an updated one of the step before is this step's own."""
        return self.values[ref.name.removesuffix("_next") if ref.back == 1 else ref.name]

    def _run(self, letter: str | int, size: int, bound: Bound) -> Sequence[int]:
        if isinstance(letter, int):
            return range(letter, letter + 1)
        if letter in bound:
            return range(bound[letter], bound[letter] + 1)
        if letter not in "yw":
            return range(1, size + 1)
        true = self._classes[bound["i"] - 1]
        return range(true, true + 1) if letter == "y" else tuple(c for c in range(1, size + 1) if c != true)

    def label(self, place: Place) -> str:
        """A cell as printed: s₁[3,3]; with its row alone where the matrix has a single column."""
        values = self.values[place.name if place.name in self.values else place.name.removesuffix("_next")]
        cell = place.cell[:1] if values.ndim == 2 and values.shape[1] == 1 else place.cell
        return self.symbols[place.name] + (f"[{','.join(map(str, cell))}]" if cell else "")


@lru_cache(maxsize=2)
def scope_of(step: Step) -> Scope:
    """The scope of a step, kept for the two that were asked for last: whoever asks about a cell asks about more."""
    return Scope(step)
