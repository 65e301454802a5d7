"""Updates, penalties and schedules against an oracle that shares no line with core, and by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest

import core
from samples import PENALTIES, SCHEDULES, UPDATES, oracle_run, random_problem

STEPS = 50


def one_weight(start: float, rate: float, update: core.Update, **changes: Any) -> core.Timeline:
    """ℒ = ½ w² from w = `start`: the gradient is w."""
    return core.Timeline(
        core.Problem(
            "one weight",
            [[1]],
            [[0]],
            core.Network([core.Layer([[start]])]),
            learning_rate=rate,
            update=update,
            **changes,
        )
    )


def weights(timeline: core.Timeline, steps: int) -> list[float]:
    """w after each step."""
    return [float(timeline[k].next_weights[0][0, 0]) for k in range(steps)]


@pytest.mark.parametrize(
    ("update", "penalty", "schedule"),
    [
        (update, PENALTIES[(i + j) % len(PENALTIES)], schedule)
        for i, update in enumerate(UPDATES)
        for j, schedule in enumerate(SCHEDULES)
    ],
    ids=repr,
)
def test_a_run_is_that_of_the_oracle(
    update: core.Update, penalty: core.Penalty, schedule: core.Schedule | None
) -> None:
    problem = random_problem(
        3,
        (3, 4, 2),
        activation="tanh",
        bias=True,
        learning_rate=0.005,
        update=update,
        penalty=penalty,
        schedule=schedule,
    )
    timeline = core.Timeline(problem)
    near = 1e-10 if isinstance(update, (core.RMSprop, core.Adam)) else 1e-12  # which divide by small numbers
    for index, expected in enumerate(islice(oracle_run(problem), STEPS)):
        step = timeline[index]
        for name, values in expected.items():
            np.testing.assert_allclose(step.values[name], values, rtol=0, atol=near, err_msg=f"{name} of step {index}")


def test_momentum_by_hand() -> None:
    # v = 10, w = 10 - 1.6 · 10 = -6; v = 0.1 · 10 - 6 = -5, w = -6 + 8 = 2; v = -0.5 + 2 = 1.5, w = 2 - 2.4 = -0.4
    assert weights(one_weight(10, 1.6, core.Momentum(0.1)), 3) == pytest.approx([-6, 2, -0.4], abs=1e-12)
    assert weights(one_weight(10, 1.6, core.SGD()), 3) == pytest.approx([-6, 3.6, -2.16], abs=1e-12)


def test_nesterov_by_hand() -> None:
    # v = 1, w = 1 - 0.1 (1 + 0.5) = 0.85; v = 0.5 + 0.85 = 1.35, w = 0.85 - 0.1 (0.85 + 0.675) = 0.6975
    assert weights(one_weight(1, 0.1, core.Nesterov(0.5)), 2) == pytest.approx([0.85, 0.6975], abs=1e-12)


def test_rmsprop_by_hand() -> None:
    # n = 0.19, w = 1 - 0.1 / √0.19 = 0.7705843; n = 0.81 · 0.19 + 0.19 · 0.5938002 = 0.2667220, w = w - 0.1 w / √n
    assert weights(one_weight(1, 0.1, core.RMSprop(0.81, 0)), 2) == pytest.approx([0.7705843, 0.6213767], abs=2e-7)


def test_adam_by_hand() -> None:
    # m = 0.1, n = 0.001, m̂ = n̂ = 1, w = 0.9; m = 0.18, n = 0.001809, m̂ = 0.18 / 0.19, n̂ = 0.001809 / 0.001999,
    # w = 0.9 - 0.1 · 0.9473684 / 0.9512902 = 0.8004123
    assert weights(one_weight(1, 0.1, core.Adam(epsilon=0)), 2) == pytest.approx([0.9, 0.8004123], abs=1e-7)


def test_weight_decay_by_hand() -> None:
    # w = 1 - 0.1 · 0.5 - 0.1 = 0.85
    assert weights(one_weight(1, 0.1, core.SGD(weight_decay=0.5)), 2) == pytest.approx([0.85, 0.7225], abs=1e-12)


def test_schedules_by_hand() -> None:
    rates = {
        core.Stages(((0, 0.5), (2, 0.1))): [0.5, 0.5, 0.1, 0.1],
        core.Decay(1.0): [0.5, 0.25, 0.5 / 3, 0.125],
        core.Cosine(2): [0.5, 0.25, 0, 0],
    }
    for schedule, expected in rates.items():
        timeline = one_weight(1, 0.5, core.SGD(), schedule=schedule)
        assert [timeline[k].learning_rate for k in range(4)] == pytest.approx(expected, abs=1e-15)
        steps = [timeline[k] for k in range(4)]
        moved = [float((step.weights[0] - step.next_weights[0])[0, 0] / step.weights[0][0, 0]) for step in steps]
        assert moved == pytest.approx(expected, abs=1e-12)


def test_a_penalty_is_part_of_the_loss() -> None:
    step = one_weight(2, 0.1, core.SGD(), penalty=core.Penalty(l2=0.5))[0]
    assert float(step.values["data_loss"]) == 2
    assert float(step.values["penalty"]) == 1
    assert step.loss == 3
    assert step.weight_gradients[0] == 3  # 2 + 0.5 · 2
    whole = one_weight(2, 0.1, core.SGD(), penalty=core.Penalty(l2=0.5, half=False))[0]
    assert (whole.loss, float(whole.weight_gradients[0][0, 0])) == (4, 4)


def test_the_slope_of_a_size_is_0_at_0() -> None:
    step = one_weight(0, 0.1, core.SGD(), penalty=core.Penalty(l1=0.5))[0]
    assert not step.weight_gradients[0].any()


def test_a_step_has_its_buffers_before_and_after_it() -> None:
    timeline = one_weight(1, 0.1, core.Adam())
    assert list(timeline[0].buffers) == ["mW_out", "nW_out", "mW_out_next", "nW_out_next"]
    assert not timeline[0].values["mW_out"].any()
    for letter in "mn":
        assert timeline[1].values[f"{letter}W_out"] == timeline[0].values[f"{letter}W_out_next"] != 0


def test_rows_stay_in_their_order() -> None:
    problem = random_problem(1, (2, 1), rows=5, batch_size=2, shuffle=False)
    timeline = core.Timeline(problem)
    assert [timeline[k].batch.tolist() for k in range(4)] == [[0, 1], [2, 3], [4], [0, 1]]
    one_by_one = core.Timeline(replace(problem, batch_size=1))
    assert [one_by_one[k].batch.tolist() for k in range(6)] == [[0], [1], [2], [3], [4], [0]]


@pytest.mark.parametrize("penalty", PENALTIES[1:], ids=repr)
@pytest.mark.parametrize("update", UPDATES, ids=repr)
def test_gradients_and_explanations_agree_with_the_step(update: core.Update, penalty: core.Penalty) -> None:
    timeline = core.Timeline(random_problem(5, (2, 3, 2), activation="tanh", update=update, penalty=penalty))
    step = timeline[3]
    assert core.check_gradients(step).ok
    for name, values in step.values.items():
        cell = (1,) * values.ndim
        explanation = core.explain(step, name, cell)
        assert explanation.recombine() == pytest.approx(explanation.value, rel=1e-9, abs=1e-12)


def test_a_kink_of_a_size_is_told() -> None:
    network = core.Network([core.Layer([[1e-9], [0.5]])])
    problem = core.Problem("near 0", [[1, 1]], [[0]], network, penalty=core.Penalty(l1=0.5))
    checked = core.check_gradients(core.Timeline(problem)[0])
    assert (checked.wrong, checked.misleading) == (0, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"update": core.Momentum(1.5)}, "momentum: expected a number from 0 to below 1, found 1.5"),
        ({"update": core.Adam(epsilon=-1)}, "epsilon: expected a finite number of at least 0, found -1"),
        ({"penalty": core.Penalty(l2=-1)}, "l2: expected a finite number of at least 0, found -1"),
        ({"schedule": core.Stages(((1, 0.5),))}, "learning_rate: expected the first stage to begin at step 0"),
        (
            {"schedule": core.Stages(((0, 0.5), (5, 0.1), (5, 0.2)))},
            "learning_rate: expected steps that grow from stage to stage, found [0, 5, 5]",
        ),
        ({"schedule": core.Decay(-1)}, "decay: expected a finite number of at least 0, found -1"),
        ({"schedule": core.Cosine(0)}, "steps: expected a whole number of at least 1, found 0"),
    ],
)
def test_a_wrong_setting_is_told(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(core.ProblemError) as error:
        random_problem(1, (2, 1), **changes)
    assert error.value.mistakes == (message,)


def test_a_weight_at_the_kink_of_its_size_is_told() -> None:
    step = one_weight(0, 0.1, core.SGD(), penalty=core.Penalty(l1=0.5))[0]
    assert core.explain(step, "dW_out", (1, 1)).lines()[-1] == (
        "W_out[1] is 0, where its size has a kink: the slope is taken to be 0"
    )
