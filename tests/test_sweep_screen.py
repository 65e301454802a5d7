"""The screen of a sweep: every key and click, what comes in while it is open, and what it looks like."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES
from textual.widgets import Input

import core
from core import ProblemError, SweepFile
from core.sweeps.sweep import sweep
from screen import click, click_at, last_line, mouse, notices, press, settle, stand_still, texts, until
from swept import OTHER, file_of, grid, many, result
from tui.app import SgdbApp
from tui.dialogs.filter import FilterScreen
from tui.dialogs.help import HelpScreen
from tui.keys import keys_of
from tui.sheet.widget import Sheet
from tui.sweeps.app import run_sweep_app
from tui.sweeps.compare_screen import ComparedScreen
from tui.sweeps.replay import ReplayScreen
from tui.sweeps.screen import SweepScreen
from tui.sweeps.view import CURVES, GRID, TABLE

AXES = {"lr": [0.01, 0.1, 1.0, 10.0], "update": ["adam", "momentum", "sgd"], "seed": range(5)}
MANY = int(os.environ.get("SGDB_RUNS", "30000"))  # runs of a large sweep; by hand, 100000
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file of results that nobody has computed."""
    return file_of(tmp_path_factory.mktemp("sweep") / "made.sqlite", grid(AXES, 2), 60)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file of a sweep that was computed."""
    path = str(tmp_path_factory.mktemp("sweep") / "real.sqlite")
    assert len([*sweep("exercise-2", {"lr": [0.5, 1.5, 5.0], "batch": [2], "seed": [0, 1]}, steps=60, into=path)]) == 6
    return path


def app(path: str, small: int = 5000) -> SgdbApp:
    return SgdbApp(first=SweepScreen(path, small))


def screen(pilot: Pilot[Any]) -> SweepScreen:
    return next(found for found in pilot.app.screen_stack if isinstance(found, SweepScreen))


def chosen(pilot: Pilot[Any]) -> int:
    """The number of the run that is chosen."""
    seen = screen(pilot).seen
    assert seen.run is not None
    return int(seen.found.numbers[seen.run])


def page(pilot: Pilot[Any]) -> str:
    return "\n".join(texts(pilot))


async def test_it_begins_with_the_grid_the_runs_of_its_first_cell_and_their_curves(made: str) -> None:
    async with app(made).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "made.sqlite │ 60 of 60 runs │ exercise-2 │ steps 100" in texts(pilot)[0]
        assert "outcome, update ↓, lr →" in texts(pilot)[1]
        assert "runs of update adam, lr 0.01" in page(pilot)
        seen = screen(pilot).seen
        assert len(seen.order) == 5
        assert all(str(number) in page(pilot) for number in seen.found.numbers[seen.order])
        assert "⠒ run 1" in page(pilot)
        assert "• median" in page(pilot)


async def test_arrows_move_in_the_pane_that_tab_has_chosen(made: str) -> None:
    async with app(made).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sheet = screen(pilot)
        await press(pilot, "down", "right", "right")
        assert sheet.seen.cell == (1, 2)
        assert "▸ update momentum, lr 1" in page(pilot)
        await press(pilot, "up", "left", "end", "pagedown")
        assert sheet.seen.cell == (2, 3)
        await press(pilot, "home", "shift+right", "shift+left", "pageup")
        assert sheet.seen.cell == (0, 0)
        await press(pilot, "tab")
        assert sheet.look.pane == TABLE
        await press(pilot, "down", "down", "up")
        assert sheet.seen.line == 1
        await press(pilot, "end", "down")
        assert sheet.seen.line == 4
        await press(pilot, "home", "n", "n", "p", "pagedown", "pageup")
        assert sheet.seen.line == 0
        await press(pilot, "right", "right", "left")
        assert sheet.look.at == 1
        await press(pilot, "tab")
        assert sheet.look.pane == CURVES
        await press(pilot, "home")
        assert sheet.step == 0
        await press(pilot, "right")
        step = sheet.step
        assert step == sheet.page.curves.drawn.stride > 0
        await press(pilot, "right", "left")
        assert sheet.step == step
        await press(pilot, "end", "down")
        assert sheet.step == sheet.page.curves.drawn.reached
        assert sheet.seen.line == 1
        await press(pilot, "shift+tab", "shift+tab")
        assert sheet.look.pane == GRID


async def test_rows_columns_and_figure_are_chosen_by_keys(made: str) -> None:
    async with app(made).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sheet = screen(pilot)
        await press(pilot, "r")
        assert (sheet.look.rows, sheet.look.columns) == ("", "lr")
        await press(pilot, "r", "R", "R")
        assert (sheet.look.rows, sheet.look.columns) == ("update", "lr")
        await press(pilot, "C")
        assert sheet.look.columns == ""
        await press(pilot, "C")
        assert sheet.look.columns == "seed"
        await press(pilot, "c", "c")
        assert sheet.look.columns == "lr"
        await press(pilot, "v")
        assert sheet.look.figure == "loss"
        assert "median loss" in page(pilot)
        assert "half of them" in page(pilot)
        await press(pilot, "v", "V", "V", "V")
        assert sheet.look.figure == "step"
        sheet.poll()
        await settle(pilot)
        assert (sheet.look.rows, sheet.look.columns) == ("update", "lr")


async def test_the_table_is_sorted_filtered_and_has_all_runs(made: str) -> None:
    async with app(made).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sheet = screen(pilot)
        await press(pilot, "a")
        assert len(sheet.seen.order) == 60
        assert "of all cells" in page(pilot)
        await press(pilot, "tab", "right", "s")
        assert "by lr, smallest first" in page(pilot)
        assert "lr▴" in page(pilot)
        await press(pilot, "s")
        assert "lr▾" in page(pilot)
        assert sheet.found.parameters["lr"].values[sheet.found.parameters["lr"].codes[sheet.seen.order[0]]] == 10.0
        await press(pilot, "s")
        assert sheet.look.sort == ""
        for _ in range(12):
            await press(pilot, "right")
        await press(pilot, "s")
        assert "Reasons have no order" in last_line(pilot)
        await press(pilot, "o")
        assert sheet.look.only == "converged"
        assert f"{len(sheet.seen.order)} with converged" in texts(pilot)[0]
        await press(pilot, "o", "escape")
        assert sheet.look.pane == GRID
        await press(pilot, "escape")
        assert sheet.look.filtered == ""
        await press(pilot, "escape")
        assert not sheet.look.whole


async def test_the_figure_that_it_begins_with_gives_way_to_the_one_that_is_chosen(tmp_path: Path) -> None:
    path = file_of(tmp_path / "a.sqlite", [result({"seed": k}, "still going", test_accuracy=0.5) for k in range(9)])
    async with app(path).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sheet = screen(pilot)
        assert "median test accuracy, seed →" in texts(pilot)[1]
        with SweepFile.open(path) as file:
            file.add([result({"seed": k}, "stuck") for k in range(9, 12)])
            sheet.poll()
            await until(pilot, lambda: len(sheet.found) == 12)
            assert sheet.look.figure == "outcome"
            await press(pilot, "V")
            file.add([result({"seed": k}, "still going") for k in range(12, 99)])
            sheet.poll()
            await until(pilot, lambda: len(sheet.found) == 99)
        assert sheet.look.figure == "step"
        await press(pilot, "v")
        assert sheet.look.figure == "outcome"


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (201, 59)], ids=str)
@pytest.mark.parametrize("figure", ["outcome", "loss"])
async def test_nothing_moves_where_other_cells_are_chosen(made: str, size: tuple[int, int], figure: str) -> None:
    """But what tells of the cell and of its runs: the cells' texts, names and colours stay where they are."""

    def still() -> list[str]:
        width, lines = sheet.page.places.grid.width, texts(pilot)[1 : sheet.page.places.grid.height - 2]
        return [line[: width - 1].replace("◂", " ") for line in lines]

    async with app(made).run_test(size=size) as pilot:
        await settle(pilot)
        sheet = screen(pilot)
        await press(pilot, *["v"] * (figure == "loss"))
        before, places, heads = still(), sheet.page.places, sheet.page.table.heads
        for key in ("right", "down", "right", "down", "right", "tab", "down", "n"):
            await press(pilot, key)
            assert (still(), sheet.page.places, sheet.page.table.heads) == (before, places, heads)


