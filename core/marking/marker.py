"""Answer sheets checked and marked by a scheme, one or many."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from core.checking.check import check_answers
from core.checking.report import CheckReport
from core.errors import ProblemError
from core.marking.expected import ExpectedMistakes
from core.marking.marks import MarkedSheet, mark
from core.marking.naming import naming_of
from core.marking.parts import equal_parts, parts_of
from core.marking.scheme import Scheme
from core.marking.sheets import names_of_sheets
from core.marking.table import MarkTable, UnreadableSheet
from core.step import Step
from core.text import clean

if TYPE_CHECKING:
    from core.notations.words import Notation

Progress: TypeAlias = Callable[[int, int], object]


def mark_sheets(
    paths: Sequence[str | os.PathLike[str]],
    scheme: Scheme | None = None,
    step: Step | None = None,
    progress: Progress | None = None,
    notation: Notation | None = None,
) -> MarkTable:
    """Check the answer sheets at some paths and mark them by a scheme (None: everything that is asked for is worth one
    point). A `step` and a `notation` are those of sheets that do not name their own. A sheet that cannot be
    read is a row of its own. `progress(done, total)` is called after each sheet.

    Raises ProblemError where the scheme has points for, or expects mistakes in, what no sheet's problem has.
    """
    scheme = scheme or Scheme()
    files = [os.fspath(path) for path in paths]
    found: list[tuple[str, CheckReport | UnreadableSheet]] = []
    for done, (path, name) in enumerate(zip(files, names_of_sheets(files), strict=True), start=1):
        try:
            found.append((name, check_answers(path, step, digits=scheme.digits, notation=notation)))
        except ProblemError as error:
            found.append((name, UnreadableSheet(name, clean(path), error.mistakes)))
        if progress is not None:
            progress(done, len(files))
    marker = _Marker(scheme, [report for _, report in found if isinstance(report, CheckReport)])
    rows = [report if isinstance(report, UnreadableSheet) else marker.sheet(name, report) for name, report in found]
    marker.look_at_unknown()
    return MarkTable(tuple(rows))


def mark_answers(report: CheckReport, scheme: Scheme | None = None) -> MarkedSheet:
    """What checked answers earn by a scheme (None: everything on them is worth one point); how many digits are owed was
    said when they were checked. Raises ProblemError where the scheme has points for, or expects mistakes in, what their
    problem does not have.
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
        naming = naming_of(report.step, self._scheme.notation)
        parts, unknown = (
            (self._equal[report], {}) if self._scheme.is_equal else parts_of(self._scheme, report.step, naming)
        )
        mistakes = ExpectedMistakes(self._scheme.expected, report.step, naming)
        unknown |= mistakes.unknown
        before = unknown if self._unknown is None else self._unknown
        self._unknown = {place: words for place, words in before.items() if place in unknown}
        return mark(name, mistakes.judged(report), self._scheme, parts)

    def look_at_unknown(self) -> None:
        """Raises ProblemError where something in the scheme makes no sense on any of the sheets marked so far."""
        if self._unknown:
            raise ProblemError(self._scheme.source, [f"{place}: {words}" for place, words in self._unknown.items()])
