"""Where each number of an answer belongs in its quantity, and what is wrong with the shape it was written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb

import numpy as np

from core.arrays import Array
from core.checking.answers import Answer
from core.checking.matrices import Matrix, ProgramMatrix
from core.checking.numbers import Numbers
from core.checking.written import Position, Written

MOST_TRIED = 500


@dataclass(frozen=True, eq=False)
class LaidOutAnswer:
    """The `numbers` of a quantity and the positions (counted from 0) that were `left_open`; and, where the shape is
    wrong, its kind and what is wrong in words.
    """

    numbers: Numbers
    left_open: tuple[Position, ...] = ()
    kind: str = ""
    problem: str = ""

    @classmethod
    def of(cls, cells: Mapping[Position, Written | None], kind: str = "", problem: str = "") -> LaidOutAnswer:
        """From the numbers by position; None is a cell left open."""
        written = {position: cell for position, cell in cells.items() if cell is not None}
        return cls(Numbers.at(written), tuple(cells.keys() - written.keys()), kind, problem)

    @property
    def turned(self) -> LaidOutAnswer:
        """The same in the transpose of a matrix."""
        return replace(self, numbers=self.numbers.turned, left_open=tuple(place[::-1] for place in self.left_open))

    @property
    def positions(self) -> set[Position]:
        """Those that were given, with those left open."""
        return {*self.numbers.positions, *self.left_open}

    def joined(self, other: LaidOutAnswer) -> LaidOutAnswer:
        """With other cells of the same quantity."""
        return LaidOutAnswer.of({**self.cells, **other.cells}, other.kind, other.problem)

    @property
    def cells(self) -> dict[Position, Written | None]:
        """The numbers by position; None where one was left open."""
        return {**self.numbers.written, **dict.fromkeys(self.left_open)}


class NoSuchCell(ValueError):  # noqa: N818
    """An answer for a row or a cell that the quantity does not have, in words."""


def lay_out(answer: Answer, true: Array, summed_rows: int = 1) -> LaidOutAnswer:
    """The numbers of `answer` at their positions in a quantity of the values `true`, a sum over so many rows. Raises
    NoSuchCell.
    """
    if answer.position:
        return _lay_out_part(answer, true.shape)
    if isinstance(answer.numbers, ProgramMatrix) and answer.numbers.array.shape == true.shape:
        return LaidOutAnswer(answer.numbers.numbers)
    if answer.numbers.rows == ((None,),):
        return LaidOutAnswer.of(dict.fromkeys(np.ndindex(true.shape)))
    rows = _as_rows(answer.numbers, true.shape)
    if rows is not None:
        return LaidOutAnswer.of(_cells(rows, true.shape))
    if summed_rows > 1 and answer.numbers.size == summed_rows * true.size:
        one = "one number" if true.size == 1 else f"one row of {true.size}"
        words = f"the sum over the rows is missing: expected {one}, found {summed_rows}"
        return LaidOutAnswer.of({}, "sum left out", words)
    return _misshapen(answer.numbers, true)


def _lay_out_part(answer: Answer, shape: tuple[int, ...]) -> LaidOutAnswer:
    """One row, or one cell."""
    index = tuple(i - 1 for i in answer.position)
    if len(shape) == 2 and len(index) == 1 and answer.numbers.size == 1 and 1 in shape:
        index = (index[0], 0) if shape[1] == 1 else (0, index[0])  # a single row or column counts as a flat list
    if len(index) > len(shape):
        raise NoSuchCell(f"expected {_places(shape)}, found {_bracketed(answer.position)}")
    for i, size in zip(index, shape, strict=False):
        if not 0 <= i < size:
            raise NoSuchCell(f"expected {_places(shape)}, found {_bracketed(answer.position)}")
    if len(answer.numbers.rows) > 1:
        raise NoSuchCell("expected one row, found several")
    (row,), width = answer.numbers.rows, 1 if len(index) == len(shape) else shape[1]
    if row == (None,):
        row *= width
    if len(row) != width:
        raise NoSuchCell(f"expected {_count(width, 'number')}, found {len(row)}")
    return LaidOutAnswer.of({(*index, j) if len(index) < len(shape) else index: cell for j, cell in enumerate(row)})


def _as_rows(matrix: Matrix, shape: tuple[int, ...]) -> tuple[tuple[Written | None, ...], ...] | None:
    """The numbers in as many rows and columns as the quantity has, or None where they do not come out so."""
    found, sizes = matrix.rows, {len(row) for row in matrix.rows}
    height, width = (1, *shape)[-2:] if shape else (1, 1)
    if len(found) == height and sizes == {width}:
        return found
    # A single column may be written as a flat list, and a vector as a column.
    turnable = (matrix.flat and width == 1) or (len(shape) == 1 and sizes == {1})
    if turnable and (len(found[0]), len(found)) == (height, width):
        return tuple(zip(*found, strict=True))
    return None


def _cells(rows: tuple[tuple[Written | None, ...], ...], shape: tuple[int, ...]) -> dict[Position, Written | None]:
    return {(r, c)[2 - len(shape) :]: cell for r, row in enumerate(rows) for c, cell in enumerate(row)}


def _misshapen(matrix: Matrix, true: Array) -> LaidOutAnswer:
    shape, found = true.shape, matrix.rows
    sizes = sorted({len(row) for row in found})
    if matrix.flat and 1 < matrix.size != true.size and (1, *shape)[-2:].count(1) and shape:
        return _in_line(tuple((cell,) for cell in found[0]), true)
    if matrix.flat:
        written = "a single number" if matrix.size == 1 else f"a list of {matrix.size}"
        return LaidOutAnswer.of({}, "shape", f"the shape is wrong: expected {_shape(shape)}, found {written}")
    if len(shape) == 2 and len(sizes) > 1:
        r = next((r for r, row in enumerate(found, start=1) if len(row) != shape[1]), 1)
        words = f"row {r} has {_count(len(found[r - 1]), 'number')}, expected {shape[1]}"
        return LaidOutAnswer.of({}, "shape", words)
    if len(shape) == 2 and (sizes[0], len(found)) == shape:
        turned = _cells(tuple(zip(*found, strict=True)), shape)
        words = f"the matrix is transposed: expected {_shape(shape)}, found {_shape(shape[::-1])}"
        return LaidOutAnswer.of(turned, "transposed", words)
    if len(shape) == 2 and sizes == [shape[1]]:
        return _aligned(found, true, "row")
    words = f"the shape is wrong: expected {_shape(shape)}, found {_shape((len(found), sizes[-1]))}"
    return LaidOutAnswer.of({}, "shape", words)


def _in_line(found: tuple[tuple[Written | None, ...], ...], true: Array) -> LaidOutAnswer:
    """The numbers of a flat list, with some missing or too many."""
    laid_out = _aligned(found, true.reshape(-1, 1), "number", _shape(true.shape))
    positions = list(np.ndindex(true.shape))
    return LaidOutAnswer.of(
        {positions[r]: cell for (r, _), cell in laid_out.cells.items()}, laid_out.kind, laid_out.problem
    )


def _aligned(
    found: tuple[tuple[Written | None, ...], ...], true: Array, noun: str, expected: str = ""
) -> LaidOutAnswer:
    """Rows of which some are missing or too many: those that can be told, where they fit best."""
    fewer, more = sorted((len(true), len(found)))
    missing = len(found) < len(true)
    kind = f"missing {noun}" if missing else f"{noun} too many"
    ending = f": expected {expected or _shape(true.shape)}, found {_count(len(found), noun)}"
    words = "missing" if missing else "too many"
    untold = LaidOutAnswer.of(
        {}, kind, f"{_count(more - fewer, noun)} {'is' if more - fewer == 1 else 'are'} {words}{ending}"
    )
    if comb(more, fewer) > MOST_TRIED:
        return untold
    fits = [
        [
            sum(cell is None or cell.is_right(float(value)) for cell, value in zip(row, right, strict=True))
            for right in true
        ]
        for row in found
    ]

    def pairs(kept: tuple[int, ...]) -> list[tuple[int, int]]:
        """Which row that was written is which of the quantity's."""
        return list(enumerate(kept)) if missing else [(w, r) for r, w in enumerate(kept)]

    def fit(kept: tuple[int, ...]) -> int:
        return sum(fits[w][r] for w, r in pairs(kept))

    kept = max(combinations(range(more), fewer), key=fit)
    if fit(kept) * 2 <= fewer * true.shape[1]:
        return untold
    left = [str(i + 1) for i in range(more) if i not in kept]
    which = f"{noun} {left[0]} is" if len(left) == 1 else f"{noun}s {', '.join(left)} are"
    cells: dict[Position, Written | None] = {(r, c): cell for w, r in pairs(kept) for c, cell in enumerate(found[w])}
    return LaidOutAnswer.of(cells, kind, f"{which} {words}{ending}")


def _shape(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a single number"
    return f"{_count(shape[0], 'row')} of {shape[1]}" if len(shape) == 2 else _count(shape[0], "number")


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _places(shape: tuple[int, ...]) -> str:
    if not shape:
        return "no row or cell of a single number"
    limits = " and ".join(f"a {word} from 1 to {n}" for word, n in zip(("row", "column"), shape, strict=False))
    return limits if len(shape) == 2 else f"a place from 1 to {shape[0]}"


def _bracketed(numbers: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, numbers))}]"
