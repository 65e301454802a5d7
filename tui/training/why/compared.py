"""Two steps side by side: what differs between them, the largest difference first."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from core import Difference, significant
from tui.format import plain
from tui.sheet.lines import Line, Words, line, width
from tui.training.late import Compared
from tui.training.view import View
from tui.training.why.page import Page
from tui.training.why.texts import MARGIN, digits, flow, wrapped

BUSY = "compared as soon as the run stands still"
ARROW = " → "
FEWEST = 3  # digits, where there is no room for more
NAMED = 8  # quantities that are named as left out


def compared(found: Compared | None, view: View, columns: int) -> Page:
    """How many numbers differ, where the runs part, and each number in both steps with by how much."""
    if found is None:
        return Page(["two steps"], [[BUSY]], [wrapped([BUSY], columns)])
    title: Words = [plain(found.one), (ARROW, "structure"), plain(found.other)]
    if found.found is None:
        return Page(title, [[(plain(found.reason), "wrong")]], [wrapped([(plain(found.reason), "wrong")], columns)])
    differences = found.found
    if not differences.total:
        said = [[f"all {differences.compared} numbers are the same"]]
    else:
        said = [[f"{differences.total} of {differences.compared} numbers differ, largest first"]]
    said += [[text] for text in _parting(found)]
    if differences.left_out:
        more = " …" * (len(differences.left_out) > NAMED)
        names = " ".join(differences.left_out[:NAMED])
        said.append([f"not compared (other rows, or only in one): {names}{more}"])
    table: list[Line] = []
    for places in range(digits(view.more), FEWEST - 1, -1):
        table = _table(differences.listed, places)
        if not table or width(table[0]) <= columns:
            break
    return Page(title, [said[0]], [flow(said, columns), table] if table else [flow(said, columns)])


def _parting(found: Compared) -> Iterator[str]:
    if found.changed is not None:
        yield f"the runs part at step {found.changed}"
        if found.apart is None:
            yield "their losses are the same so far"
        elif found.apart != found.changed:
            yield f"their losses differ from step {found.apart} on"


def _table(listed: tuple[Difference, ...], places: int) -> list[Line]:
    """A line for each number; everything lined up."""
    rows = [
        (d.label, significant(d.one, places), significant(d.other, places), _signed(d.other - d.one, places))
        for d in listed
    ]
    if not rows:
        return []
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for label, one, other, gap in rows:
        words: Words = [
            (label.ljust(widths[0] + len(label) - cell_len(label)), "title"),
            (f"  {gap.rjust(widths[3])}", "amber"),
            f"   {one.rjust(widths[1])}",
            (ARROW, "structure"),
            other.rjust(widths[2]),
        ]
        lines.append(line(words, MARGIN))
    return lines


def _signed(gap: float, places: int) -> str:
    text = significant(gap, places)
    return text if text.startswith("-") else f"+{text}"
