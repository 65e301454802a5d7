"""The marks of a class: a row for each sheet, and a column for each part that there are points for."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from core.marking.marks import MarkedSheet, shown_points

BEFORE, BEHIND = ("sheet", "problem", "step", "points", "of"), ("slips", "conventions", "could not be read", "reasons")
# What a spreadsheet may take for a formula: at the start of a cell, or where it splits one at semicolons or tabs.
FORMULA = re.compile(r"(\A|[;\t]\s*)(?=[=+\-@＝＋－＠])")
BETWEEN = "; "
MOST_COMMON = 3
COMMON = 2  # sheets: a slip on fewer is nobody's but one's own


@dataclass(frozen=True)
class UnreadableSheet:
    """A sheet that could not be read: its `source` is the path, and each of the `mistakes` a line."""

    name: str
    source: str
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
            for words in dict.fromkeys(f"{slip.name}: {slip.text}" for slip in sheet.report.shown.slips if slip.kind)
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


def _cell(value: str | int | Fraction) -> str | int | Decimal:
    """A cell as a file has it: a number, or a text that no spreadsheet takes for a formula."""
    if isinstance(value, str):
        return FORMULA.sub(r"\1'", value)
    return value if isinstance(value, int) else Decimal(shown_points(value))
