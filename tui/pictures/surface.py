"""The surface of a network with two inputs: what it says at every place, with the samples on it."""

from __future__ import annotations

import core
from core import Problem
from tui.pictures import looked_at, marks, samples, shades
from tui.pictures.canvas import PIXELS, Canvas
from tui.pictures.drawn import Drawn, bounds, no_room
from tui.pictures.looked_at import Looked, enlarged, ranges
from tui.pictures.names import input_names, number, target_name
from tui.pictures.samples import Look


def surface(looked: Looked, width: int, height: int) -> Drawn:
    """Coloured by the predicted class, stronger the more certain; of numbers by the first output, blue above the
    middle of the targets, orange below.
    """
    problem = looked.problem
    fixed = ranges(problem)
    placed = bounds(fixed.inputs[0], fixed.inputs[1], width, height)
    if placed is None:
        return no_room(width, height)
    plane, down = placed.plane, 1 if looked.plain else PIXELS
    found = looked_at.surface(looked, plane, down)
    shape = found.outputs.shape
    if core.is_right_or_wrong(problem):
        look = samples.by_class(problem)
        flat = found.outputs.reshape(-1, shape[2])
        classes, sure = core.classes_said(problem, flat), looked_at.certainty(problem, flat)
        filled = shades.by_class(classes.reshape(shape[:2]), sure.reshape(shape[:2]), look.hues, looked.plain)
    else:
        look = halves(problem)
        filled = shades.by_sign(found.outputs[:, :, 0] - fixed.middle, fixed.reach, looked.plain, soft=True)
    canvas = Canvas(plane.rows, plane.columns)
    canvas.fill(enlarged(filled, found.side, plane.rows * down, plane.columns), looked.plain)
    places = samples.put(canvas, placed, found.samples, look, coloured=False)
    across, up = input_names(problem)
    lines = placed.lines(canvas, look.legend(problem, looked.plain), (across, up))
    return Drawn(lines, found.told, "sample", places)


def halves(problem: Problem) -> Look:
    """Numbers: those up to the middle of the targets, and those above."""
    middle = number(ranges(problem).middle)
    return Look((f"{target_name(problem)} ≤ {middle}", f"> {middle}"), marks.two_hues())
