"""A copy of a run that is run on, with nothing changed: what becomes of a loss that has grown or is level, and of what
is off.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from core.arrays import Rows
from core.diagnosis.cost import products, slice_of
from core.diagnosis.losses import LossAt, loss_over_all_rows, means, tolerance
from core.diagnosis.off import Off, fitting, off_in
from core.diagnosis.runs import runs_of
from core.errors import DivergedError
from core.problem import Problem
from core.step import Step
from core.timeline import Fork, Timeline

TIMES = 10  # how many times as many steps as the run has it is run on
FEWEST = 1000  # steps that it is run on: fewer say nothing
MOST, MOST_UNASKED = 2**18, 2**15  # steps: of small networks, some seconds or tenths of one
MOST_PRODUCTS, MOST_PRODUCTS_UNASKED = 2**34, 2**30  # numbers that are multiplied on the way forward: the same
LOOKS = 32  # on the way
BUDGET = 2**20
NEVER = -1


class Growth(NamedTuple):
    """What becomes of a loss that is above the first one.

    overflow  what is not finite in the end
    back      where the loss is down to the first one again
    end       where it is above it at the last step that was run; None where these are too few to say anything
    """

    overflow: DivergedError | None = None
    back: LossAt | None = None
    end: LossAt | None = None


class Course(NamedTuple):
    """What becomes of a level loss: where it is not the same any more; whether it was run far enough to tell."""

    known: bool
    changed: LossAt | None = None


def of_growth(timeline: Timeline, step: Step, first: float, thorough: bool) -> Generator[tuple[int, int], None, Growth]:
    """Run on from `step`, whose loss is above the `first`, to see whether it comes back or overflows."""
    run = _copy(timeline, step)
    whole = len(step.batch) == len(step.problem.inputs)
    end: LossAt | None = None
    looks = _looks(run, step.index, thorough)
    while True:
        try:
            done, total = next(looks)
        except DivergedError as error:
            return Growth(overflow=error)
        except StopIteration:
            return Growth(end=end if len(run) - step.index > FEWEST else None)
        yield done, total
        since = end.step + 1 if end is not None else step.index + 1
        last = len(run) - 1
        if whole:
            below = np.flatnonzero(run.losses[since:] <= first)
            if len(below):
                at = since + int(below[0])
                return Growth(back=LossAt(at, float(run.losses[at])))
        loss = loss_over_all_rows(run[last])
        if loss <= first:
            return Growth(back=LossAt(last, loss))
        end = LossAt(last, loss)


def of_level(timeline: Timeline, step: Step, begun: int, thorough: bool) -> Generator[tuple[int, int], None, Course]:
    """Run on from `step`, to see whether the loss (of mini-batches: its mean over each epoch) stays the same."""
    run = _copy(timeline, step)
    size = run.steps_per_epoch
    before = means(timeline.losses[begun : step.index + 1], size)
    if not len(before) or _most(run.problem, step.index, thorough) < FEWEST:
        return Course(known=False)
    looks, known = _looks(run, step.index, thorough), False
    while True:
        try:
            done, total = next(looks)
        except DivergedError:
            return Course(known=True, changed=LossAt(len(run), float("inf")))
        except StopIteration:
            return Course(known)
        yield done, total
        after = means(run.losses[begun:], size)[len(before) :]
        known = len(after) > 0
        if (np.abs(after - before[-1]) > tolerance(before)).any():
            last = len(run) - 1
            return Course(known=True, changed=LossAt(last, loss_over_all_rows(run[last])))


class Again(NamedTuple):
    """For each unit of a layer, and each row of the data, the step in which it is not off any more; NEVER where it is
    off to the end.
    """

    units: Rows
    rows: Rows


def of_off(
    timeline: Timeline, step: Step, now: Sequence[Off], thorough: bool
) -> Generator[tuple[int, int], None, list[Again]]:
    """Run on from `step`, in which units and rows of each layer are off, to see whether they stay so."""
    found = [Again(np.full(off.units.shape, NEVER), np.full(off.rows.shape, NEVER)) for off in now]
    left = [(off.units.copy(), off.rows.copy()) for off in now]
    run = _copy(timeline, step)
    start, most, count = len(run), _most(run.problem, step.index, thorough, whole=True), 1
    first = start
    while first < start + most and any(part.any() for parts in left for part in parts):
        count = min(count, start + most - first, fitting(run.problem))
        try:
            later = off_in(run, first, count)
        except DivergedError:
            break
        for parts, off, again in zip(left, later, found, strict=True):
            for still, mask, at in zip(parts, (off.units, off.rows), again, strict=True):
                on = still & ~mask.all(axis=0)
                at[on] = first + np.argmin(mask[:, on], axis=0)
                still &= ~on
        first, count = first + count, 2 * count
        yield first - start, most
    return found


def _copy(timeline: Timeline, step: Step) -> Timeline:
    run, _ = runs_of(timeline, step.index)[0]
    start = step.index + 1
    return Timeline(run.problem, BUDGET, Fork(run, start, run.state(start)))


def _looks(run: Timeline, last: int, thorough: bool) -> Iterator[tuple[int, int]]:
    """Run on, and stop for a look some times on the way."""
    start, most = len(run), _most(run.problem, last, thorough)
    piece = max(1, most // LOOKS)
    while len(run) < start + most:
        end = min(start + most, len(run) + piece)
        while run.approach(end, slice_of(run.problem)):
            yield len(run) - start, most
        yield len(run) - start, most


def _most(problem: Problem, last: int, thorough: bool, whole: bool = False) -> int:
    """How many steps a run whose step `last` is looked at is run on; of a `whole` look, with a pass over all rows."""
    steps, numbers = (MOST, MOST_PRODUCTS) if thorough else (MOST_UNASKED, MOST_PRODUCTS_UNASKED)
    return min(max(FEWEST, TIMES * last), steps, numbers // products(problem, whole))
