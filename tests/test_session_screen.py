"""Sessions by keys: saved, opened again, saved by themselves, and offered after a kill."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

import core
from core import Branch, Edit, Timelines, load_session
from screen import inspect, last_line, notices, press, seek, settle, shown, texts, training, until
from test_watches_screen import watch
from test_what_if_screen import change
from tui.app import SgdbApp
from tui.dialogs.left import LeftScreen
from tui.training.screen import TrainingScreen


def opened(path: Path) -> SgdbApp:
    session = load_session(path)
    return SgdbApp(session.problem(), session=session, path=str(path))


async def decide(pilot: Pilot[Any]) -> None:
    """A fork at step 3, a watch and a bookmark; then step 7, at a cell."""
    await settle(pilot)
    await seek(pilot, 3)
    await change(pilot, "alpha = 1")
    await watch(pilot, "loss < 1")
    await press(pilot, "b")
    pilot.app.screen.query_one(Input).value = "here"
    await press(pilot, "enter", "l")
    await seek(pilot, 7)
    await inspect(pilot, "W_1", (1, 3))


def killed(pilot: Pilot[Any]) -> None:
    """Its lock is gone, as the system takes it from a process that is killed."""
    store = training(pilot)._store
    assert store is not None
    store.wait()
    assert store._lock is not None
    store._lock.close()


def forked() -> core.Timeline:
    problem = core.load_problem("exercise-2")
    return Timelines(problem)[Branch.of(problem).with_edits(Edit(3, "alpha", (), 1.0))]


async def test_a_session_is_saved_and_opened_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "mine.session"
    sgdb = SgdbApp(core.load_problem("exercise-2"))
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await decide(pilot)
        await press(pilot, "ctrl+s")
        line = pilot.app.screen.query_one(Input)
        assert line.value == "exercise-2.session"
        line.value = str(path.with_suffix(""))
        await press(pilot, "enter")
        await settle(pilot)
        assert "Saved:" in last_line(pilot)
        assert not training(pilot).unsaved
        saved, sample = training(pilot).session, training(pilot).view.sample
        assert sample
    async with opened(path).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        screen = training(pilot)
        assert shown(pilot).index == 7
        assert shown(pilot).loss == forked()[7].loss
        assert screen.view.cursor == ("W_1", (1, 3))
        assert screen.view.logarithmic
        assert screen.view.sample == sample
        assert (screen.session.watches, screen.session.bookmarks) == (saved.watches, saved.bookmarks)
        assert "what if 1" in texts(pilot)[0]
        assert not notices(pilot)
        await seek(pilot, 3)
        assert "bookmark: here" in texts(pilot)[1]
        await press(pilot, "w", "delete", "escape", "ctrl+s")
        await settle(pilot)
        assert not load_session(path).watches


async def test_a_run_that_is_not_what_it_was_says_so(tmp_path: Path) -> None:
    path = tmp_path / "mine.session"
    problem = core.load_problem("exercise-2")
    timelines = Timelines(problem)
    timelines[Branch.of(problem)].advance(9)
    core.save_session(core.Session.of(problem), path, timelines)
    path.write_text(re.sub(r'= "[0-9a-f]{8}"(?=[,}])', '= "00000000"', path.read_text()))
    async with opened(path).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: notices(pilot))
        assert "the losses differ" in notices(pilot)[0]


async def test_a_file_that_is_there_is_replaced_when_asked_twice_and_a_wrong_folder_is_told(
    tmp_path: Path,
) -> None:
    path = tmp_path / "old.session"
    path.write_text("mine")
    sgdb = SgdbApp(core.load_problem("exercise-2"))
    async with sgdb.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+s")
        line = pilot.app.screen.query_one(Input)
        line.value = str(tmp_path / "nowhere" / "a.session")
        await press(pilot, "enter")
        assert pilot.app.screen is not training(pilot)
        line.value = str(path)
        await press(pilot, "enter")
        assert path.read_text() == "mine"
        await press(pilot, "enter")
        await settle(pilot)
        assert load_session(path).names == training(pilot).session.names


async def test_quitting_with_what_is_not_saved_asks_once_and_leaves_nothing() -> None:
    folder = Path(os.environ["XDG_STATE_HOME"]) / "sgdb" / "sessions"
    sgdb = SgdbApp(core.load_problem("exercise-2"))
    async with sgdb.run_test(size=(80, 24)) as pilot:
        await decide(pilot)
        await press(pilot, "q")
        assert "is not saved" in last_line(pilot)
        assert len(list(folder.iterdir())) == 1
        await pilot.press("q")
    assert not sgdb.is_running
    assert not list(folder.iterdir())


async def test_nothing_is_asked_where_nothing_was_decided() -> None:
    sgdb = SgdbApp(core.load_problem("exercise-2"))
    async with sgdb.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "n")
        await pilot.press("q")
    assert not sgdb.is_running
    assert not (Path(os.environ["XDG_STATE_HOME"]) / "sgdb").exists()


async def test_what_a_killed_process_left_is_offered_and_gone_on_with() -> None:
    sgdb = SgdbApp(core.load_problem("exercise-2"))
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await decide(pilot)
        session = training(pilot).session
        killed(pilot)
    other = SgdbApp(core.load_problem("xor"))
    async with other.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, LeftScreen) and texts(pilot))
        assert "exercise-2 at step" in "\n".join(texts(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: training(pilot).session.names == session.names)
        await settle(pilot)
        assert training(pilot).problem.name == core.load_problem("exercise-2").name
        assert [named.branch for named in training(pilot).session.branches] == [n.branch for n in session.branches]
        await seek(pilot, 7)
        np.testing.assert_array_equal(shown(pilot).values["W_1"], forked()[7].values["W_1"])
        assert training(pilot).unsaved
        await press(pilot, "q")
        await pilot.press("q")
    third = SgdbApp(core.load_problem("xor"))
    async with third.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(pilot.app.screen, TrainingScreen)


async def test_what_was_left_can_be_thrown_away() -> None:
    sgdb = SgdbApp(core.load_problem("exercise-2"))
    async with sgdb.run_test(size=(80, 24)) as pilot:
        await decide(pilot)
        killed(pilot)
    async with SgdbApp(core.load_problem("xor")).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, LeftScreen))
        await press(pilot, "delete")
        assert pilot.app.screen is training(pilot)
    async with SgdbApp(core.load_problem("xor")).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert pilot.app.screen is training(pilot)


async def test_what_cannot_be_saved_by_itself_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))
    sgdb = SgdbApp(core.load_problem("exercise-2"))
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await change(pilot, "alpha = 1")
        await until(pilot, lambda: "Not saved by itself" in last_line(pilot))


@pytest.mark.parametrize("cell", [("p", (1, 1)), ("z_1", (4, 3)), ("loss", ())])
async def test_a_cursor_that_the_step_has_not_is_near_or_none(
    tmp_path: Path, cell: tuple[str, tuple[int, ...]]
) -> None:
    path = tmp_path / "mine.session"
    problem = core.load_problem("exercise-2", {"batch": "2"})
    core.save_session(core.Session.of(problem).at(2, cell), path, Timelines(problem))
    async with opened(path).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert shown(pilot).index == 2
        assert training(pilot).view.cursor == (("z_1", (2, 3)) if cell[0] == "z_1" else None)


async def test_a_view_that_no_key_brings_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "mine.session"
    view = {"sample": -7, "more": 99_999, "middle": "xyz", "numbers": 3, "by_loss": True, "cursor": "W_1"}
    problem = core.load_problem("exercise-2")
    core.save_session(core.Session.of(problem).with_view(view), path, Timelines(problem))
    async with opened(path).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "enter")
        seen = training(pilot).view
        assert (seen.sample, seen.middle, seen.numbers, seen.by_loss) == (0, "", False, True)
        assert seen.more == 8
