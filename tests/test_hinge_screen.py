"""A network under the softmax hinge, on the screen: its terms, its Jacobian, its margin, and the way back."""

from __future__ import annotations

import pytest

import core
from samples import exercise_2, step_bits
from screen import (
    SIZES,
    app,
    frame,
    inspect,
    last_line,
    pane,
    press,
    regression,
    settle,
    shown,
    styled,
    texts,
    training,
    view,
    walked_through,
    why,
)


async def test_h_shows_the_hinge_at_the_same_step_and_h_again_the_problem_s_own_loss() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "right", "right", "right")
        own = step_bits(shown(pilot))
        await press(pilot, "h")
        hinge = core.Timeline(exercise_2().with_loss(core.SoftmaxHinge()))
        assert step_bits(shown(pilot)) == step_bits(hinge[3])
        assert "softmax hinge" in texts(pilot)[0]
        await press(pilot, "right", "h")
        assert shown(pilot).index == 4
        await press(pilot, "left")
        assert step_bits(shown(pilot)) == own


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_the_loss_comes_into_sight_and_the_scroll_position_returns(size: tuple[int, int]) -> None:
    async with app().run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        if frame(pilot).columns.before or frame(pilot).columns.behind:
            await press(pilot, "tab", "tab")
        before = [group.station.above for group in frame(pilot).columns.groups]
        await press(pilot, "h")
        seen = [group.station.above for group in frame(pilot).columns.groups]
        assert "term" in seen
        assert "sample_losses" in seen
        await press(pilot, "n", "down", "h")
        assert [group.station.above for group in frame(pilot).columns.groups] == before


async def test_h_says_why_when_the_targets_are_no_classes_and_stays() -> None:
    async with app(regression()).run_test() as pilot:
        await settle(pilot)
        assert "h" in styled(pilot, "dim")
        await press(pilot, "h")
        assert "needs classes" in last_line(pilot)
        assert isinstance(shown(pilot).problem.loss, core.SquaredError)


async def test_a_problem_under_the_hinge_says_that_it_is() -> None:
    async with app(core.load_problem("exercise-3")).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "h")
        assert "This is the softmax hinge" in last_line(pilot)


async def test_the_true_class_has_no_term_and_what_the_max_cuts_is_marked() -> None:
    async with app(core.load_problem("exercise-3")).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        step = shown(pilot)
        cut = int(((step.values["term"] <= 0) & (step.targets == 0)).sum())
        lines = pane(pilot, "activations")
        assert "".join(lines[3:]).count("—") == 4
        assert "".join(lines[3:]).count("○") == cut


async def test_the_chosen_sample_is_worked_out_by_terms_jacobian_and_differences() -> None:
    async with app(core.load_problem("exercise-3")).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        step, row = shown(pilot), view(pilot).sample
        said = why(pilot)
        p, o = step.values["p"][row], step.outputs[row]
        assert "J = diag(p) - p pᵀ" in said
        for value in (*o, *p, *step.deltas[0][row]):
            assert f"{value:.4f}".rstrip("0") in said, value
        for i in range(3):
            for j in range(3):
                assert f"{p[i] * (i == j) - p[i] * p[j]:.4f}".rstrip("0") in said
        assert said.count("✓") >= 3
        assert said.count("✗") >= 3  # the diagonal alone is not the gradient
        await press(pilot, "down", "down", "down")
        assert "sample 4" in pane(pilot, "why")[0]


async def test_one_output_is_said_to_stand_for_two_classes() -> None:
    async with app().run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "h")
        assert "two classes" in why(pilot)
        assert "o = (-y_out, +y_out)" in "".join(texts(pilot)) or "o = (-y, +y)" in "".join(texts(pilot))


