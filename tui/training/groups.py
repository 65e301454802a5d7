"""The groups of columns that a sample's row runs through: a quantity, and below it the gradient by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from rich.cells import cell_len

from core import Array, Computation, Equation, Problem, Statement, Step
from core.equations import statement_of
from core.expression.nodes import names_in
from core.expression.pieces import as_text

from tui.training.verdicts import longest, title as verdict_title
from tui.training.why import short_names
from tui.training.written import Written, given

WORDY = 100  # columns from which verdicts are words, and numbers are marked that moved
NARROW = 4  # columns of a layer that is never drawn as squares
CLASS_WIDTH = 6  # columns of a class's name in place of its one-hot row
FEWEST = 5  # squares that stay of a row of them, at least: with the gap between
VERDICT = "verdict"  # the group that is no quantity: what comes of a sample


@dataclass(frozen=True)
class Station:
    """A quantity that has a row for each sample, and what stands below it.

    above, below   the names of the quantity, and of the gradient by it; below "" for none, "share" for what a sample's
                   loss counts
    aliases        quantities that are the same numbers as one of the two, and are shown there: s_out as y_out
    columns        of both
    title, under   their names in print
    formula, below_formula   what they are computed by
    asked          the quantity above, or the alias of it whose arithmetic says more
    names          of the columns; () for none
    hidden         whether it is of a layer between: shown as squares where room is short
    """

    above: str
    below: str = ""
    aliases: tuple[tuple[str, str], ...] = ()
    columns: int = 1
    title: str = ""
    under: str = ""
    formula: str = ""
    below_formula: str = ""
    asked: str = ""
    names: tuple[str, ...] = ()
    hidden: bool = False


@lru_cache(maxsize=8)
def stations(problem: Problem, rows: int) -> tuple[Station, ...]:
    """The groups of a row in the order of the computation; y_gt stands before the first that uses it."""
    return tuple(_stations(statement_of(problem, rows)))


def _stations(statement: Statement) -> Iterator[Station]:
    problem, equations = statement.problem, statement.equations
    gradients = {equation.gradient_of: equation for equation in equations.values() if equation.gradient_of}
    last = problem.network.layers[-1]
    widths = _widths(problem)
    yield Station("X_in", columns=problem.inputs.shape[1], title="X_in", names=tuple(problem.input_names))
    targets = Station("y_gt", columns=problem.targets.shape[1], title="y_gt", names=tuple(problem.target_names))
    come = False
    placed = {"X_in", "y_gt"}
    found: list[Station] = []
    for equation in equations.values():
        if not equation.per_sample or equation.part not in ("forward", "loss"):
            continue
        if not come and equation.part == "loss" and "y_gt" in names_in(equation.tree):
            come = True
            found.append(targets)
        output = equation.layer == len(problem.network)
        if output and last.function.is_identity and equation.letter == "s":
            continue
        station = _station(statement, equation, gradients.get(equation.name), widths)
        if output and equation.letter == "y" and last.function.is_identity:
            station = _outputs(statement, station, gradients)
        found.append(station)
        placed |= {station.above, station.below} | {name for name, _ in station.aliases}
    for station in found:
        rest = [e for e in equations.values() if e.per_sample and e.part == "backward" and e.name not in placed]
        output = station.above == f"y_{'out'}"
        yield station if not output else replace(
            station, aliases=(*station.aliases, *((e.name, station.below) for e in rest))
        )
    yield Station(VERDICT, title=verdict_title(problem))


def _widths(problem: Problem) -> dict[int, int]:
    return {k: layer.weights.shape[1] for k, layer in enumerate(problem.network.layers, start=1)}


def _station(statement: Statement, equation: Equation, gradient: Equation | None, widths: dict[int, int]) -> Station:
    problem = statement.problem
    if equation.axes == "i":
        columns = 1
    elif equation.layer is not None:
        columns = widths[equation.layer]
    else:
        columns = max(problem.targets.shape[1], 2)
    classes = problem.has_classes and equation.layer in (None, len(problem.network)) and columns > 1
    names = tuple(problem.class_names) if classes else ()
    below, under, below_formula = "", "", ""
    if gradient is not None:
        below, under, below_formula = gradient.name, gradient.symbol, _formula(statement, gradient)
    elif equation.name == "sample_losses":
        below, under = "share", "∂ℓ"
    return Station(
        equation.name,
        below,
        (),
        columns,
        equation.symbol,
        under,
        _formula(statement, equation),
        below_formula,
        names=names if len(names) == columns else (),
        hidden=equation.layer is not None and equation.layer < len(problem.network),
    )


def _outputs(statement: Statement, station: Station, gradients: dict[str, Equation]) -> Station:
    """The outputs of a layer without a function: s_out, y_out and often o are one, and so are their gradients."""
    before = next(e for e in statement.equations.values() if e.name in names_in(statement.equations["y_out"].tree))
    delta = gradients[before.name]
    aliases = [(before.name, "y_out")]
    aliases += [(e.name, delta.name) for name, e in gradients.items() if name == "y_out"]
    step = statement.equations.get("dy_out")
    long = _formula(statement, step) if step is not None else ""
    return replace(
        station,
        aliases=tuple(aliases),
        asked=before.name,
        title="y_out=s_out",
        formula="",
        below=delta.name,
        under=delta.symbol,
        below_formula=long,
    )


def _formula(statement: Statement, equation: Equation) -> str:
    """What a quantity is computed by, in print."""
    return as_text(Computation(equation.name, statement).pieces).strip()


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
    """How wide before the point the numbers of each quantity are, and which have a sign; chosen once and kept."""

    integers: dict[str, int]
    unsigned: frozenset[str]
    data: dict[str, Written]

    def of(self, name: str, decimals: int) -> Written:
        return Written(self.integers.get(name, 1), decimals, name not in self.unsigned)


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
    data = {name: given(_some(values), 4) for name, values in (("X_in", step.problem.inputs), ("y_gt", step.problem.targets))}
    return Formats(integers, unsigned, data)


def _some(values: Array, most: int = 2000) -> list[float]:
    """Enough of the numbers to choose how they are written."""
    flat = values.reshape(-1)
    found: list[float] = flat[:: max(1, len(flat) // most)].tolist()
    return found


@dataclass(frozen=True)
class Columns:
    """The groups in sight, those off the left and the right edge, and the room that rows' numbers have."""

    groups: tuple[Group, ...]
    before: tuple[str, ...]
    behind: tuple[str, ...]
    gutter: int
    density: Density
    width: int

    @property
    def whole(self) -> bool:
        """Whether every number of every group is in sight."""
        return not (self.before or self.behind or any(g.squares or None in g.shown for g in self.groups))


