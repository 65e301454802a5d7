"""The report on checked answers in words, for the terminal and for the screen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core import CellVerdict, CheckReport, FormulaVerdict, Slip

DIGITS = 7
MOST_CELLS = 6  # cells of a slip that are listed by name
COLOURS = {"right": "32", "rounded": "32", "follows": "33", "coarse": "33", "slip": "31", "open": "2", "title": "1"}
WORDS = {"right": "right", "rounded": "right within your own rounding", "slip": "wrong", "open": "left open"}
NO_KIND = "wrong; this doesn't match any common mistake"


class ReportText:
    """The report in words; with `colours`, in those of a terminal."""

    def __init__(self, report: CheckReport, colours: bool) -> None:
        self.report = report
        self.colours = colours

    def lines(self) -> Iterator[str]:
        report = self.report
        yield self._painted("title", f"{report.step.problem.name}, step {report.step.index}")
        if report.named is not None:
            is_mean = report.step.problem.reduction == "mean" and len(report.step.batch) > 1
            yield f"in {report.named.called}: {report.named.layout(is_mean)}"
        yield self.summary()
        for heading, lines in (("read", self.report.remarks), ("could not be read", self.report.unreadable)):
            if lines:
                yield from ("", self._painted("title", f"{heading}:"), *(f"  {line}" for line in lines))
        yield from (convention.text for convention in report.conventions)
        for i, slip in enumerate(report.slips):
            if i < 2:
                yield from ("", self._painted("title", "then:" if i else "the first slip:"))
            yield from self._slip(slip)
        if report.cells or report.slips:
            yield from ("", *self._quantities())
        if report.formulas:
            yield ""
        for formula in report.formulas:
            yield from self._formula(formula)

    def summary(self) -> str:
        """The outcome in a line."""
        report, parts = self.report, []
        nothing = f"nothing to judge: {_count(report.counts['open'], 'number')} left open"
        if report.blank:
            return nothing
        if report.cells or report.slips:
            slips, numbers = len(report.slips), len(report.cells) - report.counts["open"]
            head = "no slip" if slips == 0 else _count(slips, "slip")
            where = f" in {_count(numbers, 'number')}" if numbers else ""
            if slips or numbers:
                parts.append(self._painted("slip" if slips else "right", f"{head}{where}"))
            if coarse := report.counts["coarse"]:
                parts.append(self._painted("coarse", f"{coarse} right with too few digits"))
        if report.formulas:
            wrong = sum(not formula.right for formula in report.formulas)
            text = f"{wrong} of {_count(len(report.formulas), 'formula')} wrong"
            parts.append(self._painted("slip" if wrong else "right", text if wrong else "every formula is right"))
        return ", ".join(parts) or nothing

    def _slip(self, slip: Slip) -> Iterator[str]:
        verdicts = self.report.verdicts(slip.name)
        if not slip.cells:
            yield f"  {self._painted('slip', slip.symbol)}: {slip.text}"
            return
        first = verdicts[slip.cells[0]]
        yield f"  {self._painted('slip', f'{_place(slip.symbol, first)} = {first.written}')}: {reason(slip)}"
        yield f"    {what_it_is(first)}"
        if len(slip.cells) > 1:
            rest = [_place("", verdicts[cell]) for cell in slip.cells[1:]]
            more = f" and {len(rest) - MOST_CELLS} more" if len(rest) > MOST_CELLS else ""
            yield f"    likewise in {', '.join(rest[:MOST_CELLS])}{more}"
        for line in slip.arithmetic:
            yield f"    {line}"

    def _quantities(self) -> Iterator[str]:
        without = [slip.name for slip in self.report.slips if slip.name not in self.report.names]
        names = (*self.report.names, *dict.fromkeys(without))
        width = max(map(len, names))
        for name in names:
            verdicts = list(self.report.verdicts(name).values())
            parts = [
                self._painted("slip", slip.kind) for slip in self.report.slips if slip.name == name and not slip.cells
            ]
            for status in self.report.counts:
                found = [verdict for verdict in verdicts if verdict.status == status]
                if found:
                    sources = dict.fromkeys(source for verdict in found for source in verdict.follows_from)
                    parts.append(self._painted(status, f"{len(found)} {words(status, found, sources)}"))
            yield f"  {name:<{width}}  {', '.join(parts)}"

    def _formula(self, formula: FormulaVerdict) -> Iterator[str]:
        status = "right" if formula.right else "slip"
        yield f"  {formula.name} = {formula.text}  {self._painted(status, 'right' if formula.right else 'wrong')}"
        if formula.message:
            yield f"    {formula.message}"
        if formula.mended:
            yield f"    right is {self._painted('right', formula.mended)}"

    def _painted(self, name: str, text: str) -> str:
        return f"\x1b[{COLOURS[name]}m{text}\x1b[0m" if self.colours else text


def reason(slip: Slip) -> str:
    """What kind of slip it is, and what else it may be."""
    others = f" (or: {'; or: '.join(slip.others)})" if slip.others else ""
    text = slip.text if slip.kind or not slip.text else f"{NO_KIND}: {slip.text}"
    return f"{text or NO_KIND}{others}"


def what_it_is(verdict: CellVerdict) -> str:
    """The true number, and the one that follows from the person's own where that is something else."""
    from core import significant

    own, true = significant(verdict.own, DIGITS), significant(verdict.true, DIGITS)
    close = math.isclose(verdict.own, verdict.true, rel_tol=1e-3) or not math.isfinite(verdict.own)
    return f"it is {true}" + ("" if own == true or close else f"; from your own numbers, {own}")


def from_what(sources: Iterable[str]) -> str:
    """From which of a person's numbers another follows."""
    return f"from your {', '.join(sources)}" if sources else "from the slip before"


def words(status: str, verdicts: Sequence[CellVerdict], sources: Iterable[str]) -> str:
    """A verdict on some numbers of a quantity."""
    if status == "coarse":
        return f"right to {_count(_digits(verdicts), 'digit')} only"
    if status != "follows":
        return WORDS[status]
    verb = "follows" if len(verdicts) == 1 else "follow"
    zeros = ", but only from zeros" if all(verdict.from_zeros for verdict in verdicts) else ""
    return f"{verb} {from_what(sources)}{zeros}"


def _digits(verdicts: Sequence[CellVerdict]) -> int:
    """How many digits the most exact of them has."""
    return max(len(verdict.written.lstrip("-").replace(".", "").lstrip("0")) or 1 for verdict in verdicts)


def _place(symbol: str, verdict: CellVerdict) -> str:
    return f"{symbol}[{','.join(map(str, verdict.cell))}]" if verdict.cell else symbol


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
