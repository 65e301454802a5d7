"""Which groups of columns a sample's row has room for, and how each of them is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from core import Problem
from tui.training.groups import Density, Formats, Group, group_of
from tui.training.stations import VERDICT, Station, stations

WORDY = 100  # columns from which verdicts are words, and numbers are marked that moved
WIDE = 160  # columns from which there are five decimals
GIVEN = ("X_in", "y_gt")
OUTPUTS = ("o", "y_out")  # the group that never leaves: the logits, or else the outputs
ENDS = ("sample_losses", VERDICT)  # the groups that leave after X_in
NARROW = 4  # columns of a layer that is drawn as squares only where the inner groups would leave otherwise
FEWEST = 5  # columns that stay of a matrix, at least: with the gap between
FEWER = (60, 40, 30, 24, 20, 16, 12, 10, 8, 7, 6, FEWEST)  # how many squares of a row are shown, the less the later


@dataclass(frozen=True)
class Columns:
    """groups      those in sight
    drawn       whether some are drawn as squares, in sight or not
    before, behind   the names of those off the left and the right edge
    gutter      columns for the rows' numbers
    density     how closely numbers stand
    width       columns of it all
    """

    groups: tuple[Group, ...]
    drawn: bool
    before: tuple[str, ...]
    behind: tuple[str, ...]
    gutter: int
    density: Density
    width: int

    @property
    def whole(self) -> bool:
        """Whether every number of every group is in sight."""
        return not (self.before or self.behind or any(g.squares or None in g.shown for g in self.groups))


def decimals_for(width: int, more: int) -> int:
    """The decimals of computed numbers on a terminal so wide, with more than usual or fewer."""
    usual = 5 if width >= WIDE else 4 if width >= WORDY else 3
    return min(9, max(1, usual + more))


class Way(NamedTuple):
    """A way to make groups narrower.

    squares   how many columns are shown of those that are drawn as squares, by the quantity above
    numbers   likewise of those that stay numbers
    classes   whether one-hot targets are told by the class
    off       how many groups may be off the left edge: X_in, and s₁
    ends      whether ℓ and the verdicts are
    """

    squares: dict[str, int]
    numbers: dict[str, int]
    classes: bool
    off: int = 0
    ends: bool = True


def arrange(
    problem: Problem, rows: int, kept: Formats, columns: int, decimals: int, numbers: bool, left: int | None
) -> Columns:
    """The groups for so many columns. Where room is short numbers move closer together, then one-hot targets become
    classes, layers become squares, widest first, squares lose their middle; in the end groups leave at the edges.
    """
    found = stations(problem, rows)
    close = Density(0, 0, decimals, words=False)
    loose = (Density(1, 1, decimals, words=True), Density(1, 0, decimals, words=True))
    gutter = 2 + len(str(rows))
    one_hot = problem.has_classes and problem.targets.shape[1] > 1
    for way in _in_numbers(found, one_hot) if numbers else _ways(found, one_hot, columns):
        for density in (*loose, close) if columns >= WORDY else (close,):
            groups = [
                group_of(
                    s, kept, density, way.squares.get(s.above, 0), way.numbers.get(s.above, 0), way.classes, problem
                )
                for s in found
                if density.words or s.above != VERDICT
            ]
            wanted = groups[way.off :]
            if not way.ends:
                wanted = [group for group in wanted if group.station.above not in ENDS]
            if gutter + _width(wanted) <= columns:
                return _placed(groups, density, gutter, columns, left)
    return _placed(groups, density, gutter, columns, left)


def _ways(found: Sequence[Station], one_hot: bool, columns: int) -> Iterator[Way]:
    """The ways to show every group, the least given up first."""
    yield Way({}, {}, classes=False)
    if one_hot:
        yield Way({}, {}, classes=True)
    inputs = found[0]
    squares: dict[str, int] = {}
    for width in sorted({s.columns for s in found if s.hidden and s.columns > NARROW}, reverse=True):
        squares = squares | {s.above: s.columns for s in found if s.hidden and s.columns == width}
        yield Way(squares, {}, one_hot)
    if columns < WORDY:
        yield Way(squares, {}, one_hot, off=1)
        yield Way(squares, {}, one_hot, off=1, ends=False)
    else:
        for shown in (inputs.columns, *FEWER) if squares and inputs.columns > FEWEST else ():
            if shown <= inputs.columns:
                yield Way(squares | {inputs.above: shown}, {}, one_hot)
        yield Way(squares, {}, one_hot, off=2)
    squares = {s.above: s.columns for s in found if s.hidden}
    yield Way(squares, {}, one_hot)
    if inputs.columns > FEWEST:
        squares = squares | {inputs.above: inputs.columns}
        yield Way(squares, {}, one_hot)
    outputs = {s.above: s.columns for s in found if not s.hidden and s.columns > NARROW and s.above not in GIVEN}
    if outputs:
        squares = squares | outputs
        yield Way(squares, {}, one_hot)
    for shown in FEWER if inputs.above in squares else ():
        if shown < inputs.columns:
            squares = squares | {inputs.above: shown}
            yield Way(squares, {}, one_hot)
    for shown in FEWER:
        squares = {name: min(count, shown) for name, count in squares.items()}
        yield Way(squares, {}, one_hot)
    yield Way(squares, {s.above: FEWEST for s in found if s.columns > FEWEST}, one_hot)


def _in_numbers(found: Sequence[Station], one_hot: bool) -> Iterator[Way]:
    """The ways to show every group in numbers, wide ones with their middle left out."""
    for shown in (max(s.columns for s in found), 9, FEWEST):
        yield Way({}, {s.above: shown for s in found if s.columns > shown}, one_hot)


def _width(groups: Sequence[Group]) -> int:
    """Columns of groups with the dividers between them."""
    return sum(group.width + 1 for group in groups) - 1


def _placed(groups: Sequence[Group], density: Density, gutter: int, columns: int, left: int | None) -> Columns:
    """The groups in their places, from `left` on if that is given; those without room are off the edges."""
    a, b = 0, len(groups)
    if left is not None or gutter + _width(groups) > columns:
        a, b = _window(groups, columns - gutter, left)
    x, placed = gutter, []
    for group in groups[a:b]:
        placed.append(replace(group, x=x + group.x))
        x += group.width + 1
    titles = [group.station.title.split("=")[0] for group in groups]
    drawn = any(group.squares for group in groups)
    return Columns(tuple(placed), drawn, tuple(titles[:a]), tuple(t for t in titles[b:] if t), gutter, density, x - 1)


def _window(groups: Sequence[Group], columns: int, left: int | None) -> tuple[int, int]:
    """Which groups are in sight: those from the wanted one on that fit; else all but the first ones and ℓ."""
    if left is not None:
        a = min(max(left, 0), len(groups) - 1)
        b = a + 1
        while b < len(groups) and _width(groups[a : b + 1]) <= columns:
            b += 1
        while a > 0 and b == len(groups) and _width(groups[a - 1 : b]) <= columns:
            a -= 1
        return a, b
    outputs = max(i for i, group in enumerate(groups) if group.station.above in OUTPUTS)
    a, b = 1, len(groups)
    while b > outputs + 1 and groups[b - 1].station.above in ENDS and _width(groups[a:b]) > columns:
        b -= 1
    while a < outputs and _width(groups[a:b]) > columns:
        a += 1
    while b > outputs + 1 and _width(groups[a:b]) > columns:
        b -= 1
    return a, b
