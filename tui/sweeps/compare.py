"""What is compared: runs, each of a branch of a session, computed together as far as each is to go."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

import core
from core import Array, DivergedError, Fingerprint, Problem, ProblemError, Result, Session, Step, Timeline, Timelines
from tui.format import plain
from tui.sweeps.curves import NOTHING, Curve
from tui.sweeps.results import label_of
from tui.training.engine import SLICE, Engine
from tui.training.late import Compared

FEWEST, MOST = 2, 20  # runs that can be compared
DRAWN = 4  # curves that can be told apart


@dataclass(frozen=True, eq=False)
class Side:
    """A run to compare.

    title    what it is called
    about    what is to be known about it, in words
    session  the run is that of the branch looked at
    problem  of the session, read anew
    steps    the step that it goes to
    path     the session's file; empty without one
    machine  on which it was computed before; None where nobody says
    same     whether the problem is still what it was then
    """

    title: str
    about: str
    session: Session
    problem: Problem
    steps: int
    path: str = ""
    machine: Fingerprint | None = None
    same: bool = True


def side_of(result: Result, problem: Problem, same: bool, title: str, steps: int | None = None) -> Side:
    """The run of a sweep, whose `problem` was read anew; to step `steps`, or as far as it was to go."""
    about = ", ".join(f"{name} {label_of(value)}" for name, value in result.run.options.items())
    to = result.run.steps if steps is None else steps
    return Side(title, about, Session.of(problem), problem, to, "", result.fingerprint, same)


class Runner:
    """Computes runs, and what differs between them."""

    def __init__(self, sides: Sequence[Side]) -> None:
        self.sides = tuple(_told_apart(sides))
        self.engine = Engine()
        self.ended: list[str] = [""] * len(sides)  # why a run does not go as far as it should
        self._timelines = [Timelines(side.problem) for side in sides]
        self._runs: list[Timeline | None] = [None] * len(sides)

    def losses(self, k: int) -> Array:
        """Those of a run, one for each step that is there."""
        run = self._runs[k]
        return NOTHING if run is None else run.losses

    @property
    def left(self) -> int:
        """How many steps are still to come, if no run ends before."""
        unfinished = (k for k in range(len(self.sides)) if not self.ended[k])
        return sum(max(0, self.sides[k].steps + 1 - len(self.losses(k))) for k in unfinished)

    async def go(self) -> AsyncIterator[int]:
        """Compute all of them, a slice of each in turn, yielding how many steps are left. Who iterates may stop."""
        for k, side in enumerate(self.sides):
            branch, timelines = side.session.looked_at.branch, self._timelines[k]
            try:
                async for _ in self.engine.lead(timelines, branch):
                    yield self.left
                self._runs[k] = timelines[branch]
            except (DivergedError, ProblemError) as error:
                self.ended[k] = plain(str(error))
        while self.left:
            for k in self._unfinished():
                run = self._runs[k]
                assert run is not None
                try:
                    await self.engine.further(run, self.sides[k].steps + 1, SLICE)
                except DivergedError as error:
                    self.ended[k] = plain(str(error))
                yield self.left

    def _unfinished(self) -> Iterator[int]:
        for k, side in enumerate(self.sides):
            if not self.ended[k] and len(self.losses(k)) <= side.steps:
                yield k

    def apart(self, k: int) -> int | None:
        """The first step of which a run has another loss than the first run; None where there is none so far."""
        one, other = self._runs[0], self._runs[k]
        return None if one is None or other is None or not k else core.first_loss_apart(one, other)

    async def compare(self, k: int, step: int) -> Compared:
        """What differs between the first run and another one at a step."""
        one, other = (f"{plain(self.sides[i].title)}, step {step}" for i in (0, k))
        recorded: list[Step] = []
        for i in (0, k):
            run = self._runs[i]
            if run is None or step >= len(run):
                reason = f"{plain(self.sides[i].title)} has no step {step}: {self._why_not_further(i)}"
                return Compared(one, other, None, reason)
            recorded.append(await self.engine.record(run, step))
        found = await self.engine.do(core.compare_steps, recorded[0], recorded[1])
        branches = [self.sides[i].session.looked_at.branch for i in (0, k)]
        changed = branches[0].parts_from(branches[1]) if branches[0].source == branches[1].source else None
        return Compared(one, other, found, "", changed, self.apart(k))

    def _why_not_further(self, k: int) -> str:
        return self.ended[k] or f"it ends at step {len(self.losses(k)) - 1}"

    def close(self) -> None:
        self.engine.close()


def _told_apart(sides: Sequence[Side]) -> Iterator[Side]:
    """With titles that are all different: the second of a title is numbered, and so on."""
    seen: Counter[str] = Counter()
    for side in sides:
        seen[side.title] += 1
        count = seen[side.title]
        yield side if count == 1 else replace(side, title=f"{side.title} ({count})")


def drawn(count: int, chosen: int) -> list[int]:
    """Which runs are drawn: the first, and as many around the chosen one as can be told apart."""
    first = max(1, min(chosen - 1, count - (DRAWN - 1)))
    return [0, *range(first, min(count, first + DRAWN - 1))]


def curves(runner: Runner, shown: Sequence[int], differences: bool, logarithmic: bool) -> list[Curve]:
    """The losses of runs, or by how much they are larger than those of the first; on a log scale by how much they are
    apart.
    """
    found = []
    first = runner.losses(0)
    for k in shown:
        losses = runner.losses(k)
        if differences:
            both = min(len(first), len(losses))
            with np.errstate(invalid="ignore", over="ignore"):
                losses = losses[:both] - first[:both]
            losses = np.abs(losses) if logarithmic else losses
        found.append(Curve(plain(runner.sides[k].title), np.arange(len(losses)), losses))
    return found
