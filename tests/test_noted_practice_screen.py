"""The screen of practice in the notation of a course."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import core
from core.practice import Exercise, Score
from samples import exercise_2, random_problem
from screen import settle, texts
from test_notation_screen import speak
from test_noted_practice import NotedStudent, by_row
from test_practise_screen import Clock, enter, folder, on_screen, practise, press, rule, screen_of, title
from tui.app import SgdbApp
from tui.practice.answer_input import AnswerInput
from tui.practice.screen import PractiseScreen

__all__ = ["folder"]  # the fixture
NG = core.notation("ng")
SIGMOID = random_problem(
    0, (2, 3, 1), rows=3, loss=core.BinaryCrossEntropy(), activation="sigmoid", bias=True, reduction="mean"
)


def sheet_in(notation: core.Notation, tmp_path: Path, kept: list[Score] | None = None) -> SgdbApp:
    def keep(score: Score, _folder: Path) -> str:
        if kept is not None:
            kept.append(score)
        return "kept in the test"

    return SgdbApp(SIGMOID, first=PractiseScreen(Exercise(SIGMOID, 7, notation=notation), tmp_path, Clock(), keep))


@pytest.mark.parametrize("notation", ["ng", "mitchell"])
async def test_a_whole_sheet_in_a_notation(notation: str, tmp_path: Path) -> None:
    kept: list[Score] = []
    app = sheet_in(core.notation(notation), tmp_path, kept)
    async with app.run_test(size=(120, 40)) as pilot:
        exercise = screen_of(pilot).exercise
        answer = app.screen.query_one(AnswerInput)
        for name, numbers in NotedStudent(exercise, core.notation(notation), 3).quantities():
            await press(pilot)
            heading = exercise.paper.heading(name)
            assert on_screen(pilot, f"▶{heading}")
            assert title(pilot) == exercise.label(name, exercise.cell)
            answer.value = by_row(numbers.astype(float))
            await press(pilot, "enter")
            assert not on_screen(pilot, "✗")
        assert on_screen(pilot, f"{exercise.total} of {exercise.total} points")
        assert not any(own in line for line in texts(pilot) for own in ("X_in", "s_out", "∂W", "y_gt"))
    assert [(score.points, score.numbers, score.slips) for score in kept] == [(exercise.total, exercise.total, 0)]


async def test_rows_are_samples_and_a_place_is_that_on_paper(tmp_path: Path) -> None:
    app = sheet_in(NG, tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "right", "right")
        exercise = screen_of(pilot).exercise
        assert exercise.cell == (1, 3)
        assert title(pilot) == "Z₁[3,1]"
        assert on_screen(pilot, "Xᵀ 3×2")
        assert on_screen(pilot, "W₁ᵀ 2×3")
        assert rule(pilot, 0)[1] == "g₁ sigmoid · g₂ sigmoid · binary cross-entropy, mean · α = 0.1 · m = 3"
        assert on_screen(pilot, "Find Z₁[3,1] (here row 1, column 3), exactly")
        value = exercise.paper.values["s_1"][0, 2]
        await enter(pilot, f"{-value:.9g}")
        assert on_screen(pilot, "✗ Z₁[3,1]: the sign is wrong")
        await press(pilot, "h")
        assert on_screen(pilot, "Z₁ = W₁ X + b₁")
        assert on_screen(pilot, "Z₁[3,1] = W₁[3,1] · X[1,1] + W₁[3,2] · X[2,1] + b₁[3]")
        await press(pilot, "escape", "question_mark")
        await press(pilot, "end")
        assert on_screen(pilot, "notation: ng")
        assert on_screen(pilot, "W is out x in; dZ has no")
        await press(pilot, "escape", "ctrl+q")
    assert (app.return_value or "").endswith("use sgdb practise with --seed 7 --notation ng.")


@pytest.mark.parametrize(("of_file", "chosen", "asked"), [(None, "ng", "Z₁[1,1]"), ("ng", "sgdb", "s₁[1,1]")])
async def test_practice_speaks_what_the_training_screen_does(of_file: str | None, chosen: str, asked: str) -> None:
    problem = exercise_2(notation=of_file and core.notation(of_file))
    app = SgdbApp(problem, notation=chosen)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await practise(pilot)
        assert title(pilot) == asked
        first = screen_of(pilot).exercise
        await enter(pilot, by_row(first.paper.values["s_1"]))
        await press(pilot, "q")
        await practise(pilot)
        assert on_screen(pilot, f"Sheet {first.seed} continues: 12 of 79 numbers found.")
        await press(pilot, "q")
        await speak(pilot, "nielsen")
        await practise(pilot)
        assert title(pilot) == "z₂[1,1]"


def test_what_a_sheet_in_a_notation_looks_like(snap_compare: Any, tmp_path: Path) -> None:
    async def prepare(pilot: Any) -> None:
        await pilot.pause()
        exercise = screen_of(pilot).exercise
        while exercise.current is not None and exercise.current.name != "delta_out":
            exercise.answer(by_row(exercise.current.values))
        assert exercise.current is not None
        of_mean = exercise.step.values["delta_out"][0, 0]
        await enter(pilot, f"{of_mean:.6g}")
        await press(pilot, "h", "h")

    assert snap_compare(sheet_in(NG, tmp_path), terminal_size=(120, 40), run_before=prepare)
