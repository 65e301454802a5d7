"""Where an inspected number comes from, as the sheet and the strip show it: through the smaller steps, too."""

from __future__ import annotations

from itertools import islice

from core import Cells, Step, sources
from tui.training.view import Cell

MOST_WAYS = 12  # cells that a number comes by way of whose own origins are named


def by_way_of(step: Step, name: str, cell: Cell) -> list[Cells]:
    """The smaller steps that are put in place in a number's arithmetic: ∂z_k of a δ_k."""
    equations = step.statement.equations
    if name not in equations or equations[name].detail:
        return []
    return [found for found in sources(step, name, cell) if found.name in equations and equations[found.name].detail]


def origins(step: Step, name: str, cell: Cell) -> list[Cells]:
    """What a number is computed from: what its smaller steps come from, then the rest."""
    ways = by_way_of(step, name, cell)
    farther = [found for way in ways for at in islice(way, MOST_WAYS) for found in sources(step, way.name, at)]
    return [*farther, *(found for found in sources(step, name, cell) if found not in ways)]
