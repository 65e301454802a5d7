"""What a sheet earns: points counted by hand, and bounds that hold for all schemes and sheets."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from answer_sheets import answers_of, carried_on, plainly, significant
from core.computation import values_of
from samples import exercise_2

SHEETS = Path(__file__).parent / "expected_sheets"
FOUR_DIGITS = significant(4, ROUND_HALF_UP)
STEP = core.Timeline(exercise_2())[0]
ASKED = tuple(quantity.name for quantity in plainly(STEP))


def scheme(**tables: Any) -> core.Scheme:
    """A scheme of these tables."""
    return core.load_scheme(tables)


def expect(quantity: str, message: str, formula: str | None = None, **more: Any) -> dict[str, Any]:
    """A mistake that is expected."""
    return {"quantity": quantity, "message": message, **({} if formula is None else {"formula": formula}), **more}


def marked(answers: dict[str, Any], scheme_: core.Scheme | None = None, **formulas: str) -> core.MarkedSheet:
    return core.mark_answers(core.check_answers(answers, STEP, formulas=formulas), scheme_)


def points_of(sheet: core.MarkedSheet) -> dict[str, Fraction]:
    return {mark.part.label: mark.points for mark in sheet.parts}


def sheet_of(values: dict[str, Any]) -> dict[str, Any]:
    return answers_of(values, STEP, FOUR_DIGITS)


def without_slope(values: dict[str, Any]) -> Any:
    """δ₁ without f₁': three of its twelve numbers are others."""
    return values["delta_out"] @ values["W_out"].T


RIGHT = sheet_of(values_of(STEP))
NO_SLOPE = sheet_of(carried_on(STEP, "delta_1", without_slope))
S_1 = [[0.458, 0.869, 0.704], [0.1205, 0.1615, 0.044], [-0.442, -0.181, 0.704], [0.1195, 0.1185, -0.044]]


class TestPoints:
    def test_a_right_sheet_has_the_total(self) -> None:
        sheet = marked(RIGHT)
        assert (sheet.points, sheet.total, sheet.reasons) == (12, 12, ())
        sheet = marked(RIGHT, scheme(points={"s_1": 2, "delta_1": 0.3, "loss": 1}))
        assert (sheet.points, sheet.total) == (Fraction(33, 10), Fraction(33, 10))

    def test_a_wrong_number_costs_its_share_of_the_quantity(self) -> None:
        one_of_twelve = [row[:] for row in S_1]
        one_of_twelve[1][2] = 0.44
        sheet = marked({"s_1": one_of_twelve}, scheme(points={"s_1": 4}))
        assert sheet.points == Fraction(44, 12)
        assert sheet.reasons == ("s_1 3.67 of 4: a decimal point slip (in [2,3])",)

    def test_points_for_a_row_and_for_a_cell(self) -> None:
        worth = scheme(points={"s_1[1]": 3, "s_1[2,1]": 1, "s1[2,2]": 1})
        sheet = marked({"s_1[1]": [0.458, 0.869, 7], "s_1[2,1]": 0.1205}, worth)
        assert points_of(sheet) == {"s_1[1]": 2, "s_1[2,1]": 1, "s_1[2,2]": 0}

    def test_what_is_open_or_missing_earns_nothing(self) -> None:
        sheet = marked({"s_1[1]": [0.458, "?", "?"]}, scheme(points={"s_1": 12, "z_1": 1, "loss": 1}))
        assert points_of(sheet) == {"s_1": 1, "z_1": 0, "loss": 0}
        assert sheet.reasons == ("s_1 1 of 12: 2 left open, 9 missing", "missing: z_1, loss")

    def test_an_empty_sheet_earns_nothing(self) -> None:
        report = core.check_answers(SHEETS / "small/blank-sheet.toml")
        sheet = core.mark_answers(report)
        assert (sheet.points, sheet.total) == (0, len(report.names))

    def test_what_there_are_no_points_for_is_told_all_the_same(self) -> None:
        sheet = marked({"s_1[1]": [0.458, 0.869, 7], "loss": 1.966}, scheme(points={"loss": 1}))
        assert (sheet.points, sheet.total) == (1, 1)
        assert sheet.reasons == ("s_1: wrong (in [1,3]), without points",)

    def test_the_hinge_s_terms_that_there_are_not_are_not_asked_for(self) -> None:
        step = core.Timeline(core.load_problem("exercise-3", {"loss": "hinge"}))[0]
        without = core.absent(step, "term")
        cells = {f"term[{r + 1},{c + 1}]": step.values["term"][r, c] for r, c in np.argwhere(~without)}
        sheet = core.mark_answers(core.check_answers(cells, step), scheme(points={"term": 5}))
        assert (without.any(), sheet.points) == (True, 5)


