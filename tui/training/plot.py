"""The plot of the loss per SGD step: plotext's axes, and the curves over them in braille and other marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from core import Array, Step, Timeline, significant, sure
from tui.format import plain
from tui.sheet.braille import DOTS_ACROSS, DOTS_DOWN, Codes, braille, extents, spans, texts
from tui.sheet.lines import Line, Span, Words, clipped, fitting, line
from tui.sheet.lines import width as columns
from tui.training import ticks
from tui.training.axes import AXIS, LABEL, TICK, Frame, axes
from tui.training.status import loss_text
from tui.training.step_marks import Marks, marked_text, put_signs
from tui.training.ticks import Scale
from tui.training.view import View

Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.int8]]
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

HERE = "●"
MARKS = ("⠒", "•", "+", "x")  # of the curves; the first one is drawn in braille
STYLES = ("curve", "curve 2", "curve 3", "curve 4")
MEAN = 1  # the mark and the style of an epoch's mean
EVERY = 3  # columns from one mark to the next, so that the curve below stays in sight
FEW = 20  # losses of which an axis begins at 0, so that it stays while a run gets under way
LOOSE = 3  # how many times as long as needed an axis may be before it is drawn anew
FARTHEST = 1e300  # what is larger is taken for not finite: the sum of two could be
NEAREST = 1 / FARTHEST  # what is smaller is taken for 0 on a log scale
SMALLEST = 4, 12  # rows and columns of a plot
NO_CURVE = ("ℒ of every step is drawn here.", "→ takes the next step.")
SHORTER = ("", "→ next step")
ROOMY = 9  # lines that a plot keeps where marks have lines of their own
CLOSEST = 4  # steps that a zoom leaves in view
PAN = 0.5  # of the steps in view, that a pan goes on by


class Curve(NamedTuple):
    """The losses of a run, one for each step from 0 on; with mini-batches, of how many steps an epoch is made; and what
    it is called where room is short. Or what a cell was in each step.
    """

    title: str
    losses: Array
    per_epoch: int | None = None
    word: str = ""
    of_cell: bool = False


def curve_of(timeline: Timeline, title: str, word: str = "") -> Curve:
    """The losses of a run; with its epochs, where they are as long throughout."""
    epochs = {part.steps_per_epoch for part in timeline.lineage}
    in_batches = timeline.problem.batch_size is not None and len(epochs) == 1
    return Curve(title, timeline.losses, timeline.steps_per_epoch if in_batches else None, word)


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
        self, width: int, height: int, curves: Sequence[Curve], at: int, view: View, marks: Sequence[Marks] = ()
    ) -> list[Line]:
        """`height` lines of at most `width` columns with the curves, the first one the run's own, and ● at its step
        `at`; none where there is no room. Losses that are not finite are left out, on a log scale those not above 0.
        Marked steps stand in lines of their own above the last; where there is no room, the curve is amber there and
        has the signs.
        """
        self._frame = None
        if height < SMALLEST[0] or width < SMALLEST[1] or not curves:
            return []
        own_lines = len(marks) if height - len(marks) >= ROOMY else 0
        height -= own_lines
        self._reached = max(len(curve.losses) for curve in curves) - 1
        if self._reached < 1:
            return _no_curve(width, height + own_lines, curves[0], at)
        last = ticks.last_step(self._reached)
        window = (0, last) if view.window is None else (view.window[0], max(view.window[0] + 1, view.window[1]))
        heights = self._scale(curves, window, view, height)
        frame = self._frame = axes(width, height, *window, heights, view.logarithmic)
        codes, styles = self._marked(frame, curves, view.logarithmic)
        marked = [marked_text(frame, one) for one in marks]
        held = [] if own_lines else [x for x in range(frame.columns) if any(text[x] != " " for text in marked)]
        for text in () if own_lines else marked:
            put_signs(text, codes, styles)
        lines = _lines(frame, codes, styles, _here(frame, curves[0], at, view.logarithmic), held)
        own = [tuple(_runs(text, ["amber"] * len(text), frame.start)) for text in marked if own_lines]
        return [*lines[:-1], *own, lines[-1]]

    def step_at(self, x: int) -> int | None:
        """The step that a column of the plot stands for, counted from its left; None beside the curves."""
        frame = self._frame
        if frame is None or not frame.start <= x < frame.start + frame.columns:
            return None
        share = (x - frame.start) / (frame.columns - 1)
        return max(0, min(self._reached, round(frame.first + share * (frame.last - frame.first))))

    def _scale(self, curves: Sequence[Curve], window: tuple[int, int], view: View, height: int) -> Scale:
        """The axis of the losses: the one that was, while it holds them and is not far too long."""
        kept = self._heights
        limits = [found for curve in curves if (found := _limits(curve.losses, window, view.logarithmic))]
        least = min((low for low, _ in limits), default=0.5)
        most = max((high for _, high in limits), default=1.0)
        crop = view.window is not None or self._reached >= FEW
        make = ticks.decades if view.logarithmic else partial(ticks.losses, crop=crop)
        fresh = make(least, most, height - 1)
        of = (height, view.window, view.logarithmic, *(curve.title for curve in curves))
        stays = (
            kept is not None
            and of == self._of
            and kept.low <= fresh.low
            and fresh.high <= kept.high
            and kept.high - kept.low <= LOOSE * (fresh.high - fresh.low)
        )
        if kept is None or not stays:
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
        if not marks:
            return codes, None
        styles = np.zeros(codes.shape, dtype=np.int8)
        levels = np.arange(frame.rows - 1, -1, -1)[:, np.newaxis]
        places = np.arange(frame.columns)
        for i, losses, edges in marks:
            bottom, top = spans(_extents(losses, edges, frame, logarithmic), frame.rows)
            chosen = (levels >= bottom) & (levels <= top) & (places % EVERY == i % EVERY)
            codes[chosen], styles[chosen] = ord(MARKS[i % len(MARKS)]), i % len(MARKS)
        return codes, styles


def _no_curve(width: int, height: int, curve: Curve, at: int) -> list[Line]:
    """Axes without a curve, and what will be drawn there."""
    loss = float(curve.losses[at]) if at < len(curve.losses) else math.nan
    label = significant(sure(loss), 3) if math.isfinite(loss) else str(loss)
    label = f"{label.rjust(LABEL)}{TICK}"
    rows = [line([(AXIS.rjust(len(label)), "structure")]) for _ in range(height - 2)]
    here = [(HERE, "amber bold")] if at < len(curve.losses) else []
    rows += [line([(label, "structure"), *here]), line([("0", "structure")], len(label))]
    room = width - len(label) - 2
    words = [
        next((text for text in variants if len(text) <= room), "") for variants in zip(NO_CURVE, SHORTER, strict=True)
    ]
    column = len(label) + 1 + (room - max(map(len, words))) // 2
    first = max(0, (height - 2) // 2 - 1)
    for i, text in enumerate(words):
        if text:
            rows[first + i] += line([(text, "dim")], column)
    return rows


def _valid(losses: Array, logarithmic: bool) -> Mask:
    with np.errstate(invalid="ignore"):
        shown = np.abs(losses) < FARTHEST
        return shown & (losses > NEAREST) if logarithmic else shown


def _limits(losses: Array, window: tuple[int, int], logarithmic: bool) -> tuple[float, float] | None:
    """The least and the largest of the losses in the window that can be drawn; None where there are none."""
    inside = losses[window[0] : window[1] + 1]
    if not len(inside):
        return None
    least, most = float(inside.min()), float(inside.max())
    if not _drawable(least, most, logarithmic):
        inside = inside[_valid(inside, logarithmic)]
        if not len(inside):
            return None
        least, most = float(inside.min()), float(inside.max())
    return least, most


def _drawable(least: float, most: float, logarithmic: bool) -> bool:
    """Whether everything between two losses can be drawn; NaN cannot."""
    return least > -FARTHEST and most < FARTHEST and (least > NEAREST or not logarithmic)


def _extents(losses: Array, edges: Array, frame: Frame, logarithmic: bool) -> tuple[Array, Array, Array, Array]:
    """Where the curve goes through each column, as shares of the axis."""
    first, last = max(0, math.floor(edges[0])), math.ceil(edges[-1]) + 1
    seen = losses[first:last]
    low, length = frame.heights.low, frame.heights.high - frame.heights.low

    def height(values: Array) -> Array:
        heights: Array = ((np.log10(values) if logarithmic else values) - low) / length
        return heights

    places = None
    if len(seen) and not _drawable(float(seen.min()), float(seen.max()), logarithmic):
        valid = _valid(seen, logarithmic)
        places, seen = np.flatnonzero(valid).astype(float), seen[valid]
    if not len(seen):
        nothing = np.full(len(edges) - 1, np.nan)
        return nothing, nothing, nothing, nothing
    return extents(seen, edges - first, height, places)


def epoch_means(curve: Curve) -> Array:
    """The mean of the losses of each epoch that is complete."""
    assert curve.per_epoch is not None
    epochs = len(curve.losses) // curve.per_epoch
    with np.errstate(all="ignore"):
        means: Array = curve.losses[: epochs * curve.per_epoch].reshape(epochs, -1).mean(axis=1)
    return means


def _here(frame: Frame, curve: Curve, at: int, logarithmic: bool) -> tuple[int, int] | None:
    """The character, row and column, in which ● stands: at the foot where its loss cannot be drawn."""
    if not (0 <= at < len(curve.losses) and frame.first <= at <= frame.last):
        return None
    loss, heights = float(curve.losses[at]), frame.heights
    height = 0.0
    if _drawable(loss, loss, logarithmic):
        height = ((math.log10(loss) if logarithmic else loss) - heights.low) / (heights.high - heights.low)
    return frame.row(height), frame.column(at)


def _lines(
    frame: Frame,
    codes: Codes,
    styles: Numbers | None,
    here: tuple[int, int] | None,
    held: Sequence[int],
) -> list[Line]:
    """The lines; the first curve is amber in the columns `held`."""
    rows: list[Line] = []
    for i, (left, text) in enumerate(zip(frame.left, texts(codes), strict=True)):
        names = ["curve"] * len(text) if styles is None else [STYLES[style] for style in styles[i].tolist()]
        for x in held:
            names[x] = "amber" if names[x] == "curve" else names[x]
        if here is not None and i == here[0]:
            text = text[: here[1]] + HERE + text[here[1] + 1 :]
            names[here[1]] = "amber bold"
        elif styles is None and not held:
            shown = text.rstrip()
            blanks = len(shown) - len(shown.lstrip())
            curve = (Span(frame.start + blanks, shown.lstrip(), "curve"),) if shown else ()
            rows.append((Span(0, left, "structure"), *curve))
            continue
        rows.append((Span(0, left, "structure"), *_runs(text, names, frame.start)))
    rows.append((Span(0, frame.below, "structure"),))
    return rows


def _runs(text: str, names: list[str], start: int) -> list[Span]:
    """A row of characters as spans; blanks take the style of what stands before them."""
    spans, column = [], 0
    for name, run in groupby(names):
        end = column + len(list(run))
        shown = text[column:end].rstrip()
        blanks = len(shown) - len(shown.lstrip())
        if shown:
            spans.append(Span(start + column + blanks, shown.lstrip(), name))
        column = end
    return spans


def title(view: View, step: Step, curves: Sequence[Curve], width: int) -> Line:
    """What the plot shows, in `width` columns: ℒ of the step, or which curve is which; how it is drawn; what was left
    out.
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
    left_out = sum(int((~_valid(curve.losses, view.logarithmic)).sum()) for curve in curves if _spoiled(curve, view))
    if left_out:
        losses = "values" if curves[0].of_cell else "losses" if left_out > 1 else "loss"
        items.append([(f"{left_out} {losses} {'≤ 0' if view.logarithmic else 'not finite'} left out", "wrong")])
    if len(curves) == 1 and curves[0].of_cell:
        if step.index <= reached:
            items.append([f"{loss_text(float(curves[0].losses[step.index]), view)} at {step.index}"])
    elif len(curves) == 1:
        items.append([f"ℒ {loss_text(step.loss, view)} at {step.index}"])
        own = curves[0]
        if own.per_epoch is not None and own.per_epoch > 1 and len(own.losses) >= own.per_epoch:
            items.append([mark_of(MEAN), " an epoch's mean"])
    return fitting(items, width, " ─ ") if columns(line(head)) <= width else clipped(line(head), width)


