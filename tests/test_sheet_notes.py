"""The notes on a step, which units are idle or saturated, and where a click on a note goes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.expression.nodes import Literal, Name
from samples import BUILT_IN, exercise_2
from screen import app, press, settle, texts
from tui.sheet.lines import Line
from tui.sheet.lines import line as as_line
from tui.sheet.lines import width as columns
from tui.training.notes import Link, every_note, notes
from tui.training.units import bounds, can_idle, idle

EXAMPLES = Path(__file__).parent.parent / "examples"
LARGE = 10_000


def text(line: Line) -> str:
    shown = ""
    for span in line:
        shown = shown.ljust(span.column) + span.text
    return shown


def noted(problem: core.Problem, index: int, width: int = LARGE) -> tuple[list[str], list[Link], Line]:
    timeline = core.Timeline(problem)
    line, links = notes(timeline[index], timeline[index - 1] if index else None, width)
    return text(line).removeprefix(" notes  ").split(" · "), links, line


def with_activation(activation: str | core.Activation, scale: float = 1.0, **changes: object) -> core.Problem:
    weights = scale * np.array([[0.6, 0.7, 0], [0.01, 0.43, 0.88]])
    hidden = core.Layer(weights=weights, activation=activation)
    return exercise_2(network=core.Network([hidden, core.Layer(weights=[[0.02], [0.03], [0.09]])]), **changes)


class TestNotes:
    def test_of_the_exercise(self) -> None:
        _, links, line = noted(core.load_problem("exercise-2"), 11, 120)
        assert text(line) == (
            " notes  no side changed · sample 4 is 70% of ℒ · most moved W_out[3,1] -0.0450 · "
            "idle unit 1 on 3, unit 3 on 2, 4"
        )
        assert [link.place for link in links] == [
            ("y_out", (4, 1)),
            ("sample_losses", (4,)),
            ("W_out", (3, 1)),
            ("z_1", (3, 1)),
        ]
        assert [text(line)[link.start : link.end] for link in links] == text(line)[8:].split(" · ")

    def test_of_formulas_alone(self) -> None:
        report = core.check_answers(EXAMPLES / "exercise-1-published.toml")
        line, _ = notes(report.step, None, 120, report)
        assert text(line).startswith(" notes  formulas wrong: ∂W_out, ∂W₂, ∂W₁ · ")
        assert "0 numbers" not in text(line)

    def test_of_the_first_step(self) -> None:
        found, _, _ = noted(core.load_problem("exercise-2"), 0, 120)
        assert found == [
            "the first step",
            "sample 3 is 29% of ℒ",
            "most moved W_out[2,1] +0.4119, 476% of |W_out|: a large step",
        ]

    @given(st.integers(8, 160), st.integers(0, 5))
    def test_each_is_whole_or_not_there(self, width: int, index: int) -> None:
        timeline = core.Timeline(core.load_problem("exercise-3"))
        every = [
            text(as_line(note.words)) for note in every_note(timeline[index], timeline[index - 1] if index else None)
        ]
        found, links, line = noted(timeline.problem, index, width)
        assert columns(line) <= width
        assert len(found) <= 4
        assert found == [note for note in every if note in found] or found == [""]
        assert all(link.end <= width for link in links)

    def test_a_click_goes_to_a_cell_that_is_there(self) -> None:
        for name in BUILT_IN:
            timeline = core.Timeline(core.load_problem(name))
            for index in (0, 1, 7):
                step = timeline[index]
                for link in notes(step, timeline[index - 1] if index else None, LARGE)[1]:
                    quantity, cell = link.place
                    shape = step.values[quantity].shape
                    assert len(cell) == len(shape)
                    assert all(1 <= place <= size for place, size in zip(cell, shape, strict=True))

    def test_who_changed_sides(self) -> None:
        found, links, _ = noted(core.load_problem("exercise-3"), 1)
        assert found[0] == "sample 4 came right"
        assert links[0].place == ("y_out", (4, 1))
        timeline = core.Timeline(core.load_problem("exercise-3"))
        back, _ = notes(replace(timeline[0], index=1), timeline[1], LARGE)
        assert "sample 4 went wrong" in text(back)

    def test_mini_batches_are_not_compared(self) -> None:
        problem = core.load_problem("three-classes")
        assert noted(problem, 11)[0][0] == "all of this batch right"
        step = core.Timeline(problem)[1]
        outputs = np.roll(step.outputs, 1, axis=1)
        line, _ = notes(replace(step, activations=(*step.activations[:-1], outputs)), core.Timeline(problem)[0], LARGE)
        assert text(line).startswith(" notes  wrong: ")
        assert " samples, " in text(line)

    def test_samples_whose_terms_are_all_cut(self) -> None:
        found, _, _ = noted(core.load_problem("exercise-3"), 1)
        assert "samples 1, 2 cost nothing: all terms ≤ 0" in found
        assert "without the max ℒ is 0.6072" in found
        assert core.hinge_view(core.Timeline(core.load_problem("exercise-3"))[1]).loss_without_max == pytest.approx(
            0.6072, abs=5e-5
        )

    def test_what_is_not_finite_comes_first(self) -> None:
        step = core.Timeline(exercise_2())[0]
        spoiled = step.pre_activations[0].copy()
        spoiled[1, 2], spoiled[2, 0] = np.inf, np.nan
        line, links = notes(replace(step, pre_activations=(spoiled, step.pre_activations[1])), None, 120)
        assert text(line).startswith(" notes  inf in s₁[2,3] · the first step")
        assert links[0].place == ("s_1", (2, 3))
        line, _ = notes(replace(step, loss=float("nan")), None, 120)
        assert text(line).startswith(" notes  NaN in ℒ · ")

    def test_a_unit_that_gives_0_for_every_sample_is_dead(self) -> None:
        network = core.Network(
            [
                core.Layer(weights=[[1, 0.5, 0], [0, 0.5, 0]], bias=[0, 0, -1], activation="relu"),
                core.Layer(weights=[[1.0], [1], [1]]),
            ]
        )
        found, links, _ = noted(exercise_2(network=network, learning_rate=0.01), 2)
        assert "dead: 1 of 3 in z₁" in found
        assert ("z_1", (1, 3)) in [link.place for link in links]
        assert not any("unit 3" in note for note in found)
        assert "dead in this batch: 1 of 3 in z₁" in noted(exercise_2(network=network, batch_size=3), 0)[0]

    @pytest.mark.parametrize(
        ("activation", "rule"),
        [("tanh", "|z₁| > 0.95"), ("sigmoid", "z₁ < 0.025 or > 0.975")],
    )
    def test_saturated_units_are_told_from_five_in_a_hundred_on(self, activation: str, rule: str) -> None:
        step = core.Timeline(with_activation(activation, 20.0))[0]
        z = step.activations[0]
        share = np.mean(np.abs(z) > 0.95 if activation == "tanh" else (z < 0.025) | (z > 0.975))
        assert f"{100 * share:.0f}% of z₁ saturated ({rule})" in text(notes(step, None, LARGE)[0])
        assert "saturated" not in text(notes(core.Timeline(with_activation(activation))[0], None, LARGE)[0])

    def test_no_share_is_told_where_all_cost_the_same(self) -> None:
        zero = core.Network([core.Layer(weights=np.zeros((2, 1)))])
        assert not any("of ℒ" in note for note in noted(exercise_2(network=zero), 0)[0])

    def test_what_is_frozen_does_not_move(self) -> None:
        layers = core.load_problem("exercise-2").network.layers
        frozen = core.Network([layers[0], replace_frozen(layers[1])])
        found, _, _ = noted(exercise_2(network=frozen), 3)
        assert any(note.startswith("most moved W₁[") for note in found)

    def test_they_need_none_of_the_numbers_that_nobody_looks_at(self) -> None:
        timeline = core.Timeline(core.load_problem("three-classes"))
        step = timeline[11]
        notes(step, timeline[10], LARGE)
        assert "values" not in vars(step)


def replace_frozen(layer: core.Layer) -> core.Layer:
    return core.Layer(layer.weights, layer.bias, layer.activation, train_weights=False)


class TestUnits:
    def test_the_activation_says_whether_it_idles(self) -> None:
        assert [name for name, function in core.ACTIVATIONS.items() if can_idle(function)] == ["relu"]
        flat = core.Activation("clip", Literal(0) * Name("s"), Literal(0))
        assert can_idle(flat)

    def test_the_activation_says_between_what_it_stays(self) -> None:
        assert {name: bounds(function) for name, function in core.ACTIVATIONS.items()} == {
            "identity": None,
            "relu": None,
            "leaky_relu": None,
            "tanh": (-1, 1),
            "sigmoid": (0, 1),
        }
        s = Name("s")
        assert bounds(core.Activation("square", s * s, Literal(2) * s)) is None

    def test_idle_is_where_nothing_flows_back(self) -> None:
        step = core.Timeline(exercise_2())[0]
        hidden, last = idle(step)
        assert last is None
        assert hidden is not None
        assert hidden.tolist() == (step.pre_activations[0] <= 0).tolist()
        assert not step.deltas[0][hidden].any()


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_the_first_line_says_what_was_made_of_a_table_until_the_first_key(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    file = tmp_path / "table.csv"
    file.write_text("id,b,kind\n1,2,x\n2,3,y\n3,1,x\n4,1,y\n")
    read = "4 rows; 2 features; target kind: classes x, y"
    async with app(core.load_problem(file, {"hidden": "3"})).run_test(size=size) as pilot:
        await settle(pilot)
        first, second = texts(pilot)[:2]
        assert read in first
        assert (f"{read} (--task to change)" in first) is (size[0] > 70)
        assert ("id only counts the rows" in second) is (size[1] > 30)
        assert read not in second
        await press(pilot, "down")
        first, second = texts(pilot)[:2]
        assert "2 features" not in first
        assert "step 0" in first
        assert (read in second) is (size[1] > 30)
        await press(pilot, "right")
        assert "2 features" not in "".join(texts(pilot)[:2])
        await press(pilot, "left")
        assert "2 features" not in texts(pilot)[0]