async def test_the_chosen_run_is_told_in_full_below_the_table(made: str) -> None:
    async with app(made).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "down")
        assert " ▸ run 2: sgdb run exercise-2 --lr 0.01 --seed 1 --update adam --steps 100" in texts(pilot)[35]
        reason = screen(pilot).found.reasons[1]
        assert f"   failed: {reason}" in texts(pilot)[36]


async def test_a_filter_is_typed_and_a_mistake_is_told_where_it_was_made(made: str) -> None:
    async with app(made).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "slash")
        assert isinstance(pilot.app.screen, FilterScreen)
        pilot.app.screen.query_one(Input).value = "lrr < 1"
        await press(pilot, "enter")
        assert 'unknown "lrr"; did you mean "lr"?' in page(pilot)
        pilot.app.screen.query_one(Input).value = "lr < 1 and stuck"
        await press(pilot, "enter")
        seen = screen(pilot).seen
        assert f"{int(seen.cells.counts.sum())} with lr < 1 and stuck" in texts(pilot)[0]
        lr = seen.found.parameters["lr"]
        await press(pilot, "a")
        seen = screen(pilot).seen
        assert {lr.values[code] for code in lr.codes[seen.order]} <= {0.01, 0.1}
        await press(pilot, "slash", "escape")
        assert screen(pilot).look.filtered == "lr < 1 and stuck"
        await press(pilot, "slash")
        pilot.app.screen.query_one(Input).value = "loss > 1e9 and loss < 0"
        await press(pilot, "enter")
        assert "none" in page(pilot)
        await press(pilot, "tab", "enter")
        assert "No run is selected" in last_line(pilot)
        await press(pilot, "escape", "escape")
        assert screen(pilot).look.filtered == ""


