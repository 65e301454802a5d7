"""Where problems come from: the built-in ones by name, a person's own by the path of a file."""

from __future__ import annotations

import os
from collections.abc import Mapping

from core.errors import ProblemError
from core.problem import Problem
from core.source import Source
from core.suggestion import suggest
from core.text import clean, shown

BUILT_IN = os.path.join(os.path.dirname(os.path.dirname(__file__)), "problems")
OTHER_TEXTS = (".txt", ".dat")
EXPECTED = "expected a .toml, .csv, .npz or .parquet file"


def built_in_names() -> list[str]:
    """The names of the problems that come with the program."""
    return sorted(name for name, suffix in map(os.path.splitext, os.listdir(BUILT_IN)) if suffix == ".toml")


def problem_suffixes() -> tuple[str, ...]:
    """How the names of files end that are problems, or tables that problems are made of."""
    from core.loading.table_file import SUFFIXES

    return (".toml", *SUFFIXES)


def built_in_problems() -> dict[str, str]:
    """The problems that come with the program: for each name, a line about it, which says so where it needs an extra
    that is not installed.
    """
    from pathlib import Path

    from core.loading.datasets import EXTRA, needs_extra
    from core.loading.problem_file import read_toml

    files = {name: read_toml(Path(BUILT_IN, f"{name}.toml"), name) for name in built_in_names()}
    return {
        name: file["about"] + (f" (needs {EXTRA})" if needs_extra(file["data"].get("dataset", "")) else "")
        for name, file in files.items()
    }


def load_problem(source: str | os.PathLike[str], options: Mapping[str, object] | None = None) -> Problem:
    """The problem that `source` names: a built-in one ("exercise-2"), or the path of a .toml file or of a table: .csv
    (.tsv, .tab, .data), .npz, or with the extra "tables" .parquet, .feather, .arrow, .ndjson, .jsonl or .xlsx.

    `options` are settings beside the file, as values or as the texts that a person types; one that is None is not
    given. Every problem takes loss and its settings (margin, half, squared), lr, batch, seed (of the order of the rows,
    and of the weights where they are drawn), in-order, reduction, update, momentum, l1, l2; test, data-seed,
    standardize and shape; hidden and activation, unless a file gives the weights. A table, by itself or in a .toml
    file, takes how it is read: target, task, drop, only, encode, missing, no-header, encoding, decimal and thousands
    (columns as a list of names or as "a, b"); generated data take rows and noise. What was made of the data stands in
    the problem's `remarks`.

    Raises ProblemError, which lists every mistake in the file and in the options.
    """
    name, given = os.fspath(source), options or {}
    known = {key: value for key, value in given.items() if value is not None}
    is_built_in = isinstance(source, str) and name in built_in_names()
    origin = Source.of(name if is_built_in else os.path.abspath(name), known)
    return _load(source, given, is_built_in).with_source(origin)


def _load(source: str | os.PathLike[str], given: Mapping[str, object], is_built_in: bool) -> Problem:
    from pathlib import Path

    from core.loading.fields import FieldReader
    from core.loading.options import read_options
    from core.loading.problem_file import load_problem_file
    from core.loading.table_file import SUFFIXES
    from core.loading.table_problem import load_table_problem

    name = os.fspath(source)
    if is_built_in:
        return load_problem_file(Path(BUILT_IN, f"{name}.toml"), name, given)
    path = Path(name)
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return load_table_problem(path, given)
    # A name without a suffix is a file only where there is one: "./run" reaches a file called like a command.
    if suffix == ".toml" or (not suffix and (os.path.dirname(name) or os.path.exists(name))):
        return load_problem_file(path, clean(name), given)
    reader = FieldReader()
    read_options(reader, given)
    raise ProblemError("", [*reader.mistakes, _unknown(name)])


def _unknown(name: str) -> str:
    if os.path.dirname(name) or os.path.exists(name):
        found = "a folder" if os.path.isdir(name) else shown(os.path.basename(name))
        advice = "; a table as text must be called .csv" if name.lower().endswith(OTHER_TEXTS) else ""
        return f"{clean(name)}: {EXPECTED}, found {found}{advice}"
    message = suggest(shown(name)[1:-1], built_in_names())
    files = "" if "did you mean" in message else ", or the path of a .toml, .csv, .npz or .parquet file"
    return f"problem: {message}{files}"
