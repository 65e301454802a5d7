"""The screen of a sweep: the grid, the table of runs and their curves, while more results come in."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from core import OUTCOMES, ProblemError
from tui.base import here, work
from tui.format import plain
from tui.key_reasons import SayingScreen
from tui.keys import key_groups
from tui.sheet.widget import Sheet
from tui.sweeps.bindings import BINDINGS, GROUPS, READING, offered
from tui.sweeps.cells import OUTCOME, first_axes, first_figure
from tui.sweeps.compare import FEWEST, MOST, side_of
from tui.sweeps.filters import Filter, names_in, read_filter
from tui.sweeps.layout import centred, small_text
from tui.sweeps.mouse import Mouse
from tui.sweeps.page import Facts, Page, next_pane
from tui.sweeps.reader import MOST_DRAWN, Curves, Reader
from tui.sweeps.results import Results, Snapshot
from tui.sweeps.view import CURVES, GRID, REASON, TABLE, Look, Seen, effort, see

POLL = 0.5  # seconds between two looks for new results
SMALL = 5000  # runs that are worked through at once: about 2 ms


class SweepScreen(SayingScreen[None]):
    """Looks at the results in a file; everything on the page follows from those, from `look` and from the size."""

    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self, path: str, small: int = SMALL) -> None:
        """Up to `small` runs are worked through at once, more in a thread. Raises ProblemError where there is no such
        file.
        """
        super().__init__()
        self.path = path
        self.reader = Reader(path)
        self.look = Look()
        self.found: Snapshot = Results().snapshot()
        self.seen: Seen = see(self.found, self.look)
        self.curves: Curves | None = None
        self.painted = 0  # how often the page was drawn
        self.page = Page()
        self._small = small
        self._planned = 0
        self._ended = False  # whether the file cannot be read any more
        self._reading = self._more = self._working = self._narrowed = False
        self._own_axes = self._own_figure = False  # whether somebody has chosen what the grid is of
        self._drawn: object = None  # what the curves are of
        self._sample: tuple[object, Any, Any] = None, (), ()
        self.pointing = Mouse(self)

    def compose(self) -> ComposeResult:
        yield Sheet(id="sheet")

    def on_mount(self) -> None:
        self.query_one(Sheet).focus()
        self.set_interval(POLL, self.poll)
        self.poll()

    def on_unmount(self) -> None:
        self.reader.close()

    # What comes in.

    def poll(self) -> None:
        """Look for new results."""
        if not (self._reading or self._ended):
            self._reading = True
            work(self, self._take_in, "read")

    async def _take_in(self) -> None:
        try:
            more = True
            while more and here(self):
                found, planned, more = await self.reader.read()
                if found is self.found and (planned, more) == (self._planned, self._more):
                    break
                self.found, self._planned, self._more = found, planned, more
                if not self._own_axes:
                    rows, columns = first_axes(found)
                    self.look = replace(self.look, rows=rows, columns=columns)
                if not self._own_figure:
                    self.look = replace(self.look, figure=first_figure(found))
                self.show()
        except ProblemError as error:
            self._ended = True
            self.say(plain(str(error)))
        finally:
            self._reading = False

    # From the results to the page.

    def change(self, **changes: Any) -> None:
        """Look at it otherwise."""
        self.look = replace(self.look, **changes)
        self.show()

    def show(self) -> None:
        """Work out what is seen, beside where that takes longer, and paint it."""
        if self._working:
            self.paint()  # the thread goes on to what is wanted now
        elif effort(self.found, self.look, self.seen) <= self._small:
            self._take(see(self.found, self.look, self.seen))
        else:
            self._working = True
            work(self, self._see, "see")
            self.paint()

    async def _see(self) -> None:
        try:
            wanted = None
            while wanted != (self.found, self.look) and here(self):
                wanted = self.found, self.look
                seen = await asyncio.to_thread(see, *wanted, self.seen)
                self._working = wanted != (self.found, self.look)
                self._take(seen)
        finally:
            self._working = False

    def _take(self, seen: Seen) -> None:
        self.seen = seen
        if self._narrowed and seen.look == self.look:
            self._narrowed, cell = False, seen.cells.with_runs(*seen.cell)
            if cell != seen.cell:
                self.point(*cell)
                return
        self._ask_for_curves()
        self.paint()

    @property
    def step(self) -> int | None:
        """Where the cursor of the curves stands; None without a run."""
        if self.seen.run is None:
            return None
        return self.look.step if self.look.step is not None else max(0, int(self.seen.found.last[self.seen.run]))

    def paint(self) -> None:
        """Draw the page; only lines that differ from those on it are painted."""
        sheet = self.query_one(Sheet)
        width, height = sheet.size.width, sheet.size.height
        if not (width and height):
            return
        self.painted += 1
        if small := small_text(width, height):
            self.page = Page()  # nothing stands anywhere
            sheet.show(centred(small, width, height))
            return
        busy = f"loading … {len(self.found):,}" if self._more else "…" if self._working else ""
        activity = "not read any more" if self._ended else busy
        facts = Facts(os.path.basename(self.path), self.reader.problem, self._planned, activity, self._message)
        keys = offered(self.seen.look)
        sheet.show(self.page.paint((width, height), self.seen, facts, self.curves, self.step, keys))

    _repaint = paint

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self.paint)

    # The curves come a moment later, those before stay meanwhile.

    def _ask_for_curves(self) -> None:
        seen = self.seen
        if seen.run is None:
            self._drawn, self.curves = None, Curves(None, None)
            return
        if self._sample[0] is not seen.order:
            runs = np.sort(seen.order)[:MOST_DRAWN] if len(seen.order) > MOST_DRAWN else seen.order
            self._sample = seen.order, seen.found.numbers[runs].tolist(), seen.found.last[runs].tolist()
        own = int(seen.found.numbers[seen.run])
        wanted = own, {*self._sample[1]}
        if wanted != self._drawn:
            self._drawn = wanted
            work(self, partial(self._draw_curves, own, int(seen.found.last[seen.run])), "curves")

    async def _draw_curves(self, own: int, last: int) -> None:
        with suppress(ProblemError):  # told when the results are looked for
            self.curves = await self.reader.curves(own, last, *self._sample[1:])
            self.paint()

    # What can be done now, and why something cannot.

    def why_not(self, action: str, parameters: tuple[object, ...] = ()) -> str | None:
        if action in ("help", "leave"):
            return None
        if not len(self.found):
            return "There are no results yet."
        if action == "turn" and parameters and parameters[0] != "figure" and not self.found.parameters:
            return "Nothing varies in these runs."
        if action == "compare" and len(self.look.marked) < FEWEST:
            return "Mark two runs or more first: space in the table marks one."
        if action in ("open", "run", "mark") and self.seen.run is None:
            return "No run is selected: choose another cell, or a for all runs."
        return None

    # The keys.

    def action_arrow(self, down: int, right: int) -> None:
        look, seen = self.look, self.seen
        if look.pane == GRID:
            row, column = seen.cell
            self.point(*seen.cells.nearest(row + down, column + right))
        elif down:
            self.action_run(down)
        elif look.pane == TABLE:
            self.change(at=max(0, min(len(seen.columns) - 1, min(look.at, len(seen.columns) - 1) + right)))
        else:
            self._to_step((self.step or 0) + right * self.page.curves.drawn.stride)

    def action_edge(self, side: int) -> None:
        pane, seen = self.look.pane, self.seen
        if pane == GRID:
            self.point(seen.cell[0], 0 if side < 0 else len(seen.cells.columns) - 1)
        elif pane == TABLE:
            self.choose(0 if side < 0 else len(seen.order) - 1)
        else:
            self._to_step(0 if side < 0 else self.page.curves.drawn.reached)

    def point(self, row: int, column: int) -> None:
        """Point at a cell of the grid."""
        grid = self.seen.cells
        self.change(row=grid.rows.titles[row], column=grid.columns.titles[column])

    def choose(self, at: int) -> None:
        """Choose the run on a line of the table."""
        seen = self.seen
        if len(seen.order):
            place = seen.order[max(0, min(at, len(seen.order) - 1))]
            self.change(chosen=int(seen.found.numbers[place]))

    def _to_step(self, step: int) -> None:
        self.change(step=max(0, min(step, self.page.curves.drawn.reached)))

    def action_run(self, change: int) -> None:
        self.choose(self.seen.line + change)

    def action_pane(self, change: int) -> None:
        self.change(pane=next_pane(self.look.pane, change))

    def action_turn(self, what: str, change: int) -> None:
        names: list[str]
        if what == "figure":
            names = [OUTCOME, *self.found.figures]
            self._own_figure = True
        else:
            other = self.look.columns if what == "rows" else self.look.rows
            names = ["", *(name for name in self.found.parameters if name != other)]
            self._own_axes = True
        now = getattr(self.look, what)
        at = (names.index(now) if now in names else 0) + change
        self.change(**{what: names[at % len(names)]})

    def action_whole(self) -> None:
        self.change(whole=not self.look.whole)

    def action_sort(self) -> None:
        columns = self.seen.columns
        self.sort_by(columns[min(self.look.at, len(columns) - 1)])

    def sort_by(self, name: str) -> None:
        """Sort the table by a column; again, the largest first; again, as the runs came."""
        if name == REASON:
            self.say("Reasons have no order: ← points at another column.")
            return
        at = self.seen.columns.index(name)
        if self.look.sort != name:
            self.change(sort=name, descending=False, at=at)
        elif not self.look.descending:
            self.change(descending=True, at=at)
        else:
            self.change(sort="", descending=False, at=at)

    def action_filter(self) -> None:
        from tui.dialogs.filter import FilterScreen

        names = f"Names: {', '.join(names_in(self.found))}"
        dialog = FilterScreen(self.look.kept.text, names, partial(read_filter, found=self.found))
        self.app.push_screen(dialog, self._filtered)

    def _filtered(self, kept: Filter | None) -> None:
        if kept is not None:
            self._narrow(kept=kept)

    def _narrow(self, **changes: Any) -> None:
        """Filter the runs; where that leaves none in the cell, point at one that has some."""
        self._narrowed = True
        self.change(**changes)

    def action_only(self) -> None:
        there = [OUTCOMES[k] for k in np.unique(self.found.outcomes).tolist()]
        choices = ["", *there]
        at = choices.index(self.look.only) + 1 if self.look.only in choices else 1
        self._narrow(only=choices[at % len(choices)])

    def keep_only(self, outcome: str) -> None:
        """Filter by an outcome; by the one that is filtered by already, no more."""
        self._narrow(only="" if self.look.only == outcome else outcome)

    def action_log(self) -> None:
        self.change(logarithmic=not self.look.logarithmic)

    def action_leave(self) -> None:
        look = self.look
        if look.pane != GRID:
            self.change(pane=GRID)
        elif look.filtered:
            self.change(kept=Filter(), only="")
        elif look.whole:
            self.change(whole=False)

    def action_open(self) -> None:
        if self.look.pane == GRID:
            self.change(pane=TABLE)
        else:
            self.open_run(self.step if self.look.pane == CURVES else None)

    def open_run(self, step: int | None = None) -> None:
        """Open the chosen run in the debugger, at a step, or at its last one."""
        seen = self.seen
        if seen.run is None:
            return
        number, last = int(seen.found.numbers[seen.run]), int(seen.found.last[seen.run])
        if last < 0:
            self.say(f"Run {number} has no step: {plain(seen.found.reasons[seen.run])}")
        else:
            work(self, partial(self._open, number, last if step is None else step), "open")

    async def _open(self, number: int, step: int) -> None:
        from tui.sweeps.replay import ReplayScreen

        try:
            result, problem, same = await self.reader.opened(number)
        except ProblemError as error:
            self.say(f"Run {number} cannot be opened: {plain(str(error))}")
            return
        if self.is_current:
            self.app.push_screen(ReplayScreen.of(problem, result, step, f"Run {number}", same))

    def action_mark(self) -> None:
        seen, marked = self.seen, self.look.marked
        assert seen.run is not None
        number = int(seen.found.numbers[seen.run])
        if number in marked:
            self.change(marked=tuple(known for known in marked if known != number))
        elif len(marked) < MOST:
            self.change(marked=(*marked, number))
        else:
            self.say(f"At most {MOST} runs are compared.")

    def action_compare(self) -> None:
        work(self, partial(self._compare, self.look.marked), "open")

    async def _compare(self, numbers: Sequence[int]) -> None:
        from tui.sweeps.compare_screen import ComparedScreen

        sides = []
        for number in numbers:
            try:
                sides.append(side_of(*await self.reader.opened(number), f"run {number}"))
            except ProblemError as error:
                self.say(f"Run {number} cannot be compared: {plain(str(error))}")
                return
        if self.is_current:
            self.app.push_screen(ComparedScreen(sides))

    def action_help(self) -> None:
        from tui.dialogs.help import HelpScreen

        self.app.push_screen(HelpScreen(key_groups(self.explained, GROUPS), READING))
