"""Activations against Python's own mathematics."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from samples import ACTIVATIONS

FORMULAS = {
    "identity": (lambda s: s, lambda _: 1.0),
    "relu": (lambda s: max(0.0, s), lambda s: float(s > 0)),
    "tanh": (math.tanh, lambda s: 1 / math.cosh(s) ** 2),
    "sigmoid": (lambda s: 1 / (1 + math.exp(-s)), lambda s: 1 / (2 + math.exp(s) + math.exp(-s))),
}


def test_there_is_a_formula_here_for_every_activation() -> None:
    assert list(core.ACTIVATIONS) == list(ACTIVATIONS)
    assert set(core.ACTIVATIONS) == set(FORMULAS)


@pytest.mark.parametrize("name", ACTIVATIONS)
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


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_ten_thousand_gives_finite_values_and_slopes_without_a_warning(name: str) -> None:
    activation, s = core.ACTIVATIONS[name], np.array([-1e4, -800.0, -0.0, 0.0, 800.0, 1e4])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(activation(s)).all()
        assert np.isfinite(activation.slope(s)).all()


def test_the_sigmoid_of_ten_thousand_is_exactly_one_and_of_minus_ten_thousand_zero() -> None:
    assert core.ACTIVATIONS["sigmoid"](np.array([-1e4, 1e4])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_leaves_its_argument_alone(name: str) -> None:
    s = np.array([-1.0, 0.5])
    values = core.ACTIVATIONS[name](s)
    core.ACTIVATIONS[name].slope(s)
    assert s.tolist() == [-1.0, 0.5]
    assert not np.shares_memory(values, s)
