"""Whether a session that is replayed comes to the losses that it had when it was saved."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from itertools import takewhile

import numpy as np

from core.arrays import Array
from core.branch import Branch
from core.branches import Timelines
from core.errors import DivergedError, ProblemError
from core.files import legible
from core.machine import fingerprint
from core.problem import Problem
from core.session import LossDigest, NamedBranch, Recorded, Session
from core.source import Source
from core.text import clean, significant
from core.timeline import Timeline

DIGITS = 8  # of a digest, hexadecimal
SHOWN = 8  # of a loss


def lengths(steps: int) -> list[int]:
    """The numbers of steps at which the losses of so many are looked at: powers of four, and all."""
    return [*takewhile(lambda length: length < steps, (4**k for k in range(32))), steps]


def loss_digest(losses: Array) -> LossDigest:
    """What the losses of the steps from 0 on came to, at least one."""
    data, found, done, digests = np.ascontiguousarray(losses, "<f8"), sha256(), 0, {}
    for length in lengths(len(data)):
        found.update(data[done:length].tobytes())
        digests[length] = found.hexdigest()[:DIGITS]
        done = length
    return LossDigest(float(data[-1]), digests)


def problem_digest(problem: Problem) -> str:
    """Of everything that its runs follow from."""

    def told(array: Array) -> str:
        return f"{array.shape} {sha256(array.astype('<f8').tobytes()).hexdigest()}"

    return sha256(repr(problem.particulars(told)).encode()).hexdigest()[:DIGITS]


def recorded(session: Session, timelines: Timelines) -> Recorded:
    """What a session has come to in `timelines`; of a branch that they have not computed as far as that, what it came
    to when it was saved, if it still may.
    """
    before, machine, root = session.recorded, fingerprint(), Branch(session.source)
    problem = problem_digest(timelines[root].problem) if root in timelines else before.problem
    may_stay = before.machine == machine and before.problem == problem
    losses = {}
    for named in session.branches:
        reached = timelines[named.branch].losses if named.branch in timelines else np.empty(0)
        if 0 < named.steps <= len(reached):
            losses[named.branch] = loss_digest(reached[: named.steps])
        elif may_stay and named.branch in before.losses:
            losses[named.branch] = before.losses[named.branch]
    return Recorded(machine, problem, losses)


def replay(
    session: Session, timelines: Timelines, train: Callable[[Timeline, int], object] = Timeline.approach
) -> tuple[str, ...]:
    """Compute every branch as far as it was when the session was saved, and return what is not as it was then, a line
    each. `train(timeline, steps)` computes the steps before `steps`.

    Raises ProblemError where the problem cannot be read, or an edit cannot be made any more.
    """
    timelines[Branch(session.source)]
    lost = []
    for named in session.branches:
        try:
            train(timelines[named.branch], named.steps)
        except ProblemError as error:
            raise ProblemError(named.name, error.mistakes) from None
        except DivergedError as error:
            if named.branch not in timelines:  # it does not get to the step of its edits
                lost.append(f"{named.name}: {error}")
    return (*lost, *replay_differences(session, timelines))


def replay_differences(session: Session, timelines: Timelines) -> tuple[str, ...]:
    """What is not as it was when the session was saved, a line each, as far as `timelines` have computed it."""
    before, root = session.recorded, Branch(session.source)
    computed = [(named, timelines[named.branch]) for named in session.branches if named.branch in timelines]
    differences = ((named.name, _difference(named, before, timeline)) for named, timeline in computed)
    found = [f"{name}: {difference}" for name, difference in differences if difference]
    reasons = []
    if before.problem and root in timelines and problem_digest(timelines[root].problem) != before.problem:
        reasons.append(f"{_name(session.source)} has changed since the session was saved")
    if found and before.machine not in (None, here := fingerprint()):
        others = (
            f"{name} {now}, was {then}"
            for name, now, then in zip(here._fields, here, before.machine or (), strict=True)
            if now != then
        )
        reasons.append(f"this machine has another fingerprint: {'; '.join(others)}")
    return (*reasons, *found)


def _difference(named: NamedBranch, before: Recorded, timeline: Timeline) -> str:
    """What the losses of a branch are not as they were; empty where they are, as far as they have been computed."""
    losses, saved = timeline.losses, before.losses.get(named.branch)
    if timeline.diverged is not None and len(losses) < named.steps:
        return f"{timeline.diverged}; {named.steps} steps were saved"
    if saved is None:
        return ""
    first = 0
    for length, digest in saved.digests.items():
        if length > len(losses):
            return ""
        if loss_digest(losses[:length]).digests[length] != digest:
            break
        first = length
    else:
        return ""
    where = f"in step {first}" if length == first + 1 else f"between steps {first} and {length - 1}"
    total = max(saved.digests)
    line = f"the losses differ, first {where}"
    if total > len(losses):
        return line
    now, then = float(losses[total - 1]), saved.loss
    if now == then:
        return f"{line}; that of step {total - 1} is the same"
    relative = abs(now - then) / max(abs(now), abs(then))
    return (
        f"{line}; that of step {total - 1} is {significant(now, SHOWN)} and was {significant(then, SHOWN)}, "
        f"a relative difference of {relative:.0e}"
    )


def _name(source: Source | Problem) -> str:
    return clean(legible(os.path.basename(source.name)))
