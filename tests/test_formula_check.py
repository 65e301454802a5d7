"""Formulas as people write them: read, evaluated, and mended."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core
from core.checking.answers import WrittenFormula
from core.checking.formulas.check import FormulaChecker
from core.checking.formulas.definitions import context_of, definitions
from core.checking.formulas.edits import in_pairs
from core.checking.formulas.evaluation import Evaluator
from core.checking.formulas.points import points_like
from core.computation import values_of
from core.errors import FormulaError
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
    Power,
    Signs,
    Softmax,
    Total,
)
from core.expression.reader import multiplied, negative, read
from core.expression.typed import as_typed
from formula_slips import right_formulas, slips
from samples import LOSSES, exercise_2, problems, random_problem, random_targets
from test_from_outside import Huber
from work import Calls, counted_calls


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


atoms: st.SearchStrategy[Node] = st.sampled_from(["X_in", "W_1", "s_1", "y_out", "delta_out", "p", "alpha"]).map(Name)
atoms |= st.sampled_from([2, Fraction(1, 4)]).map(Literal) | st.sampled_from(
    [IsTrueClass(), IsTrueClass(True), Signs()]
)
nodes: st.SearchStrategy[Node] = st.recursive(
    atoms,
    lambda inner: (
        st.builds(multiplied, st.sampled_from(["*", ".*", "/"]), inner, inner)
        | st.builds(lambda left, right: left + right, inner, inner)
        | st.builds(lambda left, right: left - right, inner, inner)
        | inner.filter(lambda node: not isinstance(node, Literal)).map(negative)
        | inner.map(lambda node: node.T)
        | st.builds(Function, st.sampled_from(["f_1", "f_2", "f_out", "tanh"]), inner, st.booleans())
        | st.builds(Function, st.sampled_from(["log", "exp", "relu"]), inner)
        | st.builds(Total, st.sampled_from([ROWS, COLUMNS, ALL]), inner)
        | st.builds(Power, inner, st.just(2))
        | inner.map(Softmax)
        | inner.map(Positive)
    ),
    max_leaves=12,
)


def verdict(step: core.Step, name: str, text: str) -> core.FormulaVerdict:
    return FormulaChecker(step).check(name, name, WrittenFormula(name, text))


class TestTheGrammar:
    @given(nodes)
    def test_what_is_written_out_reads_back(self, tree: Node) -> None:
        assert read(as_typed(tree, ROWS)) == tree

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
            ("X.T @ delta", "X' * delta"),
            ("a ∘ b", "a .* b"),
            ("½ Σ((a - b)²)", "(1/2) * sum((a - b)^2)"),
            ("½ Σ (a - b)²", "(1/2) * sum((a - b)^2)"),
            ("Σ ½ (a - b)² + c", "sum((1/2) * (a - b)^2) + c"),
            ("sum(a - b)^2", "(sum(a - b))^2"),
            ("sum a b / n", "sum((a * b) / n)"),
            ("mean ℓ", "mean(sample_losses)"),
            ("Σ_rows δ₁", "sum(delta_1)"),
            ("Σℓ - αΣδ_1", "sum(sample_losses) - alpha * sum(delta_1)"),
            ("W_1 - α∂ℒ/∂W_1", "W_1 - alpha * dW_1"),
            ("W_1⁺ - W₁_next", "W_1_next - W_1_next"),
            ("(δ₂W₂ᵀ)⊙f₁'(s₁)", "(delta_2 * W_2') .* f1'(s_1)"),
            ("δ_2W_2' δ_outW_outᵀ", "delta_2 * W_2' * delta_out * W_out'"),
            ("z₁₂ᵀ½X", "z_12' * (1/2) * X"),
            ("∂ℒ/∂s_1 dL/ds₁ ∂s₁", "delta_1 * delta_1 * delta_1"),
            ("+a * +b", "a * b"),
            ("a**2'", "(a^2)'"),
            ("mean(a)", "1/n * sum(a)"),
            ("sigmoid'(s_1)", "sigmoid'((s_1))"),
        ],
    )
    def test_how_it_is_read(self, text: str, same: str) -> None:
        assert read(text) == read(same)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "expected a formula, found nothing"),
            ("a *", "expected a number, a name or a parenthesis at the end"),
            ("(a", "expected ) at the end"),
            ("a)", 'expected an operator or the end at character 2, found ")"'),
            ("a ; b", 'nothing is written with ";" (character 3)'),
            ("f1'", "expected ( behind the function f_1' at the end"),
            ("relu s_1", 'expected ( behind the function relu at character 6, found "s_1"'),
            ("sum'(s_1)", 'expected ( behind the function sum at character 4, found "\'"'),
            ("δ₁ $", 'nothing is written with "$" (character 4)'),
            ("½ Σ ;", 'nothing is written with ";" (character 5)'),
            ("∂ℒ/∂W_1 · · a", 'expected a number, a name or a parenthesis at character 11, found "·"'),
            ("½ a)", 'expected an operator or the end at character 4, found ")"'),
            ("f₁′²", 'expected ( behind the function f_1\' at character 4, found "²"'),
            ("a Σ", "expected a number, a name or a parenthesis at the end"),
            ("Σ" * 40 + "a", "the formula is nested too deep: expected at most 30 levels"),
            ("a^x", 'nothing is written with "^" (character 2); expected a whole power, ^2 for a square'),
            ("a ^2.5", 'nothing is written with "^" (character 3); expected a whole power, ^2 for a square'),
            ("a^0", 'nothing is written with "^" (character 2); expected a whole power, ^2 for a square'),
            ("a \x1b", 'nothing is written with "" (character 3)'),
            ("(" * 500 + "a" + ")" * 499, "the formula is nested too deep: expected at most 30 levels"),
            ("-" * 900 + "a", "the formula is nested too deep: expected at most 30 levels"),
            ("a*" * 400 + "a", "the formula is too deep: expected at most 120 operations inside each other"),
            ("a" * 1001, "expected a formula of at most 1000 characters, found 1001"),
        ],
    )
    def test_every_refusal_says_what_and_where(self, text: str, message: str) -> None:
        with pytest.raises(FormulaError) as error:
            read(text)
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
            ("delta_1", "(δ_outW_outᵀ)⊙f₁'(s₁)"),
            ("delta_1", "∂ℒ/∂z_1 .* f1'(s_1)"),
            ("delta_out", "∂ℒ/∂y_out ⊙ f_2'(s_2)"),
            ("dW_1", "+z_0' * ∂ℒ/∂s_1"),
            ("s_1", "z₀W₁"),
            ("W_1_next", "W_1 - α∂ℒ/∂W_1"),
            ("W_1_next", "W_1 - 4 α/n * dW_1"),
            ("W_1_next", "W_1 - 0.5 * 4 * X_in' * (delta_1 / n)"),
        ],
    )
    def test_right_formulas_are_right(self, check: Any, name: str, text: str) -> None:
        assert check(name, text, core.Timeline(exercise_2())[0]).right

    def test_a_bias_and_a_mean(self, check: Any) -> None:
        problem = random_problem(seed=1, sizes=(2, 3, 1), bias=True, reduction="mean")
        step = core.Timeline(problem)[0]
        assert check("s_1", "X_in * W_1 + b_1", step).right
        assert check("s_1", "b_1 + X_in * W_1", step).right
        assert check("dW_out", "z_1' * ((y_out - y_gt) .* f_out'(s_out)) / n", step).right

    @pytest.mark.parametrize("text", ["Σ ½ (y_out - y_gt)²", "½ Σ (y_out - y_gt)²", "½ sum (y_out - y_gt)^2"])
    @pytest.mark.parametrize("name", ["loss", "sample_losses"])
    def test_a_sum_is_over_the_product_behind_it(self, check: Any, name: str, text: str) -> None:
        step = core.Timeline(random_problem(seed=1, sizes=(2, 3)))[0]
        assert check(name, text.replace("sum (", "sum((").replace("^2", "^2)"), step).right

    def test_the_logits_and_their_gradient_have_other_names(self, check: Any) -> None:
        step = core.Timeline(core.load_problem("three-classes"))[0]
        assert check("delta_out", "∂ℒ/∂o .* f_out'(s_out)", step).right
        assert check("delta_out", "∂ℒ/∂y_out .* f_out'(s_out)", step).right

    def test_a_huge_product_is_refused(self) -> None:
        step = core.Timeline(random_problem(seed=1, sizes=(2, 1), rows=2000))[0]
        with pytest.raises(FormulaError, match="this would be a matrix of 4000000 numbers"):
            Evaluator(step, "dW_1")(read("X_in * X_in'"))


BACK = "(y_out - y_gt) f_3'(s_out) W_out"


DEAD = core.Layer([[0.0]], activation="relu")


def xor() -> core.Step:
    """α is 1 in it."""
    return core.Timeline(core.load_problem("xor"))[0]


class TestWhatAStepHides:
    def test_a_bias_of_zero_excuses_no_formula_without_it(self, check: Any) -> None:
        step = core.Timeline(core.load_problem("three-classes"))[0]
        found = check("s_1", "X_in W_1", step)
        assert not found.right
        assert found.message == "it comes out right on the numbers of this step, but not in general; b_1 is missing"
        assert check("s_1", "X_in W_1 + b_1", step).right

    @pytest.mark.parametrize(
        ("name", "text", "note"),
        [
            ("y_out", "0.5 * f_out(s_out)", "0.5 does not belong"),
            ("delta_out", "(y_out + y_gt) .* f_out'(s_out)", "y_gt must be subtracted, not added"),
            ("delta_1", "0.5 * delta_out * W_out' .* f1'(s_1)", "0.5 does not belong"),
        ],
    )
    def test_zeros_excuse_nothing(self, check: Any, name: str, text: str, note: str) -> None:
        dead = exercise_2(network=core.Network([core.Layer([[-1.0], [-1.0]], activation="relu"), DEAD]))
        found = check(name, text, core.Timeline(dead)[0])
        assert not found.right
        assert found.message.startswith("it comes out right on the numbers of this step, but not in general; ")
        assert note in found.message

    def test_a_bias_that_is_0_for_good_may_be_left_out(self, check: Any) -> None:
        hidden = core.Layer([[0.5, 0.2], [0.1, 0.4]], [0.0, 0.0], "sigmoid", train_bias=False)
        step = core.Timeline(exercise_2(network=core.Network([hidden, core.Layer([[0.5], [0.2]])])))[0]
        for text in ("X_in W_1", "X_in W_1 + b_1"):
            assert (check("s_1", text, step).right, check("s_1", text, step).message) == (True, "")

    @pytest.mark.parametrize("rows", [1, 4])
    @pytest.mark.parametrize("sizes", [(1, 1), (1, 1, 1), (2, 1, 1), (2, 2, 1), (1, 1, 1, 1), (2, 1, 1, 1)])
    def test_a_relu_that_is_never_off_here_is_off_elsewhere(self, sizes: tuple[int, ...], rows: int) -> None:
        # Behind a single unit without a bias, a ReLU is never both on and off.
        step = core.Timeline(random_problem(seed=1, sizes=sizes, rows=rows, activation="relu", bias=False))[0]
        assert verdict(step, "y_out", "f_out(s_out)").right
        for text in ("s_out", "0 * s_out"):
            found = verdict(step, "y_out", text)
            assert (found.right, found.mended) == (False, "f_out(s_out)")
            assert "f_out is missing" in found.message

    def test_what_is_right_only_for_this_rate_is_right_with_a_word(self, check: Any) -> None:
        found = check("W_1_next", "W_1 - dW_1", xor())
        assert found.right
        assert found.message == "right here, where α is 1: in general it is W_1 - alpha * dW_1"
        assert check("W_1_next", "W_1 - alpha * dW_1", xor()).message == ""

    def test_what_is_right_only_for_one_sample_is_right_with_a_word(self, check: Any) -> None:
        step = core.Timeline(random_problem(seed=1, sizes=(2, 3), rows=1, bias=True))[0]
        found = check("db_out", "delta_out", step)
        assert (found.right, found.message) == (True, "right here, where n is 1: in general it is sum(delta_out)")

    @pytest.mark.parametrize("rows", [4, 40, 4000])
    def test_a_number_may_stand_for_the_rate_or_the_samples(self, check: Any, rows: int) -> None:
        problem = random_problem(seed=1, sizes=(2, 3), rows=rows, reduction="mean", learning_rate=0.3)
        step = core.Timeline(problem)[0]
        for name, text in (
            ("W_1_next", "W_1 - 0.3 dW_1"),
            ("W_1_next", f"W_1 - {0.3 / rows!r} X_in' * ((y_out - y_gt) .* f1'(s_1))"),
            ("delta_1", f"(y_out - y_gt) / {rows} .* f1'(s_1)"),
            ("loss", f"sum((y_out - y_gt)^2) / {2 * rows}"),
        ):
            found = check(name, text, step)
            assert (found.right, found.message) == (True, "")
        assert not check("delta_1", f"(y_out - y_gt) / {rows + 1} .* f1'(s_1)", step).right

    @pytest.mark.parametrize(("share", "mended"), [("0.025 *", "1 / n * "), ("1/40 *", "1 / n * ")])
    def test_a_number_for_n_is_no_slip_beside_one(self, check: Any, share: str, mended: str) -> None:
        step = core.Timeline(random_problem(seed=1, sizes=(2, 3), rows=40, reduction="mean"))[0]
        found = check("delta_out", f"{share} (y_out + y_gt) .* f_out'(s_out)", step)
        assert found.message.endswith("right; y_gt must be subtracted, not added")
        assert found.mended == f"{mended}(y_out - y_gt) .* f_out'(s_out)"

    def test_a_name_stands_for_itself_alone(self, check: Any) -> None:
        problem = random_problem(seed=1, sizes=(2, 3), rows=4, reduction="mean", learning_rate=0.25)
        found = check("W_1_next", "W_1 - dW_1 / n", core.Timeline(problem)[0])
        assert not found.right
        assert "/ n does not belong, and alpha is missing" in found.message

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
            ("dW_3", "delta_3' * z_2", "(delta_3' * z_2) must be transposed", "z_2' * delta_3"),
            (
                "dW_2",
                "z_1' * (y_gt - y_out) .* f3'(s_out) * W_3' .* f2'(s_2)",
                "the sign is wrong: y_gt - y_out must be y_out - y_gt, and the parentheses are wrong",
                "z_1' * ((y_out - y_gt) .* f3'(s_out) * W_3' .* f2'(s_2))",
            ),
            ("W_1_next", "W_1 - dW_1", "alpha is missing before dW_1", "W_1 - alpha * dW_1"),
            ("dW_3", "z_2' * delta_3 * W_3", "W_3 does not belong", "z_2' * delta_3"),
            ("z_1", "f2(s_2)", "f2(s_2) must be f1(s_1)", "f1(s_1)"),
            ("z_1", "s_1", "f1 is missing: s_1 must be f1(s_1)", "f1(s_1)"),
            ("s_2", "z_1 * W_1", "W_1 must be W_2", "z_1 * W_2"),
            ("s_2", "s_1 * W_2_next", "s_1 must be z_1, and W_2_next must be W_2, the one before", "z_1 * W_2"),
            ("delta_2", "delta_out * W_3' .* f2(s_2)", "f2(s_2) must be f2'(s_2)", "delta_out * W_3' .* f2'(s_2)"),
            ("W_2_next", "W_2 - alpha * dW_1", "dW_1 must be dW_2", "W_2 - alpha * dW_2"),
            (
                "W_1_next",
                "W_1 - alpha * (delta_1' * X_in)",
                "(delta_1' * X_in) must be transposed",
                "W_1 - alpha * (X_in' * delta_1)",
            ),
            (
                "dW_3",
                "z_2' * (y_out - y_gt) .* f3'(s_3)",
                "(y_out - y_gt) .* f3'(s_3) must be multiplied first",
                "z_2' * ((y_out - y_gt) .* f3'(s_3))",
            ),
            (
                "dW_1",
                "X_in' * ((y_out - y_gt) .* f3'(s_3)) * W_3' .* f2'(s_2) * W_2' .* f1'(s_1)",
                "the parentheses are wrong",
                "X_in' * ((y_out - y_gt) .* f3'(s_3) * W_3' .* f2'(s_2) * W_2' .* f1'(s_1))",
            ),
            ("sample_losses", "(y_out - y_gt)^2", "the division by 2 is missing", "(y_out - y_gt)^2 / 2"),
            ("W_1_next", "W_1 - 0.2 * dW_1", "0.2 must be alpha", "W_1 - alpha * dW_1"),
            ("sample_losses", "(y_out - y_gt)^2 / 4", "/ 4 must be / 2", "(y_out - y_gt)^2 / 2"),
            ("loss", "sample_losses", "the sum over the samples (rows) is missing", "sum(sample_losses)"),
            ("sample_losses", "(y_out - y_gt)^2", "comes to 2.14224, where 1.07112", "(y_out - y_gt)^2 / 2"),
            ("loss", "½ Σ (y_out - y_gt)² / n", "/ n does not belong", "1 / 2 * sum((y_out - y_gt)^2)"),
            ("delta_out", "(y_out - y_gt) + f3'(s_3)", "; + must be .* before f3'", "(y_out - y_gt) .* f3'(s_3)"),
            ("delta_out", "(y_out - y_gt) / f3'(s_3)", "; / must be .* before f3'", "(y_out - y_gt) .* f3'(s_3)"),
            ("W_1_next", "W_1 - (alpha + dW_1)", "+ must be * before dW_1", "W_1 - alpha * dW_1"),
            ("dW_1", "X_in' + delta_1", "; + must be * before delta_1", "X_in' * delta_1"),
            ("dW_1", "X_in' * delta_1 / (1 + 1)", "/ (1 + 1) does not belong", "X_in' * delta_1"),
            ("delta_out", "½ (y_out - y_gt) .* f3'(s_3)", "/ 2 does not", "(y_out - y_gt) .* f3'(s_3)"),
            ("delta_1", "(δ₂W₂ᵀ) ⊙ (1 - z_1)", "; 1 - z₁ must be f₁'(s₁)", "(δ₂ W₂ᵀ) ⊙ f₁'(s₁)"),
            ("delta_1", "δ₂W₂ .* (1 - z_1)", "must be f₁'(s₁), and W₂ must be", "(δ₂ W₂ᵀ) ⊙ f₁'(s₁)"),
            ("loss", "mean(sample_losses)", "/ n does not belong: the problem takes the sum", "sum(sample_losses)"),
            # A number before or behind what is summed, a product of a part with itself, a negative number.
            (
                "sample_losses",
                "Σ(½ (y_out + y_gt)²)",
                "right; y_gt must be subtracted, not added",
                "1 / 2 * sum((y_out - y_gt)^2)",
            ),
            (
                "sample_losses",
                "Σ(½ (y_out - y_gt) .* (y_out + y_gt))",
                "right; y_gt must be subtracted, not added",
                "1 / 2 * sum((y_out - y_gt) .* (y_out - y_gt))",
            ),
            ("loss", "sum((y_out - y_gt)^2 / 4)", "right; / 4 must be / 2", "sum((y_out - y_gt)^2) / 2"),
            ("sample_losses", "(y_out - y_gt) .* (y_out - y_gt)", "; the division by 2", "(y_out - y_gt)^2 / 2"),
            ("W_1_next", "W_1 + -1 * dW_1", "right; alpha is missing before dW_1", "W_1 - alpha * dW_1"),
            ("dW_1", "X_in' * delta_1 * -2", "; the sign is wrong, and 2 does not belong", "X_in' * delta_1"),
            ("dW_1", "X_in' * delta_1 / -2", "; the sign is wrong, and / 2 does not belong", "X_in' * delta_1"),
        ],
    )
    def test_it_is_found_by_trying(self, check: Any, name: str, text: str, message: str, mended: str) -> None:
        found = check(name, text)
        assert not found.right
        assert message in found.message
        assert found.mended == mended

    @pytest.mark.parametrize(
        ("name", "text", "message", "mended"),
        [
            (
                "delta_1",
                "dz_1 * f1'(s_2)",
                "dz_1 * f1'(s_2): the shapes do not fit: 5 x 3 * 5 x 4; f1'(s_2) must be f1'(s_1), "
                "and the product with f1'(s_1) must be entrywise (.*)",
                "dz_1 .* f1'(s_1)",
            ),
            ("delta_1", "dz_2 .* f1'(s_1)", "dz_2 must be dz_1", "dz_1 .* f1'(s_1)"),
            ("delta_1", "dz_1", "f1'(s_1) is missing", "dz_1 .* f1'(s_1)"),
            ("delta_out", "dy_out * f3'(s_1)", "f3'(s_1) must be f3'(s_out)", "dy_out .* f3'(s_out)"),
            ("dz_1", "dz_2 .* f2'(s_2) * W_2", "W_2 must be transposed", "dz_2 .* f2'(s_2) * W_2'"),
            ("dz_1", "dz_1 .* f1'(s_1)", "it says what dz_1 is by dz_1 itself; the der", "delta_2 * W_2'"),
            ("dW_1", "z_0 * delta_1", "z_0 * delta_1: the shapes do not fit", "z_0' * delta_1"),
            ("z_1", "max(0, s_2)", "max(0, s_2) must be f1(s_1)", "f1(s_1)"),
            ("z_1", "relu(s_2)", "relu(s_2) must be f1(s_1)", "f1(s_1)"),
            ("y_out", "1 / (1 + exp(s_3))", "exp(s_3) must be exp(-s_3)", "1 / (1 + exp(-s_3))"),
            ("z_1", "1 + exp(-s_1)", "; it must be divided by 1 + exp(-s_1)", "1 / (1 + exp(-s_1))"),
            ("z_1", "1 / (1 + exp(-s_2))", "s_2 must be s_1", "1 / (1 + exp(-s_1))"),
            ("s_1", "max(0, X_in * W_1)", "max(0, ...) does not belong", "X_in * W_1"),
            ("s_1", "relu(X_in * W_1)", "relu does not belong", "X_in * W_1"),
            ("s_1", "X_in * max(0, W_2)", "X_in * max(0, W_2): the shapes do not fit", "X_in * W_1"),
        ],
    )
    def test_it_is_said_of_what_was_written(self, check: Any, name: str, text: str, message: str, mended: str) -> None:
        found = check(name, text)
        assert not found.right
        assert message in found.message
        assert found.mended == mended
        assert check(name, mended).right

    @pytest.mark.parametrize(
        ("name", "text", "message", "mended"),
        [
            ("s_1", "X_in * W_1", "b_1 is missing", "X_in * W_1 + b_1"),
            ("delta_out", "y_out - y_gt", "f_out'(s_out) is missing", "(y_out - y_gt) .* f_out'(s_out)"),
            ("db_out", "delta_out", "the sum over the samples (rows) is missing", "sum(delta_out)"),
            ("b_1_next", "b_1 - alpha * delta_1", "the sum over the samples (rows)", "b_1 - alpha * sum(delta_1)"),
            ("W_1_next", "W_1 - alpha * dW_1 * loss", "loss does not belong", "W_1 - alpha * dW_1"),
            ("s_out", "y_out * W_out + b_out", "y_out must be z_1", "z_1 * W_out + b_out"),
        ],
    )
    def test_it_is_found_with_biases(self, check: Any, name: str, text: str, message: str, mended: str) -> None:
        found = check(name, text, xor())
        assert not found.right
        assert found.message.endswith(message) or message in found.message
        assert found.mended == mended

    def test_under_the_mean_only_the_slip_is_blamed(self, check: Any) -> None:
        problem = random_problem(seed=1, sizes=(2, 3, 4, 1), activation="sigmoid", bias=False, reduction="mean")
        text = "X_in' * ((y_out - y_gt) / n .* f3'(s_3) * W_3' .* f2'(s_2) * W_2' .* f2'(s_2))"
        found = check("dW_1", text, core.Timeline(problem)[0])
        assert found.message.endswith("; f2'(s_2) must be f1'(s_1)")
        assert found.mended == text[:-9] + "f1'(s_1))"

    @pytest.mark.parametrize(
        ("text", "mended"),
        [
            ("delta_2 * W_2' .* z_1 .* (1 - z_1)", "delta_2 * W_2' .* f1'(s_1)"),
            ("z_1 .* (1 - z_1) .* (delta_2 * W_2')", "f1'(s_1) .* (delta_2 * W_2')"),
        ],
    )
    def test_a_slope_of_two_factors_is_one_slip(self, check: Any, text: str, mended: str) -> None:
        step = core.Timeline(random_problem(seed=3, sizes=(2, 3, 4, 1), activation="tanh", bias=False))[0]
        found = check("delta_1", text, step)
        assert found.message.endswith("; z_1 .* (1 - z_1) must be f1'(s_1)")
        assert found.mended == mended

    @pytest.mark.parametrize(
        ("name", "text", "message", "mended"),
        [
            ("delta_out", "y_gt - y_out", "; the sign is wrong: y_gt - y_out must be y_out - y_gt", "y_out - y_gt"),
            ("delta_1", "delta_2 * W_2", "; W_2 must be transposed", "delta_2 * W_2'"),
            ("delta_1", "delta_2 .* W_2", "; the factors are right, but not their order", "delta_2 * W_2'"),
        ],
    )
    def test_a_slope_of_ones_may_be_left_out(self, check: Any, name: str, text: str, message: str, mended: str) -> None:
        step = core.Timeline(random_problem(seed=2, sizes=(2, 3, 4), activation="identity", bias=False))[0]
        assert check(name, mended, step).right
        found = check(name, text, step)
        assert not found.right
        assert message in found.message
        assert "is missing" not in found.message
        assert found.mended == mended

    def test_a_number_is_no_formula(self, check: Any) -> None:
        assert check("loss", "0.517533", xor()).message == "this is a number, not a formula"
        assert check("loss", "0.5", xor()).message.startswith("this is a number, not a formula; ")

    def test_values_that_differ_are_shown_to_differ(self, check: Any) -> None:
        message = check("loss", "sum(sample_losses) + 1e-8", xor()).message
        mine, right = message.removeprefix("it comes to ").split(";")[0].removesuffix(" is right").split(", where ")
        assert mine != right

    def test_n_is_not_a_number_of_this_step(self, check: Any) -> None:
        found = check("W_1_next", "W_1 - n/8 * dW_1", core.Timeline(exercise_2())[0])
        assert not found.right
        assert found.message.endswith("not in general; n must be alpha, and / 8 does not belong")

    def test_a_product_alone_is_called_one(self, check: Any) -> None:
        assert check("W_1_next", "W_1 - alpha * dW_1 * loss").message.endswith("loss does not belong")

    def test_a_formula_that_cannot_be_mended_says_where_it_fails(self, check: Any) -> None:
        found = check("s_1", "y_gt .* y_gt + loss / delta_1 * W_2")
        assert (found.right, found.mended) == (False, "")
        assert found.message

    def test_a_formula_may_not_name_what_it_is_for(self, check: Any) -> None:
        assert "by dW_1 itself" in check("dW_1", "dW_1").message

    def test_no_escape_code_reaches_a_terminal(self, check: Any) -> None:
        with pytest.raises(core.ProblemError) as error:
            check('"\\u001b[31mX"', "s_1")
        assert "formulas.[31mX: unknown" in str(error.value)
        assert all(line.isprintable() for line in str(error.value).splitlines())

    def test_every_formula_that_cannot_be_used_is_told_of(self, tmp_path: Path) -> None:
        path = tmp_path / "answers.toml"
        lines = ['dW_1 = "X_inn"', 'db_1 = "sum(s_1"', 's_1 = "diag(X_in)"', 's_9 = "X_in"', 'delta_1 = "delta_out"']
        path.write_text("\n".join(["[formulas]", *lines]))
        report = core.check_answers(path, xor())
        places = ["formulas.s_9", "formulas.dW_1", "formulas.db_1", "formulas.s_1"]
        assert [mistake.split(":")[0] for mistake in report.unreadable] == places
        assert [formula.name for formula in report.formulas] == ["delta_1"]
        path.write_text("\n".join(["[formulas]", *lines[:-1]]))
        with pytest.raises(core.ProblemError) as error:
            core.check_answers(path, xor())
        assert [mistake.split(":")[0] for mistake in error.value.mistakes] == places
        path.write_text("\n".join(["[answers]", "loss = nan", "[formulas]", lines[1]]))
        with pytest.raises(core.ProblemError, match=r"answers\.loss: ") as error:
            core.check_answers(path, xor())
        assert error.value.mistakes[1] == "formulas.db_1: expected ) at the end"

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("X_inn' * delta_1", 'unknown "X_inn"; did you mean "X_in"?'),
            ("f7(s_1)", "there is no f_7: the layers are"),
            ("X_inn + delta_11", 'unknown "X_inn"; did you mean "X_in"?; unknown "delta_11"; did you mean "delta_1"?'),
            (
                "qq + f7(ww)",
                'unknown "qq"; there is no f_7: the layers are 1 to 3, or out; unknown "ww"; expected one of',
            ),
            ("diag(s_1)", '"diag" is not known; expected quantities of the step, f1(...) to f_out(...)'),
        ],
    )
    def test_an_unknown_name_makes_the_sheet_unusable(self, check: Any, text: str, message: str) -> None:
        with pytest.raises(core.ProblemError) as error:
            check("dW_1", text)
        assert f"formulas.dW_1: {message}" in str(error.value)


@given(seed=st.integers(0, 1000), order=st.permutations(range(7)))
def test_any_order_of_the_right_factors_is_put_right(seed: int, order: list[int]) -> None:
    step = three_layers(seed, (2, 3, 4, 2))
    factors = ["X_in", "(y_out - y_gt)", "f3'(s_out)", "W_3", "f2'(s_2)", "W_2", "f1'(s_1)"]
    found = verdict(step, "dW_1", " ".join(factors[i] for i in order))
    assert found.message.endswith("the factors are right, but not their order, transposes and kinds of product")
    assert found.mended == "X_in' * ((y_out - y_gt) .* f3'(s_out) * W_3' .* f2'(s_2) * W_2' .* f1'(s_1))"


CROSS_ENTROPY = "this is the gradient of the softmax cross-entropy"


class TestTheLosses:
    """Formulas of what a loss adds, which are judged like all others."""

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("p", "softmax(y_out)"),
            ("p", "softmax(o)"),
            ("sample_losses", "Σ_(j≠y) max(0, p_j - p_y + m)"),
            ("loss", "Σ Σ_(j≠y) max(0, p_j - p_y + m)"),
            ("dp", "[p_j - p_y + m > 0] for j≠y, minus their number for j=y"),
            ("dp", "[j ≠ y] .* [p - p_y + m > 0] - one_hot(y_gt) .* sum([j != y] .* [p - p_y + m > 0])"),
            ("do", "p ⊙ (∂p - Σ_j p_j ∂p_j)"),
            ("do", "p .* (dp - sum(p .* dp))"),
            ("do", "p .* (dp - sum_columns(p .* dp))"),
            ("delta_out", "do .* f_out'(s_out)"),
        ],
    )
    def test_right_formulas_of_the_hinge(self, name: str, text: str) -> None:
        assert verdict(wide(core.SoftmaxHinge()), name, text).right

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("sample_losses", "-log p_y"),
            ("sample_losses", "-log(softmax(y_out)_y)"),
            ("sample_losses", "-sum(y_gt .* log(p))"),
            ("loss", "-Σ log p_y"),
            ("do", "p - y_gt"),
            ("do", "p - one-hot(y_gt)"),
            ("delta_out", "(p - y_gt) .* f_out'(s_out)"),
        ],
    )
    def test_right_formulas_of_the_cross_entropy(self, name: str, text: str) -> None:
        assert verdict(wide(core.SoftmaxCrossEntropy()), name, text).right

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("o", "(-y_out, +y_out)"),
            ("o", "y_out * (-1, +1)"),
            ("p", "softmax((-y_out, y_out))"),
            ("delta_out", "(∂o_2 - ∂o_1) ⊙ f_out'(s_out)"),
            ("delta_out", "∂ℒ/∂y_out ⊙ f_out'(s_out)"),
        ],
    )
    def test_right_formulas_of_two_classes_from_one_output(self, name: str, text: str) -> None:
        assert verdict(wide(core.SoftmaxHinge(), outputs=1), name, text).right

    @pytest.mark.parametrize(
        ("loss", "name", "text", "message", "mended"),
        [
            ("hinge", "p", "y_out", "softmax is missing: y_out must be softmax(y_out)", "softmax(y_out)"),
            (
                "hinge",
                "sample_losses",
                "Σ_(j≠y) (p_j - p_y + m)",
                "max(0, ...) is missing: p - p_y + m must be max(0, p - p_y + m)",
                "sum([j != y] .* max(0, p - p_y + m))",
            ),
            (
                "hinge",
                "sample_losses",
                "Σ_(j≠y) max(0, p_j - p_y)",
                "m is missing",
                "sum([j != y] .* max(0, p - p_y + m))",
            ),
            ("hinge", "do", "p ⊙ ∂p", "- Σ_j p_j ∂p_j is missing", "p ⊙ (∂p - Σ_j p_j ∂p_j)"),
            ("entropy", "sample_losses", "log p_y", "the sign is wrong", "-log(p_y)"),
            ("entropy", "sample_losses", "-log(p)", "log(p) must be log(p_y)", "-log(p_y)"),
            ("entropy", "do", "y_gt - p", "the sign is wrong: y_gt - p must be p - y_gt", "p - y_gt"),
            ("entropy", "do", "p", "the true class is left out: - y_gt is missing", "p - y_gt"),
        ],
    )
    def test_slips_are_named(self, loss: str, name: str, text: str, message: str, mended: str) -> None:
        step = wide(core.SoftmaxHinge() if loss == "hinge" else core.SoftmaxCrossEntropy())
        found = verdict(step, name, text)
        assert not found.right
        assert found.message.endswith(f"; {message}")
        assert found.mended == mended
        assert verdict(step, name, mended).right

    @pytest.mark.parametrize(
        ("loss", "name", "text", "message", "mended"),
        [
            ("hinge", "do", "dp", "the Jacobian of the softmax is left out", "(dp - sum(p .* dp)) .* p"),
            ("hinge", "do", "p .* (1 - p) .* dp", "only the diagonal of the softmax Jacobian is taken", ""),
            ("hinge", "dW_out", "z_1' * dp", "the Jacobian of the softmax is left out: dp must be", "z_1' * delta_out"),
            ("entropy", "do", "dp", "the Jacobian of the softmax is left out", "(dp - sum(p .* dp)) .* p"),
            ("hinge", "do", "p - y_gt", f"{CROSS_ENTROPY}; the loss here is the softmax hinge", ""),
            ("hinge", "delta_1", "(p - y_gt) * W_out' .* f1'(s_1)", f"{CROSS_ENTROPY}; the loss here", ""),
            ("hinge", "loss", "-sum(log(p_y))", "this is the softmax cross-entropy; the loss here is", ""),
            ("entropy", "do", "y_out - y_gt", "this is the gradient of the squared error; the loss here", "p - y_gt"),
            (
                "hinge",
                "dp",
                "dterm",
                "the true class is left out: - one_hot(y_gt) .* sum([j != y] .* dterm) is missing",
                "dterm - one_hot(y_gt) .* sum([j != y] .* dterm)",
            ),
            ("hinge", "dp", "dterm - y_gt .* [sum(dterm) > 0]", "the true class counts once, where it counts for", ""),
            ("hinge", "sample_losses", "sum(max(0, p - p_y + m))", "the true class is counted, too", ""),
            ("entropy", "dp", "-1 / p", "the indicator of the true class is left out: one_hot(y_gt) is missing", ""),
            ("entropy", "dz_1", "delta_out * W_out' .* f1'(s_1)", "f_1'(s_1) is in it already: this is delta_1", ""),
            ("entropy", "dz_1", "delta_1", "f_1'(s_1) is in it already: this is delta_1", "delta_out * W_out'"),
            (
                "entropy",
                "p",
                "exp(y_out) / sum(exp(y_out))",
                "the softmax is taken over the samples (columns): "
                "sum(exp(y_out)) must be sum_columns(exp(y_out)), the sum of each row",
                "exp(y_out) / sum_columns(exp(y_out))",
            ),
            (
                "entropy",
                "p",
                "exp(o) / sum_all(exp(o))",
                "the softmax is taken over all rows and columns: sum_all(exp(o)) must be sum_columns(exp(o))",
                "exp(o) / sum_columns(exp(o))",
            ),
            ("entropy", "p", "softmax(y_out')'", "the softmax is taken over the samples (columns)", "softmax(y_out)"),
            ("entropy", "p", "exp(y_out)", "the division by sum_columns(exp(y_out)) is missing", ""),
            (
                "entropy",
                "sample_losses",
                "-sum_rows(y_gt .* log(p))",
                "sum_rows(y_gt .* log(p)) must be sum(y_gt .* log(p)), the sum of each row",
                "-sum(y_gt .* log(p))",
            ),
            ("hinge", "do", "p .* (dp - sum_rows(p .* dp))", "must be sum(p .* dp), the sum of each row", ""),
            ("hinge", "loss", "sum_columns(sample_losses)", "must be sum(sample_losses), the sum over every", ""),
        ],
    )
    def test_mistakes_at_the_loss_are_named(self, loss: str, name: str, text: str, message: str, mended: str) -> None:
        loss_function = core.SoftmaxHinge() if loss == "hinge" else core.SoftmaxCrossEntropy()
        problem = random_problem(seed=1, sizes=(2, 3, 3), rows=5, loss=loss_function, activation="tanh")
        layers = [problem.network.layers[0], replace(problem.network.layers[1], activation="identity")]
        step = core.Timeline(replace(problem, network=core.Network(layers)))[0]
        found = verdict(step, name, text)
        assert not found.right
        assert f"; {message}" in found.message or f" {message}" in found.message
        assert mended in ("", found.mended)
        assert verdict(step, name, found.mended).right

    @pytest.mark.parametrize(("typed", "printed"), [("[j = y]", "[j = y]"), ("one_hot(y_gt)", "one_hot(y_gt)")])
    def test_the_true_class_is_written_as_it_was(self, typed: str, printed: str) -> None:
        found = verdict(wide(core.SoftmaxHinge()), "dp", f"dterm - {typed}")
        assert found.mended == f"dterm - {printed} .* sum([j != y] .* dterm)"
        assert verdict(wide(core.SoftmaxHinge()), "dp", found.mended).right

    def test_a_mistake_at_the_loss_is_named_beside_a_missing_mean(self) -> None:
        problem = random_problem(seed=1, sizes=(2, 3, 3), rows=5, loss=core.SoftmaxHinge(), reduction="mean")
        found = verdict(core.Timeline(problem)[0], "do", "p - y_gt")
        assert found.message.endswith("the loss here is the softmax hinge, and the division by n is missing")

    def test_a_mistake_in_two_places_is_said_once(self) -> None:
        found = verdict(wide(core.SoftmaxHinge()), "do", "p .* (dterm - sum(p .* dterm))")
        assert found.message.endswith("right; the true class is left out")

    def test_what_makes_no_difference_is_not_missed(self) -> None:
        found = verdict(wide(core.SoftmaxHinge()), "sample_losses", "sum(term)")
        assert found.message.endswith("right; max(0, ...) is missing: term must be max(0, term)")

    def test_a_sum_for_the_gradient_at_the_logits_is_over_the_classes(self) -> None:
        assert verdict(wide(core.SoftmaxCrossEntropy()), "do", "p .* (dp - sum(p .* dp))").right

    @pytest.mark.parametrize(
        ("name", "text", "right"),
        [
            ("d", "y_out - y_gt", True),
            ("c", "d - max(0, d - κ) + max(0, -d - κ)", True),
            ("c", "d - max(0, d - kappa) + max(0, -(d + kappa))", True),
            ("c", "d - max(0, d - κ)", False),
            ("sample_losses", "Σ_j c_j (d_j - ½ c_j)", True),
            ("sample_losses", "sum(c .* (d - 1/2 c))", True),
            ("delta_out", "c .* f_out'(s_out)", True),
        ],
    )
    def test_a_loss_from_outside(self, name: str, text: str, right: bool) -> None:
        assert verdict(wide(Huber(0.5)), name, text).right == right

    def test_the_margin_is_unknown_where_there_is_none(self) -> None:
        with pytest.raises(FormulaError, match='unknown "m"'):
            verdict(wide(core.SoftmaxCrossEntropy()), "do", "p - m")

    def test_an_activation_may_be_written_out(self, check: Any) -> None:
        assert check("z_1", "1 / (1 + exp(-s_1))").right
        assert not check("z_1", "1 / (1 + exp(s_1))").right


def wide(loss: core.Loss, outputs: int = 3) -> core.Step:
    """A step whose logits are far enough apart that terms of the hinge are off."""
    return core.Timeline(random_problem(seed=1, sizes=(2, 3, outputs), rows=4, loss=loss, activation="identity"))[0]


def some_step(seed: int) -> core.Step:
    rng = np.random.default_rng(seed)
    problem = random_problem(
        seed=seed,
        sizes=tuple(int(size) for size in rng.integers(2, 5, size=int(rng.integers(2, 6)))),
        rows=int(rng.integers(1, 6)),
        loss=LOSSES[int(rng.choice([0, 0, 0, 1, 2]))],
        freeze=bool(rng.random() < 0.2),
        learning_rate=float(rng.choice([0.1, 0.5, 1.0])),
        reduction=str(rng.choice(["sum", "mean"])),
    )
    return core.Timeline(problem)[0]


@pytest.mark.parametrize(
    "text",
    [
        "W_1 * X_in' * " * 40 + "delta_1",
        " + ".join(["X_in' * delta_1"] * 50),
        "(X_in' * delta_1)'" * 12,
        "f1(" * 29 + "s_1" + ")" * 29,
        "X_in' " + "* (delta_1" * 29 + ")" * 29,
        "sum(" * 29 + "W_1" + ")" * 29 + "^2" * 80,
        "-" * 29 + "1e300 * 1e300 * 0 * n / 0 / alpha",
    ],
)
def test_the_search_is_bounded(text: str) -> None:
    with counted_calls() as calls:
        assert not verdict(three_layers(), "dW_1", text).right
    assert calls.count < 10_000_000


@settings(max_examples=50)
@given(problem=problems())
def test_every_right_formula_is_right(problem: core.Problem) -> None:
    step = core.Timeline(problem)[0]
    checker = FormulaChecker(step)
    for name, text in right_formulas(step):
        found = checker.check(name, name, WrittenFormula(name, text))
        assert found.right, (name, text, found.message)


@settings(max_examples=20)
@given(problem=problems())
def test_what_is_taken_for_right_is_what_the_step_has(problem: core.Problem) -> None:
    step = core.Timeline(problem)[0]
    points = (step, *points_like(step, own_rate=True, own_rows=True), *points_like(step))
    for name, tree in definitions(problem).items():
        for point in points:
            found, right = Evaluator(point, name)(tree), values_of(point)[name]
            np.testing.assert_allclose(found.reshape(right.shape), right, rtol=1e-9, atol=1e-12)


def elsewhere(step: core.Step) -> core.Step:
    """A step of the same network with other weights and data."""
    problem, rng = step.problem, np.random.default_rng(77)
    layers = [
        core.Layer(
            rng.normal(size=layer.weights.shape),
            None if layer.bias is None else rng.normal(size=layer.units),
            layer.activation,
            layer.train_weights,
            layer.train_bias,
        )
        for layer in problem.network.layers
    ]
    targets = random_targets(rng, len(problem.targets), problem.targets.shape[1], problem.loss)
    inputs = rng.normal(size=problem.inputs.shape)
    return core.Timeline(replace(problem, inputs=inputs, targets=targets, network=core.Network(layers)))[0]


def holds(step: core.Step, name: str, tree: Node) -> bool:
    """Whether a formula has the quantity's values on a step."""
    right = values_of(step)[name]
    found = Evaluator(step, name)(in_pairs(tree))
    return bool(np.allclose(found.reshape(right.shape), right, rtol=1e-7, atol=1e-9))


