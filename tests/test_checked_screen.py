"""Answers that were checked, on the screen."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static
from tui.panes.matrix_pane import MatrixPane
from tui.workbench import Workbench

import core
from screen import app, press, settle, shown, texts, training
from tui.app import SgdbApp
from tui.dialogs.check import CheckScreen
from tui.dialogs.report import ReportScreen

PUBLISHED = Path(__file__).parent.parent / "examples" / "exercise-2-published.toml"


@pytest.fixture
def report() -> core.CheckReport:
    return core.check_answers(PUBLISHED)


def checked(report: core.CheckReport) -> SgdbApp:
    return SgdbApp(report.step.problem, report)


def said(pilot: Pilot[Any]) -> str:
    return str(training(pilot).query_one("#lines", Static).content)


async def test_the_screen_begins_at_the_first_slip_and_says_what_was_written(report: core.CheckReport) -> None:
    async with checked(report).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        assert training(pilot).query_one(Workbench).inspected == ("delta_1", (2, 3))
        assert said(pilot).startswith(
            "slip 1 of 2: you wrote -0.8899: a decimal point slip (or: a digit 0 is missing); it is"
        )
        await press(pilot, "escape")
        assert said(pilot).splitlines()[0].endswith("published.toml: 2 slips in 71 numbers")
        screen = "\n".join(texts(pilot))
        assert screen.count("✗") == 2 + 1  # two numbers, and the legend
        assert screen.count("✓") == 69 + 1


async def test_the_marks_belong_to_their_step_and_come_back_with_it(report: core.CheckReport) -> None:
    async with checked(report).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "escape", "n")
        assert "✗" not in "\n".join(texts(pilot))
        await press(pilot, "p")
        assert "✗" in "\n".join(texts(pilot))
        await press(pilot, "escape")
        assert "✗" not in "\n".join(texts(pilot))


def marked(pilot: Pilot[Any]) -> set[str]:
    """The quantities on screen with verdicts at their numbers."""
    blocks = [block for pane in training(pilot).query(MatrixPane) for block in pane.blocks_shown]
    return {block.name for block in blocks if block.flags is not None}


async def test_the_marks_belong_to_their_loss_and_come_back_with_it(report: core.CheckReport) -> None:
    async with checked(report).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        assert {"s_1", "delta_1", "dW_1", "W_out_next"} <= marked(pilot)
        assert "you wrote" in said(pilot)
        await press(pilot, "h")
        assert marked(pilot) == set()
        assert "you wrote" not in said(pilot)
        await press(pilot, "s")
        assert "you wrote" not in said(pilot)
        await press(pilot, "h")
        assert {"s_1", "delta_1", "dW_1", "W_out_next"} <= marked(pilot)


async def test_a_check_that_ends_below_another_screen_shows_when_that_is_closed(
    monkeypatch: pytest.MonkeyPatch, report: core.CheckReport
) -> None:
    covered = threading.Event()

    def check_slowly(*_: object) -> core.CheckReport:
        covered.wait()
        return report

    monkeypatch.setattr("tui.dialogs.check.check_answers", check_slowly)
    async with app(report.step.problem).run_test() as pilot:
        await settle(pilot)
        training(pilot).action_check_answers()
        await pilot.pause()
        await pilot.press("a", "enter", "ctrl+p")
        await pilot.pause()
        covered.set()
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert pilot.app.screen is training(pilot)
        assert training(pilot).query_one(Workbench).report is report


async def test_the_palette_checks_a_file_on_the_step_on_screen_and_complains_of_a_bad_one(tmp_path: Path) -> None:
    sheet = tmp_path / "mine.toml"
    async with app().run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        right = float(shown(pilot).loss)
        sheet.write_text(f'problem = "exercise-2"\n[answers]\nloss = {right:.4f}\n"s_1[1,1]" = 17\n')
        commands = {command.title: command.callback for command in pilot.app.get_system_commands(training(pilot))}
        await commands["Check answers"]()
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, CheckScreen)
        screen.query_one(Input).value = str(tmp_path / "nowhere.toml")
        await press(pilot, "enter")
        assert "nowhere.toml" in str(screen.query_one("#complaint", Label).content)
        screen.query_one(Input).value = str(sheet)
        await press(pilot, "enter")
        assert training(pilot).query_one(Workbench).inspected == ("s_1", (1, 1))
        assert said(pilot).startswith("slip 1 of 1: you wrote 17")


async def test_s_goes_around_the_slips_and_comes_back_to_their_step(report: core.CheckReport) -> None:
    async with checked(report).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        bench = training(pilot).query_one(Workbench)
        await press(pilot, "s")
        assert bench.inspected == ("W_out_next", (3, 1))
        assert said(pilot).startswith("slip 2 of 2: you wrote 0.050474687")
        await press(pilot, "s")
        assert bench.inspected == ("delta_1", (2, 3))
        await press(pilot, "S", "escape", "n", "s")
        assert (shown(pilot).index, bench.inspected) == (0, ("delta_1", (2, 3)))


async def test_a_verdict_is_not_hidden_by_where_a_number_came_from() -> None:
    step = core.Timeline(core.load_problem("exercise-2"))[0]
    wrong = core.check_answers({"s_out[1]": 0.9859, "y_out[1]": 0.9859}, step)
    async with checked(wrong).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        screen = "\n".join(texts(pilot))
        assert "≈" in screen  # y_out, which the cell feeds
        assert "◆" in screen  # z_1, of which nothing was said


async def test_a_wrong_shape_is_marked_at_the_matrix_and_said_of_its_cells() -> None:
    step = core.Timeline(core.load_problem("exercise-2"))[0]
    turned = core.check_answers({"dW_1": step.weight_gradients[0].T}, step)
    async with checked(turned).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        assert any("∂W₁ ✗ transposed" in line for line in texts(pilot))
    async with checked(turned).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert training(pilot).query_one(Workbench).inspected == ("dW_1", (1, 1))
        assert any("∂W₁ ✗" in line for line in texts(pilot))
        assert said(pilot).startswith("slip 1 of 1: the matrix is transposed: expected 2 rows of 3, found 3 rows of 2")


async def test_a_sheet_of_formulas_opens_with_the_report() -> None:
    formulas = core.check_answers(PUBLISHED.with_name("exercise-1-published.toml"))
    async with checked(formulas).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        screen = "\n".join(str(static.content) for static in pilot.app.screen.query(Static))
        assert isinstance(pilot.app.screen, ReportScreen)
        assert "3 of 3 formulas wrong" in screen
        assert screen.count("right is ") == 3
        await press(pilot, "escape")
        assert said(pilot).splitlines()[0].endswith("published.toml: 3 of 3 formulas wrong")
        assert said(pilot).count("✗ ∂W") == 3
        await press(pilot, "r")
        assert isinstance(pilot.app.screen, ReportScreen)


async def test_without_answers_the_keys_say_so() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        bench = training(pilot).query_one(Workbench)
        assert (bench.why_not("slip") or "").startswith("No answers are loaded")
        assert bench.check_action("report", ()) is None
