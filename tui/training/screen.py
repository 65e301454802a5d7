"""The training screen: a sheet with all of its keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import SystemCommand
from textual.binding import BindingType

from core import Problem, Session
from tui.keys import key_groups
from tui.training import reasons
from tui.training.actions.answers import AnswerKeys
from tui.training.actions.branches import BranchKeys
from tui.training.actions.diagnosis import DiagnosisKeys
from tui.training.actions.losses import LossKeys
from tui.training.actions.notations import NotationKeys
from tui.training.actions.pictures import PictureKeys
from tui.training.actions.sessions import SessionKeys
from tui.training.actions.watches import NO_CONDITION, WatchKeys
from tui.training.bindings import BINDINGS
from tui.training.mouse import Mouse
from tui.training.sheet_screen import SMALLEST

if TYPE_CHECKING:
    from core import Autosave, CheckReport


class TrainingScreen(
    AnswerKeys, LossKeys, BranchKeys, WatchKeys, DiagnosisKeys, PictureKeys, NotationKeys, SessionKeys
):
    """Steps through a problem's run."""

    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(
        self,
        problem: Problem,
        report: CheckReport | None = None,
        session: Session | None = None,
        path: str = "",
        store: Autosave | None = None,
        notation: str = "",
    ) -> None:
        """`report` is of answers that were checked on one of the problem's steps: the screen begins there. Or it goes
        on with a `session` of the file `path`, which `store` has if it was left by another process. `notation` is the
        name of that which the sheet speaks, whatever the problem or the session says.
        """
        super().__init__(problem)
        self.view = replace(self.view, notation=notation)
        self.pointing = Mouse(self, self._painter.plot)
        if report is not None:
            self.begin_with(report)
        if session is not None:
            self.open_session(session, path, store)

    def another(self, problem: Problem, session: Session | None, path: str) -> TrainingScreen:
        """A screen in place of this one, for another problem, or the session of the file `path`."""
        return TrainingScreen(problem, None, session, path, None, self.view.notation)

    def commands(self) -> Iterator[SystemCommand]:
        """Everything that a key does, and what has no key, for the command palette."""
        yield SystemCommand("Check answers", "from a file, on this step", self.performer(self, "check_answers"))
        yield from super().commands()

    def action_leave(self) -> None:
        """Leave the innermost of what one is in."""
        view = self.view
        if view.term is not None:
            self.look(term=None)
        elif view.aside:
            self._close_aside()
        elif view.cursor is not None:
            self._trail.clear()
            self.look(cursor=None, scroll=0)
        elif view.current is not None:
            self.look(current=None, scroll=0)
        elif view.alone:
            self._alone("")
        elif view.differences:
            self.action_differences()
        elif view.report is not None:
            self.look(hidden=True)
        else:
            self.look(window=None)

    def action_export(self) -> None:
        from tui.dialogs.export import ExportScreen

        if self.recorded is not None:
            self._pause()
            self.app.push_screen(ExportScreen(self.recorded, notation=self.notation))

    def action_help(self) -> None:
        from tui.dialogs.help import HelpScreen
        from tui.training.help import GROUPS, READING, reading

        self._pause()
        told = READING if self.step is None else reading(self.notation, self.step.statement)
        self.app.push_screen(HelpScreen(key_groups(self.explained, GROUPS, self.told), told))

    def stand_still(self) -> None:
        """Stop what is under way, for a dialog."""
        self._pause()

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        if self.run.timeline.diverged is None or self.run.timeline.diverged.step:
            small = width < SMALLEST[0] or height < SMALLEST[1]
            needed = f"This terminal has {width}×{height} characters.\nsgdb needs {SMALLEST[0]}×{SMALLEST[1]}."
            self._notice(needed if small else "")
        self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        """The sheet has its new size."""
        if self._numbers is None:
            self.seek(self.journey.cursor)
        else:
            self.paint(follow=True)

    def why_not(self, action: str, parameters: tuple[object, ...] = ()) -> str | None:
        if self.sheet is None:
            return None
        trail = bool(self._trail)
        if action in ("slip", "report") and self.view.answers is not None and self.run.branch != self.run.own:
            return f"The answers are of {self.name_of(self.run.own) or 'another branch'}: B goes there."
        if action in ("picture", "show_picture"):
            return self.why_no_picture()
        if action == "notation":
            return None
        if action == "undo":
            return None if self.undone else "There is nothing to undo."
        if action == "why_not" and self.view.cursor is not None:
            return self.why_no_zero()
        if action == "continue":
            return None if self.on or self.bookmarked() else NO_CONDITION
        if action == "event" and self.view.cursor is None:
            action = "pan"
        return reasons.why_not(action, parameters, self.view, self.journey, self.sheet, self.problem, trail)
