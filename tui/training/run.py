"""Run: what of a run is on the sheet, and how to get to another step of it."""

from __future__ import annotations

from collections import OrderedDict

from core import Loss, Problem, Step, Timeline
from tui.training.engine import Engine
from tui.training.frame import Frames
from tui.training.groups import formats
from tui.training.picture import Numbers
from tui.training.status import OverAll
from tui.training.timelines import Timelines

MOST_OVER_ALL = 1000  # steps that are remembered for what they make of all rows
KEPT = 12  # steps whose numbers are kept ready


class Run:
    """The run that is looked at, under one loss or another: its steps, with the one before each."""

    def __init__(self, problem: Problem, engine: Engine) -> None:
        self.problem, self.loss, self.engine = problem, problem.loss, engine
        self.timelines = Timelines(problem)
        self.over_all: dict[tuple[Loss, int], OverAll] = {}  # by loss and step
        self._frames: dict[Loss, Frames] = {}
        self._ready: OrderedDict[tuple[Loss, int], Numbers] = OrderedDict()

    @property
    def timeline(self) -> Timeline:
        """The run under the loss that is looked at."""
        return self.timelines[self.loss]

    def frames(self, step: Step) -> Frames:
        """The frames of the run that a step is of."""
        loss = step.problem.loss
        if loss not in self._frames:
            self._frames[loss] = Frames(step.problem, formats(step))
        return self._frames[loss]

    def keep_over_all(self, step: Step, found: OverAll) -> None:
        """What a step's network makes of all rows."""
        if len(self.over_all) >= MOST_OVER_ALL:
            self.over_all.clear()
        self.over_all[step.problem.loss, step.index] = found

    def at_once(self, index: int) -> tuple[Numbers, Numbers | None] | None:
        """Step `index` and the one before it, if that takes no longer than a moment. Raises DivergedError."""
        timeline = self.timeline
        before = self._known(index - 1) if index else None
        if index and before is None and self._known(index) is None:
            step = self.engine.at_once(timeline, index - 1)
            if step is None:
                return None
            before = self._keep(step)
        numbers = self._known(index)
        if numbers is None:
            step = self.engine.at_once(timeline, index)
            if step is None:
                return None
            numbers = self._keep(step)
        if index and before is None:
            step = self.engine.at_once(timeline, index - 1)
            if step is None:
                return None
            before = self._keep(step)
        return numbers, before

    def is_ready(self, index: int) -> bool:
        """Whether step `index` can be shown as it is, or compared with."""
        return self._known(index) is not None

    async def prepare(self, index: int) -> None:
        """Have step `index`, which the engine's thread has approached, ready."""
        self._keep(await self.engine.record(self.timeline, index))

    def first_wanted(self, index: int) -> int:
        """Where the timeline is wanted for step `index` to be shown: at the step before it, unless that is known."""
        return index if index == 0 or self.is_ready(index - 1) else index - 1

    async def record(self, index: int) -> tuple[Numbers, Numbers | None]:
        """The same in the engine's thread, which has approached step `index`."""
        timeline, before = self.timeline, self._known(index - 1) if index else None
        if index and before is None:
            before = self._keep(await self.engine.record(timeline, index - 1))
        numbers = self._known(index) or self._keep(await self.engine.record(timeline, index))
        return numbers, before

    def _known(self, index: int) -> Numbers | None:
        found = self._ready.get((self.loss, index))
        if found is not None:
            self._ready.move_to_end((self.loss, index))
        return found

    def _keep(self, step: Step) -> Numbers:
        numbers = self._ready[step.problem.loss, step.index] = Numbers(step)
        while len(self._ready) > KEPT:
            self._ready.popitem(last=False)
        return numbers
