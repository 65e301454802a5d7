"""The plot of the losses: its axes, its curves in braille and marks, zooming, and the step behind a column."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core
from samples import LOSSES
from tui.sheet.braille import DOTS_ACROSS, DOTS_DOWN, extents, spans
from tui.sheet.lines import Line, line
from tui.sheet.lines import width as columns
from tui.training import ticks
from tui.training.axes import axes
from tui.training.plot import Curve, LossPlot, epoch_means, legend, title
from tui.training.view import View
from tui.training.zoom import panned, zoomed

LOG = View(logarithmic=True)


def text(line: Line) -> str:
    shown = ""
    for span in line:
        assert span.column >= len(shown)
        shown = shown.ljust(span.column) + span.text
    return shown


def drawn(
    losses: Any, at: int = 0, size: tuple[int, int] = (48, 12), view: View | None = None, plot: LossPlot | None = None
) -> list[str]:
    """The rows of a plot of losses, or of several curves."""
    several = isinstance(losses, list) and isinstance(losses[0], Curve)
    curves = losses if several else [Curve("loss", np.asarray(losses, dtype=float))]
    return [text(line) for line in (plot or LossPlot()).draw(*size, curves, at, view or View())]


def exercise(steps: int) -> core.Timeline:
    timeline = core.Timeline(core.load_problem("exercise-2"))
    timeline.advance(steps)
    return timeline


def column_of(rows: list[str], mark: str = "●") -> int:
    return next(row.index(mark) for row in rows if mark in row)


class TestPicture:
    def test_of_a_run(self) -> None:
        assert drawn(exercise(12).losses, 11, (40, 8)) == [
            "   2┤⢄⡀",
            "    │ ⠈⠒⠤⣀⡀",
            "    │     ⠈⠉⠒⠒⠤⢄⣀",
            "   1┤            ⠉⠑⠒⠒⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤●",
            "    │",
            "    │",
            "   0┤",
            "     0             5       step 10",
        ]

    def test_before_there_is_a_curve(self) -> None:
        rows = drawn(exercise(1).losses, 0)
        assert rows[-2:] == ["1.97┤●", "     0"]
        assert rows[0] == "    │"
        assert [row[5:].strip() for row in rows if "drawn" in row or "→" in row] == [
            "ℒ of every step is drawn here.",
            "→ takes the next step.",
        ]
        assert drawn(exercise(1).losses, 0, (20, 4)) == ["    │", "    │  → next step", "1.97┤●", "     0"]

    def test_the_first_picture_comes_without_plotext(self) -> None:
        program = (
            "import sys, numpy as np; from tui.training.plot import *; from tui.training.view import View; "
            "LossPlot().draw(48, 12, [Curve('', np.ones(1))], 0, View()); print('plotext' in sys.modules)"
        )
        root = Path(__file__).parent.parent
        run = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
        assert run.stdout.strip() == "False"

    @settings(max_examples=100)
    @given(
        st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=60),
        st.tuples(st.integers(12, 80), st.integers(4, 40)),
        st.integers(0, 60),
        st.booleans(),
        st.none() | st.tuples(st.integers(0, 20), st.integers(21, 70)),
        st.none() | st.integers(1, 7),
    )
    def test_it_has_its_size_whatever_the_losses_are(
        self,
        losses: list[float],
        size: tuple[int, int],
        at: int,
        logarithmic: bool,
        window: tuple[int, int] | None,
        per_epoch: int | None,
    ) -> None:
        curves = [Curve("loss", np.array(losses, dtype=float), per_epoch)]
        view = View(logarithmic=logarithmic, window=window)
        lines = LossPlot().draw(*size, curves, at, view)
        assert len(lines) == size[1]
        assert max(map(columns, lines)) <= size[0]
        shown = [text(line) for line in lines]
        inside = len(losses) < 2 or window is None or window[0] <= at <= window[1]
        assert sum(row.count("●") for row in shown) == (at < len(losses) and inside)

    def test_nothing_is_drawn_where_there_is_no_room(self) -> None:
        assert drawn([2.0, 1.0], size=(48, 3)) == []
        assert drawn([2.0, 1.0], size=(11, 12)) == []


class TestAxes:
    def test_they_stay_for_many_steps(self) -> None:
        plot, losses = LossPlot(), exercise(100).losses
        frames = {}
        for reached in range(61, 80):
            rows = drawn(losses[: reached + 1], reached, plot=plot)
            frames[reached] = (rows[-1], *(row[:5] for row in rows[:-1]))
        assert len({*frames.values()}) == 1

    def test_a_loss_that_leaves_them_draws_them_anew(self) -> None:
        plot = LossPlot()
        before = drawn([2.0, 1.5, 1.0], plot=plot)
        assert [row[:5] for row in drawn([2.0, 1.5, 1.0, 0.1], plot=plot)] == [row[:5] for row in before]
        assert drawn([2.0, 1.5, 1.0, 7.9], plot=plot)[0][:5] == "   8┤"

    def test_an_axis_that_does_not_begin_at_0_is_marked(self) -> None:
        near = 5 + 0.1 * np.sin(np.arange(50))
        assert sum("≈" in row for row in drawn(near)) == 1
        assert not any("≈" in row for row in drawn(near - 5))
        assert not any("≈" in row for row in drawn(near, view=LOG))
        few = drawn(near[:10])
        assert any(row.startswith("   0┤") for row in few)

    def test_decades_on_a_log_scale(self) -> None:
        rows = drawn(10.0 ** -np.arange(5.0), size=(48, 17), view=LOG)
        assert [row.split("┤")[0].strip() for row in rows if "┤" in row] == ["1", "0.1", "0.01", "0.001", "0.0001"]

    @given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(10, 70))
    def test_steps_are_whole_and_round(self, first: int, length: int, width: int) -> None:
        scale = ticks.steps(first, first + length, width)
        assert len(scale.ticks) >= 2
        assert all(tick == int(tick) and first <= tick <= first + length for tick in scale.ticks)
        assert len({*scale.labels}) == len(scale.labels)
        (apart,) = {b - a for a, b in zip(scale.ticks, scale.ticks[1:], strict=False)}
        assert str(int(apart)).rstrip("0") in {"1", "2", "5"} or scale.ticks == (first, first + length)

    @given(st.integers(0, 10**7))
    def test_the_last_step_is_round_and_leaves_little_empty(self, reached: int) -> None:
        last = ticks.last_step(reached)
        assert last >= reached
        assert last == 10 or last <= 1.5 * reached
        assert len(str(last).rstrip("0")) <= 2

    @given(st.floats(-1e200, 1e200), st.floats(-1e200, 1e200), st.integers(3, 60), st.booleans())
    def test_losses_are_within_round_limits(self, a: float, b: float, rows: int, crop: bool) -> None:
        least, most = min(a, b), max(a, b)
        scale = ticks.losses(least, most, rows, crop)
        slack = 1e-9 * (scale.high - scale.low)
        assert scale.low - slack <= least <= most <= scale.high + slack
        assert 2 <= len(scale.ticks) <= max(2, rows)
        assert all(scale.low - slack <= tick <= scale.high + slack for tick in scale.ticks)
        assert crop or scale.low <= 0 <= scale.high

    @given(st.floats(1e-290, 1e290), st.floats(1e-290, 1e290), st.integers(3, 60))
    def test_so_are_they_on_a_log_scale(self, a: float, b: float, rows: int) -> None:
        scale = ticks.decades(min(a, b), max(a, b), rows)
        assert scale.low < scale.high
        assert scale.low - 1e-9 <= np.log10(min(a, b))
        assert np.log10(max(a, b)) <= scale.high + 1e-9
        assert 2 <= len(scale.ticks) <= max(2, rows)

    def test_labels_tell_ticks_apart(self) -> None:
        for least, most in ((5, 5.0001), (1e6, 1e6 + 3), (1e-9, 2.2e-9), (0.99, 1.01)):
            labels = ticks.losses(least, most, 30).labels
            assert len({*labels}) == len(labels)


class TestCurve:
    @given(st.lists(st.floats(0, 1), min_size=1, max_size=400), st.integers(8, 60), st.integers(3, 20))
    def test_it_goes_through_every_loss(self, losses: list[float], width: int, rows: int) -> None:
        values = np.array(losses)
        frame = axes(width + 5, rows + 1, 0, ticks.last_step(len(values) - 1), ticks.losses(0, 1, rows), False)
        edges = frame.edges(DOTS_ACROSS)
        bottom, top = spans(extents(values, edges, lambda heights: heights), rows, DOTS_DOWN)
        for step, loss in enumerate(losses):
            column = int(np.searchsorted(edges, step, side="right")) - 1
            dot = np.rint(loss * DOTS_DOWN * (rows - 1) + 1.5)
            assert bottom[column] - 1 <= dot <= top[column] + 1  # a dot that two columns share is in one of them

    @given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
    def test_it_has_no_gap(self, losses: list[float]) -> None:
        edges = np.linspace(-0.2, len(losses) - 0.8, 81)
        bottom, top = spans(extents(np.array(losses), edges, lambda heights: heights), 10, DOTS_DOWN)
        drawn = top >= bottom
        apart = np.maximum(bottom[1:] - top[:-1], bottom[:-1] - top[1:])
        assert (apart[drawn[1:] & drawn[:-1]] <= 1).all()

    def test_what_is_left_out_is_bridged(self) -> None:
        values, places = np.array([0.0, 1.0]), np.array([0.0, 4.0])
        enter, leave, _, _ = extents(values, np.arange(5.0), lambda heights: heights, places)
        assert enter.tolist() == [0, 0.25, 0.5, 0.75]
        assert leave.tolist() == [0.25, 0.5, 0.75, 1]

    def test_a_single_spike_among_100_000_losses_stays_in_sight(self) -> None:
        losses = np.full(100_000, 0.1)
        losses[70_001] = 3.0
        rows = drawn(losses, 0)
        spike = [row for row in rows if row.startswith("   3┤")]
        assert spike[0][5:].strip()
        plot = LossPlot()
        drawn(losses, plot=plot)
        step = plot.step_at(len(spike[0].rstrip()) - 1)
        assert step is not None
        assert abs(step - 70_001) < 100_000 / 40

    def test_the_first_steps_of_many_can_be_read_in_a_zoom(self) -> None:
        losses = np.concatenate([exercise(13).losses, np.full(100_000, 0.5)])
        whole = drawn(exercise(13).losses, 5, view=View(window=(0, 11)))
        assert drawn(losses, 5, view=View(window=(0, 11))) == whole

    def test_losses_that_a_log_scale_cannot_show_are_left_out_and_told(self) -> None:
        losses = np.array([1.0, 0.1, 0.0, -1.0, 0.01, 0.001])
        step = core.Timeline(core.load_problem("exercise-2"))[0]
        assert "2 losses ≤ 0 left out" in text(title(LOG, step, [Curve("", losses)], 80))
        assert "left out" not in text(title(View(), step, [Curve("", losses)], 80))
        rows = drawn(losses, 2, view=LOG)
        assert "●" in rows[-2]

    def test_two_runs_are_told_apart_by_their_marks(self) -> None:
        curves = [Curve("hinge", np.linspace(1, 0, 30)), Curve("no max", np.linspace(1, -1, 30))]
        rows = "\n".join(drawn(curves))
        assert "•" in rows
        assert any("⠁" <= character <= "⣿" for character in rows)
        assert text(line(legend(curves, 30))) == "⠒ hinge  • no max"

    def test_the_mean_of_each_epoch_is_drawn_with_mini_batches(self) -> None:
        losses = np.tile([1.0, 2.0, 3.0], 20)
        curve = Curve("loss", np.append(losses, 9.0), 3)
        assert epoch_means(curve).tolist() == [2.0] * 20
        rows = drawn([curve._replace(losses=losses)], size=(48, 13))
        (level,) = [i for i, row in enumerate(rows) if "•" in row]
        assert rows[level].startswith("   2┤")
        assert not any("•" in row for row in drawn(losses))


class TestWhere:
    @given(st.integers(2, 3000), st.data())
    def test_a_click_on_the_mark_goes_to_its_step(self, count: int, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, count - 1))
        plot = LossPlot()
        column = column_of(drawn(np.linspace(2, 1, count), at, plot=plot))
        step = plot.step_at(column)
        assert step is not None
        assert abs(step - at) <= ticks.last_step(count - 1) / 84 + 0.5

    def test_beside_the_curve_there_is_no_step(self) -> None:
        plot = LossPlot()
        assert plot.step_at(10) is None
        drawn([2.0, 1.0, 0.5], plot=plot)
        assert plot.step_at(4) is None
        assert plot.step_at(5) == 0
        assert plot.step_at(47) == 2  # the axis goes on, the run does not
        assert plot.step_at(48) is None

    @given(st.integers(5, 10**6), st.floats(0, 1), st.floats(1.1, 10))
    def test_a_zoom_keeps_the_step_in_sight_and_goes_back(self, last: int, share: float, factor: float) -> None:
        at = round(share * last)
        window = zoomed(None, last, at, factor)
        assert window is not None
        first, end = window
        assert 0 <= first <= at <= end <= last
        assert end - first < last
        assert zoomed(window, last, at, 1e9) is not None
        assert zoomed(window, last, at, 1e-9) is None

    def test_a_window_moves_within_the_run(self) -> None:
        assert panned((40, 80), 200, 0.5) == (60, 100)
        assert panned((40, 80), 200, -2) == (0, 40)
        assert panned((40, 80), 90, 1) == (50, 90)
        assert panned((2, 6), 90, 0.01) == (3, 7)
        assert panned(None, 90, 1) is None


class TestTitle:
    def test_it_says_what_is_drawn(self) -> None:
        timeline = exercise(201)
        curves = [Curve("squared error", timeline.losses)]
        step = timeline[11]
        assert text(title(View(), step, curves, 60)) == "loss per SGD step ─ ℒ 0.9396 at 11"
        near = View(logarithmic=True, window=(40, 80))
        assert text(title(near, step, curves, 80)) == (
            "loss per SGD step ─ steps 40-80 of 200 ─ log scale ─ ℒ 0.9396 at 11"
        )
        assert text(title(View(), step, curves, 30)) == "loss per SGD step"

    def test_curves_are_named_in_full_then_in_a_word_then_as_many_as_fit(self) -> None:
        names = [(loss.title, loss.word) for loss in LOSSES[:3]]
        curves = [Curve(title, np.ones(3), word=word) for title, word in names]
        for width, said in (
            (70, "⠒ squared error  • softmax cross-entropy  + softmax hinge"),
            (46, "⠒ squared  • cross-entropy  + p-hinge"),
            (30, "⠒ squared  • cross-entropy"),
            (20, "⠒ squared"),
        ):
            assert text(line(legend(curves, width))) == said

    @pytest.mark.parametrize("width", range(1, 70, 7))
    def test_it_fits(self, width: int) -> None:
        curves = [Curve("softmax hinge", np.ones(3)), Curve("softmax margin (no max)", np.ones(3))]
        step = core.Timeline(core.load_problem("exercise-3"))[2]
        assert columns(title(LOG, step, curves, width)) <= width
        assert columns(title(LOG, step, curves[:1], width)) <= width
