"""Work done by hand, checked: every number right, carried on from an earlier one, or a slip, and of which kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from core.arrays import Array
from core.checking.report import CheckReport, Convention, FormulaVerdict
from core.equations import GRADIENT, PER_UNIT
from core.errors import ProblemError
from core.step import Step
from core.text import shown

if TYPE_CHECKING:
    from core.checking.answers import AnswerSheet
    from core.checking.formulas.check import FormulaChecker
    from core.checking.judge import Judge
    from core.checking.noted import Noted
    from core.checking.shapes import LaidOutAnswer
    from core.notations.words import Notation


def check_answers(
    answers: str | os.PathLike[str] | Mapping[str, Any],
    step: Step | None = None,
    progress: Callable[[int, int], object] | None = None,
    formulas: Mapping[str, str] | None = None,
    digits: int | None = None,
    notation: Notation | None = None,
) -> CheckReport:
    """Check numbers and formulas that somebody found by hand.

    `answers` is the path of an answer sheet (.toml), which names its problem and step unless a `step` is given; or
    numbers by name, as under [answers] of such a sheet ({"s_1": [[0.458, 0.869], ...], "delta_1[2,3]": -0.08899}),
    and `formulas` by name, for a `step`. A number is right when it is the true value rounded or cut off at the digits
    that were written, of which so many `digits` are owed: 2, unless the sheet says otherwise. `notation` is that of
    answers that do not name their own. `progress(done, total)` is called on a long way to a sheet's step.

    Raises ProblemError, which lists everything that makes the sheet unusable.
    """
    from core.checking.answers import answers_from, load_answers

    if isinstance(answers, Mapping):
        if step is None:
            raise ProblemError("", ["expected the step that these answers are for"])
        sheet = answers_from(answers, formulas or {}, step, notation)
    else:
        sheet = load_answers(answers, step, progress, notation)
    if digits is not None:
        sheet = replace(sheet, digits=digits)
    with np.errstate(all="ignore"):  # somebody's own numbers may lead anywhere
        return _Check(sheet).report()


class _Check:
    def __init__(self, sheet: AnswerSheet) -> None:
        from core.equations import statement_of

        self.sheet, self.step = sheet, sheet.step
        self.statement = statement_of(
            sheet.step.problem, len(sheet.step.batch), _names_details(sheet), sheet.step.index
        )
        self._noted: Noted | None = None
        if sheet.notation is not None:
            from core.checking.noted import Noted

            self._noted = Noted(sheet.notation, self.statement, self._values)
            self.statement = self._noted.statement
        self.unreadable: list[str] = [*sheet.unreadable]
        self.remarks: list[str] = [*sheet.remarks]

    def report(self) -> CheckReport:
        from core.checking.conventions import by_convention, readings
        from core.checking.judge import Judge

        laid_out = self._laid_out()
        formulas, checker = self._formulas()
        if self.unreadable and not laid_out and not formulas:
            raise ProblemError(self.sheet.source, self.unreadable)
        judge = Judge(self.step, self.statement, self._true, laid_out, self.sheet.digits)
        conventions = self._transposed(judge)
        if judge.slips:
            sheet = {name: answer.numbers for name, answer in laid_out.items()}
            kinds: dict[str, set[str]] = {}
            for slip in judge.slips:
                kinds.setdefault(slip.name, set()).add(slip.kind)
            for reading in readings(self.statement, self._true, sheet, kinds):
                other = Judge(self.step, reading.statement, reading.true, laid_out, self.sheet.digits)
                if reading.holds({slip.name for slip in other.slips}) and len(other.slips) < len(judge.slips):
                    conventions, judge = [reading.convention, *self._transposed(other)], other
        if checker is not None:
            formulas, found = by_convention(formulas, checker, [convention.kind for convention in conventions])
            conventions += found
        numbers = tuple(judge.cells), tuple(judge.slips)
        read = tuple(self.unreadable), tuple(dict.fromkeys(self.remarks))
        rest = tuple(conventions), self.sheet.notation
        return CheckReport(self.step, self.sheet.source, *numbers, tuple(formulas), *read, *rest)

    def _transposed(self, judge: Judge) -> list[Convention]:
        """The convention of a sheet whose samples are columns; a sheet in a notation has said what they are."""
        return judge.transposed() if self._noted is None else []

    @cached_property
    def _values(self) -> dict[str, Array]:
        from core.computation import values_of

        return values_of(self.step)

    @property
    def _true(self) -> dict[str, Array]:
        return self._values if self._noted is None else self._noted.true

    def _laid_out(self) -> dict[str, LaidOutAnswer]:
        """What was written by quantity, in the order of the computation; what cannot be laid out is a mistake."""
        from core.checking.meant import as_meant
        from core.checking.shapes import NoSuchCell, lay_out

        found: dict[str, LaidOutAnswer] = {}
        for answer in self.sheet.answers:
            path = f"answers.{shown(answer.key)[1:-1]}"
            name = answer.name
            try:
                rows = self._summed_rows(name)
                noted = self._noted
                new = lay_out(answer, self._true[name], rows) if noted is None else noted.lay_out(answer, rows)
            except NoSuchCell as mistake:
                self.unreadable.append(f"{path}: {mistake}")
                continue
            before = found.get(name)
            if before is None:
                found[name] = new
            elif not answer.position or before.problem or not before.positions.isdisjoint(new.positions):
                self.unreadable.append(f"{path}: {self._called(name)} was already given, at least in part")
            else:
                found[name] = before.joined(new)
        in_order = {name: found[name] for name in self.statement.equations if name in found}
        return as_meant(self._without_noise(in_order))

    def _called(self, name: str) -> str:
        """What the sheet calls a quantity."""
        if self._noted is None:
            return shown(name)[1:-1]
        from core.checking.noted import called

        return called(self._noted.rendition, name)

    def _summed_rows(self, name: str) -> int:
        """How many rows a quantity is a sum over; 1 where it is none."""
        equation = self.statement.equations[name]
        is_sum = (equation.part == GRADIENT and equation.axes == PER_UNIT) or equation.name == "loss"
        return self.statement.rows if is_sum else 1

    def _without_noise(self, laid_out: Mapping[str, LaidOutAnswer]) -> dict[str, LaidOutAnswer]:
        """What a computer has left of a 0, such as 5.6e-17, is that 0; where there is no number, none is open."""
        from core.asked import absent
        from core.noise import rounding

        limits, result = rounding(self.statement, self._true), {}
        for name, answer in laid_out.items():
            true, limit, without = self._true[name], limits[name], absent(self.step, name)
            numbers, kept = answer.numbers, tuple(p for p in answer.left_open if not without[p])
            noise = (numbers.of(true) == 0) & (np.abs(numbers.values) < limit)
            exact = numbers.to(numbers.units, np.where(noise, 0.0, numbers.values)) if noise.any() else numbers
            result[name] = replace(answer, numbers=exact, left_open=kept)
        return result

    def _formulas(self) -> tuple[list[FormulaVerdict], FormulaChecker | None]:
        if not self.sheet.formulas:
            return [], None
        from core.checking.formulas.check import FormulaChecker
        from core.errors import FormulaError

        found: dict[str, FormulaVerdict] = {}
        checker = FormulaChecker(self.step, self.sheet.formulas)
        for formula in self.sheet.formulas:
            path = f"formulas.{self._called(formula.name)}"
            name = formula.name
            if name in found:
                self.unreadable.append(f"{path}: {self._called(name)} was already given")
                continue
            try:
                if self._noted is not None:
                    found[name] = self._noted.check(checker, formula)
                else:
                    found[name] = checker.check(name, self.statement.symbols[name], formula)
            except FormulaError as error:
                self.unreadable.append(f"{path}: {error}")
        self.remarks += [f"{typed} is read as {name}" for typed, name in checker.remarks.items()]
        return [found[name] for name in self.statement.equations if name in found], checker


def _names_details(sheet: AnswerSheet) -> bool:
    """Whether a sheet has a quantity that only makes the steps of the computation smaller. One without is judged as if
    there were none: nobody has worked them out.
    """
    equations = sheet.step.statement.equations
    return any(equations[part.name].detail for parts in (sheet.answers, sheet.formulas) for part in parts)
