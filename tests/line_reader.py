"""Reads lines of numbers as they are printed, and works them out: Python does, in decimals, and nothing of core."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import numpy as np

import core
from core.expression.pieces import as_text
from core.solving.worked import solve

NUMBERS = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?|inf|NaN")
POWER, SUPERSCRIPTS = re.compile("[⁰¹²³⁴-⁹]+"), str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
MOST_FIGURES = 12
OUT_OF_RANGE = ("out of range: above 1.8e308", "out of range: below -1.8e308", "no number: ")
FUNCTIONS: dict[str, Any] = {
    "D": Decimal,
    "max": max,
    "abs": abs,
    "sqrt": Decimal.sqrt,
    "sign": lambda x: Decimal((x > 0) - (x < 0)),
    "exp": lambda x: x.exp() if x < 2_000_000 else Decimal("inf"),
    "log": lambda x: x.ln(),
    "tanh": lambda x: x / abs(x) if abs(x) > 200 else (x.exp() - (-x).exp()) / (x.exp() + (-x).exp()),
    "sigmoid": lambda x: 1 / (1 + (-x).exp()) if x > -200 else x.exp(),
}


def by_python(parts: Sequence[str | Any]) -> Any:
    """What a line gives when Python works out its text, in decimals: a number, or an array of them."""
    text, names = "", dict(FUNCTIONS)
    for part in parts:
        if isinstance(part, str):
            plain = re.sub(r" \(\d+ smaller\)", "", part)
            plain = re.sub(r"\[([^<>\]]*) ([<>]) ([^\]]*)\]", r"D(int((\1) \2 (\3)))", plain)
            plain = re.sub(r"\|([^|]*)\|", r"abs(\1)", plain).replace("√", "sqrt")
            plain = NUMBERS.sub(r"D('\g<0>')", plain)
            plain = POWER.sub(lambda power: f"**{power[0].translate(SUPERSCRIPTS)}", plain)
            text += plain.replace("½", "D('0.5')").replace("·", "*").replace("⊙", "*")
        else:
            name = f"M{len(names)}"
            names[name] = np.array([[Decimal(cell) for cell in row] for row in part.cells], dtype=object)
            text += f" {name} "
    text = re.sub(r"(M\d+\s+)(?=M)", r"\1 @ ", text.strip())
    text = re.sub(r"(\)\s+)(?=[M(])", r"\1 * ", text)  # a number or a difference before a matrix or parentheses
    with localcontext(prec=60):
        return eval(text, {"__builtins__": {"int": int}}, names)


def fits(value: Decimal, shown: str, digits: int) -> set[bool]:
    """Whether a number as it is shown is the value rounded to this many digits; both where the value is as near to the
    middle between two roundings as the decimals here can tell.
    """
    if Decimal(shown) == 0 or not Decimal(shown).is_finite():
        return {value == Decimal(shown)}
    unit = Decimal(1).scaleb(Decimal(shown).adjusted() - digits + 1)
    with localcontext(prec=60):
        number = Decimal(shown).quantize(unit)
        near = [value * (1 + sign * Decimal("1e-40")) for sign in (-1, 0, 1)]
        return {number == x.quantize(unit, ROUND_HALF_UP) for x in near}


def lines_of(step: core.Step, digits: int) -> Iterator[tuple[Sequence[str | Any], Any, bool]]:
    """Every line of numbers in a solution, its result as a grid, and whether it is said to give just that."""
    for section in solve([step], digits).steps[0].sections:
        for entry in section.entries:
            if entry.substituted:
                yield (
                    [as_text(part) if isinstance(part, tuple) else part for part in entry.substituted],
                    entry.result.cells,
                    entry.exact,
                )
            for example in entry.examples:
                if example.numbers:
                    yield [as_text(example.numbers)], ((example.result,),), example.exact
                else:
                    assert example.result.startswith(OUT_OF_RANGE)


def assert_true(parts: Sequence[str | Any], result: Any, exact: bool, digits: int) -> bool:
    """That a line gives its result, a grid, as it is written with so many digits; where it is not said to, that it does
    not. Returns whether there was something to work out: infinities are not.
    """
    if "inf" in f"{parts}{result}" or "NaN" in f"{parts}{result}":
        return False
    found = as_shown(by_python(parts), result)
    verdicts = [
        fits(value, cell, digits)
        for row, cells in zip(found, result, strict=True)
        for value, cell in zip(row, cells, strict=True)
    ]
    possible = all(True in verdict for verdict in verdicts)
    certain = all(False not in verdict for verdict in verdicts)
    assert possible if exact else not certain, (parts, result)
    return True


def as_shown(found: Any, result: Sequence[Sequence[str]]) -> Any:
    """What a line gives as a matrix, as much of it as the result shows."""
    return np.atleast_2d(np.array(found, dtype=object))[: len(result), : len(result[0])]


def assert_text_true(numbers: str, result: str, digits: int) -> bool:
    """The same of two lines, "= 0.75 · 0.6" and "= 0.45" or "≈ 0.45", which nearly comes out; and that no number has
    more digits than anybody asked for, in the result, or than 12, in any other.
    """
    sign, shown = result.split(" ")
    assert sign in "=≈"
    assert numbers.startswith("= ")
    assert figures(shown) <= digits, result
    assert all(figures(number) <= MOST_FIGURES for number in NUMBERS.findall(numbers)), numbers
    parts = [numbers.removeprefix("= ")]
    if not assert_true(parts, ((shown,),), sign == "=", digits):
        return False
    if sign == "≈":
        assert_near(parts, ((shown,),), MOST_FIGURES // 2)
    return True


def assert_words_true(words: str, value: float) -> None:
    """What is said in place of a line of numbers: that the number is out of range, or why it is 0."""
    above, below, none = map(words.startswith, OUT_OF_RANGE)
    assert (above, below, none) == (value == np.inf, value == -np.inf, bool(np.isnan(value)))
    assert not np.isfinite(value) or (value == 0 and re.search(r"true class|whatever", words)), (words, value)


def assert_near(parts: Sequence[str | Any], result: Any, digits: int) -> None:
    """That a line nearly gives its result, for numbers of so many digits in it."""
    texts = [part if isinstance(part, str) else " ".join(map(" ".join, part.cells)) for part in parts]
    largest = max(1, *(abs(Decimal(number)) for number in NUMBERS.findall(" ".join(texts))))
    found = as_shown(by_python(parts), result)
    shown = np.array([[Decimal(cell) for cell in row] for row in result], dtype=object)
    assert (abs(found - shown) <= largest**2 * Decimal(10) ** (1 - digits)).all(), (parts, result)


def figures(number: str) -> int:
    """How many significant digits a number has in print; of 1200 two."""
    mantissa = number.lstrip("-").split("e")[0]
    digits = mantissa.replace(".", "").lstrip("0")
    return len(digits if "." in mantissa else digits.rstrip("0")) if digits.isdigit() else 0
