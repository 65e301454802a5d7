"""View: what a person has chosen to see. With the step and the terminal's size it fixes the whole sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from core import CheckReport, GradientCheck

Cell: TypeAlias = tuple[int, ...]  # the indices of a number in its quantity, counted from 1


# What stands in place of `why`, beside "formulas" and "losses".
COMPARE, WHY_ZERO, DIAGNOSIS, LEARNED = "compare", "why 0", "diagnosis", "verdict"

# What stands in the place of the plot.
LOSS, ACCURACY = "loss", "accuracy"


@dataclass(frozen=True)
class View:
    """sample       the chosen row of the batch, from 0
    top          the first row in sight, as a place in the order of the rows
    left         the first group of columns in sight; None: as it comes
    numbers      whether every group is shown in numbers, though not all fit then
    by_loss      whether rows are in the order of their losses, worst first
    more         decimals more than usual, or fewer
    cursor       the inspected cell: the name of its quantity, and its place
    term         which of the terms that feed it is picked, from 0
    current      the quantity that a walk through the step has come to
    answers      what was found of checked answers, on some step
    hidden       whether the marks of checked answers are put aside
    differences  whether central differences are wanted beside the gradients
    gradients    these differences, once they are there
    aside        what stands in place of `why`: "formulas", "losses", COMPARE, WHY_ZERO, DIAGNOSIS, LEARNED or
                 nothing
    scroll       lines that `why` is scrolled by
    alone        the one pane that is shown
    logarithmic  whether the plot's losses are on a log scale
    window       the first and the last step in the plot; None: all
    shown        what stands in the place of the plot: LOSS, ACCURACY or another name of `tui.pictures.gallery`
    history      whether the plot shows what became of the inspected cell
    middle       what stands between the weights before and after the step: "" for the gradients, or a buffer of the
                 update: "v", "mhat"
    notation     what quantities are called, one of `core.NOTATIONS` by its name; "" as the problem's file has it
    fresh        before the first key: `why` says what this is
    """

    sample: int = 0
    top: int = 0
    left: int | None = None
    numbers: bool = False
    by_loss: bool = False
    more: int = 0
    cursor: tuple[str, Cell] | None = None
    term: int | None = None
    current: str | None = None
    answers: CheckReport | None = None
    hidden: bool = False
    differences: bool = False
    gradients: GradientCheck | None = None
    aside: str = ""
    scroll: int = 0
    alone: str = ""
    logarithmic: bool = False
    window: tuple[int, int] | None = None
    shown: str = LOSS
    history: bool = False
    middle: str = ""
    notation: str = ""
    fresh: bool = True

    @property
    def report(self) -> CheckReport | None:
        """What was found of checked answers, while it is shown."""
        return None if self.hidden else self.answers
