"""A key is answered with one picture, of the lines that have changed; what takes long is taken beside it."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest
from textual._compositor import LayoutUpdate
from textual.app import App
from textual.color import Color
from textual.geometry import Region

import core
from core import Problem
from screen import settle
from tui import app as application
from tui.app import SgdbApp
from tui.cli import main
from tui.sheet.lines import Span
from tui.sheet.strips import strip
from tui.sheet.styles import short, styles
from tui.sheet.widget import Sheet
from tui.training import engine, learned
from tui.training.screen import TrainingScreen

SIZE = (120, 40)
PATIENCE = 10_000  # turns of the loop after which what is waited for will not come


def table(folder: Path) -> Problem:
    """569 rows of 30 features in batches of 32."""
    numbers = np.random.default_rng(0)
    inputs = numbers.normal(size=(569, 30))
    np.savez(folder / "table.npz", inputs=inputs, targets=(inputs[:, 0] > 0).astype(int))
    return core.load_problem(folder / "table.npz", {"hidden": "16", "batch": "32"})


def training(app: SgdbApp) -> TrainingScreen:
    assert isinstance(app.screen, TrainingScreen)
    return app.screen


@pytest.mark.parametrize("name", ["exercise-2", "exercise-3", "three-classes", "table"])
async def test_a_key_is_answered_with_one_picture(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = SgdbApp(table(tmp_path) if name == "table" else core.load_problem(name))
    laid_out: list[object] = []
    display = App._display

    def count(self: App[None], screen: object, renderable: object) -> None:
        if isinstance(renderable, LayoutUpdate):
            laid_out.append(renderable)
        display(self, screen, renderable)  # type: ignore[arg-type]

    monkeypatch.setattr(App, "_display", count)
    monkeypatch.setattr(engine, "MOMENT", 1e9)  # everything is quick enough, however busy the machine is
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("n")
        await settle(pilot)
        for key in ("n", "n", "p", "down", "up", "enter", "n", "up", "escape", "full_stop", "n"):
            laid_out.clear()
            painted = training(app).painted
            await pilot.press(key)
            await settle(pilot)
            assert (key, training(app).painted - painted, laid_out) == (key, 1, [])


async def test_what_one_step_back_needs_is_made_ready_beside() -> None:
    app = SgdbApp(core.load_problem("exercise-2"))
    async with app.run_test(size=SIZE) as pilot:
        screen = training(app)
        screen.seek(1000)
        await settle(pilot)
        assert screen.step is not None
        assert screen.step.index == 1000
        assert screen.run.is_ready(998)
        await pilot.press("p")
        assert screen.step.index == 999
        await settle(pilot)
        assert screen.run.is_ready(997)


async def test_a_run_goes_on_from_a_step_that_is_known_without_going_back() -> None:
    app = SgdbApp(core.load_problem("exercise-2"))
    async with app.run_test(size=SIZE) as pilot:
        screen = training(app)
        await settle(pilot)
        assert screen.run.first_wanted(1) == 1
        assert screen.run.first_wanted(2) == 1
        assert screen.run.first_wanted(0) == 0


async def test_steps_that_take_long_are_played_in_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    app = SgdbApp(core.load_problem("exercise-2"))
    async with app.run_test(size=SIZE) as pilot:
        screen = training(app)
        await settle(pilot)
        monkeypatch.setattr(engine, "MOMENT", -1.0)  # nothing is quick enough
        await pilot.press("greater_than_sign", "greater_than_sign", "greater_than_sign", "space")
        seen = set()
        for _ in range(PATIENCE):
            await pilot.pause()
            assert screen.step is not None
            seen.add(screen.step.index)
            if len(seen) > 5:
                break
        await pilot.press("space")
        await settle(pilot)
        assert len(seen) > 5
        assert not screen.journey.playing
        assert screen.step.index == screen.journey.cursor >= 5


def test_neighbours_that_look_alike_are_one_text() -> None:
    found = styles(True, "#1e1e1e", "#e0e0e0")
    assert len(strip((Span(0, "a", "dim"), Span(3, "b", "structure")), 8, found)._segments) == 1
    assert strip((Span(0, "a", "dim"), Span(3, "b", "structure")), 8, found).text == "a  b    "


class TestCollections:
    def test_garbage_is_collected_after_a_start_that_failed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["no-such-problem"]) == 2
        assert gc.isenabled()
        assert capsys.readouterr().err

    def test_it_is_while_the_screen_runs_and_not_looked_for_in_what_was_loaded(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found: list[tuple[bool, bool]] = []
        monkeypatch.setattr(SgdbApp, "run", lambda _: found.append((gc.isenabled(), gc.get_freeze_count() > 0)))
        gc.disable()
        try:
            application.run_app(core.load_problem("exercise-2"))
        finally:
            gc.enable()
            gc.unfreeze()
        assert found == [(True, True)]


async def test_no_step_is_written_out_for_the_description_of_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def written(step: core.Step) -> str:
        raise AssertionError(f"step {step.index} was written out")

    monkeypatch.setattr(core.Step, "__repr__", written)
    monkeypatch.setattr(learned, "SMALL_WORK", 0)
    app = SgdbApp(table(tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        for key in ("n", "d", "d", "m", "m"):
            await pilot.press(key)
            await settle(pilot)
            assert [worker for worker in app.workers if "<worker>" in worker.description] == []


def test_a_line_switches_only_what_changes() -> None:
    found = styles(True, "#1e1e1e", "#e0e0e0")
    line = strip((Span(2, "a", "amber"), Span(4, "b", "amber bold"), Span(6, "c", "amber")), 8, found)
    assert line.text == "  a b c "
    amber, ground = "38;2;255;201;77", "48;2;30;30;30"
    assert line.render(None) == f"\x1b[{amber};{ground}m  a \x1b[1;27mb \x1b[22;27mc \x1b[0m"
    assert strip((Span(0, "│", "structure"),), 1, found).render(None) == f"\x1b[38;5;245;{ground}m│\x1b[0m"


async def test_a_line_is_painted_as_far_as_it_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    app = SgdbApp(core.load_problem("exercise-2"))
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        sheet = app.screen.query_one(Sheet)
        painted: list[Region] = []
        monkeypatch.setattr(sheet, "refresh", lambda *regions: painted.extend(regions))
        same = Span(9, "same", "text")
        sheet.show([(Span(2, "a"), same)])
        sheet.show([(Span(2, "bb"), same)])
        sheet.show([(Span(2, "bb"), same)])
        sheet.show([(Span(2, "bb"), same, Span(20, "more"))])
        assert painted == [Region(0, 0, 9, 1), Region(0, 0, SIZE[0], 1)]


def test_a_grey_is_one_of_the_terminals_away_from_the_ground() -> None:
    black, white = Color(0, 0, 0), Color(255, 255, 255)
    assert short(Color(136, 136, 136), black) == Color(138, 138, 138)
    assert short(Color(136, 136, 136), white) == Color(128, 128, 128)
    assert short(Color(138, 138, 138), black) == short(Color(138, 138, 138), white) == Color(138, 138, 138)
    assert short(Color(136, 136, 137), black) == Color(136, 136, 137)
