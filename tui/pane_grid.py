"""The grid of panes: which of them are shown, how large, and which has the focus."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.containers import Container
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

PANES = ("weights", "activations", "deltas", "hinge", "loss")
SINGLE = (80, 24)  # below this, one pane at a time
ROOMY = (120, 36)  # from here on, panes in frames


@dataclass
class Busy(Message):
    """What takes a while, for the line on top; "" when nothing does, or no longer."""

    text: str


class PaneGrid(Container):
    """Panes in two columns, #left and #right; where the terminal is small, or one is zoomed, one pane at a time.

    zoomed    whether a person wants one pane alone
    alone     whether one pane is shown alone
    """

    zoomed: reactive[bool] = reactive(False)
    alone: reactive[bool] = reactive(False)

    def focus_first(self) -> None:
        """Begin where there is most to see: the hinge's pane where the loss has a margin, else the activations."""
        pane = self.query_one("#hinge" if self.has_class("-hinge") else "#activations")
        self._lay_out(pane)
        self.call_after_refresh(pane.focus)  # one that comes into view only now cannot have it yet

    def keep_focus(self) -> None:
        """A pane that is no longer shown hands the focus on."""
        if self.screen.focused is None or not self.screen.focused.display:
            self.focus_first()

    def focus_next(self, change: int) -> None:
        """To the next pane, or the previous one."""
        panes = [pane for pane in self._all() if pane.display or (self.alone and self._has_use(pane))]
        here = next((i for i, pane in enumerate(panes) if pane.has_focus), 0)
        pane = panes[(here + change) % len(panes)]
        self._lay_out(pane)  # a pane that is not shown cannot have the focus
        pane.focus()

    def action_zoom(self) -> None:
        self.zoomed = not self.zoomed

    def watch_zoomed(self) -> None:
        self._lay_out(self.screen.focused)

    def on_resize(self) -> None:
        width, height = self.app.size
        self.set_class(width >= ROOMY[0] and height >= ROOMY[1], "-roomy")
        self.set_class(width < SINGLE[0] or height < SINGLE[1], "-single")
        self._lay_out(self.screen.focused)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._lay_out(event.widget)

    def _all(self) -> list[Widget]:
        return [pane for name in PANES for pane in self.query(f"#{name}")]

    def _has_use(self, pane: Widget) -> bool:
        """Whether a pane says something of this step: the hinge's only under a loss with a margin."""
        return pane.id != "hinge" or self.has_class("-hinge")

    def _lay_out(self, focused: Widget | None) -> None:
        """Where one pane is shown at a time, show the one that has the focus and hide the rest."""
        self.alone = self.zoomed or self.has_class("-single")
        self.set_class(self.alone, "-alone")
        self.post_message(Busy(""))
        if focused is None or focused not in (panes := self._all()):
            return  # the arithmetic has it: the pane that had it stays
        for pane in panes:
            pane.set_class(pane is focused, "-current")
        for column in self.query("#left, #right"):
            column.set_class(column in focused.ancestors, "-current")
