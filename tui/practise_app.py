"""Practice on a terminal: an application of its own, around the screen of sheets."""

from __future__ import annotations

import sys
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.practice import Exercise
from tui.base import BaseApp
from tui.practice.screen import PractiseScreen


class PractiseApp(BaseApp[str]):
    """Sheets on a screen, and nothing else; in the end, what there is to say of the last."""

    TITLE = "sgdb"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "quit", show=False)]
    ENABLE_COMMAND_PALETTE = False  # every command is in the footer

    def __init__(self, screen: PractiseScreen) -> None:
        super().__init__()
        self._first = screen

    def on_mount(self) -> None:
        self.push_screen(self._first)

    async def action_quit(self) -> None:
        screen = next(screen for screen in self.screen_stack if isinstance(screen, PractiseScreen))
        exercise = screen.exercise
        if screen.may_quit():
            left = exercise.begun and not exercise.done
            kept = f"Sheet {exercise.seed} is saved, {exercise.progress} found; "
            self.exit(kept + f"to continue, add --seed {exercise.seed} to the command." if left else "")


def run_practice(exercise: Exercise, folder: Path) -> int:
    """Open an exercise on the terminal, until the person quits. `folder` is where scores and sheets are saved. Returns
    the exit status, as `run_app` does.
    """
    app = PractiseApp(PractiseScreen(exercise, folder))
    last_word = app.run()
    if last_word:
        width = get_terminal_size().columns
        print(fill(last_word, width, break_long_words=False, break_on_hyphens=False), file=sys.stderr)
    return app.status
