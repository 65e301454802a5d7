"""Painter: the sheet for a step and a view, every pane of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from core import Problem
from tui.sheet.keyline import keyline
from tui.sheet.lines import Line
from tui.training.columns import WORDY
from tui.training.drawing import Pane, draw
from tui.training.frame import Frame
from tui.training.keys_offered import keys
from tui.training.notes import notes
from tui.training.picture import Numbers, Picture, belongs
from tui.training.plot import Curve, LossPlot, title
from tui.training.rows import Rows
from tui.training.run import Run
from tui.training.status import Facts, status
from tui.training.view import Cell, View
from tui.training.why import why

if TYPE_CHECKING:
    from core import LossComparison, Place


class Scene(NamedTuple):
    """What is painted beside the numbers of a step.

    facts      what the status line tells
    curves     the losses in the plot, those of the run that is looked at first
    losses     the step under every loss; None while that is being computed
    """

    facts: Facts
    curves: Sequence[Curve]
    losses: Sequence[LossComparison] | None = None


class Spots(NamedTuple):
    """What can be clicked on a line: from a column up to another."""

    start: int
    end: int
    action: str = ""
    cell: tuple[str, Cell] | None = None


class Painted(NamedTuple):
    """A sheet as it was painted, and what stands where on it.

    place   where the inspected cell stands; None where it is not in sight
    terms   the cells that can be followed from it
    scrollable   lines that the strip, or parameters alone, can be scrolled by
    notes, keys   what can be clicked on these lines
    """

    frame: Frame
    picture: Picture
    rows: Rows
    lines: list[Line]
    place: tuple[int, int] | None
    terms: list[Place]
    scrollable: int
    notes: list[Spots]
    keys: list[Spots]


class Painter:
    """Paints the sheets of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.plot = LossPlot()

    def paint(
        self, numbers: Numbers, before: Numbers | None, view: View, size: tuple[int, int], scene: Scene
    ) -> Painted:
        """The sheet of a step, with the step before it, on a terminal of this size."""
        step = numbers.step
        earlier = None if before is None else before.step
        # A smaller last batch moves nothing.
        rows = self._run.problem.batch_size or len(step.batch)
        frame = self._run.frames(step)(size, rows, view.more, view.numbers, view.left, view.alone)
        picture = Picture(numbers, before, view, moves=size[0] >= WORDY)
        drawn_rows = Rows(frame, picture)
        panes = {"status": Pane(status(step, earlier, scene.facts, view, frame.width))}
        noted: list[Spots] = []
        if "notes" in frame.areas:
            report = view.report if view.report is not None and belongs(view.report.step, step) else None
            line, links = notes(step, earlier, frame.width, report, scene.facts.own, scene.facts.ending)
            panes["notes"] = Pane(line)
            noted = [Spots(link.start, link.end, cell=link.place) for link in links]
        terms: list[Place] = []
        scrollable = (
            max(0, frame.matrices.height - frame.areas[view.alone].height + 1) if view.alone == "weights" else 0
        )
        if "why" in frame.areas:
            area = frame.areas["why"]
            squares = {name for g in frame.columns.groups if g.squares for name in (g.station.above, g.station.below)}
            said = why(step, earlier, view, area.width - 1, max(1, area.height - 1), squares, scene.losses)
            terms, scrollable = said.terms, said.total - len(said.lines)
            panes["why"] = Pane(said.title, said.lines)
        if "loss" in frame.areas:
            area = frame.areas["loss"]
            lines = self.plot.draw(area.width - (area.x > 0), area.height - 1, scene.curves, step.index, view)
            panes["loss"] = Pane(title(view, step, scene.curves, area.width - 4), lines)
        line, pressed = self._keys(frame, picture, self._run.problem)
        panes["keys"] = Pane(line)
        drawn = draw(frame, picture, panes, drawn_rows)
        return Painted(frame, picture, drawn_rows, drawn.lines, drawn.place, terms, scrollable, noted, pressed)

    def _keys(self, frame: Frame, picture: Picture, problem: Problem) -> tuple[Line, list[Spots]]:
        view, step = picture.view, picture.step
        found = keys(
            view,
            hinge=step.problem.loss != problem.loss,
            margin=bool(step.problem.loss.settings),
            elided=not frame.columns.whole,
            hidden=bool(frame.columns.before or frame.columns.behind),
        )
        dimmed = {"arrow(0, -1)"} if step.index == 0 and view.cursor is None else set()
        line, places = keyline(found, frame.width, dimmed)
        return line, [Spots(start, end, action) for start, end, action in places]