async def test_another_margin_by_key_is_another_run_and_never_below_zero() -> None:
    async with app(core.load_problem("exercise-3")).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        own = step_bits(shown(pilot))
        await press(pilot, "n", "right_square_bracket")
        loss = shown(pilot).problem.loss
        assert isinstance(loss, core.SoftmaxHinge)
        assert loss.margin == pytest.approx(0.6)
        again = core.Timeline(core.load_problem("exercise-3").with_loss(loss))
        assert step_bits(shown(pilot)) == step_bits(again[1])
        assert "m 0.6" in texts(pilot)[0]
        await press(pilot, "left_square_bracket", "p")
        assert step_bits(shown(pilot)) == own
        await press(pilot, *["left_square_bracket"] * 7)
        assert shown(pilot).problem.loss.numbers["m"] == 0
        assert "0 is the smallest margin" in last_line(pilot)


async def test_capital_h_goes_to_the_hinge_on_scores_and_back_each_with_its_own_margin() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "H")
        assert "h shows the first" in last_line(pilot)
        await press(pilot, "n", "h", "]", "H")
        assert shown(pilot).problem.loss == core.Hinge()
        assert step_bits(shown(pilot)) == step_bits(core.Timeline(exercise_2().with_loss(core.Hinge()))[1])
        assert "under the hinge on scores, m 1" in texts(pilot)[0]
        await press(pilot, "[", "H")
        assert shown(pilot).problem.loss == core.SoftmaxHinge(margin=0.6)
        await press(pilot, "H", "h", "h")
        assert shown(pilot).problem.loss == core.Hinge(margin=0.9)
        await press(pilot, "h")
        assert shown(pilot).problem.loss == exercise_2().loss


async def test_capital_h_compares_the_hinge_of_a_problem_with_the_other() -> None:
    async with app(core.load_problem("exercise-3")).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        own = shown(pilot).problem.loss
        await press(pilot, "H")
        assert isinstance(shown(pilot).problem.loss, core.Hinge)
        await press(pilot, "H")
        assert shown(pilot).problem.loss == own


async def test_h_comes_back_to_the_margin_that_was_chosen() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "h", "right_square_bracket", "right_square_bracket")
        margin = shown(pilot).problem.loss.numbers["m"]
        await press(pilot, "h", "h")
        assert shown(pilot).problem.loss.numbers["m"] == margin == pytest.approx(0.7)


async def test_inspecting_ends_where_a_quantity_is_not_there() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "h")
        await inspect(pilot, "p", (2, 1))
        assert "e^" in why(pilot) or "exp" in why(pilot) or "softmax" in why(pilot)
        await press(pilot, "h")
        assert view(pilot).cursor is None
        await press(pilot, "h", "enter")
        assert view(pilot).cursor is not None
        await press(pilot, "h")
        assert training(pilot).step.problem.loss == training(pilot).problem.loss  # type: ignore[union-attr]


async def test_the_trail_forgets_what_another_loss_does_not_have() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "h")
        await inspect(pilot, "do", (1, 1))
        await press(pilot, "enter", "enter")
        assert view(pilot).cursor is not None
        await press(pilot, "escape", "escape", "h", "backspace")
        assert "trail is empty" in last_line(pilot)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
async def test_the_walk_goes_through_the_whole_hinge(size: tuple[int, int]) -> None:
    for problem in (core.load_problem("exercise-3"), exercise_2().with_loss(core.SoftmaxHinge())):
        async with app(problem).run_test(size=size) as pilot:
            await settle(pilot)
            await press(pilot, "n")
            order = walked_through(shown(pilot))
            walked = []
            for _ in order:
                await press(pilot, "full_stop")
                walked.append(view(pilot).current)
                assert why(pilot)
            assert walked == order


@pytest.mark.parametrize("size", SIZES)
async def test_the_way_back_and_what_the_max_cuts_are_told_at_every_size(size: tuple[int, int]) -> None:
    async with app().run_test(size=size) as pilot:
        await settle(pilot)
        assert "cut" not in pane(pilot, "activations")[0]
        await press(pilot, "n", "h")
        assert "h back" in last_line(pilot)
        rule = pane(pilot, "activations")[0]
        assert size[0] < 80 or "○ cut  = right  ≠ wrong" in rule or "○ the max cuts it" in rule
        await press(pilot, "h")
        assert "h hinge" in last_line(pilot)
