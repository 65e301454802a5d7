"""What if, by keys: a run forks where a number is changed, and branches are listed, compared and removed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

import core
from core import Branch, Edit, Timeline, Timelines
from samples import exercise_2
from screen import app, inspect, last_line, pane, press, seek, settle, shown, texts, training, why
from test_watches_screen import watch


async def change(pilot: Pilot[Any], text: str) -> None:
    """Type a change at the step on screen."""
    await press(pilot, "e")
    pilot.app.screen.query_one(Input).value = text
    await press(pilot, "enter")
    await settle(pilot)


def forked(*edits: Edit) -> Timeline:
    """The run of Exercise 2 with edits, reached alone."""
    return Timelines(exercise_2())[Branch.of(exercise_2()).with_edits(*edits)]


def title(pilot: Pilot[Any]) -> str:
    return texts(pilot)[0]


async def test_a_changed_number_forks_the_run_and_the_old_one_stays() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 6)
        await seek(pilot, 4)
        await change(pilot, "W_1[1,3] = 0.1/3")
        assert shown(pilot).index == 4
        assert shown(pilot).values["W_1"][0, 2] == 0.1 / 3
        assert "what if 1" in title(pilot)
        assert "W₁[1,3] = 0.0333333" in texts(pilot)[1]
        plot = "\n".join(pane(pilot, "loss"))
        assert "main" in plot
        assert "what if 1" in plot
        await seek(pilot, 9)
        expected = forked(Edit(4, "W_1", (1, 3), 0.1 / 3))
        np.testing.assert_array_equal(shown(pilot).values["W_out"], expected[9].values["W_out"])
        await press(pilot, "B", "up", "enter")
        await settle(pilot)
        assert "main" in title(pilot)
        assert shown(pilot).index == 9
        np.testing.assert_array_equal(shown(pilot).values["W_1"], Timeline(exercise_2())[9].values["W_1"])


async def test_the_line_begins_with_the_inspected_number_and_with_alpha_where_it_cannot_be_changed() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for name, cell, text in (("W_1", (2, 1), "W_1[2,1] = 0.01"), ("z_1", (1, 1), "alpha = 0.5")):
            await inspect(pilot, name, cell)
            await press(pilot, "e")
            line = pilot.app.screen.query_one(Input)
            assert line.value == text
            assert line.selected_text == text
            await press(pilot, "escape")
        assert len(training(pilot).session.branches) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("W_1[1,3] = 2 +", "expected a number, a name or a parenthesis"),
        ("W_1[1,9] = 2", "expected a cell of 2 x 3"),
        ("y_out[1,1] = 2", "computed"),
        ("alpha = 1/2", "nothing would change"),
        ("alpha = 1/0", "cannot be worked out"),
    ],
)
async def test_nonsense_is_refused_at_the_field_and_forks_nothing(typed: str, said: str) -> None:
    sgdb = app()
    async with sgdb.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await change(pilot, typed)
        assert pilot.app.screen is not training(pilot)
        assert said in "\n".join(texts(pilot))
        await press(pilot, "escape")
        assert len(training(pilot).session.branches) == 1


async def test_undo_takes_back_forks_and_removals_one_by_one() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "U")
        assert "nothing to undo" in last_line(pilot)
        await seek(pilot, 3)
        await change(pilot, "alpha = 1")
        await seek(pilot, 5)
        await change(pilot, "alpha = 2")
        session = training(pilot).session
        assert session.names == ("main", "what if 1", "what if 2")
        await press(pilot, "B", "up", "delete", "escape")
        await settle(pilot)
        assert training(pilot).session.names == ("main", "what if 2")
        expected = forked(Edit(3, "alpha", (), 1.0), Edit(5, "alpha", (), 2.0))
        await seek(pilot, 8)
        assert shown(pilot).loss == expected[8].loss
        await press(pilot, "U")
        assert training(pilot).session == session
        await press(pilot, "U", "U")
        await settle(pilot)
        assert training(pilot).session.names == ("main",)
        assert shown(pilot).loss == Timeline(exercise_2())[8].loss


async def test_two_branches_are_compared_and_the_largest_difference_comes_first() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 3)
        await change(pilot, "alpha = 2")
        await seek(pilot, 6)
        await press(pilot, "D", "enter")
        await settle(pilot)
        said = why(pilot)
        expected = core.compare_steps(Timeline(exercise_2())[6], forked(Edit(3, "alpha", (), 2.0))[6])
        assert "main, step 6 → what if 1, step 6" in said
        assert f"{expected.total} of {expected.compared} numbers differ" in said
        assert "the runs part at step 3" in said
        assert "their losses differ from step 4 on" in said
        assert said.index(expected.listed[0].label) < said.index(expected.listed[1].label)
        await press(pilot, "left")
        await settle(pilot)
        assert "main, step 5 → what if 1, step 5" in why(pilot)
        await press(pilot, "D")
        await settle(pilot)
        assert "main, step" not in why(pilot)


async def test_two_steps_of_one_run_are_compared() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 4)
        await press(pilot, "D")
        line = pilot.app.screen.query_one(Input)
        assert line.value == "3"
        for wrong in ("", "main x", "what if 7"):
            line.value = wrong
            await press(pilot, "enter")
            assert "Expected a step, or a branch" in "\n".join(texts(pilot))
        line.value = "main 1"
        await press(pilot, "enter")
        await settle(pilot)
        assert "main, step 1 → main, step 4" in why(pilot)


async def test_a_branch_that_is_lost_at_once_says_so_and_can_be_undone() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 2)
        await change(pilot, "W_1[1,1] = 1e200")
        await settle(pilot)
        everything = "\n".join(texts(pilot))
        assert "finite" in everything
        assert shown(pilot).index == 1
        await press(pilot, "U")
        await settle(pilot)
        assert training(pilot).session.names == ("main",)
        await press(pilot, "right")
        assert shown(pilot).loss == Timeline(exercise_2())[2].loss


async def test_the_only_branch_stays() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "B", "delete")
        assert "The only branch stays." in "\n".join(texts(pilot))
        await press(pilot, "d")
        assert "You are looking at this one" in "\n".join(texts(pilot))


async def test_the_hinge_of_a_branch_is_that_branch_under_another_loss() -> None:
    sgdb = app(core.load_problem("three-classes"))
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 2)
        await change(pilot, "alpha = 0.1")
        await press(pilot, "h")
        await settle(pilot)
        await seek(pilot, 4)
        problem = core.load_problem("three-classes")
        branch = Branch.of(problem).with_edits(Edit(2, "alpha", (), 0.1)).under(core.SoftmaxHinge())
        assert shown(pilot).loss == Timelines(problem)[branch][4].loss


@pytest.mark.parametrize("keys", [("h",), ("H",), ("m",)])
@pytest.mark.parametrize("typed", ["m = 0.2", "y_gt[1,1] = 5"])
async def test_what_a_branch_cannot_be_under_is_said(keys: tuple[str, ...], typed: str) -> None:
    sgdb = app(core.load_problem("exercise-2"))
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, *(["h"] if typed.startswith("m") else []), "n", "n")
        await change(pilot, typed)
        branch = training(pilot).run.branch
        await press(pilot, *keys)
        await settle(pilot)
        if keys == ("h",):
            assert training(pilot).run.branch == branch
            said = last_line(pilot).strip()
            assert said.startswith(
                ("It cannot be looked at: ", "The squared error has no m, which was changed at step 2")
            )
        await press(pilot, "right")
        assert shown(pilot).index == 3


async def test_what_is_decided_leaves_the_loss_that_is_looked_at() -> None:
    sgdb = app(core.load_problem("three-classes"))
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "h", "n", "n")
        await watch(pilot, "p[1,1] > 0")
        assert training(pilot).run.branch.loss == core.SoftmaxHinge()
        assert "watch 1: p[1,1] = " in texts(pilot)[1]
        await press(pilot, "b", "enter")
        assert training(pilot).run.branch.loss == core.SoftmaxHinge()
        await press(pilot, "B")
        assert "the run as it is, under the softmax hinge" in "\n".join(texts(pilot))
        assert "3 steps" in "\n".join(texts(pilot))
        await press(pilot, "escape")
        await change(pilot, "alpha = 0.1")
        await press(pilot, "B")
        assert "under the softmax hinge from step 0, α = 0.1 from step 2 of" in "\n".join(texts(pilot))


async def test_a_branch_whose_parent_is_gone_tells_all_of_its_changes() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 3)
        await change(pilot, "alpha = 1")
        await seek(pilot, 5)
        await change(pilot, "W_1[1,3] = 0.2")
        await press(pilot, "B", "up", "delete")
        assert "α = 1 from step 3, W₁[1,3] = 0.2 from step 5 of main" in "\n".join(texts(pilot))


async def test_undo_says_what() -> None:
    sgdb = app()
    async with sgdb.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await change(pilot, "alpha = 1")
        await press(pilot, "b", "enter", "U")
        assert "Undone: what was done to a bookmark." in last_line(pilot)
        await press(pilot, "U")
        assert "Undone: what if 1 is gone." in last_line(pilot)


@pytest.mark.parametrize(("typed", "edit"), [("0.1/3", ("alpha", 0.1 / 3)), (" alpha*2 ", ("alpha", 1.0))])
async def test_a_number_alone_is_for_the_name_in_the_line(typed: str, edit: tuple[str, float]) -> None:
    sgdb = app()
    async with sgdb.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await change(pilot, typed)
        assert training(pilot).run.branch.edits == (Edit(0, edit[0], (), edit[1]),)


async def test_a_way_to_another_run_is_stopped_before_it_begins() -> None:
    problem = core.load_problem("exercise-2")
    async with app(problem).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        journey, branch = training(pilot).journey, Branch.of(problem)
        journey.switch(branch.with_edits(Edit(200_000, "alpha", (), 0.1)))
        assert journey.stop()
        await settle(pilot)
        assert training(pilot).run.branch == branch
