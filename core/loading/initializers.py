"""Starting weights, drawn from a seed: the same bits on every machine."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

import numpy as np

from core.activations import Activation
from core.arrays import Array

MOST_WEIGHTS = 10_000_000  # of one problem: a debugger's network is small, and a slip of the finger is large
LOG_2 = 0.6931471805599453
TERMS = 11  # of the series of a logarithm: the last of them is below 1e-17 of the first


class Initializer(NamedTuple):
    """What weights are drawn from: from -scale to scale, each number as likely as another, or with `normal` from a
    normal distribution of mean 0 and standard deviation `scale`. `scale` follows from a layer's inputs and units.
    """

    scale: Callable[[int, int], float]
    normal: bool = False


# xavier: Glorot & Bengio (2010). he: He et al. (2015), for ReLU, which lets only half of its inputs through; both as
# uniform distributions. uniform: ±1/√inputs, as PyTorch's Linear does unasked. normal: of the variance 1/inputs, after
# LeCun et al. (1998).
INITIALIZERS: dict[str, Initializer] = {
    "xavier": Initializer(lambda inputs, units: sqrt(6 / (inputs + units))),
    "he": Initializer(lambda inputs, _units: sqrt(6 / inputs)),
    "normal": Initializer(lambda inputs, _units: sqrt(1 / inputs), normal=True),
    "uniform": Initializer(lambda inputs, _units: sqrt(1 / inputs)),
    "zeros": Initializer(lambda _inputs, _units: 0.0),
}


def default_initializer(activation: Activation) -> str:
    """The name of the initializer that suits an activation function: he where it has a kink, as a ReLU has."""
    return "he" if activation.kinks else "xavier"


def initial_weights(initializer: str, inputs: int, units: int, seed: int, layer: int) -> Array:
    """Weights (inputs, units) for layer 1, 2, ...: a function of these arguments alone, on every machine.

    - he, xavier: uniform in ±√(6/inputs), ±√(6/(inputs + units))
    - normal: N(0, 1/inputs), the standard deviation being 1/√inputs
    - uniform: uniform in ±1/√inputs
    - zeros: 0
    """
    kind = INITIALIZERS[initializer]
    stream = np.random.PCG64(np.random.SeedSequence([seed, layer]))
    drawn = (_normal if kind.normal else _uniform)(stream, inputs * units)
    return np.asarray(drawn * kind.scale(inputs, units), dtype=np.float64).reshape(inputs, units)


def _uniform(stream: np.random.PCG64, count: int) -> Array:
    """So many numbers from -1 to below 1."""
    # numpy promises the raw stream of PCG64 for ever, but not what its distributions make of it.
    raw = stream.random_raw(count) >> np.uint64(11)
    return np.asarray(2 * (raw * 2.0**-53) - 1, dtype=np.float64)


def _normal(stream: np.random.PCG64, count: int) -> Array:
    """So many standard normal numbers, by Marsaglia's polar method: a point in the unit circle gives two."""
    found: Array = np.empty(0)
    while len(found) < count:
        x, y = _uniform(stream, 2 * (count - len(found))).reshape(2, -1)
        square = x * x + y * y
        inside = (square > 0) & (square < 1)
        x, y, square = x[inside], y[inside], square[inside]
        radius = np.sqrt(-2 * logarithm(square) / square)
        found = np.concatenate([found, np.stack([x * radius, y * radius], axis=1).ravel()])
    return found[:count]


def logarithm(x: Array) -> Array:
    """ln x of numbers above 0, from sums, products and quotients: these have the same bits on every machine, and the
    logarithm of a mathematical library has not.
    """
    mantissa, exponent = np.frexp(x)
    low = mantissa < sqrt(0.5)
    mantissa, exponent = np.where(low, 2 * mantissa, mantissa), exponent - low
    ratio = (mantissa - 1) / (mantissa + 1)  # ln m = 2 artanh of it
    square = ratio * ratio
    series = np.full_like(square, 1 / (2 * TERMS + 1))
    for k in reversed(range(TERMS)):
        series = series * square + 1 / (2 * k + 1)
    return np.asarray(exponent * LOG_2 + 2 * ratio * series, dtype=np.float64)
