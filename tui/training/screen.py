"""The training screen: the keys that move through a run and over its numbers, and what is painted for each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, work
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.widgets import Static

import core
from core import DivergedError, GradientCheck, Loss, LossComparison, Problem, Step, Timeline
from tui.base import here
from tui.key_reasons import KeyReasonsScreen
from tui.keys import key_groups
from tui.training import moves
from tui.training.drawing import draw, spot_at
from tui.training.engine import Engine
from tui.training.frame import Frame
from tui.training.groups import WORDY
from tui.training.keyline import keyline, keys
from tui.training.notes import notes
from tui.training.picture import Numbers, Picture, belongs
from tui.training.plot import Curve, LossPlot, panned, title, zoomed
from tui.training.rows import Rows
from tui.training.run import Run
from tui.training.sheet import Sheet
from tui.training.status import Facts, OverAll, over_all, status
from tui.training.view import View
from tui.training.why import why

if TYPE_CHECKING:
    from core import CheckReport, Place

SPEEDS = (1, 2, 5, 10, 20, 60, 200, 1000, 10_000)  # steps a second
FRAMES = 60  # pictures a second, at most, while playing
PROGRESS_AFTER = 0.1  # seconds after which a wait shows itself
SMALLEST = (60, 20)
FEWEST_DECIMALS, MOST_DECIMALS = -3, 8  # more than usual
MARGIN_STEP = 0.1
SMALL_WORK = 200_000  # multiplications over all rows that are done at once
PANES = ("activations", "deltas", "weights", "loss", "why")


class TrainingScreen(KeyReasonsScreen[None]):
    """Steps through a problem's run. `cursor` says where one wants to be; the step on the sheet follows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "arrow(0, -1)", "back", tooltip="One SGD step back; a cell to the left"),
        Binding("right", "arrow(0, 1)", "next", tooltip="Next SGD step; a cell to the right"),
        Binding("p", "step(-1)", "back", tooltip="One SGD step back"),
        Binding("n", "step(1)", "next", tooltip="Next SGD step"),
        Binding("up", "arrow(-1, 0)", "up", tooltip="The sample above; a cell up"),
        Binding("down", "arrow(1, 0)", "down", tooltip="The sample below; a cell down"),
        Binding("pageup", "arrow(-10, 0)", "ten up", tooltip="Ten samples or cells up"),
        Binding("pagedown", "arrow(10, 0)", "ten down", tooltip="Ten samples or cells down"),
        Binding("ctrl+left", "move(0, -10)", "ten left", tooltip="Ten cells to the left"),
        Binding("ctrl+right", "move(0, 10)", "ten right", tooltip="Ten cells to the right"),
        Binding("shift+left", "step(-10)", "back", tooltip="Ten steps back"),
        Binding("shift+right", "step(10)", "on", tooltip="Ten steps on"),
        Binding("shift+up", "scroll(-1)", "scroll", tooltip="Scroll the strip below up"),
        Binding("shift+down", "scroll(1)", "scroll", tooltip="Scroll the strip below down"),
        Binding("home", "first", "first", tooltip="Step 0"),
        Binding("end", "last", "last", tooltip="Last step computed"),
        Binding("g", "go_to", "go to", tooltip="Go to step …"),
        Binding("space", "play", "play", tooltip="Play, pause; stop a long run"),
        Binding("less_than_sign", "speed(-1)", "slower", tooltip="Play slower", key_display="<"),
        Binding("greater_than_sign", "speed(1)", "faster", tooltip="Play faster", key_display=">"),
        Binding("enter", "inspect", "why", tooltip="Where a number comes from; then, pick a term and go there"),
        Binding("escape", "leave", "leave", tooltip="Leave the term, the cell, the walk, the strip, the answers"),
        Binding("full_stop", "walk(1)", "walk", tooltip="Next computation of the step", key_display="."),
        Binding("comma", "walk(-1)", "walk back", tooltip="Previous computation", key_display=","),
        Binding("tab", "next(1)", "next", tooltip="Next group of columns; next matrix at a cell"),
        Binding("shift+tab", "next(-1)", "previous", tooltip="Previous group or matrix"),
        Binding("backspace", "back", "back", tooltip="Back along the trail of cells"),
        Binding("y", "copy", "copy", tooltip="Copy the arithmetic of the cell"),
        Binding("h", "hinge", "hinge", tooltip="The same network under the softmax hinge: another run; and back"),
        Binding("left_square_bracket", "margin(-1)", "margin", tooltip="A smaller margin", key_display="["),
        Binding("right_square_bracket", "margin(1)", "margin", tooltip="A larger margin", key_display="]"),
        Binding("d", "differences", "differences", tooltip="Gradients beside central differences, or not"),
        Binding("f", "formulas", "formulas", tooltip="The gradients' formulas: by the recursion, and expanded"),
        Binding("m", "losses", "losses", tooltip="All losses on the same weights, and their runs"),
        Binding("v", "numbers", "view", tooltip="Squares or numbers, where not all fits in numbers"),
        Binding("t", "order", "order", tooltip="Rows by loss, worst first, or in the batch's order"),
        Binding("z", "alone", "alone", tooltip="One pane alone, then the next; esc: all"),
        Binding("plus", "digits(1)", "digits", tooltip="More decimals", key_display="+"),
        Binding("minus", "digits(-1)", "digits", tooltip="Fewer decimals", key_display="-"),
        Binding("l", "log", "log", tooltip="Loss on a log scale, or linear"),
        Binding("left_parenthesis", "zoom(1)", "zoom in", tooltip="Zoom into the plot", key_display="("),
        Binding("right_parenthesis", "zoom(-1)", "zoom out", tooltip="Zoom out of the plot", key_display=")"),
        Binding("left_curly_bracket", "pan(-1)", "pan", tooltip="Pan the plot to earlier steps", key_display="{"),
        Binding("right_curly_bracket", "pan(1)", "pan", tooltip="Pan the plot to later steps", key_display="}"),
        Binding("s", "slip(1)", "next slip", tooltip="Next slip in the checked answers"),
        Binding("S", "slip(-1)", "previous slip", tooltip="Previous slip"),
        Binding("r", "report", "report", tooltip="The whole report on the checked answers"),
        Binding("x", "export", "export", tooltip="Write this step's worked solution to a file"),
        Binding("question_mark", "help", "help", tooltip="The keys, and how to read the numbers", key_display="?"),
        Binding("q", "app.quit", "quit", tooltip="Quit"),
    ]

    def __init__(self, problem: Problem, report: CheckReport | None = None) -> None:
        """`report` is of answers that were checked on one of the problem's steps: the screen begins there."""
        super().__init__()
        self.problem = problem
        self.engine = Engine()
        self.run = Run(problem, self.engine)
        self.cursor = 0 if report is None else report.step.index
        self.view = View(report=report, fresh=report is None)
        self.activity = ""
        self.speed = SPEEDS[2]
        self.playing = False
        self._numbers: Numbers | None = None
        self._before: Numbers | None = None
        self._following = False
        self._trail: list[Place] = []
        self._coming: Place | None = None  # the cell to inspect once its step is there
        self._terms: list[Place] = []  # what can be picked at the inspected cell
        self._left: int | None = None  # the first group in sight before the hinge was looked at
        self._hinge: Loss | None = None
        self._plot = LossPlot()
        self._over_all: dict[tuple[Loss, int], OverAll] = {}
        self._losses: list[LossComparison] | None = None
        self._beside: tuple[Timeline, ...] = ()  # runs that are drawn beside the one looked at
        self._picture: Picture | None = None
        self._frame: Frame | None = None
        self._rows: Rows | None = None
        self._spots: dict[str, list[tuple[int, int, Any]]] = {}
        self.painted = 0  # how often the sheet was drawn

    def compose(self) -> ComposeResult:
        yield Sheet(id="sheet")
        yield Static(id="notice")

    def on_mount(self) -> None:
        self.query_one(Sheet).focus()

    def on_unmount(self) -> None:
        self.playing = False
        self.engine.close()

    @property
    def step(self) -> Step | None:
        """The step on the sheet."""
        return None if self._numbers is None else self._numbers.step

    # Painting: everything on the sheet follows from the step and the view.

    def look(self, **changes: Any) -> None:
        """Change what a person sees, and paint it."""
        self.view = replace(self.view, fresh=False, **changes)
        self._in_sight()
        self.paint()

    def _in_sight(self) -> None:
        picture, frame = self._picture, self._frame
        if picture is not None and frame is not None and self._numbers is not None:
            picture = Picture(self._numbers, self._before, self.view)
            self.view = moves.in_sight(self.view, frame, picture)

    def paint(self) -> None:
        """Draw the sheet; only lines that differ from those on it are painted."""
        numbers, sheet = self._numbers, self.query_one(Sheet)
        size = (sheet.size.width, sheet.size.height)
        if numbers is None or size[0] < SMALLEST[0] or size[1] < SMALLEST[1]:
            return
        self.painted += 1
        step, view = numbers.step, self.view
        frame = self.run.frames(step)(size, len(step.batch), view.more, view.numbers, view.left, view.alone)
        picture = Picture(numbers, self._before, view, moves=size[0] >= WORDY)
        rows = Rows(frame, picture)
        self._frame, self._picture, self._rows = frame, picture, rows
        drawn = draw(frame, picture, self._others(frame, picture), rows)
        sheet.show(drawn.lines, drawn.place)

    def _others(self, frame: Frame, picture: Picture) -> dict[str, tuple[Any, Any]]:
        """The panes that are not matrices."""
        step, view = picture.step, self.view
        before = None if self._before is None else self._before.step
        found: dict[str, tuple[Any, Any]] = {}
        found["status"] = status(step, before, self._facts(step), view, frame.width), ()
        if "notes" in frame.areas:
            line, places = notes(step, before, frame.width)
            found["notes"], self._spots["notes"] = (line, ()), places
        if "why" in frame.areas:
            area = frame.areas["why"]
            squares = {n for g in frame.columns.groups if g.squares for n in (g.station.above, g.station.below)}
            said = why(step, before, view, area.width - 1, max(1, area.height - 1), squares, self._losses)
            self._terms = said.terms
            found["why"] = said.title if area.height > 1 else (), said.lines
        if "loss" in frame.areas:
            area = frame.areas["loss"]
            curves = self._curves()
            width = area.width - (area.x > 0)
            lines = self._plot.draw(width, area.height - 1, curves, step.index, view)
            found["loss"] = title(view, step, curves, area.width - 4), lines
        hinge = step.problem.loss != self.problem.loss
        hidden = bool(frame.columns.before or frame.columns.behind)
        available = keys(view, hinge, "term" in step.values, not frame.columns.whole, hidden)
        dimmed = {"arrow(0, -1)"} if self.cursor == 0 and view.cursor is None else set()
        line, self._spots["keys"] = keyline(available, frame.width, dimmed)
        found["keys"] = line, ()
        return found

    def _facts(self, step: Step) -> Facts:
        everything = None
        if step.problem.batch_size is not None:
            everything = self._over_all.get((step.problem.loss, step.index))
            if everything is None:
                everything = self._look_over_all(step)
        reached = len(self.run.timeline) - 1
        before = self._over_all.get((step.problem.loss, step.index - 1))
        return Facts(max(reached, step.index), self.activity, everything, before, step.problem.loss == self.problem.loss)

    def _look_over_all(self, step: Step) -> OverAll | None:
        """All rows through the step's network: at once where that is quick, else beside everything else."""
        problem = step.problem
        if len(problem.inputs) * sum(w.size for w in step.weights) <= SMALL_WORK:
            return self._known_over_all(step, over_all(problem, step.network))
        if not self.playing:
            self._compute_over_all(step)
        return None

    def _known_over_all(self, step: Step, found: OverAll) -> OverAll:
        if len(self._over_all) > 1000:
            self._over_all.clear()
        self._over_all[step.problem.loss, step.index] = found
        return found

    @work(exclusive=True, group="all rows")
    async def _compute_over_all(self, step: Step) -> None:
        found = await asyncio.to_thread(over_all, step.problem, step.network)
        self._known_over_all(step, found)
        if self.step is step:
            self.paint()

    def _curves(self) -> list[Curve]:
        """The losses that are drawn: of the run looked at, and of those beside it."""
        timelines = (self.run.timeline, *self._beside)
        return [
            Curve(t.problem.loss.title, t.losses, t.steps_per_epoch if t.problem.batch_size is not None else None)
            for t in timelines
        ]

    # Where one is: the cursor says it, the step on the sheet follows.

    def seek(self, index: int) -> None:
        """Go to step `index`, or as near to it as the run gets."""
        self.cursor = max(0, index)
        if self._following:
            return
        try:
            found = self.run.at_once(self.cursor)
        except DivergedError as error:
            self._stop_before(error)
            return
        if found is None:
            self._follow()
        else:
            self._show(*found)

    @work(group="follow")
    async def _follow(self) -> None:
        """Bring the step on the sheet to where the cursor is, wherever it goes meanwhile. One of these at a time."""
        if self._following:
            return
        self._following = True
        try:
            while (self.run.loss, self.cursor) != self._shown() and not self.has_class("-lost"):
                try:
                    await self._reach(self.run.loss, self.cursor)
                except DivergedError as error:
                    self._following = False
                    self._stop_before(error)
        finally:
            self._following = False
            if here(self):  # else the app is closing
                self._say(self._state())

    def _shown(self) -> tuple[Loss, int] | None:
        return (self.step.problem.loss, self.step.index) if self.step is not None else None

    async def _reach(self, loss: Loss, index: int) -> None:
        timeline = self.run.timeline
        started = shown = monotonic()
        async for left in self.engine.approach(timeline, max(0, index - 1)):
            if (self.run.loss, self.cursor) != (loss, index):
                return
            now = monotonic()
            if left and now - started > PROGRESS_AFTER and now - shown > PROGRESS_AFTER:
                shown = now
                self._say(f"running, {left:,} to go; space stops")
        found = await self.run.record(index)
        if self.run.loss == loss:
            self._show(*found)

    def _show(self, numbers: Numbers, before: Numbers | None) -> None:
        """A step has come: paint it, with what it was wanted for."""
        first = self._numbers is None
        other = not first and self._numbers is not None and self._numbers.step.problem.loss != numbers.step.problem.loss
        self._numbers, self._before = numbers, before
        step = numbers.step
        self.view = moves.to_step(self.view, self._picture, step)
        self._losses = None
        if first:
            self.view = replace(self.view, sample=moves.first_sample(step))
        if other:
            self._trail = [place for place in self._trail if place.name in step.values]
        if self._coming is not None and self._coming.step == step.index:
            self.view = replace(self.view, cursor=(self._coming.name, self._coming.cell), term=None)
            self._coming = None
        if not self._following:
            self.activity = self._state()
        if first:
            self._begin(step)
        self._in_sight()
        self.paint()
        if self.view.differences and not self.playing:
            self._difference(step)
        if self.view.aside == "losses":
            self._compare(step)
        if step.problem.loss.companion is not None and self.problem.loss.companion is not None and not self.playing:
            self._accompany(step.problem.loss.companion, step.index)

    def _begin(self, step: Step) -> None:
        """The first step that is shown: at the first slip, if there is one."""
        report = self.view.report
        if report is not None and belongs(report.step, step):
            if report.slips:
                self.view = replace(self.view, cursor=self._start(report.slips[0]))
            elif report.formulas and not report.cells:
                self.call_later(self.action_report)

    @work(exclusive=True, group="companion")
    async def _accompany(self, loss: Loss, index: int) -> None:
        """Bring the run under another loss as far as the one looked at, and draw both."""
        companion = self.run.timelines.companion(loss)
        far = len(companion)
        try:
            async for _ in self.engine.approach(companion, len(self.run.timeline)):
                if self.cursor != index:
                    return
        except DivergedError:
            pass
        if self._beside != (companion,) or len(companion) != far:
            self._beside = (companion,)
            self.paint()

    def _stop_before(self, error: DivergedError) -> None:
        """Show the last step that is finite; where there is none, say so for good."""
        self.playing = False
        if error.step == 0:
            self.set_class(True, "-lost")
            self.query_one("#notice", Static).update(f"There is nothing to step through:\n{error}.\n\nq quits")
            return
        self.notify(f"{error}; step {error.step - 1} is the last.", title="Diverged", severity="error", timeout=8)
        self.seek(error.step - 1)

    def _say(self, text: str) -> None:
        """What goes on, in the status line."""
        if text != self.activity:
            self.activity = text
            self.paint()

    def _state(self) -> str:
        return f"▶ {self.speed:,}/s" if self.playing else f"{self.view.alone} alone" if self.view.alone else ""

    # What can be done now, and why something cannot.

    def why_not(self, action: str, parameters: tuple[object, ...] = ()) -> str | None:
        if self.step is None:
            return None
        view, report = self.view, self.view.report
        reasons = {
            "last": (self.cursor >= len(self.run.timeline) - 1, "This is the last step computed; → computes the next."),
            "first": (self.cursor == 0, "This is step 0, the first."),
            "copy": (view.cursor is None, "No cell is selected: press enter to inspect one."),
            "move": (view.cursor is None, "No cell is selected: press enter to inspect one."),
            "back": (not self._trail, "The trail is empty: follow a term with enter first."),
            "leave": (not self._leavable(), "Nothing to leave here; q quits."),
            "slip": (
                report is None or not report.slips,
                "No answers are loaded: use Check answers in the palette, or sgdb check FILE --screen."
                if report is None
                else "The checked numbers have no slip.",
            ),
            "report": (
                report is None,
                "No answers are loaded: use Check answers in the palette, or sgdb check FILE --screen.",
            ),
            "margin": ("term" not in self.step.values, "This loss has no margin; h shows the softmax hinge."),
        }
        if action in ("step", "arrow"):
            return self._why_no_step(action, parameters)
        if action == "hinge":
            return self._why_no_hinge()
        if action == "numbers" and self._frame is not None and self._frame.columns.whole and not view.numbers:
            return "All numbers are in sight."
        if action == "speed":
            limit = SPEEDS[-1] if parameters == (1,) else SPEEDS[0]
            return f"{limit:,} steps a second is the limit." if self.speed == limit else None
        if action == "digits":
            limit = MOST_DECIMALS if parameters == (1,) else FEWEST_DECIMALS
            return "That is as many decimals as there can be." if view.more == limit else None
        cannot, reason = reasons.get(action, (False, ""))
        return reason if cannot else None

    def _why_no_step(self, action: str, parameters: tuple[object, ...]) -> str | None:
        amount = parameters[-1] if parameters else 0
        if action == "arrow" and (self.view.cursor is not None or not amount):
            return None
        assert isinstance(amount, int)
        diverged = self.run.timeline.diverged
        if amount < 0 and self.cursor == 0:
            return "This is step 0, the first."
        if amount > 0 and diverged is not None and self.cursor >= diverged.step - 1:
            return f"This is the last step: {diverged}."
        return None

    def _why_no_hinge(self) -> str | None:
        if self.problem.loss.name == self._softmax_hinge.name:
            return "This problem already uses the softmax hinge."
        if not self.problem.has_classes:
            return "The hinge needs classes: expected targets that are one-hot rows, or -1 and +1 for a single output."
        return None

    def _leavable(self) -> bool:
        view = self.view
        return bool(view.cursor or view.current or view.aside or view.alone or view.report or view.differences or view.window)

    def commands(self) -> Iterator[SystemCommand]:
        """Everything that a key does, and what has no key, for the command palette."""
        yield SystemCommand("Check answers", "from a file, on this step", self.performer(self, "check_answers"))
        yield from super().commands()

    # The keys.

    def action_arrow(self, down: int, right: int) -> None:
        """A cell further, while one is inspected; else a step, or a sample."""
        if self.view.cursor is not None:
            if self.view.term is not None:
                self._pick(down + right)
            else:
                self.action_move(down, right)
        elif right:
            self.action_step(right)
        elif self._picture is not None:
            self.view = moves.choose(self.view, self._picture, down)
            self.look()

    def action_move(self, down: int, right: int) -> None:
        if self._picture is not None and self._frame is not None:
            self.view = moves.move(self.view, self._picture, self._frame, down, right)
            self.look(scroll=0)

    def action_step(self, steps: int) -> None:
        self._pause()
        self.view = replace(self.view, fresh=False)
        self.seek(self.cursor + steps)

    def action_first(self) -> None:
        self._pause()
        self.seek(0)

    def action_last(self) -> None:
        self._pause()
        self.seek(len(self.run.timeline) - 1)

    def action_go_to(self) -> None:
        from tui.dialogs.goto import GoToScreen

        self._pause()
        self.app.push_screen(GoToScreen(self.cursor, len(self.run.timeline) - 1), self._gone_to)

    def _gone_to(self, index: int | None) -> None:
        if index is not None:
            self.action_step(index - self.cursor)

    def action_inspect(self) -> None:
        """Inspect a cell; at one, pick a term; at a term, go there."""
        picture = self._picture
        if picture is None:
            return
        view = self.view
        if view.cursor is None:
            self.view = moves.inspect(view, picture)
            self.look(scroll=0, aside="")
        elif view.term is None:
            if self._terms:
                self.look(term=0)
            else:
                self.notify("This number is given, not computed.", timeout=4)
        else:
            self._trail.append(core.Place(picture.step.index, *view.cursor))
            self._go(self._terms[min(view.term, len(self._terms) - 1)])

    def _pick(self, change: int) -> None:
        if self._terms and self.view.term is not None:
            self.look(term=(self.view.term + change) % len(self._terms))

    def _go(self, place: Place) -> None:
        """To a cell, in its step."""
        if self.step is not None and place.step != self.step.index:
            self._coming = place
            self.action_step(place.step - self.cursor)
        else:
            self.look(cursor=(place.name, place.cell), term=None, scroll=0, aside="")

    def action_back(self) -> None:
        self._go(self._trail.pop())

    def action_leave(self) -> None:
        """Leave the innermost of what one is in."""
        view = self.view
        if view.term is not None:
            self.look(term=None)
        elif view.aside:
            self._beside = ()
            self.look(aside="", scroll=0)
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
            self.look(report=None)
        else:
            self.look(window=None)

    def action_walk(self, change: int) -> None:
        step = self.step
        if step is None or self._picture is None:
            return
        view, index = moves.walk(self.view, step, change)
        if index < 0:
            self.notify("This is the first computation of step 0.", timeout=4)
            return
        self.view = replace(view, aside="")
        if view.cursor is not None and view.current is not None:
            self.view = replace(self.view, cursor=(view.current, moves.first_cell(view, self._picture, view.current)))
        if index == step.index:
            self.look(term=None)
        else:
            self.action_step(index - self.cursor)

    def action_next(self, change: int) -> None:
        """The next matrix, while a cell is inspected; else the next group of columns."""
        picture, frame = self._picture, self._frame
        if picture is None or frame is None:
            return
        if self.view.term is not None:
            self._pick(change)
        elif self.view.cursor is not None:
            self.view = moves.next_matrix(self.view, picture, frame, change)
            self.look(scroll=0)
        elif frame.columns.before or frame.columns.behind:
            self.look(left=(len(frame.columns.before) + change) % len(picture.stations))
        else:
            self.notify("Every group of columns is in sight.", timeout=4)

    def action_copy(self) -> None:
        if self.step is not None and self.view.cursor is not None:
            self.app.copy_to_clipboard(str(core.explain(self.step, *self.view.cursor)))
            self.notify("Copied the arithmetic of the cell.", timeout=2)

    def action_scroll(self, change: int) -> None:
        self.look(scroll=max(0, self.view.scroll + change))

    def action_numbers(self) -> None:
        self.look(numbers=not self.view.numbers, left=None)

    def action_order(self) -> None:
        self.look(by_loss=not self.view.by_loss, top=0)

    def action_digits(self, change: int) -> None:
        self.look(more=self.view.more + change)

    def action_alone(self) -> None:
        """One pane alone: the next one at each press."""
        panes = ("", *PANES)
        self._alone(panes[(panes.index(self.view.alone) + 1) % len(panes)])

    def _alone(self, pane: str) -> None:
        self.view = replace(self.view, alone=pane)
        self.activity = self._state()
        self.look()

    # The plot.

    def action_log(self) -> None:
        self.look(logarithmic=not self.view.logarithmic)

    def action_zoom(self, change: int) -> None:
        last = len(self.run.timeline) - 1
        self.look(window=zoomed(self.view.window, last, self.cursor, 0.5 if change > 0 else 2.0))

    def action_pan(self, change: int) -> None:
        self.look(window=panned(self.view.window, len(self.run.timeline) - 1, 0.5 * change))

    # The loss.

    @property
    def _softmax_hinge(self) -> Loss:
        """What h looks at: the hinge with the margin that it had last."""
        if self._hinge is None:
            self._hinge = core.SoftmaxHinge()
        return self._hinge

    def action_hinge(self) -> None:
        own = self.run.loss == self.problem.loss
        if own:
            self._left = self.view.left
            self.notify("Another run: the same network trained under the softmax hinge from step 0.", timeout=4)
        self._look_under(self._softmax_hinge if own else self.problem.loss, 10**6 if own else self._left)

    def action_margin(self, change: int) -> None:
        margin = self.run.loss.numbers["m"]
        wanted = max(0.0, round(margin + change * MARGIN_STEP, 10))
        if wanted == margin:
            self.notify("0 is the smallest margin.", timeout=4)
            return
        other = self.run.loss.with_numbers(m=wanted)
        if other.name == self._softmax_hinge.name:
            self._hinge = other
        self._look_under(other, self.view.left)

    def _look_under(self, loss: Loss, left: int | None) -> None:
        """The same network and data, trained under a loss, at the same step."""
        self._pause()
        self.run.loss = loss
        self._beside = ()
        self.view = replace(self.view, left=left, aside="", fresh=False)
        self.seek(self.cursor)

    def action_formulas(self) -> None:
        self.look(aside="" if self.view.aside == "formulas" else "formulas", scroll=0)

    def action_losses(self) -> None:
        step = self.step
        if step is None:
            return
        self._pause()
        if self.view.aside == "losses":
            self._beside = ()
            self.look(aside="", scroll=0)
        else:
            self.look(aside="losses", scroll=0)
            self._compare(step)

    @work(exclusive=True, group="losses")
    async def _compare(self, step: Step) -> None:
        """The step under every loss, and the runs under the others as far as this one has come."""
        found = await asyncio.to_thread(core.compare_losses, step, step.problem.loss.numbers.get("m"))
        if self.step is step:
            self._losses = list(found)
            self.paint()

    # Central differences.

    def action_differences(self) -> None:
        self._pause()
        self.look(differences=not self.view.differences, gradients=None)
        if self.view.differences and self.step is not None:
            self._difference(self.step)

    @work(exclusive=True, group="differences")
    async def _difference(self, step: Step) -> None:
        """Compare the step's gradients with differences; what is not wanted any more is stopped."""

        def unwanted(_done: int, _total: int) -> bool:
            return self.step is not step or not self.view.differences

        found: GradientCheck = await asyncio.to_thread(core.check_gradients, step, progress=unwanted)
        if not unwanted(0, 0):
            self.view = replace(self.view, gradients=found)
            self.paint()

    # Checked answers.

    def action_check_answers(self) -> None:
        from tui.dialogs.check import CheckScreen

        if self.step is not None:
            self._pause()
            self.app.push_screen(CheckScreen(self.step), self._checked)

    def _checked(self, report: CheckReport | None) -> None:
        if report is not None and self.step is not None:
            self.view = replace(self.view, report=report, fresh=False)
            if belongs(report.step, self.step):
                self._begin(self.step)
                self.look()
            else:
                self.seek(report.step.index)

    def action_slip(self, change: int) -> None:
        """To the next slip in the checked answers, or the previous one, around from the last to the first."""
        report = self.view.report
        assert report is not None
        places = [self._start(slip) for slip in report.slips]
        here = places.index(self.view.cursor) if self.view.cursor in places else -1 if change > 0 else 0
        name, cell = places[(here + change) % len(places)]
        self._go(core.Place(report.step.index, name, cell))

    def _start(self, slip: core.Slip) -> tuple[str, tuple[int, ...]]:
        """The cell that tells of a slip: its first, or the first of a matrix whose shape is wrong."""
        report = self.view.report
        assert report is not None
        return slip.name, slip.cells[0] if slip.cells else (1,) * report.step.values[slip.name].ndim

    def action_report(self) -> None:
        from tui.dialogs.report import ReportScreen

        if self.view.report is not None:
            self.app.push_screen(ReportScreen(self.view.report))

    # Dialogs.

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

    # Playing.

    def _pause(self) -> None:
        if self.playing:
            self.playing = False
            self._say(self._state())

    def action_play(self) -> None:
        """Play; or pause, and stop a long run where it is."""
        shown = self._shown()
        if not self.playing and self._following and shown is not None and shown[1] != self.cursor:
            self.cursor = min(self.cursor, max(len(self.run.timeline) - 1, 0))
            return
        if self.playing:
            self._pause()
            if self.step is not None:
                self._show(self._numbers, self._before)
            return
        self.playing = True
        self.view = replace(self.view, fresh=False)
        self._say(self._state())
        self._play()

    def action_speed(self, change: int) -> None:
        self.speed = SPEEDS[SPEEDS.index(self.speed) + change]
        self._say(self._state() or f"{self.speed:,} steps a second")

    @work(exclusive=True, group="play")
    async def _play(self) -> None:
        """A picture at each tick: by the steps that are due, no more than can be taken in time."""
        last, due = monotonic(), 0.0
        while self.playing and here(self):
            await asyncio.sleep(max(0.0, last + 1 / FRAMES - monotonic()))
            now = monotonic()
            due, last = min(due + self.speed * (now - last), self.speed), now
            steps = int(due)
            if not steps or self._following:
                continue
            if self.why_not("step", (1,)):
                self._pause()
                return
            due -= steps
            self.seek(self.cursor + min(steps, max(1, int(self.engine.steps_per_second / FRAMES / 2))))

    # The mouse.

    def on_click(self, event: events.Click) -> None:
        frame, picture, rows = self._frame, self._picture, self._rows
        if frame is None or picture is None or rows is None or event.widget is not self.query_one(Sheet):
            return
        spot = spot_at(frame, picture, rows, event.x, event.y)
        if spot is None:
            return
        if spot.kind == "cell":
            self.look(cursor=(spot.name, picture.cell_at(spot.name, spot.row, spot.column)), term=None, scroll=0, aside="")
        elif spot.kind == "name" and spot.name in picture.step.statement.equations:
            self.look(current=spot.name, scroll=0, aside="")
        elif spot.kind == "row":
            self.look(sample=spot.row, scroll=0)
        elif spot.kind == "group":
            self.action_next(spot.column)
        elif spot.kind == "loss":
            self._click_plot(event.x)
        elif spot.kind in ("notes", "keys"):
            self._click_line(spot.kind, event.x)

    def _click_plot(self, x: int) -> None:
        assert self._frame is not None
        area = self._frame.areas["loss"]
        index = self._plot.step_at(x - area.x - (area.x > 0))
        if index is not None:
            self.action_step(index - self.cursor)

    def _click_line(self, kind: str, x: int) -> None:
        for start, end, what in self._spots.get(kind, ()):
            if start <= x < end:
                if kind == "keys":
                    self.call_later(self.performer(self, what))
                elif what is not None:
                    self._go(what)
                return

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Dragging over the plot goes along the steps."""
        if event.button and self._frame is not None and self._frame.pane_at(event.x, event.y) == "loss":
            self._click_plot(event.x)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, change: int) -> None:
        frame, picture = self._frame, self._picture
        if frame is None or picture is None:
            return
        pane = frame.pane_at(event.x, event.y)
        if pane == "loss":
            self.action_zoom(-change)
        elif pane == "why":
            self.action_scroll(change)
        elif event.shift:
            self.action_next(change)
        elif pane in ("activations", "deltas"):
            top = min(max(self.view.top + change, 0), len(picture.step.batch) - frame.rows)
            self.view = replace(self.view, top=top, fresh=False)
            self.paint()

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        small = width < SMALLEST[0] or height < SMALLEST[1]
        self.set_class(small, "-small")
        if small:
            self.query_one("#notice", Static).update(
                f"This terminal has {width}×{height} characters.\nsgdb needs {SMALLEST[0]}×{SMALLEST[1]}."
            )
        self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        """The sheet has its new size."""
        if self._numbers is None:
            self.seek(self.cursor)
        else:
            self.paint()
