"""The mouse on the sheet: what a click, a drag and the wheel do where they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from textual import events

import core
from tui.sheet.widget import Sheet
from tui.training.drawing import spot_at
from tui.training.plot import LossPlot
from tui.training.view import View

if TYPE_CHECKING:
    from core import Place
    from tui.training.painter import Painted, Spots


class Clicked(Protocol):
    """What the mouse acts on: the training screen."""

    sheet: Painted | None
    view: View

    def look(self, **changes: object) -> None: ...
    def paint(self) -> None: ...
    def go(self, place: Place) -> None: ...
    def action_zoom(self, change: int) -> None: ...
    def action_scroll(self, change: int) -> None: ...
    def go_to_step(self, index: int) -> None: ...
    def perform(self, action: str) -> None: ...
    def pick(self, x: int, y: int) -> None: ...


class Mouse:
    """Clicks, drags and the wheel on a sheet."""

    def __init__(self, screen: Clicked, plot: LossPlot) -> None:
        self._screen, self._plot = screen, plot

    def click(self, event: events.Click) -> None:
        """Inspect a number, walk to a name, choose a row, go to a step of the plot, pick in a picture, press a key, go
        to a cell; on the title of the plot, or of a picture, see the next picture.
        """
        sheet, screen = self._screen.sheet, self._screen
        if sheet is None or not isinstance(event.widget, Sheet):
            return
        spot = spot_at(sheet.frame, sheet.picture, sheet.rows, event.x, event.y)
        if spot is None:
            return
        if spot.kind == "cell":
            cell = sheet.picture.cell_at(spot.name, spot.row, spot.column)
            screen.look(cursor=(spot.name, cell), term=None, scroll=0, aside="")
        elif spot.kind == "name" and spot.name in sheet.picture.step.statement.equations:
            screen.look(current=spot.name, scroll=0, aside="")
        elif spot.kind == "row":
            screen.look(sample=spot.row, scroll=0)
        elif spot.kind == "group":
            screen.perform(f"next({spot.column})")
        elif spot.kind in ("loss", "picture") and event.y == sheet.frame.areas[spot.kind].y:
            screen.perform("picture")
        elif spot.kind == "loss":
            self._to_step(sheet, event.x)
        elif spot.kind == "picture":
            area = sheet.frame.areas["picture"]
            screen.pick(event.x - area.x - (area.x > 0), event.y - area.y - 1)
        elif spot.kind in ("notes", "keys"):
            self._on_line(sheet.notes if spot.kind == "notes" else sheet.keys, event.x)

    def drag(self, event: events.MouseMove) -> None:
        """Along the plot: through the steps."""
        sheet = self._screen.sheet
        if event.button and sheet is not None and sheet.frame.pane_at(event.x, event.y) == "loss":
            self._to_step(sheet, event.x)

    def wheel(self, event: events.MouseEvent, change: int) -> None:
        """Over rows: other rows, with shift other groups; over the plot: zoom; over the strip: scroll."""
        sheet, screen = self._screen.sheet, self._screen
        if sheet is None:
            return
        pane = sheet.frame.pane_at(event.x, event.y)
        if pane == "loss":
            screen.action_zoom(-change)
        elif pane == "why" or (pane == "weights" and sheet.frame.matrices.height > sheet.frame.areas[pane].height):
            screen.action_scroll(3 * change)
        elif event.shift:
            screen.perform(f"next({change})")
        elif pane in ("activations", "deltas"):
            last = max(0, len(sheet.picture.step.batch) - sheet.frame.rows)
            top = min(max(screen.view.top + change, 0), last)
            screen.view = replace(screen.view, top=top, fresh=False)
            screen.paint()

    def _to_step(self, sheet: Painted, x: int) -> None:
        area = sheet.frame.areas["loss"]
        index = self._plot.step_at(x - area.x - (area.x > 0))
        if index is not None:
            self._screen.go_to_step(index)

    def _on_line(self, spots: list[Spots], x: int) -> None:
        spot = next((spot for spot in spots if spot.start <= x < spot.end), None)
        sheet = self._screen.sheet
        if spot is None or sheet is None:
            return
        if spot.cell is not None:
            self._screen.go(core.Place(sheet.picture.step.index, *spot.cell))
        else:
            self._screen.perform(spot.action)
