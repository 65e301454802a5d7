"""The form that makes a problem, by keys and by mouse."""

from __future__ import annotations

import threading
import tomllib
from pathlib import Path
from typing import Any

import pytest
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import Button, Input, OptionList, Static

import core
from core import ProblemForm, Source
from screen import app, click, press, settle, shown, texts, training, until
from test_opening import TABLE, complaint, name
from tui.app import SgdbApp
from tui.opening import new_screen
from tui.opening.fields import Choice, FieldList, FieldRow
from tui.opening.network import network_drawing, network_text
from tui.opening.new_screen import NewScreen


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a table in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text(TABLE)
    return tmp_path


def row(pilot: Pilot[Any], path: str) -> FieldRow:
    return pilot.app.screen.query_one(FieldList).rows()[path]


def stands(pilot: Pilot[Any], path: str) -> str:
    """What stands in a field."""
    return row(pilot, path).editor.value


def mistakes(pilot: Pilot[Any]) -> dict[str, str]:
    """What is said at the fields."""
    rows = pilot.app.screen.query_one(FieldList).rows()
    labels = {path: row.query_one(".complaint") for path, row in rows.items()}
    return {path: str(label.render()).removeprefix("✗ ") for path, label in labels.items() if label.display}


async def field(pilot: Pilot[Any], path: str, text: str) -> None:
    """Go to a field, and have a text there in place of what stands there."""
    editor = row(pilot, path).editor
    editor.focus()
    if isinstance(editor, Choice):
        assert text in editor.choices
        editor._choose(text)
    else:
        editor.value = text
    await settle(pilot)


async def typed(pilot: Pilot[Any], path: str, text: str) -> None:
    """The same by keys."""
    editor = row(pilot, path).editor
    editor.focus()
    if isinstance(editor, Choice):
        while editor.value != text:
            await press(pilot, "right")
    else:
        await press(pilot, "end", "ctrl+u", *("full_stop" if key == "." else key for key in text))


async def form(pilot: Pilot[Any]) -> None:
    await settle(pilot)
    await press(pilot, "N")
    assert isinstance(pilot.app.screen, NewScreen)


async def test_a_problem_is_made_saved_and_opened(folder: Path) -> None:
    async with app().run_test(size=(120, 40)) as pilot:  # made in Python: the form begins anew
        await form(pilot)
        assert not mistakes(pilot)
        await typed(pilot, "data", "file")
        assert mistakes(pilot) == {"data.file": "expected the path of a table: .csv, .npz, .parquet, …"}
        await press(pilot, "down")
        assert row(pilot, "data.file").editor.has_focus
        await typed(pilot, "data.file", "data.csv")
        assert mistakes(pilot).keys() == {"layers[2].units", "training.loss"}
        await typed(pilot, "layers[2].units", "1")
        assert mistakes(pilot).keys() == {"training.loss"}
        await field(pilot, "training.loss", "")
        assert not mistakes(pilot)
        await typed(pilot, "layers[1].units", "x")
        assert mistakes(pilot) == {"layers[1].units": 'expected a whole number from 1 to 1000000, found "x"'}
        await typed(pilot, "layers[1].units", "4")
        assert not mistakes(pilot)
        assert "2      4      1" in "\n".join(texts(pilot))
        await typed(pilot, "layers[1].init", "normal")
        await field(pilot, "training.update", "momentum")
        await field(pilot, "training.learning_rate", "0.01")
        await typed(pilot, "save as", "mine")
        await press(pilot, "enter")
        await settle(pilot)
        assert training(pilot).problem.source == Source(str(folder / "mine.toml"))
        assert shown(pilot).learning_rate == 0.01
        assert training(pilot).problem.update == core.Momentum()
    assert tomllib.loads((folder / "mine.toml").read_text()) == {
        "data": {"csv": "data.csv"},
        "layers": [
            {"units": 4, "init": "normal", "bias": True, "activation": "tanh"},
            {"units": 1, "bias": True},
        ],
        "training": {"learning_rate": 0.01, "batch_size": 20, "reduction": "mean", "update": "momentum"},
    }


