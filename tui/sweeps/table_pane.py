"""The table of runs on the screen: only the lines in sight are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len

from core import OUTCOMES
from tui.format import fit, plain, right_aligned
from tui.sheet.lines import Area, Line, Span, Words, clipped
from tui.sweeps.cell_texts import LETTER, number
from tui.sweeps.cells import OUTCOME
from tui.sweeps.filters import NUMBER
from tui.sweeps.grid_pane import STYLES
from tui.sweeps.view import REASON, TABLE, Seen

GAP = 2
FIGURE = 9  # columns of a number in four digits
WIDEST = 14  # of a parameter's value
DIGITS = 4
UP, DOWN = "▴", "▾"
CHOSEN, MARKED = "▸", "◆"


class Head(NamedTuple):
    """A column: its name, where it begins, and how wide it is."""

    name: str
    start: int
    width: int


@dataclass
class TablePane:
    """Draws the table; it scrolls no further than it must."""

    top: int = 0
    left: int = 0  # the first column behind the run's number
    heads: tuple[Head, ...] = ()
    written: int = 0  # lines that were written, ever

    def draw(self, seen: Seen, area: Area) -> list[Line]:
        """The lines below the pane's title: the heads, and the runs."""
        rows = max(1, area.height - 2)
        total, chosen = len(seen.order), seen.line
        self.top = max(0, min(max(chosen - rows + 1, min(self.top, chosen)), total - rows))
        self.heads = self._placed(seen, area.width)
        lines = [self._head_line(seen, area.width)]
        lines += [self._run(seen, k, k == chosen, area.width) for k in range(self.top, min(total, self.top + rows))]
        return lines + [()] * (1 + rows - len(lines))

    def line_at(self, y: int) -> int:
        """The line of the table that stands at a line of the pane, its title being line 0; below 0 above the runs."""
        return y - 2 if y < 2 else self.top + y - 2

    def column_at(self, x: int) -> str | None:
        """The column at a place."""
        return next((head.name for head in self.heads if head.start <= x < head.start + head.width + 1), None)

    def _placed(self, seen: Seen, width: int) -> tuple[Head, ...]:
        """The columns that have room, that of the run's number first, so that the one pointed at is in sight."""
        first, *others = [(name, _width(seen, name)) for name in seen.columns]
        at = min(seen.look.at, len(others)) - 1
        self.left = max(0, min(self.left, at)) if at >= 0 else self.left
        start = 2 + first[1] + GAP
        while at > self.left and start + sum(wide + GAP for _, wide in others[self.left : at + 1]) - GAP > width:
            self.left += 1
        heads, x = [Head(*first[:1], 2, first[1])], start
        for name, wide in others[self.left :]:
            if x + wide > width and len(heads) > 1:
                break
            heads.append(Head(name, x, width - x if name == REASON else wide))
            x += wide + GAP
        return tuple(heads)

    def _head_line(self, seen: Seen, width: int) -> Line:
        look, spans = seen.look, []
        pointed = seen.columns[min(look.at, len(seen.columns) - 1)]
        for head in self.heads:
            mark = (DOWN if look.descending else UP) if head.name == look.sort else ""
            text = f"{head.name}{mark}"
            here = head.name == pointed and look.pane == TABLE
            x = head.start if _is_text(seen, head.name) else head.start + max(0, head.width - len(head.name))
            spans.append(Span(x, text, "cursor" if here else "amber" if mark else "structure"))
        if self.left:
            spans.append(Span(0, "‹", "amber"))
        if self.heads[-1].name != seen.columns[-1]:
            spans.append(Span(width - 1, "›", "amber"))
        return clipped(_apart(spans), width)

    def _run(self, seen: Seen, k: int, chosen: bool, width: int) -> Line:
        self.written += 1
        place = int(seen.order[k])
        strong = "title" if chosen else "text"
        spans = [Span(0, CHOSEN, "amber bold")] if chosen else []
        if int(seen.found.numbers[place]) in seen.look.marked:
            spans.append(Span(1, MARKED, "amber bold"))
        for head in self.heads:
            text, style = cell(seen, head.name, place)
            if _is_text(seen, head.name):
                text, x = fit(text, head.width), head.start
            else:
                text, x = right_aligned(text, head.width), head.start
            spans.append(Span(x, text, style or ("amber" if chosen and head.name == NUMBER else strong)))
        return clipped(tuple(span for span in spans if span.text), width)


def _apart(spans: list[Span]) -> Line:
    """Sorted by column, without those that another one covers."""
    kept: list[Span] = []
    for span in sorted(spans):
        if not kept or span.column >= kept[-1].end:
            kept.append(span)
    return tuple(kept)


def title(seen: Seen, top: int, rows: int) -> tuple[Words, Words]:
    """What stands in the pane's rule, behind its name, and at its right end."""
    total, look = len(seen.order), seen.look
    row, column = seen.cell
    axes = ((seen.cells.rows, row), (seen.cells.columns, column))
    which = "of all cells" if look.whole else "of " + ", ".join(axis.titles[k] for axis, k in axes if axis.name)
    how = f", by {look.sort}, {'largest' if look.descending else 'smallest'} first" if look.sort else ""
    last = min(total, top + rows)
    told = f"{'' if which == 'of ' else which}{how}".strip(", ")
    return [told], [f"{top + 1:,}-{last:,} of {total:,}" if total else "none"]


def cell(seen: Seen, name: str, place: int) -> tuple[str, str]:
    """What stands in a column of a run, and its style, empty where it has none of its own."""
    found = seen.found
    if name == NUMBER:
        return str(int(found.numbers[place])), ""
    if name in found.parameters:
        parameter = found.parameters[name]
        return parameter.labels[int(parameter.codes[place])], ""
    if name == OUTCOME:
        outcome = OUTCOMES[int(found.outcomes[place])]
        return f"{LETTER[outcome]} {outcome}", STYLES[outcome]
    if name == REASON:
        return plain(found.reasons[place]), "dim"
    return number(float(found.figures[name][place]), DIGITS) or "—", ""


def _is_text(seen: Seen, name: str) -> bool:
    return name in (OUTCOME, REASON) or (
        name in seen.found.parameters and not seen.found.parameters[name].known.in_numbers
    )


def _width(seen: Seen, name: str) -> int:
    if name == NUMBER:
        return max(len(NUMBER), len(str(int(seen.found.numbers[-1]))) if len(seen.found) else 0)
    if name in seen.found.parameters:
        return max(cell_len(name) + 1, min(WIDEST, seen.found.parameters[name].known.widest))
    if name == OUTCOME:
        return max(map(len, OUTCOMES)) + 2
    if name == REASON:
        return 12
    return max(len(name) + 1, FIGURE)
