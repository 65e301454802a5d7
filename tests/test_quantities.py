"""The names of a step's numbers, in the order in which a person computes them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

import core
from samples import exercise_2, problems, random_problem


def names(sizes: tuple[int, ...], bias: bool) -> list[str]:
    step = core.Timeline(random_problem(0, sizes, bias=bias))[0]
    return [quantity.name for quantity in core.quantities(step)]


@pytest.mark.parametrize(
    ("sizes", "bias", "expected"),
    [
        ((2, 1), False, "s_out y_out sample_losses loss dy_out delta_out dW_out W_out_next"),
        ((2, 1), True, "s_out y_out sample_losses loss dy_out delta_out dW_out db_out W_out_next b_out_next"),
        (
            (2, 3, 1),
            False,
            "s_1 z_1 s_out y_out sample_losses loss dy_out delta_out dz_1 delta_1 dW_out dW_1 W_1_next W_out_next",
        ),
        (
            (2, 3, 1),
            True,
            "s_1 z_1 s_out y_out sample_losses loss dy_out delta_out dz_1 delta_1 dW_out db_out dW_1 db_1 "
            "W_1_next b_1_next W_out_next b_out_next",
        ),
        (
            (2, 3, 4, 1),
            False,
            "s_1 z_1 s_2 z_2 s_out y_out sample_losses loss dy_out delta_out dz_2 delta_2 dz_1 delta_1 dW_out "
            "dW_2 dW_1 W_1_next W_2_next W_out_next",
        ),
        (
            (2, 3, 4, 1),
            True,
            "s_1 z_1 s_2 z_2 s_out y_out sample_losses loss dy_out delta_out dz_2 delta_2 dz_1 delta_1 "
            "dW_out db_out dW_2 db_2 dW_1 db_1 W_1_next b_1_next W_2_next b_2_next W_out_next b_out_next",
        ),
    ],
)
def test_quantities_come_in_the_order_of_the_computation(sizes: tuple[int, ...], bias: bool, expected: str) -> None:
    assert names(sizes, bias) == expected.split()


def test_symbols_are_those_of_the_textbook() -> None:
    symbols = [quantity.symbol for quantity in core.quantities(core.Timeline(exercise_2())[0])]
    assert " ".join(symbols) == "s₁ z₁ s_out y_out ℓ ℒ ∂y_out δ_out ∂z₁ δ₁ ∂W_out ∂W₁ W₁⁺ W_out⁺"


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


PARTS = ["given", "forward", "loss", "backward", "gradient", "update"]


@given(problems())
def test_a_quantity_says_what_a_layout_needs(problem: core.Problem) -> None:
    step = core.Timeline(problem)[0]
    found = [*core.given(step), *core.quantities(step)]
    assert [PARTS.index(quantity.part) for quantity in found] == sorted(PARTS.index(q.part) for q in found)
    depth = len(step.weights)
    for quantity in found:
        assert len(quantity.axes) == quantity.values.ndim
        assert quantity.per_sample == (quantity.name in ("X_in", "y_gt") or quantity.part in PARTS[1:4]) - (
            quantity.name in ("loss", "data_loss", "penalty", "penalty_1", "penalty_2")
        )
        assert not quantity.per_sample or len(quantity.values) == len(step.batch)
        assert (quantity.layer is None) == (quantity.letter == "")
        if quantity.layer is not None:
            after = "_next" if quantity.part == "update" and "hat" not in quantity.name else ""
            assert quantity.name == f"{quantity.letter}_{core.layer_label(quantity.layer, depth)}{after}"


@given(problems())
def test_a_step_has_its_values_by_name_once_and_read_only(problem: core.Problem) -> None:
    step = core.Timeline(problem)[0]
    found = [*core.given(step), *core.quantities(step)]
    assert [*step.values] == [quantity.name for quantity in found]
    assert step.values is step.values
    for quantity in found:
        assert quantity.values is step.values[quantity.name]
        assert not quantity.values.flags.writeable
        assert step.statement.symbols[quantity.name] == quantity.symbol
    assert step.values["W_out"] is step.weights[-1]
    assert step.values["delta_out"] is step.deltas[-1]
