"""The arithmetic pane: the formula of what is being computed, and where the number under the cursor came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

import core
from core import Step
from tui.block import Cell
from tui.format import DEFAULT_DIGITS, plain
from tui.matrix import RIGHT, WRONG
from tui.panes.matrix_pane import belongs
from tui.report import ReportText, from_what, reason, what_it_is

if TYPE_CHECKING:
    from core import CheckReport, Explanation, Place

MATRIX_KEYS = "arrows move · tab next matrix · enter picks a term · y copies · esc"
TERM_KEYS = "← → pick · enter goes there · backspace back · esc to the matrix"
REPORT_KEYS = "r report · enter inspects · esc leaves"
SLIP_KEYS = "s next slip · r report · arrows move · enter picks a term · esc"
WALK_KEYS = ". next computation · , previous · enter inspects · esc leaves"
TERMS = (12, 8, 6, 4, 3)  # how many of a long sum's terms are shown, the largest: as many as there is room for
ALL = 2000  # as good as all terms: with the focus in the pane they scroll
SHORT = 6  # terms at most, and a sum is shown whole, even if that takes scrolling
ROOM_FOR_BOTH = 6  # lines, the formula of the quantity and the arithmetic of the cell


class ArithmeticPane(VerticalScroll, can_focus=True, inherit_bindings=False):
    """For the cell under the cursor: symbols, numbers substituted, result; above them the formula of its quantity with
    the shape under each factor. With the focus here, a term can be picked and followed to its own cell.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,shift+tab", "pick(-1)", "Previous term", show=False),
        Binding("right,tab", "pick(1)", "Next term", show=False),
        Binding("up", "scroll_up", "Scroll up", show=False),
        Binding("down", "scroll_down", "Scroll down", show=False),
        Binding("enter", "follow", "Go to the term's cell", show=False),
        Binding("escape", "leave", "Back to the matrix", show=False),
    ]

    step: reactive[Step | None] = reactive(None, init=False)
    digits: reactive[int] = reactive(DEFAULT_DIGITS, init=False)
    current: reactive[str | None] = reactive(None, init=False)
    inspected: reactive[tuple[str, Cell] | None] = reactive(None, init=False)

    report: reactive[CheckReport | None] = reactive(None, init=False)

    @dataclass
    class Followed(Message):
        """A person wants to see where a term came from."""

        place: Place

    class Left(Message):
        """A person wants back to the matrix."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._terms: list[tuple[str, Place]] = []
        self._picked = 0

    def compose(self) -> ComposeResult:
        yield Static(id="lines")

    def watch_step(self) -> None:
        self._write()

    def watch_report(self) -> None:
        self._write()

    def watch_digits(self) -> None:
        self._write()

    def watch_current(self) -> None:
        self._write()

    def watch_inspected(self) -> None:
        self._picked = 0
        self.scroll_home(animate=False)
        self._write()

    def on_resize(self) -> None:
        self._write()

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self._write()

    def action_pick(self, change: int) -> None:
        if self._terms:
            self._picked = (self._picked + change) % len(self._terms)
            self._write()

    def action_follow(self) -> None:
        if self._terms:
            self.post_message(self.Followed(self._terms[self._picked][1]))
        else:
            self.notify("This number is given, not computed.", timeout=4)

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def _write(self) -> None:
        step, name = self.step, self.inspected[0] if self.inspected is not None else self.current
        if step is None:
            return
        report = self.report if self.report is not None and belongs(self.report, step) else None
        if name is None:
            if report is not None:
                keys = f"s first slip · {REPORT_KEYS}" if report.slips else REPORT_KEYS
                self._show(f"checked answers: {keys}", [Text(line) for line in summary(report)])
            return
        if name not in step.values:
            return
        keys = TERM_KEYS if self.has_focus else MATRIX_KEYS if self.inspected is not None else WALK_KEYS
        lines = list(self._formula(step, name))
        if self.inspected is not None:
            verdict = list(_verdict(report, *self.inspected)) if report is not None else []
            if report is not None and not self.has_focus:
                keys = SLIP_KEYS
            if verdict or (self.current is None and self.size.height < ROOM_FOR_BOTH):
                lines = verdict
            lines += self._arithmetic(core.explain(step, name, self.inspected[1]), self.size.height - len(lines))
        self._show(f"{step.statement.symbols[name]}: {keys}", lines)

    def _show(self, title: str, lines: Sequence[Text]) -> None:
        self.border_title = title
        self.query_one("#lines", Static).update(Text("\n").join(lines))

    @staticmethod
    def _formula(step: Step, name: str) -> Iterator[Text]:
        computation = next((c for c in core.computations(step.problem, len(step.batch)) if c.name == name), None)
        if computation is not None:
            above, below = computation.lines(step.values)
            yield Text(above, style="bold")
            yield Text(below, style="dim")

    def _arithmetic(self, explanation: Explanation, room: int) -> Iterator[Text]:
        """Symbols, numbers, result: in `room` lines if that can be, or with the focus here in full, to be scrolled."""
        indent = " " * (len(explanation.symbol) + 1)
        for terms in (ALL,) if self.has_focus else TERMS:
            first, *rest = explanation.lines(terms, self.digits)
            rest = [indent + line for line in rest]
            if sum(-(-len(line) // max(1, self.size.width)) for line in (first, *rest)) <= room:
                break
            if len(explanation) <= SHORT:
                break
        self._terms = _followable(self.step, explanation, terms)
        line = Text(first)
        if self.has_focus and self._terms:
            self._picked = min(self._picked, len(self._terms) - 1)
            label = self._terms[self._picked][0]
            # Behind the equals sign: the cell itself may have the same name before it.
            start = max(first.find(label, first.index(" = ")), 0)
            line.stylize("reverse", start, start + len(label))
            self.scroll_to(y=start // max(1, self.size.width) - 1, animate=False)
        yield line
        yield from map(Text, rest)


def summary(report: CheckReport) -> Iterator[str]:
    """What came of a check, in a few lines."""
    source = f"{plain(report.source)}: " if report.source else ""
    yield f"{source}{ReportText(report, colours=False).summary()}"
    if report.first_slip is not None:
        slip = report.first_slip
        yield f"the first: {slip.symbol}{_cell(slip.cells[0]) if slip.cells else ''}: {reason(slip)}"
    for formula in report.formulas:
        if not formula.right:
            yield f"{WRONG} {formula.symbol} = {plain(formula.text)}: {formula.message}"
    yield f"{RIGHT} right   ≈ follows from an earlier slip   {WRONG} a slip   ? left open"


def _verdict(report: CheckReport, name: str, cell: Cell) -> Iterator[Text]:
    """What was written for a cell, and what is to be said of it."""
    verdict, slip = report.verdict(name, cell), report.slip_at(name, cell)
    shape = next((slip for slip in report.slips if slip.name == name and not slip.cells), None)
    for number, found in enumerate(report.slips, start=1):
        if found is shape:
            yield Text(f"slip {number} of {len(report.slips)}: {found.text}", style="bold")
        elif found is slip and verdict is not None:
            words = f"you wrote {verdict.written}: {reason(found)}; {what_it_is(verdict)}"
            yield Text(f"slip {number} of {len(report.slips)}: {words}", style="bold")
    if slip is not None or verdict is None or verdict.status == "open":
        return
    follows = verdict.status == "follows"
    said = f"follows {from_what(verdict.follows_from)}" if follows else "right"
    yield Text(f"you wrote {verdict.written}: {said}", style="bold" if follows else "")


def _cell(cell: Cell) -> str:
    return f"[{','.join(map(str, cell))}]" if cell else ""


def _followable(step: Step | None, explanation: Explanation, terms: int) -> list[tuple[str, Place]]:
    """The cells among the shown terms and around them, once each, with the label that names them in the line."""
    assert step is not None
    factors = [factor for term in explanation.shown(terms).terms for factor in term.factors]
    found: dict[Place, str] = {}
    scope = core.Scope(step)
    for factor in (*factors, *explanation.around):
        for place in factor.places:
            label = scope.label(place)
            found.setdefault(place, label if label in factor.symbol else factor.symbol)
    return [(label, place) for place, label in found.items()]
