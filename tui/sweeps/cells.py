"""The grid of two parameters: which runs are in each cell, and what they came to."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log10

import numpy as np

from core import OUTCOMES, Array, Mask, significant
from tui.sweeps.results import Ints, Parameter, Snapshot

OUTCOME = "outcome"  # what a grid shows, unless it is one of FIGURES
SEED, RATE = "seed", "lr"
NEARLY = 0.9  # of the runs: nearly all
BAD = frozenset(OUTCOMES[-2:])  # diverging, failed: the loss says nothing
MOST = 60  # values of an axis that have a row or a column each; more numbers than that stand in parts of their range
PARTS = 12
FACTOR = 100  # from the least to the largest number of an axis or a scale from which on it is by equal factors
FAR = 3.0  # times the distance of the quartiles above them: such numbers stretch no scale
QUARTILES = 0.25, 0.5, 0.75


@dataclass(frozen=True, eq=False)
class Axis:
    """The rows or the columns: the parameter's name, empty where all runs are in one; what each is called, in short and
    in full; and in which one a run is (n,).
    """

    name: str
    labels: tuple[str, ...]
    titles: tuple[str, ...]
    codes: Ints

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Cells:
    """A grid of R rows and C columns.

    counts     (R, C, outcomes) runs of each outcome
    quartiles  (3, R, C) of the figure over a cell's runs that have it; NaN where none has
    """

    rows: Axis
    columns: Axis
    counts: Ints
    quartiles: Array
    _order: Ints  # places of the runs, cell by cell
    _starts: Ints  # (R C + 1,)

    def runs(self, row: int, column: int) -> Ints:
        """The places of a cell's runs, in the order in which they came."""
        cell = row * len(self.columns) + column
        return self._order[self._starts[cell] : self._starts[cell + 1]]

    @property
    def all_runs(self) -> Ints:
        """The places of the runs of all cells, in the order in which they came."""
        return np.sort(self._order)

    def with_runs(self, row: int, column: int) -> tuple[int, int]:
        """This cell if it has runs; else the first one that has, or this one where none has."""
        totals = self.counts.sum(axis=2)
        if totals[row, column] or not totals.any():
            return row, column
        first, second = np.unravel_index(int((totals > 0).argmax()), totals.shape)
        return int(first), int(second)

    def nearest(self, row: int, column: int) -> tuple[int, int]:
        """A cell that there is, for one that was."""
        return max(0, min(row, len(self.rows) - 1)), max(0, min(column, len(self.columns) - 1))


def cells(found: Snapshot, rows: str, columns: str, figure: str, kept: Mask) -> Cells:
    """The grid of two parameters, whose names may be empty, over the runs that are `kept` (n,). Quartiles are those of
    linear interpolation.
    """
    down, across = axis(found, rows), axis(found, columns)
    size = len(down) * len(across)
    places = np.flatnonzero(kept)
    cell = (down.codes * len(across) + across.codes)[places]
    starts = np.searchsorted(cell, np.arange(size + 1), sorter=(order := np.argsort(cell, kind="stable")))
    counts = np.bincount(cell * len(OUTCOMES) + found.outcomes[places], minlength=size * len(OUTCOMES))
    shape = len(down), len(across)
    quartiles = np.full((3, *shape), np.nan)
    if figure in found.figures:
        quartiles = _quartiles(cell, found.figures[figure][places], size).reshape(3, *shape)
    return Cells(down, across, counts.reshape(*shape, len(OUTCOMES)), quartiles, places[order], starts)


def _quartiles(cell: Ints, values: Array, size: int) -> Array:
    """(3, size) quartiles of the values of each cell, those that are NaN left out."""
    there = ~np.isnan(values)
    cell, values = cell[there], values[there]
    values = values[np.lexsort((values, cell))]
    counts = np.bincount(cell, minlength=size)
    first = np.cumsum(counts) - counts
    found = np.full((3, size), np.nan)
    some = np.flatnonzero(counts)
    for k, share in enumerate(QUARTILES):
        at = np.asarray(share * (counts[some] - 1), dtype=np.float64)
        below = at.astype(np.int64)
        above = np.minimum(below + 1, counts[some] - 1)
        low, high = values[first[some] + below], values[first[some] + above]
        found[k, some] = between(low, high, at - below)
    return found


def between(low: Array, high: Array, share: Array) -> Array:
    """What stands between two numbers each, by linear interpolation; they may be infinite."""
    with np.errstate(invalid="ignore", over="ignore"):
        found: Array = low + share * (high - low)
    return np.where((low == high) | (share == 0), low, found)


