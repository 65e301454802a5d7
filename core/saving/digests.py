"""What a session has come to: how far its branches have been computed, and digests of their losses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from itertools import takewhile
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.branch import Branch
from core.branches import Timelines
from core.machine import fingerprint
from core.problem import Problem
from core.session import LossDigest, Recorded, Session

DIGITS = 8  # of a digest, hexadecimal
NOTHING: Array = np.empty(0)


class Reached(NamedTuple):
    """The problem of a session, where it has been read, and the losses of its branches so far. They stay as they are
    while timelines go on, so another thread can take its time over them.
    """

    problem: Problem | None
    losses: Mapping[Branch, Array]


def reached(session: Session, timelines: Timelines) -> Reached:
    """How far `timelines` have come now; takes no time."""
    there = {named.branch: timelines[named.branch] for named in session.branches if named.branch in timelines}
    root = Branch(session.source)
    problem = timelines[root].problem if root in timelines else None
    return Reached(problem, {branch: timeline.losses for branch, timeline in there.items()})


def lengths(steps: int) -> list[int]:
    """The numbers of steps at which the losses of so many are looked at: powers of four, and all."""
    return [*takewhile(lambda length: length < steps, (4**k for k in range(32))), steps]


def digests(losses: Array, at: Iterable[int]) -> dict[int, str]:
    """Digests of the first so many losses, by how many, which come in order; those that are there."""
    data, found, done, digests = np.ascontiguousarray(losses, "<f8"), sha256(), 0, {}
    for length in takewhile(len(data).__ge__, at):
        found.update(data[done:length].tobytes())
        digests[length] = found.hexdigest()[:DIGITS]
        done = length
    return digests


@lru_cache(maxsize=1)
def problem_digest(problem: Problem) -> str:
    """Of everything that its runs follow from."""

    def told(array: Array) -> str:
        return f"{array.shape} {sha256(array.astype('<f8').tobytes()).hexdigest()}"

    return sha256(repr(problem.particulars(told)).encode()).hexdigest()[:DIGITS]


def as_reached(session: Session, there: Reached) -> Session:
    """A session as it is saved: with the numbers of steps that were computed, and what they came to. Of a branch that
    has not been computed again as far as it was, what it came to then stays, if it still may.
    """
    before, machine = session.recorded, fingerprint()
    problem = before.problem if there.problem is None else problem_digest(there.problem)
    may_stay = before.machine == machine and before.problem == problem
    branches, losses = [], {}
    for named in session.branches:
        computed = there.losses.get(named.branch, NOTHING)
        steps = max(named.steps, len(computed))
        branches.append(replace(named, steps=steps, written=()))
        if len(computed) == steps > 0:
            losses[named.branch] = LossDigest(float(computed[-1]), digests(computed, lengths(steps)))
        elif may_stay and named.branch in before.losses:
            losses[named.branch] = before.losses[named.branch]
    return replace(session, branches=tuple(branches), recorded=Recorded(machine, problem, losses))
