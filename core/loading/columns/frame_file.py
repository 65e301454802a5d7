"""A Parquet, Feather, Arrow, JSON-lines or Excel file as columns, by the extra "tables"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import ProblemError
from core.files import MIB, read_bytes
from core.loading.columns.column import Column
from core.loading.fields import MistakeLines
from core.loading.reading import Reading
from core.text import clean, counted, shown

if TYPE_CHECKING:
    from polars import DataFrame, Series

LARGEST_FILE = 256 * MIB
TEXT_ONLY = ("header", "encoding")  # what only a file of text has
LINES = (".ndjson", ".jsonl")
KINDS = {".parquet": "Parquet", ".feather": "Feather", ".arrow": "Arrow", ".xlsx": "Excel"}


class FrameFile:
    """A table file that polars reads. Raises ProblemError."""

    def __init__(self, path: Path, reading: Reading) -> None:
        source = clean(str(path))
        mistakes = [
            f"{setting}: only for a text, such as a .csv file"
            for setting in TEXT_ONLY
            if getattr(reading, setting) not in (None, "")
        ]
        if mistakes:
            raise ProblemError(source, mistakes)
        self._reading, self._frame = reading, _frame(path, source)
        self.names = [clean(name) for name in self._frame.columns]
        self.remarks: list[str] = []
        for j, name in enumerate(self.names):
            if name in self.names[:j]:
                mistakes.append(f"column {j + 1}: the name {shown(name)} is already that of another column")
        if len(self.names) < 2:
            mistakes.append(f"expected at least one feature and a target, found {counted(len(self.names), 'column')}")
        if mistakes:
            raise ProblemError(source, mistakes)

    def title(self, column: int) -> str:
        """What messages call a column, counted from 0."""
        return f"column {column + 1} ({shown(self.names[column])})"

    def heading(self, column: int) -> str:
        """Where the name of a column is."""
        return f"column {column + 1}"

    def read(self, wanted: Sequence[int], mistakes: MistakeLines) -> dict[int, Column]:
        """Some of the columns. Lists and other cells that are no numbers or texts are noted."""
        if not self._frame.height:
            mistakes.note("expected rows of data, found none")
        return {j: self._column(j, self._frame.to_series(j), mistakes) for j in wanted}

    def _column(self, j: int, series: Series, mistakes: MistakeLines) -> Column:
        import polars

        title, name, kind = self.title(j), self.names[j], series.dtype
        if kind.is_numeric() or kind == polars.Null:
            values = series.cast(polars.Float64, strict=False).fill_null(float("nan")).to_numpy()
            return Column(title, name, _place, np.array(values), read_texts=lambda: _texts(series))
        if kind.is_nested() or kind in (polars.Object, polars.Binary):
            drop = self._reading.spelled_column("drop", name)
            mistakes.note(f"{title}: expected numbers or texts, found {clean(str(kind))}; {drop} leaves the column out")
            return Column(title, name, _place, np.zeros(len(series)))
        return Column(title, name, _place, texts=_texts(series))


def _place(row: int) -> str:
    return f"row {row + 1}"


def _texts(series: Series) -> list[str]:
    return ["" if cell is None else str(cell) for cell in series.to_list()]


def _frame(path: Path, source: str) -> DataFrame:
    data, suffix = read_bytes(path, LARGEST_FILE), path.suffix.lower()
    if suffix in LINES and data.lstrip().startswith(b"["):
        raise ProblemError(source, ['expected a JSON object in each line, such as {"x": 1, "y": 2}, found a list'])
    needs = "pip install 'sgdb[tables]'"
    try:
        import polars
    except ImportError:
        raise ProblemError(source, [f"a {suffix} file needs the extra tables: {needs}"]) from None

    def excel(file: BytesIO) -> DataFrame:
        return polars.read_excel(file, engine="calamine")

    readers: dict[str, Callable[[BytesIO], DataFrame]] = {
        ".parquet": polars.read_parquet,
        ".feather": polars.read_ipc,
        ".arrow": polars.read_ipc,
        ".xlsx": excel,
    }
    try:
        return readers.get(suffix, polars.read_ndjson)(BytesIO(data))
    except ImportError:
        raise ProblemError(source, [f"an .xlsx file needs the extra tables: {needs}"]) from None
    except BaseException as error:  # a panic of polars is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        kind = KINDS.get(suffix, "JSON-lines")
        raise ProblemError(source, [f"cannot be read as {kind}{_why(error)}"]) from None


def _why(error: BaseException) -> str:
    """What polars says, without what it quotes of the file."""
    words = clean(str(error)).split(": ")[-1]
    return f": {words[:80]}" if words else ""
