"""Work done by hand, checked: what is right, what follows, what is a slip, and of which kind."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import core
from answer_sheets import ROUNDINGS, answers_of, as_printed, carried_on, decimals, nested, plainly, significant
from samples import exercise_2, problems, random_problem

PUBLISHED = Path(__file__).parent.parent / "examples" / "exercise-2-published.toml"
DELTA_1 = [[-0.018, -0.027, -0.0811], [-0.0197, -0.0296, -0.0889], [0, 0, 0.0957], [0.0201, 0.0301, 0]]
Values = dict[str, Any]


def step_0(problem: core.Problem | None = None) -> core.Step:
    return core.Timeline(problem or exercise_2())[0]


def only_slip(report: core.CheckReport) -> core.Slip:
    assert len(report.slips) == 1, report.slips
    return report.slips[0]


class TestThePublishedSolution:
    def test_exactly_its_two_slips_are_found(self) -> None:
        report = core.check_answers(PUBLISHED)
        found = [(slip.name, slip.cells, slip.kind) for slip in report.slips]
        assert found == [("delta_1", ((2, 3),), "decimal point"), ("W_out_next", ((3, 1),), "digit inserted")]
        assert report.counts == {"right": 69, "rounded": 0, "follows": 0, "coarse": 0, "slip": 2, "open": 0}
        assert not report.right

    def test_they_are_told_with_the_right_numbers(self) -> None:
        report = core.check_answers(PUBLISHED)
        first, second = (report.verdict(slip.name, slip.cells[0]) for slip in report.slips)
        assert first is not None
        assert second is not None
        assert (first.written, round(first.true, 5)) == ("-0.8899", -0.08899)
        assert (second.written, round(second.true, 8)) == ("0.050474687", 0.05474687)
        assert report.slips[1].text == "the digit 0 is one too many"


class TestWhatIsRight:
    @given(problems(), st.integers(1, 17), st.sampled_from(ROUNDINGS), st.sampled_from([decimals, significant]))
    def test_a_step_written_with_any_number_of_digits_rounded_or_cut_off(
        self, problem: core.Problem, digits: int, rounding: str, write: Any
    ) -> None:
        step = step_0(problem)
        values = {quantity.name: quantity.values for quantity in plainly(step)}
        report = core.check_answers(answers_of(values, step, write(digits, rounding)), step)
        assert not report.slips
        assert report.right is (report.counts["coarse"] == 0)
        counted = report.counts["right"] + report.counts["coarse"]
        assert counted == sum(np.size(value) for value in values.values())

    @pytest.mark.parametrize("text", ["0.458", "0.4580", "0.46", "0.45", "0.5", "0.4", "45.8e-2", "4.5e-1"])
    def test_digits_as_written(self, text: str) -> None:
        assert not core.check_answers({"s_1[1,1]": Decimal(text)}, step_0()).slips

    @pytest.mark.parametrize("text", ["0.44", "0.47", "0.4582", "0.459", "0.6", "1e-1", "0", "-0.458"])
    def test_and_not_right(self, text: str) -> None:
        assert not core.check_answers({"s_1[1,1]": Decimal(text), "s_1[1,2]": 0.869}, step_0()).right

    @pytest.mark.parametrize(
        ("true", "right", "wrong"),
        [
            (-0.09, ["0.0", "-0.0", "-0.1", "-0.09"], ["0.1", "0.09", "-0.08", "-0.2"]),
            (0.09, ["0.0", "0.1", "0.09"], ["-0.1", "-0.09", "0.08", "0.10"]),
            (-0.1, ["-0.1", "-0.10"], ["0.0", "-0.0", "-0.2", "0.1"]),
            (0.25, ["0.25", "0.2", "0.3"], ["0.24", "0.26", "0.1", "0.4"]),
            (-0.25, ["-0.25", "-0.2", "-0.3"], ["-0.24", "-0.26", "-0.1", "-0.4"]),
            (0.3, ["0.3", "0.30", "0.3000"], ["0.2", "0.29", "0.2999", "0.4"]),
            (1e6, ["1000000", "1e6"], ["999999", "1000001", "2e6"]),
            (0.45799999999999996, ["0.458", "0.45", "0.46", "0.4"], ["0.457", "0.4579", "0.459"]),
        ],
    )
    def test_a_whole_unit_off_is_wrong_and_less_is_cut_off(
        self, true: float, right: list[str], wrong: list[str]
    ) -> None:
        network = core.Network([core.Layer([[1.0]])])
        step = step_0(core.Problem("one number", [[true]], [[0.0]], network))
        for text, is_right in [*((text, True) for text in right), *((text, False) for text in wrong)]:
            assert (not core.check_answers({"s_out": Decimal(text)}, step).slips) is is_right, text

    def test_a_column_may_be_a_flat_list_and_the_last_layer_go_by_number(self) -> None:
        sheet = {"delta_2": [-0.90141, -0.988785, 1.06336, 1.005945], "z_2": [[0.09859], [0.011215], ["?"], ["?"]]}
        report = core.check_answers(sheet, step_0())
        assert report.right
        assert report.names == ("y_out", "delta_out")
        assert report.counts["open"] == 2

    def test_a_row_and_a_cell(self) -> None:
        report = core.check_answers({"s_1[2]": [0.1205, 0.1615, 0.044], "delta_1[2,3]": -0.08899}, step_0())
        assert report.right
        assert [verdict.cell for verdict in report.cells] == [(2, 1), (2, 2), (2, 3), (2, 3)]

    def test_a_bare_zero_among_decimals_says_zero(self) -> None:
        z = [[0, 0.869, 0.704], [0.1205, 0.1615, 0.044], [0, 0, 0.704], [0.1195, 0.1185, 0]]
        assert only_slip(core.check_answers({"z_1": z}, step_0())).cells == ((1, 1),)


class TestShapes:
    @pytest.mark.parametrize(
        ("name", "value", "kind", "text"),
        [
            ("delta_1", [list(row) for row in zip(*DELTA_1, strict=True)], "transposed", "transposed: expected 4 rows"),
            ("delta_1", DELTA_1[:2] + DELTA_1[3:], "missing row", "row 3 is missing"),
            ("delta_1", [row[:2] for row in DELTA_1], "shape", "expected 4 rows of 3, found 4 rows of 2"),
            ("delta_1", [DELTA_1[0], DELTA_1[1][:2], *DELTA_1[2:]], "shape", "row 2 has 2 numbers, expected 3"),
            ("delta_1", DELTA_1[0], "shape", "expected 4 rows of 3, found a list of 3"),
            ("delta_out", [[-0.90141, -0.988785, 1.06336, 1.005945]], "transposed", "expected 4 rows of 1"),
            ("sample_losses", [0.1, 0.2], "missing number", "2 numbers are missing: expected 4 numbers, found 2"),
            ("delta_out", [-0.90141, 1.06336, 1.005945], "missing number", "number 2 is missing: expected 4 rows of 1"),
            ("delta_1", [*DELTA_1, [1, 2, 3]], "row too many", "row 5 is too many: expected 4 rows of 3, found 5 rows"),
            ("delta_1", [*DELTA_1[:1], *DELTA_1], "row too many", "is too many: expected 4 rows of 3, found 5 rows"),
            ("loss", [1.9, 2.0], "shape", "expected a single number, found a list of 2"),
        ],
    )
    def test_a_wrong_shape_is_said_as_such_and_no_number_is_blamed(
        self, name: str, value: Any, kind: str, text: str
    ) -> None:
        report = core.check_answers({name: value}, step_0())
        slip = only_slip(report)
        assert (slip.name, slip.cells, slip.kind) == (name, (), kind)
        assert text in slip.text
        assert report.counts["slip"] == 0

    @pytest.mark.parametrize(("key", "count"), [("s_1", 12), ("s_1[2]", 3), ("loss", 1), ("sample_losses", 4)])
    def test_a_single_question_mark_leaves_the_whole_open(self, key: str, count: int) -> None:
        report = core.check_answers({key: "?"}, step_0())
        assert (report.right, report.blank, report.slips) == (False, True, ())
        assert report.counts["open"] == len(report.cells) == count


class TestFollowThrough:
    def test_what_is_carried_on_from_a_slip_is_no_second_one(self) -> None:
        sheet = {
            "s_1[2,1]": 0.2105,  # 0.1205
            "z_1[2,1]": 0.2105,
            "s_out[2]": 0.013015,  # 0.2105 * 0.02 + 0.1615 * 0.03 + 0.044 * 0.09
            "delta_out[2]": -0.986985,
            "dW_out[1]": -0.5004,
        }
        report = core.check_answers(sheet, step_0())
        assert (only_slip(report).name, only_slip(report).kind) == ("s_1", "digits swapped")
        assert [(v.status, v.follows_from) for v in report.cells] == [
            ("slip", ()),
            ("follows", ("s_1",)),
            ("follows", ("z_1",)),
            ("follows", ("s_out",)),  # through the y_out that was left out
            ("follows", ("z_1", "delta_out")),
        ]

    def test_a_second_slip_is_told_from_what_is_carried_on(self) -> None:
        report = core.check_answers({"s_1[2,1]": 0.2105, "z_1[2,1]": -0.2105}, step_0())
        assert [(slip.name, slip.kind) for slip in report.slips] == [("s_1", "digits swapped"), ("z_1", "sign")]

    def test_what_was_computed_with_rounded_numbers_follows_from_them(self) -> None:
        report = core.check_answers(
            {"delta_out[1]": -0.9, "delta_1[1]": [Decimal(text) for text in ("-0.01800", "-0.02700", "-0.08100")]},
            step_0(),
        )
        assert report.right
        assert {v.status for v in report.cells[1:]} == {"rounded"}

    def test_rounding_excuses_no_slip(self) -> None:
        report = core.check_answers(
            {"delta_out[1]": -0.9, "delta_1[1]": [Decimal(text) for text in ("-0.01800", "-0.02700", "-0.08300")]},
            step_0(),
        )
        assert only_slip(report).cells == ((1, 3),)

    def test_a_later_number_that_is_right_is_right(self) -> None:
        report = core.check_answers({"s_1[1,1]": 4.58, "z_1[1,1]": 0.458}, step_0())
        assert [v.status for v in report.cells] == ["slip", "right"]

    def test_without_a_known_kind_the_true_arithmetic_is_shown(self) -> None:
        slip = only_slip(core.check_answers({"delta_1[2,3]": -0.0713}, step_0()))
        assert (slip.kind, slip.text) == ("", "")
        assert any("0.09" in line and "-0.988785" in line for line in slip.arithmetic)


SIZES = (2, 3, 3, 2)


def hidden_and_deep(seed: int, **changes: Any) -> core.Step:
    """Two hidden layers between which a square matrix lies, everything curved, and no number special."""
    settings = {"sizes": SIZES, "rows": 3, "activation": "sigmoid", "learning_rate": 0.3} | changes
    return step_0(random_problem(seed=seed, **settings))


def roll(values: Any, axis: int) -> Any:
    return np.roll(values, 1, axis)


def diagonal(v: Values) -> Any:
    jacobians = [np.diag(p * (1 - p)) for p in v["p"]]
    return np.array([J.T @ g for J, g in zip(jacobians, v["dp"], strict=True)])


def diagonal_of_cross_entropy(v: Values) -> Any:
    jacobians = [np.diag(p * (1 - p)) for p in v["p"]]
    return np.array([J.T @ (-t / p) for J, t, p in zip(jacobians, v["y_gt"], v["p"], strict=True)])


def sigmoid(s: Any) -> Any:
    return 1 / (1 + np.exp(-s))


PLANTED: dict[str, tuple[str, str, dict[str, Any], Callable[[Values], Any]]] = {
    "a matrix transposed": ("transposed", "dW_2", {}, lambda v: v["dW_2"].T),
    "a factor transposed": ("transposed", "s_2", {"bias": False}, lambda v: v["z_1"] @ v["W_2"].T),
    "a factor not transposed": (
        "transposed",
        "delta_1",
        {},
        lambda v: v["delta_2"] @ v["W_2"] * v["z_1"] * (1 - v["z_1"]),
    ),
    "f' left out": ("derivative left out", "delta_1", {}, lambda v: v["delta_2"] @ v["W_2"].T),
    "f' of the output left out": ("derivative left out", "delta_out", {}, lambda v: v["y_out"] - v["y_gt"]),
    "α left out": ("learning rate left out", "W_2_next", {}, lambda v: v["W_2"] - v["dW_2"]),
    "α multiplied twice": ("learning rate twice", "W_1_next", {}, lambda v: v["W_1"] - 0.09 * v["dW_1"]),
    "α added twice": ("learning rate twice", "W_1_next", {}, lambda v: v["W_1"] - 0.6 * v["dW_1"]),
    "added": ("added", "W_out_next", {}, lambda v: v["W_out"] + 0.3 * v["dW_out"]),
    "added to a bias": ("added", "b_1_next", {"bias": True}, lambda v: v["b_1"] + 0.3 * v["db_1"]),
    "the updated weights": (
        "updated weights",
        "delta_1",
        {},
        lambda v: v["delta_2"] @ (v["W_2"] - 0.3 * v["z_1"].T @ v["delta_2"]).T * v["z_1"] * (1 - v["z_1"]),
    ),
    "mean for sum": ("mean for sum", "loss", {}, lambda v: v["sample_losses"].mean()),
    "sum for mean": ("sum for mean", "loss", {"reduction": "mean"}, lambda v: v["sample_losses"].sum()),
    "mean for sum in a gradient": ("mean for sum", "dW_1", {}, lambda v: v["dW_1"] / 3),
    "sum for mean at the start": ("sum for mean", "delta_out", {"reduction": "mean"}, lambda v: 3 * v["delta_out"]),
    "½ left out": (
        "half left out",
        "sample_losses",
        {},
        lambda v: ((v["y_out"] - v["y_gt"]) ** 2).sum(axis=1),
    ),
    "½ left out of the gradient": ("half left out", "delta_out", {}, lambda v: 2 * v["delta_out"]),
    "f twice": ("f twice", "z_1", {}, lambda v: sigmoid(sigmoid(v["s_1"]))),
    "f not at all": ("f left out", "z_2", {}, lambda v: v["s_2"]),
    "f not at all at the end": ("f left out", "y_out", {}, lambda v: v["s_out"]),
    "a neighbouring row": ("neighbour", "s_1", {}, lambda v: roll(v["s_1"], 0)),
    "a neighbouring column": ("neighbour", "dW_1", {}, lambda v: roll(v["dW_1"], 1)),
    "a neighbouring row of a factor": (
        "neighbour",
        "delta_2",
        {},
        lambda v: v["delta_out"] @ v["W_out"].T * roll(v["z_2"] * (1 - v["z_2"]), 0),
    ),
    "the diagonal alone": ("diagonal only", "do", {"loss": core.SoftmaxHinge(), "sizes": (2, 3, 3)}, diagonal),
    "the diagonal alone under cross-entropy": (
        "diagonal only",
        "do",
        {"loss": core.SoftmaxCrossEntropy(), "sizes": (2, 3, 3), "reduction": "sum"},
        diagonal_of_cross_entropy,
    ),
    "a sign throughout": (
        "sign",
        "delta_out",
        {},
        lambda v: (v["y_gt"] - v["y_out"]) * v["y_out"] * (1 - v["y_out"]),
    ),
}


class TestPlantedSlips:
    """Slips in method, carried on to the end of the step."""

    @pytest.mark.parametrize("planted", PLANTED)
    @settings(max_examples=16)
    @given(
        seed=st.integers(0, 10_000),
        digits=st.integers(6, 9),
        rounding=st.sampled_from(ROUNDINGS),
        places=st.sampled_from([decimals, significant]),
        in_full=st.booleans(),
    )
    def test_it_is_found_named_and_the_only_one(
        self, planted: str, seed: int, digits: int, rounding: str, places: Any, in_full: bool
    ) -> None:
        kind, name, changes, slip = PLANTED[planted]
        step, write = hidden_and_deep(seed, **changes), places(digits, rounding)
        values = carried_on(step, name, slip, None if in_full else write)
        right = next(q.values for q in plainly(step) if q.name == name)
        assume(not np.allclose(values[name], right, rtol=1e-3, atol=1e-4))
        report = core.check_answers(answers_of(values, step, write if in_full else as_printed), step)
        found = only_slip(report)
        assert (found.name, found.kind) == (name, kind), report.slips

    @pytest.mark.parametrize("planted", ["f' left out", "the updated weights", "½ left out of the gradient"])
    def test_it_is_found_where_only_the_end_was_written(self, planted: str) -> None:
        kind, name, changes, slip = PLANTED[planted]
        step = hidden_and_deep(7, **changes)
        dW_1 = nested(carried_on(step, name, slip)["dW_1"], significant(6, ROUNDINGS[0]))
        found = only_slip(core.check_answers({"dW_1": dW_1}, step))
        assert (found.kind, len(found.cells)) == (kind, 6)
        assert name in found.text

    @settings(max_examples=30)
    @given(seed=st.integers(0, 10_000), digits=st.integers(3, 8), rounding=st.sampled_from(ROUNDINGS))
    def test_whoever_goes_on_with_rounded_numbers_has_made_no_other_slip(
        self, seed: int, digits: int, rounding: str
    ) -> None:
        step, write = hidden_and_deep(seed), significant(digits, rounding)
        values = carried_on(step, "z_1", lambda v: v["s_1"], write)
        assert only_slip(core.check_answers(answers_of(values, step, as_printed), step)).kind == "f left out"
        values = carried_on(step, "z_1", lambda v: v["z_1"], write)
        assert not core.check_answers(answers_of(values, step, as_printed), step).slips


def pen_slips(text: str) -> dict[str, list[str]]:
    """What becomes of a number in writing it down, by kind."""
    digits = [i for i, c in enumerate(text) if c.isdigit()]
    swaps = [(i, j) for i, j in pairwise(digits) if text[i] != text[j]]
    return {
        "sign": [str(-Decimal(text))],
        "decimal point": [str(Decimal(text).scaleb(places)) for places in (-2, -1, 1, 2)],
        "digit inserted": [f"{text[:i]}{d}{text[i:]}" for i in digits[2:-2] for d in "0372"],
        "digit dropped": [f"{text[:i]}{text[i + 1 :]}" for i in digits[2:-2]],
        "digits swapped": [f"{text[:i]}{text[j]}{text[i + 1 : j]}{text[i]}{text[j + 1 :]}" for i, j in swaps],
    }


@pytest.mark.parametrize("kind", ["sign", "decimal point", "digit inserted", "digit dropped", "digits swapped"])
@given(data=st.data(), seed=st.integers(0, 10_000))
def test_a_planted_slip_of_the_pen(kind: str, data: st.DataObject, seed: int) -> None:
    """It is found, named and the only one, carried on or not."""
    step = hidden_and_deep(seed)
    name = data.draw(st.sampled_from([q.name for q in plainly(step)]))
    right = next(q.values for q in plainly(step) if q.name == name)
    place = tuple(data.draw(st.integers(0, size - 1)) for size in right.shape)
    text = f"{float(right[place]):.8f}"
    assume(abs(right[place]) > 1e-3)
    wrong = data.draw(st.sampled_from(pen_slips(text)[kind]))
    number = Decimal(wrong)
    assume(abs(float(number) - right[place]) > 10.0 ** int(number.as_tuple().exponent))  # else it is rounded
    assume(len(number.as_tuple().digits) > 1)  # a single digit could have been anything

    def slip(v: Values) -> Any:
        values = v[name].copy()
        values[place] = float(number)
        return values

    values = carried_on(step, name, slip if data.draw(st.booleans()) else lambda v: v[name])
    answers = answers_of(values, step, decimals(12, ROUNDINGS[1]))
    del answers[name]
    exact = decimals(12, ROUNDINGS[1])
    for cell in np.ndindex(right.shape):
        key = f"{name}[{','.join(str(i + 1) for i in cell)}]" if cell else name
        answers[key] = number if cell == place else exact(float(right[cell]))
    found = only_slip(core.check_answers(answers, step))
    assert found.name == name
    assert found.cells == (tuple(i + 1 for i in place),)
    # Another kind may give the very number, such as a dropped 0 behind the point, a slip of the point.
    assert found.kind in (kind, "decimal point", "digit inserted", "digit dropped", "digits swapped")
    if found.kind != kind:
        assert float(number) in [float(t) for t in pen_slips(text)[kind]]


class TestUnusableSheets:
    @pytest.mark.parametrize(
        ("answers", "mistake"),
        [
            ({"s_11": 1}, 'answers.s_11: unknown "s_11"; did you mean "s_1"?'),
            ({"dW_7": 1}, 'answers.dW_7: unknown "dW_7"; did you mean "dW_1"?'),
            ({"W_1": 1}, 'answers.W_1: W_1 is given, not computed; after the step it is "W_1_next"'),
            ({"s_1[5,1]": 1}, "answers.s_1[5,1]: expected a row from 1 to 4 and a column from 1 to 3, found [5,1]"),
            ({"s_1[1]": [1, 2]}, "answers.s_1[1]: expected 3 numbers, found 2"),
            ({"loss[1]": 1}, "answers.loss[1]: expected no row or cell of a single number, found [1]"),
            ({"s_1": [["y", "?"]]}, 'answers.s_1: row 1, column 1: expected a number or "?", found "y"'),
            ({"loss": float("nan")}, "answers.loss: expected a finite number, found nan"),
            ({"loss": True}, 'answers.loss: expected a number or "?", found true'),
            ({"s_1[1,1": 1}, "answers.s_1[1,1: expected a name such as s_1, or one with a row or a cell such as"),
        ],
    )
    def test_every_refusal_says_what_and_where(self, answers: Any, mistake: str) -> None:
        with pytest.raises(core.ProblemError) as error:
            core.check_answers(answers, step_0())
        assert [line.startswith(mistake) for line in error.value.mistakes] == [True]

    def test_all_mistakes_come_at_once(self) -> None:
        with pytest.raises(core.ProblemError) as error:
            core.check_answers({"s_11": 1, "W_1": 1, "s_1[9,9]": 1}, step_0())
        assert len(error.value.mistakes) == 3

    def test_as_many_numbers_and_formulas_as_there_may_be_are_read(self) -> None:
        assert only_slip(core.check_answers({"loss": [1.0] * 5_000}, step_0())).kind == "shape"
        with pytest.raises(core.ProblemError, match="answers: expected at most 5000 numbers, found 5001"):
            core.check_answers({"loss": [1.0] * 5_001}, step_0())
        for count, said in ((50, False), (51, True)):
            with pytest.raises(core.ProblemError) as error:
                core.check_answers({}, step_0(), formulas={f"q{i}": "X_in" for i in range(count)})
            assert (f"formulas: expected at most 50 formulas, found {count}" in error.value.mistakes) is said

    @pytest.mark.parametrize("text", ["1" * 50, "0." + "1" * 50, "1e307", "1.7e308", "1e-324", "1e-400", "0e-400"])
    def test_a_number_may_be_as_long_and_as_large_as_this(self, text: str) -> None:
        report = core.check_answers({"loss": Decimal(text), "s_1[1,1]": Decimal(text)}, step_0())
        assert [verdict.status for verdict in report.cells] == ["slip", "slip"]

    @pytest.mark.parametrize(
        ("text", "mistake"),
        [
            ("1" * 51, "expected a number of at most 50 digits"),
            ("1e309", "expected a finite number, found one of about 1e309"),
            ("1.8e308", "expected a finite number, found one of about 1e308"),
            ("1e-401", "expected a finite number, found one of about 1e-401"),
        ],
    )
    def test_but_not_longer_and_not_larger(self, text: str, mistake: str) -> None:
        with pytest.raises(core.ProblemError) as error:
            core.check_answers({"loss": Decimal(text)}, step_0())
        assert error.value.mistakes == (f"answers.loss: {mistake}",)

    def test_numbers_in_single_precision_have_the_digits_that_numpy_prints(self) -> None:
        step = step_0()
        assert core.check_answers({"s_1": step.pre_activations[0].astype(np.float32)}, step).right


class TestWhichStepASheetIsFor:
    def sheet(self, tmp_path: Path, text: str) -> Path:
        path = tmp_path / "mine.toml"
        path.write_text(text)
        return path

    def test_settings_stand_beside_the_problem(self, tmp_path: Path) -> None:
        path = self.sheet(
            tmp_path, 'problem = "exercise-2"\nloss = "hinge"\nmargin = 0.25\nlr = 0.25\n[answers]\nloss = "?"\n'
        )
        problem = core.check_answers(path).step.problem
        assert (problem.loss, problem.learning_rate) == (core.Hinge(0.25), 0.25)

    def test_a_sheet_to_practise_on_is_known_by_its_seed(self, tmp_path: Path) -> None:
        step = step_0(core.practice_problem(core.load_problem("exercise-2"), 7))
        path = self.sheet(tmp_path, f'problem = "exercise-2"\npractice = 7\n[answers]\nloss = {step.loss!r}\n')
        report = core.check_answers(path)
        assert report.right
        assert np.array_equal(report.step.inputs, step.inputs)

    @pytest.mark.parametrize(
        ("text", "mistake"),
        [
            ('problem = "xor"\nloss = "hing"', 'xor: loss: unknown "hing"; did you mean "hinge"?'),
            (
                'problem = "xor"\nhidden = 8',
                "xor: hidden: not for this problem, whose file gives the weights",
            ),
            ('problem = "xor"\npractice = 1.5', "practice: expected a whole number of at least 0, found 1.5"),
            ('problem = "xor"\nstep = 0.5', "step: expected a whole number from 0 to 100000, found 0.5"),
        ],
    )
    def test_what_is_wrong_with_them_is_said(self, tmp_path: Path, text: str, mistake: str) -> None:
        with pytest.raises(core.ProblemError) as error:
            core.check_answers(self.sheet(tmp_path, f"{text}\n[answers]\nloss = 1\n"))
        assert mistake in str(error.value)

    @pytest.mark.parametrize(
        ("head", "mistake"),
        [
            ('problem = "exercise-3"', "problem: the sheet is for Exercise 3; this step differs from it in the inputs"),
            ('problem = "exercise-2"\nlr = 0.25', "in the learning rate"),
            ('problem = "exercise-2"\nloss = "hinge"', "in the loss"),
            ('problem = "exercise-2"\nstep = 7', "step: the sheet is for step 7, and this is step 0"),
            ("step = 7", "step: the sheet is for step 7, and this is step 0"),
        ],
    )
    def test_it_is_not_judged_on_another_step(self, tmp_path: Path, head: str, mistake: str) -> None:
        step = step_0(core.load_problem("exercise-2"))
        path = self.sheet(tmp_path, f"{head}\n[answers]\nloss = 1.9664477984\n")
        with pytest.raises(core.ProblemError) as error:
            core.check_answers(path, step)
        assert mistake in str(error.value)
        for right in ('problem = "exercise-2"', "step = 0", ""):
            path.write_text(f"{right}\n[answers]\nloss = 1.9664477984\n")
            assert core.check_answers(path, step).right

    def test_a_long_way_shows_itself(self, tmp_path: Path) -> None:
        seen: list[tuple[int, int]] = []
        path = self.sheet(tmp_path, 'problem = "exercise-2"\nstep = 2000\n[answers]\nloss = 1\n')
        core.check_answers(path, progress=lambda done, total: seen.append((done, total)))
        assert seen[-1] == (2000, 2000)
        assert len(seen) > 2


@pytest.mark.parametrize("written", ["1.5e-322", "1e-400", "0e-400", "-3e-330"])
def test_a_number_near_the_smallest_there_is(written: str) -> None:
    step = step_0(exercise_2())
    report = core.check_answers({"loss": Decimal(written), "s_1[1,1]": Decimal(written)}, step)
    assert len(report.slips) == 2


@pytest.mark.parametrize(("written", "status"), [("1.5e-322", "right"), ("1.48e-322", "right"), ("1.4e-321", "slip")])
def test_a_number_that_has_few_bits(written: str, status: str) -> None:
    layers = [core.Layer(weights=[[1.5e-322]])]
    step = step_0(exercise_2(inputs=[[1.0]], targets=[[1.0]], network=core.Network(layers)))
    assert core.check_answers({"s_out": Decimal(written)}, step).cells[0].status == status


def test_what_may_come_of_rounding_on_the_way_follows_from_no_slip() -> None:
    step = core.Timeline(core.load_problem("exercise-2"))[0]
    report = core.check_answers({"delta_out": [-0.9014, -0.9888, 1.0634, 1.0061]}, step)
    assert [verdict.status for verdict in report.cells] == ["right", "right", "right", "rounded"]


def test_a_name_that_is_misspelt_is_told_beside_every_quantity() -> None:
    with pytest.raises(core.ProblemError, match='did you mean "dz_1"'):
        core.check_answers({"dzz_1": [[1.0]]}, step_0())


def test_the_true_class_left_out_of_the_gradient_at_p_is_no_matter_of_the_jacobian() -> None:
    step = step_0(core.load_problem("exercise-3"))
    report = core.check_answers({"dp": np.maximum(step.values["dp"], 0)}, step)
    assert all("Jacobian" not in slip.text for slip in report.slips)


def test_a_lone_hinge_of_one_output_is_judged() -> None:
    step = step_0(exercise_2(loss=core.Hinge()))
    report = core.check_answers({"sample_losses[1]": 0.1283}, step)
    assert [slip.name for slip in report.slips] == ["sample_losses"]
