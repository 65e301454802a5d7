"""The screens of practice and of export: keys, what they show, and what they look like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual import events
from textual.app import App
from textual.pilot import Pilot

import core
import tui
from core.practice.exercise import Exercise
from core.practice.progress import progress_path
from core.practice.scores import Score, load_scores
from core.solving import rounded
from samples import exercise_2
from screen import notices, settle, stand_still, texts, wide
from test_flawless_practice import Student
from tui.app import SgdbApp, run_practice
from tui.commands.data_folder import data_folder
from tui.dialogs.export import ExportScreen, suggested_name
from tui.dialogs.help import HelpScreen
from tui.keys import keys_of
from tui.practice.answer_input import AnswerInput
from tui.practice.matrices import answer_matrix, arrange
from tui.practice.page import facts
from tui.practice.screen import PAUSE, PractiseScreen
from tui.training.screen import TrainingScreen

KEYS = {" ": "space", ".": "full_stop", "-": "minus", ";": "semicolon", ",": "comma", "/": "slash", "=": "equals_sign"}
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
SHEET = "1.5 -0.2 0.2; 2 0.6 1.1; -1.5 0.2 -0.2; -2.5 1.2 0.5"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where sheets are kept."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "sgdb" / "sheets"


class Clock:
    """A clock that somebody sets."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def practice(kept: list[Score] | None = None, name: str = "exercise-2", clock: Clock | None = None) -> SgdbApp:
    scores = [] if kept is None else kept

    def keep(score: Score, _folder: Path) -> str:
        scores.append(score)
        return "kept in the test"

    problem = core.load_problem(name)
    return SgdbApp(problem, first=PractiseScreen(Exercise(problem, 7), data_folder(), clock or Clock(), keep))


def wanted(exercise: Exercise) -> float:
    """The number that is asked for."""
    assert exercise.current is not None
    return float(exercise.current.values[tuple(i - 1 for i in exercise.cell)])


async def press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
    await pilot.pause()


async def enter(pilot: Pilot[Any], text: str) -> None:
    await press(pilot, *(KEYS.get(c, c) for c in text), "enter")


def on_screen(pilot: Pilot[Any], text: str) -> bool:
    return any(text in line for line in texts(pilot))


def screen_of(pilot: Pilot[Any]) -> PractiseScreen:
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, PractiseScreen))


@SIZES
async def test_numbers_come_to_light_as_they_are_found(size: tuple[int, int]) -> None:
    app = practice()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert on_screen(pilot, "0 of 79 numbers")
        assert on_screen(pilot, "f₁ relu · f_out identity · squared error, sum · α = 0.5")
        assert not on_screen(pilot, "1.5")
        await enter(pilot, "1.5 -0.2 0.2")
        assert on_screen(pilot, "✓ 3 numbers of s₁: right")
        assert on_screen(pilot, "3 of 79 numbers")
        assert on_screen(pilot, "1.5")
        assert not on_screen(pilot, "1.1")
        assert pilot.app.screen.query_one(AnswerInput).value == ""


def test_nothing_of_a_number_that_is_not_known_gets_on_the_screen() -> None:
    short, long = (core.Quantity("s_1", "s₁", np.array([[0.5, x], [1.25, y]])) for x, y in ((2, 3), (-1 / 3, 1e9)))
    texts_of = {(1, 1): "0.5", (2, 1): "1.25"}
    found = [
        answer_matrix(quantity, lambda _, cell: texts_of.get(cell, ""), current=False) for quantity in (short, long)
    ]
    assert vars(found[0]) == vars(found[1])


@pytest.mark.parametrize("value", [0.0, -0.25, 1 / 3, -12345.678, 0.00320078, 1.5e-7, -9.87654321e12])
def test_a_number_looks_as_in_the_key(value: float) -> None:
    matrix = answer_matrix(core.Quantity("loss", "ℒ", np.array(value)), lambda *_: rounded(value), current=False)
    line = arrange([matrix], 80, 3).lines()[2]
    assert [span.text for span in line] == ["1", rounded(value)]
    assert line[-1].column == matrix.gutter + matrix.before - len(rounded(value).split("e")[0].split(".")[0])


async def test_a_slip_is_named_and_what_was_typed_stays() -> None:
    app = practice()
    async with app.run_test() as pilot:
        await enter(pilot, "15")
        assert on_screen(pilot, "✗ s₁[1,1]: a decimal point slip")
        assert on_screen(pilot, "1 slip │")
        assert pilot.app.screen.query_one(AnswerInput).value == "15"
        await press(pilot, "left", "backspace")
        assert pilot.app.screen.query_one(AnswerInput).value == "5"


