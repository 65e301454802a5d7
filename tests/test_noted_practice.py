"""Practice in the notation of a course: its names and its numbers, with a row for each sample. More sheets, by hand:
--hypothesis-profile long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import core
from core.arrays import Array
from core.equations import PER_SAMPLE, PER_UNIT
from core.notations import SHIPPED, Rendition
from core.notations.words import Notation
from core.practice import Exercise, keep_progress, resume
from core.practice.exercise import HINTS, key_of
from core.practice.progress import progress_path
from core.solving import rounded
from samples import LOSSES, PENALTIES, UPDATES, examples, exercise_2, random_problem
from test_notations import by_python
from test_noted_solutions import in_its_layout

OTHERS = [notation for notation in SHIPPED if not notation.is_own]


class NotedStudent:
    """Works a sheet out by the formulas that a notation has on paper, in its layout, with its sign of δ and its 1/n,
    each from the numbers that were rounded before; and types what that comes to with a row for each sample.
    """

    def __init__(self, exercise: Exercise, notation: Notation, digits: int) -> None:
        self.exercise, self.digits = exercise, digits
        statement = exercise.step.statement
        self.paper = Rendition(notation, statement)
        self.axes = {name: equation.axes for name, equation in statement.equations.items()}
        self.own: dict[str, Any] = {
            name: self.paper.turned(name, exercise.step.values[name]) for name in statement.given
        }

    def quantities(self) -> Iterator[tuple[str, Any]]:
        """Each quantity that is asked for, with its numbers as texts."""
        asked = {quantity.name for quantity in self.exercise.questions}
        for name, tree in self.paper.trees.items():
            with np.errstate(all="ignore"):
                values = np.asarray(by_python(self.paper, tree, self.own), dtype=float)
            if name in asked:
                texts = np.vectorize(lambda value: rounded(float(value), self.digits), otypes=[object])(values)
                values = texts.astype(float)
                yield name, self.as_on_the_sheet(name, texts)
            self.own[name] = values

    def as_on_the_sheet(self, name: str, values: Array) -> Any:
        """A matrix with a row for each sample, or each unit below; a list of numbers as it is."""
        if self.axes[name] in (PER_SAMPLE, PER_UNIT):
            return values.reshape(-1)
        is_weight = name.removesuffix("_next").rstrip("out0123456789").rstrip("_").endswith("W")
        notation = self.paper.notation
        turns = notation.weights == "out x in" if is_weight else notation.samples == "columns"
        return values.T if turns else values

    def hand_in(self) -> None:
        exercise = self.exercise
        for name, texts in self.quantities():
            assert exercise.current is not None
            assert exercise.current.name == name
            reply = exercise.answer("; ".join(" ".join(row) for row in np.atleast_2d(texts)))
            assert reply.verdict == "right", (name, reply)
        assert exercise.done
        assert (exercise.points, exercise.slips, exercise.hints) == (exercise.total, 0, 0)


@st.composite
def kinds(draw: st.DrawFn) -> core.Problem:
    """Problems of any kind that are small enough to practise."""
    return random_problem(
        draw(st.integers(0, 2**16)),
        tuple(draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))),
        rows=draw(st.integers(1, 4)),
        loss=draw(st.sampled_from(LOSSES)),
        freeze=draw(st.booleans()),
        learning_rate=0.5,
        reduction=draw(st.sampled_from(["sum", "mean"])),
        update=draw(st.sampled_from(UPDATES)),
        penalty=draw(st.sampled_from(PENALTIES)),
    )


def sheet(problem: core.Problem, notation: Notation | str, seed: int = 7) -> Exercise:
    return Exercise(problem, seed, notation=core.notation(notation) if isinstance(notation, str) else notation)


def drawn_sheet(problem: core.Problem, notation: Notation, seed: int = 7) -> Exercise:
    """One that can be worked out: of numbers that cancel but for rounding, the order in which they are added decides
    what is left.
    """
    try:
        exercise = sheet(problem, notation, seed)
    except (core.ProblemError, core.DivergedError):
        assume(False)
        raise
    assume(all(np.isfinite(values).all() for values in exercise.paper.values.values()))
    assume(not any((np.abs(values[values != 0]) < 1e-12).any() for values in exercise.paper.values.values()))
    return exercise


def mean(**changes: Any) -> core.Problem:
    return exercise_2(reduction="mean", **changes)


def by_row(values: Any) -> str:
    """Numbers as they are typed: a matrix row by row."""
    rows = np.atleast_2d(np.vectorize(lambda value: rounded(float(value)), otypes=[object])(values))
    return "; ".join(" ".join(row) for row in rows)


def up_to(exercise: Exercise, name: str) -> Exercise:
    """An exercise that is worked out rightly up to a quantity."""
    while exercise.current is not None and exercise.current.name != name:
        assert exercise.answer(by_row(exercise.current.values)).verdict == "right"
    return exercise


@pytest.mark.parametrize("notation", OTHERS, ids=lambda notation: notation.name)
@examples(2)
@given(kinds(), st.integers(0, 10**9), st.sampled_from([3, 4, 6]))
def test_who_rounds_as_asked_has_every_point(notation: Notation, problem: core.Problem, seed: int, digits: int) -> None:
    NotedStudent(drawn_sheet(problem, notation, seed), notation, digits).hand_in()


PLACE = re.compile(r"\[([\d,]+)\]\Z")


@examples(10)
@given(kinds(), st.sampled_from(OTHERS))
def test_a_label_names_the_place_on_paper_and_its_number_is_told(problem: core.Problem, notation: Notation) -> None:
    exercise = drawn_sheet(problem, notation)
    for name, cell in exercise.asked_cells():
        on_paper = in_its_layout(notation, exercise.step, name)
        found = PLACE.search(exercise.label(name, cell))
        place = tuple(int(i) - 1 for i in found[1].split(",")) if found else ()
        expected = on_paper.reshape(-1)[place[0]] if len(place) == 1 else on_paper[place]
        assert exercise.told(name, cell) == rounded(float(expected))
        if len(place) < 2:
            assert not exercise.paper.heading(name).endswith("ᵀ")
        else:
            turned = place != tuple(i - 1 for i in cell)
            assert exercise.paper.heading(name).endswith("ᵀ") or not turned


@examples(6)
@given(kinds(), st.sampled_from(["ng", "pytorch", "mit"]), st.data())
def test_nothing_that_is_said_has_a_name_of_sgdb(problem: core.Problem, notation: str, data: st.DataObject) -> None:
    exercise = drawn_sheet(problem, core.notation(notation))
    asked = data.draw(st.sampled_from(exercise.questions))
    cell = next(cell for name, cell in exercise.asked_cells() if name == asked.name)
    said = [exercise.paper.formula(quantity.name) for quantity in exercise.paper.quantities]
    said += exercise.lines(asked.name, cell, HINTS)
    values = up_to(exercise, asked.name).paper.values[asked.name]
    wrong = data.draw(st.sampled_from([-values, values + 1, 10 * values, values[::-1] if values.ndim else values]))
    said.append(exercise.answer(by_row(wrong)).text)
    said += exercise.recap()
    for text in said:
        assert not re.search(r"(?<![A-Za-z])([sWbd]_|z_|delta|[δ∂s][₀-₉]|y_gt|y_out|X_in|_out|_next)", text), text


def test_slips_are_told_in_the_names_and_places_of_the_notation() -> None:
    exercise = sheet(mean(), "ng")
    true = exercise.paper.values["s_1"]
    exercise.move(1, 2)
    assert exercise.answer(rounded(-float(true[1, 2]))).text == "Z₁[3,2]: the sign is wrong"
    up_to(exercise, "delta_1")
    of_mean = exercise.step.values["delta_1"]
    reply = exercise.answer(by_row(of_mean))
    assert reply.verdict == "slip"
    assert "dZ₁" in reply.text
    assert exercise.answer(by_row(4 * of_mean)).verdict == "right"
    assert exercise.lines("dW_out", (2, 1), 1) == (
        "dW₂ = 1/m dZ₂ A₁ᵀ",
        "dW₂[1,2] = " + " + ".join(f"1/4 · dZ₂[1,{i}] · A₁[2,{i}]" for i in range(1, 5)),
    )
    assert any(line.startswith("Gradients: dW₂ = 1/m dZ₂ A₁ᵀ") for line in with_a_slip(exercise, "dW_out").recap())


def with_a_slip(exercise: Exercise, name: str) -> Exercise:
    assert up_to(exercise, name).answer("123").verdict == "slip"
    return exercise


@pytest.mark.parametrize(
    ("notation", "times", "told"),
    [
        ("ng", -1, "α dW₁ is added, where it must be subtracted"),
        ("nielsen", -1, "η / n ∂C/∂w₂ is added, where it must be subtracted"),
        ("nielsen", 4, "it is not divided by n, the number of samples: η stands for η / n before ∂C/∂w₂"),
        ("mitchell", -1, "η ∂E/∂w₁ is added, where it must be subtracted"),
        ("mitchell", 4, "the sum over the samples is taken, where it must be the mean (in ∂E/∂w₁)"),
    ],
)
def test_a_slip_in_the_update_is_told_by_the_rate_of_the_notation(notation: str, times: int, told: str) -> None:
    exercise = up_to(sheet(mean(learning_rate=0.1), notation), "W_1_next")
    before, after = (exercise.paper.values[name] for name in ("W_1", "W_1_next"))
    reply = exercise.answer(by_row(before + times * (after - before)))
    assert reply.text.partition(": ")[2] == told


def test_what_a_notation_has_no_name_for_is_not_asked_for() -> None:
    own, mitchell = sheet(mean(), "sgdb"), sheet(mean(), "mitchell")
    assert {quantity.name for quantity in own.questions} - {quantity.name for quantity in mitchell.questions} == {
        "dW_out",
        "dW_1",
    }
    assert mitchell.paper.formula("W_1_next") == "w₁⁺ = w₁ + η δ₁ xᵀ"


def test_a_copy_of_the_other_sign_shows_what_was_typed_so() -> None:
    exercise = up_to(sheet(mean(), "mitchell"), "dy_out")
    true = exercise.paper.values["dy_out"]
    typed = [f"{value:.9f}" for value in true[:, 0]]
    assert exercise.answer("; ".join(typed)).verdict == "right"
    assert "delta_out" not in {quantity.name for quantity in exercise.questions}
    assert exercise.reached("delta_out")
    for i, text in enumerate(typed):
        shown = exercise.shown("delta_out", (i + 1, 1))
        assert shown.lstrip("-") == text.lstrip("-")
        assert float(shown) == -float(text) == pytest.approx(exercise.paper.values["delta_out"][i, 0])


def test_a_matrix_that_is_typed_as_on_paper_is_not_guessed_but_told() -> None:
    exercise = sheet(mean(), "ng")
    reply = exercise.answer(by_row(exercise.paper.values["s_1"].T))
    assert reply.text == (
        "expected a number, a row of 3 or all 12, found 3 rows of 4; here stands Z₁ᵀ, whose rows are columns on paper"
    )


def test_a_sheet_goes_on_in_every_notation_that_has_its_numbers(tmp_path: Path) -> None:
    path = {n.name: progress_path(sheet(mean(), n), tmp_path) for n in SHIPPED}
    assert path["sgdb"] == path["cs231n"] == path["goodfellow"] == path["pytorch"] == path["bishop"]
    assert len({path["sgdb"], path["ng"], path["nielsen"], path["mitchell"]}) == 4
    assert progress_path(sheet(exercise_2(), "ng"), tmp_path) == progress_path(sheet(exercise_2(), "sgdb"), tmp_path)
    begun = up_to(sheet(mean(), "ng"), "delta_1")
    assert begun.answer(by_row(begun.paper.values["delta_1"])).verdict == "right"
    assert not keep_progress(begun, 3.0, tmp_path)
    again = sheet(mean(), "ng")
    assert resume(again, tmp_path) == 3.0
    assert again.standing == begun.standing
    up_to(again, "")
    assert (again.points, again.total) == (79.0, 79)


def test_what_was_saved_before_there_were_notations_is_found(tmp_path: Path) -> None:
    exercise = Exercise(mean(), 7)
    name = sha256(repr((7, exercise.problem.particulars())).encode()).hexdigest()[:16]
    (tmp_path / "sheets").mkdir()
    true = rounded(float(exercise.step.values["s_1"][0, 0]))
    label = key_of("s_1", (1, 1))
    kept = {"seconds": 5, "standing": {label: "found"}, "written": {label: true}, "hinted": {}, "slipped": []}
    (tmp_path / "sheets" / f"{name}.json").write_text(json.dumps({**kept, "slips": []}), encoding="utf-8")
    for notation in (None, core.notation("pytorch")):
        exercise = Exercise(mean(), 7, notation=notation)
        assert resume(exercise, tmp_path) == 5
        assert exercise.points == 1


def test_a_problem_is_practised_in_its_notation() -> None:
    problem = mean(notation=core.notation("ng"))
    assert Exercise(problem, 7).label("s_1", (1, 2)) == "Z₁[2,1]"
    assert Exercise(problem, 7).another().label("s_1", (1, 2)) == "Z₁[2,1]"
    assert Exercise(problem, 7, notation=core.notation("sgdb")).another().label("s_1", (1, 2)) == "s₁[1,2]"
    assert Exercise(replace(problem, notation=None), 7).label("s_1", (1, 2)) == "s₁[1,2]"
