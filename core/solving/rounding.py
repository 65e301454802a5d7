"""A number as it is written down: rounded, in decimals, at the digits that somebody asked for."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

from core.text import SURE

FEWEST, MOST, USUAL = 2, 12, 6
SMALLEST_PLAIN = -4  # the power of ten below which zeros behind the point are hard to count


def rounded(value: float, digits: int = USUAL) -> str:
    """`value` with `digits` significant digits, or all that it has where they are fewer: 0.458 is exact, 0.458000
    rounded. Large and tiny numbers are written in powers of ten, as 1.2e-7; what is not finite as NaN, inf, -inf.
    """
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if value == 0:
        return "0"
    exact = Decimal(f"{value:.{SURE}g}").normalize()  # 0.1 + 0.2 is 0.3
    number = (
        exact if len(exact.as_tuple().digits) <= digits else Context(prec=digits, rounding=ROUND_HALF_UP).plus(exact)
    )
    if math.isinf(float(number)):  # rounded up, beyond what a float can hold
        number = Context(prec=digits, rounding=ROUND_DOWN).plus(exact)
    power = number.adjusted()
    if SMALLEST_PLAIN <= power < digits:
        return f"{number:f}"
    mantissa = number.scaleb(-power)
    return f"{mantissa:f}e{power}"
