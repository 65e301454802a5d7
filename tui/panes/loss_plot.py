"""The loss pane: a live plot of loss per SGD step, with the cursor on it."""

from __future__ import annotations

import numpy as np
from rich.text import Text
from textual.app import RenderResult
from textual.color import Color
from textual.reactive import reactive
from textual_plotext import PlotextPlot

from core import Step, Timeline
from core.arrays import Array
from tui.format import short

AXIS_COLUMNS = 10  # about what the labels on the left take
HINT = """\
sgdb steps a network through training, forward and back.
Every number here belongs to one step of SGD.

[b]→[/b] takes the next step, [b]←[/b] the step back, [b]?[/b] explains.
The loss of each step will be plotted here."""


class LossPlot(PlotextPlot, can_focus=True):
    """Loss over steps computed so far; a vertical line and a point mark the step on screen."""

    step: reactive[Step | None] = reactive(None, init=False)
    timeline: reactive[Timeline | None] = reactive(None, init=False)
    reached: reactive[int] = reactive(0, init=False)
    logarithmic: reactive[bool] = reactive(False, init=False)

    def on_mount(self) -> None:
        self.border_title = "loss per SGD step"

    def watch_step(self) -> None:
        self.refresh()

    def watch_timeline(self) -> None:
        self.refresh()

    def watch_reached(self) -> None:
        self.refresh()

    def watch_logarithmic(self) -> None:
        self.border_title = "loss per SGD step" + (", log scale" if self.logarithmic else "")
        self.refresh()

    def render(self) -> RenderResult:
        timeline, step = self.timeline, self.step
        if timeline is None or step is None or len(timeline) < 2:
            return Text.from_markup(HINT)
        self._draw(timeline.losses, step)
        return super().render()

    def _draw(self, losses: Array, step: Step) -> None:
        plt, colours = self.plt, self.app.theme_variables
        scale = _log10 if self.logarithmic else np.asarray
        steps, values = thin(losses, 2 * max(1, self.size.width - AXIS_COLUMNS))
        heights = scale(values)
        low, high = float(heights.min()), float(heights.max())
        if high == low:
            low, high = low - 0.5, high + 0.5
        plt.clear_figure()
        plt.xaxes(True, False)
        plt.yaxes(True, False)
        plt.xlim(0, max(len(losses) - 1, 1))
        plt.ylim(low, high)
        ticks = np.linspace(low, high, max(2, min(6, self.size.height // 3)))
        labels = [short(10**tick if self.logarithmic else tick, 3).rjust(8) for tick in ticks.tolist()]
        plt.yticks(ticks.tolist(), labels)
        count = max(2, min(7, self.size.width // 14))
        marks = sorted({round(mark) for mark in np.linspace(0, len(losses) - 1, count).tolist()})
        plt.xticks(marks, [str(mark) for mark in marks])
        plt.plot(steps.tolist(), heights.tolist(), marker="braille", color=Color.parse(colours["primary"]).rgb)
        here = float(scale(np.array([step.loss]))[0])
        cursor = Color.parse(colours["warning"]).rgb
        plt.vline(step.index, color=cursor)
        plt.scatter([step.index], [here], marker="●", color=cursor)


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


def _log10(values: Array) -> Array:
    """log10, with zeros a decade under the least that is not zero."""
    positive = values[values > 0]
    floor = float(positive.min()) / 10 if positive.size else 1.0
    result: Array = np.log10(np.maximum(values, floor))
    return result
