"""The application: what is global, whatever the screen."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from shutil import get_terminal_size
from textwrap import fill
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.screen import Screen

from tui.base import BaseApp, BaseScreen
from tui.key_reasons import KeyReasonsScreen
from tui.training.screen import TrainingScreen

if TYPE_CHECKING:
    from pathlib import Path

    from core import CheckReport, Notation, Problem, Session
    from core.practice import Exercise
    from tui.opening.loading import Answer, LoadingScreen


class SgdbApp(BaseApp[str]):
    """sgdb on a screen. In the end, it answers with what there is to say on the terminal."""

    TITLE = "sgdb"
    CSS_PATH = "app.tcss"

    def __init__(
        self,
        problem: Problem | None = None,
        report: CheckReport | None = None,
        first: BaseScreen[Any] | None = None,
        session: Session | None = None,
        path: str = "",
        notation: str = "",
    ) -> None:
        """Trains `problem`, from the step of `report` where answers were checked, or as `session` says, which is saved
        in the file `path`; or begins with another screen, which is `first`. `notation` names that which is spoken.
        """
        super().__init__()
        self.problem = problem
        self._session, self._path, self._notation = session, path, notation
        self._first, self._report = first, report
        self._left: Exercise | None = None  # the sheet that was left last

    def on_mount(self) -> None:
        first, self._first = self._first, None  # another may come in its place: nobody is to keep it
        if first is None:
            assert self.problem is not None
            first = TrainingScreen(self.problem, self._report, self._session, self._path, None, self._notation)
        self.push_screen(first)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that a key does is in the command palette, too."""
        own = list(self._own_commands(screen))
        titles = {command.title for command in own}
        yield from own
        yield from (command for command in super().get_system_commands(screen) if command.title not in titles)

    def _own_commands(self, screen: Screen[object]) -> Iterator[SystemCommand]:
        if isinstance(screen, TrainingScreen):
            practise = partial(self.practise, screen.run.timeline.problem, screen.notation)
            yield SystemCommand("Practise this problem", "a sheet to fill in, with fresh numbers", practise)
        if isinstance(screen, KeyReasonsScreen):
            yield from screen.commands()

    def practise(self, problem: Problem, notation: Notation | None = None) -> None:
        """Open a sheet of the kind of a problem, in a notation or in the problem's: the one that was left, if it is not
        finished, or else a new one.
        """
        from core import DivergedError, ProblemError
        from core.practice import Exercise
        from tui.commands.data_folder import data_folder
        from tui.practice.screen import PractiseScreen
        from tui.practice.seeds import new_seed

        left = self._left
        going_on = left is not None and left.is_alike(problem, notation) and left.begun and not left.done
        seed = left.seed if left is not None and going_on else new_seed()
        try:
            exercise = Exercise(problem, seed, notation=notation)
            folder = data_folder()
        except (ProblemError, DivergedError) as error:
            self.notify(str(error), title="No sheet", severity="error", markup=False)
            return
        self.push_screen(PractiseScreen(exercise, folder), self._leave)

    def action_open(self) -> None:
        """Open another problem in place of this one."""
        if isinstance(screen := self.screen, TrainingScreen):
            from tui.opening.open_screen import OpenScreen

            self._ask(OpenScreen(screen.lost), screen)

    def action_new(self) -> None:
        """Make a problem by a form, beginning with this one."""
        if isinstance(screen := self.screen, TrainingScreen):
            from tui.opening.new_screen import NewScreen

            self._ask(NewScreen(screen.problem, screen.lost), screen)

    def action_settings(self) -> None:
        """Change settings, for a run from step 0 or a fork."""
        if isinstance(screen := self.screen, TrainingScreen):
            if screen.step is None:
                screen.say("There is no step yet.")
                return
            from tui.opening.settings_screen import SettingsScreen

            self._ask(SettingsScreen(screen.problem, screen.step, screen.lost), screen)

    def _ask(self, dialog: LoadingScreen, screen: TrainingScreen) -> None:
        """Open a dialog over a training screen, and do what it answers."""

        def answered(answer: Answer) -> None:
            if isinstance(answer, Opened):
                screen.end()
                self.problem = answer.problem
                self.switch_screen(screen.another(answer.problem, answer.session, answer.path))
            else:
                screen.fork(answer)

        from tui.opening.opened import Opened

        screen.stand_still()
        self.push_screen(dialog, answered)

    def _leave(self, exercise: Exercise | None) -> None:
        self._left = exercise
        if exercise is not None and exercise.begun and not exercise.done:
            self.notify(f"Sheet {exercise.seed} is saved, {exercise.progress} found; practise again to continue.")

    async def action_quit(self) -> None:
        """End, unless a screen has something to lose."""
        screens = [screen for screen in self.screen_stack if isinstance(screen, BaseScreen)]
        if all(screen.may_quit() for screen in screens):
            self.exit(" ".join(filter(None, (screen.last_word for screen in screens))))


def run_app(
    problem: Problem,
    report: CheckReport | None = None,
    session: Session | None = None,
    path: str = "",
    notation: str = "",
) -> int:
    """Open `problem` on the terminal, until the person quits; with answers that were checked, at their step, or with
    the session of a file; in the notation of this name. Returns the exit status: 0, 1 after a crash, 128 and a signal's
    number after the signal.
    """
    return run(SgdbApp(problem, report, session=session, path=path, notation=notation))


def run_practice(exercise: Exercise, folder: Path) -> int:
    """Open an exercise on the terminal, until the person quits. `folder` is where scores and sheets are saved. Returns
    the exit status, as `run_app` does.
    """
    from tui.practice.screen import PractiseScreen

    return run(SgdbApp(exercise.like, first=PractiseScreen(exercise, folder)))


def run(app: SgdbApp) -> int:
    """Run an application on the terminal, and say there what it answers in the end. Returns the exit status."""
    gc.freeze()  # what is loaded by now stays: no collection is to look through it again
    gc.enable()
    last_word = app.run()
    if last_word:
        width = get_terminal_size().columns
        print(fill(last_word, width, break_long_words=False, break_on_hyphens=False), file=sys.stderr)
    return app.status
