"""Notations: a step's formulas as courses write them, which read back, and hold for numbers in their layout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
import core.notations
from core.classes import one_hot, softmax
from core.equations import Statement
from core.errors import FormulaError
from core.expression.markup import tex
from core.expression.nodes import COUNT, Node
from core.expression.paper import on_paper
from core.expression.pieces import as_text, sign, word
from core.expression.printer import Printer
from core.expression.style import NUMPY, POWERS, call
from core.expression.typed import as_typed
from core.loading.fields import FieldReader
from core.notations import SHIPPED
from core.notations.formulas import paper_formula, tex_formula, typed_formula
from core.notations.reading import over_in, read_in
from core.notations.rendition import Rendition
from core.notations.words import ROLES, Notation
from samples import examples, problems, random_problem
from test_reader import as_printed

NAMED = {notation.name: notation for notation in SHIPPED}


def rendition(name: str, problem: core.Problem, detailed: bool = False) -> Rendition:
    return Rendition(NAMED[name], Statement(problem, 3, detailed))


def two_layers(**training: Any) -> core.Problem:
    return random_problem(0, (2, 4, 1), rows=3, activation="sigmoid", bias=True, **training)


# What the sources print, as `notation.md` and the trial of it list them; ' is transposed, or the derivative.
LISTED = [
    ("ng", "Z1 = W1 * X + b1"),
    ("ng", "dZ1 = W2' * dZ2 .* g'(Z1)"),
    ("ng", "dW1 = 1 / m * dZ1 * X'"),
    ("ng", "dW2 = 1 / m * dZ2 * A1'"),
    ("ng", "db2 = 1 / m * sum(dZ2)"),
    ("ng", "J = 1 / m * sum(L)"),
    ("ng", "W1_next = W1 - alpha * dW1"),
    ("nielsen", "z2 = w2 * x + b2"),
    ("nielsen", "delta3 = (a3 - y) .* sigma'(z3)"),
    ("nielsen", "delta2 = w3' * delta3 .* sigma'(z2)"),
    ("nielsen", "nabla_w2 = delta2 * x'"),
    ("nielsen", "w2_next = w2 - eta / n * nabla_w2"),
    ("cs231n", "s1 = X * W1 + b1"),
    ("cs231n", "dW2 = h1' * ds2"),
    ("cs231n", "db2 = sum(ds2)"),
    ("cs231n", "W1_next = W1 - step_size * dW1"),
    ("goodfellow", "a1 = W1 * x + b1"),
    ("goodfellow", "h1 = f(a1)"),
    ("goodfellow", "g1 = W2' * g2 .* f'(a1)"),
    ("goodfellow", "nabla_W2 = g2 * h1'"),
    ("bishop", "z1 = h(a1)"),
    ("bishop", "delta1 = W2' * delta2 .* h'(a1)"),
    ("bishop", "dW2 = delta2 * z1'"),
    ("mitchell", "w1_next = w1 + eta * delta1 * x'"),
    ("mitchell", "delta1 = w2' * delta2 .* f'(net1)"),
    ("pytorch", "z1 = x * W1' + b1"),
    ("pytorch", "dW1 = dz1' * x"),
    ("mit", "Z1 = W1' * X + W0_1"),
    ("mit", "dLdW1 = X * dLdZ1'"),
    ("ufldl", "z2 = W1 * x + b1"),
    ("ufldl", "nabla_W2 = delta3 * a2'"),
    ("nyu", "s2 = w1 * z1 + b1"),
]


@pytest.mark.parametrize(("notation", "formula"), LISTED)
def test_the_sources_formulas_come_out_as_listed(notation: str, formula: str) -> None:
    found = rendition(notation, two_layers(reduction="mean"))
    assert formula in [typed_formula(found, name) for name in found.trees]


def test_the_sign_of_delta_turns_the_difference_round() -> None:
    found = rendition("mitchell", two_layers())
    assert typed_formula(found, "delta_out") == "delta2 = (t - o2) .* f'(net2)"
    assert typed_formula(found, "b_out_next") == "b2_next = b2 + eta * sum(delta2)"


@pytest.mark.parametrize(
    ("notation", "name", "paper", "latex"),
    [
        ("ng", "delta_1", "dZ₁ = (W₂ᵀ dZ₂) ⊙ g'(Z₁)", r"dZ^{[1]} = (W^{[2]\mathsf{T}} \, dZ^{[2]}) \odot g'(Z^{[1]})"),
        ("ng", "db_1", "db₁ = 1/m Σ_columns dZ₁", r"db^{[1]} = 1/m \, \sum_{\mathrm{columns}} \, dZ^{[1]}"),
        ("ng", "loss", "J = 1/m Σ L", r"J = 1/m \, \sum \, \mathcal{L}"),
        ("nielsen", "dW_1", "∂C/∂w₂ = δ₂ xᵀ", r"\partial C/\partial w^{2} = \delta^{2} \, x^{\mathsf{T}}"),
        ("nielsen", "dW_out", "∂C/∂w₃ = δ₃ a₂ᵀ", r"\partial C/\partial w^{3} = \delta^{3} \, (a^{2})^{\mathsf{T}}"),
        ("goodfellow", "y_out", "ŷ = f(a₂)", r"\hat{y} = f(a^{(2)})"),
        ("pytorch", "s_1", "z₁ = x W₁ᵀ + b₁", r"z_{1} = x \, W_{1}^{\mathsf{T}} + b_{1}"),
    ],
)
def test_formulas_in_print(notation: str, name: str, paper: str, latex: str) -> None:
    found = rendition(notation, two_layers(reduction="mean"))
    assert as_text(paper_formula(found, name)) == paper
    assert tex_formula(found, name) == latex


@given(problems(), st.booleans())
def test_sgdb_s_own_notation_changes_nothing(problem: core.Problem, detailed: bool) -> None:
    statement = Statement(problem, 3, detailed)
    found = Rendition(NAMED["sgdb"], statement)
    assert found.trees == {name: equation.tree for name, equation in statement.equations.items()}
    for name, tree in found.trees.items():
        right = as_typed(tree, over_in(found, name))
        assert typed_formula(found, name) == f"{name} = {right}"
        per_sample = statement.with_axes("i")
        expected = on_paper(tree, symbols=statement.pieces, per_sample=per_sample)
        assert as_text(paper_formula(found, name)).partition(" = ")[2] == as_text(expected)


def random_rendition(problem: core.Problem, notation: Notation, detailed: bool) -> tuple[Rendition, core.Step]:
    step = core.Timeline(problem)[0]
    return Rendition(notation, Statement(problem, len(step.batch), detailed)), step


RENDITIONS = (problems(), st.sampled_from(SHIPPED), st.booleans())


@examples(40)
@given(*RENDITIONS)
def test_every_printed_formula_reads_back(problem: core.Problem, notation: Notation, detailed: bool) -> None:
    found, _ = random_rendition(problem, notation, detailed)
    for name, tree in found.trees.items():
        for text in (typed_formula(found, name), as_text(paper_formula(found, name)), tex_formula(found, name)):
            assert as_printed(read_in(found, name, text)) == as_printed(tree), text


@examples(75)
@given(*RENDITIONS)
def test_no_two_quantities_have_one_name(problem: core.Problem, notation: Notation, detailed: bool) -> None:
    found, _ = random_rendition(problem, notation, detailed)
    named: dict[str, str] = {}
    for name, spelling in found.spellings.items():
        for form in spelling.forms():
            assert named.setdefault(form, name) == name, form


@examples(40)
@given(*RENDITIONS)
def test_a_name_in_print_is_one_thing_s_alone(problem: core.Problem, notation: Notation, detailed: bool) -> None:
    found, _ = random_rendition(problem, notation, detailed)
    named: dict[str, str] = {}
    for name, spelling in found.spellings.items():
        for text in {spelling.typed, as_text([spelling.piece]), tex([spelling.piece])}:
            assert named.setdefault(text, name) == name, text
    assert named.keys().isdisjoint(found.functions)
    for name in found.trees:
        for piece in paper_formula(found, name):
            power = piece.text.translate(POWERS)
            if power != piece.text and power.isalpha():
                assert named[power] == COUNT
            elif piece.name:
                assert named.get(as_text([piece._replace(marks="⁺" * ("⁺" in piece.marks))]), piece.name) == piece.name


def by_python(found: Rendition, tree: Node, turned: dict[str, Any]) -> Any:
    """What a tree comes to when Python runs its line of numpy over turned arrays."""
    across = 0 if found.notation.in_columns else 1
    style = NUMPY._replace(largest=call(word("np.max"), after=(sign(f", axis={across}, keepdims=True"),)))

    def along(function: Any) -> Any:
        return (lambda values: function(np.asarray(values).T).T) if across == 0 else function

    names = {"np": np, "softmax": along(softmax), "one_hot": along(one_hot), **turned}
    for name, function in found.statement.functions.items():
        names |= {name: function, f"{name}_slope": function.slope}
    numbers = found.statement.numbers
    names |= {"lambda_" if name == "lambda" else name: number for name, number in numbers.items()}
    return eval(as_text(Printer(style)(tree)), {"__builtins__": {}}, names)


@examples(75)
@given(*RENDITIONS)
def test_printed_formulas_hold_for_turned_arrays(problem: core.Problem, notation: Notation, detailed: bool) -> None:
    with np.errstate(all="ignore"):
        found, step = random_rendition(problem, notation, detailed)
        equations = {**found.statement.given, **found.statement.equations}
        turned = {name: found.turned(name, step.values[name]) for name in equations}
        for name, tree in found.trees.items():
            np.testing.assert_allclose(by_python(found, tree, turned), turned[name], rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(found.plain(name, turned[name]), step.values[name], rtol=1e-15)
            stated = found.statement.value_of(found.as_stated(name, tree), step.values)
            np.testing.assert_allclose(
                stated.reshape(step.values[name].shape), step.values[name], rtol=1e-9, atol=1e-12
            )


def test_values_in_the_layout_of_a_notation() -> None:
    problem = two_layers(reduction="mean")
    step = core.Timeline(problem)[0]
    ng, mitchell = (Rendition(NAMED[name], step.statement) for name in ("ng", "mitchell"))
    assert ng.turned("W_1", step.values["W_1"]).shape == (4, 2)
    assert ng.turned("b_1", step.values["b_1"]).shape == (4, 1)
    assert ng.turned("sample_losses", step.values["sample_losses"]).shape == (1, 3)
    np.testing.assert_array_equal(ng.turned("delta_out", step.values["delta_out"]), 3 * step.values["delta_out"].T)
    np.testing.assert_array_equal(ng.turned("dW_1", step.values["dW_1"]), step.values["dW_1"].T)
    np.testing.assert_array_equal(mitchell.turned("delta_1", step.values["delta_1"]), -step.values["delta_1"].T)
    with pytest.raises(ValueError, match="a row or a column"):
        ng.plain("b_1", np.ones((2, 2)))


@pytest.mark.parametrize(
    ("notation", "text", "same"),
    [
        ("ng", "W^[1] * X + b^[1]", "W1 * X + b1"),
        ("ng", "W_1 X + b_1", "W1 * X + b1"),
        ("ng", r"W^{[1]} X + b^{[1]}", "W1 * X + b1"),
        ("nielsen", "w^2 * x + b^2", "w2 * x + b2"),
        ("nielsen", "w₂ x + b₂", "w2 * x + b2"),
        ("goodfellow", "W^(1) * x + b^(1)", "W1 * x + b1"),
    ],
)
def test_the_layer_may_be_written_as_the_course_does(notation: str, text: str, same: str) -> None:
    found = rendition(notation, two_layers())
    assert read_in(found, "s_1", text) == read_in(found, "s_1", same) == found.trees["s_1"]


def test_another_notation_s_name_is_refused_with_its_translation() -> None:
    found = rendition("ng", two_layers())
    with pytest.raises(FormulaError) as mistake:
        read_in(found, "dW_out", "dZ2 * z_1'")
    assert str(mistake.value) == (
        'unknown "z_1" (character 7): in ng the activation is A1 (z_1 in sgdb) '
        "and the pre-activation is Z1 (z_1 in pytorch)"
    )
    with pytest.raises(FormulaError, match="ng has no such name"):
        read_in(found, "dW_out", "dZ2 * bananas'")


def own(table: Any) -> tuple[Notation | None, list[str]]:
    reader = FieldReader()
    return core.notations.read_notation(reader, table), reader.mistakes


def test_a_course_s_own_notation() -> None:
    table = {
        "like": "ng",
        "pre": "S",
        "samples": "rows",
        "delta": {"typed": "e", "printed": "ε"},
        "dweight": False,
        "sign": "minus",
    }
    found, mistakes = own(table)
    assert not mistakes
    assert found is not None
    step = Rendition(found, Statement(two_layers(), 3, detailed=False))
    assert typed_formula(step, "s_1") == "S1 = X * W1' + b1"
    assert typed_formula(step, "delta_out") == "e2 = (Y - A2) .* g'(S2)"
    assert typed_formula(step, "W_1_next") == "W1_next = W1 + alpha * e1' * X"
    assert found.layout() == "Rows are samples; W is out x in; ε is minus the gradient; ε has no 1/m."
    assert own("ng") == (NAMED["ng"], [])


@pytest.mark.parametrize(
    ("table", "mistake"),
    [
        ({"like": "mg"}, 'notation.like: unknown "mg"; expected one of sgdb, ng'),
        ({"pre": "a b"}, 'notation.pre: expected letters, digits and _, at most 30, found "a b"'),
        ({"input": "softmax"}, 'notation.input: "softmax" means something else in formulas'),
        ({"input": "tanh"}, 'notation.input: "tanh" cannot be told from other things in formulas'),
        ({"like": "ng", "pre": "A"}, 'notation.pre: "A1" is the activation, too; each needs a name of its own'),
        ({"like": "ng", "output": "Y"}, 'notation.output: "Y" is the targets, too; each needs a name of its own'),
        ({"samples": "diagonal"}, 'notation.samples: unknown "diagonal"; expected one of rows, columns'),
        ({"dweight": True}, "notation.dweight: expected a text such as"),
        ({"dweight": False, "pre": False}, "notation.pre: expected a text such as"),
        ({"nabla": "x"}, 'notation.nabla: unknown "nabla"; expected one of like, name, input'),
        ({"name": ""}, 'notation.name: expected a name of its own, found ""'),
        ({"name": "ng", "samples": "columns"}, "notation.name: ng comes with sgdb; expected a name of its own"),
        (7, "notation: expected a text or a table, found 7"),
        ({"delta": "alpha"}, 'notation.delta: "alpha_3" cannot be told from other things in formulas'),
        ({"bias": "s"}, 'notation.bias: "s_1" is the pre-activation, too; each needs a name of its own'),
        ({"weight": "n"}, 'notation.weight: "n" is the number of samples, too; each needs a name of its own'),
        ({"like": "ng", "loss": "Z"}, 'notation.loss: "Z" is the pre-activation, too; each needs a name of its own'),
        ({"like": "ng", "pre": "J"}, 'notation.pre: "J" is the loss, too; each needs a name of its own'),
        ({"like": "ng", "input": "A"}, 'notation.input: "A" is the activation, too; each needs a name of its own'),
        ({"activation": "s"}, 'notation.activation: "s1" is the pre-activation, too; each needs a name of its own'),
        (
            {"bias": {"typed": "b", "prnted": "x"}},
            'notation.bias: expected "typed", and "printed" or "tex" beside it, f',
        ),
    ],
)
def test_mistakes_in_a_notation_of_one_s_own(table: Any, mistake: str) -> None:
    found, mistakes = own(table)
    assert found is None
    assert mistakes[0].startswith(mistake)
    assert len(mistakes) == 1


def test_all_mistakes_in_a_notation_are_told_at_once() -> None:
    table = {"like": "ng", "pre": "A", "target": "X", "samples": "col", "units": 7}
    assert [line.partition(":")[0] for line in own(table)[1]] == [
        *("notation.samples", "notation.units", "notation.target", "notation.pre"),
    ]
    unread = {"like": "ng", "pre": "A", "activation": ""}  # which may have been meant to be another
    assert [line.partition(":")[0] for line in own(unread)[1]] == ["notation.activation"]


def test_a_square_has_no_minus() -> None:
    found = rendition("mitchell", two_layers(update=core.RMSprop()))
    assert typed_formula(found, "nW_1_next") == "nw1_next = rho * nw1 + (1 - rho) * (delta1 * x')^2"


@pytest.mark.parametrize("update", [core.Momentum(0.9), core.Adam()], ids=lambda update: update.name)
@pytest.mark.parametrize("weight", ["beta", "lambda", "mu", "sigma", "delta", "epsilon", "rho", "Delta"])
def test_what_an_update_keeps_of_any_greek_letter_reads_back(weight: str, update: core.Update) -> None:
    found, mistakes = own({"like": "ng", "weight": weight})
    assert found is not None, mistakes
    step = Rendition(found, Statement(two_layers(update=update), 3, detailed=False))
    for name, tree in step.trees.items():
        for text in (typed_formula(step, name), as_text(paper_formula(step, name)), tex_formula(step, name)):
            assert as_printed(read_in(step, name, text)) == as_printed(tree), text


@pytest.mark.parametrize("update", [core.Momentum(0.9), core.Adam()], ids=lambda update: update.name)
def test_what_an_update_keeps_of_a_greek_letter_is_ascii_in_latex(update: core.Update) -> None:
    found, _ = own({"like": "ng", "weight": "Theta", "bias": "theta"})
    assert found is not None
    step = Rendition(found, Statement(two_layers(update=update), 3, detailed=False))
    for name, tree in step.trees.items():
        text = tex_formula(step, name)
        assert text.isascii()
        assert as_printed(read_in(step, name, text)) == as_printed(tree), text


def test_greek_letters_go_by_their_names() -> None:
    found, _ = own({"like": "ufldl", "weight": "Theta", "delta": "epsilon", "sign": "minus", "rate": "eta"})
    assert found is not None
    step = Rendition(found, Statement(two_layers(), 3, detailed=False))
    assert as_text(paper_formula(step, "s_1")) == "z₂ = Θ₁ x + b₁"
    assert tex_formula(step, "s_1") == r"z^{(2)} = \Theta^{(1)} \, x + b^{(1)}"
    for name in step.trees:
        for text in (as_text(paper_formula(step, name)), tex_formula(step, name)):
            assert as_printed(read_in(step, name, text)) == as_printed(step.trees[name]), text
    assert step.layout == (
        "Columns are samples; Θ is out x in; the input is layer 1; Θ counts from 1; ε is minus the gradient."
    )


@pytest.mark.parametrize("notation", SHIPPED, ids=lambda notation: notation.name)
def test_the_notations_that_come_with_it_have_no_mistakes(notation: Notation) -> None:
    assert own({"like": notation.name, "name": "mine"})[1] == []


def test_a_notation_of_switches_alone() -> None:
    found, _ = own({"samples": "columns"})
    assert found is not None
    step = Rendition(found, Statement(two_layers(), 3, detailed=False))
    assert as_text(paper_formula(step, "s_1")) == "s₁ = W₁ᵀ X_in + b₁"


def test_notations_by_name() -> None:
    assert core.notation("ng") is NAMED["ng"]
    with pytest.raises(core.ProblemError, match='unknown "nielson"; did you mean "nielsen"'):
        core.notation("nielson")


@pytest.mark.parametrize(
    "loss", [core.SoftmaxCrossEntropy(), core.SoftmaxHinge(), core.Hinge()], ids=lambda loss: loss.name
)
@pytest.mark.parametrize("notation", SHIPPED[1:], ids=lambda notation: notation.name)
def test_what_the_loss_adds_has_no_letter_that_the_notation_has_for_something_else(
    notation: core.Notation, loss: core.Loss
) -> None:
    problem = random_problem(3, (2, 2, 1), rows=3, loss=loss, bias=True)
    found = Rendition(notation, core.statement_of(problem, 3))
    letters = {word.typed for role, word in notation.words.items() if word is not None and ROLES[role][1]}
    equations = found.statement.equations
    own = [
        name for name in (*equations, *found.statement.numbers) if name not in equations or not equations[name].layer
    ]
    typed = {found.spellings[name].typed for name in own if name in found.spellings}
    assert typed.isdisjoint({*letters, *(f"d{letter}" for letter in letters)})
    assert len(typed) == len([name for name in own if name in found.spellings])
    assert ("probs" in typed) == (notation.name == "cs231n" and "p" in equations)
    assert ("logits" in typed) == (notation.name == "mitchell" and "o" in equations)
