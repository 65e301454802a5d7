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
        ("W_1[1,3] = W_1[1,3]*2", Edit(4, "W_1", (1, 3), 2 * STEP.weights[0][0, 2])),
        ("weights_1[2,1] = sum(z_1[:,2])", Edit(4, "W_1", (2, 1), STEP.activations[0][:, 1].sum())),
        ("W_1[1,3] = max(abs(dW_1)) % 0.01", Edit(4, "W_1", (1, 3), np.abs(STEP.weight_gradients[0]).max() % 0.01)),
        ("rate = (9^2)^2 - step - accuracy - n", Edit(4, "alpha", (), 6561 - 4 - 0.75 - 4)),
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
        ("W_1[1,1] = bar", 'unknown "bar"; expected one of alpha, n, step', 12),
        ("W_1[1,1] =", "expected a number at the end", 11),
        ("W_1[1,1] = W_1", "expected a number, found 6 of them; write one, such as W_1[1,1]", 12),
        ("W_1[1,1] = W_1[3,1]", "W_1 is 2 x 3: there is no [3,1]", 15),
        ("W_1[1,1] = loss < 1", "expected an operator or the end", 17),
        ("W_1[1,1] = (loss < 1)", "expected a number, found the condition loss < 1", 12),
        ("W_1[1,3] = 9**9**9", "expected parentheses around the first power", 16),
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


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("W_1 = 3", "W_1 needs a cell, such as W_1[1,1]"),
        ("W_1[1] = 3", "W_1: expected a cell of 2 x 3, found [1]"),
        ("h_1[1,1] = 3", "z_1 is computed: change what it is computed from"),
        ("n = 3", "n is computed: change what it is computed from"),
        ("accuracy = 1", "accuracy is computed: change what it is computed from"),
        ("step = 1", "step is counted, and cannot be changed; expected one of W_1"),
        ("foo = 1", 'unknown "foo"; expected one of W_1'),
    ],
)
def test_what_cannot_be_changed_is_told(text: str, message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_change(text, STEP)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["exercise-3", "svm", "three-classes"])
def test_a_change_knows_every_number_of_its_step(name: str) -> None:
    timeline = Timeline(core.load_problem(name))
    timeline.advance(4)
    step = timeline[3]
    for quantity, values in step.values.items():
        cell = f"[{','.join(map(str, values.shape))}]" * (values.ndim > 0)
        number = float(values.reshape(-1)[-1])
        (edit,) = read_change(f"X_in[1,1] = {quantity}{cell}", step)
        assert edit.number == number, quantity


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
    assert core.first_loss_apart(timelines[branch], timelines[fork]) == 4


def test_a_weight_of_a_dead_unit_changes_no_loss() -> None:
    problem = exercise_2(learning_rate=1.0)  # unit 3 is off in every row from step 5 on
    timelines, branch = Timelines(problem), Branch.of(problem)
    timelines[branch].advance(60)
    fork = branch.with_edits(*read_change("W_1[1,3] = W_1[1,3] - 0.001", timelines[branch][50]))
    timelines[fork].advance(10)
    assert branch.parts_from(fork) == 50
    differences = compare_steps(timelines[branch][55], timelines[fork][55])
    assert {(d.name, d.cell) for d in differences.listed} >= {("W_1", (1, 3)), ("W_1_next", (1, 3))}
    assert core.first_loss_apart(timelines[branch], timelines[fork]) is None


def test_a_step_does_not_differ_from_itself() -> None:
    found = compare_steps(STEP, Timeline(exercise_2())[4])
    assert (found.listed, found.total, found.left_out) == ((), 0, ())
    assert core.first_loss_apart(Timeline(exercise_2()), Timeline(exercise_2())) is None


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
