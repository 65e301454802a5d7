"""Small plots of letters: at most 80 columns, for a terminal, a pipe or a file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTH = 80
ROWS = 9
DIGITS = 3
LOGARITHMIC = 30  # times the smallest that the largest is, for an axis by equal factors
FLOOR = 1e-6  # of the largest: what is smaller is drawn there
BETWEEN = 4  # rows from one number of the axis on the left to the next
BINS = 24
MOST_TICKS = 7  # of an axis by equal factors
BLANK, LINE, INFINITE, LOG = " ", "─", "∞", " (log)"


class Point(NamedTuple):
    """A mark at (x, y), and where there is a `top`, from there up to that; both may be inf."""

    x: float
    y: float
    mark: str
    top: float | None = None


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high`, by equal steps or, where it is `log`, by equal factors."""

    low: float
    high: float
    log: bool = False

    @classmethod
    def of(cls, values: Iterable[float], log: bool | None = None) -> Scale:
        """One that the finite ones of the values fit; where `log` is not given, as suits them best."""
        finite = [value for value in values if math.isfinite(value)] or [0.0]
        low, high = min(finite), max(finite)
        log = low >= 0 and high > LOGARITHMIC * low if log is None else log
        if log and high > 0:
            return cls(max(low, FLOOR * high), high, True)
        return cls(low, high)

    def share(self, value: float) -> float:
        """How far up the axis a value is, from 0 to 1; ½ where the axis has one value only."""
        if self.high <= self.low:
            return 0.5
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        if value <= self.low:
            return 0.0
        return float(math.log(value / self.low) / math.log(self.high / self.low))

    def at(self, share: float) -> float:
        """The value so far up."""
        if self.log:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)

    def ticks(self) -> list[float]:
        """Round values from its lowest to its highest."""
        if self.high <= self.low:
            return [self.low]
        if self.log:
            decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            for steps in ((1,), (1, 2, 5)):
                found = [step * 10.0**k for k in decades for step in steps if self.low <= step * 10.0**k <= self.high]
                if len(found) > 2:
                    return found[:: -(-len(found) // MOST_TICKS)]
            return found or [self.low, self.high]
        size = 10.0 ** math.floor(math.log10(self.high - self.low))
        size = next(size * k for k in (0.2, 0.5, 1, 2) if (self.high - self.low) / (size * k) <= 6)
        return [k * size for k in range(math.ceil(self.low / size), math.floor(self.high / size) + 1)]


def scatter(
    points: Sequence[Point], title: str, x_title: str, order: str, names: Mapping[float, str] | None = None
) -> list[str]:
    """Marks over x by equal factors, or over places with `names`, 0, 1, 2, ... evenly apart; of the marks in one cell
    the first in `order` is drawn. What is not finite has a row of its own at the top.
    """
    y = Scale.of(height for point in points for height in (point.y, point.top) if height is not None)
    x = Scale.of((point.x for point in points), log=True) if names is None else Scale(-0.5, len(names) - 0.5)
    above = int(any(math.isinf(height) for point in points for height in (point.y, point.top or 0.0)))
    is_empty = all(math.isinf(point.y) for point in points)
    labelled = range(0, ROWS, BETWEEN) if y.low < y.high else range(ROWS // 2, ROWS // 2 + (not is_empty))
    labels = [_number(y.at(k / (ROWS - 1))) if k in labelled else "" for k in reversed(range(ROWS))]
    if any(point.y < y.low for point in points):
        labels[-1] = f"≤ {labels[-1]}"
    plot = _Plot([*[INFINITE] * above, *labels], x, x_title + LOG * x.log)

    def row(height: float) -> int:
        return 0 if math.isinf(height) else above + round((1 - y.share(height)) * (ROWS - 1))

    for point in sorted(points, key=lambda point: order.index(point.mark), reverse=True):
        for at in range(row(point.y if point.top is None else point.top), row(point.y) + 1):
            plot.put(at, x.share(point.x), point.mark)
    return [title + LOG * y.log, *plot.lines(_named(x.ticks()) if names is None else names)]


def stacks(values: Sequence[tuple[float, str]], title: str, x_title: str, order: str) -> list[str]:
    """A stack of marks over each of BINS parts of the axis, those first that come first in `order`; a value that is not
    finite has no place.
    """
    x = Scale.of(value for value, _ in values)
    bins: dict[int, list[str]] = {}
    for value, mark in values:
        if math.isfinite(value):
            bins.setdefault(round(x.share(value) * (BINS - 1)), []).append(mark)
    most = max(map(len, bins.values()), default=1)
    each = -(-most // ROWS)  # runs that a mark stands for
    rows = -(-most // each)
    plot = _Plot([str(each * (rows - k)) if k in (0, rows - 1) else "" for k in range(rows)], x, x_title + LOG * x.log)
    for place, marks in bins.items():
        for k, mark in enumerate(sorted(marks, key=order.index)[::each]):
            plot.put(rows - 1 - k, place / (BINS - 1), mark)
    title += f" (a mark for up to {each})" if each > 1 else ""
    return [title, *plot.lines(_named(x.ticks()))]


class _Plot:
    """Rows behind the labels of the axis on the left, over an axis with its title on the right."""

    def __init__(self, labels: Sequence[str], x: Scale, title: str) -> None:
        self._labels, self._x, self._title = labels, x, title
        self._left = max(map(len, labels))
        self._columns = WIDTH - self._left - len("  ") - len(" ") - len(title)
        self._rows = [[BLANK] * self._columns for _ in labels]

    def put(self, row: int, share: float, mark: str) -> None:
        """Draw a mark, so far along the axis."""
        self._rows[row][self._column(share)] = mark

    def _column(self, share: float) -> int:
        return round(share * (self._columns - 1))

    def lines(self, ticks: Mapping[float, str]) -> list[str]:
        """All of it, with the names of some values of x; of those that overlap, the first ones."""
        axis, names, end = [LINE] * self._columns, [BLANK] * (self._columns + len(self._title)), 0
        for value, name in ticks.items():
            column = self._column(self._x.share(value))
            start = max(0, column - len(name) // 2)
            if start >= end and start + len(name) <= len(names):
                axis[column] = "┬"
                names[start : start + len(name)] = name
                end = start + len(name) + 1
        return [
            *(
                f"{label:>{self._left}} {'┤' if label else '│'}{''.join(row)}".rstrip()
                for label, row in zip(self._labels, self._rows, strict=True)
            ),
            f"{BLANK * self._left} └{''.join(axis)} {self._title}",
            f"{BLANK * self._left}  {''.join(names)}".rstrip(),
        ]


def _named(ticks: Iterable[float]) -> dict[float, str]:
    return {tick: f"{tick:.6g}" for tick in ticks}


def _number(value: float) -> str:
    from core import significant

    return significant(value, DIGITS)
