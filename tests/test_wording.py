"""What quantities are called on the screen in a notation: headings that say how the numbers differ from it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.expression.pieces import as_text
from core.notations import SHIPPED
from core.notations.formulas import paper_formula
from core.notations.rendition import Rendition
from core.notations.words import Notation
from samples import exercise_2, problems, random_problem

OTHERS = [notation for notation in SHIPPED if not notation.is_own]
INDICES = re.compile(r"\[(\d+)(?:,(\d+))?\]")


def classes(**training: Any) -> core.Problem:
    loss = core.SoftmaxCrossEntropy()
    return random_problem(3, (3, 4, 3), rows=5, loss=loss, activation="tanh", bias=True, **training)


PROBLEMS = {
    "exercise 2": exercise_2(),
    "mean": random_problem(0, (2, 3, 1), rows=4, activation="sigmoid", bias=True, reduction="mean"),
    "classes": classes(),
    "adam": classes(update=core.Adam(), penalty=core.Penalty(l2=0.1)),
    "one layer": random_problem(1, (2, 2), rows=3, activation="identity", reduction="mean"),
}


def first_step(problem: core.Problem) -> core.Step:
    return core.Timeline(problem)[0]


def called(notation: str, problem: core.Problem) -> core.Step:
    return core.shown_in(first_step(problem), core.NOTATIONS[notation])


@pytest.mark.parametrize("notation", OTHERS, ids=lambda notation: notation.name)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_heading_says_how_the_numbers_below_differ_from_what_its_letter_stands_for(
    notation: Notation, problem: str
) -> None:
    step = first_step(PROBLEMS[problem])
    shown, rendition = core.shown_in(step, notation), Rendition(notation, step.statement)
    count = as_text([rendition.spellings["n"].piece])
    for name, spelling in rendition.spellings.items():
        heading, letter = shown.statement.symbols[name], as_text([spelling.piece])
        before, found, behind = heading.partition(letter)
        assert found, heading
        assert before in ("", "-")
        assert behind in ("", "ᵀ", f"/{count}", f"ᵀ/{count}"), heading
        if name not in step.values:
            continue
        theirs = (-1 if before else 1) * (len(step.batch) if "/" in behind else 1) * step.values[name]
        theirs = theirs.T if "ᵀ" in behind else theirs
        turned = rendition.turned(name, step.values[name])
        np.testing.assert_allclose(theirs, turned if theirs.ndim == 2 else turned.reshape(theirs.shape))


@pytest.mark.parametrize("notation", OTHERS, ids=lambda notation: notation.name)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_formulas_are_those_that_the_notation_prints(notation: Notation, problem: str) -> None:
    step = first_step(PROBLEMS[problem])
    rendition, shown = Rendition(notation, step.statement), core.shown_in(step, notation)
    computations = {c.name: c for c in core.computations(shown.problem, len(step.batch))}
    for name in rendition.trees:
        found = computations[name]
        text = found.text.removesuffix("   (frozen)")
        assert f"{shown.statement.letters[name]} = {text}" == as_text(paper_formula(rendition, name))


@given(problems(), st.sampled_from(OTHERS))
def test_no_number_changes(problem: core.Problem, notation: Notation) -> None:
    step = first_step(problem)
    shown = core.shown_in(step, notation)
    assert [*shown.values] == [*step.values]
    assert all(shown.values[name] is step.values[name] for name in step.values)
    assert core.shown_in(shown, core.NOTATIONS["sgdb"]).statement.symbols == step.statement.symbols
    assert shown.statement.evaluate("delta_out", shown.values).tolist() == (
        step.statement.evaluate("delta_out", step.values).tolist()
    )


def as_numbers(line: str, step: core.Step, rendition: Rendition, names: set[str]) -> str:
    """A line of arithmetic with numbers of the notation's own matrices in place of its letters."""
    letters = {as_text([spelling.piece]): name for name, spelling in rendition.spellings.items()}
    for letter in sorted(letters, key=len, reverse=True):
        name = letters[letter]
        if name in step.values and name in names:
            laid = np.atleast_2d(rendition.turned(name, step.values[name]))

            def number(found: re.Match[str], laid: Any = laid) -> str:
                i, j = INDICES.fullmatch(found[0][len(found[0]) - len(found[1]) :]).groups()  # type: ignore[union-attr]
                value = laid[int(i) - 1, int(j) - 1] if j else laid.reshape(-1)[int(i) - 1]
                return f"({float(value)!r})"

            line = re.sub(rf"(?<!\w){re.escape(letter)}(\[[\d,]+\])", number, line)
        elif name == "alpha":
            line = re.sub(rf"(?<!\w){re.escape(letter)}(?!\w)", repr(float(rendition.statement.numbers[name])), line)
        elif name == "n":
            line = re.sub(rf"/{re.escape(letter)}(?!\w)", f"/{len(step.batch)}", line)
    return line.replace("·", "*")


