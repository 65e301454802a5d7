"""The frame of the sheet: which rows, columns and lines every part has. It follows from the terminal's size, the
problem's shape, the loss and what a person has chosen to see, never from the step: nothing moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from core import Problem
from tui.sheet.lines import Area
from tui.training import columns as grouping
from tui.training import matrices
from tui.training.columns import WIDE, Columns, decimals_for
from tui.training.groups import Formats
from tui.training.matrices import Matrices

TALL = 30  # lines from which there is room for notes and column numbers
LEAST_ROWS = 3
SIDE_BY_SIDE, STACKED = 60, 20  # columns, or lines, in which the plot and a picture have room at once
MOST_ROWS = 10  # of samples, where `why` wants the lines, too


@dataclass(frozen=True)
class Frame:
    """width, height   of the terminal
    columns         the groups of a sample's row
    matrices        the parameters
    rows            samples in sight
    count           samples in the batch
    headers         lines above the rows, below the rule: of the activations, of the deltas
    areas           by the pane's name, its rule included: status, notes, activations, deltas, weights, why, loss,
                    picture, keys
    """

    width: int
    height: int
    columns: Columns
    matrices: Matrices
    rows: int
    count: int
    headers: tuple[int, int]
    areas: dict[str, Area]

    def __hash__(self) -> int:
        return id(self)

    @property
    def beside(self) -> bool:
        """Whether the parameters stand right of the rows."""
        return "weights" in self.areas and self.areas["weights"].x > 0

    def pane_at(self, x: int, y: int) -> str:
        """The name of the pane at a place; "" for none."""
        return next((name for name, area in self.areas.items() if area.holds(x, y)), "")


class Frames:
    """The frames of one run, each made once."""

    def __init__(self, problem: Problem, kept: Formats) -> None:
        self.problem, self.kept = problem, kept
        self._made = lru_cache(maxsize=8)(self._make)

    def __call__(
        self,
        size: tuple[int, int],
        count: int,
        more: int = 0,
        numbers: bool = False,
        left: int | None = None,
        alone: str = "",
        pictured: bool = False,
    ) -> Frame:
        """The frame for a terminal of this size, over a batch of `count` samples; `pictured` with a picture in the
        place of the plot.
        """
        return self._made(size, count, more, numbers, left, alone, pictured)

    def _make(
        self,
        size: tuple[int, int],
        count: int,
        more: int,
        numbers: bool,
        left: int | None,
        alone: str,
        pictured: bool,
    ) -> Frame:
        width, height = size
        if alone:
            return self._alone(width, height, count, more, left, alone)
        decimals = decimals_for(width, more)
        room = width if width < WIDE else width * 2 // 3
        columns = grouping.arrange(self.problem, count, self.kept, room, decimals, numbers, left)
        made = (self._wide if width >= WIDE else self._narrow)(width, height, count, columns, decimals)
        if pictured:
            return replace(made, areas=_with_picture(made.areas, both=width >= WIDE))
        return made

    def _narrow(self, width: int, height: int, count: int, columns: Columns, decimals: int) -> Frame:
        notes = 1 if height >= TALL else 0
        why = 8 if height >= TALL else 5 if height >= 24 else 1
        full = height >= TALL
        beside_plot = height < 24
        headers = _headers(columns, full, count)
        wanted = min(count, MOST_ROWS if full else 4)
        fixed = 1 + notes + 1 + headers[0] + 1 + headers[1] + 1 + 1  # status, rules, keys
        span = width if not beside_plot else width * 3 // 5
        found, rows = Matrices(None, 1 + len(self.problem.network)), wanted
        # Fewer rows are better than no W⁺, and that is better than a line a layer.
        ways = ((wanted, why), (6, why), (4, why), (4, why - 1)) if full else ((wanted, why),)
        for kinds, (fewer, lines) in product((3, 2, 1), ways):
            rows = min(wanted, fewer)
            room = height - fixed - 2 * rows - lines
            found = matrices.arrange(
                self.problem, count, self.kept, columns, span, room, decimals, beside=False, kinds=kinds
            )
            if found.placed is not None:
                break
        if found.placed is None:
            rows = min(wanted, max(LEAST_ROWS, (height - fixed - found.height - why) // 2))
            rows = min(rows, count)
        if beside_plot:
            below = max(found.height + 1, 4)
            spare = height - (1 + notes + 1 + headers[0] + rows + 1 + headers[1] + rows) - below - 2
            rows = max(1, rows + min(0, spare // 2))
        areas, y = {"status": Area(0, 0, width, 1)}, 1
        if notes:
            areas["notes"], y = Area(0, y, width, 1), y + 1
        areas["activations"] = Area(0, y, width, 1 + headers[0] + rows)
        y += 1 + headers[0] + rows
        areas["deltas"] = Area(0, y, width, 1 + headers[1] + rows)
        y += 1 + headers[1] + rows
        last = height - 1
        if beside_plot:
            split = max(found.width + 2, width * 3 // 5)
            areas["weights"] = Area(0, y, split, last - y - 1)
            areas["loss"] = Area(split, y, width - split, last - y - 1)
            areas["why"] = Area(0, last - 1, width, 1)
        else:
            areas["weights"] = Area(0, y, width, 1 + found.height)
            y += 1 + found.height
            split = width * 3 // 5
            areas["why"] = Area(0, y, split - 1, last - y)
            areas["loss"] = Area(split - 1, y, width - split + 1, last - y)
        areas["keys"] = Area(0, last, width, 1)
        return Frame(width, height, columns, found, rows, count, headers, areas)

    def _wide(self, width: int, height: int, count: int, columns: Columns, decimals: int) -> Frame:
        """The parameters right of the rows, all the way down if they need it."""
        notes = 1 if height >= TALL else 0
        headers = _headers(columns, height >= TALL, count)
        split = max(columns.width + 2, width * 3 // 5)
        top = 1 + notes
        last = height - 1
        why = 14 if height >= 50 else 9
        rows = min(count, max(LEAST_ROWS, (last - top - why - 2 - sum(headers)) // 2))
        blank = 1 if rows == count else 0
        upper = 1 + headers[0] + rows + blank
        lower = 1 + headers[1] + rows
        room = last - top
        found = matrices.arrange(
            self.problem, count, self.kept, columns, width - split - 2, room - 1, decimals, beside=True
        )
        areas = {"status": Area(0, 0, width, 1)}
        if notes:
            areas["notes"] = Area(0, 1, width, 1)
        areas["activations"] = Area(0, top, split, upper)
        areas["deltas"] = Area(0, top + upper, split, lower)
        y = top + upper + lower
        short = 1 + found.height + 1 <= room - 14 if found.placed is not None else True
        if short:
            below = top + 1 + found.height + 1
            y = max(y, below)
            areas["deltas"] = Area(0, top + upper, split, y - top - upper)
            areas["weights"] = Area(split, top, width - split, below - top)
            areas["why"] = Area(0, y, split, last - y)
            areas["loss"] = Area(split, below, width - split, last - below)
        else:
            half = split * 2 // 3
            areas["weights"] = Area(split, top, width - split, last - top)
            areas["why"] = Area(0, y, half, last - y)
            areas["loss"] = Area(half, y, split - half, last - y)
        areas["keys"] = Area(0, last, width, 1)
        return Frame(width, height, columns, found, rows, count, headers, areas)

    def _alone(self, width: int, height: int, count: int, more: int, left: int | None, alone: str) -> Frame:
        """One pane on the whole terminal, under the status line."""
        decimals = decimals_for(width, more)
        columns = grouping.arrange(self.problem, count, self.kept, width, decimals, False, left)
        headers = _headers(columns, True, count)
        room = height - 2
        found = matrices.in_full(self.problem, count, self.kept, columns, width, decimals)
        areas = {"status": Area(0, 0, width, 1), alone: Area(0, 1, width, room), "keys": Area(0, height - 1, width, 1)}
        header = headers[0] if alone == "activations" else headers[1]
        rows = min(count, room - 1 - header)
        if alone == "deltas":  # the gradients belong to them
            rows = min(rows, max(LEAST_ROWS, room - 2 - header - found.height), max(LEAST_ROWS, room // 2))
            areas["deltas"] = Area(0, 1, width, 1 + header + rows)
            areas["weights"] = Area(0, 2 + header + rows, width, room - 1 - header - rows)
        return Frame(width, height, columns, found, rows, count, headers, areas)


def _with_picture(areas: dict[str, Area], both: bool) -> dict[str, Area]:
    """A picture in the place of the plot, or where there is room for `both` the plot left of it or above: across the
    longer side.
    """
    plot = areas["loss"]
    others = {name: area for name, area in areas.items() if name != "loss"}
    is_high = 2 * plot.height >= plot.width  # a character is twice as high as it is wide
    if both and plot.height >= STACKED and (is_high or plot.width < SIDE_BY_SIDE):
        half = plot.height * 2 // 5
        others["loss"] = plot._replace(height=half)
        return others | {"picture": plot._replace(y=plot.y + half, height=plot.height - half)}
    if both and plot.width >= SIDE_BY_SIDE:
        half = plot.width // 2
        others["loss"] = plot._replace(width=half)
        return others | {"picture": plot._replace(x=plot.x + half, width=plot.width - half)}
    return others | {"picture": plot}


def _headers(columns: Columns, full: bool, count: int) -> tuple[int, int]:
    """Lines of names and column numbers over the activations and over the deltas: both in one where room is short."""
    apart = full and bool(columns.density.blank)
    return (2 if columns.drawn or full else 1), (2 if apart and count <= 4 else 1)
