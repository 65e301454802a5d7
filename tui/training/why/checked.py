"""Answers that were checked: what was written, what it is, and what kind of slip was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import core
from core import Step
from tui.commands.report_text import ReportText, from_what, reason, what_it_is
from tui.format import plain
from tui.sheet.lines import Line, Words
from tui.training.view import Cell
from tui.training.why.page import Group, Page
from tui.training.why.statement import cell_label
from tui.training.why.texts import MARGIN, flow, wrapped

if TYPE_CHECKING:
    from core import CheckReport, Slip

LEGEND: tuple[Words, ...] = (
    [("✓", "right"), " right"],
    [("✗", "slip"), " a slip: what was written"],
    ["~ follows from an earlier slip"],
    ["? left open"],
)
MOST_CELLS = 6  # of a slip that are named


def belongs(report: CheckReport, step: Step) -> bool:
    """Whether answers were checked on this step, under this loss."""
    return report.step.index == step.index and report.step.problem.loss == step.problem.loss


def checked(report: CheckReport, columns: int) -> Page:
    """The outcome, the first slip, and what was said of the formulas."""
    summary = ReportText(report, colours=False).summary()
    source = [f"{plain(report.source)}: "] if report.source else []
    first = report.first_slip
    head = wrapped([*source, (summary, "right" if report.right else "wrong")], columns)
    groups: list[Group] = [head]
    if first is not None:
        groups += [_slip(report, first, columns, named=True), _next(report, first, columns)]
    groups += [[*_formulas(report, columns)], flow(LEGEND, columns)]
    return Page(["checked answers"], [[summary]], groups)


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
    """What was found of the answer for a cell."""
    slip = report.slip_at(name, cell) or next((s for s in report.slips if s.name == name and not s.cells), None)
    verdict = report.verdict(name, cell)
    wrote: list[Words] = [] if verdict is None else [[f"you wrote {verdict.written}"]]
    if slip is not None:
        title = f": slip {report.slips.index(slip) + 1} of {len(report.slips)}"
        further = _next(report, slip, columns)
        return Said(title, wrote, _slip(report, slip, columns, cell), further, flow(LEGEND, columns))
    if verdict is None or verdict.status == "open":
        return Said(verdict=flow([["nothing was written here"]], columns))
    follows = verdict.status == "follows"
    said = f"~ follows {from_what(verdict.follows_from)}" if follows else "✓ right"
    items: list[Words] = [*wrote, [(said, "text" if follows else "right")]]
    return Said("", wrote, flow([*items, *([[what_it_is(verdict)]] if follows else [])], columns))


def _slip(report: CheckReport, slip: Slip, columns: int, cell: Cell | None = None, named: bool = False) -> list[Line]:
    """A slip, at one of its cells."""
    cell = slip.cells[0] if cell not in slip.cells and slip.cells else cell
    verdict = report.verdict(slip.name, cell) if cell is not None else None
    items: list[Words] = [[(_where(report, slip), "title")]] if named or verdict is None else []
    if verdict is not None:
        items += [["you wrote  ", (verdict.written, "slip")], [what_it_is(verdict)]]
    lines = [*flow(items, columns), *wrapped([(f"✗ {reason(slip)}", "wrong")], columns, indent=2)]
    others = [one for one in slip.cells if one != cell]
    if others and verdict is not None:
        texts = [_cell(one) for one in others[:MOST_CELLS]]
        texts += [f"and {len(others) - MOST_CELLS} more"] * (len(others) > MOST_CELLS)
        lines += flow([[text] for text in texts], columns, "likewise in ", gap=1)
    if named:
        lines += [one for text in slip.arithmetic for one in wrapped([text], columns, indent=4)]
    return lines


def _next(report: CheckReport, slip: Slip, columns: int) -> list[Line]:
    """What follows from a slip, and the next one."""
    follows = sum(verdict.status == "follows" and slip.name in verdict.follows_from for verdict in report.cells)
    text = f"{follows} number{'s' * (follows != 1)} follow{'s' * (follows == 1)} from your {slip.symbol}"
    lines = wrapped([text if follows else f"nothing follows from your {slip.symbol}"], columns)
    number = report.slips.index(slip) + 1
    if number < len(report.slips):
        after = report.slips[number]
        head = f"slip {number + 1}  {_where(report, after)}: "
        lines += wrapped([(head, "title"), reason(after)], columns, indent=2)
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


def _cell(cell: Cell) -> str:
    return f"[{','.join(map(str, cell))}]" if cell else ""
