"""Column: the cells of one column of a table, and where each of them is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.arrays import Array
from core.loading.fields import MistakeLines


@dataclass(frozen=True, eq=False)
class Column:
    """The n cells of a column: as `texts`, or where they all are plain numbers as `values` (n,), in which NaN is a cell
    without a value; `read_texts` then has the cells anew. `title` is what messages call it, `name` what people do, and
    `place(i)` where cell i is.
    """

    title: str
    name: str
    place: Callable[[int], str]
    values: Array | None = None
    texts: Sequence[str] = ()
    read_texts: Callable[[], Sequence[str]] = field(default=tuple)

    def __len__(self) -> int:
        return len(self.texts if self.values is None else self.values)

    @cached_property
    def cells(self) -> Sequence[str]:
        """The cells as they are in the file."""
        return self.texts if self.values is None else self.read_texts()

    def of_rows(self, rows: NDArray[np.intp]) -> Column:
        """The column with some of its rows alone."""

        def place(row: int) -> str:
            return self.place(int(rows[row]))

        if self.values is None:
            return Column(self.title, self.name, place, texts=[self.texts[row] for row in rows])
        return Column(
            self.title, self.name, place, self.values[rows], (), lambda: [self.cells[row] for row in rows.tolist()]
        )


class ColumnFile(Protocol):
    """A file with named columns."""

    names: list[str]  # of all columns, "" where one has none
    remarks: list[str]  # how its shape was understood

    def title(self, column: int) -> str:
        """What messages call a column, counted from 0."""

    def heading(self, column: int) -> str:
        """Where the name of a column is."""

    def read(self, wanted: Sequence[int], mistakes: MistakeLines) -> dict[int, Column]:
        """Some of the columns, by their numbers. What is wrong with the rows is noted."""
