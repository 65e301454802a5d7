"""Practice: the problems that are drawn, and what an exercise thinks of answers."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import core
from core.checking.written import read_written
from core.classes import one_hot
from core.fresh import practice_problem
from core.losses import SoftmaxHinge, SquaredError
from core.practice.exercise import DIGITS, HINTS, Exercise
from core.practice.progress import forget_progress, keep_progress, progress_path, resume
from core.practice.replies import Reply
from core.practice.typed import read_rows
from core.solving import rounded, solve
from line_reader import by_python
from samples import LOSSES, exercise_2, problems, random_problem

BUILT_IN = ("exercise-1", "exercise-2", "exercise-3", "why-the-max", "xor")


def small(problem: core.Problem) -> core.Problem:
    assume(sum(problem.network.sizes) < 10 and len(problem.inputs) < 5)
    return problem


@settings(max_examples=40)
@given(problems().map(small), st.integers(0, 10**9))
def test_a_fresh_problem_is_of_the_same_kind(problem: core.Problem, seed: int) -> None:
    fresh = practice_problem(problem, seed)
    assert fresh.network.sizes == problem.network.sizes
    rows = problem.batch_size or len(problem.inputs)
    plain = not problem.penalty and not problem.update.buffers  # else there may be too many numbers
    assert len(fresh.inputs) == rows if plain else len(fresh.inputs) <= rows
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
            terms = fresh.loss.terms(step.probabilities, one_hot(step.targets))
            assert (np.abs(terms[terms != 0]) > 0.01).all()
            assert (terms > 0).any()
        assert any(np.abs(gradient).max() > 1e-3 for gradient in step.weight_gradients)
    assert len(sheets) == 20


def test_a_sheet_is_the_same_for_good() -> None:
    fresh = practice_problem(core.load_problem("exercise-2"), 7)
    assert fresh.inputs.tolist() == [[-1.0, 1.0], [-2.0, 1.0], [1.0, -1.0], [1.0, -2.0]]
    assert fresh.targets.tolist() == [[-1.0], [-1.0], [1.0], [-1.0]]
    assert [layer.weights.tolist() for layer in fresh.network.layers] == [
        [[-0.5, -0.8, -0.9], [1.0, -1.0, -0.7]],
        [[0.4], [-0.2], [-0.8]],
    ]


@pytest.mark.parametrize(
    ("name", "loss", "rows", "weights"),
    [
        ("exercise-3", "softmax_hinge", 4, [-0.5, -0.4, -0.9]),
        ("three-classes", "softmax_hinge", 2, [0.7, 0.1, 0.9, -0.1, 1.0, -0.3, 0.6, -0.4]),
        ("three-classes", "cross-entropy", 2, [0.7, 0.1, 0.9, -0.1, 1.0, -0.3, 0.6, -0.4]),
    ],
)
def test_smaller_steps_change_no_sheet(name: str, loss: str, rows: int, weights: list[float]) -> None:
    fresh = practice_problem(core.load_problem(name, {"loss": loss}), 7)
    assert len(fresh.inputs) == rows
    assert fresh.network.layers[0].weights[0].tolist() == weights


def test_where_arithmetic_ends_its_numbers_are_short() -> None:
    problem = core.load_problem("exercise-2")
    lengths = []
    for seed in range(30):
        step = core.Timeline(practice_problem(problem, seed))[0]
        numbers = [Decimal(f"{v:.10f}").normalize() for q in core.quantities(step) for v in q.values.ravel().tolist()]
        lengths.append(max(len(number.as_tuple().digits) for number in numbers))
    assert max(lengths) <= 6
    assert sum(length <= 5 for length in lengths) >= 25


@pytest.mark.parametrize(
    ("rate", "kept", "found"), [(0.3, False, 0.3), (0.05, False, 0.05), (0.0137, False, 0.1), (0.0137, True, 0.0137)]
)
def test_a_learning_rate_stays_where_it_is_friendly_or_asked_for(rate: float, kept: bool, found: float) -> None:
    assert practice_problem(exercise_2(learning_rate=rate), 1, keep_rate=kept).learning_rate == found


def test_a_problem_with_many_rows_gives_a_sheet_with_few() -> None:
    problem = core.load_problem("three-classes")
    fresh = practice_problem(problem, 3)
    rows, all_rows = len(fresh.inputs), problem.batch_size or len(problem.inputs)
    assert fresh.name == f"Three classes, sheet 3, {rows} of {all_rows} rows"
    size = numbers_without_details(fresh)
    with pytest.raises(core.ProblemError, match=f"expected at most 200; --batch {rows} fits") as error:
        practice_problem(problem, 3, keep_rows=True)
    counted = int(re.search(r"a step has (\d+) numbers", str(error.value))[1])  # type: ignore[index]
    assert (size <= 200, counted) == (True, numbers_without_details(problem))
    assert numbers_without_details(replace(problem, batch_size=rows + 1)) > 200


def numbers_without_details(problem: core.Problem) -> int:
    """How many numbers a step has, without those that only make its steps smaller."""
    step = core.Timeline(problem)[0]
    return sum(step.values[c.name].size for c in core.computations(problem, len(step.batch), detailed=False))


def test_targets_that_are_no_classes_are_drawn_anew() -> None:
    problem = exercise_2(inputs=np.ones((6, 2)), targets=np.arange(6.0)[:, np.newaxis] / 7)
    targets = practice_problem(problem, 1).targets
    assert np.array_equal(2 * targets, np.round(2 * targets))


@pytest.mark.parametrize(
    ("activation", "low", "high"), [("sigmoid", 0.1, 0.9), ("tanh", -0.9, 0.9), ("relu", 0.5, 2), ("identity", -2, 2)]
)
def test_targets_are_numbers_that_the_output_can_reach(activation: str, low: float, high: float) -> None:
    like = random_problem(3, (2, 2, 2), rows=8, loss=SquaredError(), activation=activation)
    targets = np.concatenate([practice_problem(like, seed).targets for seed in range(20)])
    assert (targets.min(), targets.max()) == (low, high)
    assert np.array_equal(targets, np.round(targets, 1))


@pytest.mark.parametrize("sizes", [(1000, 1000, 1000), (2, 20, 2)])
def test_a_large_network_is_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(
        core.ProblemError,
        match=r"too large to practise by hand: a step has \d+ .* expected at most 200; take fewer units",
    ):
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
    assert work.answer("1.5").text == "s₁[1,1]: right"
    assert work.cell == (1, 2)
    assert work.answer("1.5, -0.2, 0.2").text == "2 numbers of s₁: right"
    assert work.cell == (2, 1)
    work.move(5, 1)
    assert work.cell == (4, 2)
    assert work.answer("[[1.5 −0.2 0.2], [2 0.6 1.1], [-1.5 0.2 -0.2], [-2.5, 1.2, 1/2]]").verdict == "right"
    assert (work.current.name if work.current else "", work.cell) == ("z_1", (1, 1))
    assert work.points == 12


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("15", "s₁[1,1]: a decimal point slip"),
        ("-1.5", "s₁[1,1]: the sign is wrong"),
        ("-3/2", "s₁[1,1]: the sign is wrong"),
        ("0", "s₁[1,1]: wrong; this doesn't match any common mistake"),
        ("-0.5", "s₁[1,1]: perhaps the sign of X_in[1,2] W₁[2,1] is wrong"),
        ("1", "s₁[1,1]: perhaps X_in[1,1] W₁[1,1] is left out"),
        ("2", "s₁[1,1]: write it exactly, or with 3 significant digits"),
        ("1.5 -0.02 0.2", "s₁[1,2]: a decimal point slip"),
        ("-2.5 1.2 0.5", "s₁[1,1]: a neighbouring row of s₁"),
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
    work.answer("15")
    work.answer("1.5")
    assert work.points == 0.5


def test_what_is_known_already_is_not_judged_again() -> None:
    work = exercise()
    work.answer("1.5")
    reply = work.answer("9 -0.2 0.2")
    assert (reply.verdict, reply.text) == ("right", "2 numbers of s₁: right; s₁[1,1] is known already: 1.5")
    reply = work.answer("9 9 0.6; 2 0.6 1.1; -1.5 0.2 -0.2; -2.5 1.2 0.8")
    assert reply.verdict == "slip"
    assert reply.text.startswith("s₁[4,3]: ")
    assert reply.text.endswith("; s₁[1,1] is known already: 1.5, and 2 more")
    work.move(-3, -2)
    assert (work.cell, work.slips) == ((1, 1), 1)
    assert work.answer("9") == Reply("unreadable", "s₁[1,1] is known already: 1.5")
    assert work.answer("1.50") == Reply("unreadable", "these numbers are known already")
    assert (work.slips, work.points) == (1, 11)


def test_a_slip_is_looked_for_in_the_matrix_that_is_asked_for_alone() -> None:
    work = exercise()
    work.answer(typed(work.step.pre_activations[0]))
    work.answer("1.5")
    assert work.answer("-0.2").text == "z₁[1,2]: f₁ (relu) is not applied"


@pytest.mark.parametrize("name", ["exercise-2", "exercise-3"])
def test_slips_are_told_in_the_symbols_of_the_screen(name: str) -> None:
    work = exercise(name)
    while work.current is not None:
        values = work.current.values
        for wrong in (-values, 2 * values, np.roll(values, 1, 0) if values.ndim else values / 2, values.T + 0.01):
            text = work.answer(typed(wrong)).text
            assert not re.search(r"[A-Za-z]+_\d|_next|\b(delta|dW|dp|do|loss|sample_losses)\b", text), text
        assert work.answer(typed(values, 12)).verdict == "right"
    assert work.done


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a number"),
        (" ", "expected a number"),
        ("[", "expected a number"),
        ("x", 'expected a number or "?", found "x"'),
        ("nan", 'expected a number or "?", found "nan"'),
        ("1;;x", 'expected a number or "?", found "x"'),
        ("1/2/3", 'expected a number alone, found "/3" behind 1/2'),
        ("1/0", 'expected a finite number, found "1/0"'),
        ("1e999", "expected a finite number, found one of about 1e999"),
        ("9" * 60, "expected a number of at most"),
        ("1" * 20_000, "expected at most 10000 characters"),
        ("?", "a cell left open stays open"),
        ("_ _ _", "a cell left open stays open"),
        ("0,4", 'a comma separates numbers: expected 0.4 for one number, "0 4" for two, found "0,4"'),
        ("-0,4; 1,7", 'a comma separates numbers: expected -0.4 for one number, "-0 4" for two, found "-0,4"'),
        (",5", 'a comma separates numbers: expected .5, found ",5"'),
        ("1 2 3 4 5", "expected a number, a row of 3 or all 12, found 5 numbers; a semicolon separates rows"),
        (
            "[1,5]",
            'expected a number, a row of 3 or all 12, found 2 numbers; write "1.5" with a point; a comma separates',
        ),
        ("1, 5", "expected a number, a row of 3 or all 12, found 2 numbers; a semicolon separates rows"),
        ("1.7; -0.9", "expected a number, a row of 3 or all 12, found 2 rows of 1; a semicolon separates rows"),
        ("1 2;3", "expected a number, a row of 3 or all 12, found rows of 2 and 1; a semicolon separates rows"),
        ("1 2;3 4;5 6;7 8", "expected a number, a row of 3 or all 12, found 4 rows of 2; a semicolon separates rows"),
    ],
)
def test_what_is_no_answer_costs_nothing(text: str, message: str) -> None:
    work = exercise()
    reply = work.answer(text)
    assert reply.verdict == "unreadable"
    assert reply.text.startswith(message)
    assert (work.slips, work.points, work.cell) == (0, 0, (1, 1))


ROWS = [["1", "-2.50"], ["3", "?"]]


@pytest.mark.parametrize(
    "text",
    [
        "1 -2.50; 3 ?",
        "1, -2.50; 3, _;",
        "[[1, -2.50], [3, ?]]",
        "[[1,-2.50],[3,?]]",
        "[[ 1 -2.50]\n [ 3 ?]]",
        "[1 −2.50]; [3 ?]",
        "1\t-2.50\n3\t?\n",
        "  1 -2.50;;3 ?  ",
    ],
)
def test_a_matrix_is_read_however_its_rows_are_divided(text: str) -> None:
    assert read_rows(text) == ROWS


@pytest.mark.parametrize(("text", "value"), [("1/3", 1 / 3), ("-7/4", -1.75), (".5/.03", 50 / 3), ("0/7", 0.0)])
def test_a_fraction_is_meant_exactly(text: str, value: float) -> None:
    ((number,),) = read_rows(text)
    written = read_written(number)
    assert written is not None
    assert written.value == pytest.approx(value, rel=1e-11)
    assert written.unit <= 1e-9 * max(1.0, abs(value))


def test_a_number_of_few_digits_is_no_fraction() -> None:
    work = exercise("exercise-1")
    work.answer(typed(work.step.pre_activations[0]))
    true = float(work.step.activations[0][0, 0])
    assert work.answer(f"{round(true * 7)}/7").verdict == "slip"  # though its first digit is right
    assert work.answer(f"{true:.12f}/1").verdict == "right"


@settings(max_examples=80)
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


NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e-?\d+)?")


def printed(work: Exercise) -> dict[tuple[str, tuple[int, ...]], str]:
    """The numbers of a sheet's key, by place."""
    (solved,) = solve([work.step], whole=True).steps
    texts = {
        entry.name: [text for row in entry.result.cells for text in row]
        for section in solved.sections
        for entry in section.entries
    }
    shapes = {quantity.name: quantity.values.shape for quantity in work.questions}
    places = {name: [tuple(i + 1 for i in place) for place in np.ndindex(shape)] for name, shape in shapes.items()}
    return {(name, cell): texts[name][i] for name in places for i, cell in enumerate(places[name])}


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_hint_is_the_arithmetic_of_the_cell(name: str) -> None:
    work, asked = exercise(name), 0
    key = printed(work)
    while work.current is not None:
        quantity, cell = work.current, work.cell
        symbols, numbers, _ = core.explain(work.step, quantity.name, cell).lines()
        bare = numbers.removeprefix("= ") == key[quantity.name, cell]  # the numbers put in are the number
        for level in (1, HINTS) if bare else range(1, HINTS + 1):
            assert work.points == 0
            assert work.tells_next is (level == HINTS)
            formula, *lines = work.hint()
            asked += 1
            assert formula.startswith(f"{quantity.symbol} = ")
            assert len(lines) == level
            assert lines[0] == symbols
        assert NUMBER.split(lines[1]) == NUMBER.split(numbers)
        assert [*map(float, NUMBER.findall(lines[1]))] == pytest.approx([*map(float, NUMBER.findall(numbers))], 1e-5)
        sign, value = lines[2].split()
        assert value == key[quantity.name, cell]
        given = by_python([lines[1].removeprefix("= ")])
        assert sign == "=" if f"{given:.5e}" == f"{Decimal(value):.5e}" else "≈"
    assert work.hints == asked
    assert work.points == 0
    assert work.hint() == ()


