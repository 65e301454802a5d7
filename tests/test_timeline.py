"""The timeline: any step, in any order, to the last bit; and what happens when a run stops being finite."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import islice, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import core
from answer_sheets import plainly
from samples import (
    LOSSES,
    exercise_2,
    oracle_run,
    problems,
    random_problem,
    step_arrays,
    step_bits,
)

LENGTH = 70
FLOAT_BYTES = 8


def straight_run(problem: core.Problem, length: int) -> tuple[list[core.Step], core.DivergedError | None]:
    """Steps 0, 1, 2, ... of a fresh timeline, one at a time, up to where it diverges."""
    timeline, steps = core.Timeline(problem), []
    while len(steps) < length:
        try:
            steps.append(timeline[len(steps)])
        except core.DivergedError as error:
            return steps, error
    return steps, None


def go(timeline: core.Timeline, index: int, piece: int) -> None:
    while timeline.approach(index, piece):
        pass


def trained_bytes(problem: core.Problem) -> int:
    """What one checkpoint of the problem takes."""
    sizes = [
        size
        for layer in problem.network.layers
        for size, trained in (
            (layer.weights.size, layer.train_weights),
            (0 if layer.bias is None else layer.bias.size, layer.train_bias),
        )
        if trained
    ]
    return FLOAT_BYTES * max(1, sum(sizes))


moves = st.one_of(
    st.tuples(st.just("see"), st.integers(0, LENGTH - 1)),
    st.tuples(st.just("back"), st.integers(1, 12)),
    st.tuples(st.just("forth"), st.integers(1, 12)),
    st.tuples(st.just("advance"), st.integers(0, 25)),
    st.tuples(st.just("approach"), st.integers(0, LENGTH - 1), st.integers(1, 30)),
)


@settings(max_examples=150)
@given(
    problem=problems(),
    checkpoints=st.sampled_from([0, 3, 8, 30, 10_000]),
    walk=st.lists(moves, min_size=3, max_size=25),
)
@example(problem=exercise_2(), checkpoints=8, walk=[("advance", LENGTH), *[("back", 1)] * 60, *[("forth", 7)] * 9])
@example(problem=exercise_2(learning_rate=3.0), checkpoints=3, walk=[("advance", LENGTH), ("see", 3), ("see", 69)])
def test_any_walk_shows_the_bits_of_a_straight_run(problem: core.Problem, checkpoints: int, walk: list[tuple]) -> None:
    steps, diverged = straight_run(problem, LENGTH)
    timeline = core.Timeline(problem, budget=checkpoints * trained_bytes(problem))
    here = 0
    for move in walk:
        match move:
            case "see", index:
                here = index
            case ("back" | "forth") as way, distance:
                here = max(here - distance, 0) if way == "back" else min(here + distance, LENGTH - 1)
            case "advance", distance:
                distance = min(distance, LENGTH - len(timeline))
                end = len(timeline) + distance
                if end <= len(steps):
                    timeline.advance(distance)
                    assert len(timeline) == end
                else:
                    with pytest.raises(core.DivergedError) as caught:
                        timeline.advance(distance)
                    assert str(caught.value) == str(diverged)
                continue
            case "approach", index, piece:
                if index > len(steps):
                    with pytest.raises(core.DivergedError) as caught:
                        go(timeline, index, piece)
                    assert str(caught.value) == str(diverged)
                    continue
                left = timeline.approach(index, piece)
                while left:
                    left, before = timeline.approach(index, piece), left
                    assert left == max(before - piece, 0)
                assert len(timeline) >= index
                here = index
        if here < len(steps):
            assert step_bits(timeline[here]) == step_bits(steps[here])
            assert len(timeline) > here
        else:
            with pytest.raises(core.DivergedError) as caught:
                timeline[here]
            assert str(caught.value) == str(diverged)
            assert len(timeline) == len(steps)
    assert timeline.losses.tobytes() == np.array([step.loss for step in steps[: len(timeline)]]).tobytes()


@pytest.mark.parametrize("checkpoints", [0, 2, 5, 17, 100])
@pytest.mark.parametrize("batch_size", [None, 3])
def test_stepping_back_over_a_long_run_shows_the_bits_of_the_way_there(checkpoints: int, batch_size: int) -> None:
    problem = random_problem(3, (3, 4, 2), rows=7, activation="tanh", batch_size=batch_size)
    steps, _ = straight_run(problem, 500)
    timeline = core.Timeline(problem, budget=checkpoints * trained_bytes(problem))
    timeline.advance(500)
    for index in reversed(range(500)):
        assert step_bits(timeline[index]) == step_bits(steps[index])
    for index in np.random.default_rng(0).integers(500, size=200).tolist():
        assert step_bits(timeline[index]) == step_bits(steps[index])


@given(problem=problems())
def test_a_step_begins_where_the_one_before_it_ended(problem: core.Problem) -> None:
    steps, _ = straight_run(problem, 30)
    for before, after in pairwise(steps):
        for ended, begun in (
            *zip(before.next_weights, after.weights, strict=True),
            *zip(before.next_biases, after.biases, strict=True),
        ):
            assert (ended is None) == (begun is None)
            assert ended is None or ended.tobytes() == begun.tobytes()


@given(problem=problems())
def test_the_losses_are_those_of_the_steps(problem: core.Problem) -> None:
    steps, _ = straight_run(problem, 30)
    timeline = core.Timeline(problem)
    timeline.advance(len(steps))
    assert timeline.losses.tobytes() == np.array([step.loss for step in steps]).tobytes()


@given(problem=problems())
def test_fifty_steps_agree_with_plain_numpy(problem: core.Problem) -> None:
    """Each of them from where it begins, since a run can make any difference larger."""
    problem = dataclasses.replace(problem, batch_size=None, learning_rate=0.05)
    steps, _ = straight_run(problem, 50)
    for step in steps:
        with np.errstate(all="ignore"):
            expected = next(oracle_run(problem, step))
        found = {quantity.name: quantity.values for quantity in plainly(step)}
        assert list(found) == list(expected)
        largest = max(1.0, *(np.abs(values).max() for values in (*found.values(), step.inputs, *step.weights)))
        if largest > 1e3:
            break
        for name, values in expected.items():
            np.testing.assert_allclose(
                found[name], values, rtol=1e-12, atol=1e-14 * largest**2, err_msg=f"{name} of step {step.index}"
            )


def test_every_weight_of_a_large_network_is_updated_once() -> None:
    problem = random_problem(0, (160, 120, 150), rows=3, activation="tanh", bias=True, learning_rate=0.3)
    step = core.Timeline(problem)[0]
    for found, before, gradient in (
        *zip(step.next_weights, step.weights, step.weight_gradients, strict=True),
        *zip(step.next_biases, step.biases, step.bias_gradients, strict=True),
    ):
        assert gradient.all()
        np.testing.assert_allclose(found, before - 0.3 * gradient, rtol=1e-13, atol=1e-15)


def test_a_timeline_begins_empty_and_counts_the_steps_it_has_computed() -> None:
    timeline = core.Timeline(exercise_2())
    assert len(timeline) == 0
    assert timeline.losses.shape == (0,)
    timeline.advance(0)
    assert len(timeline) == 0
    timeline.advance(300)
    assert len(timeline) == len(timeline.losses) == 300
    timeline[310]
    assert len(timeline) == len(timeline.losses) == 311
    timeline[5]
    assert len(timeline) == 311


def test_losses_cannot_be_written_to() -> None:
    timeline = core.Timeline(exercise_2())
    timeline.advance(3)
    with pytest.raises(ValueError, match="read-only"):
        timeline.losses[0] = 1.0


def test_losses_handed_out_earlier_stay_what_they_were() -> None:
    timeline = core.Timeline(exercise_2())
    timeline.advance(1000)
    early, bits = timeline.losses, timeline.losses.tobytes()
    timeline.advance(5000)
    assert early.tobytes() == bits


@pytest.mark.parametrize("batch_size", [None, 2])
def test_a_step_cannot_be_written_to(batch_size: int | None) -> None:
    step = core.Timeline(random_problem(0, (2, 3, 1), bias=True, batch_size=batch_size))[0]
    for field in dataclasses.fields(step):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(step, field.name, None)
    for array in step_arrays(step):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@settings(max_examples=50)
@given(problem=problems(), budget=st.sampled_from([0, 500, 100_000]))
def test_a_step_stays_what_it_was_when_the_timeline_moves_on(problem: core.Problem, budget: int) -> None:
    steps, _ = straight_run(problem, 30)
    timeline = core.Timeline(problem, budget)
    seen = []
    for index in [*range(len(steps)), *reversed(range(len(steps)))]:
        step = timeline[index]
        seen.append((step, step_bits(step)))
    assert all(step_bits(step) == bits for step, bits in seen)


def test_two_timelines_of_one_problem_do_not_touch_each_other() -> None:
    problem = exercise_2()
    steps, _ = straight_run(problem, 20)
    one, other = core.Timeline(problem), core.Timeline(problem)
    one.advance(15)
    other.advance(4)
    assert step_bits(one[3]) == step_bits(other[3]) == step_bits(steps[3])
    assert step_bits(other[19]) == step_bits(one[19]) == step_bits(steps[19])


@pytest.mark.parametrize("index", [-1, -100])
def test_a_negative_step_is_refused(index: int) -> None:
    timeline = core.Timeline(exercise_2())
    timeline.advance(5)
    with pytest.raises(IndexError):
        timeline[index]
    with pytest.raises(IndexError):
        timeline.approach(index)
    with pytest.raises(ValueError, match="at least 0"):
        timeline.advance(index)
    assert len(timeline) == 5


@given(rows=st.integers(1, 20), batch_size=st.integers(1, 20), seed=st.integers(0, 5))
def test_each_epoch_uses_every_row_once_in_batches_of_the_size_asked_for(rows: int, batch_size: int, seed: int) -> None:
    problem = random_problem(1, (2, 1), rows=rows, batch_size=batch_size, shuffle_seed=seed, learning_rate=0.01)
    timeline = core.Timeline(problem)
    per_epoch = -(-rows // batch_size)
    assert timeline.steps_per_epoch == per_epoch
    for epoch in range(3):
        steps = [timeline[epoch * per_epoch + place] for place in range(per_epoch)]
        assert all(step.epoch == epoch for step in steps)
        sizes = [len(step.batch) for step in steps]
        assert sizes[:-1] == [batch_size] * (per_epoch - 1)
        assert sizes[-1] == rows - sum(sizes[:-1])
        assert sorted(np.concatenate([step.batch for step in steps]).tolist()) == list(range(rows))
        for step in steps:
            assert np.array_equal(step.inputs, problem.inputs[step.batch])
            assert np.array_equal(step.targets, problem.targets[step.batch])


def schedule(seed: int, steps: int = 40) -> list[list[int]]:
    timeline = core.Timeline(random_problem(1, (2, 1), rows=11, batch_size=4, shuffle_seed=seed, learning_rate=0.01))
    return [timeline[index].batch.tolist() for index in range(steps)]


def test_the_same_seed_shuffles_the_same_way_and_another_seed_another() -> None:
    assert schedule(0) == schedule(0)
    assert schedule(0) != schedule(1)


def test_a_seed_gives_the_same_batches_for_ever() -> None:
    # The ranks of the raw draws of PCG64, whose stream numpy promises.
    assert schedule(3, 6) == [[0, 4, 9, 7], [1, 10, 5, 6], [3, 8, 2], [0, 6, 2, 1], [3, 7, 4, 10], [9, 8, 5]]


def test_every_epoch_is_shuffled_anew() -> None:
    first, second = schedule(0, 6)[:3], schedule(0, 6)[3:]
    assert first != second


def test_whole_batches_keep_the_rows_in_their_own_order() -> None:
    step = core.Timeline(exercise_2(batch_size=4))[3]
    assert step.batch.tolist() == [0, 1, 2, 3]
    assert step.epoch == 3


def divergence(problem: core.Problem) -> tuple[int, str, tuple[int, ...]]:
    """The step at which plain numpy finds a loss or a parameter that is not finite, and the first quantity of that step
    and cell of it that is not.
    """
    with np.errstate(all="ignore"):
        for index, step in enumerate(islice(oracle_run(problem), 300)):
            bad = {name: cells for name, values in step.items() if len(cells := np.argwhere(~np.isfinite(values)))}
            if any(name == "loss" or name.endswith("_next") for name in bad):
                name, cells = next(iter(bad.items()))
                return index, name, tuple(int(i) + 1 for i in cells[0])
    raise AssertionError(f"{problem.name} does not diverge")


runaways = [
    exercise_2(learning_rate=1e200),
    exercise_2(learning_rate=1e308),
    *[
        random_problem(seed, (3, 4, 2), loss=loss, bias=True, learning_rate=rate)
        for seed, loss, rate in [
            (10, LOSSES[0], 3.0),
            (13, LOSSES[0], 20.0),
            (15, LOSSES[0], 1000.0),
            (12, LOSSES[0], 1e120),
            (13, LOSSES[0], 1e305),
            (22, LOSSES[1], 3.0),
            (5, LOSSES[1], 1000.0),
            (6, LOSSES[1], 1e250),
            (5, LOSSES[2], 1e250),
        ]
    ],
]
ways: dict[str, Callable[[core.Timeline], object]] = {
    "advance": lambda timeline: timeline.advance(10_000),
    "index": lambda timeline: timeline[10_000],
    "pieces": lambda timeline: go(timeline, 10_000, 7),
    "one by one": lambda timeline: [timeline[index] for index in range(10_000)],
}


@pytest.mark.parametrize("budget", [0, 700, 2**20])
@pytest.mark.parametrize("way", ways)
@pytest.mark.parametrize("number", range(len(runaways)))
def test_a_run_that_stops_being_finite_is_stopped_where_plain_numpy_says(number: int, way: str, budget: int) -> None:
    problem = runaways[number]
    place = divergence(problem)
    timeline = core.Timeline(problem, budget)

    for _ in range(2):
        with pytest.raises(core.DivergedError) as caught:
            ways[way](timeline)
        assert (caught.value.step, caught.value.quantity, caught.value.cell) == place
        assert not np.isfinite(caught.value.value)
        assert len(timeline) == len(timeline.losses) == place[0]
        assert np.isfinite(timeline.losses).all()
        steps, _ = straight_run(problem, place[0])
        for step in steps[::-1]:
            assert step_bits(timeline[step.index]) == step_bits(step)


FINITE_LOSSES = [
    exercise_2(learning_rate=1.7e308, targets=[[9e3], [1], [-1], [-1]]),
    random_problem(270, (3, 4, 2), bias=True, learning_rate=1e150),
]


ways_to_the_end: dict[str, Callable[[core.Timeline, int], object]] = {
    "advance": lambda timeline, steps: timeline.advance(steps),
    "advance by one": lambda timeline, steps: [timeline.advance(1) for _ in range(steps)],
    "approach": lambda timeline, steps: timeline.approach(steps),
    "index": lambda timeline, steps: timeline[steps - 1],
}


@pytest.mark.parametrize("way", ways_to_the_end)
@pytest.mark.parametrize(("problem", "bad"), zip(FINITE_LOSSES, (0, 1), strict=True), ids=["step 0", "step 1"])
def test_a_run_does_not_end_on_a_step_that_makes_a_weight_infinite(problem: core.Problem, bad: int, way: str) -> None:
    place = divergence(problem)
    assert (place[0], place[1].endswith("_next")) == (bad, True)
    timeline = core.Timeline(problem)
    with pytest.raises(core.DivergedError) as caught:
        ways_to_the_end[way](timeline, bad + 1)
    assert (caught.value.step, caught.value.quantity, caught.value.cell) == place
    assert len(timeline) == bad


def test_a_diverged_run_says_where_in_words() -> None:
    with pytest.raises(core.DivergedError, match=r"step 0: W₁⁺\[1,1\] overflows") as caught:
        core.Timeline(exercise_2(learning_rate=1.7e308, targets=[[9e3], [1], [-1], [-1]])).advance(5)
    assert caught.value.symbol == "W₁⁺"


def test_after_divergence_the_steps_before_it_can_still_be_approached() -> None:
    timeline = core.Timeline(runaways[2])
    with pytest.raises(core.DivergedError) as caught:
        timeline.advance(10_000)
    last = caught.value.step
    assert timeline.approach(0) == 0
    assert timeline.approach(last) == 0
    timeline.advance(0)
    with pytest.raises(core.DivergedError):
        timeline.advance(1)
    assert len(timeline) == last


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Has an item for each forward pass through a ReLU layer, and fails the test that needs too many."""
    relu, passed = core.ACTIVATIONS["relu"], list[None]()

    def count() -> None:
        passed.append(None)
        assert len(passed) < 20_000

    def counted(*arguments: Any) -> list[Any]:
        return [*relu.value(*arguments), count]

    monkeypatch.setitem(core.ACTIVATIONS, "relu", dataclasses.replace(relu, value=counted))
    return passed


