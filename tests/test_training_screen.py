"""The main screen, by its keys."""

from __future__ import annotations

import random
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input
from tui.panes.activations import ActivationsPane
from tui.panes.hinge import HingePane
from tui.panes.loss_plot import LossPlot, thin

import core
from samples import exercise_2, random_problem, step_bits
from screen import app, diverging, notices, press, regression, settle, shown, texts, training, wide
from tui.dialogs.goto import GoToScreen, parse_step
from tui.dialogs.help import HelpScreen
from tui.format import MOST_DIGITS
from tui.keys import key_table
from tui.training.screen import SPEEDS, TrainingScreen


async def test_opens_at_step_0_with_the_first_numbers_in_view() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        screen = "\n".join(texts(pilot))
        for number in ("1.9664478", "-0.90141", "-0.411784", "0.869", "0.09859"):
            assert number in screen


@pytest.mark.parametrize(
    ("keys", "index"),
    [
        (["right"], 1),
        (["n", "n", "p"], 1),
        (["right", "right", "left"], 1),
        (["shift+right"], 10),
        (["shift+right", "right", "shift+left"], 1),
        (["shift+right", "home"], 0),
        (["shift+right", "home", "end"], 10),
        (["right", "shift+left"], 0),
    ],
)
async def test_keys_move_the_step_on_screen(keys: list[str], index: int) -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        assert shown(pilot).index == index
        assert f"step {index} of" in texts(pilot)[0]


async def test_back_to_step_0_and_forward_again_shows_the_same_digits() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        first = [step_bits(shown(pilot))]
        for _ in range(5):
            await press(pilot, "right")
            first.append(step_bits(shown(pilot)))
        again = [step_bits(shown(pilot))]
        for _ in range(5):
            await press(pilot, "left")
            again.append(step_bits(shown(pilot)))
        assert again[::-1] == first


@pytest.mark.parametrize(("typed", "index"), [("37", 37), ("+5", 8), ("-2", 1), ("-9", 0), ("1 000", 1000)])
async def test_g_goes_to_the_step_that_is_typed(typed: str, index: int) -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await press(pilot, "right", "right", "right", "g")
        pilot.app.screen.query_one(Input).value = typed
        await press(pilot, "enter")
        assert shown(pilot).index == index


async def test_g_says_what_it_expects_and_escape_leaves_everything_as_it_was() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await press(pilot, "g", "x", "enter")
        assert isinstance(pilot.app.screen, GoToScreen)
        assert any("Expected a whole number" in line for line in texts(pilot))
        await press(pilot, "escape")
        assert shown(pilot).index == 0


@pytest.mark.parametrize("text", ["", "-", "1.5", "ten", "1e3", "--1", "9" * 13])
def test_only_whole_numbers_name_a_step(text: str) -> None:
    assert parse_step(text, 5) is None


async def until(pilot: Pilot[Any], condition: Any) -> None:
    while not condition():
        await pilot.pause()


async def test_space_plays_and_pauses() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        screen = training(pilot)
        screen.speed = SPEEDS[-1]
        await pilot.press("space")
        await until(pilot, lambda: shown(pilot).index >= 20)
        assert "▶" in texts(pilot)[0]
        await press(pilot, "space")
        assert not screen.playing
        stopped = shown(pilot).index
        assert screen.cursor == stopped
        await settle(pilot)
        assert shown(pilot).index == stopped


async def test_any_step_key_pauses() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await pilot.press("space")
        await until(pilot, lambda: shown(pilot).index >= 1)
        await press(pilot, "left")
        assert not training(pilot).playing


async def test_speed_changes_by_key_and_says_where_it_ends() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        start = training(pilot).speed
        await press(pilot, "greater_than_sign")
        assert training(pilot).speed > start
        await press(pilot, *["less_than_sign"] * len(SPEEDS))
        assert training(pilot).speed == SPEEDS[0]
        assert any("limit" in message for message in notices(pilot))


