"""Formulas as trees: built, put in place, evaluated, printed, and held to what the training loop computes."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.computation import values_of
from core.equations import Statement
from core.expression.nodes import (
    ALL,
    COLUMNS,
    ROWS,
    Function,
    IsTrueClass,
    Literal,
    Name,
    Node,
    Positive,
    Product,
    Quotient,
    Signs,
    Softmax,
    Sum,
    Total,
    names_in,
    put_in_place,
    walk,
)
from core.expression.paper import on_paper
from core.expression.pieces import as_text
from core.expression.value import Compiler
from samples import problems

A, B, C, P = Name("A"), Name("B"), Name("C"), Name("p")
WRONG = IsTrueClass(other=True)


@given(problems(), st.integers(0, 3))
def test_the_statement_has_the_numbers_of_the_training_loop(problem: core.Problem, index: int) -> None:
    # At hopeless learning rates probabilities underflow, and a formula over them loses what the logits still hold.
    step = core.Timeline(replace(problem, learning_rate=0.1))[index]
    values, statement = values_of(step), Statement(step.problem, len(step.batch))
    assert [*statement.equations] == [quantity.name for quantity in core.quantities(step)]
    for name in statement.equations:
        found = statement.evaluate(name, values)
        assert found.shape == values[name].shape, name
        np.testing.assert_allclose(found, values[name], rtol=1e-9, atol=1e-12, err_msg=name)


@given(problems())
def test_a_quantity_is_stated_over_what_comes_before_it(problem: core.Problem) -> None:
    step = core.Timeline(problem)[0]
    known = {quantity.name for quantity in core.given(step)} | {*step.statement.numbers}
    for name, equation in Statement(problem, len(step.batch)).equations.items():
        assert set(names_in(equation.tree)) <= known, name
        known.add(name)


@pytest.mark.parametrize(
    ("tree", "printed"),
    [
        (A @ B + C, "A B + C"),
        (A @ B.T, "A Bᵀ"),
        ((A @ B).T, "(A B)ᵀ"),
        ((A + B) @ C, "(A + B) C"),
        (A @ (B - C), "A [B - C]"),
        (A - (B - C), "A - (B - C)"),
        (A * (B @ C), "A ⊙ (B C)"),
        ((A @ B) * C, "(A B) ⊙ C"),
        ((A * B) @ C * A, "(A ⊙ B) C ⊙ A"),
        (A * B * C, "A ⊙ B ⊙ C"),
        ((A + B) ** 2, "(A + B)²"),
        (Sum((-1, A), (1, B)), "-A + B"),
        (Sum((-1, A @ B)), "-A B"),
        (Name("alpha") * A, "α A"),
        (Quotient(Literal(1), Name("n")) * (A - B), "1/4 (A - B)"),
        (Quotient(Literal(1), Name("n")) * Total(ALL, A), "mean A"),
        (Total(ALL, A), "Σ A"),
        (Total(ROWS, A - B), "Σ_rows (A - B)"),
        (Function("f_1", A @ B), "f₁(A B)"),
        (Function("f_out", A, slope=True), "f_out'(A)"),
        (Softmax(A), "softmax(A)"),
        (Name("y_out") @ Signs(), "(-y_out, +y_out)"),
        (Name("do") @ Signs().T, "∂o_2 - ∂o_1"),
        (P - IsTrueClass(), "p - one-hot(y_gt)"),
        (Total(COLUMNS, Product(IsTrueClass(), P)), "p_y, y the true class in y_gt"),
        (Total(COLUMNS, WRONG * Positive(P)), "Σ_(j≠y) [p_j > 0], y the true class in y_gt"),
        (Total(COLUMNS, P * P), "Σ_j p_j p_j"),
        (
            WRONG * Positive(P) - IsTrueClass() * Total(COLUMNS, WRONG * Positive(P)),
            "[p_j > 0] for j≠y, minus their number for j=y, y the true class in y_gt",
        ),
    ],
)
def test_a_tree_reads_as_on_paper(tree: Node, printed: str) -> None:
    assert as_text(on_paper(tree, rows=4)) == printed


def test_a_tree_has_the_value_that_numpy_gives() -> None:
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    compiled = Compiler({"f_1": core.ACTIVATIONS["tanh"]}, {"alpha": 0.5}, rows=("c",))
    tree = Name("alpha") * Function("f_1", Name("a") @ Name("b") - Name("c")) ** 2
    np.testing.assert_allclose(compiled(tree)({"a": a, "b": b, "c": c}), 0.5 * np.tanh(a @ b - c) ** 2, rtol=1e-14)


def test_what_a_choice_leaves_out_may_be_infinite() -> None:
    values = {"y_gt": np.array([[1.0, 0.0]]), "p": np.array([[2.0, np.inf]])}
    compiled = Compiler({}, {})
    assert compiled(IsTrueClass() * P)(values).tolist() == [[2.0, 0.0]]
    assert compiled(WRONG * P)(values).tolist() == [[0.0, np.inf]]


def test_trees_that_are_built_alike_are_equal() -> None:
    assert A @ B + C == A @ B + C
    assert hash(A @ B + C) == hash(A @ B + C)
    assert len({A + B, A - B, B + A, A * B, A @ B, A / B, Function("f_1", A), Function("f_1", A, slope=True)}) == 8


def test_names_are_put_in_place_and_the_rest_stays() -> None:
    tree = A @ B + Function("f_1", A)
    assert put_in_place(tree, {"A": C * B}) == (C * B) @ B + Function("f_1", C * B)
    assert put_in_place(tree, {}) is tree
    assert [part.name for part in walk(tree) if isinstance(part, Name)] == ["A", "B", "A"]


def test_a_tree_from_another_process_is_equal_to_one_from_here() -> None:
    code = (
        "import pickle, sys; from core.expression.nodes import Name, Function, Total; "
        "sys.stdout.buffer.write(pickle.dumps(Total('rows', Function('f_1', Name('A') @ Name('B')))))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "1"}
    sent = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True).stdout
    found = pickle.loads(sent)
    assert found == Total(ROWS, Function("f_1", A @ B))
    assert found in {Total(ROWS, Function("f_1", A @ B))}


def test_numbers_may_stand_in_formulas() -> None:
    a, two = Name("a"), Literal(2)
    assert [2 * a, a * 2, 2 + a, a + 2, 2 - a, a - 2, 2 / a, a / 2] == [
        *(two * a, a * two, two + a, a + two, two - a, a - two, two / a, a / two),
    ]
    assert 0.25 * a == Literal(0.25) * a
    assert [Product(a, 2), Quotient(1, a), Sum((1, a), (-1, 2)), Total(ALL, 2), Function("exp", 2)] == [
        *(a * two, Literal(1) / a, a - two, Total(ALL, two), Function("exp", two)),
    ]
    assert [Literal(np.float64(0.1)), a * np.float64(0.5), Literal(np.int64(3))] == [
        *(Literal(0.1), a * Literal(0.5), Literal(3)),
    ]


def test_a_minus_before_a_product_is_that_of_all_of_it() -> None:
    assert [-A * B, -A @ B, -A / B, -2 * A, -1 * A, -1 / A] == [-(A * B), -(A @ B), -(A / B), -(2 * A), -A, -(1 / A)]
    assert -A * B * C == -(A * B * C)
    assert put_in_place(A * B, {"A": -C}) == -(C * B)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: A * "b", "expected a formula or a number, found 'b'"),
        (lambda: Product(A, "b"), "expected a formula or a number, found 'b'"),
        (lambda: Function("exp", None), "expected a formula or a number, found None"),
        (lambda: A**0.5, "expected a whole power of at least 1, found 0.5"),
        (lambda: A**-1, "expected a whole power of at least 1, found -1"),
        (lambda: Literal(float("inf")), "expected a finite number, found inf"),
        (lambda: Total("samples", A), 'expected a sum over "rows", "columns" or "all", found \'samples\''),
    ],
)
def test_what_no_formula_can_be_made_of_is_refused(build: Callable[[], Node], message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as error:
        build()
    assert str(error.value) == message
