"""The training screen: what each key does to where one is in the run, and to what one sees of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.widgets import Static

import core
from core import DivergedError, Loss, Problem, Step
from tui.key_reasons import KeyReasonsScreen
from tui.keys import key_groups
from tui.sheet.widget import Sheet
from tui.training import moves, reasons
from tui.training.beside import Beside
from tui.training.bindings import BINDINGS
from tui.training.engine import Engine
from tui.training.journey import Journey
from tui.training.mouse import Mouse
from tui.training.painter import Painted, Painter, Scene
from tui.training.picture import Numbers, Picture, belongs
from tui.training.plot import Curve, panned, zoomed
from tui.training.run import Run
from tui.training.slots import turns
from tui.training.status import Facts
from tui.training.view import View

if TYPE_CHECKING:
    from core import CheckReport, GradientCheck, Place

SMALLEST = (60, 20)
MARGIN_STEP = 0.1
TO_THE_END = 10**6  # a group of columns behind the last: the last ones are in sight then


class TrainingScreen(KeyReasonsScreen[None]):
    """Steps through a problem's run. The journey says where one is, the view what one sees; the sheet follows."""

    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self, problem: Problem, report: CheckReport | None = None) -> None:
        """`report` is of answers that were checked on one of the problem's steps: the screen begins there."""
        super().__init__()
        self.problem = problem
        self.run = Run(problem, Engine())
        self.journey = Journey(self.run, self, self)
        self.journey.cursor = 0 if report is None else report.step.index
        self.view = View(answers=report, fresh=report is None)
        self.activity = ""
        self.painted = 0  # how often the sheet was drawn
        self.sheet: Painted | None = None
        self._numbers: tuple[Numbers, Numbers | None] | None = None
        self._painter = Painter(self.run)
        self._mouse = Mouse(self, self._painter.plot)
        self._trail: list[Place] = []
        self._coming: Place | None = None  # the cell to inspect once its step is there
        self._left: int | None = None  # the first group in sight before the hinge was looked at
        self._hinges: dict[str, Loss] = {loss.name: loss for loss in (core.SoftmaxHinge(), core.Hinge())}
        self._hinge = core.SoftmaxHinge.name  # the one of them that h looks at
        self._message = ""  # what there is to say about the last key
        self._beside = Beside(self.run, self, lambda: self.step, self.paint, self._repaint)

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
        """The step on the sheet."""
        return None if self._numbers is None else self._numbers[0].step

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
        numbers, before = self._numbers
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
        playing = self.journey.playing
        return Scene(self._facts(step), self._curves(), self._beside.losses, playing, self._message)

    def _facts(self, step: Step) -> Facts:
        everything = (
            self._beside.over_all(step, not self.journey.playing) if step.problem.batch_size is not None else None
        )
        before = self.run.over_all.get((step.problem.loss, step.index - 1))
        reached = max(len(self.run.timeline) - 1, step.index)
        ended = self.run.timeline.diverged
        ending = str(ended) if ended is not None and ended.step == step.index + 1 else ""
        own = step.problem.loss == self.problem.loss
        return Facts(reached, self.activity or self._state(), everything, before, own, ending)

    def _curves(self) -> list[Curve]:
        """The losses that are drawn: of the run looked at, and of those beside it."""
        timelines = (self.run.timeline, *self._beside.timelines)
        problems = [t.problem for t in timelines]
        return [
            Curve(p.loss.title, t.losses, t.steps_per_epoch if p.batch_size is not None else None, p.loss.word)
            for t, p in zip(timelines, problems, strict=True)
        ]

    # What the journey tells.

    def arrive(self, numbers: Numbers, before: Numbers | None) -> None:
        """A step has come: paint it, with what it was wanted for."""
        first, step, playing = self._numbers is None, numbers.step, self.journey.playing
        self.view = moves.to_step(self.view, None if self.sheet is None else self.sheet.picture, step)
        self._numbers, self._beside.losses = (numbers, before), None
        self._trail = [place for place in self._trail if place.name in step.values]
        if self._coming is not None and self._coming.step == step.index:
            self.view = replace(self.view, cursor=(self._coming.name, self._coming.cell), term=None)
            self._coming = None
        if not self.journey.under_way:
            self.activity = ""
        if first:
            self.view = replace(self.view, sample=moves.first_sample(step))
            self._begin_with_answers(step)
        if not playing:
            self._beside.keep_up()
        self.paint(follow=True)
        if first:
            self._beside.get_ready()
        if not playing:
            self._beside_step(step)

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
        """Whether one has not gone on from a step."""
        return lambda: self.journey.cursor == step.index

    def tell(self, text: str) -> None:
        """What goes on, in the status line; an empty text leaves there what one is in."""
        self.activity = text
        self.paint()

    def _state(self) -> str:
        if self.journey.playing:
            return f"▶ {self.journey.speed:,}/s"
        ended = self.run.timeline.diverged
        if ended is not None and self.journey.cursor >= ended.step - 1:
            return f"diverges at step {ended.step}"
        if self.view.alone:
            return f"{self.view.alone} alone"
        if self.view.current is not None and self.view.cursor is None:
            return "walk"
        return "another run" if self.run.loss != self.problem.loss else ""

    def end_before(self, error: DivergedError) -> None:
        """Show the last step that is finite; where there is none, say so for good."""
        self.journey.pause()
        if error.step == 0:
            self._notice(f"There is nothing to step through:\n{error}.\n\nq quits")
            return
        if not self.journey.under_way:
            self.seek(error.step - 1)

    def _notice(self, text: str) -> None:
        """A message in place of the sheet; none, and the sheet is back."""
        notice = self.query_one("#notice", Static)
        if not text and not notice.display:
            return  # else all would be laid out and painted again
        notice.update(text)
        notice.display, self.query_one(Sheet).display = bool(text), not text

    def _pause(self) -> None:
        if self.journey.pause():
            self.tell("")
            if self.step is not None:
                self._beside_step(self.step)

    # What can be done now, and why something cannot.

    def why_not(self, action: str, parameters: tuple[object, ...] = ()) -> str | None:
        if self.sheet is None:
            return None
        trail = bool(self._trail)
        return reasons.why_not(action, parameters, self.view, self.journey, self.sheet, self.problem, trail)

    def say(self, text: str) -> None:
        """A message in the last line, until the next key or click."""
        self._message = text
        self._repaint()

    def on_key(self, event: events.Key) -> None:  # noqa: ARG002
        """A message is there until the next key. That of the class above is called after this one."""
        self._unsay()

    def on_mouse_down(self) -> None:
        self._unsay()

    def _unsay(self) -> None:
        if self._message:
            self._message = ""
            # After what the key does: it paints the sheet without the message, or nothing else takes that away.
            self.app.call_later(self.call_later, self._repaint)

    def commands(self) -> Iterator[SystemCommand]:
        """Everything that a key does, and what has no key, for the command palette."""
        yield SystemCommand("Check answers", "from a file, on this step", self.performer(self, "check_answers"))
        yield from super().commands()

    # Through the run.

    def action_arrow(self, down: int, right: int) -> None:
        """A cell further, or a term, while one is inspected; else a step, or a sample."""
        if self.view.term is not None:
            self._pick(down + right)
        elif self.view.cursor is not None:
            self.action_move(down, right)
        elif right:
            self.action_step(right)
        elif self.sheet is not None:
            self.view = moves.choose(self.view, self.sheet.picture, down)
            self.look()

    def action_step(self, steps: int) -> None:
        self.go_to_step(self.journey.cursor + steps)

    def action_first(self) -> None:
        self.go_to_step(0)

    def action_last(self) -> None:
        self.go_to_step(len(self.run.timeline) - 1)

    def go_to_step(self, index: int) -> None:
        """Another step, wanted by a person: playing ends."""
        self._pause()
        self.view = replace(self.view, fresh=False)
        self.seek(index)

    def action_go_to(self) -> None:
        from tui.dialogs.goto import GoToScreen

        def gone_to(index: int | None) -> None:
            if index is not None:
                self.go_to_step(index)

        self._pause()
        self.app.push_screen(GoToScreen(self.journey.cursor, len(self.run.timeline) - 1), gone_to)

    def action_play(self) -> None:
        """Play; or pause, and stop a long run where it is."""
        if self.journey.playing:
            self._pause()
        elif not self.journey.stop():
            self.view = replace(self.view, fresh=False)
            self.journey.play()
            self.tell("")

    def action_speed(self, change: int) -> None:
        self.journey.faster(change)
        self.tell("" if self.journey.playing else f"plays {self.journey.speed:,} steps a second")

    # Over the numbers.

    def action_move(self, down: int, right: int) -> None:
        if self.sheet is not None:
            self.view = moves.move(self.view, self.sheet.picture, self.sheet.frame, down, right)
            self.look(scroll=0)

    def action_inspect(self) -> None:
        """Inspect a cell; at one, pick a term; at a term, go there."""
        if self.sheet is None:
            return
        view, terms = self.view, self.sheet.terms
        if view.cursor is None:
            self.view = moves.inspect(view, self.sheet.picture)
            self.look(scroll=0, aside="")
        elif view.term is not None and terms:
            self._trail.append(core.Place(self.sheet.picture.step.index, *view.cursor))
            self.go(terms[min(view.term, len(terms) - 1)])
        elif terms:
            self.look(term=0)
        else:
            self.say("This number is given, not computed.")

    def _pick(self, change: int) -> None:
        terms = self.sheet.terms if self.sheet is not None else []
        if terms and self.view.term is not None:
            self.look(term=(self.view.term + change) % len(terms))

    def go(self, place: Place) -> None:
        """To a cell, in its step."""
        if self.step is not None and place.step != self.step.index:
            self._coming = place
            self.go_to_step(place.step)
        else:
            self.look(cursor=(place.name, place.cell), term=None, scroll=0, aside="")

    def action_back(self) -> None:
        if self._trail:  # a key may come before the sheet that says what it can do
            self.go(self._trail.pop())

    def action_leave(self) -> None:
        """Leave the innermost of what one is in."""
        view = self.view
        if view.term is not None:
            self.look(term=None)
        elif view.aside:
            self._close_aside()
        elif view.cursor is not None:
            self._trail.clear()
            self.look(cursor=None, scroll=0)
        elif view.current is not None:
            self.look(current=None, scroll=0)
        elif view.alone:
            self._alone("")
        elif view.differences:
            self.action_differences()
        elif view.report is not None:
            self.look(hidden=True)
        else:
            self.look(window=None)

    def action_walk(self, change: int) -> None:
        sheet, step = self.sheet, self.step
        if step is None or sheet is None:
            return
        view, index = moves.walk(self.view, step, change)
        if index < 0:
            self.say("This is the first computation of step 0.")
            return
        if view.cursor is not None and view.current is not None:
            view = replace(view, cursor=(view.current, moves.first_cell(view, sheet.picture, view.current)))
        self.view = replace(view, aside="", term=None)
        if index == step.index:
            self.look()
        else:
            self.go_to_step(index)

    def action_next(self, change: int) -> None:
        """The next matrix, while a cell is inspected; else the next group of columns."""
        if self.sheet is None:
            return
        frame, picture = self.sheet.frame, self.sheet.picture
        if self.view.term is not None:
            self._pick(change)
        elif self.view.cursor is not None:
            self.view = moves.next_matrix(self.view, picture, frame, change)
            self.look(scroll=0)
        else:
            first = len(frame.columns.before) + change
            if change > 0 and not frame.columns.behind:
                first = 0
            self.look(left=first if first >= 0 else TO_THE_END)

    def action_copy(self) -> None:
        if self.step is not None and self.view.cursor is not None:
            self.app.copy_to_clipboard(str(core.explain(self.step, *self.view.cursor)))
            self.say("Copied the arithmetic of the cell.")

    # What is seen.

    def action_scroll(self, change: int) -> None:
        """The strip, or parameters alone, by some lines, as far as there are lines."""
        most = self.sheet.scrollable if self.sheet is not None else 0
        self.look(scroll=max(0, min(min(self.view.scroll, most) + change, most)))

    def action_numbers(self) -> None:
        self.look(numbers=not self.view.numbers, left=None)

    def action_order(self) -> None:
        step = self.step
        if step is not None:
            sample = self.view.sample if self.view.by_loss else moves.first_sample(step)
            self.look(by_loss=not self.view.by_loss, top=0, sample=sample)

    def action_buffers(self) -> None:
        """What takes turns with the gradients: the next of the update's buffers."""
        step = self.step
        if step is not None:
            known = turns(step.statement)
            here = self.view.middle if self.view.middle in known else ""
            self.look(middle=known[(known.index(here) + 1) % len(known)])

    def action_digits(self, change: int) -> None:
        self.look(more=self.view.more + change)

    def action_alone(self) -> None:
        """One pane alone: the next one at each press."""
        if self.sheet is not None:
            panes = ("", *moves.panes(self.view, self.sheet.picture))
            self._alone(panes[(panes.index(self.view.alone) + 1) % len(panes)])

    def _alone(self, pane: str) -> None:
        self.view = replace(self.view, alone=pane, scroll=0)
        self.look()

    def action_log(self) -> None:
        self.look(logarithmic=not self.view.logarithmic)

    def action_zoom(self, change: int) -> None:
        last = len(self.run.timeline) - 1
        self.look(window=zoomed(self.view.window, last, self.journey.cursor, 2.0 if change > 0 else 0.5))

    def action_pan(self, change: int) -> None:
        self.look(window=panned(self.view.window, len(self.run.timeline) - 1, 0.5 * change))

    def action_formulas(self) -> None:
        self._open_aside("formulas")

    def action_losses(self) -> None:
        self._open_aside("losses")
        if self.view.aside and self.step is not None:
            self._beside.compare(self.step, self._still_at(self.step))

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

    # Under another loss.

    def action_hinge(self) -> None:
        own = self.run.loss == self.problem.loss
        if own:
            self._left = self.view.left
        self._look_under(self._hinges[self._hinge] if own else self.problem.loss, TO_THE_END if own else self._left)

    def action_other_hinge(self) -> None:
        """From the hinge on probabilities to that on scores, and back."""
        if self.run.loss.name in self._hinges:
            (self._hinge,) = self._hinges.keys() - {self.run.loss.name}
            own = self.problem.loss.name == self._hinge
            self._look_under(self.problem.loss if own else self._hinges[self._hinge], self.view.left)

    def action_margin(self, change: int) -> None:
        margin = self.run.loss.numbers.get("m")
        if margin is None:  # the key came for a loss that is not looked at any more
            return
        wanted = max(0.0, round(margin + change * MARGIN_STEP, 10))
        if wanted == margin:
            self.say("0 is the smallest margin.")
            return
        other = self.run.loss.with_numbers(m=wanted)
        if other.name in self._hinges:
            self._hinges[other.name] = other  # what h and H come back to
        self._look_under(other, self.view.left)

    def _look_under(self, loss: Loss, left: int | None) -> None:
        """The same network and data, trained under a loss, at the same step."""
        self._pause()
        self.run.loss, self._beside.timelines = loss, ()
        self.view = replace(self.view, left=left, aside="", fresh=False)
        self.seek(self.journey.cursor)

    # Central differences.

    def action_differences(self) -> None:
        self._pause()
        self.look(differences=not self.view.differences, gradients=None)
        if self.view.differences and self.step is not None:
            self._difference(self.step)

    def _difference(self, step: Step) -> None:
        def then(found: GradientCheck) -> None:
            self.view = replace(self.view, gradients=found)
            self.paint()

        self._beside.difference(step, lambda: self.view.differences, then)

    # Checked answers.

    def action_check_answers(self) -> None:
        from tui.dialogs.check import CheckScreen

        if self.step is not None:
            self._pause()
            self.app.push_screen(CheckScreen(self.step), self._answers_checked)

    def _answers_checked(self, report: CheckReport | None) -> None:
        if report is None or self.step is None:
            return
        self.view = replace(self.view, answers=report, hidden=False, fresh=False)
        if belongs(report.step, self.step):
            self._begin_with_answers(self.step)
            self.look()
        else:
            self.seek(report.step.index)

    def action_answers(self) -> None:
        """Hide the marks of the checked answers, or show them again, on their step."""
        report = self.view.answers
        self.look(hidden=not self.view.hidden)
        if report is not None and not self.view.hidden and self.journey.cursor != report.step.index:
            self.seek(report.step.index)

    def _begin_with_answers(self, step: Step) -> None:
        """At the first slip; where only formulas were checked, with the report."""
        report = self.view.report
        if report is None or not belongs(report.step, step):
            return
        if report.slips:
            self.view = replace(self.view, cursor=moves.start_of(report, report.slips[0]))
        elif report.formulas and not report.cells:
            self.call_later(self.action_report)

    def action_slip(self, change: int) -> None:
        """To the next slip in the checked answers, or the previous one, around from the last to the first."""
        report = self.view.answers
        if report is None or not report.slips:
            return
        self.view = replace(self.view, hidden=False)
        places = [moves.start_of(report, slip) for slip in report.slips]
        here = places.index(self.view.cursor) if self.view.cursor in places else -1 if change > 0 else 0
        self.go(core.Place(report.step.index, *places[(here + change) % len(places)]))

    def action_report(self) -> None:
        from tui.dialogs.report import ReportScreen

        if self.view.answers is not None:
            self.app.push_screen(ReportScreen(self.view.answers))

    # Dialogs, the mouse, the size.

    def action_export(self) -> None:
        from tui.dialogs.export import ExportScreen

        if self.step is not None:
            self._pause()
            self.app.push_screen(ExportScreen(self.step))

    def action_help(self) -> None:
        from tui.dialogs.help import HelpScreen
        from tui.training.help import GROUPS, READING

        self._pause()
        self.app.push_screen(HelpScreen(key_groups(self.explained, GROUPS), READING))

    def perform(self, action: str) -> None:
        """Do what a key does, or say why it cannot."""
        self.call_later(self.performer(self, action))

    def on_click(self, event: events.Click) -> None:
        self._mouse.click(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._mouse.drag(event)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._mouse.wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._mouse.wheel(event, -1)

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        if self.run.timeline.diverged is None or self.run.timeline.diverged.step:
            small = width < SMALLEST[0] or height < SMALLEST[1]
            needed = f"This terminal has {width}×{height} characters.\nsgdb needs {SMALLEST[0]}×{SMALLEST[1]}."
            self._notice(needed if small else "")
        self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        """The sheet has its new size."""
        if self._numbers is None:
            self.seek(self.journey.cursor)
        else:
            self.paint(follow=True)
