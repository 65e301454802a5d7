"""The named quantities of a step, in the order in which a person computes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.arrays import Array
from core.step import Step

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, eq=False)
class Quantity:
    """A named array of a step: `name` as typed ("delta_out"), `symbol` as printed ("δ_out"), and its values."""

    name: str
    symbol: str
    values: Array


def layer_label(layer: int, depth: int) -> str:
    """How layer 1..depth is written in a name: its number, or "out" for the last."""
    return "out" if layer == depth else str(layer)


def layer_symbol(letter: str, layer: int, depth: int) -> str:
    """W₁, s₂, δ_out: a letter with its layer's index in print."""
    return f"{letter}_out" if layer == depth else f"{letter}{str(layer).translate(SUBSCRIPTS)}"


def quantities(step: Step) -> Iterator[Quantity]:
    """What the step computes: s_1, z_1, ..., s_out, y_out, ℒ, δ_out, ..., δ_1, ∂W_out, ∂b_out, ..., ∂W_1, ∂b_1,
    then the updated W_1⁺, b_1⁺, ..., W_out⁺, b_out⁺.
    """
    depth = len(step.weights)
    forward, backward = range(1, depth + 1), range(depth, 0, -1)

    def named(name: str, letter: str, k: int, values: Array | None, suffix: str = "", mark: str = "") -> list[Quantity]:
        if values is None:
            return []
        return [Quantity(f"{name}_{layer_label(k, depth)}{suffix}", layer_symbol(letter, k, depth) + mark, values)]

    for k in forward:
        yield from named("s", "s", k, step.pre_activations[k - 1])
        z = "y" if k == depth else "z"
        yield from named(z, z, k, step.activations[k - 1])
    yield Quantity("loss", "ℒ", np.array(step.loss))
    for k in backward:
        yield from named("delta", "δ", k, step.deltas[k - 1])
    for k in backward:
        yield from named("dW", "∂W", k, step.weight_gradients[k - 1])
        yield from named("db", "∂b", k, step.bias_gradients[k - 1])
    for k in forward:
        yield from named("W", "W", k, step.next_weights[k - 1], "_next", "⁺")
        yield from named("b", "b", k, step.next_biases[k - 1], "_next", "⁺")


def first_not_finite(step: Step) -> tuple[Quantity, tuple[int, ...]] | None:
    """The first cell, in the order of the computation, that holds a NaN or an infinity: its quantity and its place
    counted from 1.
    """
    for quantity in quantities(step):
        bad = ~np.isfinite(quantity.values)
        if bad.any():
            return quantity, tuple(int(i) + 1 for i in np.argwhere(bad)[0])
    return None