class TestRules:
    def test_what_follows_from_a_slip_earns_what_the_scheme_says(self) -> None:
        for share, after in ((1, 6), (Fraction(1, 2), 3), (0, 0)):
            worth = scheme(points={"delta_1": 12, "dW_1": 6}, earns={"follows": share})
            sheet = marked({name: NO_SLOPE[name] for name in ("delta_1", "dW_1")}, worth)
            assert points_of(sheet) == {"delta_1": 9, "dW_1": after}
        assert sheet.reasons[1] == "dW_1 0 of 6: 6 follow from delta_1"

    def test_what_follows_from_zeros_alone_earns_nothing(self) -> None:
        zeros = {"delta_out": [0.0] * 4, "dW_out": [0.0] * 3}
        assert points_of(marked(zeros, scheme(points={"dW_out": 3})))["dW_out"] == 0
        told = marked(zeros, scheme(points={"dW_out": 3}, earns={"from_zeros": 1}))
        assert points_of(told)["dW_out"] == 3

    def test_too_few_digits(self) -> None:
        one_digit = {"s_1[1,1]": Decimal("0.5")}  # 0.458
        assert marked(one_digit).points == Fraction(1, 2)
        assert marked(one_digit, scheme(points={"s_1[1,1]": 4}, earns={"coarse": 0.25})).points == 1
        assert marked(one_digit).reasons == ("s_1 0.5 of 1: 1 with too few digits",)

    def test_a_zero_that_stands_for_something_else_earns_nothing(self) -> None:
        report = core.check_answers(SHEETS / "small/one-decimal.toml")
        assert [list(report.verdicts("delta_1").values())[i].status for i in (0, 2, 6)] == ["coarse", "coarse", "right"]
        sheet = core.mark_answers(report, scheme(points={"delta_1": 12}))
        assert sheet.points == 3 + 3 * Fraction(1, 2)  # three are 0, and three have one digit
        assert sheet.reasons[0] == "delta_1 4.5 of 12: 3 with too few digits, 6 written as 0"

    def test_rounding_on_the_way_is_right_unless_the_scheme_says_otherwise(self) -> None:
        answers = {"delta_out": [Decimal("-0.90"), Decimal("-0.99"), Decimal("1.06"), Decimal("1.01")]}
        own = np.array([-0.90, -0.99, 1.06, 1.01]) @ values_of(STEP)["z_1"]
        answers |= {"dW_out": [FOUR_DIGITS(v) for v in own]}
        report = core.check_answers(answers, STEP)
        rounded = report.counts["rounded"]
        assert rounded
        assert marked(answers).points == 2
        sheet = marked(answers, scheme(points={"dW_out": 3}, earns={"rounded": 0}))
        assert sheet.points == 3 - rounded
        assert "their own rounding" in sheet.reasons[0]

    def test_a_slip_may_cost_points_whatever_it_spoils(self) -> None:
        all_wrong = sheet_of(carried_on(STEP, "delta_out", lambda v: v["y_gt"] - v["y_out"]))
        price = scheme(points={"delta_out": 4, "dW_out": 3}, costs={"slip": 1})
        sheet = marked({name: all_wrong[name] for name in ("delta_out", "dW_out")}, price)
        assert points_of(sheet) == {"delta_out": 3, "dW_out": 3}
        assert sheet.reasons == ("delta_out 3 of 4: the sign is wrong",)
        dear = scheme(points={"delta_out": 4}, costs={"slip": 9})
        assert marked({"delta_out": all_wrong["delta_out"]}, dear).points == 0

    def test_a_slip_in_two_parts_costs_its_points_once(self) -> None:
        price = scheme(points={"delta_1[3]": 0.5, "delta_1[4]": 2}, costs={"slip": 1})
        assert points_of(marked({"delta_1": NO_SLOPE["delta_1"]}, price)) == {"delta_1[3]": 0, "delta_1[4]": 1.5}

    def test_a_slip_that_nobody_knows_costs_its_numbers(self) -> None:
        price = scheme(points={"delta_out": 4}, costs={"slip": 0.1})
        assert marked({"delta_out": [31.7, 28.3, 57.9, 91.1]}, price).points == 0

    def test_another_convention_costs_nothing_unless_the_scheme_says_so(self) -> None:
        report = core.check_answers(SHEETS / "one-record/answers-target-minus-output.toml")
        assert len(report.conventions) == 1
        assert (core.mark_answers(report).points, core.mark_answers(report).total) == (8, 8)
        sheet = core.mark_answers(report, scheme(costs={"convention": 1.5}))
        assert sheet.points == Fraction(13, 2)
        assert sheet.conventions == (f"{report.conventions[0].text} (-1.5)",)
        assert core.mark_answers(report, scheme(costs={"convention": 100})).points == 0

    def test_a_wrong_shape(self) -> None:
        turned = {"s_1": np.array(S_1).T.tolist()}
        assert marked(turned, scheme(points={"s_1": 4})).points == 2
        assert marked(turned, scheme(points={"s_1": 4}, earns={"shape": 0.75})).points == 3
        assert marked(turned, scheme(points={"s_1": 4}, costs={"slip": 1})).points == 3
        assert marked({"s_1": S_1[:3]}, scheme(points={"s_1": 4})).points == 3
        assert marked({"loss": [1.9, 2.0]}, scheme(points={"loss": 1})).points == 0

    def test_a_last_digit_that_is_off_is_half_right(self) -> None:
        answers = {"s_1[1]": [0.458, 0.869, 0.705]}  # 0.704
        assert [slip.kind for slip in core.check_answers(answers, STEP).slips] == ["last digit"]
        for rules, points in (({}, 2.5), ({"earns": {"slight": 1}}, 3), ({"costs": {"slip": 3}}, 2.5)):
            assert marked(answers, scheme(points={"s_1[1]": 3}, **rules)).points == points


