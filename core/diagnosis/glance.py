"""A glance at a run: what became of it as far as it went, at the cost of a few steps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.diagnosis.finding import CONVERGED, DIVERGING, GOING, STUCK
from core.diagnosis.losses import DIGITS, NOTHING, has_no_slope, is_nothing, level
from core.diagnosis.outcome import Losses, is_at_zero
from core.diagnosis.runs import first_with_this_loss
from core.diagnosis.units import said_now
from core.diagnosis.wording import counted, joined
from core.step import Step
from core.text import significant
from core.timeline import Timeline


class Glance(NamedTuple):
    """What became of a run, in the words of a diagnosis: `outcome` is converged, stuck, diverging or still going.

    step    from which on that is so: the loss 0 or level, or the step that is not finite; the last one of a run that is
            still going
    reason  a sentence with the numbers why
    """

    outcome: str
    step: int
    reason: str


def glance(timeline: Timeline, step: Step) -> Glance:
    """What became of a run by `step`, one of its own. By the measures of `diagnose`, but by what the run itself has
    shown: it is not run on, no other α is tried, and what is off in the step is not looked for in those before.
    """
    last = step.index
    if (end := timeline.diverged) is not None and end.step == last + 1:
        return Glance(DIVERGING, end.step, str(end))
    losses = Losses.of(timeline, step, first_with_this_loss(timeline, last))
    first, shown = losses.first, significant(losses.loss, DIGITS)
    if is_nothing(losses.loss, first.loss):
        since = _since_nothing(timeline, first.step, last)
        return Glance(CONVERGED, since, f"the loss is {shown} after {counted(last, 'step')}")
    begun = level(timeline, first.step, last)
    if begun is None:
        return Glance(GOING, last, losses.course)
    text = f"the loss is {shown} from step {begun} on"
    if losses.step.problem.batch_size is not None:
        text = f"the loss is {shown} at step {last}, level over epochs from step {begun} on"
    if causes := said_now(step):
        return Glance(STUCK, begun, f"{text}: {joined(causes)}")
    if is_at_zero(losses):
        return Glance(STUCK, begun, f"{text}, as at the start, whose weights are so small that nothing is learned")
    if begun == first.step:
        flat = "the gradient is practically 0" if has_no_slope(step, losses.loss) else "α may be too small"
        return Glance(STUCK, begun, f"{text}: {flat}")
    return Glance(CONVERGED, begun, text)


def _since_nothing(timeline: Timeline, begun: int, last: int) -> int:
    """The step from which on the losses of a run that comes down to 0 are that."""
    losses = np.abs(timeline.losses[begun : last + 1])
    above = np.flatnonzero(losses > NOTHING * losses[0])
    return begun + (int(above[-1]) + 1 if len(above) else 0)
