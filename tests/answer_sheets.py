"""Answer sheets to test with: the numbers of a step as somebody would write them, slips planted and carried on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Any

import numpy as np

import core
from core.computation import computations, values_of

ROUNDINGS = (ROUND_DOWN, ROUND_HALF_UP, ROUND_HALF_EVEN)


DISPLAYED = 15  # digits of a number on a display


def decimals(digits: int, rounding: str) -> Callable[[float], Decimal]:
    """Numbers with so many digits behind the point."""
    context = Context(prec=60, rounding=rounding)

    def written(value: float) -> Decimal:
        found = displayed(value).quantize(Decimal(1).scaleb(-digits), context=context)
        if len(found.as_tuple().digits) < DISPLAYED:
            return found
        return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), context=context)

    return written


def significant(digits: int, rounding: str) -> Callable[[float], Decimal]:
    """Numbers with so many digits from the first that is not 0."""
    context = Context(prec=digits, rounding=rounding)
    return lambda value: context.create_decimal(displayed(value) if digits < DISPLAYED else Decimal(repr(float(value))))


def displayed(value: float) -> Decimal:
    """A number as a calculator shows it: 0.1 for 0.09999999999999998, which nobody cuts off to 0.09."""
    return Decimal(f"{float(value):.{DISPLAYED}g}")


def as_printed(value: float) -> Decimal:
    """A number with the digits that Python prints."""
    return Decimal(repr(value))


def nested(values: Any, write: Callable[[float], Decimal]) -> Any:
    """An array as lists of written numbers."""
    if np.ndim(values) == 0:
        return write(float(values))
    return [nested(part, write) for part in values]


def answers_of(values: Mapping[str, Any], step: core.Step, write: Callable[[float], Decimal]) -> dict[str, Any]:
    """Everything that is computed, as it is written, without the smaller steps between."""
    return {quantity.name: nested(values[quantity.name], write) for quantity in plainly(step)}


def plainly(step: core.Step) -> list[core.Quantity]:
    """What is computed, without the quantities that only make the steps smaller, such as ∂z₁."""
    names = {computation.name for computation in computations(step.problem, len(step.batch), detailed=False)}
    return [quantity for quantity in core.quantities(step) if quantity.name in names]


def carried_on(
    step: core.Step, name: str, slip: Callable[[dict[str, Any]], Any], write: Callable[[float], Decimal] | None = None
) -> dict[str, Any]:
    """The step with a slip in one quantity, and everything after it computed from that; with `write`, from the numbers
    as they are written down.
    """
    right = values_of(step)
    values = dict(right)
    for computation in computations(step.problem, len(step.batch), detailed=False):
        value = np.asarray(computation.evaluate(values))
        if computation.name == name:
            value = np.asarray(slip(values | {name: value}), dtype=float)
        if write is not None:
            value = np.vectorize(lambda number: float(write(number)), otypes=[float])(value)
        elif np.allclose(value, right[computation.name], rtol=1e-12, atol=0):
            value = right[computation.name]
        values[computation.name] = value
    return values
