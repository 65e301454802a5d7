"""What became of a run, and the findings on its losses: what is claimed is tried on a copy that is run on."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from core.diagnosis.ahead import Course, of_growth, of_level
from core.diagnosis.finding import (
    AT_ZERO,
    CONVERGED,
    DIVERGING,
    FROZEN,
    GOING,
    GROWN,
    GROWS,
    IDLE,
    NOT_FINITE,
    SATURATED,
    SLOW,
    STUCK,
    UNLIT,
    Finding,
    Outcome,
)
from core.diagnosis.losses import (
    DIGITS,
    LossAt,
    at_zero,
    grown,
    grows,
    has_no_slope,
    is_nothing,
    level,
    loss_over_all_rows,
    lowest,
    starts_at_zero,
    tolerance_of,
)
from core.diagnosis.off import moves
from core.diagnosis.rates import Faster, of_faster
from core.diagnosis.wording import counted
from core.origins import Place
from core.step import Step
from core.text import significant
from core.timeline import Timeline

CAUSES = (IDLE, UNLIT, SATURATED, AT_ZERO, FROZEN, GROWN)  # why a loss that changes no more is stuck, not converged
KEPT_FROM_LEARNING = (IDLE, UNLIT, SATURATED)  # findings that are none where the loss is 0
FEWEST_LOSSES = 4  # that a growth is read from
MORE = 10  # times as much as under α the loss must fall under a larger one, to say that α is too small

Slices = Generator[tuple[int, int], None, list[Finding]]


@dataclass(frozen=True, eq=False)
class Losses:
    """The losses of a run over all rows, up to a step.

    step    the last one that is looked at
    loss    before its update
    first   the first one that it can be compared with
    """

    timeline: Timeline
    step: Step
    loss: float
    first: LossAt

    @classmethod
    def of(cls, timeline: Timeline, step: Step, begun: int) -> Losses:
        """Those of the steps from `begun` on."""
        first = LossAt(begun, loss_over_all_rows(timeline[begun]))
        return cls(timeline, step, loss_over_all_rows(step), first)

    @property
    def last(self) -> int:
        return self.step.index

    @property
    def course(self) -> str:
        """From what to what it goes."""
        at = f" at step {self.first.step}" if self.first.step else ""
        goes = f"the loss goes from {significant(self.first.loss, DIGITS)}{at} to {significant(self.loss, DIGITS)}"
        return f"{goes} in {counted(self.last - self.first.step, 'step')}"


def of_growing(losses: Losses, thorough: bool) -> Slices:
    """That the loss grows, where it does: without bound, if the run overflows when it is run on."""
    timeline, last, loss, first = losses.timeline, losses.last, losses.loss, losses.first
    problem = losses.step.problem
    if last == first.step or not loss > first.loss + tolerance_of(first.loss):
        return []
    at = Place(lowest(timeline, first.step, last), "loss", ())
    if timeline.diverged is not None and timeline.diverged.step == last + 1:
        return [grows(problem, loss, at, last, timeline.diverged)]
    back = end = None
    if last - first.step + 1 >= FEWEST_LOSSES:
        overflow, back, end = yield from of_growth(timeline, losses.step, first.loss, thorough)
        if overflow is not None:
            return [grows(problem, loss, at, last, overflow)]
    if last - first.step < timeline.steps_per_epoch:
        return []
    return [grown(problem, first, loss, at, last, back, end)]


def at_once(losses: Losses, findings: Sequence[Finding]) -> tuple[Outcome, list[Finding]] | None:
    """What became of a run that diverges, or whose loss is 0, and its findings; None of any other."""
    kinds = {f.kind: f for f in findings}
    if NOT_FINITE in kinds:
        end = f"; step {kinds[NOT_FINITE].first} is not finite"
        return Outcome(DIVERGING, losses.course + end), list(findings)
    if GROWS in kinds:
        return Outcome(DIVERGING, "; ".join((losses.course, *kinds[GROWS].lines))), list(findings)
    if not is_nothing(losses.loss, losses.first.loss):
        return None
    told = [replace(f, alarm=False) if f.kind in KEPT_FROM_LEARNING else f for f in findings]
    shown = significant(losses.loss, DIGITS)
    return Outcome(CONVERGED, f"the loss is {shown} after {counted(losses.last, 'step')}"), told


def of_outcome(
    losses: Losses, findings: Sequence[Finding], thorough: bool
) -> Generator[tuple[int, int], None, tuple[Outcome, list[Finding]]]:
    """What became of the run, and all findings: with those that this takes, and alarms where they tell why it does not
    learn. A level loss is run on, and a larger α is tried.
    """
    if (settled := at_once(losses, findings)) is not None:
        return settled
    told, last, shown = list(findings), losses.last, significant(losses.loss, DIGITS)
    first, step = losses.first.step, losses.step
    since, at_start = level(losses.timeline, first, last), is_at_zero(losses)
    if since is None and not at_start:
        return Outcome(GOING, losses.course), told
    still = _rests(step)
    course = Course(known=True) if still else (yield from of_level(losses.timeline, step, first, thorough))
    same = course.known and course.changed is None
    if at_start and same:
        told.append(at_zero(step, losses.loss))
    if since is None:
        return Outcome(GOING, losses.course), told
    text = f"the loss is {shown} from step {since} to step {last}, to 3 digits"
    if losses.timeline.steps_per_epoch > 1:
        text = (
            f"the loss is {shown} at step {last}, and its mean over an epoch the same to 3 digits from step {since} on"
        )
    flat, faster = has_no_slope(step, losses.loss), Faster()
    if tries := not flat and not (at_start and same) and (same or since == first):
        faster = yield from of_faster(step, losses.loss, thorough)
    if since == first and losses.loss - faster.loss > MORE * abs(losses.loss - losses.first.loss):
        told.append(_slow(losses, faster))
    if course.changed is not None:
        later = course.changed
        return Outcome(GOING, f"{text}; run on, it is {significant(later.loss, DIGITS)} at step {later.step}"), told
    if not (same and faster.known):
        return Outcome(GOING, text), told
    if faster.falls:
        text += f", but it falls {_under(faster, step.statement.letters['alpha'])}"
        if not still and step.learning_rate:
            return Outcome(GOING, text), told
    causes = [f for f in told if f.kind in CAUSES and (f.alarm or f.kind in (SATURATED, GROWN))]
    if not causes and not faster.falls:
        text += "; nothing moves it any more" if still else "; the gradient is practically 0" * flat
        text += "; with no larger α that was tried it falls" * tries
    if not (causes or faster.falls or since == first):
        return Outcome(CONVERGED, text), told
    return Outcome(STUCK, text), [replace(f, alarm=f.alarm or f.kind in (SATURATED, GROWN)) for f in told]


def is_at_zero(losses: Losses) -> bool:
    """Whether the loss is that of the start, which is that of weights that are all 0."""
    first, loss = losses.first, losses.loss
    if losses.last == 0 or first.step or not loss or abs(loss - first.loss) > tolerance_of(first.loss):
        return False
    return starts_at_zero(losses.timeline[0].problem, first.loss)


def _rests(step: Step) -> bool:
    """Whether no step will move anything any more."""
    return step.problem.batch_size is None and not step.problem.changes_with_step and not moves(step)


def _slow(losses: Losses, faster: Faster) -> Finding:
    step = losses.step
    rate, alpha = significant(step.learning_rate, DIGITS), step.statement.letters["alpha"]
    steps, before = counted(losses.last - losses.first.step, "step"), significant(losses.first.loss, DIGITS)
    text = (
        f"{alpha} is too small: {steps} with {alpha} = {rate} take the loss from {before} to "
        f"{significant(losses.loss, DIGITS)}, but it falls {_under(faster, alpha)}"
    )
    return Finding(SLOW, text, losses.first.step, step.index, Place(step.index, "loss", ()), alarm=True)


def _under(faster: Faster, alpha: str) -> str:
    loss, rate = significant(faster.loss, DIGITS), significant(faster.rate, DIGITS)
    return f"to {loss} in {counted(faster.steps, 'step')} with {alpha} = {rate}"
