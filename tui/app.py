"""The application: what is global, whatever the screen."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from tui.base import BaseApp
from tui.training.screen import TrainingScreen

if TYPE_CHECKING:
    from core import CheckReport, Problem


class SgdbApp(BaseApp[None]):
    """sgdb on a screen."""

    TITLE = "sgdb"
    CSS_PATH = "app.tcss"

    def __init__(self, problem: Problem, report: CheckReport | None = None) -> None:
        super().__init__()
        self.problem = problem
        self.report = report

    def on_mount(self) -> None:
        self.push_screen(TrainingScreen(self.problem, self.report))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that a key does is in the command palette, too."""
        if isinstance(screen, TrainingScreen):
            yield from screen.commands()
        yield from super().get_system_commands(screen)


def run_app(problem: Problem, report: CheckReport | None = None) -> int:
    """Open `problem` on the terminal, until the person quits; with answers that were checked, at their step. Returns
    the exit status: 0, 1 after a crash, 128 and a signal's number after the signal.
    """
    app = SgdbApp(problem, report)
    gc.freeze()  # what is loaded by now stays: no collection is to look through it again
    gc.enable()
    app.run()
    return app.status
