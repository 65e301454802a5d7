"""`sgdb compare`: what its words name, its screen by keys and mouse, and what it looks like."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

import core
from core import Edit, Session
from core.sweeps.sweep import sweep
from screen import click, click_at, mouse, notices, press, settle, stand_still, texts, until
from swept import OTHER
from tui.app import SgdbApp
from tui.cli import main
from tui.commands import compare
from tui.dialogs.help import HelpScreen
from tui.keys import keys_of
from tui.sheet.widget import Sheet
from tui.sweeps.compare import MOST, Runner, Side, curves, drawn
from tui.sweeps.compare_screen import ComparedScreen
from tui.sweeps.replay import ReplayScreen

STEPS = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep, and a session with a fork that is looked at."""
    folder = tmp_path_factory.mktemp("compare")
    list(sweep("exercise-2", {"lr": [0.5, 1.5, 1e200]}, steps=30, into=folder / "rates.sqlite"))
    session = Session.of(core.load_problem("exercise-2")).fork(Edit(5, "alpha", (), 0.25))
    timelines = core.Timelines(core.load_problem("exercise-2"))
    timelines[session.looked_at.branch].approach(21)
    core.save_session(session, str(folder / "fork.session"), timelines)
    return folder


def side(name: str = "exercise-2", steps: int = STEPS, **options: Any) -> Side:
    problem = core.load_problem(name, options)
    return Side(f"{name} {options.get('lr', '')}".strip(), "about", Session.of(problem), problem, steps)


def sides() -> list[Side]:
    """One run, the same again, others, and one that ends early."""
    return [side(), side(), side(lr=0.25), side(lr=1.5), side(lr=1e200), side(steps=10)]


def app(found: list[Side] | None = None) -> SgdbApp:
    return SgdbApp(first=ComparedScreen(sides() if found is None else found))


def screen(pilot: Pilot[Any]) -> ComparedScreen:
    return next(found for found in pilot.app.screen_stack if isinstance(found, ComparedScreen))


def page(pilot: Pilot[Any]) -> str:
    return "\n".join(texts(pilot))


# What is compared.


async def test_runs_are_computed_as_far_as_each_is_to_go_with_their_own_bits() -> None:
    runner = Runner(sides())
    lefts = [left async for left in runner.go()]
    assert lefts[-1] == runner.left == 0
    for k, one in enumerate(runner.sides):
        timeline = core.Timeline(one.problem)
        if runner.ended[k]:
            with pytest.raises(core.DivergedError) as caught:
                timeline.approach(one.steps + 1)
            assert runner.ended[k] == str(caught.value)
        else:
            timeline.approach(one.steps + 1)
        np.testing.assert_array_equal(runner.losses(k), timeline.losses)
    assert [one.title for one in runner.sides[:3]] == ["exercise-2", "exercise-2 (2)", "exercise-2 0.25"]
    assert [bool(reason) for reason in runner.ended] == [False, False, False, False, True, False]
    assert [runner.apart(k) for k in range(6)][:4] == [None, None, 1, 1]
    found = await runner.compare(2, 7)
    assert found.found is not None
    one, other = (core.Timeline(runner.sides[k].problem)[7] for k in (0, 2))
    assert found.found.total == core.compare_steps(one, other).total > 0
    assert (await runner.compare(5, 20)).reason == "exercise-2 (3) has no step 20: it ends at step 10"
    assert "has no step 30: the run stops being finite" in (await runner.compare(4, 30)).reason.replace("  ", " ")
    runner.close()


def test_the_first_run_and_those_around_the_chosen_one_are_drawn() -> None:
    assert drawn(2, 1) == [0, 1]
    assert drawn(4, 0) == drawn(4, 3) == [0, 1, 2, 3]
    for count in range(2, MOST + 1):
        for chosen in range(count):
            shown = drawn(count, chosen)
            assert len(shown) == len({*shown}) == min(4, count)
            assert {0, chosen} <= {*shown}
            assert max(shown) < count


async def test_differences_are_those_of_the_losses() -> None:
    runner = Runner(sides()[:3])
    async for _ in runner.go():
        pass
    first, _, third = (core.Timeline(one.problem) for one in runner.sides)
    for timeline in (first, third):
        timeline.approach(STEPS + 1)
    apart = third.losses - first.losses
    np.testing.assert_array_equal(curves(runner, [0, 2], True, False)[1].values, apart)
    np.testing.assert_array_equal(curves(runner, [0, 2], True, True)[1].values, np.abs(apart))
    np.testing.assert_array_equal(curves(runner, [0, 2], False, True)[1].values, third.losses)
    runner.close()


# Its screen.


