"""An answer sheet: which problem and step somebody worked on by hand, and the numbers and formulas they found.

problem = "exercise-2"              a built-in's name, or a file, found from the folder of this one; a name that is
                                    not UTF-8 as "file:caf%E9.toml"
loss, margin, lr, batch, ...        settings beside it, as on the command line
notation = "ng"                     whose names and layout the answers have, as in `core.notations.own`; the problem's
                                    unless told otherwise
practice = 7                        not the problem itself, but the practice problem of that seed
step = 0                            which SGD step; 0 unless told otherwise
digits = 3                          how many digits of a number are owed; 2 unless told otherwise
[answers]                           any quantities, in any order
s_1 = [[0.458, 0.869], ...]         a matrix; one of a single row or column may be a flat list
"z_1[2]" = [0.1205, "?"]            a row; "?" is a cell left open
"delta_1[2,3]" = -0.08899           a cell, its row and column counted from 1
[formulas]
dW_1 = "X_in' * delta_1"

Names, numbers and formulas may be written as people do; what cannot be read is listed, and the rest is judged. Arrays
from a program come in a .npz file, or from Python.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from core.checking.as_written import Sheet, read_sheet
from core.checking.keys import Keys
from core.checking.matrices import Matrix, decimal_commas, read_matrix, without_graph
from core.errors import DivergedError, FormulaError, ProblemError
from core.expression.lexicon import in_line, spelled
from core.expression.reader import read
from core.files import MIB, decode, path_in, read_bytes
from core.loading.fields import TABLE, TEXT, FieldReader, Kind, whole
from core.loading.loader import built_in_names, load_problem
from core.loading.options import TABLE_OPTIONS
from core.problem import Problem
from core.step import Step
from core.text import clean, shown
from core.timeline import Timeline

if TYPE_CHECKING:
    from core.notations.words import Notation

Progress: TypeAlias = Callable[[int, int], object]

LARGEST_FILE = MIB
MOST_NUMBERS = 5_000
MOST_FORMULAS = 50
LAST_STEP = 100_000
GRADIENT = "grad"  # behind a name and a dot
OWED, MOST_OWED = 2, 15  # digits of a number
STEPS = 500  # that are taken between two signs of progress
MOST_IN_ARRAYS = 200_000
LARGEST_ARRAYS = 64 * MIB
NAME = re.compile(r"\s*([^\[\]]*[^\[\]\s])\s*(?:\[\s*(\d{1,6})\s*(?:,\s*(\d{1,6})\s*)?\])?\s*")
SETTING = Kind("a setting", lambda value: value)
SHEET: dict[str, Kind] = {
    "problem": TEXT,
    **dict.fromkeys(TABLE_OPTIONS, SETTING),
    "notation": SETTING,
    "practice": whole(0),
    "step": whole(0, LAST_STEP),
    "digits": whole(1, MOST_OWED),
    "answers": TABLE,
    "formulas": TABLE,
}


@dataclass(frozen=True)
class Answer:
    """What stands under one key: the quantity's `name`, the row or cell it is about (counted from 1; empty for the
    whole), and the numbers.
    """

    key: str
    name: str
    position: tuple[int, ...]
    numbers: Matrix


@dataclass(frozen=True)
class WrittenFormula:
    """A formula as somebody wrote it for the quantity `name`, which they called `key`."""

    name: str
    text: str
    key: str = ""


@dataclass(frozen=True, eq=False)
class AnswerSheet:
    """What somebody found by hand: `source` is the file's name, `unreadable` what could not be read, a line for each,
    and `remarks` how words were read that sgdb has others for. Of each number so many `digits` are owed.
    """

    source: str
    step: Step
    answers: tuple[Answer, ...]
    formulas: tuple[WrittenFormula, ...]
    unreadable: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    digits: int = OWED
    notation: Notation | None = None


def load_answers(
    path: str | os.PathLike[str],
    step: Step | None = None,
    progress: Progress | None = None,
    notation: Notation | None = None,
) -> AnswerSheet:
    """The answer sheet in a TOML file. With a `step`, its problem and step need not be named; where they are, they must
    be those of the step. `progress(done, total)` is called on the way to the step. A .npz file has arrays by name, and
    needs a `step`. `notation` is that of a sheet that does not name its own; without, it is the problem's.

    Raises ProblemError, which lists every mistake.
    """
    source = clean(os.fspath(path))
    if not source:
        raise ProblemError("", ["expected the name of a file of answers"])
    if Path(path).suffix.lower() == ".npz":
        if step is None:
            raise ProblemError(source, ["expected the problem that these arrays are for: --problem NAME [--step N]"])
        arrays = read_arrays(Path(path), source)
        return _sheet_of(source, step, arrays, {}, notation=notation or step.problem.notation)
    reader = FieldReader()
    tables, lost = _read_toml(Path(path), source)
    read = reader.table("", {key: _plain(value) for key, value in tables.items()}, SHEET)
    answers, formulas = (_in_one_word(read.get(table, {})) for table in ("answers", "formulas"))
    if "notation" in read:
        from core.notations.own import read_notation

        notation = read_notation(reader, read["notation"])
    nothing = not answers and not formulas and not reader.mistakes and not lost
    problem = _load_problem(reader, read, Path(path).parent) if step is None or "problem" in read else None
    if step is not None:
        _compare(reader, read, problem, step)
    elif problem is not None and not reader.mistakes:
        step = _take_step(reader, problem, read.get("step", 0), progress)
    if nothing:
        reader.note("", "expected answers or formulas, found neither")
    if reader.mistakes or step is None:
        raise ProblemError(source, [*reader.mistakes, *lost, *_unreadable(answers, formulas)])
    return _sheet_of(source, step, answers, formulas, lost, read.get("digits", OWED), notation or step.problem.notation)


def answers_from(
    values: Mapping[str, Any], formulas: Mapping[str, str], step: Step, notation: Notation | None = None
) -> AnswerSheet:
    """An answer sheet from Python: arrays, lists, numbers or Decimals by the keys of [answers], and formulas as texts.
    A float has the digits that Python prints; the numbers of an array are as exact as its type. Raises ProblemError.
    """
    reader = FieldReader()
    for key in (*values, *formulas):
        if not isinstance(key, str):
            reader.note("answers", f"expected names, found {shown(key)}")
    if not values and not formulas:
        reader.note("", "expected answers or formulas, found neither")
    if reader.mistakes:
        raise ProblemError("", reader.mistakes)
    return _sheet_of("", step, values, formulas, notation=notation)


def _read_toml(path: Path, source: str) -> Sheet:
    try:
        return read_sheet(decode(path, read_bytes(path, LARGEST_FILE)))
    except RecursionError:
        raise ProblemError(source, ["lists or tables are nested too deep"]) from None
    except ValueError as error:
        if isinstance(error, ProblemError):
            raise
        raise ProblemError(source, [f"not TOML: {clean(str(error))}"]) from None


def read_arrays(path: Path, source: str) -> dict[str, Any]:
    """The arrays of a .npz file by name. Raises ProblemError."""
    import zipfile
    from io import BytesIO

    from core.loading.npz_file import UNREADABLE

    data = read_bytes(path, LARGEST_ARRAYS)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > LARGEST_ARRAYS:
            raise ProblemError(source, [f"the arrays are too large: expected at most {LARGEST_ARRAYS // MIB} MiB"])
        with np.load(BytesIO(data), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except UNREADABLE as error:
        if isinstance(error, ProblemError):
            raise
        raise ProblemError(source, ["expected a .npz file of arrays of numbers, as numpy.savez writes it"]) from None


def _sheet_of(
    source: str,
    step: Step,
    answers: Mapping[str, Any],
    formulas: Mapping[str, Any],
    lost: Iterable[str] = (),
    digits: int = OWED,
    notation: Notation | None = None,
) -> AnswerSheet:
    """Every answer and every formula that can be read; what cannot is listed. Raises ProblemError where they are too
    many.
    """
    entries, keys = FieldReader(), _keys(step, notation, (*answers, *formulas))
    entries.mistakes += lost
    read = [_read_answer(entries, keys, key, value) for key, value in answers.items()]
    found = tuple(answer for answer in read if answer is not None)
    too_many = FieldReader()
    for of_program, most in ((False, MOST_NUMBERS), (True, MOST_IN_ARRAYS)):
        count = sum(answer.numbers.size for answer in found if answer.numbers.of_program == of_program)
        if count > most:
            too_many.note("answers", f"expected at most {most} numbers, found {count}")
    if len(formulas) > MOST_FORMULAS:
        too_many.note("formulas", f"expected at most {MOST_FORMULAS} formulas, found {len(formulas)}")
    if too_many.mistakes:
        raise ProblemError(source, [*too_many.mistakes, *entries.mistakes])
    written = [_read_formula(entries, keys, key, value) for key, value in formulas.items()]
    readable = tuple(formula for formula in written if formula is not None)
    return AnswerSheet(source, step, found, readable, tuple(entries.mistakes), tuple(keys.remarks), digits, notation)


def _keys(step: Step, notation: Notation | None, typed: Iterable[str]) -> Keys:
    if notation is None:
        matches = (NAME.fullmatch(spelled(in_line(key))) for key in typed)
        return Keys(step, [match[1] for match in matches if match is not None])
    from core.checking.noted import NotedKeys

    return NotedKeys(step, notation)


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


def _read_formula(reader: FieldReader, keys: Keys, key: str, value: object) -> WrittenFormula | None:
    path = f"formulas.{shown(key)[1:-1]}"
    text = reader.read(path, _plain(value), TEXT)
    name = keys.of_formula(reader, path, keys.in_plain_letters(key).strip())
    if text is None or name is not None or keys.may_be_given:
        return None if text is None or name is None else WrittenFormula(name, text, key)
    try:
        read(text)  # what cannot be read of it is told as well
    except FormulaError as error:
        reader.note(path, str(error))
    return None


def _in_one_word(entries: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of a table, of which W1.grad without quotes is a table of its own in TOML."""
    found: dict[str, Any] = {}
    for key, value in entries.items():
        is_gradient = isinstance(value, dict) and [*value] == [GRADIENT]
        found[f"{key}.{GRADIENT}" if is_gradient else key] = value[GRADIENT] if is_gradient else value
    return found


