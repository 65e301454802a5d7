"""Watches and what-if in the notation of a course: what is typed as it is printed there is the right number."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core import FormulaError, ProblemError, Step, Timeline
from core.expression.nodes import ALL, IsTrueClass, Signs, walk
from core.expression.pieces import as_text
from core.notations import SHIPPED, Rendition
from core.notations.printing import typed_printer
from core.notations.wording import with_gradients
from core.notations.words import Notation
from core.watching.number import number_of
from samples import examples, exercise_2, problems
from test_watch_language import CONDITIONS

OTHERS = [notation for notation in SHIPPED if not notation.is_own]
OWN = core.Notation("mine", "minus the gradient, which has no 1/n", samples="columns", sign="minus", mean="gradient")
MEAN = exercise_2(reduction="mean")
NG = core.notation("ng")


def spoken(step: Step, notation: Notation) -> tuple[Step, Rendition]:
    """A step in a notation, and how that writes its quantities."""
    shown = core.shown_in(step, notation)
    return shown, Rendition(with_gradients(notation), shown.statement)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """The first step of any problem that has one."""
    problem = draw(problems())
    return Timeline(problem)[0]


@examples(10)
@given(steps(), st.sampled_from([*OTHERS, OWN]), st.data())
def test_a_cell_typed_as_printed_is_the_right_number(step: Step, notation: Notation, data: st.DataObject) -> None:
    shown, rendition = spoken(step, notation)
    changeable = core.changeable(step.problem)
    for name in data.draw(st.sets(st.sampled_from([*step.values]), min_size=4, max_size=8)):
        if name not in rendition.spellings:
            continue
        values = step.values[name]
        printed = np.atleast_2d(rendition.turned(name, values)) if values.ndim else rendition.factor(name) * values
        place = tuple(data.draw(st.integers(0, count - 1)) for count in printed.shape)
        cell = f"[{','.join(str(at + 1) for at in place)}]" if place else ""
        own = place[::-1] if values.ndim == 2 and rendition.turns(name) else place
        own = (max(own),) if values.ndim == 1 else own  # a bias is a row or a column
        for form in {rendition.spellings[name].typed, as_text([rendition.spellings[name].piece])}:
            np.testing.assert_allclose(number_of(f"{form}{cell}", shown), printed[place], rtol=1e-12, err_msg=form)
            watch = core.read_watch(f"{form}{cell} > 0.5", step.problem, notation)
            again = core.watch_in(watch, step.problem, notation)
            assert core.read_watch(again.text, step.problem, notation) == watch
            assert core.read_watch(watch.saved, step.problem) == watch
            if name in changeable and name != "y_gt":  # not every number is a target
                (edit,) = core.read_change(f"{form}{cell} = 0.25", shown)
                row = (int(step.batch[own[0]]), own[1]) if name == "X_in" else own
                assert (edit.name, edit.cell, edit.value) == (name, tuple(at + 1 for at in row), 0.25)
        # As the sheet calls the run's own number.
        label = shown.statement.wording.label(name, tuple(at + 1 for at in own))
        np.testing.assert_allclose(number_of(label, shown), values[own], rtol=1e-12, err_msg=label)


@given(steps(), st.sampled_from([*OTHERS, OWN]), st.data())
def test_formulas_in_a_watch_are_those_of_the_notation(step: Step, notation: Notation, data: st.DataObject) -> None:
    shown, rendition = spoken(step, notation)
    printer = typed_printer(rendition, ALL)
    for name in data.draw(st.sets(st.sampled_from([*rendition.trees]), min_size=2, max_size=3)):
        tree = rendition.trees[name]
        text = f"norm({as_text(printer(tree))})"
        if any(isinstance(part, (IsTrueClass, Signs)) for part in walk(tree)):
            continue  # which are written in words that watches do not have
        expected = np.linalg.norm(rendition.turned(name, step.values[name]))
        np.testing.assert_allclose(number_of(text, shown), expected, rtol=1e-9, atol=1e-12, err_msg=text)
        watch = core.read_watch(f"{text} > 1", step.problem, notation)
        assert core.read_watch(core.watch_in(watch, step.problem, notation).text, step.problem, notation) == watch


@pytest.mark.parametrize(
    ("notation", "typed", "saved", "again"),
    [
        ("ng", "J < 0.01", "loss < 0.01", "J < 0.01"),
        ("ng", "dZ1[2,3] > 0.5", "n * delta_1[3,2] > 0.5", "dZ1[2,3] > 0.5"),
        ("ng", "dZ₁[2,3]/m rises", "delta_1[3,2] rises", "dZ1[2,3] / m rises"),
        ("ng", "Z[1][2,3] changes sign", "s_1[3,2] changes sign", "Z1[2,3] changes sign"),
        ("ng", "Z^{[1]}[2,3] changes", "s_1[3,2] changes", "Z1[2,3] changes"),
        ("ng", "all(A1[2,:] == 0)", "all(z_1[:,2] == 0)", "all(A1[2,:] == 0)"),
        ("ng", "becomes any(W1 * X > g1'(Z1))", "becomes any(X_in * W_1 > f1'(s_1))", "becomes any(W1 * X > g'(Z1))"),
        ("ng", "max(abs(dW2)) > 1", "max(abs(dW_out)) > 1", "max(abs(dW2)) > 1"),
        ("mitchell", "delta1[2,1] > 0", "-delta_1[1,2] > 0", "delta1[2,1] > 0"),
        ("mitchell", "all(net1 > delta1)", "all(s_1 > -delta_1)", "all(net1 > delta1)"),
        ("nielsen", "∂C/∂w₂[1,2] > 0", "n * dW_1[2,1] > 0", "nabla_w2[1,2] > 0"),
        ("cs231n", "step > step_size", "step > alpha", "step > step_size"),
        ("nielsen", "w^2[1,2] > 0", "W_1[2,1] > 0", "w2[1,2] > 0"),
        (
            "pytorch",
            "W1[3,1] > 0 and z1[1,3] > lr",
            "W_1[1,3] > 0 and s_1[1,3] > alpha",
            "W1[3,1] > 0 and z1[1,3] > lr",
        ),
    ],
)
def test_what_is_saved_is_in_sgdbs_names(notation: str, typed: str, saved: str, again: str) -> None:
    found = core.read_watch(typed, MEAN, core.notation(notation))
    assert (found.saved, found.text) == (saved, typed)
    assert core.watch_in(found, MEAN, core.notation(notation)).text == again
    assert core.watch_in(core.read_watch(saved, MEAN), MEAN, None).text == saved


def test_a_watch_that_was_typed_in_sgdbs_names_speaks_any_notation() -> None:
    watch = core.read_watch("delta_1[1,2] > 0.5", MEAN)
    told = {name: core.watch_in(watch, MEAN, core.notation(name)).text for name in ("ng", "mitchell", "cs231n", "sgdb")}
    assert told == {
        "ng": "dZ1[2,1] / m > 0.5",
        "mitchell": "-delta1[2,1] > 0.5",
        "cs231n": "ds1[1,2] > 0.5",
        "sgdb": "delta_1[1,2] > 0.5",
    }


def test_the_numbers_of_a_hit_are_the_notations() -> None:
    timeline = Timeline(MEAN)
    watch = core.read_watch("step == 3 and dZ2[1,2] != 0 and J > 0", MEAN, NG)
    hit = core.run_until(timeline, watch, limit=10)
    assert hit is not None
    delta, loss = 4 * timeline[3].values["delta_out"][1, 0], timeline[3].loss
    assert str(hit) == f"step = 3, dZ2[1,2] = {core.significant(delta, 6)}, J = {core.significant(loss, 6)}"
    assert "delta_out[2,1]" in str(hit.told_as(core.watch_in(watch, MEAN, None)))


@pytest.mark.parametrize(
    ("typed", "said", "place"),
    [
        ("z_1[1,1] > 0", "in ng the activation is A1 (z_1 in sgdb) and the pre-activation is Z1 (z_1 in pytorch)", 1),
        ("1 > loss", "in ng the loss is J (loss in sgdb)", 5),
        ("alpha > lr", "in ng the learning rate is alpha (lr in pytorch)", 9),
        ("Z1[1,9] > 0", "Z1 is 3 x 4: there is no [1,9]", 3),
        ("W1 > 0", "W1 > 0: this is 3 x 2 numbers; expected one, such as W1[1,1]", 1),
        ("any(Z1 > W1)", "Z1 > W1: the shapes do not fit: 3 x 4 > 3 x 2", 5),
        ("J", "expected a condition, such as J > 0 or J rises", 1),
        ("Zz > 0", 'unknown "Zz"', 1),
    ],
)
def test_names_of_another_notation_are_refused_with_their_translation(typed: str, said: str, place: int) -> None:
    with pytest.raises(FormulaError) as error:
        core.read_watch(typed, MEAN, NG)
    assert said in str(error.value)
    assert error.value.place == place
    assert "_out" not in str(error.value)


@examples(40)
@given(st.sampled_from(["", "when ", "becomes "]), CONDITIONS, st.sampled_from([*OTHERS, OWN]))
def test_what_was_typed_in_sgdbs_names_is_read_as_the_same_in_any(edge: str, text: str, notation: Notation) -> None:
    watch = core.read_watch(edge + text, MEAN)
    spoken = core.watch_in(watch, MEAN, notation)
    assert core.read_watch(spoken.text, MEAN, notation) == watch, spoken.text
    assert core.read_watch(spoken.canonical, MEAN, notation) == watch, spoken.canonical


WORDS = (
    "J",
    "Z1",
    "Z^[1]",
    "Z[1]",
    "b1",
    "dZ2",
    "loss",
    "[1,2]",
    "[:,1]",
    "[1]",
    "<",
    "==",
    "(",
    ")",
    "not",
    "and",
    "'",
)
MORE = ("all(", "max(", "g1(", "g'(", "0.5", "+", "-", "/", "m", "^2", "[j = y]", "_y", "becomes", "rises", "∂", "=")


@examples(60)
@given(st.lists(st.sampled_from((*WORDS, *MORE)), max_size=12))
def test_any_words_are_read_or_a_mistake_with_a_place(words: list[str]) -> None:
    text, mistake = " ".join(words), None
    step = core.shown_in(Timeline(MEAN)[0], NG)
    with suppress(FormulaError, ProblemError):
        core.read_change(text, step)
    try:
        watch = core.read_watch(text, MEAN, NG)
    except FormulaError as error:
        mistake = error
    else:
        assert core.read_watch(watch.canonical, MEAN, NG) == watch
    assert mistake is None or mistake.place is None or 1 <= mistake.place <= len(text) + 1


def test_what_is_deep_takes_no_time() -> None:
    text = "Z1"
    for _ in range(25):
        text = f"Z1 .* max({text})"
    watch = core.read_watch(f"max({text}) > 0", MEAN, NG)
    assert core.watch_in(watch, MEAN, NG).text == watch.text


@pytest.mark.parametrize(
    ("typed", "cell", "value"),
    [("W1[3,1] = 0.1/4", (1, 3), 0.025), ("W^[1][3,1] ← 1", (1, 3), 1.0), ("W_1[3,1] := W1[2,2] * 0", (1, 3), 0.0)],
)
def test_a_change_is_typed_in_the_notation(typed: str, cell: tuple[int, int], value: float) -> None:
    step = core.shown_in(Timeline(MEAN)[0], NG)
    assert core.read_change(typed, step) == (core.Edit(0, "W_1", cell, value),)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("lr = 3", "in ng the learning rate is alpha (lr in pytorch)"),
        ("W_out[1,1] = 3", "in ng the weights are W2 (W_out in sgdb)"),
        ("J = 1", "J is computed: change what it is computed from, W1, W2, X, Y, alpha, batch_size, l1, l2"),
        ("W1 = 3", "W1 needs a cell, such as W1[1,1]"),
        ("W1[4,1] = 3", "W1 is 3 x 2: there is no [4,1]"),
        ("alpha = -1", "alpha: expected a finite number above 0, found -1"),
        ("step = 1", "step is counted"),
        ("foo", "such as W1[1,2] = 0.1/3 or alpha = 0.05"),
        ("W1[1,1] = z_1[1,1]", "in ng the activation is A1"),
    ],
)
def test_what_cannot_be_changed_is_told_in_the_notation(typed: str, said: str) -> None:
    step = core.shown_in(Timeline(MEAN)[0], NG)
    with pytest.raises((FormulaError, ProblemError)) as error:
        core.read_change(typed, step)
    assert said in str(error.value)


def test_the_line_of_a_change_and_the_edit_are_in_the_notation() -> None:
    step: Any = core.shown_in(Timeline(MEAN)[0], NG)
    text = core.unchanged_text(step, "W_1", (1, 3))
    assert text == f"W1[3,1] = {core.significant(step.values['W_1'][0, 2], 6)}"
    (edit,) = core.read_change(text, step)
    assert core.edit_text(step.problem, edit).startswith("W₁[3,1] = ")
    assert core.read_change("batch = 2", step) == (core.Edit(0, "batch_size", (), 2.0),)
