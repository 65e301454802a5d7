"""What somebody types for numbers: decimals, fractions and cells left open, in rows."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import Any

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
COMMA_BETWEEN_DIGITS = re.compile(r"\d+,\d+")
ZERO = Decimal("0.000000")  # a bare 0 is meant, and taken, as one that has as many digits as any
FRACTION_DIGITS = 12  # a fraction is meant exactly: as many digits as arithmetic in doubles is sure to have
OPEN = ("?", "_")
LONGEST = 10_000  # characters of an answer


def read_rows(text: str) -> list[list[Any]]:
    """The numbers in `text`, row by row: a semicolon, a line's end or brackets divide rows, spaces and commas numbers.
    A number is a Decimal with the digits that were typed, or "?" for a cell left open ("?" or "_").

    Raises ValueError, which says what was expected.
    """
    if len(text) > LONGEST:
        raise ValueError(f"expected at most {LONGEST} characters")
    plain = text.replace("−", "-")
    lines = re.split(r"[;\n\]]", plain.replace("[", " "))
    if "[" not in plain:
        for word in re.split(r"[;\s]+", plain):
            if DECIMAL_COMMA.fullmatch(word):
                one, two = word.replace(",", "."), word.replace(",", " ").strip()
                meant = f'{one} for one number, "{two}" for two' if " " in two else one
                raise ValueError(f"a comma separates numbers: expected {meant}, found {_cut(word)}")
    rows = [[_number(word) for word in line.replace(",", " ").split()] for line in lines]
    rows = [row for row in rows if row]
    if not rows:
        raise ValueError("expected a number")
    return rows


def advice(text: str) -> str:
    """What somebody may not know who typed too many numbers, or too few."""
    meant = COMMA_BETWEEN_DIGITS.search(text)
    if meant is None:
        return "a semicolon separates rows"
    return f"write {_cut(meant[0].replace(',', '.'))} with a point; a comma separates numbers"


def _number(word: str) -> Any:
    if word in OPEN:
        return OPEN[0]
    parts = word.split("/")
    if len(parts) > 2 or not all(NUMBER.fullmatch(part) for part in parts):
        raise ValueError(f"expected a number such as -0.25, 3e-4 or 1/3, found {_cut(word)}")
    number, *divisor = map(Decimal, parts)
    if divisor:
        if not divisor[0]:
            raise ValueError(f"expected a number, found {_cut(word)}: division by 0")
        number = Decimal(f"{Context(prec=FRACTION_DIGITS).divide(number, divisor[0]):.{FRACTION_DIGITS - 1}e}")
    return number if number else ZERO


def _cut(word: str) -> str:
    return f'"{word}"' if len(word) <= 20 else f'"{word[:20]}…"'
