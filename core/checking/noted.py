"""Answer sheets in a notation: its names as keys, its layout, its sign of δ, its place of 1/n; and reports in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial

import numpy as np

from core.arrays import Array
from core.checking.answers import Answer, WrittenFormula
from core.checking.conventions import ByConvention
from core.checking.formulas.check import FormulaChecker
from core.checking.formulas.noted import NotedChecker
from core.checking.keys import Keys
from core.checking.report import EXPECTED, Cell, CheckReport, FormulaVerdict, Slip
from core.checking.shapes import LaidOutAnswer, NoSuchCell, lay_out
from core.equations import Statement, statement_of
from core.errors import FormulaError
from core.explanation import Explanation, explain
from core.expression.lexicon import in_line, spelled
from core.expression.nodes import ROWS, names_in
from core.expression.pieces import as_text
from core.expression.reader import read
from core.loading.fields import FieldReader
from core.notations.cells import NotedScope
from core.notations.formulas import typed_formula
from core.notations.printing import typed_printer
from core.notations.reading import named_elsewhere
from core.notations.rendition import Rendition
from core.notations.wording import with_gradients
from core.notations.words import Notation
from core.step import Step, shown_in
from core.suggestion import suggest
from core.text import shown

WORDS = ("loss", "penalty", "d", "t")  # names that are words, or parts of them, in a sentence
SAID_IN_COLUMNS = {  # what is said of samples in rows
    "the samples (columns)": "the samples (rows)",
    "the sum over the rows": "the sum over the columns",
    "expected one row of": "expected one column of",
    "the number of rows": "the number of samples",
}
MEAN_TWICE, TWICE = "mean twice", ", twice"
FORMULA = re.compile(r"[\w'()]+(?: (?:\*|\.\*|\+|-) [\w'()]+)+")  # as it is typed, within a sentence


class NotedKeys(Keys):
    """Keys in a notation: its names alone are read, and numbers of what is given are compared."""

    may_be_given = True

    def __init__(self, step: Step, notation: Notation) -> None:
        super().__init__(step)
        self._rendition = Rendition(notation, step.statement)

    def values(self, name: str) -> Array:
        values = self._step.values[name]
        return values if np.ndim(values) < 2 else self._rendition.turned(name, values)

    def called(self, name: str) -> str:
        return called(self._rendition, name)

    def in_plain_letters(self, key: str) -> str:
        return "".join(spelled(self._rendition.lowered(in_line(key))).split())

    def of_scheme(self, typed: str) -> str:
        return self.in_plain_letters(typed)

    def is_given(self, typed: str) -> bool:
        return self._rendition.names.get(typed, "") in self._statement.given

    def _meant(self, reader: FieldReader, path: str, typed: str) -> str | None:
        name = self._rendition.names.get(typed)
        if name is not None and name not in self._statement.numbers:
            return name
        word = shown(typed)[1:-1]
        if name is not None:
            reader.note(path, f"{word} is given, not computed")
            return None
        elsewhere = named_elsewhere(self._rendition, typed)
        known = [spelling.typed for name, spelling in self._rendition.spellings.items() if name in self._equations]
        reader.note(path, f'unknown "{word}": {elsewhere}' if elsewhere else suggest(word, known))
        return None

    def of_given(self, reader: FieldReader, path: str, typed: str, answer: Answer) -> str | None:
        name = self._rendition.names[typed]
        why = self._difference(replace(answer, name=name))
        if why:
            reader.note(path, f"{self.called(name)} is given, and this is another: {why}")
        return None

    def lay_out(self, answer: Answer) -> LaidOutAnswer:
        values = self.values(answer.name)
        return lay_out(_along(self._rendition, answer) if values.ndim == 1 else answer, values)

    @property
    def _equations(self) -> Mapping[str, object]:
        return self._statement.equations


def _along(rendition: Rendition, answer: Answer) -> Answer:
    """An answer for a place in a vector, which a notation has as a row or a column: for the place along it. Raises
    NoSuchCell.
    """
    if len(answer.position) != 2:
        return answer
    turned = rendition.turns(answer.name)
    along, across = answer.position if turned else answer.position[::-1]
    if across != 1:
        what = "column" if turned else "row"
        raise NoSuchCell(f"expected a single {what}, found [{','.join(map(str, answer.position))}]")
    return replace(answer, position=(along,))


class Noted:
    """What a check of answers in a notation works with: the equations and the right values as the notation has them, in
    sgdb's layout.
    """

    def __init__(self, notation: Notation, statement: Statement, values: Mapping[str, Array]) -> None:
        self.rendition = Rendition(notation, statement)
        under = (statement.problem, statement.rows, statement.detailed, statement.index)
        self.statement: Statement = ByConvention(*under, self.rendition.stated)
        scaled = {name: self.rendition.factor(name) for name in {**statement.given, **statement.equations}}
        self.true = {
            name: array if scaled.get(name, 1) == 1 else scaled[name] * array for name, array in values.items()
        }

    def lay_out(self, answer: Answer, summed_rows: int) -> LaidOutAnswer:
        """The numbers of an answer, at their positions in sgdb's layout. Raises NoSuchCell."""
        values = self.true[answer.name]
        if values.ndim == 2 and self.rendition.turns(answer.name):
            return lay_out(answer, values.T, summed_rows).turned
        return lay_out(_along(self.rendition, answer) if values.ndim == 1 else answer, values, summed_rows)

    def checker(self, step: Step, formulas: Sequence[WrittenFormula]) -> NotedChecker:
        """What checks formulas in the notation."""
        return NotedChecker(self.rendition, step, formulas, Translator(self.rendition).text)

    def check(self, checker: FormulaChecker, formula: WrittenFormula) -> FormulaVerdict:
        """Whether a formula is right, and what is wrong with it where it is not, in the notation; with what is right
        there where nothing nearer is. Raises FormulaError if it cannot be read.
        """
        found = checker.check(formula.name, self.statement.symbols[formula.name], formula)
        if found.right or found.mended:
            return found
        return replace(found, mended=typed_formula(self.rendition, formula.name).partition(" = ")[2])