class TestFormulas:
    def test_a_formula_is_right_or_wrong(self) -> None:
        worth = scheme(formulas={"dW_1": 2, "grad_W_out": 3, "s_1": 1})
        sheet = marked({}, worth, dW_1="X_in' * delta_1", dW_out="z_1 * delta_out")
        assert points_of(sheet) == {"formula s_1": 0, "formula dW_out": 0, "formula dW_1": 2}
        assert sheet.reasons[0].startswith("formula dW_out 0 of 3: z_1 * delta_out: the shapes do not fit")
        assert sheet.reasons[1] == "missing: formula s_1"

    def test_without_a_scheme_each_is_worth_a_point(self) -> None:
        sheet = marked({"loss": 1.966}, None, dW_1="X_in' * delta_1")
        assert points_of(sheet) == {"loss": 1, "formula dW_1": 1}


class TestExpectedMistakes:
    PAGE_12 = expect("delta1", "see page 12", "delta_out * W_out'", earns=Fraction(1, 2))

    def test_goes_before_the_kinds_that_are_known(self) -> None:
        sheet = marked(NO_SLOPE, scheme(points={"delta_1": 12, "dW_1": 6}, expected=[self.PAGE_12]))
        (slip,) = sheet.report.slips
        assert (slip.name, slip.kind, slip.text, slip.others) == ("delta_1", "expected", "see page 12", ())
        assert points_of(sheet) == {"delta_1": Fraction(21, 2), "dW_1": 6}
        assert sheet.reasons == ("delta_1 10.5 of 12: see page 12 (in [3,1], [3,2], [4,3])",)

    def test_its_own_share_goes_before_the_price_of_a_slip(self) -> None:
        price = scheme(points={"delta_1": 12}, costs={"slip": 5}, expected=[self.PAGE_12])
        assert marked(NO_SLOPE, price).points == Fraction(21, 2)

    def test_in_what_was_not_written(self) -> None:
        left_out = {name: NO_SLOPE[name] for name in ("dW_1", "W_1_next")}
        sheet = marked(left_out, scheme(points={"dW_1": 6}, expected=[self.PAGE_12]))
        assert [(slip.name, slip.text) for slip in sheet.report.slips] == [("dW_1", "see page 12 (in delta_1)")]

    def test_one_that_our_kinds_do_not_know_is_one_slip_in_all_that_comes_of_it(self) -> None:
        step = core.Timeline(core.load_problem("xor"))[0]
        values = carried_on(step, "delta_1", lambda v: v["delta_out"] @ v["W_out"].T * (1 + v["z_1"] ** 3))
        answers = answers_of(values, step, significant(5, ROUND_HALF_UP))
        left_out = {name: answers[name] for name in ("dW_1", "db_1", "W_1_next")}
        mistake = expect("delta_1", "not the slope of tanh", "(delta_out * W_out') .* (1 + z_1^3)")
        report = core.check_answers(left_out, step)
        assert len(report.slips) > 1
        sheet = core.mark_answers(report, scheme(points={"dW_1": 2, "db_1": 2}, expected=[mistake]))
        assert [(s.name, s.text) for s in sheet.report.slips] == [("dW_1", "not the slope of tanh (in delta_1)")]
        assert points_of(sheet) == {"dW_1": 0, "db_1": 2}

    def test_from_a_person_s_own_earlier_numbers(self) -> None:
        slipped = carried_on(STEP, "delta_out", lambda v: 2 * (v["y_out"] - v["y_gt"]))
        values = slipped | {"delta_1": without_slope(slipped)}
        answers = {name: RIGHT[name] for name in ("y_out",)} | {
            name: sheet_of(values)[name] for name in ("delta_out", "delta_1")
        }
        sheet = marked(answers, scheme(points={"delta_1": 1}, expected=[self.PAGE_12]))
        assert [slip.text for slip in sheet.report.slips][-1] == "see page 12"

    def test_numbers(self) -> None:
        mistake = expect("loss", "of the first sample alone", numbers=0.406)
        sheet = marked({"loss": Decimal("0.40627")}, scheme(points={"loss": 1}, expected=[mistake]))
        assert sheet.reasons == ("loss 0 of 1: of the first sample alone",)
        sheet = marked({"loss": Decimal("0.41627")}, scheme(points={"loss": 1}, expected=[mistake]))
        assert "first sample alone" not in sheet.reasons[0]

    def test_a_formula_on_the_sheet(self) -> None:
        worth = scheme(formulas={"delta_1": 4}, expected=[self.PAGE_12])
        for text in ("delta_out * W_out'", "delta_out @ W_out.T", "(y_out - y_gt) W_out^T"):
            sheet = marked({}, worth, delta_1=text)
            assert (sheet.points, sheet.report.formulas[0].message) == (2, "see page 12")
        assert marked({}, worth, delta_1="delta_out * W_out' .* z_1").report.formulas[0].message != "see page 12"
        assert marked({}, worth, delta_1="(delta_out * W_out') .* f1'(s_1)").points == 4

    def test_a_formula_that_may_be_numpy_where_another_is(self) -> None:
        squared = expect("z_1", "this squares it", "s_1 .* s_1")
        worth = scheme(formulas={"z_1": 1}, expected=[squared])
        alone, beside = (marked({}, worth, z_1="s_1 * s_1", **more) for more in ({}, {"dW_1": "X_in.T @ delta_1"}))
        assert alone.report.formulas[0].message != "this squares it"
        assert beside.report.formulas[0].message == "this squares it"

    def test_numbers_for_what_was_not_written(self) -> None:
        mistake = expect("delta_1", "see page 12", numbers=NO_SLOPE["delta_1"])
        report = core.check_answers({"dW_1": np.round(carried_on(STEP, "delta_1", without_slope)["dW_1"], 3)}, STEP)
        sheet = core.mark_answers(report, scheme(points={"dW_1": 6}, expected=[mistake]))
        assert [slip.text for slip in sheet.report.slips] == ["see page 12 (in delta_1)"]

    def test_several_slips_that_are_one_of_it(self) -> None:
        answers = {"delta_out": [0.90141, -0.988785, 10.6336, 1.005945]}
        assert len(core.check_answers(answers, STEP).slips) == 2
        odd = expect("delta_out", "copied from the board", numbers=[0.9014, "?", 10.63, "?"])
        (slip,) = marked(answers, scheme(expected=[odd])).report.slips
        assert (slip.cells, slip.text) == (((1, 1), (3, 1)), "copied from the board")

    def test_in_a_smaller_step_than_anybody_wrote(self) -> None:
        twice = expect("dz_1", "once too often", "2 * delta_out * W_out'")
        (slip,) = marked({"delta_1": 2 * STEP.values["delta_1"]}, scheme(expected=[twice])).report.slips
        assert slip.text == "once too often (in dz_1)"

    def test_arrays_of_a_program(self) -> None:
        odd = expect("delta_1", "another slope", "(delta_out * W_out') .* (1 + z_1^3)")
        for kind in (np.float32, np.float64):
            z_1, out, W_out = (STEP.values[name].astype(kind) for name in ("z_1", "delta_out", "W_out"))
            answers = {"delta_1": (out @ W_out.T) * (1 + z_1**3)}
            sheet = marked(answers, scheme(points={"delta_1": 1}, expected=[odd]))
            assert [slip.text for slip in sheet.report.slips] == ["another slope"]

    def test_numbers_that_anything_would_give_are_not_taken_for_it(self) -> None:
        odd = expect("loss", "the sum of the errors", "5 * sum_all(y_out - y_gt)")
        for factor, kind in ((1, ""), (1000, "expected")):
            # From 3, 5, 4 and 2, each perhaps off by 1, there may come 50 to 90; from 3000 and so on, hardly that much.
            answers = {"y_out": [Decimal(factor * n) for n in (3, 5, 4, 2)], "loss": Decimal(70 * factor)}
            sheet = marked(answers, scheme(points={"loss": 1}, expected=[odd]))
            assert [slip.kind for slip in sheet.report.slips if slip.name == "loss"] == [kind]

    def test_from_more_digits_than_were_written(self) -> None:
        odd = expect("loss", "the sum of z_1", "sum_all(z_1)")
        rounded = [[significant(2, ROUND_HALF_UP)(z) for z in row] for row in STEP.values["z_1"]]
        for z_1 in (STEP.values["z_1"], np.array(rounded, dtype=float)):
            loss = significant(5, ROUND_HALF_UP)(z_1.sum())
            answers = {"z_1": rounded, "y_out": STEP.values["y_out"], "loss": loss}
            sheet = marked(answers, scheme(points={"loss": 1}, expected=[odd]))
            assert [slip.text for slip in sheet.report.slips] == ["the sum of z_1"]

    def test_a_right_number_is_right_even_if_it_is_expected(self) -> None:
        mistake = expect("s_1", "this is right", "X_in * W_1")
        sheet = marked({"s_1": S_1}, scheme(points={"s_1": 1}, expected=[mistake]))
        assert (sheet.points, sheet.report.slips) == (1, ())

    def test_other_wrong_numbers_are_not_taken_for_it(self) -> None:
        other = sheet_of(carried_on(STEP, "delta_1", lambda v: -v["delta_1"]))
        sheet = marked(other, scheme(points={"delta_1": 1}, expected=[self.PAGE_12]))
        assert [slip.kind for slip in sheet.report.slips] == ["sign"]