async def test_a_run_opens_in_the_debugger_and_one_comes_back(real: str) -> None:
    async with app(real).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "right", "enter", "down", "enter")
        replay = pilot.app.screen
        assert isinstance(replay, ReplayScreen)
        assert replay.step is not None
        with SweepFile.open(real) as file:
            kept = dict(file.results())
        number = chosen(pilot)
        one = kept[number]
        timeline = core.Timeline(one.run.source.problem())
        assert replay.step.index == one.last == 60
        assert replay.step.loss == timeline[60].loss
        assert replay.problem.learning_rate == one.run.options["lr"] == 1.5
        assert f"Run {number}, computed anew. q goes back." in last_line(pilot)
        await press(pilot, "p")
        assert replay.step.index == 59
        assert "q back" in last_line(pilot)
        await press(pilot, "q")
        assert pilot.app.screen is screen(pilot)
        assert chosen(pilot) == number


async def test_a_run_opens_at_the_step_of_the_curves_cursor_and_can_be_forked(real: str) -> None:
    async with app(real).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "tab", "tab", "home", "right", "right", "right")
        step = screen(pilot).step
        assert step
        await press(pilot, "enter")
        replay = pilot.app.screen
        assert isinstance(replay, ReplayScreen)
        assert replay.step is not None
        assert replay.step.index == step
        await press(pilot, "e")
        pilot.app.screen.query_one(Input).value = "alpha = 0.25"
        await press(pilot, "enter", "n")
        assert replay.step is not None
        assert replay.step.learning_rate == 0.25
        await press(pilot, "q")
        assert pilot.app.screen is replay
        assert "What you did is not saved. ctrl+s saves it; q again leaves it." in last_line(pilot)
        await press(pilot, "q")
        assert pilot.app.screen is screen(pilot)


