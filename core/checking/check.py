"""Work done by hand, checked: every number right, carried on from an earlier one, or a slip, and of which kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.checking.report import CellVerdict, CheckReport, FormulaVerdict, Slip
from core.errors import ProblemError
from core.step import Step
from core.text import shown

if TYPE_CHECKING:
    from core.checking.answers import AnswerSheet
    from core.checking.diagnosis import Diagnoser, Finding
    from core.checking.own_values import OwnValues
    from core.checking.shapes import LaidOutAnswer

Position = tuple[int, ...]


def check_answers(
    answers: str | os.PathLike[str] | Mapping[str, Any],
    step: Step | None = None,
    progress: Callable[[int, int], object] | None = None,
    formulas: Mapping[str, str] | None = None,
) -> CheckReport:
    """Check numbers and formulas that somebody found by hand.

    `answers` is the path of an answer sheet (.toml), which names its problem and step unless a `step` is given; or
    numbers by name, as under [answers] of such a sheet ({"s_1": [[0.458, 0.869], ...], "delta_1[2,3]": -0.08899}),
    and `formulas` by name, for a `step`. A number is right when it is the true value rounded or cut off at the digits
    that were written. `progress(done, total)` is called on a long way to a sheet's step.

    Raises ProblemError, which lists everything that makes the sheet unusable.
    """
    import numpy as np

    from core.checking.answers import answers_from, load_answers

    if isinstance(answers, Mapping):
        if step is None:
            raise ProblemError("", ["expected the step that these answers are for"])
        sheet = answers_from(answers, formulas or {}, step)
    else:
        sheet = load_answers(answers, step, progress)
    with np.errstate(all="ignore"):  # somebody's own numbers may lead anywhere
        return _Check(sheet).report()


class _Check:
    def __init__(self, sheet: AnswerSheet) -> None:
        from core.checking.own_values import OwnValues
        from core.computation import symbols_of

        self.sheet, self.step = sheet, sheet.step
        self.symbols = symbols_of(sheet.step)
        self.own: OwnValues = OwnValues(sheet.step, _names_details(sheet))
        self.unreadable: list[str] = [*sheet.unreadable]
        self.remarks: list[str] = [*sheet.remarks]
        self.findings: list[tuple[str, Finding]] = []

    def report(self) -> CheckReport:
        from core.checking.diagnosis import SLIGHT, Diagnoser

        laid_out = self._laid_out()
        formulas = self._formulas()
        if self.unreadable and not laid_out and not formulas:
            raise ProblemError(self.sheet.source, self.unreadable)
        diagnoser = Diagnoser(self.own)
        cells: list[CellVerdict] = []
        for name in self.own.order:
            self._carry_on(name, laid_out.get(name))
            if name in laid_out:
                cells += self._quantity(diagnoser, name, laid_out[name])
        slips: list[Slip] = []
        for name, answer in laid_out.items():
            if answer.problem:
                slips.append(Slip(name, self.symbols[name], (), answer.kind, answer.problem))
            found = [finding for at, finding in self.findings if at == name]
            slips += [self._slip(name, finding) for finding in sorted(found, key=lambda finding: finding.positions)]
        slips.sort(key=lambda slip: slip.kind in SLIGHT)
        return CheckReport(
            self.step,
            self.sheet.source,
            tuple(cells),
            tuple(slips),
            tuple(formulas),
            tuple(self.unreadable),
            tuple(dict.fromkeys(self.remarks)),
        )

    def _laid_out(self) -> dict[str, LaidOutAnswer]:
        """What was written by quantity, in the order of the computation; what cannot be laid out is a mistake."""
        from core.checking.shapes import LaidOutAnswer, NoSuchCell, lay_out

        found: dict[str, LaidOutAnswer] = {}
        for answer in self.sheet.answers:
            path = f"answers.{shown(answer.key)[1:-1]}"
            name = answer.name
            try:
                new = lay_out(answer, self.own.true[name])
            except NoSuchCell as mistake:
                self.unreadable.append(f"{path}: {mistake}")
                continue
            before = found.get(name, LaidOutAnswer({}))
            twice = not answer.position and name in found
            if twice or before.problem or not before.cells.keys().isdisjoint(new.cells):
                self.unreadable.append(f"{path}: {name} was already given, at least in part")
                continue
            found[name] = LaidOutAnswer({**before.cells, **new.cells}, new.kind, new.problem)
        return _with_exact_zeros(self._without_noise({name: found[name] for name in self.own.order if name in found}))

    def _without_noise(self, placed: Mapping[str, LaidOutAnswer]) -> dict[str, LaidOutAnswer]:
        """What a computer has left of a 0, such as 5.6e-17, is that 0; where there is no number, none is open."""
        from core.asked import absent
        from core.noise import rounding

        limits, result = rounding(self.own.statement, self.own.true), {}
        for name, answer in placed.items():
            true, limit, without = self.own.true[name], limits[name], absent(self.step, name)
            cells = {
                p: replace(w, value=0.0) if w is not None and true[p] == 0 and abs(w.value) < limit else w
                for p, w in answer.cells.items()
                if w is not None or not without[p]
            }
            result[name] = replace(answer, cells=cells)
        return result

    def _carry_on(self, name: str, answer: LaidOutAnswer | None) -> None:
        from core.checking.own_values import Answers

        self.own.compute(name)
        cells = {} if answer is None else answer.written
        if cells:
            follows = self.own.range(name) if self.own.astray else None
            self.own.write(name, Answers.of(cells, self.own.true[name], follows))

    def _quantity(self, diagnoser: Diagnoser, name: str, answer: LaidOutAnswer) -> list[CellVerdict]:
        """The verdicts on a quantity; its slips are added to those found."""
        settled: dict[Position, CellVerdict] = {}
        while True:
            verdicts = self._judge(name, answer) | settled
            slips = {p for p, verdict in verdicts.items() if verdict.status == "slip"}
            wrong = {p: w for p, w in answer.written.items() if p in slips and p not in settled}
            if not wrong:
                return [verdicts[position] for position in sorted(verdicts)]
            right = {p: w for p, w in answer.written.items() if p not in slips}
            # A mistake in what was left out may explain more of this quantity, once it is known.
            findings = diagnoser.findings(name, wrong, right)
            for finding in sorted(findings, key=lambda finding: finding.elsewhere(name) is None):
                merged = self._merged(finding) or self._rounded_again(name, finding)
                for position in finding.positions:
                    verdict = verdicts[position]
                    if merged is not None:
                        sources = tuple(s for s in (self.own.sources(name, position) or (merged,)) if s != name)
                        verdict = replace(verdict, status="follows", follows_from=sources)
                    settled[position] = verdict
                if merged is not None:
                    break
                self.findings.append((name, finding))
                if self._assume(name, finding):
                    break

    def _rounded_again(self, name: str, finding: Finding) -> str | None:
        """Where rounding on the way was told of first, if this is more of it: then more is known of how it was done."""
        from core.checking.diagnosis import EARLY

        told = [at for at, earlier in self.findings if earlier.diagnosis and earlier.diagnosis.kind == EARLY]
        if not told or finding.diagnosis is None or finding.diagnosis.kind != EARLY:
            return None
        self._assume(name, finding)
        return told[0]

    def _assume(self, name: str, finding: Finding) -> bool:
        """Carry on from a slip that was made in what was not written."""
        diagnosis = finding.diagnosis
        if diagnosis is None:
            return False
        if diagnosis.rounding is not None:
            self.own.round_with(diagnosis.rounding)
            return True
        if diagnosis.at == name:
            return False
        self.own.assume(diagnosis.at, *finding.causes[diagnosis], told_by=name)
        return True

    def _merged(self, finding: Finding) -> str | None:
        """Where a mistake was made that explains these numbers and an earlier slip: there was but one, then."""
        for i, (name, earlier) in enumerate(self.findings if finding.causes else ()):
            shared = [d for d in earlier.causes if d in finding.causes and self.own.left_out(d.at) and not d.rounding]
            if not shared:
                continue
            first = next((d for d in shared if d == earlier.diagnosis), shared[0])
            if (assumed := earlier.elsewhere(name)) is not None:
                self.own.retract(assumed)
            others = tuple(d for d in shared if d.kind != first.kind)
            causes = {d: finding.causes[d] for d in shared}
            self.findings[i] = (name, earlier._replace(diagnosis=first, others=others, causes=causes))
            self.own.assume(first.at, *causes[first], told_by=name)
            return first.at
        return None

    def _judge(self, name: str, answer: LaidOutAnswer) -> dict[Position, CellVerdict]:
        verdicts: dict[Position, CellVerdict] = {}
        true = self.own.true[name]
        right = {p: w is None or w.is_right(float(true[p])) for p, w in answer.cells.items()}
        theirs, follows = (true, None) if all(right.values()) else (self.own.carry(name), self.own.range(name))
        for position, written in answer.cells.items():
            cell, text = tuple(i + 1 for i in position), "?" if written is None else written.text
            sources: tuple[str, ...] = ()
            if written is None or right[position]:
                status: Any = "open" if written is None else "right"
            elif follows is not None and follows.holds(position, written):
                status, sources = "follows", self.own.sources(name, position)
            else:
                status = "slip"
            verdicts[position] = CellVerdict(
                name, cell, status, text, float(true[position]), float(theirs[position]), sources
            )
        return verdicts

    def _slip(self, name: str, finding: Finding) -> Slip:
        cells = tuple(tuple(i + 1 for i in position) for position in finding.positions)
        others = tuple(other.words(name) for other in finding.others)
        if finding.diagnosis is None:
            return Slip(name, self.symbols[name], cells, "", "", others, self._arithmetic(name, cells[0]))
        return Slip(name, self.symbols[name], cells, finding.diagnosis.kind, finding.diagnosis.words(name), others)

    def _arithmetic(self, name: str, cell: Position) -> tuple[str, ...]:
        """How the cell really comes about."""
        from core.explanation import explain

        return explain(self.step, name, cell, self.own.statement.detailed).lines()

    def _formulas(self) -> list[FormulaVerdict]:
        if not self.sheet.formulas:
            return []
        from core.checking.formulas.check import FormulaChecker
        from core.errors import FormulaError

        found: dict[str, FormulaVerdict] = {}
        checker = FormulaChecker(self.step, self.sheet.formulas)
        for formula in self.sheet.formulas:
            path = f"formulas.{shown(formula.name)[1:-1]}"
            name = formula.name
            if name in found:
                self.unreadable.append(f"{path}: {name} was already given")
                continue
            try:
                found[name] = checker.check(name, self.symbols[name], formula)
            except FormulaError as error:
                self.unreadable.append(f"{path}: {error}")
        self.remarks += [f"{typed} is read as {name}" for typed, name in checker.remarks.items()]
        return [found[name] for name in self.own.order if name in found]


def _with_exact_zeros(laid_out: Mapping[str, LaidOutAnswer]) -> dict[str, LaidOutAnswer]:
    """A 0 says zero, not "less than one": it is taken to be as exact as most numbers of its quantity or, where there
    are but zeros without digits behind the point, all but exact.
    """
    from collections import Counter

    from core.checking.written import ZERO

    result = {}
    for name, answer in laid_out.items():
        numbers = answer.written.values()
        units = Counter(w.unit for w in numbers if w.value != 0) or Counter(w.unit for w in numbers if w.unit < 1)
        unit = min((unit for unit, count in units.items() if count == max(units.values())), default=ZERO)
        cells = {p: w.at(min(unit, w.unit)) if w is not None and w.value == 0 else w for p, w in answer.cells.items()}
        result[name] = replace(answer, cells=cells)
    return result


def _names_details(sheet: AnswerSheet) -> bool:
    """Whether a sheet has a quantity that only makes the steps of the computation smaller. One without is judged as if
    there were none: nobody has worked them out.
    """
    equations = sheet.step.statement.equations
    return any(equations[part.name].detail for parts in (sheet.answers, sheet.formulas) for part in parts)