async def test_every_key_does_what_it_says() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sheet = screen(pilot)
        assert "compare 6 runs │ step 40" in texts(pilot)[0]
        assert (sheet.shown.chosen, sheet.shown.step, sheet.shown.activity) == (1, 40, "")
        assert "are the same" in page(pilot)
        await press(pilot, "down")
        assert "numbers differ, largest first" in page(pilot)
        await press(pilot, "home", "n", "n", "p")
        assert sheet.shown.step == 1
        await press(pilot, "right", "left", "shift+right", "shift+left")
        assert sheet.shown.step in (0, 1)
        await press(pilot, "g")
        pilot.app.screen.query_one(Input).value = "7"
        await press(pilot, "enter")
        assert sheet.shown.step == 7
        first, third = (core.Timeline(sheet.runner.sides[k].problem) for k in (0, 2))
        gap = third[7].loss - first[7].loss
        assert f"{gap:+.4g}" in page(pilot)
        await press(pilot, "d")
        assert "loss minus that of exercise-2" in page(pilot)
        await press(pilot, "l")
        assert "loss apart from that of exercise-2, log scale" in page(pilot)
        await press(pilot, "d", "l", "shift+down", "shift+down", "shift+up")
        assert sheet.shown.scroll == 1
        await press(pilot, "end", "down", "down")
        assert "the run stops being finite" in page(pilot) or "has no step 40" in page(pilot)
        await press(pilot, "down", "down", "up", "up", "up", "up", "up", "up")
        assert sheet.shown.chosen == 0
        assert "chooses another run" in page(pilot)
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        await press(pilot, "escape", "escape", "q")
    assert pilot.app.return_code == 0


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)], ids=str)
async def test_what_is_known_of_the_chosen_run_is_told_in_full(size: tuple[int, int]) -> None:
    found = [replace(one, about=f"hidden 2, lr 0.{k}, seed 1, the update {k}") for k, one in enumerate(sides())]
    async with app(found).run_test(size=size) as pilot:
        await settle(pilot)
        assert " ▸ hidden 2, lr 0.1, seed 1, the update 1" in page(pilot)
        assert "hidden …" not in page(pilot)
        await press(pilot, "up")
        assert " ▸ hidden 2, lr 0.0, seed 1, the update 0" in page(pilot)


async def test_a_run_that_ends_before_the_cursor_says_where() -> None:
    async with app([side(), side(steps=5)]).run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "has no step" in page(pilot))
        assert f"exercise-2 (2) has no step {STEPS}: it ends at step 5" in page(pilot)
        assert re.search(r"exercise-2 \(2\) +ended ", page(pilot))


async def test_a_run_opens_at_the_cursor_and_one_comes_back() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "down", "down", "home", *["n"] * 12, "enter")
        replay = pilot.app.screen
        assert isinstance(replay, ReplayScreen)
        assert replay.step is not None
        assert replay.step.index == 12
        assert replay.step.loss == core.Timeline(screen(pilot).runner.sides[3].problem)[12].loss
        await press(pilot, "q")
        assert pilot.app.screen is screen(pilot)
        assert screen(pilot).shown.step == 12


async def test_the_mouse_chooses_runs_and_steps() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sheet = screen(pilot)
        await click(pilot, "exercise-2 1.5")
        assert sheet.shown.chosen == 3
        await click_at(pilot, 40, 8)
        step = sheet.shown.step
        assert 0 < step < 40
        await mouse(pilot, events.MouseMove, (50, 8), button=1)
        assert sheet.shown.step > step
        await click(pilot, "log")
        assert sheet.shown.logarithmic
        table, aside = sheet.page.table, sheet.page.aside
        await mouse(pilot, events.MouseScrollDown, (5, table.y + 3))
        assert sheet.shown.chosen == 4
        await mouse(pilot, events.MouseScrollUp, (5, table.y + 3))
        await mouse(pilot, events.MouseScrollDown, (aside.x + 3, aside.y + 3))
        assert sheet.shown.scroll == 3


async def test_a_long_computation_shows_itself_and_stops_on_esc() -> None:
    async with app([side("spiral", 10**8), side("spiral", 10**8, lr=0.001)]).run_test(size=(80, 24)) as pilot:
        while "computing" not in texts(pilot)[0]:
            await pilot.pause(0.001)
        await pilot.press("down")
        assert screen(pilot).runner.left > 10**6
        await press(pilot, "escape")
        assert "stopped" in texts(pilot)[0]
        reached = screen(pilot).last
        await press(pilot, "l")
        assert screen(pilot).last == reached


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)], ids=str)
async def test_every_state_fits_its_lines(size: tuple[int, int]) -> None:
    async with app().run_test(size=size) as pilot:
        await settle(pilot)
        for key in ("down", "d", "l", "end", "home", "down", "down", "down"):
            await press(pilot, key)
            lines = screen(pilot).query_one(Sheet).lines
            assert len(lines) == size[1]
            for line in lines:
                ends = [0, *(span.end for span in line)]
                assert all(span.column >= end for span, end in zip(line, ends, strict=False)), line
                assert ends[-1] <= size[0], line
        await pilot.resize_terminal(59, 19)
        await settle(pilot)
        assert "sgdb needs 60×20." in page(pilot)
        for y in (3, 12, 15):
            await click_at(pilot, 20, y)
        await press(pilot, "right", "down")


