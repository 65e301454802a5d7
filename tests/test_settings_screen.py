"""Settings changed from inside: a run from step 0, or a fork."""

from __future__ import annotations

from pathlib import Path

import pytest

import core
from core import Branch, Edit, Source, Timelines
from screen import app, click, press, seek, settle, shown, training
from test_new_problem import field, mistakes, stands
from test_opening import TABLE, complaint, listed
from test_session_screen import decide
from tui.app import SgdbApp
from tui.opening.settings_screen import SettingsScreen


async def test_a_restart_is_a_new_run_from_step_0() -> None:
    async with SgdbApp(core.load_problem("exercise-2", {"l2": 0.1})).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await seek(pilot, 3)
        await press(pilot, "E")
        assert (stands(pilot, "lr"), stands(pilot, "l2"), stands(pilot, "loss")) == ("0.5", "0.1", "squared_error")
        await field(pilot, "lr", "0.25")
        await field(pilot, "update", "momentum")
        await field(pilot, "momentum", "0.5")
        await press(pilot, "ctrl+r")
        await settle(pilot)
        assert shown(pilot).index == 0
        options = {"l2": 0.1, "lr": "0.25", "update": "momentum", "momentum": "0.5"}
        assert training(pilot).problem.source == Source.of("exercise-2", options)
        await press(pilot, "o")
        assert "exercise-2 --l2 0.1" in listed(pilot), "the run before can be had again"


async def test_a_fork_is_another_run_from_this_step_on() -> None:
    problem = core.load_problem("exercise-3")
    async with SgdbApp(problem).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await seek(pilot, 2)
        await press(pilot, "E")
        await field(pilot, "lr", "0.0625")
        await field(pilot, "margin", "0.25")
        await press(pilot, "ctrl+f")
        await settle(pilot)
        branch = Branch.of(problem).with_edits(Edit(2, "alpha", (), 0.0625), Edit(2, "m", (), 0.25))
        assert training(pilot).session.looked_at.branch == branch
        await seek(pilot, 5)
        assert shown(pilot).loss == Timelines(problem)[branch][5].loss
        await press(pilot, "E")
        assert (stands(pilot, "lr"), stands(pilot, "margin")) == ("0.0625", "0.25")


async def test_what_cannot_fork_says_so_at_its_field() -> None:
    async with SgdbApp(core.load_problem("exercise-2")).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "E")
        await field(pilot, "seed", "3")
        await press(pilot, "ctrl+f")
        assert isinstance(pilot.app.screen, SettingsScreen)
        assert mistakes(pilot) == {"seed": "only from step 0: restart"}


@pytest.mark.parametrize("key", ["ctrl+r", "ctrl+f"])
async def test_a_mistake_is_at_its_field_whatever_is_wanted(key: str) -> None:
    async with SgdbApp(core.load_problem("exercise-2")).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "E")
        await field(pilot, "lr", "fast")
        assert mistakes(pilot) == {"lr": 'expected a finite number above 0, found "fast"'}
        await press(pilot, key)
        assert isinstance(pilot.app.screen, SettingsScreen)
        await field(pilot, "lr", "0.5")
        assert not mistakes(pilot)
        await press(pilot, key)
        assert "Nothing was changed" in complaint(pilot)


async def test_a_restart_that_the_problem_refuses_says_why_at_the_field() -> None:
    async with SgdbApp(core.load_problem("exercise-1")).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "E")
        await field(pilot, "loss", "hinge")
        await press(pilot, "ctrl+r")
        assert "loss" in mistakes(pilot)


async def test_a_table_is_read_anew_with_another_network(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(TABLE)
    async with SgdbApp(core.load_problem(str(path))).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "E")
        await field(pilot, "hidden", "4,3")
        await field(pilot, "target", "a")
        await field(pilot, "task", "regression")
        await click(pilot, "restart from step 0")
        await settle(pilot)
        assert training(pilot).problem.network.sizes == (2, 4, 3, 1)
        assert training(pilot).problem.target_names == ("a",)


async def test_a_restart_asks_before_something_is_lost_and_a_fork_loses_nothing() -> None:
    async with SgdbApp(core.load_problem("exercise-2")).run_test(size=(120, 40)) as pilot:
        await decide(pilot)
        await press(pilot, "E")
        await field(pilot, "lr", "0.25")
        await press(pilot, "ctrl+r")
        assert "is not saved" in complaint(pilot)
        await press(pilot, "ctrl+f")
        await settle(pilot)
        assert training(pilot).session.names == ("main", "what if 1", "what if 2")


async def test_a_problem_made_in_python_can_only_be_forked() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "E")
        await field(pilot, "lr", "0.25")
        await press(pilot, "ctrl+r")
        assert "made in Python" in complaint(pilot)
        await press(pilot, "ctrl+f")
        await settle(pilot)
        assert shown(pilot).learning_rate == 0.25


async def test_what_is_wrong_with_a_column_is_said_at_its_field() -> None:
    async with SgdbApp(core.load_problem("iris")).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "E")
        await field(pilot, "target", "colour")
        await press(pilot, "ctrl+r")
        await settle(pilot)
        assert list(mistakes(pilot)) == ["target"]
        assert mistakes(pilot)["target"].startswith('unknown "colour"')
        assert not complaint(pilot)
