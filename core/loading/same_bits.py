"""Functions that have the same bits on every machine, from sums, products and quotients alone; those of a mathematical
library differ in their last bits.
"""

from __future__ import annotations

from math import factorial, pi, sqrt

import numpy as np

from core.arrays import Array

LOG_2 = 0.6931471805599453
TERMS = 11  # of each series: what is left out is below 1e-17 of the first


def logarithm(x: Array) -> Array:
    """ln x of numbers above 0."""
    mantissa, exponent = np.frexp(x)
    low = mantissa < sqrt(0.5)
    mantissa, exponent = np.where(low, 2 * mantissa, mantissa), exponent - low
    ratio = (mantissa - 1) / (mantissa + 1)  # ln m = 2 artanh of it
    series = _series(ratio * ratio, [1 / (2 * k + 1) for k in range(TERMS + 1)])
    return np.asarray(exponent * LOG_2 + 2 * ratio * series, dtype=np.float64)


def cosine_of_turns(turns: Array) -> Array:
    """cos 2πt of numbers of turns from 0 to 1."""
    near = np.minimum(turns, 1 - turns)  # cos is even
    sign, near = np.where(near > 0.25, -1.0, 1.0), np.minimum(near, 0.5 - near)
    as_sine = near > 0.125  # cos x = sin(π/2 - x)
    angle = 2 * pi * np.where(as_sine, 0.25 - near, near)
    square = -angle * angle
    cosine = _series(square, [1 / factorial(2 * k) for k in range(TERMS)])
    sine = angle * _series(square, [1 / factorial(2 * k + 1) for k in range(TERMS)])
    return np.asarray(sign * np.where(as_sine, sine, cosine), dtype=np.float64)


def _series(x: Array, coefficients: list[float]) -> Array:
    """The polynomial with these coefficients, that of x⁰ first."""
    found = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        found = found * x + coefficient
    return found
