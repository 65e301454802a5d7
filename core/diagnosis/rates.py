"""The largest learning rate at which a run stays finite, and at which its loss falls: found by running it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from math import inf, sqrt
from typing import TypeAlias

from core.diagnosis.cost import products, slice_of
from core.diagnosis.finding import RATE, Finding
from core.errors import DivergedError
from core.origins import Place
from core.problem import Problem
from core.step import Step
from core.text import significant
from core.timeline import Timeline

STEPS = 100
DIGITS = 3  # of the rate
CLOSE = 1.0005  # how far apart the rate that will do and the one that will not are at last, as a ratio
MOST_RUNS = 60  # of each search
USUAL_RUNS = 20
MOST_PRODUCTS = 2**37  # numbers that these multiply on the way forward: half a minute
BUDGET = 2**20

Ends: TypeAlias = tuple[float, float] | None  # a run's first and last loss; None where it does not stay finite
Slices: TypeAlias = Generator[tuple[int, int], None, tuple[float, Ends]]


def of_rate(step: Step) -> Iterator[Finding | tuple[int, int]]:
    """The largest constant α at which the 100 steps that start from the weights of `step` stay finite: halved (or
    doubled) from that of the step, then by bisection; and, halved from there, one at which the loss falls. Gives how
    many runs there were, and how many there may be at most, on the way, and the finding at last; nothing where no rate
    is found, or where the network is so large that it would take too long.
    """
    problem = replace(step.problem, network=step.network, schedule=None, learning_rate=step.learning_rate)
    if products(problem) * STEPS * USUAL_RUNS > MOST_PRODUCTS:
        return
    finite, ends = yield from _largest(problem, lambda ends: ends is not None, CLOSE)
    if ends is None:
        return
    losses = f"ℒ goes from {significant(ends[0], DIGITS)} to {significant(ends[1], DIGITS)}"
    text = f"from the weights of step {step.index}, {STEPS} steps stay finite up to α = {_rate(finite)} ({losses})"
    if ends[1] >= ends[0]:
        highest = replace(problem, learning_rate=finite)
        falling, fallen = yield from _largest(highest, lambda ends: ends is not None and ends[1] < ends[0], inf)
        text += f"; with α = {_rate(falling)} the loss falls" if fallen else ""
    yield Finding(RATE, text, step.index, step.index + STEPS, Place(step.index, "loss", ()))


def _largest(problem: Problem, will_do: Callable[[Ends], bool], close: float) -> Slices:
    """The largest rate whose run will do, as it is found from that of the problem on, less than `close` times below one
    that will not, and that run's losses; 0 and None where none is found.
    """
    rate = problem.learning_rate
    low, high, best = 0.0, inf, None
    for run in range(MOST_RUNS):
        timeline, ends = Timeline(replace(problem, learning_rate=rate), BUDGET), None
        with suppress(DivergedError):
            while timeline.approach(STEPS, slice_of(problem)):
                yield run, MOST_RUNS
            ends = _ends(timeline)
        yield run + 1, MOST_RUNS
        if will_do(ends):
            low, best = rate, ends
        else:
            high = rate
        if low and high < close * low:
            return low, best
        rate = rate / 2 if not low else 2 * rate if high == inf else sqrt(low * high)
        if not 0 < rate < inf:
            break
    return 0.0, None


def _ends(timeline: Timeline) -> Ends:
    """The first loss and the last; of mini-batches, the means over the first and the last epoch."""
    size = min(timeline.steps_per_epoch, STEPS // 2)
    first, last = (float((losses / size).sum()) for losses in (timeline.losses[:size], timeline.losses[-size:]))
    return first, last


def _rate(value: float) -> str:
    """A rate to a few digits, rounded down: what was found to do is not above it."""
    exact = Decimal(value)
    return significant(float(exact.quantize(Decimal(1).scaleb(exact.adjusted() + 1 - DIGITS), ROUND_FLOOR)), DIGITS)
