"""The squared error: as the sum over the outputs, with or without its ½, and as their mean."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from core.arrays import Array
from core.expression.nodes import COLUMNS, Literal, Name, Quotient, Total
from core.losses.base import OUTPUTS, TARGETS, Loss, LossEquations
from core.primitives import flat, number, squared_length

RESIDUAL = OUTPUTS - TARGETS


class _SquaredResiduals(Loss):
    """A multiple of the squared distance of outputs and targets."""

    def is_near(self, kind: type[Loss]) -> bool:
        return issubclass(kind, _SquaredResiduals)  # which differ by a factor

    @abstractmethod
    def factor(self, width: int) -> float:
        """What the squares of a sample's `width` residuals are multiplied by."""

    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        residuals = outputs - targets
        losses: Array = self.factor(outputs.shape[1]) * (residuals * residuals).sum(axis=1)
        return losses

    def bind(
        self, outputs: Array, targets: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        residuals, factor = flat(gradient), self.factor(outputs.shape[-1])
        told, add_up = number(residuals), squared_length(residuals)
        subtract, multiply, twice = np.subtract, np.multiply, np.array(2 * factor)

        def evaluate() -> None:
            subtract(outputs, targets, gradient)
            note(factor * told(add_up()))

        def evaluate_multiple() -> None:
            subtract(outputs, targets, gradient)
            note(factor * told(add_up()))
            multiply(gradient, twice, gradient)

        return evaluate if twice == 1 else evaluate_multiple


@dataclass(frozen=True)
class SquaredError(_SquaredResiduals):
    """ℒ = Σ Σ_j ½ (y_j - t_j)²; without the `half`, Σ Σ_j (y_j - t_j)²."""

    name: ClassVar[str] = "squared_error"
    title: ClassVar[str] = "squared error"
    word: ClassVar[str] = "squared"

    half: bool = field(default=True, metadata={"words": "without the ½"})

    def factor(self, width: int) -> float:  # noqa: ARG002
        return 0.5 if self.half else 1.0

    def equations(self, single: bool) -> LossEquations:  # noqa: ARG002
        if self.half:
            return LossEquations((), Total(COLUMNS, Quotient(Literal(1), Literal(2)) * RESIDUAL**2), (), RESIDUAL)
        return LossEquations((), Total(COLUMNS, RESIDUAL**2), (), 2 * RESIDUAL)


@dataclass(frozen=True)
class MeanSquaredError(_SquaredResiduals):
    """ℒ = mean of 1/d Σ_j (y_j - t_j)² over d outputs, as PyTorch and Keras have it."""

    name: ClassVar[str] = "mean_squared_error"
    title: ClassVar[str] = "mean squared error"
    word: ClassVar[str] = "mse"
    usual_reduction: ClassVar[str] = "mean"

    def factor(self, width: int) -> float:
        return 1.0 / width

    def counts(self, width: int) -> Mapping[str, float]:
        return {"d": float(width)} if width > 1 else {}

    def equations(self, single: bool) -> LossEquations:
        if single:
            return LossEquations((), Total(COLUMNS, RESIDUAL**2), (), 2 * RESIDUAL)
        squares = Total(COLUMNS, Quotient(Literal(1), Name("d")) * RESIDUAL**2)
        return LossEquations((), squares, (), Quotient(Literal(2), Name("d")) * RESIDUAL)
