"""`sgdb check`: work done by hand, and the first slip in it."""

from __future__ import annotations

import math
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tui.arguments import Operand, Option, complain, parse, printable, terminal
from tui.progress import progress_of

if TYPE_CHECKING:
    from core import CellVerdict, CheckReport, FormulaVerdict, Slip

ABOUT = "Check numbers and formulas that were found by hand; find the first slip, and say what kind it is."
ANSWERS = Operand("ANSWERS", "file of answers", "a .toml file that names a problem, a step, and what was found")
OPTIONS = (
    Option("json", None, "print the report as JSON, for graders"),
    Option("screen", None, "open the step with every number's verdict marked in its matrix"),
)
SLIPPED = 1
DIGITS = 7
MOST_CELLS = 6  # cells of a slip that are listed by name
COLOURS = {"right": "32", "follows": "33", "slip": "31", "open": "2", "title": "1"}


def main(argv: Sequence[str]) -> int:
    """Check a file of answers. Returns 0 where all is right, 1 where there is a slip, 2 for a file that is unusable."""
    arguments = parse("sgdb check", ABOUT, OPTIONS, argv, operand=ANSWERS)
    if "help" in arguments.values:
        print(arguments.help, end="")
        return 0
    if arguments.mistakes:
        return complain(arguments.mistakes)

    from core import ProblemError, check_answers

    try:
        with progress_of("step") as progress:
            report = check_answers(arguments.problem, progress=progress)
    except ProblemError as error:
        return complain(str(error).splitlines())
    if "screen" in arguments.values:
        if not terminal():
            return complain([f"the screen needs a terminal; without one: sgdb check {printable(arguments.problem)}"])
        from tui.app import run_app

        run_app(report.step.problem, report)
    elif "json" in arguments.values:
        import json

        print(json.dumps(as_data(report), ensure_ascii=False, indent=2))
    else:
        colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        print("\n".join(_Text(report, colours).lines()))
    return 0 if report.right else SLIPPED


def as_data(report: CheckReport) -> dict[str, Any]:
    """The report as plain lists, texts and numbers; a number that is not finite is None."""
    return {
        "problem": report.step.problem.name,
        "step": report.step.index,
        "right": report.right,
        "counts": dict(report.counts),
        "slips": [
            {
                "name": slip.name,
                "cells": [list(cell) for cell in slip.cells],
                "kind": slip.kind or None,
                "text": slip.text,
                "others": list(slip.others),
                "arithmetic": list(slip.arithmetic),
            }
            for slip in report.slips
        ],
        "cells": [
            {
                "name": verdict.name,
                "cell": list(verdict.cell),
                "status": verdict.status,
                "written": verdict.written,
                "true": _finite(verdict.true),
                "own": _finite(verdict.own),
                "follows_from": list(verdict.follows_from),
            }
            for verdict in report.cells
        ],
        "formulas": [
            {
                "name": formula.name,
                "text": formula.text,
                "right": formula.right,
                "message": formula.message,
                "mended": formula.mended or None,
            }
            for formula in report.formulas
        ],
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


class _Text:
    """The report in words."""

    def __init__(self, report: CheckReport, colours: bool) -> None:
        self.report = report
        self.colours = colours

    def lines(self) -> Iterator[str]:
        report = self.report
        yield self._painted("title", f"{report.step.problem.name}, step {report.step.index}")
        yield self._summary()
        unexplained = Counter(slip.name for slip in report.slips if not slip.kind)
        told: set[str] = set()
        for i, slip in enumerate(report.slips):
            if i < 2:
                yield from ("", self._painted("title", "the first slip:" if i == 0 else "and after it:"))
            if slip.kind:
                yield from self._slip(slip)
            elif slip.name not in told:  # one tells enough of many in the same quantity
                told.add(slip.name)
                yield from self._slip(slip)
                if unexplained[slip.name] > 1:
                    yield f"    and {_count(unexplained[slip.name] - 1, 'more such number')} in {slip.symbol}"
        if report.cells:
            yield from ("", *self._quantities())
        if report.formulas:
            yield ""
        for formula in report.formulas:
            yield from self._formula(formula)

    def _summary(self) -> str:
        report, parts = self.report, []
        if report.cells or report.slips:
            slips, numbers = len(report.slips), len(report.cells) - report.counts["open"]
            head = "no slip" if slips == 0 else _count(slips, "slip")
            where = f" in {_count(numbers, 'number')}" if numbers else ""
            if slips or numbers:
                parts.append(self._painted("slip" if slips else "right", f"{head}{where}"))
        if report.formulas:
            wrong = sum(not formula.right for formula in report.formulas)
            text = f"{wrong} of {_count(len(report.formulas), 'formula')} wrong"
            parts.append(self._painted("slip" if wrong else "right", text if wrong else "every formula is right"))
        return ", ".join(parts) or f"nothing to check yet: {_count(report.counts['open'], 'number')} left open"

    def _slip(self, slip: Slip) -> Iterator[str]:
        verdicts = self.report.verdicts(slip.name)
        if not slip.cells:
            yield f"  {self._painted('slip', slip.symbol)}: {slip.text}"
            return
        first = verdicts[slip.cells[0]]
        reason = slip.text or "no known kind of slip gives this number"
        others = f" (or: {'; or: '.join(slip.others)})" if slip.others else ""
        yield f"  {self._painted('slip', f'{_place(slip.symbol, first)} = {first.written}')}: {reason}{others}"
        yield f"    it is {first.true:.{DIGITS}g}{_own(first)}"
        if len(slip.cells) > 1:
            rest = [_place("", verdicts[cell]) for cell in slip.cells[1:]]
            more = f" and {len(rest) - MOST_CELLS} more" if len(rest) > MOST_CELLS else ""
            yield f"    likewise in {', '.join(rest[:MOST_CELLS])}{more}"
        for line in slip.arithmetic:
            yield f"    {line}"

    def _quantities(self) -> Iterator[str]:
        names = self.report.names
        width = max(map(len, names))
        for name in names:
            verdicts = list(self.report.verdicts(name).values())
            parts = []
            for status in self.report.counts:
                found = [verdict for verdict in verdicts if verdict.status == status]
                if found:
                    sources = dict.fromkeys(source for verdict in found for source in verdict.follows_from)
                    words = {"right": "right", "slip": "wrong", "open": "left open"}.get(
                        status, f"from your {', '.join(sources)}"
                    )
                    verb = "" if status != "follows" else "follows " if len(found) == 1 else "follow "
                    parts.append(self._painted(status, f"{len(found)} {verb}{words}"))
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


def _place(symbol: str, verdict: CellVerdict) -> str:
    return f"{symbol}[{','.join(map(str, verdict.cell))}]" if verdict.cell else symbol


def _own(verdict: CellVerdict) -> str:
    """What follows from the person's own numbers, where that is something else."""
    own, true = f"{verdict.own:.{DIGITS}g}", f"{verdict.true:.{DIGITS}g}"
    close = math.isclose(verdict.own, verdict.true, rel_tol=1e-3) or not math.isfinite(verdict.own)
    return "" if own == true or close else f"; from your own numbers, {own}"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
