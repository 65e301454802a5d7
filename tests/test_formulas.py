"""The gradients as formulas: both forms give the step's own gradient, and read as on paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

import core
from samples import problems


def exercise_1() -> core.Step:
    return core.Timeline(core.load_problem("exercise-1"))[0]


@given(problems())
def test_both_forms_evaluate_to_the_gradient(problem: core.Problem) -> None:
    step = core.Timeline(replace(problem, learning_rate=0.1))[1]
    for k, gradient in enumerate(step.weight_gradients, start=1):
        recursive = core.recursive(step, k).evaluate()
        scale = max(1e-300, np.abs(recursive).max())
        for formula in (core.expanded(step, k), core.expanded(step, k, forward=True)):
            assert formula.evaluate().shape == gradient.shape
            np.testing.assert_allclose(formula.evaluate(), recursive, rtol=1e-12, atol=1e-12 * scale)
        np.testing.assert_allclose(recursive, gradient, rtol=1e-9, atol=1e-9 * scale)


def test_the_recursion_uses_none_of_the_step_s_own_deltas() -> None:
    step = exercise_1()
    wrong = replace(step, deltas=tuple(7 * delta for delta in step.deltas))
    np.testing.assert_array_equal(core.recursive(wrong, 1).evaluate(), core.recursive(step, 1).evaluate())


def test_expanded_forward_the_formula_needs_only_what_is_given() -> None:
    names = {token.name for token in core.expanded(exercise_1(), 1, forward=True).tokens} - {"", "dW_1"}
    assert names == {"X_in", "y_gt", "W_1", "W_2", "W_out"}


def test_the_forms_of_the_first_layer_read_as_on_paper() -> None:
    step = exercise_1()
    assert core.recursive(step, 1).text.splitlines() == [
        "δ_out = ∂ℒ/∂y_out ⊙ f_out'(s_out)",
        "δ₂ = (δ_out W_outᵀ) ⊙ f₂'(s₂)",
        "δ₁ = (δ₂ W₂ᵀ) ⊙ f₁'(s₁)",
        "∂ℒ/∂W₁ = X_inᵀ δ₁",
    ]
    assert core.expanded(step, 1).text == (
        "∂ℒ/∂W₁ = X_inᵀ [((∂ℒ/∂y_out ⊙ f_out'(s_out)) W_outᵀ ⊙ f₂'(s₂)) W₂ᵀ ⊙ f₁'(s₁)]"
    )
    assert core.expanded(step, 3, forward=True).text == (
        "∂ℒ/∂W_out = f₂(f₁(X_in W₁) W₂)ᵀ [(f_out(f₂(f₁(X_in W₁) W₂) W_out) - y_gt) ⊙ f_out'(f₂(f₁(X_in W₁) W₂) W_out)]"
    )


def test_biases_the_mean_and_a_softmax_are_in_the_formula() -> None:
    problem = core.Problem(
        "b", [[1.0]] * 4, [[2.0]] * 4, core.Network([core.Layer([[1.0]], [0.5], "tanh")]), reduction="mean"
    )
    formula = core.expanded(core.Timeline(problem)[0], 1, forward=True)
    assert formula.text == "∂ℒ/∂W_out = X_inᵀ [1/4 (f_out(X_in W_out + b_out) - y_gt) ⊙ f_out'(X_in W_out + b_out)]"
    softmax = replace(problem, targets=[[1.0]] * 4, loss=core.SoftmaxCrossEntropy())
    formula = core.expanded(core.Timeline(softmax)[0], 1, forward=True)
    y = "f_out(X_in W_out + b_out)"
    assert f"[(1/4 (softmax((-{y}, +{y})) - one-hot(y_gt))) (-1, +1)ᵀ ⊙ f_out'(" in formula.text


@given(problems())
def test_the_shapes_stand_under_their_factors_and_fit(problem: core.Problem) -> None:
    step = core.Timeline(problem)[0]
    for k in range(1, len(step.weights) + 1):
        for formula in (*core.recursive(step, k).formulas, core.expanded(step, k), core.expanded(step, k, True)):
            ((above, below),) = formula.lines()
            assert below == formula.shapes
            assert above.replace(" ", "") == formula.text.replace(" ", "")
            assert below.split() == ["×".join(map(str, t.shape)) for t in formula.tokens if t.shape is not None]


def test_the_shapes_of_exercise_1() -> None:
    ((above, below),) = core.expanded(exercise_1(), 1).lines()
    assert above == "∂ℒ/∂W₁ = X_inᵀ [((∂ℒ/∂y_out ⊙ f_out'(s_out)) W_outᵀ ⊙ f₂'(s₂)) W₂ᵀ ⊙ f₁'(s₁)]"
    assert below == " 2×3      2×3        3×1           3×1        1×2       3×2    2×3     3×3"


@pytest.mark.parametrize("width", [40, 60, 100])
def test_a_long_formula_is_broken_between_factors(width: int) -> None:
    formula = core.expanded(exercise_1(), 1, forward=True)
    lines = formula.lines(width)
    assert len(lines) > 1
    assert all(len(text) <= width for pair in lines for text in pair)
    assert "".join(above for above, _ in lines).replace(" ", "") == formula.text.replace(" ", "")


@pytest.mark.parametrize("k", [-1, 0, 4])
def test_a_layer_that_is_not_there_is_an_index_error(k: int) -> None:
    for form in (core.recursive, core.expanded):
        with pytest.raises(IndexError, match=f"expected a layer from 1 to 3, found {k}"):
            form(exercise_1(), k)


def test_exercise_1_has_three_activations_and_gradients_worth_looking_at() -> None:
    step = exercise_1()
    assert [layer.activation for layer in step.problem.network.layers] == ["tanh", "sigmoid", "identity"]
    assert all((np.abs(dW) > 1e-4).all() for dW in step.weight_gradients)
    assert core.check_gradients(step).ok