async def test_a_long_run_is_stopped_by_space_and_keeps_what_it_computed() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        screen = training(pilot)
        screen.seek(10_000_000)
        await until(pilot, lambda: screen.reached > 2000)
        assert "space stops" in texts(pilot)[0]
        await press(pilot, "space")
        assert 2000 < shown(pilot).index < 10_000_000
        assert not screen.playing


async def test_the_screen_answers_keys_while_a_large_network_trains() -> None:
    problem = random_problem(0, (784, 300, 100, 10), rows=640, loss=core.SoftmaxCrossEntropy(), batch_size=64)
    async with app(problem).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        screen = training(pilot)
        screen.seek(100_000)
        await until(pilot, lambda: screen.reached > 3)
        await pilot.press("plus")
        assert screen.digits == 7
        assert screen.cursor == 100_000
        await press(pilot, "space")
        assert 0 < shown(pilot).index < 100_000


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


async def test_h_says_why_when_the_targets_are_no_classes_and_stays() -> None:
    async with app(regression()).run_test() as pilot:
        await settle(pilot)
        await press(pilot, "h")
        assert any("needs classes" in message for message in notices(pilot))
        assert isinstance(shown(pilot).problem.loss, core.SquaredError)


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        (["left"], "step 0"),
        (["p"], "step 0"),
        (["shift+left"], "step 0"),
        (["home"], "step 0"),
        (["end"], "last step computed"),
    ],
)
async def test_a_key_that_can_do_nothing_says_why(keys: list[str], reason: str) -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        assert any(reason in message for message in notices(pilot))
        assert shown(pilot).index == 0


async def test_a_run_that_diverges_stops_before_and_says_where() -> None:
    with pytest.raises(core.DivergedError) as caught:
        core.Timeline(diverging()).advance(1000)
    last = caught.value.step - 1
    async with app(diverging()).run_test() as pilot:
        await settle(pilot)
        training(pilot).seek(1000)
        await settle(pilot)
        assert shown(pilot).index == last
        assert any(str(caught.value) in message for message in notices(pilot))
        await press(pilot, "right")
        assert shown(pilot).index == last
        assert any("This is the last step" in message for message in notices(pilot))
        await press(pilot, "left")
        assert shown(pilot).index == last - 1


async def test_digits_change_by_key_and_stop_at_the_limits() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "plus", "plus")
        assert any("-0.41178395" in line for line in texts(pilot))
        await pilot.press(*["plus"] * MOST_DIGITS)
        assert training(pilot).digits == MOST_DIGITS
        await pilot.press(*["minus"] * MOST_DIGITS)
        await settle(pilot)
        assert any("-0.4118" in line and "-0.41178" not in line for line in texts(pilot))


def panes(pilot: Pilot[Any]) -> list[Widget]:
    return list(training(pilot).query("#weights, #deltas, #activations, #hinge, #loss"))


async def test_z_shows_one_pane_alone_tab_the_next_and_escape_all() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)

        def visible() -> list[str | None]:
            return [pane.id for pane in panes(pilot) if pane.is_on_screen and pane.display]

        assert visible() == ["weights", "deltas", "activations", "loss"]
        await press(pilot, "z")
        assert visible() == ["activations"]
        await press(pilot, "tab")
        assert visible() == ["deltas"]
        await press(pilot, "shift+tab", "shift+tab")
        assert visible() == ["weights"]
        await press(pilot, "escape")
        assert visible() == ["weights", "deltas", "activations", "loss"]


async def test_a_small_terminal_shows_one_pane_and_a_tiny_one_says_what_it_needs() -> None:
    async with app().run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        assert [pane.id for pane in panes(pilot) if pane.is_on_screen] == ["activations"]
        await pilot.resize_terminal(50, 12)
        await settle(pilot)
        assert any("needs 60×20" in line for line in texts(pilot))
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert not any("needs 60×20" in line for line in texts(pilot))


async def test_l_turns_the_plot_to_a_log_scale() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "shift+right", "l")
        assert pilot.app.screen.query_one(LossPlot).logarithmic
        assert any("log scale" in line for line in texts(pilot))


