"""What is wrong with a text that was typed, with a caret under the place."""

from __future__ import annotations

from core import FormulaError, ProblemError
from tui.format import plain

WIDEST = 52  # columns of the text that is repeated


def mistake_text(typed: str, error: FormulaError | ProblemError) -> str:
    """The mistake in words; where its place is known, below the text with a caret under it."""
    if isinstance(error, ProblemError):
        return "\n".join(plain(mistake) for mistake in error.mistakes)
    if error.place is None or error.place > len(typed) + 1:
        return plain(str(error))
    first = max(0, error.place - WIDEST)
    shown = plain(typed[first : first + WIDEST])
    return f"{shown}\n{' ' * (error.place - 1 - first)}^\n{plain(str(error))}"
