"""Units that are idle, rows that light none, and layers that are saturated: what is said of them, and since when."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

import numpy as np

from core.arrays import Array, Mask, Rows
from core.diagnosis.ahead import NEVER, Again, of_off
from core.diagnosis.cost import Stopped
from core.diagnosis.finding import IDLE, SATURATED, UNLIT, Finding
from core.diagnosis.losses import over_all_rows
from core.diagnosis.off import SMALL_SLOPE, Off, Since, off_of, since
from core.diagnosis.wording import rows_text
from core.network import Layer
from core.origins import Place
from core.quantity import layer_label
from core.step import Step
from core.text import significant
from core.timeline import Timeline

MOST_GROUPS = 4  # findings on the units of a layer, or on rows, that began to be off at different steps
FARTHEST_BATCH = 32  # steps in which the row is looked for that a finding leads to

Slices = Generator[tuple[int, int], None, tuple[list[Finding], bool]]


def of_units(timeline: Timeline, step: Step, thorough: bool) -> Slices:
    """What is off in `step`, and since when, and whether that was found: as `since` does. It tells why the
    network does not learn only where it stays so when the run is run on.
    """
    now, pulls = off_now(step)
    begun, complete = yield from since(timeline, step, now, bounded=not thorough)
    again = [Again(np.full(off.units.shape, NEVER), np.full(off.rows.shape, NEVER)) for off in now]
    if complete:
        tried = [replace(off, rows=off.rows & ~pulls) for off in now]
        try:
            again = yield from of_off(timeline, step, tried, thorough)
        except Stopped:
            complete = False
    found: list[Finding] = []
    for k, (off, first) in enumerate(zip(now, begun, strict=True)):
        found += _idle(step, k, off.units, first, again[k].units)
        found += _unlit(timeline, step, k, off.rows, first, pulls, again[k].rows)
        if off.saturated:
            found.append(_saturated(step, k, first))
    return found, complete


def off_now(step: Step) -> tuple[list[Off], Mask]:
    """What is off in `step`, of each layer: of the rows, only those that cost something; and whether each row's loss
    has a part in the gradient of anything that is trained.
    """
    whole = over_all_rows(step)
    costs = np.zeros(len(step.problem.inputs), dtype=bool) if whole is None else whole.sample_losses != 0
    # Rows that cost nothing need no unit; and where all units are idle, no row has one.
    now = [replace(off, rows=off.rows & costs & (not off.units.all())) for off in off_of(step)]
    return now, np.zeros(len(costs), dtype=bool) if whole is None else _pulls(whole)


def said_now(step: Step) -> list[str]:
    """What keeps the network from learning in `step`, a clause for each layer: its units that are idle, its rows that
    nothing pulls on, that it is saturated. Whether it was so before, or stays so, is not asked.
    """
    now, pulls = off_now(step)
    found: list[str] = []
    for k, off in enumerate(now):
        layer, depth = step.network.layers[k], len(step.network)
        rows = np.flatnonzero(off.rows & ~pulls) + 1
        if off.units.any():
            found.append(f"{_units(k, layer, off.units, depth)} idle in all rows")
        if len(rows):
            verb = "lights" if len(rows) == 1 else "light"
            found.append(f"{rows_text(rows.tolist(), len(off.rows))} {verb} no unit of layer {k + 1}")
        if off.saturated:
            found.append(f"layer {k + 1} is saturated")
    return found


def kinds_now(step: Step) -> tuple[str, ...]:
    """What `said_now` says, without the numbers of units and rows: the same for steps that are off in the same way."""
    now, pulls = off_now(step)
    found: list[str] = []
    for k, off in enumerate(now, 1):
        if off.units.any():
            found.append(f"{'all' if off.units.all() else 'some'} units of layer {k} are idle in all rows")
        if (off.rows & ~pulls).any():
            found.append(f"some rows light no unit of layer {k}")
        if off.saturated:
            found.append(f"layer {k} is saturated")
    return tuple(found)


def _idle(step: Step, k: int, idle: Mask, begun: Since, again: Rows) -> Iterator[Finding]:
    """That units of layer k (from 0) are idle: a finding for each step from which on some are. Where all are in the
    end, and stay so, one tells of all, and those before it are part of it. No alarm are those that are not `again` in
    a later step.
    """
    layer, depth = step.network.layers[k], len(step.network)
    wake = idle & (again != NEVER)
    whole = bool((idle & ~wake).all())
    groups = list(_groups(idle & ~wake, begun.units))
    if whole and len(groups) > 1:
        last = int(begun.units.max())
        groups = [(last, last, idle), *_groups(begun.units < last, begun.units)]
    staying = len(groups)
    for i, (first, until, units) in enumerate((*groups, *_groups(wake, begun.units))):
        text = f"{_units(k, layer, units, depth)} idle in all rows {_from(first, until, begun)}"
        numbers = tuple((np.flatnonzero(units) + 1).tolist())
        cell = (1, int(np.flatnonzero(units & (begun.units == first))[0]) + 1)
        place = Place(first, f"s_{layer_label(k + 1, depth)}", cell)
        alarm, exact = i < staying and (not whole or i == 0), _is_exact(first, begun)
        lines: tuple[str, ...] = ()
        if i >= staying:
            which = "it is not idle in" if len(numbers) == 1 else "none of them has stayed idle up to"
            lines = (f"run on, {which} step {again[units].max()}",)
        yield Finding(IDLE, text, first, step.index, place, alarm, k + 1, units=numbers, exact=exact, lines=lines)


def _unlit(
    timeline: Timeline, step: Step, k: int, rows: Mask, begun: Since, pulls: Mask, again: Rows
) -> Iterator[Finding]:
    """That rows light no unit of layer k (from 0): a finding for each step from which on some do not, of those that
    nothing pulls on, of those that light one `again` in a later step, and of those that something pulls on all the
    same. Only the first are an alarm, and not where it is so in the last step alone.
    """
    name = f"s_{layer_label(k + 1, len(step.network))}"
    left = rows & ~pulls & (again == NEVER)
    returning = rows & ~pulls & (again != NEVER)
    for among in (left, returning, rows & pulls):
        for first, until, some in _groups(among, begun.rows):
            numbers = (np.flatnonzero(some) + 1).tolist()
            one = len(numbers) == 1
            which = rows_text(numbers, len(rows))
            text = f"{which} light{'s' * one} no unit of layer {k + 1} {_from(first, until, begun)}"
            loss = "its loss" if one else "their loss"
            if among is left:
                text += f": nothing pulls on {loss}"
            elif among is returning:
                text += f", but run on, {'it lights' if one else 'they light'} one again "
                text += f"{'at' if one else 'by'} step {again[some].max()}"
            else:
                text += f": only the layers above feel {loss}"
            row = np.flatnonzero(some & (begun.rows == first))[0]
            place = _place_of(timeline, name, int(row), first, step.index)
            alarm, exact = among is left and first < step.index, _is_exact(first, begun)
            yield Finding(UNLIT, text, first, step.index, place, alarm, k + 1, rows=tuple(numbers), exact=exact)


def _place_of(timeline: Timeline, name: str, row: int, first: int, last: int) -> Place | None:
    """The cell of a row of the data (from 0) in the first step that has it, up to `last`."""
    for index in range(first, min(first + FARTHEST_BATCH, last) + 1):
        at = np.flatnonzero(timeline[index].batch == row)
        if len(at):
            return Place(index, name, (int(at[0]) + 1, 1))
    return None


def _groups(chosen: Mask, begun: Rows) -> Iterator[tuple[int, int, Mask]]:
    """The chosen by the step from which on they are off: that step twice, and which; of many steps, the first ones by
    themselves, the others together, with the first of their steps and the last.
    """
    steps: list[int] = np.unique(begun[chosen]).tolist()
    alone = steps if len(steps) <= MOST_GROUPS else steps[: MOST_GROUPS - 1]
    for first in alone:
        yield first, first, chosen & (begun == first)
    if len(alone) < len(steps):
        yield steps[len(alone)], steps[-1], chosen & (begun >= steps[len(alone)])


def _saturated(step: Step, k: int, begun: Since) -> Finding:
    depth, first = len(step.network), int(begun.saturated)
    slope = f"{step.statement.wording.function(k + 1)}'"
    text = (
        f"layer {k + 1} is saturated {_from(first, first, begun)}: every slope {slope} is below "
        f"{significant(SMALL_SLOPE, 1)} in all rows"
    )
    place = Place(first, f"s_{layer_label(k + 1, depth)}", (1, 1))
    return Finding(SATURATED, text, first, step.index, place, layer=k + 1, exact=_is_exact(first, begun))


def _pulls(step: Step) -> Mask:
    """Whether each row's loss has a part in the gradient of anything that is trained."""
    pulled = np.zeros(len(step.inputs), dtype=bool)
    z: Array = step.inputs
    for layer, delta, above in zip(step.network.layers, step.deltas, step.activations, strict=True):
        trained: Mask | bool = (z != 0).any(axis=1) & layer.train_weights
        trained |= layer.bias is not None and layer.train_bias
        pulled |= (delta != 0).any(axis=1) & trained
        z = above
    return pulled


