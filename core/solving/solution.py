"""The worked solution of steps of SGD: what is given, then every quantity with its formula, the numbers put in, and its
matrix, ready to be written in any format.

Formulas are in the notation of the screen (core.notation turns it into others), numbers are texts, rounded already.
Names from a problem are the texts of a person: a writer escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

import numpy as np

from core.arrays import Array
from core.computation import Computation, Variable, computations, symbols_of, values_of
from core.explanation import Explanation, explain
from core.formulas import expanded
from core.problem import Problem
from core.quantity import SUBSCRIPTS, Quantity, given, quantities
from core.solving.rounding import USUAL, rounded
from core.step import Step
from core.text import clean

BLANK = ""  # a cell to be filled in
WIDEST = 96  # characters of a line of numbers
MOST_ROWS = 16
FEWEST_COLUMNS, MOST_COLUMNS = 3, 12
MOST_TERMS = 8  # of a sum that is written out
MOST_EXAMPLES = 4
SLOPE = re.compile(r"f\S*'\($")
SECTIONS = (
    ("Forward pass", re.compile(r"[szy]_\w+(?<!_next)|o|p")),
    ("Loss", re.compile(r"sample_losses|loss")),
    ("Deltas", re.compile(r"d[po]|delta_\w+")),
    ("Gradients", re.compile(r"d[Wb]_\w+")),
    ("Update", re.compile(r"[Wb]_\w+_next")),
)


@dataclass(frozen=True)
class Grid:
    """A matrix as it is printed, a vector as one row or one column: `cells` row by row, and how many `rows` and
    `columns` the whole has; where it has more than are printed, the last ones are left out.
    """

    cells: tuple[tuple[str, ...], ...]
    rows: int
    columns: int

    @property
    def cut(self) -> bool:
        return len(self.cells) < self.rows or len(self.cells[0]) < self.columns

    @property
    def note(self) -> str:
        """What is left out, in words; empty where nothing is."""
        parts = []
        for shown, whole, noun in (
            (len(self.cells), self.rows, "rows"),
            (len(self.cells[0]), self.columns, "columns"),
        ):
            if shown < whole:
                parts.append(f"the first {shown} of {whole} {noun}")
        return " and ".join(parts)

    @property
    def width(self) -> int:
        """Characters that a row takes."""
        return sum(max(len(row[j]) for row in self.cells) + 2 for j in range(len(self.cells[0]))) + 2


Part: TypeAlias = str | Grid


@dataclass(frozen=True)
class Arithmetic:
    """How one cell comes about: the cell, in symbols, in numbers, and what it is."""

    symbol: str
    symbols: str
    numbers: str
    result: str


@dataclass(frozen=True)
class Entry:
    """A quantity: its `name` as typed, its `symbol` in print and its `shape`; the `formula` (empty for what is given),
    the same with matrices put in (empty where they are too large or the formula is no product), the arithmetic of some
    cells, the `result`, and the names of its columns, if they have any.
    """

    name: str
    symbol: str
    shape: tuple[int, ...]
    formula: str
    substituted: tuple[Part, ...]
    examples: tuple[Arithmetic, ...]
    result: Grid
    column_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Quantities that belong together."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class StepSolution:
    """One step, worked out."""

    index: int
    rows: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Solution:
    """Steps of a problem, worked out: the `title` (a person's text), `facts` about network and loss (a text and a
    formula each), the network's own `formulas`, and the steps.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    formulas: tuple[str, ...]
    steps: tuple[StepSolution, ...]
    digits: int


def solve(steps: Sequence[Step], digits: int = USUAL, whole: bool = False) -> Solution:
    """The worked solution of `steps`, one or more of one problem, with numbers of `digits` significant digits (2 to
    17). Large matrices are cut, and the cut noted, unless they are to be shown `whole`.
    """
    problem = steps[0].problem
    return Solution(
        clean(problem.name),
        tuple(_facts(problem)),
        tuple(_formulas(steps[0])),
        tuple(StepSolution(s.index, _rows(s), tuple(_sections(_Entries(s, digits, whole)))) for s in steps),
        digits,
    )


def blank_sheet(step: Step, digits: int = USUAL) -> Solution:
    """The same step to be worked out: what is given, and every quantity left blank."""
    sections = tuple(_sections(_Entries(step, digits, whole=True, blank=True)))
    done = StepSolution(step.index, _rows(step), sections)
    return Solution(clean(step.problem.name), tuple(_facts(step.problem)), (), (done,), digits)


def formula_text(computation: Computation, symbols: Mapping[str, str]) -> str:
    """The right side of a quantity's formula in print."""
    return "".join(
        part if isinstance(part, str) else symbols[part.name] + "ᵀ" * part.transposed for part in computation.formula
    ).strip()


def _facts(problem: Problem) -> Iterator[tuple[str, str]]:
    depth = len(problem.network)
    for k, layer in enumerate(problem.network.layers, start=1):
        f = "f_out" if k == depth else f"f{str(k).translate(SUBSCRIPTS)}"
        yield layer.activation, f"{f}(s) = {layer.function.formula}, {f}'(s) = {layer.function.derivative_formula}"
    yield f"{problem.loss.title}, the {problem.reduction} of the samples' losses", ""
    yield "learning rate", f"α = {problem.learning_rate:g}"


