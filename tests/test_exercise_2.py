"""Exercise 2, worked by hand: the numbers that a person has on paper."""

from __future__ import annotations

import numpy as np
import pytest

import core
from samples import exercise_2


@pytest.fixture(scope="module")
def timeline() -> core.Timeline:
    return core.Timeline(exercise_2())


def test_step_0_has_the_loss_of_the_hand_worked_solution(timeline: core.Timeline) -> None:
    assert timeline[0].loss == pytest.approx(1.96644779847500, abs=5e-15)


def test_step_0_has_the_deltas_and_gradients_of_the_hand_worked_solution(timeline: core.Timeline) -> None:
    step = timeline[0]
    np.testing.assert_allclose(step.deltas[-1][:, 0], [-0.90141, -0.988785, 1.06336, 1.005945], rtol=0, atol=1e-14)
    expected = [-0.41178395, -0.82380959, 0.07050626]
    np.testing.assert_allclose(step.weight_gradients[-1][:, 0], expected, rtol=0, atol=5e-9)


def test_step_0_updates_the_weights_as_the_hand_worked_solution_does(timeline: core.Timeline) -> None:
    step = timeline[0]
    W_1 = [[0.60672625, 0.71008938, 0.07521005], [0.01820865, 0.44231297, 0.87639457]]
    np.testing.assert_allclose(step.next_weights[-1][:, 0], [0.22589197, 0.44190479, 0.05474687], rtol=0, atol=5e-9)
    np.testing.assert_allclose(step.next_weights[0], W_1, rtol=0, atol=5e-9)


@pytest.mark.parametrize(
    ("index", "loss", "half_a_digit"), [(5, 1.03507, 5e-6), (20, 1.47426, 5e-6), (1000, 0.0162793, 5e-8)]
)
def test_later_steps_have_the_known_losses(
    timeline: core.Timeline, index: int, loss: float, half_a_digit: float
) -> None:
    assert timeline[index].loss == pytest.approx(loss, abs=half_a_digit)
    assert timeline.losses[index] == timeline[index].loss


def test_the_sample_losses_add_up_to_the_loss(timeline: core.Timeline) -> None:
    assert timeline[3].sample_losses.shape == (4,)
    assert timeline[3].sample_losses.sum() == pytest.approx(timeline[3].loss, rel=1e-14)
