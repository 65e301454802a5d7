"""Reading a table from a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.errors import ProblemError
from core.loading.table import Table
from core.loading.table_remarks import remarks_on
from core.text import clean

SUFFIXES = (".csv", ".npz")  # of files that are tables


def read_table(path: Path, target: str | None = None, task: str | None = None) -> Table:
    """The table in a .csv or .npz file, told apart by the file's name. `target` is the name of a .csv file's target
    column (None: the last), `task` is "classification", "regression" or None: what the targets look like.
    Raises ProblemError, which lists every mistake.
    """
    if path.suffix.lower() == ".npz":
        from core.loading.npz_file import read_npz

        if target is not None:
            raise ProblemError(clean(str(path)), ["target: only a .csv file has named columns"])
        table = read_npz(path, task)
    else:
        from core.loading.csv_file import read_csv

        table = read_csv(path, target, task)
    return replace(table, remarks=(*remarks_on(table, task), *table.remarks))
