"""Round numbers for the axes of a plot: 1, 2 and 5 times a power of ten."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple, TypeVar

from core import Array, significant

FINE = 20  # parts of an axis at whose ends its limits may be: fewer leave more of the plot empty
NEAR_ZERO = 0.7  # of the largest: losses that all are farther from 0 may have an axis without it
ROOM = 2  # rows for a label on the left, at least
LOOSE = 3  # how many times as long as needed an axis may be before it is drawn anew
SAME = 1e-9  # of their size: what two losses are apart by that are the same in a label's digits
TINY = 1e-300  # what is smaller is 0 on an axis
APART = 7  # columns between two labels below, at least: room for the word before the last one
MANY_DIGITS = 5  # a label of more goes over to powers of ten
FEWEST_STEPS = 10  # on the axis of a run that has just begun
LASTS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)  # where the axis of a run may end, times a power of ten


Values = TypeVar("Values", float, Array)


class Scale(NamedTuple):
    """An axis: its limits and its ticks, on a log scale as powers of ten, and what is written at each tick."""

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    def share(self, values: Values) -> Values:
        """Where values stand, on a log scale their logarithms, from 0 at its low end to 1 at its high end."""
        return (values - self.low) / (self.high - self.low)

    def serves(self, fresh: Scale) -> bool:
        """Whether this axis can stay in place of a fresh one: it holds that, and is not far too long."""
        holds = self.low <= fresh.low and fresh.high <= self.high
        return holds and self.high - self.low <= LOOSE * (fresh.high - fresh.low)


def round_steps(least: float) -> Iterator[float]:
    """1, 2, 5, 10, 20, 50 ... times a power of ten, from not far below `least` on."""
    power = math.floor(math.log10(least)) if least > 0 else 0
    while True:
        for times in (1, 2, 5):
            yield float(f"{times}e{power}")
        power += 1


def round_up(number: float) -> float:
    """The first of 1, 2 and 5 times a power of ten that is not below it."""
    return next(step for step in round_steps(number) if step >= number * (1 - 1e-12))


def losses(least: float, most: float, rows: int, crop: bool = True) -> Scale:
    """An axis over so many rows that holds losses from `least` to `most`, and 0 as well where that is not far, or is
    not to be left out.
    """
    if most - least <= max(TINY, SAME * max(abs(least), abs(most))):
        least, most = (min(least, 0.0), max(most, 0.0)) if max(abs(least), abs(most)) > TINY else (0.0, 1.0)
    elif least > 0 and not (crop and least > NEAR_ZERO * most):
        least = 0.0
    elif most < 0 and not (crop and most < NEAR_ZERO * least):
        most = 0.0
    fine = round_up((most - least) / FINE)
    low, high = _multiple(math.floor(least / fine + 1e-9), fine), _multiple(math.ceil(most / fine - 1e-9), fine)
    ticks, apart = _ticks(low, high, _room(rows), fine)
    return Scale(low, high, ticks, _labels(ticks, apart))


def decades(least: float, most: float, rows: int) -> Scale:
    """The same on a log scale, for losses above 0: its ticks are powers of ten, or its ends where it has none of
    those, or only one.
    """
    around = list(takewhile(lambda step: step < 10 * least, round_steps(least / 10)))
    below = [step for step in around if step <= least * (1 + 1e-12)]
    above = round_up(most)
    low, high = math.log10(below[-1] if below[-1] < above else below[-2]), math.log10(above)
    apart = next(int(apart) for apart in round_steps(1) if len(_powers(low, high, int(apart))) <= _room(rows))
    powers = _powers(low, high, apart)
    ticks = tuple(map(float, powers)) if len(powers) > 1 else (low, high)
    return Scale(low, high, ticks, tuple(_short(10.0**tick, 2) for tick in ticks))


def steps(first: int, last: int, columns: int) -> Scale:
    """An axis over so many columns from one step to another; its ticks are whole steps."""
    most = max(2, columns // (len(str(last)) + APART) + 1)
    ticks, _ = _ticks(first, last, most, 1.0)
    return Scale(first, last, ticks, tuple(str(int(tick)) for tick in ticks))


def last_step(last: int) -> int:
    """Where the axis of a run ends that has come to a step: a round number, so that it stays for many more."""
    if last <= FEWEST_STEPS:
        return FEWEST_STEPS
    power: int = 10 ** (len(str(last)) - 1)
    ends: list[int] = [round(times * power) for times in (*LASTS, 10.0)]
    return next(end for end in ends if end >= last)


def _room(rows: int) -> int:
    return max(2, min(6, (rows + 1) // ROOM))


def _multiple(count: int, step: float) -> float:
    return float(f"{count * step:.12g}") + 0.0


def _ticks(low: float, high: float, most: int, least_apart: float) -> tuple[tuple[float, ...], float]:
    """At most so many round numbers within the limits, the limits themselves where there are fewer than two, and how
    far apart they are.
    """
    for apart in round_steps(max(least_apart, (high - low) / (most + 1))):
        if apart < least_apart:
            continue
        first, last = math.ceil(low / apart - 1e-9), math.floor(high / apart + 1e-9)
        if last - first + 1 <= most:
            if last - first < 1:
                break
            return tuple(_multiple(count, apart) for count in range(first, last + 1)), apart
    return (low, high), least_apart


def _powers(low: float, high: float, apart: int) -> range:
    return range(math.ceil(low / apart - 1e-9) * apart, math.floor(high + 1e-9) + 1, apart)


def _labels(ticks: tuple[float, ...], apart: float) -> tuple[str, ...]:
    decimals = max(0, -math.floor(math.log10(apart) + 1e-9))
    if decimals >= MANY_DIGITS or max(map(abs, ticks)) >= 10**MANY_DIGITS:
        written = (tuple(_short(tick, digits) for tick in ticks) for digits in range(3, 13))
        return next((labels for labels in written if len({*labels}) == len(labels)), tuple(map(str, ticks)))
    return tuple(f"{tick:.{decimals}f}" if tick else "0" for tick in ticks)


def _short(value: float, digits: int) -> str:
    """A number in few digits, 1e-5 and 2e6 without the zeros of 1e-05 and 2e+06."""
    text = significant(value, digits)
    mantissa, _, power = text.partition("e")
    return f"{mantissa}e{int(power)}" if power else text
