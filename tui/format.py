"""Numbers and texts in running text on a screen: pure functions."""

from __future__ import annotations

import unicodedata

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
