"""An exercise: a step to be worked out number by number, with hints, and what is thought of each answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np

from core.checking.diagnosis import SLIGHT
from core.checking.report import CellVerdict
from core.checking.written import OPEN, read_written
from core.fresh import LARGEST_SEED, practice_problem, practised_step, rows_of
from core.notations.shipped import SGDB
from core.notations.words import Notation
from core.practice.paper import DIGITS, Paper, Words
from core.practice.replies import INEXACT, Cell, Made, Reply, reason, recap
from core.practice.typed import by_cell, cells_of, opposite, wanted
from core.problem import Problem
from core.quantity import Quantity
from core.solving.rounding import MOST, rounded
from core.solving.worked import section_of

Standing: TypeAlias = Literal["found", "helped", "told"]

Key: TypeAlias = tuple[str, Cell]

POINTS: dict[Standing, float] = {"found": 1.0, "helped": 0.5, "told": 0.0}
HINTS = 3  # for a number, at most


class Exercise:
    """A step to be worked out, its quantities in the order of the computation, one after the other.

    like, seed       the kind of problem, and its number
    problem, step    the fresh problem, and its first step
    paper            that step in the names and numbers of the notation that is practised
    questions        the quantities of which numbers are asked for, see `core.asked`
    current, cell    what is asked now; past the last number, `current` is None
    standing         the numbers on the table, and how each came there
    written          these numbers as they were typed, or told: what comes after them is judged from them
    hinted, slipped  how many hints there were for a number, and in which numbers there was a slip
    made             the slips so far
    """

    def __init__(
        self,
        like: Problem,
        seed: int,
        *,
        keep_rate: bool = False,
        keep_rows: bool = False,
        notation: Notation | None = None,
    ) -> None:
        """An exercise of the kind of `like`; for what is kept of that see `practice_problem`. It is in a `notation`, or
        in the problem's. Raises ProblemError where it would be too long.
        """
        self.like, self.seed, self._notation = like, seed, notation
        self._keep_rate, self._keep_rows = keep_rate, keep_rows
        self.problem = practice_problem(like, seed, keep_rate=keep_rate, keep_rows=keep_rows)
        source = like.source and like.source.practised(seed, keep_rate, keep_rows)
        self.problem = self.problem if source is None else self.problem.with_source(source)
        self.step = practised_step(self.problem)
        self._asked = self.paper.asked
        self.questions = tuple(quantity for quantity in self.paper.quantities if quantity.name in self._asked)
        self.standing: dict[Key, Standing] = {}
        self.written: dict[Key, str] = {}
        self.hinted: dict[Key, int] = {}
        self.slipped: set[Key] = set()
        self.made: list[Made] = []
        self.current: Quantity | None = self.questions[0]
        _, self.cell = next(self.asked_cells())

    def __getstate__(self) -> dict[str, Any]:
        """Without what follows from the rest."""
        return {name: value for name, value in vars(self).items() if name != "paper"}

    @cached_property
    def paper(self) -> Paper:
        return Paper(self.step, self._notation)

    def is_alike(self, like: Problem, notation: Notation | None) -> bool:
        """Whether it is of the kind of this very problem, and in this notation, or the problem's."""
        return self.like is like and self.paper.notation == (notation or like.notation or SGDB)

    @property
    def chosen_notation(self) -> Notation | None:
        """Its notation, where that is not its problem's."""
        chosen = self._notation
        return None if chosen is None or chosen == (self.like.notation or SGDB) else chosen

    def another(self) -> Exercise:
        """The next exercise of the same kind."""
        seed = (self.seed + 1) % (LARGEST_SEED + 1)
        kept = {"keep_rate": self._keep_rate, "keep_rows": self._keep_rows}
        return Exercise(self.like, seed, **kept, notation=self._notation)

    def go_on(
        self,
        standing: dict[Key, Standing],
        written: dict[Key, str],
        hinted: dict[Key, int],
        slipped: set[Key],
        made: list[Made],
    ) -> None:
        """Take up the state of one that was left."""
        self.standing, self.written, self.hinted, self.slipped, self.made = standing, written, hinted, slipped, made
        self._next_unless_open()

    # Where one is.

    @property
    def done(self) -> bool:
        return self.current is None

    @property
    def total(self) -> int:
        """How many numbers are asked for."""
        return int(sum(mask.sum() for mask in self._asked.values()))

    @property
    def begun(self) -> bool:
        """Whether there is anything to lose."""
        return bool(self.standing or self.hinted or self.made)

    @property
    def slips(self) -> int:
        """How many there were so far."""
        return len(self.made)

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
        return self.paper.label(name, cell)

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

    def told(self, name: str, cell: Cell) -> str:
        """A number as a hint tells it and as the key has it."""
        return rounded(self._true(name, cell))

    def _true(self, name: str, cell: Cell) -> float:
        return float(self.paper.values[name][tuple(i - 1 for i in cell)])

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
        semicolon or in brackets. It is judged as the last part of an answer sheet of all that is on the table, so that
        who goes on from rounded numbers is right. What is right is kept, and the next cell comes up. A number that is
        on the table is not judged again.
        """
        if self.current is None:
            return Reply("unreadable", "everything is done")
        try:
            turned = self.current.symbol if self.paper.is_turned(self.current.name) else ""
            typed = by_cell(text, self.current.values.shape, self.cell, turned)
        except ValueError as error:
            return Reply("unreadable", str(error))
        new = {cell: word for cell, word in typed.items() if not self.knows(self.current.name, cell)}
        known = self._known_already({cell: word for cell, word in typed.items() if cell not in new})
        if not new:
            return Reply("unreadable", known or "these numbers are known already")
        reply = self._judge(new)
        return replace(reply, text=f"{reply.text}; {known}") if known else reply

    def _known_already(self, typed: Mapping[Cell, str]) -> str:
        """What is said of cells for which something else was typed than is on the table."""
        assert self.current is not None
        name = self.current.name
        others = [cell for cell, word in typed.items() if word != OPEN and not self._stands(name, cell, word)]
        if not others:
            return ""
        more = f", and {len(others) - 1} more" if len(others) > 1 else ""
        return f"{self.label(name, others[0])} is known already: {self.shown(name, others[0])}{more}"

    def _stands(self, name: str, cell: Cell, word: str) -> bool:
        """Whether a number is the one on the table, be it written in another way."""
        if not np.isfinite(self._true(name, cell)):
            return False
        one, other = read_written(word), read_written(self.shown(name, cell))
        return one is not None and other is not None and one.value == other.value

    def shown(self, name: str, cell: Cell) -> str:
        """A number that is known, as it was typed or told; of a copy, as the number is that it is a copy of."""
        is_opposite = False
        while name in self.paper.copies:
            name, other_sign = self.paper.copies[name]
            is_opposite ^= other_sign
        found = self.written.get((name, cell)) or self.told(name, cell)
        return opposite(found) if is_opposite else found

    def _sheet(self, new: Mapping[Cell, str]) -> dict[str, Words]:
        """All that is on the table, and `new` numbers of the current quantity, as an answer sheet has them."""
        assert self.current is not None
        sheet: dict[str, Words] = {}
        new_ones = {(self.current.name, cell): word for cell, word in new.items()}
        for (name, cell), word in {**self.written, **new_ones}.items():
            if name not in sheet:
                sheet[name] = np.full(self.step.values[name].shape, OPEN, dtype=object)
            sheet[name][tuple(i - 1 for i in cell)] = word
        return sheet

    @property
    def wanted(self) -> str:
        """What may be typed now, in words."""
        return "everything is done" if self.current is None else wanted(self.current.values.shape)

    def _judge(self, new: Mapping[Cell, str]) -> Reply:
        assert self.current is not None
        name = self.current.name
        report, told = self.paper.check(self._sheet(new))
        verdicts = {cell: verdict for cell, verdict in report.verdicts(name).items() if cell in new}
        coarse = {cell: verdict for cell, verdict in verdicts.items() if verdict.status == "coarse"}
        right = [cell for cell, verdict in verdicts.items() if verdict.status in ("right", "rounded", "follows")]
        for cell in right:
            self._keep(name, cell, verdicts[cell].written)
        slips = [(slip, told_of) for slip, told_of in told if slip.name == name]
        found = [
            (slip.cells, slip.kind, self.paper.in_print(reason(told_of)))
            for slip, told_of in slips
            if not new.keys().isdisjoint(slip.cells)
        ]
        found += self._inexact({cell: new[cell] for cell, verdict in coarse.items() if _is_exact(verdict.true)})
        if found:
            self.slipped.update((name, cell) for cells, *_ in found for cell in cells)
            self.made += [Made(kind, name, cells[0]) for cells, kind, _ in found]
            (self.cell, *_), _, text = found[0]
            more = f"; {len(found) - 1} more" if len(found) > 1 else ""
            return Reply("slip", f"{self.label(name, self.cell)}: {text}{more}")
        if coarse:
            self.cell = next(iter(coarse))
            return Reply("coarse", f"{self.label(name, self.cell)} is right so far: write three significant digits")
        self._next_unless_open()
        if not right:
            return Reply("unreadable", "a cell left open stays open")
        return Reply("right", self._right(name, [verdicts[cell] for cell in right]))

    def _right(self, name: str, verdicts: Sequence[CellVerdict]) -> str:
        """What is said of numbers that are right: with the exact one beside one that is rounded."""
        rounded_on = sum(verdict.status != "right" for verdict in verdicts)
        if len(verdicts) > 1:
            within = f", {rounded_on} of them within your own rounding" if rounded_on else ""
            return f"{len(verdicts)} numbers of {self.paper.letters[name]}: right{within}"
        (verdict,) = verdicts
        within = " within your own rounding" if rounded_on else ""
        true = self.told(name, verdict.cell)
        beside = "" if self._stands(name, verdict.cell, true) else f"; you wrote {verdict.written}, it is {true}"
        return f"{self.label(name, verdict.cell)}: right{within}{beside}"

    def _inexact(self, few: Mapping[Cell, str]) -> Iterator[tuple[tuple[Cell, ...], str, str]]:
        """The slips in numbers of too `few` digits where there is nothing to round: with the kind that they are if they
        were meant exactly.
        """
        if not few:
            return
        assert self.current is not None
        name = self.current.name
        exactly = {cell: _as_exact_as(word, self._true(name, cell)) for cell, word in few.items()}
        _, slips = self.paper.check(self._sheet(exactly))
        left = set(few)
        for slip, told in slips:
            if slip.name == name and slip.kind and slip.kind not in SLIGHT and left.issuperset(slip.cells):
                left.difference_update(slip.cells)
                yield slip.cells, slip.kind, self.paper.in_print(reason(told))
        if left:
            yield tuple(sorted(left)), INEXACT, f"write it exactly, or with {DIGITS} significant digits"

    def _keep(self, name: str, cell: Cell, written: str, standing: Standing | None = None) -> None:
        key = (name, cell)
        helped = key in self.slipped or key in self.hinted
        self.standing[key], self.written[key] = standing or ("helped" if helped else "found"), written

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
        if self.current is None:
            return False
        key = (self.current.name, self.cell)
        return not self.knows(*key) and self.hinted.get(key, 0) >= self._hints(*key) - 1

    def hint(self) -> tuple[str, ...]:
        """Help with the current cell: first the formula, in symbols; then with the numbers put in, unless the number
        is one of these; then the value, which counts as told. Each time the lines so far.
        """
        if self.current is None:
            return ()
        key = (self.current.name, self.cell)
        if self.knows(*key):
            return self.lines(*key, HINTS)
        tells = self.tells_next
        level = self.hinted[key] = min(self.hinted.get(key, 0) + 1, HINTS)
        if tells:
            self._keep(*key, self.told(*key), "told")
            self._next_unless_open()
        return self.lines(*key, HINTS if tells else level)

    def _hints(self, name: str, cell: Cell) -> int:
        """How many hints there are for a number, with the one that tells it."""
        arithmetic = self.paper.arithmetic(name, cell)
        return len(arithmetic.lines) - arithmetic.is_number

    def lines(self, name: str, cell: Cell, level: int) -> tuple[str, ...]:
        """The formula of a quantity, and `level` lines of a cell's arithmetic: symbols, numbers, value."""
        return (self.paper.formula(name), *self.paper.arithmetic(name, cell).lines[:level])

    def recap(self) -> tuple[str, ...]:
        """Which kinds of slips were made and where, and under which heading of the worked solution to read why."""
        labels = {(slip.name, slip.cell): self.label(slip.name, slip.cell) for slip in self.made}
        whole = {quantity.name: quantity for quantity in self.questions}
        where = {slip.name: f"{section_of(whole[slip.name])}: {self.paper.formula(slip.name)}" for slip in self.made}
        return tuple(recap(self.made, labels, where))


def key_of(name: str, cell: Cell) -> str:
    """A number's place as an answer sheet has it: s_1[1,2]."""
    return name + (f"[{','.join(map(str, cell))}]" if cell else "")


def _is_exact(value: float) -> bool:
    """Whether a number has no more digits than are asked for: then there is nothing to round."""
    return rounded(value, DIGITS) == rounded(value, MOST)


def _as_exact_as(word: str, value: float) -> str:
    """A number with zeros for the digits that an exact value has more."""
    written = read_written(word)
    assert written is not None
    return f"{written.number.quantize(Decimal(rounded(value)))}"


def _cells(quantity: Quantity) -> list[Cell]:
    return cells_of(quantity.values.shape)