def called(rendition: Rendition, name: str) -> str:
    """What a quantity is called, as it is typed; sgdb's name where the notation has none."""
    return rendition.spellings[name].typed if name in rendition.spellings else name


class Translator:
    """Says in a notation what is said in sgdb's names."""

    def __init__(self, rendition: Rendition) -> None:
        self._rendition = rendition

    def words(self, report: CheckReport) -> CheckReport:
        """A report whose sentences are in the notation, and its places and numbers as they were."""
        step = shown_in(report.step, self._rendition.notation)
        slips, conventions = [], report.conventions
        for slip in report.slips:
            explained = partial(explain, step, slip.name, detailed=_detailed(report))
            arithmetic = self._arithmetic(slip, slip.cells[:1], explained)
            slips.append(self._slip(slip, arithmetic))
        if report.notation is not None:  # else they speak of the words that were written
            conventions = tuple(replace(found, text=self.text(found.text)) for found in conventions)
        formulas = tuple(replace(verdict, symbol=self.symbol(verdict.name)) for verdict in report.formulas)
        return replace(report, step=step, slips=tuple(slips), conventions=conventions, formulas=formulas)

    def report(self, report: CheckReport) -> CheckReport:
        """A report in the notation's names and layout."""
        cells = [
            verdict._replace(
                name=self.name(verdict.name),
                cell=self.cell(verdict.name, verdict.cell),
                follows_from=tuple(map(self.name, verdict.follows_from)),
            )
            for verdict in report.cells
        ]
        order = {name: i for i, name in enumerate(dict.fromkeys(verdict.name for verdict in cells))}
        step = shown_in(report.step, None)
        statement = statement_of(step.problem, len(step.batch), _detailed(report), step.index)
        scope = NotedScope(step, Rendition(self._rendition.notation, statement))
        slips = []
        for slip in report.slips:
            first = sorted(slip.cells, key=partial(self.cell, slip.name))[:1]
            arithmetic = self._arithmetic(slip, first, partial(Explanation, step, slip.name, scope=scope))
            noted = self._slip(slip, arithmetic)
            slips.append(
                replace(
                    noted,
                    name=self.name(slip.name),
                    cells=tuple(sorted(self.cell(slip.name, cell) for cell in slip.cells)),
                    text=self._laid_out(noted.text),
                    others=tuple(map(self._laid_out, noted.others)),
                )
            )
        formulas = [
            replace(verdict, name=self.name(verdict.name), symbol=self.symbol(verdict.name))
            for verdict in report.formulas
        ]
        return replace(
            report,
            cells=tuple(sorted(cells, key=lambda verdict: (order[verdict.name], verdict.cell))),
            slips=tuple(slips),
            formulas=tuple(formulas),
            conventions=tuple(replace(found, text=self.text(found.text)) for found in report.conventions),
            named=self._rendition.notation,
        )

    def _slip(self, slip: Slip, arithmetic: tuple[str, ...]) -> Slip:
        """A slip in the notation's words; what a scheme says stays as it is."""
        if slip.kind == EXPECTED:
            return replace(slip, symbol=self.symbol(slip.name), arithmetic=arithmetic)
        return replace(
            slip,
            symbol=self.symbol(slip.name),
            text=self.text(slip.text.removesuffix(TWICE) if self._has_no_mean(slip) else slip.text),
            others=tuple(map(self.text, slip.others)),
            arithmetic=arithmetic,
        )

    def _arithmetic(
        self, slip: Slip, first: Sequence[Cell], explained: Callable[[Cell], Explanation]
    ) -> tuple[str, ...]:
        """How the `first` cell of a slip really comes about, where that is told and the notation has a name for it."""
        is_named = slip.name in self._rendition.spellings
        return tuple(line for cell in first for line in explained(cell).lines()) if slip.arithmetic and is_named else ()

    def _laid_out(self, text: str) -> str:
        """A sentence in which a sample is what it is in the notation."""
        for own, theirs in SAID_IN_COLUMNS.items() if self._rendition.notation.in_columns else ():
            text = text.replace(own, theirs)
        return text

    def _has_no_mean(self, slip: Slip) -> bool:
        """Whether a quantity that was divided by n should not have been at all."""
        return slip.kind == MEAN_TWICE and abs(self._rendition.factor(slip.name)) != 1

    def name(self, name: str) -> str:
        return called(self._rendition, name)

    def symbol(self, name: str) -> str:
        spelling = self._rendition.spellings.get(name)
        return name if spelling is None else as_text([spelling.piece])

    def cell(self, name: str, cell: Cell) -> Cell:
        """Where a cell stands in the notation's layout; in a vector its place alone, as before."""
        return cell[::-1] if len(cell) == 2 and self._rendition.turns(name) else cell

    def text(self, text: str) -> str:
        """A sentence with the notation's names, and its layout in formulas."""
        parts, end = [], 0
        for match in FORMULA.finditer(text):
            formula = self._formula(match[0])
            if formula is not None:
                parts += [self._renamed(text[end : match.start()]), formula]
                end = match.end()
        return "".join((*parts, self._renamed(text[end:])))

    def _formula(self, text: str) -> str | None:
        """A formula that was typed in sgdb's names; None where it is none."""
        try:
            tree = read(text)
        except FormulaError:
            return None
        known = {*self._rendition.spellings}
        if not known.issuperset(names_in(tree)):
            return None
        return as_text(typed_printer(self._rendition, ROWS)(self._rendition.part(tree)))

    def _renamed(self, text: str) -> str:
        return self._pattern.sub(lambda match: self._words[match[0]], text)

    @cached_property
    def _words(self) -> dict[str, str]:
        rendition, found = self._rendition, dict[str, str]()
        for name, spelling in rendition.spellings.items():
            found[rendition.statement.symbols[name]] = as_text([spelling.piece])
            found[name] = spelling.typed
        for typed, name in rendition.functions.items():
            if name:
                found.setdefault(name, typed)
        statement = rendition.statement
        for name, spelling in Rendition(with_gradients(rendition.notation), statement).spellings.items():
            if name not in rendition.spellings:
                found[name] = found[statement.symbols[name]] = as_text([spelling.piece])
        return {own: theirs for own, theirs in found.items() if own not in WORDS}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        names = sorted(self._words, key=len, reverse=True)
        return re.compile(rf"(?<![\w∂])(?:{'|'.join(map(re.escape, names))})(?![\w₀-₉⁺])")


def _detailed(report: CheckReport) -> bool:
    """Whether a sheet has a quantity that only makes the steps of the computation smaller."""
    equations = report.step.statement.equations
    return any(equations[name].detail for name in (*report.names, *(formula.name for formula in report.formulas)))


def in_notation(report: CheckReport, notation: Notation) -> CheckReport:
    """The report on a sheet in a notation, in its names and layout."""
    return Translator(Rendition(notation, report.step.statement)).report(report)


def in_words(report: CheckReport, notation: Notation) -> CheckReport:
    """A report in the words of a notation, with places and numbers as they were."""
    return Translator(Rendition(notation, report.step.statement)).words(report)
