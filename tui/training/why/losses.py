"""The same weights and the same batch under every loss, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

import numpy as np
from rich.cells import cell_len

from core import LossComparison, Step
from tui.format import plain, short
from tui.sheet.lines import Line, Words, line, width
from tui.training.plot_lines import mark_of
from tui.training.view import View
from tui.training.why.page import Page
from tui.training.why.sample import chosen
from tui.training.why.statement import row_label
from tui.training.why.texts import BRIEF, MARGIN, decimals_for, digits, flow, number_format, trimmed, wrapped

BUSY = "the step under every loss is being computed"
TITLE = "why  all losses"
GAP = 4  # columns between losses, for the mark of the next one too
NONE = "–"  # in place of a number that there is not
MOST = 4  # outputs of which δ_out is written out
MOVE = ("weights move", "move")  # in full, and where room is short


def side_by_side(step: Step, losses: Sequence[LossComparison] | None, view: View, columns: int) -> Page:
    """ℒ, how far the weights would move, and δ_out, the chosen sample's first; each loss behind the mark that its curve
    has in the plot.
    """
    if losses is None:
        return Page(["all losses"], [[BUSY]], [wrapped([BUSY], columns)])
    n, i = digits(view.more) - BRIEF, chosen(step, view.sample)
    marks = [*_marks(step, losses)]
    order = [i, *(row for row in range(len(step.batch)) if row != i)]
    table = _beside(step, losses, marks, order, n)
    if max(map(width, table)) > columns:
        table = _below(step, losses, marks, i, n, columns)
    says: list[Words] = [["on the same weights"], ["◂ its own loss"]]
    if any(found.step is None for found in losses):
        says.append([f"{NONE} it needs classes"])
    names: list[Words] = [[mark, f" {_word(found)}"] for mark, found in zip(marks, losses, strict=True)]
    numbered: list[Words] = [
        [*name, f" {NONE if found.loss is None else short(found.loss, n)}"]
        for name, found in zip(names, losses, strict=True)
    ]
    # In the only line every mark is told, with ℒ if there is room for that, too.
    brief = numbered if len(TITLE) + sum(2 + width(line(item)) for item in numbered) <= columns else names
    return Page(["all losses"], brief, [table, flow(says, columns)])


def _marks(step: Step, losses: Sequence[LossComparison]) -> Iterator[tuple[str, str]]:
    """The mark of each loss's curve, and its style: the run looked at has the first, a loss without a run a blank."""
    others = count(1)
    for found in losses:
        own = found.loss_function == step.problem.loss
        yield mark_of(0 if own else next(others)) if own or found.loss is not None else (" ", "text")


def _word(found: LossComparison) -> str:
    return plain(found.loss_function.word or found.title)


def _own(step: Step, found: LossComparison) -> str:
    return " ◂" * (found.loss_function == step.problem.loss)


class Told(NamedTuple):
    """A loss in print: ℒ, how far the weights move, and the first outputs of δ_out by row."""

    loss: str
    moves: str
    rows: list[list[str]]


def _told(losses: Sequence[LossComparison], n: int) -> list[Told]:
    """Every loss in print, the point of all numbers in the same place; a few decimals more where δ_out is small."""
    numbers = [
        (found.loss, found.distance, found.delta_out[:, : MOST + 1])
        for found in losses
        if found.loss is not None and found.distance is not None and found.delta_out is not None
    ]
    deltas = np.concatenate([np.zeros(1), *(delta.reshape(-1) for *_, delta in numbers)])
    written = number_format(np.concatenate([deltas, *(found for *found, _ in numbers)]), n)
    closer = written._replace(decimals=decimals_for(deltas, n))
    printed = iter(
        Told(written.cell(loss), written.cell(moves), [list(map(closer.cell, row)) for row in delta.tolist()])
        for loss, moves, delta in numbers
    )
    return [Told(f" {NONE}", f" {NONE}", []) if found.step is None else next(printed) for found in losses]


def _beside(
    step: Step, losses: Sequence[LossComparison], marks: Sequence[tuple[str, str]], order: Sequence[int], n: int
) -> list[Line]:
    """A column for each loss."""
    names = ["", step.statement.letters["loss"], MOVE[0], *(row_label(step, "delta_out", row) for row in order)]
    left, outputs = max(map(cell_len, names)), step.outputs.shape[1]
    lines = [[(name.ljust(left), "structure")] for name in names]
    for found, told, mark in zip(losses, _told(losses, n), marks, strict=True):
        cells = [plain(found.title) + _own(step, found), told.loss, told.moves]
        cells += [_outputs(told, row, MOST, f" … [{outputs}]") for row in order]
        wide = max(map(cell_len, cells))
        for at, (words, cell) in enumerate(zip(lines, cells, strict=True)):
            words += [(" " * GAP, "text")] if at else [(" " * (GAP - 2), "text"), mark, (" ", "text")]
            words.append((cell + " " * (wide - cell_len(cell)), "text" if at else "title"))
    return [line(trimmed(words), MARGIN) for words in lines]


def _below(
    step: Step, losses: Sequence[LossComparison], marks: Sequence[tuple[str, str]], row: int, n: int, columns: int
) -> list[Line]:
    """A line for each loss: of δ_out the one row, as much of it as there is room for."""
    told = _told(losses, n)
    titles = [plain(found.title) + _own(step, found) for found in losses]
    words = [_word(found) + _own(step, found) for found in losses]
    ways = [(titles, MOVE[0], MOST), *((words, move, most) for most in range(MOST, -1, -1) for move in MOVE)]
    lines: list[Line] = []
    for names, move, most in ways:
        table = [
            ["", *names],
            [f" {step.statement.letters['loss']}", *(one.loss for one in told)],
            [move, *(one.moves for one in told)],
        ]
        table += (
            [[row_label(step, "delta_out", row), *(_outputs(one, row, most, " …") for one in told)]] if most else []
        )
        widths = [max(map(cell_len, cells)) for cells in table]
        lines = []
        for mark, cells in zip([("  ", "text"), *marks], zip(*table, strict=True), strict=True):
            styles = ["title" if cells[0] else "structure", *["text" if cells[0] else "structure"] * (len(table) - 1)]
            found = [mark, (" " * (mark[0] != "  "), "text")]
            for cell, wide, style in zip(cells, widths, styles, strict=True):
                found += [(cell + " " * (wide + 1 - cell_len(cell)), style)]
            lines.append(line(trimmed(found), MARGIN))
        if max(map(width, lines)) <= columns:
            break
    return lines


def _outputs(told: Told, row: int, most: int, more: str) -> str:
    """A row of δ_out: at most so many of its numbers, and `more` where that leaves some out."""
    if not told.rows:
        return f" {NONE}"
    return " ".join(told.rows[row][:most]) + more * (len(told.rows[row]) > most)
