"""Work over the steps of a run that is done in slices of time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from time import perf_counter

SLICE = 0.02  # seconds


class Sliced(ABC):
    """What looks at the steps of a run block by block, and can be left and taken up between two. The blocks are as long
    as fits a slice of time, `most` steps at most; what is found does not depend on it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._pace = 1  # steps of the next block: one may take seconds

    @property
    @abstractmethod
    def done(self) -> bool:
        """Whether there is nothing more to look at, for now."""

    @abstractmethod
    def _look(self, steps: int) -> None:
        """Look at the next block, of at most so many steps."""

    def further(self, seconds: float = SLICE) -> bool:
        """Look on for about so long, at least at a block. Returns whether it is done."""
        end = perf_counter() + seconds
        while not self.done:
            start = perf_counter()
            self._look(self._pace)
            now = perf_counter()
            if now - start < seconds / 4:
                self._pace = min(2 * self._pace, self._most)
            elif now - start > seconds:
                self._pace = max(1, self._pace // 2)
            if now >= end:
                break
        return self.done

    def finish(self) -> None:
        """Look at all there is."""
        while not self.further():
            pass
