"""The verdict: how well a step's network does on the rows that it is trained on and on those held out, and which
classes it takes for which.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from core import Evaluation, Problem, Rows, Step, Verdict, percent, statement_of, sure
from tui.confusion import mistaken, mistakes, most_confused
from tui.format import plain, right_aligned, short_names
from tui.sheet.lines import Line, Words, line, moved, width
from tui.sheet.written import Written
from tui.training.status import DECIMALS
from tui.training.view import View
from tui.training.why.page import Page
from tui.training.why.texts import MARGIN, flow, wrapped

BUSY = "all rows are being looked at, once the run stands still …"
WIDEST, NARROWEST = 12, 4  # columns of a class's name
GAP = 2  # columns between two counts
APART = 4  # columns between two tables
NONE = "–"  # in place of a number that there is not
TRAINING, TEST = "training", "test"


def verdict_page(found: Verdict | None, step: Step, view: View, columns: int) -> Page:
    """The numbers of both kinds of rows, the mistakes in words, and the tables of counts, those held out first."""
    title: Words = [f"the network before step {step.index}" if step.index else "the network that it starts with"]
    if found is None:
        return Page(title, [[(BUSY, "dim")]], [wrapped([(BUSY, "dim")], columns)], name="verdict")
    problem = step.problem
    kinds = [(TRAINING, found.training)]
    if found.held_out is not None:
        kinds.append((TEST, found.held_out))
    numbers, brief = _numbers(problem, kinds, view)
    groups = [numbers]
    if found.training.confusion is not None:
        groups += [_words(problem, kinds, columns), _tables(problem, kinds[::-1], columns)]
    return Page(title, brief, groups, name="verdict")


def _numbers(problem: Problem, kinds: Sequence[tuple[str, Evaluation]], view: View) -> tuple[list[Line], list[Words]]:
    """A line for each kind of rows, lined up; and the same as items of one line."""
    rows = problem.batch_size or len(problem.inputs)
    loss = statement_of(problem, rows).letters["loss"]
    written = Written(5, max(1, DECIMALS + view.more))
    head, told = ["", "rows", loss], []
    if problem.reduction == "sum" and len(kinds) > 1:
        head.append(f"{loss} a row")  # what can be compared
    head += ["accuracy", "right"] if kinds[0][1].right is not None else ["rms error", "R²"]
    for name, found in kinds:
        cells = [name, f"{found.rows:,}", written.text(sure(found.loss))]
        if f"{loss} a row" in head:
            cells.append(written.text(sure(found.loss / found.rows)))
        if found.right is not None:
            cells += [percent(found.right, found.rows), f"{found.right:,}"]
        else:
            r2 = NONE if found.r2 is None else written.text(round(found.r2, written.decimals) + 0.0)
            cells += [written.text(sure(found.rmse)), r2]
        told.append(cells)
    widths = [max(map(cell_len, column)) for column in zip(head, *told, strict=True)]
    lines = []
    for row in (head, *told):
        first = row[0].ljust(widths[0])
        rest = (right_aligned(cell, wide + GAP) for cell, wide in zip(row[1:], widths[1:], strict=True))
        lines.append(line([(first, "title"), ("".join(rest), "structure" if row is head else "text")], MARGIN))
    brief: list[Words] = []
    for (name, found), cells in zip(kinds, told, strict=True):
        share = f"accuracy {percent(found.right, found.rows)}" if found.right is not None else f"R² {cells[-1]}"
        brief.append([f"{name} {loss} {cells[2]}, {share}"])
    return lines, brief


def _words(problem: Problem, kinds: Sequence[tuple[str, Evaluation]], columns: int) -> list[Line]:
    """Which classes are taken for which."""
    names = [plain(name) for name in problem.class_names]
    lines: list[Line] = []
    for name, found in kinds[::-1]:
        wrong: list[Words] = [[(text, "wrong")] for text in mistakes(found, names)]
        lines += flow(wrong or [[("all right", "right")]], columns, f"{name}: ")
    return lines


def _tables(problem: Problem, kinds: Sequence[tuple[str, Evaluation]], columns: int) -> list[Line]:
    """The tables of counts, side by side where there is room, else below each other."""
    beside: list[Line] = []
    room = (columns - MARGIN - APART * (len(kinds) - 1)) // len(kinds)
    tables = [_table(problem, name, found, room) for name, found in kinds]
    whole = [_table(problem, name, found, columns - MARGIN) for name, found in kinds]
    if [len(one) for one in tables] != [len(one) for one in whole]:  # classes would be left out for lack of room
        return [one for table in whole for one in table]
    for i in range(max(map(len, tables))):
        row: Line = ()
        start = MARGIN
        for table in tables:
            if i < len(table):
                row += moved(table[i], start - MARGIN)
            start += max(map(width, table)) - MARGIN + APART
        beside.append(row)
    return beside


def _table(problem: Problem, name: str, found: Evaluation, columns: int) -> list[Line]:
    """A row for each true class, a column for each that is predicted: as many classes as there is room for, those with
    most mistakes.
    """
    assert found.confusion is not None
    counts, names = found.confusion, [plain(one) for one in problem.class_names]
    chosen, cut, column = _fitting(counts, names, columns)
    wrong = mistaken(counts)
    left = max(map(cell_len, cut))
    said = f"{name}: true ↓ predicted →"
    if len(chosen) < len(names):
        said = f"{name}: {len(chosen)} of {len(names)} classes, most mistakes"
    lines = [line([(said, "structure")], MARGIN)]
    lines.append(line([(" " * left + "".join(right_aligned(one, column + GAP) for one in cut), "structure")], MARGIN))
    for i, one in zip(chosen, cut, strict=True):
        words: Words = [(right_aligned(one, left), "title")]
        for j in chosen:
            count = int(counts[i, j])
            style = "dim" if not count else "wrong" if wrong[i, j] else "right"
            words = [*words, (right_aligned(f"{count:,}" if count else "·", column + GAP), style)]
        lines.append(line(words, MARGIN))
    return lines


def _fitting(counts: Rows, names: Sequence[str], columns: int) -> tuple[list[int], list[str], int]:
    """The classes of a table of so many columns, their names, and the columns of a count: all classes with names that
    are cut, if they fit, else those with most mistakes.
    """
    digits = len(f"{int(counts.max(initial=0)):,}")
    for longest in range(WIDEST, NARROWEST - 1, -1):
        cut = short_names(names, longest)
        left = max(map(cell_len, cut))
        column = max(left, digits)
        if left + len(names) * (column + GAP) <= columns:
            return list(range(len(names))), cut, column
    cut = short_names(names, NARROWEST)
    column = max(digits, *map(cell_len, cut))
    chosen = most_confused(counts, max(2, (columns - column) // (column + GAP)))
    return chosen, [cut[i] for i in chosen], column
