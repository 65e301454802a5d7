"""How many hidden units are enough: found by doubling them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import NamedTuple

from core.errors import ProblemError
from core.problem import Problem
from core.source import Option
from core.sweeps.asking import Asking
from core.sweeps.learned import WAY, Start, Tried, judged
from core.sweeps.run import Result
from core.sweeps.seeds import seed_changes

SEEDS = tuple(range(5))  # of each width
FIRST = (1, 2, 4, 8)
MOST_UNITS = 256
CANNOT = "the number of hidden units cannot vary"
GAIN = 0.02  # of the way down: two widths in a row that gain less end the doubling


class Width(NamedTuple):
    """The runs with so many hidden units (in each hidden layer), one for each seed."""

    units: int
    tried: tuple[Tried, ...]

    def spread(self, figure: str) -> tuple[float, float, float] | None:
        """Lowest, median and highest of a figure of the results: loss, accuracy, test_loss, test_accuracy; None where
        they have none. A run that diverges counts as inf for a loss, and as 0 for an accuracy.
        """
        worst = 0.0 if "accuracy" in figure else inf
        found = [getattr(run.result, figure) for run in self.tried]
        if any(value is None for value in found):
            return None
        values = [value if run.is_finite else worst for value, run in zip(found, self.tried, strict=True)]
        return min(values), median(values), max(values)

    @property
    def measure(self) -> float:
        """What widths are compared by: the median loss, over the rows held out if there are any."""
        found = self.spread("test_loss") or self.spread("loss")
        assert found is not None
        return found[1]


@dataclass(frozen=True, eq=False)
class WidthAnswer:
    """What comes out with each number of hidden units.

    layers    hidden layers that have as many units
    changes   what the seed changes; nothing: then there is one run of each width
    start     how the runs begin, in the middle of those with FIRST units
    ended     whether more units were seen to gain nothing
    """

    problem: Problem
    steps: int
    widths: tuple[Width, ...]
    layers: int
    changes: tuple[str, ...]
    start: Start
    ended: bool

    @property
    def enough(self) -> Width | None:
        """The fewest units that come WAY of the way down to the best; None where none comes down."""
        start, best = _measured(self.start), min(width.measure for width in self.widths)
        if not best < start:
            return None
        return next(width for width in self.widths if start - width.measure >= WAY * (start - best))


def ask_width(asking: Asking, seeds: Sequence[int] = SEEDS) -> WidthAnswer:
    """Double the hidden units until two more doublings gain nothing, and run each number with each of the seeds. Raises
    ProblemError where the units cannot vary.
    """
    layers = max(1, len(asking.problem.network) - 1)
    if not seeds:
        raise ProblemError("", ["option seed: expected a seed"])

    def options(units: int, seed: int) -> dict[str, Option]:
        return {"hidden": units if layers == 1 else ",".join([str(units)] * layers), "seed": seed}

    try:
        asking.source(options(1, seeds[0])).problem()
    except ProblemError as error:
        raise ProblemError(
            error.source, [f"{CANNOT}: {mistake.removeprefix('option hidden: ')}" for mistake in error.mistakes]
        ) from None
    changes = seed_changes(asking, seeds, {"hidden": options(1, 0)["hidden"]})
    seeds = [*dict.fromkeys(seeds)][: None if changes else 1]
    start = asking.start([options(n, seed) for n in FIRST for seed in seeds])
    units, results = [*FIRST], list[Result]()
    while True:
        new = units[len(results) // len(seeds) :]
        results += asking.results([options(n, seed) for n in new for seed in seeds])
        tried = judged([n for n in units for _ in seeds], start, results)
        widths = tuple(Width(n, tried[k * len(seeds) : (k + 1) * len(seeds)]) for k, n in enumerate(units))
        ended = _ended([width.measure for width in widths], _measured(start))
        if ended or units[-1] >= MOST_UNITS:
            return WidthAnswer(asking.problem, asking.steps, widths, layers, changes, start, ended)
        units.append(2 * units[-1])


def _measured(start: Start) -> float:
    """The measure of how runs begin."""
    return start.loss if start.test is None else start.test


def _ended(measures: Sequence[float], start: float) -> bool:
    """Whether the last two widths gain nothing on the best of those before."""
    before, best = min(measures[:-2]), min(measures)
    return before - best <= GAIN * (start - best) if best < start else True
