"""An answer sheet: which problem and step somebody worked on by hand, and the numbers and formulas they found.

problem = "exercise-2"              a built-in's name, or a file, found from the folder of this one
step = 0                            which SGD step; 0 unless told otherwise
[answers]                           any quantities, in any order
s_1 = [[0.458, 0.869], ...]         a matrix; one of a single row or column may be a flat list
"z_1[2]" = [0.1205, "?"]            a row; "?" is a cell left open
"delta_1[2,3]" = -0.08899           a cell, its row and column counted from 1
[formulas]
dW_1 = "X_in' * delta_1"
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.checking.formula_grammar import FormulaError, Node, parse, spelled
from core.checking.written import Written, as_decimal, read_written
from core.errors import DivergedError, ProblemError
from core.files import MIB, decode, read_bytes
from core.loading.checker import TABLE, TEXT, Checker, Kind, Mistakes, Unfit, whole
from core.loading.loader import built_in_names, load_problem
from core.problem import Problem
from core.step import Step
from core.text import clean, shown
from core.timeline import Timeline

LARGEST_FILE = MIB
MOST_NUMBERS = 5_000
MOST_FORMULAS = 50
LAST_STEP = 100_000
NAME = re.compile(r"\s*(\w+)\s*(?:\[\s*(\d{1,6})\s*(?:,\s*(\d{1,6})\s*)?\])?\s*")
SHEET: dict[str, Kind] = {
    "problem": TEXT,
    "step": whole(0, LAST_STEP),
    "answers": TABLE,
    "formulas": TABLE,
}


@dataclass(frozen=True)
class Grid:
    """Numbers in rows, not yet compared with any shape; None is a cell left open. `flat` where they were written as a
    flat list or as a single number.
    """

    rows: tuple[tuple[Written | None, ...], ...]
    flat: bool = False

    @property
    def size(self) -> int:
        return sum(map(len, self.rows))


@dataclass(frozen=True)
class Answer:
    """What stands under one key: the quantity's `name` as typed, the row or cell it is about (counted from 1; empty for
    the whole), and the numbers.
    """

    key: str
    name: str
    place: tuple[int, ...]
    grid: Grid


@dataclass(frozen=True)
class Formula:
    """A formula as somebody wrote it for the quantity `name`."""

    name: str
    text: str
    tree: Node


@dataclass(frozen=True, eq=False)
class AnswerSheet:
    """What somebody found by hand, as far as it can be told without the step: `source` is the file's name."""

    source: str
    step: Step
    answers: tuple[Answer, ...]
    formulas: tuple[Formula, ...]


def load_answers(path: str | os.PathLike[str], step: Step | None = None) -> AnswerSheet:
    """The answer sheet in a TOML file. With a `step`, its problem and step need not be named and are not looked up.

    Raises ProblemError, which lists every mistake.
    """
    source = clean(os.fspath(path))
    checker = Checker()
    read = checker.table("", _read_toml(Path(path), source), SHEET)
    sheet = _read_sheet(checker, read.get("answers", {}), read.get("formulas", {}))
    nothing = not read.get("answers") and not read.get("formulas") and not checker.mistakes
    if step is None:
        problem = _load_problem(checker, read, Path(path).parent)
        if problem is not None and not checker.mistakes:
            step = _take_step(checker, problem, read.get("step", 0))
    if nothing:
        checker.note("", "expected answers or formulas, found neither")
    if checker.mistakes or step is None:
        raise ProblemError(source, checker.mistakes)
    return AnswerSheet(source, step, *sheet)


def answers_from(values: Mapping[str, Any], step: Step) -> AnswerSheet:
    """An answer sheet from numbers in Python: arrays, lists, numbers or Decimals by the keys of [answers]. A float has
    the digits that Python prints. Raises ProblemError.
    """
    checker = Checker()
    plain = {key: value.tolist() if hasattr(value, "tolist") else value for key, value in values.items()}
    sheet = _read_sheet(checker, plain, {})
    if checker.mistakes:
        raise ProblemError("", checker.mistakes)
    return AnswerSheet("", step, *sheet)


def _read_toml(path: Path, source: str) -> dict[str, Any]:
    text = decode(path, read_bytes(path, LARGEST_FILE))
    try:
        return tomllib.loads(text, parse_float=as_decimal)
    except RecursionError:
        raise ProblemError(source, ["lists or tables are nested too deep"]) from None
    except ValueError as error:  # a TOMLDecodeError, or a number with more digits than Python reads
        raise ProblemError(source, [f"not TOML: {clean(str(error))}"]) from None


