"""The marks of checked answers, and of gradients beside central differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core import CellVerdict

RIGHT, WRONG, DOUBTFUL = "✓", "✗", "~"
ROUNDED, FOLLOWS, FROM_ZEROS, COARSE, OPEN = "≈", "→", "∅", "±", "?"
VERDICTS = {"right": RIGHT, "rounded": ROUNDED, "follows": FOLLOWS, "coarse": COARSE, "slip": WRONG, "open": OPEN}
JUDGED = frozenset((*VERDICTS.values(), FROM_ZEROS, DOUBTFUL))  # marks that no other takes the place of, but the cursor


def mark_of(verdict: CellVerdict) -> str:
    """The mark of a number of checked answers."""
    return FROM_ZEROS if verdict.from_zeros else VERDICTS[verdict.status]
