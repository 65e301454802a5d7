"""Formulas as people write them: read, evaluated, and mended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.checking.formula_check import Evaluator
from core.checking.formula_grammar import Binary, Call, FormulaError, Name, Node, Number, Transpose, parse, render
from examples import exercise_2, random_problem


def three_layers(seed: int = 3, sizes: tuple[int, ...] = (2, 3, 4, 1)) -> core.Step:
    return core.Timeline(random_problem(seed=seed, sizes=sizes, activation="sigmoid", bias=False))[0]


@pytest.fixture
def check(tmp_path: Path) -> Any:
    def verdict(name: str, text: str, step: core.Step | None = None) -> core.FormulaVerdict:
        path = tmp_path / "answers.toml"
        path.write_text(f'[formulas]\n{name} = "{text}"\n')
        (found,) = core.check_answers(path, step or three_layers()).formulas
        return found

    return verdict


atoms = st.sampled_from(["X_in", "W_1", "s_1", "y_out", "delta_out"]).map(Name) | st.sampled_from([2.0, 0.25]).map(
    Number
)
nodes: st.SearchStrategy[Node] = st.recursive(
    atoms,
    lambda inner: (
        st.builds(Binary, st.sampled_from(["+", "-", "*", ".*", "/"]), inner, inner)
        | inner.filter(lambda node: not isinstance(node, Transpose)).map(Transpose)
        | st.builds(Call, st.sampled_from(["1", "2", "out"]), st.booleans(), inner)
    ),
    max_leaves=12,
)


class TestTheGrammar:
    @given(nodes)
    def test_what_is_written_out_reads_back(self, tree: Node) -> None:
        assert parse(render(tree)) == tree

    @pytest.mark.parametrize(
        ("text", "same"),
        [
            ("X_in W_1", "X_in * W_1"),
            ("a - b - c", "(a - b) - c"),
            ("a .* b * c", "(a .* b) * c"),
            ("2 f_1(s_1)' z", "(2 * (f1(s_1)')) * z"),
            ("f_out'(s_out)'", "(f_out'(s_out))'"),
            ("-a' * b", "(-(a')) * b"),
            ("δ_out ⊙ W_outᵀ", "delta_out .* W_out'"),
            ("a''", "a"),
            ("z₁^T δ_out", "z_1' delta_out"),
            ("δ_out W_outᵀ ⊙ f₁′(s₁)", "delta_out * W_out' .* f1'(s_1)"),
            ("W₁ - α ∂ℒ/∂W_1", "W_1 - alpha * dW_1"),
            ("W_out⁺", "W_out_next"),
            ("2.*X", "2 .* X"),
        ],
    )
    def test_how_it_is_read(self, text: str, same: str) -> None:
        assert parse(text) == parse(same)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "expected a formula, found nothing"),
            ("a *", "expected a number, a name or a parenthesis at the end"),
            ("(a", "expected ) at the end"),
            ("a)", 'expected an operator or the end at character 2, found ")"'),
            ("a ; b", 'nothing is written with ";" (character 3)'),
            ("f1'", "expected ( behind the function f_1' at the end"),
            ("(" * 500 + "a" + ")" * 499, "the formula is nested too deep: expected at most 30 levels"),
            ("-" * 900 + "a", "the formula is nested too deep: expected at most 30 levels"),
            ("a*" * 400 + "a", "the formula is too deep: expected at most 120 operations inside each other"),
            ("a" * 1001, "expected a formula of at most 1000 characters, found 1001"),
        ],
    )
    def test_every_refusal_says_what_and_where(self, text: str, message: str) -> None:
        with pytest.raises(FormulaError) as error:
            parse(text)
        assert str(error.value) == message


class TestTheValues:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("dW_1", "X_in' * (((y_out - y_gt) .* f_out'(s_out)) * W_out' .* f1'(s_1))"),
            ("dW_out", "z_1' delta_2"),
            ("s_1", "X_in W_1"),
            ("z_1", "f1(X_in * W_1)"),
            ("W_1_next", "W_1 - alpha * X_in' * delta_1"),
            ("W_2_next", "W_2 - 0.5 * dW_2"),
            ("delta_out", "(y_out - y_gt) .* f_2'(s_2)"),
        ],
    )
    def test_right_formulas_are_right(self, check: Any, name: str, text: str) -> None:
        assert check(name, text, core.Timeline(exercise_2())[0]).right

    def test_a_bias_and_a_mean(self, check: Any) -> None:
        problem = random_problem(seed=1, sizes=(2, 3, 1), bias=True, reduction="mean")
        step = core.Timeline(problem)[0]
        assert check("s_1", "X_in * W_1 + b_1", step).right
        assert check("dW_out", "z_1' * ((y_out - y_gt) .* f_out'(s_out)) / n", step).right

    def test_a_huge_product_is_refused(self) -> None:
        step = core.Timeline(random_problem(seed=1, sizes=(2, 1), rows=2000))[0]
        with pytest.raises(FormulaError, match="this would be a matrix of 4000000 numbers"):
            Evaluator(step)(parse("X_in * X_in'"))


BACK = "(y_out - y_gt) f_3'(s_out) W_out"


class TestWhatAStepHides:
    def test_a_bias_of_zero_excuses_no_formula_without_it(self, check: Any) -> None:
        step = core.Timeline(core.load_problem("three-classes"))[0]
        found = check("s_1", "X_in W_1", step)
        assert not found.right
        assert found.message.startswith("right at step 0, but not at step 1")
        assert check("s_1", "X_in W_1 + b_1", step).right

    def test_a_mean_without_its_1_over_n(self, check: Any) -> None:
        step = core.Timeline(random_problem(seed=1, sizes=(2, 3, 1), activation="sigmoid", reduction="mean"))[0]
        found = check("delta_out", "(y_out - y_gt) .* f_out'(s_out)", step)
        assert "the division by n is missing" in found.message
        assert check("delta_out", found.mended, step).right

    def test_the_symbols_of_print_name_a_quantity(self, check: Any) -> None:
        assert check('"∂ℒ/∂W_out"', "z₂ᵀ δ₃").right


class TestThePublishedFormulas:
    """For a network of three layers; which product is which was not printed."""

    @pytest.mark.parametrize("sizes", [(2, 3, 4, 1), (2, 3, 3, 1), (3, 3, 3, 3), (5, 5, 5, 5)])
    def test_the_first_has_the_right_factors_in_the_wrong_order(self, check: Any, sizes: tuple[int, ...]) -> None:
        found = check("dW_1", f"{BACK} f_2'(s_2) W_2 f_1'(s_1) X_in", three_layers(sizes=sizes))
        assert not found.right
        assert "the factors are right, but not their order, transposes and kinds of product" in found.message
        mended = "X_in' * ((y_out - y_gt) .* f3'(s_out) * W_out' .* f2'(s_2) * W_2' .* f1'(s_1))"
        assert found.mended == mended

    @pytest.mark.parametrize(
        ("name", "text", "foreign", "mended"),
        [
            (
                "dW_2",
                f"{BACK} f_2'(s_2) W_2 f_1(s_1)",
                "W_2",
                "f1(s_1)' * ((y_out - y_gt) .* f3'(s_out) * W_out' .* f2'(s_2))",
            ),
            ("dW_out", f"{BACK} f_2(s_2)", "W_out", "f2(s_2)' * ((y_out - y_gt) .* f3'(s_out))"),
        ],
    )
    def test_the_others_have_a_factor_that_does_not_belong(
        self, check: Any, name: str, text: str, foreign: str, mended: str
    ) -> None:
        found = check(name, text)
        assert f"{foreign} does not belong: without it the product has the shape and value of {name}" in found.message
        assert found.mended == mended

    @pytest.mark.parametrize("name", ["dW_1", "dW_2", "dW_out"])
    def test_what_is_proposed_is_right(self, check: Any, name: str) -> None:
        texts = {"dW_1": " f_2'(s_2) W_2 f_1'(s_1) X_in", "dW_2": " f_2'(s_2) W_2 f_1(s_1)", "dW_out": " f_2(s_2)"}
        assert check(name, check(name, BACK + texts[name]).mended).right


class TestSmallSlips:
    @pytest.mark.parametrize(
        ("name", "text", "message", "mended"),
        [
            ("dW_1", "X_in * delta_1", "X_in must be transposed", "X_in' * delta_1"),
            ("dW_1", "delta_1 * X_in'", "", "X_in' * delta_1"),
            ("delta_2", "delta_out * W_3' * f2'(s_2)", "must be entrywise", "delta_out * W_3' .* f2'(s_2)"),
            ("delta_2", "delta_out * W_3 .* f2'(s_2)", "W_3 must be transposed", "delta_out * W_3' .* f2'(s_2)"),
            ("delta_1", "delta_2 * W_2'", "f1'(s_1) is missing", "delta_2 * W_2' .* f1'(s_1)"),
            ("delta_out", "(y_gt - y_out) .* f_out'(s_out)", "the sign is wrong", "(y_out - y_gt) .* f_out'(s_out)"),
            ("W_1_next", "W_1 + alpha * dW_1", "must be subtracted, not added", "W_1 - alpha * dW_1"),
            ("s_1", "W_1 * X_in", "X_in comes first", "X_in * W_1"),
            ("dW_1", "X_in' * delta_1 / 4", "/ 4 does not belong", "X_in' * delta_1"),
            ("dW_1", "-X_in' * delta_1", "the sign is wrong", "X_in' * delta_1"),
            ("dW_3", "delta_3' * z_2", "the whole must be transposed", "(delta_3' * z_2)'"),
            (
                "dW_2",
                "z_1' * (y_gt - y_out) .* f3'(s_out) * W_3' .* f2'(s_2)",
                "the sign is wrong: y_gt - y_out must be y_out - y_gt, and the order, transposes or kinds of product",
                "z_1' * ((y_out - y_gt) .* f3'(s_out) * W_3' .* f2'(s_2))",
            ),
            ("W_1_next", "W_1 - dW_1", "alpha is missing before dW_1", "W_1 - alpha * dW_1"),
            ("dW_3", "z_2' * delta_3 * W_3", "W_3 does not belong", "z_2' * delta_3"),
        ],
    )
    def test_it_is_found_by_trying(self, check: Any, name: str, text: str, message: str, mended: str) -> None:
        found = check(name, text)
        assert not found.right
        assert message in found.message
        assert found.mended == mended

    def test_a_formula_that_cannot_be_mended_says_where_it_fails(self, check: Any) -> None:
        found = check("s_1", "X_in * W_1 + X_in * W_1 .* X_in * W_1")
        assert (found.right, found.mended) == (False, "")
        assert found.message

    def test_a_formula_may_not_name_what_it_is_for(self, check: Any) -> None:
        assert "by dW_1 itself" in check("dW_1", "dW_1").message

    @pytest.mark.parametrize(
        ("text", "message"),
        [("X_inn' * delta_1", 'unknown "X_inn"; did you mean "X_in"?'), ("f7(s_1)", "there is no f_7: the layers are")],
    )
    def test_an_unknown_name_makes_the_sheet_unusable(self, check: Any, text: str, message: str) -> None:
        with pytest.raises(core.ProblemError) as error:
            check("dW_1", text)
        assert f"formulas.dW_1: {message}" in str(error.value)


@given(seed=st.integers(0, 1000), order=st.permutations(range(7)))
def test_any_order_of_the_right_factors_is_put_right(seed: int, order: list[int]) -> None:
    from core.checking.formula_order import reorder

    step = three_layers(seed, (2, 3, 4, 2))
    factors = ["X_in", "(y_out - y_gt)", "f3'(s_out)", "W_3", "f2'(s_2)", "W_2", "f1'(s_1)"]
    tree, evaluate = parse(" ".join(factors[i] for i in order)), Evaluator(step)
    found = reorder(step, "dW_1", tree, lambda node: np.allclose(evaluate(node), step.weight_gradients[0]))
    assert found is not None
    assert "the factors are right" in found.text