class TestManySlips:
    """One slip, and two, planted in right formulas of random problems. Counting the calls takes as long as what is
    counted, so that is done for the first formula of each problem.
    """

    @pytest.mark.parametrize("seeds", [range(0, 20), range(20, 40)])
    def test_they_are_named(self, seeds: range) -> None:
        one, two = Counter[str](), Counter[str]()
        for seed in seeds:
            step, rng = some_step(seed), np.random.default_rng(seed)
            checker, formulas = FormulaChecker(step), list(right_formulas(step))
            for turn in range(8):
                name, text = formulas[int(rng.integers(len(formulas)))]
                context = context_of(name, step.statement)
                tree = read(text, context)
                for outcomes in (one, two):
                    tree = self.slipped(tree, step, rng)
                    with nullcontext(Calls()) if turn else counted_calls() as calls:
                        found = checker.check(name, name, WrittenFormula(name, as_typed(tree, context.over)))
                    assert calls.count < 1_000_000
                    outcomes["right" if found.right else "named" if found.mended else "not named"] += 1
                    if found.right and not found.message:
                        assert holds(elsewhere(step), name, tree)
                    elif found.mended:
                        assert holds(elsewhere(step), name, read(found.mended, context))
        assert one["not named"] == 0
        assert two["not named"] <= 0.03 * two.total()

    def slipped(self, tree: Node, step: core.Step, rng: np.random.Generator) -> Node:
        found = list(slips(tree, step))
        kinds = sorted({kind for kind, _ in found})
        kind = kinds[int(rng.integers(len(kinds)))]
        of_it = [slipped for name, slipped in found if name == kind]
        return of_it[int(rng.integers(len(of_it)))]


