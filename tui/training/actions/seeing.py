"""The keys that change what is seen, and how."""

from __future__ import annotations

from dataclasses import replace

from tui.training import moves
from tui.training.sheet_screen import SheetScreen
from tui.training.slots import turns
from tui.training.view import LEARNED
from tui.training.zoom import panned, zoomed


class SeeingKeys(SheetScreen):
    """Chooses what the panes, the strip and the plot show."""

    def action_scroll(self, change: int) -> None:
        """The strip, or parameters alone, by some lines, as far as there are lines."""
        most = self.sheet.scrollable if self.sheet is not None else 0
        self.look(scroll=max(0, min(min(self.view.scroll, most) + change, most)))

    def action_numbers(self) -> None:
        self.look(numbers=not self.view.numbers, left=None)

    def action_order(self) -> None:
        step = self.step
        if step is not None:
            sample = self.view.sample if self.view.by_loss else moves.first_sample(step)
            self.look(by_loss=not self.view.by_loss, top=0, sample=sample)

    def action_buffers(self) -> None:
        """What takes turns with the gradients: the next of the update's buffers."""
        step = self.step
        if step is not None:
            known = turns(step.statement)
            here = self.view.middle if self.view.middle in known else ""
            self.look(middle=known[(known.index(here) + 1) % len(known)])

    def action_digits(self, change: int) -> None:
        self.look(more=self.view.more + change)

    def action_alone(self) -> None:
        """One pane alone: the next one at each press."""
        if self.sheet is not None:
            panes = ("", *moves.panes(self.view, self.sheet.picture))
            self._alone(panes[(panes.index(self.view.alone) + 1) % len(panes)])

    def _alone(self, pane: str) -> None:
        self.view = replace(self.view, alone=pane, scroll=0)
        self.look()

    def action_log(self) -> None:
        self.look(logarithmic=not self.view.logarithmic)

    def action_zoom(self, change: int) -> None:
        last = len(self.run.timeline) - 1
        self.look(window=zoomed(self.view.window, last, self.journey.cursor, 2.0 if change > 0 else 0.5))

    def action_pan(self, change: int) -> None:
        self.look(window=panned(self.view.window, len(self.run.timeline) - 1, 0.5 * change))

    def action_formulas(self) -> None:
        self._open_aside("formulas")

    def action_verdict(self) -> None:
        self._open_aside(LEARNED)

    def action_losses(self) -> None:
        self._open_aside("losses")
        if self.view.aside and self.step is not None:
            self._beside.compare(self.step, self._still_at(self.step))

    def action_differences(self) -> None:
        self._pause()
        self.look(differences=not self.view.differences, gradients=None)
        if self.view.differences and self.step is not None:
            self._difference(self.step)
