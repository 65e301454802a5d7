"""The largest learning rate at which a run stays finite, and at which its loss falls: found by running it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import replace
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
CLOSE = 1.002  # how far apart the rate that will do and the one that will not are at last, as a ratio
MOST_RUNS = 60  # of each search
FEWEST_RUNS = 40  # that both take
MOST_PRODUCTS = 2**31  # numbers that these multiply on the way forward: some seconds
BUDGET = 2**20

Ends: TypeAlias = tuple[float, float] | None  # a run's first and last loss; None where it does not stay finite
Slices: TypeAlias = Generator[tuple[int, int], None, tuple[float, Ends]]


def of_rate(step: Step) -> Iterator[Finding | tuple[int, int]]:
    """The largest α at which the 100 steps that start from the weights of `step` stay finite, and at which the loss is
    lower after them; found by halving (or doubling) from that of the run, then by bisection. Gives how many runs there
    were, and how many there may be at most, on the way, and the finding at last; nothing where no rate is found, or
    where the network is so large that it would take too long.
    """
    problem = replace(step.problem, network=step.network)
    if products(problem) * STEPS * FEWEST_RUNS > MOST_PRODUCTS:
        return
    finite, ends = yield from _largest(problem, problem.learning_rate, lambda ends: ends is not None)
    if ends is None:
        return
    losses = f"ℒ goes from {significant(ends[0], DIGITS)} to {significant(ends[1], DIGITS)}"
    text = f"from the weights of step {step.index}, {STEPS} steps stay finite up to α = {_rate(finite)} ({losses})"
    if ends[1] >= ends[0]:
        falling, fallen = yield from _largest(problem, finite, lambda ends: ends is not None and ends[1] < ends[0])
        text += f", and the loss falls up to α = {_rate(falling)}" if fallen else ""
    yield Finding(RATE, text, step.index, step.index + STEPS, Place(step.index, "loss", ()))


def _largest(problem: Problem, rate: float, will_do: Callable[[Ends], bool]) -> Slices:
    """The largest rate, as it is found from `rate` on, whose run will do, and that run's losses; 0 and None where none
    is found.
    """
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
        if low and high < CLOSE * low:
            return low, best
        rate = rate / 2 if not low else 2 * rate if high == inf else sqrt(low * high)
        if not 0 < rate < inf:
            break
    return 0.0, None


def _ends(timeline: Timeline) -> Ends:
    """The first loss and the last; of mini-batches, the means over the first and the last epoch."""
    size = min(timeline.steps_per_epoch, STEPS // 2)
    return float(timeline.losses[:size].mean()), float(timeline.losses[-size:].mean())


def _rate(value: float) -> str:
    """A rate of a few digits that is not above the one that was found."""
    text = significant(value, DIGITS)
    return text if float(text) <= value else significant(value * (1 - 0.5 * 10 ** (1 - DIGITS)), DIGITS)
