"""ŷ against y: what a network says of each sample over its target. On the diagonal it is right."""

from __future__ import annotations

import numpy as np

from core import Problem
from tui.pictures import samples
from tui.pictures.canvas import Canvas
from tui.pictures.drawn import Drawn, bounds, no_room
from tui.pictures.looked_at import AT_ONCE, Looked, all_rows, chosen_place, cost, held_out, ranges
from tui.pictures.names import target_name
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
    inputs, targets = all_rows(problem)
    every = -(-len(inputs) * cost(looked.network) // AT_ONCE)  # of rows that are drawn, so that it takes no longer
    kept = np.arange(0, len(inputs), every)
    shown = min(targets.shape[1], MOST_OUTPUTS)
    outputs = looked.network.outputs(inputs[kept])[:, :shown]
    finite = np.isfinite(outputs)
    place = chosen_place(looked)
    found = Samples(
        targets[kept, :shown].T.ravel(),
        np.where(finite, np.clip(outputs, axis.low, axis.high), np.nan).T.ravel(),
        np.repeat(np.arange(shown), len(kept)),
        np.tile(held_out(problem)[kept], shown),
        np.zeros(len(kept) * shown, dtype=np.bool_),
        int(np.searchsorted(kept, place)) if place in kept else -1,
    )
    look = _look(problem, shown)
    places = samples.put(canvas, placed, found, look)
    places[places >= 0] = kept[places[places >= 0] % len(kept)]
    told: list[Words] = [[f"one row in {every}"]] if every > 1 else []
    if lost := int((~finite).any(axis=1).sum()):
        told.append([(f"{lost} not finite", "alarm")])
    legend: list[Words] = [*look.legend(problem), [(DIAGONAL, on_ground(FAINT)), " right"]]
    return Drawn(placed.lines(canvas, legend, (target_name(problem), "y_out")), told, "sample", places)


def _look(problem: Problem, shown: int) -> Look:
    names = problem.target_names or tuple(f"y_gt[.,{j}]" if shown > 1 else "samples" for j in range(1, shown + 1))
    return Look(names[:shown], np.arange(shown) % HUES)
