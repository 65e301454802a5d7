"""The curves of a network with one input: its outputs over the input, through the samples."""

from __future__ import annotations

import numpy as np

import core
from core import Array, Problem
from tui.pictures import looked_at, samples
from tui.pictures.canvas import Canvas
from tui.pictures.drawn import Drawn, bounds, no_room
from tui.pictures.looked_at import Looked, drawn_rows, ranges
from tui.pictures.names import input_names, number, output_name, target_name
from tui.pictures.plane import Axis
from tui.pictures.samples import Look, Samples, on_ground
from tui.sheet.braille import DOTS_ACROSS, DOTS_DOWN, Codes, braille, extents, spans
from tui.sheet.colours import HUES, MARK
from tui.sheet.lines import Words

LINE = "⠒"  # a curve, in the legend


def braille_curve(values: Array, axis: Axis, rows: int) -> Codes:
    """A curve through values at the columns of dots, (rows, columns); what is not finite or off the axis has none."""
    places = np.flatnonzero(np.isfinite(values) & (values >= axis.low) & (values <= axis.high))
    columns = len(values)
    edges = np.arange(columns + 1, dtype=np.float64) - 0.5

    def height(found: Array) -> Array:
        share: Array = (found - axis.low) / axis.length
        return share

    whole = len(places) == columns
    found = extents(values[places], edges, height, None if whole else places.astype(float))
    if not whole:  # no line goes through what is left out
        found[0][~np.isin(np.arange(columns), places)] = np.nan
    return braille(*spans(found, rows, DOTS_DOWN), rows)


def curve(looked: Looked, width: int, height: int) -> Drawn:
    """y_out over the input, a curve for each output, with the samples at their targets, or at 1 for their class."""
    problem = looked.problem
    fixed = ranges(problem)
    placed = bounds(fixed.inputs[0], fixed.targets, width, height)
    if placed is None:
        return no_room(width, height)
    plane = placed.plane
    canvas = Canvas(plane.rows, plane.columns)
    dots = plane.columns * DOTS_ACROSS
    x = plane.x.low + plane.x.length * (np.arange(dots) + 0.5) / dots
    rows = drawn_rows(looked)
    outputs = looked.network.outputs(np.concatenate([x[:, np.newaxis], rows.inputs]))
    drawn = looked_at.said(problem, outputs[:dots])
    look = looks(problem)
    left_out = 0
    for j in range(drawn.shape[1] - 1, -1, -1):
        codes = braille_curve(drawn[:, j], plane.y, plane.rows)
        canvas.draw(codes, MARK + j % HUES)
        left_out += int((~np.isfinite(drawn[:, j])).sum())
    classes = core.is_right_or_wrong(problem)
    found = Samples(
        rows.inputs[:, 0],
        rows.targets.max(axis=1) if classes else rows.targets[:, 0],
        core.classes_said(problem, rows.targets) if classes else np.zeros(len(rows.ids), dtype=np.intp),
        rows.ids,
        rows.held_out,
        looked_at.wrong(problem, outputs[dots:], rows.targets),
        rows.chosen,
    )
    places = samples.put(canvas, placed, found, look)
    told: list[Words] = [[("not finite in places", "alarm")]] if left_out else []
    told += [*_beyond(drawn, plane.y), *rows.told]
    names = input_names(problem)[0], "p" if looked_at.says_probabilities(problem) else output_name(problem)
    groups = look.legend(problem)
    line: list[Words] = [[(LINE, on_ground(MARK)), f" {names[1]}"]] if drawn.shape[1] == 1 else []
    return Drawn(placed.lines(canvas, lambda columns: [*groups(columns), *line], names), told, "sample", places)


def _beyond(outputs: Array, axis: Axis) -> list[Words]:
    """What is said where curves leave the axis: the farthest that they go."""
    finite = outputs[np.isfinite(outputs)]
    out = finite[(finite < axis.low) | (finite > axis.high)]
    if not len(out):
        return []
    return [[f"reaches {number(float(out[np.abs(out - (axis.low + axis.high) / 2).argmax()]))}"]]


def looks(problem: Problem) -> Look:
    """The samples' classes; without classes one look for all."""
    if core.is_right_or_wrong(problem):
        return samples.by_class(problem)
    return Look((target_name(problem),), np.array([1], dtype=np.intp))
