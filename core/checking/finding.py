"""What was found of wrong numbers: the slip that they are, and what caused it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from core.arrays import Array
from core.checking.rounding import Rounding
from core.checking.unknowns import MISREAD, ONE_NUMBER
from core.checking.written import Position


class Diagnosis(NamedTuple):
    """One kind of slip, in words, and the quantity in which it was made; with the `rounding` that it was."""

    kind: str
    text: str
    at: str
    rounding: Rounding | None = None

    def words(self, name: str) -> str:
        """The slip as it is told of the quantity `name`."""
        told = self.at == name or self.kind in (ONE_NUMBER, MISREAD)
        return self.text if told else f"{self.text} (in {self.at})"


class Made(NamedTuple):
    """What a mistake made of the quantity it was made in, and how far that may be off."""

    values: Array
    radius: Array


class Finding(NamedTuple):
    """A slip at some positions (from 0) of a quantity; without a diagnosis where no kind reproduces it. `causes`
    are the mistakes in method that explain it, each with what came of it; `given` is what was copied wrong.
    """

    positions: tuple[Position, ...]
    diagnosis: Diagnosis | None = None
    others: tuple[Diagnosis, ...] = ()
    causes: Mapping[Diagnosis, Made] = {}
    given: Mapping[str, Array] = {}

    def elsewhere(self, name: str) -> str | None:
        """The quantity in which the slip was made, where that is not `name` itself."""
        return None if self.diagnosis is None or self.diagnosis.at == name else self.diagnosis.at