@pytest.mark.parametrize("notation", SHIPPED, ids=lambda notation: notation.name)
@pytest.mark.parametrize("problem", ["exercise 2", "mean", "classes"])
def test_both_sides_of_an_explanation_come_to_the_same_in_the_notations_own_matrices(
    notation: Notation, problem: str
) -> None:
    step = first_step(PROBLEMS[problem])
    shown = core.shown_in(step, notation)
    rendition = shown.statement.wording.rendition if not notation.is_own else Rendition(notation, step.statement)  # type: ignore[attr-defined]
    for name, cell in (("s_1", (2, 1)), ("s_out", (1, 1)), ("dW_1", (1, 2)), ("dz_1", (2, 3)), ("W_1_next", (2, 1))):
        left, _, right = core.explain(shown, name, cell).lines()[0].partition(" = ")
        for side in (left, right):
            value = eval(as_numbers(side, step, rendition, set(step.values)))
            assert value == pytest.approx(float(step.values[name][cell[0] - 1, cell[1] - 1])), (side, name)


@pytest.mark.parametrize("notation", SHIPPED, ids=lambda notation: notation.name)
@pytest.mark.parametrize("problem", ["exercise 2", "mean", "classes"])
def test_gradients_as_formulas_are_in_the_notation_and_come_to_the_gradients(notation: Notation, problem: str) -> None:
    step = first_step(PROBLEMS[problem])
    shown = core.shown_in(step, notation)
    for k in (1, 2):
        name = "dW_out" if k == 2 else "dW_1"
        for forward in (False, True):
            found = core.expanded(shown, k, forward)
            np.testing.assert_allclose(found.evaluate(), step.values[name], atol=1e-12)
            assert found.left.text == (
                shown.statement.letters[name] if not notation.is_own else core.expanded(step, k).left.text
            )
        last = core.recursive(shown, k).formulas[-1]
        assert not re.search("_in|_out|_gt", last.text) or notation.is_own


@pytest.mark.parametrize(
    ("notation", "expected"),
    [
        ("ng", ["dZ₂ = dA₂ ⊙ g'(Z₂)", "dZ₁ = (W₂ᵀ dZ₂) ⊙ g'(Z₁)", "dW₁ = 1/m dZ₁ Xᵀ"]),
        ("nielsen", ["δ₃ = ∂C/∂a₃ ⊙ σ'(z₃)", "δ₂ = (w₃ᵀ δ₃) ⊙ σ'(z₂)", "∂C/∂w₂ = δ₂ xᵀ"]),
        ("cs231n", ["ds₂ = dscores ⊙ f'(s₂)", "ds₁ = (ds₂ W₂ᵀ) ⊙ f'(s₁)", "dW₁ = Xᵀ ds₁"]),
        ("mitchell", ["δ₂ = -∂E/∂o₂ ⊙ f'(net₂)", "δ₁ = (w₂ᵀ δ₂) ⊙ f'(net₁)", "∂E/∂w₁ = -δ₁ xᵀ"]),
    ],
)
def test_the_recursion_is_as_the_sources_have_it(notation: str, expected: list[str]) -> None:
    shown = called(notation, PROBLEMS["mean"])
    assert [formula.text for formula in core.recursive(shown, 1).formulas] == expected


def test_expanded_formulas_have_the_notations_layout_and_shapes() -> None:
    found = core.expanded(called("ng", PROBLEMS["mean"]), 1)
    assert found.text == "dW₁ = 1/m ((W₂ᵀ [dA₂ ⊙ g'(Z₂)]) ⊙ g'(Z₁)) Xᵀ"
    shapes = [token.shape for token in found.tokens if token.name]
    assert shapes == [(3, 2), (3, 1), (1, 4), (1, 4), (3, 4), (4, 2)]


def test_signs_and_shares_are_told_of_the_numbers_as_they_stand() -> None:
    assert str(core.explain(called("mitchell", exercise_2()), "dW_out", (1, 1))).startswith(
        "∂E/∂w₂[1] = o₁[1,1] · (-δ₂[1])"
    )
    found = str(core.explain(called("ng", PROBLEMS["mean"]), "delta_1", (2, 3)))
    assert found.startswith("dZ₁[3,2]/m = dA₁[3,2]/m · g'(Z₁[3,2])")


def test_what_is_typed_stays_in_sgdbs_names() -> None:
    shown = called("ng", exercise_2())
    assert core.read_watch("s_1[1,2] > 0", shown.problem).text == core.read_watch("s_1[1,2] > 0", exercise_2()).text


def test_a_diagnosis_speaks_the_notation() -> None:
    timeline = core.Timeline(exercise_2())
    slices = core.diagnosing(timeline, 3, thorough=False, notation=core.NOTATIONS["ng"])
    try:
        while True:
            next(slices)
    except StopIteration as end:
        texts = [finding.text for finding in end.value.findings]
    assert any("‖W₁⁺ - W₁‖ / ‖W₁‖" in text for text in texts)
    assert any("‖W₂⁺ - W₂‖ / ‖W₂‖" in text for text in texts)
