"""What somebody decides on the training screen: branches, watches, bookmarks; each decision can be undone."""

from __future__ import annotations

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
            before = self.session
            self.take(self.undone.pop())
            self.say(f"Undone: {_differing(before, self.session)}.")

    def take(self, session: Session) -> None:
        """Make a session the one that is on the screen, at the step where one is."""
        before, self.session = self.session.looked_at.branch, session
        self.run.listed = tuple(named.branch for named in session.branches)
        if session.looked_at.branch != before:
            self.show_branch(session.looked_at.branch)
        else:  # also where it is looked at under another loss
            self.keep_up()
            self.paint()

    def look_at(self, name: str) -> None:
        """Look at a branch that is listed."""
        self.session = self.session.switch(name)
        self.show_branch(self.session.looked_at.branch)

    def name_of(self, branch: Branch) -> str:
        """What a branch is called, whatever loss it is looked at under; nothing for one that is not listed."""
        listed = {named.branch: named.name for named in self.session.branches}
        alike = {named.branch.under(None): named.name for named in reversed(self.session.branches)}
        return listed.get(branch) or alike.get(branch.under(None), "")

    def title_of(self, branch: Branch) -> str:
        name = self.name_of(branch)
        return name if not name or branch in self.run.listed or branch.loss is None else f"{name}, {branch.loss.title}"


def _differing(before: Session, now: Session) -> str:
    """What a session has that another had not, or the other way round, in a few words."""
    gone = [name for name in before.names if name not in now.names]
    back = [name for name in now.names if name not in before.names]
    if gone or back:
        return " and ".join([*(f"{name} is gone" for name in gone), *(f"{name} is back" for name in back)])
    if before.watches != now.watches:
        return "what was done to a watch"
    return "what was done to a bookmark" if before.bookmarks != now.bookmarks else "the last decision"
