"""The layers of a problem file, where options ask for other ones, or other starting weights."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from core.loading.fields import FieldReader
from core.loading.initializers import MOST_WEIGHTS
from core.loading.options import ACTIVATION_SETTINGS

USUAL = {"bias": True, "activation": "tanh"}  # a hidden layer of a file that has none


def with_hidden(reader: FieldReader, layers: list[Any], given: Mapping[str, Any], inputs: int) -> list[Any]:
    """The tables of a file's layers with what the options hidden, the units of each hidden layer, and activation say of
    them, over so many inputs. The last layer stays; a hidden layer is otherwise as the one that it replaces, or as the
    last of these. Where the file gives weights, the options are mistakes.
    """
    options = [option for option in ("hidden", "activation") if option in given]
    if not options or not all(isinstance(layer, dict) for layer in layers):
        return layers
    for k, layer in enumerate(layers, 1):
        if "weights" in layer:
            for option in options:
                reader.note(f"option {option}", f"not for this problem, whose file gives the weights of layer {k}")
            return layers
    hidden = layers[:-1]
    if "hidden" in given:
        sizes = given["hidden"]
        if (weights := sum(a * b for a, b in pairwise((inputs, *sizes)))) > MOST_WEIGHTS:
            reader.note("option hidden", f"expected a network of at most {MOST_WEIGHTS} weights, found {weights}")
            return layers
        like = hidden or [USUAL]
        hidden = [_of(like[min(k, len(like) - 1)], units) for k, units in enumerate(sizes)]
    if "activation" in given:
        if not hidden:
            reader.note("option activation", "of no use without a hidden layer, such as hidden 8")
        hidden = [_under(layer, given["activation"]) for layer in hidden]
    return [*hidden, *layers[-1:]]


def with_seed(layers: list[Any], given: Mapping[str, Any]) -> list[Any]:
    """The tables of a file's layers, whose weights the option seed draws where it is given, if they are drawn."""
    if "seed" not in given:
        return layers
    drawn = [isinstance(layer, dict) and "weights" not in layer for layer in layers]
    return [{**layer, "seed": given["seed"]} if own else layer for layer, own in zip(layers, drawn, strict=True)]


def _of(layer: Mapping[str, Any], units: int) -> dict[str, Any]:
    """The table of a layer with so many units; numbers that it has for its biases are those of other units."""
    bias = layer.get("bias", False)
    return {**layer, "units": units, "bias": True if isinstance(bias, list) else bias}


def _under(layer: Mapping[str, Any], activation: str) -> dict[str, Any]:
    """The table of a layer with another activation, and the starting weights that are usual under that."""
    kept = {key: value for key, value in layer.items() if key not in (*ACTIVATION_SETTINGS, "init")}
    return {**kept, "activation": activation}
