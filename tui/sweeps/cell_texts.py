"""What stands in the cells of the grid: as many columns and lines each as all of them have room for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product
from typing import NamedTuple, TypeAlias

import numpy as np
from rich.cells import cell_len

from core import OUTCOMES, significant
from tui.sweeps.cells import OUTCOME, Cells
from tui.sweeps.filters import LETTERS

LETTER = {outcome: letter for letter, outcome in LETTERS.items()}
MIXED = "·"  # behind a letter that is not that of all runs
SHORT_NUMBER = 5  # characters of a number in two digits; a longer one has one digit
SHAPES = (5, 1), (4, 1), (3, 1), (2, 1), (2, 0)  # lines of a cell, and blank ones between two; the first that fits
WIDEST_LOW, WIDEST_TALL = 10, 20  # columns of a cell of one line, and of more, that it is widened to
MARGIN = 1  # blanks at each side of a text in a cell that is widened

Written: TypeAlias = Sequence[Sequence[tuple[str, ...]]]  # for each cell a text for each line that it needs


class Texts(NamedTuple):
    """What stands in each cell; how many columns and lines a cell has, and how many blank ones are between two rows of
    cells.
    """

    cells: Written
    wide: int
    tall: int = 1
    gap: int = 0
    most: int = 1  # lines that any cell needs

    @property
    def middle(self) -> int:
        """The line of a cell that names stand beside."""
        return (self.tall - 1) // 2

    def line(self, i: int, j: int, k: int) -> str:
        """What stands in line k of a cell: a single text in its middle, several from the same line on in all cells."""
        found = self.cells[i][j]
        k -= self.middle if len(found) == 1 else (self.tall - self.most) // 2
        return (found[k] if 0 <= k < len(found) else "").center(self.wide)


def texts(grid: Cells, figure: str, columns: int, lines: int) -> Texts:
    """The texts of all cells in so many columns and lines, as fully as there is room. Cells of more lines than one, or
    wider than their texts, are those of a grid that fits as a whole; what is in them changes no size.
    """
    across, down = len(grid.columns), len(grid.rows)
    room = columns // across - 1
    write = _shares if figure == OUTCOME else _numbers
    for tall, gap in SHAPES:
        if down * (tall + gap) - gap <= lines:
            found = write(grid, tall)
            wide = _widest(found) + 2 * MARGIN
            if wide <= room:
                most = max(len(cell) for row in found for cell in row)
                return Texts(found, max(wide, min(room, WIDEST_TALL)), tall, gap, most)
    for short in _WORDY if figure == OUTCOME else _NUMBERED:
        found = short(grid)
        wide = max(2, _widest(found))
        if wide <= room:
            break
    labels = max(map(cell_len, grid.columns.labels))
    return Texts(found, max(wide, min(room, labels, WIDEST_LOW)))


def _of_all(grid: Cells, write: Callable[[int, int], tuple[str, ...]]) -> Written:
    return [[write(i, j) for j in range(len(grid.columns))] for i in range(len(grid.rows))]


def _widest(found: Written) -> int:
    return max((cell_len(text) for row in found for lines in row for text in lines), default=1)


def common(grid: Cells, i: int, j: int) -> tuple[str, int, int] | None:
    """The commonest outcome of a cell, how many runs have it, and how many there are; None without runs."""
    counts = grid.counts[i, j]
    total = int(counts.sum())
    return (OUTCOMES[int(counts.argmax())], int(counts.max()), total) if total else None


def number(value: float, digits: int = 3) -> str:
    """A number in a few digits, without the zeros of 1e-05; empty for none."""
    if np.isnan(value):
        return ""
    if np.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = significant(value, digits)
    mantissa, _, power = text.partition("e")
    return f"{mantissa}e{int(power)}" if power else text


def _outcomes(grid: Cells, i: int, j: int) -> list[tuple[str, int]]:
    """The letters of a cell's outcomes, the commonest first, and how many runs have each."""
    counts = grid.counts[i, j]
    return [(LETTER[OUTCOMES[k]], int(counts[k])) for k in np.argsort(-counts, kind="stable").tolist() if counts[k]]


