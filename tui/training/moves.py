"""Where a key takes what a person sees: every function makes the next View out of the one before and the sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core import Step
from tui.training.frame import Frame
from tui.training.picture import Picture
from tui.training.pictured import is_pictured
from tui.training.slots import in_place
from tui.training.stations import SHARE, VERDICT
from tui.training.view import Cell, View
from tui.training.why.statement import walked

if TYPE_CHECKING:
    from core import CheckReport, Slip


PANES = ("activations", "deltas", "weights", "loss", "picture", "why")


def first_sample(step: Step) -> int:
    """The row that is chosen first: the one that costs most."""
    return int(np.argmax(np.nan_to_num(step.sample_losses, nan=np.inf)))


def to_step(view: View, before: Picture | None, step: Step) -> View:
    """The view of another step: the chosen sample stays, or where the rows are others the line that it stood on; the
    cursor and the walk stay as far as the step has what they are on.
    """
    cursor = None if view.cursor is None else within(step, *view.cursor)
    current = view.current if view.current in step.values else None
    rows = len(step.batch)
    sample = min(view.sample, rows - 1)
    if before is not None and view.by_loss and not np.array_equal(before.step.batch, step.batch):
        line = list(before.order).index(min(view.sample, len(before.step.batch) - 1))
        order = np.argsort(-np.nan_to_num(step.sample_losses, nan=np.inf), kind="stable")
        sample = int(order[min(line, rows - 1)])
    return replace(view, sample=sample, cursor=cursor, current=current, gradients=None, term=None)


def within(step: Step, name: str, cell: Cell) -> tuple[str, Cell] | None:
    """A cell of a step, or the nearest to it that there is; None where the step has no such quantity."""
    shape = step.values[name].shape if name in step.values else ()
    return (name, tuple(map(min, cell, shape))) if len(cell) == len(shape) > 0 else None


def in_sight(picture: Picture, frame: Frame) -> View:
    """A picture's view with the inspected cell, or else the chosen sample, among the rows in sight, and its group of
    columns, or that of what is being computed. A cell in a sample's row makes that sample the chosen one.
    """
    view = picture.view
    row = view.sample
    name = view.current
    if view.cursor is not None:
        name = picture.shown_as(view.cursor[0])
        if picture.numbers.axes[view.cursor[0]].startswith("i") and name in _row_names(picture):
            row = view.cursor[1][0] - 1
            view = replace(view, sample=row)
    line = list(picture.order).index(min(row, len(picture.order) - 1))
    top = min(max(view.top, line - frame.rows + 1), line)
    left = view.left
    if name is not None:
        shown = picture.shown_as(name)
        known = [s for s in picture.stations if s.above != VERDICT or frame.columns.density.words]
        wanted = next((i for i, s in enumerate(known) if shown in (s.above, s.below)), None)
        seen = {n for g in frame.columns.groups for n in (g.station.above, g.station.below)}
        if wanted is not None and shown not in seen:
            left = wanted
    return replace(view, top=max(0, top), left=left, scroll=_scroll_to_cursor(view, frame, picture))


def _scroll_to_cursor(view: View, frame: Frame, picture: Picture) -> int:
    """The lines that parameters alone are scrolled by, with the inspected cell in sight."""
    area = frame.areas.get("weights")
    if view.cursor is None or not view.alone or area is None:
        return view.scroll
    name, (row, _) = view.cursor[0], picture.cursor[1] if picture.cursor is not None else (0, 0)
    for matrix in in_place(frame, picture):
        if name in (matrix.name, matrix.bias):
            y = matrix.y + matrix.header + (matrix.rows if name == matrix.bias else row)
            return min(max(view.scroll, y - area.height + 2), max(0, y - matrix.header))
    return view.scroll


def _row_names(picture: Picture) -> set[str]:
    return {name for station in picture.stations for name in (station.above, station.below) if name}


def order_of(picture: Picture, frame: Frame) -> list[str]:
    """The quantities that can be inspected, in reading order: above, below, parameters."""
    stations = [s for s in picture.stations if s.above != VERDICT]
    names = [s.asked or s.above for s in stations] + [s.below for s in stations if s.below not in ("", SHARE)]
    if frame.matrices.placed is not None:
        placed = sorted(in_place(frame, picture), key=lambda m: (m.y, m.x))
        names += [name for m in placed for name in (m.name, m.bias) if name]
    else:
        statement = picture.step.statement
        names += [
            e.name for e in (*statement.given.values(), *statement.equations.values()) if e.layer and not e.per_sample
        ]
    return names


def inspect(view: View, picture: Picture) -> View:
    """Begin to inspect: at what is being computed, else at the chosen sample's output that matters most."""
    if view.current is not None:
        return replace(view, cursor=(view.current, first_cell(view, picture, view.current)), term=None)
    step, row = picture.step, view.sample
    column = int(np.argmax(step.targets[row])) if step.problem.has_classes and step.targets.shape[1] > 1 else 0
    outputs = next(s for s in picture.stations if s.above == "y_out")
    return replace(view, cursor=(outputs.asked or "y_out", (row + 1, column + 1)), term=None)


