"""Table: features and targets as arrays, whatever file they stood in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from core.arrays import Array
from core.loading.fields import MistakeLines
from core.text import clean, shown

MOST_NUMBER_CLASSES = 20
MOST_CLASSES = 1000
EXACT = 2.0**53  # whole numbers up to here are exact in a double
MISSING = ("na", "n/a", "nan", "null", "?")  # what people write where a value is missing
WITH_COMMA = re.compile(r"[-+]?\d+,\d+")
IN_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+")


@dataclass(frozen=True, eq=False)
class Targets:
    """What a table's outputs are compared with: (n, C) one-hot rows with the classes' names, or (n, c) numbers;
    `column` is the name of the column that they stood in, if it has one.
    """

    values: Array
    names: tuple[str, ...]
    are_classes: bool
    column: str = ""


@dataclass(frozen=True, eq=False)
class Table:
    """`inputs` (n, d) and `targets` of n samples, with the features' names (empty where they have none); `remarks` say
    how it was understood.
    """

    inputs: Array
    input_names: tuple[str, ...]
    targets: Targets
    remarks: tuple[str, ...] = ()


def number_in(text: str) -> float | None:
    """The number, perhaps NaN or an infinity, that a cell holds, or None."""
    if "_" in text:  # float("1_000") is 1000 in Python, and nowhere else
        return None
    try:
        return float(text.strip())  # float by itself leaves some of the spaces, such as \x1c
    except ValueError:
        return None


def expected_number(text: str) -> str:
    """What to say of a cell that should be a finite number."""
    text = clean(text)
    if not text:
        return "expected a number, found an empty cell"
    hint = ""
    if IN_THOUSANDS.fullmatch(text):
        hint = f"; write thousands without a comma, as in {text.replace(',', '')}"
    elif number_in(text) is None and number_in(text.replace(",", ".", 1)) is not None:
        hint = "; write decimals with a point, as in 0.5"
    return f"expected a finite number, found {shown(text)}{hint}"


class CommaNumbers:
    """Cells with a number that has a comma: one message for all of them, about the first."""

    def __init__(self) -> None:
        self._first, self.count = "", 0

    def takes(self, place: str, text: str) -> bool:
        """Whether a cell is one of them, which is then noted."""
        if not has_comma(text):
            return False
        self._first = self._first or f"{place}: {expected_number(text)}"
        self.count += 1
        return True

    def tell(self, mistakes: MistakeLines) -> None:
        if self.count:
            more = f" ({self.count - 1} more like it)" if self.count > 1 else ""
            mistakes.note(f"{self._first}{more}")


def has_comma(text: str) -> bool:
    """Whether a cell holds a number with a decimal comma, or with commas between thousands."""
    return bool(WITH_COMMA.fullmatch(text.strip()) or IN_THOUSANDS.fullmatch(text.strip()))


def read_targets(
    labels: Sequence[str],
    task: str | None,
    name: str,
    where: Callable[[int], str],
    mistakes: MistakeLines,
    commas: CommaNumbers | None = None,
) -> Targets | None:
    """Targets from one column of cells: classes where they are texts or few whole numbers, numbers otherwise, unless
    `task` says which. `where(i)` names the place of cell i, `name` the column; `commas` takes the numbers with a comma.
    None where there are mistakes.
    """
    cleaned = {label: clean(label) for label in set(labels)}
    labels = [cleaned[label] for label in labels]
    numbers = {label: number_in(label) for label in cleaned.values()}
    counts = Counter(labels)
    empty = sum(count for label, count in counts.items() if _is_missing(label))
    names = [label for label, number in numbers.items() if number is None and not _is_missing(label)]
    texts = sum(counts[label] for label in names if not has_comma(label))
    as_texts = task == "classification" or (task is None and texts > (len(labels) - empty) / 2)
    as_numbers = task == "regression" or (task is None and not as_texts)

    def mistake(label: str) -> str:
        value = numbers[label]
        if not label:
            return f"expected {'a number' if as_numbers else 'a class'}, found an empty cell"
        if value is not None and not isfinite(value):
            return expected_number(label) if as_numbers else f"expected a class, found {label}"
        if task is None and _is_missing(label):
            return f"expected {'a number' if as_numbers else 'a class'}, found {shown(label)}: the value is missing"
        if as_numbers and value is None:
            hint = ' (for classes, the task is "classification")' if task is None else ""
            return f"{expected_number(label)}{hint}"
        if task is None and as_texts and value is not None:
            return (
                f"expected the name of a class as in most lines, found {shown(label)} "
                '(for numbers as names, the task is "classification")'
            )
        return ""

    told = {label: line for label in numbers if (line := mistake(label))}
    for i, label in enumerate(labels if told else ()):
        if label in told and not (commas and as_numbers and commas.takes(where(i), label)):
            mistakes.note(f"{where(i)}: {told[label]}")
    if (
        mistakes or told or (commas is not None and commas.count)
    ):  # how many classes there are cannot be told while rows are missing
        return None
    values = np.array([value for label in labels if (value := numbers[label]) is not None])
    if names or (task == "classification" and not _are_whole(values)):
        names = sorted(numbers)
        place = {label: j for j, label in enumerate(names)}
        return _classes(names, np.array([place[label] for label in labels]), name, mistakes)
    return number_targets(values, task, name, mistakes)


def number_targets(values: Array, task: str | None, name: str, mistakes: MistakeLines) -> Targets | None:
    """Targets from one column (n,) of finite numbers: classes where they are few whole numbers, unless `task` says; for
    classification they must be whole. None where there are mistakes.
    """
    if task != "regression" and _are_whole(values):
        classes, places = np.unique(values, return_inverse=True)
        if task == "classification" or (len(classes) <= MOST_NUMBER_CLASSES and _may_be_classes(classes, len(values))):
            return _classes([str(int(value)) for value in classes], places, name, mistakes)
    return Targets(values.reshape(-1, 1), (name,) if name else (), are_classes=False, column=name)


def _may_be_classes(different: Array, rows: int) -> bool:
    """Whether different whole numbers are classes: some of them twice, or numbered from 0 or 1. Five prices are not."""
    numbered = different[-1] - different[0] == len(different) - 1 and different[0] in (0, 1)
    return bool(len(different) < rows or numbered or len(different) == 2)


def _is_missing(label: str) -> bool:
    return not label or label.lower() in MISSING


def _are_whole(values: Array) -> bool:
    return bool((np.floor(values) == values).all() and (np.abs(values) <= EXACT).all())


def _classes(names: Sequence[str], places: NDArray[np.intp], name: str, mistakes: MistakeLines) -> Targets | None:
    """One-hot rows for the classes `names`, which stand in their own order and not in that of the rows, so that a
    shuffled file is the same problem; `places` (n,) says which is each row's.
    """
    column = f"column {shown(name)}" if name else "targets"
    if len(names) < 2:
        mistakes.note(f"{column}: expected at least 2 different classes, found only {shown(names[0])}")
        return None
    if len(names) > MOST_CLASSES:
        mistakes.note(f"{column}: expected at most {MOST_CLASSES} different classes, found {len(names)}")
        return None
    values = np.zeros((len(places), len(names)))
    values[np.arange(len(places)), places] = 1.0
    return Targets(values, tuple(names), are_classes=True, column=name)
