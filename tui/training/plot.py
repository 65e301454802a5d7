"""The plot of the loss per SGD step: plotext's axes, and the curves over them in braille and other marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core import Array, Evaluation, Mask, Step, Timeline, significant, sure
from tui.format import plain
from tui.sheet.braille import DOTS_ACROSS, DOTS_DOWN, Codes, braille, extents, spans
from tui.sheet.lines import Line, Words, clipped, fitting, line
from tui.sheet.lines import width as columns
from tui.training import ticks
from tui.training.accuracy import Scored, scores_drawn
from tui.training.axes import AXIS, LABEL, TICK, Frame, axes
from tui.training.plot_lines import (
    BETWEEN,
    FARTHEST,
    HERE,
    MEAN,
    TEST,
    Numbers,
    lines_of,
    mark_of,
    put_marks,
    put_points,
    runs_of,
)
from tui.training.status import loss_text
from tui.training.step_marks import Marks, marked_text, put_signs
from tui.training.ticks import Scale
from tui.training.view import View

if TYPE_CHECKING:
    from core import Points

FEW = 20  # losses of which an axis begins at 0, so that it stays while a run gets under way
NEAREST = 1 / FARTHEST  # what is smaller is taken for 0 on a log scale
SMALLEST = 4, 12  # rows and columns of a plot
NO_CURVE = ("{} of every step is drawn here.", "→ takes the next step.")
SHORTER = ("", "→ next step")
ROOMY = 9  # lines that a plot keeps where marks have lines of their own


class Curve(NamedTuple):
    """The losses of a run, one for each step from 0 on; with mini-batches, of how many steps an epoch is made; and what
    it is called where room is short. Or what a cell was in each step.

    held_out   the losses over the rows held out, of some steps; None where there are no such rows
    rows       of how many rows these losses are a sum, and one of a step: they are drawn as of that many; None where
               they are means
    """

    title: str
    losses: Array
    per_epoch: int | None = None
    word: str = ""
    of_cell: bool = False
    held_out: Points | None = None
    rows: tuple[int, int] | None = None

    @property
    def tested(self) -> Points | None:
        """The losses over the rows held out, as they are drawn."""
        if self.held_out is None or self.rows is None:
            return self.held_out
        of, step = self.rows
        with np.errstate(over="ignore"):
            return self.held_out._replace(losses=self.held_out.losses * (step / of))


def curve_of(timeline: Timeline, title: str, word: str = "", held_out: Points | None = None) -> Curve:
    """The losses of a run, and those over the rows held out; with its epochs, where they are as long throughout."""
    problem, epochs = timeline.problem, {part.steps_per_epoch for part in timeline.lineage}
    in_batches = problem.batch_size is not None and len(epochs) == 1
    rows = None
    if problem.held_out is not None and problem.reduction == "sum":
        rows = len(problem.held_out.inputs), problem.batch_size or len(problem.inputs)
    per_epoch = timeline.steps_per_epoch if in_batches else None
    return Curve(title, timeline.losses, per_epoch, word, held_out=held_out, rows=rows)


class LossPlot:
    """Draws the losses of runs. The axes stay while the size, the zoom and the kind of scale do, until a step or a
    loss leaves them.
    """

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._heights: Scale | None = None
        self._of: tuple[object, ...] = ()
        self._reached = 0

    def draw(
        self,
        width: int,
        height: int,
        curves: Sequence[Curve],
        at: int,
        view: View,
        marks: Sequence[Marks] = (),
        loss: str = "ℒ",
    ) -> list[Line]:
        """`height` lines of at most `width` columns with the curves, the first one the run's own, and ● at its step
        `at`; none where there is no room. Losses that are not finite are left out, on a log scale those not above 0.
        Marked steps stand in lines of their own above the last; where there is no room, the curve is amber there and
        has the signs. `loss` is what the loss is called.
        """
        self._frame = None
        if height < SMALLEST[0] or width < SMALLEST[1] or not curves:
            return []
        own_lines = len(marks) if height - len(marks) >= ROOMY else 0
        height -= own_lines
        self._reached = max(len(curve.losses) for curve in curves) - 1
        if self._reached < 1:
            return _no_curve(width, height + own_lines, curves[0], at, loss)
        last = ticks.last_step(self._reached)
        window = (0, last) if view.window is None else (view.window[0], max(view.window[0] + 1, view.window[1]))
        heights = self._scale(curves, window, view, height)
        frame = self._frame = axes(width, height, *window, heights, view.logarithmic)
        codes, styles = self._marked(frame, curves, view.logarithmic)
        marked = [marked_text(frame, one) for one in marks]
        held = [] if own_lines else [x for x in range(frame.columns) if any(text[x] != " " for text in marked)]
        for text in () if own_lines else marked:
            put_signs(text, codes, styles)
        lines = lines_of(frame, codes, styles, _here(frame, curves[0], at, view.logarithmic), held)
        own = [tuple(runs_of(text, ["amber"] * len(text), frame.start)) for text in marked if own_lines]
        return [*lines[:-1], *own, lines[-1]]

    def draw_scores(self, width: int, height: int, found: Scored, at: int, view: View) -> list[Line]:
        """The same with how many rows are right along the run, in place of its losses."""
        self._frame, self._reached = None, found.reached
        if height < SMALLEST[0] or width < SMALLEST[1]:
            return []
        self._frame, lines = scores_drawn(found, at, view.window, width, height)
        return lines

    def step_at(self, x: int) -> int | None:
        """The step that a column of the plot stands for, counted from its left; None beside the curves."""
        step = None if self._frame is None else self._frame.step_at(x)
        return None if step is None else max(0, min(self._reached, step))

    def _scale(self, curves: Sequence[Curve], window: tuple[int, int], view: View, height: int) -> Scale:
        """The axis of the losses: the one that was, while it holds them and is not far too long."""
        kept = self._heights
        drawn = [curve.losses[window[0] : window[1] + 1] for curve in curves]
        if (tested := _tested(curves)) is not None:
            drawn.append(tested.losses[(tested.steps >= window[0]) & (tested.steps <= window[1])])
        bounds = [found for losses in drawn if (found := limits(losses, view.logarithmic))]
        least = min((low for low, _ in bounds), default=0.5)
        most = max((high for _, high in bounds), default=1.0)
        crop = view.window is not None or self._reached >= FEW
        make = ticks.decades if view.logarithmic else partial(ticks.losses, crop=crop)
        fresh = make(least, most, height - 1)
        of = (height, view.window, view.logarithmic, *(curve.title for curve in curves))
        if kept is None or of != self._of or not kept.serves(fresh):
            kept = self._heights = fresh
            self._of = of
        return kept

    def _marked(self, frame: Frame, curves: Sequence[Curve], logarithmic: bool) -> tuple[Codes, Numbers | None]:
        """The characters of all curves, (rows, columns), and the number of the curve that each belongs to; None where
        there is but one.
        """
        own, *others = curves
        dots = _extents(own.losses, frame.edges(DOTS_ACROSS), frame, logarithmic)
        codes = braille(*spans(dots, frame.rows, DOTS_DOWN), frame.rows)
        marks = [(i, curve.losses, frame.edges(1)) for i, curve in enumerate(others, 1)]
        if not others and own.per_epoch is not None and own.per_epoch > 1 and len(own.losses) >= own.per_epoch:
            middles = (frame.edges(1) + 0.5) / own.per_epoch - 0.5  # an epoch's mean stands in its middle
            marks = [(MEAN, epoch_means(own), middles)]
        tested = _tested(curves)
        if not marks and tested is None:
            return codes, None
        styles = np.zeros(codes.shape, dtype=np.int8)
        for i, losses, edges in marks:
            bottom, top = spans(_extents(losses, edges, frame, logarithmic), frame.rows)
            put_marks(codes, styles, i, bottom, top)
        if tested is not None:
            put_points(codes, styles, TEST, frame, tested.steps, _heights(tested.losses, frame, logarithmic))
        return codes, styles


def _no_curve(width: int, height: int, curve: Curve, at: int, letter: str) -> list[Line]:
    """Axes without a curve, and what will be drawn there."""
    loss = float(curve.losses[at]) if at < len(curve.losses) else math.nan
    label = significant(sure(loss), 3) if math.isfinite(loss) else str(loss)
    label = f"{label.rjust(LABEL)}{TICK}"
    rows = [line([(AXIS.rjust(len(label)), "structure")]) for _ in range(height - 2)]
    here = [(HERE, "amber bold")] if at < len(curve.losses) else []
    rows += [line([(label, "structure"), *here]), line([("0", "structure")], len(label))]
    room = width - len(label) - 2
    told = (text.format(letter) for text in NO_CURVE)
    words = [next((text for text in variants if len(text) <= room), "") for variants in zip(told, SHORTER, strict=True)]
    column = len(label) + 1 + (room - max(map(len, words))) // 2
    first = max(0, (height - 2) // 2 - 1)
    for i, text in enumerate(words):
        if text:
            rows[first + i] += line([(text, "dim")], column)
    return rows


def valid(losses: Array, logarithmic: bool) -> Mask:
    """Which losses (n,) can be drawn."""
    with np.errstate(invalid="ignore"):
        shown = np.abs(losses) < FARTHEST
        return shown & (losses > NEAREST) if logarithmic else shown


def _tested(curves: Sequence[Curve]) -> Points | None:
    """The losses over the rows held out, where they are drawn: beside one run's own alone."""
    return curves[0].tested if len(curves) == 1 else None


