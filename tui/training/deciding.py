"""What somebody decides on the training screen: branches, watches, bookmarks; each decision can be undone."""

from __future__ import annotations

from dataclasses import replace

from core import Branch, Problem, Session
from tui.training.sheet_screen import SheetScreen

MOST_UNDONE = 1000  # decisions that can be undone


class DecidingScreen(SheetScreen):
    """A sheet with the session that it is part of: `session` has every decision, and which branch is looked at."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.session = Session.of(problem)
        self.undone: list[Session] = []  # the sessions before each decision

    def decide(self, session: Session) -> None:
        """A decision was made: this is the session now."""
        if session != self.session:
            self.undone = [*self.undone[1 - MOST_UNDONE :], self.session]
            self.take(session)

    def action_undo(self) -> None:
        if self.undone:
            self.take(self.undone.pop())
            self.say("The last decision is undone.")

    def take(self, session: Session) -> None:
        """Make a session the one that is on the screen, at the step where one is."""
        known = set(self.session.branches)
        self.session = session
        self.run.listed = tuple(named.branch for named in session.branches)
        if self.run.branch not in self.run.listed or {*session.branches} != known:
            self.show_branch(session.looked_at.branch)
        else:
            self.paint()

    def show_branch(self, branch: Branch) -> None:
        """Look at a run, at the step where one is."""
        self._pause()
        self._beside.timelines = ()
        self.view = replace(self.view, aside="", fresh=False)
        self.journey.switch(branch)

    def name_of(self, branch: Branch) -> str:
        """What a branch is called; one that is not listed by the loss that it is looked at under."""
        listed = {named.branch: named.name for named in self.session.branches}
        return listed.get(branch) or listed.get(branch.under(None), "")
