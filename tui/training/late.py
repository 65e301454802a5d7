"""What is worked out for a step beside its numbers, and comes late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from core import Diagnosis, Differences, LossComparison, Verdict, WhyNot


class Compared(NamedTuple):
    """What a step was compared with: what both are called, what differs (None where the other step cannot be had, for a
    `reason`), the first step that the runs do not share by what was changed, and the first one whose losses differ.
    """

    one: str
    other: str
    found: Differences | None
    reason: str = ""
    changed: int | None = None
    apart: int | None = None


class Late(NamedTuple):
    """Each None while it is not there.

    losses    the step under every loss
    compared  the step beside another one
    zero       why the inspected number is 0
    diagnosis  what became of the run
    verdict    what the step's network makes of all rows
    """

    losses: Sequence[LossComparison] | None = None
    compared: Compared | None = None
    zero: WhyNot | None = None
    diagnosis: Diagnosis | None = None
    verdict: Verdict | None = None
