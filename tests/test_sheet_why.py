"""The `why` strip of the sheet: what it says in each state, and that it always fits."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import core
from screen import regression
from tests.samples import exercise_2, problems, problems_of_any_size, random_problem
from tui.sheet.lines import Line, width
from tui.sheet.lines import line as line_of
from tui.sheet.styles import styles
from tui.training.late import Late
from tui.training.plot import Curve, legend
from tui.training.plot_lines import MARKS
from tui.training.view import View
from tui.training.why import Why, short_names, why
from tui.training.why.page import Page, laid_out

STYLES = styles(True, "#101010", "#e0e0e0")
SHEET = "examples/exercise-2-published.toml"


def view(**chosen: Any) -> View:
    return View(**({"fresh": False} | chosen))


def text(line: Line) -> str:
    """A line as it is read."""
    read = ""
    for span in line:
        assert cell_len(read) <= span.column, line
        read += " " * (span.column - cell_len(read)) + span.text
    return read


def read(found: Why) -> str:
    return "\n".join(map(text, (found.title, *found.lines)))


def one_line(found: Why) -> str:
    """Everything that is said, wrapped lines joined."""
    return re.sub(r"\s+", " ", read(found))


def checked(found: Why, columns: int, height: int) -> Why:
    """The strip, if it keeps to its columns and lines and its styles are known."""
    assert len(found.lines) <= height
    assert len(found.lines) <= found.total
    for line in (found.title, *found.lines):
        assert width(line) <= columns, text(line)
        assert all(span.style in STYLES for span in line), line
        assert "\n" not in text(line)
    return found


def shown(
    step: core.Step, before: core.Step | None, chosen: View, columns: int = 69, height: int = 12, **more: Any
) -> Why:
    return checked(why(step, before, chosen, columns, height, **more), columns, height)


@cache
def timeline(name: str) -> core.Timeline:
    problem = core.load_problem(name)
    run = core.Timeline(problem)
    run.advance(12)
    return run


@cache
def two_steps() -> tuple[core.Step, core.Step]:
    """Steps 11 and 10 of Exercise 2."""
    return timeline("exercise-2")[11], timeline("exercise-2")[10]


@cache
def report() -> core.CheckReport:
    return core.check_answers(SHEET)


def marked(found: Why) -> list[str]:
    return [span.text for line in found.lines for span in line if span.style == "current"]


def test_at_rest_the_sample_comes_first_then_the_formulas_and_the_marks() -> None:
    found = shown(*two_steps(), view(sample=3))
    assert text(found.title) == "why  sample 4"
    lines = [text(line) for line in found.lines]
    assert lines[0] == " y_out = 0.1438, y_gt = -1: wrong side of 0"
    assert lines[1] == " ℓ = ½ · (0.14385 - (-1))² = 0.6542   70% of ℒ"
    said = one_line(found)
    for formula in (
        "forward s₁ = X_in W₁",
        "y_out = s_out = z₁ W_out",
        "ℒ = Σ ℓ",
        "backward δ_out = ∂y_out = y_out - y_gt",
    ):
        assert formula in said
    assert "update W₁⁺ = W₁ - α ∂W₁" in said
    assert "▴▾ up, down since the step before" in said
    assert "○ relu idle" in said


def test_a_single_line_says_what_matters_most() -> None:
    found = shown(*two_steps(), view(sample=3), 60, 1)
    assert [text(line) for line in found.lines] == ["why  sample 4: y_out 0.1438, y_gt -1, ℓ 0.6542, 70% of ℒ"]
    found = shown(*two_steps(), view(cursor=("delta_1", (2, 2))), 60, 1)
    assert text(found.lines[0]) == "why  δ₁[2,2]: = -0.745864"


def test_what_does_not_fit_is_scrolled_and_the_title_says_so() -> None:
    found = shown(*two_steps(), view(sample=3), 60, 4)
    assert text(found.title).startswith(f"why  sample 4  lines 1-4 of {found.total}")
    assert len(found.lines) == 4
    whole = [text(line) for line in shown(*two_steps(), view(sample=3), 60, found.total).lines]
    further = shown(*two_steps(), view(sample=3, scroll=2), 60, 4)
    assert [text(line) for line in further.lines] == whole[2:6]
    last = shown(*two_steps(), view(sample=3, scroll=1000), 60, 4)
    assert [text(line) for line in last.lines] == whole[-4:]


def test_a_long_title_gives_way_to_which_lines_are_in_sight() -> None:
    named = "the network that it starts with"
    page = Page([named], [], [[line_of([f"{k}"]) for k in range(20)]], name="verdict")
    assert text(laid_out(page, 0, 80, 4).title) == f"verdict  {named}  lines 1-4 of 20 · shift+↑↓"
    assert text(laid_out(page, 0, 40, 4).title) == "verdict  lines 1-4 of 20 · shift+↑↓"
    assert text(laid_out(page, 0, 20, 4).title) == "verdict  1-4 of 20"


def test_what_the_title_says_of_scrolling_leaves_room_for_the_rule_before_it() -> None:
    for columns in range(20, 70):
        title = text(shown(*two_steps(), view(current="z_1"), columns, 4).title)
        assert len(title) + len("─ ") <= columns or not title.endswith("shift+↑↓"), columns


def test_with_more_room_the_sample_is_worked_out() -> None:
    said = read(shown(*two_steps(), view(sample=3), 130, 40))
    assert "sample 4, worked out" in said
    assert re.search(r"δ₁\[4\] +=.* ∂z₁\[4\] ⊙ f₁'\(s₁\[4\]\) += +0\.4000 +1\.1336 +0", said)
    assert "worked out" not in read(shown(*two_steps(), view(sample=3), 69, 8))


def test_before_the_first_key_it_says_what_this_is() -> None:
    found = shown(timeline("exercise-2")[0], None, View(sample=2), 69, 14)
    assert text(found.title) == "why"
    assert text(found.lines[0]) == " sgdb steps a network through training, forward and back."
    assert "→ takes the next SGD step" in read(found)


def test_a_sentence_fills_its_lines_before_it_goes_on_to_the_next() -> None:
    found = shown(timeline("exercise-2")[0], None, View(sample=2), 121, 30)
    assert "Each row is one sample: read X_in → s → z → y_out against y_gt, then its deltas below" in text(
        found.lines[1]
    )


def test_under_the_hinge_a_single_line_tells_the_target_once() -> None:
    step, before = timeline("why-the-max")[3], timeline("why-the-max")[2]
    found = shown(step, before, view(sample=4), 60, 1)
    assert text(found.lines[0]) == "why  sample 5, y_gt = 1: class 2: y_out -0.3158, ℓ 0.3057"


def test_rows_of_a_wide_layer_are_written_out() -> None:
    run = timeline("three-classes")
    found = shown(run[11], run[10], view(sample=2), 69, 7, squares={"s_1", "z_1", "delta_1", "W_1"})
    lines = [text(line) for line in found.lines]
    step = run[11]
    assert lines[0].startswith(f" data row {step.batch[2] + 1}   amber, right   ℓ = ")
    assert re.match(r" s₁ +0\.0682  0\.0069 -0\.1792 .* … -0\.1221 \[8\]", lines[1])
    assert lines[4].startswith(" y_out  0.8381 -0.3512 -0.5448   p ")
    assert "■ ▪ positive" in lines[6]


def test_an_inspected_number_has_formula_shapes_arithmetic_and_origins() -> None:
    found = shown(*two_steps(), view(cursor=("delta_1", (2, 2))))
    lines = [text(line) for line in found.lines]
    assert text(found.title) == "why  δ₁[2,2]"
    assert lines[0] == " δ₁ = ∂z₁ ⊙ f₁'(s₁)   with ∂z₁ = δ_out W_outᵀ"
    assert lines[1].split() == ["4×3", "4×3", "4×3", "4×3", "4×1", "1×3"]
    assert " δ₁[2,2] = (δ_out[2] · W_out[2]) · f₁'(s₁[2,2])" in lines
    assert "         = ((-0.7526385) · 0.9909984) · 1" in lines
    assert " comes from ◆ δ_out[2]  ◆ W_out[2]  ◆ s₁[2,2]  by way of ◆ ∂z₁[2,2]" in lines
    assert " goes into  ◇ ∂W₁[1,2]  ◇ ∂W₁[2,2]" in lines
    assert " at step 10 it was -0.730574   ▾ 0.01529" in lines


def test_a_low_strip_has_the_arithmetic_before_the_formula() -> None:
    found = shown(*two_steps(), view(cursor=("delta_1", (2, 2))), 60, 4)
    assert text(found.lines[0]) == " δ₁[2,2] = (δ_out[2] · W_out[2]) · f₁'(s₁[2,2])"


def test_a_result_whose_line_is_out_of_sight_stands_in_the_title() -> None:
    step, before = timeline("three-classes")[2], timeline("three-classes")[1]
    cursor = ("s_out", (9, 3))
    value = f"= {step.pre_activations[-1][8, 2]:.6g}"
    low = shown(step, before, view(cursor=cursor), 46, 4)
    assert not any("sum" in text(line) for line in low.lines)
    assert value in text(low.title)
    high = shown(step, before, view(cursor=cursor), 46, 12)
    assert any("sum" in text(line) for line in high.lines)
    assert "=" not in text(high.title)


def test_the_term_that_is_picked_is_marked_in_the_symbols_and_in_the_numbers() -> None:
    cursor = ("delta_1", (2, 2))
    places = shown(*two_steps(), view(cursor=cursor)).terms
    names = ["delta_out", "W_out", "s_1", "dz_1"]
    assert [place.name for place in places] == names
    picked = [marked(shown(*two_steps(), view(cursor=cursor, term=k))) for k in range(4)]
    assert picked == [["δ_out[2]", "-0.7526385"], ["W_out[2]", "0.9909984"], ["s₁[2,2]", "1"], ["∂z₁[2,2]"]]


def test_a_long_sum_is_set_out_in_columns_that_come_out() -> None:
    step, before = two_steps()
    found = shown(step, before, view(cursor=("dW_1", (1, 2)), term=3), 60, 12)
    lines = [text(line) for line in found.lines]
    rows = {
        line.split("  ")[0].strip(): [Decimal(part) for part in line.split()[-4:]] for line in lines[2:6] if "." in line
    }
    first, second, products = (
        next(v for k, v in rows.items() if k.startswith(head)) for head in ("X_in", "· δ₁", "pro")
    )
    for a, b, product in zip(first, second, products, strict=True):
        assert core.significant(float(a * b), 4) == core.significant(float(product), 4)
    assert np.isclose(float(sum(products)), step.weight_gradients[0][0, 1], rtol=1e-3)
    assert [place.name for place in found.terms] == ["X_in", "delta_1"] * 4
    assert marked(found) == ["δ₁[.,2]", "-0.7459"]


@cache
def wide() -> core.Timeline:
    rng = np.random.default_rng(1)
    network = core.Network(
        [
            core.Layer(weights=rng.normal(size=(784, 30)) / 28, bias=np.zeros(30), activation="relu"),
            core.Layer(weights=rng.normal(size=(30, 10)) / 5, bias=np.zeros(10)),
        ]
    )
    problem = core.Problem(
        name="wide",
        inputs=rng.normal(size=(40, 784)),
        targets=np.eye(10)[rng.integers(10, size=40)],
        network=network,
        loss=core.SoftmaxCrossEntropy(),
        learning_rate=0.05,
        batch_size=16,
    )
    run = core.Timeline(problem)
    run.advance(3)
    return run


def test_of_a_very_long_sum_the_largest_terms_are_shown_and_what_the_rest_comes_to() -> None:
    step = wide()[2]
    found = shown(step, wide()[1], view(cursor=("s_1", (3, 4))), 69, 12, squares={"s_1"})
    said = read(found)
    table = [line for line in said.splitlines() if line.startswith((" largest", " X_in", " · W₁", " products"))]
    assert len(table) == 4
    columns = table[0].split("…")[0].split()[1:]
    left = int(re.search(r"… (\d+) smaller", table[0])[1])  # type: ignore[index]
    assert left + len(columns) == 785
    terms = step.inputs[2] * step.weights[0][:, 3]
    assert [int(column) for column in columns] == (np.argsort(-np.abs(terms))[: len(columns)] + 1).tolist()
    assert "beside it  3: " in said
    assert "step 1 had other rows" in read(shown(step, wide()[1], view(cursor=("s_1", (3, 4))), 69, 14))


def test_given_numbers_say_that_they_are_given() -> None:
    assert "given: row 3 of the inputs" in one_line(shown(*two_steps(), view(cursor=("X_in", (3, 1)))))
    first = timeline("exercise-2")[0]
    assert "given: the starting weights" in one_line(shown(first, None, view(cursor=("W_1", (1, 2)))))
    assert "the first step: nothing to compare with" in read(shown(first, None, view(cursor=("W_1", (1, 2)))))


def test_a_weight_goes_straight_to_the_update_of_the_step_before() -> None:
    found = shown(*two_steps(), view(cursor=("W_1", (1, 2))))
    said = read(found)
    assert "W₁[1,2] = W₁⁺[1,2] of step 10" in said
    assert "W₁⁺[1,2] = W₁[1,2] - α · ∂W₁[1,2]" in said
    assert [(place.step, place.name) for place in found.terms] == [(10, "W_1"), (10, "dW_1")]


@pytest.mark.parametrize(
    "name", ["s_1", "z_1", "y_out", "sample_losses", "loss", "delta_out", "dz_1", "dW_1", "W_1_next"]
)
def test_a_walk_says_where_it_is_what_is_done_and_what_is_to_come(name: str) -> None:
    step, before = two_steps()
    found = shown(step, before, view(sample=3, current=name))
    symbol = step.statement.symbols[name]
    assert re.match(rf"walk  \d+ of 13: {re.escape(symbol)}$", text(found.title).split("  lines")[0])
    assert f"now {symbol}" in one_line(found)
    assert "1 of 13" in text(shown(step, before, view(current="s_1")).title)


def test_a_walk_works_the_chosen_row_out_in_lines_that_stand_under_each_other() -> None:
    found = shown(*two_steps(), view(sample=3, current="delta_1"))
    assert text(found.title) == "walk  9 of 13: δ₁"
    lines = [text(line) for line in found.lines]
    rows = [line for line in lines if "[4" in line]
    assert [re.findall(r"-?\d+\.\d+|(?<= )[01](?= |$)", row) for row in rows] == [
        ["0.4000", "1.1336", "-1.0195"],
        ["1", "1", "0"],
        ["0.4000", "1.1336", "0"],
    ]
    assert " done     s₁ → z₁ → s_out → y_out → ℓ → ℒ → δ_out → ∂z₁" in lines


@pytest.mark.parametrize("name", ["exercise-3", "three-classes"])
def test_a_walk_comes_through_every_quantity_also_where_a_number_has_no_arithmetic(name: str) -> None:
    for step in (timeline(name)[0], timeline(name)[8]):
        for quantity in step.statement.equations:
            assert shown(step, None, view(current=quantity), 70, 9).lines


def test_of_a_number_that_is_0_whatever_the_others_are_the_reason_is_told() -> None:
    step = timeline("exercise-3")[0]
    true = int(np.argmax(step.targets[0])) + 1
    assert step.statement.zeros["dterm"] in one_line(shown(step, None, view(cursor=("dterm", (1, true))), 70, 12))


def test_numbers_of_a_walk_line_up_and_come_out_where_an_equals_sign_says_so() -> None:
    problem = random_problem(3, (3, 4, 2), rows=4, bias=True, activation="tanh", learning_rate=0.01)
    large = core.Problem(name="large", inputs=problem.inputs * 10, targets=problem.targets, network=problem.network)
    step, signs = core.Timeline(large)[0], set()
    for name in ("s_1", "s_out", "delta_out"):
        lines = [text(line) for line in shown(step, None, view(sample=2, current=name), 110, 30).lines]
        end = next(i for i, line in enumerate(lines) if line[1:2] in ("=", "≈"))
        rows = [line for line in lines[:end] if re.search(r"  +-?\d", line) and "×" not in line] + [lines[end]]
        places = [[found.start() for found in re.finditer(r"(?<=\d)\.(?=\d+( |$))", row)][-2:] for row in rows]
        assert len({tuple(found) for found in places if len(found) == 2}) == 1, rows
        signs.add(lines[end][1])
        if lines[end][1] == "=" and all(row[1] in " +-=" for row in rows):
            last = [Decimal(row.split()[-1]) * (-1 if row[1] == "-" else 1) for row in rows]
            assert sum(last[:-1]) == last[-1]
    assert "=" in signs


def test_a_slip_says_what_was_written_what_it_is_and_of_what_kind_it_is() -> None:
    found = shown(report().step, None, view(answers=report(), cursor=("delta_1", (2, 3))), 69, 18)
    assert text(found.title) == "why  δ₁[2,3]: slip 1 of 2"
    lines = [text(line) for line in found.lines]
    assert lines[0] == " you wrote  -0.8899   it is -0.08899065"
    assert lines[1] == " ✗ a decimal point slip (or: a digit 0 is missing)"
    assert " δ₁[2,3] = (δ_out[2] · W_out[3]) · f₁'(s₁[2,3])" in lines
    second = " slip 2  W_out⁺[3]: you wrote 0.050474687, it is 0.05474687; the digit 0 is one too many"
    assert second in re.sub(r"\n +", " ", "\n".join(lines))
    right = shown(report().step, None, view(answers=report(), cursor=("delta_1", (2, 1))))
    assert text(right.lines[0]) == " you wrote -0.0197   it is -0.0197757   ✓ right"


def test_without_a_cursor_the_summary_and_the_first_slip_are_shown() -> None:
    said = read(shown(report().step, None, view(answers=report())))
    assert "2 slips in 71 numbers" in said
    assert "δ₁[2,3]   you wrote  -0.8899" in said
    other = read(shown(*two_steps(), view(answers=report(), sample=3)))
    assert "slip" not in other  # answers to another step


def test_what_follows_from_a_slip_and_formulas_are_told() -> None:
    step = timeline("exercise-2")[0]
    s = np.array(step.pre_activations[0])
    s[0, 0] += 0.1
    answers = {"s_1": s.round(4).tolist(), "z_1": np.maximum(s, 0).round(4).tolist()}
    found = core.check_answers(answers, step, formulas={"s_1": "X_in * W_out", "z_1": "f1(s_1)"})
    said = one_line(shown(step, None, view(answers=found), 100, 30))
    assert "✗ s₁ = X_in * W_out" in said
    assert "✓ z₁ = f1(s_1)" in said
    assert "1 number follows from your s₁" in said
    assert "→ follows from your s₁" in read(shown(step, None, view(answers=found, cursor=("z_1", (1, 1)))))


def test_central_differences_wait_then_tell_the_worst_and_the_inspected_one() -> None:
    step, before = two_steps()
    assert "being computed" in read(shown(step, before, view(differences=True)))
    check = core.check_gradients(step)
    found = read(shown(step, before, view(differences=True, gradients=check)))
    assert "✓ 9 of 9 agree" in found
    assert "the farthest off: ∂W" in found
    cell = shown(step, before, view(differences=True, gradients=check, cursor=("dW_1", (1, 2))))
    assert "✓ they agree" in read(cell)
    assert "being computed" in read(shown(before, None, view(differences=True, gradients=check)))


def test_all_gradients_are_written_out_and_scroll() -> None:
    found = shown(*two_steps(), view(aside="formulas"), 69, 10)
    assert text(found.lines[0]) == " ∂ℒ/∂W_out by the recursion"
    assert "lines 1-10 of" in text(found.title)
    end = read(shown(*two_steps(), view(aside="formulas", scroll=found.total), 69, 10))
    assert "largest difference between the numbers" in one_line(shown(*two_steps(), view(aside="formulas"), 69, 90))
    assert end != read(found)


def test_all_losses_stand_side_by_side() -> None:
    step, before = two_steps()
    assert "being computed" in read(shown(step, before, view(aside="losses")))
    losses = core.compare_losses(step)
    lines = [
        text(line) for line in shown(step, before, view(aside="losses", sample=3), 90, 12, late=Late(losses)).lines
    ]
    assert "squared error ◂" in lines[0]
    assert "softmax hinge" in lines[0]
    assert lines[1].split()[:2] == ["ℒ", core.significant(step.loss, 4)]
    assert lines[3].split()[0] == "δ_out[4]"


@pytest.mark.parametrize("width", [90, 47, 35])
def test_every_loss_has_the_mark_of_its_curve(width: int) -> None:
    step, before = two_steps()
    losses = core.compare_losses(step)
    said = one_line(shown(step, before, view(aside="losses"), width, 30, late=Late(losses)))
    curves = [Curve(loss.title if width == 90 else loss.loss_function.word, np.zeros(1)) for loss in losses]
    legend_says = "".join(word if isinstance(word, str) else word[0] for word in legend(curves, 200))
    for curve in legend_says.split("  "):
        assert curve in said
    low = text(shown(step, before, view(aside="losses"), 59, 1, late=Late(losses)).lines[0])
    assert all(f"{mark} {loss.loss_function.word}" in low for mark, loss in zip(MARKS, losses, strict=False))


@pytest.mark.parametrize(
    ("problem", "width", "sample"), [("exercise-2", 90, 1), ("exercise-2", 47, 1), ("three-classes", 47, 2)]
)
def test_the_numbers_of_a_loss_stand_under_each_other(problem: str, width: int, sample: int) -> None:
    run = core.Timeline(core.load_problem(problem))
    losses = core.compare_losses(run[11])
    lines = [
        text(line)
        for line in shown(run[11], run[10], view(aside="losses", sample=sample), width, 30, late=Late(losses)).lines
    ]
    numbers = [[found.start() for found in re.finditer(r"\.\d", line)] for line in lines[1:4]]
    assert len({tuple(points[:3]) for points in numbers}) == 1, lines
    if width == 47:
        assert lines[0].split()[-1] == f"δ_out[{sample + 1}]"
    assert not any("–" in line for line in lines)


def test_a_small_delta_has_as_many_digits_as_a_large_one() -> None:
    run = core.Timeline(core.load_problem("three-classes", {"batch": 60}))
    losses = core.compare_losses(run[3])
    lines = [
        text(line) for line in shown(run[3], run[2], view(aside="losses", sample=2), 47, 30, late=Late(losses)).lines
    ]
    deltas = [abs(float(line.split()[-2])) for line in lines[1:4]]
    expected = [abs(float(found.delta_out[2, 0])) for found in losses if found.delta_out is not None]
    assert max(expected) < 0.05
    assert deltas == pytest.approx(expected, abs=5e-6)


def test_a_loss_that_needs_classes_has_no_numbers_without_them() -> None:
    run = core.Timeline(regression())
    losses = core.compare_losses(run[1])
    lines = [text(line) for line in shown(run[1], run[0], view(aside="losses"), 90, 30, late=Late(losses)).lines]
    assert lines[1].split()[2:] == ["–", "–"]
    assert "– it needs classes" in " ".join(lines)


def test_under_the_hinge_the_whole_jacobian_stands_beside_its_diagonal() -> None:
    run = timeline("exercise-3")
    said = read(shown(run[1], run[0], view(sample=2), 73, 17))
    assert "why  sample 3, y = 2" in said
    assert "j=3: 0.03061 - 0.4151 + 0.5 = 0.1155   counts" in said
    assert "0.6393 + 0.1155 = 0.7548" in said
    assert re.search(r"2 -0\.2301  0\.2428 -0\.0127  -2  -0\.7284 +-0\.2428✗ +-0\.7284✓", said)
    assert "the diagonal alone is not the gradient" in said
    low = [text(line) for line in shown(run[1], run[0], view(sample=2), 50, 5).lines]
    assert low[0].split() == ["J", "=", "∂p/∂o", "∂p", "∂o", "=", "Jᵀ∂p", "diag", "only"]
    assert low[2].split() == ["2", "-0.230", "0.243", "-0.013", "-2", "-0.728", "-0.243✗"]


def test_a_single_output_tells_how_two_classes_become_one() -> None:
    run = core.Timeline(exercise_2(loss=core.SoftmaxHinge(margin=0.5)))
    said = read(shown(run[3], run[2], view(sample=3), 73, 20))
    assert "why  sample 4, y_gt = -1: class 1" in said
    assert "∂y_out[4] = ∂o[4,2] - ∂o[4,1]" in said


def test_without_the_max_there_is_no_difference_of_another_loss() -> None:
    run = core.Timeline(exercise_2(loss=core.SoftmaxMargin(margin=0.5)))
    said = read(shown(run[3], run[2], view(sample=0), 90, 20))
    assert "∂o = Jᵀ∂p" in said
    assert "central" not in said


def test_class_names_are_cut_and_stay_apart() -> None:
    assert short_names(("setosa", "versicolor", "virginica"), 6) == ["setosa", "versi…", "virgi…"]
    assert short_names(("class alpha", "class beta"), 6) == ["…alpha", "…beta"]
    assert short_names(("a", "b"), 1) == ["a", "b"]


@given(st.lists(st.text("ab é漢", min_size=1, max_size=12), min_size=1, max_size=5, unique=True), st.integers(3, 12))
def test_short_names_fit_and_differ(names: list[str], columns: int) -> None:
    short = short_names(names, columns)
    assert all(cell_len(name) <= columns for name in short)
    assert len(set(short)) == len(names)


@st.composite
def views(draw: st.DrawFn, step: core.Step) -> View:
    name = draw(st.sampled_from(sorted(step.values)))
    cell = tuple(draw(st.integers(1, size + draw(st.sampled_from([0, 0, 0, 1])))) for size in step.values[name].shape)
    check = core.check_gradients(step) if draw(st.booleans()) else None
    return View(
        sample=draw(st.integers(0, 8)),
        more=draw(st.integers(-3, 4)),
        cursor=draw(st.sampled_from([None, (name, cell), (name, cell)])),
        term=draw(st.none() | st.integers(0, 9)),
        current=draw(st.none() | st.sampled_from([*step.statement.equations])),
        differences=draw(st.booleans()),
        gradients=check,
        aside=draw(st.sampled_from(["", "", "", "formulas", "losses"])),
        scroll=draw(st.integers(0, 30)),
        fresh=draw(st.booleans()),
    )


def draw_and_check(data: st.DataObject, problem: core.Problem) -> None:
    run = core.Timeline(problem)
    k = data.draw(st.integers(0, 2))
    try:
        step, before = run[k], run[k - 1] if k else None
    except core.DivergedError as diverged:
        if diverged.step is None or diverged.step == 0:
            return
        step, before = run[0], None
    chosen = data.draw(views(step))
    columns, height = data.draw(st.integers(30, 150)), data.draw(st.integers(1, 40))
    squares = set(data.draw(st.lists(st.sampled_from(sorted(step.values)), max_size=4)))
    losses = core.compare_losses(step) if chosen.aside == "losses" and data.draw(st.booleans()) else None
    found = shown(step, before, chosen, columns, height, squares=squares, late=Late(losses))
    assert found.lines
    for place in found.terms:
        assert place.name in step.values


@given(st.data())
def test_every_state_of_any_network_fits(data: st.DataObject) -> None:
    draw_and_check(data, data.draw(problems()))


@given(st.data())
def test_numbers_of_any_size_fit(data: st.DataObject) -> None:
    with np.errstate(all="ignore"):
        draw_and_check(data, data.draw(problems_of_any_size()))


@given(st.data())
def test_wide_networks_fit(data: st.DataObject) -> None:
    sizes = data.draw(st.sampled_from([(40, 12, 9), (2, 30, 1), (15, 15, 15, 15)]))
    loss = data.draw(st.sampled_from([core.SquaredError(), core.SoftmaxCrossEntropy(), core.SoftmaxHinge(0.5)]))
    draw_and_check(data, random_problem(data.draw(st.integers(0, 99)), sizes, rows=20, loss=loss, batch_size=9))
