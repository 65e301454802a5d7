"""Layers, networks and problems: what is refused, with every mistake told; and that nothing can be changed."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import core
from samples import exercise_2, random_problem, step_bits


def mistakes(make: Any, *arguments: Any, **keywords: Any) -> tuple[str, ...]:
    with pytest.raises(core.ProblemError) as caught:
        make(*arguments, **keywords)
    return caught.value.mistakes


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ({"weights": [1.0, 2.0]}, "weights: expected a matrix (inputs x units), found shape (2,)"),
        ({"weights": np.zeros((0, 2))}, "weights: expected a matrix (inputs x units), found shape (0, 2)"),
        ({"weights": [[1.0], [2.0, 3.0]]}, "weights: expected numbers in rows of one length"),
        ({"weights": [["one"]]}, "weights: expected numbers"),
        ({"weights": [[1.0]], "bias": [1.0, 2.0]}, "bias: expected 1 numbers, found shape (2,)"),
        ({"weights": [[1.0]], "bias": [[1.0]]}, "bias: expected 1 numbers, found shape (1, 1)"),
        ({"weights": [[np.nan]]}, "expected finite numbers"),
        ({"weights": [[1.0]], "bias": [np.inf]}, "expected finite numbers"),
        ({"weights": [[1.0]], "activation": "sigmod"}, 'unknown "sigmod"; did you mean "sigmoid"?'),
        ({"weights": [[1.0]], "activation": "xyz"}, "expected one of identity, relu, tanh, sigmoid"),
    ],
)
def test_a_layer_refuses_what_cannot_be_computed_with(layer: dict[str, Any], said: str) -> None:
    (mistake,) = mistakes(core.Layer, **layer)
    assert said in mistake


def test_a_layer_lists_every_mistake_at_once() -> None:
    found = mistakes(core.Layer, weights=[[1.0, np.nan]], bias=[1.0], activation="rellu")
    assert len(found) == 3
    for mistake, word in zip(found, ("bias", "finite", "relu"), strict=True):
        assert word in mistake


def test_a_network_needs_a_layer() -> None:
    assert mistakes(core.Network, []) == ("layers: expected at least one layer",)


def test_a_network_lists_every_pair_of_layers_that_does_not_fit() -> None:
    layers = [core.Layer(np.ones(shape)) for shape in ((2, 3), (4, 1), (1, 5), (6, 2))]
    assert mistakes(core.Network, layers) == (
        "layers: layer 1 has 3 units, but layer 2 takes 4 inputs",
        "layers: layer 3 has 5 units, but layer 4 takes 6 inputs",
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"inputs": [[0.0, 1.0]] * 3}, "targets: expected 3 rows (as many as inputs), found 4"),
        ({"inputs": [[0.0]] * 4}, "inputs: expected 2 columns (the first layer's inputs), found 1"),
        ({"inputs": [0.0, 1.0]}, "inputs: expected a matrix with a row for each sample, found shape (2,)"),
        (
            {"inputs": [[0.0, 1.0]] * 3 + [[0.0, np.inf]]},
            "inputs: expected finite numbers, found inf in row 4, column 2",
        ),
        ({"inputs": [[0.0, 1.0], [2.0]]}, "inputs: expected numbers in rows of one length"),
        ({"inputs": [["a", "b"]] * 4}, "inputs: expected numbers"),
        ({"targets": [[0.0, 1.0]] * 4}, "targets: expected 1 columns (the last layer's units), found 2"),
        ({"targets": [[1], [1], [np.nan], [1]]}, "targets: expected finite numbers, found nan in row 3, column 1"),
        ({"targets": [[1], [1], [0], [1]], "loss": core.SoftmaxHinge()}, "row 3 is (0), expected -1 or +1"),
        ({"learning_rate": 0.0}, "learning_rate: expected a finite number above 0, found 0.0"),
        ({"learning_rate": -1.0}, "learning_rate"),
        ({"learning_rate": np.nan}, "learning_rate"),
        ({"learning_rate": np.inf}, "learning_rate"),
        ({"learning_rate": "fast"}, "learning_rate"),
        ({"batch_size": 0}, "batch_size: expected a whole number of at least 1, found 0"),
        ({"shuffle_seed": -1}, "shuffle_seed: expected a whole number of at least 0, found -1"),
        ({"reduction": "max"}, 'reduction: expected "sum" or "mean", found "max"'),
        ({"loss": core.SoftmaxHinge(margin=-0.1)}, "margin: expected a finite number of at least 0, found -0.1"),
        ({"loss": core.SoftmaxHinge(margin=np.nan)}, "margin"),
        ({"input_names": ("a",)}, "input_names: expected 2 names, found 1"),
        ({"batch_size": 2.5}, "batch_size: expected a whole number of at least 1, found 2.5"),
        ({"batch_size": "3"}, "batch_size: expected a whole number of at least 1, found '3'"),
        ({"shuffle_seed": 1.5}, "shuffle_seed: expected a whole number of at least 0, found 1.5"),
        ({"learning_rate": True}, "learning_rate: expected a finite number above 0, found True"),
        ({"learning_rate": "0.5"}, "learning_rate: expected a finite number above 0, found '0.5'"),
        ({"network": None}, "network: expected a Network, found None"),
        ({"loss": "squared_error"}, "loss: expected a Loss, found 'squared_error'"),
        ({"loss": core.SoftmaxHinge(margin="x")}, "margin: expected a finite number of at least 0, found x"),
        ({"target_names": ("a", "b")}, "target_names: expected 1 names, found 2"),
    ],
)
def test_a_problem_refuses_what_cannot_be_trained(change: dict[str, Any], said: str) -> None:
    (mistake,) = mistakes(exercise_2, **change)
    assert said in mistake


def test_a_problem_lists_every_mistake_at_once_and_says_whose_they_are() -> None:
    with pytest.raises(core.ProblemError) as caught:
        exercise_2(
            inputs=[[1.0]] * 3,
            targets=[[np.nan]] * 4,
            learning_rate=-1,
            batch_size=0,
            shuffle_seed=-5,
            reduction="max",
            loss=core.SoftmaxHinge(margin=-1.0),
        )
    words = ("inputs", "finite", "rows", "learning_rate", "batch_size", "shuffle_seed", "reduction", "margin")
    assert len(caught.value.mistakes) == len(words)
    for mistake, word in zip(caught.value.mistakes, words, strict=True):
        assert word in mistake
    assert caught.value.source == "exercise 2"
    assert str(caught.value).splitlines() == [f"exercise 2: {mistake}" for mistake in caught.value.mistakes]
    assert isinstance(caught.value, ValueError)


def test_another_loss_keeps_all_the_rest() -> None:
    problem = exercise_2(batch_size=3, shuffle_seed=7, reduction="mean", input_names=("a", "b"))
    other = problem.with_loss(core.SoftmaxHinge(margin=0.25))
    assert other.loss == core.SoftmaxHinge(margin=0.25)
    assert problem.loss == core.SquaredError()
    for field in dataclasses.fields(problem):
        if field.name != "loss":
            assert getattr(other, field.name) is getattr(problem, field.name)


def test_another_loss_is_refused_where_the_targets_are_no_classes() -> None:
    problem = exercise_2(targets=[[0.5], [1], [-1], [-1]])
    assert not problem.has_classes
    (mistake,) = mistakes(problem.with_loss, core.SoftmaxCrossEntropy())
    assert "row 1 is (0.5), expected -1 or +1" in mistake


def test_losses_of_the_same_kind_and_margin_are_equal() -> None:
    assert core.SquaredError() == core.SquaredError()
    assert core.SoftmaxHinge(0.5) == core.SoftmaxHinge()
    assert len({core.SoftmaxHinge(0.5), core.SoftmaxHinge(), core.SoftmaxHinge(0.25)}) == 2
    assert core.SquaredError() != core.SoftmaxCrossEntropy()
    assert core.SoftmaxHinge(0.5) != core.SoftmaxMargin(0.5)


def test_nothing_can_be_changed() -> None:
    problem = exercise_2()
    layer = problem.network.layers[0]
    for thing in (problem, problem.network, layer, core.SoftmaxHinge()):
        for field in dataclasses.fields(thing):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(thing, field.name, None)
    for array in (problem.inputs, problem.targets, layer.weights):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1.0


def test_arrays_are_copied_on_the_way_in() -> None:
    X, Y, W, b = np.ones((3, 2)), np.ones((3, 1)), np.ones((2, 1)), np.ones(1)
    problem = core.Problem("copied", X, Y, core.Network([core.Layer(W, b)]))
    before = step_bits(core.Timeline(problem)[2])
    for array in (X, Y, W, b):
        array[...] = 7.0
    assert step_bits(core.Timeline(problem)[2]) == before


def test_a_read_only_view_of_a_writable_array_is_copied_too() -> None:
    X = np.ones((3, 2))
    view = X[:]
    view.setflags(write=False)
    problem = core.Problem("view", view, np.ones((3, 1)), core.Network([core.Layer(np.ones((2, 1)))]))
    X[...] = 7.0
    assert (problem.inputs == 1.0).all()


def test_whole_numbers_and_lists_become_floats() -> None:
    problem = core.Problem("lists", [[1, 2]], [[3]], core.Network([core.Layer([[1], [2]])]), learning_rate=1)
    assert problem.inputs.dtype == problem.network.layers[0].weights.dtype == np.float64
    assert isinstance(problem.learning_rate, float)
    assert core.Timeline(problem)[0].loss == 2.0


def test_a_batch_of_all_rows_or_more_is_the_whole() -> None:
    assert exercise_2(batch_size=4).batch_size is None
    assert exercise_2(batch_size=9).batch_size is None
    assert exercise_2(batch_size=3).batch_size == 3


@pytest.mark.parametrize("seed", range(5))
def test_a_network_s_outputs_are_those_of_the_first_step(seed: int) -> None:
    problem = random_problem(seed, (3, 4, 2))
    outputs = problem.network.outputs(problem.inputs)
    np.testing.assert_allclose(outputs, core.Timeline(problem)[0].outputs, rtol=1e-14)


def test_a_network_knows_its_sizes() -> None:
    network = random_problem(0, (3, 4, 2)).network
    assert network.sizes == (3, 4, 2)
    assert len(network) == 2


def test_numpy_s_numbers_are_numbers() -> None:
    problem = exercise_2(learning_rate=np.float32(0.5), batch_size=np.int64(2), shuffle_seed=np.uint8(3))
    assert problem.learning_rate == 0.5
    assert core.Timeline(problem)[5].loss > 0
