"""The loss pane: a live plot of loss per SGD step, with the cursor on it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text
from textual.app import RenderResult
from textual.color import Color
from textual.reactive import reactive
from textual.widget import Widget

from core import Array, Step, Timeline
from tui.format import short

if TYPE_CHECKING:
    from textual_plotext import Plot

AXIS_COLUMNS = 10  # about what the labels on the left take
HINT = """\
sgdb steps a network through training, forward and back.
Every number here belongs to one step of SGD.

[b]→[/b] takes the next step, [b]←[/b] the step back.
[b]enter[/b] asks where a number comes from, [b]?[/b] explains.
The loss of each step will be plotted here."""

# A curve is told from the others by its mark, too: the one to plot with, and what that looks like.
LINES = (("braille", "⠒", "primary"), ("dot", "•", "warning"), ("+", "+", "success"), ("x", "x", "error"))


class LossPlot(Widget, can_focus=True):
    """Loss over the steps computed so far; a vertical line and a point mark the step on screen.

    timelines     whose losses are drawn: the first is the one that the step belongs to
    reached       how far they have come; a change draws them anew
    logarithmic   draws log10 of the losses, as far as they are above 0
    """

    step: reactive[Step | None] = reactive(None, init=False)
    timelines: reactive[tuple[Timeline, ...]] = reactive((), init=False)
    reached: reactive[int] = reactive(0, init=False)
    logarithmic: reactive[bool] = reactive(False, init=False)

    def on_mount(self) -> None:
        self._entitle()
        self.app.theme_changed_signal.subscribe(self, lambda _: self.refresh())

    def watch_step(self) -> None:
        self.refresh()

    def watch_timelines(self) -> None:
        self._entitle()
        self.refresh()

    def watch_reached(self) -> None:
        self.refresh()

    def watch_logarithmic(self) -> None:
        self._entitle()
        self.refresh()

    def _entitle(self) -> None:
        """The title says which curve is which, where there are several."""
        title = "loss per SGD step"
        if len(self.timelines) > 1:
            names = [timeline.problem.loss.title.removeprefix("softmax ") for timeline in self.timelines]
            title = "  ".join(f"{look} {name}" for name, (_, look, _) in zip(names, LINES, strict=False))
        self.border_title = title + (", log scale" if self.logarithmic else "")

    def render(self) -> RenderResult:
        curves = [timeline for timeline in self.timelines if len(timeline) > 1]
        if self.step is None or not curves:
            return Text.from_markup(HINT)
        return Text.from_ansi(self._drawn(curves, self.step))

    @cached_property
    def _plot(self) -> Plot:
        from textual_plotext import Plot  # a sixth of the time to the first picture, which has no curve yet

        return Plot()

    def _drawn(self, timelines: Sequence[Timeline], step: Step) -> str:
        plt = self._plot
        plt.clear_figure()
        plt._set_size(*self.size)  # plotsize stops at the size of what plotext takes for the terminal
        plt.canvas_color(self._colour("surface"))
        plt.axes_color(self._colour("surface"))
        plt.ticks_color(self._colour("foreground"))
        plt.xaxes(True, False)
        plt.yaxes(True, False)
        columns = max(1, self.size.width - AXIS_COLUMNS)
        last = max(len(timeline) for timeline in timelines) - 1
        curves = [self._scaled(*thin(timeline.losses, 2 * columns)) for timeline in timelines]
        heights = np.concatenate([values for _, values in curves])
        self._axes(heights if heights.size else np.zeros(1), last)
        for (steps, values), (marker, _, colour) in zip(curves, LINES, strict=False):
            plt.plot(steps.tolist(), values.tolist(), marker=marker, color=self._colour(colour))
        cursor = self._colour("warning" if len(timelines) == 1 else "foreground")
        plt.vline(step.index, color=cursor)
        at, here = self._scaled(np.array([float(step.index)]), np.array([step.loss]))
        if here.size:
            plt.scatter(at.tolist(), here.tolist(), marker="●", color=cursor)
        return plt.build()

    def _axes(self, heights: Array, last: int) -> None:
        plt, low, high = self._plot, float(heights.min()), float(heights.max())
        if high == low:
            low, high = low - 0.5, high + 0.5
        plt.xlim(0, max(last, 1))
        plt.ylim(low, high)
        ticks = np.linspace(low, high, max(2, min(6, self.size.height // 3))).tolist()
        plt.yticks(ticks, [label.rjust(8) for label in distinct([10**t if self.logarithmic else t for t in ticks])])
        marks = whole_ticks(last, max(2, min(7, self.size.width // 14)))
        plt.xticks([float(mark) for mark in marks], [str(mark) for mark in marks])

    def _scaled(self, steps: Array, losses: Array) -> tuple[Array, Array]:
        """Where points stand: at their losses, or on a log scale those above 0 at their log10."""
        if not self.logarithmic:
            return steps, losses
        shown = losses > 0
        return steps[shown], np.log10(losses[shown])

    def _colour(self, name: str) -> tuple[int, int, int]:
        return Color.parse(self.app.theme_variables[name]).rgb


def whole_ticks(last: int, most: int) -> list[int]:
    """At most `most` + 1 whole numbers from 0 to `last`, 1, 2 or 5 times a power of ten apart."""
    apart = next(
        apart for power in range(20) for apart in (10**power, 2 * 10**power, 5 * 10**power) if last <= most * apart
    )
    return list(range(0, last + 1, apart))


def distinct(values: Sequence[float]) -> list[str]:
    """Numbers in three digits, or as many more as tell them apart."""
    for digits in range(3, 9):
        labels = [short(value, digits) for value in values]
        if len(set(labels)) == len(labels):
            break
    return labels


def thin(values: Array, buckets: int) -> tuple[Array, Array]:
    """A curve of at most 2 `buckets` points through the least and the greatest value of each stretch of `values`, so
    that every spike stays: their indices and the values.
    """
    count = len(values)
    if count <= 2 * buckets:
        return np.arange(count, dtype=float), values
    stretch = -(-count // buckets)
    whole = count // stretch * stretch
    grid = values[:whole].reshape(-1, stretch)
    starts = np.arange(0, whole, stretch)
    ends = [grid.argmin(axis=1) + starts, grid.argmax(axis=1) + starts]
    if whole < count:
        ends += [np.array([whole + values[whole:].argmin()]), np.array([whole + values[whole:].argmax()])]
    indices = np.unique(np.concatenate(ends))
    return indices.astype(float), values[indices]
