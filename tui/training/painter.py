"""Painter: the sheet for a step and a view, every pane of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from core import how_judged
from tui.sheet.keyline import Key, keyline
from tui.sheet.lines import Line, clipped, line
from tui.training.accuracy import Scored, scores_title
from tui.training.compared import report_on
from tui.training.drawing import Pane, draw
from tui.training.frame import Frame
from tui.training.keys_offered import QUIT, keys
from tui.training.late import Late
from tui.training.notes import Note, notes
from tui.training.picture import Picture
from tui.training.pictured import is_pictured, pictured
from tui.training.plot import Curve, LossPlot, title
from tui.training.rows import Rows
from tui.training.run import Run
from tui.training.status import Facts, status
from tui.training.step_marks import Marks
from tui.training.view import Cell
from tui.training.why import why

if TYPE_CHECKING:
    from core import Place
    from tui.pictures.drawn import Drawn


class Scene(NamedTuple):
    """What is painted beside the numbers of a step.

    facts      what the status line tells
    curves     the losses in the plot, those of the run that is looked at first
    marks      the steps that are marked in it
    notes      what is to be noted beside the step's numbers
    scored     how many rows are right along the run, where that stands in place of the losses
    late       what is worked out beside, and comes late
    playing    whether the run plays
    message    what there is to say about the last key, in place of the keys
    plain      whether there are no colours
    leaving    the key that leaves the screen
    """

    facts: Facts
    curves: Sequence[Curve]
    marks: Sequence[Marks] = ()
    notes: Sequence[Note] = ()
    scored: Scored | None = None
    late: Late = Late()
    playing: bool = False
    message: str = ""
    plain: bool = False
    leaving: Key = QUIT


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
    pictured      the picture, where there is one
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
    pictured: Drawn | None = None


class Painter:
    """Paints the sheets of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.plot = LossPlot()

    def frame(self, picture: Picture, size: tuple[int, int]) -> Frame:
        """Where everything stands on a terminal of this size."""
        step, view = picture.step, picture.view
        # A smaller last batch moves nothing.
        rows = step.problem.batch_size or len(step.batch)
        return self._run.frames(step)(
            size, rows, view.more, view.numbers, view.left, view.alone, is_pictured(view, step.problem)
        )

    def paint(self, picture: Picture, size: tuple[int, int], scene: Scene) -> Painted:
        """The sheet of a step on a terminal of this size."""
        step, earlier, view = picture.step, picture.earlier, picture.view
        frame = self.frame(picture, size)
        drawn_rows = Rows(frame, picture)
        panes = {"status": Pane(self._status(frame, picture, scene))}
        noted: list[Spots] = []
        if "notes" in frame.areas:
            report, facts = report_on(view, step), scene.facts
            noticed, links = notes(step, earlier, frame.width, report, facts.own, facts.ending, scene.notes)
            panes["notes"] = Pane(noticed)
            noted = [Spots(link.start, link.end, cell=link.place) for link in links]
        terms: list[Place] = []
        scrollable = (
            max(0, frame.matrices.height - frame.areas[view.alone].height + 1) if view.alone == "weights" else 0
        )
        if "why" in frame.areas:
            area = frame.areas["why"]
            squares = {name for g in frame.columns.groups if g.squares for name in (g.station.above, g.station.below)}
            said = why(step, earlier, view, area.width - 1, max(1, area.height - 1), squares, scene.late)
            terms, scrollable = said.terms, said.total - len(said.lines)
            if view.term is not None and terms:
                picture.picked = terms[min(view.term, len(terms) - 1)]
            panes["why"] = Pane(said.title, said.lines)
        if "loss" in frame.areas:
            area = frame.areas["loss"]
            size = area.width - (area.x > 0), area.height - 1
            room, verdict = area.width - 4, scene.facts.verdict
            if scene.scored is not None:
                lines = self.plot.draw_scores(*size, scene.scored, step.index, view)
                panes["loss"] = Pane(scores_title(scene.scored, step, verdict, view, room), lines)
            else:
                lines = self.plot.draw(
                    *size, scene.curves, step.index, view, scene.marks, step.statement.letters["loss"]
                )
                held_out = None if verdict is None else verdict.held_out
                panes["loss"] = Pane(title(view, step, scene.curves, room, held_out), lines)
        drawn_picture = None
        if "picture" in frame.areas:
            panes["picture"], drawn_picture = pictured(
                picture, frame.areas["picture"], scene.facts.verdict, scene.plain
            )
        last, pressed = self._keys(frame, picture, scene)
        panes["keys"] = Pane(last)
        drawn = draw(frame, picture, panes, drawn_rows)
        return Painted(
            frame, picture, drawn_rows, drawn.lines, drawn.place, terms, scrollable, noted, pressed, drawn_picture
        )

    def repaint(self, painted: Painted, scene: Scene) -> Painted:
        """The same sheet with another first and last line: what these tell does not stand elsewhere."""
        frame, picture = painted.frame, painted.picture
        last, _ = self._keys(frame, picture, scene)
        lines = [self._status(frame, picture, scene), *painted.lines[1:-1], last]
        return painted._replace(lines=lines)

    def _status(self, frame: Frame, picture: Picture, scene: Scene) -> Line:
        return status(picture.step, picture.earlier, scene.facts, picture.view, frame.width)

    def _keys(self, frame: Frame, picture: Picture, scene: Scene) -> tuple[Line, list[Spots]]:
        """The last line, and what can be clicked on it, also where a message stands for a moment."""
        view, step = picture.view, picture.step
        found = keys(
            view,
            playing=scene.playing,
            hinge=self._run.branch.loss is not None,
            loss=step.problem.loss,
            elided=not frame.columns.whole,
            hidden=bool(frame.columns.before or frame.columns.behind),
            plot="loss" in frame.areas,
        )
        found = [scene.leaving if key is QUIT else key for key in found]
        dimmed = {"arrow(0, -1)"} if step.index == 0 and view.cursor is None else set()
        if how_judged(step.problem) not in ("sign", "largest"):
            dimmed.add("hinge")  # it needs classes
        offered, places = keyline(found, frame.width, dimmed)
        said = clipped(line([(scene.message, "amber")], 1), frame.width) if scene.message else offered
        return said, [Spots(start, end, action) for start, end, action in places]
