"""What somebody types for numbers: decimals, fractions and cells left open, in rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import prod
from typing import TypeAlias

import numpy as np

from core.checking.written import MINUS, OPEN, read_written
from core.text import shown

Cell: TypeAlias = tuple[int, ...]

DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
COMMA_BETWEEN_DIGITS = re.compile(r"\d+,\d+")
LEFT_OPEN = (OPEN, "_")
LONGEST = 10_000  # characters of an answer
LONGEST_SHOWN = 20  # characters of a word that is found


def read_rows(text: str) -> list[list[str]]:
    """The numbers in `text`, row by row: a semicolon, a line's end or brackets divide rows, spaces and commas numbers.
    Each is as an answer sheet has it, with the digits that were typed; "?" is a cell left open ("?" or "_").

    Raises ValueError, which says what was expected.
    """
    if len(text) > LONGEST:
        raise ValueError(f"expected at most {LONGEST} characters")
    plain = text.translate(MINUS)
    lines = re.split(r"[;\n\]]", plain.replace("[", " "))
    if "[" not in plain:
        for word in re.split(r"[;\s]+", plain):
            if DECIMAL_COMMA.fullmatch(word):
                one, two = word.replace(",", "."), word.replace(",", " ").strip()
                meant = f'{one} for one number, "{two}" for two' if " " in two else one
                raise ValueError(f"a comma separates numbers: expected {meant}, found {shown(word, LONGEST_SHOWN)}")
    rows = [[_number(word) for word in line.replace(",", " ").split()] for line in lines]
    rows = [row for row in rows if row]
    if not rows:
        raise ValueError("expected a number")
    return rows


def by_cell(text: str, shape: tuple[int, ...], here: Cell, turned: str = "") -> dict[Cell, str]:
    """The numbers in `text` by cell of a quantity of a `shape`: one for the cell `here`, a row of numbers for its row,
    or all. `turned` is the heading of a matrix that stands here as its transpose. Raises ValueError.
    """
    rows, cells = read_rows(text), cells_of(shape)
    numbers = [number for row in rows for number in row]
    lengths = [len(row) for row in rows]
    if len(numbers) == 1:
        return {here: numbers[0]}
    if lengths == list(shape[1:]):
        cells = [cell for cell in cells if cell[0] == here[0]]
    elif lengths not in ([len(cells)], [shape[1]] * shape[0] if len(shape) == 2 else [1] * len(cells)):
        is_other_way = turned and lengths == [shape[0]] * shape[1]
        advice = f"here stands {turned}, whose rows are columns on paper" if is_other_way else _advice(text)
        raise ValueError(f"{wanted(shape)}, found {_found(lengths)}; {advice}")
    return dict(zip(cells, numbers, strict=True))


def wanted(shape: tuple[int, ...]) -> str:
    """What may be typed for a quantity of a shape, in words."""
    ways = ["a number"]
    if len(shape) == 2 and 1 not in shape:
        ways.append(f"a row of {shape[1]}")
    if prod(shape) > 1:
        ways.append(f"all {prod(shape)}")
    return "expected " + (" or ".join([", ".join(ways[:-1]), ways[-1]]) if len(ways) > 1 else ways[0])


def opposite(number: str) -> str:
    """A number with the other sign, to the same digits."""
    plain = number.lstrip("+-")
    is_positive = not number.startswith("-") and bool(plain.strip("0."))
    return f"-{plain}" if is_positive else plain


def cells_of(shape: tuple[int, ...]) -> list[Cell]:
    """The cells of a quantity of a shape, counted from 1, in order."""
    return [tuple(i + 1 for i in place) for place in np.ndindex(shape)]


def _found(lengths: Sequence[int]) -> str:
    """How many numbers were typed, in words."""
    if len(lengths) == 1:
        return f"{lengths[0]} numbers"
    if len(set(lengths)) == 1:
        return f"{len(lengths)} rows of {lengths[0]}"
    return f"rows of {', '.join(map(str, lengths[:-1]))} and {lengths[-1]}"


def _advice(text: str) -> str:
    """What somebody may not know who typed too many numbers, or too few."""
    meant = COMMA_BETWEEN_DIGITS.search(text)
    if meant is None:
        return "a semicolon separates rows"
    return f"write {shown(meant[0].replace(',', '.'), LONGEST_SHOWN)} with a point; a comma separates numbers"


def _number(word: str) -> str:
    written = None if word in LEFT_OPEN else read_written(word)
    if written is None:
        return OPEN
    return written.text if written.value else written.text.lstrip("-")
