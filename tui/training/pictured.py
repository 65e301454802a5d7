"""The picture in the place of the plot: of the step and the chosen sample on the sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import Problem
from tui.sheet.lines import Area, Words, clipped, fitting, line
from tui.training.drawing import Pane
from tui.training.picture import Picture
from tui.training.view import LOSS, View

if TYPE_CHECKING:
    from core import Verdict
    from tui.pictures.drawn import Drawn
    from tui.pictures.looked_at import Looked, MatrixLookedAt

# The gallery is imported when the first picture is wanted: the sheet opens without one.

NEXT: Words = [("P", "key"), " next"]


def has_picture(problem: Problem, name: str) -> bool:
    """Whether a problem has a picture of this name; the plot is one."""
    if name == LOSS:
        return True
    from tui.pictures.gallery import pictures_of

    return name in [entry.name for entry in pictures_of(problem)]


def is_pictured(view: View, problem: Problem) -> bool:
    """Whether a picture is shown that is not the plot, and that the problem has."""
    if view.shown == LOSS:
        return False
    from tui.pictures.gallery import entry

    found = entry(view.shown)
    return found.draw is not None and found.has(problem)


def counts_rows(view: View) -> bool:
    """Whether the picture wants all rows to have been through the network."""
    if view.shown == LOSS:
        return False
    from tui.pictures.gallery import entry

    return entry(view.shown).counts


def pictured(picture: Picture, area: Area, verdict: Verdict | None, plain: bool) -> tuple[Pane, Drawn]:
    """The pane with the picture, and where things stand in it."""
    from tui.pictures.gallery import entry

    found = entry(picture.view.shown)
    assert found.draw is not None
    drawn = found.draw(looked(picture, verdict, plain), area.width - (area.x > 0), area.height - 1)
    width = area.width - 4
    title = fitting([[(found.title, "title")], *drawn.told, NEXT], width, " ─ ")
    return Pane(title or clipped(line([(found.title, "title")]), width), drawn.lines), drawn


def looked(picture: Picture, verdict: Verdict | None, plain: bool) -> Looked:
    """What pictures are drawn from."""
    from tui.pictures.looked_at import Looked

    step, row = picture.step, min(picture.view.sample, len(picture.step.batch) - 1)
    sample = int(step.batch[row])
    return Looked(step.problem, step.network, sample, step.outputs[row], verdict, matrix_of(picture), plain)


def matrix_of(picture: Picture) -> MatrixLookedAt:
    """The inspected cell's; else W_1."""
    from tui.pictures.looked_at import MatrixLookedAt

    statement = picture.step.statement
    name = next(equation.name for equation in statement.given.values() if equation.letter == "W")
    cell = None
    if picture.view.cursor is not None and picture.step.values[picture.view.cursor[0]].ndim:
        name = picture.view.cursor[0]
        cell = picture.place(*picture.view.cursor)
    return MatrixLookedAt(name, statement.symbols[name], picture.numbers[name], cell)
