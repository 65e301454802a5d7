"""The commands that choose what quantities are called."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import SystemCommand

import core
from tui.training.bindings import WATCH
from tui.training.sheet_screen import SheetScreen


class NotationKeys(SheetScreen):
    """Chooses the notation that the sheet speaks."""

    def commands(self) -> Iterator[SystemCommand]:
        """With every notation by its name; the problem's own, where it is none of these."""
        yield from super().commands()
        own = self.problem.notation
        if own is not None and core.NOTATIONS.get(own.name) != own:
            yield SystemCommand(f"Notation: {own.name}", "as the problem has it", self.performer(self, "notation('')"))
        for name, found in core.NOTATIONS.items():
            title = found.title if found.is_own else f"{name} ({found.title})"
            does = self.performer(self, f"notation({name!r})")
            yield SystemCommand(f"Notation: {title}", "what quantities are called on the sheet", does)

    def told(self, tooltip: str) -> str:
        """With the loss as it is typed."""
        if WATCH not in tooltip:
            return tooltip
        wording = core.statement_of(self.problem.speaking(self.notation), 1).wording
        return tooltip.replace(WATCH, WATCH.replace("loss", wording.typed("loss")))

    def action_notation(self, name: str) -> None:
        """The notation of this name; that of the problem for none."""
        self._beside.late = self._beside.late._replace(zero=None)
        self.look(notation=name)
        if self.step is not None and not self.journey.playing:
            self._beside_step(self.step)
        notation = self.notation
        if notation is None or notation.is_own:
            self.say("Quantities have sgdb's own names.")
        else:
            layout = notation.layout(self.problem.reduction == "mean")
            self.say(f"Here a row stays a sample, and ᵀ says what is turned. On paper: {layout}")
