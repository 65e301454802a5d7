"""What is said of answer sheets that people's real troubles were turned into: how many slips, and of which kind."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

import core

SHEETS = Path(__file__).parent / "expected_sheets"
UNKNOWN = ""


class Found(NamedTuple):
    """A slip: its quantity, its kind, words that its text has, and how many numbers it spoils (None: any number)."""

    name: str
    kind: str
    words: str = ""
    cells: int | None = None


class Row(NamedTuple):
    """A sheet, its slips, and the convention that it is judged by."""

    sheet: str
    slips: tuple[Found, ...] = ()
    convention: str = ""


OTHER_SIGN, NO_HALF = "sign", "half left out"

TABLE = (
    Row("softmax-page/answers", (Found("y_out", UNKNOWN, "", 1), Found("dW_out", "transposed"))),
    Row(
        "xor-by-hand/answers",
        (
            Found(
                "dW_out",
                "derivative left out",
                "f_out'(s_out) is left out, as with a binary cross-entropy (in delta_out)",
            ),
        ),
    ),
    Row("numerical-check/answers", (Found("dW_out", "delta left out", "delta_out is left out"),)),
    Row("bias-gradient/answers-numbers", (Found("delta_out", "slope at the error", "taken at y_out - y_gt", 4),)),
    Row("bias-gradient/answers-perrow", (Found("db_out", "sum left out", "the sum over the rows is missing"),)),
    Row("loss-without-half/answers-6-decimals", (), NO_HALF),
    Row("loss-without-half/answers-3-decimals", (), NO_HALF),
    Row(
        "loss-without-half/answers-page",
        (Found("loss", UNKNOWN), Found("delta_out", UNKNOWN), Found("delta_1", UNKNOWN)),
    ),
    Row("loss-without-half/answers-deltas-only", (Found("delta_1", UNKNOWN, "", 3),)),
    Row("one-record/answers"),
    Row("one-record/answers-target-minus-output", (), OTHER_SIGN),
    Row(
        "one-record/answers-slope-at-z-target-minus-output",
        (Found("delta_1", "derivative at z", "f_1' is taken at z_1, not at s_1"),),
        OTHER_SIGN,
    ),
    Row(
        "one-record/answers-slope-on-linear-output",
        (Found("delta_out", "another function", "the derivative of sigmoid is taken, where f_out is identity"),),
        OTHER_SIGN,
    ),
    Row("one-record/answers-forgot-W", (Found("delta_1", "weights left out", "W_out is left out", 2),)),
    Row("one-record/answers-s-for-z", (Found("dW_out", "f left out", "s_1 stands for z_1", 2),)),
    Row("one-record/answers-slope-at-z", (Found("delta_1", "derivative at z", "f_1' is taken at z_1", 2),)),
    Row("momentum/plain-0"),
    Row("momentum/plain-1"),
    Row("momentum/plain-2"),
    Row("momentum/momentum-1", (Found("W_out_next", "momentum", "this is what momentum 0.1 gives"),)),
    Row("momentum/momentum-2", (Found("W_out_next", "momentum", "this is what momentum 0.1 gives"),)),
    Row(
        "slope-at-output/answers",
        (
            Found("delta_out", "derivative at z", "f_out' is taken at y_out, not at s_out", 6),
            Found("delta_1", "derivative at z", "f_1' is taken at z_1, not at s_1", 9),
        ),
    ),
    Row(
        "slope-at-output/answers-only-gradients",
        (
            Found("dW_out", "derivative at z", "f_out' is taken at y_out, not at s_out (in delta_out)", 6),
            Found("dW_1", "derivative at z", "f_1' is taken at z_1, not at s_1 (in delta_1)", 6),
        ),
    ),
    Row("softmax-slips/answers-right"),
    Row("softmax-slips/answers-diagonal", (Found("do", "diagonal only"),)),
    Row("softmax-slips/answers-mean", (Found("loss", "mean for sum"), Found("dW_out", "mean for sum"))),
    Row("softmax-slips/answers-y-minus-p", (Found("do", "sign", "the sign"),)),
    Row("softmax-slips/answers-wrong-axis", (Found("p", "softmax over samples", "over the samples (columns)"),)),
    Row("mean-for-sum/answers-averaged", (Found("loss", "mean for sum"), Found("dW_out", "mean for sum"))),
    Row("mean-for-sum/answers-averaged-in-update", (Found("W_out_next", "mean for sum"),)),
    Row("mean-for-sum/answers-mean-without-half", (), NO_HALF),
    Row("sign-convention/answers-4", (), OTHER_SIGN),
    Row("sign-convention/answers-6", (), OTHER_SIGN),
    Row("small/hinge-counts-once", (Found("dp", "true class once", "once", 2),)),
    Row("small/hinge-counts-once-decimals", (Found("dp", "true class once", "once", 2),)),
    Row(
        "small/hinge-diagonal-only",
        (Found("do", "diagonal only"), Found("do", "true class once", "counts once")),
    ),
    Row("small/one-decimal"),
    Row("small/one-weight-answers", (Found("y_out", "decimal point"),)),
    Row("whole/s01", (Found("delta_1", "derivative left out", "", 3),)),
    Row("whole/s03", (Found("delta_1", "updated weights"),)),
    Row("whole/s05", (Found("W_1_next", "added"),)),
    Row("whole/s07", (Found("delta_out", "sign"),)),
    Row("whole/s09", (Found("z_1", "f left out", "", 3),)),
    Row("whole/s11", (Found("s_1", "misread", "W_1[2,1] was read as 0.1", 4),)),
    Row("whole/s13", (Found("dW_1", "derivative left out", "(in delta_1)"),)),
    Row("whole/s15", (Found("dW_out", "digits swapped", "", 1),)),
    Row("whole/s17", (Found("s_1", "misread", "X_in[3,1] was read as 0.75", 2),)),
    Row("whole/s19", (Found("db_1", "one sample only", "the last sample alone", 3),)),
    Row("whole/s21", (Found("delta_out", "derivative left out"),)),
    Row("whole/s23", (Found("delta_1", "square left out", "1 - z_1", 12),)),
    Row("whole/s25", (Found("y_out", "sign of the exponent"),)),
    Row("whole/s27", (Found("delta_out", "slope fed with s", "with s_out, not with y_out"),)),
    Row("whole/s29", (Found("do", "another loss", "softmax cross-entropy"),)),
    Row("whole/s31", (Found("sample_losses", "margin left out"),)),
    Row("whole/s33", (Found("sample_losses", "true class counted"),)),
    Row("whole/s35", (Found("delta_out", "sum for mean"),)),
    Row("whole/s37", (Found("sample_losses", "another logarithm", "log₁₀"),)),
    Row("whole/s39", (Found("delta_1", "reshaped", "W_out is reshaped, not transposed"),)),
    Row("whole/s41", (Found("delta_2", "derivative left out"),)),
    Row("whole/s43", (Found("dW_2", "another layer", "z_2 stands for z_1"),)),
    Row("whole/s45", (Found("z_1", "another function", "sin is applied", 5),)),
    Row("whole/s47", (Found("W_2_next", "learning rate twice"),)),
    Row("whole/s49", (Found("delta_1", "derivative left out", "", 1),)),
)


@pytest.mark.parametrize("row", TABLE, ids=[row.sheet for row in TABLE])
def test_a_sheet_has_the_slips_that_were_made_and_no_other(row: Row) -> None:
    report = core.check_answers(SHEETS / f"{row.sheet}.toml")
    assert [(slip.name, slip.kind) for slip in report.slips] == [(slip.name, slip.kind) for slip in row.slips]
    for slip, expected in zip(report.slips, row.slips, strict=True):
        assert expected.words in slip.text
        assert expected.cells in (None, len(slip.cells))
    assert [convention.kind for convention in report.conventions] == [row.convention] * bool(row.convention)


RIGHT = None
FORMULAS: dict[str, dict[str, str | None]] = {  # what is said of each formula that is wrong
    "xor-by-hand/answers": {"dW_out": "f_out'(s_out) is missing"},
    "numerical-check/answers": {"dW_out": "delta_out is missing"},
    "bias-gradient/formulas": {
        "delta_out": "1 - (y_out - y_gt) does not belong, and f_out'(s_out) is missing",
        "dW_out": RIGHT,
        "db_out": "the sum over the samples (rows) is missing",
        "db_1": RIGHT,
        "b_out_next": "the sum over the samples (rows) is missing",
    },
    "loss-without-half/answers-6-decimals": {"loss": RIGHT, "delta_out": RIGHT},  # by the sheet's convention
    "loss-without-half/answers-3-decimals": {"loss": RIGHT, "delta_out": RIGHT},
    "one-record/formulas": {
        "delta_out": "y_out .* (1 - y_out) must be f_out'(s_out)",
        "delta_1": "f1'(z_1) must be f1'(s_1)",
        "dW_1": RIGHT,
        "W_1_next": RIGHT,
        "W_out_next": RIGHT,
    },
    "slope-at-output/formulas": {
        "delta_out": "f_out'(y_out) must be f_out'(s_out)",
        "delta_1": "f1'(z_1) must be f1'(s_1)",
    },
    "binary-cross-entropy/formulas": {"delta_out": "f_out'(s_out) is missing; right for a binary cross-entropy"},
    "mean-for-sum/answers-averaged-in-update": {"W_out_next": "/ n does not belong: the problem takes the sum"},
    "numpy-lines/formulas": {"delta_1": RIGHT, "dW_out": RIGHT},
    "small/slope-by-name": {"delta_1": RIGHT},
    "small/sigma-for-delta": {"dW_1": RIGHT},
}


@pytest.mark.parametrize("sheet", FORMULAS)
def test_a_sheet_s_formulas_are_told_what_is_wrong_with_them(sheet: str) -> None:
    found = {formula.name: formula for formula in core.check_answers(SHEETS / f"{sheet}.toml").formulas}
    assert found.keys() == FORMULAS[sheet].keys()
    for name, words in FORMULAS[sheet].items():
        assert found[name].right is (words is RIGHT)
        assert (words or "") in found[name].message


def test_a_convention_is_told_of_formulas_too() -> None:
    report = core.check_answers(SHEETS / "loss-without-half/answers-6-decimals.toml")
    assert {formula.message for formula in report.formulas} == {"right by your convention"}


def test_a_formula_of_momentum_is_refused() -> None:
    with pytest.raises(core.ProblemError, match="there is no momentum here"):
        core.check_answers(SHEETS / "momentum/formulas.toml")


def test_sigma_is_read_as_delta() -> None:
    report = core.check_answers(SHEETS / "small/sigma-for-delta.toml")
    assert "sigma_1 is read as delta_1" in report.remarks


def test_an_empty_sheet_is_nothing_to_judge() -> None:
    report = core.check_answers(SHEETS / "small/blank-sheet.toml")
    assert report.blank
    assert not report.right
    assert report.counts["open"] == 67


def test_a_number_of_too_few_digits_is_counted_as_that() -> None:
    report = core.check_answers(SHEETS / "small/one-decimal.toml")
    assert (report.slips, report.right) == ((), False)
    zeros = [v for v in report.cells if v.status == "coarse" and float(v.written) == 0]
    assert (len(zeros), report.counts["right"]) == (12, 4)  # three that are 0, and 0.6, with a 0 more cut off of 0.607
