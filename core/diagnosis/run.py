"""A diagnosis of a run: what became of it, and the facts that tell why it does not learn."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.cost import Stopped, slice_of
from core.diagnosis.finding import (
    AT_ZERO,
    DIVERGING,
    FROZEN,
    GOING,
    GROWN,
    GROWS,
    IDLE,
    NOT_FINITE,
    RATIO,
    STUCK,
    Diagnosis,
    Finding,
    Outcome,
)
from core.diagnosis.not_finite import of_not_finite
from core.diagnosis.outcome import Losses, at_once, of_growing, of_outcome
from core.diagnosis.rates import of_rate
from core.diagnosis.runs import first_with_this_loss
from core.diagnosis.units import of_units
from core.errors import DivergedError
from core.origins import Place
from core.quantity import NEXT, layer_label
from core.step import Step, shown_in
from core.text import significant
from core.timeline import Timeline

if TYPE_CHECKING:
    from core.notations.words import Notation

Slices = Generator[tuple[int, int], None, Diagnosis]


def diagnose(
    timeline: Timeline,
    last: int,
    progress: Callable[[int, int], object] | None = None,
    thorough: bool = True,
    notation: Notation | None = None,
) -> Diagnosis:
    """What can be said for certain of steps 0 to `last` of a run, computed as far as it must be; of one that stops
    being finite before that, of those up to there. It goes by `timeline[k]` and the losses alone.

    `progress(done, total)` is called every few hundredths of a second (of a large network, after every step); where it
    returns False, the diagnosis ends there with what it has, and is not `complete`. A loss that has grown or is
    level is run on, on a copy, to see what becomes of it. Unless `thorough`, no largest α is looked for, it is run on
    for some tenths of a second at most, and the first step of what began long ago is looked for only as far back as
    some seconds allow. It is told in the names of a `notation`. Raises IndexError where `last` is negative.
    """
    slices = diagnosing(timeline, last, thorough, notation)
    while True:
        try:
            done, total = next(slices)
            if progress is not None and progress(done, total) is False:
                slices.throw(Stopped)
        except StopIteration as end:
            found: Diagnosis = end.value
            break
    return found


def diagnosing(timeline: Timeline, last: int, thorough: bool = True, notation: Notation | None = None) -> Slices:
    """The same in slices: each `next` does some of the work and gives how much is done of how much there is, of the
    part at hand. The StopIteration at last has the Diagnosis as its `value`. The timeline may be used in between.
    """
    if last < 0:
        raise IndexError(f"expected a step of at least 0, found {last}")
    findings: list[Finding] = []
    complete = True
    try:
        yield from _approach(timeline, last)
    except DivergedError as error:
        findings.append(of_not_finite(timeline, error, notation))
        last = error.step - 1
    except Stopped:
        complete, last = False, min(last, len(timeline)) - 1
    if last < 0:
        outcome = Outcome(DIVERGING, findings[0].text) if findings else Outcome(GOING, "there is no step yet")
        return Diagnosis(last, float("nan"), outcome, tuple(findings), complete=complete)
    if timeline.diverged is not None and not findings and last == timeline.diverged.step - 1:
        findings.append(of_not_finite(timeline, timeline.diverged, notation))
    step = shown_in(timeline[last], notation)
    losses = Losses.of(timeline, step, first_with_this_loss(timeline, last))
    outcome = Outcome(GOING, losses.course)
    findings += _frozen(step)
    try:
        findings += yield from of_growing(losses, thorough)
        of_all_units, complete = yield from of_units(timeline, step, thorough)
        findings += of_all_units
        if complete:
            outcome, findings = yield from of_outcome(losses, findings, thorough)
            if thorough:
                yield from _rates(timeline, findings, notation)
    except Stopped:
        complete = False
    if not complete:
        outcome, findings = at_once(losses, findings) or (outcome, findings)
    findings += _ratios(step)
    told = tuple(_told(step, outcome, findings))
    return Diagnosis(last, losses.loss, outcome, tuple(sorted(findings, key=lambda f: not f.alarm)), told, complete)


def facts_of_run(timeline: Timeline, last: int) -> tuple[str, ...]:
    """What a diagnosis of the run up to step `last` has to tell unasked, a sentence each; nothing of a run that learns.
    Raises IndexError or DivergedError where the run does not get to step `last`.
    """
    return diagnose(timeline, timeline[last].index, thorough=False).told


def _approach(timeline: Timeline, last: int) -> Iterator[tuple[int, int]]:
    while len(timeline) <= last:
        timeline.approach(min(last + 1, len(timeline) + slice_of(timeline.problem)))
        yield len(timeline), last + 1


def _rates(timeline: Timeline, findings: list[Finding], notation: Notation | None) -> Iterator[tuple[int, int]]:
    """Add the largest α, where the run diverges: from where the loss was lowest before it grew."""
    growing = [f for f in findings if f.kind in (GROWS, NOT_FINITE)]
    if not growing:
        return
    first = next((f.first for f in growing if f.kind == GROWS), 0)
    for found in of_rate(shown_in(timeline[first], notation), max(f.last for f in growing)):
        if isinstance(found, Finding):
            findings.append(found)
        else:
            yield found


def _frozen(step: Step) -> Iterator[Finding]:
    layers = step.network.layers
    if not any(layer.train_weights or (layer.bias is not None and layer.train_bias) for layer in layers):
        place = Place(step.index, f"W_{layer_label(1, len(layers))}{NEXT}", (1, 1))
        yield Finding(FROZEN, "every weight and bias is frozen: nothing is trained", 0, step.index, place, alarm=True)


def _ratios(step: Step) -> Iterator[Finding]:
    """How large the update of each layer's weights is beside them."""
    depth = len(step.network)
    with np.errstate(all="ignore"):
        for k, (before, after) in enumerate(zip(step.weights, step.next_weights, strict=True), 1):
            moved = after - before
            size, change = float(np.linalg.norm(before)), float(np.linalg.norm(moved))
            letters, name = step.statement.letters, f"W_{layer_label(k, depth)}"
            symbol, updated = letters[name], letters[f"{name}{NEXT}"]
            if size and np.isfinite(change / size):
                ratio = significant(change / size, 2)
                text = f"layer {k}: ‖{updated} - {symbol}‖ / ‖{symbol}‖ = {ratio} at step {step.index}"
                most = np.unravel_index(int(np.abs(moved).argmax()), moved.shape)
                place = Place(step.index, f"{name}{NEXT}", (int(most[0]) + 1, int(most[1]) + 1))
                yield Finding(RATIO, text, step.index, step.index, place, layer=k)


def _told(step: Step, outcome: Outcome, findings: list[Finding]) -> Iterator[str]:
    """The alarms; and that the run is stuck, where none of them says so of the whole network."""
    alarms = [finding for finding in findings if finding.alarm and finding.kind != NOT_FINITE]
    woken = [finding for finding in findings if finding.kind == IDLE and finding.lines]
    yield from (f.text for f in findings if f in alarms or f in woken or f.kind == GROWN)
    whole = any(
        finding.kind in (AT_ZERO, FROZEN) or len(finding.units) == step.network.sizes[finding.layer or 0]
        for finding in alarms
    )
    if outcome.kind == STUCK and not whole:
        yield f"{STUCK}: {outcome.text}"
