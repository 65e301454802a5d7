"""Which units are off in a step, and since when: the slopes f' over all rows of the data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.arrays import Array, Mask, Rows
from core.diagnosis.cost import Stopped, products, slice_of
from core.diagnosis.runs import runs_of
from core.network import Layer
from core.problem import Problem
from core.quantity import NEXT, layer_label
from core.step import Step
from core.tap import Tap
from core.timeline import Timeline

SMALL_SLOPE = 1e-3  # below it, what comes back through a layer is less than a thousandth
FARTHEST = 2**18  # steps that a search that is bounded walks back
MOST_PRODUCTS = 2**31  # numbers that it multiplies on the way: some seconds
NUMBERS = 2**21  # that are held at once
BISECTION = 2**9  # steps that a bisection computes again, about

Walk = Generator[tuple[int, int], None, int]


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
    floor: int

    @classmethod
    def of(cls, off: Off, index: int) -> Since:
        """All of them from step `index` on."""
        units, rows, saturated = (np.full(part.shape, index) for part in off.parts)
        return cls(units, rows, saturated, index)

    @property
    def parts(self) -> tuple[Rows, Rows, Rows]:
        return self.units, self.rows, self.saturated


@np.errstate(all="ignore")
def off_in(run: Timeline, first: int, count: int) -> list[Off]:
    """What is off in `count` steps of a run from `first` on, all its own; of every layer, the steps along the first
    axis.
    """
    problem, found, depth = run.problem, [], len(run.problem.network)
    layers = {layer_label(k, depth): layer for k, layer in enumerate(problem.network.layers, 1)}
    if problem.batch_size is None:
        recorded = _observed(run, first, count, [f"s_{label}" for label in layers])
        return [_of_layer(layer, recorded[f"s_{label}"]) for label, layer in layers.items()]
    recorded = _observed(run, first, count, [f"{letter}_{label}" for letter in "Wb" for label in layers])
    z: Array = problem.inputs
    for label, layer in layers.items():
        s = z @ recorded[f"W_{label}"]
        if layer.bias is not None:
            s += recorded[f"b_{label}"][:, np.newaxis]
        found.append(_of_layer(layer, s))
        z = layer.function(s)
    return found


@np.errstate(all="ignore")
def off_of(step: Step) -> list[Off]:
    """What is off in a step, of every layer."""
    whole = step.problem.batch_size is None
    scores = step.pre_activations if whole else [s for s, _ in step.network.forward(step.problem.inputs)]
    each = (_of_layer(layer, s[np.newaxis]) for layer, s in zip(step.network.layers, scores, strict=True))
    return [Off(off.units[0], off.rows[0], off.saturated[0]) for off in each]


def _observed(run: Timeline, first: int, count: int, names: Collection[str]) -> dict[str, Array]:
    """Quantities of steps of a run, by name, the steps along the first axis."""
    tap = Tap(names, count)
    run.observe(first, first + count, tap)
    sizes = run.schedule.sizes(first, first + count)
    found: dict[str, Array] = {}
    for size in np.unique(sizes).tolist():
        chosen = sizes == size
        for name, values in tap.rows(size).items():
            of_all = found.setdefault(name, np.empty((count, *values.shape[1:])))
            of_all[chosen] = values[: int(chosen.sum())]
    return found


def since(
    timeline: Timeline, step: Step, now: Sequence[Off], bounded: bool
) -> Generator[tuple[int, int], None, tuple[list[Since], bool]]:
    """Since when that is so which is off `now`, in `step`, and whether the search was not stopped. Where it is
    `bounded`, it goes back as far as some seconds allow. Gives how many steps were looked at of how many on the way.
    """
    found, end = [Since.of(off, step.index) for off in now], step.index
    tracked = [[part.copy() for part in off.parts] for off in now]
    if not any(off.any for off in now):
        return found, True
    try:
        still = end = yield from _first_still(timeline, step)
        found = [Since.of(off, end) for off in now]
        floor = _floor(step.problem, end) if bounded else 0
        if end - floor > BISECTION * int(tracked[0][0].sum()):
            yield from _bisect(timeline, end, found[0].units, tracked[0][0])
        for run, last in runs_of(timeline, end - 1):
            end = last + 1
            while end > max(run.start, floor) and any(part.any() for parts in tracked for part in parts):
                first = max(run.start, floor, end - fitting(run.problem))
                while timeline.approach(first, slice_of(run.problem)):
                    yield still - end, still - floor
                _go_back(found, tracked, off_in(run, first, end - first), first)
                end = first
                yield still - end, still - floor
    except Stopped:
        return [replace(begun, floor=end) for begun in found], False
    return [replace(begun, floor=floor) for begun in found], True


def _first_still(timeline: Timeline, step: Step) -> Walk:
    """The first step from which on nothing moves any more, up to `step` itself; a fork begins with a move."""
    problem = step.problem
    if problem.batch_size is not None or problem.changes_with_step or moves(step):
        return step.index
    state = timeline.state(step.index)
    run, _ = runs_of(timeline, step.index)[0]
    return (yield from _first(lambda index: np.array_equal(timeline.state(index), state), run.start, step.index))


def moves(step: Step) -> bool:
    """Whether it changes a weight, a bias or a buffer."""
    changes = [
        *zip(step.weights, step.next_weights, strict=True),
        *zip(step.biases, step.next_biases, strict=True),
        *((step.buffers[name.removesuffix(NEXT)], after) for name, after in step.buffers.items() if NEXT in name),
    ]
    return any(
        not np.array_equal(before, after) for before, after in changes if before is not None and after is not None
    )


def _bisect(timeline: Timeline, end: int, begun: Rows, units: Mask) -> Generator[tuple[int, int], None, None]:
    """Units of layer 1 that are off stay off where nothing but their gradient moves them: no step is left out."""
    for unit in np.flatnonzero(units).tolist():
        for run, last in runs_of(timeline, end - 1):

            def is_off(index: int, unit: int = unit, run: Timeline = run) -> bool:
                return bool(off_in(run, index, 1)[0].units[0, unit])

            if not is_off(last):
                units[unit] = False
                break
            if _moves_by_itself(run.problem):
                break
            begun[unit] = first = yield from _first(is_off, run.start, last)
            if first > run.start or not first:
                units[unit] = False
                break


def _moves_by_itself(problem: Problem) -> bool:
    """Whether a weight may move in a step in which its gradient is 0."""
    return bool(problem.update.buffers or problem.update.weight_decay or problem.penalty)


def _first(holds: Callable[[int], bool], low: int, high: int) -> Walk:
    """The first step for which it holds, of those from `low` to `high`; it does for all that follow."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
        yield 0, high - low
    return low


