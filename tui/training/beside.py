"""Beside: what is computed for a step beside its numbers, and comes late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

import core
from core import Branch, DivergedError, Loss, ProblemError, Step, Timeline
from tui.base import work
from tui.training.late import Compared, Late
from tui.training.run import Run

if TYPE_CHECKING:
    from textual.widget import Widget

    from core import GradientCheck

LATER = 0.05  # seconds that what takes long waits before it starts
SOON = (
    "textual_plotext.plot",
    "tui.pictures.gallery",
    "core.explanation",
    "tui.training.why.inspected",
    "tui.training.why.walk",
)


class Beside:
    """The step under every loss, the runs under other losses, and central differences.

    late        what there is so far for the step on the sheet
    timelines   the runs that are drawn beside the one looked at
    """

    def __init__(
        self,
        run: Run,
        owner: Widget,
        shown: Callable[[], Step | None],
        changed: Callable[[], None],
    ) -> None:
        """The work ends with `owner`; `shown` tells which step is on the sheet. `changed` is called when there is more
        to see.
        """
        self.late = Late()
        self.timelines: tuple[Timeline, ...] = ()
        self._run, self._owner, self._shown, self._changed = run, owner, shown, changed

    def get_ready(self) -> None:
        """Import what the first keys need and the first picture does not: they would wait for it, 80 ms."""
        work(self._owner, self._get_ready, "ready")

    async def _get_ready(self) -> None:
        await asyncio.sleep(LATER)
        for name in SOON:
            await asyncio.to_thread(import_module, name)

    def keep_up(self) -> None:
        """Bring the runs in the plot as far as the one looked at, where that is quick: then one picture has it all."""
        for timeline in self.timelines:
            with suppress(DivergedError):
                self._run.engine.approach_at_once(timeline, len(self._run.timeline))

    def compare(self, step: Step, wanted: Callable[[], bool]) -> None:
        """The step under every loss, and the runs under the others; while it is `wanted`."""
        work(self._owner, partial(self._compare, step, wanted), "losses")

    async def _compare(self, step: Step, wanted: Callable[[], bool]) -> None:
        found = await asyncio.to_thread(core.compare_losses, step)
        if self._shown() is step:
            if all(compared.loss_function != step.problem.loss for compared in found):
                found = (core.LossComparison(step.problem.loss, step), *found)
            self.late = self.late._replace(losses=found)
            self._changed()
            others = [c.loss_function for c in found if c.loss is not None and c.loss_function != step.problem.loss]
            self.accompany(others, wanted)

    def accompany(self, losses: list[Loss], wanted: Callable[[], bool]) -> None:
        """Bring the runs under other losses as far as the one looked at, while that is `wanted`, and draw them all."""
        work(self._owner, partial(self._accompany, losses, wanted), "companions")

    async def _accompany(self, losses: list[Loss], wanted: Callable[[], bool]) -> None:
        far = len(self._run.timeline)
        timelines: list[Timeline] = []
        grown = False
        for loss in losses:
            # Drawn as far as it has come, if it comes as far as its first change, and that can be under this loss.
            with suppress(DivergedError, ProblemError):
                timeline = await self._run.companion(loss)
                before = len(timeline)
                timelines.append(timeline)
                try:
                    async for _ in self._run.engine.approach(timeline, far):
                        if not wanted():
                            return
                finally:
                    grown = grown or len(timeline) > before
        if grown or tuple(timelines) != self.timelines:
            self.timelines = tuple(timelines)
            self._changed()

    def compare_steps(
        self, step: Step, branch: Branch, index: int, names: tuple[str, str], wanted: Callable[[], bool]
    ) -> None:
        """From step `index` of a branch to the step; `names` are what the step's run and that branch are called."""
        work(self._owner, partial(self._compare_steps, step, branch, index, names, wanted), "steps")

    async def _compare_steps(
        self, step: Step, branch: Branch, index: int, names: tuple[str, str], wanted: Callable[[], bool]
    ) -> None:
        engine, here, timeline = self._run.engine, self._run.branch, self._run.timeline
        one, other = f"{names[1]}, step {index}", f"{names[0]}, step {step.index}"
        try:
            async for _ in engine.lead(self._run.timelines, branch):
                if not wanted():
                    return
            against = self._run.timelines[branch]
            async for _ in engine.approach(against, index):
                if not wanted():
                    return
            recorded = core.shown_in(await engine.record(against, index), step.problem.shown_in)
            found = await engine.do(core.compare_steps, recorded, step)
            apart = await engine.do(core.first_loss_apart, timeline, against) if branch != here else None
            compared = Compared(one, other, found, "", here.parts_from(branch), apart)
        except (DivergedError, ProblemError) as error:
            compared = Compared(one, other, None, str(error))
        if self._shown() is step:
            self.late = self.late._replace(compared=compared)
            self._changed()

    def difference(self, step: Step, wanted: Callable[[], bool], then: Callable[[GradientCheck], None]) -> None:
        """Compare the step's gradients with differences; what is not `wanted` any more is stopped."""
        work(self._owner, partial(self._difference, step, wanted, then), "differences")

    async def _difference(self, step: Step, wanted: Callable[[], bool], then: Callable[[GradientCheck], None]) -> None:
        def unwanted(_done: int, _total: int) -> bool:
            return self._shown() is not step or not wanted()

        found = await asyncio.to_thread(core.check_gradients, step, progress=unwanted)
        if not unwanted(0, 0):
            then(found)
