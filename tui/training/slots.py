"""What stands in the places of the parameters' matrices: an update's buffers take turns with the gradients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import core
from core import Statement
from tui.training.frame import Frame
from tui.training.matrices import Matrix

if TYPE_CHECKING:
    from tui.training.picture import Picture

GRADIENTS = ""  # what stands in the middle unless told otherwise


def turns(statement: Statement) -> tuple[str, ...]:
    """What takes turns between the weights before and after the step: the gradients, and what the update works out."""
    update = statement.problem.update
    return (GRADIENTS, *update.buffers, *update.helpers)


def in_place(frame: Frame, picture: Picture) -> Sequence[Matrix]:
    """The parameters' matrices, with buffers in the places where these are looked at."""
    placed = frame.matrices.placed or ()
    statement = picture.step.statement
    if len(turns(statement)) == 1:
        return placed
    before, worked_out = _before(picture), middle(picture)
    return tuple(
        _turned(matrix, before if matrix.kind == "given" else worked_out, statement)
        if matrix.kind in ("given", "gradient")
        else matrix
        for matrix in placed
    )


def middle(picture: Picture) -> str:
    """What stands between the weights before and after the step: what is looked at, else what was chosen."""
    statement = picture.step.statement
    for name in _looked_at(picture):
        equation = statement.equations.get(name)
        if equation is not None and equation.layer is not None and not equation.per_sample:
            letter = equation.letter[:-1]
            if letter in turns(statement):
                return letter
            if equation.part == "gradient":
                return GRADIENTS
    return picture.view.middle if picture.view.middle in turns(statement) else GRADIENTS


def _before(picture: Picture) -> str:
    """Which buffer, as it was before the step, stands in the place of the weights."""
    given, buffers = picture.step.statement.given, picture.step.problem.update.buffers
    letters = (given[name].letter[:-1] for name in _looked_at(picture) if name in given)
    return next((letter for letter in letters if letter in buffers), GRADIENTS)


def _looked_at(picture: Picture) -> Iterator[str]:
    """The picked term's quantity, the inspected one, and what a walk has come to, with what these are computed from."""
    view = picture.view
    if picture.picked is not None and picture.picked.step == picture.step.index:
        yield picture.picked.name
    for name in (view.cursor[0] if view.cursor is not None else None, view.current):
        if name is not None:
            yield name
            equation = picture.step.statement.equations.get(name)
            yield from () if equation is None else core.names_in(equation.tree)


def _turned(matrix: Matrix, letter: str, statement: Statement) -> Matrix:
    """A matrix with the buffers of its layer in it, as far as the layer has some."""
    if not letter:
        return matrix
    part = "given" if matrix.kind == "given" else "update"
    every = statement.given if part == "given" else statement.equations
    own = {e.letter: e for e in every.values() if e.layer == matrix.layer and e.part == part}
    weights, bias = own.get(f"{letter}W"), own.get(f"{letter}b")
    if weights is None:
        return matrix
    return replace(
        matrix, name=weights.name, title=statement.symbols[weights.name], bias=bias.name if bias and matrix.bias else ""
    )
