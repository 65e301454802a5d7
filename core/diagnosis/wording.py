"""Words that findings share."""

from __future__ import annotations

from collections.abc import Sequence

LISTED = 6  # rows or units that are named one by one


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def joined(parts: Sequence[str]) -> str:
    """ "1, 2 and 3" """
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def listed(numbers: Sequence[int]) -> str:
    """The numbers, or the first of them and how many more there are."""
    if len(numbers) <= LISTED:
        return joined([str(i) for i in numbers])
    few = LISTED // 2
    return f"{', '.join(str(i) for i in numbers[:few])} and {len(numbers) - few:,} more"


def rows_text(rows: Sequence[int], among: int) -> str:
    """Rows, counted from 1, of `among` in all."""
    if len(rows) == among > 2:
        return f"all {among:,} rows"
    return f"row{'s' * (len(rows) != 1)} {listed(rows)}"
