"""Starting weights, drawn from a seed."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

from core.activations import Activation
from core.arrays import Array
from core.loading.draws import Draws

MOST_WEIGHTS = 10_000_000  # of one problem: a debugger's network is small, and a slip of the finger is large

# The half-width of the uniform distribution that a weight is drawn from, for a layer's inputs and units:
# Glorot & Bengio (2010), and He et al. (2015) for ReLU, which lets only half of its inputs through.
INITIALIZERS: dict[str, Callable[[int, int], float]] = {
    "xavier": lambda inputs, units: sqrt(6 / (inputs + units)),
    "he": lambda inputs, _units: sqrt(6 / inputs),
    "zeros": lambda _inputs, _units: 0.0,
}


def default_initializer(activation: Activation) -> str:
    """The name of the initializer that suits an activation function: he where it has a kink, as a ReLU has."""
    return "he" if activation.kinks else "xavier"


def initial_weights(initializer: str, inputs: int, units: int, seed: int, layer: int) -> Array:
    """Weights (inputs, units) for layer 1, 2, ...: a function of these arguments alone, on every machine."""
    uniform = Draws(seed, layer).uniform(inputs * units)
    half_width = INITIALIZERS[initializer](inputs, units)
    return ((2 * uniform - 1) * half_width).reshape(inputs, units)