def _shares(grid: Cells, most: int) -> Written:
    """In at most so many lines: the outcomes, each with how many runs have it; of a single run the letter alone."""

    def write(i: int, j: int) -> tuple[str, ...]:
        found = _outcomes(grid, i, j)
        if sum(count for _, count in found) == 1:
            return (found[0][0],)
        if len(found) > most:
            found[most - 1 :] = [("…", sum(count for _, count in found[most - 1 :]))]
        return tuple(f"{letter} {count:,}" for letter, count in found)

    return _of_all(grid, write)


def _numbers(grid: Cells, most: int) -> Written:
    """In at most so many lines, of which no cell leaves one out: the median of a figure, its spread, and the two
    commonest outcomes.
    """

    def shares(i: int, j: int) -> str:
        found = _outcomes(grid, i, j)
        if sum(count for _, count in found) == 1:
            return found[0][0]
        return " ".join([*(f"{letter} {count:,}" for letter, count in found[:2]), *["…"] * (len(found) > 2)])

    lines = [_aligned(grid, _median), _aligned(grid, _spread), {place: shares(*place) for place in _places(grid)}]
    kept = [line for line in lines[:most] if any(line.values())]
    return _of_all(grid, lambda i, j: tuple(line[i, j] for line in kept))


def _places(grid: Cells) -> Iterator[tuple[int, int]]:
    return product(range(len(grid.rows)), range(len(grid.columns)))


def _aligned(grid: Cells, write: Callable[[Cells, int, int], str]) -> dict[tuple[int, int], str]:
    """A number in each cell, with the decimal points below each other where that takes no room."""
    found = {place: write(grid, *place) for place in _places(grid)}
    parts = {place: text.partition(".") for place, text in found.items() if any(map(str.isdecimal, text))}
    before = max((len(whole) for whole, _, _ in parts.values()), default=0)
    behind = max((len(point + rest) for _, point, rest in parts.values()), default=0)
    if before + behind > max(map(len, found.values())):
        return found
    return {**found, **{k: f"{whole:>{before}}{point + rest:<{behind}}" for k, (whole, point, rest) in parts.items()}}


def _lettered(share: Callable[[int, int], str]) -> Callable[[Cells], Written]:
    """Writes the letter of the commonest outcome, and its share where not all runs have it."""

    def write(grid: Cells, i: int, j: int) -> tuple[str, ...]:
        found = common(grid, i, j)
        if found is None:
            return ("",)
        outcome, count, total = found
        return (LETTER[outcome] + (share(count, total) if count < total else ""),)

    return lambda grid: _of_all(grid, partial(write, grid))


def _with_spread(grid: Cells) -> Written:
    medians, spreads = _aligned(grid, _median), _aligned(grid, _spread)
    wide = max(map(len, spreads.values()))
    return _of_all(grid, lambda i, j: (f"{medians[i, j]} {spreads[i, j]:<{wide}}" if wide else medians[i, j],))


def _alone(write: Callable[[Cells, int, int], str]) -> Callable[[Cells], Written]:
    def written(grid: Cells) -> Written:
        found = _aligned(grid, write)
        return _of_all(grid, lambda i, j: (found[i, j],))

    return written


def _median(grid: Cells, i: int, j: int) -> str:
    return number(float(grid.quartiles[1, i, j]))


def _short_median(grid: Cells, i: int, j: int) -> str:
    value = float(grid.quartiles[1, i, j])
    text = number(value, 2)
    return text if len(text) <= SHORT_NUMBER else number(value, 1)


def _spread(grid: Cells, i: int, j: int) -> str:
    """Half the distance of the quartiles; empty where there is none, and of a single run."""
    low, median, high = grid.quartiles[:, i, j].tolist()
    if np.isnan(median) or not np.isfinite(high - low) or grid.counts[i, j].sum() == 1:
        return ""
    return f"±{number((high - low) / 2, 2)}"


_WORDY = (
    _lettered(lambda count, total: f" {count}/{total}"),
    _lettered(lambda count, total: str(min(99, round(100 * count / total)))),
    _lettered(lambda _count, _total: MIXED),
)
_NUMBERED = (_with_spread, _alone(_median), _alone(_short_median))
