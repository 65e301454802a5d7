"""Why a number is 0: every path from it to the loss, and the factor that cuts it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from core.arithmetic import CellArithmetic
from core.arrays import Mask, Rows
from core.diagnosis import zeros
from core.diagnosis.wording import rows_text
from core.diagnosis.zeros import Key, Zeros
from core.equations import BACKWARD, GRADIENT
from core.explanation import explain
from core.expression.nodes import Cell, Node, put_in_place
from core.origins import Place, Scope, scope_of
from core.step import Step
from core.text import significant

DIGITS = 6
FEW = 6  # units of a quantity, or weights, that have a line each
SHOWN = 3  # numbers that a line gives
MOST_PLACES = 100  # that a cut names
ORDER = (
    zeros.FROZEN,
    zeros.NUMBER,
    zeros.SLOPE,
    zeros.INACTIVE,
    zeros.FUNCTION,
    zeros.ZERO,
    zeros.CANCEL,
    zeros.ROUNDING,
    zeros.UNDERFLOW,
    zeros.ABSENT,
)


@dataclass(frozen=True)
class Cut:
    """A factor that is 0, or several of one kind.

    reason    slope (f'(s) = 0), function (f(s) = 0), inactive (a term that the max cuts off), zero (an input, a weight,
              or another given number is 0), number (α, or a setting, is 0), frozen, cancel (terms that are not 0 come
              to 0 together), rounding (a change too small for its weight), underflow (a product too small for a float),
              absent (0 whatever the numbers are)
    text      a line: "rows 1 and 3: f₁'(s₁[1,2]) = 0, for s₁[1,2] = -0.3"
    count     how many cells it is about
    places    the cells that it leads to, at most 100: of a slope those of s
    """

    reason: str
    text: str
    count: int
    places: tuple[Place, ...]


@dataclass(frozen=True)
class WhyNot:
    """Why a number is 0. `cuts` are the factors that make it so; none where it is not 0, which `verdict` says. `left`
    counts the cells that were not looked into, of a network with too many.
    """

    place: Place
    symbol: str
    value: float
    verdict: str
    cuts: tuple[Cut, ...] = ()
    left: int = 0

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, a line each."""
        rest = (f"{self.left:,} more cells were not looked into",) if self.left else ()
        return (self.verdict, *(cut.text for cut in self.cuts), *rest)

    def __str__(self) -> str:
        return "\n  ".join(self.lines)


def why_not(step: Step, name: str, cell: tuple[int, ...]) -> WhyNot:
    """Why the number in a cell is 0: `name` and `cell` as for `explain`.

    Of a gradient, a delta, or anything else on the way back, every path from there to ℒ and the first factor that cuts
    it; of any other number, the factors that make its terms 0. Of an updated weight or bias, W_k_next, why it did not
    move: why W_k⁺ is W_k. A number that is not 0, or a weight that moved, has no cuts. Raises as `explain` does.
    """
    scope = scope_of(step)
    place = scope.place(name, cell)
    symbol, value = scope.label(place), scope.value(place)
    before = {after: given for given, after in scope.statement.updates.items()}.get(place.name)
    if before is not None and before[0] in "Wb":
        start = place._replace(name=before)
        if (old := scope.value(start)) == value:
            return _of_weight(scope, place, start)
        if value:
            told = f"{scope.label(start)} moves by {_shown(value - old)} to {_shown(value)}"
            return WhyNot(place, symbol, value, told)
    if value != 0:
        return WhyNot(place, symbol, value, _not_zero(step, place, symbol, value))
    if place.name in scope.statement.given:
        return _of_given(scope, place, symbol)
    found = Zeros(scope)
    found.follow(place)
    cuts = tuple(_cuts(scope, found.cuts))
    return WhyNot(place, symbol, value, _verdict(scope, place, symbol, cuts), cuts, found.left)


def _of_weight(scope: Scope, place: Place, start: Place) -> WhyNot:
    found = Zeros(scope)
    found.follow_change(place, start.name)
    symbol = scope.label(place)
    told = f"{scope.label(start)} does not move: {symbol} is {_shown(scope.value(place))}, as before"
    return WhyNot(place, symbol, scope.value(place), told, tuple(_cuts(scope, found.cuts)), found.left)


def _of_given(scope: Scope, place: Place, symbol: str) -> WhyNot:
    if scope.rule(place) is None:
        text, places = f"given: {explain(scope.step, place.name, place.cell).origin}", (place,)
    else:
        after = scope.statement.updates[place.name]
        text = f"step {place.step - 1} left it at 0"
        places = (Place(place.step - 1, after, place.cell),)
    return WhyNot(place, symbol, 0.0, f"{symbol} = 0", (Cut(zeros.ZERO, text, 1, places),))


