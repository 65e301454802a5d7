"""Which of the runs of a sweep have learned: each beside the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf, isfinite
from statistics import median
from typing import NamedTuple

import numpy as np

from core.diagnosis.finding import CONVERGED, DIVERGING, STUCK
from core.diagnosis.losses import SAME
from core.errors import DivergedError
from core.evaluation import evaluate
from core.problem import Problem
from core.source import Option
from core.sweeps.run import FAILED, Result
from core.timeline import SMALL, Timeline

LEARNS, SLOW, UNSTEADY, LEVEL, DIVERGES = "learns", "slow", "unsteady", "stuck", "diverges"
KINDS = (LEARNS, SLOW, UNSTEADY, LEVEL, DIVERGES, FAILED)
WAY = 0.9  # of the way from the first loss down to the lowest one that was found: who has come so far has learned
FALLS = 0.05  # of the way that a run has come: who makes as much in a later part of it still falls
MOVES = 0.02  # of the way down to the lowest loss: a loss that stays within less over half of the steps hardly moves
GROWN = 1e6  # times the first loss: on the way to infinity
NO_STEP = 1e-9  # a learning rate with which no update overflows


class Start(NamedTuple):
    """The loss before the first update: over all rows, as expected of a batch, and over the rows held out (None: there
    are none).
    """

    loss: float
    batch: float
    test: float | None

    @classmethod
    def of(cls, problem: Problem) -> Start:
        """That of a problem; inf where it overflows."""
        rows = problem.batch_size or len(problem.inputs)
        share = rows / len(problem.inputs) if problem.reduction == "sum" else 1.0
        test = None if problem.held_out is None else evaluate(problem, problem.network, held_out=True).loss
        try:
            loss = Timeline(replace(problem, batch_size=None, learning_rate=NO_STEP), SMALL)[0].loss
        except DivergedError:
            loss = inf
        return cls(loss, loss * share, test)

    @classmethod
    def middle(cls, starts: Sequence[Start]) -> Start:
        """The median of each."""
        tests = [start.test for start in starts if start.test is not None]
        losses, batches = [start.loss for start in starts], [start.batch for start in starts]
        return cls(median(losses), median(batches), median(tests) if tests else None)


class Tried(NamedTuple):
    """A run: the value that was tried, what came out, and which of KINDS it is among the others:

    learns    it has come WAY of the way from the first loss down to the lowest one that any of the runs has come to
    slow      it has not come so far, but still falls at the end
    unsteady  it neither falls nor is level: its loss goes up and down
    stuck     level, or all but, and not there; or with units or rows that keep it from learning, wherever it is
    diverges  it stops being finite, or is GROWN times its first loss
    failed    there is no such run
    """

    value: Option
    result: Result
    kind: str

    @property
    def is_finite(self) -> bool:
        """Whether it has a loss to speak of."""
        return self.kind not in (DIVERGES, FAILED)


def judged(values: Sequence[Option], start: Start, results: Sequence[Result]) -> tuple[Tried, ...]:
    """The runs of some values, which begin about like `start`, each judged beside the others."""
    lowest = min((result.loss for result in results if not _diverges(start, result)), default=inf)
    return tuple(
        Tried(value, result, _kind(start, result, lowest)) for value, result in zip(values, results, strict=True)
    )


def _kind(start: Start, result: Result, lowest: float) -> str:
    if result.outcome == FAILED:
        return FAILED
    if _diverges(start, result):
        return DIVERGES
    way = start.loss - lowest
    there = way > SAME * abs(start.loss) and start.loss - result.loss >= WAY * way
    if there and result.outcome != STUCK:
        return LEARNS
    if not there and _falls(start, result):
        return SLOW
    return LEVEL if result.outcome in (STUCK, CONVERGED) or _hardly_moves(result, way) else UNSTEADY


def _diverges(start: Start, result: Result) -> bool:
    """Whether there is no loss to speak of."""
    grown = 0 < GROWN * start.loss < result.loss
    return result.outcome in (DIVERGING, FAILED) or grown or not isfinite(result.loss)


@np.errstate(over="ignore")
def _falls(start: Start, result: Result) -> bool:
    """Whether the loss comes down in the last quarter of the steps: of those in the second one, or in the third one
    where it is called level.
    """
    if result.loss >= start.loss or len(result.curve) < 4:
        return False
    quarters = [float(np.mean(part)) for part in np.array_split(result.curve, 4)]
    before, last = quarters[2 if result.outcome in (STUCK, CONVERGED) else 1], quarters[3]
    return start.batch > last and before - last >= FALLS * (start.batch - last)


def _hardly_moves(result: Result, way: float) -> bool:
    """Whether the losses of the second half of the steps are next to each other."""
    half = result.curve[len(result.curve) // 2 :]
    return len(half) > 1 and float(np.ptp(half)) <= MOVES * way
