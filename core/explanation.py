"""Where a number came from: the arithmetic of a cell, as terms and factors, each of which names its own cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from core.arithmetic import DIGITS, TERMS, CellArithmetic, largest_of, order_by_size
from core.arrays import Array
from core.expression import nodes
from core.expression.cell import cells_in
from core.expression.nodes import Function, Node, Number, Product, Quotient, RunningSum, Sum, walk
from core.expression.pieces import as_text
from core.expression.sums import Indices
from core.origins import Cell, Place, Scope, scope_of
from core.step import Step
from core.text import NONE, significant


@dataclass(frozen=True)
class Factor:
    """A factor of a term.

    symbol   as printed: "W_out[3]", "f₁'(s₁[3,3])", "α"
    value    what it amounts to
    places   the cells that it is made of: one for a plain factor or a function of one cell, more for a function of
             several, none for a constant
    plain    whether it is a cell by itself
    """

    symbol: str
    value: float
    places: tuple[Place, ...] = ()
    plain: bool = True

    @property
    def name(self) -> str | None:
        """The name of its quantity; None for a constant or a function."""
        return self.places[0].name if self.plain and self.places else None

    @property
    def cell(self) -> Cell | None:
        """Its cell; None for a constant or a function."""
        return self.places[0].cell if self.plain and self.places else None

    @property
    def step(self) -> int | None:
        """The step that its cells belong to; None for a constant."""
        return self.places[0].step if self.places else None


@dataclass(frozen=True)
class Term:
    """A product of factors with its sign, 1 or -1; `value` is what it adds to the sum."""

    factors: tuple[Factor, ...]
    sign: int
    value: float


class Shown(NamedTuple):
    """Some terms of a sum, how many more there are, and what these come to."""

    terms: tuple[Term, ...]
    left: int
    rest: float


class Explanation(CellArithmetic):
    """How a cell was computed from others: a sum of terms, and what was made of it.

    place        the cell: its step, name and row and column from 1
    symbol       the cell as printed: "δ₁[3,3]"; `pieces` are the same as pieces
    value        what stands in it
    origin       what it was given by, for a cell that nothing in the run has computed: it has no terms. Else None
    around       the factors outside of the sum, such as f'(s), 1/n; in a softmax, the numerator

    `len` counts the terms. Terms are made when they are asked for; their values are there at once.
    """

    def __init__(self, step: Step, name: str, cell: Cell, detailed: bool = True, scope: Scope | None = None) -> None:
        scope = scope or scope_of(step, detailed)
        self.place = scope.place(name, cell)
        self.pieces = scope.pieces(self.place)
        self.symbol = as_text(self.pieces)
        value = scope.value(self.place)
        found = scope.rule(self.place)
        itself = nodes.Cell(self.place.name, self.place.cell)
        tree, indices = (itself, {}) if found is None else (found[0].tree, found[1])
        super().__init__(scope, tree, indices, value)
        self.origin = self._given() if found is None else None
        self._is_zero = found is not None and found[0].is_zero
        self._sum = _sum_in(tree)
        self._made: dict[int, Term] = {}
        with np.errstate(all="ignore"):
            self._groups = [] if found is None else self._compiler.term_groups(self._sum, indices)
            self.around = tuple(self._factor(part, indices) for part in _around(tree, self._sum))

    def __reduce__(self) -> tuple[Callable[..., Explanation], tuple[Step, str, Cell, bool, Scope]]:
        scope = self._scope
        return Explanation, (scope.step, self.place.name, self.place.cell, scope.detailed, scope)

    def __len__(self) -> int:
        return len(self.term_values)

    @cached_property
    def term_values(self) -> Array:
        """What each term adds to the sum, (len(self),)."""
        return np.concatenate([group.values for group in self._groups]) if self._groups else np.zeros(0)

    def terms(self, first: int = 0, count: int | None = None, by_size: bool = False) -> tuple[Term, ...]:
        """`count` terms (None: all) from the `first` on, counted from 0, in their own order or the largest first."""
        places = range(len(self))[first : None if count is None else first + count]
        order = order_by_size(self.term_values) if by_size else np.arange(len(self))
        return tuple(self._term(int(order[i])) for i in places)

    @np.errstate(all="ignore")
    def shown(self, n: int = TERMS) -> Shown:
        """All terms in their own order where there are at most `n`; else the `n` largest, the largest first."""
        order, rest = largest_of(self.term_values, n)
        return Shown(tuple(map(self._term, order)), len(self) - len(order), rest)

    @np.errstate(all="ignore")
    def recombine(self) -> float:
        """The cell's value anew from its terms."""
        return self.value if self.origin is not None else self._combined(float(self.term_values.sum()))

    @property
    @np.errstate(all="ignore")
    def scale(self) -> float:
        """How large the numbers are that went into the cell, so that rounding can be told from error."""
        sizes = [abs(self.value), abs(self._combined(float(np.abs(self.term_values).sum())))]
        sizes += [float(np.abs(self.term_values).sum()), *(abs(factor.value) for factor in self.around if factor.plain)]
        return max(*sizes, *self._compiler.sizes_of_arguments(self._tree, self._indices))

    def lines(self, n: int = TERMS, digits: int = DIGITS) -> tuple[str, ...]:
        """Symbols, numbers and result, a line each, for a screen or the clipboard; in place of what there is not, where
        the number was given, why it is 0 whatever the others are, or that it is out of range.
        """
        if self.origin is not None:
            return (f"{self.symbol} = {significant(self.value, digits)}", f"given: {self.origin}")
        if self._is_zero:
            statement, name = self._scope.statement, self.place.name
            shown = NONE if statement.leaves_out(name) else "0"
            return f"{self.symbol} = {shown}", statement.zeros.get(name, "0 whatever the numbers are")
        line = self.line(n, digits)
        symbols = f"{self.symbol} = {self.symbols(n)}"
        if not line.numbers:
            return symbols, line.result
        result = f"{'=' if line.exact else '≈'} {line.result}"
        return symbols, f"= {as_text(line.numbers)}", result, *self._at_kinks(digits)

    def _at_kinks(self, digits: int) -> Iterator[str]:
        """That a number is at a kink, or that rounding has decided on which side of one it is."""
        step = self._scope.step
        for part in walk(self._tree):
            if not (isinstance(part, Function) and part.name == "sign"):
                continue
            if not self._compiler.value(part.argument, self._indices):
                symbol = as_text(self._print(self._closed(part.argument, self._indices, TERMS)))
                yield f"{symbol} is 0, where its size has a kink: the slope is taken to be 0"
        for part in walk(self._tree) if step.noise else ():
            if not (isinstance(part, Function) and part.slope and isinstance(part.argument, nodes.Cell)):
                continue
            values_at, slope = self._compiler.source.values_at, self._scope.statement.functions[part.name].slope
            computed = np.asarray(values_at(part.argument, self._indices, computed=True))
            exact = np.asarray(values_at(part.argument, self._indices))
            taken, right = slope(computed), slope(exact)
            if computed.ndim == 0 and taken != right:
                symbol = as_text(self._print(self._closed(part.argument, self._indices, TERMS)))
                yield (
                    f"{symbol} is 0, where the slope is {significant(float(right), digits)}; rounding made it "
                    f"{significant(float(computed), 2)}, and the slope {significant(float(taken), digits)}"
                )

    def __str__(self) -> str:
        first, *rest = self.lines()
        indent = " " * (len(self.symbol) + 1)
        return "\n".join([first, *(indent + line for line in rest)])

    def _combined(self, total: float) -> float:
        """What the terms' sum becomes with what is around it."""
        return float(self._compiler.value(_replaced(self._tree, self._sum, Number(total)), self._indices))

    def _given(self) -> str:
        given = self._scope.statement.given[self.place.name]
        if given.per_sample:
            return f"row {self._scope.step.batch[self.place.cell[0] - 1] + 1} of the {given.noun}"
        return f"the starting {given.noun}"

    def _term(self, i: int) -> Term:
        if i not in self._made:
            self._made[i] = self._make_term(i)
        return self._made[i]

    def _make_term(self, i: int) -> Term:
        for group in self._groups:
            if i < len(group.values):
                indices = {**self._indices, **group.indices(i)}
                factors = group.body.children if isinstance(group.body, Product) else (group.body,)
                return Term(tuple(self._factor(f, indices) for f in factors), group.sign, float(group.values[i]))
            i -= len(group.values)
        raise IndexError

    def _factor(self, node: Node, indices: Indices) -> Factor:
        closed = self._closed(node, indices, TERMS)
        places = tuple(self._place(cell, {}) for cell in cells_in(closed))
        value = float(self._compiler.value(node, indices))
        return Factor(as_text(self._print(closed)), value, places, isinstance(node, nodes.Cell))


