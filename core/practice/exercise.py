"""An exercise: a step to be worked out number by number, with hints, and what is thought of each answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np

from core.arrays import Array
from core.asked import asked
from core.checking.check import check_answers
from core.checking.report import CheckReport
from core.checking.written import read_written
from core.computation import Computation, computations
from core.explanation import explain
from core.fresh import LARGEST_SEED, practice_problem, rows_of
from core.practice.typed import advice, read_rows
from core.problem import Problem
from core.quantity import Quantity, layer_symbol, quantities
from core.solving.rounding import rounded
from core.solving.worked import arithmetic_of
from core.step import Step
from core.timeline import Timeline

Cell: TypeAlias = tuple[int, ...]
Verdict: TypeAlias = Literal["right", "slip", "coarse", "unreadable"]
Standing: TypeAlias = Literal["found", "helped", "told"]

Key: TypeAlias = tuple[str, Cell]

POINTS: dict[Standing, float] = {"found": 1.0, "helped": 0.5, "told": 0.0}
HINTS = 3
RIGHT = ("right", "rounded", "coarse")  # how many digits are asked for is said here
ENOUGH = 0.01  # of a number: what is written to three significant digits is known better than that
PRECISE = Context(prec=500)  # more digits than a number that is read
NAME = re.compile(r"\b(?:[A-Za-z]+_\w+|(?:(?<=of )|(?<=in ))\w+)")  # of a quantity, in a sentence


@dataclass(frozen=True)
class Reply:
    """What is thought of an answer: right; a slip; right as far as it goes, but of too few digits; or unreadable. The
    text says so, without giving the number away.
    """

    verdict: Verdict
    text: str


class Exercise:
    """A step to be worked out, its quantities in the order of the computation, one after the other.

    like, seed       the kind of problem, and its number
    problem, step    the fresh problem, and its first step
    questions        the quantities of which numbers are asked for, see `core.asked`
    current, cell    what is asked now; past the last number, `current` is None
    standing         the numbers on the table, and how each came there
    hinted, slipped  how many hints there were for a number, and in which numbers there was a slip
    slips            how many there were so far
    """

    def __init__(self, like: Problem, seed: int, *, keep_rate: bool = False, keep_rows: bool = False) -> None:
        """An exercise of the kind of `like`; for what is kept of that see `practice_problem`. Raises ProblemError where
        it would be too long.
        """
        self.like, self.seed = like, seed
        self._keep_rate, self._keep_rows = keep_rate, keep_rows
        self.problem = practice_problem(like, seed, keep_rate=keep_rate, keep_rows=keep_rows)
        self.step: Step = Timeline(self.problem)[0]
        self.symbols = self.step.statement.symbols
        self._asked = asked(self.step)
        self.questions = tuple(quantity for quantity in quantities(self.step) if quantity.name in self._asked)
        self.standing: dict[Key, Standing] = {}
        self.hinted: dict[Key, int] = {}
        self.slipped: set[Key] = set()
        self.slips = 0
        depth = len(self.problem.network)
        self._printed = self.symbols | {f"f_{k}": layer_symbol("f", k, depth) for k in range(1, depth)}
        self.current: Quantity | None = self.questions[0]
        _, self.cell = next(self.asked_cells())

    def __getstate__(self) -> dict[str, Any]:
        """Without what follows from the rest."""
        return {name: value for name, value in vars(self).items() if name not in ("_formulas", "_shown")}

    @cached_property
    def _formulas(self) -> dict[str, Computation]:
        return {c.name: c for c in computations(self.problem, len(self.step.batch), index=self.step.index)}

    def another(self) -> Exercise:
        """The next exercise of the same kind."""
        seed = (self.seed + 1) % (LARGEST_SEED + 1)
        return Exercise(self.like, seed, keep_rate=self._keep_rate, keep_rows=self._keep_rows)

    def go_on(self, standing: dict[Key, Standing], hinted: dict[Key, int], slipped: set[Key], slips: int) -> None:
        """Take up the state of one that was left."""
        self.standing, self.hinted, self.slipped, self.slips = standing, hinted, slipped, slips
        self._next_unless_open()

    # Where one is.

    @property
    def done(self) -> bool:
        return self.current is None

    @property
    def total(self) -> int:
        """How many numbers are asked for."""
        return sum(map(np.count_nonzero, self._asked.values()))

    @property
    def begun(self) -> bool:
        """Whether there is anything to lose."""
        return bool(self.standing or self.hinted or self.slips)

    @property
    def hints(self) -> int:
        """How many there were so far."""
        return sum(self.hinted.values())

    @property
    def rows_left_out(self) -> int:
        """How many rows of a step like this are left out, so that there are not too many numbers."""
        return rows_of(self.like) - len(self.problem.inputs)

    def asked_cells(self) -> Iterator[Key]:
        """Every number that is asked for, in order."""
        return ((q.name, cell) for q in self.questions for cell in _cells(q) if self._is_asked(q.name, cell))

    def label(self, name: str, cell: Cell) -> str:
        """A number's place as it is printed everywhere: s₁[1,2], W_out⁺[2]."""
        return explain(self.step, name, cell).symbol

    @property
    def progress(self) -> str:
        """How far one is, in words."""
        return f"{len(self.standing)} of {self.total} numbers"

    @property
    def points(self) -> float:
        """A number found alone counts 1, one after a slip or a hint ½, one that was told 0."""
        return sum(POINTS[standing] for standing in self.standing.values())

    def knows(self, name: str, cell: Cell) -> bool:
        """Whether a number is on the table, as one that is not asked for is from the start."""
        return (name, cell) in self.standing or not self._is_asked(name, cell)

    def _is_asked(self, name: str, cell: Cell) -> bool:
        return name not in self._asked or bool(self._asked[name][tuple(i - 1 for i in cell)])

    def reached(self, name: str) -> bool:
        """Whether every number of a quantity is on the table: a copy of another is, as soon as the other one is."""
        order = [*self.step.statement.equations]
        at = len(order) if self.current is None else order.index(self.current.name)
        return order.index(name) < at

    def move(self, down: int, right: int) -> None:
        """To another cell of the current quantity; its edges stop the way."""
        if self.current is None:
            return
        shape = self.current.values.shape
        change = (down, right) if len(shape) == 2 else (down or right,)
        self.cell = tuple(min(max(i + d, 1), n) for i, d, n in zip(self.cell, change, shape, strict=False))

    # What somebody types.

    @np.errstate(all="ignore")
    def answer(self, text: str) -> Reply:
        """Take a number for the current cell, a row of numbers, or the whole quantity, its rows divided by a
        semicolon or in brackets. What is right is kept, and the next cell comes up. A number that is on the table is
        not judged again.
        """
        if self.current is None:
            return Reply("unreadable", "everything is done")
        try:
            meant, passed_over = self._meant(self._read(text))
            report = check_answers({**self._before(), **meant}, self.step) if meant else None
        except ValueError as error:
            return Reply("unreadable", str(error))
        known = self._known_already(passed_over)
        if report is None:
            return Reply("unreadable", known)
        reply = self._judge(report)
        return replace(reply, text=f"{reply.text}; {known}") if known else reply

    def _known_already(self, cells: Sequence[Cell]) -> str:
        """What is said of cells for which something else was typed than is on the table."""
        if not cells:
            return ""
        assert self.current is not None
        value = float(self.current.values[tuple(i - 1 for i in cells[0])])
        more = f", and {len(cells) - 1} more" if len(cells) > 1 else ""
        return f"{self.label(self.current.name, cells[0])} is known already: {rounded(value)}{more}"

    def _before(self) -> dict[str, Any]:
        """What is on the table already: a slip is not looked for there."""
        return {quantity.name: quantity.values for quantity in quantities(self.step) if self.reached(quantity.name)}

    def _read(self, text: str) -> dict[Cell, Any]:
        """What was typed, by cell. Raises ValueError."""
        assert self.current is not None
        shape, cells = self.current.values.shape, list(_cells(self.current))
        rows = read_rows(text)
        numbers = [number for row in rows for number in row]
        lengths = [len(row) for row in rows]
        if len(numbers) == 1:
            return {self.cell: numbers[0]}
        if lengths == list(shape[1:]):
            cells = [cell for cell in cells if cell[0] == self.cell[0]]
        elif lengths not in ([len(cells)], [shape[1]] * shape[0] if len(shape) == 2 else [1] * len(cells)):
            raise ValueError(f"{self.wanted}, found {_found(lengths)}; {advice(text)}")
        return dict(zip(cells, numbers, strict=True))

    def _meant(self, typed: Mapping[Cell, Any]) -> tuple[dict[str, Any], list[Cell]]:
        """What was typed, under the keys of an answer sheet, and the cells on the table for which something else was
        typed, which are left out. Whoever goes on from the numbers on the screen, which are rounded, is right, and
        whoever has floating point's rounding around 0 is, too; they are taken to have written what goes on from the
        exact ones.
        """
        assert self.current is not None
        name, true = self.current.name, self.current.values
        shown, computed = np.asarray(self._formulas[name].evaluate(self._shown)), self.step.computed[name]
        meant, passed_over = {}, []
        for cell, number in typed.items():
            place = tuple(i - 1 for i in cell)
            written, exact = read_written(number), float(true[place])
            if written is not None and not written.fits(exact):
                theirs = exact, float(shown[place]), float(computed[place])
                if written.fits(min(theirs), max(theirs)):
                    number = Decimal(exact).quantize(number, context=PRECISE)
                elif self.knows(name, cell):
                    passed_over.append(cell)
                    continue
            meant[key_of(name, cell)] = number
        return meant, passed_over

    @cached_property
    def _shown(self) -> dict[str, Array]:
        """Every quantity of the step with the digits that the screen has."""
        as_shown = np.vectorize(lambda value: float(rounded(value)), otypes=[float])
        return {name: as_shown(values) for name, values in self.step.values.items()}

    @property
    def wanted(self) -> str:
        """What may be typed now, in words."""
        if self.current is None:
            return "everything is done"
        shape = self.current.values.shape
        ways = ["a number"]
        if len(shape) == 2 and 1 not in shape:
            ways.append(f"a row of {shape[1]}")
        if self.current.values.size > 1:
            ways.append(f"all {self.current.values.size}")
        return "expected " + (" or ".join([", ".join(ways[:-1]), ways[-1]]) if len(ways) > 1 else ways[0])

    def _judge(self, report: CheckReport) -> Reply:
        assert self.current is not None
        name = self.current.name
        coarse = []
        verdicts = report.verdicts(name)
        for verdict in verdicts.values():
            if verdict.status in RIGHT:
                if _coarse(verdict.written, verdict.true) and not self.knows(name, verdict.cell):
                    coarse.append(verdict.cell)
                else:
                    self._keep(name, verdict.cell)
            elif verdict.status in ("slip", "follows"):
                self.slipped.add((name, verdict.cell))
        if report.slips:
            self.slips += len(report.slips)
            first = report.slips[0]
            if first.cells:
                self.cell = first.cells[0]
            self._next_unless_open()
            place = self.label(name, first.cells[0]) if first.cells else first.symbol
            text = self._in_print(first.text) or "wrong; this doesn't match any common mistake"
            more = f"; {len(report.slips) - 1} more" if len(report.slips) > 1 else ""
            return Reply("slip", f"{place}: {text}{more}")
        if coarse:
            self.cell = coarse[0]
            return Reply("coarse", f"{self.label(name, coarse[0])} is right so far: write three significant digits")
        right = [verdict.cell for verdict in verdicts.values() if verdict.status in RIGHT]
        self._next_unless_open()
        if not right:
            return Reply("unreadable", "a cell left open stays open")
        where = self.label(name, right[0]) if len(right) == 1 else f"{len(right)} numbers of {self.symbols[name]}"
        return Reply("right", f"{where}: right")

    def _in_print(self, text: str) -> str:
        """A sentence with quantities' symbols in place of their names."""
        return NAME.sub(lambda name: self._printed.get(name[0], name[0]), text)

    def _keep(self, name: str, cell: Cell, standing: Standing | None = None) -> None:
        key = (name, cell)
        if not self._is_asked(name, cell):
            return
        helped = key in self.slipped or key in self.hinted
        self.standing.setdefault(key, standing or ("helped" if helped else "found"))

    def _next_unless_open(self) -> None:
        """To the next number that is not on the table, from where one is: first in the quantity at hand."""
        open_ = [key for key in self.asked_cells() if key not in self.standing]
        if not open_:
            self.current, self.cell = None, ()
            return
        name = open_[0][0]
        cells = [cell for at, cell in open_ if at == name]
        if self.current is not None and self.current.name == name:
            self.cell = next((cell for cell in cells if cell >= self.cell), cells[0])
        else:
            self.current = next(quantity for quantity in self.questions if quantity.name == name)
            self.cell = cells[0]

    # Help.

    @property
    def tells_next(self) -> bool:
        """Whether the next hint is the value."""
        return self.current is not None and self.hinted.get((self.current.name, self.cell), 0) == HINTS - 1

    def hint(self) -> tuple[str, ...]:
        """Help with the current cell: first the formula, in symbols; then with the numbers put in; then the value,
        which counts as told. Each time the lines so far.
        """
        if self.current is None:
            return ()
        key = (self.current.name, self.cell)
        if self.knows(*key):
            return self.lines(*key, HINTS)
        level = self.hinted.get(key, 0) + 1
        self.hinted[key] = level
        if level == HINTS:
            self._keep(*key, "told")
            self._next_unless_open()
        return self.lines(*key, level)

    def lines(self, name: str, cell: Cell, level: int) -> tuple[str, ...]:
        """The formula of a quantity, and `level` lines of a cell's arithmetic: symbols, numbers, value."""
        formula = f"{self.symbols[name]} = {self._formulas[name].text}"
        return (formula, *arithmetic_of(self.step, name, cell).lines[:level])


def key_of(name: str, cell: Cell) -> str:
    """A number's place as an answer sheet has it: s_1[1,2]."""
    return name + (f"[{','.join(map(str, cell))}]" if cell else "")


def _found(lengths: Sequence[int]) -> str:
    """How many numbers were typed, in words."""
    if len(lengths) == 1:
        return f"{lengths[0]} numbers"
    if len(set(lengths)) == 1:
        return f"{len(lengths)} rows of {lengths[0]}"
    return f"rows of {', '.join(map(str, lengths[:-1]))} and {lengths[-1]}"


def _coarse(written: str, true: float) -> bool:
    """Whether a right number has too few digits to tell that it is; a 0 has none to tell."""
    if not true:
        return False
    number = Decimal(written)
    exponent = number.as_tuple().exponent
    exact = abs(float(number) - true) <= 1e-9 * abs(true)
    return isinstance(exponent, int) and not exact and float(Decimal(1).scaleb(exponent)) > ENOUGH * abs(true)


def _cells(quantity: Quantity) -> Iterator[Cell]:
    return (tuple(i + 1 for i in place) for place in np.ndindex(quantity.values.shape))
