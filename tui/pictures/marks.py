"""What stands for a class in a picture: a mark for its samples, another for those held out, a hue, and a texture where
there are no colours.
"""

from __future__ import annotations

import numpy as np

from core import Problem, Rows
from tui.pictures.canvas import Codes
from tui.sheet.colours import HUES, MARK

SAMPLES = "●○+×■□▲△"  # then the letters
HELD_OUT = "abcdefghijklmnopqrstuvwxyz"
TEXTURES = "░▒·:~-=^"
HALVES = "▫▪"  # textures of what is below and above a middle
PAIR = (1, 0)  # hues of -1 and +1: the colours of negative and positive numbers


def hues(problem: Problem) -> Rows:
    """The hue of each class; they come again after eight."""
    return two_hues() if problem.targets.shape[1] == 1 else np.arange(len(problem.class_names)) % HUES


def two_hues() -> Rows:
    """The hues of what is below and of what is above a middle."""
    return np.array(PAIR, dtype=np.intp)


def inks(problem: Problem) -> Rows:
    """The ink of each class's marks."""
    return MARK + hues(problem)


def sample_marks(classes: int) -> Codes:
    """The mark of each class's samples."""
    return _codes(SAMPLES + HELD_OUT.upper(), classes)


def held_out_marks(classes: int) -> Codes:
    """The mark of each class's held-out samples."""
    return _codes(HELD_OUT, classes)


def textures(classes: int) -> Codes:
    """The character that fills the places of each class where there are no colours."""
    return _codes(TEXTURES + HELD_OUT, classes)


def _codes(characters: str, count: int) -> Codes:
    return np.array([ord(characters[k % len(characters)]) for k in range(count)], dtype=np.uint32)
