"""An exercise: a step to be worked out number by number, with hints, and what is thought of each answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from core.checking.check import check_answers
from core.checking.report import CheckReport
from core.computation import computations, symbols_of
from core.errors import ProblemError
from core.explanation import explain
from core.practice.fresh import practice_problem
from core.problem import Problem
from core.quantity import Quantity, layer_label, quantities
from core.solving.solution import formula_text
from core.step import Step
from core.timeline import Timeline

Cell: TypeAlias = tuple[int, ...]
Verdict: TypeAlias = Literal["right", "slip", "coarse", "unreadable"]
Standing: TypeAlias = Literal["found", "helped", "told"]

POINTS: dict[Standing, float] = {"found": 1.0, "helped": 0.5, "told": 0.0}
HINTS = 3
ENOUGH = 0.01  # of a number: what is written to three significant digits is known better than that
ZERO = Decimal("0.000000")  # a bare 0 is meant, and taken, as one that has as many digits as any
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
LONGEST = 2_000  # characters of an answer


@dataclass(frozen=True)
class Reply:
    """What is thought of an answer: right; a slip; right as far as it goes, but of too few digits; or unreadable. The
    text says so, without giving the number away.
    """

    verdict: Verdict
    text: str


class Exercise:
    """A step to be worked out, its quantities in the order of the computation, one after the other.

    problem, seed    the fresh problem, and what it was drawn from
    step             its first step
    questions        the quantities that are asked for; one that is the same as another is not
    current, cell    what is asked now; past the last number, `current` is None
    slips, hints     how many there were so far
    """

    def __init__(self, like: Problem, seed: int) -> None:
        """An exercise of the kind of `like`. Raises ProblemError where it would be too long."""
        self.like, self.seed = like, seed
        self.problem = practice_problem(like, seed)
        self.step: Step = Timeline(self.problem)[0]
        self.symbols = symbols_of(self.step)
        same = set(_copies(self.problem))
        self.questions = tuple(quantity for quantity in quantities(self.step) if quantity.name not in same)
        self.standing: dict[tuple[str, Cell], Standing] = {}
        self.slips = self.hints = 0
        self._formulas = {c.name: c for c in computations(self.problem, len(self.step.batch))}
        self._helped: dict[tuple[str, Cell], int] = {}
        self._slipped: set[tuple[str, Cell]] = set()
        self.current: Quantity | None = self.questions[0]
        self.cell: Cell = (1,) * self.questions[0].values.ndim

    # Where one is.

    @property
    def done(self) -> bool:
        return self.current is None

    @property
    def total(self) -> int:
        """How many numbers are asked for."""
        return sum(quantity.values.size for quantity in self.questions)

    @property
    def points(self) -> float:
        """A number found alone counts 1, one after a slip or a hint ½, one that was told 0."""
        return sum(POINTS[standing] for standing in self.standing.values())

    def knows(self, name: str, cell: Cell) -> bool:
        """Whether a number is on the table."""
        return (name, cell) in self.standing

    def reached(self, name: str) -> bool:
        """Whether every number of a quantity is on the table: a copy of another is, as soon as the other one is."""
        order = [quantity.name for quantity in quantities(self.step)]
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

    def answer(self, text: str) -> Reply:
        """Take a number for the current cell, a row of numbers, or the whole quantity, its rows divided by a
        semicolon or in brackets. What is right is kept, and the next cell comes up.
        """
        if self.current is None:
            return Reply("unreadable", "everything is done")
        try:
            key, value = self._read(text)
            report = check_answers({**self._before(), key: value}, self.step)
        except ValueError as error:  # a ProblemError is one, too
            mistakes = error.mistakes[0].removeprefix("answers.") if isinstance(error, ProblemError) else str(error)
            return Reply("unreadable", mistakes)
        return self._judge(report)

    def _before(self) -> dict[str, Any]:
        """What is on the table already: a slip is not looked for there."""
        return {quantity.name: quantity.values for quantity in quantities(self.step) if self.reached(quantity.name)}

    def _read(self, text: str) -> tuple[str, Any]:
        """What was typed, under the key of an answer sheet. Raises ValueError."""
        assert self.current is not None
        name, shape, cell = self.current.name, self.current.values.shape, self.cell
        rows = list(_rows(text))
        numbers = [number for row in rows for number in row]
        width = shape[-1] if shape else 1
        if len(rows) > 1:
            return name, rows
        if len(numbers) == 1:
            return name + (f"[{','.join(map(str, cell))}]" if cell else ""), numbers[0]
        if len(shape) == 2 and len(numbers) == width:
            return f"{name}[{cell[0]}]", numbers
        if len(numbers) == self.current.values.size:
            flat = len(shape) == 1
            return name, numbers if flat else [numbers[i : i + width] for i in range(0, len(numbers), width)]
        raise ValueError(f"{self.wanted}, found {len(numbers)} numbers")

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
            if verdict.status == "right":
                if _coarse(verdict.written, verdict.true):
                    coarse.append(verdict.cell)
                else:
                    self._keep(name, verdict.cell)
            elif verdict.status in ("slip", "follows"):
                self._slipped.add((name, verdict.cell))
        if report.slips:
            self.slips += len(report.slips)
            first = report.slips[0]
            if first.cells:
                self.cell = first.cells[0]
            self._next_unless_open()
            place = self._place(name, first.cells[0]) if first.cells else first.symbol
            text = first.text or "that is not it, and no known kind of slip gives this number"
            more = f"; {len(report.slips) - 1} more" if len(report.slips) > 1 else ""
            return Reply("slip", f"{place}: {text}{more}")
        if coarse:
            self.cell = coarse[0]
            return Reply("coarse", f"{self._place(name, coarse[0])} is right so far: write three significant digits")
        right = [verdict.cell for verdict in verdicts.values() if verdict.status == "right"]
        self._next_unless_open()
        if not right:
            return Reply("unreadable", "a cell left open stays open")
        where = self._place(name, right[0]) if len(right) == 1 else f"{len(right)} numbers of {self.symbols[name]}"
        return Reply("right", f"{where}: right")

    def _place(self, name: str, cell: Cell) -> str:
        return self.symbols[name] + (f"[{','.join(map(str, cell))}]" if cell else "")

    def _keep(self, name: str, cell: Cell, standing: Standing | None = None) -> None:
        key = (name, cell)
        helped = key in self._slipped or key in self._helped
        self.standing.setdefault(key, standing or ("helped" if helped else "found"))

    def _next_unless_open(self) -> None:
        """To the next number that is not on the table, from where one is."""
        if self.current is None:
            return
        cells = list(_cells(self.current))
        here = cells.index(self.cell)
        for cell in (*cells[here:], *cells[:here]):
            if not self.knows(self.current.name, cell):
                self.cell = cell
                return
        at = self.questions.index(self.current) + 1
        self.current = self.questions[at] if at < len(self.questions) else None
        self.cell = (1,) * self.current.values.ndim if self.current is not None else ()

    # Help.

    def hint(self) -> tuple[str, ...]:
        """Help with the current cell: first the formula, in symbols; then with the numbers put in; then the value,
        which counts as told. Each time the lines so far.
        """
        if self.current is None:
            return ()
        key = (self.current.name, self.cell)
        if self.knows(*key):
            return self.lines(*key, HINTS)
        level = self._helped.get(key, 0) + 1
        self._helped[key] = level
        self.hints += 1
        if level == HINTS:
            self._keep(*key, "told")
            self._next_unless_open()
        return self.lines(*key, level)

    def lines(self, name: str, cell: Cell, level: int) -> tuple[str, ...]:
        """The formula of a quantity, and `level` lines of a cell's arithmetic: symbols, numbers, value."""
        formula = f"{self.symbols[name]} = {formula_text(self._formulas[name], self.symbols)}"
        return (formula, *explain(self.step, name, cell).lines()[:level])


