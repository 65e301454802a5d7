"""What a number is worth: right, within one's own rounding, carried on, too coarse; and when a reason is stated."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from answer_sheets import ROUNDINGS, answers_of, carried_on, decimals, nested, plainly, significant
from core.computation import values_of
from samples import exercise_2, random_problem


def step_0(**changes: Any) -> core.Step:
    return core.Timeline(exercise_2(**changes))[0]


def statuses(report: core.CheckReport, name: str) -> set[str]:
    return {verdict.status for verdict in report.verdicts(name).values()}


def test_what_comes_of_rounded_numbers_is_no_consequence_of_a_slip() -> None:
    step = core.Timeline(random_problem(3, (2, 3, 1), rows=1, activation="sigmoid"))[0]
    write = decimals(2, ROUNDINGS[1])
    z, delta = (np.vectorize(lambda x: float(write(x)))(v) for v in (step.activations[0], step.deltas[1]))
    fine = decimals(6, ROUNDINGS[1])
    sheet = {"z_1": nested(z, write), "delta_out": nested(delta, write), "dW_out": nested(z.T @ delta, fine)}
    report = core.check_answers(sheet, step)
    assert not report.slips
    assert statuses(report, "dW_out") - {"right"} == {"rounded"}


def test_what_comes_of_a_slip_is_carried_on() -> None:
    step = step_0()
    sheet = answers_of(carried_on(step, "delta_out", lambda v: -v["delta_out"]), step, significant(6, ROUNDINGS[1]))
    report = core.check_answers(sheet, step)
    assert len(report.slips) == 1
    assert statuses(report, "dW_out") == {"follows"}
    assert not any(verdict.from_zeros for verdict in report.cells)


def test_carrying_on_from_zeros_is_told() -> None:
    step = step_0()
    sheet = answers_of(carried_on(step, "delta_out", lambda v: 0 * v["delta_out"]), step, significant(6, ROUNDINGS[1]))
    report = core.check_answers(sheet, step)
    followers = [verdict for verdict in report.cells if verdict.status == "follows"]
    assert followers
    assert all(verdict.from_zeros for verdict in followers)


@pytest.mark.parametrize(
    ("text", "status"), [("0.7744", "right"), ("0.77", "right"), ("0.8", "coarse"), ("1", "coarse")]
)
def test_a_number_of_one_digit_is_not_right(text: str, status: str) -> None:
    problem = exercise_2(inputs=[[1.0]], targets=[[0.0]], network=core.Network([core.Layer([[0.7744]])]))
    report = core.check_answers({"s_out": Decimal(text)}, core.Timeline(problem)[0])
    assert (report.cells[0].status, report.slips) == (status, ())
    assert report.right is (status == "right")


@pytest.mark.parametrize(("digits", "status"), [("", "right"), ("digits = 3", "coarse"), ("digits = 1", "right")])
def test_a_sheet_says_how_many_digits_are_owed(tmp_path: Path, digits: str, status: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'problem = "exercise-2"\n{digits}\n[answers]\nloss = 1.9\n')
    assert core.check_answers(path).cells[0].status == status


def test_a_bare_whole_number_beside_fine_ones_is_meant_exactly() -> None:
    report = core.check_answers(
        {"delta_out": [-1, Decimal("-0.98879"), Decimal("1.06336"), Decimal("1.00595")]}, step_0()
    )
    assert [slip.cells for slip in report.slips] == [((1, 1),)]


def test_gradients_transposed_throughout_are_a_convention() -> None:
    step = core.Timeline(random_problem(4, (2, 3, 2), rows=4, activation="sigmoid"))[0]
    v, write = values_of(step), significant(6, ROUNDINGS[1])
    sheet = {name: nested(v[name].T, write) for name in ("dW_1", "dW_out")}
    report = core.check_answers(sheet, step)
    assert (report.slips, [convention.kind for convention in report.conventions]) == ((), ["transposed"])
    assert [slip.kind for slip in core.check_answers({"dW_1": sheet["dW_1"]}, step).slips] == ["transposed"]


def test_another_learning_rate_is_solved_for_and_is_one_slip() -> None:
    step = step_0()
    v, write = values_of(step), significant(6, ROUNDINGS[1])
    sheet = {f"{w}_next": nested(v[w] - 0.05 * v[f"d{w}"], write) for w in ("W_1", "W_out")}
    (slip,) = core.check_answers(sheet, step).slips
    assert (slip.kind, slip.text) == ("another number", "α of 0.05 was used, not 0.5")


def test_numbers_without_a_common_cause_are_one_slip() -> None:
    (slip,) = core.check_answers({"delta_out": [3.17, 2.83, 5.79, 9.11]}, step_0()).slips
    assert (slip.kind, slip.text, len(slip.cells)) == ("", "4 numbers, computed another way", 4)


@pytest.mark.parametrize("digits", [2, 3, 4])
def test_a_lone_wrong_number_has_hardly_ever_a_reason(digits: int) -> None:
    rng, step, write = np.random.default_rng(digits), step_0(), decimals(digits, ROUNDINGS[1])
    names = [quantity.name for quantity in plainly(step)]
    slips = reasons = 0
    for _ in range(150):
        name = str(rng.choice(names))
        values = dict(step.values)
        place = tuple(rng.integers(size) for size in values[name].shape)
        values[name] = values[name].copy()
        values[name][place] = rng.uniform(-2, 2)
        report = core.check_answers(answers_of(values, step, write), step)
        slips += len(report.slips)
        reasons += sum(bool(slip.kind) for slip in report.slips)
    assert slips >= 140
    assert reasons <= 3, reasons