def test_a_hint_costs_half_a_number_and_the_value_the_whole() -> None:
    work = exercise()
    work.hint()
    work.answer("1.5 -0.2 0.2")
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


@pytest.mark.parametrize(
    ("name", "quantity"), [("exercise-3", "term"), ("exercise-3", "dterm"), ("three-classes", "dp")]
)
def test_what_is_0_whatever_the_numbers_are_is_known_from_the_start(name: str, quantity: str) -> None:
    work = exercise(name)
    known = work.step.values[quantity] == 0
    zero, rest = (1, 1 + int(known[0].argmax())), (1, 1 + int((~known[0]).argmax()))
    assert work.knows(quantity, zero)
    assert not work.knows(quantity, rest)
    total = sum(quantity.values.size for quantity in work.questions)
    assert work.total < total
    assert work.total == len([*work.asked_cells()])
    while work.current is not None and work.current.name != quantity:
        assert work.answer(typed(work.current.values)).verdict == "right"
    assert (quantity, work.cell) in work.asked_cells()
    assert work.progress == f"{len(work.standing)} of {work.total} numbers"
    assert work.current is not None
    values = work.current.values.copy()
    values[0, zero[1] - 1] = 7
    place = work.label(quantity, zero)
    assert work.answer(typed(values)).text.endswith(f"; {place} is known already: 0")
    assert work.slips == 0
    assert (quantity, zero) not in work.standing
    assert work.reached(quantity)


