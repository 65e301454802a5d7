"""The screen of runs side by side: their curves under one cursor, and what differs there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.base import here, work
from tui.format import plain
from tui.key_reasons import SayingScreen
from tui.keys import key_groups
from tui.sheet.widget import Sheet
from tui.sweeps.compare import Runner, Side
from tui.sweeps.compare_page import GROUPS, READING, ComparePage, Shown
from tui.sweeps.layout import centred, small_text
from tui.sweeps.replay import ReplayScreen, unlike
from tui.training.beside import LATER
from tui.training.late import Compared

LINES = 3  # that the wheel scrolls


class ComparedScreen(SayingScreen[None]):
    """Looks at runs; everything on the page follows from them, from `shown` and from the size."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "along(-1)", "back", tooltip="Back along the curves"),
        Binding("right", "along(1)", "on", tooltip="On along the curves"),
        Binding("shift+left", "along(-10)", "back", tooltip="Ten columns back"),
        Binding("shift+right", "along(10)", "on", tooltip="Ten columns on"),
        Binding("n", "step(1)", "next", tooltip="Next SGD step"),
        Binding("p", "step(-1)", "back", tooltip="One SGD step back"),
        Binding("home", "edge(-1)", "first", tooltip="Step 0"),
        Binding("end", "edge(1)", "last", tooltip="Last step computed"),
        Binding("g", "go_to", "go to", tooltip="Go to step …"),
        Binding("up", "run(-1)", "run above", tooltip="The run above"),
        Binding("down", "run(1)", "run below", tooltip="The run below"),
        Binding("shift+up", "scroll(-1)", "scroll", tooltip="Scroll what differs up"),
        Binding("shift+down", "scroll(1)", "scroll", tooltip="Scroll what differs down"),
        Binding("d", "differences", "differences", tooltip="Draw by how much the losses differ from the first run's"),
        Binding("l", "log", "log", tooltip="Log scale of the losses"),
        Binding("enter", "open", "open", tooltip="Open the run in the debugger, at the cursor's step"),
        Binding("escape", "leave", "stop", tooltip="Stop computing"),
        Binding("question_mark", "help", "help", tooltip="The keys, and how to read the screen", key_display="?"),
        Binding("q", "leave_runs", "leave", tooltip="Leave: back to where the runs were opened, or quit"),
        Binding("ctrl+c", "app.quit", show=False),
    ]

    def __init__(self, sides: Sequence[Side]) -> None:
        super().__init__()
        self.pointing = self
        self.runner = Runner(sides)
        self.shown = Shown(1, 0, False, False)
        self.page = ComparePage()
        self.painted = 0  # how often the page was drawn
        self._found: Compared | None = None
        self._at_end = True  # whether the cursor stays at the last step while more come
        self._stopped = False

    def compose(self) -> ComposeResult:
        yield Sheet(id="sheet")

    def on_mount(self) -> None:
        self.query_one(Sheet).focus()
        work(self, self._compute, "compute")

    def on_unmount(self) -> None:
        self._stopped = True
        self.runner.close()

    async def _compute(self) -> None:
        """Compute all runs, and see whether they can have the bits that they had."""
        async for left in self.runner.go():
            if self._stopped or not here(self):
                break
            self.look(activity=f"computing, {left:,} steps left · esc stops" if left else "")
        self.look(activity="stopped" if self.runner.left else "")
        for side in self.runner.sides:
            if side.machine is not None and (told := unlike(side.session.source.name, side.same, side.machine)):
                lines = f"{plain(side.title)}: {told}"
                self.notify(lines, title="Not as it was", severity="warning", timeout=20, markup=False)

    @property
    def last(self) -> int:
        """The last step that any run has."""
        return max(0, max(len(self.runner.losses(k)) for k in range(len(self.runner.sides))) - 1)

    def look(self, **changes: Any) -> None:
        """Look at it otherwise, and see what differs there."""
        before = self.shown
        self.shown = before._replace(**changes)
        if self._at_end:
            self.shown = self.shown._replace(step=self.last)
        if (self.shown.chosen, self.shown.step) != (before.chosen, before.step):
            self.shown = self.shown._replace(scroll=0)
        self.paint()
        if not self.shown.activity.startswith("computing"):
            work(self, partial(self._compare, self.shown.chosen, self.shown.step), "compare")

    async def _compare(self, chosen: int, step: int) -> None:
        if not chosen:
            return
        await asyncio.sleep(LATER)  # the picture comes first, and the cursor may go on
        self._found = await self.runner.compare(chosen, step)
        self.paint()

    def paint(self) -> None:
        """Draw the page; only lines that differ from those on it are painted."""
        sheet = self.query_one(Sheet)
        width, height = sheet.size.width, sheet.size.height
        if not (width and height):
            return
        self.painted += 1
        if small := small_text(width, height):
            self.page = ComparePage()  # nothing stands anywhere
            sheet.show(centred(small, width, height))
            return
        shown = self.shown._replace(message=self._message)
        sheet.show(self.page.paint((width, height), self.runner, shown, self._found))

    _repaint = paint

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self.paint)

    # The keys.

    def go_to_step(self, step: int) -> None:
        """Put the cursor on a step."""
        self._at_end = step >= self.last
        self.look(step=max(0, min(step, self.last)))

    def action_along(self, columns: int) -> None:
        self.go_to_step(self.shown.step + columns * self.page.drawn.stride)

    def action_step(self, steps: int) -> None:
        self.go_to_step(self.shown.step + steps)

    def action_edge(self, side: int) -> None:
        self.go_to_step(0 if side < 0 else self.last)

    def action_go_to(self) -> None:
        from tui.dialogs.goto import GoToScreen

        def answered(step: int | None) -> None:
            if step is not None:
                self.go_to_step(step)

        self.app.push_screen(GoToScreen(self.shown.step, self.last), answered)

    def choose(self, run: int) -> None:
        """Point at a run."""
        self.look(chosen=max(0, min(run, len(self.runner.sides) - 1)))

    def action_run(self, change: int) -> None:
        self.choose(self.shown.chosen + change)

    def action_scroll(self, change: int) -> None:
        self.shown = self.shown._replace(scroll=max(0, self.shown.scroll + change))
        self.paint()

    def action_differences(self) -> None:
        self.look(differences=not self.shown.differences)

    def action_log(self) -> None:
        self.look(logarithmic=not self.shown.logarithmic)

    def action_leave(self) -> None:
        self._stopped = True

    async def action_leave_runs(self) -> None:
        """Back to the screen that one came from; where there is none, quit."""
        if self.app.screen_stack[1] is self:
            await self.app.action_quit()
        else:
            self.dismiss()

    def action_open(self) -> None:
        k = self.shown.chosen
        if not len(self.runner.losses(k)):
            reason = self.runner.ended[k]
            self.say(f"It has no step{f': {reason}' if reason else ' yet.'}")
            return
        side = self.runner.sides[k]
        step = min(self.shown.step, len(self.runner.losses(k)) - 1)
        self._stopped = True  # the processor is for who looks at it
        self.app.push_screen(ReplayScreen.at(side.problem, side.session, step, plain(side.title), side.path))

    def action_help(self) -> None:
        from tui.dialogs.help import HelpScreen

        self.app.push_screen(HelpScreen(key_groups(self.explained, GROUPS), READING))

    # The mouse.

    def click(self, event: events.Click) -> None:
        page = self.page
        if not isinstance(event.widget, Sheet) or not page.table.height:
            return
        if event.y == page.aside.y + page.aside.height:
            action = next((action for first, end, action in page.keys if first <= event.x < end), None)
            if action is not None:
                self.perform(action)
        elif page.upper.holds(event.x, event.y):
            self._to_step(event)
        elif page.table.holds(event.x, event.y) and 0 <= page.run_at(event.y) < len(self.runner.sides):
            self.choose(page.run_at(event.y))

    def drag(self, event: events.MouseMove) -> None:
        if event.button and self.page.upper.holds(event.x, event.y):
            self._to_step(event)

    def _to_step(self, event: events.MouseEvent) -> None:
        if (step := self.page.drawn.step_at(event.x)) is not None:
            self.go_to_step(step)

    def wheel(self, event: events.MouseEvent, change: int) -> None:
        if self.page.aside.holds(event.x, event.y):
            self.action_scroll(LINES * change)
        elif self.page.table.holds(event.x, event.y):
            self.action_run(change)
