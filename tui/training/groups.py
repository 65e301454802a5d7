"""Groups of columns: a quantity of a sample's row, and below it the gradient by it, as they stand on the sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from rich.cells import cell_len

from core import Array, Problem, Step
from tui.format import plain
from tui.sheet.written import Written, given
from tui.training.stations import SHARE, VERDICT, Station
from tui.training.verdicts import longest
from tui.training.why import short_names

CLASS_WIDTH = 6  # columns of a class's name in place of its one-hot row
LEAST_OF_TARGETS = 4  # columns of the classes that they are, whatever these are called


class Density(NamedTuple):
    """How closely numbers stand.

    blank      columns behind a number's mark
    pad        columns before a group's first sign
    decimals   of computed numbers
    words      whether verdicts are words in a group of their own, not a mark behind y_gt
    """

    blank: int
    pad: int
    decimals: int
    words: bool


SIZE_WIDTH = 5  # columns behind a name for the size of the largest: ≤0.12
GAP_WIDTH = 2  # columns of a gap between numbers


def offsets(shown: Sequence[int | None], stride: int) -> tuple[int, ...]:
    """Where each column of a matrix stands, from the first."""
    steps = [min(stride, GAP_WIDTH) if column is None else stride for column in shown]
    return tuple(accumulate(steps, initial=0))[:-1]


def span_of(shown: Sequence[int | None], stride: int) -> int:
    """How wide all of them are."""
    return sum(min(stride, GAP_WIDTH) if column is None else stride for column in shown)


def column_at(shown: Sequence[int | None], stride: int, x: int) -> int | None:
    """The column of a matrix that stands so far from the first."""
    if not 0 <= x < span_of(shown, stride):
        return None
    return shown[max(k for k, start in enumerate(offsets(shown, stride)) if start <= x)]


@dataclass(frozen=True)
class Group:
    """A station as it stands on the sheet.

    x         the column of its first cell
    width     columns between its dividers
    shown     the columns of its matrix, from 0; None for a gap in the middle
    offsets   where each of these stands, from x
    squares   whether a cell is one character
    stride    from one cell to the next
    upper, lower   how the numbers above and below are written
    classes   what one-hot targets are told by: the classes' names, or () for the numbers
    """

    station: Station
    x: int
    width: int
    shown: tuple[int | None, ...]
    squares: bool
    stride: int
    upper: Written
    lower: Written
    classes: tuple[str, ...] = ()

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        return offsets(self.shown, self.stride)

    def column_at(self, x: int) -> int | None:
        """The column of the matrix that stands at a column of the sheet, from 0."""
        return column_at(self.shown, self.stride, x - self.x)

    def place_of(self, column: int) -> int | None:
        """Where a column of the matrix stands on the sheet."""
        return self.x + self.offsets[self.shown.index(column)] if column in self.shown else None


class Formats(NamedTuple):
    """How wide before the point the numbers of each quantity are, which have a sign, and which are whole; chosen once
    and kept.
    """

    integers: dict[str, int]
    unsigned: frozenset[str]
    whole: frozenset[str]
    data: dict[str, Written]

    def of(self, name: str, decimals: int) -> Written:
        return Written(self.integers.get(name, 1), decimals, name not in self.unsigned)


@np.errstate(invalid="ignore")  # what is infinite is not whole
def formats(step: Step) -> Formats:
    """How wide the numbers of a run are, by the first of its steps that is seen."""
    integers = {}
    for name, values in step.values.items():
        finite = np.abs(values[np.isfinite(values)])
        largest = float(finite.max(initial=0.0))
        integers[name] = min(4, len(str(int(largest))))
    unsigned = frozenset(
        name
        for name, equation in step.statement.equations.items()
        if equation.part == "loss" and (step.values[name] >= 0).all() and not equation.detail
    )
    whole = frozenset(
        name
        for name, equation in step.statement.equations.items()
        if equation.part == "backward" and equation.layer is None and (step.values[name] % 1 == 0).all()
    )
    data = {
        name: given(_some(values), 4)
        for name, values in (("X_in", step.problem.inputs), ("y_gt", step.problem.targets))
    }
    return Formats(integers, unsigned, whole, data)


def _some(values: Array, most: int = 2000) -> list[float]:
    """Enough of the numbers to choose how they are written."""
    flat = values.reshape(-1)
    found: list[float] = flat[:: max(1, len(flat) // most)].tolist()
    return found


def group_of(
    station: Station, kept: Formats, density: Density, squares: int, numbers: int, classes: bool, problem: Problem
) -> Group:
    """A station as it stands in a group of its own width: with so many columns as squares, or so many in numbers, 0 for
    all; and one-hot targets by their classes.
    """
    if station.above == VERDICT:
        wide = 1 + max(longest(problem, kept.of("y_out", density.decimals)), len(station.title))
        return Group(station, 1, wide, (0,), False, wide - 1, Written(), Written())
    if station.above == "y_gt" and classes:
        names = _class_names(problem, density.words)
        wide = (
            max(LEAST_OF_TARGETS, cell_len(station.title), *(cell_len(name) + (not density.words) for name in names))
            + 1
        )
        return Group(station, density.pad, wide + density.pad, (0,), False, wide, Written(), Written(), names)
    title = station.title if density.words else station.title.split("=")[0]
    if squares:
        shown = elided(station.columns, squares)
        wide = max(len(shown), cell_len(title) + (SIZE_WIDTH if density.pad else 0), cell_len(station.under))
        return Group(station, 0, wide + density.blank, shown, True, 1, Written(), Written())
    upper, lower = _written(station, kept, density, problem)
    wide = max(upper.width, lower.width, len(_share(problem)) if station.below == SHARE else 0)
    data = station.above in kept.data
    stride = wide + 1 + (0 if data else density.blank)
    shown = elided(station.columns, numbers or station.columns)
    total = max(span_of(shown, stride) + data * density.blank, cell_len(title) + 1, cell_len(station.under) + 1)
    return Group(station, density.pad, total + density.pad, shown, False, stride, upper, lower)


def _class_names(problem: Problem, words: bool) -> tuple[str, ...]:
    """What one-hot targets are told by: the classes' names, or their numbers where these say as much; both where a name
    could be taken for the number of another class.
    """
    numbers = [str(i) for i in range(1, problem.targets.shape[1] + 1)]
    names = short_names([*map(plain, problem.class_names)], CLASS_WIDTH) if words else numbers
    both = [*zip(numbers, names, strict=True)]
    if names == numbers or all(len(name) > len(number) for number, name in both):
        return tuple(names)
    return tuple(f"{number} {name}" for number, name in both)


def _written(station: Station, kept: Formats, density: Density, problem: Problem) -> tuple[Written, Written]:
    """How the numbers of a station are written, above and below."""
    data = kept.data.get(station.above)
    if data is not None:
        upper = data._replace(decimals=min(data.decimals, density.decimals))
    else:
        upper = kept.of(station.above, max(2, density.decimals))
    if station.below in ("", SHARE):
        return upper, upper
    if station.below in kept.whole:  # a closer look is never needed
        return upper, Written(1, max(1, upper.decimals - (not upper.signed)))
    one_more = problem.reduction == "mean" and not station.hidden and bool(density.pad)
    return upper, kept.of(station.below, density.decimals + one_more)


def _share(problem: Problem) -> str:
    """What a sample's loss counts, at its longest."""
    return f"1/{problem.batch_size or len(problem.inputs)}" if problem.reduction == "mean" else "1"


def elided(total: int, most: int) -> tuple[int | None, ...]:
    """All columns, or the first and the last of them around a gap."""
    if total <= most:
        return tuple(range(total))
    behind = max(1, (most - 1) // 3)
    return (*range(most - 1 - behind), None, *range(total - behind, total))
