"""The names of a step's numbers, in the order in which a person computes them."""

from __future__ import annotations

import numpy as np
import pytest

import core
from samples import exercise_2, random_problem


def names(sizes: tuple[int, ...], bias: bool) -> list[str]:
    step = core.Timeline(random_problem(0, sizes, bias=bias))[0]
    return [quantity.name for quantity in core.quantities(step)]


@pytest.mark.parametrize(
    ("sizes", "bias", "expected"),
    [
        ((2, 1), False, "s_out y_out sample_losses loss delta_out dW_out W_out_next"),
        ((2, 1), True, "s_out y_out sample_losses loss delta_out dW_out db_out W_out_next b_out_next"),
        ((2, 3, 1), False, "s_1 z_1 s_out y_out sample_losses loss delta_out delta_1 dW_out dW_1 W_1_next W_out_next"),
        (
            (2, 3, 1),
            True,
            "s_1 z_1 s_out y_out sample_losses loss delta_out delta_1 dW_out db_out dW_1 db_1 "
            "W_1_next b_1_next W_out_next b_out_next",
        ),
        (
            (2, 3, 4, 1),
            False,
            "s_1 z_1 s_2 z_2 s_out y_out sample_losses loss delta_out delta_2 delta_1 dW_out dW_2 dW_1 "
            "W_1_next W_2_next W_out_next",
        ),
        (
            (2, 3, 4, 1),
            True,
            "s_1 z_1 s_2 z_2 s_out y_out sample_losses loss delta_out delta_2 delta_1 "
            "dW_out db_out dW_2 db_2 dW_1 db_1 W_1_next b_1_next W_2_next b_2_next W_out_next b_out_next",
        ),
    ],
)
def test_quantities_come_in_the_order_of_the_computation(sizes: tuple[int, ...], bias: bool, expected: str) -> None:
    assert names(sizes, bias) == expected.split()


def test_symbols_are_those_of_the_textbook() -> None:
    symbols = [quantity.symbol for quantity in core.quantities(core.Timeline(exercise_2())[0])]
    assert " ".join(symbols) == "s₁ z₁ s_out y_out ℓ ℒ δ_out δ₁ ∂W_out ∂W₁ W₁⁺ W_out⁺"


def test_quantities_hold_the_steps_own_arrays() -> None:
    step = core.Timeline(random_problem(0, (2, 3, 1), bias=True))[0]
    values = {quantity.name: quantity.values for quantity in core.quantities(step)}
    assert values["s_1"] is step.pre_activations[0]
    assert values["y_out"] is step.outputs
    assert values["delta_1"] is step.deltas[0]
    assert values["db_out"] is step.bias_gradients[1]
    assert values["W_out_next"] is step.next_weights[1]
    assert values["b_1_next"] is step.next_biases[0]
    assert np.array_equal(values["loss"], step.loss)