def _unreadable(answers: Mapping[str, Any], formulas: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with entries as such, a line for each, where there is no step to judge them on."""
    reader = FieldReader()
    for key, value in answers.items():
        read_matrix(reader, f"answers.{shown(key)[1:-1]}", value)
    yield from reader.mistakes
    for key, text in formulas.items():
        try:
            read(text if isinstance(text, str) else "")
        except FormulaError as error:
            yield f"formulas.{shown(key)[1:-1]}: {error}"


def _read_answer(reader: FieldReader, keys: Keys, key: str, value: object) -> Answer | None:
    path = f"answers.{shown(key)[1:-1]}"
    match = NAME.fullmatch(keys.in_plain_letters(key))
    if match is None:
        reader.note(path, 'expected a name such as s_1, or one with a row or a cell such as "s_1[2]" or "s_1[2,3]"')
        return None
    typed, *numbers = match.groups()
    position = tuple(int(n) for n in numbers if n)
    value = without_graph(value)
    if (isinstance(value, np.ndarray) or keys.may_be_given) and keys.is_given(typed):
        matrix = read_matrix(reader, path, value)
        name = None if matrix is None else keys.of_given(reader, path, typed, Answer(key, "", position, matrix))
        return None if matrix is None or name is None else Answer(key, name, position, matrix)
    name = keys.of_answer(reader, path, typed)
    if name is not None and (commas := decimal_commas(value, keys.shape(name, position), keys.largest(name))):
        reader.note(path, commas)
        return None
    matrix = read_matrix(reader, path, value)
    return None if matrix is None or name is None else Answer(key, name, position, matrix)