async def test_a_run_of_another_machine_says_so(tmp_path: Path) -> None:
    results = [
        result({"lr": 0.5}, fingerprint=OTHER, last=3),
        result({"lr": 0.1}, "failed", last=-1, reason="no such rate"),
    ]
    async with app(file_of(tmp_path / "a.sqlite", results)).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "a", "enter", "enter")
        assert isinstance(pilot.app.screen, ReplayScreen)
        (told,) = notices(pilot)
        assert told == core.told_apart(core.fingerprint(), OTHER)
        assert told.startswith("this machine computes with other last bits: numpy ")
        await press(pilot, "q", "down", "enter")
        assert "Run 2 has no step: no such rate" in last_line(pilot)


async def test_a_run_whose_problem_is_gone_says_why(tmp_path: Path) -> None:
    path = file_of(tmp_path / "a.sqlite", [result({"lr": "fast"})])
    async with app(path).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "enter")
        assert "Run 1 cannot be opened" in last_line(pilot)
        await press(pilot, "r")
        assert "Nothing varies in these runs." in last_line(pilot)


async def test_a_filter_points_at_a_cell_that_has_runs_left(tmp_path: Path) -> None:
    runs = [result({"lr": lr}, outcome) for lr, outcome in ((0.1, "converged"), (0.2, "stuck"), (0.3, "stuck"))]
    for small in (5000, 1):  # at once, and beside
        async with app(file_of(tmp_path / f"{small}.sqlite", runs), small).run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            sheet = screen(pilot)
            await press(pilot, "slash")
            pilot.app.screen.query_one(Input).value = "lr > 0.1"
            await press(pilot, "enter")
            await settle(pilot)
            assert (sheet.seen.cell, chosen(pilot)) == ((0, 1), 2)
            await press(pilot, "right", "o", "o")
            await settle(pilot)
            assert (sheet.look.only, sheet.seen.cell, chosen(pilot)) == ("stuck", (0, 2), 3)
            await press(pilot, "escape")
            assert sheet.seen.cell == (0, 2)


# The mouse.


async def test_everything_can_be_clicked(made: str) -> None:
    async with app(made).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sheet = screen(pilot)
        grid_pane = sheet.page.grid.spots
        x, y = grid_pane.columns[2][0], next(at for at, row in grid_pane.rows if row == 1) + 2
        await click_at(pilot, x, y)
        assert sheet.seen.cell == (1, 2)
        for at, row in grid_pane.rows[::3]:  # whichever line of the cell
            await click_at(pilot, x, at + 2)
            assert sheet.seen.cell == (row, 2)
        await click_at(pilot, x, y)
        legend = sheet.page.places.grid.y + sheet.page.places.grid.height - 1
        x = next(first for first, _, outcome in sheet.page.grid.spots.outcomes if outcome == "stuck")
        assert texts(pilot)[legend][x : x + 7] == "S stuck"
        await click_at(pilot, x + 3, legend)
        assert sheet.look.only == "stuck"
        await click_at(pilot, 3, legend)
        assert sheet.look.only == ""
        await click(pilot, "loss ", nth=1)
        assert (sheet.look.pane, sheet.look.sort) == (TABLE, "loss")
        table = sheet.page.places.table
        await click_at(pilot, 5, table.y + 4)
        assert sheet.seen.line == 2
        curves = sheet.page.places.curves
        await click_at(pilot, curves.x + 25, curves.y + 6)
        step = sheet.step
        assert sheet.look.pane == CURVES
        await mouse(pilot, events.MouseMove, (curves.x + 30, curves.y + 6), button=1)
        assert step is not None
        assert sheet.step is not None
        assert sheet.step > step
        await click(pilot, "log")
        assert sheet.look.logarithmic
        await mouse(pilot, events.MouseScrollDown, (5, table.y + 3))
        assert sheet.seen.line == 4
        await mouse(pilot, events.MouseScrollUp, (curves.x + 20, curves.y + 4))
        assert sheet.seen.line == 3
        await mouse(pilot, events.MouseScrollUp, (5, 5))
        assert sheet.seen.cell == (0, 2)
        await click_at(pilot, 1, 0)
        await click_at(pilot, 119, 39)
        assert pilot.app.screen is not sheet


