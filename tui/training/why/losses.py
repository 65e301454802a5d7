"""The same weights and the same batch under every loss, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from rich.cells import cell_len

from core import LossComparison, Step
from tui.format import short
from tui.sheet.lines import Line, Words, line, width
from tui.training.plot import mark_of
from tui.training.view import View
from tui.training.why.page import Page
from tui.training.why.sample import chosen
from tui.training.why.texts import BRIEF, MARGIN, digits, flow, trimmed, wrapped

BUSY = "the step under every loss is being computed"
TITLE = "why  all losses"
GAP = 4  # columns between losses, for the mark of the next one too


def side_by_side(step: Step, losses: Sequence[LossComparison] | None, view: View, columns: int) -> Page:
    """ℒ, how far the weights would move, and δ_out, the chosen sample's first; each loss behind the mark that its curve
    has in the plot.
    """
    if losses is None:
        return Page(["all losses"], [[BUSY]], [wrapped([BUSY], columns)])
    n, i = digits(view.more) - BRIEF, chosen(step, view.sample)
    heads = [found.title + " ◂" * (found.loss_function == step.problem.loss) for found in losses]
    marks = [*_marks(step, losses)]
    table = [("", heads), ("ℒ", [_number(found.loss, n) for found in losses])]
    table.append(("weights move", [_number(found.distance, n) for found in losses]))
    order = [i, *(row for row in range(len(step.batch)) if row != i)]
    for row in order:
        cells = [_row(found, row, n) for found in losses]
        table.append((f"δ_out[{row + 1}]", cells))
    says: list[Words] = [["on the same weights"], ["◂ its own loss"], ["– it needs classes"]]
    names: list[Words] = [
        [mark, f" {found.loss_function.word or found.title}"] for mark, found in zip(marks, losses, strict=True)
    ]
    numbered: list[Words] = [[*name, f" {cell}"] for name, cell in zip(names, table[1][1], strict=True)]
    # In the only line every mark is told, with ℒ if there is room for that, too.
    brief = numbered if len(TITLE) + sum(2 + width(line(item)) for item in numbered) <= columns else names
    return Page(["all losses"], brief, [_printed(table, marks, columns), flow(says, columns)])


def _marks(step: Step, losses: Sequence[LossComparison]) -> Iterator[tuple[str, str]]:
    """The mark of each loss's curve, and its style: the run looked at has the first, a loss without a run a blank."""
    others = count(1)
    for found in losses:
        own = found.loss_function == step.problem.loss
        yield mark_of(0 if own else next(others)) if own or found.loss is not None else (" ", "text")


def _number(value: float | None, n: int) -> str:
    return "–" if value is None else short(value, n)


def _row(found: LossComparison, row: int, n: int) -> str:
    if found.delta_out is None:
        return "–"
    numbers = found.delta_out[row]
    shown = "  ".join(short(float(number), n) for number in numbers[:4])
    return shown + (f" … [{len(numbers)}]" if len(numbers) > 4 else "")


def _printed(table: list[tuple[str, list[str]]], marks: Sequence[tuple[str, str]], columns: int) -> list[Line]:
    """The table, or, where its columns do not fit, a loss below the other."""
    left = max(cell_len(name) for name, _ in table)
    widths = [max(cell_len(cells[k]) for _, cells in table) for k in range(len(marks))]
    if MARGIN + left + sum(GAP + size for size in widths) <= columns:
        lines = []
        for at, (name, cells) in enumerate(table):
            words: list[str | tuple[str, str]] = [(name.ljust(left), "structure")]
            for cell, size, mark in zip(cells, widths, marks, strict=True):
                before: Words = [" " * (GAP - 2), mark, " "] if not at else [" " * GAP]
                words += [*before, (cell + " " * (size - cell_len(cell)), "text" if at else "title")]
            lines.append(line(trimmed(words), MARGIN))
        return lines
    lines = []
    for k, head in enumerate(table[0][1]):
        lines += flow([[marks[k], " ", (head, "title")]], columns)
        items: list[Words] = [[(f"{name} ", "structure"), cells[k]] for name, cells in table[1:4]]
        lines += flow(items, columns, "  ")
    return lines
