"""An answer sheet: which problem and step somebody worked on by hand, and the numbers and formulas they found.

problem = "exercise-2"              a built-in's name, or a file, found from the folder of this one; a name that is
                                    not UTF-8 as "file:caf%E9.toml"
loss, margin, lr, batch, ...        settings beside it, as on the command line
practice = 7                        not the problem itself, but the practice problem of that seed
step = 0                            which SGD step; 0 unless told otherwise
digits = 3                          how many digits of a number are owed; 2 unless told otherwise
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
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from core.checking.written import OPEN, Written, as_decimal, read_written
from core.errors import DivergedError, FormulaError, ProblemError
from core.expression.lexicon import spelled
from core.expression.reader import read
from core.files import MIB, path_in
from core.loading.fields import TABLE, TEXT, FieldReader, Kind, Mistakes, Unfit, whole
from core.loading.loader import built_in_names, load_problem
from core.loading.options import TABLE_OPTIONS
from core.loading.problem_file import read_toml
from core.problem import Problem
from core.step import Step
from core.text import clean, shown
from core.timeline import Timeline

Progress: TypeAlias = Callable[[int, int], object]

LARGEST_FILE = MIB
MOST_NUMBERS = 5_000
MOST_FORMULAS = 50
LAST_STEP = 100_000
OWED, MOST_OWED = 2, 15  # digits of a number
STEPS = 500  # that are taken between two signs of progress
NAME = re.compile(r"\s*(\w+)\s*(?:\[\s*(\d{1,6})\s*(?:,\s*(\d{1,6})\s*)?\])?\s*")
SETTING = Kind("a setting", lambda value: value)
SHEET: dict[str, Kind] = {
    "problem": TEXT,
    **dict.fromkeys(TABLE_OPTIONS, SETTING),
    "practice": whole(0),
    "step": whole(0, LAST_STEP),
    "digits": whole(1, MOST_OWED),
    "answers": TABLE,
    "formulas": TABLE,
}


@dataclass(frozen=True)
class WrittenMatrix:
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
    position: tuple[int, ...]
    numbers: WrittenMatrix


@dataclass(frozen=True)
class WrittenFormula:
    """A formula as somebody wrote it for the quantity `name`."""

    name: str
    text: str


@dataclass(frozen=True, eq=False)
class AnswerSheet:
    """What somebody found by hand, as far as it can be told without the step: `source` is the name; of each number
    so many `digits` are owed.
    """

    source: str
    step: Step
    answers: tuple[Answer, ...]
    formulas: tuple[WrittenFormula, ...]
    digits: int = OWED


def load_answers(
    path: str | os.PathLike[str], step: Step | None = None, progress: Progress | None = None
) -> AnswerSheet:
    """The answer sheet in a TOML file. With a `step`, its problem and step need not be named; where they are, they must
    be those of the step. `progress(done, total)` is called on the way to the step.

    Raises ProblemError, which lists every mistake.
    """
    source = clean(os.fspath(path))
    if not source:
        raise ProblemError("", ["expected the name of a file of answers"])
    reader = FieldReader()
    tables = read_toml(Path(path), source, LARGEST_FILE, as_decimal)
    read = reader.table("", {key: _plain(value) for key, value in tables.items()}, SHEET)
    sheet = _read_sheet(reader, read.get("answers", {}), read.get("formulas", {}))
    nothing = not read.get("answers") and not read.get("formulas") and not reader.mistakes
    problem = _load_problem(reader, read, Path(path).parent) if step is None or "problem" in read else None
    if step is not None:
        _compare(reader, read, problem, step)
    elif problem is not None and not reader.mistakes:
        step = _take_step(reader, problem, read.get("step", 0), progress)
    if nothing:
        reader.note("", "expected answers or formulas, found neither")
    if reader.mistakes or step is None:
        raise ProblemError(source, [*reader.mistakes, *_unreadable(sheet[1])])
    return AnswerSheet(source, step, *sheet, read.get("digits", OWED))


def answers_from(values: Mapping[str, Any], formulas: Mapping[str, str], step: Step) -> AnswerSheet:
    """An answer sheet from Python: arrays, lists, numbers or Decimals by the keys of [answers], and formulas as texts.
    A float has the digits that Python prints. Raises ProblemError.
    """
    reader = FieldReader()
    for key in (*values, *formulas):
        if not isinstance(key, str):
            reader.note("answers", f"expected names, found {shown(key)}")
    if not values and not formulas:
        reader.note("", "expected answers or formulas, found neither")
    if reader.mistakes:
        raise ProblemError("", reader.mistakes)
    sheet = _read_sheet(reader, {key: _from_numpy(value) for key, value in values.items()}, formulas)
    if reader.mistakes:
        raise ProblemError("", [*reader.mistakes, *_unreadable(sheet[1])])
    return AnswerSheet("", step, *sheet)


def _from_numpy(value: Any) -> Any:
    """Lists of Python's own numbers, with the digits that numpy prints, fewer of them in single precision."""
    if isinstance(value, np.ndarray):
        value = list(value) if value.ndim else value[()]
    if isinstance(value, (list, tuple)):
        return [_from_numpy(part) for part in value]
    if isinstance(value, np.floating):
        return float(value) if value == 0 or isinstance(value, float) else Decimal(str(value))
    return value.item() if isinstance(value, np.generic) else value


