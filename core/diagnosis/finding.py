"""What a diagnosis says: findings, what became of the run, and both together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from core.origins import Place

# Kinds of findings.
NOT_FINITE, GROWS, GROWN, RATE, SLOW = "not finite", "grows", "grown", "rate", "slow"
IDLE, UNLIT, SATURATED, AT_ZERO, FROZEN, RATIO = "idle", "unlit", "saturated", "at zero", "frozen", "ratio"
# What became of a run.
CONVERGED, STUCK, DIVERGING, GOING = "converged", "stuck", "diverging", "still going"


@dataclass(frozen=True)
class Finding:
    """A fact of a run.

    kind     not finite, grows (the loss, without bound), grown (the loss), rate (the largest α that stays finite),
             slow (α is too small), idle (units), unlit (rows), saturated (a layer), at zero (the weights start where
             nothing is learned), frozen (nothing is trained) or ratio (of update to weights)
    text     a sentence
    first    the step from which on it is so
    last     the step up to which it is so
    place    the cell that it leads to: of step `first`, but of a row that is not in its batch, of the next step that
             has it, and of what is frozen, of the last step; None only where such a step is far away
    alarm    whether it tells why the network does not learn, and is not part of what another alarm tells
    layer    from 1; None for what is no layer's
    units    from 1: those that it is about
    rows     of the data, from 1: those that it is about
    exact    whether it began at `first`; else at `first` at the latest
    lines    its arithmetic, where it has some
    """

    kind: str
    text: str
    first: int
    last: int
    place: Place | None = None
    alarm: bool = False
    layer: int | None = None
    units: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    exact: bool = True
    lines: tuple[str, ...] = ()


class Outcome(NamedTuple):
    """What became of a run: converged, stuck, diverging or still going, and a sentence with the numbers why."""

    kind: str
    text: str


@dataclass(frozen=True)
class Diagnosis:
    """What can be said for certain of steps 0 to `last` of a run.

    last       the step that was looked at last; -1 where not even step 0 is finite
    loss       ℒ before the update of that step, over all rows; NaN where there is no such step
    outcome    what became of the run
    findings   alarms first
    told       what a person should be told unasked, a sentence each: the alarms, and that the run is stuck
    complete   whether it was not stopped on the way
    """

    last: int
    loss: float
    outcome: Outcome
    findings: tuple[Finding, ...]
    told: tuple[str, ...] = ()
    complete: bool = True

    @property
    def alarms(self) -> tuple[Finding, ...]:
        """The findings that tell why it does not learn."""
        return tuple(finding for finding in self.findings if finding.alarm)

    @property
    def learns(self) -> bool:
        """Whether there is no alarm: no such finding, and a run that is neither stuck nor diverging."""
        return not self.alarms and self.outcome.kind not in (STUCK, DIVERGING)
