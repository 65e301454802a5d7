"""What came out of a sweep, in lines."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from statistics import median
from typing import TYPE_CHECKING, Any

from tui.commands.arguments import printable

if TYPE_CHECKING:
    from core import Result, SweepFile

MOST_VALUES = 24  # of an option that has a table of its own
DIGITS = 4
WIDTH = DIGITS + 5  # of a number with so many digits
FIGURES = ("loss", "accuracy", "rmse", "test_loss", "test_accuracy", "test_rmse")
FAILED = "failed"
MOST_REASONS = 3
BAD = ("diverging", FAILED)  # outcomes whose loss says nothing


def runs_text(count: int) -> str:
    return f"{count:,} run{'s' * (count != 1)}"


def summary(file: SweepFile, results: Sequence[Result]) -> Iterator[str]:
    """What came out: how many runs of each outcome, the best ones, and a table for each option that has few values."""
    from core import varied, without_effect

    name, planned = printable(os.path.basename(file.heading.problem)), file.heading.planned
    of = f" of {planned:,}" if planned > len(file) == len(results) else ""
    some = runs_text(len(results)) if not of else f"{len(results):,}{of} runs"
    yield f"{some} of {name}: {_counts(results) or 'none yet'}"
    for reason, count in Counter(r.reason for r in results if r.outcome == FAILED).most_common(MOST_REASONS):
        yield f"failed: {printable(reason)} ({runs_text(count)})"
    options = varied(results)
    for option in without_effect(results, options):
        yield f"--{option} changes nothing: its {len(options.pop(option)):,} values come to the same"
    if any(len(found) <= MOST_VALUES for found in options.values()):
        yield ""
        yield "medians over the runs with each value:"
    for option, found in options.items():
        if len(found) <= MOST_VALUES:
            yield ""
            yield from _by(option, found, results)
    yield ""
    yield from _best(results, options)
    yield f"look at them: sgdb sweep {quote(printable(file.path))}"


def _counts(results: Sequence[Result]) -> str:
    from core import OUTCOMES

    count = Counter(result.outcome for result in results)
    return ", ".join(f"{count[outcome]:,} {outcome}" for outcome in OUTCOMES if count[outcome])


def _by(option: str, values: Sequence[Any], results: Sequence[Result]) -> Iterator[str]:
    """For each value of an option what came out, over all values of the others: the medians of what there is of
    FIGURES, and how many runs of each outcome.
    """
    from core import text_of

    groups: dict[Any, list[Result]] = {value: [] for value in values}
    for result in results:
        groups[result.run.options.get(option)].append(result)
    names = {value: printable(text_of(value)) or "(usual)" for value in values}
    width = max(len(f"--{option}"), *map(len, names.values()))
    figures = [figure for figure in FIGURES if any(getattr(result, figure) is not None for result in results)]
    titles = [figure.replace("_", " ") for figure in figures]
    yield "  ".join((f"{f'--{option}':<{width}}", *(f"{title:>{WIDTH}}" for title in titles), "outcomes"))
    for value, group in groups.items():
        medians = (f"{_median(group, figure):>{max(WIDTH, len(figure))}}" for figure in figures)
        yield "  ".join((f"{names[value]:<{width}}", *medians, _counts(group)))


def _median(results: Sequence[Result], figure: str) -> str:
    """The median of a figure of those runs that have it and say something."""
    from core import significant

    found = [value for r in results if r.outcome not in BAD and (value := getattr(r, figure)) is not None]
    return significant(median(found), DIGITS) if found else "—"


def _best(results: Sequence[Result], options: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    """The run with the lowest loss, and with the lowest test loss, as they would be typed."""
    from core import significant, text_of

    for figure, words in (("loss", "lowest loss"), ("test_loss", "lowest test loss")):
        found = [r for r in results if r.outcome not in BAD and getattr(r, figure) is not None]
        if not found:
            continue
        best = min(found, key=lambda result: getattr(result, figure))
        given = ((name, best.run.options.get(name)) for name in options)
        words += f": {significant(getattr(best, figure), DIGITS)} with"
        typed = " ".join(f"--{name} {text_of(value)}" for name, value in given if value is not None)
        yield f"{words} {printable(typed)}" if typed else words.removesuffix(" with")
