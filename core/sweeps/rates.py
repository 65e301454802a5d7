"""Which learning rates learn: found by doubling, halving and bisection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from math import inf
from typing import NamedTuple

from core.problem import Problem
from core.sweeps.asking import Asking
from core.sweeps.learned import DIVERGES, LEARNS, LEVEL, SLOW, Start, Tried, judged
from core.sweeps.run import Result
from core.text import rounded_to, significant

DIGITS = 3  # of an α that is tried
DOUBLINGS = 6  # of the problem's α, up and down, at first
MORE = 4  # further ones, as often as it takes
MOST = 30  # doublings and halvings
MOST_LEARNING = 14  # doublings, where each α learns: of some losses any one does
NEAR = 1.02  # a border of α is found to this factor
ALIKE_DIGITS = 3  # of a loss that stays the same from one α to the next


class Stretch(NamedTuple):
    """Tried runs next to each other that are of one kind; those that are stuck, at one loss."""

    kind: str
    tried: tuple[Tried, ...]


@dataclass(frozen=True, eq=False)
class RateAnswer:
    """Which learning rates learn: all that were `tried`, from the smallest to the largest, and how each begins."""

    problem: Problem
    steps: int
    start: Start
    tried: tuple[Tried, ...]

    @property
    def rates(self) -> tuple[float, ...]:
        """All that were tried."""
        return tuple(map(_rate, self.tried))

    @property
    def best(self) -> Tried | None:
        """The one that learns and has the lowest loss; None where none learns."""
        return _best(self.tried)

    @property
    def learning(self) -> tuple[float, float] | None:
        """The smallest and the largest one that learns; those between need not."""
        rates = [_rate(tried) for tried in self.tried if tried.kind == LEARNS]
        return (rates[0], rates[-1]) if rates else None

    @property
    def diverging(self) -> Tried | None:
        """The smallest one that diverges; a much larger one may end all of its units at once and stay finite."""
        return next((tried for tried in self.tried if tried.kind == DIVERGES), None)

    @property
    def finite(self) -> float | None:
        """The largest one below all that diverge."""
        below = takewhile(lambda tried: tried.kind != DIVERGES, self.tried)
        return max((_rate(tried) for tried in below if tried.is_finite), default=None)

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The line of them, from the smallest to the largest."""
        return tuple(Stretch(kind, tuple(group)) for (kind, _), group in groupby(self.tried, _likeness))


def ask_rate(asking: Asking) -> RateAnswer:
    """Double and halve the problem's α until it no longer learns, and until it is slow; then bisect between what learns
    and what does not, and what stays finite and what does not.
    """
    middle = asking.problem.learning_rate
    start, found = asking.start([{}]), dict[float, Result]()

    def tried(rates: Sequence[float]) -> tuple[Tried, ...]:
        new = [rate for rate in dict.fromkeys(rates) if 0 < rate < inf and rate not in found]
        found.update(zip(new, asking.results([{"lr": rate} for rate in new]), strict=True))
        rates = sorted(found)
        return judged(rates, start, [found[rate] for rate in rates])

    def doubled(first: int, last: int) -> list[float]:
        return [rounded_to(rate, DIGITS) for k in range(first, last + 1) if 0 < (rate := middle * 2.0**k) < inf]

    low, high = -DOUBLINGS, DOUBLINGS
    line = tried([*doubled(low, -1), middle, *doubled(1, high)])
    while _goes_up(line, high) or _goes_down(line, low):
        up, down = _goes_up(line, high) * MORE, _goes_down(line, low) * MORE
        line = tried([*doubled(high + 1, high + up), *doubled(low - down, low - 1)])
        low, high = low - down, high + up
    while new := [rate for rate in map(_between, _borders(line)) if rate is not None and rate not in found]:
        line = tried(new)
    return RateAnswer(asking.problem, asking.steps, start, line)


def _goes_up(line: Sequence[Tried], doublings: int) -> bool:
    """Whether a larger α may be better than the largest one."""
    kind = line[-1].kind
    return (kind == SLOW and doublings < MOST) or (kind == LEARNS and doublings < MOST_LEARNING)


def _goes_down(line: Sequence[Tried], doublings: int) -> bool:
    """Whether a smaller α may be better than the smallest one, or is to be seen to be slow."""
    return line[0].kind in (LEARNS, DIVERGES) and -doublings < MOST


def _borders(line: Sequence[Tried]) -> list[tuple[float, float]]:
    """The two α on each side of: the smallest and the largest one that learns, and the smallest one that diverges."""
    kinds = [tried.kind for tried in line]
    learns = [i for i, kind in enumerate(kinds) if kind == LEARNS]
    upper = {*([learns[0], learns[-1] + 1] if learns else []), *([kinds.index(DIVERGES)] if DIVERGES in kinds else [])}
    return [(_rate(line[i - 1]), _rate(line[i])) for i in sorted(upper) if 0 < i < len(line)]


def _between(border: tuple[float, float]) -> float | None:
    """The α in the middle; None where they are near enough."""
    low, high = border
    return rounded_to(low + (high - low) / 2, DIGITS) if high > NEAR * low else None


def _rate(tried: Tried) -> float:
    assert isinstance(tried.value, float)
    return tried.value


def _likeness(tried: Tried) -> tuple[str, str]:
    return tried.kind, significant(tried.result.loss, ALIKE_DIGITS) if tried.kind == LEVEL else ""


def _best(tried: Sequence[Tried]) -> Tried | None:
    return min((t for t in tried if t.kind == LEARNS), key=lambda t: t.result.loss, default=None)
