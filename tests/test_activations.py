"""Activations against Python's own mathematics."""

from __future__ import annotations

import copy
import math
import pickle
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.activations import Activation, S
from core.expression.nodes import Function, Literal, Positive, Sum
from core.expression.paper import on_entries
from core.expression.pieces import as_text
from core.expression.value import Compiler
from samples import exercise_2

FORMULAS: dict[str, Any] = {
    "identity": (lambda s: s, lambda _: 1.0),
    "relu": (lambda s: max(0.0, s), lambda s: float(s > 0)),
    "tanh": (math.tanh, lambda s: 1 / math.cosh(s) ** 2),
    "sigmoid": (lambda s: 1 / (1 + math.exp(-s)), lambda s: 1 / (2 + math.exp(s) + math.exp(-s))),
    "leaky_relu": (lambda s: s if s > 0 else 0.01 * s, lambda s: 1.0 if s > 0 else 0.01),
}


def test_there_is_a_formula_here_for_every_activation() -> None:
    assert list(core.ACTIVATIONS) == list(FORMULAS)


@pytest.mark.parametrize("name", FORMULAS)
@given(s=st.floats(-30, 30))
def test_values_and_slopes_are_those_of_the_formulas(name: str, s: float) -> None:
    f, slope = FORMULAS[name]
    activation = core.ACTIVATIONS[name]
    np.testing.assert_allclose(activation(np.array([[s]])), [[f(s)]], rtol=1e-14, atol=1e-300)
    # 1 - z² cancels where z is near 1, so the slope is good to an ulp of 1, not of itself.
    np.testing.assert_allclose(activation.slope(np.array([[s]])), [[slope(s)]], rtol=1e-14, atol=3e-16)


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_the_slope_of_relu_at_zero_is_zero(zero: float) -> None:
    assert core.ACTIVATIONS["relu"].slope(np.array([zero])) == [0.0]


def test_relu_has_slope_one_right_above_zero_and_zero_right_below() -> None:
    tiny = np.nextafter(0.0, 1.0)
    assert core.ACTIVATIONS["relu"].slope(np.array([tiny, -tiny])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("name", FORMULAS)
def test_ten_thousand_gives_finite_values_and_slopes_without_a_warning(name: str) -> None:
    activation, s = core.ACTIVATIONS[name], np.array([-1e4, -800.0, -0.0, 0.0, 800.0, 1e4])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(activation(s)).all()
        assert np.isfinite(activation.slope(s)).all()


def test_the_sigmoid_of_ten_thousand_is_exactly_one_and_of_minus_ten_thousand_zero() -> None:
    assert core.ACTIVATIONS["sigmoid"](np.array([-1e4, 1e4])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("name", FORMULAS)
def test_an_activation_leaves_its_argument_alone(name: str) -> None:
    s = np.array([-1.0, 0.5])
    values = core.ACTIVATIONS[name](s)
    core.ACTIVATIONS[name].slope(s)
    assert s.tolist() == [-1.0, 0.5]
    assert not np.shares_memory(values, s)


PRINTED = {
    "identity": ("s", "1"),
    "relu": ("max(0, s)", "[s > 0]"),
    "tanh": ("tanh(s)", "1 - z²"),
    "sigmoid": ("1 / (1 + exp(-s))", "z (1 - z)"),
    "leaky_relu": ("max(0, s) - 0.01 max(0, -s)", "[s > 0] + 0.01 (1 - [s > 0])"),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_the_trees_read_as_people_write_them(name: str) -> None:
    activation = core.ACTIVATIONS[name]
    printed = tuple(as_text(on_entries(tree)) for tree in (activation.tree, activation.slope_tree))
    assert printed == PRINTED[name]


@pytest.mark.parametrize("name", FORMULAS)
def test_the_slope_of_a_tree_is_what_differences_of_the_function_come_to(name: str) -> None:
    activation, compiled = core.ACTIVATIONS[name], Compiler({}, {})
    f, slope = compiled(activation.tree), compiled(activation.slope_tree)
    s = np.array([[-3.1, -0.7, -0.01, 0.02, 0.4, 2.5]])
    differences = (f({"s": s + 1e-6}) - f({"s": s - 1e-6})) / 2e-6
    np.testing.assert_allclose(np.broadcast_to(slope({"s": s, "z": f({"s": s})}), s.shape), differences, rtol=1e-7)


@pytest.mark.parametrize("name", FORMULAS)
def test_the_operations_give_what_the_trees_give(name: str) -> None:
    fast = core.ACTIVATIONS[name]
    stated = Activation(name, fast.tree, fast.slope_tree)
    s = np.array([[-800.0, -3.1, -0.7, -0.0, 0.0, 1e-300, 0.4, 2.5, 40.0]])
    np.testing.assert_allclose(fast(s), stated(s), rtol=1e-15)
    np.testing.assert_allclose(fast.slope(s), stated.slope(s), rtol=1e-15)


def test_kinks_and_straight_lines_follow_from_the_slopes() -> None:
    relu, identity, leaky = (core.ACTIVATIONS[name] for name in ("relu", "identity", "leaky_relu"))
    assert [f.name for f in core.ACTIVATIONS.values() if f.kinks] == ["relu", "leaky_relu"]
    assert relu.kinks == (S,)
    assert [f for f in core.ACTIVATIONS.values() if f.piecewise_linear] == [identity, relu, leaky]
    assert [f for f in core.ACTIVATIONS.values() if f.is_identity] == [identity]


def test_a_layer_takes_an_activation_that_nobody_has_registered() -> None:
    elu = Activation("elu", Function("exp", S) - Literal(1), Function("exp", S))
    layer = core.Layer([[2.0]], activation=elu)
    assert (layer.activation, layer.function) == ("elu", elu)
    for again in (replace(layer, weights=[[3.0]]), pickle.loads(pickle.dumps(layer)), copy.deepcopy(layer)):
        assert again.activation == "elu"
        np.testing.assert_allclose(again.function(np.array([[0.5]])), np.expm1([[0.5]]))
        np.testing.assert_allclose(again.function.slope(np.array([[0.5]])), np.exp([[0.5]]))
    assert replace(layer, activation="tanh").function is core.ACTIVATIONS["tanh"]
    assert core.Layer([[2.0]], activation=core.ACTIVATIONS["tanh"]).own is None


def test_two_problems_with_activations_of_one_name_are_told_apart() -> None:
    steep = Activation("mine", Literal(2) * Function("relu", S), Literal(2) * Positive(S))
    turned = Activation("mine", Function("relu", Sum((-1, S))), Sum((-1, Positive(Sum((-1, S))))))
    problems = [
        exercise_2(network=core.Network([core.Layer([[1.0], [2.0]], None, f)])) for f in ("relu", steep, turned)
    ]
    assert len({str(problem.particulars()) for problem in problems}) == 3


@pytest.mark.parametrize("slope", [-1.0, 0.0, 0.2, 1.0, 3.0])
def test_a_leaky_relu_has_the_slope_it_is_given(slope: float) -> None:
    leaky, s = core.ACTIVATIONS["leaky_relu"], np.array([[-2.0, -1e-300, 0.0, 1e-300, 5.0]])
    assert leaky.make is not None
    made = leaky.make(slope=slope)
    assert made(s).tolist() == np.where(s > 0, s, slope * s).tolist()
    assert made.slope(s).tolist() == np.where(s > 0, 1, slope).tolist()
    assert made.settings == (("slope", slope),)
    stated = Activation("stated", made.tree, made.slope_tree)
    assert stated(s).tolist() == made(s).tolist()
    assert stated.slope(s).tolist() == made.slope(s).tolist()