# A sheet that is left.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What does not exist yet."""
    return tmp_path / "data"


def begun(seed: int = 7) -> Exercise:
    work = exercise(seed=seed)
    for _ in range(HINTS):
        work.hint()
    work.answer("-4")
    work.answer(typed(work.step.pre_activations[0]))
    work.hint()
    return work


def state(work: Exercise) -> Any:
    current = work.current.name if work.current else None
    return current, work.cell, work.points, work.slips, work.hints, work.standing, work.written, work.hinted, work.made


def test_a_sheet_goes_on_where_it_was_left(folder: Path) -> None:
    left, again = begun(), exercise()
    assert keep_progress(left, 83.25, folder) == ""
    assert resume(again, folder) == pytest.approx(83.25, abs=0.1)
    assert state(again) == state(left)
    assert again.begun
    assert again.hint() == left.hint()
    for other in (exercise(seed=8), exercise("xor"), Exercise(exercise_2(learning_rate=0.25), 7)):
        assert resume(other, folder) is None
        assert not other.begun
    forget_progress(left, folder)
    forget_progress(left, folder)
    assert resume(exercise(), folder) is None


@pytest.mark.parametrize(
    "change",
    [
        None,
        {"standing": {"s_1[9,9]": "found"}},
        {"standing": {"s_1[1,1]": "guessed"}},
        {"standing": {"s_1[1,1]": []}},
        {"standing": []},
        {"hinted": {"s_1[1,1]": 4}},
        {"hinted": {"s_1[1,1]": True}},
        {"slipped": 3},
        {"slips": 3},
        {"slips": [{"kind": "sign", "at": "s_1[9,9]"}]},
        {"slips": [{"kind": 3, "at": "s_1[1,1]"}]},
        {"written": {}},
        {"written": 3},
        {"seconds": float("nan")},
        {"seconds": "1" * 5000},
    ],
)
def test_what_was_kept_and_is_broken_is_told(folder: Path, change: Any) -> None:
    keep_progress(begun(), 1.0, folder)
    (file,) = (folder / "sheets").iterdir()
    kept = json.loads(file.read_text())
    file.write_text("[" * 100_000 if change is None else json.dumps({**kept, **change}))
    work = exercise()
    with pytest.raises(core.ProblemError, match=r"\.json: this is not a saved sheet"):
        resume(work, folder)
    assert not work.begun
    assert keep_progress(work, 0.0, folder) == ""
    assert resume(work, folder) == 0.0


