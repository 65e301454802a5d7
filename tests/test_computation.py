"""Each quantity follows from its inputs as its computation says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

import core
from core.computation import computations, symbols_of, values_of
from samples import exercise_2, problems


@given(problems())
def test_every_quantity_evaluates_to_the_step_s_own_value_from_the_step_s_values(problem: core.Problem) -> None:
    # At hopeless learning rates probabilities underflow, and a formula over them loses what the logits still hold.
    problem = replace(problem, learning_rate=0.1)
    step = core.Timeline(problem)[3]
    values = values_of(step)
    for computation in computations(problem, len(step.batch), index=step.index):
        expected = values[computation.name]
        found = computation.evaluate({name: values[name] for name in computation.inputs})
        assert found.shape == expected.shape, computation.name
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12, err_msg=computation.name)


@given(problems())
def test_the_computations_are_the_quantities_in_their_order(problem: core.Problem) -> None:
    step = core.Timeline(problem)[0]
    names = [computation.name for computation in computations(problem, len(step.batch))]
    assert names == [quantity.name for quantity in core.quantities(step)]


@given(problems())
def test_a_quantity_needs_only_given_ones_and_earlier_ones(problem: core.Problem) -> None:
    step = core.Timeline(problem)[0]
    known = {"X_in", "y_gt", *step.buffers} | {
        name for name in symbols_of(step) if name.startswith(("W_", "b_")) and "next" not in name
    }
    known -= {name for name in step.buffers if "next" in name}
    for computation in computations(problem, len(step.batch)):
        assert set(computation.inputs) <= known
        known.add(computation.name)


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("s_1", "X_in W_1"),
        ("y_out", "f_out(s_out)"),
        ("dz_1", "delta_out W_outᵀ"),
        ("delta_1", "dz_1 ⊙ f₁'(s_1)"),
        ("dW_1", "X_inᵀ delta_1"),
        ("W_out_next", "W_out - α dW_out"),
    ],
)
def test_formulas_read_as_they_are_written_on_paper(name: str, formula: str) -> None:
    found = next(c for c in computations(exercise_2(), 4) if c.name == name)
    assert "".join(p if isinstance(p, str) else p.name + "ᵀ" * p.transposed for p in found.formula) == formula
