"""The language of watches: what is understood, what is refused, and where."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core
from core import FormulaError, read_watch
from samples import exercise_2, random_problem

PROBLEM = exercise_2()  # 4 rows, 2 inputs, 3 units, 1 output


@pytest.mark.parametrize(
    ("text", "canonical", "sides"),
    [
        ("loss < 0.01", "when loss < 0.01", ["loss"]),
        ("becomes ℒ<1e-2", "becomes loss < 0.01", ["loss"]),
        ("W_1[1,3] changes sign", "when W_1[1,3] changes sign", ["W_1[1,3]"]),
        ("W₁[1,3] rises", "when W_1[1,3] rises", ["W_1[1,3]"]),
        ("all(z_1[:,2] == 0)", "when all(z_1[:,2] == 0)", ["min(z_1[:,2])", "max(z_1[:,2])"]),
        ("max(abs(dW_2)) > 1", "when max(abs(dW_out)) > 1", ["max(abs(dW_out))"]),
        ("accuracy == 1 and not step < 10", "when accuracy == 1 and not step < 10", ["accuracy", "step"]),
        ("step % 100 == 0", "when step % 100 == 0", ["step % 100"]),
        ("not finite", "when not finite", []),
        ("not finite(W_1⁺)", "when not finite(W_1_next)", []),
        (
            "norm(W_1_next - W_1)/norm(W_1) > 0.1",
            "when norm(W_1_next - W_1) / norm(W_1) > 0.1",
            ["norm(W_1_next - W_1) / norm(W_1)"],
        ),
        ("0 < alpha <= 1 or epoch > 3", "when 0 < alpha and alpha <= 1 or epoch > 3", ["alpha", "epoch"]),
        ("any(db_1[:] falls)", "when any(db_1[:] falls)", ["min(db_1[:])", "max(db_1[:])"]),
    ],
)
def test_a_watch_is_understood(text: str, canonical: str, sides: list[str]) -> None:
    problem = random_problem(1, (2, 3, 1), loss=core.Hinge(), bias=True) if "db_1" in text else PROBLEM
    if "accuracy" in text:
        problem = core.load_problem("svm")
    watch = read_watch(text, problem)
    assert watch.canonical == canonical
    assert [watch.spell(side.node) for side in watch.sides] == sides
    assert read_watch(canonical, problem) == watch


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", 1, "expected a number, a name or a parenthesis"),
        ("loss", 1, "expected a condition, such as loss > 0"),
        ("loss <", 7, "expected a number, a name or a parenthesis at the end"),
        ("los < 1", 1, 'unknown "los"; did you mean "loss"?'),
        ("loss = 1", 6, "expected == to compare"),
        ("1 < loss and W_9 > 0", 14, "W_9"),
        ("W_1[3,1] > 0", 4, "W_1 is 2 x 3: there is no [3,1]; indices count from 1"),
        ("W_1[0,1] > 0", 4, "indices count from 1"),
        ("z_1[1] > 0", 4, "expected two, a row and a column"),
        ("W_1[1,x] > 0", 7, "expected an index"),
        ("W_1 > 0", 1, "this is 2 x 3 numbers; expected one, such as W_1[1,1], or all(W_1 > 0), any(W_1 > 0)"),
        ("z_1[:,2] rises", 1, "this is 4 numbers; expected one, such as z_1[1,2], or all(z_1[:,2] rises)"),
        ("0 < loss < W_1", 5, "loss < W_1: this is 2 x 3 numbers; expected one, such as W_1[1,1]"),
        ("W_1", 1, "such as W_1[1,1] > 0 or W_1[1,1] rises, found 2 x 3 numbers"),
        ("W_1[1,3] changes sgn", 18, "expected an operator or the end"),
        ("W_1 @ W_1 > 0", 1, "the shapes do not fit"),
        ("any(W_1 + X_in > 0)", 5, "the shapes do not fit"),
        ("(loss < 1) + 1 > 0", 1, "expected a number, found the condition"),
        ("loss < (1 < 2)", 8, "expected a number, found the condition 1 < 2"),
        ("1 + 2*(loss < 1) > 0", 7, "expected a number, found the condition loss < 1"),
        ("loss < 1 or abs(loss < 1) > 0", 17, "expected a number, found the condition loss < 1"),
        ("not finite(z_1) and loss", 21, "expected a condition, such as loss > 0, found loss"),
        ("loss < 1 and 2 + loss", 14, "expected a condition, such as 2 + loss > 0, found 2 + loss"),
        ("not loss", 5, "expected a condition, such as loss > 0, found loss"),
        ("any(W_1)", 5, "expected a condition, such as W_1 > 0, found W_1"),
        ("9**9**9 > loss", 5, "parentheses around the first power"),
        ("1e999 > loss", 1, "expected a smaller number"),
        ("loss < " + "9" * 900, 8, "expected a smaller number"),
        ("(" * 100_000 + "loss", 1001, "expected a watch of at most 1000 characters"),
        ("x" * 10**6, 1001, "expected a watch of at most 1000 characters"),
        ("loss < 1\x1b[2J", 9, ""),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, place: int, message: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_watch(text, PROBLEM)
    assert caught.value.place == place
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 400 + "loss" + ")" * 400 + " < 1",
        "not " * 200 + "loss < 1",
        "abs(" * 200 + "loss" + ")" * 200 + " < 1",
        "all(" * 90 + "loss < 1" + ")" * 90,
        "-" * 900 + "loss < 1",
        "loss" + "^2" * 300 + " < 1",
        "loss" + "[1]" * 300 + " < 1",
        "W_1" + "'" * 900 + "[1,1] < 1",
        " and ".join(["loss<1"] * 80),
        "+".join(["loss"] * 160) + " < 1",
        "*".join(["9"] * 490) + " < loss",
        "X_in @ X_in'" + " @ X_in @ X_in'" * 60 + " > 0",
    ],
)
def test_what_is_deep_or_long_is_refused_or_works(text: str) -> None:
    with suppress(FormulaError):
        watch = read_watch(text, PROBLEM)
        search = core.Search(core.Timeline(PROBLEM), [watch], -1, limit=3)
        search.finish()


def test_a_problem_without_classes_has_no_accuracy() -> None:
    problem = random_problem(3, (2, 3, 2))
    with pytest.raises(FormulaError, match="the targets are no classes"):
        read_watch("accuracy == 1", problem)


WORDS = (
    *("loss", "W_1", "[1,2]", "[:,1]", "<", "==", "(", ")", "not", "and", "or"),
    *("all(", "max(", "0.5", "+", "-", "%", "^2", "becomes", "rises"),
)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(WORDS)))
def test_any_words_are_a_watch_or_a_mistake_with_a_place(words: list[str]) -> None:
    text, mistake = " ".join(words), None
    try:
        watch = read_watch(text, PROBLEM)
    except FormulaError as error:
        mistake = error
    else:
        assert read_watch(watch.canonical, PROBLEM) == watch
    assert mistake is None or mistake.place is None or 1 <= mistake.place <= len(text) + 1


@settings(max_examples=200)
@given(st.text(max_size=40))
def test_any_text_is_a_watch_or_a_mistake(text: str) -> None:
    with pytest.raises(FormulaError):
        read_watch(text, PROBLEM)


NUMBERS = st.sampled_from(["loss", "step", "W_1[1,2]", "z_1[4,3]", "alpha", "0.5", "3", "y_out[1,1]"])
SINGLES = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "%"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(st.sampled_from(["abs", "exp", "sqrt", "tanh"]), inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
        inner.map(lambda text: f"-{text}"),
        inner.map(lambda text: f"({text})^2"),
        st.tuples(st.sampled_from(["max", "min", "mean", "norm", "sum"]), inner).map(
            lambda parts: f"{parts[0]}(W_1 * ({parts[1]}))"
        ),
    ),
    max_leaves=4,
)
CONDITIONS = st.recursive(
    st.one_of(
        st.tuples(SINGLES, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), SINGLES).map(" ".join),
        st.tuples(NUMBERS, st.sampled_from(["rises", "falls", "changes", "changes sign"])).map(" ".join),
        st.tuples(st.sampled_from(["all", "any"]), SINGLES).map(lambda parts: f"{parts[0]}(delta_1 > {parts[1]})"),
        st.sampled_from(["finite", "finite(z_1)"]),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda text: f"not ({text})"),
    ),
    max_leaves=4,
)


@settings(max_examples=60)
@given(st.sampled_from(["", "when ", "becomes "]), CONDITIONS)
def test_what_is_printed_is_read_as_the_same(edge: str, text: str) -> None:
    watch = read_watch(edge + text, PROBLEM)
    assert read_watch(watch.canonical, PROBLEM) == watch


def test_a_cell_of_one_column_has_its_row_alone_as_it_is_printed() -> None:
    problem = core.load_problem("exercise-2")
    assert read_watch("W_out[2] > 0", problem) == read_watch("W_out[2,1] > 0", problem)
    assert read_watch("y_gt[4] < 0", problem) == read_watch("y_gt[4,1] < 0", problem)
    with pytest.raises(core.FormulaError, match="expected two, a row and a column"):
        read_watch("W_1[2] > 0", problem)
