"""The answer sheets of a class, found among files and folders, and what each is called."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from core.checking.answers import LARGEST_FILE, SHEET
from core.checking.as_written import read_sheet
from core.errors import ProblemError
from core.files import decode, read_bytes
from core.text import clean

SUFFIXES = (".toml", ".npz")
MOST_SHEETS = 10_000
NO_SHEET = "no answer sheet in this folder"
OTHER = "not an answer sheet: it has no problem, answers or formulas"
ARRAYS = "arrays are checked for a problem that is named: --problem NAME"


class FoundSheets(NamedTuple):
    """The `paths` of answer sheets, each once, and the files that were left out, each with the reason."""

    paths: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...] = ()


def find_sheets(places: Sequence[str], scheme: str | None = None, arrays: bool = True) -> FoundSheets:
    """The answer sheets that are meant by some files and folders: in a folder and those in it all .toml and .npz files,
    in the order of their names. Files that are something else, such as a problem, are left out; unless there are to be
    `arrays`, so are those of a folder; and the `scheme` is. Raises ProblemError where there is no sheet at all, where
    there are too many, and where a folder cannot be read.
    """
    paths: dict[str, str] = {}
    skipped: dict[str, str] = {}
    for place in places:
        is_folder, has_sheets = os.path.isdir(place), False
        for path in _in_folder(place) if is_folder else [place]:
            if _is_same(path, scheme):
                continue
            if reason := _other(path, arrays or not is_folder):
                skipped[path] = reason
            else:
                has_sheets = True
                paths.setdefault(os.path.abspath(path), path)
        if is_folder and not has_sheets:
            skipped[place] = NO_SHEET
    if len(paths) > MOST_SHEETS:
        raise ProblemError("", [f"expected at most {MOST_SHEETS} answer sheets, found {len(paths)}"])
    if not paths:
        raise ProblemError("", [f"{clean(path)}: {why}" for path, why in skipped.items()] or ["no answer sheet"])
    return FoundSheets(tuple(paths.values()), tuple(skipped.items()))


def names_of_sheets(paths: Sequence[str]) -> list[str]:
    """What the files are called in a table: by their names and, where these are the same, with as many of the folders
    they are in as tell them apart.
    """
    parts = [Path(os.path.abspath(path)).parts for path in paths]
    lengths = [1] * len(paths)
    while True:
        names = [_name(part[-length:]) for part, length in zip(parts, lengths, strict=True)]
        counts = Counter(names)
        longer = [i for i, name in enumerate(names) if counts[name] > 1 and lengths[i] < len(parts[i])]
        if not longer:
            return names
        for i in longer:
            lengths[i] += 1


def _name(parts: Sequence[str]) -> str:
    return clean("/".join(part.strip(os.sep) for part in parts))


def _in_folder(place: str) -> Iterator[str]:
    """The files with the names of sheets in a folder and those in it. Raises ProblemError."""
    try:
        for folder, inner, files in os.walk(place, onerror=_fail):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            for name in sorted(files):
                if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                    yield os.path.join(folder, name)
    except OSError as error:
        raise ProblemError(clean(error.filename or place), [f"cannot be read: {error.strerror}"]) from None


def _fail(error: OSError) -> None:
    raise error


def _is_same(path: str, scheme: str | None) -> bool:
    return scheme is not None and os.path.exists(path) and os.path.exists(scheme) and os.path.samefile(path, scheme)


def _other(path: str, arrays: bool) -> str:
    """Why a file is no answer sheet; empty where it is one, or cannot be read."""
    if path.lower().endswith(".npz"):
        return "" if arrays else ARRAYS
    try:
        tables = read_sheet(decode(Path(path), read_bytes(Path(path), LARGEST_FILE))).tables
    except (ProblemError, ValueError, RecursionError):
        return ""
    return OTHER if tables and SHEET.keys().isdisjoint(tables) else ""
