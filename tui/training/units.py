"""What the layers of a step do: which units are idle or saturated, as the activation itself says what that means for
it, and how far their weights move.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from core import Activation, Array, Layer, Mask, Step, memoized

PROBES = np.array([-700.0, -350.0, -5.0, -0.5, 0.5, 5.0, 350.0, 700.0])  # exp(700) is still finite
LEVEL = 0.01  # of its range: an activation that moves less than this far out has come to its end there
EDGE = 0.025  # of the range: |z| > 0.95 for tanh


class Bounds(NamedTuple):
    """What z comes to on both ends of a bounded, smooth activation."""

    low: float
    high: float

    @property
    def saturated_from(self) -> tuple[float, float]:
        """Below the first of these numbers z is saturated, and above the second."""
        edge = EDGE * (self.high - self.low)
        return self.low + edge, self.high - edge


@lru_cache(maxsize=64)
def can_idle(function: Activation) -> bool:
    """Whether it has a stretch on which its slope is 0, as relu has."""
    with np.errstate(all="ignore"):
        return function.piecewise_linear and bool((function.slope(PROBES) == 0).any())


@lru_cache(maxsize=64)
def bounds(function: Activation) -> Bounds | None:
    """Between which numbers a smooth activation stays; None where it does not level off on both ends."""
    if function.piecewise_linear:
        return None
    with np.errstate(all="ignore"):
        z = function(PROBES)
    size = float(np.ptp(z)) if np.isfinite(z).all() else 0.0
    if not size or max(abs(z[1] - z[0]), abs(z[-1] - z[-2])) > LEVEL * size:
        return None
    return Bounds(*sorted((round(float(z[0]), 2), round(float(z[-1]), 2))))


@memoized(1)  # the status and the notes ask about the same step
def idle(step: Step) -> tuple[Mask | None, ...]:
    """Where f'(s) is 0 for each layer, (n, d_k); None for a layer whose activation has no such stretch."""
    layers = zip(step.problem.network.layers, step.pre_activations, strict=True)
    return tuple(_idle(layer, s) if can_idle(layer.function) else None for layer, s in layers)


def _idle(layer: Layer, s: Array) -> Mask:
    with np.errstate(all="ignore"):
        mask: Mask = layer.function.slope(s) == 0
    return mask


def moved_by(step: Step, layer: int) -> float | None:
    """How far a layer's weights move in the step, as a share of their size: ‖W⁺ - W‖ / ‖W‖; None where that is no
    finite number.
    """
    weights = step.weights[layer - 1]
    with np.errstate(over="ignore", invalid="ignore"):
        size = float(np.linalg.norm(weights))
        change = float(np.linalg.norm(step.next_weights[layer - 1] - weights))
    return change / size if size and np.isfinite(change) else None