async def test_the_form_begins_with_what_is_open_and_keeps_what_it_does_not_show(folder: Path) -> None:
    text = 'name = "Mine"\n[data]\ninputs = [[1, 2], [3, 4]]\ntargets = [1, 2]\n[[layers]]\nweights = [[1], [2]]\n'
    (folder / "old.toml").write_text(f"{text}train_weights = false\nbias = true\n[training]\ndecay = 0.1\n")
    async with SgdbApp(core.load_problem("old.toml")).run_test(size=(80, 24)) as pilot:
        await form(pilot)
        assert (stands(pilot, "data"), stands(pilot, "layers[1].init"), stands(pilot, "name")) == (
            "rows",
            "given",
            "Mine",
        )
        assert stands(pilot, "save as") == "mine.toml"
        await field(pilot, "training.l2", "0.5")
        await press(pilot, "ctrl+s")
        await settle(pilot)
        assert training(pilot).problem.penalty.l2 == 0.5
    found, was = (core.load_problem(name).particulars() for name in ("mine.toml", "old.toml"))
    assert {key for key in found if found[key] != was.get(key)} == {"penalty"}
    assert (folder / "old.toml").read_text().startswith(text)


async def test_a_table_that_is_open_is_the_data_of_a_new_form() -> None:
    async with SgdbApp(core.load_problem("data.csv", {"target": "a"})).run_test(size=(80, 24)) as pilot:
        await form(pilot)
        assert (stands(pilot, "data.file"), stands(pilot, "data.target")) == ("data.csv", "a")


class TestLayers:
    async def test_keys_add_and_remove_them(self) -> None:
        async with SgdbApp(core.load_problem("data.csv")).run_test(size=(120, 40)) as pilot:
            await form(pilot)
            await press(pilot, "ctrl+n")
            await field(pilot, "layers[2].units", "5")
            assert "2      8      5      1" in "\n".join(texts(pilot))
            row(pilot, "layers[1].units").editor.focus()
            await settle(pilot)
            await press(pilot, "ctrl+r")
            assert "2      5      1" in "\n".join(texts(pilot))
            assert not mistakes(pilot)

    async def test_a_click_adds_one_and_the_mouse_chooses(self) -> None:
        async with SgdbApp(core.load_problem("data.csv")).run_test(size=(120, 40)) as pilot:
            await form(pilot)
            await click(pilot, "+ layer")
            assert "layers[3].units" in pilot.app.screen.query_one(FieldList).rows()
            before = stands(pilot, "data.standardize")
            await click(pilot, "standardize", right=20)
            assert stands(pilot, "data.standardize") != before

    async def test_removing_says_which_is_meant(self) -> None:
        async with SgdbApp(core.load_problem("data.csv")).run_test(size=(80, 24)) as pilot:
            await form(pilot)
            await press(pilot, "ctrl+r")
            assert "Go to a field of the layer" in complaint(pilot)


class TestSaving:
    async def test_a_file_is_replaced_when_asked_twice(self, folder: Path) -> None:
        (folder / "mine.toml").write_text("old")
        async with SgdbApp(core.load_problem("exercise-2")).run_test(size=(80, 24)) as pilot:
            await form(pilot)
            await field(pilot, "save as", "mine.toml")
            await press(pilot, "enter")
            assert "it exists" in mistakes(pilot)["save as"]
            assert (folder / "mine.toml").read_text() == "old"
            await press(pilot, "enter")
            await settle(pilot)
            assert training(pilot).problem.source == Source(str(folder / "mine.toml"))

    async def test_the_file_that_is_open_is_never_written_over(self, folder: Path) -> None:
        text = core.problem_text(core.form_of(core.load_problem("data.csv")).written(folder))
        (folder / "mine.toml").write_text(text)
        async with SgdbApp(core.load_problem("mine.toml")).run_test(size=(80, 24)) as pilot:
            await form(pilot)
            assert stands(pilot, "save as") == "mine-2.toml"
            await field(pilot, "save as", "mine.toml")
            await press(pilot, "enter", "enter")
            assert mistakes(pilot)["save as"] == "the problem was read from this file"

    @pytest.mark.parametrize(("path", "words"), [("", "expected the name of a file"), ("no/where.toml", "no folder")])
    async def test_a_wrong_name_is_said_at_its_field(self, path: str, words: str) -> None:
        async with SgdbApp(core.load_problem("exercise-2")).run_test(size=(80, 24)) as pilot:
            await form(pilot)
            await field(pilot, "save as", path)
            await press(pilot, "enter")
            assert words in mistakes(pilot)["save as"]

    async def test_what_is_wrong_is_not_saved(self, folder: Path) -> None:
        async with SgdbApp(core.load_problem("exercise-2")).run_test(size=(80, 24)) as pilot:
            await form(pilot)
            await field(pilot, "training.learning_rate", "-1")
            row(pilot, "name").editor.focus()
            await press(pilot, "ctrl+s")
            assert isinstance(pilot.app.screen, NewScreen)
            assert "training.learning_rate" in mistakes(pilot)
            assert row(pilot, "training.learning_rate").editor.has_focus
            assert not list(folder.glob("*.toml"))
            await press(pilot, "escape", "escape")
            assert name(pilot) == "Exercise 2"


