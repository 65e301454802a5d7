"""The lines of a plot: curves in braille and in marks, each with a style, behind the axis on the left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np

from core import Array, Rows
from tui.sheet.braille import Codes, Ints, texts
from tui.sheet.lines import Line, Span
from tui.training.axes import Frame

Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.int8]]

FARTHEST = 1e300  # what is larger is taken for not finite: the sum of two could be
BETWEEN = " ─ "  # two items of a title
HERE = "●"
MARKS = ("⠒", "•", "+", "x")  # of the curves; the first one is drawn in braille
STYLES = ("curve", "curve 2", "curve 3", "curve 4")
BAND, BAND_STYLE = len(STYLES), "structure"  # what stands for a band in place of the number of a curve
MEAN = 1  # the mark and the style of an epoch's mean
TEST = 2  # those of the rows held out
EVERY = 3  # columns from one mark to the next, so that the curve below stays in sight


def mark_of(i: int) -> tuple[str, str]:
    """The mark of a curve, the run's own being 0, and its style."""
    return MARKS[i % len(MARKS)], STYLES[i % len(STYLES)]


def put_marks(codes: Codes, styles: Numbers, i: int, bottom: Ints, top: Ints) -> None:
    """Put the marks of curve `i` where it goes, from its lowest character to its highest in each column."""
    rows, columns = codes.shape
    levels = np.arange(rows - 1, -1, -1)[:, np.newaxis]
    chosen = (levels >= bottom) & (levels <= top) & (np.arange(columns) % EVERY == i % EVERY)
    codes[chosen], styles[chosen] = ord(MARKS[i % len(MARKS)]), i % len(MARKS)


def put_points(codes: Codes, styles: Numbers, i: int, frame: Frame, steps: Rows, heights: Array) -> None:
    """Put the mark of curve `i` at some of its steps (m,), one in every few columns, where `heights` (m,) are shares of
    the axis; not where one is NaN.
    """
    if not len(steps):
        return
    edges = frame.edges(1)
    middles = (edges[:-1] + edges[1:])[i % EVERY :: EVERY] / 2
    before = np.clip(np.searchsorted(steps, middles) - 1, 0, len(steps) - 1)
    after = np.minimum(before + 1, len(steps) - 1)
    nearest = np.where(middles - steps[before] <= steps[after] - middles, before, after)
    for k in np.unique(nearest).tolist():
        step, height = int(steps[k]), float(heights[k])
        if frame.first <= step <= frame.last and math.isfinite(height):
            place = frame.row(height), frame.column(step)
            codes[place], styles[place] = ord(MARKS[i % len(MARKS)]), i % len(MARKS)


def lines_of(
    frame: Frame,
    codes: Codes,
    styles: Numbers | None,
    here: Sequence[tuple[int, int]],
    held: Sequence[int] = (),
) -> list[Line]:
    """The lines, with ● `here` in characters, row and column each; the first curve is amber in the columns `held`."""
    styles_of = (*STYLES, BAND_STYLE)
    rows: list[Line] = []
    for i, (left, text) in enumerate(zip(frame.left, texts(codes), strict=True)):
        names = ["curve"] * len(text) if styles is None else [styles_of[style] for style in styles[i].tolist()]
        for x in held:
            names[x] = "amber" if names[x] == "curve" else names[x]
        places = [x for row, x in here if row == i]
        for x in places:
            text = text[:x] + HERE + text[x + 1 :]
            names[x] = "amber bold"
        if not places and styles is None and not held:
            shown = text.rstrip()
            blanks = len(shown) - len(shown.lstrip())
            curve = (Span(frame.start + blanks, shown.lstrip(), "curve"),) if shown else ()
            rows.append((Span(0, left, "structure"), *curve))
            continue
        rows.append((Span(0, left, "structure"), *runs_of(text, names, frame.start)))
    rows.append((Span(0, frame.below, "structure"),))
    return rows


def runs_of(text: str, names: list[str], start: int) -> list[Span]:
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
