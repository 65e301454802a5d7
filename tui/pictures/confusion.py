"""The confusion table: how many samples of each true class are said to be of which, as counts on a heat map."""

from __future__ import annotations

import numpy as np
from rich.cells import cell_len

from core import Rows
from tui.confusion import undecided_of
from tui.format import plain, short_names
from tui.pictures.drawn import NOWHERE, Drawn, message, no_room
from tui.pictures.looked_at import Looked
from tui.sheet.colours import COLOURS, GROUND, LEVELS, ON, ramp
from tui.sheet.lines import Line, Span, Words

RIGHT, WRONG = 0, 1  # hues
NAMED = 12  # columns of a class's name on the left
LEAST, MOST = 3, 14  # columns of a cell
TALL = 3  # lines of a cell where there is much room
CORNER = "true ↓ said →"
COUNTING = "All rows are being counted."


def confusion(looked: Looked, width: int, height: int) -> Drawn:
    """A row for each true class, a column for each class said; blue what is right, orange what is wrong, stronger the
    larger its share of the row. The first classes where there is no room for all.
    """
    verdict = looked.verdict
    if verdict is None or verdict.training.confusion is None:
        return message(width, height, COUNTING)
    found, counts = verdict.training, verdict.training.confusion
    names = [plain(name) for name in looked.problem.class_names]
    classes = len(names)
    digits = len(str(found.rows)) + 1
    left = min(NAMED, max(max(map(cell_len, names)), len(CORNER) if width >= 40 else 0)) + 1
    cell = max(LEAST, digits, min(MOST, max(map(cell_len, names)) + 1, (width - left) // classes))
    shown = min(classes, (width - left) // cell, height - 1)
    if shown < min(2, classes):
        return no_room(width, height)
    tall = TALL if height - 1 >= TALL * shown and cell >= 2 * TALL else 1
    corner = next((text for text in (CORNER, "true/said", "") if len(text) < left), "")
    rows, columns = (short_names(names[:shown], room - 1) for room in (left, cell))
    head = [Span(left + (j + 1) * cell - 1 - cell_len(name), name, "structure") for j, name in enumerate(columns)]
    head = [Span(0, corner, "structure"), *head] if corner else head
    lines: list[Line] = [tuple(head)]
    places: Rows = np.full((height, width), NOWHERE, dtype=np.intp)
    for i in range(shown):
        total = int(counts[i].sum())
        for row in range(tall):
            middle = row == tall // 2
            spans = [Span(0, rows[i], "text")] if middle else []
            for j in range(shown):
                x, count = left + j * cell, int(counts[i, j])
                text = f"{count or '·'} ".rjust(cell) if middle else " " * cell
                spans.append(Span(x, text, _style(count, total, i == j)))
                places[len(lines), x : x + cell] = i * classes + j
            lines.append(tuple(spans))
    told: list[Words] = [[f"1-{shown} of {classes}"]] if shown < classes else []
    told.append([f"{int(np.trace(counts))} of {found.rows} right"])
    if verdict.held_out is not None and verdict.held_out.right is not None:
        told.append([f"held out {verdict.held_out.right} of {verdict.held_out.rows}"])
    if not corner:
        told.append([CORNER])
    if undecided := undecided_of(found):
        told.append([(f"{undecided} of no class", "wrong")])
    return Drawn(lines, told, "class", places)


def _style(count: int, total: int, right: bool) -> str:
    share = count / total if total else 0.0
    ground = ramp(RIGHT if right else WRONG, min(LEVELS - 1, int(share * LEVELS))) if count else GROUND
    return f"{'ink' if count else 'faint'}{ON}{COLOURS[ground]}"
