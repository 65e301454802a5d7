"""A dialog that loads a problem: it shows that it does, can be left meanwhile, and says what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeAlias

from textual.widgets import Label

from core import Edit, ProblemError
from tui.base import BaseModal, work
from tui.format import plain
from tui.opening.opened import Opened

MOST_MISTAKES = 6  # that are told at once
LOADING = "loading … esc leaves"
NO_MEMORY = "there is not enough memory for this"
Answer: TypeAlias = Opened | tuple[Edit, ...] | None


class LoadingScreen(BaseModal[Answer]):
    """Answers with what was opened, or None. It has a label #complaint, and #activity for what goes on.

    `lost` says what opening another problem would lose, or nothing: it is asked once.
    """

    def __init__(self, lost: str = "") -> None:
        super().__init__()
        self._lost, self._confirmed = lost, False
        self._opened: Opened | None = None

    def load(self, what: Callable[[], Opened]) -> None:
        """Open something, beside, if nothing is lost or a person wants it all the same."""
        if self._lost and not self._confirmed:
            self._confirmed = True
            self.complain([f"{self._lost} The same again opens it all the same."])
        else:
            work(self, partial(self._load, what), "load")

    async def _load(self, what: Callable[[], Opened]) -> None:
        self.complain(())
        self._tell(LOADING)
        try:
            self._opened = await asyncio.to_thread(what)
        except ProblemError as error:
            self.fail([str(line) for line in error.mistakes])
        except MemoryError:
            self.fail([NO_MEMORY])
        else:
            self.dismiss(self._opened)
        self._tell("")

    def on_screen_resume(self) -> None:
        if self._opened is not None:  # it came while another screen was on top
            self.dismiss(self._opened)

    def fail(self, mistakes: list[str]) -> None:
        """What was wrong with what should be opened."""
        self.complain(mistakes)

    def complain(self, mistakes: Iterable[str]) -> None:
        """Say what is wrong, a line each."""
        lines = [plain(line) for mistake in mistakes for line in mistake.splitlines()]
        more = [f"and {len(lines) - MOST_MISTAKES} more"] if len(lines) > MOST_MISTAKES else []
        label = self.query_one("#complaint", Label)
        label.display = bool(lines)
        label.update("\n".join([*lines[:MOST_MISTAKES], *more]))

    def changed(self) -> None:
        """Something else is typed: what was said of it before is over."""
        self._confirmed = False
        self.complain(())

    def _tell(self, activity: str) -> None:
        if self.is_mounted:
            label = self.query_one("#activity", Label)
            label.display = bool(activity)
            label.update(activity)
