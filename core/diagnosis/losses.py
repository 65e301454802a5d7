"""What the losses of a run say: that they grow, that they change no more, and what makes the steps too large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

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
FEWEST_LOSSES = 4  # that a growth is read from
FEWEST_LEVEL = 10  # losses, that "it changes no more" is read from
NOTHING = 1e-12  # of the first loss: what is below it is 0 but for rounding


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


def of_losses(timeline: Timeline, step: Step, loss: float, begun: int) -> Iterator[Finding]:
    """That the loss, over all rows, grows from step `begun` on, or that nothing is learned."""
    last, problem = step.index, step.problem
    if last == begun:
        return
    start = timeline[begun]
    first = loss_over_all_rows(start)
    after = f"after {counted(last, 'step')}"
    overflows = timeline.diverged is not None and timeline.diverged.step == last + 1
    if loss > first and (overflows or _accelerates(timeline, begun, last)):
        text = f"the loss grows without bound: {significant(loss, DIGITS)} {after}; {_remedy(problem)}"
        yield _of_loss(GROWS, text, _lowest(timeline, begun, last), last, alarm=True)
    elif loss > first + SAME * abs(first) and last - begun >= timeline.steps_per_epoch:
        at = f" at step {begun}" if begun else ""
        grown = f"from {significant(first, DIGITS)}{at} to {significant(loss, DIGITS)}"
        text = f"the loss has grown {grown} {after}; {_remedy(problem)}"
        yield _of_loss(GROWN, text, _lowest(timeline, begun, last), last)
    elif begun == 0 and loss != 0 and abs(loss - first) <= SAME * abs(first) and _starts_at_zero(start.problem, first):
        told = f"the loss {after} is that of the start, {significant(loss, 3)}"
        text = f"{told}: the weights start so small that nothing is learned"
        yield Finding(AT_ZERO, text, 0, last, Place(0, "delta_1", (1, 1)), alarm=True)


def _of_loss(kind: str, text: str, first: int, last: int, alarm: bool = False) -> Finding:
    return Finding(kind, text, first, last, Place(first, "loss", ()), alarm)


@np.errstate(over="ignore")
def level(timeline: Timeline, begun: int, last: int) -> int | None:
    """From which step on, up to step `last`, the loss (of mini-batches: its mean over each epoch) is the same to 3
    digits, if that is at least the second half of the steps from `begun` on, and enough of them.
    """
    size = timeline.steps_per_epoch
    series = _means(timeline.losses[begun : last + 1], size)
    if len(series) < FEWEST_LEVEL:
        return None
    # What is left of a loss that has come down to rounding is the same as 0.
    differs = np.abs(series - series[-1]) > max(SAME * abs(series[-1]), NOTHING * abs(series[0]))
    since = int(np.flatnonzero(differs)[-1]) + 1 if differs.any() else 0
    return begun + since * size if since <= len(series) // 2 else None


def is_nothing(loss: float, first: float) -> bool:
    """Whether a loss is 0, or nothing but rounding beside the first one."""
    return abs(loss) <= NOTHING * abs(first)


def _lowest(timeline: Timeline, begun: int, last: int) -> int:
    """The step from which on the loss grows: the last of those with the lowest."""
    return int(last - np.argmin(timeline.losses[begun : last + 1][::-1]))


def _means(losses: Array, size: int) -> Array:
    # Divided first, so that the sum of large ones does not overflow.
    means: Array = (losses[: len(losses) // size * size] / size).reshape(-1, size).sum(axis=1)
    return means


def _accelerates(timeline: Timeline, begun: int, last: int) -> bool:
    """Whether the second half of the losses, or of their means over whole epochs, grows faster and faster."""
    losses = timeline.losses[begun : last + 1]
    with np.errstate(over="ignore"):
        for series in (losses, _means(losses, timeline.steps_per_epoch)):
            growth = np.diff(series[len(series) // 2 :])
            if len(growth) + 1 >= FEWEST_LOSSES and (growth > 0).all() and (np.diff(growth) > 0).all():
                return True
    return False


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


def _starts_at_zero(problem: Problem, first: float) -> bool:
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
