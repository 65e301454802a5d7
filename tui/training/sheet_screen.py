"""The sheet on the screen: where one is in the run, what one sees of it, and how it is painted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

import core
from core import Branch, DivergedError, Problem, ProblemError, Step
from tui.format import plain
from tui.key_reasons import SayingScreen
from tui.sheet.keyline import Key
from tui.sheet.widget import Sheet
from tui.training import moves
from tui.training.accuracy import Scored
from tui.training.beside import Beside
from tui.training.engine import Engine
from tui.training.hunt import Hunt
from tui.training.journey import Journey
from tui.training.keys_offered import QUIT
from tui.training.late import Late
from tui.training.learned import Learned
from tui.training.notes import Note
from tui.training.painter import Painted, Painter, Scene
from tui.training.picture import Numbers, Picture
from tui.training.pictured import counts_rows
from tui.training.plot import Curve, curve_of
from tui.training.run import Run
from tui.training.status import Facts
from tui.training.step_marks import Marks
from tui.training.view import ACCURACY, LEARNED, View

if TYPE_CHECKING:
    from core import GradientCheck, Notation, Place

SMALLEST = (60, 20)
MOST_CURVES = 4  # that can be told apart


class SheetScreen(SayingScreen[None]):
    """The journey says where one is, the view what one sees; the sheet follows."""

    LEAVING: ClassVar[Key] = QUIT  # the key that leaves the screen

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem
        self.run = Run(problem, Engine())
        self.journey = Journey(self.run, self, self)
        self.view = View()
        self.activity = ""
        self.painted = 0  # how often the sheet was drawn
        self.sheet: Painted | None = None
        self._numbers: tuple[Numbers, Numbers | None] | None = None
        self._painter = Painter(self.run)
        self._trail: list[Place] = []
        self._coming: Place | None = None  # the cell to inspect once its step is there
        self.hunt = Hunt(self.run.engine, self, self.tell)
        self._beside = Beside(self.run, self, lambda: self.step, self.paint)
        self._learned = Learned(self.run, self, lambda: self.step, self._know_more)

    def compose(self) -> ComposeResult:
        yield Sheet(id="sheet")
        yield Static(id="notice")

    def on_mount(self) -> None:
        self.query_one(Sheet).focus()

    def on_unmount(self) -> None:
        self.journey.pause()
        self.run.engine.close()

    @property
    def step(self) -> Step | None:
        """The step on the sheet, in the notation that it speaks."""
        return None if self._numbers is None else self._numbers[0].shown_in(self.notation).step

    @property
    def recorded(self) -> Step | None:
        """The same in sgdb's own names, which files have."""
        return None if self._numbers is None else self._numbers[0].step

    @property
    def notation(self) -> Notation | None:
        """What quantities are called on the sheet: what was chosen, else as the problem's file has it; None for sgdb's
        own names.
        """
        if self.view.notation:
            return core.NOTATIONS[self.view.notation]
        return self.problem.notation

    def show_branch(self, branch: Branch, **seen: Any) -> None:
        """Look at a run, at the step where one is; `seen` changes the view."""
        self._pause()
        self._beside.timelines = ()
        self.view = replace(self.view, aside="", fresh=False, **seen)
        self.journey.switch(branch)

    def seek(self, index: int) -> None:
        """Go to step `index`, or as near to it as the run gets."""
        self.journey.seek(index)

    # Painting: everything on the sheet follows from the step, the view and the scene.

    def look(self, **changes: Any) -> None:
        """Change what a person sees, and paint it with where one is in sight."""
        self.view = replace(self.view, fresh=False, **changes)
        self.paint(follow=True)

    def paint(self, follow: bool = False) -> None:
        """Draw the sheet; only lines that differ from those on it are painted. With `follow`, it is scrolled to where
        one is.
        """
        sheet = self.query_one(Sheet)
        size = (sheet.size.width, sheet.size.height)
        if self._numbers is None or size[0] < SMALLEST[0] or size[1] < SMALLEST[1]:
            return
        self.painted += 1
        numbers, before = (None if one is None else one.shown_in(self.notation) for one in self._numbers)
        assert numbers is not None
        picture = Picture(numbers, before, self.view, size[0])
        if follow:
            self.view = picture.view = moves.in_sight(picture, self._painter.frame(picture, size))
        self.sheet = self._painter.paint(picture, size, self._scene(numbers.step))
        sheet.show(self.sheet.lines, self.sheet.place)

    def _repaint(self) -> None:
        """Draw anew what the first line and the last one tell."""
        if self.sheet is not None:
            self.sheet = self._painter.repaint(self.sheet, self._scene(self.sheet.picture.step))
            self.query_one(Sheet).show(self.sheet.lines, self.sheet.place)

    def _scene(self, step: Step) -> Scene:
        return Scene(
            self._facts(step),
            self.curves(),
            self.marks(),
            self.first_notes(step),
            self._scored(),
            self.late(),
            self.journey.playing,
            self._message,
            self.app.no_color,
            self.LEAVING,
        )

    def _facts(self, step: Step) -> Facts:
        leisure = not self.journey.playing
        verdict = self._learned.verdict(step, leisure, self._counts) if self._judges(step) else None
        before = self._learned.known(step.index - 1)
        if self._is_scored:
            self._learned.keep_up(self._stands)
        reached = max(len(self.run.timeline) - 1, step.index)
        ended = self.run.timeline.diverged
        ending = self._error_text(ended) if ended is not None and ended.step == step.index + 1 else ""
        own = self.run.branch.loss is None
        several = len(self.run.listed) > 1
        branch = self.name_of(self.run.branch) if several else ""
        return Facts(reached, self.activity or self.state(), verdict, before, own, ending, branch)

    @property
    def _counts(self) -> bool:
        """Whether the confusion tables are shown."""
        return self.view.aside == LEARNED or counts_rows(self.view)

    def _judges(self, step: Step) -> bool:
        """Whether the network of a step is asked what it makes of all rows."""
        problem, seen = step.problem, self._counts or self.view.shown == ACCURACY
        return seen or problem.batch_size is not None or problem.held_out is not None

    def _stands(self) -> bool:
        """Whether one is where one wants to be, and the run does not play."""
        journey = self.journey
        return not journey.playing and journey.shown == (self.run.branch, journey.cursor)

    @property
    def _is_scored(self) -> bool:
        """Whether it is asked so along the run."""
        return self.problem.held_out is not None or self.view.shown == ACCURACY

    def _scored(self) -> Scored | None:
        """How many rows are right along the run, where that is shown."""
        if self.view.shown != ACCURACY:
            return None
        points, timeline = self._learned.scores.points, self.run.timeline
        return Scored(points(), points(held_out=True), len(timeline) - 1, core.is_right_or_wrong(timeline.problem))

    def _know_more(self) -> None:
        """More is known of how well the run does."""
        if self._is_scored or self._counts:
            self.paint()
        else:
            self._repaint()

    def curves(self) -> list[Curve]:
        """The losses that are drawn: of the run looked at, of the other branches, and of those beside it."""
        if self._beside.timelines or len(self.run.listed) == 1:
            runs = (self.run.timeline, *self._beside.timelines)
            tested = self._learned.scores.points(held_out=True) if self.problem.held_out is not None else None
            return [curve_of(run, run.problem.loss.title, run.problem.loss.word, tested) for run in runs]
        here, timelines = self.run.branch, self.run.timelines
        others = [branch for branch in self.run.listed if branch != here and branch in timelines]
        return [curve_of(timelines[branch], self.title_of(branch)) for branch in (here, *others[: MOST_CURVES - 1])]

    def marks(self) -> Sequence[Marks]:
        """The steps that are marked in the plot."""
        return ()

    def first_notes(self, step: Step) -> list[Note]:
        """What is to be noted about a step beside its numbers."""
        edits = [edit for edit in self.run.branch.edits if edit.step == step.index and edit.name != "loss"]
        changed = ", ".join(core.edit_text(step.problem, edit) for edit in edits)
        first = [Note([(f"changed here: {changed}", "amber")], None)] if changed else []
        # What was made of a table; until the first key, the first line has the first of it.
        read = self.problem.remarks[self.view.fresh :] if step.index == 0 else ()
        return [*first, *(Note([plain(remark)], None) for remark in read)]

    def name_of(self, branch: Branch) -> str:
        """What a branch is called."""
        raise NotImplementedError

    def title_of(self, branch: Branch) -> str:
        """The same with the loss, where it is looked at under another than its own."""
        raise NotImplementedError

    # What the journey tells.

    def arrive(self, numbers: Numbers, before: Numbers | None) -> None:
        """A step has come: paint it, with what it was wanted for."""
        first, step, playing = self._numbers is None, numbers.step, self.journey.playing
        self.view = moves.to_step(self.view, None if self.sheet is None else self.sheet.picture, step)
        self._numbers, self._beside.late = (numbers, before), Late()
        self._trail = [place for place in self._trail if place.name in step.values]
        if self._coming is not None and self._coming.step == step.index:
            cursor = moves.within(step, self._coming.name, self._coming.cell)
            self.view = replace(self.view, cursor=cursor, term=None, aside="")
            self._coming = None
        if not self.journey.under_way:
            self.activity = ""
        if first:
            self.view = replace(self.view, sample=moves.first_sample(step))
            self.begin(step)
        if not playing:
            self.keep_up()
        self.paint(follow=True)
        if first:
            self._beside.get_ready()
        if not playing:
            self._beside_step(step)

    def keep_up(self) -> None:
        """Bring what grows with the run as far as it, where that is quick: then one picture has it all."""
        self._beside.keep_up()

    def _open_aside(self, name: str) -> None:
        self._pause()
        if self.view.aside == name:
            self._close_aside()
        else:
            self.look(aside=name, scroll=0)

    def _close_aside(self) -> None:
        self._beside.timelines = ()
        self.look(aside="", scroll=0)
        if self.step is not None:
            self._beside_step(self.step)

    def begin(self, step: Step) -> None:
        """The first step has come, and is about to be painted."""

    def _beside_step(self, step: Step) -> None:
        """What is computed for a step beside its numbers, and comes late."""
        companion = step.problem.loss.companion
        if self.view.differences and self.view.gradients is None:
            self._difference(step)
        if self.view.aside == "losses":
            self._beside.compare(step, self._still_at(step))
        elif companion is not None and self.problem.loss.companion is not None:
            self._beside.accompany([companion], self._still_at(step))

    def _still_at(self, step: Step) -> Callable[[], bool]:
        """Whether one has not gone on from a step, or to another run."""
        branch = self.run.branch
        return lambda: (self.run.branch, self.journey.cursor) == (branch, step.index)

    def tell(self, text: str) -> None:
        """What goes on, in the status line; an empty text leaves there what one is in."""
        self.activity = text
        self.paint()

    def late(self) -> Late:
        """What is worked out beside the numbers of the step."""
        step = self.step
        verdict = None if step is None else self._learned.known(step.index)
        return self._beside.late._replace(verdict=verdict)

    def state(self) -> str:
        """What one is in, for the status line."""
        if self.journey.playing:
            return f"▶ {self.journey.speed:,}/s"
        ended = self.run.timeline.diverged
        if ended is not None and self.journey.cursor >= ended.step - 1:
            return f"diverges at step {ended.step}"
        if self.view.alone:
            return f"{self.view.alone} alone"
        if self.view.current is not None and self.view.cursor is None:
            return "walk"
        return "another run" if self.run.branch.loss is not None else ""

    def refuse(self, reason: DivergedError | ProblemError) -> None:
        """Another run cannot be had."""
        self.activity = ""
        self.say(f"It cannot be looked at: {plain(self._error_text(reason))}")

    def _error_text(self, error: DivergedError | ProblemError) -> str:
        """What went wrong, the number that did by the name that it has on the sheet."""
        if isinstance(error, ProblemError) or self.step is None:
            return str(error)
        return error.told(self.step.statement.wording.label(error.quantity, error.cell))

    def end_before(self, error: DivergedError) -> None:
        """Show the last step that is finite; where there is none, say so for good."""
        self.journey.pause()
        if error.step == 0:
            self._notice(f"There is nothing to step through:\n{error}.\n\nq quits")
            return
        if not self.journey.under_way:
            self.seek(error.step - 1)

    def _difference(self, step: Step) -> None:
        """Compare the gradients with central differences, beside."""

        def then(found: GradientCheck) -> None:
            self.view = replace(self.view, gradients=found)
            self.paint()

        self._beside.difference(step, lambda: self.view.differences, then)

    def _notice(self, text: str) -> None:
        """A message in place of the sheet; none, and the sheet is back."""
        notice = self.query_one("#notice", Static)
        if not text and not notice.display:
            return  # else all would be laid out and painted again
        notice.update(text)
        notice.display, self.query_one(Sheet).display = bool(text), not text

    def _pause(self) -> None:
        self.hunt.stop()
        if self.journey.pause():
            self.tell("")
            if self.step is not None:
                self._beside_step(self.step)
