"""Journey: where in the run one is, and how one gets elsewhere: by a key, by playing, a long way in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from textual.widget import Widget

from core import DivergedError, Loss
from tui.base import here
from tui.training.picture import Numbers
from tui.training.run import Run

SPEEDS = (1, 2, 5, 10, 20, 60, 200, 1000, 10_000)  # steps a second
FRAMES = 60  # pictures a second, at most, while playing
PROGRESS_AFTER = 0.1  # seconds after which a wait shows itself


class Traveller(Protocol):
    """Who is told where the journey has come to."""

    def arrive(self, numbers: Numbers, before: Numbers | None) -> None:
        """A step is there, with the one before it."""

    def tell(self, text: str) -> None:
        """What goes on has changed."""

    def end_before(self, error: DivergedError) -> None:
        """The run stops being finite, and one is to stay before that."""


class Journey:
    """`cursor` says where one wants to be; the step that is shown follows, and `shown` says which that is."""

    def __init__(self, run: Run, traveller: Traveller, owner: Widget) -> None:
        """`owner` has the work that is done meanwhile: it ends with it."""
        self.run = run
        self.cursor = 0
        self.shown: tuple[Loss, int] | None = None
        self.speed = SPEEDS[2]
        self.playing = False
        self._traveller, self._owner = traveller, owner
        self._following = False

    @property
    def under_way(self) -> bool:
        """Whether the step that is wanted is still to come."""
        return self._following

    def seek(self, index: int) -> None:
        """Go to step `index`, or as near to it as the run gets: at once where that is quick, else beside."""
        self.cursor = max(0, index)
        if self._following:
            return
        try:
            found = self.run.at_once(self.cursor)
        except DivergedError as error:
            self._traveller.end_before(error)
            return
        if found is None:
            self._following = True
            self._work(self._follow, "follow")
        else:
            self._arrive(*found)

    def stop(self) -> bool:
        """Stop a long way where it has come to; whether there was one."""
        if not self._following or self.shown == (self.run.loss, self.cursor):
            return False
        self.cursor = min(self.cursor, max(len(self.run.timeline) - 1, 0))
        return True

    async def _follow(self) -> None:
        """Bring what is shown to where the cursor is, wherever it goes meanwhile."""
        try:
            while here(self._owner) and (self.run.loss, self.cursor) != self.shown:
                try:
                    await self._reach(self.run.loss, self.cursor)
                except DivergedError as error:
                    if error.step == 0:
                        self._traveller.end_before(error)
                        return
                    self.cursor = min(self.cursor, error.step - 1)
                    self._traveller.end_before(error)
        finally:
            self._following = False
            if here(self._owner):
                self._traveller.tell("")

    async def _reach(self, loss: Loss, index: int) -> None:
        timeline = self.run.timeline
        started = told = monotonic()
        async for left in self.run.engine.approach(timeline, max(0, index - 1)):
            if (self.run.loss, self.cursor) != (loss, index):
                return
            now = monotonic()
            if left and now - started > PROGRESS_AFTER and now - told > PROGRESS_AFTER:
                told = now
                self._traveller.tell(f"running, {left:,} to go; space stops")
        found = await self.run.record(index)
        if self.run.loss == loss:
            self._arrive(*found)

    def _arrive(self, numbers: Numbers, before: Numbers | None) -> None:
        self.shown = numbers.step.problem.loss, numbers.step.index
        self._traveller.arrive(numbers, before)

    # Playing.

    def play(self) -> None:
        self.playing = True
        self._work(self._play, "play")

    def pause(self) -> bool:
        """Stop playing; whether it was so."""
        was, self.playing = self.playing, False
        return was

    def faster(self, change: int) -> None:
        self.speed = SPEEDS[min(max(SPEEDS.index(self.speed) + change, 0), len(SPEEDS) - 1)]

    @property
    def ends(self) -> bool:
        """Whether there is no step behind the one where the cursor is."""
        diverged = self.run.timeline.diverged
        return diverged is not None and self.cursor >= diverged.step - 1

    async def _play(self) -> None:
        """A picture at each tick: by the steps that are due, no more than can be taken in time."""
        last, due = monotonic(), 0.0
        while self.playing and here(self._owner):
            await asyncio.sleep(max(0.0, last + 1 / FRAMES - monotonic()))
            now = monotonic()
            due, last = min(due + self.speed * (now - last), self.speed), now
            steps = int(due)
            if not steps or self._following:
                continue
            if self.ends:
                self.playing = False
                self._traveller.tell("")
                return
            due -= steps
            self.seek(self.cursor + min(steps, max(1, int(self.run.engine.steps_per_second / FRAMES / 2))))

    def _work(self, work: Callable[[], object], group: str) -> None:
        self._owner.run_worker(work(), group=group, exclusive=True)  # type: ignore[arg-type]
