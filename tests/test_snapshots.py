"""What the screens look like. A picture is updated only after somebody has looked at the new one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

import core
from pictured import circles, small_digits
from samples import exercise_2
from screen import (
    SIZES,
    app,
    batches,
    cells,
    commands,
    digits,
    diverging,
    flowers,
    inspect,
    press,
    seek,
    settle,
    stand_still,
    training,
)
from test_learned_screen import overlapping
from test_watches_screen import watch
from test_what_if_screen import change

Compare = Callable[..., bool]
EXAMPLES = Path(__file__).parent.parent / "examples"
EXERCISE_2, EXERCISE_3 = (core.load_problem(name) for name in ("exercise-2", "exercise-3"))


def by_size(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


@pytest.fixture
def compare(snap_compare: Any) -> Compare:
    """Compare a problem's screen with its picture: at a step, after what is done `first` and after keys, with a cell,
    at a size, in a theme.
    """

    def check(
        *keys: str,
        problem: core.Problem = EXERCISE_2,
        report: core.CheckReport | None = None,
        size: tuple[int, int] = (120, 40),
        step: int = 0,
        cell: tuple[str, tuple[int, ...]] | None = None,
        theme: str | None = None,
        first: Callable[[Pilot[Any]], Awaitable[None]] | None = None,
    ) -> bool:
        async def prepare(pilot: Pilot[Any]) -> None:
            await settle(pilot)
            if theme:
                pilot.app.theme = theme
            if step:
                await seek(pilot, step)
            if first is not None:
                await first(pilot)
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


def test_a_cell_in_the_notation_of_a_course(compare: Compare) -> None:
    problem = replace(exercise_2(reduction="mean"), notation=core.NOTATIONS["ng"])
    assert compare("n", problem=problem, step=10, cell=("delta_1", (2, 2)))


def test_the_walk_in_the_notation_of_a_book(compare: Compare) -> None:
    problem = replace(core.load_problem("three-classes"), notation=core.NOTATIONS["goodfellow"])
    assert compare("n", "down", *["full_stop"] * 9, problem=problem, step=10)


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


DYING = core.load_problem("exercise-2", {"lr": "1"})


def test_a_network_that_dies(compare: Compare) -> None:
    assert compare("i", "enter", problem=DYING, step=200)


def test_why_a_number_is_0(compare: Compare) -> None:
    assert compare("0", problem=DYING, step=60, first=lambda pilot: inspect(pilot, "dW_1", (2, 3)))


def test_a_fork_beside_the_run_that_it_left(compare: Compare) -> None:
    async def fork(pilot: Pilot[Any]) -> None:
        await seek(pilot, 1)
        await change(pilot, "alpha = 0.3")
        await seek(pilot, 40)

    assert compare("D", "enter", problem=DYING, step=40, first=fork)


def test_the_branches(compare: Compare) -> None:
    async def fork(pilot: Pilot[Any]) -> None:
        await change(pilot, "W_1[1,3] = 0.1/3")
        await change(pilot, "alpha = 0.1")

    assert compare("B", step=12, first=fork, size=(80, 24))


def test_a_change_that_cannot_be_read(compare: Compare) -> None:
    assert compare(step=3, first=lambda pilot: change(pilot, "alpha = 0.1 +"), size=(80, 24))


def test_where_watches_hold(compare: Compare) -> None:
    async def add(pilot: Pilot[Any]) -> None:
        await watch(pilot, "loss rises", "all(z_1[:,3] == 0)")

    assert compare("w", "enter", problem=DYING, step=40, first=add)


def test_a_history_with_marks_below(compare: Compare) -> None:
    async def follow(pilot: Pilot[Any]) -> None:
        await watch(pilot, "loss rises")
        await inspect(pilot, "s_1", (3, 2))

    assert compare("left_curly_bracket", problem=DYING, step=40, first=follow)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=by_size)
def test_opening_a_problem(compare: Compare, size: tuple[int, int]) -> None:
    assert compare("o", "t", "h", "r", size=size)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=by_size)
def test_a_new_problem_with_a_mistake(compare: Compare, size: tuple[int, int]) -> None:
    assert compare("N", *["down"] * 5, "backspace", "full_stop", problem=EXERCISE_3, size=size)


def test_settings_without_colours(compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert compare("E", "down", "down", "down", "x", problem=EXERCISE_3, size=(80, 24))


@pytest.mark.parametrize("size", SIZES[1:], ids=by_size)
def test_a_decision_surface(compare: Compare, size: tuple[int, int]) -> None:
    assert compare("P", problem=circles(), size=size, step=60)


def test_a_decision_surface_alone_without_colours(compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert compare("P", "z", "z", "z", problem=circles(), size=(80, 24), step=60)


def test_a_table_of_ones_own(compare: Compare) -> None:
    options = {"only": "petal length,petal width", "test": "0.2", "standardize": True}
    iris = core.load_problem(Path(core.__file__).parent / "problems" / "iris.csv", options)
    assert compare("P", problem=iris, step=500)


@pytest.mark.parametrize("name", ["units", "confusion", "heat"])
def test_other_pictures(compare: Compare, name: str) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        training(pilot).action_show_picture(name)
        training(pilot)._alone("picture")
        await settle(pilot)

    assert compare(problem=core.load_problem("three-classes"), size=(80, 24), step=20, first=show)


def test_an_image_beside_what_is_said_of_it_in_a_light_theme(compare: Compare) -> None:
    assert compare("P", "P", problem=small_digits(), step=9, theme="textual-light")


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=by_size)
def test_the_verdict_beside_the_losses_over_rows_held_out(compare: Compare, size: tuple[int, int]) -> None:
    assert compare("V", problem=overlapping(), size=size, step=60)


def test_the_verdict_without_colours(compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert compare("V", problem=overlapping(), size=(160, 50), step=60)


def test_accuracy_along_the_run(compare: Compare) -> None:
    async def accuracy(pilot: Pilot[Any]) -> None:
        await press(pilot, "z", "z")
        await commands(pilot)["Picture: accuracy or R² along the run"]()
        await settle(pilot)

    assert compare(problem=overlapping(), step=60, first=accuracy)
