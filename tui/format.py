"""Numbers and texts in running text on a screen: pure functions."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from core import significant
from core.files import legible

DIGITS = 6
DIFFERENCE_ROUNDING = 1e-6  # relative: a central difference of float64 losses is often no sharper


def short(value: float, digits: int = DIGITS) -> str:
    """`value` with `digits` significant digits at most: 0.5, 1.966448, 3.1e-05."""
    return significant(value, digits)


def relative_error(value: float) -> str:
    """How far a central difference is off, in one digit: 8e-05. What lies within its own rounding is <1e-8."""
    return f"{value:.0e}" if not value < DIFFERENCE_ROUNDING else f"<{DIFFERENCE_ROUNDING:.0e}".replace("e-0", "e-")


def plain(text: str) -> str:
    """`text` without control characters: what comes from a file may carry escape codes."""
    return "".join(character for character in legible(text) if unicodedata.category(character)[0] != "C")


def fit(text: str, width: int) -> str:
    """`text`, cut with an ellipsis if it is wider than `width` columns; some characters take two."""
    return text if cell_len(text) <= width else set_cell_size(text, max(0, width - 1)) + "…"


def right_aligned(text: str, width: int) -> str:
    """`text` behind as many blanks as bring it to `width` columns."""
    return " " * (width - cell_len(text)) + text


def short_names(names: Sequence[str], columns: int) -> list[str]:
    """Names in at most so many columns: whole, or cut with an ellipsis; names that would then look alike keep what they
    differ in.
    """
    found = [fit(name, columns) for name in names]
    for text in [text for text, count in Counter(found).items() if count > 1]:
        alike = [i for i, cut in enumerate(found) if cut == text]
        ends = _endings([names[i] for i in alike], columns)
        for k, i in enumerate(alike, 1):
            number = str(k)
            stem = fit(names[i], max(1, columns - len(number)))
            found[i] = ends[k - 1] if ends else fit(stem + number, max(columns, len(number)))
    return found


def _endings(names: Sequence[str], columns: int) -> list[str]:
    """What long names that begin alike differ in; empty where there is no room for that."""
    common = 0
    while all(len(name) > common for name in names) and len({name[common] for name in names}) == 1:
        common += 1
    ends = [fit("…" + name[common:], columns) for name in names]
    if len(set(ends)) < len(ends):
        ends = ["…" + name[len(name) - columns + 1 :] for name in names]
    whole = len(set(ends)) == len(ends) and all(cell_len(end) <= columns for end in ends)
    return ends if whole else []
