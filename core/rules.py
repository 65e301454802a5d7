"""Which cells each cell of a step is computed from, and how: every equation for a single cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from core.equations import PER_UNIT, Statement, statement_of
from core.expression.cell import Index, Lowering, cells_in
from core.expression.nodes import Cell, IsTrueClass, Literal, Node, walk
from core.expression.shape import SINGLE, Shape, Shapes
from core.problem import Problem
from core.record import memoized

FAR = 300.0  # numbers within ±FAR have exponentials, and sums of them, that are far from overflow
TINY = 1e-290  # what is below it is about to underflow
NEAR = 1e-6  # a difference of numbers of size 1 that is below it has lost too many of its digits
ZERO = Literal(0)
TARGETS = Cell("y_gt", ("i", "m"))


class Rule(NamedTuple):
    """How the cells `letters` of a quantity are computed: a tree over cells; core.expression.cell has the letters.

    `choices` are cells that enter no term but decide which terms there are. `out_of_range` is None where the rule holds
    for all rows; else it says whether for those whose numbers are out of range, or for the others.
    """

    name: str
    letters: Index
    tree: Node
    choices: tuple[Cell, ...] = ()
    out_of_range: bool | None = None

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell that the rule names, once."""
        return tuple(dict.fromkeys((*cells_in(self.tree), *self.choices)))

    @property
    def is_zero(self) -> bool:
        """Whether the cells are 0 whatever the numbers are."""
        return self.tree == ZERO and self.out_of_range is None


class Rules:
    """The rules of a statement's steps, of every quantity but X_in and y_gt; the matrix products of those that are
    `turned` have their factors in the other order.
    """

    def __init__(self, statement: Statement, turned: Callable[[str], bool] = lambda _: False) -> None:
        self.statement, self._turned = statement, turned
        self._found: dict[str, tuple[Rule, ...]] = {}
        problem = statement.problem
        self._targets = (statement.rows, problem.targets.shape[1])
        self._shapes: dict[str, Shape] = dict(self._given())
        shapes = Shapes(lambda name: self._shapes.get(name, SINGLE))
        self._axes = {name: equation.axes for name, equation in self.statement.given.items()}
        for name, equation in self.statement.equations.items():
            self._shapes[name] = shapes(equation.tree)
            self._axes[name] = equation.axes
        self._lowering = Lowering(shapes, self._axes, single=problem.targets.shape[1] == 1)

    def of(self, name: str) -> tuple[Rule, ...]:
        """The rules of a quantity: one, or several where its columns or rows differ; none for X_in and y_gt."""
        if name not in self._found:
            self._found[name] = tuple(self._of(name))
        return self._found[name]

    def __iter__(self) -> Iterator[Rule]:
        for name in self._shapes:
            yield from self.of(name)

    def _of(self, name: str) -> Iterator[Rule]:
        axes = self._axes[name]
        if name not in self.statement.equations:
            if name in self.statement.updates:  # what a step starts from, the step before has made
                letters: Index = tuple(axes)
                yield Rule(name, letters, Cell(self.statement.updates[name], letters, back=1))
            return
        tree, elsewhere = self.statement.equations[name].tree, self.statement.out_of_range.get(name)
        for far, form in ((None if elsewhere is None else False, tree), (True, elsewhere)):
            if form is None:
                continue
            chooses = any(isinstance(part, IsTrueClass) for part in walk(form))
            for letters, lowered in self._lowering.cells(form, axes, self._turned(name)):
                named = any(cell.name == "y_gt" for cell in cells_in(lowered))
                yield Rule(name, letters, lowered, (TARGETS,) * (chooses and not named), far)

    def _given(self) -> Iterator[tuple[str, Shape]]:
        rows, sizes = self._targets[0], self.statement.problem.network.sizes
        for name, equation in self.statement.given.items():
            if equation.layer is None:
                yield name, self._targets if name == "y_gt" else (rows, sizes[0])
            else:
                above, units = sizes[equation.layer - 1 : equation.layer + 1]
                yield name, (None if equation.axes == PER_UNIT else above, units)


@memoized(4)
def rules_of(problem: Problem, rows: int, detailed: bool = True) -> Rules:
    """The rules of a problem, `detailed` as for `core.computations`."""
    return Rules(statement_of(problem, rows, detailed))