def arrange(problem: Problem, rows: int, kept: Formats, columns: int, more: int, numbers: bool, left: int | None) -> Columns:
    """The groups for so many columns. Where room is short numbers move closer together, then one-hot targets become
    classes, layers become squares, widest first, squares lose their middle; in the end groups leave at the edges.
    """
    found = stations(problem, rows)
    usual = 5 if columns >= 160 else 4 if columns >= 100 else 3
    decimals = min(9, max(1, usual + more))
    close = Density(0, 0, decimals, words=False)
    loose = (Density(1, 1, decimals, words=True), Density(1, 0, decimals, words=True))
    densities = (*loose, close) if columns >= WORDY else (close,)
    gutter = 2 + len(str(rows))
    one_hot = problem.has_classes and problem.targets.shape[1] > 1
    mean = problem.reduction == "mean" and rows > 1

    def made(density: Density, squares: dict[str, int], as_class: bool) -> list[Group]:
        return [_group(s, kept, density, squares.get(s.above, 0), as_class, problem, mean) for s in found if density.words or s.above != VERDICT]

    def total(groups: Sequence[Group]) -> int:
        return gutter + sum(group.width + 1 for group in groups) - 1

    groups, density = _fitting(made, total, densities, columns, found, one_hot, numbers)
    a, b = 0, len(groups)
    if total(groups) > columns or left is not None:
        a, b = _window(groups, columns - gutter, left)
    x, placed = gutter, []
    for group in groups[a:b]:
        placed.append(replace(group, x=x + group.x))
        x += group.width + 1
    titles = [group.station.title.split("=")[0] for group in groups]
    return Columns(tuple(placed), tuple(titles[:a]), tuple(t for t in titles[b:] if t), gutter, density, x - 1)


