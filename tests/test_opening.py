"""Opening a problem from inside, by keys and by mouse."""

from __future__ import annotations

import gc
import os
import re
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

import core
from core import Source
from screen import app, click, commands, last_line, press, seek, settle, shown, texts, training, until
from test_session_screen import decide
from tui.app import SgdbApp
from tui.opening import open_screen
from tui.opening.open_screen import OpenScreen, Thumbnail
from tui.pictures import thumbnail

TABLE = "a,b,price\n1,2,3.5\n2,3,4.25\n3,1,5\n0,1,2.5\n"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table in the working folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "data.csv"
    path.write_text(TABLE)
    return path


def name(pilot: Pilot[Any]) -> str:
    return training(pilot).problem.name


def listed(pilot: Pilot[Any]) -> list[str]:
    """The entries of the list that can be chosen."""
    options = pilot.app.screen.query_one("#problems", OptionList).options
    return [re.split(" {2,}", str(option.prompt))[0] for option in options if not option.disabled]


def line(pilot: Pilot[Any]) -> Input:
    return pilot.app.screen.query_one(Input)


def complaint(pilot: Pilot[Any]) -> str:
    return str(pilot.app.screen.query_one("#complaint").render())


async def opening(pilot: Pilot[Any], text: str = "") -> None:
    """The dialog, with a text typed."""
    await settle(pilot)
    await press(pilot, "o")
    line(pilot).value = text
    await settle(pilot)


async def test_a_built_in_problem_is_found_by_a_few_letters_and_opened() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await opening(pilot)
        assert set(core.built_in_problems()) == set(listed(pilot))
        await press(pilot, "x", "o")
        assert listed(pilot) == ["xor"]
        assert "2 → 3 tanh → 1 sigmoid" in "\n".join(texts(pilot))
        await press(pilot, "enter")
        await settle(pilot)
        assert name(pilot) == "XOR"
        assert shown(pilot).index == 0
        assert len(pilot.app.screen_stack) == 2


async def test_keys_go_through_the_list_past_its_headings() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await opening(pilot)
        names = listed(pilot)
        await press(pilot, "down", "down", "up", "enter")
        await settle(pilot)
        assert training(pilot).problem.source == Source(names[1])


async def test_a_click_opens() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await opening(pilot)
        await click(pilot, "svm")
        await settle(pilot)
        assert name(pilot) == "SVM"


async def test_a_file_takes_options_as_on_the_command_line(data: Path) -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await opening(pilot, "data.csv --target price --hidden 3,2")
        await press(pilot, "enter")
        await settle(pilot)
        assert training(pilot).problem.network.sizes == (2, 3, 2, 1)
        assert training(pilot).problem.source == Source.of(str(data), {"target": "price", "hidden": "3,2"})


async def test_options_go_with_the_entry_that_is_chosen() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await opening(pilot, "xo --lr 0.03125")
        await press(pilot, "enter")
        await settle(pilot)
        assert (name(pilot), shown(pilot).learning_rate) == ("XOR", 0.03125)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("data.csv --target prise --lr fast", ["--lr: expected a finite number above 0", "price"]),
        ("nowhere.csv", ["nowhere.csv", "no such file"]),
        ("exercise-2 --momentun 0.9", ['"--momentun"', "--momentum"]),
        ("xo --lr fast", ["--lr: expected a finite number above 0"]),
        ("data.csv --target 'price", ["no closing quotation"]),
        ("nothing like it", ["expected one problem"]),
    ],
)
async def test_what_is_wrong_is_said_in_the_dialog_and_nothing_changes(data: Path, text: str, told: list[str]) -> None:
    assert data.exists()
    async with app().run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await seek(pilot, 3)
        before = training(pilot)
        await opening(pilot, text)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, OpenScreen)
        for words in told:
            assert words in complaint(pilot)
        await press(pilot, "escape")
        assert training(pilot) is before
        assert shown(pilot).index == 3


async def test_what_would_be_lost_is_asked_once_and_then_nothing_of_it_is_left() -> None:
    sessions = Path(os.environ["XDG_STATE_HOME"]) / "sgdb" / "sessions"
    async with SgdbApp(core.load_problem("exercise-2")).run_test(size=(120, 40)) as pilot:
        await decide(pilot)
        await opening(pilot, "xor")
        await press(pilot, "enter")
        assert "What you did in exercise-2 is not saved" in complaint(pilot)
        assert len(list(sessions.iterdir())) == 1
        await press(pilot, "enter")
        await settle(pilot)
        assert name(pilot) == "XOR"
        assert not list(sessions.iterdir())


async def test_a_dialog_is_left_while_a_problem_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def slowly(*_: object) -> None:
        go_on.wait()
        raise core.ProblemError("", ["too late"])

    async with app().run_test(size=(80, 24)) as pilot:
        await opening(pilot, "xor")
        monkeypatch.setattr(open_screen, "open_source", slowly)
        before = training(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: any("loading" in line for line in texts(pilot)))
        await pilot.press("escape")
        assert pilot.app.screen is before
        go_on.set()
        await press(pilot, "n")
        assert shown(pilot).index == 1


