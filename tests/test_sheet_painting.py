"""What is written to the terminal for a key: one paint, of the lines that changed, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.pilot import Pilot

import core
from screen import app, batches, press, settle, texts, training, until, view
from tui.sheet.widget import Sheet
from tui.training import learned

KEYS = ("n", "n", "n", "p", "right", "left", "up", "down", "full_stop", "comma", "escape", "enter", "right", "down")
KEYS = (
    *KEYS,
    "left",
    "up",
    "n",
    "p",
    "enter",
    "right",
    "escape",
    "tab",
    "escape",
    "l",
    "plus",
    "minus",
    "t",
    "t",
    "P",
    "n",
    "P",
    "p",
    "P",
)


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What is written to the terminal."""
    sent: list[Any] = []
    display = App._display

    def note(self: App[Any], screen: Any, renderable: Any) -> None:
        if renderable is not None:
            sent.append(renderable)
        display(self, screen, renderable)

    monkeypatch.setattr(App, "_display", note)
    return sent


async def written(pilot: Pilot[Any]) -> None:
    """Wait until everything that was painted is written."""
    await settle(pilot)
    sheet = training(pilot).query_one(Sheet)
    for _ in range(20):
        if not sheet._repaint_regions and not pilot.app.screen._dirty_widgets:
            break
        await pilot.pause()


def lines_of(update: ChopsUpdate) -> set[int]:
    return {y for y, _, _ in update.spans}


async def test_the_first_picture_has_the_chosen_sample_in_sight_and_stays() -> None:
    async with app(core.load_problem("three-classes")).run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: training(pilot).painted)
        first = texts(pilot)
        assert any(line.startswith(f"▸{view(pilot).sample + 1:2}") for line in first)
        await written(pilot)
        assert texts(pilot) == first


@pytest.mark.parametrize("problem", ["exercise-2", "three-classes"])
async def test_a_key_paints_once_and_only_the_lines_that_changed(updates: list[Any], problem: str) -> None:
    async with app(core.load_problem(problem)).run_test(size=(120, 40)) as pilot:
        await written(pilot)
        screen = training(pilot)
        for key in KEYS:
            before, painted = texts(pilot), screen.painted
            strips = list(screen.query_one(Sheet)._strips)
            updates.clear()
            await press(pilot, key)
            await written(pilot)
            assert screen.painted == painted + 1, key
            assert not [update for update in updates if isinstance(update, LayoutUpdate)], key
            assert len(updates) <= 1, (key, updates)
            changed = {y for y, (old, new) in enumerate(zip(before, texts(pilot), strict=True)) if old != new}
            repainted = {y for y, s in enumerate(screen.query_one(Sheet)._strips) if s is not strips[y]}
            sent = set().union(*map(lines_of, updates))
            assert changed <= repainted, key
            assert sent == repainted, (key, sorted(sent - repainted))
            assert len(sent) < 40, key


async def test_what_stays_is_not_written_again(updates: list[Any]) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await written(pilot)
        await press(pilot, "n", "enter")
        await written(pilot)
        updates.clear()
        await press(pilot, "down")
        await written(pilot)
        (update,) = updates
        assert len(lines_of(update)) < 32
        assert not {0, 1, 2, 39} & lines_of(update)


async def test_a_key_that_changes_nothing_writes_nothing(updates: list[Any]) -> None:
    async with app().run_test(size=(120, 40), notifications=False) as pilot:
        await written(pilot)
        await press(pilot, "n", "up", "up", "up", "up")
        await written(pilot)
        updates.clear()
        await press(pilot, "up")
        await written(pilot)
        assert updates == []


async def test_a_step_of_mini_batches_paints_once(updates: list[Any]) -> None:
    async with app(batches()).run_test(size=(120, 40)) as pilot:
        await written(pilot)
        for key in ("n", "n", "n", "p", "p"):
            painted = training(pilot).painted
            updates.clear()
            await press(pilot, key)
            await written(pilot)
            assert training(pilot).painted == painted + 1
            assert len(updates) == 1


async def test_what_comes_late_of_all_rows_is_told_in_the_status_line_alone(
    updates: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learned, "SMALL_WORK", 0)  # as for a large network
    async with app(batches()).run_test(size=(120, 40)) as pilot:
        await written(pilot)
        for key in ("n", "n", "enter"):
            painted = training(pilot).painted
            updates.clear()
            await press(pilot, key)
            await until(pilot, lambda: "ℒ …" not in texts(pilot)[0])
            await written(pilot)
            assert training(pilot).painted == painted + 1
            assert [lines_of(update) for update in updates[1:]] == [{0}] * (key == "n")


async def test_what_is_said_about_a_key_takes_one_paint_and_goes_with_the_next() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await written(pilot)
        await press(pilot, "n")
        painted = training(pilot).painted
        await press(pilot, "y")
        assert training(pilot).painted == painted
        await press(pilot, "n")
        assert training(pilot).painted == painted + 1


async def test_keys_in_one_burst_are_painted_together(updates: list[Any]) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await written(pilot)
        await press(pilot, "n")
        await written(pilot)
        updates.clear()
        for _ in range(30):
            pilot.app.simulate_key("n")
        await written(pilot)
        assert training(pilot).journey.cursor == 31
        assert len(updates) < 30