def axis(found: Snapshot, name: str) -> Axis:
    """A parameter as the rows or the columns of a grid."""
    parameter = found.parameters.get(name)
    if parameter is None:
        return Axis("", ("",), ("all runs",), np.zeros(len(found), dtype=np.int64))
    if len(parameter.values) <= MOST:
        labels = parameter.labels
        return Axis(name, labels, tuple(f"{name} {label}" for label in labels), parameter.codes)
    return _in_parts(parameter)


def _in_parts(parameter: Parameter) -> Axis:
    """Many numbers in parts of their range, texts in one more."""
    numbers = parameter.numbers
    finite = numbers[np.isfinite(numbers)]
    name = parameter.name
    if not len(finite):
        return Axis(name, ("…",), (f"{name}: {len(parameter.values):,} texts",), np.zeros_like(parameter.codes))
    low, high = float(finite.min()), float(finite.max())
    by_factors = low > 0 and high / low >= FACTOR
    ends = np.geomspace(low, high, PARTS + 1) if by_factors else np.linspace(low, high, PARTS + 1)
    if whole := bool((finite == np.rint(finite)).all()):
        ends = np.unique([*np.ceil(ends[:-1]), high + 1])  # the first numbers of the parts, and the one behind the last
    parts = len(ends) - 1
    of_value = np.clip(np.searchsorted(ends, numbers, side="right") - 1, 0, parts - 1)
    of_value[~np.isfinite(numbers)] = parts
    used, codes = np.unique(of_value[parameter.codes], return_inverse=True)
    first = [_written(float(end), whole) for end in ends[:-1]]
    last = [_written(float(end), whole) for end in ends[1:] - whole]
    labels = tuple(f"{first[k]}…" if k < parts else "other" for k in used.tolist())
    titles = tuple(f"{name} from {first[k]} to {last[k]}" if k < parts else f"{name}: other" for k in used.tolist())
    return Axis(name, labels, titles, codes.reshape(-1).astype(np.int64))


def _written(end: float, whole: bool) -> str:
    """The end of a part: a whole number, or in three digits."""
    return f"{end:.0f}" if whole or 100 <= abs(end) < 1e6 else significant(end, 3)


def first_axes(found: Snapshot) -> tuple[str, str]:
    """The parameters that a grid begins with, for its rows and its columns: those with most values, of which the
    learning rate is preferred to others with as many; the seed last; numbers across.
    """

    def wanted(name: str) -> tuple[bool, int, bool]:
        return name == SEED, -min(MOST, len(found.parameters[name].values)), name != RATE

    names = sorted(found.parameters, key=wanted)
    if len(names) < 2:
        return "", names[0] if names else ""
    rows, columns = names[1], names[0]
    numbers = [int(np.isfinite(found.parameters[name].numbers).all()) for name in (rows, columns)]
    return (columns, rows) if numbers == [1, 0] and rows != SEED else (rows, columns)


def first_figure(found: Snapshot) -> str:
    """What a grid begins with: the outcomes, unless nearly all runs have the same one, and that is not a bad one."""
    counts = np.bincount(found.outcomes, minlength=len(OUTCOMES))
    if not len(found) or counts.max() < NEARLY * len(found) or OUTCOMES[int(counts.argmax())] in BAD:
        return OUTCOME
    return next((name for name in ("test accuracy", "loss") if name in found.figures), OUTCOME)


@dataclass(frozen=True)
class Shades:
    """From which numbers a figure's shades go to which."""

    low: float
    high: float

    @property
    def by_factors(self) -> bool:
        """Whether they are by equal factors."""
        return self.low > 0 and self.high / self.low >= FACTOR

    def share(self, value: float) -> float:
        """Where a number stands between them, from 0 to 1."""
        if not self.low < self.high:
            return 0.0
        if value in (inf, -inf) or not self.low <= value <= self.high:
            return float(value > self.low)
        if self.by_factors:
            return (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low)) if value > 0 else 0.0
        return (value - self.low) / (self.high - self.low)


def shades(values: Array) -> Shades | None:
    """Those of some numbers, few that are far above the others left out; None where none is finite."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    low, high = float(finite.min()), float(finite.max())
    scaled = np.log10(finite) if low > 0 else finite
    quarter, most = (float(found) for found in np.quantile(scaled, (0.25, 0.75)))
    inside = finite[scaled <= most + FAR * (most - quarter)]
    return Shades(low, float(inside.max()) if len(inside) and low < inside.max() else high)
