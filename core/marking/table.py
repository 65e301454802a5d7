"""The marks of a class: a row for each sheet, and a column for each part that there are points for."""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from core.checking.check import check_answers
from core.checking.report import CheckReport
from core.errors import ProblemError
from core.marking.expected import ExpectedMistakes
from core.marking.marks import MarkedSheet, mark, shown_points
from core.marking.parts import equal_parts, parts_of
from core.marking.scheme import Scheme
from core.marking.sheets import names_of_sheets
from core.step import Step

Progress: TypeAlias = Callable[[int, int], object]

BEFORE, BEHIND = ("sheet", "problem", "step", "points", "of"), ("slips", "conventions", "could not be read", "reasons")
# What a spreadsheet may take for a formula: at the start of a cell, or where it splits one at semicolons or tabs.
FORMULA = re.compile(r"(\A|[;\t]\s*)(?=[=+\-@＝＋－＠])")
BETWEEN = "; "
MOST_COMMON = 3
COMMON = 2  # sheets: a slip on fewer is nobody's but one's own


@dataclass(frozen=True)
class UnreadableSheet:
    """A sheet that could not be read, and why, a line for each mistake."""

    name: str
    mistakes: tuple[str, ...]


Row: TypeAlias = MarkedSheet | UnreadableSheet


@dataclass(frozen=True, eq=False)
class MarkTable:
    """The marks of many sheets, in their order."""

    rows: tuple[Row, ...]

    @property
    def sheets(self) -> tuple[MarkedSheet, ...]:
        """Those that could be read."""
        return tuple(row for row in self.rows if isinstance(row, MarkedSheet))

    @property
    def unreadable(self) -> tuple[UnreadableSheet, ...]:
        """Those that could not."""
        return tuple(row for row in self.rows if isinstance(row, UnreadableSheet))

    @property
    def is_complete(self) -> bool:
        """Whether everything on every sheet could be read."""
        return not self.unreadable and not any(sheet.report.unreadable for sheet in self.sheets)

    @property
    def labels(self) -> tuple[str, ...]:
        """What there are points for on any of the sheets: numbers first, formulas behind them."""
        parts = {mark.part.label: mark.part for sheet in self.sheets for mark in sheet.parts}
        return tuple(sorted(parts, key=lambda label: parts[label].is_formula))

    @property
    def common_slips(self) -> tuple[tuple[str, int], ...]:
        """The slips of which most sheets have one, each in words and with the number of sheets."""
        found = Counter(
            words
            for sheet in self.sheets
            for words in dict.fromkeys(f"{slip.name}: {slip.text}" for slip in sheet.report.slips if slip.kind)
        )
        return tuple((words, count) for words, count in found.most_common(MOST_COMMON) if count >= COMMON)

    def csv(self) -> str:
        """The table as CSV. What comes from a file or a person is no formula to a spreadsheet; numbers are plain."""
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerow([*BEFORE, *self.labels, *BEHIND])
        writer.writerows([_cell(value) for value in self._cells(row)] for row in self.rows)
        return text.getvalue()

    def _cells(self, row: Row) -> Iterator[str | int | Fraction]:
        if isinstance(row, UnreadableSheet):
            yield row.name
            yield from [""] * (len(BEFORE) - 1 + len(self.labels))
            yield from ("", "", BETWEEN.join(row.mistakes), "")
            return
        yield from (row.name, row.report.step.problem.name, row.report.step.index, row.points, row.total)
        points = {mark.part.label: mark.points for mark in row.parts}
        yield from (points.get(label, "") for label in self.labels)
        yield len(row.report.slips)
        yield from (BETWEEN.join(texts) for texts in (row.conventions, row.report.unreadable, row.reasons))


def mark_sheets(
    paths: Sequence[str | os.PathLike[str]],
    scheme: Scheme | None = None,
    step: Step | None = None,
    progress: Progress | None = None,
) -> MarkTable:
    """Check the answer sheets at some paths and mark them by a scheme (None: everything that is asked for is worth one
    point). A `step` is that of sheets that do not name their own. A sheet that cannot be read is a row of its own.
    `progress(done, total)` is called after each sheet.

    Raises ProblemError where the scheme has points for, or expects mistakes in, what no sheet's problem has.
    """
    scheme = scheme or Scheme()
    files = [os.fspath(path) for path in paths]
    found: list[tuple[str, CheckReport | UnreadableSheet]] = []
    for done, (path, name) in enumerate(zip(files, names_of_sheets(files), strict=True), start=1):
        try:
            found.append((name, check_answers(path, step)))
        except ProblemError as error:
            found.append((name, UnreadableSheet(name, error.mistakes)))
        if progress is not None:
            progress(done, len(files))
    marker = _Marker(scheme, [report for _, report in found if isinstance(report, CheckReport)])
    rows = [report if isinstance(report, UnreadableSheet) else marker.sheet(name, report) for name, report in found]
    marker.look_at_unknown()
    return MarkTable(tuple(rows))


def mark_answers(report: CheckReport, scheme: Scheme | None = None) -> MarkedSheet:
    """What checked answers earn by a scheme (None: everything on them is worth one point). Raises ProblemError where
    the scheme has points for, or expects mistakes in, what their problem does not have.
    """
    marker = _Marker(scheme or Scheme(), [report])
    sheet = marker.sheet(report.source, report)
    marker.look_at_unknown()
    return sheet


class _Marker:
    """Marks sheets by one scheme."""

    def __init__(self, scheme: Scheme, reports: Sequence[CheckReport]) -> None:
        self._scheme = scheme
        self._equal = equal_parts(reports) if scheme.is_equal else {}
        self._unknown: dict[str, str] | None = None

    def sheet(self, name: str, report: CheckReport) -> MarkedSheet:
        """What the sheet called `name` earns."""
        parts, unknown = (self._equal[report], {}) if self._scheme.is_equal else parts_of(self._scheme, report.step)
        mistakes = ExpectedMistakes(self._scheme.expected, report.step)
        unknown |= mistakes.unknown
        before = unknown if self._unknown is None else self._unknown
        self._unknown = {place: words for place, words in before.items() if place in unknown}
        return mark(name, mistakes.judged(report), self._scheme, parts)

    def look_at_unknown(self) -> None:
        """Raises ProblemError where something in the scheme makes no sense on any of the sheets marked so far."""
        if self._unknown:
            raise ProblemError(self._scheme.source, [f"{place}: {words}" for place, words in self._unknown.items()])


def _cell(value: str | int | Fraction) -> str | int | Decimal:
    """A cell as a file has it: a number, or a text that no spreadsheet takes for a formula."""
    if isinstance(value, str):
        return FORMULA.sub(r"\1'", value)
    return value if isinstance(value, int) else Decimal(shown_points(value))
