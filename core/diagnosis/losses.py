"""What the losses of a run say: that they grow, that they change no more, and what makes the steps too large."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.diagnosis.finding import AT_ZERO, GROWN, GROWS, Finding
from core.diagnosis.wording import counted
from core.errors import DivergedError
from core.network import Network
from core.origins import Place
from core.problem import Problem
from core.step import Step
from core.text import significant
from core.timeline import Timeline
from core.updates import SGD, Momentum

DIGITS = 4  # of the losses that are named
SAME = 5e-4  # of a loss: two that differ by less are the same to 3 digits
LARGEST = 1e150  # whose square does not overflow
FEWEST_LEVEL = 10  # losses, that "it changes no more" is read from
NOTHING = 1e-12  # of the first loss: what is below it is 0 but for rounding


class LossAt(NamedTuple):
    """The loss over all rows at a step."""

    step: int
    loss: float


def loss_over_all_rows(step: Step) -> float:
    """ℒ over all rows of the data, before the update of `step`, with the problem's reduction; inf where it overflows.
    The same as the step's loss where its batch is all rows.
    """
    whole = len(step.batch) == len(step.problem.inputs)
    return step.loss if whole else _loss(step.problem, step.network)


def over_all_rows(step: Step) -> Step | None:
    """The step with a batch of all rows, and without a penalty; None where its loss overflows."""
    problem = step.problem
    if len(step.batch) == len(problem.inputs) and not problem.penalty:
        return step
    try:
        plain = replace(problem, network=step.network, batch_size=None, penalty=type(problem.penalty)())
        return Timeline(plain)[0]
    except DivergedError:
        return None


def grows(problem: Problem, loss: float, at: Place, last: int, overflow: DivergedError) -> Finding:
    """That the loss, over all rows, grows without bound: the run is not finite in the end, maybe when it is run on."""
    text = f"the loss grows without bound: {significant(loss, DIGITS)} {_after(last)}; {_remedy(problem)}"
    lines = () if overflow.step == last + 1 else (f"run on with nothing changed, {overflow}",)
    return Finding(GROWS, text, at.step, overflow.step, at, alarm=True, lines=lines)


def grown(
    problem: Problem, first: LossAt, loss: float, at: Place, last: int, back: LossAt | None, end: LossAt | None
) -> Finding:
    """That the loss, over all rows, has grown since the `first`; where the run, run on, is down to that again, or at
    its `end` still above it, which is why it does not learn.
    """
    start = f" at step {first.step}" if first.step else ""
    text = f"the loss has grown from {significant(first.loss, DIGITS)}{start} to {significant(loss, DIGITS)} "
    text += f"{_after(last)}; that is {_more(first.loss, loss)}"
    if back is not None:
        text += f", but run on, it is {significant(back.loss, DIGITS)} at step {back.step}"
    else:
        if end is not None:
            text += f", and run on, it is {significant(end.loss, DIGITS)} at step {end.step}"
        text += f": {_remedy(problem)}"
    return Finding(GROWN, text, at.step, last, at, alarm=end is not None)


def _more(first: float, loss: float) -> str:
    if not first > 0 or not 0 < loss / first < np.inf:
        return f"{significant(loss - first, 2)} more"
    times = loss / first
    return f"{significant(100 * (times - 1), 2)} % more" if times < 2 else f"{significant(times, 2)} times as much"


def _after(last: int) -> str:
    return f"after {counted(last, 'step')}"


def at_zero(step: Step, loss: float) -> Finding:
    """That the loss after all steps is that of the start, whose weights are so small that nothing is learned."""
    text = f"the loss {_after(step.index)} is that of the start, {significant(loss, 3)}"
    text += ": the weights start so small that nothing is learned"
    return Finding(AT_ZERO, text, 0, step.index, Place(0, "delta_1", (1, 1)), alarm=True)


@np.errstate(over="ignore")
def level(timeline: Timeline, begun: int, last: int) -> int | None:
    """From which step on, up to step `last`, the loss (of mini-batches: its mean over each epoch) is the same to 3
    digits, if that is at least the second half of the steps from `begun` on, and enough of them.
    """
    size = timeline.steps_per_epoch
    series = means(timeline.losses[begun : last + 1], size)
    if len(series) < FEWEST_LEVEL:
        return None
    differs = np.abs(series - series[-1]) > tolerance(series)
    since = int(np.flatnonzero(differs)[-1]) + 1 if differs.any() else 0
    return begun + since * size if since <= len(series) // 2 else None


def is_nothing(loss: float, first: float) -> bool:
    """Whether a loss is 0, or nothing but rounding beside the first one."""
    return abs(loss) <= NOTHING * abs(first) < np.inf


def lowest(timeline: Timeline, begun: int, last: int) -> int:
    """The step from which on the loss grows: the last of those with the lowest; of mini-batches, the first step of the
    epoch with the lowest mean.
    """
    losses, size = timeline.losses[begun : last + 1], timeline.steps_per_epoch
    series = means(losses, size)
    if not len(series):
        return begun
    return begun + size * int(len(series) - 1 - np.argmin(series[::-1]))


def means(losses: Array, size: int) -> Array:
    """The means over each of the whole epochs, of so many steps."""
    # Divided first, so that the sum of large ones does not overflow.
    found: Array = (losses[: len(losses) // size * size] / size).reshape(-1, size).sum(axis=1)
    return found


def tolerance(series: Array) -> float:
    """By how much a loss may differ from the last of the series, and be the same to 3 digits."""
    # What is left of a loss that has come down to rounding is the same as 0.
    return max(tolerance_of(series[-1]), NOTHING * abs(float(series[0])))


def tolerance_of(loss: float) -> float:
    return SAME * abs(float(loss))


def has_no_slope(step: Step, loss: float) -> bool:
    """Whether the gradient over all rows is practically 0: to first order, no move as long as the weights, or of length
    1, changes the `loss` to the digits that are shown.
    """
    problem = replace(step.problem, network=step.network, batch_size=None)
    try:
        whole = Timeline(replace(problem, learning_rate=1.0, schedule=None, update=SGD()))[0]
    except DivergedError:
        return False
    with np.errstate(all="ignore"):
        slopes, sizes = 0.0, 0.0
        for before, after in (
            *zip(whole.weights, whole.next_weights, strict=True),
            *zip(whole.biases, whole.next_biases, strict=True),
        ):
            if before is not None and after is not None:
                slopes += float(((after - before) ** 2).sum())
                sizes += float((before**2).sum())
        return bool(np.sqrt(slopes) * max(np.sqrt(sizes), 1.0) <= tolerance_of(loss))


def _remedy(problem: Problem) -> str:
    """Which of a step's factors makes it too large: the sum over the rows, the inputs, twice, or α; and what to do."""
    rate = problem.learning_rate
    rows = (problem.batch_size or len(problem.inputs)) if problem.reduction == "sum" else 1
    largest = min(float(np.abs(problem.inputs).max()), LARGEST)
    # A sigmoid or a tanh does not hand large inputs on.
    squared = largest**2 if problem.network.layers[0].function.piecewise_linear else 0.0
    if not isinstance(problem.update, (SGD, Momentum)) or max(rows, squared) <= max(rate, 1):
        return "try a smaller --lr"  # the other updates divide by the gradient's size
    if squared > rows:
        size = significant(largest, DIGITS)
        return f"inputs as large as {size} make the steps too large: try standardized features or a smaller --lr"
    return (
        f"the sum over {counted(rows, 'row')} with the learning rate {significant(rate, DIGITS)} makes the steps too "
        "large: try --reduction mean or a smaller --lr"
    )


def starts_at_zero(problem: Problem, first: float) -> bool:
    """Whether a network with hidden layers starts with the loss that it has when all its weights are 0: a point that
    the gradients do not lead away from.
    """
    layers = problem.network.layers
    at_zero = Network([replace(layer, weights=np.zeros_like(layer.weights)) for layer in layers])
    return len(layers) > 1 and abs(_loss(problem, at_zero) - first) <= SAME * abs(first)


def _loss(problem: Problem, network: Network) -> float:
    try:
        return Timeline(replace(problem, network=network, batch_size=None))[0].loss
    except DivergedError:
        return float("inf")
