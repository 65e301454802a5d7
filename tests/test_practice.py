"""Practice: the problems that are drawn, and what an exercise thinks of answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import core
from core.losses import SoftmaxHinge
from core.practice.exercise import HINTS, Exercise
from core.practice.fresh import practice_problem
from examples import LOSSES, exercise_2, problems, random_problem

BUILT_IN = ("exercise-1", "exercise-2", "exercise-3", "why-the-max", "xor")


def small(problem: core.Problem) -> core.Problem:
    assume(sum(problem.network.sizes) < 10 and len(problem.inputs) < 5)
    return problem


@settings(max_examples=40)
@given(problems().map(small), st.integers(0, 10**9))
def test_a_fresh_problem_is_of_the_same_kind(problem: core.Problem, seed: int) -> None:
    fresh = practice_problem(problem, seed)
    assert fresh.network.sizes == problem.network.sizes
    assert len(fresh.inputs) == (problem.batch_size or len(problem.inputs))
    assert (fresh.loss, fresh.reduction) == (problem.loss, problem.reduction)
    for new, old in zip(fresh.network.layers, problem.network.layers, strict=True):
        assert (new.activation, new.train_weights, new.train_bias) == (
            old.activation,
            old.train_weights,
            old.train_bias,
        )
        assert (new.bias is None) == (old.bias is None)
    again = practice_problem(problem, seed)
    assert [w.tobytes() for w in arrays(again)] == [w.tobytes() for w in arrays(fresh)]


def arrays(problem: core.Problem) -> list[Any]:
    layers = problem.network.layers
    parts = [problem.inputs, problem.targets, *(x for layer in layers for x in (layer.weights, layer.bias))]
    return [part for part in parts if part is not None]


@pytest.mark.parametrize("name", BUILT_IN)
def test_its_numbers_are_friendly(name: str) -> None:
    problem = core.load_problem(name)
    sheets = set()
    for seed in range(20):
        fresh = practice_problem(problem, seed)
        sheets.add(fresh.inputs.tobytes())
        for numbers in (fresh.inputs, *(layer.weights for layer in fresh.network.layers)):
            assert np.array_equal(numbers, np.round(numbers, 1))
            assert (np.abs(numbers) <= 2).all()
            assert (numbers != 0).all()
        step = core.Timeline(fresh)[0]
        for layer, s in zip(fresh.network.layers, step.pre_activations, strict=True):
            if layer.activation == "relu":
                assert (np.abs(s) > 0.01).all()
                assert (s > 0).any(axis=0).all()
                assert (s < 0).any()
        if isinstance(fresh.loss, SoftmaxHinge):
            terms = fresh.loss.terms(step.probabilities, fresh.loss.one_hot(step.targets))
            assert (np.abs(terms[terms != 0]) > 0.01).all()
            assert (terms > 0).any()
        assert any(np.abs(gradient).max() > 1e-3 for gradient in step.weight_gradients)
    assert len(sheets) == 20


def test_a_sheet_is_the_same_for_good() -> None:
    fresh = practice_problem(core.load_problem("exercise-2"), 7)
    assert fresh.inputs.tolist() == [[-2.0, -1.0], [1.5, -1.5], [-2.0, 2.0], [-1.5, -1.0]]
    assert fresh.targets.tolist() == [[1.0], [-1.0], [-1.0], [-1.0]]
    assert [layer.weights.tolist() for layer in fresh.network.layers] == [
        [[0.1, -0.4, 0.5], [0.2, -0.9, -0.1]],
        [[0.1], [0.6], [-1.0]],
    ]


def test_targets_that_are_no_classes_are_drawn_anew() -> None:
    problem = exercise_2(inputs=np.ones((6, 2)), targets=np.arange(6.0)[:, np.newaxis] / 7)
    targets = practice_problem(problem, 1).targets
    assert np.array_equal(2 * targets, np.round(2 * targets))


@pytest.mark.parametrize("sizes", [(1000, 1000, 1000), (2, 20, 2)])
def test_a_large_network_is_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(core.ProblemError, match=r"too large to practise by hand: .* expected at most 200; a smaller"):
        practice_problem(random_problem(1, sizes), 0)


# An exercise.


def exercise(name: str = "exercise-2", seed: int = 7) -> Exercise:
    return Exercise(core.load_problem(name), seed)


def typed(values: Any, digits: int = 6) -> str:
    """A quantity as somebody types it."""
    rows = np.atleast_2d(values)
    return "; ".join(" ".join(f"{value:.{digits}g}" for value in row) for row in rows)


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_whole_sheet_matrix_by_matrix(name: str) -> None:
    work = exercise(name)
    while work.current is not None:
        assert work.answer(typed(work.current.values)).verdict == "right", work.current.name
    assert work.done
    assert (work.points, work.slips, work.hints) == (work.total, 0, 0)
    assert all(work.reached(quantity.name) for quantity in core.quantities(work.step))


def test_number_by_number_and_row_by_row() -> None:
    work = exercise()
    assert work.wanted == "expected a number, a row of 3 or all 12"
    assert work.answer("-0.4").text == "s₁[1,1]: right"
    assert work.cell == (1, 2)
    assert work.answer("-0.4, 1.7, -0.9").text == "3 numbers of s₁: right"
    assert work.cell == (2, 1)
    work.move(5, 1)
    assert work.cell == (4, 2)
    assert work.answer("[[−0.4 1.7 -0.9], [-0.15 0.75 0.9], [0.2 -1 -1.2], [-0.35, 1.5, -0.65]]").verdict == "right"
    assert (work.current.name if work.current else "", work.cell) == ("z_1", (1, 1))
    assert work.points == 12


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("-4", "s₁[1,1]: a decimal point slip"),
        ("0.4", "s₁[1,1]: the sign is wrong"),
        ("0", "s₁[1,1]: that is not it, and no known kind of slip gives this number"),
        ("-0.4 0.17 -0.9", "s₁[1,2]: a decimal point slip"),
        ("1 2; 3 4", "s₁: the shape is wrong: expected 4 rows of 3, found 2 rows of 2"),
    ],
)
def test_a_slip_is_named_and_the_number_kept_back(text: str, slip: str) -> None:
    work = exercise()
    reply = work.answer(text)
    assert reply.verdict == "slip"
    assert reply.text == slip
    assert work.slips == 1
    cell = work.cell
    assert not work.knows("s_1", cell)


def test_a_slip_costs_half_a_number() -> None:
    work = exercise()
    work.answer("-4")
    work.answer("-0.4")
    assert work.points == 0.5


def test_a_slip_is_looked_for_in_the_matrix_that_is_asked_for_alone() -> None:
    work = exercise()
    work.answer(typed(work.step.pre_activations[0]))
    assert work.answer("-0.4").text == "z₁[1,1]: f_1 (relu) is not applied"


@pytest.mark.parametrize(
    "text", ["", " ", "x", "1 2 3 4 5", "1/2", "nan", "1e999", "9" * 60, "1;;x", "[", "?", "1" * 3000]
)
def test_what_cannot_be_read_costs_nothing(text: str) -> None:
    work = exercise()
    assert work.answer(text).verdict == "unreadable"
    assert (work.slips, work.points, work.cell) == (0, 0, (1, 1))


@settings(max_examples=150)
@given(st.text(max_size=30) | st.text("0123456789.-+e ,;[]?", max_size=30))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    work = exercise("exercise-3")
    assert work.answer(text).verdict in ("right", "slip", "coarse", "unreadable")


def test_a_number_needs_digits_to_tell_that_it_is_right() -> None:
    work = exercise("exercise-1")
    work.answer(typed(work.step.pre_activations[0]))
    true = float(work.step.activations[0][0, 0])
    assert work.answer(f"{true:.1f}").verdict == "coarse"
    assert work.answer("1" if true > 0.5 else "0").verdict in ("coarse", "slip")
    assert work.points == 9
    assert work.answer(f"{true:.3g}").verdict == "right"


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_hint_is_the_arithmetic_of_the_cell(name: str) -> None:
    work = exercise(name)
    while work.current is not None:
        quantity, cell = work.current, work.cell
        arithmetic = core.explain(work.step, quantity.name, cell).lines()
        for level in range(1, HINTS + 1):
            assert work.points == 0
            formula, *lines = work.hint()
            assert formula.startswith(f"{quantity.symbol} = ")
            assert tuple(lines) == arithmetic[:level]
    assert work.hints == HINTS * work.total
    assert work.points == 0
    assert work.hint() == ()


def test_a_hint_costs_half_a_number_and_the_value_the_whole() -> None:
    work = exercise()
    work.hint()
    work.answer("-0.4 1.7 -0.9")
    assert work.points == 2.5
    for _ in range(HINTS):
        work.hint()
    assert work.knows("s_1", (2, 1))
    assert (work.points, work.cell) == (2.5, (2, 2))


def test_what_is_the_same_as_another_is_not_asked_for() -> None:
    names = [quantity.name for quantity in exercise().questions]
    assert "y_out" not in names
    frozen = random_problem(3, (2, 2), rows=2, loss=LOSSES[0], activation="tanh", bias=True)
    assert "W_out_next" in [quantity.name for quantity in Exercise(frozen, 1).questions]
