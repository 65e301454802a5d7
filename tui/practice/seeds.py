"""Numbers of sheets that nobody has chosen."""

from __future__ import annotations

from secrets import randbelow

SHEETS = 10_000  # short numbers, which are easy to type again


def new_seed() -> int:
    """The number of a new sheet."""
    return randbelow(SHEETS)
