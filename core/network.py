"""Layer and Network, and every weight of one in a flat vector."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from core.activations import ACTIVATIONS, Activation
from core.arrays import Array, frozen
from core.errors import ProblemError
from core.record import Record
from core.suggestion import suggest


@dataclass(frozen=True, eq=False)
class Layer(Record):
    """One layer s = z W + b, f(s): `weights` (inputs, units), `bias` (units,) or None, `activation` the name of f; what
    is not to be trained stays as it is. The arrays are copied and made read-only. `activation` may be given as a name
    from ACTIVATIONS or as an Activation; `own` is that where ACTIVATIONS has another under its name, or none.

    Raises ProblemError for shapes that do not fit, an unknown activation or numbers that are not finite.
    """

    weights: Array
    bias: Array | None
    activation: str
    train_weights: bool
    train_bias: bool
    own: Activation | None = field(repr=False)

    def __init__(
        self,
        weights: Array,
        bias: Array | None = None,
        activation: str | Activation = "identity",
        train_weights: bool = True,
        train_bias: bool = True,
        own: Activation | None = None,
    ) -> None:
        name, given = (activation.name, activation) if isinstance(activation, Activation) else (activation, own)
        known = given is None or given.name != name or given is ACTIVATIONS.get(name)
        object.__setattr__(self, "activation", name)
        object.__setattr__(self, "own", None if known else given)
        object.__setattr__(self, "train_weights", train_weights)
        object.__setattr__(self, "train_bias", train_bias)
        mistakes = []
        for key, value in (("weights", weights), ("bias", bias)):
            try:
                object.__setattr__(self, key, None if value is None else frozen(value))
            except (TypeError, ValueError):
                raise ProblemError("", [f"layer: {key}: expected numbers in rows of one length"]) from None
        if self.weights.ndim != 2 or 0 in self.weights.shape:
            mistakes.append(f"layer: weights: expected a matrix (inputs x units), found shape {self.weights.shape}")
        elif self.bias is not None and self.bias.shape != (self.units,):
            mistakes.append(f"layer: bias: expected {self.units} numbers, found shape {self.bias.shape}")
        if not np.isfinite(self.weights).all() or (self.bias is not None and not np.isfinite(self.bias).all()):
            mistakes.append("layer: weights and bias: expected finite numbers")
        if self.own is None and self.activation not in ACTIVATIONS:
            mistakes.append(f"layer: activation: {suggest(str(self.activation), ACTIVATIONS)}")
        if mistakes:
            raise ProblemError("", mistakes)

    @property
    def units(self) -> int:
        return int(self.weights.shape[1])

    @property
    def function(self) -> Activation:
        """f."""
        return ACTIVATIONS[self.activation] if self.own is None else self.own


@dataclass(frozen=True, eq=False)
class Network(Record):
    """Layers in the order of the computation. Raises ProblemError where one does not fit the next."""

    layers: tuple[Layer, ...]

    def __init__(self, layers: Sequence[Layer]) -> None:
        object.__setattr__(self, "layers", tuple(layers))
        if not self.layers:
            raise ProblemError("", ["layers: expected at least one layer"])
        mistakes = [
            f"layers: layer {k} has {a.units} units, but layer {k + 1} takes {b.weights.shape[0]} inputs"
            for k, (a, b) in enumerate(zip(self.layers, self.layers[1:], strict=False), start=1)
            if a.units != b.weights.shape[0]
        ]
        if mistakes:
            raise ProblemError("", mistakes)

    def __len__(self) -> int:
        return len(self.layers)

    @property
    def sizes(self) -> tuple[int, ...]:
        """d_0, d_1, ..., d_L: the number of inputs, then of each layer's units."""
        return (int(self.layers[0].weights.shape[0]), *(layer.units for layer in self.layers))

    def outputs(self, inputs: Array) -> Array:
        """y_out (n, d_L) for inputs (n, d_0), with the weights that the network was made with."""
        return self.scores_and_outputs(inputs)[1]

    def activations(self, inputs: Array) -> tuple[Array, ...]:
        """z_1, ..., z_L, (n, d_k) each, likewise."""
        return tuple(z for _, z in self.forward(inputs))

    def scores_and_outputs(self, inputs: Array) -> tuple[Array, Array]:
        """s_out and y_out, (n, d_L) both, likewise."""
        return self.forward(inputs)[-1]

    @np.errstate(all="ignore")
    def forward(self, inputs: Array) -> list[tuple[Array, Array]]:
        """s_k and z_k of each layer, (n, d_k) both, likewise."""
        z: Array = np.asarray(inputs, dtype=float)
        found = []
        for layer in self.layers:
            s = z @ layer.weights
            s = s if layer.bias is None else s + layer.bias
            z = layer.function(s)
            found.append((s, z))
        return found


class Parameters:
    """Every weight and bias of a network in one flat vector, with a view of it for each layer; those of a stack of R
    runs in (R, P), with views (R, d, h) and (R, h).

    What is trained comes first, so that an update is one operation on `trained` and a snapshot one copy of it.
    """

    def __init__(self, network: Network, flat: Array | None = None) -> None:
        places = _places(network)
        self.flat: Array = np.zeros(sum(place.size for place in places)) if flat is None else flat
        self.trained = self.flat[..., : sum(place.size for place in places if place.trained)]
        views = _views(places, self.flat)
        self.weights = tuple(views[k, "W"] for k in range(len(network)))
        self.biases = tuple(views.get((k, "b")) for k in range(len(network)))

    @classmethod
    def initial(cls, network: Network, flat: Array) -> Parameters:
        """This vector, in which now the network's own weights and biases stand."""
        parameters = cls(network, flat)
        for k, layer in enumerate(network.layers):
            parameters.weights[k][...] = layer.weights
            bias = parameters.biases[k]
            if bias is not None:
                bias[...] = layer.bias
        return parameters

    @classmethod
    def stacked(cls, networks: Sequence[Network]) -> Parameters:
        """Those of networks of one shape, a row for each, with their own weights and biases."""
        size = sum(place.size for place in _places(networks[0]))
        parameters = cls(networks[0], np.zeros((len(networks), size)))
        for k, (weights, bias) in enumerate(zip(parameters.weights, parameters.biases, strict=True)):
            weights[...] = [network.layers[k].weights for network in networks]
            if bias is not None:
                bias[...] = [network.layers[k].bias for network in networks]
        return parameters


def trained_views(network: Network, flat: Array) -> dict[tuple[int, str], Array]:
    """A flat vector with a number for each that is trained, as `Parameters.trained` has them, by layer from 0 and
    letter, W or b.
    """
    return _views([place for place in _places(network) if place.trained], flat)


class _Place(NamedTuple):
    """Where the weights or biases of a layer stand: its index, W or b, their shape, and whether they are trained."""

    layer: int
    letter: str
    shape: tuple[int, ...]
    trained: bool

    @property
    def size(self) -> int:
        return math.prod(self.shape)


def _places(network: Network) -> list[_Place]:
    """All of them in the order of the flat vector."""
    places = []
    for k, layer in enumerate(network.layers):
        places.append(_Place(k, "W", layer.weights.shape, layer.train_weights))
        if layer.bias is not None:
            places.append(_Place(k, "b", layer.bias.shape, layer.train_bias))
    return sorted(places, key=lambda place: not place.trained)


def _views(places: Sequence[_Place], flat: Array) -> dict[tuple[int, str], Array]:
    views, start = {}, 0
    for place in places:
        views[place.layer, place.letter] = flat[..., start : start + place.size].reshape(*flat.shape[:-1], *place.shape)
        start += place.size
    return views
