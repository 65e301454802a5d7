"""The results of a sweep as a table: a row for each run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO

from core.source import Option
from core.sweeps.run import Result
from core.text import exact

FIGURES = ("loss", "accuracy", "rmse", "test_loss", "test_accuracy", "test_rmse")
COLUMNS = ("steps", "last", *FIGURES, "outcome", "step", "reason")  # of a table, as far as any run has them


def varied(results: Iterable[Result]) -> dict[str, tuple[Option | None, ...]]:
    """The options that are not the same in all runs, each with its values in order: numbers before texts, None where it
    is not given.
    """
    values: dict[str, set[Option | None]] = {}
    each = [result.run.options for result in results]
    names = dict.fromkeys(name for options in each for name in options)
    for options in each:
        for name in names:
            values.setdefault(name, set()).add(options.get(name))
    return {name: tuple(sorted(found, key=in_order)) for name, found in values.items() if len(found) > 1}


def without_effect(results: Iterable[Result], options: Iterable[str]) -> list[str]:
    """Those of the options with which runs that differ in nothing else come to the same, wherever that can be seen."""
    found = list(results)
    return [option for option in options if _has_no_effect(found, option)]


def _has_no_effect(results: Sequence[Result], option: str) -> bool:
    ends: dict[object, tuple[object, ...]] = {}
    compared = False
    for result in results:
        others = (*(given for given in result.run.source.options if given[0] != option), result.run.steps)
        end = (result.last, repr(result.loss), result.outcome, result.step)
        if ends.setdefault(others, end) != end:
            return False
        compared |= ends[others] is not end
    return compared


def column_of(option: str) -> str:
    """What the column of an option is called: as the option, which is typed out where that is one of COLUMNS."""
    return f"--{option}" if option in COLUMNS else option


def in_order(value: Option | None) -> tuple[int, float, str]:
    """What sorts the values of an option: numbers, then texts; of these, numbers of units by their sizes."""
    if value is None:
        return 0, 0.0, ""
    if isinstance(value, (int, float)):
        return 1, float(value), ""
    text = text_of(value)
    parts = text.split(",")
    if text == "none" or all(part.strip().isdecimal() for part in parts):
        return 2, 0.0 if text == "none" else float(len(parts)), "".join(part.strip().zfill(9) for part in parts)
    return 3, 0.0, text


def text_of(value: Option | None) -> str:
    """A value of an option as it is typed; empty where it is not given."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return value if isinstance(value, str) else exact(value)


def sorted_runs(results: Iterable[Result]) -> list[Result]:
    """The results by what is varied, in the order of its values, and by the steps."""
    found = list(results)
    names = list(varied(found))

    def place(result: Result) -> tuple[object, ...]:
        options = result.run.options
        return (*(in_order(options.get(name)) for name in names), result.run.steps, result.run.key)

    return sorted(found, key=place)


def table_csv(results: Iterable[Result]) -> str:
    """A line for each run, in order: what is varied, then those of COLUMNS that any run has; numbers with all of
    their digits.
    """
    found = sorted_runs(results)
    names = list(varied(found))
    columns = [name for name in COLUMNS if name not in FIGURES or any(getattr(one, name) is not None for one in found)]
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*map(column_of, names), *columns))
    writer.writerows(_row(result, names, columns) for result in found)
    return text.getvalue()


def _row(result: Result, names: Sequence[str], columns: Sequence[str]) -> Iterator[str]:
    options: Mapping[str, Option] = result.run.options
    yield from (text_of(options.get(name)) for name in names)
    for column in columns:
        value = result.run.steps if column == "steps" else getattr(result, column)
        yield "" if value is None else value if isinstance(value, str) else repr(value)
