"""Formulas in sgdb's grammar, as it prints them, as lines of numpy and in LaTeX: read, judged, and answered in kind."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.checking.answers import WrittenFormula
from core.checking.formulas.check import FormulaChecker
from core.checking.formulas.definitions import context_of
from core.errors import FormulaError
from core.expression.dialect import IN_NUMPY
from core.expression.markup import tex
from core.expression.nodes import (
    ALL,
    COLUMNS,
    ROWS,
    Function,
    IsTrueClass,
    Literal,
    MatrixProduct,
    Name,
    Node,
    Positive,
    Product,
    Quotient,
    Softmax,
    Sum,
    Total,
    Transpose,
)
from core.expression.paper import on_paper
from core.expression.reader import Context, read, read_formula
from samples import BUILT_IN, examples, problems
from test_reader import as_printed, printed
from test_styles import in_numpy, steps

A, B, P, S = Name("A"), Name("B"), Name("p"), Name("s_1")
BACK = Name("delta_out") @ Name("W_out").T
WRONG = IsTrueClass(other=True)
MARGIN = Positive(P - Total(COLUMNS, IsTrueClass() * P) + Name("m"))


def step_of(problem: str) -> core.Step:
    return core.Timeline(core.load_problem(problem))[0]


def verdict(problem: str, name: str, text: str) -> core.FormulaVerdict:
    return FormulaChecker(step_of(problem)).check(name, name, WrittenFormula(name, text))


class TestWhatIsPrinted:
    def test_latex_and_numpy_read_back_for_every_quantity(self) -> None:
        for step in steps():
            rows = len(step.batch)
            for name, equation in step.statement.equations.items():
                context = context_of(name, step.statement)._replace(longest=100_000)
                found = read(in_numpy(equation.tree), context._replace(dialect=IN_NUMPY))
                assert as_printed(found) == as_printed(equation.tree)
                for tall in (False, True):
                    text = tex(on_paper(equation.tree, rows, step.statement.pieces), breaks=tall, tall=tall)
                    assert as_printed(read(text, context), rows) == as_printed(equation.tree, rows), text

    @pytest.mark.parametrize("name", BUILT_IN)
    def test_so_do_the_expanded_gradients(self, name: str) -> None:
        step = step_of(name)
        for quantity, _, tree in printed(step):
            context = context_of(quantity, step.statement)._replace(longest=100_000)
            assert as_printed(read(tex(on_paper(tree)), context)) == as_printed(tree)
            assert as_printed(read(in_numpy(tree), context._replace(dialect=IN_NUMPY))) == as_printed(tree)

    @examples(30)
    @given(problems())
    def test_what_is_printed_of_any_problem_is_right_in_every_notation(self, problem: core.Problem) -> None:
        step = core.Timeline(problem)[0]
        checker = FormulaChecker(step)
        for name, equation in [*step.statement.equations.items()][-3:]:
            for text in (tex(on_paper(equation.tree, symbols=step.statement.pieces)), in_numpy(equation.tree)):
                assert checker.check(name, name, WrittenFormula(name, text)).right, text


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("A @ B", A @ B),
        ("A.T @ B * A", (A.T @ B) * A),
        ("np.dot(A.T, B)", A.T @ B),
        ("A.dot(B)", A @ B),
        ("A.T.dot(B) * A", (A.T @ B) * A),
        ("np.matmul(A, B)", A @ B),
        ("np.multiply(A, B)", A * B),
        ("np.sum(A, axis=0)", Total(ROWS, A)),
        ("np.sum(A, axis=0, keepdims=True)", Total(ROWS, A)),
        ("A.sum(axis=1)", Total(COLUMNS, A)),
        ("A.sum(0)", Total(ROWS, A)),
        ("torch.sum(A, dim=0)", Total(ROWS, A)),
        ("np.sum(A)", Total(ALL, A)),
        ("A.sum()", Total(ALL, A)),
        ("np.mean(A)", Quotient(Literal(1), Name("n")) * Total(ALL, A)),
        ("A @ B / X.shape[0]", (A @ B) / Name("n")),
        ("A @ B / len(X)", (A @ B) / Name("n")),
        ("(1 - A**2) * B", (Literal(1) - A**2) * B),
        ("np.square(A)", A**2),
        ("np.power(A, 2)", A**2),
        ("A @ B - A", A @ B - A),
        ("1 / (1 + np.exp(-A))", Literal(1) / (Literal(1) + Function("exp", Sum((-1, A))))),
        ("np.log(A)", Function("log", A)),
        ("np.tanh(A @ B)", Function("tanh", A @ B)),
        ("np.maximum(0, A)", Function("relu", A)),
        ("np.maximum(A, 0)", Function("relu", A)),
        ("(A @ B) * (s_1 > 0)", (A @ B) * Positive(S)),
        ("B * (s_1 > 0)", B * Positive(S)),
        ("(A @ B) * (s_1 > 0).astype(float)", (A @ B) * Positive(S)),
        ("np.where(s_1 > 0, 1, 0)", Positive(S)),
        ("np.where(s_1 > 0, A, 0)", Positive(S) * A),
        ("np.heaviside(s_1, 0)", Positive(S)),
        ("A * relu_prime(s_1)", A * Function("relu", S, slope=True)),
        ("A * f_1_slope(s_1)", A * Function("f_1", S, slope=True)),
        ("-np.log(p[np.arange(n), y])", Sum((-1, Function("log", Total(COLUMNS, IsTrueClass() * P))))),
        ("A @ np.transpose(B)", A @ B.T),
        ("np.outer(A, B)", Transpose(A) @ B),
        ("F.softmax(A, dim=1)", Softmax(A)),
        ("softmax(A, axis=0) @ B", Transpose(Softmax(A.T)) @ B),
    ],
)
def test_lines_of_numpy(text: str, tree: Node) -> None:
    assert read(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        (r"(\delta_{out} W_{out}^T) \odot f_1'(s_1)", BACK * Function("f_1", S, slope=True)),
        (
            r"(\delta_{\mathrm{out}} W_{\text{out}}^{\top}) \circ f_1^{\prime}(s_1)",
            BACK * Function("f_1", S, slope=True),
        ),
        (r"\left(\boldsymbol{\delta}_{out} \mathbf{W}_{out}^{\mathsf{T}}\right)", BACK),
        (
            r"\frac{1}{2} \sum_i (\hat{y}_i - y_i)^2",
            Quotient(Literal(1), Literal(2)) * Total(ROWS, (Name("y_hat") - Name("y")) ** 2),
        ),
        (r"\frac{\partial \mathcal{L}}{\partial W_1}", Name("dW_1")),
        (r"\frac{\partial L}{\partial s_1}", Name("delta_1")),
        (r"W_1 - \eta \, \frac{\partial E}{\partial W_1}", Name("W_1") - Name("alpha") * Name("dW_1")),
        (r"W_1^{t} - \alpha\,\partial W_1", Name("W_1") - Name("alpha") * Name("dW_1")),
        (r"W_1^{t+1}", Name("W_1_next")),
        (r"W^{[1]\top}", Name("W_1").T),
        (r"\delta^{(1)}", Name("delta_1")),
        (r"\frac{e^{o_j}}{\sum_k e^{o_k}}", Function("exp", Name("o")) / Total(COLUMNS, Function("exp", Name("o")))),
        (r"\sum_{j \neq y} \max(0, p_j - p_y + m)", Total(COLUMNS, WRONG * Function("relu", MARGIN.children[0]))),
        (r"p_j - \mathbb{1}[j = y]", P - IsTrueClass()),
        (r"p_j - \mathbb{1}_{\{j = y\}}", P - IsTrueClass()),
        (r"\sigma(s_1) \odot (1 - \sigma(s_1))", Function("sigmoid", S) * (Literal(1) - Function("sigmoid", S))),
        (r"\frac{\partial z_1}{\partial s_1}", Function("f_1", S, slope=True)),
        (r"\begin{cases} s_1 & \text{if } s_1 > 0 \\ 0 & \text{otherwise} \end{cases}", Positive(S) * S),
        (r"\begin{cases} 1, & s_1 > 0, \\ 0, & s_1 \leq 0 \end{cases}", Positive(S)),
    ],
)
def test_latex(text: str, tree: Node) -> None:
    assert read(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("RELU(s_1)", Function("relu", S)),
        ("Sigmoid'(s_1)", Function("sigmoid", S, slope=True)),
        ("σ'(s_1)", Function("sigmoid", S, slope=True)),
        ("f'(s_1)", Function("f_1", S, slope=True)),
        ("W_1 - lr * dW_1", Name("W_1") - Name("alpha") * Name("dW_1")),
        ("W_1 - η ∂ℒ/∂W_1", Name("W_1") - Name("alpha") * Name("dW_1")),
        ("W_1^{t+1}", Name("W_1_next")),
        ("A^-1", Literal(1) / A),
        ("A³", A**3),
        ("p_j (1 - p_j)", P * (Literal(1) - P)),
        ("∂p_j/∂o_j", P * (Literal(1) - P)),
        ("1 if s_1 > 0 else 0", Sum((1, Positive(S)), (1, (Literal(1) - Positive(S)) * Literal(0)))),
        ("0 where max(0, A) = 0, B otherwise", Positive(A) * B),
        ("a with a = A", A),
        ("A for j ≠ y, s_1 > 0, B otherwise", Product(WRONG * Positive(S), A) + (Literal(1) - WRONG * Positive(S)) * B),
        ("A for j ≠ y and s_1 > 0, 0 otherwise", Product(WRONG * Positive(S), A)),
        ("∂ℒ/∂z_1 ∂z_1/∂s_1", Name("dz_1") * Function("f_1", S, slope=True)),
    ],
)
def test_other_words_and_cases(text: str, tree: Node) -> None:
    assert read(text) == tree


@pytest.mark.parametrize("text", ["dW_1 = A", "dW_1 := A", "∂ℒ/∂W_1 = A", r"\frac{\partial L}{\partial W_1} = A"])
def test_what_a_formula_is_for_may_stand_before_it(text: str) -> None:
    assert read_formula(text)[:1] + read_formula(text)[2:3] == (A, "dW_1")


def test_an_update_in_place_is_one_of_the_weights() -> None:
    assert verdict("exercise-2", "W_1_next", "W1 -= lr * X.T @ delta1").right
    assert verdict("exercise-2", "W_1_next", "W_1 = W_1 - lr * dW_1").right
    with pytest.raises(FormulaError, match=r"it begins with dW_2 =, and stands for dW_1"):
        verdict("exercise-2", "dW_1", "dW_2 = X_in' * delta_1")


class TestTheJudgement:
    @pytest.mark.parametrize(
        ("problem", "name", "text"),
        [
            ("xor", "dW_out", "z_1.T @ delta_out"),
            ("xor", "delta_1", "(delta_out @ W_out.T) * (1 - z_1**2)"),
            ("xor", "delta_1", "np.dot(delta2, W2.T) * (1 - np.tanh(s1)**2)"),
            ("xor", "db_1", "np.sum(delta_1, axis=0)"),
            ("xor", "db_1", "delta1.sum(axis=0)"),
            ("exercise-2", "delta_1", "(delta_out * W_out') .* relu'(s_1)"),
            ("exercise-2", "delta_1", "(delta_out @ W_out.T) * (s_1 > 0)"),
            ("exercise-2", "dW_1", "X_in^T σ_1"),
            ("exercise-2", "delta_out", "ŷ - y"),
            ("exercise-2", "delta_out", "y - t"),
            ("exercise-2", "z_1", "RELU(s_1)"),
            ("exercise-2", "loss", r"\frac{1}{2}\sum_i (\hat{y}_i - y_i)^2"),
            ("exercise-2", "delta_1", r"\delta_1 = (\delta_{out} W_{out}^T) \odot f_1'(s_1)"),
            ("exercise-3", "p", r"\frac{e^{o_j}}{\sum_k e^{o_k}}"),
            ("three-classes", "sample_losses", "-Σ_j y_j log p_j"),
        ],
    )
    def test_right_formulas_are_right(self, problem: str, name: str, text: str) -> None:
        found = verdict(problem, name, text)
        assert (found.right, found.message) == (True, "")

    @pytest.mark.parametrize(
        ("text", "message", "mended"),
        [
            (
                "(delta_out @ W_out) * (1 - z_1**2)",
                "4 x 1 @ 3 x 1; W_out must be",
                "delta_out @ W_out.T * (1 - z_1 ** 2)",
            ),
            ("delta_out @ W_out.T @ (1 - z_1**2)", "must be entrywise (*)", "delta_out @ W_out.T * (1 - z_1 ** 2)"),
            ("(delta_out W_outᵀ) f₁'(s₁)", "must be entrywise (⊙)", "(δ_out W_outᵀ) ⊙ f₁'(s₁)"),
            (r"\delta_{out} W_{out}^T", r"f_{1}'(s_{1}) is missing", r"f_{1}'(s_{1})"),
            ("delta2 * W2 .* f1'(s1)", "W2 must be transposed", "delta2 * W2' .* f1'(s1)"),
        ],
    )
    def test_messages_are_in_the_notation_of_the_formula(self, text: str, message: str, mended: str) -> None:
        found = verdict("xor", "delta_1", text)
        assert not found.right
        assert message in found.message
        assert mended in found.mended
        assert verdict("xor", "delta_1", found.mended).right

    def test_where_one_line_speaks_numpy_the_others_do(self) -> None:
        slope = "(y_out - y_gt) * y_out * (1 - y_out)"
        step = step_of("xor")
        found = core.check_answers({}, step, formulas={"dW_out": "z_1.T @ delta_out", "delta_out": slope}).formulas
        assert [formula.right for formula in found] == [True, True]
        (alone,) = core.check_answers({}, step, formulas={"delta_out": slope}).formulas
        assert "must be entrywise (.*)" in alone.message

    def test_both_faults_of_a_published_gradient_are_named(self) -> None:
        text = (
            "0 where max(0, p_j - p_y + m) = 0, ∂p_j/∂o_j for j ≠ y, -∂p_j/∂o_j for j = y, "
            "with ∂p_j/∂o_j = -exp(o_j)² (Σ_j exp(o_j))⁻² + exp(o_j) (Σ_j exp(o_j))⁻¹"
        )
        in_latex = (
            r"\begin{cases} 0 & \text{if } \max(0, p_j - p_y + m) = 0 \\"
            r" \frac{\partial p_j}{\partial o_j} & j \neq y \\ -\frac{\partial p_j}{\partial o_j} & j = y \end{cases}"
        )
        for formula in (text, in_latex):
            found = core.check_answers({}, step_of("exercise-3"), formulas={"∂ℒ/∂o_j": formula}).formulas[0]
            assert not found.right
            assert "only the diagonal of the softmax Jacobian is taken" in found.message
            assert "the true class counts once" in found.message

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("y (1 - y)", '"y" can mean y_out or y_gt; write which'),
            ("a_1 + W_1", '"a_1" can mean z_1 or s_1; write which'),
            ("W_1 + beta * v", "there is no momentum here"),
            ("dL/ds_1 * ds_1/dW_1", "is not one of the step's quantities; write what it comes to"),
            (r"\foo W_1", 'nothing is written with "\\foo" (character 1)'),
        ],
    )
    def test_what_is_unknown_or_ambiguous_is_asked_about(self, text: str, message: str) -> None:
        with pytest.raises(FormulaError) as error:
            verdict("exercise-2", "W_1_next", text)
        assert message in str(error.value)


PARTS = [
    r"\delta_1",
    r"\frac{",
    "}",
    r"\sum_{j \neq y}",
    "^{T}",
    "_{out}",
    r"\begin{cases}",
    r"\end{cases}",
    "&",
    r"\\",
]
PARTS += ["np.sum(", ".dot(", ".T", "axis=0", "@", "**2", "np.where(", ", 1, 0)", "if", "otherwise", "with", "=", "p_j"]
PARTS += ["∂p_j/∂o_j", "[j = y]", ">", "0", "s_1", "(", ")", "+", "⁻²", "np.", "softmax(", "max(", "W^{t+1}", "-=", "j"]


@examples(400)
@given(st.lists(st.sampled_from(PARTS) | st.text(string.printable + "δΣ⊙ᵀ½²₁", max_size=3), max_size=14))
def test_no_text_ends_in_a_traceback(parts: list[str]) -> None:
    step = step_of("exercise-3")
    for joined in (" ".join(parts), "".join(parts)):
        try:
            read(joined, Context())
            FormulaChecker(step).check("do", "do", WrittenFormula("do", joined))
        except FormulaError:
            pass


def test_a_matrix_product_is_none_of_numbers() -> None:
    assert isinstance(read("A @ B"), MatrixProduct)
    assert isinstance(read("alpha @ B"), Product)