def _rows(text: str) -> Iterator[list[Any]]:
    """The numbers that were typed, row by row; a "?" is a cell left open. Raises ValueError."""
    if len(text) > LONGEST:
        raise ValueError(f"expected at most {LONGEST} characters")
    plain = text.replace("−", "-").strip()
    for row in re.split(r"\]\s*,?\s*\[|[;\n]", plain.strip("[] ")):
        words = row.replace(",", " ").split()
        if words:
            yield [_number(word) for word in words]
    if not re.search(r"\d|\?", plain):
        raise ValueError("expected a number")


def _number(word: str) -> Any:
    if word == "?":
        return word
    if NUMBER.fullmatch(word) is None:
        raise ValueError(f"expected a number, found {word[:20]!r}")
    number = Decimal(word)
    return number if number else ZERO


def _coarse(written: str, true: float) -> bool:
    """Whether a right number has too few digits to tell that it is."""
    number = Decimal(written)
    exponent = number.as_tuple().exponent
    exact = abs(float(number) - true) <= 1e-9 * abs(true)
    return isinstance(exponent, int) and not exact and float(Decimal(1).scaleb(exponent)) > ENOUGH * abs(true)


def _cells(quantity: Quantity) -> Iterator[Cell]:
    from numpy import ndindex

    return (tuple(i + 1 for i in place) for place in ndindex(quantity.values.shape))


def _copies(problem: Problem) -> Iterator[str]:
    """The quantities that are another one unchanged: z of an identity, a frozen W⁺ or b⁺."""
    depth = len(problem.network)
    for k, layer in enumerate(problem.network.layers, start=1):
        label = layer_label(k, depth)
        if layer.activation == "identity":
            yield "y_out" if k == depth else f"z_{label}"
        if not layer.train_weights:
            yield f"W_{label}_next"
        if not layer.train_bias:
            yield f"b_{label}_next"