def test_a_run_that_diverges_stops_soon_however_far_it_was_to_go(passes: list[None]) -> None:
    timeline = core.Timeline(exercise_2(learning_rate=1e200))
    with pytest.raises(core.DivergedError):
        timeline.advance(10**9)
    assert len(passes) < 5_000


def test_stepping_back_computes_the_stretch_that_is_looked_at_once(passes: list[None]) -> None:
    timeline = core.Timeline(exercise_2(), budget=80 * trained_bytes(exercise_2()))
    timeline.advance(5_000)
    before = len(passes)
    for index in reversed(range(4_700, 5_000)):
        timeline[index]
    assert len(passes) - before < 5_000


def test_going_to_and_fro_within_a_stretch_computes_little(passes: list[None]) -> None:
    timeline = core.Timeline(exercise_2(), budget=80 * trained_bytes(exercise_2()))
    timeline.advance(5_000)
    timeline[4_990]
    before = len(passes)
    for index in (4_870, 4_985) * 50:
        timeline[index]
    assert len(passes) - before < 2_500


def test_an_interrupted_run_goes_on_with_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = exercise_2()
    steps, _ = straight_run(problem, 400)
    relu = core.ACTIVATIONS["relu"]
    calls = 0

    def interrupt() -> None:
        nonlocal calls
        calls += 1
        if calls in (120, 300, 600):
            raise KeyboardInterrupt

    def interrupted(*arguments: Any) -> list[Any]:
        return [*relu.value(*arguments), interrupt]

    monkeypatch.setitem(core.ACTIVATIONS, "relu", dataclasses.replace(relu, value=interrupted))
    timeline = core.Timeline(problem, budget=2000)
    with pytest.raises(KeyboardInterrupt):
        timeline.advance(399)
    assert step_bits(timeline[100]) == step_bits(steps[100])
    with pytest.raises(KeyboardInterrupt):
        timeline[399]
    assert len(timeline) == 101
    timeline.advance(200)
    assert step_bits(timeline[300]) == step_bits(steps[300])
    with pytest.raises(KeyboardInterrupt):
        [timeline[index] for index in reversed(range(300))]
    for index in (399, 2, 398, 250):
        assert step_bits(timeline[index]) == step_bits(steps[index])
    assert timeline.losses.tobytes() == np.array([step.loss for step in steps]).tobytes()


