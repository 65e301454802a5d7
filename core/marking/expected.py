"""The wrong answers that a teacher expects, found on a sheet: what is said of them goes before the kinds that are known
anyway.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial

import numpy as np

from core.arrays import Array
from core.checking.answered import Answers, Range
from core.checking.answers import Answer
from core.checking.formulas.evaluation import Evaluator, fitted, is_same
from core.checking.formulas.points import points_like
from core.checking.numbers import Numbers
from core.checking.own_values import OwnValues
from core.checking.report import EXPECTED, Cell, CellVerdict, CheckReport, FormulaVerdict, Slip
from core.checking.shapes import NoSuchCell
from core.checking.written import Position, Written, read_written
from core.equations import statement_of
from core.errors import FormulaError
from core.expression.dialect import IN_NUMPY
from core.expression.nodes import Node, names_in
from core.expression.shape import shape_text
from core.loading.fields import FieldReader
from core.marking.naming import Naming, naming_of
from core.marking.scheme import ExpectedMistake
from core.step import Step

DIGITS = 6  # of a number that are compared: a program's numbers have more of them than are sharp
CHANCE = 0.1  # a mistake is claimed if fewer than so many of all wrong numbers of as many digits would fit as well


@dataclass(frozen=True, eq=False)
class Judged:
    """A report in which the expected mistakes are named, and the share that each of them earns by the slip or formula
    that it is.
    """

    report: CheckReport
    earns: Mapping[Slip | FormulaVerdict, Fraction]


class ExpectedMistakes:
    """The expected mistakes of a scheme with a `naming` on a step. `unknown` has those that make no sense there, in
    words by their place in the scheme.
    """

    def __init__(self, mistakes: tuple[ExpectedMistake, ...], step: Step, naming: Naming) -> None:
        self._step = step
        self.unknown: dict[str, str] = {}
        self._found: list[_OnStep] = []
        for mistake in mistakes:
            try:
                self._found.append(_on_step(mistake, step, naming))
            except _Unusable as unusable:
                self.unknown[unusable.place] = str(unusable)

    def judged(self, report: CheckReport) -> Judged:
        """A report on the same step with these mistakes named in it."""
        if not self._found:
            return Judged(report, {})
        earns: dict[Slip | FormulaVerdict, Fraction] = {}
        naming = naming_of(self._step, report.notation)
        dialects = ("", IN_NUMPY) if any(naming.is_numpy(f.name, f.text) for f in report.formulas) else ("",)
        formulas = tuple(self._formula(formula, naming, dialects, earns) for formula in report.formulas)
        report = replace(report, formulas=formulas)
        if any(slip.cells for slip in report.slips):
            with np.errstate(all="ignore"):  # somebody's own numbers may lead anywhere
                report = _Numbers(report, self._found, naming).named(earns)
        return Judged(report, earns)

    def _formula(
        self,
        formula: FormulaVerdict,
        naming: Naming,
        dialects: tuple[str, ...],
        earns: dict[Slip | FormulaVerdict, Fraction],
    ) -> FormulaVerdict:
        for mistake in self._found if not formula.right else ():
            tree = mistake.tree if mistake.name == formula.name else None
            if tree is not None and any(self._is(formula, naming, dialect, tree) for dialect in dialects):
                named = replace(formula, message=mistake.mistake.message)
                earns[named] = mistake.mistake.earns
                return named
        return formula

    def _is(self, formula: FormulaVerdict, naming: Naming, dialect: str, tree: Node) -> bool:
        """Whether somebody's formula is this one, whatever the numbers are."""
        try:
            read = naming.tree(formula.name, formula.text, dialect)
            values = [(Evaluator(point, formula.name)(read), Evaluator(point, "")(tree)) for point in self._points]
        except FormulaError:
            return False
        return bool(values) and all(is_same(mine, fitted(theirs, mine)) for mine, theirs in values)

    @cached_property
    def _points(self) -> tuple[Step, ...]:
        return points_like(self._step, own_rate=True, own_rows=True)


