"""Hunt: a search over the steps of a run, in slices in the engine's thread, until it is done or stopped."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import NamedTuple, Protocol

from textual.widget import Widget

from tui.base import here, work
from tui.training.engine import Engine
from tui.training.journey import PROGRESS_AFTER, PROGRESS_EVERY


class Sliced(Protocol):
    """What is worked on in slices."""

    def further(self) -> bool:
        """A slice; whether all is done."""


class Wanted(NamedTuple):
    """What is searched: how to go on, what to say meanwhile, when that is enough, and what to do then."""

    search: Sliced
    told: Callable[[], str]
    enough: Callable[[], bool]
    then: Callable[[], None]


class Hunt:
    """One search at a time. No key waits for it: it stops at any time."""

    def __init__(self, engine: Engine, owner: Widget, tell: Callable[[str], None]) -> None:
        self._engine, self._owner, self._tell = engine, owner, tell
        self._wanted: Wanted | None = None

    def begin(
        self,
        search: Sliced,
        told: Callable[[], str],
        then: Callable[[], None],
        enough: Callable[[], bool] = lambda: False,
    ) -> None:
        """Search; `then` is called at the end, unless it was stopped."""
        self._wanted = Wanted(search, told, enough, then)
        work(self._owner, self._hunt, "hunt")

    def stop(self) -> bool:
        """Stop where it is; whether there was a search."""
        was, self._wanted = self._wanted is not None, None
        if was:
            self._tell("")
        return was

    async def _hunt(self) -> None:
        wanted = self._wanted
        if wanted is None:
            return
        next_told = monotonic() + PROGRESS_AFTER
        told = done = False
        while not done:
            done = await self._engine.do(wanted.search.further) or wanted.enough()
            if self._wanted is not wanted or not here(self._owner):
                return
            if not done and monotonic() > next_told:
                next_told, told = monotonic() + PROGRESS_EVERY, True
                self._tell(f"{wanted.told()}; space stops")
        self._wanted = None
        if told:
            self._tell("")
        wanted.then()
