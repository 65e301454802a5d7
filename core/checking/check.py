"""Work done by hand, checked: every number right, carried on from an earlier one, or a slip, and of which kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from core.arrays import Array
from core.checking.report import CheckReport, Convention, FormulaVerdict
from core.equations import GRADIENT, PER_UNIT
from core.errors import ProblemError
from core.step import Step
from core.text import shown

if TYPE_CHECKING:
    from core.checking.answers import AnswerSheet
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
        from core.checking.advice import advised, differing
        from core.checking.conventions import FEWEST
        from core.checking.layouts import PRE_ACTIVATION, before_activations, pre_activation

        laid_out = self._laid_out()
        judge, conventions = self._judged(laid_out)
        before = before_activations(self.statement)
        is_before = any(convention.kind == PRE_ACTIVATION for convention in conventions)
        formulas = self._formulas(conventions, before if is_before else {})
        of_z = self._z_before(before) if len(formulas.right) < len(formulas.verdicts) and not is_before else None
        if of_z is not None and {*before, *before.values()}.isdisjoint(laid_out):
            other = self._formulas(conventions, before)
            if len(other.right - formulas.right) >= FEWEST and other.right > formulas.right:
                is_before, formulas = True, other
                conventions = [*conventions, pre_activation(*of_z)]
        self.unreadable += formulas.unreadable
        self.remarks += formulas.remarks
        conventions = [*conventions, *formulas.conventions]
        if self.unreadable and not laid_out and not formulas.verdicts:
            raise ProblemError(self.sheet.source, self.unreadable)
        if is_before:
            swapped = {f"{answer.key} is read as {answer.name}" for answer in self.sheet.answers}
            swapped |= {f"{formula.key} is read as {formula.name}" for formula in self.sheet.formulas}
            self.remarks = [remark for remark in self.remarks if remark not in swapped]
        written = [formula.name for formula in formulas.verdicts]
        if self.sheet.notation is None:
            conventions = advised(conventions, self.statement, self._true, laid_out, written)
        else:
            conventions = [differing(convention, self.sheet.notation) for convention in conventions]
        numbers = tuple(judge.cells), tuple(judge.slips)
        read = tuple(self.unreadable), tuple(dict.fromkeys(self.remarks))
        rest = tuple(conventions), self.sheet.notation
        return CheckReport(self.step, self.sheet.source, *numbers, tuple(formulas.verdicts), *read, *rest)

    def _judged(self, laid_out: Mapping[str, LaidOutAnswer]) -> tuple[Judge, list[Convention]]:
        """The numbers, judged by the conventions under which they have the fewest slips."""
        from core.checking.judge import Judge
        from core.checking.layouts import named_before, turned

        plain = Judge(self.step, self.statement, self._true, laid_out, self.sheet.digits)
        best = self._by_reading(plain, laid_out, [])
        if not plain.slips or self._noted is not None:
            return best
        keys = {answer.name: answer.key for answer in self.sheet.answers}
        ways = [(plain, laid_out, list[Convention]())]
        for relaid in named_before(self.statement, laid_out, keys, plain.slips, plain.cells):
            judge = Judge(self.step, self.statement, self._true, relaid.laid_out, self.sheet.digits)
            ways.append((judge, relaid.laid_out, [relaid.convention]))
        for judge, before, conventions in list(ways):
            for relaid in turned(self.statement, self._true, before, judge.slips):
                other = Judge(self.step, self.statement, self._true, relaid.laid_out, self.sheet.digits)
                ways.append((other, relaid.laid_out, [*conventions, relaid.convention]))
        found = (self._by_reading(*way) for way in ways[1:])
        return min((best, *found), key=lambda way: len(way[0].slips))

    def _by_reading(
        self, judge: Judge, laid_out: Mapping[str, LaidOutAnswer], conventions: list[Convention]
    ) -> tuple[Judge, list[Convention]]:
        """Numbers that were judged, by the convention of another book, if there is one that they follow."""
        from core.checking.conventions import readings
        from core.checking.judge import Judge

        best = judge, conventions
        sheet = {name: answer.numbers for name, answer in laid_out.items()}
        kinds: dict[str, set[str]] = {}
        for slip in judge.slips:
            kinds.setdefault(slip.name, set()).add(slip.kind)
        for reading in readings(self.statement, self._true, sheet, kinds) if judge.slips else ():
            other = Judge(self.step, reading.statement, reading.true, laid_out, self.sheet.digits)
            if reading.holds({slip.name for slip in other.slips}) and len(other.slips) < len(best[0].slips):
                best = other, [*conventions, reading.convention]
        return best

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

    def _z_before(self, before: Mapping[str, str]) -> tuple[str, str] | None:
        """What is called z in formulas, and what it is if that is the pre-activation; None where it cannot be: where
        something is called s beside it, or where no formula is for it and nothing is called a.
        """
        from core.checking.layouts import letters_in

        first = {formula.name: formula.key.strip()[:1].casefold() for formula in self.sheet.formulas}
        if self._noted is not None or any(first.get(s, "a") != "a" for s in before.values()):
            return None
        for formula in self.sheet.formulas:
            if formula.name in before and first[formula.name] == "z":
                return formula.key, before[formula.name]
        found = letters_in((formula.text for formula in self.sheet.formulas), len(self.step.weights))
        named = next((name for name in found["z"] if name in before), None)
        return None if named is None or found["s"] or not found["a"] else (found["z"][named], before[named])

    def _formulas(self, conventions: list[Convention], before: Mapping[str, str]) -> _Formulas:
        """The formulas, judged beside numbers that follow conventions; where z is the pre-activation, `before` has what
        z is.
        """
        if not self.sheet.formulas:
            return _Formulas([], [], [], [])
        from core.checking.conventions import by_convention
        from core.checking.formulas.check import FormulaChecker
        from core.checking.layouts import meant
        from core.errors import FormulaError

        found: dict[str, FormulaVerdict] = {}
        unreadable: list[str] = []
        if self._noted is not None:
            checker: FormulaChecker = self._noted.checker(self.step, self.sheet.formulas)
        else:
            checker = FormulaChecker(self.step, self.sheet.formulas, before)
        for formula in self.sheet.formulas:
            (name,) = meant(formula.key, (formula.name,), before) if before else (formula.name,)
            path = f"formulas.{self._called(name)}"
            if name in found:
                unreadable.append(f"{path}: {self._called(name)} was already given")
                continue
            try:
                if self._noted is not None:
                    found[name] = self._noted.check(checker, formula)
                else:
                    found[name] = checker.check(name, self.statement.symbols[name], formula)
            except FormulaError as error:
                unreadable.append(f"{path}: {error}")
        remarks = [f"{typed} is read as {name}" for typed, name in checker.remarks.items()]
        verdicts = [found[name] for name in self.statement.equations if name in found]
        followed = by_convention(verdicts, checker, conventions, is_noted=self._noted is not None)
        return _Formulas(*followed, unreadable, remarks)


class _Formulas(NamedTuple):
    """The verdicts on formulas, the conventions that only they follow, what could not be read, and remarks."""

    verdicts: list[FormulaVerdict]
    conventions: list[Convention]
    unreadable: list[str]
    remarks: list[str]

    @property
    def right(self) -> set[str]:
        """The texts of those that are right."""
        return {verdict.text for verdict in self.verdicts if verdict.right}


def _names_details(sheet: AnswerSheet) -> bool:
    """Whether a sheet has a quantity that only makes the steps of the computation smaller. One without is judged as if
    there were none: nobody has worked them out.
    """
    equations = sheet.step.statement.equations
    return any(equations[part.name].detail for parts in (sheet.answers, sheet.formulas) for part in parts)