async def test_what_was_checked_is_replaced_by_what_is_typed_next() -> None:
    app = practice()
    async with app.run_test(size=(120, 40)) as pilot:
        answer = pilot.app.screen.query_one(AnswerInput)
        exercise = screen_of(pilot).exercise
        await enter(pilot, "-0.3")
        assert answer.spent
        assert on_screen(pilot, "esc clear  h hint  n new sheet  ? help  q leave")
        await press(pilot, "enter")
        assert exercise.slips == 1
        await press(pilot, "h")
        assert (answer.value, exercise.hints) == ("-0.3", 1)
        await press(pilot, "1", "full_stop", "5")
        assert answer.value == "1.5"
        assert not on_screen(pilot, "h hint")
        await press(pilot, "enter")
        assert (answer.value, answer.spent, exercise.knows("s_1", (1, 1))) == ("", False, True)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("backspace", "4"), "-0.4"),
        (("right", "5"), "-0.35"),
        (("left", "1"), "-0.13"),
        (("escape", "escape", "1"), "-0.31"),
        (("minus",), "-"),
        (("left_square_bracket",), "["),
        (("down", "7"), "7"),
        (("h", "up", "full_stop"), "."),
    ],
)
async def test_what_was_checked_can_be_edited(keys: tuple[str, ...], value: str) -> None:
    app = practice()
    async with app.run_test() as pilot:
        await enter(pilot, "-0.3")
        await press(pilot, *keys)
        assert pilot.app.screen.query_one(AnswerInput).value == value


async def test_what_was_checked_can_be_checked_in_another_cell() -> None:
    app = practice()
    async with app.run_test() as pilot:
        await enter(pilot, "2")
        await press(pilot, "down", "enter")
        assert screen_of(pilot).exercise.knows("s_1", (2, 1))


async def test_what_is_pasted_replaces_what_was_checked() -> None:
    app = practice()
    async with app.run_test() as pilot:
        answer = pilot.app.screen.query_one(AnswerInput)
        await enter(pilot, "-0.3")
        answer.post_message(events.Paste("1.5"))
        await pilot.pause()
        assert (answer.value, answer.spent) == ("1.5", False)


async def test_letters_are_keys_in_an_empty_line_and_else_are_typed() -> None:
    app = practice()
    async with app.run_test(size=(120, 40)) as pilot:
        answer = pilot.app.screen.query_one(AnswerInput)
        assert on_screen(pilot, "h hint  n new sheet  ? help  q leave")
        await press(pilot, *(KEYS.get(c, c) for c in "=nhq?/3"))
        assert on_screen(pilot, "esc clear")
        assert not on_screen(pilot, "h hint")
        await press(pilot, "enter")
        assert answer.value == "=nhq?/3"
        assert on_screen(pilot, 'expected a number or "?", found')
        assert (screen_of(pilot).exercise.slips, screen_of(pilot).exercise.hints) == (0, 0)
        await press(pilot, "escape")
        assert answer.value == ""
        assert on_screen(pilot, "esc restore  h hint  n new sheet  ? help  q leave")
        await press(pilot, "h", "escape")
        assert answer.value == "=nhq?/3"
        assert screen_of(pilot).exercise.hints == 1


async def test_hints_come_line_by_line_and_the_title_says_of_what() -> None:
    clock = Clock()
    app = practice(clock=clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "h")
        assert on_screen(pilot, "s₁[1,1] = X_in[1,1] · W₁[1,1] + X_in[1,2] · W₁[2,1]")
        assert not on_screen(pilot, "= (-1) · (-0.5) + 1 · 1")
        await press(pilot, "h")
        assert on_screen(pilot, "= (-1) · (-0.5) + 1 · 1")
        assert rule(pilot, 2) == ["s₁[1,1]", "h tells it"]
        for _ in range(20):  # a key that is held down
            clock.seconds += 0.03
            await pilot.press("h")
        assert screen_of(pilot).exercise.hints == 2
        clock.seconds += PAUSE
        await press(pilot, "h")
        assert on_screen(pilot, "s₁[1,1] = 1.5, told.")
        assert not on_screen(pilot, "= (-1) · (-0.5) + 1 · 1")
        assert screen_of(pilot).exercise.cell == (1, 2)
        assert title(pilot) == "s₁[1,2]"
        await press(pilot, "down")
        assert title(pilot) == "s₁[2,2]"