def explain(step: Step, name: str, cell: Cell, detailed: bool = True) -> Explanation:
    """Where the number in a cell came from: `name` of the quantity, as `quantities` has it (also X_in, y_gt, W_k, b_k),
    and `cell`, its row and column from 1: (i, j), (i,) in a vector, () for the loss.

    The weights of a step after the first are explained by the updated ones of the step before. Unless `detailed`, the
    quantities that only make the steps smaller, such as ∂ℒ/∂z_k in δ_k, are spelled out. Raises KeyError for an
    unknown name, IndexError for a cell that it does not have.
    """
    return Explanation(step, name, cell, detailed)


def _sum_in(tree: Node) -> Node:
    """The sum whose terms are told: that of a product or a fraction, or all of it."""
    if isinstance(tree, Product):
        sums = [part for part in tree.children if isinstance(part, (Sum, RunningSum, Product))]
        if len(sums) == 1:
            return sums[0]
    if isinstance(tree, Quotient) and isinstance(tree.children[1], (Sum, RunningSum)):
        return tree.children[1]
    return tree


def _around(tree: Node, total: Node) -> tuple[Node, ...]:
    return () if total is tree else tuple(part for part in tree.children if part is not total)


def _replaced(tree: Node, part: Node, other: Node) -> Node:
    if tree is part:
        return other
    return tree.with_children(tuple(_replaced(child, part, other) for child in tree.children))