def _formulas(step: Step) -> Iterator[str]:
    """Every quantity from the ones before it; then the gradients of the weights, each in one formula."""
    symbols, depth = symbols_of(step), len(step.weights)
    for computation in computations(step.problem, len(step.batch)):
        formula = formula_text(computation, symbols)
        if computation.name == "delta_out":
            yield f"∂ℒ/∂y_out = {formula.split(' ⊙ ')[0].removeprefix('(').removesuffix(')')}"
        yield f"{symbols[computation.name]} = {formula}"
    for k in range(depth, 0, -1):
        yield expanded(step, k).text


def _rows(step: Step) -> str:
    if step.problem.batch_size is None:
        return ""
    rows = [str(row + 1) for row in step.batch]
    more = ", …" if len(rows) > MOST_ROWS else ""
    return f"epoch {step.epoch}, rows {', '.join(rows[:MOST_ROWS])}{more} of the data"


def _sections(entries: _Entries) -> Iterator[Section]:
    yield Section("Given", tuple(map(entries.given, given(entries.step))))

    def title(quantity: Quantity) -> str:
        return next(title for title, names in SECTIONS if names.fullmatch(quantity.name))

    for name, group in groupby(quantities(entries.step), key=title):
        yield Section(name, tuple(map(entries.computed, group)))


class _Entries:
    """The entries of a step."""

    def __init__(self, step: Step, digits: int, whole: bool, blank: bool = False) -> None:
        self.step, self.digits, self.blank = step, digits, blank
        self.symbols, self.values = symbols_of(step), values_of(step)
        self.computations = {c.name: c for c in computations(step.problem, len(step.batch))}
        columns = min(MOST_COLUMNS, max(FEWEST_COLUMNS, WIDEST // (digits + 4)))
        self.most = (None, None) if whole else (MOST_ROWS, columns)

    def given(self, quantity: Quantity) -> Entry:
        return Entry(
            quantity.name,
            quantity.symbol,
            quantity.values.shape,
            "",
            (),
            (),
            self.grid(quantity.name, quantity.values),
            self._column_names(quantity.name),
        )

    def computed(self, quantity: Quantity) -> Entry:
        name, values = quantity.name, quantity.values
        if self.blank:
            shown = self.grid(name, values)
            whole = Grid(tuple((BLANK,) * len(row) for row in shown.cells), shown.rows, shown.columns)
            return Entry(name, quantity.symbol, values.shape, "", (), (), whole)
        formula = formula_text(self.computations[name], self.symbols)
        substituted = self._substituted(self.computations[name])
        examples = () if substituted or formula.endswith("(frozen)") else tuple(self._examples(name, values))
        names = self._column_names(name)
        return Entry(
            name, quantity.symbol, values.shape, formula, substituted, examples, self.grid(name, values), names
        )

    def grid(self, name: str, values: Array) -> Grid:
        """A matrix in print. A vector with a number for each sample stands upright, one for each unit lies."""
        if values.ndim < 2:
            values = values.reshape(-1, 1) if name == "sample_losses" else values.reshape(1, -1)
        rows, columns = values.shape
        cells = values[: self.most[0], : self.most[1]].tolist()
        return Grid(tuple(tuple(rounded(value, self.digits) for value in row) for row in cells), rows, columns)

    def _substituted(self, computation: Computation) -> tuple[Part, ...]:
        """The formula with matrices in place of names, where it is one of matrices, and they are small."""
        name = computation.name
        if not name.startswith(("s_", "delta", "dW")) and not name.endswith("_next"):
            return ()
        if len(computation.inputs) < 2:
            return ()
        parts: list[Part] = []
        slope = False
        for part in computation.formula:
            if isinstance(part, Variable):
                parts.append(self._operand(part, slope))
            elif part.startswith("_"):  # a column of a matrix
                return ()
            else:
                text = part.removeprefix(")") if slope else part
                slope = SLOPE.search(text) is not None
                parts.append(SLOPE.sub("", text))
        grids = [part for part in parts if isinstance(part, Grid)]
        width = sum(part.width if isinstance(part, Grid) else len(part) for part in parts)
        if width > WIDEST or any(grid.cut for grid in grids):
            return ()
        return tuple(part for part in parts if part != "")

    def _operand(self, factor: Variable, slope: bool) -> Grid:
        values = self.values[factor.name]
        if slope:
            layers = self.step.problem.network.layers
            label = factor.name.removeprefix("s_")
            layer = layers[-1] if label == "out" else layers[int(label) - 1]
            values = layer.function.slope(values)
        return self.grid(factor.name, values.T if factor.transposed else values)

    def _examples(self, name: str, values: Array) -> Iterator[Arithmetic]:
        cells = [tuple(int(i) + 1 for i in place) for place in np.ndindex(values.shape)]
        alike = name.startswith("z_") or name == "y_out" or len(cells) > MOST_EXAMPLES
        # One that is not 0 shows more.
        telling = [cell for cell in cells if values[tuple(i - 1 for i in cell)] != 0] or cells
        for cell in telling[:1] if alike else cells:
            yield self._arithmetic(explain(self.step, name, cell))

    def _arithmetic(self, explanation: Explanation) -> Arithmetic:
        return Arithmetic(
            explanation.symbol,
            explanation.symbols(MOST_TERMS),
            explanation.numbers(MOST_TERMS, lambda value: rounded(value, self.digits)),
            rounded(explanation.value, self.digits),
        )

    def _column_names(self, name: str) -> tuple[str, ...]:
        problem = self.step.problem
        names = {"X_in": problem.input_names, "y_gt": problem.target_names, "y_out": problem.target_names}
        return tuple(map(clean, names.get(name, ())))
