"""The picture of how many rows are right along a run, of those trained on and of those held out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core import Array, Evaluation, Step, Verdict, percent
from tui.sheet.braille import BLANK, DOTS_ACROSS, DOTS_DOWN, Codes, braille, extents, spans
from tui.sheet.lines import Line, Words, clipped, fitting
from tui.sheet.lines import width as columns_of
from tui.training import ticks
from tui.training.axes import Frame, axes
from tui.training.plot_lines import BETWEEN, FARTHEST, TEST, Numbers, lines_of, mark_of, put_points
from tui.training.status import loss_text
from tui.training.ticks import Scale
from tui.training.view import View

if TYPE_CHECKING:
    from core import Points

PERCENT = Scale(0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0), ("0", "25%", "50%", "75%", "100%"))
IN_SHORT = Scale(0.0, 1.0, (0.0, 0.5, 1.0), ("0", "50%", "100%"))
ROOMY = 10  # lines from which every quarter has a label


class Scored(NamedTuple):
    """What a run of steps up to `reached` makes of rows trained on and of those held out, none where there are none:
    the share that is right for `classes`, else the rms error.
    """

    trained: Points
    held_out: Points
    reached: int
    classes: bool


def scores_drawn(
    found: Scored, at: int, window: tuple[int, int] | None, width: int, height: int
) -> tuple[Frame, list[Line]]:
    """`height` lines of at most `width` columns, and their axes: the rows trained on in braille, those held out in
    marks, and ● at step `at`.
    """
    last = ticks.last_step(max(1, found.reached))
    first, last = (0, last) if window is None else (window[0], max(window[0] + 1, window[1]))
    frame = axes(width, height, first, last, _scale(found, height), False)
    codes: Codes = np.full((frame.rows, frame.columns), BLANK, np.uint32)
    styles: Numbers = np.zeros(codes.shape, np.int8)
    here = []
    if len(found.trained.steps):
        codes = braille(*spans(_extents(found.trained, frame, DOTS_ACROSS), frame.rows, DOTS_DOWN), frame.rows)
        score = float(np.interp(at, found.trained.steps, found.trained.scores))
        if first <= at <= last and abs(score) < FARTHEST:
            here.append((frame.row(float(_heights(np.array(score), frame))), frame.column(at)))
    if len(found.held_out.steps):
        put_points(codes, styles, TEST, frame, found.held_out.steps, _heights(found.held_out.scores, frame))
    return frame, lines_of(frame, codes, styles, here)


def _scale(found: Scored, height: int) -> Scale:
    if found.classes:
        return PERCENT if height >= ROOMY else IN_SHORT
    scores = np.concatenate([found.trained.scores, found.held_out.scores])
    finite = scores[np.abs(scores) < FARTHEST]
    return ticks.losses(0.0, float(finite.max(initial=0.0)), height - 1, crop=False)


def _heights(scores: Array, frame: Frame) -> Array:
    """Scores as shares of the axis; NaN where they cannot be drawn."""
    return frame.heights.share(np.where(np.abs(scores) < FARTHEST, scores, np.nan))


def _extents(points: Points, frame: Frame, dots: int) -> tuple[Array, Array, Array, Array]:
    """Where a curve goes through each column, as shares of the axis; what is not finite is left out."""
    valid = np.abs(points.scores) < FARTHEST
    steps = points.steps[valid].astype(float)
    return extents(points.scores[valid], frame.edges(dots), partial(_heights, frame=frame), steps)


def scores_title(found: Scored, step: Step, verdict: Verdict | None, view: View, width: int) -> Line:
    """What the picture shows, in `width` columns, and the numbers of the step."""
    items: list[Words] = [[("accuracy" if found.classes else "rms error", "title")]]
    trained = None if verdict is None else verdict.training
    items.append([mark_of(0), f" training {_said(trained, view)}"])
    if step.problem.held_out is not None:
        items.append([mark_of(TEST), f" test {_said(None if verdict is None else verdict.held_out, view)}"])
    items.append([f"at {step.index}"])
    if view.window is not None:
        items.append([f"steps {view.window[0]}-{view.window[1]} of {found.reached}"])
    if columns_of(fitting(items, 10**6, BETWEEN)) > width:
        items[1] = [mark_of(0), f" {_said(trained, view)}"]
    return clipped(fitting(items, width, BETWEEN), width)


def _said(found: Evaluation | None, view: View) -> str:
    if found is None:
        return "…"
    return loss_text(found.rmse, view) if found.right is None else percent(found.right, found.rows)
