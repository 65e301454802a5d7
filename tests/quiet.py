"""When an application under test has dealt with what it was sent: a state of its event loop, not a time."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from time import monotonic

import textual.app
import textual.pilot
from textual._context import active_app

ROUNDS = 3  # turns with nothing to do: one for what other threads have handed over, one for what that has led to


async def wait_for_quiet(_min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Wait until the event loop has nothing left to do but to wait for keys, clocks and threads.

    It stands in for Textual's own, which sleeps for 20 ms at a time, twice or more for each key, until the process
    seems to be idle. What is to be painted with the next frame is painted at once.
    """
    loop, app, end = asyncio.get_running_loop(), active_app.get(), monotonic() + max_sleep
    calm = 0
    while calm < ROUNDS and monotonic() < end:
        await asyncio.sleep(0)
        calm = 0 if loop._ready else calm + 1  # type: ignore[attr-defined]
        if calm == ROUNDS and app._resize_timer is not None:  # Textual waits for more of them
            await asyncio.sleep(1 / 120)
            calm = 0
        elif calm == ROUNDS:
            for screen in app.screen_stack if app.is_running else ():
                if screen._update_timer._active.is_set():
                    copy_context().run(screen._on_timer_update)  # it notes the screen there, and would keep it
                    calm = 0


def without_sleeping() -> None:
    """Have the pilot of every test wait for quiet."""
    for module in (textual.app, textual.pilot):
        module.wait_for_idle = wait_for_quiet  # type: ignore[attr-defined]
