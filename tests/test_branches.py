"""Branches: a run that goes on with other numbers from a step on, and shares the steps before it."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import core
from core import Branch, Edit, Problem, Step, Timeline, Timelines, edits_for
from core.sgd import Trainer
from samples import random_problem

AT = st.integers(0, 12)


def run_by_hand(problem: Problem, edits: list[tuple[int, str, tuple[int, ...], float]], steps: int) -> list[Step]:
    """Every step of a run that is changed on the way, kept, as far as it is finite: one trainer a step, each put where
    the one before ended.
    """
    trainer, found = Trainer(problem), []
    for index in range(steps):
        for step, name, cell, value in edits:
            if step == index:
                numbers = trainer.numbers
                if name == "alpha":
                    state = trainer.state.copy()
                    trainer = Trainer(replace(trainer.problem, learning_rate=value))
                    trainer.restore(index, state)
                elif name == "X_in":
                    state, inputs = trainer.state.copy(), np.array(trainer.problem.inputs)
                    inputs[cell[0] - 1, cell[1] - 1] = value
                    trainer = Trainer(replace(trainer.problem, inputs=inputs))
                    trainer.restore(index, state)
                else:
                    numbers[name][tuple(at - 1 for at in cell)] = value
        step = trainer.step()
        if not (np.isfinite(step.loss) and np.isfinite(trainer.state).all()):
            break
        found.append(step)
    return found


def same(a: Step, b: Step) -> bool:
    """Whether two steps have the same bits."""
    return a.loss == b.loss and all(
        x.tobytes() == y.tobytes() for x, y in zip(a.values.values(), b.values.values(), strict=True)
    )


@settings(max_examples=15)
@example(seed=26, places=[(8, "W_1")], data=None)  # it stops being finite before the edit
@given(st.integers(0, 50), st.lists(st.tuples(AT, st.sampled_from(["W_1", "X_in", "alpha"])), max_size=4), st.data())
def test_a_branch_has_the_bits_of_a_run_that_is_changed_by_hand(
    seed: int, places: list, data: st.DataObject | None
) -> None:
    problem = random_problem(seed, (2, 3, 1))
    edits = [
        (at, name, () if name == "alpha" else (1, 1), 0.01 * (k + 1)) for k, (at, name) in enumerate(sorted(places))
    ]
    branch, timelines = Branch.of(problem), Timelines(problem)
    for edit in edits:
        branch = branch.with_edits(Edit(*edit))
    wanted = run_by_hand(problem, edits, 15)
    if len(wanted) < 15:
        with pytest.raises(core.DivergedError):
            timelines[branch][len(wanted)]
        return
    timeline = timelines[branch]
    assert data is not None
    for index in data.draw(st.permutations(range(15))):
        assert same(timeline[index], wanted[index])
    assert timeline.losses.tolist() == [step.loss for step in wanted]
    first, *others = (part.start for part in timeline.lineage)
    assert first == 0
    assert others == sorted({edit[0] for edit in edits} - {0})


def test_a_fork_leaves_its_parent_as_it_was_and_shares_its_steps() -> None:
    timelines = Timelines(core.load_problem("exercise-2"))
    branch = Branch(core.load_problem("exercise-2").source)
    timeline = timelines[branch]
    timeline.advance(20)
    losses = timeline.losses.tolist()
    fork = branch.with_edits(*edits_for(timeline[7], "W_1", (1, 3), 0.1 / 3))
    other = timelines[fork]
    other.advance(5)
    assert len(other) == 12
    assert other[6] is not None
    assert same(other[6], timeline[6])
    assert other[7].weights[0][0, 2] == 0.1 / 3
    timelines.keep_only([branch])
    assert fork not in timelines
    assert timelines[branch] is timeline
    assert timeline.losses.tolist() == losses
    assert timelines[fork][9].loss == other[9].loss


def test_a_fork_from_a_step_before_its_parents_own_leaves_the_run_that_has_that_step() -> None:
    timeline = Timeline(core.load_problem("exercise-2"))
    first = timeline.fork(timeline.problem, 8, timeline.state(8))
    second = first.fork(first.problem, 3, first.state(3))
    assert second.parent is timeline
    assert [part.start for part in second.lineage] == [0, 3]


def test_edits_at_a_later_step_are_no_part_of_a_fork() -> None:
    branch = Branch(core.load_problem("exercise-2").source)
    late = branch.with_edits(Edit(9, "alpha", (), 0.1))
    both = late.with_edits(Edit(9, "W_1", (1, 1), 2.0))
    assert both.own == (Edit(9, "W_1", (1, 1), 2.0), Edit(9, "alpha", (), 0.1))
    assert both.parent == branch
    assert late.with_edits(Edit(4, "alpha", (), 0.2)).edits == (Edit(4, "alpha", (), 0.2),)
    assert late.with_edits(Edit(9, "alpha", (), 0.2)).edits == (Edit(9, "alpha", (), 0.2),)
    assert late.parts_from(both) == 9
    assert late.parts_from(branch) == 9
    assert late.parts_from(late) is None


def test_another_loss_is_an_edit_of_step_0() -> None:
    problem = core.load_problem("three-classes")
    branch = Branch.of(problem).with_edits(Edit(3, "alpha", (), 0.3))
    under = branch.under(core.SoftmaxHinge(margin=1.0))
    timelines = Timelines(problem)
    assert timelines[under][0].problem.loss == core.SoftmaxHinge(margin=1.0)
    assert timelines[under][5].learning_rate == 0.3
    assert timelines[under][2].learning_rate == problem.learning_rate
    assert under.under(None) == branch


def test_a_new_batch_size_begins_an_epoch() -> None:
    problem = replace(core.load_problem("three-classes"), batch_size=20)
    timelines, branch = Timelines(problem), Branch.of(problem)
    fork = branch.with_edits(*edits_for(timelines[branch][4], "batch_size", (), 10))
    epochs = [timelines[fork][k].epoch for k in range(12)]
    rows = len(problem.inputs)
    assert epochs[:4] == [k // -(-rows // 20) for k in range(4)]
    assert epochs[4] == epochs[3] + 1
    seen = [row for k in range(4, 4 + -(-rows // 10)) for row in timelines[fork][k].batch]
    assert sorted(seen) == list(range(rows))


@pytest.mark.parametrize(
    ("name", "cell", "value", "message"),
    [
        ("dW_1", (1, 1), 1.0, "dW_1 is computed: change what it is computed from, W_1, W_out, X_in"),
        ("W_1", (9, 9), 1.0, "W_1: expected a cell of 2 x 3, found [9,9]"),
        ("W_1", (1, 1), float("nan"), "W_1: expected a finite number, found nan"),
        ("alpha", (), -1.0, "alpha: expected a finite number above 0, found -1"),
        ("batch_size", (), 1.5, "batch_size: expected a whole number of at least 1, found 1.5"),
        ("batch_size", (), 99, "batch_size: expected at most 4, the number of all rows, found 99"),
        ("l2", (), -1.0, "l2: expected a finite number of at least 0, found -1.0"),
        ("foo", (), 1.0, 'unknown "foo"; expected one of W_1, W_out, X_in, y_gt, alpha'),
    ],
)
def test_what_cannot_be_changed_is_told(name: str, cell: tuple[int, ...], value: float, message: str) -> None:
    step = Timeline(core.load_problem("exercise-2"))[0]
    with pytest.raises(core.ProblemError) as caught:
        edits_for(step, name, cell, value)
    assert message in str(caught.value)


def test_a_row_of_a_batch_is_changed_in_the_data() -> None:
    problem = replace(core.load_problem("three-classes"), batch_size=10)
    step = Timeline(problem)[1]
    (edit,) = edits_for(step, "X_in", (3, 2), 0.5)
    assert edit.cell == (int(step.batch[2]) + 1, 2)
    timelines, branch = Timelines(problem), Branch.of(problem).with_edits(edit)
    assert timelines[branch][1].inputs[2, 1] == 0.5


def test_the_true_class_is_changed_as_a_whole() -> None:
    problem = core.load_problem("three-classes")
    timelines, branch = Timelines(problem), Branch.of(problem)
    step = timelines[branch][0]
    other = int(step.targets[0].argmin())
    fork = branch.with_edits(*edits_for(step, "y_gt", (1, other + 1), 1.0))
    assert timelines[fork][0].targets[0].tolist() == [float(j == other) for j in range(3)]


def test_a_frozen_weight_is_changed_too() -> None:
    problem = core.load_problem("exercise-2")
    first, second = problem.network.layers
    frozen = replace(problem, network=core.Network([replace(first, train_weights=False), second]))
    timelines, branch = Timelines(frozen), Branch.of(frozen)
    fork = branch.with_edits(*edits_for(timelines[branch][2], "W_1", (2, 1), 3.0))
    assert timelines[fork][1].weights[0][1, 0] == first.weights[1, 0]
    assert timelines[fork][9].weights[0][1, 0] == 3.0


def test_a_source_has_the_problem_again() -> None:
    problem = core.load_problem("xor", {"lr": "0.3", "loss": "squared"})
    again = pickle.loads(pickle.dumps(problem)).source.problem()
    assert again.particulars() == problem.particulars()
    assert again.source == problem.source
    assert hash(again.source) == hash(problem.source)
    assert replace(problem, learning_rate=0.1).source is None


def test_a_practice_sheet_knows_where_it_came_from() -> None:
    exercise = core.Exercise(core.load_problem("exercise-2"), 7)
    source = exercise.problem.source
    assert source == core.Source("exercise-2", (), 7)
    assert source.problem().particulars() == exercise.problem.particulars()


@pytest.mark.parametrize(
    ("edit", "mistake"),
    [
        ((-1, "W_1", (1, 1), 0.1), "step: expected a whole number of at least 0, found -1"),
        ((2.5, "W_1", (1, 1), 0.1), "step: expected a whole number of at least 0, found 2.5"),
        ((1, None, (1, 1), 0.1), "name: expected a text, found None"),
        ((1, "W_1", 3, 0.1), r"cell: expected whole numbers, such as \(1, 3\), or \(\), found 3"),
        ((1, "W_1", (1.0, 1), 0.1), "cell: expected whole numbers"),
        ((1, "W_1", (1, 1), "0.1"), 'value: expected a number or a loss, found "0.1"'),
        ((1, "W_1", (1, 1), 10**400), "value: expected a number or a loss, found a number of more than 20 digits"),
    ],
)
def test_what_is_no_edit_is_refused_when_it_is_made(edit: tuple, mistake: str) -> None:
    with pytest.raises(core.ProblemError, match=mistake):
        Edit(*edit)


def test_equal_edits_have_the_same_bits() -> None:
    zero, negative = Edit(1, "W_1", (1, 1), 0.0), Edit(1, "W_1", (1, 1), -0.0)
    assert zero == negative
    assert np.signbit([zero.number, negative.number]).tolist() == [False, False]
    typed = Edit(np.int64(1), "W_1", (np.int64(1), 1), np.float64(0.5))
    assert repr(typed) == repr(Edit(1, "W_1", (1, 1), 0.5))


def test_edits_are_in_the_order_of_their_steps_however_they_are_given() -> None:
    source = core.Source("exercise-2")
    late, early = Edit(9, "alpha", (), 0.1), Edit(4, "W_1", (1, 1), 0.2)
    branch = Branch(source, (late, early))
    assert branch == Branch(source, (early, late))
    assert (branch.start, branch.own) == (9, (late,))
    assert branch.parent == Branch(source, (early,))
    assert branch.with_edits() == branch


def test_a_branch_pickles_to_an_equal_one_where_its_problem_has_a_source() -> None:
    edit = Edit(4, "W_1", (1, 1), 0.2)
    from_file = Branch(core.Source("exercise-2"), (edit,))
    assert pickle.loads(pickle.dumps(from_file)) == from_file
    in_python = Branch(random_problem(1, (2, 3, 1)), (edit,))
    again = pickle.loads(pickle.dumps(in_python))
    assert again != in_python
    assert again.edits == in_python.edits
    assert Timelines()[again][5].loss == Timelines()[in_python][5].loss


def test_the_last_layer_goes_by_its_number_too() -> None:
    timelines, source = Timelines(), core.Source("exercise-2")
    by_number, by_name = (Branch(source, (Edit(3, name, (2, 1), 0.25),)) for name in ("W_2", "W_out"))
    assert same(timelines[by_number][5], timelines[by_name][5])
    with pytest.raises(core.ProblemError, match="z_1 is computed: change what it is computed from, W_1, "):
        timelines[Branch(source, (Edit(3, "z_1", (1, 1), 0.25),))]
