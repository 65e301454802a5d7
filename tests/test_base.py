"""What comes too early, too late, or too fast is harmless."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.command import CommandList, CommandPalette
from textual.geometry import Size
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input, RadioButton
from textual.widgets._toast import Toast

import core
from core.practice import Exercise
from screen import app, press, settle, training
from tui.app import SgdbApp
from tui.commands.data_folder import data_folder
from tui.dialogs.goto import GoToScreen
from tui.practice.screen import PractiseScreen
from tui.sheet.widget import Sheet
from tui.training.screen import TrainingScreen


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Where sheets are kept."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def practice() -> SgdbApp:
    problem = core.load_problem("exercise-2")
    return SgdbApp(problem, first=PractiseScreen(Exercise(problem, 7), data_folder()))


def send(pilot: Pilot[Any], *sent: events.Event) -> None:
    """Events as the terminal sends them, all at once."""
    driver = pilot.app._driver
    assert driver is not None
    for event in sent:
        driver.process_message(event)


def key(name: str) -> events.Key:
    return events.Key(name, name if len(name) == 1 else None)


def click(x: int, y: int) -> list[events.Event]:
    return [
        kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)
        for kind in (events.MouseDown, events.MouseUp)
    ]


async def until(pilot: Pilot[Any], so: Callable[[], object]) -> None:
    """Wait until something is so, however busy the machine is."""
    for _ in range(500):
        if so():
            return
        await pilot.pause(0.01)
    pytest.fail("it never was so")


@pytest.mark.parametrize(
    ("open_app", "keys"),
    [
        (practice, ["n"] * 20),
        (app, ["m"] * 9),
        (app, ["f"] * 9),
        (app, ["question_mark"] * 9),
        (app, ["ctrl+p", "pagedown", "pagedown", "pageup"]),
        (app, ["ctrl+p", "z", "escape", "z"]),
        (app, ["q", "n", "f", "ctrl+p"]),
    ],
    ids=["new sheets", "losses", "formulas", "help", "palette", "typed behind the palette", "after q"],
)
async def test_keys_in_one_burst_do_no_harm(open_app: Callable[[], App[Any]], keys: list[str]) -> None:
    async with open_app().run_test() as pilot:
        await settle(pilot)
        send(pilot, *map(key, keys))
        await pilot.pause()
        await pilot.pause()


async def test_n_held_down_begins_new_sheets() -> None:
    async with practice().run_test() as pilot:
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, PractiseScreen)
        send(pilot, *[key("n")] * 5)
        await until(pilot, lambda: screen.exercise.seed > 7)
        assert pilot.app.screen_stack[1:] == [screen]


async def test_clicks_on_a_notice_that_goes_away_do_no_harm() -> None:
    async with app().run_test(notifications=True) as pilot:
        await settle(pilot)
        pilot.app.notify("a notice")
        await pilot.pause()
        toast = pilot.app.screen.query_one(Toast)
        x, y = toast.region.center
        with pilot.app.batch_update():  # it is still on screen
            send(pilot, *click(int(x), int(y)))
            await until(pilot, lambda: not toast.is_attached)
            send(pilot, *click(int(x), int(y)))
            await pilot.pause(0)
        await until(pilot, lambda: not pilot.app.screen.query(Toast))


async def test_clicks_outside_the_palette_close_nothing_else() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await pilot.press("ctrl+p")
        await pilot.pause()
        assert isinstance(pilot.app.screen, CommandPalette)
        send(pilot, *click(1, 1), *click(1, 1))
        await until(pilot, lambda: not isinstance(pilot.app.screen, CommandPalette))
        await settle(pilot)
        assert isinstance(pilot.app.screen, TrainingScreen)


async def test_a_click_on_a_command_that_is_no_more_does_no_harm() -> None:
    async with app().run_test(size=(80, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+p")
        await pilot.pause()
        commands = pilot.app.screen.query_one(CommandList)
        await until(pilot, lambda: commands.option_count and commands.size)
        x, y = commands.region.x + 4, commands.region.y + 1
        style = pilot.app.screen.get_style_at(x, y)
        assert style.meta["option"] == 0
        clicked = events.Click(commands, 4, 1, 0, 0, 1, False, False, False, screen_x=x, screen_y=y, style=style)
        commands.post_message(clicked)
        commands.clear_options()
        await pilot.pause()
        assert isinstance(pilot.app.screen, CommandPalette)


async def test_a_question_that_is_answered_twice_closes_nothing_else() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await pilot.press("g")
        question = pilot.app.screen
        assert isinstance(question, GoToScreen)
        question.dismiss(3)
        question.dismiss(4)
        await settle(pilot)
        assert pilot.app.screen is training(pilot)
        assert training(pilot).journey.cursor == 3


async def test_a_screen_that_goes_away_before_it_is_composed_does_no_harm() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        for action in (training(pilot).action_help, training(pilot).action_go_to):
            action()
            pilot.app.screen.dismiss()
            await settle(pilot)
        assert pilot.app.screen is training(pilot)
        for action in (training(pilot).action_export, pilot.app.action_command_palette):
            action()
        pilot.app.exit()


async def test_an_action_before_a_screen_is_composed_does_no_harm() -> None:
    async with practice().run_test() as pilot:
        await pilot.pause()
        screen = PractiseScreen(Exercise(core.load_problem("exercise-2"), 8), data_folder())
        pilot.app.push_screen(screen)
        assert await pilot.app.run_action("another", screen) is False
        await pilot.pause()
        assert await pilot.app.run_action("another", screen) is True


async def test_a_palette_is_opened_again_while_the_last_one_is_going_away() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        for _ in range(3):
            pilot.app.action_command_palette()
            palette = pilot.app.screen
            assert isinstance(palette, CommandPalette)
            palette.dismiss()
        await settle(pilot)
        assert pilot.app.screen is training(pilot)


async def test_a_click_outside_of_a_terminal_that_got_smaller_does_no_harm() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await pilot.press("ctrl+p")
        await pilot.pause()
        palette = pilot.app.screen
        palette.post_message(events.Click(palette, 200, 80, 0, 0, 1, False, False, False, screen_x=200, screen_y=80))
        await settle(pilot)
        assert pilot.app.screen is palette


async def test_text_for_a_palette_that_is_closed_does_no_harm() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await pilot.press("ctrl+p")
        await pilot.pause()
        palette = pilot.app.screen
        assert isinstance(palette, CommandPalette)
        palette.dismiss()
        await settle(pilot)
        palette._gather_commands("text")
        await palette._watch__show_busy()
        await settle(pilot)
        assert pilot.app.screen is training(pilot)


async def test_keys_for_an_application_that_ends_do_no_harm() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        for event in (events.Paste("1"), events.AppBlur(), events.AppFocus(), key("n")):
            send(pilot, *[event] * 5)


async def test_a_run_that_ends_when_its_screen_is_gone_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        screen = training(pilot)

        async def approach(*_: object) -> AsyncIterator[int]:
            while screen.query(Sheet):
                await asyncio.sleep(0)
            raise core.DivergedError(1, "loss", "ℒ", (), float("inf"))
            yield 0

        monkeypatch.setattr(screen.run.engine, "approach", approach)
        monkeypatch.setattr(screen.run, "at_once", lambda _: None)
        screen.seek(1)
        await pilot.pause(0)


async def test_who_quits_after_a_crash_has_crashed() -> None:
    ended = app()
    ended.exit()
    assert ended.status == 0
    ended.exit(return_code=1)
    ended.exit()
    assert ended.status == 1


@pytest.mark.parametrize("open_app", [practice, app])
async def test_two_sizes_at_once_come_to_an_end(open_app: Callable[[], App[Any]]) -> None:
    first, last = Size(71, 9), Size(50, 45)
    told = 0

    def count(message: Message) -> None:
        nonlocal told
        told += isinstance(message, events.Resize) and message.size == first
        assert told < 5  # else nothing else has a turn any more

    async with open_app().run_test(message_hook=count) as pilot:
        await settle(pilot)
        screen = pilot.app.screen
        pilot.app._size = last
        for size in (first, last):
            screen.post_message(events.Resize(size, size))
            screen.call_after_refresh(lambda: None)
        for _ in range(100):
            await asyncio.sleep(0)
        assert told == 1
        assert screen.size == last


async def test_a_file_s_name_before_there_are_formats_to_choose_does_no_harm() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        await press(pilot, "x")
        await pilot.app.screen.query(RadioButton).remove()  # as before they are composed, and when the dialog goes away
        pilot.app.screen.query_one("#file", Input).value = "solution.tex"
        await settle(pilot)


@pytest.mark.parametrize("make", [app, practice])
async def test_an_application_that_ends_before_its_first_picture_ends_in_order(make: Any) -> None:
    ending = make()
    ending.call_later(ending.exit, return_code=143)
    async with ending.run_test():
        pass
    assert ending.status == 143


@pytest.mark.parametrize("keys", [[], ["d"], ["n", "ctrl+p"]], ids=["at once", "after a thread", "after a step"])
async def test_nothing_keeps_an_application_that_has_ended(keys: list[str]) -> None:
    async def run() -> weakref.ref[App[Any]]:
        async with app().run_test() as pilot:
            await settle(pilot)
            await press(pilot, *keys)
            return weakref.ref(pilot.app)

    ended = await run()
    for _ in range(3):  # the loop drops what it has cancelled
        await asyncio.sleep(0)
        gc.collect()
    assert ended() is None


async def test_what_a_closed_dialog_has_drawn_is_kept_nowhere() -> None:
    def strips() -> int:
        gc.collect()
        return sum(type(thing) is Strip for thing in gc.get_objects())

    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark", "escape")
        once = strips()
        for _ in range(4):
            await press(pilot, "question_mark", "escape")
        assert strips() < once + 40  # a dialog has more lines than that