def test_a_timeline_is_gone_through_as_far_as_it_has_been_computed() -> None:
    timeline = core.Timeline(exercise_2())
    timeline.advance(5)
    assert [step.index for step in timeline] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("rows", "batch_size"), [(60, 7), (2000, 9), (2000, 700)])
def test_a_step_has_the_numbers_of_its_own_rows_wherever_it_stands_in_the_data(rows: int, batch_size: int) -> None:
    rng = np.random.default_rng(0)
    problem = core.Problem(
        name="many rows",
        inputs=rng.normal(size=(rows, 50)),
        targets=rng.normal(size=(rows, 2)),
        network=core.Network([core.Layer(rng.normal(size=(50, 2)))]),
        learning_rate=1e-9,
        batch_size=batch_size,
    )
    timeline, epoch = core.Timeline(problem), -(-rows // batch_size)
    for index in (0, epoch - 1, epoch, epoch + 1, 1, epoch // 2, 2 * epoch - 1, epoch // 2 + 1):
        step = timeline[index]
        np.testing.assert_array_equal(step.inputs, problem.inputs[step.batch])
        np.testing.assert_array_equal(step.targets, problem.targets[step.batch])
    seen = np.concatenate([timeline[index].batch for index in range(epoch)])
    assert sorted(seen) == list(range(rows))


def test_a_step_has_the_network_with_its_weights() -> None:
    step = core.Timeline(random_problem(0, (2, 3, 1), bias=True))[7]
    np.testing.assert_array_equal(step.network.outputs(step.inputs), step.outputs)
    assert step.network.layers[0].weights is not step.problem.network.layers[0].weights