def _not_zero(step: Step, place: Place, symbol: str, value: float) -> str:
    if not isfinite(value):
        return f"{symbol} is not 0: it is out of range"
    found = explain(step, place.name, place.cell)
    told = f"{symbol} = {_shown(value)} is not 0"
    if found.origin is not None or len(found) < 2:
        return told
    reaching, terms = int(np.count_nonzero(found.term_values)), len(found)
    if reaching == terms:
        return f"{told}: none of its {terms:,} terms is 0"
    return f"{told}: {reaching:,} of its {terms:,} terms {'is' if reaching == 1 else 'are'} not 0"


def _verdict(scope: Scope, place: Place, symbol: str, cuts: Sequence[Cut]) -> str:
    equation, loss = scope.statement.equations[place.name], scope.statement.letters["loss"]
    if equation.part not in (BACKWARD, GRADIENT) or not cuts:
        return f"{symbol} = 0"
    if all(cut.reason == zeros.ABSENT for cut in cuts):
        return f"{symbol} = 0 whatever the numbers are"
    cancels = [cut for cut in cuts if cut.reason == zeros.CANCEL]
    if any(place in cut.places for cut in cancels):
        return f"{symbol} = 0: not every path to {loss} is cut, but what comes along the others cancels"
    if cancels:
        return f"{symbol} = 0: every path to {loss} is cut, or what comes along it cancels"
    return f"{symbol} = 0: every path to {loss} is cut"


def _cuts(scope: Scope, found: dict[Key, Mask]) -> Iterator[Cut]:
    # What has no number at all is no path.
    told = {key: mask for key, mask in found.items() if key.reason != zeros.ABSENT} or found
    for key, mask in sorted(told.items(), key=lambda entry: ORDER.index(entry[0].reason)):
        cells = np.argwhere(mask) + 1
        by_column = _per_sample(scope, key.name) and mask.ndim == 2
        groups = [cells]
        if by_column and len(columns := np.unique(cells[:, 1])) <= FEW:
            groups = [cells[cells[:, 1] == column] for column in columns]
        elif not by_column and len(cells) <= FEW:
            groups = [cells[i : i + 1] for i in range(len(cells))]
        for group in groups:
            yield _cut(scope, key, group, by_column)


def _per_sample(scope: Scope, name: str) -> bool:
    statement = scope.statement
    equation = statement.equations.get(name) or statement.given[name]
    return equation.per_sample


def _cut(scope: Scope, key: Key, cells: Rows, by_column: bool) -> Cut:
    step = scope.step
    places = tuple(Place(step.index, key.name, tuple(cell)) for cell in cells[:MOST_PLACES].tolist())
    first = places[0]
    text = _text(scope, key, places, len(cells))
    if by_column:
        rows, columns = np.unique(cells[:, 0]), np.unique(cells[:, 1])
        where = rows_text(rows.tolist(), len(step.batch))
        if len(columns) > 1:
            where = f"{len(cells):,} cells in {where}, {len(columns):,} columns"
            text = f"such as {text}"
        text = f"{where}: {text}"
    elif len(cells) > 1:
        text = f"{len(cells):,} cells of {scope.statement.letters[first.name]}, such as {text}"
    return Cut(key.reason, text, len(cells), places)


def _text(scope: Scope, key: Key, places: Sequence[Place], count: int) -> str:
    first, node = places[0], key.node
    symbol, statement = scope.label(first), scope.statement
    if key.reason == zeros.FROZEN:
        return f"frozen: the update leaves {statement.letters[_before(scope, first.name)]} as it is"
    if key.reason == zeros.NUMBER and node is not None:
        return f"{_printed(scope, node)} = 0"
    if key.reason == zeros.CANCEL:
        return f"{symbol} = 0: its terms cancel: {explain(scope.step, first.name, first.cell).numbers(SHOWN)}"
    if key.reason == zeros.ROUNDING:
        before = first._replace(name=_before(scope, first.name))
        return f"the change is too small for {scope.label(before)} = {_shown(scope.value(before))}: it is rounded away"
    if key.reason == zeros.UNDERFLOW:
        return f"{symbol} is below 4.9e-324, the smallest number in floating point"
    if key.reason == zeros.ABSENT:
        return f"{symbol}: {statement.zeros.get(first.name, '0 whatever the numbers are')}"
    more = f" and {count - SHOWN:,} more" if count > SHOWN else ""
    shown = places[:SHOWN]
    if node is None:
        return f"{' = '.join(map(scope.label, shown))} = 0{more}"
    factor = _printed(scope, put_in_place(node, {first.name: Cell(first.name, first.cell)}))
    values = ", ".join(f"{scope.label(place)} = {_shown(scope.value(place))}" for place in shown)
    inactive = "inactive, " if key.reason == zeros.INACTIVE else ""
    return f"{inactive}{factor} = 0, for {values}{more}"


def _before(scope: Scope, after: str) -> str:
    return next(given for given, updated in scope.statement.updates.items() if updated == after)


def _printed(scope: Scope, node: Node) -> str:
    return CellArithmetic(scope, node, {}, 0.0).symbols()


def _shown(value: float) -> str:
    return significant(value, DIGITS)