def limits(inside: Array, logarithmic: bool) -> tuple[float, float] | None:
    """The least and the largest of some losses that can be drawn; None where there are none."""
    if not len(inside):
        return None
    least, most = float(inside.min()), float(inside.max())
    if not _drawable(least, most, logarithmic):
        inside = inside[valid(inside, logarithmic)]
        if not len(inside):
            return None
        least, most = float(inside.min()), float(inside.max())
    return least, most


def _drawable(least: float, most: float, logarithmic: bool) -> bool:
    """Whether everything between two losses can be drawn; NaN cannot."""
    return least > -FARTHEST and most < FARTHEST and (least > NEAREST or not logarithmic)


def _heights(losses: Array, frame: Frame, logarithmic: bool) -> Array:
    """Losses as shares of the axis; NaN where they cannot be drawn."""
    shown = np.where(valid(losses, logarithmic), losses, np.nan)
    return frame.heights.share(np.log10(shown) if logarithmic else shown)


def _extents(losses: Array, edges: Array, frame: Frame, logarithmic: bool) -> tuple[Array, Array, Array, Array]:
    """Where the curve goes through each column, as shares of the axis."""
    first, last = max(0, math.floor(edges[0])), math.ceil(edges[-1]) + 1
    seen = losses[first:last]

    def height(values: Array) -> Array:
        return frame.heights.share(np.log10(values) if logarithmic else values)

    places = None
    if len(seen) and not _drawable(float(seen.min()), float(seen.max()), logarithmic):
        drawn = valid(seen, logarithmic)
        places, seen = np.flatnonzero(drawn).astype(float), seen[drawn]
    return extents(seen, edges - first, height, places)


