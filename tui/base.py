"""What every application and screen of sgdb starts from: an event that comes too early or too late does nothing, a
signal leaves the terminal as it was, and ctrl+z suspends.

The guards are against faults of Textual 8.2.8, each named where it is guarded against; look at them again when Textual
moves on.
"""

from __future__ import annotations

import asyncio
import signal
import weakref
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context
from typing import Any, ClassVar, ParamSpec, TypeVar

from rich.console import RenderableType
from textual import events
from textual.app import App, ComposeResult, ReturnType, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette
from textual.dom import DOMNode
from textual.errors import NoWidget
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.theme import ThemeProvider
from textual.widget import Widget

P = ParamSpec("P")
T = TypeVar("T")

FROM_TERMINAL = (events.InputEvent, events.Paste, events.AppFocus, events.AppBlur)
ENDING = (
    "SIGTERM",
    "SIGHUP",
    "SIGQUIT",
    "SIGINT",
)  # signals that ask the application to end, where the platform has them


class BaseScreen(Screen[ScreenResultType]):
    """A screen that hears of nothing once it is going away."""

    async def on_event(self, event: events.Event) -> None:
        # Textual 8.2.8 mounts a screen without its widgets if it is removed, or the application ends, before it is
        # composed.
        if not here(self) and not isinstance(event, (events.Unmount, events.Callback)):
            return
        # Textual 8.2.8 lays a screen out for every size it is told, and tells it that size once more: two sizes that
        # another message keeps apart then follow each other for ever.
        if isinstance(event, events.Resize) and event.size != self.app.size:
            return
        await super().on_event(event)

    def _on_prune(self) -> None:
        # Textual 8.2.8 ends the work of a screen only when its widgets are gone already.
        self.workers.cancel_node(self)
        # Textual 8.2.8 has a cache that keeps what a widget has drawn, long after the widget is gone.
        for widget in self.walk_children(Widget):
            widget._styles_cache.clear()

    def may_quit(self) -> bool:
        """Whether the application may end: nothing is lost here, or somebody wants it all the same."""
        return True

    @property
    def last_word(self) -> str:
        """What there is to say on the terminal when the application has ended, or nothing."""
        return ""

    def call_after_refresh(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """As for any widget; but nothing is called once the screen is going away."""

        def unless_gone() -> Any:
            return callback(*args, **kwargs) if here(self) else None

        # Textual 8.2.8 has the next screen call what the last one has left.
        return super().call_after_refresh(unless_gone)

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close the screen, with a result for who opened it; one that is not on top stays as it is."""
        # Textual 8.2.8 removes the screen on top instead, whichever that is.
        return super().dismiss(result) if self.is_active else AwaitComplete()


class BaseModal(ModalScreen[ScreenResultType], BaseScreen[ScreenResultType]):
    """A screen that leaves the one below in view."""


class Commands(CommandList):
    """The list of the command palette."""

    def on_click(self, event: events.Click) -> None:
        # Textual 8.2.8 looks for the command under the mouse in a list that may be another one since it was drawn.
        option = event.style.meta.get("option")
        if option is not None and option >= self.option_count:
            event.prevent_default()


class Palette(CommandPalette, BaseScreen[None]):
    """The command palette."""

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            yield Commands() if type(widget) is CommandList else widget

    def _action_command_list(self, action: str) -> None:
        # Textual 8.2.8 looks for the lines of a list that has none before it is laid out.
        if self.query_one(CommandList).size:
            super()._action_command_list(action)

    def on_click(self, event: events.Click) -> None:
        # Textual 8.2.8 looks for what is under a click that was made on a larger terminal.
        if not self.region.contains(event.screen_x, event.screen_y):
            event.prevent_default()

    async def _watch__show_busy(self) -> None:
        # Textual 8.2.8 goes on with a search that was stopped, to the point where it takes away its sign.
        if here(self):
            await super()._watch__show_busy()

    def _gather_commands(self, search_value: str) -> None:  # type: ignore[override]
        # Textual 8.2.8 looks for commands that nobody will see, and then for the list to put them into.
        if self in self.app.screen_stack:
            super()._gather_commands(search_value)


class Threads(ThreadPoolExecutor):
    """Threads that keep nothing of the work they have done."""

    def submit(self, work: Callable[P, T], /, *arguments: P.args, **keywords: P.kwargs) -> Future[T]:
        # Textual 8.2.8 names the worker at work in the thread itself, which keeps it, and with it the application.
        return super().submit(lambda: Context().run(work, *arguments, **keywords))


class BaseApp(App[ReturnType]):
    """An application of sgdb's. After it has run, `status` is the command's exit status."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z", "suspend_process", show=False, priority=True)]

    def __init__(self) -> None:
        super().__init__()
        # Textual 8.2.8 stands in for stderr, which a thread keeps from its start, and with it the application: its runs
        # too, long after it has ended.
        self._capture_stdout.app = self._capture_stderr.app = weakref.proxy(self)

    @property
    def status(self) -> int:
        """The exit status: 0, 1 after a crash, 128 and a signal's number after the signal."""
        return self.return_code or 0

    def exit(
        self, result: ReturnType | None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """End the application. A crash stays one, whoever quits after it."""
        super().exit(result, return_code or self.status, message)

    def on_load(self) -> None:
        """End on a signal as on the key, so that the terminal gets back what it had; and have threads for the work."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(Threads())
        running = weakref.ref(self)

        def end(number: signal.Signals) -> None:
            loop.remove_signal_handler(number)  # a second one ends it at once
            if (app := running()) is not None:
                app.exit(return_code=128 + number)

        for name in ENDING:
            number = getattr(signal, name, None)
            if number is not None:
                # Windows has no such handlers, and a thread that is not the main one may not have any.
                with suppress(NotImplementedError, ValueError, RuntimeError):
                    # A loop that goes on keeps the handler and its context: neither is to keep the application.
                    Context().run(loop.add_signal_handler, number, end, number)

    def get_default_screen(self) -> Screen[Any]:
        """The screen below all others."""
        return BaseScreen(id="_default")

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the command palette offers on any screen."""
        yield from super().get_system_commands(screen)
        if self._driver is not None and self._driver.can_suspend:
            yield SystemCommand("Suspend", "key ctrl+z", self.action_suspend_process)

    def action_command_palette(self) -> None:
        if self.use_command_palette and not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette())  # without an id: one that is going away may still have it

    def search_themes(self) -> None:
        """Choose among the themes."""
        self.push_screen(Palette([ThemeProvider], placeholder="Search for themes…"))

    async def on_event(self, event: events.Event) -> None:
        # Textual 8.2.8 asks for the screen on top when the last one is closed.
        if isinstance(event, FROM_TERMINAL) and (self._exit or not self.screen_stack):
            return
        # Textual 8.2.8 still finds a widget under the mouse that is removed, and then misses its parent.
        if isinstance(event, events.MouseEvent) and not event.is_forwarded:
            with suppress(NoWidget):
                if not here(self.get_widget_at(event.x, event.y)[0]):
                    return
        await super().on_event(event)

    async def _dispatch_action(self, namespace: DOMNode, action_name: str, params: Any) -> bool:
        # Textual 8.2.8 takes a key for a screen before that is composed, and after it was removed.
        if isinstance(namespace, Widget) and not (here(namespace) and namespace.screen.is_mounted):
            return False
        return await super()._dispatch_action(namespace, action_name, params)


def work(owner: Widget, what: Callable[[], Awaitable[None]], group: str) -> None:
    """Do something in a worker of the owner's, in place of the one before of its group."""
    # Not what it returns: work that is cancelled before it begins would leave that without anybody to await it.
    # Described, or else Textual writes out what it is called with: steps, with all of their numbers.
    owner.run_worker(what, group=group, description=group, exclusive=True)


def here(widget: Widget) -> bool:
    """Whether a widget is a part of a running application, and not going away."""
    return (
        widget.is_attached
        and widget.app.is_running
        and not any(isinstance(node, Widget) and node._pruning for node in widget.ancestors_with_self)
    )