class TestEqualPoints:
    def test_what_half_of_the_sheets_have_is_asked_for(self, tmp_path: Path) -> None:
        head = "problem = 'exercise-2'\n[answers]\n"
        sheets = {
            "ada": "loss = 1.966\n's_1[1]' = [0.458, 0.869, 0.704]\n",
            "ben": "loss = 1.966\n's_1[1,1]' = '?'\ny_out = '?'\n",
            "cyd": "loss = 1.966\ny_out = '?'\n's_1[1,1]' = 0.458\n",
            "dan": "loss = 1.966\n",
        }
        for name, text in sheets.items():
            (tmp_path / f"{name}.toml").write_text(head + text)
        table = core.mark_sheets([tmp_path / f"{name}.toml" for name in sheets])
        assert table.labels == ("s_1", "y_out", "loss")
        assert [sheet.points for sheet in table.sheets] == [2, 1, 2, 1]
        assert {sheet.total for sheet in table.sheets} == {3}
        assert len(table.sheets[0].parts[0].part.cells) == 1

    def test_each_step_and_each_network_is_another(self, tmp_path: Path) -> None:
        heads = ("problem = 'exercise-2'\n", "problem = 'exercise-2'\nstep = 1\n", "problem = 'xor'\n")
        for i, (head, name) in enumerate(zip(heads, ("s_1", "loss", "y_out"), strict=True)):
            (tmp_path / f"{i}.toml").write_text(f"{head}[answers]\n{name} = '?'\n")
        table = core.mark_sheets([tmp_path / f"{i}.toml" for i in range(3)])
        assert [sheet.total for sheet in table.sheets] == [1, 1, 1]
        assert table.labels == ("s_1", "loss", "y_out")

    def test_practice_sheets_are_alike_and_other_networks_are_not(self, tmp_path: Path) -> None:
        heads = {"ada": "practice = 1\n", "ben": "practice = 2\n", "cyd": "practice = 3\n"}
        for name, head in heads.items():
            asked = "loss = '?'\n" if name == "ada" else "loss = '?'\ny_out = '?'\n"
            (tmp_path / f"{name}.toml").write_text(f"problem = 'exercise-2'\n{head}[answers]\n{asked}")
        (tmp_path / "dan.toml").write_text("problem = 'exercise-2'\nloss = 'margin'\n[answers]\nloss = '?'\n")
        (tmp_path / "tanh.toml").write_text(
            "[data]\ninputs = [[1, 2], [3, 4], [5, 6], [7, 8]]\ntargets = [[1], [1], [1], [1]]\n"
            "[[layers]]\nweights = [[1, 2, 3], [4, 5, 6]]\nactivation = 'tanh'\n"
            "[[layers]]\nweights = [[1], [2], [3]]\n"
        )
        (tmp_path / "eve.toml").write_text("problem = './tanh.toml'\n[answers]\nloss = '?'\n")
        table = core.mark_sheets([tmp_path / f"{name}.toml" for name in (*heads, "dan", "eve")])
        assert [sheet.total for sheet in table.sheets] == [2, 2, 2, 1, 1]


