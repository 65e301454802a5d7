"""What a number is worth: right, within one's own rounding, carried on, too coarse; and when a reason is stated."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from answer_sheets import ROUNDINGS, answers_of, as_printed, carried_on, decimals, nested, plainly, significant
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


def judged(step: core.Step, name: str, mistake: Any, keep: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    """The slips of a sheet with a mistake that is carried on, or of those of its quantities that are kept."""
    write = significant(6, ROUNDINGS[1])
    sheet = answers_of(carried_on(step, name, mistake, write), step, as_printed)
    report = core.check_answers({key: sheet[key] for key in keep or sheet}, step)
    return [(slip.name, slip.kind, slip.text) for slip in report.slips]


@pytest.mark.parametrize(
    ("activation", "name", "mistake", "kind", "words"),
    [
        ("sigmoid", "z_1", lambda v: np.cos(v["s_1"]), "another function", "cos is applied"),
        ("relu", "z_1", lambda v: np.abs(v["s_1"]), "another function", "the absolute value is applied"),
        ("relu", "z_1", lambda v: np.minimum(0, v["s_1"]), "another function", "min(0, s) is applied"),
        (
            "tanh",
            "delta_out",
            lambda v: (v["y_out"] - v["y_gt"]) ** 2 * (1 - v["y_out"] ** 2),
            "square too many",
            "y_out - y_gt is squared",
        ),
        (
            "tanh",
            "sample_losses",
            lambda v: np.abs(v["y_out"] - v["y_gt"]).sum(1),
            "absolute value",
            "the absolute value of y_out - y_gt is taken, where it must be 1 / 2 * (y_out - y_gt)^2",
        ),
        (
            "leaky_relu",
            "z_1",
            lambda v: np.where(v["s_1"] > 0, v["s_1"], 0.2 * v["s_1"]),
            "another number",
            "the slope of leaky_relu is taken as 0.2, not 0.01",
        ),
    ],
)
def test_what_else_people_compute_is_named(activation: str, name: str, mistake: Any, kind: str, words: str) -> None:
    step = core.Timeline(random_problem(7, (2, 3, 2), rows=4, activation=activation))[0]
    ((at, found, text),) = judged(step, name, mistake)
    assert (at, found) == (name, kind)
    assert words in text


def of_wrong_classes(terms: Any, v: dict[str, Any]) -> Any:
    return (np.maximum(0, terms) * (1 - v["y_gt"])).sum(axis=1)


def p_y(v: dict[str, Any]) -> Any:
    return (v["p"] * v["y_gt"]).sum(axis=1, keepdims=True)


CROSS_ENTROPY, HINGE = core.SoftmaxCrossEntropy(), core.SoftmaxHinge()


@pytest.mark.parametrize(
    ("loss", "name", "mistake", "kind", "words"),
    [
        (
            CROSS_ENTROPY,
            "p",
            lambda v: np.exp(-v["y_out"]) / np.exp(-v["y_out"]).sum(axis=1, keepdims=True),
            "sign of the exponent",
            "in the softmax",
        ),
        (
            CROSS_ENTROPY,
            "sample_losses",
            lambda v: -np.log(np.where(v["y_gt"] == 1, v["p"], 1 - v["p"])).sum(axis=1),
            "another loss",
            "binary cross-entropy of each class",
        ),
        (
            CROSS_ENTROPY,
            "sample_losses",
            lambda v: ((v["p"] - v["y_gt"]) ** 2).sum(axis=1) / 2,
            "another loss",
            "the squared error of the probabilities",
        ),
        (
            HINGE,
            "sample_losses",
            lambda v: of_wrong_classes(p_y(v) - v["p"] + 0.5, v),
            "sign of a term",
            "the difference is turned round",
        ),
        (
            HINGE,
            "sample_losses",
            lambda v: of_wrong_classes(v["p"] - p_y(v) + 1, v),
            "another number",
            "m of 1 was used, not 0.5",
        ),
        (CROSS_ENTROPY, "delta_1", lambda v: v["delta_1"][[0, 3, 2, 1]], "swapped", "the rows 2 and 4 of delta_1"),
        (
            CROSS_ENTROPY,
            "z_1",
            lambda v: np.where(v["s_1"] > 0, v["s_1"], 0.1 * v["s_1"]),
            "another function",
            "leaky_relu with the slope 0.1 is applied, where f_1 is relu",
        ),
    ],
)
def test_what_people_compute_at_a_loss_of_classes_is_named(
    loss: core.Loss, name: str, mistake: Any, kind: str, words: str
) -> None:
    step = core.Timeline(random_problem(12, (2, 4, 3), rows=4, loss=loss, activation=("relu", "identity")))[0]
    ((at, found, text),) = judged(step, name, mistake)
    assert (at, found) == (name, kind)
    assert words in text


def test_a_mistake_in_a_part_that_leaves_much_is_none() -> None:
    step = step_0()

    def of_two(v: dict[str, Any]) -> Any:
        return v["z_1"][:2].T @ v["delta_out"][:2]

    assert judged(step, "dW_out", of_two) == [("dW_out", "", "3 numbers, computed another way")]


def test_one_mistake_in_what_is_not_written_is_one_slip_in_all_that_comes_of_it() -> None:
    step = core.Timeline(random_problem(8, (3, 4, 3, 2), rows=4, activation="tanh", bias=True))[0]

    def without_slope(v: dict[str, Any]) -> Any:
        return v["delta_out"] @ v["W_out"].T

    ((_, kind, text),) = judged(step, "delta_2", without_slope, ("dW_2", "db_2", "dW_1", "db_1"))
    assert (kind, text) == ("derivative left out", "the derivative f_2'(s_2) is left out (in delta_2)")


def test_an_earlier_number_without_a_cause_has_that_of_a_later_one() -> None:
    step = core.Timeline(random_problem(0, (2, 3, 3, 2), rows=3, activation="sigmoid", learning_rate=0.3))[0]
    ((name, kind, _),) = judged(step, "z_1", lambda v: v["s_1"], ("loss", "delta_out"))
    assert (name, kind) == ("loss", "f left out")


def test_what_is_rounded_on_the_way_is_right_though_one_quantity_alone_is_written() -> None:
    step = core.Timeline(random_problem(9, (2, 3, 2), rows=4, activation="sigmoid"))[0]
    assert judged(step, "", lambda _: None, ("dW_1",)) == []


@pytest.mark.parametrize("seed", [14, 15, 22, 24, 30, 39])
def test_rounding_on_the_way_may_leave_a_zero(seed: int) -> None:
    step = core.Timeline(random_problem(seed, (2, 3, 2), rows=3, activation="sigmoid", reduction="mean"))[0]
    write = decimals(3, ROUNDINGS[0])
    sheet = answers_of(carried_on(step, "", lambda _: None, write), step, write)
    kept = {name: sheet[name] for name in ("s_1", "y_out", "dW_1", "dW_out")}
    report = core.check_answers(kept, step)
    assert report.slips == ()


def with_opposite_sign(step: core.Step, subtracted: tuple[str, ...] = ()) -> dict[str, Any]:
    write = significant(6, ROUNDINGS[1])
    values = carried_on(step, "delta_out", lambda v: -v["delta_out"], write)
    sheet = answers_of(values, step, as_printed)
    for given, name in step.statement.updates.items():
        sign = -1 if name in subtracted else 1
        sheet[name] = nested(values[given] + sign * step.learning_rate * values[f"d{given}"], write)
    return sheet


def test_an_update_may_be_wrong_within_the_opposite_sign() -> None:
    step = core.Timeline(random_problem(10, (2, 3, 2), rows=4, activation="sigmoid", bias=True))[0]
    report = core.check_answers(with_opposite_sign(step), step)
    assert ([convention.kind for convention in report.conventions], report.slips) == (["sign"], ())
    report = core.check_answers(with_opposite_sign(step, ("W_1_next",)), step)
    (slip,) = report.slips
    assert [convention.kind for convention in report.conventions] == ["sign"]
    assert (slip.name, slip.text) == ("W_1_next", "α dW_1 is subtracted, where it must be added")


def test_a_sheet_whose_samples_are_columns_follows_a_convention() -> None:
    step = core.Timeline(random_problem(4, (2, 3, 2), rows=5, activation="sigmoid"))[0]
    v, write = values_of(step), significant(6, ROUNDINGS[1])
    sheet = {name: nested(v[name].T, write) for name in ("s_1", "z_1", "delta_out", "delta_1", "dW_1", "dW_out")}
    report = core.check_answers(sheet, step)
    assert report.slips == ()
    assert [convention.text for convention in report.conventions] == [
        "your matrices are transposed, as where the samples are columns and W is out x in; followed; as in ng, "
        'nielsen, goodfellow, bishop, ufldl and nyu: add notation = { samples = "columns", weights = "out x in" }'
    ]


FOLLOWED = {"delta_out": "y_gt - y_out", "W_out_next": "W_out + alpha * dW_out"}


@pytest.mark.parametrize(
    ("formulas", "right"),
    [
        (FOLLOWED, True),
        ({**FOLLOWED, "W_1_next": "W_1 - alpha * dW_1"}, False),  # not throughout
        ({"delta_out": "y_gt - y_out"}, False),  # and nothing makes up for it
    ],
)
def test_formulas_follow_a_convention_throughout(formulas: dict[str, str], right: bool) -> None:
    report = core.check_answers({}, step_0(), formulas=formulas)
    assert [formula.right for formula in report.formulas if formula.name in FOLLOWED] == [right] * len(
        FOLLOWED.keys() & formulas.keys()
    )
    assert [convention.kind for convention in report.conventions] == ["sign"] * right


def test_momentum_is_one_slip_in_all_updates() -> None:
    timeline = core.Timeline(random_problem(11, (2, 3, 2), rows=4, activation="tanh", bias=False))
    weights, moved, write = [*timeline[0].weights], [0.0, 0.0], significant(6, ROUNDINGS[1])
    for k in range(2):
        values = {**values_of(timeline[k]), "W_1": weights[0], "W_out": weights[1]}
        for name in timeline[k].statement.equations:
            values[name] = timeline[k].statement.evaluate(name, values)
        moved = [0.9 * m - 0.1 * values[f"d{w}"] for m, w in zip(moved, ("W_1", "W_out"), strict=True)]
        weights = [w + m for w, m in zip(weights, moved, strict=True)]
    step = timeline[1]
    assert step.learning_rate == 0.1
    sheet = {"W_1_next": nested(weights[0], write), "W_out_next": nested(weights[1], write)}
    (slip,) = core.check_answers(sheet, step).slips
    assert (slip.kind, slip.text) == ("momentum", "this is what momentum 0.9 gives")


def test_so_many_digits_are_owed_as_are_asked_for() -> None:
    sheet = {"delta_out": [Decimal("-0.90"), "?", "?", "?"]}
    assert [core.check_answers(sheet, step_0(), digits=n).cells[0].status for n in (2, 4)] == ["right", "coarse"]


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
