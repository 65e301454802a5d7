"""Why it does not learn, by keys: zeros and their cuts, and what became of the run."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

import core
from samples import BUILT_IN
from screen import app, diverging, inspect, last_line, press, seek, settle, shown, texts, training, until, view, why
from test_what_if_screen import change


def dying() -> core.Problem:
    """Exercise 2 at a learning rate at which it dies."""
    return core.load_problem("exercise-2", {"lr": "1"})


async def diagnosed(pilot: Pilot[Any]) -> str:
    """What the page says, in one line."""
    await press(pilot, "i")
    await settle(pilot)
    return " ".join(why(pilot).replace("│", " ").split())


async def test_a_run_that_is_stuck_says_so_and_why() -> None:
    async with app(dying()).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await seek(pilot, 200)
        await settle(pilot)
        assert "│ stuck │" in texts(pilot)[0]
        assert "stuck: the loss is 1.5" in texts(pilot)[1]
        said = await diagnosed(pilot)
        for finding in (
            "stuck: the loss is 1.5",
            "1 of 3 hidden units (3) is idle in all rows from step 5 on",
            "rows 1 and 3 light no unit of layer 1 from step 5 on",
            "row 2 lights no unit of layer 1 from step 41 on",
        ):
            assert finding in said
        await press(pilot, "i")
        assert "light no unit" not in why(pilot)


async def test_a_finding_leads_to_its_number() -> None:
    async with app(dying()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 200)
        await diagnosed(pilot)
        await press(pilot, "enter")
        assert "▸ 1 of 3 hidden units (3)" in why(pilot)
        await press(pilot, "enter")
        await settle(pilot)
        assert shown(pilot).index == 5
        assert view(pilot).cursor == ("s_1", (1, 3))
        assert "s₁[1,3] = X_in[1,1]" in why(pilot)
        assert shown(pilot).values["s_1"][0, 2] < 0


async def test_where_a_unit_dies_the_notes_say_so() -> None:
    async with app(dying()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 200)
        await settle(pilot)
        await seek(pilot, 5)
        await settle(pilot)
        assert "1 of 3 hidden units (3) is idle in all rows from step 5 on" in texts(pilot)[1]


async def test_a_run_that_diverges_names_what_was_not_finite_first() -> None:
    async with app(diverging()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 1000)
        await settle(pilot)
        said = await diagnosed(pilot)
        assert "diverging:" in said
        assert "overflows" in said
        assert "stay finite up to α" in said


@pytest.mark.parametrize("name", BUILT_IN)
async def test_healthy_runs_alarm_nobody(name: str) -> None:
    async with app(core.load_problem(name)).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 60)
        await settle(pilot)
        found = training(pilot).diagnosis
        assert found is not None
        assert not found.alarms


async def test_a_zero_tells_which_factor_cuts_every_path() -> None:
    async with app(dying()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "0")
        assert "No cell is selected" in last_line(pilot)
        await seek(pilot, 60)
        await inspect(pilot, "dW_1", (1, 3))
        await press(pilot, "0")
        await settle(pilot)
        expected = core.why_not(shown(pilot), "dW_1", (1, 3))
        said = " ".join(why(pilot).split())
        assert expected.verdict in said
        assert "f₁'(s₁[1,3]) = 0" in said
        await press(pilot, "enter", "enter")
        await settle(pilot)
        assert view(pilot).cursor == (expected.cuts[0].places[0].name, expected.cuts[0].places[0].cell)
        await press(pilot, "backspace")
        assert view(pilot).cursor == ("dW_1", (1, 3))
        await inspect(pilot, "W_1", (1, 1))
        await press(pilot, "0")
        assert "This number is not 0." in last_line(pilot)


async def test_the_page_follows_the_cell_that_is_gone_to() -> None:
    async with app(dying()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 60)
        await inspect(pilot, "delta_1", (1, 3))
        await press(pilot, "0", "down")
        await settle(pilot)
        await until(pilot, lambda: "δ₁[2,3]" in why(pilot))


async def test_the_same_cell_of_another_branch_has_its_own_reasons() -> None:
    async with app(dying()).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await seek(pilot, 60)
        await inspect(pilot, "dW_1", (1, 3))
        await press(pilot, "0")
        await settle(pilot)
        before = core.why_not(shown(pilot), "dW_1", (1, 3)).cuts[0].text
        assert before in " ".join(why(pilot).split())
        await change(pilot, "W_1[2,3] = -9")
        await inspect(pilot, "dW_1", (1, 3))
        await press(pilot, "0")
        await settle(pilot)
        now = core.why_not(shown(pilot), "dW_1", (1, 3)).cuts[0].text
        assert now != before
        assert now in " ".join(why(pilot).split())