async def test_a_run_that_is_clicked_twice_opens(real: str) -> None:
    async with app(real).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "a")
        assert await pilot.double_click(Sheet, offset=(5, screen(pilot).page.places.table.y + 3))
        await settle(pilot)
        assert isinstance(pilot.app.screen, ReplayScreen)
        assert screen(pilot).seen.line == 1


# What comes in while it is open.


async def test_what_is_written_meanwhile_is_taken_in(tmp_path: Path) -> None:
    results = [*grid(AXES, 2)]
    path = file_of(tmp_path / "growing.sqlite", [])
    async with app(path).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "There are no results yet." in page(pilot)
        await press(pilot, "down", "enter", "tab", "home", "r", "v")
        assert "There are no results yet." in last_line(pilot)
        with SweepFile.open(path) as file:
            file.plan(60)
            file.add(results[:20])
            screen(pilot).poll()
            await until(pilot, lambda: len(screen(pilot).found) == 20)
            await settle(pilot)
            assert "20 of 60 runs" in texts(pilot)[0]
            await press(pilot, "right", "enter", "down")
            before = chosen(pilot)
            painted = screen(pilot).painted
            screen(pilot).poll()
            await settle(pilot)
            assert screen(pilot).painted == painted
            file.add(results[20:])
        screen(pilot).poll()
        await until(pilot, lambda: len(screen(pilot).found) == 60)
        await settle(pilot)
        assert "60 of 60 runs" in texts(pilot)[0]
        assert chosen(pilot) == before


