"""Activation functions f and their derivatives f', looked up by name.

Each writes into an array that the caller brings, so that the training loop allocates nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.arrays import Array

ZERO = np.zeros(())
ONE = np.ones(())  # a ready 0-d array spares numpy the conversion of a Python number, a fifth of a small operation


@dataclass(frozen=True)
class Activation:
    """An entrywise function z = f(s).

    `value(s, out)` writes f(s); `derivative(s, z, out)` writes f'(s), given z = f(s). All arrays have one shape.
    `formula` and `derivative_formula` are for people.
    """

    name: str
    formula: str
    derivative_formula: str
    value: Callable[[Array, Array], object]
    derivative: Callable[[Array, Array, Array], object]

    def __call__(self, s: Array) -> Array:
        """f(s), in a new array of the same shape."""
        out = np.empty_like(s)
        with np.errstate(over="ignore"):  # see _sigmoid
            self.value(s, out)
        return out

    def slope(self, s: Array) -> Array:
        """f'(s), in a new array of the same shape."""
        out = np.empty_like(s)
        self.derivative(s, self(s), out)
        return out


def _identity(s: Array, out: Array) -> None:
    np.copyto(out, s)


def _identity_slope(_s: Array, _z: Array, out: Array) -> None:
    out.fill(1.0)


def _relu(s: Array, out: Array) -> None:
    np.maximum(s, ZERO, out=out)


def _relu_slope(_s: Array, z: Array, out: Array) -> None:
    # z = max(s, 0) is never negative, so its sign is 1 where s > 0 and 0 elsewhere: ReLU'(0) = 0.
    np.sign(z, out)


def _tanh(s: Array, out: Array) -> None:
    np.tanh(s, out)


def _tanh_slope(_s: Array, z: Array, out: Array) -> None:
    np.multiply(z, z, out)
    np.subtract(ONE, out, out)


def _sigmoid(s: Array, out: Array) -> None:
    # exp overflows to inf only where 1 / (1 + inf) = 0 is the nearest double anyway.
    np.negative(s, out)
    np.exp(out, out)
    np.add(out, ONE, out)
    np.divide(ONE, out, out)


def _sigmoid_slope(_s: Array, z: Array, out: Array) -> None:
    np.subtract(ONE, z, out)
    np.multiply(z, out, out)


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("identity", "s", "1", _identity, _identity_slope),
        Activation("relu", "max(0, s)", "[s > 0]", _relu, _relu_slope),
        Activation("tanh", "tanh(s)", "1 - z²", _tanh, _tanh_slope),
        Activation("sigmoid", "1 / (1 + exp(-s))", "z (1 - z)", _sigmoid, _sigmoid_slope),
    )
}
