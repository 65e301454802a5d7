"""FieldReader: values from outside against tables of what is expected, with every mistake collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from core.arrays import Array
from core.suggestion import suggest
from core.text import clean, shown

LARGEST = 2**63 - 1
MOST_LISTED = 10


class Unfit(ValueError):  # noqa: N818
    """A value that is not of its kind. Its text, if it has one, says so better than "expected ..., found ...\" """


@dataclass(frozen=True)
class Kind:
    """What a value must be: `expected` in words, and `read`, which returns it ready for use or raises Unfit. `as_text`
    tells that it may come as a text which says what it is: "0.1"; `choices` are the texts that there are, where they
    are few, one for each meaning.
    """

    expected: str
    read: Callable[[Any], Any]
    as_text: bool = False
    choices: tuple[str, ...] = ()


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unfit
    return clean(value)


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unfit
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Unfit
    try:
        number = float(value)
    except OverflowError:
        raise Unfit from None
    if not isfinite(number):
        raise Unfit
    return number


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise Unfit
    return value


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unfit
    return value


TEXT = Kind("a text", _text)
SWITCH = Kind("true or false", _switch, choices=("true", "false"))
NUMBER = Kind("a finite number", _number)
LIST = Kind("a list", _list)
TABLE = Kind("a table", _table)


def number(at_least: float) -> Kind:
    """A finite number from `at_least` on."""

    def read(value: object) -> float:
        result = _number(value)
        if result < at_least:
            raise Unfit
        return result

    return Kind(f"a finite number of at least {at_least:g}", read)


def _positive(value: object) -> float:
    result = _number(value)
    if result <= 0:
        raise Unfit
    return result


POSITIVE = Kind("a finite number above 0", _positive)


def whole(at_least: int, at_most: int = LARGEST) -> Kind:
    """A whole number between two bounds; true is no number, and neither is 8.0."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not at_least <= value <= at_most:
            raise Unfit
        return value

    limits = f"of at least {at_least}" if at_most == LARGEST else f"from {at_least} to {at_most}"
    return Kind(f"a whole number {limits}", read)


def choice(values: Mapping[str, Any] | Iterable[str]) -> Kind:
    """One of some names; `values` may map the names to what they stand for."""
    known = dict(values) if isinstance(values, Mapping) else {name: name for name in values}

    def read(value: object) -> Any:
        if not isinstance(value, str):
            raise Unfit
        if value not in known:
            raise Unfit(suggest(shown(value)[1:-1], known))
        return known[value]

    names: dict[int, str] = {}  # the first of those that stand for the same thing
    for name, value in known.items():
        names.setdefault(id(value), name)
    return Kind(f"one of {', '.join(known)}", read, choices=tuple(names.values()))


def from_text(kind: Kind) -> Kind:
    """The same kind where a value may also come as a text: "0.1", "32", "true"."""

    def read(value: object) -> Any:
        return kind.read(_literal(value) if isinstance(value, str) else value)

    return Kind(kind.expected, read, as_text=True, choices=kind.choices)


def _literal(text: str) -> object:
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text, text)


class MistakeLines:
    """Lines that tell what is wrong with one value or one file: the first ten, and how many more there are."""

    def __init__(self) -> None:
        self._listed: list[str] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def note(self, line: str) -> None:
        self._count += 1
        if len(self._listed) < MOST_LISTED:
            self._listed.append(line)

    @property
    def lines(self) -> list[str]:
        more = self._count - len(self._listed)
        return [*self._listed, f"and {more} more"] if more else list(self._listed)


class FieldReader:
    """Reads values of given kinds and collects a line for each mistake: its key path, what was expected and found."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def note(self, path: str, message: str) -> None:
        self.mistakes.append(f"{path}: {message}" if path else message)

    def read(self, path: str, value: object, kind: Kind) -> Any:
        """The value ready for use, or None where it is a mistake."""
        try:
            return kind.read(value)
        except Unfit as unfit:
            self.note(path, str(unfit) or f"expected {kind.expected}, found {shown(value)}")
            return None

    def table(self, path: str, values: Mapping[str, object], kinds: Mapping[str, Kind]) -> dict[str, Any]:
        """The values that are as their kinds ask; a key without a kind is a mistake."""
        read: dict[str, Any] = {}
        for key, value in values.items():
            name = shown(key)[1:-1]
            place = f"{path}.{name}" if path else name
            if key not in kinds:
                self.note(place, suggest(name, kinds))
            elif (result := self.read(place, value, kinds[key])) is not None:
                read[key] = result
        return read

    def matrix(self, path: str, rows: list[Any], flat: bool = False) -> Array | None:
        """Rows of numbers, all of one length, as an array, or None; `flat` takes a list of numbers as a column."""
        if flat and rows and not any(isinstance(row, list) for row in rows):
            rows = [[cell] for cell in rows]
        mistakes = MistakeLines()
        if not rows:
            mistakes.note("expected at least one row, found an empty list")
        width = next((len(row) for row in rows if isinstance(row, list)), None)
        for r, row in enumerate(rows, start=1):
            if not isinstance(row, list):
                mistakes.note(f"row {r}: expected a list of numbers, found {shown(row)}")
                continue
            if not row:
                mistakes.note(f"row {r}: expected numbers, found an empty list")
            elif len(row) != width:
                mistakes.note(f"row {r}: expected {width} numbers as in the first row, found {len(row)}")
            for c, cell in enumerate(row, start=1):
                try:
                    _number(cell)
                except Unfit:
                    mistakes.note(f"row {r}, column {c}: expected {NUMBER.expected}, found {shown(cell)}")
        for line in mistakes.lines:
            self.note(path, line)
        return None if mistakes else np.array(rows, dtype=np.float64)