def _plain(value: object) -> object:
    """A number whose digits are of no interest."""
    return float(value) if isinstance(value, Decimal) else value


def _load_problem(reader: FieldReader, read: Mapping[str, Any], folder: Path) -> Problem | None:
    if "problem" not in read:
        if not any(mistake.startswith("problem:") for mistake in reader.mistakes):
            reader.note("problem", "missing; expected a built-in problem's name or a file")
        return None
    name = path_in(read["problem"])
    source = name if name in built_in_names() or not _is_file(name, folder) else str(folder / name)
    try:
        problem = load_problem(source, {option: read[option] for option in TABLE_OPTIONS if option in read})
        if "practice" not in read:
            return problem
        from core.fresh import practice_problem

        return practice_problem(problem, read["practice"], keep_rate="lr" in read)
    except ProblemError as error:
        for mistake in error.mistakes:
            place = "" if mistake.startswith(("problem:", "option ")) else "problem: "
            reader.note("", f"{place}{f'{error.source}: ' if error.source else ''}{mistake.removeprefix('option ')}")
        return None


def _compare(reader: FieldReader, read: Mapping[str, Any], problem: Problem | None, step: Step) -> None:
    """Whether the answer sheet is for this step; what it does not say is not compared."""
    if problem is not None and (other := _difference(problem, step.problem)):
        reader.note("problem", f"the sheet is for {clean(problem.name)}; this step differs from it in the {other}")
    elif read.get("step", step.index) != step.index:
        reader.note("step", f"the sheet is for step {read['step']}, and this is step {step.index}")


def _difference(problem: Problem, other: Problem) -> str:
    """In what one problem is trained on something else than another, or otherwise; empty where it is the same."""
    here, there = problem.particulars(), other.particulars()
    return next((name for name in here if here[name] != there[name]), "")


def _is_file(name: str, folder: Path) -> bool:
    return bool(os.path.splitext(name)[1] or os.path.dirname(name) or os.path.exists(folder / name))


def _take_step(reader: FieldReader, problem: Problem, index: int, progress: Progress | None) -> Step | None:
    timeline, left = Timeline(problem), index
    try:
        while left:
            left = timeline.approach(index, STEPS)
            if progress is not None:
                progress(index - left, index)
        return timeline[index]
    except DivergedError as error:
        reader.note("step", str(error))
        return None


def _read_sheet(
    reader: FieldReader, answers: Mapping[str, Any], formulas: Mapping[str, Any]
) -> tuple[tuple[Answer, ...], tuple[WrittenFormula, ...]]:
    """Every answer and every formula that can be read; the mistakes go to the reader."""
    read = [_read_answer(reader, key, value) for key, value in answers.items()]
    found = tuple(answer for answer in read if answer is not None)
    count = sum(answer.numbers.size for answer in found)
    if count > MOST_NUMBERS:
        reader.note("answers", f"expected at most {MOST_NUMBERS} numbers, found {count}")
    if len(formulas) > MOST_FORMULAS:
        reader.note("formulas", f"expected at most {MOST_FORMULAS} formulas, found {len(formulas)}")
        return found, ()
    written = [_read_formula(reader, key, value) for key, value in formulas.items()]
    return found, tuple(formula for formula in written if formula is not None)


def _read_formula(reader: FieldReader, key: str, value: object) -> WrittenFormula | None:
    path = f"formulas.{shown(key)[1:-1]}"
    text = reader.read(path, _plain(value), TEXT)
    return None if text is None else WrittenFormula(spelled(key).strip(), text)


def _unreadable(formulas: Iterable[WrittenFormula]) -> Iterator[str]:
    """What is wrong with formulas as such, a line for each; whoever checks them finds the same, and wrong names."""
    for formula in formulas:
        try:
            read(formula.text)
        except FormulaError as error:
            yield f"formulas.{shown(formula.name)[1:-1]}: {error}"


def _read_answer(reader: FieldReader, key: str, value: object) -> Answer | None:
    path = f"answers.{shown(key)[1:-1]}"
    match = NAME.fullmatch(spelled(key))
    if match is None:
        reader.note(path, 'expected a name such as s_1, or one with a row or a cell such as "s_1[2]" or "s_1[2,3]"')
        return None
    name, *numbers = match.groups()
    matrix = read_matrix(reader, path, value)
    return None if matrix is None else Answer(key, name, tuple(int(n) for n in numbers if n), matrix)


def read_matrix(reader: FieldReader, path: str, value: object) -> WrittenMatrix | None:
    """A number, a list of numbers or a list of rows; None where there is a mistake, which the reader takes."""
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


def _matrix(reader: FieldReader, path: str, rows: Any, flat: bool = False) -> WrittenMatrix | None:
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
        reader.note(path, line)
    return None if mistakes else WrittenMatrix(tuple(read), flat)
