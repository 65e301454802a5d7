"""Scores: how well a run does over all rows, at steps that are evenly apart."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.arrays import Array, Rows
from core.evaluation import Evaluation, Verdict, verdict_on
from core.network import Network
from core.problem import Problem
from core.timeline import Timeline

MOST = 256  # steps of a run that are evaluated


class Points(NamedTuple):
    """Steps (m,), in order, and for each what its network makes of the rows: ℒ, and the share that is right; the root
    mean square of y_out - y_gt where targets are not classes.
    """

    steps: Rows
    losses: Array
    scores: Array


class Scores:
    """Verdicts on the networks before the computed steps 0, s, 2s ... of a run, where s is the smallest power of two
    that makes them at most MOST. Which these are follows from how many steps are computed alone, not from how the run
    got there. Whoever has a verdict on one of them already hands it over.

    The run of a fork shares those before the fork with its parent.
    """

    def __init__(self, timeline: Timeline, parent: Scores | None = None) -> None:
        """`parent` is of the run that the timeline leaves, if it leaves one: None then makes one."""
        self.timeline = timeline
        if parent is None and timeline.parent is not None:
            parent = Scores(timeline.parent)
        self._parent = parent
        self._known: dict[int, Verdict] = {}
        self._next, self._of = 0, 1  # every step before this one on this stride is known
        self._made: dict[bool, tuple[tuple[int, int], Points]] = {}

    @property
    def stride(self) -> int:
        """How many steps are between two that are evaluated."""
        return 1 << max(0, -(-len(self.timeline) // MOST) - 1).bit_length()

    @property
    def due(self) -> int | None:
        """The first step that is still to be evaluated; None: there is none."""
        stride = self.stride
        if stride != self._of:
            self._next, self._of = 0, stride
        while self._next < len(self.timeline) and self._next in self._holder(self._next)._known:
            self._next += stride
        return self._next if self._next < len(self.timeline) else None

    def problem(self, step: int) -> Problem:
        """The problem that a step is of: a fork's may be another than its parent's."""
        return self._holder(step).timeline.problem

    def network(self, step: int) -> Network:
        """The network before a computed step, which may have to be computed anew from a checkpoint."""
        return self.timeline.network(step)

    def put(self, step: int, verdict: Verdict) -> None:
        """A verdict on the network before a step; of a step that is none of those evaluated it is not kept."""
        if step % self.stride == 0:
            self._holder(step)._known.setdefault(step, verdict.brief)

    def evaluate(self, step: int) -> None:
        """Work out the verdict on the network before a step."""
        self.put(step, verdict_on(self.problem(step), self.network(step)))

    def finish(self) -> None:
        """Evaluate all that are due."""
        while (step := self.due) is not None:
            self.evaluate(step)

    def points(self, held_out: bool = False) -> Points:
        """Those known so far, over the rows trained on or those held out."""
        of = len(self.timeline), self._count
        made = self._made.get(held_out)
        if made is None or made[0] != of:
            made = self._made[held_out] = of, self._points(held_out)
        return made[1]

    @property
    def _count(self) -> int:
        return len(self._known) + (0 if self._parent is None else self._parent._count)

    def _points(self, held_out: bool) -> Points:
        found: list[tuple[int, Evaluation]] = []
        for step in range(0, len(self.timeline), self.stride):
            verdict = self._holder(step)._known.get(step)
            evaluation = None if verdict is None else verdict.held_out if held_out else verdict.training
            if evaluation is not None:
                found.append((step, evaluation))
        return Points(
            np.array([step for step, _ in found], dtype=np.intp),
            np.array([one.loss for _, one in found], dtype=float),
            np.array([one.rmse if one.accuracy is None else one.accuracy for _, one in found], dtype=float),
        )

    def _holder(self, step: int) -> Scores:
        """Whose step it is: this run's, or that of one which it came from."""
        return self if self._parent is None or step >= self.timeline.start else self._parent._holder(step)
