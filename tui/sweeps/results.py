"""The results of a sweep as columns: what is looked at is a part of them that never changes while more come in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf, nan
from typing import Any, TypeAlias

import numpy as np
from rich.cells import cell_len

from core import OUTCOMES, Array, Option, Result, significant
from tui.format import plain

Ints: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
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
class Parameter:
    """What an option was in each run: `codes` (n,) are places in `values`, which are in ascending order, texts behind
    numbers; None stands for a run without the option.
    """

    name: str
    values: tuple[Option | None, ...]
    codes: Ints

    @cached_property
    def numbers(self) -> Array:
        """The values as numbers; NaN for a text."""
        return np.array([number_of(value) for value in self.values])

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The values as they are shown."""
        return tuple(map(label_of, self.values))

    @cached_property
    def in_numbers(self) -> bool:
        """Whether all values are numbers."""
        return not bool(np.isnan(self.numbers).any())

    @cached_property
    def widest(self) -> int:
        """Columns of the widest label."""
        return max(map(cell_len, self.labels))


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The results that have come so far, a place for each in every array.

    numbers     by which a run is found in the file
    outcomes    places in OUTCOMES
    last        the last step that was computed; -1 where there is none
    figures     those of FIGURES that any run has; NaN in a run that does not
    parameters  the options that vary
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
        self._numbers = _Column(np.int64)
        self._outcomes = _Column(np.int64)
        self._last = _Column(np.int64)
        self._figures = {name: _Column(np.float64) for name in FIGURES}
        self._options: dict[str, _Options] = {}
        self._reasons: list[str] = []

    @property
    def newest(self) -> int:
        """The number of the result that came last; 0 before the first."""
        return int(self._numbers.values[self._length - 1]) if self._length else 0

    def add(self, found: Iterable[tuple[int, Result]]) -> int:
        """Take in results, each with its number; returns how many."""
        before = self._length
        for number, result in found:
            at = self._length
            self._numbers.put(at, number)
            self._outcomes.put(at, OUTCOMES.index(result.outcome))
            self._last.put(at, result.last)
            for name, value in _figures(result).items():
                self._figures[name].put(at, nan if value is None else value)
            options: dict[str, Option] = {**result.run.options, STEPS: result.run.steps}
            for name in options.keys() - self._options.keys():
                self._options[name] = _Options(at)
            for name, column in self._options.items():
                column.put(at, options.get(name))
            self._reasons.append(result.reason)
            self._length = at + 1
        return self._length - before

    def snapshot(self) -> Snapshot:
        """What is there now."""
        n = self._length
        figures = {name: column.values[:n] for name, column in self._figures.items()}
        parameters, fixed = {}, {}
        for name, options in sorted(self._options.items()):
            if len(options.known) > 1:
                parameters[name] = options.parameter(name, n)
            elif name != STEPS or n:
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

    def put(self, at: int, value: float) -> None:
        if at == len(self.values):
            self.values = np.concatenate([self.values, np.zeros_like(self.values)])
        self.values[at] = value


class _Options(_Column):
    """The values of an option by the order in which they came; a run without it has None."""

    def __init__(self, before: int) -> None:
        """It was in none of the runs `before` this one."""
        super().__init__(np.int64)
        self.known: dict[Option | None, int] = {}
        for at in range(before):
            self.put(at, None)

    def put(self, at: int, value: Option | None) -> None:
        super().put(at, self.known.setdefault(value, len(self.known)))

    def parameter(self, name: str, n: int) -> Parameter:
        known = list(self.known)
        order = sorted(range(len(known)), key=lambda code: _rank(known[code]))
        rank = np.empty(len(known), dtype=np.int64)
        rank[order] = np.arange(len(known))
        return Parameter(name, tuple(known[code] for code in order), rank[self.values[:n]])


def _figures(result: Result) -> dict[str, float | None]:
    return {
        "loss": result.loss,
        "accuracy": result.accuracy,
        "rmse": result.rmse,
        "test loss": result.test_loss,
        "test accuracy": result.test_accuracy,
        "test rmse": result.test_rmse,
        "step": result.step,
    }


def number_of(value: Option | None) -> float:
    """An option's value as a number; NaN where it is none."""
    if isinstance(value, (bool, tuple)) or value is None:
        return nan
    try:
        return float(value)
    except ValueError:
        return nan


def _rank(value: Option | None) -> tuple[bool, float, str]:
    number = number_of(value)
    is_text = number != number
    return is_text, inf if is_text else number, label_of(value)


def label_of(value: Option | None) -> str:
    """An option's value in words."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(map(label_of, value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e6 else significant(value, 6)
    return plain(str(value))
