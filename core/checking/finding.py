"""What was found of wrong numbers: the slip that they are, and what caused it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.checking.numbers import Numbers
from core.checking.rounding import Rounding
from core.checking.unknowns import MISREAD, ONE_NUMBER, Constant
from core.checking.written import Position

MOST_OTHERS = 2
LEAST_LEFT = 3  # so many times more numbers than are left without a cause must come of a mistake in a part


class Diagnosis(NamedTuple):
    """One kind of slip, in words, and the quantity in which it was made; with the `rounding` that it was, or the
    `constant` that was another.
    """

    kind: str
    text: str
    at: str
    rounding: Rounding | None = None
    constant: Constant | None = None

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


def without_little_parts(findings: list[Finding]) -> list[Finding]:
    """One finding without a cause where there is one that is not much smaller than what explains a part beside it."""
    rest = next((finding for finding in findings if finding.diagnosis is None and finding.positions), None)
    parts = [finding for finding in findings if finding.causes]
    size = sum(len(finding.positions) for finding in parts)
    if rest is None or not parts or LEAST_LEFT * len(rest.positions) < size:
        return findings
    merged = Finding(tuple(position for finding in (*parts, rest) for position in finding.positions))
    return [*(finding for finding in findings if finding not in (*parts, rest)), merged]


def is_filled(wrong: Numbers, right: Numbers) -> bool:
    """Whether a quantity has one and the same 0 or 1 throughout: that tells nothing of how it was computed."""
    values = np.unique(np.concatenate([wrong.values, right.values]))
    return len(wrong) > 1 and len(values) == 1 and float(f"{values[0]:.0e}") == values[0]


def of_other_kinds(chosen: Diagnosis, others: Iterable[Diagnosis]) -> list[Diagnosis]:
    """One diagnosis of each kind but that of the chosen one, as many as are told."""
    kinds: dict[str, Diagnosis] = {}
    for other in others:
        if other.kind != chosen.kind:
            kinds.setdefault(other.kind, other)
    return list(kinds.values())[:MOST_OTHERS]
