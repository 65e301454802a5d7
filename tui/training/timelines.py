"""Timelines: the timelines of one problem under the losses that somebody looks at."""

from __future__ import annotations

from core import Loss, Problem, Timeline

MOST_COMPANIONS = 4  # runs beside the one looked at that are kept


class Timelines:
    """The problem's own run, which stays, and one more under another loss: one that is left can be trained again."""

    def __init__(self, problem: Problem) -> None:
        self._own = Timeline(problem)
        self._other: Timeline | None = None
        self._companions: dict[Loss, Timeline] = {}

    def __getitem__(self, loss: Loss) -> Timeline:
        """The run under `loss`, a new one where it is not kept."""
        timeline = self.known(loss)
        if timeline is None:
            timeline = self._other = self._under(loss)
        return timeline

    def known(self, loss: Loss) -> Timeline | None:
        """The run under `loss` if it is kept."""
        return next((run for run in (self._own, self._other) if run is not None and run.problem.loss == loss), None)

    def companion(self, loss: Loss) -> Timeline:
        """The run under `loss` that accompanies the one looked at in the plot; it pushes none of them out."""
        if loss not in self._companions:
            if len(self._companions) >= MOST_COMPANIONS:
                self._companions.pop(next(iter(self._companions)))
            self._companions[loss] = self._under(loss)
        return self._companions[loss]

    def _under(self, loss: Loss) -> Timeline:
        return Timeline(self._own.problem.with_loss(loss))
