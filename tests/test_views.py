"""What one sees of a step, by key and by mouse: samples, order, groups, numbers or squares, digits, panes alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

import core
from samples import exercise_2
from screen import (
    app,
    batches,
    cells,
    click,
    click_at,
    flowers,
    frame,
    inspect,
    last_line,
    mouse,
    pane,
    place,
    press,
    seek,
    settle,
    shown,
    texts,
    training,
    view,
    why,
    wide,
)
from tui.training.reasons import FEWEST_DECIMALS, MOST_DECIMALS


def rows(pilot: Pilot[Any], name: str = "activations") -> list[int]:
    """The numbers of the rows in sight, from the texts."""
    header = frame(pilot).headers[name == "deltas"]
    return [int(line[1:].split()[0]) for line in pane(pilot, name)[1 + header :] if line[1:6].strip()]


def chosen(pilot: Pilot[Any], name: str = "activations") -> int | None:
    """The number of the row that is marked."""
    return next((int(line[1:].split()[0]) for line in pane(pilot, name) if line.startswith("▸")), None)


# Samples and their order.


async def test_the_sample_that_costs_most_is_chosen_first_and_up_and_down_choose_others() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert chosen(pilot) == chosen(pilot, "deltas") == 3 == int(shown(pilot).sample_losses.argmax()) + 1
        await press(pilot, "down", "down", "down")
        assert chosen(pilot) == chosen(pilot, "deltas") == 4
        assert "sample 4" in why(pilot)
        await press(pilot, "up", "up", "up", "up", "up")
        assert chosen(pilot) == 1
        await press(pilot, "n", "n")
        assert chosen(pilot) == 1


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_choosing_a_sample_scrolls_both_panes_together(size: tuple[int, int]) -> None:
    async with app(flowers()).run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, *["up"] * 3, "pageup", "pageup", "pageup", "pageup")
        assert rows(pilot)[0] == chosen(pilot) == 1
        for wanted in range(2, 33):
            await press(pilot, "down")
            assert chosen(pilot) == chosen(pilot, "deltas") == wanted
            assert rows(pilot) == rows(pilot, "deltas")
            assert len(rows(pilot)) == frame(pilot).rows
        last = rows(pilot)
        assert last[-1] == 32
        if size != (60, 20):
            assert f"rows {last[0]}-32 of 32" in pane(pilot, "activations")[0]
        await press(pilot, "pageup")
        assert chosen(pilot) == 22


async def test_the_chosen_sample_is_written_out_in_numbers() -> None:
    async with app(cells()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "down")
        step, row = shown(pilot), view(pilot).sample
        for value in step.pre_activations[0][row][:3]:
            assert f"{value:.4f}" in why(pilot)


async def test_t_sorts_rows_by_loss_and_back_to_the_batch_s_order() -> None:
    async with app(flowers()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        before = rows(pilot)
        await press(pilot, "t")
        for _ in range(3):
            losses = shown(pilot).sample_losses
            order = (np.argsort(-losses, kind="stable") + 1).tolist()
            assert rows(pilot) == [n for n in order if n in set(rows(pilot))]
            assert chosen(pilot) in rows(pilot)
            start = order.index(rows(pilot)[0])
            assert rows(pilot) == order[start : start + len(rows(pilot))]
            assert "worst" in pane(pilot, "activations")[0]
            await press(pilot, "n")
        await press(pilot, "home", "t")
        assert rows(pilot) == sorted(rows(pilot))
        assert len(rows(pilot)) == len(before)


async def test_sorted_rows_keep_the_sample_where_the_rows_stay() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "t", "down")
        sample = chosen(pilot)
        for key in ("n", "n", "n", "p"):
            await press(pilot, key)
            assert chosen(pilot) == sample


async def test_sorted_rows_keep_the_line_where_the_next_step_has_others() -> None:
    async with app(flowers()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "t", "down", "down")
        line = rows(pilot).index(chosen(pilot))  # type: ignore[arg-type]
        await press(pilot, "n")
        assert rows(pilot).index(chosen(pilot)) == line  # type: ignore[arg-type]


async def test_a_smaller_batch_keeps_the_sample_within_it() -> None:
    async with app(batches()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "pagedown", "pagedown", "pagedown", "n", "n")
        assert len(shown(pilot).batch) == 10
        assert chosen(pilot) == 10


# Groups off the edge, numbers and squares.


async def test_tab_brings_every_group_into_sight_and_goes_around() -> None:
    for key in ("tab", "shift+tab"):
        async with app(flowers()).run_test(size=(60, 20)) as pilot:
            await settle(pilot)
            every = {s.above for s in training(pilot).sheet.picture.stations if s.above != "verdict"}  # type: ignore[union-attr]
            assert frame(pilot).columns.before or frame(pilot).columns.behind
            seen: set[str] = set()
            for _ in range(2 * len(every)):
                seen |= {group.station.above for group in frame(pilot).columns.groups}
                await press(pilot, key)
            assert every <= seen, key


async def test_groups_off_the_edge_are_named_in_the_title() -> None:
    async with app().run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        assert "‹ X_in" in pane(pilot, "activations")[0]
        assert "ℓ ›" in pane(pilot, "activations")[0]
        await press(pilot, "shift+tab")
        assert "‹" not in pane(pilot, "activations")[0]
        assert "X_in" in pane(pilot, "activations")[1]


async def test_v_shows_numbers_in_place_of_squares_and_back() -> None:
    async with app(flowers()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        before = pane(pilot, "activations")
        assert "■" in "".join(before)
        await press(pilot, "v")
        sheet = "".join(pane(pilot, "activations") + pane(pilot, "deltas"))
        assert not set("■▪□▫") & set(sheet)
        assert "…" in sheet or frame(pilot).columns.behind
        assert "squares" in texts(pilot)[-1]
        await press(pilot, "v")
        assert pane(pilot, "activations") == before
        assert "numbers" in texts(pilot)[-1]


async def test_where_all_fits_in_numbers_v_says_so() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "v")
        assert "All numbers are in sight" in last_line(pilot)
        assert not view(pilot).numbers


# Digits.


async def test_digits_change_by_key_and_stop_at_the_limits() -> None:
    async with app().run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        assert any("-0.41178" in line for line in texts(pilot))
        await press(pilot, "plus", "plus")
        assert any("-0.4117839" in line for line in texts(pilot))
        await press(pilot, *["plus"] * (MOST_DECIMALS + 2))
        assert view(pilot).more == MOST_DECIMALS
        assert "no more decimals" in last_line(pilot)
        await press(pilot, *["minus"] * (MOST_DECIMALS - FEWEST_DECIMALS + 2))
        assert view(pilot).more == FEWEST_DECIMALS
        assert "no fewer decimals" in last_line(pilot)
        sheet = "\n".join(pane(pilot, "activations") + pane(pilot, "weights"))
        assert "-0.41" in sheet
        assert "-0.4118" not in sheet


@pytest.mark.parametrize(("size", "decimals"), [((80, 24), 3), ((120, 40), 4), ((200, 60), 5)])
async def test_wider_terminals_show_more_decimals(size: tuple[int, int], decimals: int) -> None:
    async with app().run_test(size=size) as pilot:
        await settle(pilot)
        value = float(shown(pilot).outputs[0, 0])
        assert f" {value:.{decimals}f}" in "\n".join(pane(pilot, "activations"))
        assert f"{value:.{decimals + 1}f}" not in "\n".join(pane(pilot, "activations"))


# One pane alone.


async def test_z_shows_one_pane_alone_then_the_next_and_escape_all() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        every = set(frame(pilot).areas)
        seen = []
        for _ in range(8):
            await press(pilot, "z")
            if not view(pilot).alone:
                break
            seen.append(view(pilot).alone)
            panes = {"status", "keys", "why", view(pilot).alone}  # the strip stays where a pane leaves room
            assert view(pilot).alone in frame(pilot).areas
            assert len(set(frame(pilot).areas) - panes) < len(every - panes)
            assert f"{view(pilot).alone} alone" in texts(pilot)[0]
            assert "z next pane  esc all panes" in last_line(pilot)
        assert {"activations", "deltas", "weights", "loss", "why"} <= set(seen)
        assert set(frame(pilot).areas) == every
        await press(pilot, "z", "escape")
        assert set(frame(pilot).areas) == every


@pytest.mark.parametrize("alone", ["activations", "deltas", "weights", "loss", "why"])
async def test_a_pane_alone_shows_its_step_and_answers_its_keys(alone: str) -> None:
    async with app(wide()).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        while view(pilot).alone != alone:
            await press(pilot, "z")
        await press(pilot, "n", "down", "t", "enter", "down", "tab", "n", "escape", "full_stop", "full_stop", "escape")
        await press(pilot, "plus", "l", "shift+down", "shift+up", "d", "d", "h", "h", "v", "v")
        assert shown(pilot).index == 2
        assert view(pilot).alone == alone
        await press(pilot, "escape")
        assert not view(pilot).alone


# The mouse.


async def test_a_click_on_a_number_inspects_it() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await click(pilot, "-0.4118", right=2)
        assert view(pilot).cursor == ("dW_out", (1, 1))
        await click(pilot, "0.8690", right=1)
        assert view(pilot).cursor == ("s_1", (1, 2))
        await click(pilot, "-0.9888", right=3)
        assert view(pilot).cursor == ("delta_out", (2, 1))


async def test_every_number_on_the_sheet_can_be_clicked() -> None:
    from drawn import cells as numbers

    async with app(core.load_problem("exercise-3")).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sheet = training(pilot).sheet
        assert sheet is not None
        found = [cell for cell in numbers(sheet) if cell.text.strip() != "—"]
        for cell in found[::4]:
            await inspect(pilot, cell.name, sheet.picture.cell_at(cell.name, cell.row, cell.column))
            where = training(pilot).sheet.place  # type: ignore[union-attr]
            assert where is not None, cell
            await press(pilot, "escape")
            await click_at(pilot, *where)
            name, at = view(pilot).cursor  # type: ignore[misc]
            assert sheet.picture.shown_as(name) == cell.name
            assert at == sheet.picture.cell_at(cell.name, cell.row, cell.column)
            await press(pilot, "escape")


async def test_a_click_on_a_name_goes_there_in_the_walk() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await click(pilot, "δ₁ =")
        assert view(pilot).current == "delta_1"
        await click(pilot, "∂W_out =")
        assert view(pilot).current == "dW_out"
        await press(pilot, "full_stop")
        assert view(pilot).current not in (None, "dW_out")


async def test_a_click_on_a_row_s_number_chooses_it() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for name in ("activations", "deltas"):
            area, header = frame(pilot).areas[name], frame(pilot).headers[name == "deltas"]
            for row in (1, 3, 0, 2):
                await click_at(pilot, 1, area.y + 1 + header + row)
                assert view(pilot).sample == row


async def test_a_click_on_the_plot_goes_to_that_step_and_dragging_along_the_steps() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 30)
        await press(pilot, "p", "n")
        area = frame(pilot).areas["loss"]
        x = next(line.index("●") for line in pane(pilot, "loss") if "●" in line)
        await click_at(pilot, area.x + x // 2 + 3, area.y + 3)
        assert 8 <= shown(pilot).index <= 22
        middle = shown(pilot).index
        places = [(area.x + x // 2 + 3 + k, area.y + 4) for k in (2, 5, 9)]
        await mouse(pilot, events.MouseDown, places[0], button=1)
        await mouse(pilot, events.MouseMove, *places[1:], button=1)
        assert shown(pilot).index > middle
        await mouse(pilot, events.MouseUp, places[-1], button=1)
        assert len(training(pilot).run.timeline) == 31


async def test_the_wheel_scrolls_rows_of_both_panes_and_with_shift_the_groups() -> None:
    async with app(flowers()).run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        area, lower = frame(pilot).areas["activations"], frame(pilot).areas["deltas"]
        start = rows(pilot)
        up, down = events.MouseScrollUp, events.MouseScrollDown
        await mouse(pilot, up, *[(10, area.y + 3)] * 40)
        assert rows(pilot)[0] == 1
        await mouse(pilot, down, (10, area.y + 3), (10, lower.y + 3))
        assert rows(pilot)[0] == rows(pilot, "deltas")[0] == 3
        await mouse(pilot, down, *[(10, area.y + 3)] * 60)
        assert rows(pilot)[-1] == 32
        assert len(rows(pilot)) == len(start)
        before = [g.station.above for g in frame(pilot).columns.groups]
        await mouse(pilot, down, (10, area.y + 3), shift=True)
        assert [g.station.above for g in frame(pilot).columns.groups] != before


async def test_the_wheel_zooms_the_plot_and_scrolls_the_strip() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await seek(pilot, 50)
        await press(pilot, "p", "n")
        area, strip = frame(pilot).areas["loss"], frame(pilot).areas["why"]
        await mouse(pilot, events.MouseScrollUp, (area.x + 10, area.y + 2))
        assert view(pilot).window is not None
        await mouse(pilot, events.MouseScrollDown, (area.x + 10, area.y + 2))
        assert view(pilot).window is None
        before = why(pilot)
        await mouse(pilot, events.MouseScrollDown, (4, strip.y + 2))
        assert why(pilot) != before


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_every_key_in_the_last_line_can_be_clicked(size: tuple[int, int]) -> None:
    async with app(flowers()).run_test(size=size) as pilot:
        await settle(pilot)
        await seek(pilot, 30)
        await press(pilot, "p")
        sheet = training(pilot).sheet
        assert sheet is not None
        actions = [spot for spot in sheet.keys if spot.action != "app.quit"]
        assert len(actions) >= 6
        for spot in actions:
            before, seen = texts(pilot), view(pilot)
            await click_at(pilot, spot.start, size[1] - 1)
            moved = training(pilot).journey.playing or pilot.app.screen is not training(pilot)
            if training(pilot).journey.playing:
                await pilot.press("space")
            await settle(pilot)
            assert moved or texts(pilot) != before or view(pilot) != seen, spot
            if pilot.app.screen is not training(pilot):
                await press(pilot, "escape")
            while training(pilot).why_not("leave") is None:
                await press(pilot, "escape")
            if spot.action == "hinge":  # it has other keys
                await press(pilot, "h")


async def test_both_halves_of_a_key_do_their_own() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        x, y = place(pilot, "←→ step")
        await click_at(pilot, x + 1, y)
        await click_at(pilot, x + 1, y)
        assert shown(pilot).index == 2
        await click_at(pilot, x, y)
        assert shown(pilot).index == 1


async def test_a_click_on_the_palette_s_key_opens_it() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await click(pilot, "^p all commands", right=1)
        assert pilot.app.screen.query(Input)


async def test_a_click_on_a_note_goes_to_its_cell() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        await click(pilot, "most moved", right=3)
        assert view(pilot).cursor is not None
        assert view(pilot).cursor[0] == "W_out"  # type: ignore[index]


async def test_clicks_between_things_do_nothing() -> None:
    async with app(exercise_2()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        before = view(pilot)
        for x, y in ((60, 0), (119, 1), (119, 5), (30, 11)):
            await click_at(pilot, x, y)
        assert shown(pilot).index == 1
        assert view(pilot).cursor == before.cursor
