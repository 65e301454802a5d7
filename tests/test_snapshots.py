"""What the screens look like. A picture is updated only after somebody has looked at the new one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

import core
from samples import exercise_2
from screen import (
    SIZES,
    app,
    batches,
    cells,
    digits,
    diverging,
    flowers,
    inspect,
    press,
    seek,
    settle,
    stand_still,
)

Compare = Callable[..., bool]
EXAMPLES = Path(__file__).parent.parent / "examples"
EXERCISE_2, EXERCISE_3 = (core.load_problem(name) for name in ("exercise-2", "exercise-3"))


def by_size(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


@pytest.fixture
def compare(snap_compare: Any) -> Compare:
    """Compare a problem's screen with its picture: at a step, after keys and with a cell, at a size, in a theme."""

    def check(
        *keys: str,
        problem: core.Problem = EXERCISE_2,
        report: core.CheckReport | None = None,
        size: tuple[int, int] = (120, 40),
        step: int = 0,
        cell: tuple[str, tuple[int, ...]] | None = None,
        theme: str | None = None,
    ) -> bool:
        async def prepare(pilot: Pilot[Any]) -> None:
            await settle(pilot)
            if theme:
                pilot.app.theme = theme
            if step:
                await seek(pilot, step)
            await press(pilot, *keys)
            if cell:
                await inspect(pilot, *cell)
            await stand_still(pilot)

        result: bool = snap_compare(app(problem, report), terminal_size=size, run_before=prepare)
        return result

    return check


def test_before_the_first_key(compare: Compare) -> None:
    assert compare()


@pytest.mark.parametrize("size", SIZES, ids=by_size)
def test_a_step(compare: Compare, size: tuple[int, int]) -> None:
    assert compare("n", "down", step=10, size=size)


def test_a_cell(compare: Compare) -> None:
    assert compare("n", step=10, cell=("delta_1", (2, 2)))


def test_the_walk(compare: Compare) -> None:
    assert compare("n", "down", *["full_stop"] * 9, step=10)


def test_the_hinge_of_the_same_network(compare: Compare) -> None:
    assert compare("n", "down", "h", step=10)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=by_size)
def test_three_classes(compare: Compare, size: tuple[int, int]) -> None:
    assert compare("n", problem=core.load_problem("three-classes"), step=10, size=size)


def test_three_classes_in_numbers(compare: Compare) -> None:
    assert compare("n", "v", problem=core.load_problem("three-classes"), step=10)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=by_size)
def test_a_hinge_of_ones_own(compare: Compare, size: tuple[int, int]) -> None:
    assert compare("shift+right", "home", "n", problem=EXERCISE_3, size=size)


def test_flowers_worst_first(compare: Compare) -> None:
    assert compare("n", "t", problem=flowers(), step=39)


def test_a_square(compare: Compare) -> None:
    assert compare("n", "t", problem=flowers(), step=39, cell=("s_1", (8, 3)))


@pytest.mark.parametrize("size", [(120, 40), (200, 60)], ids=by_size)
def test_thirty_features(compare: Compare, size: tuple[int, int]) -> None:
    assert compare("n", "t", problem=cells(), step=19, size=size)


def test_handwritten_digits(compare: Compare) -> None:
    assert compare("n", "t", problem=digits(), step=9)


def test_checked_answers(compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES)
    report = core.check_answers(Path("exercise-2-published.toml"))
    assert compare(problem=report.step.problem, report=report)


def test_central_differences(compare: Compare) -> None:
    assert compare("n", "d")


@pytest.mark.parametrize("key", ["f", "m"])
def test_what_stands_in_place_of_why(compare: Compare, key: str) -> None:
    assert compare("n", key)


def test_one_pane_alone(compare: Compare) -> None:
    assert compare("n", "z", problem=batches(), size=(80, 24))


def test_a_long_run_on_a_log_scale(compare: Compare) -> None:
    assert compare("n", "l", step=200, problem=exercise_2(learning_rate=0.05))


def test_a_run_that_diverged(compare: Compare) -> None:
    assert compare("right", problem=diverging(), step=1000)


@pytest.mark.parametrize("theme", ["textual-light"])
def test_themes(compare: Compare, theme: str) -> None:
    assert compare("n", "down", step=10, theme=theme)


def test_without_colours(compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert compare("n", "down", step=10)


def test_go_to(compare: Compare) -> None:
    assert compare("g", size=(80, 24))


def test_a_tiny_terminal(compare: Compare) -> None:
    assert compare("n", size=(50, 12))


def test_the_report_on_formulas(compare: Compare) -> None:
    report = core.check_answers(EXAMPLES / "exercise-1-published.toml")
    report = replace(report, source="exercise-1-published.toml")
    assert compare(problem=report.step.problem, report=report, size=(80, 24))


def test_what_an_update_remembers(compare: Compare) -> None:
    problem = exercise_2(update=core.Adam(), penalty=core.Penalty(l2=0.1), learning_rate=0.05)
    assert compare("n", "u", "u", problem=problem, step=3)
