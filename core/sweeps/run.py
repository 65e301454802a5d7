"""Run and Result: what describes a run of a sweep, and the little that is kept of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from math import nan

import numpy as np

from core.arrays import Array
from core.diagnosis.finding import CONVERGED, DIVERGING, GOING, STUCK
from core.diagnosis.glance import glance
from core.diagnosis.losses import loss_over_all_rows
from core.errors import DivergedError
from core.evaluation import Evaluation, verdict_on
from core.machine import Fingerprint
from core.source import Option, Source
from core.sweeps.curve import thinned
from core.timeline import Timeline

FAILED = "failed"
OUTCOMES = (CONVERGED, GOING, STUCK, DIVERGING, FAILED)
BUDGET = 2**16  # bytes of history that a run of a sweep keeps


@dataclass(frozen=True)
class Run:
    """The run of a source's problem to step `steps`: as `sgdb run --steps` has it, the network after so many updates,
    and its loss. It pickles, and replays to the same bits on a machine of the same fingerprint.
    """

    source: Source
    steps: int

    @cached_property
    def key(self) -> str:
        """What tells it from every other run, as a text."""
        return json.dumps([self.source.name, self.source.seed, self.source.options, self.steps])

    @classmethod
    def of_key(cls, key: str) -> Run:
        """The run with a key."""
        name, seed, options, steps = json.loads(key)
        return cls(Source(name, tuple((option, _hashable(value)) for option, value in options), seed), steps)

    @property
    def options(self) -> dict[str, Option]:
        """The options of its problem by name."""
        return dict(self.source.options)


def _hashable(value: object) -> Option:
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]


@dataclass(frozen=True, eq=False)
class Result:
    """What is kept of a run.

    run            which it is
    last           the last step that was computed: `run.steps`, or the one before the run stopped being finite; -1
                   where there is none
    loss           ℒ of that step, over all rows, as `sgdb run` prints it; NaN where there is no step
    accuracy       the share of all rows that are right; None where the targets are not classes
    rmse           the root mean square of y_out - y_gt over all rows; None where the targets are classes, as the
                   distance of a score from a class says nothing, and where there is no step
    test_loss, test_accuracy, test_rmse   the same over the rows held out; None where there are none
    outcome        one of OUTCOMES: as far as the run went, which is not run on
    step           of the outcome: from which step on it is level, where it is not finite
    reason         why, in words
    curve          its losses, thinned
    fingerprint    of the process that computed it
    """

    run: Run
    last: int
    loss: float
    accuracy: float | None
    rmse: float | None
    test_loss: float | None
    test_accuracy: float | None
    test_rmse: float | None
    outcome: str
    step: int
    reason: str
    curve: Array = field(repr=False)
    fingerprint: Fingerprint = field(repr=False)


def result_of(run: Run, timeline: Timeline, machine: Fingerprint) -> Result:
    """What is kept of a run, whose timeline is computed as far as it must be."""
    try:
        timeline.approach(run.steps)
        step = timeline[run.steps]
    except DivergedError as error:
        if error.step == 0:
            return _without_steps(run, DIVERGING, str(error), machine)
        step = timeline[error.step - 1]
    problem, last = step.problem, step.index
    found = verdict_on(problem, step.network)
    whole = problem.batch_size is None or bool(problem.penalty)
    test = found.held_out
    return Result(
        run,
        last,
        loss_over_all_rows(step) if whole else found.training.loss,
        found.training.accuracy,
        _rmse(found.training),
        None if test is None else test.loss,
        None if test is None else test.accuracy,
        None if test is None else _rmse(test),
        *glance(timeline, step),
        thinned(timeline.losses[: last + 1]),
        machine,
    )


def _rmse(found: Evaluation) -> float | None:
    return found.rmse if found.accuracy is None else None


def failed(run: Run, reason: str, machine: Fingerprint) -> Result:
    """The result of a run that there is not, and why."""
    return _without_steps(run, FAILED, reason, machine)


def _without_steps(run: Run, outcome: str, reason: str, machine: Fingerprint) -> Result:
    return Result(run, -1, nan, None, None, None, None, None, outcome, 0, reason, np.empty(0), machine)
