"""Marking schemes: what can be said in one, and what is said of mistakes in it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import core

EXERCISE_2 = "problem = 'exercise-2'\n[answers]\nloss = 1.966\n"


def load(tmp_path: Path, text: str) -> core.Scheme:
    path = tmp_path / "scheme.toml"
    path.write_text(text, encoding="utf-8")
    return core.load_scheme(path)


def mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(core.ProblemError) as raised:
        load(tmp_path, text)
    assert raised.value.source == str(tmp_path / "scheme.toml")
    return list(raised.value.mistakes)


def mistakes_on_sheet(tmp_path: Path, text: str, sheet: str = EXERCISE_2) -> list[str]:
    """What is wrong with a scheme for the problem of a sheet."""
    scheme = load(tmp_path, text)
    path = tmp_path / "ada.toml"
    path.write_text(sheet, encoding="utf-8")
    with pytest.raises(core.ProblemError) as raised:
        core.mark_sheets([path], scheme)
    assert raised.value.source == scheme.source
    return list(raised.value.mistakes)


def test_numbers_are_taken_as_they_are_written(tmp_path: Path) -> None:
    scheme = load(tmp_path, "[points]\ns_1 = 0.1\nloss = 2\n[earns]\nfollows = 0.35\n[costs]\nslip = 1.5\n")
    assert scheme.points == {"s_1": Fraction(1, 10), "loss": 2}
    assert (scheme.earns.follows, scheme.earns.rounded, scheme.earns.from_zeros) == (Fraction(7, 20), 1, 0)
    assert (scheme.costs.slip, scheme.costs.convention) == (Fraction(3, 2), 0)
    assert not scheme.is_equal


def test_without_points_everything_is_worth_the_same(tmp_path: Path) -> None:
    assert load(tmp_path, "[earns]\nfollows = 0\n").is_equal
    assert core.Scheme().is_equal


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("digits = 2.5\n", "digits: expected a whole number from 1 to 15, found 2.5"),
        ("points = 3\n", "points: expected a table, found 3"),
        ("[point]\ns_1 = 1\n", 'point: unknown "point"; did you mean "points"?'),
        ("[points]\n", "points: expected points by quantity, found an empty table"),
        ("[points]\ns_1 = -1\n", "points.s_1: expected a number from 0 to 1000 with at most 6 decimals, found -1"),
        ("[points]\ns_1 = nan\n", "points.s_1: expected a number from 0 to 1000 with at most 6 decimals, found nan"),
        (
            "[points]\ns_1 = 1e-9999999\n",
            "points.s_1: expected a number from 0 to 1000 with at most 6 decimals, found 1e-9999999",
        ),
        (
            "[formulas]\ndW_1 = true\n",
            "formulas.dW_1: expected a number from 0 to 1000 with at most 6 decimals, found true",
        ),
        ("[earns]\nfollows = 2\n", "earns.follows: expected a number from 0 to 1 with at most 6 decimals, found 2"),
        ("[earns]\nfolows = 1\n", 'earns.folows: unknown "folows"; did you mean "follows"?'),
        ("[costs]\nslips = 1\n", 'costs.slips: unknown "slips"; did you mean "slip"?'),
        ("expected = [3]\n", "expected[1]: expected a table, found 3"),
        ("[[expected]]\nquantity = 's_1'\nnumbers = 1\n", "expected[1].message: missing"),
        ("[[expected]]\nquantity = ''\nmessage = 'a'\nnumbers = 1\n", "expected[1].quantity: expected a text"),
        ("[[expected]]\nquantity = 's_1'\nmessage = 'a'\n", "expected[1]: expected a formula or numbers, found n"),
        (
            "[[expected]]\nquantity = 's_1'\nmessage = 'a'\nformula = 'X_in'\nnumbers = 2\n",
            "expected[1]: expected a formula or numbers, found both",
        ),
        (
            "[[expected]]\nquantity = 's_1'\nmessage = 'a'\nnumbers = ['x']\n",
            'expected[1].numbers: expected a number or "?", found "x"',
        ),
        ("[[expected]]\nquantity = 's_1'\nmessage = 'a'\nformula = 'X_in *'\n", "expected[1].formula: "),
        ("digits = 99\n", "digits: expected a whole number from 1 to 15, found 99"),
        ("# nothing yet\n", "expected one of digits, points, formulas, earns, costs, expected, found nothing"),
        ("points\n", "not TOML: "),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (found,) = mistakes(tmp_path, text)
    assert found.startswith(message)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    assert len(mistakes(tmp_path, "[points]\ns_1 = -1\n[earns]\nrounded = 3\n[[expected]]\nquantity = 's_1'\n")) == 4


def test_the_same_tables_from_python() -> None:
    expected = {"quantity": "s_1", "message": "a", "numbers": np.zeros((4, 3)), "earns": Fraction(1, 3)}
    scheme = core.load_scheme({"points": {"s_1": 0.1, "loss": 2}, "digits": 3, "expected": [expected]})
    assert (scheme.source, scheme.points, scheme.digits) == ("", {"s_1": Fraction(1, 10), "loss": 2}, 3)
    assert scheme.expected[0].earns == Fraction(1, 3)
    with pytest.raises(core.ProblemError, match=r"^earns\.follows: expected a number from 0 to 1"):
        core.load_scheme({"earns": {"follows": 1.5}})


def test_there_must_be_such_a_file(tmp_path: Path) -> None:
    with pytest.raises(core.ProblemError, match="there is no such file"):
        core.load_scheme(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[points]\ns_3 = 1\n", 'points.s_3: unknown "s_3"; did you mean "s_1"?'),
        ("[points]\nW_1 = 1\n", 'points.W_1: W_1 is given, not computed; after the step it is "W_1_next"'),
        ("[points]\n's_1[5]' = 1\n", "points.s_1[5]: expected a row from 1 to 4 and a column from 1 to 3, found [5]"),
        ("[points]\n's_1[1,2,3]' = 1\n", "points.s_1[1,2,3]: expected a name such as s_1"),
        ("[points]\ns_1 = 1\n's_1[2]' = 1\n", "points.s_1[2]: has points twice, at least in part"),
        ("[formulas]\ndW_1 = 1\ngrad_W_1 = 1\n", "formulas.dW_1: has points twice, at least in part"),
        ("[formulas]\ndW_7 = 1\n", 'formulas.dW_7: unknown "dW_7"'),
        (
            "[[expected]]\nquantity = 'delta_9'\nmessage = 'a'\nnumbers = 1\n",
            'expected[1].quantity: unknown "delta_9"',
        ),
        (
            "[[expected]]\nquantity = 'delta_1'\nmessage = 'a'\nformula = 'delta_out'\n",
            "expected[1].formula: it gives 4 x 1, and delta_1 is 4 x 3",
        ),
        (
            "[[expected]]\nquantity = 'delta_1'\nmessage = 'a'\nformula = 'delta_oat'\n",
            'expected[1].formula: unknown "delta_oat"',
        ),
        (
            "[[expected]]\nquantity = 'loss'\nmessage = 'a'\nnumbers = [1, 2]\n",
            "expected[1].numbers: the shape is wrong: expected a single number, found a list of 2",
        ),
    ],
)
def test_what_no_sheet_s_problem_has_is_told_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (found,) = mistakes_on_sheet(tmp_path, text)
    assert found.startswith(message)


def test_what_some_problem_has_is_no_mistake(tmp_path: Path) -> None:
    scheme = load(tmp_path, "[points]\ndb_1 = 1\nloss = 1\n")
    (tmp_path / "ada.toml").write_text(EXERCISE_2)
    (tmp_path / "ben.toml").write_text("problem = 'xor'\n[answers]\nloss = '?'\n")
    ada, ben, cyd = core.mark_sheets([tmp_path / f"{name}.toml" for name in ("ada", "ben", "ada")], scheme).sheets
    assert (ada.total, ben.total, cyd.total) == (1, 2, 1)
