"""The line on top of the sheet, what it tells of all rows, and the verdict on each sample."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from samples import exercise_2, random_network
from tui.sheet.lines import Line
from tui.sheet.lines import width as columns
from tui.sheet.written import Written
from tui.training.status import Facts, status
from tui.training.verdicts import longest, right, title, verdicts
from tui.training.view import View

EXAMPLES = Path(__file__).parent.parent / "examples"


def text(line: Line) -> str:
    shown = ""
    for span in line:
        shown = shown.ljust(span.column) + span.text
    return shown


def steps(problem: core.Problem, index: int) -> tuple[core.Step, core.Step | None]:
    timeline = core.Timeline(problem)
    return timeline[index], timeline[index - 1] if index else None


def in_batches(size: int | None = 10) -> core.Problem:
    return replace(core.load_problem("three-classes"), batch_size=size)


def regression(width: int = 1) -> core.Problem:
    rng = np.random.default_rng(3)
    network = random_network(rng, (2, 3, width), "tanh", bias=True)
    return core.Problem("curve", rng.normal(size=(6, 2)), rng.normal(size=(6, width)), network)


class TestStatus:
    def test_it_tells_where_one_is_and_how_well_it_does(self) -> None:
        step, before = steps(core.load_problem("exercise-2"), 11)
        assert text(status(step, before, Facts(11), View(), 120)) == (
            " Exercise 2 │ step 11 of 11 │ ℒ 0.9396 ▾ 0.0058 │ right 3 of 4 │ idle 3 of 12 │ squared error, sum │ α 0.5"
        )

    def test_the_first_step_has_nothing_to_be_compared_with(self) -> None:
        step, _ = steps(core.load_problem("exercise-2"), 0)
        line = status(step, None, Facts(7), View(), 60)
        assert text(line) == " Exercise 2 │ step 0 of 7 │ ℒ 1.9664 │ right 2 of 4 │ α 0.5"

    def test_only_the_size_of_the_change_gives_way_before_the_name(self) -> None:
        step, before = steps(core.load_problem("exercise-2"), 11)
        line = status(step, before, Facts(11), View(), 60)
        assert text(line) == " Exercise 2 │ step 11 of 11 │ ℒ 0.9396 ▾ │ right 3 of 4"

    def test_80_columns_have_room_for_the_loss_and_the_learning_rate_of_a_branch_too(self) -> None:
        step, before = steps(core.load_problem("exercise-2"), 11)
        line = status(step, before, Facts(11), View(), 80)
        assert text(line) == " Exercise 2 │ step 11 of 11 │ ℒ 0.9396 ▾ 0.0058 │ right 3 of 4 │ squared │ α 0.5"
        line = status(step, before, Facts(11, branch="what if 1"), View(), 80)
        assert text(line) == " Exercise 2 │ what if 1 │ step 11 of 11 │ ℒ 0.9396 ▾ │ right 3 of 4 │ α 0.5"

    @given(st.integers(28, 220), st.integers(0, 12))
    def test_step_and_loss_stay_and_every_item_is_whole(self, width: int, index: int) -> None:
        step, before = steps(core.load_problem("exercise-2"), index)
        line = status(step, before, Facts(12, "▶ 20/s"), View(), width)
        whole = text(status(step, before, Facts(12, "▶ 20/s"), View(), 400)).strip().split(" │ ")
        whole += [f"{item[: item.index(mark) + 1]}" for item in whole for mark in "▴▾" if mark in item]
        shown = text(line).strip().split(" │ ")
        assert columns(line) <= width
        assert {*shown} <= {*whole, step.problem.loss.word}
        assert any(item.startswith("step ") for item in shown)
        assert any(item.startswith("ℒ ") for item in shown)

    @pytest.mark.parametrize("width", [45, 60, 80, 120])
    def test_what_goes_on_is_in_sight_behind_the_step(self, width: int) -> None:
        step, before = steps(core.load_problem("exercise-2"), 11)
        shown = text(status(step, before, Facts(11, "▶ 20/s"), View(), width)).split(" │ ")
        assert shown[[item.strip().startswith("step") for item in shown].index(True) + 1] == "▶ 20/s"

    def test_with_mini_batches_the_change_is_that_of_all_rows(self) -> None:
        problem = in_batches()
        step, before = steps(problem, 11)
        assert before is not None
        facts = Facts(11, "", core.verdict_on(problem, step.network), core.verdict_on(problem, before.network))
        shown = text(status(step, before, facts, View(), 120))
        assert shown == (
            " Three classes │ step 11 of 11 │ ℒ 0.2772 │ right 10 of 10 │ all 60: ℒ 0.2660 ▾ 0.0276, right 60 │ "
            "epoch 1 │ α 0.5"
        )
        assert "all 60: ℒ … │" in text(status(step, before, Facts(11), View(), 120))

    def test_a_loss_that_is_not_the_problems_own_is_told(self) -> None:
        step, before = steps(core.load_problem("exercise-3"), 1)
        assert "│ softmax hinge, m 0.5, sum │ α 0.2" in text(status(step, before, Facts(1), View(), 120))
        assert "│ under the softmax hinge, m 0.5, sum" in text(status(step, before, Facts(1, own=False), View(), 120))
        step, before = steps(exercise_2(loss=core.Hinge(squared=True)), 2)
        assert "│ hinge on scores, squared, m 1, mean" in text(status(step, before, Facts(2), View(), 120))

    def test_answers_are_counted_on_the_step_they_belong_to(self) -> None:
        step, before = steps(core.load_problem("exercise-2"), 0)
        cells = [
            core.CellVerdict("s_1", (1, j), verdict, "1", 1.0, 1.0)
            for j, verdict in enumerate(("right", "right", "slip", "follows", "open"))
        ]
        view = View(answers=core.CheckReport(step, "mine.toml", tuple(cells), (), ()))
        assert "│ answers right 2 of 4 │" in text(status(step, before, Facts(0), view, 120))
        later = core.Timeline(step.problem)[1]
        assert "│ right 2 of 4 │" in text(status(later, step, Facts(1), view, 120))

    def test_of_formulas_alone_it_tells_how_many_are_right(self) -> None:
        report = core.check_answers(EXAMPLES / "exercise-1-published.toml")
        line = text(status(report.step, None, Facts(0), View(answers=report), 120))
        assert "│ formulas right 0 of 3 │" in line
        assert "answers" not in line

    def test_without_classes_it_tells_how_far_off_the_outputs_are(self) -> None:
        step, before = steps(regression(), 1)
        rms = np.sqrt(np.mean((step.outputs - step.targets) ** 2))
        assert f"│ rms error {rms:.4f} │" in text(status(step, before, Facts(1), View(), 120))

    def test_a_name_cannot_write_to_the_terminal(self) -> None:
        step, _ = steps(exercise_2(name="\x1b[31mred\n"), 0)
        assert "\x1b" not in text(status(step, None, Facts(0), View(), 120))

    def test_a_loss_that_is_no_number_is_an_alarm(self) -> None:
        step, before = steps(exercise_2(), 1)
        line = status(replace(step, loss=float("nan")), before, Facts(1), View(), 120)
        assert ("ℒ NaN", "alarm") in [(span.text, span.style) for span in line]

    def test_a_step_that_is_not_finite_can_be_shown(self) -> None:
        step, _ = steps(regression(), 0)
        outputs = np.full_like(step.outputs, np.inf)
        spoiled = replace(step, activations=(*step.activations[:-1], outputs), loss=float("inf"))
        assert "│ ℒ inf │ rms error inf │" in text(status(spoiled, None, Facts(0), View(), 120))
        assert verdicts(spoiled, [0])[0].style == "alarm"
        after = core.Timeline(step.problem)[1]
        assert "▾" not in text(status(after, spoiled, Facts(1), View(), 120))


class TestVerdicts:
    def test_the_sign_of_a_single_output(self) -> None:
        step, _ = steps(core.load_problem("exercise-2"), 11)
        assert title(step.problem) == "sign"
        assert [verdict.word for verdict in verdicts(step, range(4))] == ["right", "right", "right", "wrong"]
        assert [verdict.mark for verdict in verdicts(step, [3, 0])] == ["≠", "="]

    def test_the_side_of_an_output_between_0_and_1(self) -> None:
        layers = [core.Layer([[1.0]], activation="sigmoid")]
        inputs, targets = [[1e4], [0.5], [-2.0], [0.0]], [[1.0], [0.0], [0.0], [1.0]]
        step, _ = steps(core.Problem("x", inputs, targets, core.Network(layers), core.BinaryCrossEntropy()), 0)
        assert title(step.problem) == "y>½"
        assert [verdict.word for verdict in verdicts(step, range(4))] == ["right", "wrong", "right", "wrong"]
        found = core.evaluate(step.problem, step.network)
        assert (found.loss, found.right) == (pytest.approx(step.loss, rel=1e-12), 2)

    def test_the_largest_of_several_outputs(self) -> None:
        step, _ = steps(core.load_problem("exercise-3"), 1)
        assert title(step.problem) == "says"
        assert [verdict.word for verdict in verdicts(step, range(4))] == ["right", "right", "≠ 1", "right"]
        assert max(len(verdict.word) for verdict in verdicts(step, range(4))) <= longest(step.problem, Written())

    def test_the_distance_from_what_is_no_class(self) -> None:
        step, _ = steps(regression(), 2)
        written = Written(2, 4)
        words = [verdict.word for verdict in verdicts(step, [0, 5], written)]
        assert title(step.problem) == "y_out-y_gt"
        assert [float(word) for word in words] == pytest.approx(
            (step.outputs - step.targets)[[0, 5], 0].tolist(), abs=5.1e-5
        )
        assert {len(word) for word in words} == {longest(step.problem, written)}
        several, _ = steps(regression(width=2), 0)
        assert title(several.problem) == "|y_out-y_gt|"
        assert float(verdicts(several, [1])[0].word) == pytest.approx(
            np.linalg.norm(several.outputs[1] - several.targets[1]), abs=5.1e-5
        )

    def test_what_is_no_number_is_never_right(self) -> None:
        step, _ = steps(core.load_problem("exercise-3"), 0)
        outputs = np.array([[np.nan, 0.0, 0.0], [0, 1, 0], [0, np.nan, 0], [np.inf, 0, 0]])
        mask = right(replace(step, activations=(*step.activations[:-1], outputs)))
        assert mask is not None
        assert mask.tolist() == [False, True, False, False]
