"""A number that is inspected: its formula, the arithmetic, where it comes from and goes to, and what it was before."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from decimal import Decimal
from itertools import islice

import numpy as np

from core import Cells, CheckReport, Explanation, Place, Step, explain, significant, targets
from tui.sheet.lines import Line, Words
from tui.training.origins_shown import by_way_of, origins
from tui.training.view import Cell, View
from tui.training.why.arithmetic import arithmetic
from tui.training.why.page import Group, Page
from tui.training.why.statement import LISTED, cell_label, in_order, labels, merged
from tui.training.why.texts import digits, flow, folded, spoken

LOW = 7  # lines, below which the arithmetic comes before words and formulas


def inspected(
    step: Step,
    before: Step | None,
    view: View,
    cursor: tuple[str, Cell],
    report: CheckReport | None,
    columns: int,
    height: int,
    squares: Collection[str],
) -> Page:
    """The page of a cell."""
    name, cell = cursor
    label = cell_label(step, Place(step.index, name, cell))
    explanation, of = _explanation(step, before, name, cell)
    ways = by_way_of(step, name, cell) if of is step else []
    terms, lines = arithmetic(of, explanation, view, columns)
    by_way = [place for way in ways for place in _named(way)]
    value = float(step.values[name][tuple(i - 1 for i in cell)])
    if of is not step:
        update = f"{label} = {explanation.symbol} of step {of.index}"
        lines = [*flow([[update]], columns), *lines]
    picked = None if view.term is None else view.term - len(terms)
    shapes = formula(step, name, [way.name for way in ways], columns)
    others = [
        *_origin(step, name, cell, by_way, picked, columns),
        *flow([compared(step, before, name, cell, view.more), *_beside(step, name, cell, squares)], columns),
    ]
    groups: list[Group] = [shapes, lines, others] if height >= LOW else [lines, others, shapes]
    result = f"= {significant(value, digits(view.more))}"
    out_of_sight = 1 < height < len(lines)
    title: Words = [f"{label} {result}" if out_of_sight else label]
    brief: list[Words] = [[result]]
    if report is not None:
        from tui.training.why.checked import at_cell

        said = at_cell(report, name, cell, columns)
        title, brief = [f"{label}{said.title}"], [*said.brief, *brief]
        groups = [said.verdict, lines, said.further, shapes, others, said.legend]
    elif view.differences:
        from tui.training.why.differences import at_cell as difference_at

        groups = [difference_at(step, view, name, cell, columns), *groups]
    return Page(title, brief, groups, [*terms, *by_way])


def _explanation(step: Step, before: Step | None, name: str, cell: Cell) -> tuple[Explanation, Step]:
    """How a cell comes about, its smaller steps put in place, and the step in which it does: a weight by the update of
    the step before.
    """
    if f"{name}_next" in step.values and before is not None and before.index == step.index - 1:
        return explain(before, f"{name}_next", cell), before
    equation = step.statement.equations.get(name)
    return explain(step, name, cell, detailed=equation is None or equation.detail), step


def formula(step: Step, name: str, ways: Iterable[str], columns: int) -> list[Line]:
    """The formula of a quantity with the shapes under it, and those of the steps that it goes by."""
    computations = {computation.name: computation for computation in in_order(step.statement)}
    if name not in computations:
        return []
    lines: list[Line] = []
    above, below = computations[name].lines(step.values)
    for way in dict.fromkeys(ways):
        more, shapes = computations[way].lines(step.values)
        if len(above) + len(more) + 10 <= columns:
            size = max(len(above), len(below)) + 3
            above, below = above.ljust(size) + f"with {more}", below.ljust(size + 5) + shapes
        else:
            lines += folded([f"with {more}", " " * 5 + shapes], columns, ("text", "structure"))
    return [*folded([above, below], columns, ("text", "structure")), *lines]


def _named(way: Cells) -> list[Place]:
    """The cells of a smaller step that are named: all of them where they are few."""
    return [Place(way.step, way.name, cell) for cell in islice(way, LISTED if len(way) <= LISTED else 1)]


def _origin(step: Step, name: str, cell: Cell, by_way: list[Place], picked: int | None, columns: int) -> list[Line]:
    """Where a number comes from and what it goes into; `picked` is the place of one that it comes by way of."""
    from_items: list[Words] = [
        [("◆ ", "source"), text] for cells in merged(origins(step, name, cell)) for text in labels(step, cells)
    ]
    for k, place in enumerate(by_way):
        style = "current" if k == picked else "text"
        head = [("by way of ", "structure")] if not k else []
        from_items.append([*head, ("◆ ", "source"), (cell_label(step, place), style)])
    into: list[Words] = [
        [("◇ ", "source"), text] for cells in targets(step, name, cell) for text in labels(step, cells)
    ]
    lines = flow(from_items, columns, "comes from ", gap=2) if from_items else []
    return [*lines, *(flow(into, columns, "goes into  ", gap=2) if into else [])]


def compared(step: Step, before: Step | None, name: str, cell: Cell, more: int) -> Words:
    """What the number was a step before."""
    if before is None:
        return [("the first step: nothing to compare with", "structure")] if step.index == 0 else []
    if name not in _parameters(step) and not np.array_equal(before.batch, step.batch):
        return [(f"step {before.index} had other rows: nothing to compare with", "structure")]
    if name not in before.values or before.values[name].shape != step.values[name].shape:
        return [(f"step {before.index} has no such number", "structure")]
    at = tuple(i - 1 for i in cell)
    now, then = (significant(float(one.values[name][at]), digits(more)) for one in (step, before))
    text = f"at step {before.index} it was {then}"
    if not (math.isfinite(float(now)) and math.isfinite(float(then))):
        return [text]
    moved = Decimal(now) - Decimal(then)
    if not moved:
        return [f"at step {before.index} it was the same"]
    size = significant(abs(float(moved)), digits(more))
    return [f"{text}   {'▴' if moved > 0 else '▾'} {size}"]


def _parameters(step: Step) -> set[str]:
    """What does not depend on the rows of the batch."""
    given = {name for name, equation in step.statement.given.items() if equation.layer is not None}
    return given | {name for name, equation in step.statement.equations.items() if equation.part == "update"}


def _beside(step: Step, name: str, cell: Cell, squares: Collection[str]) -> list[Words]:
    """The neighbours in its row, where the sheet shows squares."""
    values = step.values[name]
    if name not in squares or values.ndim != 2:
        return []
    i, j = (k - 1 for k in cell)
    around = [k for k in (j - 1, j + 1) if 0 <= k < values.shape[1]]
    text = "  ".join(f"{k + 1}: {spoken(float(values[i, k]))}" for k in around)
    return [["beside it  ", text]] if around else []
