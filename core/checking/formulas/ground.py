"""What formulas come to at several points at once, and whether two of them agree at all of these."""

from __future__ import annotations

from collections.abc import Sequence

from core.activations import Activation
from core.arrays import Array
from core.checking.formulas.grammar import Call, FormulaError, Node, Total, walk
from core.checking.formulas.values import Evaluator, is_same

MOST_TRIED = 3_000
MOST_WORK = 20_000_000  # numbers computed while searching


class Ground:
    """Formulas evaluated at some points, each once, and a bounded number of them."""

    def __init__(self, points: Sequence[Evaluator]) -> None:
        self._points = points
        self._values: list[dict[Node, Array | None]] = [{} for _ in points]
        self.depth, self.summed, self.no_mean = points[0].depth, points[0].summed, points[0].no_mean

    def function(self, node: Call) -> Activation:
        """What a call applies."""
        return self._points[0].function(node)

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
        value = self.value(node)
        if value is None or value.ndim or any(isinstance(part, Total) for part in walk(node)):
            return None
        return float(value)

    def is_one(self, node: Node) -> bool:
        """Whether a formula has the value 1 everywhere."""
        value = self.value(node)
        return value is not None and bool((value == 1).all())
