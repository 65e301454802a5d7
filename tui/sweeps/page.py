"""The page of a sweep: every line of it, from what is seen and the size of the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tui.format import plain
from tui.sheet.keyline import Key, keyline
from tui.sheet.lines import Area, Line, Span, Words, clipped, fitting, line, moved
from tui.sweeps import curves_pane, grid_pane, table_pane
from tui.sweeps.chosen_run import chosen_run
from tui.sweeps.curves_pane import CurvesPane
from tui.sweeps.grid_pane import GridPane
from tui.sweeps.layout import Layout, layout
from tui.sweeps.reader import Curves
from tui.sweeps.results import label_of
from tui.sweeps.table_pane import TablePane
from tui.sweeps.view import CURVES, GRID, PANES, TABLE, Seen
from tui.training.rows import rule

RULED = 6  # columns that a rule takes around its title, and the blank behind the name of the pane
NOTHING_YET = "There are no results yet. They are shown as they come."


class Facts(NamedTuple):
    """What the first line tells.

    name      of the file
    problem   that the runs are of
    planned   how many runs there are to be; 0 where nobody has said
    activity  what goes on; empty for nothing
    message   what there is to say about the last key, in the last line
    """

    name: str
    problem: str
    planned: int = 0
    activity: str = ""
    message: str = ""


@dataclass
class Page:
    """Paints the page, and knows what stands where on it."""

    grid: GridPane = field(default_factory=GridPane)
    table: TablePane = field(default_factory=TablePane)
    curves: CurvesPane = field(default_factory=CurvesPane)
    places: Layout = field(default_factory=lambda: layout(0, 0))
    keys: list[tuple[int, int, str]] = field(default_factory=list)

    def paint(
        self,
        size: tuple[int, int],
        seen: Seen,
        facts: Facts,
        curves: Curves | None,
        step: int | None,
        keys: Sequence[Key],
    ) -> list[Line]:
        """The lines on a terminal of this size; `step` is where the cursor of the curves stands."""
        places = self.places = layout(*size)
        lines = [_status(seen, facts, places.width)]
        offered, self.keys = keyline(keys, places.width)
        if facts.message:
            offered = clipped(line([(facts.message, "amber")], 1), places.width)
        if not len(seen.found):
            rows: list[Line] = [()] * (places.height - 2)
            rows[len(rows) // 2] = line([(NOTHING_YET, "dim")], max(0, (places.width - len(NOTHING_YET)) // 2))
            return [*lines, *rows, offered]
        of = (seen.look.rows, seen.look.columns, seen.look.kept, seen.look.only, seen.cell, seen.look.whole)
        heading = grid_pane.title(seen, places.grid.width - len(GRID) - RULED)
        left = [_rule(GRID, heading, places.grid, seen), *self.grid.draw(seen, places.grid)]
        right = [
            _rule(CURVES, curves_pane.title(seen.look, places.curves.width - len(CURVES) - RULED), places.curves, seen),
            *self.curves.draw(curves, seen.look, step, places.curves, of),
        ]
        for y, (one, other) in enumerate(zip(left, right, strict=True)):
            edge = Span(places.grid.width, "│" if y else "─", "structure")
            lines.append((*one, edge, *moved(other, places.curves.x)))
        rows = self.table.draw(seen, places.table)
        how, where = table_pane.title(seen, self.table.top, places.table.height - 2)
        lines += [_rule(TABLE, how, places.table, seen, where), *rows]
        return [*lines, *chosen_run(seen, plain(facts.problem), places.about), offered]


def _status(seen: Seen, facts: Facts, width: int) -> Line:
    """The first line: as far as whole items fit."""
    there = len(seen.found)
    count = f"{there:,} of {facts.planned:,} runs" if facts.planned else f"{there:,} run{'s' * (there != 1)}"
    items: list[Words] = [[(plain(facts.name), "title")], [count]]
    if facts.activity:
        items.append([(facts.activity, "amber")])
    if seen.look.filtered:
        kept = int(seen.cells.counts.sum())
        items.append([(f"{kept:,} with {seen.look.filtered}", "amber")])
    items.append([plain(facts.problem)])
    if seen.found.fixed:
        items += [[f"{name} {label_of(value)}"] for name, value in seen.found.fixed.items()]
    return fitting(items, width, start=1)


def _rule(pane: str, about: Words, area: Area, seen: Seen, right: Words = ()) -> Line:
    """The first line of a pane: amber where the arrows move in it."""
    name = {GRID: "grid", TABLE: "runs", CURVES: "curves"}[pane]
    style = "amber bold" if seen.look.pane == pane else "title"
    told = [(word, "structure") if isinstance(word, str) else word for word in about if word]
    head = [(name, style), *([(" ", "structure"), *told] if told else [])]
    return rule(head, area.width, [(word, "structure") if isinstance(word, str) else word for word in right])


def next_pane(pane: str, change: int) -> str:
    """The pane behind one, or before it."""
    return PANES[(PANES.index(pane) + change) % len(PANES)]