def test_a_folder_that_cannot_be_written(folder: Path) -> None:
    folder.write_text("")
    work = begun()
    assert keep_progress(work, 1.0, folder).startswith(f"{progress_path(work, folder)}: ")
    assert resume(work, folder) is None


# What is said.


def test_few_digits_are_right_so_far_only_where_there_are_more() -> None:
    work = exercise()
    work.cell = (3, 1)
    assert work.answer("-1").verdict == "slip"  # -1.5 is exact
    assert work.made[-1].kind != ""
    work = exercise("exercise-1")
    work.answer(typed(work.step.pre_activations[0]))
    true = float(work.step.activations[0][0, 0])
    assert work.answer(f"{true:.1f}").text.endswith("is right so far: write three significant digits")
    assert work.slips == 0


def test_the_next_number_is_judged_from_what_was_typed() -> None:
    work = exercise("xor")
    work.answer(typed(work.step.pre_activations[0]))
    z = np.vectorize(lambda value: float(rounded(value, DIGITS)))(work.step.activations[0])
    assert work.answer(typed(z)).verdict == "right"
    last = work.problem.network.layers[-1]
    s_out, true = z @ last.weights + (0 if last.bias is None else last.bias), work.step.pre_activations[-1]
    off = [i for i in range(len(z)) if abs(s_out[i, 0] - true[i, 0]) > 1e-5]
    assert off
    for row in off:
        work.cell = (row + 1, 1)
        reply = work.answer(f"{s_out[row, 0]:.5f}")
        assert reply.text.startswith(f"s_out[{row + 1}]: right within your own rounding; you wrote ")
        assert reply.text.endswith(f", it is {rounded(float(true[row, 0]))}")
    assert (work.points, work.slips) == (24 + len(off), 0)
    assert work.shown("s_out", (off[0] + 1, 1)) == f"{s_out[off[0], 0]:.5f}"