def first_cell(view: View, picture: Picture, name: str) -> Cell:
    """The cell of a quantity that one comes to first: of the chosen sample's row, its first."""
    axes = picture.numbers.axes[name]
    equation = picture.step.statement.equations.get(name)
    per_sample = equation.per_sample if equation is not None else name in ("X_in", "y_gt")
    return tuple(view.sample + 1 if axis == "i" and per_sample else 1 for axis in axes)


def move(view: View, picture: Picture, frame: Frame, down: int, right: int) -> View:
    """The cursor by some cells in its matrix; from the last row of weights to their biases, and back."""
    if view.cursor is None:
        return view
    name, cell = view.cursor
    axes = picture.numbers.axes[name]
    matrix = picture.numbers[name]
    place = dict(zip(axes, cell, strict=True))
    row, column = place.get("i", 1) - 1, place.get("j", 1) - 1
    column = min(max(column + right, 0), matrix.shape[1] - 1)
    pairs = {m.name: m.bias for m in in_place(frame, picture) if m.bias}
    if down and name in pairs and row + down >= matrix.shape[0]:
        return replace(view, cursor=(pairs[name], (column + 1,)), term=None)
    weights = {bias: weight for weight, bias in pairs.items()}
    if down < 0 and name in weights:
        return replace(view, cursor=(weights[name], (len(picture.numbers[weights[name]]), column + 1)), term=None)
    if down and picture.shown_as(name) in _row_names(picture) and axes.startswith("i"):
        order = list(picture.order)
        row = order[min(max(order.index(row) + down, 0), len(order) - 1)]
    else:
        row = min(max(row + down, 0), matrix.shape[0] - 1)
    return replace(view, cursor=(name, tuple({"i": row, "j": column}[axis] + 1 for axis in axes)), term=None)


def next_matrix(view: View, picture: Picture, frame: Frame, change: int) -> View:
    """The cursor to the next matrix, in the row or column where it stands as far as there is one."""
    assert view.cursor is not None
    name, cell = view.cursor
    names = order_of(picture, frame)
    here = names.index(name) if name in names else 0
    following = names[(here + change) % len(names)]
    shape = picture.numbers[following].shape
    old = dict(zip(picture.numbers.axes[name], cell, strict=True))
    rows = _row_names(picture)
    here_too = picture.shown_as(name) in rows
    row = (
        old.get("i", 1)
        if here_too == (picture.shown_as(following) in rows)
        else view.sample + 1
        if picture.shown_as(following) in rows
        else 1
    )
    size = {"i": min(row, shape[0]), "j": min(old.get("j", 1), shape[1])}
    return replace(view, cursor=(following, tuple(size[axis] for axis in picture.numbers.axes[following])), term=None)


def choose(view: View, picture: Picture, change: int) -> View:
    """Another sample: the one so many lines further down."""
    order = list(picture.order)
    here = order.index(min(view.sample, len(order) - 1))  # a smaller batch may be there already
    line = min(max(here + change, 0), len(order) - 1)
    return replace(view, sample=order[line], scroll=0)


def walk(view: View, step: Step, change: int) -> tuple[View, int]:
    """To the next or the previous computation; past the last one into the next step, whose index comes with it."""
    order = walked(step.statement)
    there = order.index(view.current) + change if view.current is not None else 0 if change > 0 else len(order) - 1
    name = order[there % len(order)]
    return replace(view, current=name, scroll=0), step.index + (there == len(order)) - (there < 0)


def panes(view: View, picture: Picture) -> tuple[str, ...]:
    """The panes in the order in which they come alone: first the one with the inspected cell, or the parameters, which
    have least room. A picture is one while it is shown.
    """
    first = "weights"
    if view.cursor is not None:
        name = picture.shown_as(view.cursor[0])
        upper = {station.above for station in picture.stations}
        first = "activations" if name in upper else "deltas" if name in _row_names(picture) else "weights"
    known = tuple(pane for pane in PANES if pane != "picture" or is_pictured(view, picture.step.problem))
    start = known.index(first)
    return known[start:] + known[:start]


def start_of(report: CheckReport, slip: Slip) -> tuple[str, Cell]:
    """The cell that tells of a slip: its first, or the first of a matrix whose shape is wrong."""
    return slip.name, slip.cells[0] if slip.cells else (1,) * report.step.values[slip.name].ndim
