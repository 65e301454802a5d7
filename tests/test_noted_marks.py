"""Marks of sheets in a notation, by schemes in it or in sgdb's own names."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

import core
from core.marking.scheme import load_scheme
from core.notations import SHIPPED, Rendition
from samples import random_problem
from test_noted_answers import NG
from tui import cli

PAGE = """
notation = "ng"
problem = "../problem.toml"
[answers]
A1 = [[-0.00616578, 0.0020626, 0.00349619], [-0.05225116, 0.02725659, -0.02646251],
      [-0.02009721, 0.0036869, 0.02883756], [0.02152675, 0.01385234, 0.02599885]]
dZ2 = [[-0.4997693, 0.49985831, -0.4437]]
[formulas]
dW1 = "dZ1 * X'"
"""
IN_NG = """
notation = "ng"
[points]
"A1[4,2]" = 1
dZ2 = 3
[formulas]
dW1 = 2
[[expected]]
quantity = "dZ2"
numbers = [[-0.4997693, 0.49985831, -0.4437]]
message = "the last digits"
earns = 0.5
[[expected]]
quantity = "dW1"
formula = "dZ1 * X'"
message = "no 1/m"
earns = 0.25
"""
IN_OWN_NAMES = """
[points]
"z_1[2,4]" = 1
delta_out = 3
[formulas]
dW_1 = 2
[[expected]]
quantity = "delta_out"
numbers = [-0.16658977, 0.16661944, -0.1479]
message = "the last digits"
earns = 0.5
[[expected]]
quantity = "dW_1"
formula = "n * X_in' * delta_1"
message = "no 1/m"
earns = 0.25
"""


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    (tmp_path / "problem.toml").write_text(NG, encoding="utf-8")
    (tmp_path / "class").mkdir()
    for name in ("a", "b"):
        (tmp_path / "class" / f"{name}.toml").write_text(PAGE, encoding="utf-8")
    return tmp_path


def test_a_scheme_in_the_notation_has_its_names_places_and_formulas(sheets: Path) -> None:
    (sheets / "scheme.toml").write_text(IN_NG, encoding="utf-8")
    table = core.mark_sheets([sheets / "class/a.toml"], core.load_scheme(sheets / "scheme.toml"))
    (sheet,) = table.sheets
    assert table.labels == ("A1[4,2]", "dZ2", "formula dW1")
    assert [float(mark.points) for mark in sheet.parts] == [0, 2.5, 0.5]
    assert sheet.reasons == (
        "A1[4,2] 0 of 1: the sign is wrong",
        "dZ2 2.5 of 3: the last digits (in [1,3])",
        "formula dW1 0.5 of 2: no 1/m",
    )


def test_a_scheme_in_own_names_marks_the_same_sheet_alike(sheets: Path) -> None:
    (sheets / "scheme.toml").write_text(IN_OWN_NAMES, encoding="utf-8")
    (sheet,) = core.mark_sheets([sheets / "class/a.toml"], core.load_scheme(sheets / "scheme.toml")).sheets
    assert [float(mark.points) for mark in sheet.parts] == [0, 2.5, 0.5]
    assert [mark.reasons for mark in sheet.parts] == [
        ("the sign is wrong",),
        ("the last digits (in [1,3])",),
        ("no 1/m",),
    ]


def test_the_commands(sheets: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(sheets)
    assert cli.main(["check", "class", "--csv", "marks.csv"]) == 0
    out = capsys.readouterr().out
    assert "A1 0.92 of 1: the sign is wrong (in [4,2])" in out
    assert "2 times A1: the sign is wrong" in out
    (head, *_) = csv.reader((sheets / "marks.csv").read_text(encoding="utf-8").splitlines())
    assert [label for label in head if label in ("A1", "dZ2", "formula dW1")] == ["A1", "dZ2", "formula dW1"]
    assert cli.main(["check", "class", "--json"]) == 0
    parts: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["sheets"][0]["marks"]["parts"]
    assert (parts[0]["label"], parts[0]["name"]) == ("A1", "A1")


@pytest.mark.parametrize(
    ("scheme", "mistake"),
    [
        ('notation = "mg"\n[points]\nZ1 = 1', 'notation: unknown "mg"'),
        (
            'notation = "ng"\n[points]\nz_1 = 1',
            'points.z_1: unknown "z_1": in ng the activation is A1 (z_1 in sgdb) and the pre-activation is Z1',
        ),
        (
            'notation = "ng"\n[points]\n"Z1[5,1]" = 1',
            "points.Z1[5,1]: expected a row from 1 to 4 and a column from 1",
        ),
        (
            'notation = "ng"\n[[expected]]\nquantity = "dZ1"\nformula = "W_2 * delta_2"\nmessage = "a"',
            'expected[1].formula: unknown "delta_2" (character 7): in ng the gradient of the pre-activation is dZ1',
        ),
        ('notation = "ng"', "expected one of digits, points"),
    ],
)
def test_what_a_scheme_in_a_notation_has_wrong(sheets: Path, scheme: str, mistake: str) -> None:
    (sheets / "scheme.toml").write_text(scheme, encoding="utf-8")
    with pytest.raises(core.ProblemError) as caught:
        core.mark_sheets([sheets / "class/a.toml"], core.load_scheme(sheets / "scheme.toml"))
    assert caught.value.mistakes[0].startswith(mistake)


@pytest.mark.parametrize("notation", SHIPPED[1:], ids=lambda notation: notation.name)
def test_an_expected_mistake_is_found_in_what_comes_of_it_in_any_notation(notation: core.Notation) -> None:
    problem = random_problem(7, (2, 3, 2), rows=3, activation="sigmoid", bias=True, reduction="mean")
    step = core.Timeline(problem)[0]
    found = Rendition(notation, core.statement_of(problem, 3, detailed=False))
    wrong = step.deltas[1] @ step.weights[1].T  # the slope is left out
    key = found.spellings["delta_1"].typed
    sheet = {key: found.turned("delta_1", wrong).round(9).tolist()}
    tables = {
        "expected": [{"quantity": "delta_1", "formula": "delta_out * W_out'", "message": "as taught", "earns": 0.5}]
    }
    marked = core.mark_answers(core.check_answers(sheet, step, notation=notation), load_scheme(tables))
    (slip,) = marked.report.shown.slips
    assert (slip.name, slip.kind, slip.text) == (key, "expected", "as taught")
    assert marked.points == marked.total / 2
