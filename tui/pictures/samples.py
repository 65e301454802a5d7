"""Samples in a picture: their marks by class, those that are wrong, held out or chosen, and the legend of the marks."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

import core
from core import Array, Mask, Problem, Rows
from tui.format import plain, short_names
from tui.pictures import marks
from tui.pictures.canvas import Canvas
from tui.pictures.drawn import Bounds, Legend
from tui.sheet.colours import GROUND, INK, MARK, NAMES, ON, POINTED
from tui.sheet.lines import Words

BRACKETS = "▸◂"  # around the chosen sample


class Samples(NamedTuple):
    """Points with marks.

    x, y      (n,) where they are
    groups    (n,) the class of each, or another number that its mark stands for, from 0
    ids       (n,) what a click on it means
    held_out  (n,) which of them are not trained on
    wrong     (n,) which of them the network gets wrong
    chosen    the row of the one that is marked; -1 for none
    """

    x: Array
    y: Array
    groups: Rows
    ids: Rows
    held_out: Mask
    wrong: Mask
    chosen: int = -1


class Look(NamedTuple):
    """How groups of samples are shown: what each is called, and its hue."""

    names: tuple[str, ...]
    hues: Rows

    def legend(self, problem: Problem, textures: bool = False) -> Legend:
        """What the marks mean, an item for each group and for what else there is; with the groups' textures."""
        return partial(self._legend, problem, textures)

    def _legend(self, problem: Problem, textures: bool, columns: int) -> list[Words]:
        count = len(self.names)
        held_out = problem.held_out is not None
        judged = core.is_right_or_wrong(problem)
        usual, kept, filled = (
            "".join(map(chr, of(count))) for of in (marks.sample_marks, marks.held_out_marks, marks.textures)
        )
        filled = filled if judged else marks.HALVES
        items: list[Words] = []
        for k, name in enumerate(short_names([plain(name) for name in self.names], columns)):
            mark = usual[k] + (f"/{kept[k]}" if held_out else "") + (f" {filled[k]}" if textures else "")
            items.append([(mark, on_ground(MARK + int(self.hues[k]))), f" {name}"])
        if judged:
            items.append([(usual[0], f"{NAMES[GROUND]}{ON}{NAMES[POINTED]}"), " wrong"])
        if held_out:
            items.append([f"{kept[:2]} held out"])
        return items


def on_ground(ink: int) -> str:
    """The style of an ink on the plain ground."""
    return NAMES[ink] + ON + NAMES[GROUND]


def by_class(problem: Problem) -> Look:
    """The problem's classes."""
    return Look(problem.class_names, marks.hues(problem))


def put(canvas: Canvas, bounds: Bounds, samples: Samples, look: Look, coloured: bool = True) -> Rows:
    """Draw them, and tell which one stands where on the picture: right ones first, then those held out, then the wrong
    ones, which are in reverse, and last the chosen one. They are `coloured` by their group where nothing else is.
    """
    rows, columns, inside = bounds.plane.cells(samples.x, samples.y)
    count = len(look.names)
    order = np.flatnonzero(inside)
    order = order[np.argsort((2 * samples.wrong + samples.held_out)[order], kind="stable")]
    if samples.chosen >= 0 and inside[samples.chosen]:
        order = np.append(order[order != samples.chosen], samples.chosen)
    y, x, groups = rows[order], columns[order], samples.groups[order]
    usual, kept = marks.sample_marks(count), marks.held_out_marks(count)
    wrong = samples.wrong[order]
    inks = MARK + look.hues[groups] if coloured else np.full(len(order), INK)
    characters = np.where(samples.held_out[order], kept[groups], usual[groups])
    canvas.put(y, x, characters, np.where(wrong, GROUND, inks))
    canvas.grounds[y[wrong], x[wrong]] = POINTED
    if samples.chosen >= 0 and inside[samples.chosen]:
        row, column = int(rows[samples.chosen]), int(columns[samples.chosen])
        for place, bracket in zip((column - 1, column + 1), BRACKETS, strict=True):
            if 0 <= place < bounds.plane.columns:
                on_wrong = canvas.grounds[row, place] == POINTED
                canvas.put(row, place, ord(bracket), GROUND if on_wrong else POINTED)
    return bounds.places(y, x, samples.ids[order])