def _go_back(found: Sequence[Since], tracked: Sequence[Sequence[Mask]], off: Sequence[Off], start: int) -> None:
    """Note for what is still tracked since when, in the steps from `start` on, it is off without a break."""
    for begun, wanted, now in zip(found, tracked, off, strict=True):
        for first, still, mask in zip(begun.parts, wanted, now.parts, strict=True):
            on = ~mask[::-1]
            broken = on.any(axis=0)
            back = np.where(broken, on.argmax(axis=0), len(mask))
            np.copyto(first, start + len(mask) - back, where=still)
            still &= ~broken


def _floor(problem: Problem, end: int) -> int:
    return max(0, end - min(FARTHEST, max(1, MOST_PRODUCTS // products(problem, whole=True))))


def fitting(problem: Problem) -> int:
    """How many steps are looked at in one go."""
    network, rows = problem.network, len(problem.inputs)
    held = rows * sum(network.sizes) + (1 + len(problem.update.buffers)) * products(problem, whole=True) // rows
    return max(1, min(slice_of(problem, whole=True), NUMBERS // held))


def _of_layer(layer: Layer, s: Array) -> Off:
    slopes = layer.function.slope(s)
    if layer.function.kinks:
        off = slopes == 0
        return Off(off.all(axis=1), off.all(axis=2), np.zeros(len(s), dtype=bool))
    steps, rows, units = s.shape
    small = np.abs(slopes).max(axis=(1, 2)) < SMALL_SLOPE
    return Off(np.zeros((steps, units), dtype=bool), np.zeros((steps, rows), dtype=bool), small)
