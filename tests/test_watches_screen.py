"""Watches, bookmarks and histories by keys."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

import core
from core import Timeline
from samples import exercise_2
from screen import app, inspect, last_line, pane, press, seek, settle, shown, texts, training, until
from tui.training.actions import watches


async def watch(pilot: Pilot[Any], *conditions: str) -> None:
    """Add watches, and close the list."""
    await press(pilot, "w")
    for text in conditions:
        if not pilot.app.screen.query_one(Input).has_focus:
            await press(pilot, "a")
        pilot.app.screen.query_one(Input).value = text
        await press(pilot, "enter")
    await press(pilot, "escape")
    await settle(pilot)


def everything(pilot: Pilot[Any]) -> str:
    return "\n".join(texts(pilot))


def below(limit: float, steps: int) -> list[int]:
    """The steps whose loss is below a limit, by stepping."""
    timeline = Timeline(exercise_2())
    return [k for k in range(steps) if timeline[k].loss < limit]


async def test_c_goes_on_to_where_a_watch_holds_and_says_with_what_numbers() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await watch(pilot, "loss < 0.95")
        await press(pilot, "c")
        first = below(0.95, 30)[0]
        assert shown(pilot).index == first
        assert f"Step {first}, watch 1, loss < 0.95: loss = {core.significant(shown(pilot).loss, 6)}" in last_line(
            pilot
        )
        assert "watch 1: loss = " in texts(pilot)[1]
        await press(pilot, "left")
        assert "watch 1" not in texts(pilot)[1]


async def test_numbers_that_have_to_wait_come_by_themselves() -> None:
    sgdb, free = app(), threading.Event()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await watch(pilot, "loss < 0.95")
        await press(pilot, "c")
        busy = asyncio.ensure_future(training(pilot).run.engine.do(free.wait))
        await pilot.pause()
        training(pilot).paint()
        assert "watch 1: loss < 0.95" in texts(pilot)[1]
        free.set()
        await busy
        await settle(pilot)
        assert "watch 1: loss = " in texts(pilot)[1]


async def test_capital_c_goes_back_to_the_last_one() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await watch(pilot, "W_1[1,3] changes sign", "becomes loss > 2")
        await seek(pilot, 40)
        timeline = Timeline(exercise_2())
        signs = [timeline[k].values["W_1"][0, 2] for k in range(41)]
        wanted = [k for k in range(1, 41) if signs[k] * signs[k - 1] < 0]
        wanted += [k for k in range(1, 41) if timeline[k].loss > 2 >= timeline[k - 1].loss]
        for step in sorted(wanted, reverse=True):
            await press(pilot, "C")
            await settle(pilot)
            assert shown(pilot).index == step
        await press(pilot, "C")
        await settle(pilot)
        assert "No watch holds in any step before." in last_line(pilot)
        assert shown(pilot).index == min(wanted)


async def test_every_computed_step_where_a_watch_holds_is_marked_in_the_plot_and_listed() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 40)
        await watch(pilot, "loss < 0.95", "W_1[1,3] changes sign")
        marks = training(pilot).marks()
        assert marks[0].steps.tolist() == below(0.95, 41)
        assert len(marks[1].steps) == 1
        lines = pane(pilot, "loss")
        assert "1━" in lines[-3]
        assert "2" in lines[-2]
        await press(pilot, "w", "enter")
        assert f"in {len(below(0.95, 41))} of 41 steps" in everything(pilot)
        assert f"loss = {core.significant(Timeline(exercise_2())[below(0.95, 41)[0]].loss, 6)}" in everything(pilot)
        await press(pilot, "down", "enter")
        await settle(pilot)
        assert shown(pilot).index == below(0.95, 41)[1]


async def test_a_watch_is_changed_turned_off_and_removed_and_each_can_be_undone() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await watch(pilot, "loss < 1", "step == 7")
        await press(pilot, "w", "e")
        pilot.app.screen.query_one(Input).value = "loss < 2"
        await press(pilot, "enter", "space", "down", "delete", "escape")
        screen = training(pilot)
        assert [(w.text, w.enabled) for w in screen.session.watches] == [("loss < 2", False)]
        await press(pilot, "U")
        assert [w.text for w in screen.session.watches] == ["loss < 2", "step == 7"]
        await press(pilot, "c")
        await settle(pilot)
        assert shown(pilot).index == 7
        await press(pilot, "U", "U")
        assert [(w.text, w.enabled) for w in screen.session.watches] == [("loss < 1", True), ("step == 7", True)]


async def test_a_mistake_is_shown_under_its_character() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "w")
        for text, place in (("loss << 3", 7), ("W_1[9,9] > 0", 4), ("9**9**9**9 > 1", None), ("(" * 3000, None)):
            pilot.app.screen.query_one(Input).value = text
            await press(pilot, "enter")
            lines = texts(pilot)
            if place is not None:
                under = next(i for i, line in enumerate(lines) if line.strip("│ ").strip() == "^")
                assert lines[under].index("^") == lines[under - 1].index(text) + place - 1
            assert not training(pilot).session.watches


async def test_a_search_that_finds_nothing_is_stopped_by_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watches, "FARTHEST", 10**9)  # it does not end before it is stopped
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await watch(pilot, "max(abs(W_1)) > 1e9")
        await pilot.press("c")
        await until(pilot, lambda: "looking, at step" in everything(pilot))
        await pilot.press("space")
        await settle(pilot)
        assert "looking" not in everything(pilot)
        assert shown(pilot).index == 0
        assert not training(pilot).journey.playing


async def test_a_search_ends_where_the_run_stops_being_finite() -> None:
    from screen import diverging

    sgdb = app(diverging())
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await watch(pilot, "loss < -1")
        await press(pilot, "c")
        await settle(pilot)
        assert "No watch holds before the run stops being finite" in last_line(pilot)
        assert training(pilot).run.timeline.diverged is not None
        assert shown(pilot).index == training(pilot).run.timeline.diverged.step - 1


async def test_bookmarks_have_notes_and_c_stops_at_them() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "c")
        assert "No watch is on" in last_line(pilot)
        await watch(pilot, "step == 9")
        for step, note in ((3, "look here"), (6, "")):
            await seek(pilot, step)
            await press(pilot, "b")
            pilot.app.screen.query_one(Input).value = note
            await press(pilot, "enter")
        assert "bookmark" in texts(pilot)[1]
        await press(pilot, "home")
        for key, step in (("c", 3), ("c", 6), ("c", 9), ("C", 6), ("C", 3)):
            await press(pilot, key)
            await settle(pilot)
            assert shown(pilot).index == step
        assert "bookmark: look here" in texts(pilot)[1]
        await press(pilot, "b", "down", "down", "enter")
        await settle(pilot)
        assert shown(pilot).index == 6
        await press(pilot, "b", "down", "delete", "delete", "escape")
        assert not training(pilot).session.bookmarks


@pytest.mark.parametrize("name", ["W_1", "delta_1"])
async def test_braces_go_to_where_something_happened_to_the_cell(name: str) -> None:
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 40)
        await inspect(pilot, name, (1, 3))
        timeline = Timeline(exercise_2())
        values = [float(timeline[k].values[name][0, 2]) for k in range(41)]
        largest = max(range(41), key=lambda k: abs(values[k]))
        signs = [value > 0 for value in values if value]
        places = [k for k in range(41) if values[k]]
        changed = [at for at, now, was in zip(places[1:], signs[1:], signs, strict=False) if now != was]
        zero = [k for k in range(41) if not values[k] and not (0 < k < 40 and values[k - 1] == values[k + 1] == 0)]
        wanted = sorted({largest, *changed, *zero} - {40}, reverse=True)
        assert wanted
        for step in wanted:
            await press(pilot, "left_curly_bracket")
            await settle(pilot)
            assert shown(pilot).index == step
        assert "per SGD step" in pane(pilot, "loss")[0]
        await press(pilot, "escape")
        assert "loss per SGD step" in pane(pilot, "loss")[0]


async def test_a_branch_that_is_removed_and_is_back_is_watched_again() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await watch(pilot, "step > 2")
        await seek(pilot, 2)
        await press(pilot, "e")
        pilot.app.screen.query_one(Input).value = "alpha = 0.1"
        await press(pilot, "enter")
        await seek(pilot, 8)
        assert training(pilot).marks()[0].steps.tolist() == [3, 4, 5, 6, 7, 8]
        await press(pilot, "B", "delete", "escape")
        await settle(pilot)
        await press(pilot, "U")
        await settle(pilot)
        await seek(pilot, 12)
        await settle(pilot)
        assert training(pilot).marks()[0].steps.tolist() == [*range(3, len(training(pilot).run.timeline))]


async def test_where_there_is_little_room_the_signs_stand_on_the_curve() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await seek(pilot, 10)
        await watch(pilot, "step == 4", "step > 6")
        drawn = [line.partition("┤")[2] or line.partition("│")[2] for line in pane(pilot, "loss")[1:-1]]
        assert {"1", "2"} <= {*"".join(drawn)}
