"""The keys that go through the run."""

from __future__ import annotations

from dataclasses import replace

from tui.training.sheet_screen import SheetScreen


class SteppingKeys(SheetScreen):
    """Steps, jumps, plays."""

    def action_step(self, steps: int) -> None:
        self.go_to_step(self.journey.cursor + steps)

    def action_first(self) -> None:
        self.go_to_step(0)

    def action_last(self) -> None:
        self.go_to_step(len(self.run.timeline) - 1)

    def go_to_step(self, index: int) -> None:
        """Another step, wanted by a person: playing ends."""
        self._pause()
        self.view = replace(self.view, fresh=False)
        self.seek(index)

    def action_go_to(self) -> None:
        from tui.dialogs.goto import GoToScreen

        def gone_to(index: int | None) -> None:
            if index is not None:
                self.go_to_step(index)

        self._pause()
        self.app.push_screen(GoToScreen(self.journey.cursor, len(self.run.timeline) - 1), gone_to)

    def action_play(self) -> None:
        """Play; or pause, and stop a long run where it is."""
        if self.journey.playing:
            self._pause()
        elif not self.journey.stop():
            self.view = replace(self.view, fresh=False)
            self.journey.play()
            self.tell("")

    def action_speed(self, change: int) -> None:
        self.journey.faster(change)
        self.tell("" if self.journey.playing else f"plays {self.journey.speed:,} steps a second")
