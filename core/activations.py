"""Activation functions f and their derivatives f', looked up by name.

Each is a list of numpy operations over arrays that the caller brings, so that the training loop allocates nothing and
calls numpy straight away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from core.arrays import Array

Operation: TypeAlias = Callable[[], object]

ONE = np.ones(())  # a ready 0-d array spares numpy the conversion of a Python number, a fifth of a small operation


@dataclass(frozen=True)
class Activation:
    """An entrywise function z = f(s).

    `value(s, out)` gives the operations that write f(s), to be called in order; `derivative(s, z, out)` those that
    write f'(s), given z = f(s). All arrays have one shape. `formula` and `derivative_formula` are for people.
    """

    name: str
    formula: str
    derivative_formula: str
    value: Callable[[Array, Array], list[Operation]]
    derivative: Callable[[Array, Array, Array], list[Operation]]

    def __call__(self, s: Array) -> Array:
        """f(s), in a new array of the same shape."""
        out = np.empty_like(s)
        with np.errstate(over="ignore"):  # see _sigmoid
            for operation in self.value(s, out):
                operation()
        return out

    def slope(self, s: Array) -> Array:
        """f'(s), in a new array of the same shape."""
        out = np.empty_like(s)
        for operation in self.derivative(s, self(s), out):
            operation()
        return out


def _identity(s: Array, out: Array) -> list[Operation]:
    return [partial(np.copyto, out, s)]


def _identity_slope(_s: Array, _z: Array, out: Array) -> list[Operation]:
    return [partial(out.fill, 1.0)]


def _relu(s: Array, out: Array) -> list[Operation]:
    maximum, zeros = np.maximum, np.zeros_like(s)
    # np.maximum takes `out` by name only, and partial hands names on slowly.
    return [lambda: maximum(s, zeros, out=out)]


def _relu_slope(_s: Array, z: Array, out: Array) -> list[Operation]:
    # z = max(s, 0) is never negative, so its sign is 1 where s > 0 and 0 elsewhere: ReLU'(0) = 0.
    return [partial(np.sign, z, out)]


def _tanh(s: Array, out: Array) -> list[Operation]:
    return [partial(np.tanh, s, out)]


def _tanh_slope(_s: Array, z: Array, out: Array) -> list[Operation]:
    return [partial(np.multiply, z, z, out), partial(np.subtract, ONE, out, out)]


def _sigmoid(s: Array, out: Array) -> list[Operation]:
    # exp overflows to inf only where 1 / (1 + inf) = 0 is the nearest double anyway.
    return [
        partial(np.negative, s, out),
        partial(np.exp, out, out),
        partial(np.add, out, ONE, out),
        partial(np.divide, ONE, out, out),
    ]


def _sigmoid_slope(_s: Array, z: Array, out: Array) -> list[Operation]:
    return [partial(np.subtract, ONE, z, out), partial(np.multiply, z, out, out)]


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("identity", "s", "1", _identity, _identity_slope),
        Activation("relu", "max(0, s)", "[s > 0]", _relu, _relu_slope),
        Activation("tanh", "tanh(s)", "1 - z²", _tanh, _tanh_slope),
        Activation("sigmoid", "1 / (1 + exp(-s))", "z (1 - z)", _sigmoid, _sigmoid_slope),
    )
}
