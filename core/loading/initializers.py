"""Starting weights, drawn from a seed: the same bits on every machine."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

from core.activations import Activation
from core.arrays import Array
from core.loading.draws import Draws

MOST_WEIGHTS = 10_000_000  # of one problem: a debugger's network is small, and a slip of the finger is large


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
    kind, draws, count = INITIALIZERS[initializer], Draws(seed, layer), inputs * units
    drawn = draws.normal(count) if kind.normal else 2 * draws.uniform(count) - 1
    return (drawn * kind.scale(inputs, units)).reshape(inputs, units)
