"""The numbers of a sheet, judged one quantity after the other under one reading of the equations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.arrays import Array
from core.checking.diagnosis import EARLY, SLIGHT, Diagnoser
from core.checking.finding import Finding
from core.checking.numbers import Numbers
from core.checking.own_values import Answers, OwnValues
from core.checking.report import CellVerdict, Convention, Slip, Status
from core.checking.shapes import LaidOutAnswer
from core.checking.unknowns import ANOTHER_NUMBER, MISREAD
from core.checking.written import Position, Written
from core.equations import GRADIENT, MATRIX, UPDATE, Statement
from core.step import Step

EXACT = 1e-9  # relative: a number so near is written in full, however few digits it has
GLOBAL = (MISREAD, ANOTHER_NUMBER)  # slips that are one wherever they show


class Judge:
    """Judges what was written by quantity, `laid_out`, on a step, by the equations of a statement and the right values
    under it. So many `digits` are owed.
    """

    def __init__(
        self,
        step: Step,
        statement: Statement,
        true: Mapping[str, Array],
        laid_out: Mapping[str, LaidOutAnswer],
        digits: int,
    ) -> None:
        self._step, self._statement, self._laid_out, self._digits = step, statement, laid_out, digits
        self._own = OwnValues(statement, true)
        self._own.learn({name: Numbers(answer.written) for name, answer in laid_out.items()})
        self._diagnoser = Diagnoser(self._own)
        self._findings: list[tuple[str, Finding]] = []
        self._verdicts: dict[str, dict[Position, CellVerdict]] = {}
        for name in self._own.order:
            self._carry_on(name, laid_out.get(name))
            if name in laid_out:
                self._verdicts[name] = self._quantity(name, laid_out[name])
        self.slips = self._slips()

    @property
    def cells(self) -> list[CellVerdict]:
        """The verdicts on all numbers, in the order of the computation."""
        return [verdicts[position] for verdicts in self._verdicts.values() for position in sorted(verdicts)]

    def transposed(self) -> list[Convention]:
        """The convention of those whose samples are columns, if all that was written of ∂W is transposed: then there
        are no such slips.
        """
        equations = self._statement.equations
        turned = [slip for slip in self.slips if slip.kind == "transposed" and _is_matrix(slip.name, self._statement)]
        names = {slip.name for slip in turned}
        gradients = [name for name in self._laid_out if equations[name].part == GRADIENT and name.startswith("dW")]
        if len(gradients) < 2 or not names.issuperset(gradients):
            return []
        self.slips = [slip for slip in self.slips if slip not in turned]
        for name in names:
            verdicts = self._verdicts[name]
            for position, verdict in verdicts.items():
                if verdict.status == "slip":
                    verdicts[position] = replace(verdict, status="right")
        return [Convention("transposed", "your ∂W are transposed, as where the samples are columns; followed")]

    def _carry_on(self, name: str, answer: LaidOutAnswer | None) -> None:
        self._own.compute(name)
        cells = {} if answer is None else answer.written
        if cells:
            follows = self._own.range(name) if self._own.astray else None
            self._own.write(name, Answers.of(cells, self._own.true[name], follows))

    def _quantity(self, name: str, answer: LaidOutAnswer) -> dict[Position, CellVerdict]:
        """The verdicts on a quantity; its slips are added to those found."""
        settled: dict[Position, CellVerdict] = {}
        while True:
            verdicts = self._judge(name, answer) | settled
            slips = {p for p, verdict in verdicts.items() if verdict.status == "slip"}
            wrong = {p: w for p, w in answer.written.items() if p in slips and p not in settled}
            if not wrong:
                break
            right = {p: w for p, w in answer.written.items() if p not in slips}
            # A mistake in what was left out may explain more of this quantity, once it is known.
            findings = self._diagnoser.findings(name, wrong, right)
            for finding in sorted(findings, key=lambda finding: finding.elsewhere(name) is None):
                merged = self._merged(finding) or self._rounded_again(name, finding) or self._same(name, finding)
                for position in finding.positions:
                    verdict = verdicts[position]
                    if merged is not None:
                        sources = tuple(s for s in (self._own.sources(name, position) or (merged,)) if s != name)
                        verdict = replace(verdict, status="follows", follows_from=sources)
                    settled[position] = verdict
                if merged is not None:
                    break
                self._findings.append((name, finding))
                if finding.given:
                    self._own.misread.append(dict(finding.given))
                if self._assume(name, finding):
                    break
        slipped = np.zeros(self._own.true[name].shape, dtype=bool)
        for position, verdict in verdicts.items():
            slipped[position] = verdict.status in ("slip", "follows")
        self._own.mark(name, slipped)
        return verdicts

    def _judge(self, name: str, answer: LaidOutAnswer) -> dict[Position, CellVerdict]:
        own, verdicts = self._own, {}
        true, limit = own.true[name], self._owed(name)
        right = {p: w is None or w.is_right(float(true[p])) for p, w in answer.cells.items()}
        theirs, follows = (true, None) if all(right.values()) else (own.carry(name), own.range(name))
        misread = [] if follows is None else [own.reading(name, given) for given in own.misread]
        for position, written in answer.cells.items():
            cell, text = tuple(i + 1 for i in position), "?" if written is None else written.text
            sources: tuple[str, ...] = ()
            status: Status = "slip"
            if written is None:
                status = "open"
            elif right[position]:
                status = "coarse" if _is_coarse(written, float(true[position]), limit) else "right"
            elif follows is not None and (
                follows.holds(position, written) or self._is_rounded(name, position, written)
            ):
                sources = own.sources(name, position)
                status = "follows" if own.slips_before(name, position) or not sources else "rounded"
            elif any(reading.holds(position, written) for reading in misread):
                status, sources = "follows", own.sources(name, position)
            verdicts[position] = CellVerdict(
                name,
                cell,
                status,
                text,
                float(true[position]),
                float(theirs[position]),
                sources,
                status == "follows" and own.only_zeros(name, position),
            )
        return verdicts

    def _is_rounded(self, name: str, position: Position, written: Written) -> bool:
        """Whether a number may come of rounding what was not written like what was."""
        if not self._own.unwritten_before(name) or written.value == 0:
            return False
        return self._own.roughly(name).holds(position, written)

    def _owed(self, name: str) -> float:
        """What a one is worth at the last place that is owed of a quantity: so many digits of its largest number."""
        largest = float(np.max(np.abs(self._own.true[name]), initial=0.0))
        if not 0 < largest < math.inf:
            return math.inf
        return 10.0 ** (math.floor(math.log10(largest)) - self._digits + 1) * (1 + EXACT)

    def _rounded_again(self, name: str, finding: Finding) -> str | None:
        """Where rounding on the way was told of first, if this is more of it: then more is known of how it was done."""
        told = [at for at, earlier in self._findings if earlier.diagnosis and earlier.diagnosis.kind == EARLY]
        if not told or finding.diagnosis is None or finding.diagnosis.kind != EARLY:
            return None
        self._assume(name, finding)
        return told[0]

    def _same(self, name: str, finding: Finding) -> str | None:
        """Where a number was told of that was copied wrong, or another α, if this comes of the same."""
        if finding.diagnosis is None or finding.diagnosis.kind not in GLOBAL:
            return None
        told = ((at, earlier.diagnosis) for at, earlier in self._findings if earlier.diagnosis is not None)
        return next((at for at, earlier in told if earlier.text == finding.diagnosis.text and at != name), None)

    def _assume(self, name: str, finding: Finding) -> bool:
        """Carry on from a slip that was made in what was not written."""
        diagnosis = finding.diagnosis
        if diagnosis is None:
            return False
        if diagnosis.rounding is not None:
            self._own.round_with(diagnosis.rounding)
            return True
        if diagnosis.at == name:
            return False
        self._own.assume(diagnosis.at, *finding.causes[diagnosis], told_by=name)
        return True

    def _merged(self, finding: Finding) -> str | None:
        """Where a mistake was made that explains these numbers and an earlier slip: there was but one, then."""
        for i, (name, earlier) in enumerate(self._findings if finding.causes else ()):
            shared = [d for d in earlier.causes if d in finding.causes and self._own.left_out(d.at) and not d.rounding]
            if not shared:
                continue
            first = next((d for d in shared if d == earlier.diagnosis), shared[0])
            if (assumed := earlier.elsewhere(name)) is not None:
                self._own.retract(assumed)
            others = tuple(d for d in shared if d.kind != first.kind)
            causes = {d: finding.causes[d] for d in shared}
            self._findings[i] = (name, earlier._replace(diagnosis=first, others=others, causes=causes))
            self._own.assume(first.at, *causes[first], told_by=name)
            return first.at
        return None

    def _slips(self) -> list[Slip]:
        symbols, slips = self._step.statement.symbols, []
        for name, answer in self._laid_out.items():
            if answer.problem:
                slips.append(Slip(name, symbols[name], (), answer.kind, answer.problem))
            found = [finding for at, finding in self._findings if at == name]
            slips += [self._slip(name, finding) for finding in sorted(found, key=lambda finding: finding.positions)]
        return sorted(slips, key=lambda slip: slip.kind in SLIGHT)

    def _slip(self, name: str, finding: Finding) -> Slip:
        symbol = self._step.statement.symbols[name]
        cells = tuple(tuple(i + 1 for i in position) for position in finding.positions)
        others = tuple(other.words(name) for other in finding.others)
        if finding.diagnosis is None:
            words = f"{len(cells)} numbers, computed another way" if len(cells) > 1 else ""
            return Slip(name, symbol, cells, "", words, others, self._arithmetic(name, cells[0]))
        return Slip(name, symbol, cells, finding.diagnosis.kind, finding.diagnosis.words(name), others)

    def _arithmetic(self, name: str, cell: Position) -> tuple[str, ...]:
        """How the cell really comes about."""
        from core.explanation import explain

        return explain(self._step, name, cell, self._statement.detailed).lines()


def _is_coarse(written: Written, true: float, owed: float) -> bool:
    """Whether a right number has fewer digits than are owed, and is not right any more with zeros for these, or is a 0
    that stands for something else.
    """
    if written.unit <= owed or abs(written.value - true) <= EXACT * abs(true):
        return False
    return written.value == 0 or not written.at(owed).fits(true)


def _is_matrix(name: str, statement: Statement) -> bool:
    equation = statement.equations[name]
    return equation.part in (GRADIENT, UPDATE) and equation.axes == MATRIX
