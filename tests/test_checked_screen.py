"""Answers that were checked, on the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static

import core
from screen import app, press, settle, shown, texts, training
from tui.app import SgdbApp
from tui.screens.check import CheckScreen
from tui.workbench import Workbench

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
        assert said(pilot).startswith("you wrote -0.8899: a decimal point slip")
        await press(pilot, "escape")
        assert "2 slips in 71 numbers" in said(pilot)
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
        assert said(pilot).startswith("you wrote 17")