def _spoiled(curve: Curve, view: View) -> bool:
    losses = curve.losses
    return len(losses) > 0 and not _drawable(float(losses.min()), float(losses.max()), view.logarithmic)


def mark_of(i: int) -> tuple[str, str]:
    """The mark of a curve, the run's own being 0, and its style."""
    return MARKS[i % len(MARKS)], STYLES[i % len(STYLES)]


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


def zoomed(window: tuple[int, int] | None, last: int, at: int, factor: float) -> tuple[int, int] | None:
    """The window `factor` times as near as this one (None: all steps up to `last`), around step `at`, which stays
    where it is in the plot; None where all steps are in view.
    """
    first, end = window or (0, last)
    length = end - first
    wanted = min(round(length / factor), length - 1) if factor > 1 else max(round(length / factor), length + 1)
    length = max(min(CLOSEST, last), wanted)
    if length >= last:
        return None
    at = max(first, min(end, at))
    share = (at - first) / max(1, end - first)
    start = max(0, min(last - length, round(at - share * length)))
    return start, start + length


def panned(window: tuple[int, int] | None, last: int, share: float) -> tuple[int, int] | None:
    """The window moved by a share of its length, to the right where that is above 0, within the steps up to `last`."""
    if window is None:
        return None
    length = window[1] - window[0]
    by = round(share * length) or (1 if share > 0 else -1)
    start = max(0, min(last - length, window[0] + by))
    return start, start + length
