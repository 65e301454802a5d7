"""The help and the command palette: every key, in groups, and how to read the screen."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.widget import Widget

import core
from screen import app, settle, texts
from tui.app import SgdbApp
from tui.dialogs.help import TWO_COLUMNS, HelpScreen
from tui.keys import key_groups
from tui.training import picture
from tui.training.help import GROUPS, READING
from tui.training.marks import DOUBTFUL, FROM_ZEROS, VERDICTS
from tui.training.screen import TrainingScreen
from tui.training.verdicts import RIGHT, WRONG

KEYS = [binding for binding in Binding.make_bindings(TrainingScreen.BINDINGS) if binding.tooltip]


class TwoKeys(Widget):
    """A widget with keys that mean the same, one that means something else, and one without a meaning."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "go(1)", tooltip="Go on"),
        Binding("b", "go(1)", tooltip="Go on"),
        Binding("c", "stay", tooltip="Stay"),
        Binding("d", "hide"),
    ]


async def everything(pilot: Pilot[Any]) -> list[str]:
    """Every line of what is on screen, however far down."""
    dialog = pilot.app.screen.query_one("#dialog")
    lines: list[str] = []
    for _ in range(100):
        lines += texts(pilot)
        if dialog.scroll_y >= dialog.max_scroll_y:
            return lines
        await pilot.press("pagedown")
        await pilot.wait_for_scheduled_animations()
    raise AssertionError("it has no end")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_the_keys_come_first_and_then_how_to_read_the_sheet(size: tuple[int, int]) -> None:
    async with app().run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HelpScreen)
        lines = await everything(pilot)
        words = " ".join(" ".join(lines).replace("│", " ").split())
        titles = [words.index(f"─ {title}") for title, _ in (*GROUPS, *READING)]
        assert max(titles[: len(GROUPS)]) < min(titles[len(GROUPS) :])
        if size[0] < TWO_COLUMNS:
            assert titles == sorted(titles)


async def test_every_key_of_the_training_is_in_the_help_and_in_the_palette() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, TrainingScreen)
        told = [meaning for _, entries in key_groups(screen.explained, GROUPS) for _, meaning in entries]
        assert sorted(told) == sorted({binding.tooltip for binding in KEYS})
        commands = [command.title for command in pilot.app.get_system_commands(screen)]
        assert {binding.tooltip for binding in KEYS} <= set(commands)
        assert {"Check answers", "Practise this problem"} <= set(commands)
        assert len(commands) == len(set(commands))


async def test_groups_take_keys_by_how_their_actions_begin() -> None:
    async with SgdbApp(core.load_problem("exercise-2")).run_test() as pilot:
        await settle(pilot)
        node = TwoKeys()
        await pilot.app.screen.mount(node)
        found = key_groups([node], [("moving", ["go"]), ("none", ["x"]), ("the rest", [""])])
        assert found == [("moving", (("a b", "Go on"),)), ("the rest", (("c", "Stay"),))]


def test_every_mark_of_the_sheet_is_explained() -> None:
    told = " ".join(marks for _, entries in READING for marks, _ in entries)
    marks = (picture.CURSOR, picture.SOURCE, picture.TARGET, picture.IDLE, picture.UP, picture.DOWN)
    checked = (*VERDICTS.values(), FROM_ZEROS, DOUBTFUL)
    others = (picture.VEIL, picture.NO_TERM, picture.GAP, *picture.POSITIVE, *picture.NEGATIVE, picture.NEAR)
    verdicts = (RIGHT, WRONG)
    assert not [mark for mark in (*marks, *checked, *others, *verdicts, picture.NOT_FINITE) if mark not in told]


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_what_the_keys_do_begins_at_one_column(size: tuple[int, int]) -> None:
    async with app().run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("question_mark")
        await pilot.pause()
        starts: dict[bool, set[int]] = {True: set(), False: set()}
        for binding in KEYS:
            for line in texts(pilot):
                start = line.find(f" {binding.tooltip[: 20 if size[0] > 60 else 12]}")
                if start > 0:
                    starts[start > size[0] // 2].add(start)
        assert len(starts[False]) == 1
        assert len(starts[True]) == (size[0] >= TWO_COLUMNS)
