"""Learning rates that are really tried: the largest at which a run stays finite, and a larger one that goes faster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from math import inf, nan, sqrt
from typing import NamedTuple, TypeAlias

from core.diagnosis.cost import products, slice_of
from core.diagnosis.finding import RATE, Finding
from core.diagnosis.losses import loss_over_all_rows, tolerance_of
from core.errors import DivergedError
from core.origins import Place
from core.problem import Problem
from core.step import Step
from core.text import significant
from core.timeline import Timeline

STEPS = 100
MOST_STEPS = 10_000  # of a run that overflows later than after 100 steps
DIGITS = 3  # of the rate
CLOSE = 1.0005  # how far apart the rate that will do and the one that will not are at last, as a ratio
MOST_RUNS = 60  # of each search
USUAL_RUNS = 20
SMALLER = 10  # how many of them are tried below an α that has come down to 0
FASTER = 4  # how many times as large the next α is that is tried
MOST_PRODUCTS = 2**37  # numbers that these multiply on the way forward: half a minute
MOST_PRODUCTS_UNASKED = 2**32  # where nobody asked: a second
BUDGET = 2**20

Ends: TypeAlias = tuple[float, float] | None  # a run's first and last loss; None where it does not stay finite
Slices: TypeAlias = Generator[tuple[int, int], None, tuple[float, Ends]]


class Faster(NamedTuple):
    """A larger α, and the loss over all rows that it takes so many steps to.

    known   whether larger ones were tried
    rate    NaN where none makes the loss fall
    """

    known: bool = True
    rate: float = nan
    loss: float = nan
    steps: int = 0

    @property
    def falls(self) -> bool:
        return self.rate == self.rate


def of_rate(step: Step, overflow: int) -> Iterator[Finding | tuple[int, int]]:
    """The largest constant α at which the 100 steps that start from the weights of `step` stay finite, or as many as it
    is to step `overflow`, if these are more: halved (or doubled) from that of the step, then by bisection; and, halved
    from there, one at which the loss falls. Gives how many runs there were, and how many there may be at most, on the
    way, and the finding at last; nothing where no rate is found, or where it would take too long.
    """
    problem, steps = _from(step), max(STEPS, overflow + 1 - step.index)
    if steps > MOST_STEPS or products(problem) * steps * USUAL_RUNS > MOST_PRODUCTS:
        return
    finite, ends = yield from _largest(problem, steps, lambda ends: ends is not None, CLOSE)
    if ends is None:
        return
    letters = step.statement.letters
    alpha, loss = letters["alpha"], letters["loss"]
    losses = f"{loss} goes from {significant(ends[0], DIGITS)} to {significant(ends[1], DIGITS)}"
    text = (
        f"from the weights of step {step.index}, {steps:,} steps stay finite up to {alpha} = {_rate(finite)} ({losses})"
    )
    if ends[1] >= ends[0]:
        highest = replace(problem, learning_rate=finite)
        falling, fallen = yield from _largest(highest, steps, lambda ends: ends is not None and ends[1] < ends[0], inf)
        text += f"; with {alpha} = {_rate(falling)} the loss falls" if fallen else ""
    yield Finding(RATE, text, step.index, step.index + steps, Place(step.index, "loss", ()))


def of_faster(step: Step, loss: float, thorough: bool) -> Generator[tuple[int, int], None, Faster]:
    """Whether a larger constant α takes the `loss` of `step`, over all rows, down to another one to the digits that are
    shown: four times as large, sixteen times and so on, until the loss rises (where α is 0, from a small one on); the
    one that goes farthest in 100 steps (of mini-batches, in an epoch at least). None is tried where it would take too
    long.
    """
    problem, best = _from(step), Faster(loss=loss)
    steps = max(STEPS, Timeline(problem, BUDGET).steps_per_epoch)
    if products(problem) * steps * USUAL_RUNS > (MOST_PRODUCTS if thorough else MOST_PRODUCTS_UNASKED):
        return Faster(known=False)
    rate = problem.learning_rate if step.learning_rate else problem.learning_rate / FASTER**SMALLER
    for run in range(MOST_RUNS):
        rate *= FASTER
        if not 0 < rate < inf:
            break
        rate = _rounded(rate)  # what is told is what was tried
        timeline = Timeline(replace(problem, learning_rate=rate), BUDGET)
        try:
            while timeline.approach(steps, slice_of(problem)):
                yield run, MOST_RUNS
            after = loss_over_all_rows(timeline[steps])
        except DivergedError:
            break
        yield run + 1, MOST_RUNS
        if after > best.loss + tolerance_of(loss):
            break
        if after < min(best.loss, loss - tolerance_of(loss)):
            best = Faster(True, rate, after, steps)
    return best


def _from(step: Step) -> Problem:
    """What starts from the weights of a step, with its α; with that of step 0 where it is 0."""
    rate = step.learning_rate or step.problem.learning_rate
    return replace(step.problem, network=step.network, schedule=None, learning_rate=rate)


def _largest(problem: Problem, steps: int, will_do: Callable[[Ends], bool], close: float) -> Slices:
    """The largest rate whose run will do, as it is found from that of the problem on, less than `close` times below one
    that will not, and that run's losses; 0 and None where none is found.
    """
    rate = problem.learning_rate
    low, high, best = 0.0, inf, None
    for run in range(MOST_RUNS):
        timeline, ends = Timeline(replace(problem, learning_rate=rate), BUDGET), None
        with suppress(DivergedError):
            while timeline.approach(steps, slice_of(problem)):
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
    size = min(timeline.steps_per_epoch, len(timeline) // 2)
    first, last = (float((losses / size).sum()) for losses in (timeline.losses[:size], timeline.losses[-size:]))
    return first, last


def _rate(value: float) -> str:
    """A rate to a few digits, rounded down: what was found to do is not above it."""
    return significant(_rounded(value), DIGITS)


def _rounded(value: float) -> float:
    exact = Decimal(value)
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() + 1 - DIGITS), ROUND_FLOOR))
