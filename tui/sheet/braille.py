"""A curve in braille: which dots of each column it goes through, as operations on whole arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from core import Array

Ints: TypeAlias = np.ndarray[Any, np.dtype[np.intp]]
Codes: TypeAlias = np.ndarray[Any, np.dtype[np.uint32]]

DOTS_DOWN, DOTS_ACROSS = 4, 2  # of a character
BLANK, EMPTY = 32, 0x2800
# The bits of a character's dots, from the top.
BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.float32)


def extents(
    values: Array, edges: Array, height: Callable[[Array], Array], places: Array | None = None
) -> tuple[Array, Array, Array, Array]:
    """Where a curve through `values` (n,) enters and leaves each column, and how far down and up it goes there, as
    heights (columns,); NaN in a column that it does not reach.

    `edges` (columns + 1,) has the places between which the columns lie, in ascending order; the values stand at
    0, 1, ... n-1, or at `places` (n,), if given. Between two neighbours the curve is straight in `height`.
    """
    n = len(values)
    if not n:
        nothing = np.full(len(edges) - 1, np.nan)
        return nothing, nothing, nothing, nothing
    first, last = (0.0, n - 1.0) if places is None else (float(places[0]), float(places[-1]))
    at = np.clip(edges, first, last)
    if places is None:
        left = np.minimum(at.astype(np.intp), max(0, n - 2))
        share = at - left
        begin: Ints = np.clip(np.ceil(edges), 0, n).astype(np.intp)
    else:
        left = np.clip(np.searchsorted(places, at, side="right") - 1, 0, max(0, n - 2))
        share = (at - places[left]) / (places[left + 1] - places[left]) if n > 1 else np.zeros(len(at))
        begin = np.searchsorted(places, edges)
    below, above = height(values[left]), height(values[np.minimum(left + 1, n - 1)])
    crossings = below + share * (above - below)
    enter, leave = crossings[:-1].copy(), crossings[1:]
    low, high = np.minimum(enter, leave), np.maximum(enter, leave)
    inside = np.flatnonzero(begin[1:] > begin[:-1])
    if inside.size:
        stretch, starts = values[: begin[-1]], begin[:-1][inside]
        low[inside] = np.minimum(low[inside], height(np.minimum.reduceat(stretch, starts)))
        high[inside] = np.maximum(high[inside], height(np.maximum.reduceat(stretch, starts)))
    enter[(edges[1:] < first) | (edges[:-1] > last)] = np.nan
    return enter, leave, low, high


def spans(found: tuple[Array, Array, Array, Array], rows: int, per_row: int = 1) -> tuple[Ints, Ints]:
    """The lowest and the highest dot of a curve in each column, counted from the bottom of `rows` rows of characters
    with `per_row` dots each; from 1 to 0 in a column without any. Heights are shares: 0 is the middle of the bottom
    row, 1 that of the top row. Neighbouring columns share no dot, so that a steep curve is as thin as a flat one.
    """
    enter, leave, low, high = found
    missing = np.isnan(enter)
    with np.errstate(invalid="ignore"):
        dots = [_dots(np.where(missing, 0.0, heights), rows, per_row) for heights in found]
    enters, leaves, lows, highs = dots
    turns = (low < np.minimum(enter, leave)) | (high > np.maximum(enter, leave))
    moved = enters + np.where(np.append(True, missing[:-1]), 0, np.sign(leaves - enters))
    bottom = np.where(turns, lows, np.minimum(moved, leaves))
    top = np.where(turns, highs, np.maximum(moved, leaves))
    bottom[missing], top[missing] = 1, 0
    return bottom, top


def _dots(heights: Array, rows: int, per_row: int) -> Ints:
    dots: Ints = np.rint(heights * (per_row * (rows - 1)) + (per_row - 1) / 2).astype(np.intp)
    return np.clip(dots, 0, per_row * rows - 1)


def braille(bottom: Ints, top: Ints, rows: int) -> Codes:
    """Characters (rows, columns / 2), the top row first, for columns of dots from `bottom` up to `top`."""
    levels = np.arange(DOTS_DOWN * rows - 1, -1, -1)[:, np.newaxis]
    dots = ((levels >= bottom) & (levels <= top)).astype(np.float32)
    cells = dots.reshape(rows, DOTS_DOWN, -1, DOTS_ACROSS).transpose(0, 2, 1, 3).reshape(rows, -1, BITS.size)
    codes = (cells @ BITS.reshape(-1)).astype(np.uint32)
    return np.where(codes == 0, np.uint32(BLANK), codes + np.uint32(EMPTY))


def texts(codes: Codes) -> list[str]:
    """Rows of characters as texts."""
    found: list[str] = np.ascontiguousarray(codes).view(f"U{codes.shape[1]}")[:, 0].tolist()
    return [text.ljust(codes.shape[1]) for text in found]
