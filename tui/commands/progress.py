"""Progress of a long command: a bar on stderr, where that is a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

    from core import Timeline

PATIENCE = 0.1  # seconds before a bar appears; drawing it takes an import of 50 ms
SLICE = 0.05  # seconds between two pictures of the bar; one takes about 1 ms
WIDTH = 30


class Bar:
    """A bar that appears once the work takes a while, also where nobody tells how far it is meanwhile. Does nothing
    where stderr is not a terminal.
    """

    def __init__(self) -> None:
        self._terminal = sys.stderr is not None and sys.stderr.isatty()
        self._due = perf_counter() + PATIENCE
        self._progress: Progress | None = None
        self._lock = threading.Lock()
        self._first: threading.Timer | None = None  # draws the first picture, where no call of `show` does
        self._last = (0, 0, "")
        self._cleared = False

    def show(self, done: int, total: int, text: str) -> None:
        """`done` of `total`, and a text next to the bar."""
        if not self._terminal:
            return
        with self._lock:
            self._last = done, total, text
            if perf_counter() >= self._due:
                self._draw(done, total, text)
            elif self._first is None:
                self._first = threading.Timer(self._due - perf_counter(), self._draw_first)
                self._first.daemon = True
                self._first.start()

    def clear(self) -> None:
        with self._lock:
            self._cleared = True
            if self._first is not None:
                self._first.cancel()
            if self._progress is not None:
                self._progress.stop()

    def _draw_first(self) -> None:
        """In the timer's thread: draw how far it is."""
        with self._lock:
            if self._progress is None and not self._cleared:
                self._draw(*self._last)

    def _draw(self, done: int, total: int, text: str) -> None:
        if self._progress is None:
            self._progress = _started()
        self._progress.update(self._progress.task_ids[0], completed=done, total=total, description=text, refresh=True)
        self._due = perf_counter() + SLICE


def _started() -> Progress:
    """A line on stderr that vanishes when it is stopped. It is drawn when told to, by no thread of its own."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    progress = Progress(
        BarColumn(WIDTH),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    progress.add_task("")
    progress.start()
    progress.console.show_cursor()  # rich hides it, and it would stay hidden after a kill
    return progress


@contextmanager
def progress_bar() -> Iterator[Bar]:
    """A bar that is gone afterwards, whatever happens."""
    bar = Bar()
    try:
        yield bar
    finally:
        bar.clear()


@contextmanager
def progress_of(noun: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that counts `noun`s, as a function of how many are done and how many there are."""
    with progress_bar() as bar:
        yield lambda done, total: bar.show(done, total, f"{noun} {done} of {total}")


def train(timeline: Timeline, steps: int) -> None:
    """Take the steps before step `steps`, with a bar. Raises DivergedError."""
    size, left = 1, steps
    with progress_bar() as bar:
        while left:
            start = perf_counter()
            left = timeline.approach(steps, size)
            done = steps - left
            bar.show(done, steps, f"step {done} of {steps}, loss {timeline.losses[-1]:.6g}")
            if perf_counter() - start < SLICE:
                size *= 2
