"""The timelines of branches."""

from __future__ import annotations

from collections.abc import Iterable

from core.branch import Branch
from core.problem import Problem
from core.sgd import Trainer
from core.timeline import Timeline


class Timelines:
    """The timelines of branches, each made when it is first asked for. A branch shares the steps before its last edits
    with its parent; nothing is shared after them, so that to forget one branch touches no other.
    """

    def __init__(self, *problems: Problem) -> None:
        """`problems` are not read anew: branches of theirs begin with these."""
        self._known: dict[Branch, Timeline] = {Branch.of(problem): Timeline(problem) for problem in problems}

    def __contains__(self, branch: Branch) -> bool:
        """Whether its timeline is there."""
        return branch in self._known

    def __getitem__(self, branch: Branch) -> Timeline:
        """The timeline of a branch. Raises ProblemError where its source cannot be read or an edit cannot be, and
        DivergedError where its parent does not get to the step of the edits.
        """
        found = self._known.get(branch)
        if found is None:
            found = self._known[branch] = self._made(branch)
        return found

    def get(self, branch: Branch) -> Timeline | None:
        """The timeline of a branch, if it is there."""
        return self._known.get(branch)

    def keep_only(self, branches: Iterable[Branch]) -> None:
        """Let all other timelines go; they can be made again."""
        kept = {part for branch in branches for part in branch.lineage}
        self._known = {branch: timeline for branch, timeline in self._known.items() if branch in kept}

    def _made(self, branch: Branch) -> Timeline:
        if branch.parent is None:
            source = branch.source
            return Timeline(source if isinstance(source, Problem) else source.problem())
        from core.edits import changed, put  # nobody else needs it

        parent = self[branch.parent]
        problem = changed(parent.problem, branch.own)
        trainer = Trainer(problem)
        trainer.restore(branch.start, parent.state(branch.start))
        put(trainer, branch.own)
        return parent.fork(problem, branch.start, trainer.state)