@dataclass(frozen=True, eq=False)
class _OnStep:
    """An expected mistake in the quantity `name`: a formula's `tree`, in the step's own names, or
    `numbers` by position, `factor` times the step's own.
    """

    mistake: ExpectedMistake
    name: str
    tree: Node | None = None
    numbers: Mapping[Position, Written] | None = None
    factor: float = 1.0

    def evaluate(self, step: Step, naming: Naming, values: Mapping[str, Array]) -> Array:
        """What the quantity comes to with it, from values as a sheet has them."""
        shape = step.values[self.name].shape
        assert self.tree is not None
        value = step.statement.value_of(naming.as_stated(self.name, self.tree), values)
        return value.reshape(shape) if value.size == math.prod(shape) else np.broadcast_to(value, shape)


class _Unusable(ValueError):  # noqa: N818
    """What is wrong with an expected mistake on a step, in words, and the place in the scheme."""

    def __init__(self, place: str, message: str) -> None:
        self.place = place
        super().__init__(message)


def _on_step(mistake: ExpectedMistake, step: Step, naming: Naming) -> _OnStep:
    """Raises _Unusable."""
    reader, place = FieldReader(), f"{mistake.place}.quantity"
    name = naming.keys.of_answer(reader, place, naming.keys.of_scheme(mistake.quantity))
    if name is None:
        raise _Unusable(place, reader.mistakes[0].removeprefix(f"{place}: "))
    if mistake.numbers is not None:
        return _OnStep(mistake, name, numbers=_numbers(mistake, name, naming), factor=naming.factor(name))
    try:
        tree = naming.tree(name, mistake.formula)
        target = step.values[name]
        value = fitted(Evaluator(step, name)(tree), target)
        if value.shape != target.shape:
            shapes = f"it gives {shape_text(value.shape)}, and {naming.called(name)} is {shape_text(target.shape)}"
            raise FormulaError(shapes)
    except FormulaError as error:
        raise _Unusable(f"{mistake.place}.formula", str(error)) from None
    return _OnStep(mistake, name, tree)


def _numbers(mistake: ExpectedMistake, name: str, naming: Naming) -> dict[Position, Written]:
    assert mistake.numbers is not None
    place = f"{mistake.place}.numbers"
    try:
        laid_out = naming.lay_out(Answer(mistake.quantity, name, (), mistake.numbers))
    except NoSuchCell as no_such:
        raise _Unusable(place, str(no_such)) from None
    if laid_out.problem:
        raise _Unusable(place, laid_out.problem)
    return laid_out.numbers.written


