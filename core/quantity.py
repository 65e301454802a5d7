"""The named quantities of a step: what is given, and what is computed, in the order in which a person computes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.arrays import Array, frozen
from core.losses import MarginLoss
from core.record import Record
from core.step import Step

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, eq=False)
class Quantity(Record):
    """A named array of a step: `name` as typed ("delta_out"), `symbol` as printed ("δ_out"), and its values: a matrix,
    a vector (n,) or (d_k,), or a single number ().
    """

    name: str
    symbol: str
    values: Array


def layer_label(layer: int, depth: int) -> str:
    """How layer 1..depth is written in a name: its number, or "out" for the last."""
    return "out" if layer == depth else str(layer)


def layer_symbol(letter: str, layer: int, depth: int) -> str:
    """W₁, s₂, δ_out: a letter with its layer's index in print."""
    return f"{letter}_out" if layer == depth else f"{letter}{str(layer).translate(SUBSCRIPTS)}"


def given(step: Step) -> Iterator[Quantity]:
    """What a step starts from: X_in, y_gt, W_1, b_1, ..., W_out, b_out."""
    depth = len(step.weights)
    yield Quantity("X_in", "X_in", step.inputs)
    yield Quantity("y_gt", "y_gt", step.targets)
    for k in range(1, depth + 1):
        yield from _layer("W", "W", k, depth, step.weights[k - 1])
        yield from _layer("b", "b", k, depth, step.biases[k - 1])


def quantities(step: Step) -> Iterator[Quantity]:
    """What a step computes: s_1, z_1, ..., s_out, y_out; under a softmax loss the logits o where the network has a
    single output, and p; the samples' losses, ℒ; under a softmax loss ∂ℒ/∂p (where it has a margin) and ∂ℒ/∂o; δ_out,
    ..., δ_1; ∂W_out, ∂b_out, ..., ∂W_1, ∂b_1; and the updated W_1⁺, b_1⁺, ..., W_out⁺, b_out⁺.
    """
    depth = len(step.weights)
    forward, backward = range(1, depth + 1), range(depth, 0, -1)
    for k in forward:
        yield from _layer("s", "s", k, depth, step.pre_activations[k - 1])
        z = "y" if k == depth else "z"
        yield from _layer(z, z, k, depth, step.activations[k - 1])
    if step.logits is not None and step.logits is not step.outputs:
        yield Quantity("o", "o", step.logits)
    if step.probabilities is not None:
        yield Quantity("p", "p", step.probabilities)
    yield Quantity("sample_losses", "ℓ", step.sample_losses)
    yield Quantity("loss", "ℒ", frozen(step.loss))
    if isinstance(step.problem.loss, MarginLoss) and step.probability_gradients is not None:
        yield Quantity("dp", "∂p", step.probability_gradients)
    if step.logit_gradients is not None:
        yield Quantity("do", "∂o", step.logit_gradients)
    for k in backward:
        yield from _layer("delta", "δ", k, depth, step.deltas[k - 1])
    for k in backward:
        yield from _layer("dW", "∂W", k, depth, step.weight_gradients[k - 1])
        yield from _layer("db", "∂b", k, depth, step.bias_gradients[k - 1])
    for k in forward:
        yield from _layer("W", "W", k, depth, step.next_weights[k - 1], "_next", "⁺")
        yield from _layer("b", "b", k, depth, step.next_biases[k - 1], "_next", "⁺")


def _layer(
    name: str, letter: str, k: int, depth: int, values: Array | None, suffix: str = "", mark: str = ""
) -> Iterator[Quantity]:
    if values is not None:
        yield Quantity(f"{name}_{layer_label(k, depth)}{suffix}", layer_symbol(letter, k, depth) + mark, values)


def canonical(name: str, depth: int) -> str:
    """The one name of a quantity that has several: the last layer's number and "out" mean the same, and so do z_out
    and y_out.
    """
    parts = ["out" if part == str(depth) else part for part in name.split("_")]
    joined = "_".join(parts)
    return "y_out" if joined == "z_out" else joined


def first_not_finite(step: Step) -> tuple[Quantity, tuple[int, ...]] | None:
    """The first cell, in the order of the computation, that holds a NaN or an infinity: its quantity and its place
    counted from 1.
    """
    with np.errstate(all="ignore"):  # what follows from a number that overflowed overflows, too
        for quantity in quantities(step):
            bad = ~np.isfinite(quantity.values)
            if bad.any():
                return quantity, tuple(int(i) + 1 for i in np.argwhere(bad)[0])
    return None
