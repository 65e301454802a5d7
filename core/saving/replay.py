"""Replay: a session's runs computed anew, and whether they come to what they came to when it was saved."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from core.branch import Branch
from core.branches import Timelines
from core.errors import DivergedError, ProblemError
from core.machine import fingerprint, told_apart
from core.saving.digests import digests, problem_digest
from core.session import NamedBranch, Session
from core.text import significant
from core.timeline import Timeline

SHOWN = 8  # digits of a loss


class _Leg(NamedTuple):
    """A part of the way to where a branch was: a branch, itself or one that it comes from, and the step to get to."""

    name: str
    branch: Branch
    until: int


class Replay:
    """The way of `timelines` to where the branches of a session were when it was saved, taken in pieces:

    replay = Replay(session, timelines)
    while replay.go(1000):
        ...  # look at the clock or the keyboard
    for line in replay.differences: ...
    """

    def __init__(self, session: Session, timelines: Timelines) -> None:
        self._session, self._timelines = session, timelines
        self._lost: list[str] = []
        self._legs = deque(leg for named in session.branches for leg in _legs(named))

    @property
    def left(self) -> int:
        """How many steps are left, if no run stops before that."""
        ends: dict[Branch, int] = {}
        for leg in self._legs:
            ends[leg.branch] = max(leg.until, ends.get(leg.branch, 0))
        return sum(max(0, end - self._length(branch)) for branch, end in ends.items())

    def go(self, steps: int | None = None) -> int:
        """Compute at most `steps` steps (None: all), and return how many are left. A run that stops being finite is
        taken as far as it goes.

        Raises ProblemError where the problem cannot be read, or an edit cannot be made any more.
        """
        while self._legs:
            leg = self._legs[0]
            try:
                timeline = self._timelines[leg.branch]
                before = len(timeline)
                if before < leg.until:
                    if steps == 0:
                        break
                    timeline.approach(leg.until, steps)
                    steps = None if steps is None else steps - (len(timeline) - before)
                if len(timeline) >= leg.until:
                    self._legs.popleft()
            except ProblemError as error:
                raise ProblemError(leg.name, error.mistakes) from None
            except DivergedError as error:
                if self._session.named(leg.name).branch not in self._timelines:
                    self._lost.append(f"{leg.name}: {error}")
                while self._legs and self._legs[0].name == leg.name:
                    self._legs.popleft()
        return self.left

    @property
    def differences(self) -> tuple[str, ...]:
        """What is not as it was when the session was saved, as far as it has been computed, a line each: a problem file
        that has changed, another machine, a branch whose losses differ or that does not get as far.
        """
        return (*self._lost, *_differences(self._session, self._timelines))

    @property
    def complete(self) -> bool:
        """Whether every branch is as far as it was, and got to its edits."""
        runs, branches = self._timelines, self._session.branches
        return all(named.branch in runs and len(runs[named.branch]) >= named.steps for named in branches)

    def _length(self, branch: Branch) -> int:
        return len(self._timelines[branch]) if branch in self._timelines else branch.start


def _legs(named: NamedBranch) -> Iterator[_Leg]:
    for part, following in pairwise(named.branch.lineage):
        yield _Leg(named.name, part, following.start)
    yield _Leg(named.name, named.branch, named.steps)


def _differences(session: Session, timelines: Timelines) -> Iterator[str]:
    before, root, here = session.recorded, Branch(session.source), fingerprint()
    elsewhere = before.machine not in (None, here)
    if before.problem and root in timelines and problem_digest(timelines[root].problem) != before.problem:
        others = "" if not elsewhere else ", or its numbers depend on the machine"
        yield f"{session.title} has changed since the session was saved{others}"
    computed = [(named, timelines[named.branch]) for named in session.branches if named.branch in timelines]
    found = [f"{named.name}: {line}" for named, timeline in computed if (line := _difference(named, session, timeline))]
    if found and elsewhere and before.machine is not None:
        yield told_apart(here, before.machine)
    yield from found


def _difference(named: NamedBranch, session: Session, timeline: Timeline) -> str:
    """What the losses of a branch are not as they were; empty where they are, as far as they have been computed."""
    losses, saved = timeline.losses, session.recorded.losses.get(named.branch)
    if timeline.diverged is not None and len(losses) < named.steps:
        return f"{timeline.diverged}; {named.steps} steps were saved"
    if saved is None:
        return ""
    now_digests, first = digests(losses, saved.digests), 0
    for length, digest in saved.digests.items():
        if length not in now_digests:
            return ""
        if now_digests[length] != digest:
            break
        first = length
    else:
        return ""
    where = f"in step {first}" if length == first + 1 else f"between steps {first} and {length - 1}"
    total = max(saved.digests)
    line = f"the losses differ, first {where}"
    if total > len(losses):
        return line
    now, then = float(losses[total - 1]), saved.loss
    if now == then:
        return f"{line}; that of step {total - 1} is the same"
    relative = abs(now - then) / max(abs(now), abs(then))
    return (
        f"{line}; that of step {total - 1} is {significant(now, SHOWN)} and was {significant(then, SHOWN)}, "
        f"a relative difference of {relative:.0e}"
    )
