"""The worked solution of steps of SGD: what is given, then every quantity with its formula, the numbers put in, and its
matrix; and the same as a worksheet, to be filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from math import prod
from typing import Any

import numpy as np

from core.arithmetic import CellArithmetic
from core.arrays import Array, Mask
from core.asked import absent, asked, zeros
from core.classes import one_hot
from core.computation import Computation, values_of
from core.equations import BACKWARD, FORWARD, GRADIENT, LOSS, MATRIX, NUMBER, UPDATE
from core.errors import ProblemError
from core.explanation import Explanation
from core.expression.exact import gives
from core.expression.nodes import Function, IsTrueClass, Name, names_in, walk
from core.expression.pieces import Pieces, as_text, sign
from core.notations.words import Notation
from core.origins import scope_of
from core.problem import Problem
from core.quantity import Quantity, given, quantities
from core.solving.facts import facts
from core.solving.matrices import MatrixFormula, is_of_matrices
from core.solving.noted import spoken_in, writing_of
from core.solving.rounding import MOST, USUAL, rounded
from core.solving.solution import (
    BLANK,
    TALLEST,
    WIDEST,
    Arithmetic,
    Entry,
    Grid,
    Part,
    Prose,
    Section,
    Solution,
    StepSolution,
)
from core.solving.writing import Writing
from core.step import Step
from core.text import NONE, clean

MOST_ROWS, MOST_COLUMNS = 16, 12
MOST_TERMS = 8  # of a sum that is written out
MOST_EXAMPLES = 4
MOST_NUMBERS = 600_000  # of a solution: less than a minute's work, and a thousand pages
MOST_LAYERS = 400  # whose matrices, cut, are within that
SECTIONS = {
    FORWARD: "Forward pass",
    LOSS: "Loss",
    BACKWARD: "Backward pass",
    GRADIENT: "Gradients",
    UPDATE: "Update",
}


@np.errstate(all="ignore")
def solve(
    steps: Iterable[Step],
    digits: int = USUAL,
    whole: bool = False,
    expected: int = 1,
    notation: Notation | None = None,
) -> Solution:
    """The worked solution of `steps`, one or more of one problem, with numbers of `digits` significant digits (2 to
    12), in the names and the layout of a `notation`, or of the problem's. Large matrices are cut, and the cut noted,
    unless they are to be shown `whole`. Raises ProblemError where it would have more than MOST_LAYERS layers or
    MOST_NUMBERS numbers; with how many steps are `expected`, before these are worked out.
    """
    return _solution(steps, digits, whole, blank=False, expected=expected, notation=notation)


@np.errstate(all="ignore")
def worksheet(step: Step, digits: int = USUAL, notation: Notation | None = None) -> Solution:
    """The worksheet of a step, to be filled in: what is given, and a blank for every number that is asked for, see
    `core.asked`. A `notation`, and ProblemError, as of `solve`.
    """
    return _solution([step], digits, whole=True, blank=True, notation=notation)


@np.errstate(all="ignore")
def arithmetic_of(writing: Writing, name: str, cell: tuple[int, ...], digits: int = USUAL) -> Arithmetic:
    """How a cell of a step comes about, as a worked solution writes it: `name` and `cell` as for `core.explain`."""
    return _Entries(writing, digits, whole=True, blank=False).arithmetic(writing.explain(name, cell))


def _solution(
    steps: Iterable[Step], digits: int, whole: bool, blank: bool, expected: int = 1, notation: Notation | None = None
) -> Solution:
    solved: list[StepSolution] = []
    numbers = 0
    for step in steps:
        numbers += _numbers(step, whole)
        alike = step.problem.batch_size is None  # else the last batch of an epoch may be smaller
        _refuse_if_too_large(
            step.problem, numbers + alike * (expected - len(solved) - 1) * _numbers(step, whole), whole
        )
        writing = writing_of(step, notation)
        if not solved:
            first = writing
            about = tuple(facts(first, blank))
            in_symbols = () if blank else tuple(first.formulas())
        sections = tuple(_sections(_Entries(writing, digits, whole, blank)))
        solved.append(StepSolution(step.index, _rows(writing), sections))
    title, says = clean(first.step.problem.name), spoken_in(first.notation, first.step.problem)
    noted = first.notation is not None
    return Solution(title, first.about, about, in_symbols, tuple(solved), digits, blank, noted, says)


def _numbers(step: Step, whole: bool) -> int:
    """How many numbers the matrices of a step have, where they are cut at most."""
    shapes = (quantity.values.shape for source in (given, quantities) for quantity in source(step))
    if whole:
        return sum(map(prod, shapes))
    return sum(prod(map(min, shape, (MOST_ROWS, MOST_COLUMNS))) for shape in shapes)


def _refuse_if_too_large(problem: Problem, numbers: int, whole: bool) -> None:
    """Raises ProblemError."""
    found = len(problem.network)
    if found > MOST_LAYERS:
        mistake = f"expected at most {MOST_LAYERS} layers, found {found}"
    elif numbers > MOST_NUMBERS:
        mistake = f"expected at most {MOST_NUMBERS} numbers, found {numbers} or more; "
        mistake += "without --whole large matrices are cut" if whole else "take fewer --steps"
    else:
        return
    raise ProblemError(clean(problem.name), [f"too large to be written out: {mistake}"])


def _rows(writing: Writing) -> Prose:
    """The rows of a step that takes a part of them."""
    step = writing.step
    if step.problem.batch_size is None:
        return ()
    rows = [str(row + 1) for row in step.batch[:MOST_ROWS]]
    noun = "row" if len(rows) == 1 else "rows"
    shown = f"epoch {step.epoch}, {noun} {', '.join(rows)}"
    if len(step.batch) == len(rows):
        return (f"{shown} of the data", *writing.of_batch)
    return (f"{shown}, ", (sign("…"),), " of the data", *writing.of_batch)


def _sections(entries: _Entries) -> Iterator[Section]:
    named = entries.writing.symbols
    yield Section("Given", tuple(entries.given(quantity) for quantity in given(entries.step) if quantity.name in named))

    for heading, group in groupby(entries.asked, key=section_of):
        yield Section(heading, tuple(map(entries.computed, group)))


def section_of(quantity: Quantity) -> str:
    """Where a quantity is worked out. What the loss adds goes forward up to what each sample costs."""
    is_forward = quantity.part == LOSS and quantity.axes != NUMBER and quantity.name != "sample_losses"
    return SECTIONS[FORWARD if is_forward else quantity.part]


class _Entries:
    """The entries of a step."""

    def __init__(self, writing: Writing, digits: int, whole: bool, blank: bool) -> None:
        self.writing, self.step, self.digits, self.whole, self.blank = writing, writing.step, digits, whole, blank
        self.values = values_of(self.step)
        self.open = asked(self.step) if blank else {}
        wanted = writing.symbols.keys() & self.open.keys() if blank else writing.symbols.keys()
        self.asked = [quantity for quantity in quantities(self.step) if quantity.name in wanted]

    def given(self, quantity: Quantity) -> Entry:
        grid = self._grid(self.writing.in_print(quantity.name), self.digits)
        return self._with_names(quantity.name, self._entry(quantity.name, grid))

    def computed(self, quantity: Quantity) -> Entry:
        name, values, writing = quantity.name, quantity.values, self.writing
        grid = self._grid(writing.in_print(name), self.digits)
        grid = _marked(grid, writing.laid_out(name, absent(self.step, name)), NONE)
        why = self.step.statement.zeros.get(name, "")
        if self.blank:
            left_open = _marked(grid, writing.laid_out(name, self.open[name]), BLANK)
            return replace(self._entry(name, left_open), zeros=why)
        computation = writing.computations[name]
        substituted, exact = self._substituted(computation, grid)
        plain = substituted or isinstance(computation.tree, Name)
        examples = [] if plain else [*self._examples(computation, values)]
        remark = _remark(computation, len(examples), values.size)
        examples += self._slopes(computation, quantity.layer)
        worked_out = replace(
            self._entry(name, grid),
            formula=computation.pieces,
            substituted=substituted,
            exact=exact,
            examples=tuple(examples),
            some=remark,
            zeros=why,
        )
        return self._with_names(name, worked_out)

    def _entry(self, name: str, grid: Grid) -> Entry:
        writing = self.writing
        return Entry(writing.key(name), (writing.symbols[name],), writing.shape(name), grid)

    def _grid(self, values: Array, digits: int) -> Grid:
        """A matrix in print, a vector as a row."""
        values = np.atleast_2d(values)
        rows, columns = values.shape
        cells = (values if self.whole else values[:MOST_ROWS, :MOST_COLUMNS]).tolist()
        grid = Grid(tuple(tuple(rounded(value, digits) for value in row) for row in cells), rows, columns)
        return grid if self.whole else grid.narrowed()

    def _substituted(self, computation: Computation, result: Grid) -> tuple[tuple[Part, ...], bool]:
        """The formula with matrices put in, where it is one of matrices and they are small, and whether it gives the
        result as it is written: where it does not, more digits are tried.
        """
        usual: tuple[Part, ...] = ()
        formula = MatrixFormula(computation, self.writing.operands) if is_of_matrices(computation) else None
        if formula is None or not formula.may_fit or scope_of(self.step).out_of_range(computation.name):
            return (), True
        for digits in range(self.digits, MOST + 1):
            parts = formula.written(digits, self._grid)
            grids = [part for part in parts if isinstance(part, Grid)]
            width = sum(part.width if isinstance(part, Grid) else len(as_text(part)) for part in parts)
            if width > WIDEST or any(grid.cut or len(grid.cells) > TALLEST for grid in grids):
                break
            usual = usual or parts
            if self._gives(formula.value(digits), result):
                return parts, True
        return usual, not usual

    def _gives(self, found: Any, result: Grid) -> bool:
        return found is not None and all(
            gives(value, cell, self.digits)
            for row, cells in zip(found, result.cells, strict=False)  # the result may be cut
            for value, cell in zip(row, cells, strict=False)
        )

    # The arithmetic of some cells.

    def _examples(self, computation: Computation, values: Array) -> Iterator[Arithmetic]:
        cells: Iterable[tuple[int, ...]]
        tree, counts = computation.tree, ~zeros(self.step, computation.name)
        if isinstance(tree, Function) and isinstance(tree.argument, Name):
            cells = self._telling(tree)
        elif values.size <= MOST_EXAMPLES:
            cells = [tuple(i + 1 for i in place) for place in np.argwhere(counts).tolist()]
        else:
            # One that is not 0 shows more.
            found = [_first_cell(mask & (values != 0)) for mask in self._forms(computation)] + [_first_cell(counts)]
            cells = [cell for cell in found[:-1] if cell is not None] or [cell for cell in found if cell is not None]
        for cell in cells:
            yield self.arithmetic(self.writing.explain(computation.name, cell))

    def _forms(self, computation: Computation) -> tuple[Mask, ...]:
        """The cells that come about alike: where the formula has the true classes apart, theirs and the rest."""
        axes = computation.statement.equations[computation.name].axes
        if axes != MATRIX or not any(isinstance(part, IsTrueClass) for part in walk(computation.tree)):
            return (np.array(True),)
        is_true = one_hot(self.step.targets) == 1
        return ~is_true, is_true

    def _slopes(self, computation: Computation, layer: int | None) -> Iterator[Arithmetic]:
        """How a cell of f'(s) comes about, for a δ."""
        functions = self.step.statement.functions
        for part in walk(computation.tree):
            if isinstance(part, Function) and part.slope and layer and not functions[part.name].is_identity:
                for cell in self._telling(part):
                    yield self._line(*self.writing.slope(layer, cell))

    def _telling(self, applied: Function) -> Iterator[tuple[int, ...]]:
        """The cells of s whose f(s) and f'(s) show what the function does: one above 0, and of one with a kink, such as
        ReLU, one below.
        """
        values = self.values[names_in(applied)[0]]
        above, below = _first_cell(values > 0), _first_cell(values <= 0)
        function = self.step.statement.functions.get(applied.name)
        both = function is not None and bool(function.kinks)
        yield from (cell for cell in ((above, below) if both else (above or below,)) if cell is not None)

    def arithmetic(self, explanation: Explanation) -> Arithmetic:
        """How a cell comes about."""
        terms = len(explanation) if len(explanation) <= MOST_TERMS + 1 else MOST_TERMS  # a single one is not left out
        if self.writing.notation is not None:  # which may have sums in place within a sum
            terms = max(terms, MOST_TERMS)
        return self._line(explanation.pieces, explanation, terms)

    def _line(self, symbol: Pieces, arithmetic: CellArithmetic, terms: int = MOST_TERMS) -> Arithmetic:
        line = arithmetic.line(terms, self.digits, rounded)
        return Arithmetic(symbol, arithmetic.symbol_pieces(terms), line.numbers, line.result, line.exact)

    def _with_names(self, name: str, entry: Entry) -> Entry:
        """The entry of a quantity with the names of its columns; where they are turned, of its rows."""
        problem, cells = self.step.problem, entry.result.cells
        names = {"X_in": problem.input_names, "y_gt": problem.target_names, "y_out": problem.target_names}
        found, turned = names.get(name, ()), self.writing.turns(name)
        shown = len(cells if turned else cells[0])
        in_print = (*map(clean, found[:shown]), *("…",) * (shown < len(found)))
        return replace(entry, row_names=in_print) if turned else replace(entry, column_names=in_print)


def _marked(grid: Grid, mask: Mask, text: str) -> Grid:
    """A matrix with a text in place of the cells that a mask of the whole chooses."""
    if not mask.any():
        return grid
    chosen = mask.reshape(grid.rows, grid.columns)[: len(grid.cells)].tolist()
    rows = zip(grid.cells, chosen, strict=True)  # whose columns may be cut
    cells = (tuple(text if hit else cell for cell, hit in zip(*row, strict=False)) for row in rows)
    return Grid(tuple(cells), grid.rows, grid.columns)


def _remark(computation: Computation, shown: int, cells: int) -> str:
    """That not every cell is worked out, and why not all at once; empty where every one is, or none."""
    if shown in (0, cells):
        return ""
    large = "; the matrices are too large for a line" if is_of_matrices(computation) else ""
    return f"{'one cell' if shown == 1 else f'{shown} cells'} of {cells}{large}"


def _first_cell(mask: Mask) -> tuple[int, ...] | None:
    """The first cell, counted from 1, where a mask is true."""
    place = int(np.argmax(mask))
    return tuple(int(i) + 1 for i in np.unravel_index(place, mask.shape)) if mask.flat[place] else None
