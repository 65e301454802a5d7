"""A formula on two lines: symbols, and under each factor its shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import core
from core import Array

if TYPE_CHECKING:
    from core import Computation


def with_shapes(computation: Computation, symbols: Mapping[str, str], values: Mapping[str, Array]) -> tuple[str, str]:
    """The formula of a quantity in symbols, and the line of shapes that stands under it: ("s₁ = X_in W₁",
    "4×3  4×2 2×3").
    """
    above = below = ""
    for part in (core.Variable(computation.name), " = ", *computation.formula):
        if isinstance(part, str):
            above += part
            continue
        shape = values[part.name].shape
        size = "×".join(map(str, shape[::-1] if part.transposed else shape))
        symbol = symbols[part.name] + "ᵀ" * part.transposed
        column = max(len(above), len(below) + 1 if below and size else 0)
        above = above.ljust(column) + symbol
        below = below.ljust(column) + size if size else below
    return above, below