async def test_what_is_not_saved_is_not_left_by_one_key() -> None:
    async with SgdbApp(core.load_problem("exercise-2")).run_test(size=(80, 24)) as pilot:
        await form(pilot)
        await field(pilot, "training.learning_rate", "0.25")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, NewScreen)
        assert complaint(pilot) == new_screen.NOT_SAVED
        await field(pilot, "training.learning_rate", "0.3")  # somebody goes on: the next esc asks again
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, NewScreen)
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, NewScreen)
        await form(pilot)
        await press(pilot, "escape")  # nothing was typed
        assert not isinstance(pilot.app.screen, NewScreen)


async def test_a_network_drawn_before_a_mistake_is_said_to_be_old() -> None:
    async with SgdbApp(core.load_problem("exercise-2")).run_test(size=(120, 40)) as pilot:
        await form(pilot)
        network = pilot.app.screen.query_one("#network", Static)
        assert new_screen.STALE not in str(network.render())
        await field(pilot, "layers[1].units", "x")
        assert str(network.render()).endswith(new_screen.STALE)
        await field(pilot, "layers[1].units", "3")
        assert new_screen.STALE not in str(network.render())


async def test_a_large_table_is_not_read_once_for_every_key(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, checked = threading.Event(), list[ProblemForm]()
    check = new_screen._checked

    def slowly(found: ProblemForm, path: Path) -> Any:
        checked.append(found)
        go_on.wait()
        return check(found, path)

    async with SgdbApp(core.load_problem("data.csv")).run_test(size=(80, 24)) as pilot:
        await form(pilot)
        monkeypatch.setattr(new_screen, "_checked", slowly)
        row(pilot, "training.learning_rate").editor.focus()
        for key in ("0", "full_stop", "5", "5", "x"):
            await pilot.press(key)
        await until(pilot, lambda: checked)
        go_on.set()
        await settle(pilot)
        assert len(checked) == 2
        assert "0.55x" in mistakes(pilot)["training.learning_rate"]


class TestTheDrawing:
    @pytest.mark.parametrize("width", [20, 28, 44])
    def test_every_line_fits(self, width: int) -> None:
        for built_in in ("exercise-1", "three-classes", "svm"):
            drawing = network_drawing(core.load_problem(built_in).network, width, 20)
            assert max(map(len, drawing)) <= max(width, 24)

    def test_it_counts_the_parameters(self) -> None:
        drawing = network_drawing(core.load_problem("three-classes").network, 40, 20)
        counts = {line.split()[0]: int(line.split()[-1]) for line in drawing if line.startswith(("W", "b"))}
        assert counts == {"W_1": 16, "b_1": 8, "W_out": 24, "b_out": 3}
        assert "51 parameters" in drawing
        assert network_text(core.load_problem("three-classes").network) == "2 → 8 tanh → 3"

    def test_a_dot_is_a_unit_unless_there_are_too_many(self) -> None:
        few = "\n".join(network_drawing(core.load_problem("exercise-1").network, 44, 20))
        assert (few.count("●"), few.count("⋮")) == (2 + 3 + 2 + 1, 0)
        network = core.Network([core.Layer([[0.0] * 50] * 2), core.Layer([[0.0]] * 50)])
        assert "⋮" in "\n".join(network_drawing(network, 44, 20))


@pytest.mark.parametrize("key", ["o", "N", "E"])
async def test_on_a_small_terminal_every_button_is_in_sight(key: str) -> None:
    async with SgdbApp(core.load_problem("exercise-2")).run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        await press(pilot, key)
        inside = pilot.app.screen.query_one("#dialog").content_region
        buttons = list(pilot.app.screen.query(Button))
        assert buttons
        for button in buttons:
            assert inside.contains_region(button.region), button.label


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
async def test_what_is_usual_and_the_headings_can_be_read(theme: str) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        pilot.app.theme = theme
        await settle(pilot)
        await press(pilot, "o")
        listed, line = pilot.app.screen.query_one(OptionList), pilot.app.screen.query_one(Input)
        looks = [
            listed.get_visual_style("option-list--option-disabled"),
            line.get_visual_style("input--placeholder"),
        ]
        await press(pilot, "escape", "N")
        looks.append(row(pilot, "data.seed").editor.get_visual_style("input--placeholder"))
        for look in looks:
            assert contrast(look.background + look.foreground, look.background) > 4.5


def contrast(one: Color, other: Color) -> float:
    """The ratio of two colours' luminances, as the guidelines for accessible web content have it."""

    def luminance(colour: Color) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
