"""Slips of the pen: a number that was worked out rightly, and written down wrongly."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import NamedTuple

from core.checking.answered import Range
from core.checking.numbers import EVEN, EVEN_DIGITS, MOST_DIGITS
from core.checking.written import Written

LAST_DIGIT = "last digit"
OFF_BY = 5  # in the last digit
BY_ROUNDING = 2  # what is off by so much is rather a matter of rounding than of a digit that nobody else has
MOST_OPEN = 0.05  # relative: where more is left open, any number would fit


class PenSlip(NamedTuple):
    """A slip of the pen, in words, and how many in one of all wrong numbers of as many digits it or a likelier one
    would fit as well.
    """

    kind: str
    text: str
    chance: float


def pen_slips(
    written: Written,
    position: tuple[int, ...],
    true: float,
    theirs: Range,
    others: Collection[Written],
    usual_digits: float,
) -> list[PenSlip]:
    """The slips of the pen that make a number of the `true` one, or of what follows from their own; the likeliest
    first. `others` are right numbers beside it; on the sheet, most have the `usual_digits`, if that is known.
    """
    if written.value == 0:
        return []
    units: set[float] = {w.unit for w in others}
    counts: set[float] = {w.digits for w in others} or {usual_digits}
    own = float(theirs.low[position] + theirs.high[position]) / 2
    digits = max(1, math.floor(math.log10(abs(written.value) / written.unit) + EVEN) + 1)
    found: list[tuple[tuple[bool, float], str, str]] = []
    even = False
    for kind, text, meant in written.variants():
        if kind == "digit dropped" and written.digits == 1 and meant.unit not in units:
            # A single digit is a digit away from far too much: then the number meant has to come out even.
            meant = meant.at(EVEN * abs(meant.value))
        exact = meant.fits(true) or (theirs.width(position) <= 2 * MOST_OPEN * abs(meant.value) and meant.fits(own))
        if exact:
            even = even or meant.at(EVEN * abs(meant.value)).fits(true)
            odd = meant.unit not in units and meant.digits not in counts
            found.append(((odd, meant.unit), kind, text))
    apart = [abs(written.value - number) / written.unit for number in (true, own)]
    off = min((round(units) for units in apart if math.isfinite(units)), default=0)
    if 0 < off <= OFF_BY and digits > 2:
        usual = written.unit in units or written.digits in counts or counts == {math.inf}
        rank = (True, 0.0 if usual and off <= BY_ROUNDING else math.inf)
        found.append((rank, LAST_DIGIT, f"off by {off} in the last digit"))
    found.sort(key=lambda ranked: ranked[0])
    population = 18 * 10.0 ** (min(max(digits, EVEN_DIGITS if even else 1), MOST_DIGITS) - 1)
    return [PenSlip(kind, text, _fitting(kind, digits, off) / population) for _, kind, text in found]


def _fitting(kind: str, digits: int, off: int) -> int:
    """How many wrong numbers of so many digits are this slip of the pen or a likelier one."""
    if kind in ("sign", "decimal point"):
        return 1
    if kind == LAST_DIGIT:
        return 2 * off + 1
    swapped = 1 + digits
    dropped = swapped + digits + 1
    return {"digits swapped": swapped, "digit dropped": dropped}.get(kind, dropped + 9 * digits + 1)
