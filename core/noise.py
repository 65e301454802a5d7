"""Where a number of a step is nothing but rounding: 0 by exact decimals, and not quite 0 in floating point.

With 0.1 · 3 - 0.3 a float has 5.6e-17. Where everything that a step starts from is a decimal number, as on a sheet, the
exact value is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Any

import numpy as np

from core.arrays import Array, Mask
from core.equations import Statement
from core.expression.exact import PRECISION, ExactCompiler, decimals
from core.expression.nodes import names_in

SMALL = 1e-12  # relative to what a number is computed from: what is larger is no rounding
MOST_DIGITS = 13  # of a number that somebody has written down
MOST_NUMBERS = 5_000  # of a step: a few tens of milliseconds


@np.errstate(all="ignore")
def noise(statement: Statement, values: Mapping[str, Array]) -> dict[str, Mask]:
    """The cells that are 0 but for rounding, by quantity; only of quantities that have some. Nothing is looked into
    where no number is suspiciously small.
    """
    limits = rounding(statement, values)
    suspects = {name: mask for name, limit in limits.items() if (mask := _within(limit, values[name])).any()}
    if not suspects or sum(array.size for array in values.values()) > MOST_NUMBERS:
        return {}
    given = {name: values[name] for name in statement.given}
    numbers = [*statement.numbers.values(), *(number for array in given.values() for number in array.flat)]
    if not all(len(Decimal(repr(float(number))).as_tuple().digits) <= MOST_DIGITS for number in numbers):
        return {}
    exact = _exact_values(statement, given)
    found = {}
    for name, mask in suspects.items():
        if name not in exact:
            break
        zero = mask & np.asarray(exact[name] == 0).reshape(mask.shape)
        if zero.any():
            found[name] = zero
    return found


def rounding(statement: Statement, values: Mapping[str, Array]) -> dict[str, float]:
    """Below what a number of each computed quantity may be but rounding around 0. Of a source in which there is nothing
    else, what that is computed from counts in its place.
    """
    sizes = {name: _largest(values[name]) for name in statement.given}
    limits = {}
    for name, equation in statement.equations.items():
        size = max((sizes[source] for source in names_in(equation.tree) if source in sizes), default=0.0)
        limits[name], own = SMALL * size, _largest(values[name])
        sizes[name] = size if own < limits[name] else own
    return limits


def _largest(values: Array) -> float:
    return float(np.abs(values).max(initial=0.0))


def _within(limit: float, values: Array) -> Mask:
    size = np.abs(values)
    suspects: Mask = (size > 0) & (size < limit)
    return suspects


def _exact_values(statement: Statement, given: Mapping[str, Array]) -> dict[str, Any]:
    """Every quantity in decimals, as matrices, up to the first that has no value."""
    functions, numbers = statement.functions, {name: decimals(value) for name, value in statement.numbers.items()}
    found: dict[str, Any] = {name: decimals(np.atleast_2d(array)) for name, array in given.items()}
    compiler = ExactCompiler(functions, numbers)
    with localcontext(PRECISION):
        for name, equation in statement.equations.items():
            try:
                found[name] = np.asarray(compiler(equation.tree)(found))
            except ArithmeticError:
                break
    return found
