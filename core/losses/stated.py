"""A loss worked out from its equations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from core.activations import ACTIVATIONS
from core.arrays import Array
from core.expression.value import Compiler

if TYPE_CHECKING:
    from core.losses.base import Loss


class StatedLoss:
    """The equations of a loss over `width` outputs as functions of outputs and targets (n, width), for ℒ the sum over
    the samples.
    """

    def __init__(self, loss: Loss, width: int) -> None:
        stated, compiled = loss.equations(width == 1), Compiler(ACTIVATIONS, {**loss.numbers, **loss.counts(width)})
        self._forward = [(name, compiled(tree)) for name, tree in stated.forward]
        self._backward = [(name, compiled(tree)) for name, tree in stated.backward]
        self._costs, self._gradient = compiled(stated.sample_losses), compiled(stated.output_gradient)
        self._kinks = [
            (compiled(kink.argument), None if kink.where is None else compiled(kink.where)) for kink in stated.kinks
        ]

    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        """What each sample costs, (n,)."""
        costs: Array = self._costs(self._up(outputs, targets))[:, 0]
        return costs

    def kinks(self, outputs: Array, targets: Array) -> list[Array]:
        """What changes its sign at each of its kinks, (n, ·); NaN where there is none."""
        if not self._kinks:
            return []
        values = self._down(self._up(outputs, targets))
        found = [(kink(values), where) for kink, where in self._kinks]
        return [kink if where is None else np.where(where(values) == 1, kink, np.nan) for kink, where in found]

    def bind(
        self, outputs: Array, targets: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        """As `Loss.bind`."""

        def evaluate() -> None:
            values = self._up(outputs, targets)
            costs = self._costs(values)
            np.copyto(gradient, self._gradient(self._down(values)))
            note(float(costs.sum()))

        return evaluate

    def _up(self, outputs: Array, targets: Array) -> dict[str, Array]:
        values = {"y_out": outputs, "y_gt": targets}
        for name, evaluate in self._forward:
            values[name] = evaluate(values)
        return values

    def _down(self, values: dict[str, Array]) -> Mapping[str, Array]:
        for name, evaluate in self._backward:
            values[name] = evaluate(values)
        return values
