"""The hinge of support vector machines, on scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from core.arrays import Array
from core.expression.nodes import COLUMNS, Node, Total
from core.losses.base import OUTPUTS, TARGETS, LossEquations
from core.losses.classes import ClassLoss
from core.losses.terms import (
    CAPPED,
    MARGIN,
    SQUARED,
    TERM,
    TERM_GRADIENT,
    TERM_SYMBOL,
    Cost,
    bind_terms,
    in_detail,
    row_sums,
    stated,
    terms_of,
)
from core.primitives import flat, number, total


@dataclass(frozen=True)
class Hinge(ClassLoss):
    """ℒ = Σ Σ_{j≠y} max(0, y_j - y_y + m) over the outputs y as scores; for a single one, and targets t = ±1,
    ℒ = Σ max(0, m - t y). Where it is `squared`, the square of each.
    """

    name: ClassVar[str] = "hinge"
    title: ClassVar[str] = "hinge on scores"
    remark: ClassVar[str] = "softmax_hinge is the hinge on probabilities"
    usual_reduction: ClassVar[str] = "mean"

    margin: float = field(default=1.0, metadata={"name": "m", "at_least": 0})
    squared: bool = field(default=False, metadata={"words": "squared"})

    @property
    def _cost(self) -> Cost:
        return SQUARED if self.squared else CAPPED

    def equations(self, single: bool) -> LossEquations:
        if single:
            return self._of_one_output()
        sample_losses, gradient = stated(OUTPUTS, self._cost)
        term, costs, dterm, dy = in_detail(OUTPUTS, self._cost)
        detailed = LossEquations(
            (("term", term),),
            costs,
            (("dterm", dterm),),
            dy,
            symbols=TERM_SYMBOL,
            zeros=dict.fromkeys(("term", "dterm"), "the true class has no term"),
        )
        return LossEquations((), sample_losses, (), gradient, detailed=detailed)

    def _of_one_output(self) -> LossEquations:
        term = MARGIN - TARGETS * OUTPUTS
        detailed = LossEquations(
            (("term", term),),
            Total(COLUMNS, self._cost.tree(TERM)),
            (("dterm", self._slope(TERM)),),
            -(TARGETS * TERM_GRADIENT),
            symbols=TERM_SYMBOL,
        )
        return LossEquations(
            (), Total(COLUMNS, self._cost.tree(term)), (), -(self._slope(term) * TARGETS), detailed=detailed
        )

    def _slope(self, term: Node) -> Node:
        slope = self._cost.slope(term)
        assert slope is not None
        return slope

    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        if outputs.shape[1] == 1:
            losses: Array = self._cost.costs(self.margin - targets * outputs)[:, 0]
            return losses
        return row_sums(self._cost.costs(terms_of(outputs, targets, self.margin)))

    def bind(
        self, outputs: Array, targets: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        if outputs.shape[-1] > 1:
            return bind_terms(outputs, targets, gradient, self._cost, self.margin, note)
        terms, slopes, least = np.empty(outputs.shape), np.empty(outputs.shape), np.array(float(self.margin))
        evaluate_costs = self._cost.bind(terms, np.ones(outputs.shape), slopes)
        told, add_up = number(flat(terms)), total(flat(terms))
        multiply, subtract, negative = np.multiply, np.subtract, np.negative

        def evaluate() -> None:
            multiply(targets, outputs, terms)
            subtract(least, terms, terms)
            evaluate_costs()
            note(told(add_up()))
            multiply(targets, slopes, gradient)
            negative(gradient, gradient)

        return evaluate
