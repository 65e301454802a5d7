"""Reading a table from a file."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from core.loading.reading import Reading
from core.loading.table import Table
from core.text import clean

TEXTS = (".csv", ".tsv", ".tab", ".data")
FRAMES = (".parquet", ".feather", ".arrow", ".ndjson", ".jsonl", ".xlsx")
SUFFIXES = (*TEXTS, ".npz", *FRAMES)
TABLES = {"csv": TEXTS, "npz": (".npz",), "table": SUFFIXES}  # keys of [data] and the files that they name


def key_of(path: str | os.PathLike[str]) -> str | None:
    """The key of [data] that is for a file with such a name; None for a file that is no table."""
    suffix = os.path.splitext(path)[1].lower()
    return next((key for key, suffixes in TABLES.items() if suffix in suffixes), None)


def read_table(path: Path, reading: Reading) -> Table:
    """The table in a file, told apart by its suffix, one of SUFFIXES, as `reading` says. With missing = "mean" the
    inputs have NaN where a cell is missing. Raises ProblemError, which lists every mistake.
    """
    from core.errors import ProblemError
    from core.loading.remarks import on_cases, on_classes, understood

    source, suffix = clean(str(path)), path.suffix.lower()
    if mistakes := reading.mistakes():
        raise ProblemError(source, mistakes)
    if suffix == ".npz":
        from core.loading.npz_file import read_npz

        table = read_npz(path, reading)
    else:
        from core.loading.columns.table import table_of

        if suffix in FRAMES:
            from core.loading.columns.frame_file import FrameFile

            table = table_of(FrameFile(path, reading), source, reading)
        else:
            from core.loading.columns.csv_file import CsvFile

            table = table_of(CsvFile(path, reading), source, reading)
    said = (understood(table, reading), on_classes(table.targets, reading), on_cases(table.targets), *table.remarks)
    return replace(table, remarks=tuple(filter(None, said)))
