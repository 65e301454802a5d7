"""The named quantities of a step: what is given, and what is computed, in the order in which a person computes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from core.arrays import Array
from core.record import Record
from core.step import Step

if TYPE_CHECKING:
    from core.equations import Equation

BUFFERS = {"v": "v", "m": "m", "n": "n", "mhat": "m̂", "nhat": "n̂"}
# What each layer has one of, as typed and as printed; the last one's z and dz go by the name of y and dy.
LETTERS = {
    "W": "W",
    "b": "b",
    "s": "s",
    "z": "z",
    "y": "y",
    "delta": "δ",
    "dz": "∂z",
    "dy": "∂y",
    "dW": "∂W",
    "db": "∂b",
    # What updates remember of W_k and b_k, and what else they work out for them.
    **{f"{typed}{of}": f"{printed}{of}" for typed, printed in BUFFERS.items() for of in "Wb"},
}
OF_OUTPUT = {"z": "y", "dz": "dy"}
NEXT = "_next"  # behind the name of what is updated
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, eq=False)
class Quantity(Record):
    """A named array of a step: `name` as typed ("delta_out"), `symbol` as printed ("δ_out"), and its values: a matrix,
    a vector (n,) or (d_k,), or a single number (); and what `core.equations.Equation` says of it.
    """

    name: str
    symbol: str
    values: Array
    part: str = ""
    axes: str = ""
    per_sample: bool = False
    letter: str = ""
    layer: int | None = None
    detail: bool = False
    gradient_of: str = ""

    def __post_init__(self) -> None:
        if not self.axes:
            object.__setattr__(self, "axes", ("", "j", "ij")[self.values.ndim])


def layer_label(layer: int, depth: int) -> str:
    """How layer 1..depth is written in a name: its number, or "out" for the last."""
    return "out" if layer == depth else str(layer)


def layer_symbol(letter: str, layer: int, depth: int) -> str:
    """W₁, s₂, δ_out: a letter with its layer's index in print."""
    return f"{letter}_out" if layer == depth else f"{letter}{str(layer).translate(SUBSCRIPTS)}"


def given(step: Step) -> Iterator[Quantity]:
    """What a step starts from: X_in, y_gt, W_1, b_1, ..., W_out, b_out."""
    return (_quantity(step, equation) for equation in step.statement.given.values())


def quantities(step: Step) -> Iterator[Quantity]:
    """What a step computes, as `core.equations.equations` states it, in the order in which a person computes it."""
    return (_quantity(step, equation) for equation in step.statement.equations.values())


def _quantity(step: Step, equation: Equation) -> Quantity:
    e, values = equation, step.values[equation.name]
    symbol = step.statement.symbols[e.name]
    return Quantity(e.name, symbol, values, e.part, e.axes, e.per_sample, e.letter, e.layer, e.detail, e.gradient_of)


def canonical(name: str, depth: int) -> str:
    """The one name of a quantity, or a layer's function, that has several: the last layer's number and "out" mean the
    same, and so do z_out and y_out.
    """
    return _names_of_last(depth).get(name, name)


@lru_cache
def _names_of_last(depth: int) -> dict[str, str]:
    """The names of the last of `depth` layers' quantities, and of its function f, by every name that they have."""
    return {
        f"{letter}_{label}{after}": f"{OF_OUTPUT.get(letter, letter)}_out{after}"
        for letter in (*LETTERS, "f")
        for label in (depth, "out")
        for after in ("", NEXT)
    }


def first_not_finite(step: Step) -> tuple[Quantity, tuple[int, ...]] | None:
    """The first cell, in the order of the computation, that holds a NaN or an infinity: its quantity and its place
    counted from 1.
    """
    with np.errstate(all="ignore"):  # what follows from a number that overflowed overflows, too
        # ∂ℒ/∂p, for one, may be infinite in a step that is in order.
        for quantity in (quantity for quantity in quantities(step) if not quantity.detail):
            bad = ~np.isfinite(quantity.values)
            if bad.any():
                return quantity, tuple(int(i) + 1 for i in np.argwhere(bad)[0])
    return None
