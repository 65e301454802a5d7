"""Whether a run depends on the seed: how often it is stuck, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.diagnosis.finding import CONVERGED, STUCK
from core.diagnosis.units import kinds_now
from core.diagnosis.wording import joined
from core.errors import ProblemError
from core.problem import Problem
from core.source import Option
from core.sweeps.asking import Asking
from core.sweeps.learned import LEVEL, Start, Tried, judged
from core.sweeps.run import Result
from core.timeline import SMALL, Timeline

SEEDS = tuple(range(20))


class Cause(NamedTuple):
    """Why runs are stuck, or whatever else keeps them from learning, and which."""

    text: str
    tried: tuple[Tried, ...]


@dataclass(frozen=True, eq=False)
class SeedAnswer:
    """What comes out with each of some seeds.

    start     how the runs begin, in the middle
    changes   what the seed changes; nothing: then one run stands for all
    causes    why runs are stuck, the most frequent first
    """

    problem: Problem
    steps: int
    start: Start
    tried: tuple[Tried, ...]
    changes: tuple[str, ...]
    causes: tuple[Cause, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each kind."""
        return Counter(tried.kind for tried in self.tried)


def ask_seed(asking: Asking, seeds: Sequence[int] = SEEDS) -> SeedAnswer:
    """Run the problem with each of the seeds, and count how often it is stuck, and why."""
    if len(set(seeds)) < 2:
        raise ProblemError("", ["option seed: expected at least 2 seeds to compare"])
    changes = seed_changes(asking, seeds)
    seeds = [*dict.fromkeys(seeds)][: None if changes else 1]
    values: list[dict[str, Option]] = [{"seed": seed} for seed in seeds]
    start = asking.start(values)
    tried = judged(seeds, start, asking.results(values))
    groups: defaultdict[str, list[Tried]] = defaultdict(list)
    for run in tried:
        if run.kind == LEVEL:
            groups[_cause(run.result)].append(run)
    causes = sorted(groups.items(), key=lambda cause: -len(cause[1]))
    return SeedAnswer(asking.problem, asking.steps, start, tried, changes, tuple(Cause(t, tuple(g)) for t, g in causes))


def seed_changes(asking: Asking, seeds: Sequence[int], options: Mapping[str, Option] | None = None) -> tuple[str, ...]:
    """What differs between the problems of two of the seeds, with the same other options, and changes how they train;
    nothing where there is one seed.
    """
    if len(two := [*dict.fromkeys(seeds)][:2]) < 2:
        return ()
    first, second = (asking.source({**(options or {}), "seed": seed}).problem() for seed in two)
    one, other = (problem.particulars(np.ndarray.tobytes) for problem in (first, second))
    parts: dict[str, tuple[str, ...]] = {"the initial weights": ("weights", "bias"), "the data": ("inputs", "targets")}
    if first.batch_size is not None and first.shuffle:
        parts["the order of the rows"] = ("order of batches",)
    return tuple(text for text, names in parts.items() if any(one[name] != other[name] for name in names))


def _cause(result: Result) -> str:
    """Why a run is stuck. It is computed again where that takes its parameters."""
    plateau = "level, with no unit idle and no layer saturated: a plateau or a local minimum"
    if result.outcome == CONVERGED:
        return plateau
    kinds = kinds_now(Timeline(result.run.source.problem(), SMALL)[result.last])
    return joined(kinds) or ("level from the start" if result.outcome == STUCK else plateau)