@pytest.mark.parametrize("name", BUILT_IN)
def test_one_wrong_matrix_is_one_slip(name: str) -> None:
    work, rng = exercise(name), np.random.default_rng(7)
    while work.current is not None:
        values, before = work.current.values, work.slips
        if values.size > 1:
            reply = work.answer(typed(values + rng.uniform(0.5, 2, values.shape).round(3), 5))
            assert (reply.verdict, work.slips - before) == ("slip", 1), reply
        assert work.answer(typed(values, 12)).verdict == "right"


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_is_said_never_gives_a_number_away(name: str) -> None:
    """Neither what is said of a slip nor a hint but the last has the number in it that is asked for. A third of the
    wrong numbers are tried at each place, others at the next one; by hand, SGDB_ALL=1 tries all of them.
    """
    work, every = exercise(name), 1 if os.environ.get("SGDB_ALL") else 3
    turns = count()
    while work.current is not None:
        values = work.current.values
        key = (work.current.name, work.cell)
        told, true = work.told(*key), float(work.current.values[tuple(i - 1 for i in work.cell)])
        digits = told.lstrip("-")
        for wrong in wrong_numbers(true)[next(turns) % every :: every]:
            reply = work.answer(wrong)
            if reply.verdict == "right":  # rounded, after all
                break
            if len(digits) > 2:  # a 2 may be an index
                assert digits not in NUMBER.findall(reply.text), (told, wrong, reply)
        while not work.knows(*key) and not work.tells_next:
            assert work.hint()[-1].removeprefix("= ") != told
        if work.current is not None and work.current.name == key[0]:
            assert work.answer(typed(values, 12)).verdict == "right"


def wrong_numbers(true: float) -> list[str]:
    """Slips of the pen and others in a number."""
    text = f"{true:.4f}"
    digits = list(text)
    swapped = [*digits[:-2], digits[-1], digits[-2]]
    found = [f"{-true:.4f}", f"{10 * true:.3f}", text[:-2] + text[-1], text[:-1] + "3" + text[-1], "".join(swapped)]
    found += [f"{true + 0.0003:.4f}", f"{2 * true:.4f}", f"{true + 0.5:.4f}", "0"]
    return [wrong for wrong in found if abs(float(wrong) - true) > 1e-4]


def test_in_the_end_it_says_what_went_wrong_and_where_to_read_why() -> None:
    work = exercise()
    assert work.recap() == ()
    work.answer("-1.5")
    work.answer("15")
    work.answer("1.5 -0.2 0.2")
    work.answer("2")
    work.answer("-0.6")
    work.answer(typed(work.step.pre_activations[0]))
    work.answer("-1.5")
    assert work.recap() == (
        "3× sign: s₁[1,1], s₁[2,2], z₁[1,1]",
        "1× decimal point: s₁[1,1]",
        "Forward pass: s₁ = X_in W₁",
        "Forward pass: z₁ = f₁(s₁)",
    )
