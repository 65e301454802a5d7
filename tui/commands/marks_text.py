"""The marks of a class in words, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core import MarkedSheet, MarkTable

UNREAD = "could not be read"


def marks_lines(sheet: MarkedSheet) -> Iterator[str]:
    """What one sheet earns: its points, then a line for each part."""
    yield f"{_score(sheet)} points"
    yield from (f"  {mark.text}" for mark in sheet.parts)
    yield from (f"  {text}" for text in (*sheet.elsewhere, *(sheet.conventions if sheet.costs else ())))


def table_lines(table: MarkTable) -> Iterator[str]:
    """A line for each sheet: its points, and where it lost some; then what there is to say of all of them."""
    from core import MarkedSheet

    width = max(len(row.name) for row in table.rows)
    scores = max((len(_score(sheet)) for sheet in table.sheets), default=0)
    for row in table.rows:
        if isinstance(row, MarkedSheet):
            unread = [f"{UNREAD}: {line}" for line in row.report.unreadable]
            score, texts = _score(row), [*row.conventions, *unread, *row.reasons]
        else:
            score, texts = "", [f"{UNREAD}: {'; '.join(row.mistakes)}"]
        yield f"{row.name:<{width}}  {score:>{scores}}  {'; '.join(texts)}".rstrip()
    yield ""
    yield _summary(table)
    yield from (f"  {count} times {words}" for words, count in table.common_slips)


def _score(sheet: MarkedSheet) -> str:
    from core import shown_points

    return f"{shown_points(sheet.points)} of {shown_points(sheet.total)}"


def _summary(table: MarkTable) -> str:
    """How many sheets there are, how many of them could not be read, and what they earn on average."""
    from core import shown_points

    sheets, lost = table.sheets, len(table.rows) - len(table.sheets)
    parts = [f"{len(table.rows)} sheet{'s' * (len(table.rows) != 1)}"]
    if lost:
        parts.append(f"{lost} {UNREAD}")
    totals = {sheet.total for sheet in sheets}
    if len(totals) == 1:
        average = sum((sheet.points for sheet in sheets), Fraction()) / len(sheets)
        parts.append(f"{shown_points(average)} of {shown_points(totals.pop())} points on average")
    elif all(totals):
        average = sum((sheet.points / sheet.total for sheet in sheets), Fraction()) / len(sheets)
        parts.append(f"{shown_points(100 * average)} % on average")
    return ", ".join(parts)
