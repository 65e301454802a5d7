"""What a person has chosen to see of a sweep, and what follows from that and the results."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core import OUTCOMES
from tui.sweeps.cells import OUTCOME, Axis, Cells, cells
from tui.sweeps.filters import NUMBER, Filter
from tui.sweeps.results import FIGURES, Ints, Snapshot

GRID, TABLE, CURVES = "grid", "table", "curves"
PANES = GRID, TABLE, CURVES
REASON = "reason"
NO_FILTER = Filter()


@dataclass(frozen=True)
class Look:
    """What is seen.

    rows, columns  parameters of the grid; empty for none
    figure         OUTCOME, or one of FIGURES
    pane           which one the arrows move in
    row, column    the titles of the cell; one that there is not is the first
    whole          whether the table has the runs of all cells
    sort           the column that the table is sorted by, empty for the order in which the runs came; descending or not
    at             the column of the table that is pointed at
    chosen         the number of the run; 0: the first one of the table
    marked         the numbers of the runs that are marked, to be compared
    kept           the filter that was typed
    only           the one outcome that is kept; empty for all
    step           where the cursor of the curves stands; None: at the run's end
    """

    rows: str = ""
    columns: str = ""
    figure: str = OUTCOME
    pane: str = GRID
    row: str = ""
    column: str = ""
    whole: bool = False
    sort: str = ""
    descending: bool = False
    at: int = 0
    chosen: int = 0
    marked: tuple[int, ...] = ()
    kept: Filter = NO_FILTER
    only: str = ""
    logarithmic: bool = False
    step: int | None = None

    @property
    def filtered(self) -> str:
        """What is filtered by, in words."""
        return " and ".join(filter(None, (self.only, self.kept.text)))


@dataclass(frozen=True, eq=False)
class Seen:
    """Results as they are looked at: the grid, and the places of the table's runs in its order."""

    found: Snapshot
    look: Look
    cells: Cells
    order: Ints

    @property
    def cell(self) -> tuple[int, int]:
        """The cell that is pointed at."""
        return _place(self.cells.rows, self.look.row), _place(self.cells.columns, self.look.column)

    @property
    def line(self) -> int:
        """Which of the table's lines is the chosen run; 0 where that is not in it."""
        if not self.look.chosen:
            return 0
        at = np.flatnonzero(self.found.numbers[self.order] == self.look.chosen)
        return int(at[0]) if len(at) else 0

    @property
    def run(self) -> int | None:
        """The place of the chosen run; None where the table is empty."""
        return int(self.order[self.line]) if len(self.order) else None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table."""
        found = self.found
        figures = [name for name in FIGURES if name in found.figures and name != "step"]
        return NUMBER, *found.parameters, OUTCOME, "step", *figures, REASON


def _place(axis: Axis, title: str) -> int:
    return axis.titles.index(title) if title in axis.titles else 0


def see(found: Snapshot, look: Look, before: Seen | None = None) -> Seen:
    """What is seen of some results; what is the same as `before` is not worked out anew."""
    grid = cells_seen(found, look, before)
    seen = Seen(found, look, grid, np.empty(0, dtype=np.int64))
    runs = grid.all_runs if look.whole else grid.runs(*seen.cell)
    if before is not None and before.cells is grid and _listed(before) == _listed(seen):
        return replace(seen, order=before.order)
    return replace(seen, order=in_order(found, runs, look.sort, look.descending))


def effort(found: Snapshot, look: Look, before: Seen) -> int:
    """How many runs have to be worked through for what is seen."""
    if before.found is not found or _gridded(before.look) != _gridded(look):
        return len(found)
    seen = replace(before, look=look)
    if _listed(before) == _listed(seen):
        return 0
    return int(seen.cells.counts.sum() if look.whole else seen.cells.counts[seen.cell].sum())


def cells_seen(found: Snapshot, look: Look, before: Seen | None) -> Cells:
    """The grid."""
    if before is not None and before.found is found and _gridded(before.look) == _gridded(look):
        return before.cells
    kept = look.kept.keeps(found)
    if look.only:
        kept &= found.outcomes == OUTCOMES.index(look.only)
    return cells(found, look.rows, look.columns, look.figure, kept)


def _gridded(look: Look) -> object:
    return look.rows, look.columns, look.figure, look.kept, look.only


def _listed(seen: Seen) -> object:
    look = seen.look
    return look.whole or seen.cell, look.whole, look.sort, look.descending


def in_order(found: Snapshot, runs: Ints, sort: str, descending: bool) -> Ints:
    """Places of runs sorted by a column, those without a number last, equal ones as they came."""
    if sort == NUMBER:
        keys = found.numbers
    elif sort in found.parameters:
        keys = found.parameters[sort].codes
    elif sort == OUTCOME:
        keys = found.outcomes
    elif sort in found.figures:
        keys = found.figures[sort]  # type: ignore[assignment]
    else:
        return runs
    keys = keys[runs]
    return runs[np.argsort(-keys if descending else keys, kind="stable")]
