"""What a run with momentum comes to, which sgdb itself has none of: somebody may have trained with it."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from core.arrays import Array
from core.computation import values_of
from core.step import Step
from core.timeline import Timeline
from core.updates import SGD

MOST_STEPS = 50  # of a run, that are computed anew


class Momentum:
    """The updates of a step after a run with v⁺ = μ v + ∂W and W⁺ = W - α v⁺."""

    def __init__(self, step: Step) -> None:
        self._step = step

    def concerns(self, name: str) -> bool:
        """Whether it makes another number of a quantity: of weights or biases after a step of plain SGD, with steps
        before it, and not too many.
        """
        statement = self._step.statement
        is_plain = statement.problem.update.name == SGD.name
        return is_plain and name in statement.updates.values() and 0 < self._step.index <= MOST_STEPS

    @cached_property
    def _steps(self) -> list[Step]:
        timeline = Timeline(self._step.problem)
        return [timeline[i] for i in range(self._step.index + 1)]

    @np.errstate(all="ignore")
    def update(self, name: str, momentum: float) -> Array:
        """What the weights or biases `name` come to after the step: W_1_next, with a momentum μ."""
        updates = self._step.statement.updates
        now = {given: self._steps[0].values[given] for given in updates}
        moved = {given: np.zeros(values.shape) for given, values in now.items()}
        for step in self._steps:
            values = {**values_of(step), **now}
            for computed in step.statement.equations:
                values[computed] = step.statement.evaluate(computed, values)
            moved = {given: momentum * moved[given] + values[updates[given]] - now[given] for given in now}
            now = {given: now[given] + moved[given] for given in now}
        return next(now[given] for given, updated in updates.items() if updated == name)
