"""The mouse on the page of a sweep: what a click, a drag and the wheel do where they are."""

from __future__ import annotations

from typing import Any, Protocol

from textual import events

from tui.sheet.lines import Area
from tui.sheet.widget import Sheet
from tui.sweeps.page import Page
from tui.sweeps.view import CURVES, GRID, TABLE, Seen

LINES = 3  # that the wheel scrolls


class Clicked(Protocol):
    """What the mouse acts on: the screen of a sweep."""

    page: Page
    seen: Seen

    def change(self, **changes: Any) -> None: ...
    def point(self, row: int, column: int) -> None: ...
    def choose(self, at: int) -> None: ...
    def sort_by(self, name: str) -> None: ...
    def keep_only(self, outcome: str) -> None: ...
    def open_run(self) -> None: ...
    def perform(self, action: str) -> None: ...


class Mouse:
    """Clicks, drags and the wheel."""

    def __init__(self, screen: Clicked) -> None:
        self._screen = screen

    def click(self, event: events.Click) -> None:
        """Point at a cell, filter by an outcome, go to a step, sort by a column, choose a run, and open it where it is
        clicked twice; press a key.
        """
        screen, places = self._screen, self._screen.page.places
        if not isinstance(event.widget, Sheet) or not places.height:
            return
        x, y = event.x, event.y
        if y == places.height - 1:
            action = next((action for first, end, action in screen.page.keys if first <= x < end), None)
            if action is not None:
                screen.perform(action)
        elif not len(screen.seen.found):
            return
        elif places.grid.holds(x, y):
            screen.change(pane=GRID)
            self._on_grid(x, y - places.grid.y, places.grid)
        elif places.curves.holds(x, y):
            screen.change(pane=CURVES)
            self._to_step(x, y)
        elif places.table.holds(x, y):
            screen.change(pane=TABLE)
            self._on_table(x, y - places.table.y, event.chain)

    def drag(self, event: events.MouseMove) -> None:
        """Along the curves: through the steps."""
        places = self._screen.page.places
        if event.button and places.height and places.curves.holds(event.x, event.y):
            self._to_step(event.x, event.y)

    def wheel(self, event: events.MouseEvent, change: int) -> None:
        """Over the table and the curves: other runs; over the grid: other rows."""
        screen, places = self._screen, self._screen.page.places
        seen = screen.seen
        if not places.height or not len(seen.found):
            return
        if places.grid.holds(event.x, event.y):
            row, column = seen.cell
            screen.point(*seen.cells.nearest(row + change, column))
        elif places.table.holds(event.x, event.y):
            screen.choose(seen.line + LINES * change)
        elif places.curves.holds(event.x, event.y):
            screen.choose(seen.line + change)

    def _on_grid(self, x: int, y: int, area: Area) -> None:
        pane = self._screen.page.grid
        if (cell := pane.cell_at(x, y)) is not None:
            self._screen.point(*cell)
        elif (outcome := pane.outcome_at(x, y, area.height)) is not None:
            self._screen.keep_only(outcome)

    def _to_step(self, x: int, y: int) -> None:
        places = self._screen.page.places
        step = self._screen.page.curves.step_at(x - places.curves.x, y - places.curves.y)
        if step is not None:
            self._screen.change(step=step)

    def _on_table(self, x: int, y: int, times: int) -> None:
        pane, screen = self._screen.page.table, self._screen
        at = pane.line_at(y)
        if y == 1:
            if (name := pane.column_at(x)) is not None:
                screen.sort_by(name)
        elif 0 <= at < len(screen.seen.order):
            screen.choose(at)
            if times > 1:
                screen.open_run()
