"""Changes that a person types, and what differs after them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import core
from core import Branch, Edit, FormulaError, ProblemError, Step, Timeline, Timelines, compare_steps, read_change
from samples import exercise_2

STEP = Timeline(exercise_2())[4]


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("W_1[1,3] = 0.1/3", Edit(4, "W_1", (1, 3), 0.1 / 3)),
        (" W₁[ 1 , 3 ]=-2 ", Edit(4, "W_1", (1, 3), -2.0)),
        ("W_2[3,1] = 2^3", Edit(4, "W_out", (3, 1), 8.0)),
        ("α = α/2", Edit(4, "alpha", (), 0.25)),
        ("lr = 0.05", Edit(4, "alpha", (), 0.05)),
        ("l2 = .1", Edit(4, "l2", (), 0.1)),
        ("batch = 2", Edit(4, "batch_size", (), 2.0)),
        ("X_in[2,1] = loss", Edit(4, "X_in", (2, 1), STEP.loss)),
    ],
)
def test_a_change_is_read(text: str, edit: Edit) -> None:
    (found,) = read_change(text, STEP)
    assert found.target == edit.target
    assert found.number == pytest.approx(edit.number, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("foo", "expected a name, = and a number", 1),
        ("W_1[1,1] = bar", '"bar" is no number of this step', 12),
        ("W_1[1,1] =", "expected a number at the end", 11),
        ("W_1[1,1] = W_1", "expected a number, found 6 of them", 12),
        ("alpha = 1/0", "cannot be worked out", 9),
        ("alpha = exp(1000)", "expected a finite number, found inf", 9),
        ("alpha = " + "1" * 300, "expected at most 200 characters", 201),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, message: str, place: int) -> None:
    with pytest.raises(FormulaError) as caught:
        read_change(text, STEP)
    assert message in str(caught.value)
    assert caught.value.place == place


@pytest.mark.parametrize("text", ["alpha = " + "(" * 150, "W_1[1,1] = 2 +", "α = 9**9**9**9", "= 3", "W_1[0,1] = 2"])
def test_hostile_changes_are_refused(text: str) -> None:
    with pytest.raises((FormulaError, ProblemError)):
        read_change(text, STEP)


def test_the_text_of_a_number_changes_nothing_much() -> None:
    assert core.unchanged_text(STEP, "W_1", (1, 3)) == "W_1[1,3] = -0.0419636"
    assert core.unchanged_text(STEP, "alpha") == "alpha = 0.5"
    (edit,) = read_change("W_1[1,3] = 0.1", STEP)
    assert core.edit_text(STEP.problem, edit) == "W₁[1,3] = 0.1"
    assert core.edit_text(STEP.problem, Edit(0, "loss", (), core.Hinge())) == f"under the {core.Hinge.title}"


def by_hand(one: Step, other: Step) -> dict[tuple[str, tuple[int, ...]], float]:
    """Every number that differs, with by how much."""
    found = {}
    for name, values in one.values.items():
        for at in np.ndindex(values.shape):
            if values[at] != other.values[name][at]:
                found[name, tuple(i + 1 for i in at)] = abs(float(values[at] - other.values[name][at]))
    return found


def test_differences_are_those_of_every_cell_the_largest_first() -> None:
    problem = exercise_2()
    timelines, branch = Timelines(problem), Branch.of(problem)
    fork = branch.with_edits(*read_change("W_1[1,3] = 0.5", timelines[branch][4]))
    one, other = timelines[branch][6], timelines[fork][6]
    found, wanted = compare_steps(one, other), by_hand(one, other)
    assert {(d.name, d.cell): abs(d.one - d.other) for d in found.listed} == wanted
    assert found.total == len(wanted)
    sizes = [abs(d.one - d.other) for d in found.listed]
    assert sizes == sorted(sizes, reverse=True)
    assert len(compare_steps(one, other, most=3).listed) == 3
    assert core.first_step_apart(timelines[branch], timelines[fork]) == 4


def test_a_step_does_not_differ_from_itself() -> None:
    found = compare_steps(STEP, Timeline(exercise_2())[4])
    assert (found.listed, found.total, found.left_out) == ((), 0, ())
    assert core.first_step_apart(Timeline(exercise_2()), Timeline(exercise_2())) is None


def test_other_rows_are_not_compared() -> None:
    timeline = Timeline(replace(exercise_2(), batch_size=2))
    found = compare_steps(timeline[0], timeline[1])
    assert {"X_in", "s_1", "delta_out", "sample_losses"} <= {*found.left_out}
    assert {d.name for d in found.listed} >= {"W_1", "dW_1", "loss"}


def test_another_rate_is_a_difference() -> None:
    problem = exercise_2()
    timelines, branch = Timelines(problem), Branch.of(problem)
    fork = branch.with_edits(*read_change("alpha = 0.05", timelines[branch][2]))
    found = compare_steps(timelines[branch][2], timelines[fork][2])
    assert [(d.label, d.one, d.other) for d in found.listed if d.name == "alpha"] == [("α", 0.5, 0.05)]
    assert {d.name for d in found.listed} == {"alpha", "W_1_next", "W_out_next"}
