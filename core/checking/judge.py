"""The numbers of a sheet, judged one quantity after the other under one reading of the equations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from core.arrays import Array, Mask
from core.checking.answered import Answers
from core.checking.diagnosis import EARLY, SLIGHT, Diagnoser
from core.checking.finding import Finding, Made
from core.checking.momentum import Momentum
from core.checking.numbers import Numbers
from core.checking.own_values import Cause, OwnValues, always
from core.checking.report import CellVerdict, Slip
from core.checking.shapes import LaidOutAnswer
from core.checking.unknowns import ANOTHER_NUMBER, MISREAD, WITH_MOMENTUM
from core.checking.written import OPEN, Position
from core.equations import Statement
from core.step import Step

EXACT = 1e-9  # relative: a number so near is written in full, however few digits it has
GLOBAL = (MISREAD, ANOTHER_NUMBER, WITH_MOMENTUM)  # slips that are one wherever they show
TINY = 5.0  # units of the last digit
NO_CAUSE = Cause()


@dataclass(eq=False)
class _Judged:
    """The numbers of a quantity, each with a verdict and with what it comes of, in their order; and what the quantity
    is as it follows from the person's own numbers.
    """

    numbers: Numbers
    statuses: Any
    causes: list[Cause]
    theirs: Array

    @property
    def slips(self) -> Mask:
        found: Mask = self.statuses == "slip"
        return found

    def cells(self, name: str, true: Array, left_open: tuple[Position, ...]) -> list[CellVerdict]:
        """The verdicts, in the order of the quantity's cells."""
        numbers = self.numbers
        found = [
            CellVerdict(name, cell, status, text, right, own, cause.names, status == "follows" and cause.only_zeros)
            for cell, status, text, right, own, cause in zip(
                numbers.cells,
                self.statuses.tolist(),
                numbers.texts,
                numbers.of(true).tolist(),
                numbers.of(self.theirs).tolist(),
                self.causes,
                strict=True,
            )
        ]
        for position in left_open:
            values = float(true[position]), float(self.theirs[position])
            found.append(CellVerdict(name, tuple(i + 1 for i in position), "open", OPEN, *values))
        return sorted(found, key=lambda verdict: verdict.cell)


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
        self._own.learn({name: answer.numbers for name, answer in laid_out.items()})
        self._diagnoser = Diagnoser(self._own, Momentum(step))
        self._findings: list[tuple[str, Finding]] = []
        self._judged: dict[str, _Judged] = {}
        self._is_short = False  # whether a number has fewer digits than are owed: then so may all that comes of it
        for name in self._own.order:
            numbers = laid_out[name].numbers if name in laid_out else None
            self._own.compute(name)
            if numbers:
                follows = self._own.range(name) if self._own.astray else None
                self._own.write(name, Answers.of(numbers, self._own.true[name], follows))
            if numbers is not None:
                self._judged[name] = self._quantity(name, numbers)
        self.slips = self._slips()

    @property
    def cells(self) -> list[CellVerdict]:
        """The verdicts on all numbers, in the order of the computation."""
        found: list[CellVerdict] = []
        for name, judged in self._judged.items():
            found += judged.cells(name, self._own.true[name], self._laid_out[name].left_open)
        return found

    def _quantity(self, name: str, numbers: Numbers) -> _Judged:
        """The verdicts on a quantity; its slips are added to those found."""
        settled = np.zeros(len(numbers), dtype=bool)
        kept = judged = self._judge(name, numbers)
        while True:
            judged.statuses[settled] = kept.statuses[settled]
            judged.causes = [kept.causes[i] if done else judged.causes[i] for i, done in enumerate(settled.tolist())]
            slips = judged.slips
            if not (slips & ~settled).any():
                break
            self._search(name, judged, settled)
            kept, judged = judged, self._judge(name, numbers)
        slipped = np.zeros(self._own.true[name].shape, dtype=bool)
        numbers.into(slipped, slips | (judged.statuses == "follows"))
        self._own.mark(name, slipped)
        self._is_short = self._is_short or bool((judged.statuses == "coarse").any())
        return judged

    def _search(self, name: str, judged: _Judged, settled: Mask) -> None:
        """Look for what explains the slips among the numbers, and settle what was found."""
        numbers, slips = judged.numbers, judged.slips
        findings = self._diagnoser.findings(name, numbers.where(slips & ~settled), numbers.where(~slips))
        # A mistake in what was left out may explain more of this quantity, once it is known.
        for finding in sorted(findings, key=lambda finding: finding.elsewhere(name) is None):
            merged = self._merged(finding) or self._rounded_again(name, finding) or self._same(name, finding)
            found = numbers.mask(finding.positions)
            settled |= found
            if merged is not None:
                judged.statuses[found] = "follows"
                some = np.flatnonzero(found)
                for i, cause in zip(some.tolist(), self._own.causes(name, numbers.where(found)), strict=True):
                    names = tuple(source for source in cause.names or (merged,) if source != name)
                    judged.causes[i] = Cause(names, cause.is_slip, cause.only_zeros)
                break
            self._findings.append((name, finding))
            if finding.given:
                self._own.misread.append(dict(finding.given))
            if self._assume(name, finding):
                break

    def _judge(self, name: str, numbers: Numbers) -> _Judged:
        own, true = self._own, self._own.true[name]
        right, coarse = numbers.are(true), self._are_coarse(name, numbers, true)
        statuses = np.where(right, np.where(coarse, "coarse", "right"), "slip").astype(object)
        judged = _Judged(numbers, statuses, [NO_CAUSE] * len(numbers), true)
        if right.all() and (self._is_short or not coarse.any()):
            return judged
        judged.theirs = own.carry(name)
        coarse = self._are_coarse(name, numbers, judged.theirs)
        if not self._is_short:  # all of the number that comes of theirs may be enough
            statuses[right & ~coarse] = "right"
        if right.all():
            return judged
        wrong = numbers.where(~right)
        follow = own.range(name).holds(wrong)
        of_rounding = self._are_rounded(name, wrong, ~follow)
        follow |= of_rounding
        causes = own.causes(name, wrong)
        rounded = of_rounding | (follow & np.array([bool(cause.names) and not cause.is_slip for cause in causes]))
        for given in own.misread:
            follow |= own.reading(name, given).holds(wrong)
        statuses[~right] = np.where(
            rounded, np.where(coarse[~right], "coarse", "rounded"), np.where(follow, "follows", "slip")
        )
        for i, cause, follows in zip(np.flatnonzero(~right).tolist(), causes, follow.tolist(), strict=True):
            if follows:
                judged.causes[i] = cause
        return judged

    def _are_rounded(self, name: str, numbers: Numbers, asked: Mask) -> Mask:
        """Whether those that are asked for may come of rounding what was not written like what was."""
        if not asked.any() or not self._own.unwritten_before(name):
            return np.zeros(len(numbers), dtype=bool)
        tiny = np.abs(numbers.of(self._own.true[name])) < TINY * numbers.units  # rounding makes a 0 of this alone
        found: Mask = asked & ((numbers.values != 0) | tiny) & self._own.roughly(name).holds(numbers)
        return found

    def _are_coarse(self, name: str, numbers: Numbers, values: Array) -> Mask:
        """Whether numbers that are these `values` have fewer digits than are owed, and are not these any more with
        zeros for the rest, or are a 0 that stands for something else.
        """
        owed, right = self._owed(name), numbers.of(values)
        short = (numbers.units > owed) & (numbers.digits < self._digits)
        short &= ~(np.abs(numbers.values - right) <= EXACT * np.abs(right))
        if short.any():
            short &= (numbers.values == 0) | ~numbers.to(np.full(len(numbers), owed)).fit(values, values)
        return short

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
        found = finding.diagnosis
        if found is None or found.kind not in GLOBAL:
            return None
        for at, earlier in self._findings:
            told = earlier.diagnosis
            if told is None or at == name:
                continue
            if told.text == found.text or (told.constant and found.constant and found.constant.may_be(told.constant)):
                return at
        return None

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
        left_out = {d: made for d, made in finding.causes.items() if self._own.left_out(d.at) and not d.rounding}
        for i, (name, earlier) in enumerate(self._findings if left_out else ()):
            shared = [d for d in earlier.causes if d in left_out]
            if not shared and (earlier.diagnosis is None or earlier.diagnosis.kind in SLIGHT):
                shared = [d for d, made in left_out.items() if self._explains(d.at, made, name, earlier.positions)]
            if not shared:
                continue
            first = next((d for d in shared if d == earlier.diagnosis), shared[0])
            if (assumed := earlier.elsewhere(name)) is not None:
                self._own.retract(assumed)
            if earlier.diagnosis is not None and earlier.diagnosis.rounding is not None:
                self._own.round_with(None)
            others = tuple(d for d in shared if d.kind != first.kind)
            causes = {d: finding.causes[d] for d in shared}
            self._findings[i] = (name, earlier._replace(diagnosis=first, others=others, causes=causes))
            self._own.assume(first.at, *causes[first], told_by=name)
            return first.at
        return None

    def _explains(self, at: str, made: Made, name: str, positions: tuple[Position, ...]) -> bool:
        """Whether numbers of an earlier quantity come of what a mistake made of one that was not written."""
        own, numbers = self._own, self._laid_out[name].numbers
        if at not in own.unwritten_before(name) or made.values.shape != own.true[at].shape:
            return False
        result = partial(own.carry, name, instead={at: always(made.values)})
        return bool(own.reach(name, result, rough=True).holds(numbers.where(numbers.mask(positions))).all())

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
