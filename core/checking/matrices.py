"""Numbers in rows as somebody wrote them, or as a program has them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, TypeAlias

import numpy as np

from core.checking.numbers import Numbers, read_array
from core.checking.written import OPEN, Written, read_written
from core.loading.fields import FieldReader, MistakeLines, Unfit
from core.text import shown

FAR = 100  # times as large as any number of a quantity: no slip
WHOLE = re.compile(r"[-+−]?\d{1,20}")


@dataclass(frozen=True)
class WrittenMatrix:
    """Numbers in rows, not yet compared with any shape; None is a cell left open. `flat` where they were written as a
    flat list or as a single number.
    """

    rows: tuple[tuple[Written | None, ...], ...]
    flat: bool = False
    of_program: ClassVar[bool] = False

    @property
    def size(self) -> int:
        return sum(map(len, self.rows))


@dataclass(frozen=True, eq=False)
class ProgramMatrix:
    """The numbers of a program's array, which are read as such, or in rows where the shape is wrong."""

    array: Any
    of_program: ClassVar[bool] = True

    @cached_property
    def numbers(self) -> Numbers:
        """Raises Unfit where one is not finite."""
        return read_array(self.array)

    @property
    def flat(self) -> bool:
        return bool(self.array.ndim < 2)

    @property
    def size(self) -> int:
        return int(self.array.size)

    @cached_property
    def rows(self) -> tuple[tuple[Written, ...], ...]:
        found, width = list(self.numbers.written.values()), self.array.shape[-1] if self.array.ndim else 1
        return tuple(tuple(found[i : i + width]) for i in range(0, len(found), width))


Matrix: TypeAlias = WrittenMatrix | ProgramMatrix


def read_matrix(reader: FieldReader, path: str, value: object) -> Matrix | None:
    """A number, a list of numbers or a list of rows. The reader takes what is wrong: a cell that cannot be read is left
    open, and None is what has no number that can, or no rows.
    """
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind == "f":
        return _of_program(reader, path, np.asarray(value))
    value = _from_numpy(value)
    if not isinstance(value, (list, tuple)):
        return _matrix(reader, path, [[value]], flat=True)
    if not value:
        reader.note(path, "expected numbers, found an empty list")
        return None
    width = max((len(row) for row in value if isinstance(row, (list, tuple))), default=0)
    if width:  # "?" may stand for a row
        value = [[OPEN] * width if row == OPEN else row for row in value]
    nested = [isinstance(row, (list, tuple)) for row in value]
    if not any(nested):
        return _matrix(reader, path, [value], flat=True)
    if not all(nested):
        row = nested.index(False) + 1
        reader.note(path, f"row {row}: expected a list of numbers, found {shown(value[row - 1])}")
        return None
    return _matrix(reader, path, value)


def _from_numpy(value: Any) -> Any:
    """Lists of Python's own numbers, with the digits that numpy prints, fewer of them in single precision."""
    if isinstance(value, np.ndarray):
        value = list(value) if value.ndim else value[()]
    if isinstance(value, (list, tuple)):
        return [_from_numpy(part) for part in value]
    if isinstance(value, np.floating):
        return float(value) if value == 0 or isinstance(value, float) else Decimal(str(value))
    return value.item() if isinstance(value, np.generic) else value


def _of_program(reader: FieldReader, path: str, array: Any) -> ProgramMatrix | None:
    if array.ndim > 2 or not array.size:
        reader.note(path, f"expected a matrix or a vector, found an array of shape {array.shape}")
        return None
    try:
        kept = array.copy()
        kept.setflags(write=False)
        matrix = ProgramMatrix(kept)
        matrix.numbers  # noqa: B018  # what is not finite is told here
    except Unfit as unfit:
        reader.note(path, str(unfit))
        return None
    return matrix


def _matrix(reader: FieldReader, path: str, rows: Any, flat: bool = False) -> WrittenMatrix | None:
    mistakes, is_cut = MistakeLines(), False
    read: list[tuple[Written | None, ...]] = []
    for r, row in enumerate(rows, start=1):
        cells: list[Written | None] = []
        for c, cell in enumerate(row, start=1):
            try:
                cells.append(read_written(cell))
            except Unfit as unfit:
                place = f"number {c}: " if flat and len(row) > 1 else "" if flat else f"row {r}, column {c}: "
                mistakes.note(f"{place}{unfit}")
                cells.append(None)
        if not row:
            mistakes.note(f"row {r}: expected numbers, found an empty list")
            is_cut = True
        read.append(tuple(cells))
    for line in mistakes.lines:
        reader.note(path, line)
    has_numbers = any(cell is not None for row in read for cell in row)
    return None if mistakes and (is_cut or not has_numbers) else WrittenMatrix(tuple(read), flat)


def decimal_commas(value: object, shape: tuple[int, ...], largest: float) -> str:
    """Whether numbers with decimal commas were read as twice as many whole ones, in words; empty where not. Those for a
    quantity, whose `largest` number has this size, may be as many as it has by chance: then they tell by their sizes.
    """
    if not isinstance(value, list) or not value:
        return ""
    nested = isinstance(value[0], list)
    rows: list[Any] = value if nested else [value]
    width = shape[-1] if shape else 1
    count = shape[0] if not nested and len(shape) == 2 and width == 1 else width
    if not all(isinstance(row, list) and row and len(row) % 2 == 0 and all(map(_is_whole, row)) for row in rows):
        return ""
    one, two = rows[0][:2]
    if all(_are_commas(row, max(largest, 1.0)) for row in rows):
        return f'every second number is too large; write a decimal point: {one}.{two}, not "{one},{two}"'
    if any(len(row) != 2 * count for row in rows):
        return ""
    return f'found {2 * count} whole numbers for {count}; write a decimal point: {one}.{two}, not "{one},{two}"'


def _are_commas(row: list[Any], largest: float) -> bool:
    """Whether whole numbers can only be those before and behind commas, where none is far larger than `largest`."""
    before, behind = ([str(cell) for cell in row[start::2]] for start in (0, 1))
    is_small = all(abs(int(text.replace("−", "-"))) <= FAR * largest for text in before)
    return is_small and all(text.isdigit() and int(text) > FAR * largest for text in behind)


def _is_whole(cell: object) -> bool:
    return WHOLE.fullmatch(str(cell)) is not None and not isinstance(cell, bool)


def without_graph(value: Any) -> Any:
    """A tensor as an array; anything else as it is."""
    if hasattr(value, "detach") and hasattr(value, "numpy"):
        return value.detach().cpu().numpy()
    return value