def rule(pilot: Pilot[Any], pane: int) -> list[str]:
    """What stands in the rule over a pane, counted from the top."""
    line = [line for line in texts(pilot) if line.startswith("─ ")][pane]
    return [part.strip() for part in line.split("─") if part.strip()]


def title(pilot: Pilot[Any]) -> str:
    """What is asked."""
    return rule(pilot, 2)[0]


async def test_after_a_value_is_told_line_and_hints_are_empty() -> None:
    clock = Clock()
    app = practice(clock=clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await enter(pilot, "-0.3")
        await press(pilot, "h", "h")
        clock.seconds = PAUSE
        await press(pilot, "h")
        assert pilot.app.screen.query_one(AnswerInput).value == ""
        assert on_screen(pilot, "s₁[1,1] = 1.5, told.")
        assert on_screen(pilot, "Find s₁[1,2]")
        assert not on_screen(pilot, "X_in[1,1]")


async def test_a_number_that_was_typed_stands_beside_the_true_one() -> None:
    app = practice(name="exercise-1")
    async with app.run_test(size=(120, 40)) as pilot:
        exercise = screen_of(pilot).exercise
        exercise.answer("; ".join(" ".join(map(rounded, row)) for row in exercise.step.pre_activations[0].tolist()))
        true = wanted(exercise)
        await enter(pilot, f"{true:.3g}")
        assert on_screen(pilot, f"✓ z₁[1,1]: right; you wrote {true:.3g}, it is {rounded(true)}")
        await press(pilot, "left", "up")
        assert exercise.cell == (1, 1)
        assert on_screen(pilot, f"z₁[1,1]: on the sheet {true:.3g}, from exact numbers {rounded(true)}")


async def test_in_the_end_it_says_what_went_wrong_and_where_to_read_why() -> None:
    app = practice()
    async with app.run_test(size=(120, 40)) as pilot:
        exercise = screen_of(pilot).exercise
        await enter(pilot, "-1.5")
        while len(exercise.standing) < exercise.total - 1:
            exercise.answer(f"{wanted(exercise):.9g}")
        await enter(pilot, f"{wanted(exercise):.9g}")
        assert on_screen(pilot, "1× sign: s₁[1,1]")
        assert on_screen(pilot, "Forward pass: s₁ = X_in W₁")
        assert on_screen(pilot, "--seed 7 --key")


async def test_rows_that_are_pasted_on_several_lines_are_a_matrix() -> None:
    app = practice()
    async with app.run_test() as pilot:
        answer = pilot.app.screen.query_one(AnswerInput)
        answer.post_message(events.Paste("[[ 1.5\t-0.2  0.2]\n [2 0.6 1.1];\n\n-1.5 0.2 -0.2\r\n -2.5 1.2 \x1b1/2]]\n"))
        await pilot.pause()
        assert answer.value == "[[ 1.5 -0.2 0.2]; [2 0.6 1.1]; -1.5 0.2 -0.2; -2.5 1.2 1/2]]"
        await press(pilot, "enter")
        assert on_screen(pilot, "✓ 12 numbers of s₁: right")


async def test_what_does_not_fit_is_scrolled_by_keys_that_the_titles_name() -> None:
    clock = Clock()
    app = practice(name="xor", clock=clock)
    async with app.run_test(size=(50, 20)) as pilot:
        exercise = screen_of(pilot).exercise
        while exercise.current is not None and exercise.current.name != "dW_out":
            exercise.answer(f"{wanted(exercise):.9g}")
        await press(pilot, "h", "h")
        assert rule(pilot, 2) == ["∂W_out[1]", "h tells it · pgup pgdn"]
        first = "∂W_out = z₁ᵀ δ_out"
        assert not on_screen(pilot, first)
        await press(pilot, *["pageup"] * 9)
        assert on_screen(pilot, first)
        assert rule(pilot, 0)[-1] == rule(pilot, 1)[-1] == "⇧↑↓ scroll"
        await press(pilot, *["shift+down"] * 40)
        assert on_screen(pilot, "b_out⁺")
        await press(pilot, *["shift+up"] * 40)
        assert not on_screen(pilot, "b_out⁺")


@pytest.mark.parametrize(
    ("quantity", "cell", "seen"),
    [
        ("s_1", (1, 1), "b₁ 1"),
        ("sample_losses", (1,), "y_gt"),
        ("dz_1", (1, 1), "W_out"),
        ("b_1_next", (1,), "b₁ 1"),
    ],
)
async def test_what_a_number_is_computed_from_comes_into_view(quantity: str, cell: tuple[int, ...], seen: str) -> None:
    app = practice(name="xor")
    async with app.run_test(size=(60, 20)) as pilot:
        exercise = screen_of(pilot).exercise
        await pilot.pause()
        while exercise.current is not None and exercise.current.name != quantity:
            exercise.answer(
                ";".join(" ".join(f"{x:.9g}" for x in row) for row in np.atleast_2d(exercise.current.values))
            )
        screen_of(pilot).action_move(0, 0)
        await pilot.pause()
        assert exercise.cell == cell
        assert on_screen(pilot, seen)
        await press(pilot, *["shift+up"] * 9)
        scrolled = given_lines(pilot)
        assert "X_in" in scrolled[1]  # below the facts
        await enter(pilot, "9")
        assert given_lines(pilot) == scrolled


def given_lines(pilot: Pilot[Any]) -> list[str]:
    """What is in sight of what is given."""
    lines = texts(pilot)
    start, end = (i for i, line in enumerate(lines) if line.startswith(("─ given", "─ to be found")))
    return lines[start + 1 : end]


async def test_the_arrows_move_the_cell() -> None:
    app = practice()
    async with app.run_test() as pilot:
        await press(pilot, "down", "down", "right", "up")
        assert screen_of(pilot).exercise.cell == (2, 2)
        await press(pilot, "left", "left")
        assert screen_of(pilot).exercise.cell == (2, 1)


async def test_the_mouse_chooses_a_cell() -> None:
    app = practice()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.click("#page", offset=place(pilot, "s₁ 4×3", row=3, column=2))
        await pilot.pause()
        assert screen_of(pilot).exercise.cell == (3, 2)
        await pilot.click("#page", offset=place(pilot, "z₁ 4×3", row=1, column=1))
        await pilot.pause()
        assert screen_of(pilot).exercise.cell == (3, 2)


def place(pilot: Pilot[Any], heading: str, row: int, column: int) -> tuple[int, int]:
    """Where a cell of a matrix stands, under its heading."""
    lines = texts(pilot)
    y = next(y for y, line in enumerate(lines) if heading in line)
    x = lines[y].index(heading)
    return lines[y + 1].index(str(column), x - 1), y + 1 + row


async def test_the_mouse_presses_the_keys_of_the_last_line() -> None:
    app = practice()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.click("#keys", offset=(texts(pilot)[-1].index("h hint"), 0))
        await pilot.pause()
        assert screen_of(pilot).exercise.hints == 1
        await enter(pilot, "9")
        pilot.app.screen.set_focus(None)
        await pilot.click("#keys", offset=(texts(pilot)[-1].index("esc clear"), 0))
        await pilot.pause()
        assert pilot.app.screen.query_one(AnswerInput).value == ""


async def test_the_wheel_scrolls_what_is_under_the_mouse() -> None:
    app = practice(name="xor")
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        given, found = given_lines(pilot), rule(pilot, 1)
        sheet = pilot.app.screen.query_one("#page")
        pilot.app.screen.post_message(
            events.MouseScrollDown(sheet, 5, 4, 0, 0, 0, False, False, False, screen_x=5, screen_y=4)
        )
        await pilot.pause()
        assert given_lines(pilot) != given
        assert rule(pilot, 1) == found


@pytest.mark.parametrize("name", ["exercise-2", "exercise-3", "xor"])
async def test_a_whole_sheet_and_its_score(name: str) -> None:
    kept: list[Score] = []
    clock = Clock()
    app = practice(kept, name, clock)
    async with app.run_test() as pilot:
        await pilot.pause()
        screen = screen_of(pilot)
        answer = screen.query_one(AnswerInput)
        await press(pilot, "h")
        clock.seconds = 754.0
        while screen.exercise.current is not None:
            values = screen.exercise.current.values
            rows = [values.ravel()] if values.ndim < 2 else list(values)
            answer.value = ";".join(" ".join(f"{value:.9g}" for value in row) for row in rows)
            await press(pilot, "enter")
        total = screen.exercise.total
        assert on_screen(pilot, f"{total - 0.5:g} of {total} points in 12:34:")
        assert on_screen(pilot, "kept in the test")
        assert [(score.seed, score.points, score.numbers, score.hints, score.seconds) for score in kept] == [
            (7, total - 0.5, total, 1, 754.0)
        ]
        await press(pilot, "h", "enter", "down")
        assert len(kept) == 1
        await press(pilot, "n")
        assert on_screen(pilot, "sheet 8 │ 0 of")
        assert kept[0].loss == screen_of(pilot).exercise.problem.loss.title


async def test_the_score_is_saved_with_the_last_number() -> None:
    problem = core.load_problem("exercise-2")
    app = SgdbApp(problem, first=PractiseScreen(Exercise(problem, 7), data_folder(), Clock()))
    async with app.run_test(size=(120, 40)) as pilot:
        exercise = screen_of(pilot).exercise
        while len(exercise.standing) < exercise.total - 1:
            exercise.answer(f"{wanted(exercise):.9g}")
        await enter(pilot, f"{wanted(exercise):.9g}")
        (score,), warning = load_scores(data_folder())
        assert (score.problem, score.points, score.numbers, warning) == ("Exercise 2", 79, 79, "")


async def test_a_sheet_that_is_left_goes_on(folder: Path) -> None:
    clock = Clock()
    app = practice(clock=clock)
    async with app.run_test() as pilot:
        await press(pilot, "n")
        assert on_screen(pilot, "Sheet 7 is not started. Press n again for another sheet.")
        await enter(pilot, "1.5")
        clock.seconds = 61.0
        await press(pilot, "n")
        assert on_screen(pilot, "Sheet 7 is not finished; progress is saved.")
        await press(pilot, "n")
        assert on_screen(pilot, "sheet 8 │ 0 of")
        await press(pilot, "q")
    assert app.return_value == ""
    assert len(list(folder.iterdir())) == 1
    app = practice(clock=clock)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert on_screen(pilot, "Sheet 7 continues: 1 of 79 numbers found.")
        assert on_screen(pilot, "sheet 7 │ 1 of 79 numbers │ 0 slips │ 0 hints │ 1:01")
        assert screen_of(pilot).exercise.cell == (1, 2)
        await press(pilot, "ctrl+q")
    assert app.return_value == "Sheet 7 is saved, 1 of 79 numbers found; to continue, use sgdb practise with --seed 7."


async def test_ctrl_c_leaves_and_keeps_the_sheet(folder: Path) -> None:
    app = practice()
    async with app.run_test() as pilot:
        await enter(pilot, "1.5")
        await press(pilot, "2", "ctrl+c")
    assert (app.return_value or "").startswith("Sheet 7 is saved, 1 of 79 numbers found;")
    assert len(list(folder.iterdir())) == 1


def test_the_last_word_is_broken_between_words(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    words = "Sheet 7 is saved, 1 of 67 numbers found; to continue, use sgdb practise with --seed 7."
    monkeypatch.setattr(SgdbApp, "run", lambda _: words)
    monkeypatch.setenv("COLUMNS", "30")
    assert run_practice(Exercise(core.load_problem("exercise-2"), 7), data_folder()) == 0
    lines = capsys.readouterr().err.splitlines()
    assert " ".join(lines) == words
    assert max(map(len, lines)) <= 30


async def test_a_sheet_that_cannot_be_kept_is_not_left_without_asking(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("")
    app = practice()
    async with app.run_test(size=(120, 40)) as pilot:
        await enter(pilot, "1.5")
        await press(pilot, "ctrl+q")
        assert on_screen(pilot, "Sheet 7 cannot be saved:")
        assert app.is_running
        await press(pilot, "ctrl+q")
    assert app.return_value is not None


async def test_what_was_kept_and_is_broken_is_told(folder: Path) -> None:
    folder.mkdir(parents=True)
    progress_path(Exercise(core.load_problem("exercise-2"), 7), data_folder()).write_text("{")
    app = practice()
    async with app.run_test(size=(200, 40)) as pilot:
        await pilot.pause()
        assert on_screen(pilot, "json: this is not a saved sheet.")


async def test_a_sheet_of_fewer_rows_says_so() -> None:
    app = practice(name="three-classes")
    async with app.run_test() as pilot:
        await pilot.pause()
        assert on_screen(pilot, "A step has 10 rows; the sheet uses 2 of them, to stay short.")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("name", ["xor", "three-classes"])
async def test_what_is_given_beside_the_matrices_is_never_cut(name: str, width: int) -> None:
    app = practice(name=name)
    async with app.run_test(size=(width, 30)) as pilot:
        await pilot.pause()
        for fact in facts(screen_of(pilot).exercise).split(" · "):
            assert on_screen(pilot, fact)


async def test_help() -> None:
    app = practice()
    async with app.run_test() as pilot:
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        assert on_screen(pilot, "A hint: the formula, then the numbers put in, then the value")
        assert on_screen(pilot, "Leave the sheet; progress is saved")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, PractiseScreen)


async def test_what_can_do_nothing_says_why() -> None:
    app = practice()
    async with app.run_test(size=(120, 40)) as pilot:
        await enter(pilot, "9")
        await press(pilot, "enter")
        assert notices(pilot) == ["This answer is checked: type another."]
        assert screen_of(pilot).exercise.slips == 1
        await press(pilot, "escape", "escape")
        assert pilot.app.screen.query_one(AnswerInput).value == "9"
        exercise = screen_of(pilot).exercise
        while exercise.current is not None:
            exercise.answer(f"{wanted(exercise):.9g}")
        await press(pilot, "escape", "h")
        assert notices(pilot)[-1] == "This sheet is done: n opens another."


async def test_every_key_is_a_command_also_while_something_is_typed() -> None:
    app = practice()
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "5")
        screen = screen_of(pilot)
        commands = {command.title: command.callback for command in app.get_system_commands(screen)}
        for node, binding in keys_of(screen.explained):
            assert binding.tooltip in commands, node
        await commands["A hint: the formula, then the numbers put in, then the value"]()  # type: ignore[misc]
        assert screen.exercise.hints == 1
        await commands["Check what was typed"]()  # type: ignore[misc]
        assert screen.exercise.slips == 1


async def test_practice_opens_from_the_training_and_goes_back_to_it(folder: Path) -> None:
    app = SgdbApp(core.load_problem("exercise-2"))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        training = pilot.app.screen
        await practise(pilot)
        first = screen_of(pilot).exercise
        assert first.like is app.problem
        await press(pilot, "q")
        assert pilot.app.screen is training
        assert notices(pilot) == []
        await practise(pilot)
        exercise = screen_of(pilot).exercise
        await enter(pilot, f"{wanted(exercise):.9g}")
        await press(pilot, "q")
        assert pilot.app.screen is training
        kept = f"Sheet {exercise.seed} is saved, 1 of 79 numbers found"
        assert notices(pilot) == [f"{kept}; practise again to continue."]
        assert len(list(folder.iterdir())) == 1
        await practise(pilot)
        assert on_screen(pilot, f"Sheet {exercise.seed} continues: 1 of 79 numbers found.")
        await press(pilot, "ctrl+q")
    assert app.return_value == f"{kept}; to continue, use sgdb practise with --seed {exercise.seed}."


async def test_practice_is_of_the_loss_that_is_looked_at() -> None:
    app = SgdbApp(core.load_problem("exercise-2"))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("h")
        await settle(pilot)
        await practise(pilot)
        assert screen_of(pilot).exercise.problem.loss.name == core.SoftmaxHinge().name


async def test_a_problem_that_is_too_long_to_practise_says_so() -> None:
    app = SgdbApp(wide())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await practise(pilot)
        assert isinstance(pilot.app.screen, TrainingScreen)
        assert "expected" in notices(pilot)[0]


async def practise(pilot: Pilot[Any]) -> None:
    """Practise, from the palette of the training screen."""
    app = pilot.app
    commands = {command.title: command.callback for command in app.get_system_commands(app.screen)}
    commands["Practise this problem"]()
    await pilot.pause()


@SIZES
@pytest.mark.parametrize("state", ["first", "slip", "rounded", "done"])
def test_what_practice_looks_like(snap_compare: Any, size: tuple[int, int], state: str) -> None:
    async def prepare(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        exercise = screen_of(pilot).exercise
        if state == "slip":
            exercise.answer(SHEET)
            exercise.answer("1.5 0 0.2")
            await press(pilot, "right", "h", "h")
            await enter(pilot, "6")
        elif state == "rounded":
            for name, texts in Student(exercise, 3).quantities():
                if name == "delta_2":
                    break
                exercise.answer("; ".join(" ".join(row) for row in np.atleast_2d(texts)))
            await enter(pilot, texts[0, 0])
            await press(pilot, "left")
        elif state == "done":
            exercise.answer("-1.5")
            exercise.answer("1")
            while len(exercise.standing) < exercise.total - 1:
                exercise.answer(f"{wanted(exercise):.9g}")
            await press(pilot, "h", "h")
            clock.seconds = PAUSE
            await press(pilot, "h")
        await stand_still(pilot)

    clock = Clock()
    shown = practice(name="exercise-1" if state == "rounded" else "exercise-2", clock=clock)
    assert snap_compare(shown, terminal_size=size, run_before=prepare)


# Export.


class ExportApp(App[None]):
    """The question alone."""

    CSS_PATH = Path(tui.__file__).parent / "app.tcss"

    def __init__(self, step: core.Step) -> None:
        super().__init__()
        self.step, self.answers = step, []  # type: ignore[var-annotated]

    def ask(self) -> None:
        self.push_screen(ExportScreen(self.step), self.answers.append)


@pytest.fixture
def export(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ExportApp:
    monkeypatch.chdir(tmp_path)
    return ExportApp(core.Timeline(core.load_problem("exercise-2"))[0])


async def test_a_step_is_written_where_the_suggestion_says(export: ExportApp, tmp_path: Path) -> None:
    async with export.run_test() as pilot:
        export.ask()
        await press(pilot, "enter")
        assert export.answers == ["exercise-2-step-0.html"]
        assert notices(pilot) == [f"Written to {tmp_path / 'exercise-2-step-0.html'}"]
    assert (tmp_path / "exercise-2-step-0.html").read_text().startswith("<!DOCTYPE html>")


async def test_format_and_suffix_follow_each_other(export: ExportApp, tmp_path: Path) -> None:
    async with export.run_test() as pilot:
        export.ask()
        await press(pilot, "down")
        assert on_screen(pilot, "exercise-2-step-0.tex")
        await press(pilot, *["backspace"] * 3, "m", "d")
        assert pilot.app.screen.format == "md"  # type: ignore[attr-defined]
        await press(pilot, "enter")
    assert (tmp_path / "exercise-2-step-0.md").read_text().startswith("# Exercise 2")


async def test_a_file_that_is_there_takes_a_second_enter(export: ExportApp, tmp_path: Path) -> None:
    path = tmp_path / "exercise-2-step-0.html"
    path.write_text("mine")
    async with export.run_test() as pilot:
        export.ask()
        await press(pilot, "enter")
        assert on_screen(pilot, "exists; press enter again to replace it")
        assert path.read_text() == "mine"
        await press(pilot, "down", "up", "enter")
        assert path.read_text() == "mine"  # another name was looked at in between
        await press(pilot, "enter")
        assert path.read_text() != "mine"


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("", "Expected the name"),
        ("no/where.md", "there is no folder no"),
        ("a.toml", "sgdb solve"),
        (".", "found a folder"),
    ],
)
async def test_a_file_that_cannot_be_written(export: ExportApp, tmp_path: Path, name: str, complaint: str) -> None:
    async with export.run_test() as pilot:
        export.ask()
        await pilot.pause()
        pilot.app.screen.query_one("#file").value = name  # type: ignore[attr-defined]
        await press(pilot, "enter")
        assert on_screen(pilot, complaint)
        await press(pilot, "escape")
        assert export.answers == [None]
    assert list(tmp_path.iterdir()) == []


async def test_what_the_problem_was_read_from_is_not_replaced(export: ExportApp, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("a,b,y\n1,2,0.5\n2,1,0.25\n")
    export.step = core.Timeline(core.load_problem("points.csv"))[0]
    async with export.run_test() as pilot:
        export.ask()
        await pilot.pause()
        pilot.app.screen.query_one("#file").value = "points.csv"  # type: ignore[attr-defined]
        await press(pilot, "enter", "enter")
        assert on_screen(pilot, "the problem was read from this file")
    assert path.read_text().startswith("a,b,y")


def test_a_suggestion_is_a_plain_name() -> None:
    step = core.Timeline(exercise_2(name="../a b\0/c: <x>"))[0]
    assert suggested_name(step, "md") == "a-b-c-x-step-0.md"


def test_what_the_question_looks_like(snap_compare: Any, export: ExportApp) -> None:
    async def prepare(pilot: Pilot[Any]) -> None:
        export.ask()
        await pilot.pause()
        await stand_still(pilot)

    assert snap_compare(export, terminal_size=(80, 24), run_before=prepare)
