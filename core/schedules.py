"""Learning rates that change with the step."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule(ABC):
    """How the learning rate of step k follows from k, counted from 0, and from the one that the run begins with."""

    @abstractmethod
    def rate(self, first: float, index: int) -> float:
        """α of step `index`, for α = `first` at step 0."""

    @property
    @abstractmethod
    def words(self) -> str:
        """What it does, for people."""

    def mistakes(self) -> list[str]:
        """What is wrong with its numbers."""
        return []


@dataclass(frozen=True)
class Stages(Schedule):
    """From each step on, the rate that stands beside it: ((0, 0.5), (100, 0.1)). The first one is for step 0."""

    stages: tuple[tuple[int, float], ...]

    def rate(self, first: float, index: int) -> float:  # noqa: ARG002
        return self.stages[bisect_right(self.stages, (index, math.inf)) - 1][1]

    @property
    def words(self) -> str:
        return ", ".join(f"{rate:g} from step {step} on" for step, rate in self.stages)

    def mistakes(self) -> list[str]:
        steps = [step for step, _ in self.stages]
        if not steps or steps[0] != 0:
            return ["learning_rate: expected the first stage to begin at step 0"]
        if sorted(set(steps)) != steps:
            return [f"learning_rate: expected steps that grow from stage to stage, found {steps}"]
        if not all(0 < rate < math.inf for _, rate in self.stages):
            return ["learning_rate: expected finite rates above 0"]
        return []


@dataclass(frozen=True)
class Decay(Schedule):
    """α / (1 + decay k) at step k."""

    decay: float

    def rate(self, first: float, index: int) -> float:
        return first / (1.0 + self.decay * index)

    @property
    def words(self) -> str:
        return f"α / (1 + {self.decay:g} k) at step k"

    def mistakes(self) -> list[str]:
        return (
            [] if 0 <= self.decay < math.inf else [f"decay: expected a finite number of at least 0, found {self.decay}"]
        )


@dataclass(frozen=True)
class Cosine(Schedule):
    """½ α (1 + cos(π k / steps)) at step k, from α down to 0; 0 after that."""

    steps: int

    def rate(self, first: float, index: int) -> float:
        return 0.5 * first * (1.0 + math.cos(math.pi * min(index, self.steps) / self.steps))

    @property
    def words(self) -> str:
        return f"half a cosine, from α to 0 over {self.steps} steps"

    def mistakes(self) -> list[str]:
        return [] if self.steps >= 1 else [f"steps: expected a whole number of at least 1, found {self.steps}"]


SCHEDULES: tuple[type[Schedule], ...] = (Stages, Decay, Cosine)
