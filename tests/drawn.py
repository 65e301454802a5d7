"""The sheet of a step without an application, and what is read back from its texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len

import core
from core import Place, Problem
from tui.sheet.lines import Line
from tui.training.engine import Engine
from tui.training.painter import Painted, Painter, Scene
from tui.training.picture import Numbers, Picture
from tui.training.plot import Curve
from tui.training.run import Run
from tui.training.status import Facts
from tui.training.view import View


class Sheets:
    """The sheets of a problem's run at one size."""

    def __init__(self, problem: Problem, size: tuple[int, int]) -> None:
        self.size = size
        self.run = Run(problem, Engine())
        self.painter = Painter(self.run)
        self(0)  # fixes how numbers are written

    def __call__(self, index: int, view: View | None = None) -> Painted:
        picture = Picture(*self._numbers(index), view or View(fresh=False), self.size[0])
        return self.painter.paint(picture, self.size, self._scene())

    def _numbers(self, index: int) -> tuple[Numbers, Numbers | None]:
        timeline = self.run.timeline
        return Numbers(timeline[index]), Numbers(timeline[index - 1]) if index else None

    def _scene(self) -> Scene:
        timeline = self.run.timeline
        return Scene(Facts(len(timeline) - 1), [Curve(timeline.problem.loss.title, timeline.losses, None)])


def texts(lines: list[Line], columns: int) -> list[str]:
    """The lines as a terminal shows them, a character a column; wide ones are followed by an empty one."""
    shown = []
    for line in lines:
        row = [" "] * columns
        for span in line:
            x = span.column
            for character in span.text:
                if cell_len(character):
                    row[x : x + 1] = [character]
                else:
                    row[x - 1] += character  # it stands over the one before
                x += cell_len(character)
        shown.append("".join(row))
    return shown


class Cell(NamedTuple):
    """A number on the sheet: where it belongs (row and column from 0), its text, and the mark behind it."""

    name: str
    row: int
    column: int
    text: str
    mark: str


def cells(painted: Painted) -> Iterator[Cell]:
    """Every number of the rows and of the parameters, read from the texts. Which row it is, the row says."""
    frame = painted.frame
    lines = texts(painted.lines, frame.width)
    for pane, header in zip(("activations", "deltas"), frame.headers, strict=True):
        area = frame.areas.get(pane)
        if area is None:
            continue
        for y in range(area.y + 1 + header, area.y + 1 + header + len(painted.rows.rows)):
            row = int(lines[y][1 : frame.columns.gutter]) - 1
            for group in frame.columns.groups:
                upper = pane == "activations"
                name = group.station.above if upper else group.station.below
                if group.squares or group.classes or name in ("", "share", "verdict"):
                    continue
                written = group.upper if upper else group.lower
                for column, offset in zip(group.shown, group.offsets, strict=True):
                    if column is not None:
                        x = group.x + offset
                        text = lines[y][x : x + written.width]
                        yield Cell(name, row, column, text, lines[y][x + written.width : x + written.width + 1])
    area = frame.areas.get("weights")
    if area is None:
        return
    for matrix in frame.matrices.placed or ():
        if matrix.squares:
            continue
        for down in range(matrix.rows + bool(matrix.bias)):
            name, row = (matrix.name, down) if down < matrix.rows else (matrix.bias, 0)
            y = area.y + 1 + matrix.y + matrix.header + down
            if y >= area.y + area.height:
                continue
            for column, offset in zip(matrix.shown, matrix.offsets, strict=True):
                if column is not None:
                    x = area.x + frame.beside + matrix.x + offset
                    text = lines[y][x : x + matrix.written.width]
                    yield Cell(
                        name, row, column, text, lines[y][x + matrix.written.width : x + matrix.written.width + 1]
                    )


def place(painted: Painted, cell: Cell) -> Place:
    """The place of a cell in its run."""
    return core.Place(painted.picture.step.index, cell.name, painted.picture.cell_at(cell.name, cell.row, cell.column))
