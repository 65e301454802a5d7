"""Why a number is 0: the factors that are named cut every path to the loss, and all of them are 0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core
from samples import exercise_2, problems, random_network, random_problem

Factor = tuple[str, tuple[int, ...]]


def paths_from(step: core.Step, layer: int, i: int, j: int) -> Iterator[list[tuple[Factor, float]]]:
    """Every path of ∂W_layer[i,j] to the losses of the rows, as its factors and their values, written out plainly: z,
    then f' and w by turns, then ∂ℓ/∂y. All counted from 1.
    """
    depth = len(step.network)
    names = [str(k) for k in range(1, depth)] + ["out"]

    def upward(row: int, k: int, unit: int) -> Iterator[list[tuple[Factor, float]]]:
        s = step.pre_activations[k][row, unit]
        layer = step.problem.network.layers[k]
        slope = ((f"s_{names[k]}", (row + 1, unit + 1)), float(layer.activation == "identity" or s > 0))
        if k == depth - 1:
            residual = step.outputs[row, unit] - step.targets[row, unit]
            yield [slope, ((f"delta_{names[k]}", (row + 1, unit + 1)), float(residual))]
            return
        for above in range(step.weights[k + 1].shape[1]):
            weight = ((f"W_{names[k + 1]}", (unit + 1, above + 1)), float(step.weights[k + 1][unit, above]))
            for path in upward(row, k + 1, above):
                yield [slope, weight, *path]

    for row in range(len(step.inputs)):
        if layer == 1:
            below = (("X_in", (row + 1, i)), float(step.inputs[row, i - 1]))
        else:
            below = ((f"s_{layer - 1}", (row + 1, i)), float(step.activations[layer - 2][row, i - 1]))
        for path in upward(row, layer - 1, j - 1):
            yield [below, *path]


@settings(max_examples=15)
@given(st.integers(0, 500), st.sampled_from([(2, 3, 1), (2, 3, 2, 1), (1, 2, 2, 2)]), st.booleans())
def test_every_path_of_a_zero_gradient_is_cut_by_a_factor_that_is_named(
    seed: int, sizes: tuple[int, ...], holes: bool
) -> None:
    problem = random_problem(seed, sizes, rows=3, activation="relu", bias=False, learning_rate=0.3)
    if holes:
        # Inputs and weights that are 0, and an output that is right.
        rng = np.random.default_rng(seed)
        layers = [
            replace(layer, weights=layer.weights * (rng.random(layer.weights.shape) < 0.6))
            for layer in problem.network.layers
        ]
        inputs = problem.inputs * (rng.random(problem.inputs.shape) < 0.6)
        problem = replace(problem, inputs=inputs, network=core.Network(layers))
    step = core.Timeline(problem)[0]
    for k, gradient in enumerate(step.weight_gradients, 1):
        for i, j in np.argwhere(gradient == 0) + 1:
            name = f"dW_{k}" if k < len(sizes) - 1 else "dW_out"
            found = core.why_not(step, name, (int(i), int(j)))
            cuts = {(place.name, place.cell) for cut in found.cuts for place in cut.places}
            paths = list(paths_from(step, k, int(i), int(j)))
            assert all(any(value == 0 and factor in cuts for factor, value in path) for path in paths)
            zeros = {factor for path in paths for factor, value in path if value == 0}
            assert cuts <= zeros


@settings(max_examples=20)
@given(problems(), st.integers(0, 3), st.data())
def test_what_is_0_has_a_reason_and_what_is_not_has_none(problem: core.Problem, k: int, data: st.DataObject) -> None:
    timeline = core.Timeline(problem)
    try:
        step = timeline[k]
    except core.DivergedError:
        return
    for name, values in step.values.items():
        shape = np.shape(values)
        at = tuple(data.draw(st.integers(0, size - 1)) for size in shape)
        cell = tuple(i + 1 for i in at)
        found = core.why_not(step, name, cell)
        value = float(np.asarray(values)[at])
        assert (found.place, found.value) == ((step.index, name, cell), value)
        if name[0] in "Wb" and name.endswith("_next"):
            before = float(np.asarray(step.values[name.removesuffix("_next")])[at])
            assert bool(found.cuts) == (value == before or value == 0)
        else:
            assert bool(found.cuts) == (value == 0)
        assert found.symbol in found.lines[0] or "moves by" in found.verdict
        for cut in found.cuts:
            assert len(cut.places) <= min(cut.count, 100)
            for place in cut.places:
                core.explain(timeline[place.step], place.name, place.cell)


@pytest.mark.parametrize("loss", [core.SoftmaxHinge(margin=0.1), core.Hinge(margin=0.3)])
def test_a_row_that_costs_nothing_has_no_active_term(loss: core.Loss) -> None:
    asked = 0
    for seed in range(12):
        step = core.Timeline(random_problem(seed, (3, 4), rows=5, loss=loss, activation="identity", bias=False))[0]
        true = step.targets.argmax(axis=1)
        for row in np.flatnonzero(step.sample_losses == 0).tolist():
            terms = {("term", (row + 1, j + 1)) for j in range(4) if j != true[row]}
            for name, cell in (("sample_losses", (row + 1,)), ("dy_out", (row + 1, int(true[row]) + 1))):
                cuts = core.why_not(step, name, cell).cuts
                assert {cut.reason for cut in cuts} == {"inactive"}
                assert {(place.name, place.cell) for cut in cuts for place in cut.places} == terms
            asked += 1
    assert asked > 3


def lines(step: core.Step, name: str, *cell: int) -> tuple[str, ...]:
    return core.why_not(step, name, cell).lines


class TestExercise2:
    @pytest.fixture(scope="class")
    @staticmethod
    def timeline() -> core.Timeline:
        return core.Timeline(exercise_2(learning_rate=1.0))

    def test_a_dead_unit_has_a_slope_of_0_in_every_row(self, timeline: core.Timeline) -> None:
        found = core.why_not(timeline[5], "dW_1", (1, 3))
        assert found.lines == (
            "∂W₁[1,3] = 0: every path to ℒ is cut",
            "all 4 rows: f₁'(s₁[1,3]) = 0, for s₁[1,3] = -4.38946, s₁[2,3] = -0.625357, s₁[3,3] = -0.950942 and 1 more",
        )
        assert str(found) == "\n  ".join(found.lines)
        (cut,) = found.cuts
        assert (cut.reason, cut.count) == ("slope", 4)
        assert cut.places == tuple((5, "s_1", (row, 3)) for row in (1, 2, 3, 4))

    def test_its_weights_do_not_move_for_the_same_reason(self, timeline: core.Timeline) -> None:
        why = core.why_not(timeline[5], "W_1_next", (1, 3))
        assert why.verdict == "W₁[1,3] does not move: W₁⁺[1,3] is -2.29235, as before"
        assert why.cuts == core.why_not(timeline[5], "dW_1", (1, 3)).cuts

    def test_what_is_not_0_is_said_not_to_be(self, timeline: core.Timeline) -> None:
        assert lines(timeline[0], "dW_1", 1, 1) == ("∂W₁[1,1] = -0.0134525 is not 0: 3 of its 4 terms are not 0",)
        assert lines(timeline[45], "dW_1", 1, 1)[0].endswith("is not 0: 1 of its 4 terms is not 0")
        assert lines(timeline[5], "W_out_next", 1, 1)[0].startswith("W_out[1] moves by ")


class TestReasons:
    def test_terms_of_a_hinge_that_are_inactive(self) -> None:
        step = core.Timeline(core.load_problem("exercise-3"))[2]
        found = core.why_not(step, "dp", (1, 1))
        assert found.lines == (
            "∂p[1,1] = 0: every path to ℒ is cut",
            "row 1: inactive, [term[1,2] > 0] = 0, for term[1,2] = -0.01466",
            "row 1: inactive, [term[1,3] > 0] = 0, for term[1,3] = -0.126755",
        )
        assert lines(step, "sample_losses", 1)[1].startswith("row 1: inactive, max(0, term[1,2]) = 0")
        assert lines(step, "dterm", 1, 1)[0] == "∂term[1,1] = 0 whatever the numbers are"

    def test_a_margin_on_scores(self) -> None:
        step = core.Timeline(core.load_problem("svm"))[300]
        assert step.loss == 0
        found = core.why_not(step, "dW_out", (1, 1))
        assert {cut.reason for cut in found.cuts} <= {"inactive", "zero"}
        assert sum(cut.count for cut in found.cuts if cut.reason == "inactive") > 0

    def test_weights_and_inputs_that_are_0(self) -> None:
        first, _ = exercise_2().network.layers
        network = core.Network([first, core.Layer(weights=[[0.0], [0.03], [0.09]])])
        step = core.Timeline(exercise_2(network=network))[0]
        assert lines(step, "delta_1", 1, 1) == ("δ₁[1,1] = 0: every path to ℒ is cut", "W_out[1] = 0")
        step = core.Timeline(exercise_2(inputs=[[0, 0.8], [0, 0.05], [0, 0.8], [0, -0.05]]))[0]
        assert lines(step, "dW_1", 1, 2)[1] == "all 4 rows: X_in[1,1] = X_in[2,1] = X_in[3,1] = 0 and 1 more"
        assert lines(step, "X_in", 1, 1) == ("X_in[1,1] = 0", "given: row 1 of the inputs")

    def test_a_frozen_layer_does_not_move_though_it_has_a_gradient(self) -> None:
        first, second = exercise_2().network.layers
        network = core.Network([replace(first, train_weights=False), second])
        step = core.Timeline(exercise_2(network=network))[3]
        assert lines(step, "W_1_next", 1, 1)[1] == "frozen: the update leaves W₁ as it is"
        assert not core.why_not(step, "dW_1", (1, 1)).cuts

    def test_a_rate_of_0(self) -> None:
        step = core.Timeline(exercise_2(schedule=core.Cosine(1)))[2]
        assert lines(step, "W_1_next", 1, 1)[1:] == ("α = 0",)

    def test_a_bias_and_a_buffer(self) -> None:
        layers = [
            core.Layer(weights=[[1.0, 1.0]], bias=[-9.0, 0.0], activation="relu"),
            core.Layer(weights=[[1.0], [1.0]], bias=[0.0]),
        ]
        problem = core.Problem(
            "bias", [[1.0], [2.0]], [[1.0], [2.0]], core.Network(layers), update=core.Momentum(0.9), learning_rate=0.1
        )
        step = core.Timeline(problem)[2]
        slope = "rows 1 and 2: f₁'(s₁[1,1]) = 0, for s₁[1,1] = -8, s₁[2,1] = -7"
        assert lines(step, "db_1", 1)[1:] == (slope,)
        assert lines(step, "vb_1_next", 1)[1:] == (slope, "vb₁[1] = 0")
        assert lines(step, "b_1_next", 1)[1:] == (slope, "vb₁[1] = 0")
        assert lines(step, "vb_1", 1)[1:] == ("step 1 left it at 0",)
        assert core.why_not(step, "vb_1", (1,)).cuts[0].places == ((1, "vb_1_next", (1,)),)

    def test_rows_whose_gradients_cancel(self) -> None:
        network = core.Network([core.Layer(weights=[[0.0]])])
        step = core.Timeline(core.Problem("even", [[1.0], [-1.0]], [[1.0], [1.0]], network, learning_rate=0.1))[0]
        said = "∂W_out[1] = 0: not every path to ℒ is cut, but what comes along the others cancels"
        assert lines(step, "dW_out", 1, 1)[0] == said

    def test_a_change_that_is_too_small_for_its_weight(self) -> None:
        network = core.Network([core.Layer(weights=[[1e9]])])
        step = core.Timeline(core.Problem("far", [[1.0]], [[1e9 - 1]], network, learning_rate=1e-12))[0]
        assert lines(step, "W_out_next", 1, 1)[1].endswith("it is rounded away")

    def test_what_there_is_not_raises_as_an_explanation_does(self) -> None:
        step = core.Timeline(exercise_2())[0]
        for name, cell in (("nonsense", (1, 1)), ("db_1", (1,)), ("dW_1", (9, 9))):
            errors: list[Any] = []
            for ask in (core.explain, core.why_not):
                with pytest.raises((KeyError, IndexError)) as caught:
                    ask(step, name, cell)
                errors.append((caught.type, str(caught.value)))
            assert errors[0] == errors[1]


def test_a_large_network_is_answered_in_few_lines() -> None:
    rng = np.random.default_rng(0)
    problem = core.Problem(
        name="large",
        inputs=rng.random((40, 784)) * (rng.random((40, 784)) < 0.3),
        targets=np.eye(10)[rng.integers(10, size=40)],
        network=random_network(rng, (784, 100, 50, 10), "relu", bias=True),
        loss=core.SoftmaxCrossEntropy(),
        learning_rate=0.01,
    )
    step = core.Timeline(problem)[1]
    asked = 0
    for name, values in step.values.items():
        for at in np.argwhere(np.asarray(values) == 0)[:2]:
            found = core.why_not(step, name, tuple(int(i) + 1 for i in at))
            assert 1 <= len(found.cuts) <= 36
            assert all(len(line) < 250 for line in found.lines)
            assert all(len(cut.places) <= 100 for cut in found.cuts)
            asked += 1
    assert asked > 10


def test_a_search_that_is_too_large_says_what_it_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.diagnosis.zeros.MOST_CELLS", 3)
    problem = random_problem(0, (2, 4, 4, 1), activation="identity", bias=False)
    found = core.why_not(core.Timeline(replace(problem, inputs=np.zeros((5, 2))))[0], "s_out", (1, 1))
    assert found.left > 0
    assert found.lines[-1] == f"{found.left} more cells were not looked into"
