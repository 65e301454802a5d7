"""The screens of practice and of export: keys, what they show, and what they look like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

import core
import tui
from core.practice.exercise import Exercise
from core.practice.scores import Score
from examples import exercise_2
from screen import notices, texts
from tui.matrix import MatrixView
from tui.screens.export import ExportScreen, suggested_name
from tui.screens.help import HelpScreen
from tui.screens.practise import AnswerInput, PractiseApp, PractiseScreen

KEYS = {" ": "space", ".": "full_stop", "-": "minus", ";": "semicolon", ",": "comma"}
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
SHEET = "-0.4 1.7 -0.9; -0.15 0.75 0.9; 0.2 -1 -1.2; -0.35 1.5 -0.65"


class Clock:
    """A clock that somebody sets."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def practice(kept: list[Score] | None = None, name: str = "exercise-2", clock: Clock | None = None) -> PractiseApp:
    scores = [] if kept is None else kept

    def keep(score: Score) -> str:
        scores.append(score)
        return "kept in the test"

    return PractiseApp(PractiseScreen(Exercise(core.load_problem(name), 7), clock or Clock(), keep))


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
        assert on_screen(pilot, "0 of 67 numbers")
        assert on_screen(pilot, "f₁ relu · f_out identity · squared error, sum · α = 0.5")
        assert not on_screen(pilot, "1.7")
        await enter(pilot, "-0.4 1.7 -0.9")
        assert on_screen(pilot, "✓ 3 numbers of s₁: right")
        assert on_screen(pilot, "3 of 67 numbers")
        assert on_screen(pilot, "1.7")
        assert not on_screen(pilot, "1.05")
        assert pilot.app.screen.query_one(AnswerInput).value == ""


async def test_a_slip_is_named_and_what_was_typed_stays() -> None:
    app = practice()
    async with app.run_test() as pilot:
        await enter(pilot, "-4")
        assert on_screen(pilot, "✗ s₁[1,1]: a decimal point slip")
        assert on_screen(pilot, "1 slip ·")
        assert pilot.app.screen.query_one(AnswerInput).value == "-4"
        await press(pilot, "left", "backspace")
        assert pilot.app.screen.query_one(AnswerInput).value == "4"


async def test_the_keys_of_numbers_are_typed_and_the_others_act() -> None:
    app = practice()
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "1", "e", "minus", "h", "x", "3")
        assert pilot.app.screen.query_one(AnswerInput).value == "1e-3"
        assert on_screen(pilot, "s₁[1,1] = X_in[1,1] · W₁[1,1] + X_in[1,2] · W₁[2,1]")
        assert not on_screen(pilot, "= (-2) · 0.1 + (-1) · 0.2")
        await press(pilot, "h")
        assert on_screen(pilot, "= (-2) · 0.1 + (-1) · 0.2")
        await press(pilot, "h")
        assert on_screen(pilot, "= -0.4")
        assert screen_of(pilot).exercise.cell == (1, 2)


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
        view = pilot.app.screen.query_one("#computed", MatrixView)
        view.post_message(MatrixView.Chosen("s_1", (3, 2)))
        await pilot.pause()
        assert screen_of(pilot).exercise.cell == (3, 2)
        view.post_message(MatrixView.Chosen("z_1", (1, 1)))
        await pilot.pause()
        assert screen_of(pilot).exercise.cell == (3, 2)


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
        assert on_screen(pilot, f"{total - 0.5:g} of {total} points in 12:34.")
        assert on_screen(pilot, "kept in the test")
        assert [(score.seed, score.points, score.numbers, score.hints, score.seconds) for score in kept] == [
            (7, total - 0.5, total, 1, 754.0)
        ]
        await press(pilot, "h", "enter", "down")
        assert len(kept) == 1
        await press(pilot, "n")
        assert on_screen(pilot, "sheet 8 · 0 of")


async def test_leaving_a_sheet_that_is_begun_takes_two_keys() -> None:
    app = practice()
    async with app.run_test() as pilot:
        await enter(pilot, "-0.4")
        await press(pilot, "n")
        assert on_screen(pilot, "This sheet is not done")
        await press(pilot, "q")
        assert on_screen(pilot, "once more, and q quits")
        await press(pilot, "q")
        assert not app.is_running


async def test_help() -> None:
    app = practice()
    async with app.run_test() as pilot:
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, PractiseScreen)


@SIZES
@pytest.mark.parametrize("state", ["first", "slip", "done"])
def test_what_practice_looks_like(snap_compare: Any, size: tuple[int, int], state: str) -> None:
    async def prepare(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        exercise = screen_of(pilot).exercise
        if state == "slip":
            exercise.answer(SHEET)
            exercise.answer("0 1.7 0")
            await press(pilot, "right", "h", "h")
            await enter(pilot, "0.15")
        elif state == "done":
            while len(exercise.standing) < exercise.total - 1:
                exercise.answer(f"{wanted(exercise):.9g}")
            await press(pilot, "h", "h", "h")

    assert snap_compare(practice(), terminal_size=size, run_before=prepare)


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
        assert on_screen(pilot, "is there already; enter again replaces it")
        assert path.read_text() == "mine"
        await press(pilot, "down", "up", "enter")
        assert path.read_text() == "mine"  # another name was looked at in between
        await press(pilot, "enter")
        assert path.read_text() != "mine"


@pytest.mark.parametrize(
    ("name", "complaint"), [("", "Expected the name"), ("no/where.md", "No such file"), (".", "found a folder")]
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


def test_a_suggestion_is_a_plain_name() -> None:
    step = core.Timeline(exercise_2(name="../a b\0/c: <x>"))[0]
    assert suggested_name(step, "md") == "a-b-c-x-step-0.md"


def test_what_the_question_looks_like(snap_compare: Any, export: ExportApp) -> None:
    async def prepare(pilot: Pilot[Any]) -> None:
        export.ask()
        await pilot.pause()

    assert snap_compare(export, terminal_size=(80, 24), run_before=prepare)