def _load_problem(checker: Checker, read: Mapping[str, Any], folder: Path) -> Problem | None:
    if "problem" not in read:
        if not any(mistake.startswith("problem:") for mistake in checker.mistakes):
            checker.note("problem", "missing; expected a built-in problem's name or a file")
        return None
    name = read["problem"]
    source = name if name in built_in_names() or not _is_file(name, folder) else str(folder / name)
    try:
        return load_problem(source)
    except ProblemError as error:
        for mistake in error.mistakes:
            place = "" if mistake.startswith("problem:") else "problem: "
            checker.note("", f"{place}{f'{error.source}: ' if error.source else ''}{mistake}")
        return None


def _is_file(name: str, folder: Path) -> bool:
    return bool(os.path.splitext(name)[1] or os.path.dirname(name) or os.path.exists(folder / name))


def _take_step(checker: Checker, problem: Problem, index: int) -> Step | None:
    try:
        return Timeline(problem)[index]
    except DivergedError as error:
        checker.note("step", str(error))
        return None


def _read_sheet(
    checker: Checker, answers: Mapping[str, Any], formulas: Mapping[str, Any]
) -> tuple[tuple[Answer, ...], tuple[Formula, ...]]:
    """Every answer and every formula that can be read; the mistakes go to the checker."""
    read = [_read_answer(checker, key, value) for key, value in answers.items()]
    found = tuple(answer for answer in read if answer is not None)
    count = sum(answer.grid.size for answer in found)
    if count > MOST_NUMBERS:
        checker.note("answers", f"expected at most {MOST_NUMBERS} numbers, found {count}")
    if len(formulas) > MOST_FORMULAS:
        checker.note("formulas", f"expected at most {MOST_FORMULAS} formulas, found {len(formulas)}")
        return found, ()
    written = [_read_formula(checker, key, value) for key, value in formulas.items()]
    return found, tuple(formula for formula in written if formula is not None)


def _read_formula(checker: Checker, key: str, value: object) -> Formula | None:
    path = f"formulas.{shown(key)[1:-1]}"
    text = checker.read(path, value, TEXT)
    if text is None:
        return None
    try:
        return Formula(spelled(key).strip(), text, parse(text))
    except FormulaError as error:
        checker.note(path, str(error))
        return None


def _read_answer(checker: Checker, key: str, value: object) -> Answer | None:
    path = f"answers.{shown(key)[1:-1]}"
    match = NAME.fullmatch(spelled(key))
    if match is None:
        checker.note(path, 'expected a name such as s_1, or one with a row or a cell such as "s_1[2]" or "s_1[2,3]"')
        return None
    name, *numbers = match.groups()
    grid = read_grid(checker, path, value)
    return None if grid is None else Answer(key, name, tuple(int(n) for n in numbers if n), grid)


def read_grid(checker: Checker, path: str, value: object) -> Grid | None:
    """A number, a list of numbers or a list of rows; None where there is a mistake, which the checker takes."""
    if not isinstance(value, (list, tuple)):
        return _grid(checker, path, [[value]], flat=True)
    if not value:
        checker.note(path, "expected numbers, found an empty list")
        return None
    nested = [isinstance(row, (list, tuple)) for row in value]
    if not any(nested):
        return _grid(checker, path, [value], flat=True)
    if not all(nested):
        row = nested.index(False) + 1
        checker.note(path, f"row {row}: expected a list of numbers, found {shown(value[row - 1])}")
        return None
    return _grid(checker, path, value)


def _grid(checker: Checker, path: str, rows: Any, flat: bool = False) -> Grid | None:
    mistakes = Mistakes()
    read: list[tuple[Written | None, ...]] = []
    for r, row in enumerate(rows, start=1):
        cells: list[Written | None] = []
        for c, cell in enumerate(row, start=1):
            try:
                cells.append(read_written(cell))
            except Unfit as unfit:
                place = f"number {c}: " if flat and len(row) > 1 else "" if flat else f"row {r}, column {c}: "
                mistakes.note(f"{place}{unfit}")
        if not row:
            mistakes.note(f"row {r}: expected numbers, found an empty list")
        read.append(tuple(cells))
    for line in mistakes.lines:
        checker.note(path, line)
    return None if mistakes else Grid(tuple(read), flat)
