"""The lines of numbers in a worked solution: each gives its result, worked out from the digits that stand in it."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import core
from core.expression.exact import exactly
from core.expression.nodes import Function, Literal, Node, Number, Positive, Rest, Sum
from core.solving.export import render
from core.solving.worked import solve
from line_reader import assert_true, lines_of
from samples import examples, exercise_2, problems, problems_of_any_size


@given(problems(), st.integers(2, 12), st.integers(0, 2))
def test_a_line_gives_its_result_or_says_that_it_does_not_quite(problem: core.Problem, digits: int, index: int) -> None:
    assume(problem.learning_rate < 1)
    assert_lines_are_right(core.Timeline(problem)[index], digits)


@examples(30)
@given(problems_of_any_size(), st.integers(2, 12))
def test_numbers_of_any_size_in_a_line(problem: core.Problem, digits: int) -> None:
    try:
        step = core.Timeline(problem)[0]
    except core.DivergedError:
        assume(False)
    assert_lines_are_right(step, digits)


def n(value: float) -> Number:
    return Number(value)


@pytest.mark.parametrize(
    ("tree", "value"),
    [
        (n(0.01) * n(-0.442), "-0.00442"),
        (n(3) - n(-2), "5"),
        (n(3) + n(-2), "1"),
        (n(6) / n(-3), "-2"),
        (n(2) * Sum((-1, Function("relu", n(-3)))), "0"),
        (Sum((-1, n(2) ** 2)) + n(-2) ** 2, "0"),
        (n(1) - Sum((-1, n(2) ** 2)), "5"),
        (n(1e6) + n(1), "1000001"),
        (n(-1e06) * n(-1.5e-07), "0.15"),
        (Function("relu", n(0.25) - n(0.5) + n(1e06)), "999999.75"),
        (Positive(n(1) - n(-2)) * n(1e22), "1e22"),
        (Sum((-1, Function("log", Function("exp", n(-3) - n(-2))))), "1"),
        (Literal(0.5) * (n(1e3) - n(-1e3)) ** 2, "2e6"),
        (n(5) + Rest(3, n(-1e-3)), "4.999"),
        (n(np.inf) - n(1), "inf"),
        (n(1) - n(np.inf), "-inf"),
    ],
)
def test_numbers_are_worked_out_from_their_digits(tree: Node, value: str) -> None:
    found = exactly(tree, {}, {})
    assert found is not None
    assert found == Decimal(value) or abs(found - Decimal(value)) < Decimal("1e-40")


@pytest.mark.parametrize(
    "tree", [n(np.inf) - n(np.inf), n(np.nan) + n(1), n(0) * n(np.inf), n(1) / n(0), Function("log", n(-1))]
)
def test_what_gives_no_number(tree: Node) -> None:
    assert exactly(tree, {}, {}) is None


def assert_lines_are_right(step: core.Step, digits: int) -> None:
    for parts, result, exact in lines_of(step, digits):
        assert_true(parts, result, exact, digits)


@pytest.mark.parametrize("name", ["exercise-1", "exercise-2", "exercise-3", "why-the-max", "xor"])
@pytest.mark.parametrize("digits", [2, 4, 6, 9])
def test_the_arithmetic_of_a_cell_comes_out_at_the_usual_digits(name: str, digits: int) -> None:
    for index in (0, 1, 20):
        step = core.Timeline(core.load_problem(name))[index]
        assert all(exact for parts, _, exact in lines_of(step, digits) if len(parts) == 1)  # for matrices room is short


def test_a_number_reads_the_same_wherever_it_stands() -> None:
    text = render(solve([core.Timeline(exercise_2())[0]]), "md")
    assert "= 0.406270 + 0.488848 + 0.565367 + 0.505963" in text
    assert "[ 0.406270 ]" in text


def test_a_difference_of_nearly_equal_numbers_has_the_digits_that_it_needs() -> None:
    step = core.Timeline(
        exercise_2(inputs=[[1 / 3, 1 / 3 + 1e-9]] * 4, network=core.Network([core.Layer(weights=[[1.0], [-1.0]])]))
    )[0]
    (example,) = [
        entry for section in solve([step]).steps[0].sections for entry in section.entries if entry.name == "s_out"
    ]
    assert example.exact
    assert "0.333333334" in str(example.substituted)


def test_a_line_is_never_merely_cut_off() -> None:
    text = render(solve([core.Timeline(core.load_problem("exercise-3"))[2]], 4), "md")
    sums = text.split("**s\\_out**")[1].split("**y\\_out**")[0]
    assert "[  1.7936   0.51699  -0.31056 ]" in sums  # 1.794 - 0.3174 would be 1.477
    assert "[  1.476    1.855   -1.331  ]" in sums


def test_where_no_digits_are_enough_the_nearest_line_stands() -> None:
    layers = [core.Layer(weights=[[15.0, 0, 0], [4, 0, 0]], activation="tanh"), core.Layer(weights=[[1.0]] * 3)]
    step = core.Timeline(exercise_2(network=core.Network(layers)))[0]
    text = render(solve([step]), "md")
    (numbers,) = re.findall(r"f₁'\(s₁\[1,1\]\) = .*\n += 1 - (\S+)²\n +≈ \S+\n", text)
    assert len(numbers) > 12


@pytest.mark.parametrize("format", ["md", "html", "latex"])
def test_one_cell_in_place_of_all_says_so(format: str) -> None:
    text = render(solve([core.Timeline(core.load_problem("three-classes"))[0]]), format)
    assert "(one cell of 80; the matrices are too large for a line)" in text  # of s₁
    assert "(one cell of 10)" in text  # of ℓ, which is no product
    small = render(solve([core.Timeline(exercise_2())[0]]), format)
    assert "too large" not in small
    assert "(2 cells of 12)" in small  # of z₁, one above 0 and one idle


def test_a_line_that_fits_may_have_a_result_that_does_not() -> None:
    targets = [[-0.0411, -0.0548, -0.0685, -0.0822, -0.0959, -0.1096, -0.1233, -0.1370, -0.1507, -0.1644, -0.1781]]
    network = core.Network([core.Layer(np.zeros((3, 11)))])
    step = core.Timeline(core.Problem("wide", [[0.0123, 0.0457, 0.0789]], targets, network))[0]
    (entry,) = (
        entry for section in solve([step]).steps[0].sections for entry in section.entries if entry.name == "dW_out"
    )
    assert entry.substituted
    assert entry.exact
    assert entry.result.note == "the first 8 of 11 columns"
