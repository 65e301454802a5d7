"""How exactly numbers are meant that have no digits to tell it: a 0, and a bare 1 beside 0.774."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.arrays import Array
from core.checking.shapes import LaidOutAnswer
from core.checking.written import ZERO

MANY_DIGITS = 3  # of the numbers beside a bare 1, so that it says one, not "about one"


def as_meant(laid_out: Mapping[str, LaidOutAnswer]) -> dict[str, LaidOutAnswer]:
    """What was written by quantity, each number as exact as it is meant."""
    return _with_whole_numbers(_with_exact_zeros(laid_out))


def _with_exact_zeros(laid_out: Mapping[str, LaidOutAnswer]) -> dict[str, LaidOutAnswer]:
    """A 0 says zero, not "less than one": it is taken to be as exact as most numbers of its quantity or, where there
    are but zeros without digits behind the point, all but exact.
    """
    result = {}
    for name, answer in laid_out.items():
        numbers = answer.numbers
        zero = numbers.values == 0
        unit = _usual(numbers.units[~zero] if not zero.all() else numbers.units[numbers.units < 1], ZERO)
        units = np.where(zero, np.fmin(unit, numbers.units), numbers.units)
        result[name] = replace(answer, numbers=numbers.to(units)) if zero.any() else answer
    return result


def _with_whole_numbers(laid_out: Mapping[str, LaidOutAnswer]) -> dict[str, LaidOutAnswer]:
    """A bare 1 beside numbers with digits behind the point says one, not "about one": it is taken to be as exact as
    most of its quantity or, where all of that are whole, of the sheet.
    """
    fine = {name: answer.numbers.where(answer.numbers.units < 1) for name, answer in laid_out.items()}
    most = max((float(n.digits[n.values != 0].max(initial=1)) for n in fine.values()), default=0.0)
    if most < MANY_DIGITS:
        return dict(laid_out)
    of_sheet = _usual(np.concatenate([numbers.units for numbers in fine.values()]), 1.0)
    result = {}
    for name, answer in laid_out.items():
        numbers = answer.numbers
        unit = max(_usual(fine[name].units, of_sheet), 10.0 ** (1 - most))
        bare = (numbers.units == 1) & (numbers.values != 0) & (numbers.digits == 1)
        units = np.where(bare, unit, numbers.units)
        result[name] = replace(answer, numbers=numbers.to(units)) if bare.any() else answer
    return result


def _usual(units: Array, otherwise: float) -> float:
    """The unit that most numbers have, of two the finer one."""
    found, counts = np.unique(units, return_counts=True)
    return float(found[np.argmax(counts)]) if len(found) else otherwise
