"""What the writers of a solution share: words, and numbers lined up on the decimal point."""

from __future__ import annotations

from collections.abc import Sequence

from core.solving.rounding import MOST
from core.solving.solution import Entry, Grid, Solution
from core.text import SURE

NOTATION = (
    "Rows are samples; ∂W stands for ∂ℒ/∂W, likewise ∂b, ∂p, ∂o; ⊙ multiplies entry by entry; W⁺ is W after the update."
)


def heading(solution: Solution) -> str:
    """What follows the title: a person reads it as "Exercise 2: step 0, worked out"."""
    indices = [step.index for step in solution.steps]
    steps = f"step {indices[0]}" if len(indices) == 1 else f"steps {indices[0]} to {indices[-1]}"
    return f"{steps}, to be worked out" if solution.blank else f"{steps}, worked out"


def rounding_note(solution: Solution) -> str:
    """How the numbers are rounded."""
    note = f"Numbers are rounded to {solution.digits} significant digits; one with fewer is exact to {SURE}."
    if solution.blank:
        return note
    entries = [entry for step in solution.steps for section in step.sections for entry in section.entries]
    comes_out = all(entry.exact and all(example.exact for example in entry.examples) for entry in entries)
    otherwise = "" if comes_out else f"; ≈ stands where that is more than {MOST}, or than fit"
    return f"{note} A line of numbers has as many as its result needs{otherwise}."


def note_text(entry: Entry) -> str:
    """The shape, (4×3), of a vector its length, nothing for a single number; and what is left out."""
    shape = "×".join(map(str, entry.shape))
    return ", ".join(text for text in (f"({shape})" if shape else "", entry.result.note) if text)


def equals(exact: bool) -> str:
    """The sign between a line of numbers and its result."""
    return "=" if exact else "≈"


def fractions(cells: Sequence[Sequence[str]]) -> list[list[int]]:
    """For each cell how many places are to be left free behind it, so that its column lines up on the decimal point. A
    column with powers of ten is not lined up.
    """
    columns = [[_places(cell) for cell in column] for column in zip(*cells, strict=True)]
    widest = [max((n for n in column if n is not None), default=0) for column in columns]
    plain = [None not in column for column in columns]
    return [[(widest[j] - (_places(cell) or 0)) if plain[j] else 0 for j, cell in enumerate(row)] for row in cells]


def _places(cell: str) -> int | None:
    """Characters from the decimal point on, 0 without one; None for what is no plain decimal."""
    if any(c not in "-.0123456789" for c in cell):
        return None
    return len(cell) - cell.index(".") if "." in cell else 0


def dots(grid: Grid) -> tuple[bool, bool]:
    """Whether rows and columns were left out."""
    return len(grid.cells) < grid.rows, len(grid.cells[0]) < grid.columns
