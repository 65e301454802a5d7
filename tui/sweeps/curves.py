"""Curves of several runs in one plot, with the band in which most of them lie, under one cursor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np

from core import Array, Rows
from tui.sheet.braille import BLANK, DOTS_ACROSS, DOTS_DOWN, Codes, braille, extents, spans
from tui.sheet.lines import Line
from tui.sweeps.cells import between
from tui.training import ticks
from tui.training.axes import Frame, axes
from tui.training.plot import SMALLEST, limits, valid
from tui.training.plot_lines import BAND, BAND_STYLE, Numbers, lines_of, mark_of, put_marks
from tui.training.ticks import Scale

NOTHING: Array = np.empty(0)
SHADE = "░"  # of the band


@dataclass(frozen=True, eq=False)
class Curve:
    """What is drawn of a run, or of the middle of many: its values (n,) at its steps (n,), in ascending order; those
    that are NaN are left out. The first curve of a plot is drawn in braille, the others in marks.
    """

    title: str
    steps: Rows
    values: Array

    def near(self, step: int) -> tuple[int, float] | None:
        """The last of its steps up to this one, or the first, and its value there; None without any, or where the
        curve has ended before.
        """
        if not len(self.steps) or step > self.steps[-1]:
            return None
        at = max(0, int(np.searchsorted(self.steps, step, side="right")) - 1)
        return int(self.steps[at]), float(self.values[at])


@dataclass(frozen=True, eq=False)
class Band:
    """Between which values (n,) most runs lie at some steps (n,)."""

    steps: Rows
    low: Array
    high: Array

    def near(self, step: int) -> tuple[float, float] | None:
        """Its ends at the last of its steps up to this one; None where it has ended before."""
        if not len(self.steps) or step > self.steps[-1]:
            return None
        at = max(0, int(np.searchsorted(self.steps, step, side="right")) - 1)
        return float(self.low[at]), float(self.high[at])


class Drawn(NamedTuple):
    """A plot as lines, and where steps are in it; no frame where there was no room for one."""

    lines: list[Line]
    frame: Frame | None
    reached: int

    def step_at(self, x: int) -> int | None:
        """The step that a column stands for, counted from the left of the lines; None beside the curves."""
        step = None if self.frame is None else self.frame.step_at(x)
        return None if step is None else max(0, min(self.reached, step))

    @property
    def stride(self) -> int:
        """How many steps a column is."""
        frame = self.frame
        return 1 if frame is None else max(1, round((frame.last - frame.first) / (frame.columns - 1)))


@dataclass
class CurvesPlot:
    """Draws curves. The axis of the values stays while it holds them, is not far too long, and the size does."""

    _kept: Scale | None = field(default=None, init=False)
    _of: object = field(default=None, init=False)

    def draw(
        self,
        size: tuple[int, int],
        curves: Sequence[Curve],
        band: Band | None,
        at: int | None,
        logarithmic: bool,
        of: object = None,
    ) -> Drawn:
        """At most so many columns and exactly so many lines, with ● on each curve at step `at`. Where there is no room,
        or nothing to draw, the lines are empty. Values that are not finite are left out, on a log scale those not
        above 0. Another `of` begins the axis anew.
        """
        width, height = size
        ends = [int(curve.steps[-1]) for curve in curves if len(curve.steps)]
        reached = max([*ends, *([int(band.steps[-1])] if band is not None and len(band.steps) else [])], default=-1)
        if height < SMALLEST[0] or width < SMALLEST[1] or reached < 0:
            return Drawn([()] * max(0, height), None, max(0, reached))
        drawn = [curve.values for curve in curves]
        if band is not None:
            drawn += [band.low, band.high]
        heights = self._scale(drawn, height, logarithmic, of)
        frame = axes(width, height, 0, ticks.last_step(reached), heights, logarithmic)
        codes, numbers = _marked(frame, curves, band, logarithmic)
        places = [] if at is None else [_here(frame, curve, at, logarithmic) for curve in curves]
        here = [place for place in places if place is not None]
        return Drawn(lines_of(frame, codes, numbers, here), frame, reached)

    def _scale(self, drawn: Sequence[Array], height: int, logarithmic: bool, of: object) -> Scale:
        bounds = [found for values in drawn if (found := limits(values, logarithmic))]
        least = min((low for low, _ in bounds), default=0.5)
        most = max((high for _, high in bounds), default=1.0)
        make = ticks.decades if logarithmic else partial(ticks.losses, crop=True)
        fresh = make(least, most, height - 1)
        kept, now = self._kept, (of, height, logarithmic)
        if kept is not None and self._of == now and kept.serves(fresh):
            return kept
        self._kept, self._of = fresh, now
        return fresh


def _marked(frame: Frame, curves: Sequence[Curve], band: Band | None, logarithmic: bool) -> tuple[Codes, Numbers]:
    """The characters (rows, columns), and the number of the curve that each belongs to."""
    codes = np.full((frame.rows, frame.columns), BLANK, dtype=np.uint32)
    numbers = np.zeros(codes.shape, dtype=np.int8)
    if band is not None:
        ends = (10**frame.heights.low, 10**frame.heights.high) if logarithmic else frame.heights[:2]
        inside = (np.clip(values, *ends) for values in (band.low, band.high))  # to the edge, where it goes beyond
        low, high = (_extents(band.steps, values, frame, 1, logarithmic) for values in inside)
        levels = np.arange(frame.rows - 1, -1, -1)[:, np.newaxis]
        bottom, top = (np.rint(heights * (frame.rows - 1)) for heights in (low[2], high[3]))
        filled = (levels >= bottom) & (levels <= top)  # never where one is NaN
        codes[filled], numbers[filled] = ord(SHADE), BAND
    if curves:
        own = _extents(curves[0].steps, curves[0].values, frame, DOTS_ACROSS, logarithmic)
        dots = braille(*spans(own, frame.rows, DOTS_DOWN), frame.rows)
        there = dots != BLANK
        codes[there], numbers[there] = dots[there], 0
    for i, curve in enumerate(curves[1:], 1):
        bottom, top = spans(_extents(curve.steps, curve.values, frame, 1, logarithmic), frame.rows)
        put_marks(codes, numbers, i, bottom, top)
    return codes, numbers


def _extents(
    steps: Rows, values: Array, frame: Frame, dots: int, logarithmic: bool
) -> tuple[Array, Array, Array, Array]:
    shown = valid(values, logarithmic)

    def height(found: Array) -> Array:
        return frame.heights.share(np.log10(found) if logarithmic else found)

    return extents(values[shown], frame.edges(dots), height, steps[shown].astype(float))


def _here(frame: Frame, curve: Curve, at: int, logarithmic: bool) -> tuple[int, int] | None:
    """The character, row and column, in which ● stands; None where the curve has nothing to stand on."""
    found = curve.near(at)
    if found is None or not valid(np.array(found[1:]), logarithmic).all():
        return None
    height = frame.heights.share(math.log10(found[1]) if logarithmic else found[1])
    return frame.row(height), frame.column(at)


def legend(curves: Sequence[Curve], band: str) -> list[list[tuple[str, str] | str]]:
    """Which mark is which, an item for each curve, and for the band."""
    items: list[list[tuple[str, str] | str]] = [[mark_of(i), f" {curve.title}"] for i, curve in enumerate(curves)]
    return [*items, [(SHADE, BAND_STYLE), f" {band}"]] if band else items


@dataclass(frozen=True, eq=False)
class Middle:
    """The middle of many runs: the median, and the quartiles around it, at the steps of the longest; at each over the
    runs that got there.
    """

    runs: int
    median: Curve
    band: Band


def middle(runs: Sequence[tuple[Rows, Array]]) -> Middle | None:
    """That of some curves, each its steps (n,) and values (n,); None without any. Where the steps of one are others
    than those of the longest, its values stand between its own.
    """
    some = [(steps, values) for steps, values in runs if len(steps)]
    if not some:
        return None
    steps = max((steps for steps, _ in some), key=lambda found: (int(found[-1]), len(found)))
    values = np.full((len(some), len(steps)), np.nan)
    for k, (own, found) in enumerate(some):
        same = len(own) == len(steps) and bool((own == steps).all())
        values[k] = found if same else np.interp(steps, own, found, right=np.nan)
    values.sort(axis=0)  # NaN behind all others
    counts = (~np.isnan(values)).sum(axis=0)
    low, median, high = (_quantile(values, counts, share) for share in (0.25, 0.5, 0.75))
    return Middle(len(some), Curve("median", steps, median), Band(steps, low, high))


def _quantile(values: Array, counts: Rows, share: float) -> Array:
    """That of the first `counts` (n,) of sorted values (m, n), by linear interpolation."""
    at = share * np.maximum(counts - 1, 0)
    below = at.astype(np.int64)
    above = np.minimum(below + 1, np.maximum(counts - 1, 0))
    columns = np.arange(values.shape[1])
    return between(values[below, columns], values[above, columns], at - below)
