"""The grid on the screen: a cell for each pair of values, coloured and lettered, and what explains it below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from rich.cells import cell_len

from core import OUTCOMES
from tui.format import fit, right_aligned
from tui.sheet.colours import LEVELS
from tui.sheet.lines import Area, Line, Span, Words, clipped, line
from tui.sweeps.cell_texts import LETTER, MIXED, Texts, common, number, texts
from tui.sweeps.cells import OUTCOME, Cells, Shades, shades
from tui.sweeps.filters import LETTERS
from tui.sweeps.results import number_of
from tui.sweeps.view import GRID, Seen

STYLES = {  # of an outcome that some runs have; "all ..." where all of a cell's have it
    "converged": "right",
    "still going": "blue",
    "stuck": "orange",
    "diverging": "alarm",
    "failed": "dim",
}
MIXED_STYLES = {letter: STYLES[outcome] for letter, outcome in LETTERS.items()}
EXPLAINED = 3  # lines below the cells
ROOMY = 12  # lines below the title from which on two can have the names of the columns
WIDEST_LABEL = 12  # of a row
SHORT = {"converged": "conv", "still going": "going", "diverging": "div"}  # where room is short
NO_RUNS = "no runs"
POINTED = "◂"


class Spots(NamedTuple):
    """Where what can be clicked stands, in columns and lines of the pane."""

    columns: tuple[tuple[int, int, int], ...] = ()  # from, to, which column of the grid
    rows: tuple[tuple[int, int], ...] = ()  # the line, which row
    outcomes: tuple[tuple[int, int, str], ...] = ()  # from, to, which outcome, in the last line


@dataclass
class GridPane:
    """Draws the grid; it scrolls no further than it must."""

    top: int = 0
    left: int = 0
    spots: Spots = field(default=Spots())
    _written: tuple[object, Texts] | None = None  # the texts of the cells, and what they are of

    def draw(self, seen: Seen, area: Area) -> list[Line]:
        """The lines below the pane's title."""
        width, height = area.width, area.height - 1
        grid = seen.cells
        heads = 2 if height >= ROOMY else 1
        room = max(1, height - heads - EXPLAINED)
        labels = [fit(label, WIDEST_LABEL) for label in grid.rows.labels]
        start = max(map(cell_len, labels), default=0) + 2 if grid.rows.name else 1
        found = self._texts(seen, width - start, room)
        row, column = seen.cell
        shown = max(1, min(len(grid.columns), (width - start) // (found.wide + 1)))
        rows = min(len(grid.rows), room if found.tall == 1 else len(grid.rows))
        self.top = _scrolled(self.top, row, rows, len(grid.rows))
        self.left = _scrolled(self.left, column, shown, len(grid.columns))
        columns = range(self.left, self.left + shown)
        lines = _heads(seen, columns, start, found.wide, width, heads)
        scale = shades(grid.quartiles[1]) if seen.look.figure != OUTCOME else None
        spots: list[tuple[int, int]] = []
        for i in range(self.top, self.top + rows):
            for k in range(found.tall):
                spots.append((len(lines), i))
                lines.append(_row(seen, i, k, columns, labels[i], start, found, scale))
            lines += [()] * (found.gap if i + 1 < self.top + rows else 0)
        lines += [()] * (heads + room - len(lines))
        wide = found.wide + 1
        across = tuple((start + k * wide, start + (k + 1) * wide, j) for k, j in enumerate(columns))
        about, outcomes = _explained(seen, scale, width - 1)
        self.spots = Spots(across, tuple(spots), outcomes)
        return [clipped(one, width) for one in [*lines, *about]][:height]

    def _texts(self, seen: Seen, columns: int, lines: int) -> Texts:
        of = (seen.cells, seen.look.figure, columns, lines)
        if self._written is None or self._written[0] != of:
            self._written = of, texts(*of)
        return self._written[1]

    def cell_at(self, x: int, y: int) -> tuple[int, int] | None:
        """The cell that stands at a place of the pane, its title being line 0."""
        row = next((row for at, row in self.spots.rows if at == y - 1), None)
        column = next((column for first, end, column in self.spots.columns if first <= x < end), None)
        return None if row is None or column is None else (row, column)

    def outcome_at(self, x: int, y: int, height: int) -> str | None:
        """The outcome whose name stands at a place of the pane."""
        if y != height - 1:
            return None
        return next((outcome for first, end, outcome in self.spots.outcomes if first <= x < end), None)


def _row(
    seen: Seen, i: int, k: int, columns: Sequence[int], label: str, start: int, texts: Texts, scale: Shades | None
) -> Line:
    """Line k of the cells of a row."""
    row, pointed = seen.cell
    here, middle = i == row, k == texts.middle
    spans = []
    if label and middle:
        spans.append(Span(1, right_aligned(label, start - 2), "amber" if here else "text"))
    for x, j in zip(range(start, start + len(columns) * (texts.wide + 1), texts.wide + 1), columns, strict=True):
        text = texts.line(i, j, k)
        style = _style(seen, i, j, scale, text)
        if here and j == pointed:
            style = "cursor" if seen.look.pane == GRID else "current"
        spans.append(Span(x, text, style))
        if here and j == pointed and middle:
            spans.append(Span(x + texts.wide, POINTED, "amber bold"))
    return tuple(spans)


def title(seen: Seen, width: int) -> Words:
    """What stands in the pane's rule, behind its name, in so many columns."""
    cells, look = seen.cells, seen.look
    shown = "outcome" if look.figure == OUTCOME else f"median {look.figure}"
    axes = [f"{axis.name} {arrow}" for axis, arrow in ((cells.rows, "↓"), (cells.columns, "→")) if axis.name]
    return [_first_that_fits([", ".join(words) for words in ([shown, *axes], [look.figure, *axes], axes)], width)]


def _scrolled(first: int, at: int, shown: int, total: int) -> int:
    """Where to begin, so that what is pointed at is in sight."""
    return max(0, min(max(at - shown + 1, min(first, at)), total - shown))


def _heads(seen: Seen, columns: Sequence[int], start: int, wide: int, width: int, count: int) -> list[Line]:
    """What the columns are called, in the lowest of `count` lines or in turn, as many as there is room for; and
    whether there are more to the left or the right.
    """
    axis, pointed = seen.cells.columns, seen.cell[1]
    if not axis.name:
        return [()] * count
    labels = _short_labels(axis.labels, wide)
    more = [Span(start - 2, "‹", "amber")] if columns[0] > 0 else []
    more += [Span(width - 1, "›", "amber")] if columns[-1] + 1 < len(axis) else []
    lines: list[list[Span]] = [[] for _ in range(count - 1)] + [more]
    for k, j in enumerate(columns):
        text = labels[j]
        size = cell_len(text)
        x = min(start + k * (wide + 1) + max(0, (wide - size) // 2), width - size - 1)
        room = [one for one in reversed(lines) if all(x > span.end or x + size < span.column for span in one)]
        if room:
            room[0].append(Span(x, text, "amber" if j == pointed else "text"))
    return [tuple(sorted(one)) for one in lines]


def _short_labels(labels: Sequence[str], wide: int) -> list[str]:
    """Labels in two digits, where all are numbers that are still told apart then, and do not fit as they are."""
    if max(map(cell_len, labels)) > wide:
        values = [number_of(label) for label in labels]
        rounded = [number(value, 2) for value in values]
        if len({*rounded, ""}) == len(labels) + 1:
            return rounded
    return [fit(label, WIDEST_LABEL) for label in labels]


def _style(seen: Seen, i: int, j: int, scale: Shades | None, text: str) -> str:
    if seen.look.figure == OUTCOME:
        found = common(seen.cells, i, j)
        if found is None:
            return "text"
        outcome, count, total = found
        return f"all {outcome}" if count == total else MIXED_STYLES.get(text.strip()[:1], "dim")
    value = float(seen.cells.quartiles[1, i, j])
    if scale is None or np.isnan(value):
        return "text"
    return _shade(scale.share(value))


def _shade(share: float) -> str:
    return f"ink on ramp0.{min(LEVELS - 1, int(share * LEVELS))}"


def _explained(seen: Seen, scale: Shades | None, width: int) -> tuple[list[Line], tuple[tuple[int, int, str], ...]]:
    """The lines below the cells: which one is pointed at, what it has, and what letters and colours mean; and where
    outcomes can be clicked.
    """
    row, column = seen.cell
    grid = seen.cells
    which = ", ".join(axis.titles[k] for axis, k in ((grid.rows, row), (grid.columns, column)) if axis.name)
    about = _first_that_fits(_about(seen, row, column), width - 3)
    lines = [line([(" ▸ ", "amber"), (which or "all runs", "amber")]), line([f"   {about}"])]
    if seen.look.figure != OUTCOME:
        return [*lines, _scale_line(seen, scale, width)], ()
    found, spots = _outcome_line(grid, width)
    return [*lines, found], spots


def _outcome_line(grid: Cells, width: int) -> tuple[Line, tuple[tuple[int, int, str], ...]]:
    """Which letter is which outcome, with how many runs have it where there is room, and where each stands."""
    counts = grid.counts.sum(axis=(0, 1)).tolist()
    there = [(outcome, count) for outcome, count in zip(OUTCOMES, counts, strict=True) if count]
    worded = [
        [f" {outcome} {count:,}" for outcome, count in there],
        [f" {outcome}" for outcome, _ in there],
        [f" {outcome.removeprefix('still ')}" for outcome, _ in there],
        [f" {SHORT.get(outcome, outcome)}" for outcome, _ in there],
    ]
    words = next((one for one in worded if sum(map(len, one)) + 3 * len(one) - 1 <= width), worded[-1])
    spans, spots, x = [], [], 1
    for (outcome, _), word in zip(there, words, strict=True):
        spans += [Span(x, LETTER[outcome], f"all {outcome}"), Span(x + 1, word)]
        spots.append((x, x + 1 + len(word), outcome))
        x += 3 + len(word)
    mixed = f"{MIXED} not all"
    if bool(((grid.counts > 0).sum(axis=2) > 1).any()) and x + len(mixed) <= width:
        spans.append(Span(x, mixed, "dim"))
    return tuple(spans), tuple(spots)


def _first_that_fits(texts: Sequence[str], width: int) -> str:
    return next((text for text in texts if cell_len(text) <= width), texts[-1])


def _about(seen: Seen, row: int, column: int) -> list[str]:
    """What a cell has, in words, and shorter."""
    grid, figure = seen.cells, seen.look.figure
    counts = grid.counts[row, column]
    total = int(counts.sum())
    if not total:
        return [NO_RUNS]
    runs = f"{total:,} run{'s' * (total != 1)}"
    if figure == OUTCOME:
        there = [k for k in np.argsort(-counts, kind="stable").tolist() if counts[k]]
        words = (OUTCOMES, tuple(LETTER[outcome] for outcome in OUTCOMES))
        return [f"{runs}: {', '.join(f'{int(counts[k]):,} {names[k]}' for k in there)}" for names in words]
    low, median, high = grid.quartiles[:, row, column].tolist()
    if np.isnan(median):
        return [f"{runs} without {figure}"]
    if not high > low:
        return [f"{runs}: {number(median, 4)}"]
    return [
        f"{runs}: {number(median, 4)}, half of them {number(low, 4)} to {number(high, 4)}",
        f"{number(median)}, half of {total:,}: {number(low)} to {number(high)}",
        f"{number(median)}, half: {number(low, 2)} to {number(high, 2)}",
        f"{number(median)} of {total:,}",
    ]


def _scale_line(seen: Seen, scale: Shades | None, width: int) -> Line:
    """From which number the colours go to which."""
    if scale is None:
        return line([f" no run has a {seen.look.figure}"])
    if scale.low == scale.high:
        return line([f" {seen.look.figure} {number(scale.low)}"])
    more = "+" if float(np.nanmax(seen.cells.quartiles[1])) > scale.high else ""
    how = ", log" if scale.by_factors else ""
    drawn: Line = ()
    for name, blank in ((f" {seen.look.figure}", "  "), (f" {seen.look.figure}", " "), ("", "  ")):
        ramp = [(blank, f"ink on ramp0.{level}") for level in range(LEVELS)]
        drawn = line([f"{name} {number(scale.low)} ", *ramp, f" {number(scale.high)}{more}{how}"])
        if drawn[-1].end <= width:
            break
    return drawn