@pytest.mark.parametrize("number", ["1e-400", "1e-320", "1e300", "9" * 300, "0." + "1" * 300, "12345678901234567"])
def test_a_number_of_any_size_stands_in_a_formula(number: str) -> None:
    found = verdict(core.Timeline(exercise_2())[0], "dW_1", f"{number} * X_in' * delta_1")
    assert not found.right
    assert len(found.message) < 200


@pytest.mark.parametrize("text", ["½ Σ ③ (y_out - y_gt)", "①", "y_out - ⁴ y_gt"])
def test_a_digit_of_another_kind_is_told(text: str) -> None:
    with pytest.raises(core.ProblemError, match="found"):
        core.check_answers({}, core.Timeline(exercise_2())[0], formulas={"sample_losses": text})


@pytest.mark.parametrize("text", ["½ Σ (y_out - y_gt)³", "(y_out - y_gt)⁴"])
def test_another_power_is_read_and_judged(text: str) -> None:
    assert not verdict(core.Timeline(exercise_2())[0], "sample_losses", text).right


def test_an_activation_by_its_name_has_the_settings_of_the_network() -> None:
    leaky = core.ACTIVATIONS["leaky_relu"].make(slope=0.2)
    network = core.Network([core.Layer([[1.0, -2.0]], activation=leaky), core.Layer([[1.0], [2.0]])])
    step = core.Timeline(core.Problem("leaky", [[1.0], [-1.0]], [[1.0], [0.0]], network))[0]
    formulas = {"z_1": "leaky_relu(s_1)", "delta_1": "dz_1 .* leaky_relu'(s_1)"}
    assert all(formula.right for formula in core.check_answers({}, step, formulas=formulas).formulas)
