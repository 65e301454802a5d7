"""A screen whose keys are explained: what each does, and why one can do nothing now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from time import monotonic
from typing import Protocol, runtime_checkable

from textual import events
from textual.actions import parse
from textual.app import SystemCommand
from textual.screen import ScreenResultType
from textual.widget import Widget

from tui.base import BaseScreen
from tui.keys import actions_of

NOTICE = 4  # seconds that a notice stays


@runtime_checkable
class Reasoning(Protocol):
    """A widget that knows why an action of its own can do nothing now."""

    def why_not(self, action: str, parameters: tuple[object, ...] = ()) -> str | None:
        """The reason in words; None if it can."""


class KeyReasonsScreen(BaseScreen[ScreenResultType]):
    """Dims the keys that can do nothing now, says why when one is pressed, and has every key as a command."""

    _last_notice, _last_notice_at = "", 0.0

    @property
    def explained(self) -> list[Widget]:
        """The widgets whose keys the help and the palette list."""
        return [self]

    def why_not(self, action: str, parameters: tuple[object, ...] = ()) -> str | None:  # noqa: ARG002
        """Why an action can do nothing now; None if it can."""
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if self.why_not(action, parameters) else True

    def on_key(self, event: events.Key) -> None:
        """A key whose action can do nothing now comes here instead, and is told why."""
        # Of this key alone: to ask about all of them costs more than many a step.
        bound = (
            (node, found)
            for node, keys in self._modal_binding_chain
            for found in keys.key_to_bindings.get(event.key, ())
        )
        node, binding = next(bound, (self, None))
        reason = _reason(node, binding.action) if binding is not None else None
        if reason:
            event.stop()
            self.say(reason)

    def say(self, text: str) -> None:
        """A short notice; one that is up already is not said twice."""
        if text != self._last_notice or monotonic() - self._last_notice_at > NOTICE:
            self._last_notice, self._last_notice_at = text, monotonic()
            self.notify(text, timeout=NOTICE)

    def told(self, tooltip: str) -> str:
        """What a tooltip says, in the words of the screen."""
        return tooltip

    def commands(self) -> Iterator[SystemCommand]:
        """Everything that a key does, for the command palette."""
        for node, binding in actions_of(self.explained):
            key = f"key {self.app.get_key_display(binding)}"
            yield SystemCommand(self.told(binding.tooltip), key, self.performer(node, binding.action))

    def performer(self, node: Widget, action: str) -> Callable[[], Awaitable[None]]:
        """What does an action of a widget, or says why it cannot."""

        async def perform() -> None:
            reason = _reason(node, action)
            if reason:
                self.say(reason)
            else:
                await self.app.run_action(action, node, {"screen": self})

        return perform

    def perform(self, action: str) -> None:
        """Do what a key of the screen does, or say why it cannot."""
        self.call_later(self.performer(self, action))


class Pointing(Protocol):
    """What the mouse does on a screen."""

    def click(self, event: events.Click) -> None: ...
    def drag(self, event: events.MouseMove) -> None: ...
    def wheel(self, event: events.MouseEvent, change: int) -> None: ...


class SayingScreen(KeyReasonsScreen[ScreenResultType]):
    """One that says what there is to say in its last line, until the next key or click, and leaves the mouse to its
    `pointing`.
    """

    pointing: Pointing
    _message = ""  # what there is to say about the last key

    def _repaint(self) -> None:
        """Draw anew what stands in the last line."""
        raise NotImplementedError

    def say(self, text: str) -> None:
        """A message in the last line, until the next key or click."""
        self._message = text
        self._repaint()

    def on_key(self, event: events.Key) -> None:  # noqa: ARG002
        """A message is there until the next key. That of the class above is called after this one."""
        self._unsay()

    def on_mouse_down(self) -> None:
        self._unsay()

    def on_click(self, event: events.Click) -> None:
        self.pointing.click(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.pointing.drag(event)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.pointing.wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.pointing.wheel(event, -1)

    def _unsay(self) -> None:
        if self._message:
            self._message = ""
            # After what the key does: it paints the sheet without the message, or nothing else takes that away.
            self.app.call_later(self.call_later, self._repaint)


def _reason(node: object, action: str) -> str | None:
    """Why an action of a widget, or of its screen, can do nothing now; None if it can."""
    namespace, name, parameters = parse(action)
    target = node.screen if namespace == "screen" and isinstance(node, Widget) else node
    return target.why_not(name, parameters) if isinstance(target, Reasoning) else None
