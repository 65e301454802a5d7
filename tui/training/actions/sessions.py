"""The key that saves a session; and what saves it by itself, and goes on with one that was left."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.message import Message

import core
from core import Problem, ProblemError, Session, Source, Step
from tui.base import work
from tui.format import plain
from tui.training.actions.stepping import SteppingKeys
from tui.training.beside import LATER
from tui.training.deciding import DecidingScreen
from tui.training.engine import SLICE
from tui.training.keys_offered import QUIT
from tui.training.pictured import has_picture
from tui.training.reasons import FEWEST_DECIMALS, MOST_DECIMALS
from tui.training.slots import turns
from tui.training.view import View

if TYPE_CHECKING:
    from core import Autosave, LeftSession

SEEN = (
    "sample",
    "by_loss",
    "numbers",
    "more",
    "logarithmic",
    "middle",
    "shown",
    "notation",
)  # of the view, what a session keeps
MOST_TOLD = 4  # lines of what is not as it was
LOST = "What you did is not saved. ctrl+s saves it; q again {}."


def _seen(session: Session, step: Step) -> View:
    """The view of a session that anybody may have written: what no key would bring is left out."""
    usual = View()
    kept: dict[str, Any] = {
        name: value for name, value in session.view if name in SEEN and type(value) is type(getattr(usual, name))
    }
    view = replace(usual, fresh=False, **kept)
    return replace(
        view,
        sample=max(0, view.sample - ("sample" in kept)),
        more=max(FEWEST_DECIMALS, min(MOST_DECIMALS, view.more)),
        middle=view.middle if view.middle in turns(step.statement) else "",
        notation=view.notation if view.notation in core.NOTATIONS else "",
        shown=view.shown if has_picture(step.problem, view.shown) else usual.shown,
    )


def _has_state() -> bool:
    """Whether anything was ever saved by itself. Raises ProblemError where there is no home."""
    from tui.commands.data_folder import state_folder

    return state_folder().is_dir()


class SessionKeys(DecidingScreen, SteppingKeys):
    """A session is saved by a key, in a file of a person's own, and after every decision by itself, until it ends."""

    class NotSaved(Message):
        """What is saved by itself cannot be saved."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.path = ""  # the file that the session was opened from or saved to
        self._opened: Session | None = None  # the one to go on with
        self._store: Autosave | None = None
        self._in_file = self.session
        self._warned: Session | None = None  # the one that quitting would lose, as was said
        self._ends = False  # whether somebody wants it to end

    def open_session(self, session: Session, path: str, store: Autosave | None) -> None:
        """Go on with a session, that of the file `path`, if there is one; `store` has taken it where it was left."""
        self.session = self._opened = session
        self.path, self._store = path, store
        self.run.listed = tuple(named.branch for named in session.branches)
        if store is None:
            self._in_file = session

    def on_unmount(self) -> None:
        super().on_unmount()
        if self._store is not None:
            (self._store.done if self._ends else self._store.wait)()

    # At the start.

    def begin(self, step: Step) -> None:
        super().begin(step)
        if self._opened is not None:
            work(self, self._go_on, "go on")
        elif not self.session.is_in_python:
            work(self, self._find_left, "left sessions")
        if (source := self._to_remember()) is not None:
            work(self, partial(self._remember, source), "remember")

    def _to_remember(self) -> Source | None:
        """What the list of problems is to have that were opened before: a file, or a problem with options."""
        if self.path:
            return Source(os.path.abspath(self.path))
        source = self.problem.source
        return source if source is not None and (source.is_file or source.options) else None

    async def _remember(self, source: Source) -> None:
        await asyncio.sleep(LATER)  # the picture comes first
        from tui.commands.data_folder import state_folder

        with suppress(ProblemError, OSError):  # no home, or a full disk: nobody misses more than a line of the list
            await asyncio.to_thread(core.remember_source, state_folder(), source)

    async def _go_on(self) -> None:
        """To where the session was; then see whether its runs are what they were."""
        session, self._opened = self._opened, None
        if session is None:
            return
        if self.step is not None:
            seen = _seen(session, self.step)
            self.view = replace(seen, notation=self.view.notation or seen.notation)
        self.journey.cursor = session.cursor.step
        if session.cursor.cell is not None:
            self._coming = core.Place(session.cursor.step, *session.cursor.cell)
        self.journey.switch(session.looked_at.branch)
        replay = core.Replay(session, self.run.timelines)
        try:
            while await self.run.engine.do(replay.go, max(1, int(self.run.engine.steps_per_second * SLICE))):
                pass
        except ProblemError as error:
            self.say(plain(str(error)))
            return
        differences = await self.run.engine.do(lambda: replay.differences)
        if differences:
            more = [f"and {len(differences) - MOST_TOLD} more"] if len(differences) > MOST_TOLD else []
            told = "\n".join(map(plain, [*differences[:MOST_TOLD], *more]))
            self.notify(told, title="Not as it was", severity="warning", timeout=20, markup=False)

    async def _find_left(self) -> None:
        """Offer to go on with what was left because its process was killed."""
        await asyncio.sleep(LATER)  # the picture comes first
        try:
            if not await asyncio.to_thread(_has_state):
                return
            store = self._own_store()
            left = await asyncio.to_thread(store.offers)
        except ProblemError:
            return  # no home: told when there is something to save
        if left and self.is_current:
            from tui.dialogs.left import LeftScreen

            self._pause()
            self.app.push_screen(LeftScreen(left, store.drop), self._taken)

    def _taken(self, left: LeftSession | None) -> None:
        if left is not None:
            work(self, partial(self._take_over, left), "take over")

    async def _take_over(self, left: LeftSession) -> None:
        from tui.training.screen import TrainingScreen

        store = self._own_store()
        try:
            problem = await asyncio.to_thread(left.session.problem)
        except ProblemError as error:
            self.say(f"It cannot be opened: {plain(str(error))}")
            return
        if not store.take(left):
            self.say("Another sgdb goes on with it, or has ended it.")
            return
        self._store = None
        self.app.switch_screen(TrainingScreen(problem, None, left.session, left.saved_as, store))

    # Saving.

    def take(self, session: Session) -> None:
        super().take(session)
        if not self.session.is_in_python:
            with suppress(ProblemError):
                self._own_store().keep(self._as_it_is(), self.run.timelines, self.path)

    def _own_store(self) -> Autosave:
        """Where the session is saved by itself. Raises ProblemError where there is no home."""
        if self._store is None:
            from tui.commands.data_folder import state_folder

            self._store = core.Autosave(state_folder(), lambda reason: self.post_message(self.NotSaved(reason)))
        return self._store

    def on_session_keys_not_saved(self, event: NotSaved) -> None:
        self.say(f"Not saved by itself: {plain(event.reason)}")

    def _as_it_is(self) -> Session:
        """With where one is, and what one sees."""
        usual, view = View(), self.view
        seen = {name: getattr(view, name) for name in SEEN if getattr(view, name) != getattr(usual, name)}
        if "sample" in seen:
            seen["sample"] += 1  # as it is counted on the sheet
        return replace(self.session, view=()).at(self.journey.cursor, view.cursor).with_view(seen)

    def action_save(self) -> None:
        from tui.dialogs.save import SaveScreen

        self._pause()
        if self.session.is_in_python:
            self.say("A problem that was made in Python cannot be saved; one from a file can.")
        elif self.path:
            work(self, partial(self._save, self.path), "save")
        else:
            suggested = f"{os.path.splitext(self.session.title)[0].replace(' ', '-')}.session"
            self.app.push_screen(SaveScreen(suggested, self.problem.files), self._save_to)

    def _save_to(self, path: str | None) -> None:
        if path is not None:
            work(self, partial(self._save, path), "save")

    async def _save(self, path: str) -> None:
        session = self._as_it_is()
        try:
            await self.run.engine.do(core.save_session, session, path, self.run.timelines)
        except (OSError, ValueError, ProblemError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self._warned = None
            self.say(f"{plain(path)} is not saved: {plain(reason)}.")
            return
        self.path, self._in_file = os.path.abspath(path), session
        self.say(f"Saved: {plain(path)}")

    @property
    def unsaved(self) -> bool:
        """Whether there are decisions that no file of the person's own has."""
        then, now = self._in_file, self.session
        return (then.branches, then.watches, then.bookmarks) != (now.branches, now.watches, now.bookmarks)

    def may_quit(self) -> bool:
        if self.unsaved and not self.session.is_in_python and self._warned != self.session:
            self._warned = self.session
            self.say(LOST.format("quits" if self.LEAVING is QUIT else "leaves it"))
            return False
        self.end()
        return True

    @property
    def lost(self) -> str:
        """What would be lost if another problem came in place of this one, in words; empty for nothing."""
        if not self.unsaved or self.session.is_in_python:
            return ""
        return f"What you did in {plain(self.session.title)} is not saved: ctrl+s there saves it."

    def end(self) -> None:
        """Somebody wants it to end: what was saved by itself is not needed any more."""
        self._ends = True
