"""What the screens look like. A picture is updated only after somebody has looked at the new one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from tui.workbench import Workbench

import core
from screen import app, diverging, press, settle, stand_still, training, wide
from tui.app import SgdbApp

Compare = Callable[..., bool]
EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture
def compare(snap_compare: Any) -> Compare:
    """Compare a problem's screen with its picture, after keys, at a size of the terminal, in a theme."""

    def check(
        *keys: str,
        problem: core.Problem | None = None,
        size: tuple[int, int] = (120, 40),
        theme: str | None = None,
        seek: int = 0,
        inspect: tuple[str, tuple[int, ...]] | None = None,
    ) -> bool:
        async def prepare(pilot: Pilot[Any]) -> None:
            await settle(pilot)
            if theme:
                pilot.app.theme = theme
            if seek:
                training(pilot).seek(seek)
                await settle(pilot)
            await press(pilot, *keys)
            if inspect:
                training(pilot).query_one(Workbench).inspected = inspect
                await settle(pilot)
            await stand_still(pilot)

        result: bool = snap_compare(app(problem), terminal_size=size, run_before=prepare)
        return result

    return check


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_first_step(compare: Compare, size: tuple[int, int]) -> None:
    assert compare(size=size)


def test_a_later_step_marks_what_changed(compare: Compare) -> None:
    assert compare("right", seek=25)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_same_network_under_the_hinge(compare: Compare, size: tuple[int, int]) -> None:
    assert compare("h", seek=25, size=size)


@pytest.mark.parametrize("theme", ["textual-light", "nord", "solarized-light"])
def test_themes(compare: Compare, theme: str) -> None:
    assert compare("right", seek=25, theme=theme)


def test_without_colour_the_signs_and_marks_remain(compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert compare("right", seek=25)


def test_a_wide_network(compare: Compare) -> None:
    assert compare("right", problem=wide())


def test_a_run_that_diverged(compare: Compare) -> None:
    assert compare(problem=diverging(), seek=1000)


def test_one_pane_alone(compare: Compare) -> None:
    assert compare("z", "tab", seek=5, size=(80, 24))


def test_a_long_run_on_a_log_scale(compare: Compare) -> None:
    assert compare("l", "tab", "tab", "z", seek=2000)


def test_help(compare: Compare) -> None:
    assert compare("question_mark")


def test_go_to(compare: Compare) -> None:
    assert compare("g", size=(80, 24))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    ("name", "cell", "loss"),
    [
        ("s_1", (1, 2), "own"),
        ("delta_1", (3, 3), "own"),
        ("dW_1", (1, 3), "own"),
        ("W_out_next", (3, 1), "own"),
        ("loss", (), "own"),
        ("p", (2, 1), "hinge"),
        ("do", (2, 1), "hinge"),
        ("sample_losses", (2,), "hinge"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_arithmetic_of_a_cell(
    compare: Compare, size: tuple[int, int], name: str, cell: tuple[int, ...], loss: str
) -> None:
    assert compare(*["h"] * (loss == "hinge"), size=size, inspect=(name, cell))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_walk_through_a_step(compare: Compare, size: tuple[int, int]) -> None:
    assert compare(*["full_stop"] * 8, size=size)


def test_a_long_sum_shows_its_largest_terms(compare: Compare) -> None:
    assert compare(problem=wide(), inspect=("s_1", (3, 2)))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_formulas_of_a_network(compare: Compare, size: tuple[int, int]) -> None:
    assert compare("f", problem=core.load_problem("exercise-1"), size=size)


def test_gradients_beside_central_differences(compare: Compare) -> None:
    assert compare("right", "tab", "z", "d")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_hinge_laid_open(compare: Compare, size: tuple[int, int]) -> None:
    assert compare("right", problem=core.load_problem("exercise-3"), size=size)


def test_the_hinge_laid_open_without_colour(compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert compare("right", problem=core.load_problem("exercise-3"))


def test_the_hinge_pane_alone(compare: Compare) -> None:
    assert compare("z", "down", "up", "down", problem=core.load_problem("exercise-3"))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_losses_side_by_side(compare: Compare, size: tuple[int, int]) -> None:
    assert compare("m", problem=core.load_problem("why-the-max"), size=size, seek=30)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_checked_answers(snap_compare: Any, size: tuple[int, int]) -> None:
    report = core.check_answers(EXAMPLES / "exercise-2-published.toml")
    assert snap_compare(SgdbApp(report.step.problem, report), terminal_size=size, run_before=settle)


def test_checked_answers_of_a_wrong_shape(snap_compare: Any) -> None:
    step = core.Timeline(core.load_problem("exercise-2"))[0]
    answers = {"z_1": step.activations[0][:3], "dW_1": step.weight_gradients[0].T, "s_out[3]": 0.6336}
    report = core.check_answers(answers, step)
    assert snap_compare(SgdbApp(step.problem, report), terminal_size=(120, 40), run_before=settle)


def test_the_report_on_formulas(snap_compare: Any) -> None:
    report = core.check_answers(EXAMPLES / "exercise-1-published.toml")
    report = replace(report, source="exercise-1-published.toml")
    assert snap_compare(SgdbApp(report.step.problem, report), terminal_size=(80, 24), run_before=settle)