async def test_a_file_that_cannot_be_read_any_more_says_so(made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with app(made).run_test(size=(120, 40)) as pilot:
        await settle(pilot)

        def broken(*_: object) -> Any:
            raise core_error

        import sqlite3

        core_error = sqlite3.OperationalError("disk I/O error")
        monkeypatch.setattr(SweepFile, "results", broken)
        screen(pilot).poll()
        await settle(pilot)
        assert "cannot be read: disk I/O error" in last_line(pilot)
        screen(pilot).poll()
        await settle(pilot)
        await press(pilot, "down")
        assert screen(pilot).seen.cell == (1, 0)


@pytest.mark.parametrize("how", ["removed", "replaced"])
async def test_a_file_that_is_removed_or_replaced_says_so_and_what_was_read_stays(tmp_path: Path, how: str) -> None:
    path = tmp_path / "a.sqlite"
    async with app(file_of(path, grid(AXES, 2))).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        other = Path(file_of(tmp_path / "other.sqlite", grid(AXES, 3)))
        path.unlink()
        if how == "replaced":
            other.rename(path)
        screen(pilot).poll()
        await settle(pilot)
        assert "a.sqlite: was removed or replaced; what was read before stays" in last_line(pilot)
        assert "60 runs │ not read any more │" in texts(pilot)[0]
        await press(pilot, "down", "right")
        assert len(screen(pilot).seen.order) == 5


async def test_one_run_is_a_grid_of_one_cell(tmp_path: Path) -> None:
    async with app(file_of(tmp_path / "one.sqlite", [*grid({"lr": [0.5]})])).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "1 run │" in texts(pilot)[0]
        assert "all runs" in page(pilot)
        assert "• median" not in page(pilot)
        await press(pilot, *("down", "right", "v", "v", "tab", "n", "s", "tab", "right", "l", "a", "o", "o"))
        assert chosen(pilot) == 1


async def test_many_runs_are_worked_through_beside_and_written_where_they_are_in_sight(tmp_path: Path) -> None:
    path = many(tmp_path / "many.sqlite", MANY)
    async with app(path, small=500).run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: len(screen(pilot).found) == MANY)
        await settle(pilot)
        sheet = screen(pilot)
        assert len(sheet.seen.cells.all_runs) == MANY
        for key in ("a", "tab", "s", "s", "end", "pageup", "n"):
            painted, written = sheet.painted, sheet.page.table.written
            await press(pilot, key)
            assert sheet.painted - painted <= 4, key
            rows = sheet.page.places.table.height - 2
            assert sheet.page.table.written - written <= rows * (sheet.painted - painted), key
        assert sheet.look.whole
        numbers = [*range(1, MANY + 1)]
        by_seed = sorted(numbers, key=lambda k: -((k - 1) // 10))
        assert sheet.look.sort == "run"
        assert chosen(pilot) == sorted(numbers, reverse=True)[-10] == 10
        await press(pilot, "right", "right", "s", "s", "home")
        assert sheet.look.sort == "seed"
        assert chosen(pilot) == by_seed[0] == MANY - 9
        await press(pilot, "v", "escape", "r")
        assert len(sheet.seen.order) == MANY
        assert sheet.look.rows != "update"


# The rest.


async def test_every_key_is_explained_and_in_the_palette(made: str) -> None:
    async with app(made).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        offered = {command.title for command in pilot.app.get_system_commands(screen(pilot))}
        assert {binding.tooltip for _, binding in keys_of([screen(pilot)])} <= offered
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        assert "how to read the grid" in page(pilot)
        await press(pilot, "escape", "ctrl+p", "escape")
        assert pilot.app.screen is screen(pilot)
        await press(pilot, "q")
    assert pilot.app.return_code == 0


async def test_a_terminal_that_is_too_small_is_told_so(made: str) -> None:
    async with app(made).run_test(size=(59, 19)) as pilot:
        await settle(pilot)
        assert "This terminal has 59×19 characters." in page(pilot)
        for size in ((120, 40), (59, 19)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
        await press(pilot, "r", "r", "c", "c", "tab", "right", "tab", "right", "tab")
        for x in range(0, 59, 3):
            await click_at(pilot, x, 5)
        await press(pilot, "R", "R", "C", "C", "home", "pageup")
        await pilot.resize_terminal(60, 20)
        await settle(pilot)
        assert "sgdb needs" not in page(pilot)
        assert " ▸ " in page(pilot)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)], ids=str)
async def test_every_state_fits_its_lines(made: str, size: tuple[int, int]) -> None:
    async with app(made).run_test(size=size) as pilot:
        await settle(pilot)
        for key in ("v", "v", "tab", "s", "tab", "l", "a", "o", "c", "r", "c"):
            await press(pilot, key)
            lines = screen(pilot).query_one(Sheet).lines
            assert len(lines) == size[1]
            for line in lines:
                ends = [0, *(span.end for span in line)]
                assert all(span.column >= end for span, end in zip(line, ends, strict=False)), line
                assert ends[-1] <= size[0], line


