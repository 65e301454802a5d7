"""Texts and numbers in lines of so many columns: wrapped between items, never within one."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from rich.cells import cell_len

from core import Array, significant
from tui.sheet.lines import Line, Words, clipped, line, width
from tui.sheet.styles import shade
from tui.sheet.written import Written

MARGIN = 1  # blank columns at the left of everything
GAP = 3  # blanks between items
DECIMALS, FEWEST, MOST = 4, 1, 9  # of numbers that stand in rows
DIGITS, FEWEST_DIGITS, MOST_DIGITS = 6, 3, 12  # of numbers in arithmetic
MOST_MORE = 2  # decimals more for a row of small numbers
ELLIPSIS = ("…", "structure")
BRIEF = 2  # digits fewer where a number is only mentioned

Styled: TypeAlias = Sequence[tuple[str, str]]


def digits(more: int) -> int:
    """Significant digits in arithmetic, where somebody wants so many more than usual."""
    return max(FEWEST_DIGITS, min(MOST_DIGITS, DIGITS + more))


def decimals(more: int) -> int:
    """Decimals of numbers in rows, where somebody wants so many more than usual."""
    return max(FEWEST, min(MOST, DECIMALS + more))


def decimals_for(values: Array, places: int) -> int:
    """Decimals of a row: a few more where its numbers are small."""
    largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    more = -math.floor(math.log10(largest)) - 1 if 0 < largest < 1 else 0
    return min(MOST, places + min(more, MOST_MORE))


def spoken(value: float, more: int = 0) -> str:
    """A number in a sentence."""
    return significant(value, max(FEWEST_DIGITS, digits(more) - BRIEF))


def number_style(value: float, largest: float) -> str:
    """The style of a number among others."""
    if not math.isfinite(value):
        return "alarm"
    return shade(value, largest) if math.isfinite(largest) else "text"


def styled(words: Words) -> list[tuple[str, str]]:
    """Texts, each with a style."""
    return [(word, "text") if isinstance(word, str) else word for word in words]


def wrapped(words: Words, columns: int, indent: int = 0, start: int = MARGIN, prose: bool = False) -> list[Line]:
    """A long text in as many lines as it takes, broken before a plus or minus or an equals sign where there are any,
    else, and in `prose`, at blanks; all lines but the first begin `indent` columns further to the right.
    """
    lines: list[Line] = []
    current: list[tuple[str, str]] = []
    column = start
    for atom in _atoms(styled(words), 0 if prose else max(4, columns - start - indent)):
        text = "".join(part for part, _ in atom)
        if current and column + cell_len(text.rstrip()) > columns:
            lines.append(line(trimmed(current), start if not lines else start + indent))
            current, column = [], start + indent
            atom = _leadtrimmed(atom)
            text = "".join(part for part, _ in atom)
        current += atom
        column += cell_len(text)
    if current:
        lines.append(line(trimmed(current), start if not lines else start + indent))
    return [clipped(one, columns) for one in lines]


def _atoms(words: Styled, room: int) -> list[list[tuple[str, str]]]:
    """What is not broken, each with the blank before it."""
    text = "".join(part for part, _ in words)
    pieces = []
    for piece in re.split(r"(?= [+\-=≈→] )", text):
        pieces += [piece] if cell_len(piece) <= room else re.split(r"(?<=\S)(?= )", piece)
    atoms = []
    rest = [*words]
    for piece in pieces:
        atom, needed = [], len(piece)
        while needed and rest:
            part, style = rest[0]
            atom.append((part[:needed], style))
            rest[0:1] = [(part[needed:], style)] if len(part) > needed else []
            needed -= min(needed, len(part))
        atoms.append(atom)
    return atoms


def trimmed(words: Words) -> list[tuple[str, str]]:
    """Without blanks at the end."""
    words = styled(words)
    while words and not words[-1][0].strip():
        words = words[:-1]
    return [*words[:-1], (words[-1][0].rstrip(), words[-1][1])] if words else []


def _leadtrimmed(words: list[tuple[str, str]]) -> list[tuple[str, str]]:
    while words and not words[0][0].strip():
        words = words[1:]
    return [(words[0][0].lstrip(), words[0][1]), *words[1:]] if words else []


def flow(items: Sequence[Words], columns: int, head: str = "", gap: int = GAP, style: str = "structure") -> list[Line]:
    """Items side by side behind a heading, in as many lines as they take. One that is wider than a line is wrapped."""
    start = MARGIN + cell_len(head)
    lines: list[Line] = []
    current: Line = line([(head, style)], MARGIN) if head else ()
    column = start
    for item in items:
        placed = line(item, column)
        if width(placed) > columns and column > start:
            lines.append(current)
            current, column = (), start
            placed = line(item, column)
        if width(placed) > columns:
            first, *more = wrapped(item, columns, indent=2, start=column)
            lines += [(*current, *first), *more[:-1]]
            current = more[-1] if more else lines.pop()
        else:
            current = (*current, *placed)
        column = width(current) + gap
    return [*lines, current] if current else lines


def folded(rows: Sequence[str], columns: int, styles: Sequence[str], indent: int = 2) -> list[Line]:
    """Lines that belong under each other, broken together at a column where all of them have a blank."""
    size = max(map(len, rows), default=0)
    rows = [row.ljust(size) for row in rows]
    found: list[Line] = []
    start, room = 0, columns - MARGIN
    while start < size:
        end = size
        if size - start > room:
            blanks = (at for at in range(start + room, start, -1) if all(row[at] == " " for row in rows))
            end = next(blanks, start + room)
        column = MARGIN + (indent if start else 0)
        for row, style in zip(rows, styles, strict=True):
            text = row[start:end].rstrip()
            if text:
                found.append(clipped(line([(text, style)], column), columns))
        start = end
        while start < size and all(row[start] == " " for row in rows):
            start += 1
        room = columns - MARGIN - indent
    return found


def number_format(values: Array, places: int) -> Written:
    """How numbers that stand under each other are written."""
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max(initial=0.0))
    return Written(min(5, max(1, len(str(int(min(largest, 1e9)))))), places)


def row(
    label: Words,
    values: Array,
    columns: int,
    written: Written,
    *,
    start: int = 0,
    count: bool = False,
    left: int = MARGIN,
) -> Line:
    """A label at the column `left`, and from the column `start` on numbers as they are `written`. Where they do not
    fit, the first and the last, and behind them how many there are; with `count` in any case.
    """
    found = line(label, left)
    start = max(start, width(found) + 1)
    largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    tail = (f"[{len(values)}]", "structure")
    step, room = written.width + 1, columns - start
    cells = [(written.cell(value), number_style(value, largest)) for value in _ends(values, room // step + 1)]
    if len(cells) == len(values):
        whole = _joined(found, start, [*cells, *([tail] if count else [])])
        if width(whole) <= columns:
            return whole
    first = min(len(cells) - 1, (room - step - len(ELLIPSIS[0]) - 1 - len(tail[0])) // step)
    if first > 0:
        return _joined(found, start, [*cells[:first], ELLIPSIS, cells[-1], tail])
    first = min(len(cells) - 1, (room - len(ELLIPSIS[0])) // step)
    return clipped(
        _joined(found, start if first > 0 else width(found) + 1, [*cells[: max(0, first)], ELLIPSIS]), columns
    )


def _ends(values: Array, most: int) -> list[float]:
    """The first numbers and the last."""
    shown: list[float] = (values if len(values) <= most else np.append(values[: most - 1], values[-1])).tolist()
    return shown


def _joined(label: Line, start: int, words: Styled) -> Line:
    """Words with a blank between them, behind a label."""
    return (*label, *line(trimmed([part for word in words for part in (word, (" ", "text"))]), start))