def _fitting(made, total, densities, columns, found, one_hot, numbers):  # type: ignore[no-untyped-def]
    """The first way that fits: as little given up as can be."""
    squares: dict[str, int] = {}
    whole: dict[str, int] | None = None  # every layer as squares, and nothing left out
    ways: list[tuple[dict[str, int], bool]] = [({}, False)]
    if one_hot:
        ways.append(({}, True))
    if not numbers:
        widths = sorted({s.columns for s in found if s.hidden and s.columns > NARROW}, reverse=True)
        for width in widths:
            squares = squares | {s.above: s.columns for s in found if s.hidden and s.columns == width}
            ways.append((squares, one_hot))
        whole = squares
        inputs = found[0]
        if inputs.columns > FEWEST:
            squares = squares | {inputs.above: inputs.columns}
            ways.append((squares, one_hot))
            for shown in _fewer(inputs.columns):
                squares = squares | {inputs.above: shown}
                ways.append((squares, one_hot))
        for shown in _fewer(max(squares.values(), default=0)):
            squares = {name: min(count, shown) for name, count in squares.items()}
            ways.append((squares, one_hot))
    else:
        for shown in (9, FEWEST):
            ways.append(({s.above: -shown for s in found if s.columns > shown}, one_hot))
    for squares, as_class in ways:
        for density in densities:
            groups = made(density, squares, as_class)
            if total(groups) <= columns or (squares is whole and columns < WORDY and total(groups[1:]) <= columns):
                return groups, density
    return groups, density


def _fewer(columns: int, least: int = FEWEST) -> Iterator[int]:
    """Fewer and fewer columns of so many, down to a few."""
    for shown in (60, 40, 30, 24, 20, 16, 12, 10, 8, 7, 6, least):
        if shown < columns:
            yield shown


def _window(groups: Sequence[Group], columns: int, left: int | None) -> tuple[int, int]:
    """Which groups are in sight: those from the wanted one on that fit; else all but the first ones and ℓ."""
    def wide(a: int, b: int) -> int:
        return sum(group.width + 1 for group in groups[a:b]) - 1

    if left is not None:
        a = min(max(left, 0), len(groups) - 1)
        b = a + 1
        while b < len(groups) and wide(a, b + 1) <= columns:
            b += 1
        while a > 0 and b == len(groups) and wide(a - 1, b) <= columns:
            a -= 1
        return a, b
    a, b = 0, len(groups)
    if wide(1, b) <= columns:
        return 1, b
    while b > 2 and groups[b - 1].station.above in (VERDICT, "sample_losses") and wide(1, b) > columns:
        b -= 1
    a = 1
    while a < b - 1 and wide(a, b) > columns:
        a += 1
    while b > a + 1 and wide(a, b) > columns:
        b -= 1
    return a, b


def _group(station: Station, kept: Formats, density: Density, shown: int, as_class: bool, problem: Problem, mean: bool) -> Group:
    """A station as it stands in a group of its own width; `shown` columns as squares, or with a minus in numbers."""
    squares = shown > 0
    columns = elided(station.columns, abs(shown) or station.columns)
    if station.above == VERDICT:
        wide = 1 + max(longest(problem, kept.of('y_out', density.decimals)), len(station.title))
        return Group(station, 1, wide, (0,), False, wide - 1, Written(), Written())
    if station.above == "y_gt" and as_class:
        names = short_names(problem.class_names, CLASS_WIDTH) if density.words else []
        if not all(len(name) > len(str(i)) for i, name in enumerate(names, start=1)):
            names = []
        names = names or [str(i + 1) for i in range(station.columns)]
        wide = max(4, *(cell_len(name) + (not density.words) for name in names)) + 1
        return Group(station, density.pad, wide + density.pad, (0,), False, wide, Written(), Written(), tuple(names))
    if squares:
        wide = max(len(columns), cell_len(station.title) + (5 if density.pad else 0))
        return Group(station, 0, wide + density.blank, columns, True, 1, Written(), Written())
    data = kept.data.get(station.above)
    if data is not None:
        upper = data._replace(decimals=min(data.decimals, density.decimals))
    else:
        upper = kept.of(station.above, max(2, density.decimals))
    one_more = mean and station.below not in ("", "share") and not station.hidden and density.pad
    lower = kept.of(station.below, density.decimals + one_more) if station.below not in ("", "share") else upper
    wide = max(upper.width, lower.width)
    if station.below == "share":
        wide = max(wide, len(f"1/{problem.batch_size or len(problem.inputs)}") if mean else 1)
    stride = wide + 1 + (density.blank if station.above not in ("X_in", "y_gt") else 0)
    title = max(cell_len(station.title if density.words else station.title.split("=")[0]), cell_len(station.under))
    total = max(span_of(columns, stride) + (stride == wide + 1 and density.blank), title + 1) + density.pad
    return Group(station, density.pad, total, columns, False, stride, upper, lower)


def elided(total: int, most: int) -> tuple[int | None, ...]:
    """All columns, or the first and the last of them around a gap."""
    if total <= most:
        return tuple(range(total))
    behind = max(1, (most - 1) // 3)
    return (*range(most - 1 - behind), None, *range(total - behind, total))