SHARES = st.fractions(0, 1, max_denominator=8)
POINTS = st.fractions(0, 20, max_denominator=4)


@st.composite
def schemes(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(ASKED), min_size=1, unique=True))
    shares = ("rounded", "follows", "from_zeros", "coarse", "slight", "shape")
    return {
        "points": {name: draw(POINTS) for name in names},
        "earns": {name: draw(SHARES) for name in shares if draw(st.booleans())},
        "costs": {name: draw(POINTS) for name in ("slip", "convention") if draw(st.booleans())},
    }


@given(schemes(), st.data())
def test_points_lie_between_nothing_and_the_total_and_a_slip_never_earns_more(
    worth: dict[str, Any], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(ASKED))
    factor = data.draw(st.sampled_from((-1.0, 2.0, 10.0, 0.0, 1.37)))
    slipped = carried_on(STEP, name, lambda values: factor * values[name])
    answers = sheet_of(slipped)
    for left_out in data.draw(st.sets(st.sampled_from(ASKED), max_size=4)):
        answers[left_out] = "?"
    right, wrong = (marked(each, core.load_scheme(worth)) for each in (RIGHT, answers))
    assert right.points == right.total == sum(worth["points"].values())
    assert 0 <= wrong.points <= wrong.total
    assert all(0 <= mark.points <= mark.part.points for mark in wrong.parts)
    assert bool(wrong.parts[0].reasons) == (wrong.parts[0].points < wrong.parts[0].part.points)


