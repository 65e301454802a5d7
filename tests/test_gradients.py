"""Every gradient against central differences of a loss that is computed here, not by the engine."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import core
from samples import (
    LOSSES,
    VARIANTS,
    oracle_classes,
    oracle_hinge_terms,
    oracle_loss,
    oracle_softmax,
    random_problem,
)

SMALL = 1e-6
CLEAR_OF_KINKS = 1e-3


def has_kink_nearby(step: core.Step) -> bool:
    problem = step.problem
    for layer, s in zip(problem.network.layers, step.pre_activations, strict=True):
        if layer.function.kinks and (np.abs(s) < CLEAR_OF_KINKS).any():
            return True
    if not isinstance(problem.loss, (core.SoftmaxHinge, core.Hinge)):
        return False
    for y, target in zip(step.outputs, step.targets, strict=True):
        if isinstance(problem.loss, core.Hinge):
            terms = oracle_hinge_terms(problem.loss, y, target)
        else:
            o, true = oracle_classes(y, target)
            p = oracle_softmax(o)
            terms = np.delete(p - p[true] + problem.loss.margin, true)
        if (np.abs(terms) < CLEAR_OF_KINKS).any():
            return True
    return False


def check_gradients(sizes: tuple[int, ...], **choices: object) -> None:
    steps = (core.Timeline(random_problem(seed, sizes, **choices))[0] for seed in itertools.count())
    step = next(step for step in steps if not has_kink_nearby(step))
    weights = [np.array(W) for W in step.weights]
    biases = [None if b is None else np.array(b) for b in step.biases]
    for values, gradient in zip([*weights, *biases], [*step.weight_gradients, *step.bias_gradients], strict=True):
        if values is None:
            assert gradient is None
            continue
        expected = np.empty_like(values)
        for cell in np.ndindex(values.shape):
            middle = values[cell]
            either_side = []
            for shift in (SMALL, -SMALL):
                values[cell] = middle + shift
                either_side.append(oracle_loss(step.problem, weights, biases, step.inputs, step.targets))
            values[cell] = middle
            expected[cell] = (either_side[0] - either_side[1]) / (2 * SMALL)
        assert gradient is not None
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
@pytest.mark.parametrize("activation", core.ACTIVATIONS)
def test_gradients_agree_with_central_differences(activation: str, loss: core.Loss, bias: bool, reduction: str) -> None:
    check_gradients((3, 4, 3), loss=loss, activation=activation, bias=bias, reduction=reduction)


@pytest.mark.parametrize("sizes", [(3, 1), (2, 3), (2, 3, 1), (3, 2, 4, 2), (2, 3, 2, 3, 1), (1, 1, 1, 1, 1, 1)])
@pytest.mark.parametrize("loss", [*LOSSES, *VARIANTS], ids=lambda loss: loss.full_title)
def test_gradients_agree_with_central_differences_at_every_depth(sizes: tuple[int, ...], loss: core.Loss) -> None:
    check_gradients(sizes, loss=loss)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_frozen_keeps_its_bits_and_still_shows_its_gradient(seed: int) -> None:
    problem = random_problem(seed, (3, 4, 3, 2), bias=True, activation="tanh", freeze=True, learning_rate=0.1)
    timeline = core.Timeline(problem)
    timeline.advance(20)
    step = timeline[19]
    for k, layer in enumerate(problem.network.layers):
        assert (step.next_weights[k].tobytes() == layer.weights.tobytes()) == (not layer.train_weights)
        assert (step.next_biases[k].tobytes() == layer.bias.tobytes()) == (not layer.train_bias)
        assert step.weight_gradients[k].any()
        assert step.bias_gradients[k].any()


def test_a_network_that_is_frozen_altogether_runs_and_never_changes() -> None:
    network = core.Network([core.Layer([[0.5]], [0.25], "tanh", train_weights=False, train_bias=False)])
    timeline = core.Timeline(core.Problem("still", [[1.0]], [[1.0]], network), budget=64)
    timeline.advance(50)
    assert len(set(timeline.losses)) == 1
    assert timeline[7].next_weights[0].tobytes() == network.layers[0].weights.tobytes()
