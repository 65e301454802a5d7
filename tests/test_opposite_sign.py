"""Sheets whose δ have the other sign throughout, whatever the update and the penalty; and single slips of sign."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from samples import PENALTIES, UPDATES, examples, random_problem

GRADIENTS = ("dW", "db")
KEPT = ("vW", "vb", "mW", "mb", "mhatW", "mhatb")
SHEETS = {  # what has the other sign, and what is not on the sheet; each with the remark's end
    "as mitchell": (("delta",), GRADIENTS, 'as in mitchell: add notation = { sign = "minus" }'),
    "with ∂W": (("delta", *GRADIENTS), (), "; followed"),
    "∂W its own": (("delta",), (), 'followed; add notation = { sign = "minus" }'),
    "what is kept, too": (("delta", *GRADIENTS, *KEPT), (), "; followed"),
}
PROBLEMS = st.builds(
    random_problem,
    seed=st.integers(0, 2**16),
    sizes=st.just((2, 3, 2)),
    rows=st.just(3),
    activation=st.just("sigmoid"),
    bias=st.just(True),
    reduction=st.sampled_from(["sum", "mean"]),
    update=st.sampled_from(UPDATES),
    penalty=st.sampled_from(PENALTIES),
    learning_rate=st.just(0.5),
)


def written(step: core.Step, opposite: tuple[str, ...], left_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """The numbers of a step, some of them with the other sign."""
    statement = core.statement_of(step.problem, len(step.batch), detailed=False, index=step.index)
    return {
        name: ((-1) ** (equation.letter in opposite) * np.asarray(step.values[name])).tolist()
        for name, equation in statement.equations.items()
        if equation.letter not in left_out
    }


@pytest.mark.parametrize("sheet", SHEETS)
@examples(8)
@given(problem=PROBLEMS, index=st.integers(0, 2))
def test_the_other_sign_throughout_is_one_remark(sheet: str, problem: core.Problem, index: int) -> None:
    opposite, left_out, told = SHEETS[sheet]
    step = core.Timeline(problem)[index]
    report = core.check_answers(written(step, opposite, left_out), step)
    assert report.slips == ()
    (convention,) = report.conventions
    assert convention.text.startswith("your δ ")
    assert convention.text.endswith(told)


@examples(10)
@given(problem=PROBLEMS, index=st.integers(0, 2), sheet=st.sampled_from([*SHEETS]), seed=st.integers(0, 2**16))
def test_a_slip_of_sign_within_the_other_sign_is_a_slip(
    problem: core.Problem, index: int, sheet: str, seed: int
) -> None:
    opposite, left_out, _ = SHEETS[sheet]
    step = core.Timeline(problem)[index]
    numbers = written(step, opposite, left_out)
    names = [name for name in numbers if name.startswith(("s_", "z_", "y_out", "W_", "b_"))]
    wrong = names[np.random.default_rng(seed).integers(len(names))]
    numbers[wrong] = (-np.asarray(numbers[wrong])).tolist()
    report = core.check_answers(numbers, step)
    assert [slip.name for slip in report.slips] == [wrong]
    assert len(report.conventions) == 1


@examples(10)
@given(problem=PROBLEMS, index=st.integers(0, 2), seed=st.integers(0, 2**16))
def test_a_slip_of_sign_is_no_convention(problem: core.Problem, index: int, seed: int) -> None:
    step = core.Timeline(problem)[index]
    numbers = written(step, ())
    wrong = [*numbers][np.random.default_rng(seed).integers(len(numbers))]
    if not np.any(numbers[wrong]):
        return
    numbers[wrong] = (-np.asarray(numbers[wrong])).tolist()
    report = core.check_answers(numbers, step)
    assert [slip.name for slip in report.slips] == [wrong]
    assert report.conventions == ()


def test_what_the_other_sign_leads_to_is_a_slip_where_nothing_makes_up_for_it() -> None:
    problem = random_problem(3, (2, 3, 2), rows=3, activation="sigmoid", bias=True, update=core.Momentum(0.8))
    step = core.Timeline(problem)[0]
    numbers = written(step, ("delta", *GRADIENTS))
    for given_name, name in step.statement.updates.items():
        if name.startswith("v"):
            numbers[name] = (-np.asarray(numbers[name])).tolist()
        else:  # the sign is followed to the end: away from the minimum
            before = step.values[given_name]
            numbers[name] = (2 * before - np.asarray(numbers[name])).tolist()
    report = core.check_answers(numbers, step)
    assert [(slip.name, slip.text) for slip in report.slips] == [("delta_out", "the sign is wrong")]
    assert report.conventions == ()


@pytest.mark.parametrize(
    ("formulas", "told"),
    [
        (
            {"vW_out_next": "mu * vW_out - dW_out", "W_out_next": "W_out - alpha * vW_out_next"},
            "makes up for; ",
        ),
        ({"dW_out": "-z_1' * delta_out", "vW_out_next": "mu * vW_out + dW_out"}, "your ∂W are the gradient; "),
    ],
)
def test_formulas_with_the_other_sign_under_momentum(formulas: dict[str, str], told: str) -> None:
    problem = random_problem(3, (2, 3, 2), rows=3, activation="sigmoid", update=core.Momentum(0.8), reduction="sum")
    opposite = {"delta_out": "(y_gt - y_out) .* f'(s_out)", **formulas}
    report = core.check_answers({}, core.Timeline(problem)[1], formulas=opposite)
    assert report.right, [formula.message for formula in report.formulas]
    assert [told in convention.text for convention in report.conventions] == [True]
