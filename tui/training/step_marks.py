"""The steps that are marked in the plot: in a line of their own, or on the curve."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from core import Rows
from tui.sheet.braille import BLANK, Codes
from tui.training.axes import Frame

GOES_ON = "━"


class Marks(NamedTuple):
    """Steps that are marked in the plot, and the character that marks them."""

    sign: str
    steps: Rows


def marked_text(frame: Frame, marks: Marks) -> str:
    """The columns of marked steps: the sign in the first column of several in a row, and a line in the others, also
    between one step and the next.
    """
    first, end = np.searchsorted(marks.steps, (frame.first, frame.last + 1))
    steps = marks.steps[first:end]
    apart = np.flatnonzero(np.diff(steps) > 1)
    ends = np.zeros(frame.columns + 1, dtype=np.intp)
    if len(steps):
        np.add.at(ends, _columns(frame, steps[np.concatenate([[0], apart + 1])]), 1)
        np.add.at(ends, _columns(frame, steps[np.concatenate([apart, [len(steps) - 1]])]) + 1, -1)
    found = (np.cumsum(ends[:-1]) > 0).tolist()
    before = [False, *found]
    return "".join(" " if not there else GOES_ON if before[x] else marks.sign for x, there in enumerate(found))


def _columns(frame: Frame, steps: Rows) -> Rows:
    """The characters that steps are in."""
    columns: Rows = np.floor(0.5 + (frame.columns - 1) * (steps - frame.first) / (frame.last - frame.first)).astype(int)
    return columns


def put_signs(marked: str, codes: Codes, styles: np.ndarray[Any, np.dtype[np.int8]] | None) -> None:
    """Put the sign of each first of several marked steps on the curve, where there is one."""
    for x, sign in enumerate(marked):
        drawn = np.flatnonzero(codes[:, x] != BLANK)
        if sign not in (" ", GOES_ON) and len(drawn):
            codes[drawn[0], x] = ord(sign)
            if styles is not None:
                styles[drawn[0], x] = 0
