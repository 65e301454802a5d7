"""Lines of the sheet: texts at columns, each with the name of a style; what draws them knows no terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from rich.cells import cell_len, set_cell_size

NARROW = frozenset("▴▾○◂◆◇✓✗·…")  # marks, one column each


class Span(NamedTuple):
    """A text at a column of its line, counted from 0, in a style of `tui.sheet.styles`."""

    column: int
    text: str
    style: str = "text"

    @property
    def end(self) -> int:
        """The column behind it."""
        return self.column + cells(self.text)


def cells(text: str) -> int:
    """The columns that a text takes; of most, numbers with a mark, that needs no look at every character."""
    if text.isascii() or (text[-1] in NARROW and text[:-1].isascii()):
        return len(text)
    return _looked_at(text)


_looked_at = lru_cache(maxsize=4096)(cell_len)  # titles and rules, the same on every picture


Line: TypeAlias = tuple[Span, ...]  # sorted by column, without overlaps
Words: TypeAlias = Sequence["str | tuple[str, str]"]  # texts that follow each other: plain, or with a style


class Area(NamedTuple):
    """A rectangle of the sheet, in cells."""

    x: int
    y: int
    width: int
    height: int

    def holds(self, x: int, y: int) -> bool:
        """Whether a place lies in it."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


def line(words: Words, column: int = 0) -> Line:
    """Texts that follow each other from a column on."""
    spans = []
    for word in words:
        text, style = (word, "text") if isinstance(word, str) else word
        if text:
            spans.append(Span(column, text, style))
            column += cells(text)
    return tuple(spans)


def width(spans: Iterable[Span]) -> int:
    """Columns up to the end of the last text."""
    return max((span.end for span in spans), default=0)


def moved(spans: Line, columns: int) -> Line:
    """The same line further to the right."""
    return tuple(span._replace(column=span.column + columns) for span in spans) if columns else spans


def clipped(spans: Line, columns: int) -> Line:
    """What of a line lies within so many columns; a text that is cut ends in an ellipsis."""
    if not spans or spans[-1].end <= columns:
        return spans
    kept = []
    for span in spans:
        if span.end <= columns:
            kept.append(span)
        elif span.column < columns:
            room = columns - span.column
            kept.append(span._replace(text=set_cell_size(span.text, room - 1) + "…"))
    return tuple(kept)


def fitting(items: Iterable[Words], columns: int, between: str = " │ ", start: int = 0) -> Line:
    """Items side by side, each whole or not at all, as far as there is room."""
    spans: list[Span] = []
    column = start
    for item in items:
        gap = line([(between, "structure")] if spans else [], column)
        placed = line(item, width(gap) if gap else column)
        if width(placed) > columns:
            continue
        spans += [*gap, *placed]
        column = width(placed)
    return tuple(spans)
