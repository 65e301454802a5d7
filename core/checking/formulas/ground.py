"""What formulas come to at several points at once, and whether two of them agree at all of these."""

from __future__ import annotations

from collections.abc import Sequence

from core.arrays import Array
from core.checking.formulas.edits import is_constant
from core.checking.formulas.evaluation import Evaluator, is_same
from core.errors import FormulaError
from core.expression.nodes import COLUMNS, Function, Node

MOST_TRIED = 3_000
MOST_WORK = 20_000_000  # numbers computed while searching


class Ground:
    """Formulas evaluated at some points, each once, and a bounded number of them; `no_mean` says why no / n belongs,
    `classes` what a sum over the classes runs over.
    """

    def __init__(self, points: Sequence[Evaluator], no_mean: str = "", classes: str = COLUMNS) -> None:
        self._points = points
        self._values: list[dict[Node, Array | None]] = [{} for _ in points]
        self.no_mean, self.classes = no_mean, classes
        self.known, self.quantity, self.argument_of = points[0].known, points[0].quantity, points[0].argument_of
        self.written_out = points[0].written_out

    def is_same_function(self, one: Function, other: Function) -> bool:
        """Whether two functions are the same, but for the derivative."""
        return self._points[0].is_same_function(one, other)

    def value(self, node: Node, point: int = 0) -> Array | None:
        """The value of a formula at a point; None where it has none."""
        values, evaluate = self._values[point], self._points[point]
        if node not in values:
            if len(values) > MOST_TRIED or evaluate.work > MOST_WORK:
                return None
            try:
                values[node] = evaluate(node)
            except FormulaError:
                values[node] = None
        return values[node]

    def agree(self, mine: Node, right: Node) -> bool:
        """Whether two formulas have the same value at every point."""
        return all(self._agree_at(point, mine, right) for point in range(len(self._points)))

    def _agree_at(self, point: int, mine: Node, right: Node) -> bool:
        found, target = self.value(mine, point), self.value(right, point)
        return found is not None and target is not None and is_same(found, target)

    def number(self, node: Node) -> float | None:
        """The value of a formula that is a number, but not a sum, which is a factor like any other; else None."""
        value = self.value(node) if is_constant(node) else None
        return None if value is None else float(value)

    def is_one(self, node: Node) -> bool:
        """Whether a formula has the value 1 everywhere."""
        value = self.value(node)
        return value is not None and bool((value == 1).all())
