"""What is worth knowing of a run beside its last loss: that it grows, that units are idle, that nothing is learned."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from core.arrays import Array, Mask
from core.errors import DivergedError
from core.network import Layer, Network
from core.problem import Problem
from core.step import Step
from core.text import significant
from core.timeline import Timeline
from core.updates import SGD, Momentum

DIGITS = 4  # of the losses that are named
SAME = 5e-4  # of a loss: two that differ by less are the same to 3 digits
LARGEST = 1e150  # whose square does not overflow
FEWEST_LOSSES = 4  # that a growth is read from
FARTHEST = 1000  # steps that are walked back in search of the first one with an idle unit
MOST_NUMBERS = 2**24  # that are computed on the way


def loss_over_all_rows(step: Step) -> float:
    """ℒ over all rows of the data, before the update of `step`, with the problem's reduction; inf where it overflows.
    The same as the step's loss where its batch is all rows.
    """
    whole = len(step.batch) == len(step.problem.inputs)
    return step.loss if whole else _loss(step.problem, step.network)


def facts_of_run(timeline: Timeline, last: int) -> tuple[str, ...]:
    """What can be said for certain of the run up to step `last`, a sentence for each fact; none for a run that learns.

    - The loss grows without bound: it is larger than at first, and the run stopped being finite, or in its second half
      the loss grew in every step, or its mean in every epoch, each time by more than before.
    - The loss has grown: it is larger than at first, to 3 digits, after at least an epoch.
    - Nothing is learned: to 3 digits the loss is that of the start, and that of hidden layers whose weights are all 0.
    - Units are idle: the slope of an activation with a kink is 0 in all rows, from a step on.

    Losses are over all rows. Raises IndexError or DivergedError where the run does not get to step `last`.
    """
    step = timeline[last]
    return (*_of_losses(timeline, step), *_of_idle_units(timeline, step))


def _of_losses(timeline: Timeline, step: Step) -> Iterator[str]:
    steps, problem = step.index, step.problem
    if steps == 0:
        return
    first, loss = (loss_over_all_rows(timeline[index]) for index in (0, steps))
    after = f"after {_counted(steps, 'step')}"
    if loss > first and (timeline.diverged is not None or _accelerates(timeline, steps)):
        yield f"the loss grows without bound: {significant(loss, DIGITS)} {after}; {_remedy(problem)}"
    elif loss > first + SAME * abs(first) and steps >= timeline.steps_per_epoch:
        grown = f"from {significant(first, DIGITS)} to {significant(loss, DIGITS)}"
        yield f"the loss has grown {grown} {after}; {_remedy(problem)}"
    elif loss != 0 and abs(loss - first) <= SAME * abs(first) and _starts_at_zero(problem, first):
        told = f"the loss {after} is that of the start, {significant(loss, 3)}"
        yield f"{told}: the weights start so small that nothing is learned"


def _accelerates(timeline: Timeline, steps: int) -> bool:
    """Whether the second half of the losses, or of their means over whole epochs, grows faster and faster."""
    size = timeline.steps_per_epoch
    losses = timeline.losses[: steps + 1]
    means = losses[: len(losses) // size * size].reshape(-1, size).mean(axis=1)
    for series in (losses, means):
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
        f"the sum over {_counted(rows, 'row')} with the learning rate {significant(rate, DIGITS)} makes the steps too "
        "large: try --reduction mean or a smaller --lr"
    )


def _starts_at_zero(problem: Problem, first: float) -> bool:
    """Whether a network with hidden layers starts with the loss that it has when all its weights are 0: a point that
    the gradients do not lead away from.
    """
    layers = problem.network.layers
    at_zero = Network([replace(layer, weights=np.zeros_like(layer.weights)) for layer in layers])
    return len(layers) > 1 and abs(_loss(problem, at_zero) - first) <= SAME * abs(first)


def _of_idle_units(timeline: Timeline, step: Step) -> Iterator[str]:
    problem = step.problem
    for k, (layer, idle) in enumerate(zip(step.network.layers, _idle(step.network, problem.inputs), strict=True)):
        if idle.any():
            units = _units(k, layer, idle, len(problem.network))
            yield f"{units} idle in all rows {_since(timeline, step, k, idle)}"


def _since(timeline: Timeline, step: Step, k: int, idle: Mask) -> str:
    """From which step on the units `idle` of layer k (from 0) have all been idle, up to `step`."""
    problem = step.problem

    def are_idle(index: int) -> bool:
        return bool(_idle(timeline[index].network, problem.inputs)[k][idle].all())

    if k == 0 and problem.update == SGD() and not problem.penalty:
        # Without a gradient nothing moves them, so that they stay idle.
        return f"from step {bisect_left(range(step.index), True, key=are_idle)} on"
    numbers = len(problem.inputs) * sum(problem.network.sizes)
    farthest = max(0, step.index - min(FARTHEST, MOST_NUMBERS // numbers))
    since = step.index
    while since > farthest and are_idle(since - 1):
        since -= 1
    if since == farthest > 0:
        return f"from step {since} on at the latest"
    return f"from step {since} on"


def _idle(network: Network, inputs: Array) -> list[Mask]:
    """Which units of each layer have the slope 0 in all rows of `inputs`, where the activation has a kink."""
    found = []
    z = inputs
    with np.errstate(all="ignore"):
        for layer in network.layers:
            s = z @ layer.weights + (0.0 if layer.bias is None else layer.bias)
            kinked = bool(layer.function.kinks)
            found.append((layer.function.slope(s) == 0).all(axis=0) & kinked)
            z = layer.function(s)
    return found


def _units(k: int, layer: Layer, idle: Mask, depth: int) -> str:
    """Which units of layer k (from 0) are meant, with the verb: "both hidden units are"."""
    output = k == depth - 1
    kind = "output unit" if output else "hidden unit" if depth == 2 else "unit"
    place = f" of layer {k + 1}" if kind == "unit" else ""
    count, plural = int(idle.sum()), f"{kind}s{place}"
    if count == layer.units:
        return f"the {kind}{place} is" if count == 1 else f"{'both' if count == 2 else f'all {count}'} {plural} are"
    which = ", ".join(str(j + 1) for j in np.flatnonzero(idle))
    return f"{count} of {layer.units} {plural} ({which}) {'is' if count == 1 else 'are'}"


def _loss(problem: Problem, network: Network) -> float:
    try:
        return Timeline(replace(problem, network=network, batch_size=None))[0].loss
    except DivergedError:
        return float("inf")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
