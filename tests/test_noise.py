"""Rounding around 0: shown and judged as 0 where the givens are decimals, and told where it decides on a slope."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core


def at_the_kink(weight: float = -0.3) -> core.Step:
    """0.1 · 3 - 0.3, which is 0, and in floating point 2.8e-17."""
    network = core.Network([core.Layer([[0.1], [weight]], None, "relu"), core.Layer([[1.0]])])
    return core.Timeline(core.Problem("a kink", [[3.0, 1.0], [1.0, 2.0]], [[1.0], [0.0]], network))[0]


def test_what_is_0_on_paper_is_shown_as_0() -> None:
    step = at_the_kink()
    assert 0 < step.pre_activations[0][0, 0] < 1e-16
    assert step.values["s_1"][0, 0] == step.values["z_1"][0, 0] == step.values["dW_out"][0, 0] == 0.0
    assert step.noise["s_1"].tolist() == [[True], [False]]
    assert core.explain(step, "s_1", (1, 1)).lines()[1:] == ("= 3 · 0.1 + 1 · (-0.3)", "= 0")


def test_a_slope_that_rounding_has_decided_on_is_told() -> None:
    *_, result, told = core.explain(at_the_kink(), "delta_1", (1, 1)).lines()
    assert result == "= -1"
    assert told == "s₁[1] is 0, where the slope is 0; rounding made it 2.8e-17, and the slope 1"
    assert len(core.explain(at_the_kink(), "delta_1", (2, 1)).lines()) == 3


def test_a_0_in_a_sheet_is_right_there() -> None:
    assert core.check_answers({"s_1": [0, -0.5], "z_1": [0, 0]}, at_the_kink()).slips == ()


@pytest.mark.parametrize("left", [2.7755575615628914e-17, -5.55112e-17])
def test_what_a_computer_leaves_of_a_0_is_right(left: float) -> None:
    for name in ("s_1", "z_1"):
        (verdict, _) = core.check_answers({name: [left, -0.5 if name == "s_1" else 0]}, at_the_kink()).cells
        assert verdict.status == "right"
    assert core.check_answers({"s_1": [1e-9, -0.5]}, at_the_kink()).slips


@pytest.mark.parametrize("left", [5.55e-17, -5.55e-17])
@pytest.mark.parametrize("weights", [(0.1, -0.3), (-0.1, 0.3), (1.0, -3.0)])
def test_what_follows_from_a_0_is_as_right_as_that_0(weights: tuple[float, float], left: float) -> None:
    """Whatever the run's own rounding has made of it: more than 0, less, or just 0."""
    for inputs in ([[3.0, 1.0], [1.0, 2.0]], [[3.0, 1.0], [6.0, 2.0]]):  # in the latter s_1 is 0 all over
        layers = [core.Layer([[weights[0]], [weights[1]]], None, "relu"), core.Layer([[2.0]])]
        step = core.Timeline(core.Problem("a kink", inputs, [[1.0], [0.0]], core.Network(layers)))[0]
        for names in (("s_1",), ("z_1",), ("y_out",), ("s_1", "z_1", "s_out")):
            answers = {name: [left, *step.values[name][1:, 0]] for name in names}
            assert {v.status for v in core.check_answers(answers, step).cells} == {"right"}, (names, inputs)
        assert core.check_answers({"z_1": [1e-9, *step.values["z_1"][1:, 0]]}, step).slips


def test_a_0_all_over_is_0_in_what_follows() -> None:
    layers = [core.Layer([[0.1], [-0.3]], None, "relu"), core.Layer([[2.0]])]
    step = core.Timeline(core.Problem("0", [[3.0, 1.0], [6.0, 2.0]], [[1.0], [0.0]], core.Network(layers)))[0]
    assert (step.computed["z_1"] > 0).all()
    for name in ("s_1", "z_1", "s_out", "y_out", "dW_out"):
        assert not step.values[name].any()


@pytest.mark.parametrize("weight", [-0.3 + 1e-9, -0.30000000000000004])
def test_small_numbers_that_are_no_rounding_stay(weight: float) -> None:
    step = at_the_kink(weight)
    assert not step.noise
    assert step.values["s_1"] is step.pre_activations[0]


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_it_is_found_wherever_fractions_come_to_0(seed: int) -> None:
    rng = np.random.default_rng(seed)
    inputs, weights = rng.integers(-9, 10, (4, 3)) / 10, rng.integers(-9, 10, (3, 2)) / 10
    problem = core.Problem("tenths", inputs, np.zeros((4, 2)), core.Network([core.Layer(weights)]))
    step = core.Timeline(problem)[0]
    for i, j in np.ndindex(4, 2):
        pairs = zip(inputs[i].tolist(), weights[:, j].tolist(), strict=True)
        exact = sum(Fraction(repr(x)) * Fraction(repr(w)) for x, w in pairs)
        assert (step.values["s_out"][i, j] == 0) == (exact == 0)