async def test_help_lists_every_key_of_the_screen() -> None:
    async with app().run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        keys = key_table(training(pilot).explained)
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        screen = "\n".join(texts(pilot))
        for _, meaning in keys:
            assert meaning in screen
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, TrainingScreen)


async def test_every_key_is_a_command_of_the_palette_too() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        screen = training(pilot)
        commands = {command.title: command.callback for command in pilot.app.get_system_commands(screen)}
        assert {meaning for _, meaning in key_table(screen.explained)} <= set(commands)
        assert "Inspect a cell: where its number comes from" in commands
        await commands["Ten steps on"]()
        await settle(pilot)
        assert shown(pilot).index == 10
        await commands["Step 0"]()
        await settle(pilot)
        await commands["One SGD step back"]()
        await settle(pilot)
        assert any("step 0" in message for message in notices(pilot))


async def test_q_quits() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app.return_code == 0


async def test_the_mouse_works_the_footer() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        column = texts(pilot)[-1].index("→")
        await pilot.click(offset=(column, 39))
        await settle(pilot)
        assert shown(pilot).index == 1


async def test_a_wide_network_scrolls_with_its_row_and_column_numbers_in_view() -> None:
    async with app(wide()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        pane = pilot.app.screen.query_one(ActivationsPane)
        pane.reveal("X_in")
        await press(pilot, "z", "down", "down", "down", "ctrl+right")
        heading, row = (line.strip("│ ").split() for line in texts(pilot)[2:4])
        i, j = int(row[0]) - 1, int(heading[1]) - 1
        assert heading[0] == "X_in"
        assert i > 0
        assert j > 0
        assert float(row[1]) == pytest.approx(shown(pilot).inputs[i, j], abs=1e-5)


async def test_names_from_a_file_cannot_reach_the_terminal_as_escape_codes() -> None:
    async with app(exercise_2(name="\x1b[31mred\x07")).run_test() as pilot:
        await settle(pilot)
        assert "\x1b" not in texts(pilot)[0]
        assert "[31mred" in texts(pilot)[0]


async def test_a_problem_under_the_hinge_starts_with_its_pane_and_its_keys_choose_sample_and_margin() -> None:
    async with app(core.load_problem("exercise-3")).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        pane = training(pilot).query_one(HingePane)
        assert pane.display
        pane.focus()
        assert pane.sample == 1  # the first that has a gradient
        await press(pilot, "down", "down")
        assert pane.sample == 3
        own = step_bits(shown(pilot))
        await press(pilot, "n", "right_square_bracket")
        loss = shown(pilot).problem.loss
        assert isinstance(loss, core.SoftmaxHinge)
        assert loss.margin == pytest.approx(0.55)
        again = core.Timeline(core.load_problem("exercise-3").with_loss(loss))
        assert step_bits(shown(pilot)) == step_bits(again[1])
        await press(pilot, "left_square_bracket", "p")
        assert step_bits(shown(pilot)) == own


async def test_the_hinge_pane_comes_and_goes_with_the_view_and_the_focus_stays_on_something() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert not training(pilot).query_one(HingePane).display
        await press(pilot, "h")
        assert training(pilot).query_one(HingePane).display
        assert pilot.app.focused is not None
        assert pilot.app.focused.display
        await press(pilot, "tab", "tab", "tab", "tab", "h")
        assert pilot.app.focused is not None
        assert pilot.app.focused.display


async def test_m_puts_the_losses_side_by_side_and_plots_every_run() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "shift+right", "m")
        screen = pilot.app.screen
        assert isinstance(screen, ComparisonScreen)
        step = core.Timeline(exercise_2())[10]
        lines = "\n".join(texts(pilot))
        for comparison in core.compare_losses(step):
            assert comparison.title in lines
            assert f"{comparison.loss:.8g}" in lines
        curves = screen.query_one(LossPlot).timelines
        assert [len(timeline) for timeline in curves] == [11, 11, 11, 11]
        await press(pilot, "l", "escape")
        assert step_bits(shown(pilot)) == step_bits(step)


