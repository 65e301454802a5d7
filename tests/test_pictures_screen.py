"""Pictures on the training screen: how one gets to them, what stays where it is, and what a click on them does."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

import core
from pictured import circles, many_inputs, plane_regression, sine, small_digits, text_of
from samples import exercise_2
from screen import (
    SIZES,
    app,
    click,
    click_at,
    commands,
    frame,
    last_line,
    notices,
    pane,
    press,
    seek,
    settle,
    shown,
    texts,
    training,
    until,
    view,
)
from tui.pictures.gallery import entry, pictures_of
from tui.training import learned
from tui.training.pictured import looked

THREE = core.load_problem("three-classes")


def expected(pilot: Pilot[Any]) -> list[str]:
    """The lines of the picture that belongs on the screen."""
    screen, area = training(pilot), frame(pilot).areas["picture"]
    assert screen.sheet is not None
    draw = entry(view(pilot).shown).draw
    assert draw is not None
    step = shown(pilot)
    counted = core.verdict_on(step.problem, step.network)
    found = draw(looked(screen.sheet.picture, counted, plain=False), area.width - (area.x > 0), area.height - 1)
    return [text_of(line).rstrip() for line in found.lines]


def on_screen(pilot: Pilot[Any]) -> list[str]:
    area = frame(pilot).areas["picture"]
    return [line[area.x > 0 :].rstrip() for line in pane(pilot, "picture")[1:]]


def title(pilot: Pilot[Any]) -> str:
    return pane(pilot, "picture" if "picture" in frame(pilot).areas else "loss")[0]


@pytest.mark.parametrize(
    "problem",
    [circles(), sine(), small_digits(), many_inputs(), exercise_2()],
    ids=lambda problem: str(problem.name),
)
async def test_the_key_shows_the_pictures_that_a_problem_has_in_turn(problem: core.Problem) -> None:
    async with app(problem).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        before = texts(pilot)
        for found in (*pictures_of(problem)[1:], pictures_of(problem)[0]):
            await press(pilot, "P")
            assert view(pilot).shown == found.name
            assert ("picture" in frame(pilot).areas) == (found.draw is not None)
            if found.draw is not None:
                assert found.title in title(pilot)
                wanted = expected(pilot)
                assert on_screen(pilot)[: len(wanted)] == wanted
        loss = frame(pilot).areas["loss"]
        after = texts(pilot)
        assert [line[loss.x :] for line in after[loss.y : -1]] == [line[loss.x :] for line in before[loss.y : -1]]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_picture_follows_the_step_and_nothing_else_moves(size: tuple[int, int]) -> None:
    async with app(THREE).run_test(size=size) as pilot:
        await settle(pilot)
        whole = frame(pilot)
        await press(pilot, "P")
        areas = frame(pilot).areas
        if size[0] < 160:
            assert areas["picture"] == whole.areas["loss"]
            assert "loss" not in areas
        else:
            assert areas["picture"].width + areas["loss"].width == whole.areas["loss"].width
        assert {name: area for name, area in areas.items() if name not in ("loss", "picture")} == {
            name: area for name, area in whole.areas.items() if name != "loss"
        }
        first = expected(pilot)
        assert on_screen(pilot)[: len(first)] == first
        for step in (1, 7, 40):
            await seek(pilot, step)
            assert frame(pilot).areas == areas
            wanted = expected(pilot)
            assert on_screen(pilot)[: len(wanted)] == wanted
            assert wanted[-1] == first[-1]


async def test_the_palette_has_each_picture_by_its_name() -> None:
    async with app(circles()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        found = {name: command for name, command in commands(pilot).items() if name.startswith("Picture: ")}
        assert set(found) == {f"Picture: {each.title}" for each in pictures_of(circles())}
        await found["Picture: hidden units"]()
        await settle(pilot)
        assert view(pilot).shown == "units"
        await found["Picture: loss per SGD step"]()
        await settle(pilot)
        assert "picture" not in frame(pilot).areas


async def test_a_click_on_the_title_shows_the_next_picture() -> None:
    async with app(THREE).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await click(pilot, "loss per SGD step")
        assert view(pilot).shown == "surface"
        await click(pilot, "decision surface")
        assert view(pilot).shown == "confusion"


async def test_a_picture_alone_has_the_whole_terminal() -> None:
    async with app(THREE).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "P")
        for _ in range(10):
            await press(pilot, "z")
            if view(pilot).alone == "picture":
                break
        assert frame(pilot).areas["picture"].height == 22
        wanted = expected(pilot)
        assert on_screen(pilot)[: len(wanted)] == wanted
        assert len(wanted) == 21
        names = [found.name for found in pictures_of(THREE)]
        for name in (*names[2:], names[0]):  # through all of them, to the plot, alone
            await press(pilot, "P")
            assert view(pilot).shown == name
        assert view(pilot).alone == "loss"
        await press(pilot, "P")
        assert view(pilot).alone == "picture"


async def test_the_key_says_why_where_another_pane_is_alone() -> None:
    async with app(THREE).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "z", "P")
        assert view(pilot).shown == "loss"
        assert any("out of sight" in text for text in (*notices(pilot), last_line(pilot)))


def on_picture(pilot: Pilot[Any], place: int) -> tuple[int, int]:
    """Where what the picture calls `place` stands on the screen."""
    sheet = training(pilot).sheet
    assert sheet is not None
    assert sheet.pictured is not None
    assert sheet.pictured.places is not None
    area = frame(pilot).areas["picture"]
    y, x = np.argwhere(sheet.pictured.places == place)[0].tolist()
    return area.x + (area.x > 0) + x, area.y + 1 + y


async def test_a_sample_that_is_clicked_becomes_the_chosen_one() -> None:
    async with app(THREE).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "P")
        batch = shown(pilot).batch.tolist()
        sheet = training(pilot).sheet
        assert sheet is not None
        assert sheet.pictured is not None
        assert sheet.pictured.places is not None
        there = set(sheet.pictured.places[sheet.pictured.places >= 0].tolist())
        row = next(row for i, row in enumerate(batch) if row in there and i != view(pilot).sample)
        await click_at(pilot, *on_picture(pilot, row))
        assert view(pilot).sample == batch.index(row)
        assert any(line.startswith(f"▸{batch.index(row) + 1:2}") for line in texts(pilot))
        area = frame(pilot).areas["picture"]
        x, y = on_picture(pilot, row)
        assert "▸" in texts(pilot)[y][max(area.x, x - 1) : x + 2]
        other = next(row for row in there if row not in batch)
        await click_at(pilot, *on_picture(pilot, other))
        assert view(pilot).sample == batch.index(row)
        name = THREE.class_names[int(THREE.targets[other].argmax())]
        assert re.search(rf"Data row {other + 1}, class {name}, is not in this step's batch", last_line(pilot))


async def test_a_sample_that_is_held_out_is_called_so() -> None:
    problem = circles()
    assert problem.held_out is not None
    async with app(problem).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "P")
        training(pilot)._alone("picture")
        await settle(pilot)
        await click_at(pilot, *on_picture(pilot, 42))
        label = int(problem.held_out.targets[2, 0])
        assert f"Held-out row 3, class {label}, is held out" in last_line(pilot)


async def test_a_number_of_a_heat_map_that_is_clicked_is_inspected() -> None:
    async with app(exercise_2()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        training(pilot).action_show_picture("heat")
        await settle(pilot)
        await click_at(pilot, *on_picture(pilot, 4))
        assert view(pilot).cursor == ("W_1", (2, 2))
        training(pilot).look(cursor=("z_1", (3, 1)))
        await settle(pilot)
        assert "z₁ 4 x 3" in title(pilot)
        await click_at(pilot, *on_picture(pilot, 11))
        assert view(pilot).cursor == ("z_1", (4, 3))


async def test_a_count_that_is_clicked_says_which_samples_these_are() -> None:
    async with app(THREE).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 2)
        training(pilot).action_show_picture("confusion")
        await settle(pilot)
        outputs = shown(pilot).network.outputs(THREE.inputs)
        for true, said in ((0, 0), (2, 0), (0, 1)):
            here = (THREE.targets.argmax(axis=1) == true) & (outputs.argmax(axis=1) == said)
            rows = np.flatnonzero(here) + 1
            await click_at(pilot, *on_picture(pilot, 3 * true + said))
            await settle(pilot)
            told = last_line(pilot)
            assert f"{THREE.class_names[true]}, said to be {THREE.class_names[said]}" in told
            assert (", ".join(map(str, rows[:8])) if len(rows) else "no row") in told
            assert ("…" in told) == (len(rows) > 8)


async def test_rows_that_are_counted_late_come_into_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "SMALL_WORK", 0)
    async with app(THREE).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        training(pilot).action_show_picture("confusion")
        await until(pilot, lambda: "right" in title(pilot))
        await settle(pilot)
        wanted = expected(pilot)
        assert on_screen(pilot)[: len(wanted)] == wanted


async def test_without_colours_the_surface_has_textures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with app(THREE).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 60)
        await press(pilot, "P")
        drawn = "\n".join(on_screen(pilot)[1:])
        assert all(texture in drawn for texture in "░▒·")
        assert "▀" not in drawn


async def test_a_problem_under_another_loss_keeps_a_picture_that_still_fits() -> None:
    async with app(THREE).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "P", "P", "n", "h")
        assert view(pilot).shown == "confusion"
        wanted = expected(pilot)
        assert on_screen(pilot)[: len(wanted)] == wanted


@pytest.mark.parametrize("problem", [circles(), sine(), plane_regression(2), small_digits()], ids=lambda p: str(p.name))
async def test_every_picture_has_room_or_says_so_on_the_smallest_terminal(problem: core.Problem) -> None:
    async with app(problem).run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        for _ in pictures_of(problem):
            await press(pilot, "P")
            assert all(len(line) == 60 for line in texts(pilot))
            if "picture" in frame(pilot).areas:
                assert any(line.strip() for line in on_screen(pilot))


async def test_a_session_keeps_the_picture() -> None:
    from tui.training.actions.sessions import _seen

    async with app(THREE).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "P")
        step = shown(pilot)
        session = training(pilot).session
        assert _seen(replace(session, view=(("shown", "units"),)), step).shown == "units"
        assert _seen(replace(session, view=(("shown", "curve"),)), step).shown == "loss"  # it has none
        assert _seen(replace(session, view=(("shown", "nonsense"),)), step).shown == "loss"


async def test_a_key_of_the_plot_says_that_a_picture_has_its_place() -> None:
    async with app(THREE).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "P", "l")
        assert not view(pilot).logarithmic
        assert any("A picture has the place of the plot" in text for text in (*notices(pilot), last_line(pilot)))
    async with app(THREE).run_test(size=(200, 60)) as pilot:  # there is room for both
        await settle(pilot)
        await press(pilot, "n", "P", "l")
        assert view(pilot).logarithmic


async def test_the_history_of_a_cell_brings_the_plot_back() -> None:
    async with app(THREE).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 20)
        await press(pilot, "P", "enter", "left_curly_bracket")
        await settle(pilot)
        assert view(pilot).history
        assert "loss" in frame(pilot).areas


async def test_accuracy_has_no_log_scale_and_says_so() -> None:
    async with app(THREE).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        training(pilot).look(shown="accuracy")
        await settle(pilot)
        assert "log" not in last_line(pilot)
        await press(pilot, "l")
        assert "no log scale" in last_line(pilot)
        assert not view(pilot).logarithmic