def epoch_means(curve: Curve) -> Array:
    """The mean of the losses of each epoch that is complete."""
    assert curve.per_epoch is not None
    epochs = len(curve.losses) // curve.per_epoch
    with np.errstate(all="ignore"):
        means: Array = curve.losses[: epochs * curve.per_epoch].reshape(epochs, -1).mean(axis=1)
    return means


def _here(frame: Frame, curve: Curve, at: int, logarithmic: bool) -> list[tuple[int, int]]:
    """The character, row and column, in which ● stands: at the foot where its loss cannot be drawn."""
    if not (0 <= at < len(curve.losses) and frame.first <= at <= frame.last):
        return []
    loss, height = float(curve.losses[at]), 0.0
    if _drawable(loss, loss, logarithmic):
        height = frame.heights.share(math.log10(loss) if logarithmic else loss)
    return [(frame.row(height), frame.column(at))]


def title(view: View, step: Step, curves: Sequence[Curve], width: int, held_out: Evaluation | None = None) -> Line:
    """What the plot shows, in `width` columns: ℒ of the step, and that over the rows `held_out`, or which curve is
    which; how it is drawn; what was left out.
    """
    head: Words = [("loss per SGD step", "title")]
    if len(curves) > 1:
        head = legend(curves, width)
    elif curves and curves[0].of_cell:
        head = [(f"{curves[0].title} per SGD step", "title")]
    items: list[Words] = [head]
    reached = max((len(curve.losses) for curve in curves), default=1) - 1
    if view.window is not None:
        first, last = view.window
        items.append([f"steps {first}-{last} of {reached}"])
    if view.logarithmic:
        items.append(["log scale"])
    left_out = sum(int((~valid(curve.losses, view.logarithmic)).sum()) for curve in curves if _spoiled(curve, view))
    if left_out:
        losses = "values" if curves[0].of_cell else "losses" if left_out > 1 else "loss"
        items.append([(f"{left_out} {losses} {'≤ 0' if view.logarithmic else 'not finite'} left out", "wrong")])
    if len(curves) == 1 and curves[0].of_cell:
        if step.index <= reached:
            items.append([f"{loss_text(float(curves[0].losses[step.index]), view)} at {step.index}"])
    elif len(curves) == 1:
        own = curves[0]
        letter = step.statement.letters["loss"]
        loss = f"{letter} {loss_text(step.loss, view)}"
        mean = own.per_epoch is not None and own.per_epoch > 1 and len(own.losses) >= own.per_epoch
        if own.held_out is not None:
            how: list[Words] = items[1:]
            test: list[Words] = [[mark_of(TEST), f" test {_known(held_out, view)}"]]
            if own.rows is not None and own.rows[0] != own.rows[1]:
                test.append([f"drawn as of {own.rows[1]} rows"])
            means: list[list[Words]] = [
                [[mark_of(MEAN), word]] if mean else [] for word in (" an epoch's mean", " epoch")
            ]
            at: Words = [f"{loss} at {step.index}"]
            ways: list[list[Words]] = [
                [head, *how, at, *test, *means[0]],
                [head, *how, at, *test, *means[1]],
                [*how, at, *test, *means[1]],
                [[letter], test[0], *means[1], *how] if mean else [*how, at, *test],
                [[loss], test[0], *how],
            ]
            whole = (fitting(way, 10**6, BETWEEN) for way in ways)
            return next((found for found in whole if columns(found) <= width), fitting(ways[-1], width, BETWEEN))
        items.append([f"{loss} at {step.index}"])
        if mean:
            items.append([mark_of(MEAN), " an epoch's mean"])
    return fitting(items, width, BETWEEN) if columns(line(head)) <= width else clipped(line(head), width)


def _known(held_out: Evaluation | None, view: View) -> str:
    return "…" if held_out is None else loss_text(held_out.loss, view)


def _spoiled(curve: Curve, view: View) -> bool:
    losses = curve.losses
    return len(losses) > 0 and not _drawable(float(losses.min()), float(losses.max()), view.logarithmic)


def legend(curves: Sequence[Curve], width: int) -> Words:
    """Which curve is which, told by its mark: by their titles, in a word each where room is short, and then as many as
    there is room for.
    """
    for names in ([curve.title for curve in curves], [curve.word or curve.title for curve in curves]):
        words: list[str | tuple[str, str]] = []
        for i, name in enumerate(names):
            one = ["  " if i else "", mark_of(i), f" {plain(name)}"]
            if i and columns(line([*words, *one])) > width:
                break
            words += one
        else:
            if columns(line(words)) <= width:
                break
    return words
