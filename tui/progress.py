"""What a long command shows of its way: a bar on stderr, where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from shutil import get_terminal_size
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core import Timeline

SLICE = 0.05  # seconds between two looks of the bar
BAR = 30


class Bar:
    """A bar that fills; silent where stderr is no terminal."""

    def __init__(self) -> None:
        self._stream = sys.stderr if sys.stderr is not None and sys.stderr.isatty() else None
        encoding = (getattr(self._stream, "encoding", None) or "").lower()
        self._full, self._empty = ("█", "░") if encoding.startswith("utf") else ("#", "-")

    def show(self, done: int, total: int, text: str) -> None:
        """`done` of `total`, and a text beside it."""
        if self._stream is not None:
            filled = BAR * done // total
            line = f"{self._full * filled}{self._empty * (BAR - filled)} {text}"
            # One column is left free: a full line would wrap, and the next one start below it.
            self._stream.write(f"\r{line[: get_terminal_size().columns - 1]}\x1b[K")
            self._stream.flush()

    def clear(self) -> None:
        if self._stream is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


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
        shown = perf_counter()

        def progress(done: int, total: int) -> None:
            nonlocal shown
            if perf_counter() - shown > SLICE:
                bar.show(done, total, f"{noun} {done} of {total}")
                shown = perf_counter()

        yield progress


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