async def test_outcomes_are_told_by_letters_where_there_are_no_colours(
    made: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app(made).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        coloured = texts(pilot)
    monkeypatch.setenv("NO_COLOR", "1")
    async with app(made).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert texts(pilot) == coloured
        colours = {
            segment.style.color.triplet
            for strip in pilot.app.screen._compositor.render_strips(pilot.app.size)
            for segment in strip
            if segment.style and segment.style.color and segment.style.color.triplet
        }
        assert all(max(triplet) == min(triplet) for triplet in colours)


@pytest.mark.parametrize("theme", sorted(BUILTIN_THEMES))
async def test_the_page_is_painted_in_every_theme(made: str, theme: str) -> None:
    async with app(made).run_test(size=(120, 40)) as pilot:
        pilot.app.theme = theme
        await settle(pilot)
        await press(pilot, "v")
        assert "median loss" in page(pilot)


def test_what_is_no_sweep_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_text("hello, this is no database at all")
    for path, mistake in (
        (tmp_path / "none.sqlite", "there is no such file"),
        (tmp_path / "a.sqlite", "expected a file"),
    ):
        with pytest.raises(ProblemError, match=mistake):
            run_sweep_app(str(path))


@SIZES
@pytest.mark.parametrize(
    "keys",
    [(), ("v", "down", "right", "tab", "down", "s"), ("l", "tab", "tab", "left")],
    ids=["outcomes", "loss", "curves"],
)
def test_what_it_looks_like(made: str, snap_compare: Any, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    async def prepare(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await press(pilot, *keys)
        await stand_still(pilot)

    assert snap_compare(app(made), terminal_size=size, run_before=prepare)


def test_learning_rates_by_hidden_units(tmp_path: Path, snap_compare: Any) -> None:
    """A sweep that is computed: circles, for which two hidden units are too few."""
    path = str(tmp_path / "circles.sqlite")
    axes = {"lr": [0.01, 0.03, 0.1, 0.3, 1.0], "hidden": ["2", "4", "8"], "seed": range(5)}
    assert len([*sweep("circles", axes, steps=200, into=path)]) == 75

    async def prepare(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await press(pilot, "down", "right", "right", "right", "tab", "down", "down")
        await stand_still(pilot)

    assert snap_compare(app(path), terminal_size=(120, 40), run_before=prepare)


def test_what_it_looks_like_in_a_light_theme(made: str, snap_compare: Any) -> None:
    async def prepare(pilot: Pilot[Any]) -> None:
        pilot.app.theme = "textual-light"
        await settle(pilot)
        await stand_still(pilot)

    assert snap_compare(app(made), terminal_size=(80, 24), run_before=prepare)


async def test_a_run_of_a_file_that_has_changed_says_so(tmp_path: Path) -> None:
    problem = tmp_path / "own.toml"
    problem.write_text((Path(core.__file__).parent / "problems" / "exercise-2.toml").read_text())
    path = str(tmp_path / "own.sqlite")
    assert len([*sweep(problem, {"lr": [0.5, 1.0]}, steps=5, into=path)]) == 2
    async with app(path).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "enter")
        assert isinstance(pilot.app.screen, ReplayScreen)
        assert notices(pilot) == []
        await press(pilot, "q")
        problem.write_text(f"{problem.read_text()}\n# another line\n")
        await press(pilot, "enter")
        assert notices(pilot) == ["own.toml has changed since its runs were made"]


async def test_marked_runs_are_put_side_by_side(real: str) -> None:
    async with app(real).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "a", "tab", "space", "m")
        assert "Mark two runs or more first" in last_line(pilot)
        await press(pilot, "space", "space", "n", "n", "space")
        assert screen(pilot).look.marked == (1, 3)
        assert page(pilot).count("◆") == 2
        assert "m compare" in last_line(pilot)
        await press(pilot, "m")
        compared = pilot.app.screen
        assert isinstance(compared, ComparedScreen)
        assert [side.title for side in compared.runner.sides] == ["run 1", "run 3"]
        with SweepFile.open(real) as file:
            last = [float(file.curve(number)[-1]) for number in (1, 3)]
        assert [float(compared.runner.losses(k)[-1]) for k in (0, 1)] == last
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ReplayScreen)
        await press(pilot, "q", "q")
        assert pilot.app.screen is screen(pilot)


async def test_a_run_without_a_problem_cannot_be_compared(tmp_path: Path) -> None:
    path = file_of(tmp_path / "a.sqlite", [result({"lr": "fast"}), result({"lr": 1.0})])
    async with app(path).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "a", "space", "n", "space", "m")
        assert "Run 1 cannot be compared: " in last_line(pilot)
        assert pilot.app.screen is screen(pilot)