class _Numbers:
    """The numbers of a sheet, and what they came to with each of the expected mistakes."""

    def __init__(self, report: CheckReport, mistakes: list[_OnStep], naming: Naming) -> None:
        self.report, self.mistakes, self._naming, step = report, mistakes, naming, report.step
        equations = step.statement.equations
        named = [name for m in mistakes if m.tree is not None for name in names_in(m.tree)]
        named += [m.name for m in mistakes] + [verdict.name for verdict in report.cells]
        detailed = any(name in equations and equations[name].detail for name in named)
        statement = statement_of(step.problem, len(step.batch), detailed)
        self._own = OwnValues(*naming.stated(statement, step.values))
        self.written: dict[str, dict[Position, Written]] = {}
        for verdict in report.cells:
            if (written := _written(verdict)) is not None:
                self.written.setdefault(verdict.name, {})[_position(verdict.cell)] = written
        numbers = {name: Numbers.at(cells) for name, cells in self.written.items()}
        self._own.learn(numbers)
        for name in self._own.order:
            self._own.compute(name)
            if name in numbers:
                follows = self._own.range(name) if self._own.astray else None
                self._own.write(name, Answers.of(numbers[name], self._own.true[name], follows))

    def named(self, earns: dict[Slip | FormulaVerdict, Fraction]) -> CheckReport:
        """The report with the expected mistakes; what each of them earns is added to `earns`."""
        found = {slip: mistake for slip in self.report.slips if (mistake := self._mistake(slip)) is not None}
        if not found:
            return self.report
        slips: list[Slip] = []
        told: dict[_OnStep, str] = {}
        following: set[tuple[str, Cell]] = set()
        for slip in self.report.slips:
            mistake = found.get(slip)
            if mistake is None:
                slips.append(slip)
            elif mistake not in told:
                told[mistake] = slip.name
                same = [other for other, cause in found.items() if cause is mistake and other.name == slip.name]
                slips.append(self._named(slip, mistake, [cell for other in same for cell in other.cells]))
                earns[slips[-1]] = mistake.mistake.earns
            elif told[mistake] != slip.name:  # the rest of it, where it was made in what is not written
                following |= {(slip.name, cell) for cell in slip.cells}
        cells = tuple(
            v._replace(status="follows", follows_from=()) if (v.name, v.cell) in following else v
            for v in self.report.cells
        )
        return replace(self.report, cells=cells, slips=tuple(slips))

    def _mistake(self, slip: Slip) -> _OnStep | None:
        """The first of the expected mistakes that all numbers of a slip come of."""
        written = {_position(cell): self.written[slip.name][_position(cell)] for cell in slip.cells}
        return next((m for m in self.mistakes if written and self._comes_of(m, slip.name, written)), None)

    def _comes_of(self, mistake: _OnStep, name: str, written: Mapping[Position, Written]) -> bool:
        if mistake.numbers is not None and mistake.name == name:
            numbers = {position: self._scaled(w, mistake) for position, w in mistake.numbers.items()}
            return all(position in numbers and _is_same(w, numbers[position]) for position, w in written.items())
        if mistake.name not in (name, *self._own.unwritten_before(name)):
            return False
        found = self._range(mistake, name)
        theirs = Numbers.at(written)
        if found is None or not found.holds(theirs).all():
            return False
        return float(np.prod(theirs.chances(theirs.of(found.low), theirs.of(found.high)))) < CHANCE

    def _range(self, mistake: _OnStep, name: str) -> Range | None:
        """Where a quantity may lie with a mistake in it or in one before it; None where that cannot be said."""
        if mistake.tree is not None:
            instead = {mistake.name: partial(mistake.evaluate, self.report.step, self._naming)}
            carry: Callable[..., Array] = partial(self._own.carry, name, instead=instead)
            reads = tuple(n for n in names_in(mistake.tree) if n in self._own.order)
            return self._own.reach(name, carry, reads)
        values = np.full(self._own.true[mistake.name].shape, np.nan)
        for position, w in (mistake.numbers or {}).items():
            values[position] = self._scaled(w, mistake).value
        if np.isnan(values).any():
            return None
        given = {mistake.name: values}
        return self._own.reach(name, lambda changes, **more: self._own.carry(name, {**changes, **given}, **more))

    def _scaled(self, written: Written, mistake: _OnStep) -> Written:
        """A number of the scheme as the sheet has it, which may have another sign there, or no 1/n."""
        ratio = self._naming.factor(mistake.name) / mistake.factor
        if ratio == 1:
            return written
        value = ratio * written.value
        return Written(f"{value:.15g}", value, abs(ratio) * written.unit)

    def _named(self, slip: Slip, mistake: _OnStep, cells: list[Cell]) -> Slip:
        where = "" if mistake.name == slip.name else f" (in {self._naming.called(mistake.name)})"
        words = f"{mistake.mistake.message}{where}"
        return replace(slip, cells=tuple(sorted(cells)), kind=EXPECTED, text=words, others=())


def _written(verdict: CellVerdict) -> Written | None:
    """What was written in a cell, as exact as can be said of it; None where it was left open."""
    written = read_written(verdict.written)
    if written is None or written.value == 0:
        return written
    return written.at(max(written.unit, 10.0 ** (math.floor(math.log10(abs(written.value))) - DIGITS + 1)))


def _is_same(one: Written, other: Written) -> bool:
    """Whether two numbers are the same as far as both are written."""
    coarser, finer = sorted((one, other), key=lambda written: -written.unit)
    return coarser.is_right(finer.value)


def _position(cell: Cell) -> Position:
    return tuple(i - 1 for i in cell)
