"""A dialog that loads a problem: it shows that it does, can be left meanwhile, and says what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar, TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Label

from core import Edit, ProblemError
from tui.base import BaseModal, here, work
from tui.format import plain
from tui.opening.opened import Opened

WIDE = 76  # columns from which buttons stand apart
MOST_MISTAKES = 6  # that are told at once
LOADING = "loading … esc leaves"
NO_MEMORY = "there is not enough memory for this"
Answer: TypeAlias = Opened | tuple[Edit, ...] | None


class LoadingScreen(BaseModal[Answer]):
    """Answers with what was opened, or None.

    `lost` says what opening another problem would lose, or nothing: it is asked once.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Cancel")]
    DEFAULT_CSS = """
    LoadingScreen #dialog {
        width: 120; max-width: 100%; height: 48; max-height: 100%;
        padding: 0 1; background: $surface; border: round $primary;
    }
    LoadingScreen #buttons { height: 1; }
    LoadingScreen Button { width: auto; min-width: 0; margin: 0 2 0 0; }
    LoadingScreen.-narrow Button { margin: 0; }
    LoadingScreen Input > .input--placeholder { color: $text-muted; }
    LoadingScreen #activity { color: $text-muted; width: 100%; }
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 (Textual types it for an instance)

    def __init__(self, lost: str = "") -> None:
        super().__init__()
        self._lost, self._confirmed = lost, False
        self._opened: Opened | None = None

    def below(self, hint: str = "", **buttons: str) -> ComposeResult:
        """What stands below everything else: what is wrong, what goes on, buttons by the actions that they do, which
        keys do as well, and a hint.
        """
        yield Label("", id="complaint", classes="complaint", markup=False)
        yield Label("", id="activity", markup=False)
        with Horizontal(id="buttons"):
            for name, label in (*buttons.items(), ("leave", "leave esc")):
                button = Button(label, id=name, compact=True)
                button.can_focus = False
                yield button
        yield Label(hint, id="hint", classes="hint", markup=False)

    def on_mount(self) -> None:
        self.complain(())
        self.tell("")

    @on(Button.Pressed)
    async def _press(self, event: Button.Pressed) -> None:
        await self.run_action(event.button.id or "")

    def action_leave(self) -> None:
        self.dismiss(None)

    def load(self, what: Callable[[], Opened]) -> None:
        """Open something, beside, if nothing is lost or a person wants it all the same."""
        if self._lost and not self._confirmed:
            self._confirmed = True
            self.complain([f"{self._lost} Do the same again to open it anyway."])
        else:
            work(self, partial(self._load, what), "load")

    async def _load(self, what: Callable[[], Opened]) -> None:
        self.complain(())
        self.tell(LOADING)
        try:
            self._opened = await asyncio.to_thread(what)
        except ProblemError as error:
            self.tell("")
            self.fail([str(line) for line in error.mistakes])
        except MemoryError:
            self.tell("")
            self.fail([NO_MEMORY])
        else:
            self.tell("")
            self.dismiss(self._opened)

    def on_screen_resume(self) -> None:
        if self._opened is not None:  # it came while another screen was on top
            self.dismiss(self._opened)

    def fail(self, mistakes: list[str]) -> None:
        """What was wrong with what should be opened."""
        self.complain(mistakes)

    def complain(self, mistakes: Iterable[str]) -> None:
        """Say what is wrong, a line each."""
        if not here(self):
            return
        lines = [plain(line) for mistake in mistakes for line in mistake.splitlines()]
        more = [f"and {len(lines) - MOST_MISTAKES} more"] if len(lines) > MOST_MISTAKES else []
        label = self.query_one("#complaint", Label)
        label.display = bool(lines)
        label.update("\n".join([*lines[:MOST_MISTAKES], *more]))

    def changed(self) -> None:
        """Something else is typed: what was said of it before is over."""
        self._confirmed = False
        self.complain(())

    def tell(self, activity: str) -> None:
        """Say what goes on; nothing, if that is empty."""
        if not here(self):
            return
        label = self.query_one("#activity", Label)
        label.display = bool(activity)
        label.update(activity)