async def test_switching_views_at_random_steps_changes_no_number_of_either_run() -> None:
    own, hinge = (core.Timeline(exercise_2().with_loss(loss)) for loss in (core.SquaredError(), core.SoftmaxHinge()))
    expected = {timeline.problem.loss: [step_bits(timeline[k]) for k in range(12)] for timeline in (own, hinge)}
    chance = random.Random(0)
    async with app().run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        for _ in range(20):
            training(pilot).seek(chance.randrange(12))
            await press(pilot, "h")
            step = shown(pilot)
            assert step_bits(step) == expected[step.problem.loss][step.index]


async def test_x_writes_the_worked_step_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "x", "enter")
        assert isinstance(pilot.app.screen, TrainingScreen)
    (written,) = tmp_path.iterdir()
    assert written.name == "exercise-2-step-1.html"
    assert "1.62743" in written.read_text(encoding="utf-8")


async def test_a_long_run_after_many_single_steps_still_stops_at_once() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await pilot.press(*["right"] * 30)
        await settle(pilot)
        screen = training(pilot)
        screen.seek(100_000_000)
        await until(pilot, lambda: screen.reached > 5000)
        started = monotonic()
        await press(pilot, "space")
        assert monotonic() - started < 2
        assert 5000 < shown(pilot).index < 100_000_000


async def test_a_run_that_is_lost_at_its_first_step_says_so_and_nothing_else() -> None:
    lost = exercise_2(inputs=np.full((4, 2), 1e200), network=core.Network([core.Layer(np.full((2, 1), 1e200))]))
    async with app(lost).run_test() as pilot:
        await settle(pilot)
        await press(pilot, "right", "end", "g", "escape")
        screen = "\n".join(texts(pilot))
        assert "nothing to step through" in screen
        assert "s_out[1,1] overflows" in screen
        assert "-1" not in screen


async def test_the_same_notice_is_not_piled_up() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await press(pilot, *["left"] * 12)
        assert len(notices(pilot)) == 1


async def test_a_problem_under_the_hinge_has_its_curve_without_the_max_beside_it() -> None:
    async with app(core.load_problem("why-the-max")).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "shift+right")
        curves = pilot.app.screen.query_one(LossPlot).timelines
        assert [timeline.problem.loss.name for timeline in curves] == ["softmax_hinge", "softmax_margin"]
        assert [len(timeline) for timeline in curves] == [11, 11]


@pytest.mark.parametrize("spike", [-1.0, 1e3])
@pytest.mark.parametrize("place", [0, 1, 4_321, 9_949, 9_950, 9_998, 9_999])
@pytest.mark.parametrize("buckets", [1, 7, 140, 199])
def test_a_thinned_curve_keeps_a_single_spike_in_its_place(spike: float, place: int, buckets: int) -> None:
    losses = np.linspace(2.0, 1.0, 10_000)
    losses[place] = spike
    steps, values = thin(losses, buckets)
    assert (place, spike) in zip(steps.tolist(), values.tolist(), strict=True)
    assert (values == losses[steps.astype(int)]).all()
    assert (np.diff(steps) > 0).all()
    assert len(steps) <= 2 * buckets


def test_a_curve_of_few_losses_is_drawn_whole() -> None:
    losses = np.arange(28.0) % 5
    steps, values = thin(losses, 14)
    assert steps.tolist() == list(range(28))
    assert values.tolist() == losses.tolist()


async def test_the_plot_of_10_000_losses_shows_the_one_that_sticks_out() -> None:
    targets = np.full((10_000, 1), 0.1)
    targets[1_234] = 90.0
    network = core.Network([core.Layer([[0.0]])])
    problem = core.Problem("spike", np.ones((10_000, 1)), targets, network, learning_rate=1e-6, batch_size=1)
    async with app(problem).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        training(pilot).seek(9_999)
        await settle(pilot)
        assert shown(pilot).index == 9_999
        assert "4.05e+03" in "\n".join(texts(pilot))  # ½ · 90²
