"""Moving through a run on the training screen, by its keys and from the command palette."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from textual._callback import invoke
from textual.actions import parse
from textual.binding import Binding
from textual.command import CommandList
from textual.widgets import Input

import core
from samples import exercise_2, random_problem, step_bits
from screen import (
    SIZES,
    app,
    batches,
    click,
    commands,
    diverging,
    frame,
    last_line,
    notices,
    pane,
    press,
    regression,
    seek,
    settle,
    shown,
    styled,
    texts,
    training,
    until,
    view,
    why,
    wide,
)
from tui.dialogs.goto import GoToScreen, parse_step
from tui.keys import actions_of
from tui.practice.screen import PractiseScreen
from tui.training.bindings import BINDINGS
from tui.training.journey import SPEEDS
from tui.training.screen import TrainingScreen


async def test_opens_at_step_0_with_the_first_numbers_in_view() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        screen = "\n".join(texts(pilot))
        for number in ("1.9664", "-0.9014", "-0.4118", "0.8690", "0.0986"):
            assert number in screen


@pytest.mark.parametrize("size", [(80, 24), (80, 40), (120, 40), (200, 60)])
@pytest.mark.parametrize("problem", ["exercise-2", "exercise-3", "three-classes"])
async def test_until_the_first_key_it_says_what_this_is(problem: str, size: tuple[int, int]) -> None:
    async with app(core.load_problem(problem)).run_test(size=size) as pilot:
        await settle(pilot)
        said = " ".join(why(pilot).split())
        assert "Each row is one sample" in said
        assert "deltas" in said
        for key in ("→", ".", "enter", "?"):
            assert any(key == text for text in styled(pilot, "key")), key
        assert "? explains" in said
        await press(pilot, "n")
        assert "Each row is one sample" not in why(pilot)
        assert f"sample {view(pilot).sample + 1}" in why(pilot)


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
        seen = [(step_bits(shown(pilot)), pane(pilot, "activations"), pane(pilot, "weights"))]
        for _ in range(5):
            await press(pilot, "right")
            seen.append((step_bits(shown(pilot)), pane(pilot, "activations"), pane(pilot, "weights")))
        again = [seen[-1]]
        for _ in range(5):
            await press(pilot, "left")
            again.append((step_bits(shown(pilot)), pane(pilot, "activations"), pane(pilot, "weights")))
        assert again[::-1] == seen


async def test_a_step_looks_the_same_however_one_got_there() -> None:
    """▴▾ compare with step k-1, whatever was on screen before."""
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, *["right"] * 6)
        wanted = [pane(pilot, name) for name in ("activations", "deltas", "weights", "notes")]
        assert sum(line.count("▴") + line.count("▾") for lines in wanted for line in lines) > 20
        for keys in (["right", "left"], ["home", "g", "6", "enter"], ["shift+right", "g", "6", "enter"]):
            await press(pilot, *keys)
            assert "step 6 of" in texts(pilot)[0]
            assert [pane(pilot, name) for name in ("activations", "deltas", "weights", "notes")] == wanted


async def test_rows_are_compared_only_where_both_steps_use_the_same() -> None:
    async with app(batches()).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "n")
        for name in ("activations", "deltas"):
            assert not {"▴", "▾"} & set("".join(pane(pilot, name)))
        assert "▴" in "".join(pane(pilot, "weights"))


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


async def test_back_at_step_0_before_what_a_step_further_on_needs_is_prepared() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        training(pilot).seek(5)
        training(pilot).seek(0)
        await settle(pilot)
        assert shown(pilot).index == 0


async def test_space_plays_and_pauses() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        screen = training(pilot)
        screen.journey.speed = SPEEDS[-1]
        await pilot.press("space")
        await until(pilot, lambda: shown(pilot).index >= 20)
        assert "▶" in texts(pilot)[0]
        assert "space pause  < > speed" in last_line(pilot)
        await press(pilot, "space")
        assert not screen.journey.playing
        assert "space play" in last_line(pilot)
        stopped = shown(pilot).index
        assert screen.journey.cursor == stopped
        assert "▶" not in texts(pilot)[0]
        await settle(pilot)
        assert shown(pilot).index == stopped


@pytest.mark.parametrize("key", ["left", "right", "home", "h", "d", "m", "g", "question_mark", "x"])
async def test_a_key_that_needs_a_step_that_stays_pauses(key: str) -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await pilot.press("space")
        await until(pilot, lambda: shown(pilot).index >= 1)
        await pilot.press(key)
        assert not training(pilot).journey.playing
        await settle(pilot)


async def test_speed_changes_by_key_and_says_where_it_ends() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        start = training(pilot).journey.speed
        await press(pilot, "greater_than_sign")
        assert training(pilot).journey.speed > start
        await press(pilot, *["less_than_sign"] * len(SPEEDS))
        assert training(pilot).journey.speed == SPEEDS[0]
        assert "limit" in last_line(pilot)


async def test_a_long_run_is_stopped_by_space_and_keeps_what_it_computed() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        screen = training(pilot)
        screen.seek(10_000_000)
        await until(pilot, lambda: len(screen.run.timeline) > 2000 and "space stops" in texts(pilot)[0])
        assert "to go" in texts(pilot)[0]
        await press(pilot, "space")
        assert 2000 < shown(pilot).index < 10_000_000
        assert not screen.journey.playing
        assert "space stops" not in texts(pilot)[0]


async def test_a_long_run_after_many_single_steps_still_stops_at_once() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await pilot.press(*["right"] * 30)
        await settle(pilot)
        screen = training(pilot)
        screen.seek(100_000_000)
        await until(pilot, lambda: len(screen.run.timeline) > 5000)
        started = monotonic()
        await press(pilot, "space")
        assert monotonic() - started < 2
        assert 5000 < shown(pilot).index < 100_000_000


async def test_the_screen_answers_keys_while_a_large_network_trains() -> None:
    problem = random_problem(0, (784, 300, 100, 10), rows=640, loss=core.SoftmaxCrossEntropy(), batch_size=64)
    async with app(problem).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        screen = training(pilot)
        screen.seek(100_000)
        await until(pilot, lambda: len(screen.run.timeline) > 3)
        before = texts(pilot)
        await pilot.press("v")
        assert view(pilot).numbers
        assert texts(pilot)[3:] != before[3:]
        assert screen.journey.cursor == 100_000
        await press(pilot, "space")
        assert 0 < shown(pilot).index < 100_000


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        (["left"], "step 0"),
        (["p"], "step 0"),
        (["shift+left"], "step 0"),
        (["home"], "step 0"),
        (["end"], "last step computed"),
        (["y"], "No cell is selected"),
        (["ctrl+left"], "No cell is selected"),
        (["ctrl+right"], "No cell is selected"),
        (["backspace"], "trail is empty"),
        (["escape"], "Nothing to leave"),
        (["s"], "No answers are loaded"),
        (["S"], "No answers are loaded"),
        (["r"], "No answers are loaded"),
        (["left_square_bracket"], "no margin"),
        (["right_square_bracket"], "no margin"),
        (["v"], "All numbers are in sight"),
        (["tab"], "Every group of columns is in sight"),
        (["shift+tab"], "Every group of columns is in sight"),
    ],
)
async def test_a_key_that_can_do_nothing_says_why(keys: list[str], reason: str) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        before = texts(pilot)[2:-15]
        await press(pilot, *keys)
        assert reason in last_line(pilot)
        assert shown(pilot).index == 0
        assert texts(pilot)[2:-15] == before


@pytest.mark.parametrize("size", SIZES)
async def test_why_a_key_can_do_nothing_stands_in_the_last_line_until_the_next_key(size: tuple[int, int]) -> None:
    async with app().run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "n", "p")
        before = texts(pilot)
        for _ in range(3):
            await press(pilot, "left")
            assert texts(pilot) == [*before[:-1], " This is step 0, the first.".ljust(size[0])]
        assert notices(pilot) == []
        await press(pilot, "up")  # it does nothing either, but might have
        assert texts(pilot)[-1] == before[-1]
        await press(pilot, "left")
        await click(pilot, "This is step 0", right=4)  # a click on what the message covers: also the next key
        assert "This is step 0" not in last_line(pilot)
        await press(pilot, "home", "left", "n")
        assert shown(pilot).index == 1
        assert "This is step 0" not in last_line(pilot)


async def test_a_message_stays_while_the_run_plays() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("space", "y")
        start = shown(pilot).index
        await until(pilot, lambda: shown(pilot).index > start)
        assert "No cell is selected" in last_line(pilot)
        await pilot.press("space")
        await settle(pilot)
        assert "No cell is selected" not in last_line(pilot)


@pytest.mark.parametrize(
    ("problem", "action"),
    [
        *((exercise_2, binding.action) for binding in Binding.make_bindings(BINDINGS)),
        (lambda: core.load_problem("exercise-3"), "hinge"),
        (regression, "hinge"),
    ],
)
async def test_every_reason_fits_in_the_last_line(problem: Callable[[], core.Problem], action: str) -> None:
    async with app(problem()).run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        name, parameters = parse(action)[1:]
        reason = training(pilot).why_not(name, parameters)
        if reason is not None:
            await invoke(training(pilot).performer(training(pilot), action))
            assert last_line(pilot).strip() == reason


async def test_a_run_that_diverges_stops_before_and_says_where() -> None:
    with pytest.raises(core.DivergedError) as caught:
        core.Timeline(diverging()).advance(1000)
    last = caught.value.step - 1
    async with app(diverging()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 1000)
        assert shown(pilot).index == last
        screen = texts(pilot)
        assert f"diverges at step {last + 1}" in screen[0]
        assert str(caught.value) in screen[1]
        await press(pilot, "right")
        assert shown(pilot).index == last
        assert "This is the last step" in last_line(pilot)
        await press(pilot, "left")
        assert shown(pilot).index == last - 1


@pytest.mark.filterwarnings("always::RuntimeWarning")
async def test_playing_that_is_over_before_it_begins_leaves_nothing_to_await(recwarn: pytest.WarningsRecorder) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        training(pilot).journey.play()
        pilot.app.workers.cancel_all()
        await settle(pilot)
    gc.collect()
    assert [str(warning.message) for warning in recwarn if "never awaited" in str(warning.message)] == []


async def test_playing_ends_where_the_run_does() -> None:
    with pytest.raises(core.DivergedError) as caught:
        core.Timeline(diverging()).advance(1000)
    async with app(diverging()).run_test() as pilot:
        await settle(pilot)
        training(pilot).journey.speed = SPEEDS[-1]
        await pilot.press("space")
        await until(pilot, lambda: not training(pilot).journey.playing)
        await settle(pilot)
        assert shown(pilot).index == caught.value.step - 1


async def test_a_run_that_is_lost_at_its_first_step_says_so_and_nothing_else() -> None:
    lost = exercise_2(inputs=np.full((4, 2), 1e200), network=core.Network([core.Layer(np.full((2, 1), 1e200))]))
    async with app(lost).run_test() as pilot:
        await settle(pilot)
        await press(pilot, "right", "end", "g", "escape", "enter", "full_stop", "down", "v", "z", "h")
        screen = "\n".join(texts(pilot))
        assert "nothing to step through" in screen
        assert "s_out[1,1] overflows" in screen
        assert "-1" not in screen


async def test_every_key_is_a_command_of_the_palette_too() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        found = commands(pilot)
        assert {binding.tooltip for _, binding in actions_of([training(pilot)])} <= set(found)
        await found["Ten steps on"]()
        await settle(pilot)
        assert shown(pilot).index == 10
        await found["Step 0"]()
        await settle(pilot)
        await found["One SGD step back"]()
        await settle(pilot)
        assert "step 0" in last_line(pilot)


async def test_every_command_of_the_palette_does_something_or_says_why_not() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for name, command in commands(pilot).items():
            if name in ("Quit", "Suspend", "Screenshot"):
                continue
            await press(pilot, "n")
            before, view_before = texts(pilot), view(pilot)
            await invoke(command)
            moved = training(pilot).journey.playing
            if moved:
                await pilot.press("space")
            await settle(pilot)
            assert moved or texts(pilot) != before or view(pilot) != view_before, name
            if not isinstance(pilot.app.screen, TrainingScreen):
                await press(pilot, "q" if isinstance(pilot.app.screen, PractiseScreen) else "escape")
            assert isinstance(pilot.app.screen, TrainingScreen), name


async def test_the_palette_opens_and_runs_a_command_that_is_typed() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+p")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = "Ten steps on"
        found = pilot.app.screen.query_one(CommandList)
        await until(pilot, lambda: found.option_count == 1)
        await pilot.press("down", "enter")
        await until(pilot, lambda: pilot.app.screen is training(pilot))
        await settle(pilot)
        assert shown(pilot).index == 10


async def test_q_quits() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app.return_code == 0


async def test_names_from_a_file_cannot_reach_the_terminal_as_escape_codes() -> None:
    names = ["\x1b[31mone\x07", "two"]
    hostile = exercise_2(name="\x1b[31mred\x07", input_names=names, target_names=["\x1b]0;title\x07"])
    async with app(hostile).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        assert "[31mred" in texts(pilot)[0]
        assert not any({"\x1b", "\x07"} & set(line) for line in texts(pilot))


async def test_x_writes_the_worked_step_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "x", "enter")
        assert isinstance(pilot.app.screen, TrainingScreen)
    (written,) = tmp_path.iterdir()
    assert written.name == "exercise-2-step-1.html"
    assert "1.62743" in written.read_text(encoding="utf-8")


async def test_switching_losses_at_random_steps_changes_no_number_of_either_run() -> None:
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


async def test_a_small_terminal_shows_the_sheet_and_a_tiny_one_says_what_it_needs() -> None:
    async with app().run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        assert set(frame(pilot).areas) == {"status", "activations", "deltas", "weights", "why", "loss", "keys"}
        await press(pilot, "n", "n", "down")
        at = (shown(pilot).index, view(pilot).sample)
        for size in ((50, 12), (59, 40), (120, 19)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            assert any("needs 60×20" in line for line in texts(pilot))
            await press(pilot, "n", "p")
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert not any("needs 60×20" in line for line in texts(pilot))
        assert (shown(pilot).index, view(pilot).sample) == at
        assert "step 2 of 3" in texts(pilot)[0]


async def test_another_size_shows_the_same_step_sample_and_cell() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "n", "n", "enter", "tab")
        wanted = (shown(pilot).index, view(pilot).cursor, view(pilot).sample)
        for size in ((200, 60), (60, 20), (80, 24), (300, 100), (120, 40)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            assert (frame(pilot).width, frame(pilot).height) == size
            assert (shown(pilot).index, view(pilot).cursor, view(pilot).sample) == wanted
            assert len(texts(pilot)) == size[1]
            assert any("◂" in line for line in texts(pilot))


async def test_all_rows_are_looked_at_where_steps_take_some() -> None:
    async with app(batches()).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "n")
        step = shown(pilot)
        weights = [np.array(w) for w in step.weights]
        z = np.array(step.problem.inputs)
        for layer, w, b in zip(step.problem.network.layers, weights, step.biases, strict=True):
            z = z @ w + (0 if b is None else b)
            z = np.tanh(z) if layer.activation == "tanh" else z
        right = int((z.argmax(axis=1) == step.problem.targets.argmax(axis=1)).sum())
        logs = z - z.max(axis=1, keepdims=True)
        logs = logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))
        loss = float(-(logs * step.problem.targets).sum(axis=1).mean())
        assert f"all 60: ℒ {loss:.4f}" in texts(pilot)[0]
        assert f"right {right}" in texts(pilot)[0].split("all 60")[1]


async def test_a_large_problem_is_looked_at_over_all_rows_beside_everything_else() -> None:
    problem = random_problem(0, (400, 300, 10), rows=640, loss=core.SoftmaxCrossEntropy(), batch_size=64)
    async with app(problem).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        assert "all 640: ℒ" in texts(pilot)[0]


async def test_the_plot_shows_every_step_that_was_computed_and_where_one_is() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "shift+right")
        drawn = pane(pilot, "loss")
        assert "step 10" in drawn[-1]
        row, column = next((y, line.index("●")) for y, line in enumerate(drawn) if "●" in line)
        await press(pilot, *["left"] * 5)
        again = pane(pilot, "loss")
        other, earlier = next((y, line.index("●")) for y, line in enumerate(again) if "●" in line)
        assert earlier < column
        assert other <= row
        assert again[-1] == drawn[-1]


async def test_the_plot_of_10_000_losses_shows_the_one_that_sticks_out() -> None:
    targets = np.full((10_000, 1), 0.1)
    targets[1_234] = 90.0
    network = core.Network([core.Layer([[0.0]])])
    problem = core.Problem("spike", np.ones((10_000, 1)), targets, network, learning_rate=1e-6, batch_size=1)
    async with app(problem).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 9_999)
        assert shown(pilot).index == 9_999
        losses = training(pilot).run.timeline.losses
        top = next(line for line in pane(pilot, "loss") if any(0x2800 < ord(c) < 0x2900 for c in line))
        column = next(i for i, c in enumerate(top) if 0x2800 < ord(c) < 0x2900)
        assert training(pilot)._painter.plot.step_at(column - 1) == pytest.approx(int(np.argmax(losses)), abs=200)
        assert "4" in "".join(pane(pilot, "loss")[:3])  # ½ · 90² is 4.05 thousand


async def test_l_turns_the_plot_to_a_log_scale() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "shift+right")
        before = pane(pilot, "loss")
        await press(pilot, "l")
        assert any("log" in line for line in pane(pilot, "loss"))
        assert pane(pilot, "loss")[1:] != before[1:]
        await press(pilot, "l")
        assert pane(pilot, "loss") == before


async def test_the_plot_zooms_pans_and_escape_shows_all_again() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 80)
        await press(pilot, "p", "n")
        whole = pane(pilot, "loss")
        await press(pilot, "left_parenthesis")
        first, last = view(pilot).window  # type: ignore[misc]
        assert last - first == pytest.approx(40, abs=2)
        assert first <= 80 <= last
        await press(pilot, "left_parenthesis", "left_curly_bracket")
        earlier = view(pilot).window
        assert earlier is not None
        assert earlier[0] < 70
        await press(pilot, "right_curly_bracket")
        assert view(pilot).window != earlier
        await press(pilot, "right_parenthesis", "right_parenthesis", "right_parenthesis")
        assert pane(pilot, "loss") == whole
        await press(pilot, "left_parenthesis")
        assert pane(pilot, "loss") != whole
        await press(pilot, "escape")
        assert pane(pilot, "loss") == whole


async def test_a_problem_under_the_hinge_has_its_curve_without_the_max_beside_it() -> None:
    async with app(core.load_problem("why-the-max")).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "shift+right")
        await settle(pilot)
        (beside,) = training(pilot)._beside.timelines
        assert beside.problem.loss.name == "softmax_margin"
        assert len(beside) == 11
        assert "softmax hinge" in pane(pilot, "loss")[0]
        assert "softmax margin" in pane(pilot, "loss")[0] or "softmax m" in pane(pilot, "loss")[0]


async def test_the_cursor_of_the_step_stays_while_a_wide_network_is_left_and_entered() -> None:
    async with app(wide()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "n", "n", "p")
        assert shown(pilot).index == 2
        assert len(shown(pilot).batch) == 6
        assert view(pilot).sample < 6


async def test_a_key_that_comes_before_what_it_needs_does_nothing() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        before = texts(pilot)
        training(pilot).action_back()
        training(pilot).action_margin(1)
        training(pilot).action_slip(1)
        await settle(pilot)
        assert texts(pilot) == before
