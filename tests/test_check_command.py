"""`sgdb check`: what it prints, and its exit status."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tui import cli

EXAMPLES = Path(__file__).parent.parent / "examples"
PUBLISHED = str(EXAMPLES / "exercise-2-published.toml")
PROBLEM = "[data]\ninputs = [[1, 2], [3, 4]]\ntargets = [[1], [-1]]\n[[layers]]\nweights = [[1], [2]]\n"


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    def run(*words: str, sheet: str | None = None) -> SimpleNamespace:
        if sheet is not None:
            (tmp_path / "answers.toml").write_text(sheet)
            words = (str(tmp_path / "answers.toml"), *words)
        status = cli.main(["check", *words])
        out, err = capsys.readouterr()
        return SimpleNamespace(status=status, out=out, err=err)

    return run


def test_the_first_slip_leads(check: Any) -> None:
    run = check(PUBLISHED)
    lines = run.out.splitlines()
    assert (run.status, run.err) == (1, "")
    assert lines[:6] == [
        "Exercise 2, step 0",
        "2 slips in 71 numbers",
        "",
        "the first slip:",
        "  δ₁[2,3] = -0.8899: a decimal point slip (or: a digit 0 is missing)",
        "    it is -0.08899065",
    ]
    assert "  W_out⁺[3,1] = 0.050474687: the digit 0 is one too many" in lines


def test_all_right(check: Any) -> None:
    run = check(sheet="problem = 'exercise-2'\n[answers]\nloss = 1.966\n[formulas]\ns_1 = 'X_in W_1'\n")
    assert run.status == 0
    assert "no slip in 1 number, every formula is right" in run.out


def test_how_many_digits_are_owed(check: Any) -> None:
    sheet = "problem = 'exercise-2'\n[answers]\nloss = 1.97\n"
    assert check(sheet=sheet).status == 0
    run = check("--digits", "4", sheet=sheet)
    assert (run.status, "1 right with too few digits" in run.out) == (1, True)
    for wrong in ("0", "16", "two"):
        run = check("--digits", wrong, sheet=sheet)
        assert (run.status, "--digits: expected a whole number from 1 to 15" in run.err) == (2, True)


def test_a_sheet_without_numbers_claims_nothing_of_them(check: Any) -> None:
    head = "problem = 'exercise-2'\n[answers]\n"
    run = check(sheet=head + "s_1 = '?'\n")
    assert (run.status, "nothing to judge: 12 numbers left open" in run.out) == (3, True)
    report = json.loads(check("--json", sheet=head + "s_1 = '?'\n").out)
    assert (report["right"], report["blank"]) == (False, True)
    assert check(sheet=head + "loss = [1.9, 2.0]\n").out.splitlines()[1] == "1 slip"


@pytest.mark.parametrize("problem", ["exercise-3", "svm", "three-classes", "why-the-max"])
def test_a_blank_practice_sheet_has_nothing_to_judge_though_it_prints_zeros(
    problem: str, check: Any, tmp_path: Path
) -> None:
    sheet = str(tmp_path / "sheet.toml")
    assert cli.main(["practise", problem, "--seed", "7", "--sheet", "-o", sheet]) == 0
    run = check(sheet)
    assert (run.status, "nothing to judge" in run.out) == (3, True)


def test_what_follows_from_a_slip_is_said_to(check: Any) -> None:
    sheet = "problem = 'exercise-2'\n[answers]\n's_1[1]' = [0.485, 0.869, 0.704]\n'z_1[1]' = [0.485, 0.869, '?']\n"
    run = check(sheet=sheet)
    assert run.status == 1
    assert "  z_1  1 right, 1 follows from your s_1, 1 left open" in run.out


def test_a_quantity_that_is_all_wrong_is_told_briefly(check: Any) -> None:
    run = check(sheet="problem = 'exercise-2'\n[answers]\ndelta_out = [31.7, 28.3, 57.9, 91.1]\n")
    assert run.status == 1
    assert run.out.count("wrong; this doesn't match any common mistake: 4 numbers, computed another way") == 1
    assert "    likewise in [2,1], [3,1], [4,1]" in run.out


def test_the_published_formulas(check: Any) -> None:
    run = check(str(EXAMPLES / "exercise-1-published.toml"))
    assert run.status == 1
    assert "3 of 3 formulas wrong" in run.out
    assert "W_out does not belong" in run.out
    assert "W_2 does not belong" in run.out
    assert "the factors are right, but not their order" in run.out


def test_for_graders(check: Any) -> None:
    run = check(PUBLISHED, "--json")
    report = json.loads(run.out)
    assert run.status == 1
    assert report["counts"] == {"right": 69, "rounded": 0, "follows": 0, "coarse": 0, "slip": 2, "open": 0}
    assert [(slip["name"], slip["cells"], slip["kind"]) for slip in report["slips"]] == [
        ("delta_1", [[2, 3]], "decimal point"),
        ("W_out_next", [[3, 1]], "digit inserted"),
    ]
    assert [slip["symbol"] for slip in report["slips"]] == ["δ₁", "W_out⁺"]
    assert len(report["cells"]) == 71


def test_colour_on_a_terminal_alone(check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in check(PUBLISHED).out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert "\x1b[31m" in check(PUBLISHED).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in check(PUBLISHED).out


def test_a_problem_is_found_beside_the_sheet(check: Any, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(PROBLEM)
    assert check(sheet="problem = 'mine.toml'\nstep = 1\n[answers]\n'y_out[1]' = '?'\n").status == 3


def test_a_run_that_does_not_get_to_the_step_is_unusable(check: Any, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(PROBLEM + "[training]\nlearning_rate = 1e300\n")
    run = check(sheet="problem = 'mine.toml'\nstep = 9\n[answers]\nloss = 1\n")
    assert run.status == 2
    assert "step: the run stops being finite at step" in run.err


def test_a_copy_of_the_example_elsewhere_works(check: Any, tmp_path: Path) -> None:
    assert check(str(shutil.copy(PUBLISHED, tmp_path))).status == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "sgdb: expected ANSWERS, a .toml file with the problem, the step and your answers"),
        (("--jsn", "a.toml"), 'sgdb: option: unknown "--jsn"; did you mean "--json"?'),
        (("nowhere.toml",), "sgdb: nowhere.toml: there is no such file"),
    ],
)
def test_wrong_words(check: Any, words: tuple[str, ...], message: str) -> None:
    run = check(*words)
    assert (run.status, run.out) == (2, "")
    assert message in run.err


def test_help(check: Any) -> None:
    run = check("--help")
    assert run.status == 0
    assert run.out.startswith("usage: sgdb check ANSWERS... [options]")


def test_a_report_goes_one_way(check: Any) -> None:
    run = check(PUBLISHED, "--json", "--screen")
    assert (run.status, run.out, run.err) == (2, "", "sgdb: --json and --screen: cannot be combined\n")
