"""Answers that were checked: what was written, what it is, and what kind of slip was made."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import core
from tui.commands.report_text import ReportText, reason, what_it_is, words
from tui.format import plain
from tui.sheet.lines import Line, Words
from tui.training.marks import COARSE, FOLLOWS, FROM_ZEROS, OPEN, RIGHT, ROUNDED, WRONG, mark_of
from tui.training.view import Cell
from tui.training.why.page import Group, Page
from tui.training.why.statement import cell_label
from tui.training.why.texts import MARGIN, flow, wrapped

if TYPE_CHECKING:
    from core import CellVerdict, CheckReport, Slip

LEGEND: dict[str, Words] = {
    RIGHT: [(RIGHT, "right"), " right"],
    ROUNDED: [(ROUNDED, "right"), " right within your own rounding"],
    FOLLOWS: [f"{FOLLOWS} carried on from a slip"],
    FROM_ZEROS: [f"{FROM_ZEROS} carried on, but only from zeros"],
    COARSE: [(COARSE, "amber"), " right, but too few digits"],
    WRONG: [(WRONG, "slip"), " a slip: what was written"],
    OPEN: [f"{OPEN} left open"],
}
STYLES = {"right": "right", "rounded": "right", "coarse": "amber"}
MOST_CELLS = 6  # of a slip that are named


def checked(report: CheckReport, columns: int) -> Page:
    """The outcome, whose convention is followed, the slips, and what was said of the formulas."""
    summary = ReportText(report, colours=False).summary()
    source = [f"{plain(report.source)}: "] if report.source else []
    style = "right" if report.right else "amber" if report.blank else "wrong"
    first = report.first_slip
    head = wrapped([*source, (summary, style)], columns)
    for convention in report.conventions:
        head += wrapped([(f"{convention.text}.", "amber")], columns, indent=2, prose=True)
    if report.unreadable:
        entries = "1 entry" if len(report.unreadable) == 1 else f"{len(report.unreadable)} entries"
        head += wrapped([(f"{entries} could not be read: r shows them", "wrong")], columns, indent=2, prose=True)
    groups: list[Group] = [head]
    if first is not None:
        groups += [_slip(report, first, columns, named=True), _next(report, first, columns, most=None)]
    groups += [[*_formulas(report, columns)], _legend(report, columns)]
    return Page(["checked answers"], [[summary]], groups)


def _legend(report: CheckReport, columns: int) -> list[Line]:
    """What the marks mean that there are."""
    there = {mark_of(verdict) for verdict in report.cells}
    return flow([words for mark, words in LEGEND.items() if mark in there], columns)


class Said(NamedTuple):
    """What was found of the answer for a cell: what the rule says of it, what was written, and the lines: the verdict,
    what else there is to mend, and what the marks mean.
    """

    title: str = ""
    brief: Sequence[Words] = ()
    verdict: Sequence[Line] = ()
    further: Sequence[Line] = ()
    legend: Sequence[Line] = ()


def at_cell(report: CheckReport, name: str, cell: Cell, columns: int) -> Said:
    """What was found of the answer for a cell: what was written beside what it is, and the verdict."""
    slip = report.slip_at(name, cell) or next((s for s in report.slips if s.name == name and not s.cells), None)
    verdict = report.verdict(name, cell)
    wrote: list[Words] = [] if verdict is None else [[f"you wrote {verdict.written}"]]
    if slip is not None:
        title = f": slip {report.slips.index(slip) + 1} of {len(report.slips)}"
        further = _next(report, slip, columns)
        return Said(title, wrote, _slip(report, slip, columns, cell), further, _legend(report, columns))
    if verdict is None or verdict.status == "open":
        return Said(verdict=flow([["nothing was written here"]], columns))
    sources = [report.step.statement.letters[source] for source in verdict.follows_from]
    said = f"{mark_of(verdict)} {words(verdict.status, [verdict], sources)}"
    items: list[Words] = [*wrote, [_it_is(report, verdict)], [(said, STYLES.get(verdict.status, "text"))]]
    return Said("", wrote, flow(items, columns))


def _it_is(report: CheckReport, verdict: CellVerdict) -> str:
    """The true number, as it is by the convention that is followed, or in the notation, where that is another."""
    value = report.step.values[verdict.name][tuple(i - 1 for i in verdict.cell)]
    if math.isclose(verdict.true, value, rel_tol=1e-9, abs_tol=1e-300):
        return what_it_is(verdict)
    by = " by your convention" if report.conventions else f" in {report.notation.called}" if report.notation else ""
    return what_it_is(verdict) + by


def _slip(report: CheckReport, slip: Slip, columns: int, cell: Cell | None = None, named: bool = False) -> list[Line]:
    """A slip, at one of its cells."""
    cell = slip.cells[0] if cell not in slip.cells and slip.cells else cell
    verdict = report.verdict(slip.name, cell) if cell is not None else None
    items: list[Words] = [[(_where(report, slip), "title")]] if named or verdict is None else []
    if verdict is not None:
        items += [["you wrote  ", (verdict.written, "slip")], [_it_is(report, verdict)]]
    lines = [*flow(items, columns), *wrapped([(f"✗ {reason(slip)}", "wrong")], columns, indent=2)]
    others = [one for one in slip.cells if one != cell]
    if others and verdict is not None:
        in_place = report.step.statement.wording.in_place
        texts = [_cell(in_place(slip.name, one)) for one in others[:MOST_CELLS]]
        texts += [f"and {len(others) - MOST_CELLS} more"] * (len(others) > MOST_CELLS)
        lines += flow([[text] for text in texts], columns, "likewise in ", gap=1)
    if named:
        lines += [one for text in slip.arithmetic for one in wrapped([text], columns, indent=4)]
    return lines


def _next(report: CheckReport, slip: Slip, columns: int, most: int | None = 1) -> list[Line]:
    """What follows from a slip, and the next ones, at `most` so many (None: all)."""
    follows = sum(verdict.status == "follows" and slip.name in verdict.follows_from for verdict in report.cells)
    text = f"{follows} number{'s' * (follows != 1)} follow{'s' * (follows == 1)} from your {slip.symbol}"
    lines = wrapped([text if follows else f"nothing follows from your {slip.symbol}"], columns)
    first = report.slips.index(slip) + 1
    for number, after in enumerate(report.slips[first:][:most], first + 1):
        head = f"slip {number}  {_where(report, after)}: "
        verdict = report.verdict(after.name, after.cells[0]) if after.cells else None
        numbers = f"you wrote {verdict.written}, {_it_is(report, verdict)}; " if verdict is not None else ""
        lines += wrapped([(head, "title"), numbers, reason(after)], columns, indent=2, prose=True)
    return lines


def _formulas(report: CheckReport, columns: int) -> Iterator[Line]:
    """The formulas that were judged, the wrong ones first."""
    for formula in sorted(report.formulas, key=lambda found: found.right):
        mark = ("✓ ", "right") if formula.right else ("✗ ", "slip")
        yield from wrapped([mark, (f"{formula.symbol} = {plain(formula.text)}", "title")], columns, indent=2)
        for said in (formula.message, f"right is {formula.mended}" if formula.mended else ""):
            if said:
                yield from wrapped([plain(said)], columns, indent=2, start=MARGIN + 2)


def _where(report: CheckReport, slip: Slip) -> str:
    if not slip.cells:
        return slip.symbol
    return cell_label(report.step, core.Place(report.step.index, slip.name, slip.cells[0]))


def _cell(cell: Sequence[int | str]) -> str:
    return f"[{','.join(map(str, cell))}]" if cell else ""
