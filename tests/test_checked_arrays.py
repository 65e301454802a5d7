"""A program's arrays: how exact they are, what is said of zeros, and that each number has its verdict."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import core
from answer_sheets import plainly
from core.checking.numbers import read_array
from core.computation import values_of
from samples import random_problem


def step_0(**changes: Any) -> core.Step:
    return core.Timeline(random_problem(5, (3, 4, 2), rows=6, activation="relu", **changes))[0]


def arrays(step: core.Step) -> dict[str, Any]:
    return {quantity.name: quantity.values for quantity in plainly(step)}


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_every_number_of_a_right_program_has_its_verdict(kind: Any) -> None:
    step = step_0()
    report = core.check_answers({name: np.asarray(values, kind) for name, values in arrays(step).items()}, step)
    assert report.right
    assert report.counts["right"] == sum(values.size for values in arrays(step).values())
    assert [verdict.cell for verdict in report.verdicts("s_1").values()] == [
        (i + 1, j + 1) for i, j in np.ndindex(step.values["s_1"].shape)
    ]


def test_one_wrong_number_among_a_program_s_is_found() -> None:
    step = step_0()
    wrong = step.values["dW_1"].copy()
    wrong[2, 1] += 1e-6
    (slip,) = core.check_answers({**arrays(step), "dW_1": wrong, "W_1_next": step.values["W_1_next"]}, step).slips
    assert (slip.name, slip.cells) == ("dW_1", ((3, 2),))


@pytest.mark.parametrize(
    ("array", "unit"),
    [
        (np.array([0.123, -4.5, 0.25]), 1e-3),  # rounded to three places
        (np.array([0.123456789012, 1.0]), 1e-10),  # as exact as a double is, after some arithmetic
        (np.array([0.123, 0.456], np.float32), 1e-3),
        (np.array([1 / 3, 0.25], np.float32), 1e-5),
        (np.array([1.0, 2.0]), 1e-10),  # a whole number need not be a rounded one
        (np.array([0.0, 0.0]), 1e-15),  # and a zero tells nothing
        (np.array([0.0, 0.12, 3.0]), 1e-2),
    ],
)
def test_how_exact_an_array_is(array: Any, unit: float) -> None:
    assert set(read_array(array).units) == {unit}


@pytest.mark.parametrize("name", ["s_1", "delta_1", "dW_1", "W_1_next"])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_matrix_that_was_only_filled_has_no_reason(name: str, value: float) -> None:
    step = step_0()
    slips = core.check_answers({name: np.full(step.values[name].shape, value)}, step).slips
    assert [(slip.name, slip.kind) for slip in slips] == [(name, "")]


def test_ones_are_not_right_for_what_is_nearly_one() -> None:
    step = step_0()
    nearly = np.where(step.values["s_1"] > 0, 1.0, -1.0)
    report = core.check_answers({"s_1": nearly}, step)
    assert report.counts["right"] == report.counts["coarse"] == 0


@pytest.mark.parametrize("factor", [3.0, -0.25])
def test_a_common_factor_is_told_and_an_absurd_one_is_not(factor: float) -> None:
    step = step_0(learning_rate=0.3)
    right = values_of(step)["dW_1"]
    (slip,) = core.check_answers({"dW_1": factor * right}, step).slips
    assert (slip.kind, slip.text) == ("common factor", f"every number is {factor:g} times what it must be")
    (slip,) = core.check_answers({"dW_1": 1e-4 * factor * right}, step).slips
    assert slip.kind == ""


def test_thousands_of_numbers_that_follow_from_one_slip() -> None:
    step = core.Timeline(random_problem(6, (60, 40, 3), rows=20, activation="tanh"))[0]
    values = dict(values_of(step))
    for name in step.statement.equations:
        values[name] = -values[name] if name == "delta_out" else step.statement.evaluate(name, values)
    report = core.check_answers({name: values[name] for name in arrays(step)}, step)
    assert [(slip.name, slip.kind) for slip in report.slips] == [("delta_out", "sign")]
    assert report.counts["follows"] > 4_000
    assert report.verdict("dW_1", (1, 1)).follows_from == ("delta_1",)  # type: ignore[union-attr]
