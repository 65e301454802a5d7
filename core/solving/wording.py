"""What the writers of a solution share: words, and numbers lined up on the decimal point."""

from __future__ import annotations

from collections.abc import Sequence

from core.expression.pieces import CLOSE, NUMBER, OPEN, Piece, Pieces, as_text, sign
from core.expression.style import printed_symbol
from core.solving.rounding import MOST
from core.solving.solution import Entry, Grid, Prose, Solution
from core.text import SURE


def _symbol(name: str, behind: str = "", before: str = "∂") -> Pieces:
    return (printed_symbol(name)._replace(before=before), *map(sign, behind))


NOTATION: Prose = (
    *("Rows are samples; ", _symbol("dW"), " stands for ", _symbol("dW", ",", before="∂ℒ/∂"), " "),
    *(_symbol("dz"), " for ", _symbol("dz", ",", before="∂ℒ/∂"), " and so on; ", (sign("⊙"),)),
    *(" multiplies entry by entry; ", (printed_symbol("W_next"),), " is W after the update."),
)


def heading(solution: Solution) -> str:
    """What follows the title: a person reads it as "Exercise 2: step 0, worked out"."""
    indices = [step.index for step in solution.steps]
    steps = f"step {indices[0]}" if len(indices) == 1 else f"steps {indices[0]} to {indices[-1]}"
    return f"{steps}, to be worked out" if solution.blank else f"{steps}, worked out"


def rounding_note(solution: Solution) -> Prose:
    """How the numbers are rounded."""
    note = f"Numbers are rounded to {solution.digits} significant digits; one with fewer is exact to {SURE}."
    if solution.blank:
        return (note,)
    note += " A line of numbers has as many as its result needs"
    entries = [entry for step in solution.steps for section in step.sections for entry in section.entries]
    if all(entry.exact and all(example.exact for example in entry.examples) for entry in entries):
        return (f"{note}.",)
    return (f"{note}; ", (sign("≈"),), f" stands where that is more than {MOST}, or than fit.")


def shape_note(entry: Entry) -> Prose:
    """The shape, (4×3), of a vector its length, nothing for a single number; and what is left out."""
    note = entry.result.note
    if len(entry.shape) < 2:
        return (", ".join(part for part in (f"({entry.shape[0]})" if entry.shape else "", note) if part),)
    rows, columns = (Piece(NUMBER, str(size)) for size in entry.shape)
    shape = (OPEN, rows, sign("×"), columns, CLOSE)
    return ((*shape, sign(",")), f" {note}") if note else (shape,)


def prose_text(prose: Prose) -> str:
    """A sentence as a text."""
    return "".join(part if isinstance(part, str) else as_text(part) for part in prose)


def equals(exact: bool) -> Pieces:
    """The sign between a line of numbers and its result."""
    return (sign("=" if exact else "≈"),)


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