async def test_nothing_keeps_the_run_before_and_its_data() -> None:
    async with SgdbApp(core.load_problem("three-classes")).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "P", "m", "h", "h")
        before = weakref.ref(training(pilot)), weakref.ref(training(pilot).problem)
        await opening(pilot, "xor")
        await press(pilot, "enter")
        await settle(pilot)
        assert name(pilot) == "XOR"
        await press(pilot, "n", "n")  # the last steps that were asked about are of this run now
        gc.collect()
        assert [one() for one in before] == [None, None]


class TestOpenedBefore:
    async def test_what_was_opened_is_first_with_its_options(self, data: Path) -> None:
        opened = core.load_problem(str(data), {"target": "a", "hidden": "4"})
        async with SgdbApp(opened).run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            await opening(pilot)
            assert listed(pilot)[0] == "data.csv --hidden 4 --target a"
            await press(pilot, "enter")
            await settle(pilot)
            assert training(pilot).problem.source == opened.source
            assert training(pilot).problem is not opened

    async def test_a_file_that_is_named_is_opened_as_it_is_typed_unless_another_is_chosen(self, data: Path) -> None:
        opened = core.load_problem(str(data), {"target": "a"})
        async with SgdbApp(opened).run_test(size=(80, 24)) as pilot:
            await opening(pilot, "data.csv")
            assert "enter opens data.csv" in "\n".join(texts(pilot))
            await press(pilot, "enter")
            await settle(pilot)
            assert training(pilot).problem.source == Source(str(data))
            await opening(pilot, "data.csv")
            chosen = listed(pilot).index("data.csv --target a")
            await press(pilot, *["down"] * (chosen + 1), "enter")
            await settle(pilot)
            assert training(pilot).problem.source == opened.source

    async def test_a_file_that_is_gone_says_so(self, data: Path) -> None:
        async with SgdbApp(core.load_problem(str(data))).run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            data.unlink()
            await opening(pilot)
            assert listed(pilot)[0] == "data.csv"
            await press(pilot, "enter")
            assert "no such file" in complaint(pilot)

    async def test_a_saved_session_goes_on(self, data: Path) -> None:
        async with SgdbApp(core.load_problem("exercise-2")).run_test(size=(120, 40)) as pilot:
            await decide(pilot)
            await press(pilot, "ctrl+s")
            line(pilot).value = str(data.with_name("mine.session"))
            await press(pilot, "enter")
            await settle(pilot)
            await opening(pilot, "xor")
            await press(pilot, "enter")
            await settle(pilot)
            assert name(pilot) == "XOR"
            await opening(pilot, "mine.session")
            await press(pilot, "enter")
            await settle(pilot)
            assert shown(pilot).index == 7
            assert training(pilot).session.names == ("main", "what if 1")
            await opening(pilot)
            assert listed(pilot)[0] == "mine.session"

    async def test_without_a_home_there_are_still_the_built_in_ones(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from tui.commands import data_folder

        def no_home(*_: object, **__: object) -> None:
            raise RuntimeError

        monkeypatch.delenv("XDG_STATE_HOME")
        monkeypatch.setattr(data_folder, "user_state_path", no_home)
        async with app(core.load_problem("exercise-2", {"lr": 0.1})).run_test(size=(80, 24)) as pilot:
            await opening(pilot)
            assert "xor" in listed(pilot)


class TestThePicker:
    async def test_a_file_is_picked_and_opened(self, data: Path) -> None:
        (data.parent / "notes.txt").write_text("no problem")
        async with app().run_test(size=(80, 24)) as pilot:
            await opening(pilot)
            await press(pilot, "ctrl+o")
            await until(pilot, lambda: any("data.csv" in line for line in texts(pilot)))
            assert not any("notes.txt" in line for line in texts(pilot))
            await press(pilot, "down", "enter")  # past ..
            await press(pilot, "enter")
            await settle(pilot)
            assert training(pilot).problem.source == Source(str(data))

    async def test_leaving_it_leaves_the_dialog_as_it_was(self, data: Path) -> None:
        assert data.exists()
        async with app().run_test(size=(80, 24)) as pilot:
            await opening(pilot, "xo")
            await press(pilot, "ctrl+o")
            await press(pilot, "escape")
            assert line(pilot).value == "xo"
            assert listed(pilot) == ["xor"]


async def test_what_makes_no_sense_on_a_sheet_is_not_there() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await commands(pilot)["Open a problem: built-in, opened before, or a file with options"]()
        await settle(pilot)
        assert isinstance(pilot.app.screen, OpenScreen)
        await press(pilot, "escape")
        pilot.app.practise(training(pilot).problem)  # type: ignore[attr-defined]
        await settle(pilot)
        sheet = pilot.app.screen
        pilot.app.action_open()  # type: ignore[attr-defined]
        await settle(pilot)
        assert pilot.app.screen is sheet
        assert last_line(pilot)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)])
async def test_the_picture_is_drawn_whole_in_the_room_that_the_words_leave(size: tuple[int, int]) -> None:
    async with app().run_test(size=size) as pilot:
        await opening(pilot, "blobs")
        await settle(pilot)
        picture = pilot.app.screen.query_one(Thumbnail)
        assert picture.lines == thumbnail(core.load_problem("blobs"), *picture.size)
        await pilot.resize_terminal(100, 30)
        await settle(pilot)
        assert picture.lines == thumbnail(core.load_problem("blobs"), *picture.size)
