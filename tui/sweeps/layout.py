"""Where the panes of a sweep stand: from the terminal's size alone."""

from __future__ import annotations

from typing import NamedTuple

from tui.sheet.lines import Area, Line, line

SMALLEST = (60, 20)
UPPER = 0.55  # of the lines that the panes share
LEFT = 0.55  # of the columns, for the grid
ABOUT = ((36, 4), (24, 3))  # from how many lines on so many tell of the chosen run


class Layout(NamedTuple):
    """The panes, each with its title in its first line; the first line of all is the status, the last one the keys."""

    width: int
    height: int
    grid: Area
    curves: Area
    table: Area
    about: Area


def layout(width: int, height: int) -> Layout:
    """That of a terminal of this size."""
    upper = round(UPPER * (height - 2))
    left = round(LEFT * width)
    about = next((lines for least, lines in ABOUT if height >= least), 0)
    return Layout(
        width,
        height,
        Area(0, 1, left, upper),
        Area(left + 1, 1, width - left - 1, upper),
        Area(0, 1 + upper, width, height - 2 - upper - about),
        Area(0, height - 1 - about, width, about),
    )


def small_text(width: int, height: int) -> str:
    """What a terminal without room is told; empty where there is room."""
    if width >= SMALLEST[0] and height >= SMALLEST[1]:
        return ""
    return f"This terminal has {width}×{height} characters.\nsgdb needs {SMALLEST[0]}×{SMALLEST[1]}."


def centred(text: str, width: int, height: int) -> list[Line]:
    """A text in the middle of a page."""
    rows = text.splitlines()
    before: list[Line] = [()] * max(0, (height - len(rows)) // 2)
    found = [*before, *(line([row], max(0, (width - len(row)) // 2)) for row in rows)]
    return (found + [()] * height)[:height]
