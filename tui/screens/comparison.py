"""The same network under every loss, side by side: what each makes of this step, and where each has led."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import Footer, Static

from core import Array, DivergedError, Step, Timeline, compare_losses
from tui.base import BaseScreen
from tui.format import NumberFormat, short
from tui.panes.loss_plot import LossPlot
from tui.runner import Runner

SAMPLES = 8  # rows of δ_out that are shown for each loss


class ComparisonScreen(BaseScreen[None]):
    """ℒ, δ_out and the distance that the weights would move under squared error, cross-entropy and hinge, on the same
    weights and batch; below, the losses of runs that were trained under each, up to this step.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,m", "dismiss", "back", key_display="esc"),
        Binding("l", "log", "log scale"),
    ]

    logarithmic: reactive[bool] = reactive(False)
    reached: reactive[int] = reactive(0, init=False)

    def __init__(self, step: Step, margin: float, timelines: Sequence[Timeline], runner: Runner, digits: int) -> None:
        """`timelines` are the runs to plot, the one that `step` belongs to first; `runner` brings them to its index."""
        super().__init__()
        self._step, self._margin, self._digits = step, margin, digits
        self._timelines, self._runner = tuple(timelines), runner

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(id="table")
            plot = LossPlot(id="curves").data_bind(
                reached=ComparisonScreen.reached, logarithmic=ComparisonScreen.logarithmic
            )
            plot.set_reactive(LossPlot.step, self._step)
            plot.set_reactive(LossPlot.timelines, self._timelines)
            yield plot
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#table", Static).update(self._table())
        self._train()

    def action_log(self) -> None:
        self.logarithmic = not self.logarithmic

    def _table(self) -> Table:
        step = self._step
        table = Table(
            title=f"step {step.index} of {step.problem.name}: each loss on the same weights (◂ its own)",
            title_justify="left",
            expand=False,
            box=None,
            padding=(0, 3, 0, 0),
        )
        table.add_column("", no_wrap=True)
        compared = compare_losses(step, self._margin)
        for comparison in compared:
            own = " ◂" if type(comparison.loss_function) is type(step.problem.loss) else ""
            table.add_column(Text(comparison.title + own, style="bold"))
        table.add_row("ℒ", *[self._number(comparison.loss) for comparison in compared])
        table.add_row("weights move", *[self._number(comparison.distance) for comparison in compared])
        rows = min(len(step.batch), SAMPLES)
        for i in range(rows):
            deltas = [comparison.delta_out for comparison in compared]
            table.add_row(
                f"δ_out row {i + 1}", *["no classes" if delta is None else self._row(delta[i]) for delta in deltas]
            )
        if rows < len(step.batch):
            table.add_row(f"… {len(step.batch) - rows} more rows")
        return table

    def _row(self, numbers: Array) -> str:
        """As many numbers of a row as a third of the screen has room for, and how many there are more."""
        written = NumberFormat(self._digits)
        room = max(1, (self.app.size.width - 20) // 3 // written.width - (len(numbers) > 1))
        more = f" … {len(numbers) - room} more" if len(numbers) > room else ""
        return "".join(written.cell(float(number)) for number in numbers[:room]) + more

    def _number(self, value: float | None) -> str:
        return "–" if value is None else short(value, self._digits + 2)

    @work(exclusive=True)
    async def _train(self) -> None:
        """Bring every run to this step, the plot growing with them. One that diverges stays where it got to."""
        for timeline in self._timelines:
            try:
                async for _ in self._runner.approach(timeline, self._step.index + 1):
                    self.reached += 1
            except DivergedError:
                self.reached += 1