async def test_every_key_is_in_the_palette() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        titles = {command.title for command in pilot.app.get_system_commands(screen(pilot))}
        assert {binding.tooltip for _, binding in keys_of([screen(pilot)])} <= titles


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_what_it_looks_like(snap_compare: Any, size: tuple[int, int]) -> None:
    async def prepare(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await press(pilot, "down", "home", "n", "n", "n")
        await stand_still(pilot)

    assert snap_compare(app(), terminal_size=size, run_before=prepare)


# The command.


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[Side]:
    """What the screen is asked to compare."""
    found: list[Side] = []

    def run(sides: list[Side]) -> int:
        found.extend(sides)
        return 0

    monkeypatch.setattr("tui.sweeps.app.run_compare_app", run)
    monkeypatch.setattr(compare, "terminal", lambda: True)
    return found


async def test_a_word_names_a_problem_a_session_or_a_run_of_a_sweep(folder: Path, compared: list[Side]) -> None:
    words = ["compare", "exercise-2", f"{folder}/fork.session", f"{folder}/rates.sqlite:2", "--lr", "0.75"]
    assert main(words) == 0
    assert [one.title for one in compared] == ["exercise-2", "fork.session", "rates.sqlite:2"]
    assert [one.steps for one in compared] == [1000, 20, 30]
    assert [one.about for one in compared] == ["α 0.75, squared error", "what if 1 of exercise-2", "lr 1.5"]
    assert compared[2].problem.learning_rate == 1.5
    async with app(compared).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        losses = screen(pilot).runner.losses(1)
        timelines = core.Timelines(core.load_problem("exercise-2"))
        fork = timelines[compared[1].session.looked_at.branch]
        fork.approach(21)
        np.testing.assert_array_equal(losses, fork.losses)
        assert notices(pilot) == []


async def test_runs_of_another_machine_say_so(folder: Path) -> None:
    one = side()
    other = Side(one.title, "", one.session, one.problem, 5, "", OTHER)
    async with app([one, other]).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert notices(pilot) == [f"exercise-2 (2): {core.told_apart(core.fingerprint(), OTHER)}"]
        assert folder


def test_the_steps_can_be_given(folder: Path, compared: list[Side]) -> None:
    assert main(["compare", "exercise-2", f"{folder}/rates.sqlite:1", f"{folder}/fork.session", "--steps", "7"]) == 0
    assert [one.steps for one in compared] == [7, 7, 7]


@pytest.mark.parametrize(
    ("words", "mistakes"),
    [
        ("", ["expected RUN, a problem"]),
        ("exercise-2", ["expected 2 to 20 runs, found 1"]),
        ("exercise-2 exercise-22", ['unknown "exercise-22"']),
        ("exercise-2 {}/rates.sqlite", ["{}/rates.sqlite: expected the number of a run behind it, such as :17"]),
        ("exercise-2 {}/rates.sqlite:9", ["{}/rates.sqlite:9: there is no run 9; it has 3"]),
        ("exercise-2 {}/none.sqlite:1", ["{}/none.sqlite:1: there is no such file"]),
        ("exercise-2 {}/none.session", ["{}/none.session: "]),
        ("{0}/rates.sqlite:1 {0}/rates.sqlite:2 --lr 1", ["--lr: of no use without a problem"]),
        ("exercise-2 exercise-3 --lr fast", ["--lr: expected"]),
        ("exercise-2 iris exercise-2 --hidden 3", ["exercise-2: --hidden: not for this problem"]),
        ("exercise-2 exercise-2 --steps many", ["--steps: expected a whole number"]),
    ],
)
def test_each_mistake_is_told_once(
    words: str, mistakes: list[str], folder: Path, compared: list[Side], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *shlex.split(words.format(folder))]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(mistakes), lines
    assert not compared
    for line, mistake in zip(lines, mistakes, strict=True):
        assert mistake.format(folder) in line


def test_without_a_terminal_it_gives_a_hint(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "terminal", lambda: False)
    assert main(["compare", "exercise-2", "exercise-2"]) == 2
    assert "the screen needs a terminal" in capsys.readouterr().err
    assert main(["compare", "--help"]) == 0
    assert "FILE.sqlite:NUMBER" in capsys.readouterr().out
