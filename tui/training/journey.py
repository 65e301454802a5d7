"""Journey: where in the run one is, and how one gets elsewhere: by a key, by playing, a long way in pieces."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Protocol

from textual.widget import Widget

from core import Branch, DivergedError, ProblemError
from tui.base import here, work
from tui.training.picture import Numbers
from tui.training.run import Run

SPEEDS = (1, 2, 5, 10, 20, 60, 200, 1000, 10_000)  # steps a second
FRAMES = 60  # pictures a second, at most, while playing
ENGINE_SHARE = 1.5  # time that steps get while playing, for each second that goes into pictures
PROGRESS_AFTER = 0.1  # seconds after which a wait shows itself
PROGRESS_EVERY = 0.25  # seconds between two pictures of a wait: while one is drawn, the run stands still


class Traveller(Protocol):
    """Who is told where the journey has come to."""

    def arrive(self, numbers: Numbers, before: Numbers | None) -> None:
        """A step is there, with the one before it."""

    def tell(self, text: str) -> None:
        """What goes on has changed."""

    def end_before(self, error: DivergedError) -> None:
        """The run stops being finite, and one is to stay before that."""

    def refuse(self, reason: DivergedError | ProblemError) -> None:
        """Another run cannot be had."""


class Journey:
    """`cursor` says where one wants to be; the step that is shown follows, and `shown` says which that is."""

    def __init__(self, run: Run, traveller: Traveller, owner: Widget) -> None:
        """`owner` has the work that is done meanwhile: it ends with it."""
        self.run = run
        self.cursor = 0
        self.shown: tuple[Branch, int] | None = None
        self.speed = SPEEDS[2]
        self.playing = False
        self._traveller, self._owner = traveller, owner
        self._following = False
        self._switching: Branch | None = None  # the run that is on its way
        self._told = False  # whether the status line says that a long way is under way

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
            work(self._owner, self._follow, "follow")
        else:
            self._arrive(*found)

    def stop(self) -> bool:
        """Stop a long way where it has come to, or to another run; whether there was one."""
        if self._switching is not None:
            self._switching = None
            self._traveller.tell("")
            return True
        if not self._following or self.shown == (self.run.branch, self.cursor):
            return False
        self.cursor = min(self.cursor, max(len(self.run.timeline) - 1, 0))
        return True

    async def _follow(self) -> None:
        """Bring what is shown to where the cursor is, wherever it goes meanwhile."""
        try:
            while here(self._owner) and (self.run.branch, self.cursor) != self.shown:
                try:
                    await self._reach(self.run.branch, self.cursor)
                except DivergedError as error:
                    if error.step == 0:
                        self._traveller.end_before(error)
                        return
                    self.cursor = min(self.cursor, error.step - 1)
                    self._traveller.end_before(error)
        finally:
            self._following = False
            if self._told and here(self._owner):
                self._told = False
                self._traveller.tell("")

    async def _reach(self, branch: Branch, index: int) -> None:
        timeline = self.run.timeline
        next_told = monotonic() + PROGRESS_AFTER
        async for left in self.run.engine.approach(timeline, self.run.first_wanted(index)):
            if (self.run.branch, self.cursor) != (branch, index):
                return
            if left and monotonic() > next_told:
                next_told = monotonic() + PROGRESS_EVERY
                self._told = True
                self._traveller.tell(f"running, {left:,} to go; space stops")
        found = await self.run.record(index)
        if self.run.branch == branch:
            self._arrive(*found)

    def _arrive(self, numbers: Numbers, before: Numbers | None) -> None:
        self.shown = self.run.branch, numbers.step.index
        self._traveller.arrive(numbers, before)
        wanted = self.shown[1] - 2  # what one step back will be compared with
        if wanted >= 0 and not self.playing and not self.run.is_ready(wanted):
            work(self._owner, self._prepare, "prepare")

    async def _prepare(self) -> None:
        """Have ready what one step back needs: it can lie as many steps behind a checkpoint as take a while."""
        shown = self.shown
        assert shown is not None
        wanted = shown[1] - 2
        if wanted < 0:  # back at the start before this began
            return
        async for _ in self.run.engine.approach(self.run.timeline, wanted):
            if self.playing or (self.run.branch, self.cursor) != shown:
                return
        await self.run.prepare(wanted)

    # To another run.

    def switch(self, branch: Branch) -> None:
        """To the same step of another run: at once where that is quick, else beside; or say why it cannot be had."""
        try:
            at_once = self._switching is None and self.run.switch_at_once(branch)
        except (DivergedError, ProblemError) as error:
            self._traveller.refuse(error)
            return
        if at_once:
            self.seek(self.cursor)
        else:
            self._switching = branch
            work(self._owner, self._switch, "switch")

    async def _switch(self) -> None:
        branch = self._switching
        if branch is None:  # stopped before this began
            return
        next_told = monotonic() + PROGRESS_AFTER
        try:
            async for left in self.run.switch(branch):
                if self._switching != branch:
                    return
                if left and monotonic() > next_told:
                    next_told = monotonic() + PROGRESS_EVERY
                    self._traveller.tell(f"running up to the change, {left:,} to go; space stops")
        except (DivergedError, ProblemError) as error:
            self._traveller.refuse(error)
            return
        finally:
            if self._switching == branch:
                self._switching = None
        self._traveller.tell("")
        self.seek(self.cursor)

    # Playing.

    def play(self) -> None:
        self.playing = True
        work(self._owner, self._play, "play")

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
        tick = last = monotonic()
        due, painting = 0.0, 0.0
        while self.playing and here(self._owner):
            # On a grid: else every tick would be late by what the one before it was late.
            tick = max(tick + 1 / FRAMES, monotonic() - 1 / FRAMES)
            await asyncio.sleep(max(0.0, tick - monotonic()))
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
            try:
                painting = await self._play_on(steps, painting)
            except DivergedError as error:
                self._traveller.end_before(error)

    async def _play_on(self, steps: int, painting: float) -> float:
        """As many of so many steps as there is time for, and a picture: at once where that is quick, else in the
        engine's thread, for longer than the last picture took. Returns how many seconds this one took.
        """
        engine, timeline, branch, start = self.run.engine, self.run.timeline, self.run.branch, self.cursor
        index, began = start + steps, monotonic()
        found = self.run.at_once(index)
        if found is None:
            seconds = min(max(1 / FRAMES, ENGINE_SHARE * painting), PROGRESS_AFTER)
            index -= await engine.further(timeline, self.run.first_wanted(index), seconds)
            began = monotonic()
            found = await self.run.record(index)
            if not self.playing or (self.run.branch, self.cursor) != (branch, start):
                return painting
        self.cursor = index
        self._arrive(*found)
        await asyncio.sleep(0)
        return monotonic() - began
