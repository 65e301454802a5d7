"""Which units are off in a step, and since when: the slopes f' over all rows of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.arrays import Array, Mask, Rows
from core.diagnosis.cost import products
from core.network import Layer
from core.problem import Problem
from core.quantity import NEXT
from core.step import Step
from core.timeline import Timeline

SMALL_SLOPE = 1e-3  # below it, what comes back through a layer is less than a thousandth
FARTHEST = 2**16  # steps that are walked back in search of the first one
MOST_PRODUCTS = 2**31  # numbers that are multiplied on the way: some seconds
CHUNK, LARGEST_CHUNK = 64, 512  # steps that are looked at in one go, at first and at most
NUMBERS = 2**20  # of all slopes that are held at once


@dataclass(frozen=True, eq=False)
class Off:
    """Of a layer, what is off; the same for several steps, along an axis before the others.

    units       (d,) whose slope is 0 in every row, by a kink of the activation
    rows        (n,) for which the slope of every unit is 0
    saturated   () whether all slopes are below SMALL_SLOPE, of an activation without kinks
    """

    units: Mask
    rows: Mask
    saturated: Mask

    @property
    def parts(self) -> tuple[Mask, Mask, Mask]:
        return self.units, self.rows, self.saturated

    @property
    def any(self) -> bool:
        return any(bool(part.any()) for part in self.parts)


@dataclass(eq=False)
class Since:
    """From which step on each of the same is off, up to the last step; only where it is off there. `floor` is the step
    that the search went back to: what began there may have begun before.
    """

    units: Rows
    rows: Rows
    saturated: Rows
    floor: int = 0

    @property
    def parts(self) -> tuple[Rows, Rows, Rows]:
        return self.units, self.rows, self.saturated


def off_in(steps: Sequence[Step]) -> list[Off]:
    """What is off in these steps of one problem, of every layer; the steps along the first axis."""
    problem, found = steps[0].problem, []
    whole = steps[0].problem.batch_size is None
    z: Array = problem.inputs[np.newaxis]
    with np.errstate(all="ignore"):
        for k, layer in enumerate(problem.network.layers):
            if whole:
                s = np.stack([step.pre_activations[k] for step in steps])
            else:
                s = z @ np.stack([step.weights[k] for step in steps])
                biases = _there([step.biases[k] for step in steps])
                s = s + np.stack(biases)[:, np.newaxis] if biases else s
                z = layer.function(s)
            found.append(_of_layer(layer, s))
    return found


def since(timeline: Timeline, step: Step, now: Sequence[Off]) -> Iterator[tuple[int, int] | list[Since]]:
    """Since when that is so which is off `now`, in `step`. Gives how many steps were looked at and how many there are
    on the way, and the answer, a Since for each layer, at last.
    """
    found = [Since(*[np.full(part.shape, step.index) for part in off.parts], floor=0) for off in now]
    tracked = [[part.copy() for part in off.parts] for off in now]
    if not any(off.any for off in now):
        yield found
        return
    still = _first_still(timeline, step)
    for begun in found:
        for part in begun.parts:
            part[...] = still
    _bisect(timeline, step, found, tracked)
    end, floor, size = still, _floor(step, still), CHUNK
    while end > floor and any(part.any() for parts in tracked for part in parts):
        start = max(floor, end - min(size, _fitting(step.problem)))
        steps = _same_problem([timeline[index] for index in range(start, end)])
        start = end - len(steps)
        for begun, parts, off in zip(found, tracked, off_in(steps), strict=True):
            for first, wanted, mask in zip(begun.parts, parts, off.parts, strict=True):
                _go_back(first, wanted, mask, start)
        end, size = start, min(2 * size, LARGEST_CHUNK)
        yield still - end, still - floor
    for begun in found:
        begun.floor = floor
    yield found


def _first_still(timeline: Timeline, step: Step) -> int:
    """The first step from which on nothing moves any more, up to `step` itself."""
    problem = step.problem
    before, after = _state(step)
    if problem.batch_size is not None or problem.changes_with_step or not _equal(before, after):
        return step.index

    def stands(index: int) -> bool:
        other = timeline[index]
        return other.problem is problem and _equal(_state(other)[0], before)

    return _first(stands, step.index)


def _state(step: Step) -> tuple[list[Array], list[Array]]:
    """What a step starts from and what it leaves: weights, biases and buffers."""
    updated = {name for name in step.buffers if name.endswith(NEXT)}
    return (
        [*step.weights, *_there(step.biases), *(step.buffers[name.removesuffix(NEXT)] for name in sorted(updated))],
        [*step.next_weights, *_there(step.next_biases), *(step.buffers[name] for name in sorted(updated))],
    )


def _there(biases: Sequence[Array | None]) -> list[Array]:
    return [bias for bias in biases if bias is not None]


def _bisect(timeline: Timeline, step: Step, found: Sequence[Since], tracked: Sequence[Sequence[Mask]]) -> None:
    """Units of layer 1 that are off stay off where nothing but their gradient moves them: no step is left out."""
    problem, (units, *_) = step.problem, tracked[0]
    if problem.update.buffers or problem.update.weight_decay or problem.penalty:
        return
    begun = timeline[0].problem
    for unit in np.flatnonzero(units):

        def is_off(index: int, unit: int = int(unit)) -> bool:
            other = timeline[index]
            return other.problem is begun and bool(off_in([other])[0].units[0, unit])

        if begun is problem:
            found[0].units[unit] = _first(is_off, step.index)
            units[unit] = False


def _first(holds: Callable[[int], bool], last: int) -> int:
    """The first step for which it holds, as it does for all that follow, up to `last`."""
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _go_back(first: Rows, wanted: Mask, off: Mask, start: int) -> None:
    """Note for what is still wanted since when, in the steps from `start` on, it is off without a break."""
    steps = len(off)
    on = ~off[::-1]
    broken = on.any(axis=0)
    back = np.where(broken, on.argmax(axis=0), steps)
    np.copyto(first, start + steps - back, where=wanted)
    wanted &= ~broken


def _same_problem(steps: list[Step]) -> list[Step]:
    """The last of the steps that are of one problem."""
    problem = steps[-1].problem
    other = [i for i, step in enumerate(steps) if step.problem is not problem]
    return steps[other[-1] + 1 :] if other else steps


def _floor(step: Step, end: int) -> int:
    return max(0, end - min(FARTHEST, max(1, MOST_PRODUCTS // products(step.problem, whole=True))))


def _fitting(problem: Problem) -> int:
    return max(1, NUMBERS // (len(problem.inputs) * sum(problem.network.sizes)))


def _of_layer(layer: Layer, s: Array) -> Off:
    slopes = layer.function.slope(s)
    if layer.function.kinks:
        off = slopes == 0
        return Off(off.all(axis=1), off.all(axis=2), np.zeros(len(s), dtype=bool))
    steps, rows, units = s.shape
    small = np.abs(slopes).max(axis=(1, 2)) < SMALL_SLOPE
    return Off(np.zeros((steps, units), dtype=bool), np.zeros((steps, rows), dtype=bool), small)


def _equal(some: Sequence[Array], others: Sequence[Array]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(some, others, strict=True))
