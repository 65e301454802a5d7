"""The squared error."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from core.arrays import Array
from core.expression.nodes import COLUMNS, Literal, Product, Quotient, Total
from core.losses.base import OUTPUTS, TARGETS, Loss, LossEquations


class SquaredError(Loss):
    """ℒ = Σ ½ (y_out - y_gt)²."""

    name: ClassVar[str] = "squared_error"
    title: ClassVar[str] = "squared error"
    word: ClassVar[str] = "squared"

    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        residuals = outputs - targets
        losses: Array = 0.5 * (residuals * residuals).sum(axis=1)
        return losses

    def bind(
        self, outputs: Array, targets: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        residuals = gradient.reshape(-1)
        subtract, dot = np.subtract, residuals.dot

        def evaluate() -> None:
            subtract(outputs, targets, gradient)
            note(0.5 * float(dot(residuals)))

        return evaluate

    def equations(self, single: bool) -> LossEquations:  # noqa: ARG002
        residual = OUTPUTS - TARGETS
        squares = Total(COLUMNS, Product(Quotient(Literal(1), Literal(2)), residual**2))
        return LossEquations((), squares, (), residual)
