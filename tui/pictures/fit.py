"""ŷ against y: what a network says of each sample over its target. On the diagonal it is right."""

from __future__ import annotations

import numpy as np

from core import Problem
from tui.pictures import samples
from tui.pictures.canvas import Canvas
from tui.pictures.drawn import Drawn, bounds, no_room
from tui.pictures.looked_at import Looked, drawn_rows, ranges
from tui.pictures.names import columns_of, output_name, target_name
from tui.pictures.samples import Look, Samples, on_ground
from tui.sheet.colours import FAINT, HUES
from tui.sheet.lines import Words

DIAGONAL = "·"
MOST_OUTPUTS = HUES


def fit(looked: Looked, width: int, height: int) -> Drawn:
    """A mark for each sample and output; both axes are those of the targets. What is off them stands at the edge."""
    problem = looked.problem
    axis = ranges(problem).targets
    placed = bounds(axis, axis, width, height)
    if placed is None:
        return no_room(width, height)
    plane = placed.plane
    canvas = Canvas(plane.rows, plane.columns)
    columns = np.arange(plane.columns)
    canvas.put(plane.row(axis.low + axis.length * (columns + 0.5) / plane.columns), columns, ord(DIAGONAL), FAINT)
    rows = drawn_rows(looked)
    shown = min(rows.targets.shape[1], MOST_OUTPUTS)
    outputs = looked.network.outputs(rows.inputs)[:, :shown]
    finite = np.isfinite(outputs)
    found = Samples(
        rows.targets[:, :shown].T.ravel(),
        np.where(finite, np.clip(outputs, axis.low, axis.high), np.nan).T.ravel(),
        np.repeat(np.arange(shown), len(rows.ids)),
        np.tile(rows.ids, shown),
        np.tile(rows.held_out, shown),
        np.zeros(len(rows.ids) * shown, dtype=np.bool_),
        rows.chosen,
    )
    look = _look(problem, shown)
    places = samples.put(canvas, placed, found, look)
    told = [*rows.told]
    if lost := int((~finite).any(axis=1).sum()):
        told.append([(f"{lost} not finite", "alarm")])
    off = finite & ((outputs < axis.low) | (outputs > axis.high))
    if beyond := int(off.any(axis=1).sum()):
        told.append([f"{beyond} beyond the edge"])
    right: Words = [(DIAGONAL, on_ground(FAINT)), " right"]
    groups = look.legend(problem)
    names = target_name(problem), output_name(problem)
    lines = placed.lines(canvas, lambda columns: [*groups(columns), right], names)
    return Drawn(lines, told, "sample", places)


def _look(problem: Problem, shown: int) -> Look:
    names = problem.target_names or (columns_of(problem, "y_gt", shown) if shown > 1 else ("samples",))
    return Look(names[:shown], np.arange(shown) % HUES)
