"""A run of a sweep in the debugger: the training screen, which goes back to where it was opened."""

from __future__ import annotations

import os
from typing import ClassVar

from textual.binding import Binding, BindingType

import core
from core import Fingerprint, Problem, Result, Session, Source
from tui.format import plain
from tui.sheet.keyline import Key
from tui.training.screen import TrainingScreen

BACK = Binding("q", "leave_run", "back", tooltip="Back to where the run was opened")


class ReplayScreen(TrainingScreen):
    """Steps through a run that is computed anew."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(one for one in TrainingScreen.BINDINGS if not (isinstance(one, Binding) and one.key == BACK.key)),
        BACK,
    ]
    LEAVING: ClassVar[Key] = Key("q", "back", ("leave_run",))
    said = warned = ""  # at the start

    @classmethod
    def of(cls, problem: Problem, result: Result, step: int, name: str, same: bool = True) -> ReplayScreen:
        """The run of a result, whose problem was read anew, at a step; `name` says which run it is, `same` whether the
        problem is still what it was.
        """
        screen = cls.at(problem, Session.of(problem), max(0, min(step, result.last)), name)
        screen.warned = unlike(result.run.source.name, same, result.fingerprint)
        return screen

    def another(self, problem: Problem, session: Session | None, path: str) -> TrainingScreen:
        return ReplayScreen(problem, None, session, path, None, self.view.notation)

    @classmethod
    def at(cls, problem: Problem, session: Session, step: int, name: str, path: str = "") -> ReplayScreen:
        """The run that a session looks at, at a step; `path` is the session's file, if it has one."""
        screen = cls(problem, None, session.at(step), path)
        screen.said = f"{name}, computed anew. q goes back."
        return screen

    async def _go_on(self) -> None:
        await super()._go_on()
        if self.said:
            self.say(self.said)
        if self.warned:
            self.notify(self.warned, title="Not as it was", severity="warning", timeout=20, markup=False)

    def _to_remember(self) -> Source | None:
        return None  # there may be thousands, and the sweep has them

    def action_leave_run(self) -> None:
        """Back to the screen that one came from."""
        if self.may_quit():
            self.dismiss()


def unlike(name: str, same: bool, before: Fingerprint) -> str:
    """Why a run that is computed anew may not have the bits that it had, a line each: the problem's file is not the
    `same`, or it was computed on another machine; empty where neither is so.
    """
    here = core.fingerprint()
    lines = [] if same else [f"{os.path.basename(name)} has changed since its runs were made"]
    lines += [] if before == here else [core.told_apart(here, before)]
    return "\n".join(map(plain, lines))
