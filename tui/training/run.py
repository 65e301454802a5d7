"""Run: what of a run is on the sheet, and how to get to another step of it, or to another run."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import core
from core import Branch, Loss, Problem, Step, Timeline
from tui.training.engine import Engine
from tui.training.frame import Frames
from tui.training.groups import Formats, formats
from tui.training.picture import Numbers

if TYPE_CHECKING:
    from core import Notation

KEPT = 12  # steps whose numbers are kept ready
MOST_COMPANIONS = 4  # runs beside the one looked at that are kept


class Run:
    """The run that is looked at, a branch: its steps, with the one before each. Its timeline is always there.

    own     the run of the problem as it was opened
    listed  the branches that stay, whatever is looked at
    """

    def __init__(self, problem: Problem, engine: Engine) -> None:
        self.engine = engine
        self.own = core.Branch.of(problem)
        self.branch = self.own
        self.listed: tuple[Branch, ...] = (self.own,)
        self.timelines = core.Timelines(problem)
        self._companions: list[Branch] = []
        self._formats: dict[str, Formats] = {}
        self._frames: dict[tuple[str, Notation | None], Frames] = {}
        self._ready: OrderedDict[tuple[Branch, int], Numbers] = OrderedDict()

    @property
    def timeline(self) -> Timeline:
        """The run that is looked at."""
        return self.timelines[self.branch]

    @property
    def loss(self) -> Loss:
        """The loss that it is under, at its end."""
        return self.timeline.problem.loss

    # Other runs.

    def switch_at_once(self, branch: Branch) -> bool:
        """Look at another run, if its timeline can be made in a moment; whether it could."""
        if not self.engine.lead_at_once(self.timelines, branch):
            return False
        self._look_at(branch)
        return True

    async def switch(self, branch: Branch) -> AsyncIterator[int]:
        """Look at another run, yielding how many steps are left until it is there."""
        async for left in self.engine.lead(self.timelines, branch):
            yield left
        self._look_at(branch)

    def _look_at(self, branch: Branch) -> None:
        self.branch = branch
        self.timelines.keep_only((*self.listed, self.branch, *self._companions))

    async def companion(self, loss: Loss) -> Timeline:
        """The same run under another loss, to be drawn beside it."""
        branch = self.branch.under(None if loss == self.timelines[self.own].problem.loss else loss)
        if branch not in self._companions:
            self._companions = [*self._companions[1 - MOST_COMPANIONS :], branch]
        async for _ in self.engine.lead(self.timelines, branch):
            pass
        return self.timelines[branch]

    # Its steps.

    def frames(self, step: Step) -> Frames:
        """The frames of the run that a step is of."""
        loss = step.problem.loss.name
        if loss not in self._formats:
            self._formats[loss] = formats(step)
        key = loss, step.problem.shown_in
        if key not in self._frames:
            self._frames[key] = Frames(step.problem, self._formats[loss])
        return self._frames[key]

    def at_once(self, index: int) -> tuple[Numbers, Numbers | None] | None:
        """Step `index` and the one before it, if that takes no longer than a moment. Raises DivergedError."""
        before = self._known(index - 1) if index else None
        if index and before is None and self._known(index) is None:
            before = self._recorded_at_once(index - 1)
            if before is None:
                return None
        numbers = self._known(index) or self._recorded_at_once(index)
        if numbers is None:
            return None
        if index and before is None:
            before = self._recorded_at_once(index - 1)
            if before is None:
                return None
        return numbers, before

    def _recorded_at_once(self, index: int) -> Numbers | None:
        step = self.engine.at_once(self.timeline, index)
        return None if step is None else self._keep(self.branch, step)

    def is_ready(self, index: int) -> bool:
        """Whether step `index` can be shown as it is, or compared with."""
        return self._known(index) is not None

    async def prepare(self, index: int) -> None:
        """Have step `index`, which the engine's thread has approached, ready."""
        branch = self.branch
        self._keep(branch, await self.engine.record(self.timeline, index))

    def first_wanted(self, index: int) -> int:
        """Where the timeline is wanted for step `index` to be shown: at the step before it, unless that is known."""
        return index if index == 0 or self.is_ready(index - 1) else index - 1

    async def record(self, index: int) -> tuple[Numbers, Numbers | None]:
        """The same in the engine's thread, which has approached step `index`."""
        branch, timeline, before = self.branch, self.timeline, self._known(index - 1) if index else None
        if index and before is None:
            before = self._keep(branch, await self.engine.record(timeline, index - 1))
        numbers = self._ready.get((branch, index)) or self._keep(branch, await self.engine.record(timeline, index))
        return numbers, before

    def _known(self, index: int) -> Numbers | None:
        found = self._ready.get((self.branch, index))
        if found is not None:
            self._ready.move_to_end((self.branch, index))
        return found

    def _keep(self, branch: Branch, step: Step) -> Numbers:
        numbers = self._ready[branch, step.index] = Numbers(step)
        while len(self._ready) > KEPT:
            self._ready.popitem(last=False)
        return numbers
