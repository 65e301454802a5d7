"""How much work a piece of code is, without a clock: the same number on every machine, however busy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass
class Calls:
    """How many functions were called, Python's and those of C alike."""

    count: int = 0


@contextmanager
def counted_calls() -> Iterator[Calls]:
    """Counts the calls made in the block by this thread."""
    calls = Calls()

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        calls.count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(before)
