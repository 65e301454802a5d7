"""The results of a sweep as columns: what is looked at is a part of them that never changes while more come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan
from operator import attrgetter
from typing import Any, TypeAlias

import numpy as np

from core import OUTCOMES, Array, Option, Result, column_of, in_order, text_of
from tui.format import plain
from tui.sheet.lines import cells

Ints: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
PLACES = {outcome: place for place, outcome in enumerate(OUTCOMES)}
NONE = "—"  # where an option is not given
STEPS = "steps"  # how many were asked for: a parameter like the options, where it varies
FIGURES: Mapping[str, str] = {
    "loss": "ℒ of the last step over all rows",
    "accuracy": "share of rows that are right at the last step",
    "rmse": "root mean square of y_out - y_gt at the last step",
    "test loss": "loss over the rows held out at the last step",
    "test accuracy": "share of the rows held out that are right at the last step",
    "test rmse": "root mean square of y_out - y_gt over the rows held out",
    "step": "of the outcome: from which step on it is level, or is not finite",
}


@dataclass(frozen=True, eq=False)
class Values:
    """What an option can be: its values in order, texts behind numbers; the same as they are shown, and as
    numbers, NaN for a text. None stands for a run without the option.
    """

    values: tuple[Option | None, ...]
    labels: tuple[str, ...]
    numbers: Array

    @cached_property
    def in_numbers(self) -> bool:
        """Whether all of them are numbers."""
        return not bool(np.isnan(self.numbers).any())

    @cached_property
    def widest(self) -> int:
        """Columns of the widest label."""
        return max(map(cells, self.labels))


@dataclass(frozen=True, eq=False)
class Parameter:
    """What an option was in each run: `codes` (n,) are places in its values."""

    name: str
    known: Values
    codes: Ints

    @property
    def values(self) -> tuple[Option | None, ...]:
        """Its values."""
        return self.known.values

    @property
    def labels(self) -> tuple[str, ...]:
        """The same as they are shown."""
        return self.known.labels

    @property
    def numbers(self) -> Array:
        """The same as numbers."""
        return self.known.numbers


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The results that have come so far, a place for each in every array.

    numbers     by which a run is found in the file
    outcomes    places in OUTCOMES
    last        the last step that was computed; -1 where there is none
    figures     those of FIGURES that any run has; NaN in a run that does not
    parameters  the options that vary, by the names of their columns
    fixed       those that do not, with their values
    reasons     may have more at the end than these results
    """

    numbers: Ints
    outcomes: Ints
    last: Ints
    figures: Mapping[str, Array]
    parameters: Mapping[str, Parameter]
    fixed: Mapping[str, Option | None]
    reasons: list[str]

    def __len__(self) -> int:
        return len(self.numbers)


class Results:
    """Takes results in. Not for use by two threads at once; the snapshots are."""

    def __init__(self) -> None:
        self._length = 0
        self._numbers, self._outcomes, self._last = (_Column(np.int64) for _ in range(3))
        self._figures = {name: _Column(np.float64) for name in FIGURES}
        self._options: dict[str, _Options] = {}
        self._reasons: list[str] = []

    @property
    def newest(self) -> int:
        """The number of the result that came last; 0 before the first."""
        return int(self._numbers.values[self._length - 1]) if self._length else 0

    def add(self, found: Iterable[tuple[int, Result]]) -> int:
        """Take in results, each with its number; returns how many."""
        numbered = list(found)
        results = [result for _, result in numbered]
        self._numbers.put(self._length, [number for number, _ in numbered])
        self._outcomes.put(self._length, [PLACES[result.outcome] for result in results])
        self._last.put(self._length, [result.last for result in results])
        for name, of in _OF_RESULT.items():
            self._figures[name].put(
                self._length, [nan if (value := of(result)) is None else value for result in results]
            )
        options = [
            {**{column_of(name): value for name, value in result.run.options.items()}, STEPS: result.run.steps}
            for result in results
        ]
        for name in {name for given in options for name in given} - self._options.keys():
            self._options[name] = _Options()
            self._options[name].take(0, [None] * self._length)
        for name, column in self._options.items():
            column.take(self._length, [given.get(name) for given in options])
        self._reasons += [result.reason for result in results]
        self._length += len(results)
        return len(results)

    def snapshot(self) -> Snapshot:
        """What is there now."""
        n = self._length
        figures = {name: column.values[:n] for name, column in self._figures.items()}
        parameters, fixed = {}, {}
        for name, options in sorted(self._options.items()):
            if len(options.known) > 1:
                parameters[name] = options.parameter(name, n)
            else:
                fixed[name] = next(iter(options.known))
        return Snapshot(
            self._numbers.values[:n],
            self._outcomes.values[:n],
            self._last.values[:n],
            {name: values for name, values in figures.items() if not np.isnan(values).all()},
            parameters,
            fixed,
            self._reasons,
        )


class _Column:
    """Values behind each other; those that are there never move for who has looked at them."""

    def __init__(self, kind: Any) -> None:
        self.values = np.zeros(1024, dtype=kind)

    def put(self, at: int, values: Sequence[float]) -> None:
        """Put values from a place on, behind all that are there."""
        end = at + len(values)
        if end > len(self.values):
            grown = np.zeros(max(end, 2 * len(self.values)), dtype=self.values.dtype)
            grown[:at] = self.values[:at]
            self.values = grown
        self.values[at:end] = values


class _Options:
    """The values of an option by the order in which they came."""

    def __init__(self) -> None:
        self.known: dict[Option | None, int] = {}
        self._ranks: list[tuple[object, float, str]] = []  # what sorts a value, its number and its label
        self._codes = _Column(np.int64)
        self._sorted: tuple[Values, Ints] | None = None

    def take(self, at: int, values: Sequence[Option | None]) -> None:
        """Put the values of runs from a place on."""
        for value in values:
            if value not in self.known:
                self.known[value] = len(self.known)
                self._ranks.append((in_order(value), number_of(value), label_of(value)))
        self._codes.put(at, [self.known[value] for value in values])

    def parameter(self, name: str, n: int) -> Parameter:
        """What it was in the first runs."""
        known, rank = self._in_order()
        return Parameter(name, known, rank[self._codes.values[:n]])

    def _in_order(self) -> tuple[Values, Ints]:
        """The values in ascending order, and the place of each in that."""
        if self._sorted is None or len(self._sorted[1]) < len(self.known):
            known, ranks = list(self.known), self._ranks
            order = sorted(range(len(known)), key=ranks.__getitem__)
            rank = np.empty(len(known), dtype=np.int64)
            rank[order] = np.arange(len(known))
            numbers = np.array([ranks[code][1] for code in order])
            labels = tuple(ranks[code][2] for code in order)
            self._sorted = Values(tuple(known[code] for code in order), labels, numbers), rank
        return self._sorted


_OF_RESULT: Mapping[str, Callable[[Result], float | None]] = {
    "loss": attrgetter("loss"),
    "accuracy": attrgetter("accuracy"),
    "rmse": attrgetter("rmse"),
    "test loss": attrgetter("test_loss"),
    "test accuracy": attrgetter("test_accuracy"),
    "test rmse": attrgetter("test_rmse"),
    "step": attrgetter("step"),
}


def number_of(value: Option | None) -> float:
    """An option's value as a number; NaN where it is none."""
    if isinstance(value, (bool, tuple)) or value is None:
        return nan
    try:
        return float(value)
    except ValueError:
        return nan


def label_of(value: Option | None) -> str:
    """An option's value as it is shown."""
    return NONE if value is None else plain(text_of(value))
