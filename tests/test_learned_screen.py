"""How well a network does over all rows, on the screen: the status line, the verdict, and the curves along the run."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from samples import exercise_2, random_problem
from screen import app, commands, flowers, pane, press, seek, settle, shown, styled, texts, training, until, why
from test_scores import held_out
from test_what_if_screen import change
from tui.sheet.lines import Line
from tui.sheet.lines import width as columns
from tui.training.accuracy import Scored, scores_drawn
from tui.training.journey import SPEEDS
from tui.training.learned import SMALL_WORK
from tui.training.plot import Curve, LossPlot, curve_of, title
from tui.training.status import Facts, status
from tui.training.view import LEARNED, View
from tui.training.why.learned import verdict_page
from tui.training.why.page import laid_out


def overlapping(problem: core.Problem | None = None, rows: int = 30) -> core.Problem:
    """Flowers that overlap, some of them held out."""
    problem = flowers() if problem is None else problem
    rng = np.random.default_rng(5)
    inputs = problem.inputs + rng.normal(size=problem.inputs.shape) * 1.5
    order = rng.permutation(len(inputs))
    kept, out = order[rows:], order[:rows]
    return replace(
        problem,
        inputs=inputs[kept],
        targets=problem.targets[kept],
        held_out=core.HeldOut(inputs[out], problem.targets[out]),
    )


def text(line: Line) -> str:
    found = ""
    for span in line:
        found = found.ljust(span.column) + span.text
    return found


def verdict_of(step: core.Step) -> core.Verdict:
    return core.verdict_on(step.problem, step.network)


def page(step: core.Step, width: int, verdict: core.Verdict | None = None) -> list[str]:
    found = verdict_page(verdict or verdict_of(step), step, View(), width)
    lines = laid_out(found, 0, width, 200).lines
    assert all(columns(line) <= width for line in lines)
    return [text(line) for line in lines]


def table(lines: list[str], head: str) -> tuple[list[str], dict[str, list[int]]]:
    """A table of counts that was printed: the classes said, and the counts by true class; its columns line up."""
    start = next(i for i, line in enumerate(lines) if head in line)
    names = lines[start + 1].split()
    ends = [match.end() for match in re.finditer(r"\S+", lines[start + 1])]
    counts = {}
    for line in lines[start + 2 : start + 2 + len(names)]:
        name, *cells = line.split()
        assert [match.end() for match in re.finditer(r"\S+", line)][1:] == ends
        counts[name] = [0 if cell == "·" else int(cell) for cell in cells]
    return names, counts


class TestStatus:
    def test_rows_held_out_stand_behind_all_rows(self) -> None:
        timeline = core.Timeline(overlapping())
        step, before = timeline[40], timeline[39]
        found, earlier = verdict_of(step), verdict_of(before)
        facts = Facts(40, verdict=found, verdict_before=earlier)
        assert found.held_out is not None
        line = text(status(step, before, facts, View(), 200))
        mark = "▴" if earlier.held_out is not None and found.held_out.loss > earlier.held_out.loss else "▾"
        assert f"│ all 120: ℒ {found.training.loss:.4f}" in line
        assert f"│ test 30: ℒ {found.held_out.loss:.4f} {mark}" in line
        assert f", right {found.held_out.right} │" in line.split("test 30")[1]
        assert "│ test 30: ℒ … │" in text(status(step, before, Facts(40), View(), 200))

    def test_a_step_over_all_rows_has_them_too(self) -> None:
        problem = overlapping(exercise_2(inputs=np.ones((9, 2)), targets=np.arange(9.0).reshape(9, 1)), rows=4)
        step = core.Timeline(problem)[0]
        found = verdict_of(step)
        assert found.held_out is not None
        line = text(status(step, None, Facts(0, verdict=found), View(), 160))
        assert "│ test 4: ℒ " in line
        assert f", rms error {found.held_out.rmse:.4f} │" in line
        assert "all 5" not in line.split("test 4")[0]

    @given(st.integers(28, 220), st.booleans())
    def test_step_and_loss_stay_and_what_is_held_out_gives_way_whole(self, width: int, known: bool) -> None:
        step = core.Timeline(TESTED)[1]
        found = verdict_of(step)
        assert found.held_out is not None
        line = status(step, None, Facts(12, "▶ 20/s", found if known else None), View(), width)
        shown = [item.strip() for item in text(line).split(" │ ")]
        assert columns(line) <= width
        assert any(item.startswith("step 1 of 12") for item in shown)
        assert any(item.startswith("ℒ ") for item in shown)
        said = [item for item in shown if item.startswith("test")]
        loss = f"{found.held_out.loss:.4f}" if known else "…"
        score = f", right {found.held_out.right}" if known else ""
        assert said in ([], [f"test ℒ {loss}"], [f"test 30: ℒ {loss}{score}"])


TESTED = overlapping()


class TestVerdict:
    @pytest.mark.parametrize("width", [46, 70, 125])
    def test_it_has_the_numbers_and_both_tables(self, width: int) -> None:
        step = core.Timeline(TESTED)[60]
        verdict = verdict_of(step)
        assert verdict.held_out is not None
        lines = page(step, width, verdict)
        assert lines[0].split() == ["rows", "ℒ", "accuracy", "right"]
        for line, name, found in zip(lines[1:3], ("training", "test"), verdict, strict=True):
            assert found is not None
            share = core.significant(100 * found.right / found.rows, 3)
            assert line.split() == [name, str(found.rows), f"{found.loss:.4f}", share, "%", str(found.right)]
        assert len({len(line) for line in lines[:3]}) == 1
        one_below = [line for line in lines if "true ↓ predicted →" in line]
        if len(one_below) == 2:
            for name, found in (("training:", verdict.training), ("test:", verdict.held_out)):
                names, counts = table(lines[lines.index(next(x for x in one_below if name in x)) :], name)
                whole = ("setosa", "versicolor", "virginica")
                assert all(name.startswith(cut.rstrip("…")) for name, cut in zip(whole, names, strict=True))
                assert found.confusion is not None
                assert list(counts.values()) == found.confusion.tolist()

    def test_mistakes_are_told_in_words(self) -> None:
        step = core.Timeline(TESTED)[60]
        confusion = np.array([[5, 2, 0], [0, 4, 1], [7, 0, 3]])
        found = verdict_of(step).training._replace(confusion=confusion, rows=23, right=12)
        lines = page(step, 160, core.Verdict(found, None))
        assert any(
            "training: 7 × virginica taken for setosa   2 × setosa taken for versicolor" in line
            and line.endswith("1 × versicolor taken for virginica   1 of no class")
            for line in lines
        )
        right = found._replace(confusion=np.diag([7, 8, 8]), right=23)
        assert any(line.endswith("training: all right") for line in page(step, 80, core.Verdict(right, None)))

    def test_where_there_are_too_many_classes_those_with_most_mistakes_are_shown(self) -> None:
        problem = random_problem(0, (3, 40), rows=80, loss=core.SoftmaxCrossEntropy())
        step = core.Timeline(problem)[0]
        confusion = np.diag(np.arange(40))
        confusion[30, 7], confusion[2, 39] = 5, 4
        found = verdict_of(step).training._replace(confusion=confusion)
        lines = page(step, 45, core.Verdict(found, None))
        head = next(line for line in lines if "of 40 classes, most mistakes" in line)
        names, counts = table(lines, head.strip())
        assert {"3", "8", "31", "40"} <= {*names}
        assert list(counts) == names
        assert counts["31"][names.index("8")] == 5
        assert counts["3"][names.index("40")] == 4

    @pytest.mark.parametrize("far", [np.inf, np.nan, 1e308])
    def test_numbers_far_out_are_shown(self, far: float) -> None:
        step = core.Timeline(exercise_2(targets=[[0.5], [1.5], [-1.0], [2.25]]))[0]
        found = verdict_of(step).training._replace(loss=far, rmse=far, r2=-far)
        lines = page(step, 80, core.Verdict(found, found._replace(r2=None)))
        assert lines[2].split()[-1] == "–"
        assert len({len(line) for line in lines}) == 1

    def test_numbers_have_r2_and_a_sum_is_told_by_the_row_too(self) -> None:
        problem = overlapping(
            exercise_2(inputs=np.arange(18.0).reshape(9, 2) / 9, targets=np.arange(9.0).reshape(9, 1) / 9), 4
        )
        step = core.Timeline(problem)[1]
        training, test = verdict_of(step)
        assert test is not None
        lines = page(step, 80)
        assert lines[0].split() == ["rows", "ℒ", "ℒ", "a", "row", "rms", "error", "R²"]
        assert lines[1].split()[:3] == ["training", "5", f"{training.loss:.4f}"]
        assert lines[2].split()[3] == f"{test.loss / 4:.4f}"
        assert lines[2].split()[-2] == f"{test.rmse:.4f}"
        assert len(lines) == 3


class TestPlot:
    def curve(self, steps: int, problem: core.Problem = TESTED) -> tuple[Curve, core.Timeline, core.Scores]:
        timeline = core.Timeline(problem)
        timeline.advance(steps)
        scores = core.Scores(timeline)
        scores.finish()
        return curve_of(timeline, "loss", held_out=scores.points(held_out=True)), timeline, scores

    @pytest.mark.parametrize("view", [View(), View(logarithmic=True), View(window=(100, 300))])
    def test_the_losses_over_rows_held_out_are_marked_at_their_heights(self, view: View) -> None:
        curve, _, scores = self.curve(400)
        curve = curve._replace(held_out=scores.points(True)._replace(losses=np.full(200, 0.25)))
        plot = LossPlot()
        lines = [text(line) for line in plot.draw(60, 16, [curve], 0, view)]
        rows = {y for y, line in enumerate(lines) if "+" in line}
        assert plot._frame is not None
        heights, frame = plot._frame.heights, plot._frame
        height = (np.log10(0.25) if view.logarithmic else 0.25) - heights.low
        assert rows == {frame.row(height / (heights.high - heights.low))}

    def test_they_widen_the_axis(self) -> None:
        curve, _, scores = self.curve(30)
        high = curve._replace(held_out=scores.points(True)._replace(losses=np.full(30, 70.0)))
        assert text(LossPlot().draw(60, 16, [high], 0, View())[0]).strip().startswith(("70", "80", "│"))
        nothing = curve._replace(held_out=scores.points(True)._replace(losses=np.full(30, np.nan)))
        assert not any("+" in text(line) for line in LossPlot().draw(60, 16, [nothing], 0, View()))

    def test_a_sum_is_drawn_as_of_as_many_rows_as_a_step_has(self) -> None:
        curve, timeline, scores = self.curve(10, replace(TESTED, reduction="sum"))
        assert curve.tested is not None
        assert curve.tested.losses == pytest.approx(scores.points(True).losses * 32 / 30)
        step = timeline[3]
        said = text(title(View(), step, [curve], 90, verdict_of(step).held_out))
        assert "drawn as of 32 rows" in said

    @given(st.integers(24, 90), st.sampled_from([View(), View(logarithmic=True), View(window=(3, 200))]))
    def test_the_title_names_the_mark_wherever_there_is_room(self, width: int, view: View) -> None:
        curve, timeline, _ = CURVE
        step = timeline[20]
        verdict = verdict_of(step)
        assert verdict.held_out is not None
        said = title(view, step, [curve], width, verdict.held_out)
        assert columns(said) <= width
        assert f"+ test {verdict.held_out.loss:.4f}" in text(said)

    @pytest.mark.parametrize("width", [30, 45, 60, 90])
    def test_the_marks_of_an_epoch_are_named(self, width: int) -> None:
        curve, timeline, _ = self.curve(20)
        curve = curve._replace(per_epoch=4)
        step = timeline[20]
        said = text(title(View(), step, [curve], width, verdict_of(step).held_out))
        assert re.search(r"• (an )?epoch", said), said
        assert "ℒ" in said
        assert "+ test" in said

    @given(st.integers(0, 10_000), st.integers(1, 256), st.integers(12, 120))
    def test_a_mark_stands_at_the_place_and_the_height_of_one_of_its_steps(
        self, seed: int, count: int, width: int
    ) -> None:
        rng = np.random.default_rng(seed)
        losses, stride = rng.uniform(0.1, 0.9, count), 1 << int(rng.integers(4))
        length = int(rng.integers((count - 1) * stride + 1, count * stride + 1))
        held = core.Points(np.arange(count) * stride, losses, losses)
        curve = Curve("loss", np.linspace(1, 0, max(2, length)), held_out=held)
        plot = LossPlot()
        drawn = [text(line) for line in plot.draw(width, 12, [curve], -1, View())]
        frame = plot._frame
        assert frame is not None
        low, size = frame.heights.low, frame.heights.high - frame.heights.low
        places = {
            (frame.row((loss - low) / size), frame.column(step) + frame.start)
            for step, loss in zip(held.steps.tolist(), losses.tolist(), strict=True)
        }
        marks = {(y, x) for y, line in enumerate(drawn) for x, character in enumerate(line) if character == "+"}
        assert marks <= places
        assert marks

    def test_beside_other_runs_they_are_left_out(self) -> None:
        curve, timeline, _ = CURVE
        lines = LossPlot().draw(60, 16, [curve, Curve("other", timeline.losses[:1])], 0, View())
        assert "+" not in "".join(map(text, lines))


CURVE = TestPlot().curve(400)


class TestAccuracy:
    def points(self, *scores: float) -> core.Points:
        return core.Points(np.arange(len(scores)), np.zeros(len(scores)), np.array(scores))

    def test_both_curves_are_at_their_heights(self) -> None:
        found = Scored(self.points(*[0.5] * 11), self.points(*[1.0] * 11), 10, classes=True)
        frame, lines = scores_drawn(found, 4, None, 60, 14)
        drawn = [text(line) for line in lines]
        assert "+" in drawn[0]
        assert drawn[0].startswith("100%┤")
        assert drawn[6].startswith(" 50%┤")
        assert "●" in drawn[6]
        assert drawn[6].index("●") == frame.start + frame.column(4)
        assert not any("+" in line for line in drawn[1:])

    def test_numbers_have_a_scale_of_their_own_and_what_is_not_finite_is_left_out(self) -> None:
        found = Scored(self.points(4.0, np.inf, 2.0), self.points(np.nan), 2, classes=False)
        _, lines = scores_drawn(found, 2, None, 48, 10)
        assert text(lines[0]).strip().startswith("4")
        assert "+" not in "".join(map(text, lines))
        for far in (np.inf, np.nan, 1e308):
            out = Scored(self.points(far, far), self.points(far, 1.0), 1, classes=False)
            for at in (0, 1):
                assert "●" not in "".join(map(text, scores_drawn(out, at, None, 48, 10)[1]))
        _, empty = scores_drawn(Scored(self.points(), self.points(), 0, True), 0, None, 48, 10)
        assert len(empty) == 10


async def test_many_rows_through_few_units_go_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    threads, verdict_on = set(), core.verdict_on

    def noted(problem: core.Problem, network: core.Network) -> core.Verdict:
        threads.add(threading.current_thread())
        return verdict_on(problem, network)

    monkeypatch.setattr(core, "verdict_on", noted)
    rows = 30_000
    many = random_problem(3, (2, 8, 8, 1), rows, bias=True, batch_size=32)
    async with app(many).run_test(size=(120, 40)) as pilot:
        await press(pilot, "n")
        assert f"all {rows}: ℒ " in texts(pilot)[0]
        assert f"all {rows}: ℒ …" not in texts(pilot)[0]
    assert threads
    assert threading.main_thread() not in threads


async def test_v_opens_the_verdict_which_follows_the_step() -> None:
    async with app(overlapping()).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "V")
        assert "the network that it starts with" in why(pilot)
        await seek(pilot, 60)
        found = verdict_of(shown(pilot))
        assert "the network before step 60" in why(pilot)
        assert f"{found.training.loss:.4f}" in why(pilot)
        assert styled(pilot, "right")
        assert "taken for" in "".join(styled(pilot, "wrong"))
        await press(pilot, "V")
        assert training(pilot).view.aside == ""


@pytest.mark.parametrize("small", [True, False])
async def test_its_tables_are_there_on_the_way_back_too(small: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not small:
        monkeypatch.setattr("tui.training.learned.SMALL_WORK", 0)
    async with app(overlapping()).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "n", "p", "V")
        assert "true ↓ predicted →" in why(pilot)
        await press(pilot, "p", "n", "n")
        assert "true ↓ predicted →" in why(pilot)
        assert "▾" in texts(pilot)[0].split("test 30")[1] or "▴" in texts(pilot)[0].split("test 30")[1]


async def test_the_verdict_of_a_plain_problem_needs_no_rows_held_out() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "V", "n")
        assert "training     4" in why(pilot)
        assert "test" not in why(pilot)
        assert training(pilot).view.aside == LEARNED


def points_on(pilot: Any) -> core.Points:
    return training(pilot)._learned.scores.points(held_out=True)


def expected(problem: core.Problem, steps: int, edit: core.Edit | None = None) -> core.Points:
    timelines, branch = core.Timelines(problem), core.Branch.of(problem)
    if edit is not None:
        timelines[branch].advance(steps)
        branch = branch.with_edits(edit)
    timelines[branch].approach(steps)
    scores = core.Scores(timelines[branch])
    scores.finish()
    return scores.points(held_out=True)


def same(one: core.Points, other: core.Points) -> bool:
    return all(a.tolist() == b.tolist() for a, b in zip(one, other, strict=True))


async def test_however_one_gets_there_the_curve_is_the_same() -> None:
    problem = held_out()
    async with app(problem).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "n", "shift+right", "p")
        assert same(points_on(pilot), expected(problem, 13))
        await seek(pilot, 900)
        assert same(points_on(pilot), expected(problem, 901))
        await seek(pilot, 30)
        assert same(points_on(pilot), expected(problem, 901))
        training(pilot).journey.speed = SPEEDS[-1]
        await pilot.press("space")
        await until(pilot, lambda: len(training(pilot).run.timeline) > 1200)
        await press(pilot, "space")
        await settle(pilot)
        assert same(points_on(pilot), expected(problem, len(training(pilot).run.timeline)))
        assert "+" in "".join(pane(pilot, "loss"))


async def test_a_fork_has_the_points_before_it_and_its_own() -> None:
    problem = held_out()
    async with app(problem).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 40)
        await seek(pilot, 10)
        before = points_on(pilot)
        await change(pilot, "alpha = 0.9")
        await seek(pilot, 25)
        after = points_on(pilot)
        assert after.steps.tolist() == list(range(26))
        assert after.losses[:11].tolist() == before.losses[:11].tolist()
        assert not (after.losses[11:] == before.losses[11:26]).any()
        assert same(after, expected(problem, 26, core.Edit(10, "alpha", (), 0.9)))


async def test_accuracy_takes_the_place_of_the_losses_and_a_click_goes_to_its_step() -> None:
    async with app(overlapping()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 100)
        found = verdict_of(shown(pilot))
        await commands(pilot)["Picture: accuracy or R² along the run"]()
        await settle(pilot)
        drawn = pane(pilot, "loss")
        assert "accuracy" in drawn[0]
        assert f"{core.percent(found.training.right or 0, 120)}" in drawn[0]
        assert any("100%" in line for line in drawn)
        frame = training(pilot)._painter.plot._frame
        assert frame is not None
        assert training(pilot)._painter.plot.step_at(frame.start + frame.column(50)) == pytest.approx(50, abs=3)
        await commands(pilot)["Picture: loss per SGD step"]()
        await settle(pilot)
        assert "+ test" in pane(pilot, "loss")[0]


async def test_of_a_plain_problem_it_is_worked_out_when_it_is_asked_for() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 300)
        assert not len(training(pilot)._learned.scores.points().steps)
        await commands(pilot)["Picture: accuracy or R² along the run"]()
        await settle(pilot)
        assert len(training(pilot)._learned.scores.points().steps) == 151


async def test_what_takes_long_is_left_out_while_it_plays_and_comes_when_it_stops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.training.learned.SMALL_WORK", 0)
    assert SMALL_WORK > 0
    async with app(overlapping()).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        assert "test 30: ℒ …" not in texts(pilot)[0]
        await pilot.press("space")
        await until(pilot, lambda: shown(pilot).index > 3)
        assert "test 30: ℒ …" in texts(pilot)[0]
        assert len(points_on(pilot).steps) <= 1
        await press(pilot, "space")
        await settle(pilot)
        found = verdict_of(shown(pilot))
        assert found.held_out is not None
        assert f"test 30: ℒ {found.held_out.loss:.4f}" in texts(pilot)[0]
        assert len(points_on(pilot).steps) == len(training(pilot).run.timeline)
