"""The main screen: one step of training, every number of it, and the keys that move through the run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Footer, Static

from core import (
    DivergedError,
    Loss,
    Problem,
    SoftmaxCrossEntropy,
    SoftmaxHinge,
    SoftmaxMargin,
    SquaredError,
    Step,
    Timeline,
)
from tui.base import here
from tui.explained_screen import ExplainedScreen
from tui.format import DEFAULT_DIGITS, FEWEST_DIGITS, MOST_DIGITS
from tui.keys import key_table
from tui.pane_grid import Busy
from tui.panes.hinge import HingePane
from tui.panes.loss_plot import LossPlot
from tui.panes.status import StatusLine
from tui.runner import Runner
from tui.runs import Runs
from tui.workbench import Workbench

if TYPE_CHECKING:
    from core import CheckReport

SPEEDS = (1, 2, 5, 10, 20, 100, 1000, 10_000)  # steps a second
FRAMES = 20  # pictures a second, at most, while playing
FRAME_SHARE = 0.5  # of a frame may go into computing steps: a slow network then plays slower, not jerkily
PROGRESS_AFTER = 0.1  # seconds after which a wait shows itself
SMALLEST = (60, 20)
PALETTE_FROM = 90  # columns, the footer has room for the command palette's key
STEP = Binding.Group("step", compact=True)


class TrainingScreen(ExplainedScreen):
    """Steps through a problem's run. It owns a cursor and the choice of loss; the rest follows from them."""

    AUTO_FOCUS = ""  # the workbench knows where to begin
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,p", "step(-1)", "back", tooltip="One SGD step back", group=STEP),
        Binding("right,n", "step(1)", "next", tooltip="Next SGD step", group=STEP),
        Binding("shift+left", "step(-10)", "back", tooltip="Ten steps back", show=False),
        Binding("shift+right", "step(10)", "on", tooltip="Ten steps on", show=False),
        Binding("home", "first", "first", tooltip="Step 0", show=False),
        Binding("end", "last", "last", tooltip="Last step computed", show=False),
        Binding("g", "go_to", "go to", tooltip="Go to step …", show=False),
        Binding("space", "play", "play", tooltip="Play, pause; stop a long run"),
        Binding("less_than_sign", "speed(-1)", "slower", tooltip="Play slower", key_display="<", show=False),
        Binding("greater_than_sign", "speed(1)", "faster", tooltip="Play faster", key_display=">", show=False),
        Binding("h", "hinge", "hinge", tooltip="The same network under the softmax hinge, and back"),
        Binding("plus", "digits(1)", "digits", tooltip="More digits", key_display="+", show=False),
        Binding("minus", "digits(-1)", "digits", tooltip="Fewer digits", key_display="-", show=False),
        Binding("l", "log", "log", tooltip="Loss on a log scale, or linear", show=False),
        Binding(
            "f", "formulas", "formulas", tooltip="The gradients' formulas: by the recursion, and expanded", show=False
        ),
        Binding("m", "compare", "losses", tooltip="Squared error, cross-entropy and hinge side by side", show=False),
        Binding("x", "export", "export", tooltip="Write this step's worked solution to a file", show=False),
        Binding("question_mark", "help", "help", tooltip="The keys, and how to read the numbers", key_display="?"),
        Binding("q", "app.quit", "quit", tooltip="Quit"),
    ]

    cursor: reactive[int] = reactive(0, init=False)
    view: reactive[Loss] = reactive[Loss](SquaredError(), init=False)
    step: reactive[Step | None] = reactive(None, init=False)
    timelines: reactive[tuple[Timeline, ...]] = reactive((), init=False)
    reached: reactive[int] = reactive(0, init=False)
    activity: reactive[str] = reactive("")
    digits: reactive[int] = reactive(DEFAULT_DIGITS)
    logarithmic: reactive[bool] = reactive(False)
    speed: reactive[int] = reactive(SPEEDS[2])
    playing: reactive[bool] = reactive(False)

    def __init__(self, problem: Problem, report: CheckReport | None = None) -> None:
        """`report` is of answers that were checked on one of the problem's steps: the screen begins there."""
        super().__init__()
        self._report = report
        self.problem = problem
        self._runs = Runs(problem)
        self._runner = Runner()
        self._hinge = SoftmaxHinge()
        self._following = False
        self._reasons: tuple[str | None, ...] = ()
        self.set_reactive(TrainingScreen.view, problem.loss)
        self.set_reactive(TrainingScreen.timelines, (self._runs[problem.loss],))

    def compose(self) -> ComposeResult:
        step, digits = TrainingScreen.step, TrainingScreen.digits
        yield StatusLine(id="status").data_bind(
            step=step, reached=TrainingScreen.reached, activity=TrainingScreen.activity
        )
        plot = LossPlot(id="loss").data_bind(
            step=step,
            timelines=TrainingScreen.timelines,
            reached=TrainingScreen.reached,
            logarithmic=TrainingScreen.logarithmic,
        )
        yield Workbench(plot, id="workbench").data_bind(step=step, digits=digits)
        yield Static(id="notice")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        if self._report is not None:
            self.cursor = self._report.step.index
        self._follow()
        self._clock = self.set_interval(1 / FRAMES, self._play_on, pause=True)
        self._due = 0.0

    def on_unmount(self) -> None:
        self._runner.close()

    # Where one is: the cursor says it, the step on screen follows.

    def seek(self, index: int) -> None:
        """Go to step `index`, or as near to it as the run gets."""
        self.cursor = max(0, index)
        self._follow()

    @work(group="follow")
    async def _follow(self) -> None:
        """Bring the step on screen to where the cursor is, wherever it goes meanwhile. One of these runs at a time."""
        if self._following:
            return
        self._following = True
        try:
            while (wanted := (self.view, self.cursor)) != self._on_screen() and not self.has_class("-lost"):
                try:
                    await self._reach(*wanted)
                except DivergedError as error:
                    self._stop_before(error)
        finally:
            self._following = False
            if here(self):  # else the app is closing
                self.activity = self._play_state()
                self._refresh_keys()

    def _on_screen(self) -> tuple[Loss, int] | None:
        return (self.step.problem.loss, self.step.index) if self.step is not None else None

    async def _reach(self, view: Loss, index: int) -> None:
        timeline = self._runs[view]
        started = shown = monotonic()
        async for left in self._runner.approach(timeline, index):
            if (self.view, self.cursor) != (view, index):
                return
            now = monotonic()
            if left and now - started > PROGRESS_AFTER and now - shown > PROGRESS_AFTER:
                shown = now
                self.activity = f"running, {left:,} to go; space stops"
                self.reached = len(timeline)
        step = await self._runner.record(timeline, index)
        self.timelines = (timeline,)
        self.reached = len(timeline)
        first, self.step = self.step is None, step
        if first and (self._report is None or self._report.first_slip is None):
            self.query_one(Workbench).focus_first()
        if self._report is not None:
            self.query_one(Workbench).report, self._report = self._report, None
        if view.companion is not None and self.problem.loss.companion is not None:
            await self._accompany(timeline, view.companion)

    async def _accompany(self, timeline: Timeline, loss: Loss) -> None:
        """Bring the run under another loss as far as `timeline` has come, and plot both."""
        companion, cursor = self._runs.companion(loss), self.cursor
        with suppress(DivergedError):
            async for _ in self._runner.approach(companion, len(timeline)):
                if self.cursor != cursor:
                    return
        self.timelines = (timeline, companion)

    def _stop_before(self, error: DivergedError) -> None:
        """Show the last step that is finite; where there is none, say so for good."""
        self.playing = False
        if error.step == 0:
            self.set_class(True, "-lost")
            self.query_one("#notice", Static).update(f"There is nothing to step through:\n{error}.\n\nq quits")
            return
        self.notify(f"{error}; step {error.step - 1} is the last.", title="Diverged", severity="error", timeout=8)
        self.cursor = error.step - 1

    # What can be done now, and why something cannot.

    def why_not(self, action: str, parameters: tuple[object, ...] = ()) -> str | None:
        if self.step is None:
            return None
        amount = parameters[0] if parameters else 0
        diverged = self._runs[self.view].diverged
        if action == "first" or (action == "step" and amount in (-1, -10)):
            return "This is step 0, the first." if self.cursor == 0 else None
        if action == "step" and diverged is not None and self.cursor >= diverged.step - 1:
            return f"This is the last step: {diverged}."
        if action == "last":
            return "This is the last step computed; → computes the next." if self.cursor >= self.reached - 1 else None
        if action == "hinge":
            return self._why_no_hinge()
        if action == "speed":
            limit = SPEEDS[-1] if amount == 1 else SPEEDS[0]
            return f"{limit:,} steps a second is the limit." if self.speed == limit else None
        if action == "digits":
            limit = MOST_DIGITS if amount == 1 else FEWEST_DIGITS
            return f"{limit} digits is the limit." if self.digits == limit else None
        return None

    def _why_no_hinge(self) -> str | None:
        if self.problem.loss.name == self._hinge.name:
            return "This problem already uses the softmax hinge."
        if not self.problem.has_classes:
            return "The hinge needs classes: expected targets that are one-hot rows, or -1 and +1 for a single output."
        return None

    def _refresh_keys(self) -> None:
        reasons = tuple(
            self.why_not(action, parameters)
            for action, parameters in (("step", (1,)), ("step", (-1,)), ("last", ()), ("hinge", ()))
        )
        if reasons != self._reasons:
            self._reasons = reasons
            self.refresh_bindings()

    @property
    def explained(self) -> list[Widget]:
        return [self, self.query_one(Workbench), self.query_one(HingePane)]

    def commands(self) -> Iterator[SystemCommand]:
        """Everything that a key does, and what has no key, for the command palette."""
        yield SystemCommand("Check answers", "from a file, on this step", self.performer(self, "check_answers"))
        yield from super().commands()

    # The keys.

    def action_step(self, steps: int) -> None:
        self.playing = False
        self.seek(self.cursor + steps)

    @on(Workbench.StepWanted)
    def _want(self, event: Workbench.StepWanted) -> None:
        self.playing = False
        self.seek(event.index)

    @on(Busy)
    def _show_busy(self, event: Busy) -> None:
        self.activity = event.text or self._play_state()

    def action_first(self) -> None:
        self.playing = False
        self.seek(0)

    def action_last(self) -> None:
        self.playing = False
        self.seek(self.reached - 1)

    def action_go_to(self) -> None:
        from tui.screens.goto import GoToScreen

        self.playing = False
        self.app.push_screen(GoToScreen(self.cursor, self.reached - 1), self._gone_to)

    def _gone_to(self, index: int | None) -> None:
        if index is not None:
            self.seek(index)

    def action_play(self) -> None:
        """Play; or pause, and stop a long run where it is."""
        shown = self._on_screen()
        if not self.playing and self._following and shown is not None and shown[1] != self.cursor:
            self.seek(min(self.cursor, max(len(self._runs[self.view]) - 1, 0)))
        else:
            self.playing = not self.playing

    def action_speed(self, change: int) -> None:
        self.speed = SPEEDS[SPEEDS.index(self.speed) + change]
        self.activity = self._play_state()
        self.notify(f"{self.speed:,} steps a second", timeout=2)

    def action_hinge(self) -> None:
        self._look_under(self._hinge if self.view == self.problem.loss else self.problem.loss)

    @on(HingePane.MarginWanted)
    def _change_margin(self, event: HingePane.MarginWanted) -> None:
        if "m" in self.view.numbers:
            self._hinge = SoftmaxHinge(event.margin)  # what h comes back to
            self._look_under(self.view.with_numbers(m=event.margin))

    def _look_under(self, loss: Loss) -> None:
        """Show the same network and data trained under a loss, at the same step."""
        self.view = loss
        self._follow()

    def action_digits(self, change: int) -> None:
        self.digits += change

    def action_log(self) -> None:
        self.logarithmic = not self.logarithmic

    def action_compare(self) -> None:
        from tui.screens.comparison import ComparisonScreen

        step = self.step
        if step is None:
            return
        self.playing = False
        margin = step.problem.loss.numbers.get("m", SoftmaxHinge().margin)
        losses = (SquaredError(), SoftmaxCrossEntropy(), SoftmaxHinge(margin), SoftmaxMargin(margin))
        others = [loss for loss in losses if loss != self.view and not loss.target_mistakes(self.problem.targets)]
        timelines = [self._runs.known(loss) or Timeline(self.problem.with_loss(loss)) for loss in (self.view, *others)]
        self.app.push_screen(ComparisonScreen(step, margin, timelines, self._runner, self.digits))

    def action_check_answers(self) -> None:
        from tui.screens.check import CheckScreen

        if self.step is not None:
            self.playing = False
            self.app.push_screen(CheckScreen(self.step), self._checked)

    def _checked(self, report: CheckReport | None) -> None:
        if report is not None:
            self.query_one(Workbench).report = report

    def action_formulas(self) -> None:
        from tui.screens.formulas import FormulasScreen

        if self.step is not None:
            self.playing = False
            self.app.push_screen(FormulasScreen(self.step, self.digits))

    def action_export(self) -> None:
        from tui.screens.export import ExportScreen

        if self.step is not None:
            self.playing = False
            self.app.push_screen(ExportScreen(self.step, self.digits))

    def action_help(self) -> None:
        from tui.screens.help import HelpScreen

        self.playing = False
        self.app.push_screen(HelpScreen(key_table(self.explained)))

    # Playing.

    def watch_playing(self, playing: bool) -> None:
        self.activity = self._play_state()
        if playing:
            self._due = 0.0
            self._clock.resume()
        else:
            self._clock.pause()

    def _play_state(self) -> str:
        if self.playing:
            return f"▶ {self.speed:,}/s"
        return "tab: next pane" if self.query_one(Workbench).alone else ""

    def _play_on(self) -> None:
        """One tick of the clock: move the cursor by the steps that are due, no more than fit into a frame."""
        if self._following:
            return
        if self.why_not("step", (1,)):
            self.playing = False
            return
        self._due += self.speed / FRAMES
        steps = int(self._due)
        if steps:
            self._due -= steps
            self.seek(self.cursor + min(steps, max(1, int(self._runner.steps_per_second * FRAME_SHARE / FRAMES))))

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self.query_one(Footer).show_command_palette = width >= PALETTE_FROM
        self.refresh_bindings()  # the footer looks at that only when it is made anew
        small = width < SMALLEST[0] or height < SMALLEST[1]
        self.set_class(small, "-small")
        if small:
            self.query_one("#notice", Static).update(
                f"This terminal has {width}×{height} characters.\nsgdb needs {SMALLEST[0]}×{SMALLEST[1]}."
            )