@given(schemes(), st.lists(st.tuples(st.sampled_from(ASKED), st.integers(0, 11), st.floats(-9, 9)), max_size=6))
def test_points_are_the_shares_of_the_numbers_added_up(
    worth: dict[str, Any], changes: list[tuple[str, int, float]]
) -> None:
    """Counted once more from the verdicts, where slips have no price."""
    values = {name: np.array(values_of(STEP)[name]) for name in ASKED}
    for name, i, value in changes:
        values[name].flat[i % values[name].size] = value
    report = core.check_answers(sheet_of(values), STEP)
    made = core.load_scheme({part: worth[part] for part in ("points", "earns")})
    earns, sheet = made.earns, core.mark_answers(report, made)
    total = Fraction(0)
    for name, points in worth["points"].items():
        for verdict in report.verdicts(name).values():
            slip = report.slip_at(name, verdict.cell)
            slight = slip is not None and slip.kind in ("last digit", "rounded early")
            share = {
                "right": Fraction(1),
                "rounded": earns.rounded,
                "coarse": earns.coarse if float(verdict.written) else Fraction(0),
                "slip": earns.slight if slight else Fraction(0),
                "follows": min(earns.follows, earns.from_zeros) if verdict.from_zeros else earns.follows,
                "open": Fraction(0),
            }[verdict.status]
            total += points * share / STEP.values[name].size
    assert sheet.points == total


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(10), "10"),
        (Fraction(2, 3), "0.67"),
        (Fraction(5, 2), "2.5"),
        (Fraction(1, 8), "0.13"),
    ],
)
def test_points_in_words(points: Fraction, text: str) -> None:
    assert core.shown_points(points) == text
