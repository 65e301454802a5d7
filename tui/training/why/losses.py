"""The same weights and the same batch under every loss, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from core import LossComparison, Step
from tui.format import short
from tui.sheet.lines import Line, Words, line
from tui.training.view import View
from tui.training.why.page import Page
from tui.training.why.sample import chosen
from tui.training.why.texts import BRIEF, MARGIN, digits, flow, trimmed, wrapped

BUSY = "the step under every loss is being computed"
GAP = 3


def side_by_side(step: Step, losses: Sequence[LossComparison] | None, view: View, columns: int) -> Page:
    """ℒ, how far the weights would move, and δ_out, the chosen sample's first."""
    if losses is None:
        return Page(["all losses"], [[BUSY]], [wrapped([BUSY], columns)])
    n, i = digits(view.more) - BRIEF, chosen(step, view.sample)
    heads = [found.title + " ◂" * (found.loss_function == step.problem.loss) for found in losses]
    table = [("", heads), ("ℒ", [_number(found.loss, n) for found in losses])]
    table.append(("weights move", [_number(found.distance, n) for found in losses]))
    order = [i, *(row for row in range(len(step.batch)) if row != i)]
    for row in order:
        cells = [_row(found, row, n) for found in losses]
        table.append((f"δ_out[{row + 1}]", cells))
    says: list[Words] = [["◂ its own loss"], ["– it needs classes"]]
    brief: list[Words] = [[f"{head} {cell}"] for head, cell in zip(heads, table[1][1], strict=True)]
    return Page(["all losses, on the same weights"], brief, [_printed(table, columns), flow(says, columns)])


def _number(value: float | None, n: int) -> str:
    return "–" if value is None else short(value, n)


def _row(found: LossComparison, row: int, n: int) -> str:
    if found.delta_out is None:
        return "–"
    numbers = found.delta_out[row]
    shown = "  ".join(short(float(number), n) for number in numbers[:4])
    return shown + (f" … [{len(numbers)}]" if len(numbers) > 4 else "")


def _printed(table: list[tuple[str, list[str]]], columns: int) -> list[Line]:
    """The table, or, where its columns do not fit, a loss below the other."""
    left = max(cell_len(name) for name, _ in table)
    widths = [max(cell_len(cells[k]) for _, cells in table) for k in range(len(table[0][1]))]
    if MARGIN + left + sum(GAP + size for size in widths) <= columns:
        lines = []
        for at, (name, cells) in enumerate(table):
            words: list[str | tuple[str, str]] = [(name.ljust(left), "structure")]
            for cell, size in zip(cells, widths, strict=True):
                words += [" " * GAP, (cell + " " * (size - cell_len(cell)), "text" if at else "title")]
            lines.append(line(trimmed(words), MARGIN))
        return lines
    lines = []
    for k, head in enumerate(table[0][1]):
        lines += flow([[(head, "title")]], columns)
        items: list[Words] = [[(f"{name} ", "structure"), cells[k]] for name, cells in table[1:4]]
        lines += flow(items, columns, "  ")
    return lines