def _units(k: int, layer: Layer, idle: Mask, depth: int) -> str:
    """Which units of layer k (from 0) are meant, with the verb: "both hidden units are"."""
    output = k == depth - 1
    kind = "output unit" if output else "hidden unit" if depth == 2 else "unit"
    place = f" of layer {k + 1}" if kind == "unit" else ""
    count, plural = int(idle.sum()), f"{kind}s{place}"
    if count == layer.units:
        return f"the {kind}{place} is" if count == 1 else f"{'both' if count == 2 else f'all {count}'} {plural} are"
    which = _some(np.flatnonzero(idle) + 1)
    return f"{count} of {layer.units} {plural} ({which}) {'is' if count == 1 else 'are'}"


def _some(numbers: Rows, most: int = 12) -> str:
    """The first of the numbers, and that there are more."""
    return ", ".join(str(int(i)) for i in numbers[:most]) + ", …" * (len(numbers) > most)


def _from(first: int, until: int, begun: Since) -> str:
    if until > first:
        return f"from step {first} or a later one on, all of them from step {until} on"
    return f"from step {first} on{'' if _is_exact(first, begun) else ' at the latest'}"


def _is_exact(first: int, begun: Since) -> bool:
    """Whether it began there, and not before the steps that were looked at."""
    return not 0 < first == begun.floor
