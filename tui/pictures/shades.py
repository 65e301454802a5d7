"""Numbers as shades: what fills a canvas, a colour for each pixel, or a character for each cell where it is `plain`,
without colours.
"""

from __future__ import annotations

import numpy as np

from core import Array, Mask, Rows
from tui.pictures.marks import textures
from tui.sheet.colours import BLUE, FIRST, GREY, GROUND, LEVELS, NOT_FINITE, ORANGE

BLANK, BROKEN = ord(" "), ord("!")  # nothing, and not finite
# By level, with 0 for none; the squares are those of the sheet.
GREYS = np.array([ord(c) for c in " ··░▒▓█"], dtype=np.intp)
POSITIVE = np.array([ord(c) for c in "··▪▪▪■■"], dtype=np.intp)
NEGATIVE = np.array([ord(c) for c in "··▫▫▫□□"], dtype=np.intp)
SURE = 0.3  # certainty from which every place has its class's texture, and not every other one


def by_class(classes: Rows, certainty: Array, hues: Rows, plain: bool) -> Rows:
    """A shade for each place (rows, columns): the hue of its class (-1: none), stronger the more certain (0 to 1) it
    is; or its class's texture, in every other place where that is not certain. Where the certainty is not finite, that
    is shown.
    """
    finite = np.isfinite(certainty)
    sure = np.where(finite, certainty, 0.0)
    if plain:
        rows, columns = np.indices(classes.shape)
        blank = (classes < 0) | ((sure < SURE) & ((rows + columns) % 2 == 1))
        found = np.where(blank, BLANK, textures(len(hues))[classes])
        return np.where(finite, found, BROKEN).astype(np.intp)
    levels = np.clip(sure * LEVELS, 0, LEVELS - 1).astype(np.intp)
    found = np.where(classes < 0, GROUND, FIRST + hues[classes] * LEVELS + levels)
    return np.where(finite, found, NOT_FINITE)


def by_sign(values: Array, largest: float, plain: bool, soft: bool = False) -> Rows:
    """A shade for each number: blue above 0, orange below, stronger the nearer its size comes to `largest`; `soft`
    where something is to be read on it. Or filled squares above 0, hollow ones below.
    """
    levels, finite = _levels(values, largest)
    if plain:
        return np.where(finite, np.where(values > 0, POSITIVE[levels], NEGATIVE[levels]), BROKEN)
    above, below = (0, 1) if soft else (BLUE, ORANGE)
    found = FIRST + np.where(values > 0, above, below) * LEVELS + levels - 1
    return np.where(finite, np.where(levels == 0, GROUND, found), NOT_FINITE)


def by_brightness(values: Array, low: float, high: float, plain: bool) -> Rows:
    """A grey for each number, from `low` to `high`; or a character, denser the larger."""
    levels, finite = _levels(np.clip(values, low, high) - low, high - low)
    if plain:
        return np.where(finite, GREYS[levels], BROKEN)
    return np.where(finite, np.where(levels == 0, GROUND, FIRST + GREY * LEVELS + levels - 1), NOT_FINITE)


def _levels(values: Array, largest: float) -> tuple[Rows, Mask]:
    """The level of each number by its size, 0 for none, and which are finite."""
    finite: Mask = np.isfinite(values)
    if not largest > 0:
        return np.zeros(values.shape, dtype=np.intp), finite
    with np.errstate(all="ignore"):
        share = np.minimum(np.abs(np.where(finite, values, 0.0)) / largest, 1.0)
    return np.ceil(share * LEVELS).astype(np.intp), finite
