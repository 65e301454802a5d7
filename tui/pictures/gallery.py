"""The pictures that take turns in the place of the plot: their names, which problems have them, how they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import core
from core import Problem
from tui.pictures.confusion import confusion
from tui.pictures.curve import curve
from tui.pictures.drawn import Drawn
from tui.pictures.fit import fit
from tui.pictures.heat import heat
from tui.pictures.images import sample, weights
from tui.pictures.looked_at import Looked
from tui.pictures.surface import surface
from tui.pictures.units import units
from tui.training.view import ACCURACY, LOSS


class Entry(NamedTuple):
    """A picture.

    name    what `View.shown` calls it
    title   what people call it
    has     whether a problem has it
    draw    the picture of what is looked at, in so many columns and lines; None where it is the plot's curve over steps
    counts  whether it wants the evaluation of all rows
    """

    name: str
    title: str
    has: Callable[[Problem], bool]
    draw: Callable[[Looked, int, int], Drawn] | None = None
    counts: bool = False


def _always(problem: Problem) -> bool:  # noqa: ARG001
    return True


def _plane(problem: Problem) -> bool:
    return problem.network.sizes[0] == 2


def _line(problem: Problem) -> bool:
    return problem.network.sizes[0] == 1


def _numbers(problem: Problem) -> bool:
    return not core.is_right_or_wrong(problem)


def _hidden(problem: Problem) -> bool:
    return len(problem.network) > 1 and problem.network.sizes[0] <= 2


def _images(problem: Problem) -> bool:
    return problem.image_shape is not None


PICTURES = (
    Entry(LOSS, "loss per SGD step", _always),
    Entry("surface", "decision surface", _plane, surface),
    Entry("curve", "curve of the output", _line, curve),
    Entry("fit", "output against target", _numbers, fit),
    Entry("confusion", "confusion table", core.is_right_or_wrong, confusion, counts=True),
    Entry("units", "hidden units", _hidden, units),
    Entry("sample", "chosen sample", _images, sample),
    Entry("weights", "weights as images", _images, weights),
    Entry("heat", "heat map", _always, heat),
    Entry(ACCURACY, "accuracy or R² along the run", _always),
)


def pictures_of(problem: Problem) -> tuple[Entry, ...]:
    """Those that a problem has, in their order."""
    return tuple(entry for entry in PICTURES if entry.has(problem))


def entry(name: str) -> Entry:
    """The picture of a name."""
    return next(found for found in PICTURES if found.name == name)
