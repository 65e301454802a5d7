"""Pages of sentences that lead to numbers: why a number is 0, and what became of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from core import Diagnosis, Finding, Place, WhyNot
from tui.format import plain
from tui.sheet.lines import Line, Words
from tui.training.view import View
from tui.training.why.page import Page
from tui.training.why.texts import MARGIN, wrapped

BUSY: Words = ["being looked into …"]
PICKED, FREE = ("▸ ", "amber"), "  "
INDENT = 2


class Told(NamedTuple):
    """A sentence, its style, the lines below it, and the number that it leads to."""

    text: str
    style: str
    below: Sequence[str] = ()
    place: Place | None = None


def of_zero(found: WhyNot | None, view: View, columns: int) -> Page:
    """Why a number is 0: each factor that makes it so leads to its cell."""
    if found is None:
        return _busy("", columns)
    told = [Told(cut.text, "text", (), cut.places[0] if cut.places else None) for cut in found.cuts]
    if found.left:
        told.append(Told(f"{found.left:,} more cells were not looked into", "dim"))
    title: Words = [f"{plain(found.symbol)}{' is 0' if found.value == 0 else ''}"]
    return _page(title, found.verdict, "title", told, view, columns)


def of_run(found: Diagnosis | None, view: View, columns: int) -> Page:
    """What became of a run, and each finding; an alarm stands out."""
    if found is None:
        return _busy("diagnosis", columns)
    told = [*_findings(found.findings)]
    if not found.complete:
        told.append(Told("more is being looked for …", "dim"))
    head = f"{found.outcome.kind}: {found.outcome.text}"
    style = "right" if found.learns else "alarm"
    return _page([f"diagnosis of steps 0 to {found.last:,}"], head, style, told, view, columns)


def _findings(findings: Sequence[Finding]) -> Iterator[Told]:
    for finding in findings:
        yield Told(finding.text, "alarm" if finding.alarm else "text", finding.lines, finding.place)


def _busy(title: str, columns: int) -> Page:
    return Page([title], [BUSY], [wrapped(BUSY, columns)])


def _page(title: Words, head: str, style: str, told: Sequence[Told], view: View, columns: int) -> Page:
    first: Words = [(plain(head), style)]
    terms = [one.place for one in told if one.place is not None]
    lines: list[Line] = []
    places = iter(range(len(terms)))
    at = None if view.term is None or not terms else min(view.term, len(terms) - 1)
    for one in told:
        here = one.place is not None and next(places) == at
        lines += wrapped([PICKED if here else FREE, (plain(one.text), one.style)], columns, INDENT, prose=True)
        for text in one.below:
            lines += wrapped([plain(text)], columns, INDENT, start=MARGIN + 2 * INDENT)
    return Page(title, [first], [wrapped(first, columns, INDENT, prose=True), lines], terms)
