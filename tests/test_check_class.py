"""`sgdb check` for a class: what it prints, what it writes, and its exit status."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tui import cli
from tui.commands import marking

HEAD = "problem = 'exercise-2'\n[answers]\n"
RIGHT = HEAD + "loss = 1.966\ndelta_out = [-0.90141, -0.988785, 1.06336, 1.005945]\n"
SIGN = HEAD + "loss = 1.966\ndelta_out = [0.90141, 0.988785, -1.06336, -1.005945]\n"
PROBLEM = "[data]\ninputs = [[1, 2], [3, 4]]\ntargets = [[1], [-1]]\n[[layers]]\nweights = [[1], [2]]\n"
SCHEME = """\
[points]
loss = 1
delta_out = 4
[[expected]]
quantity = "delta_out"
formula = "y_gt - y_out"
message = "y_out comes first"
earns = 0.5
"""


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `sgdb check` in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> SimpleNamespace:
        status = cli.main(["check", *words])
        out, err = capsys.readouterr()
        return SimpleNamespace(status=status, out=out, err=err)

    return run


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    folder = tmp_path / "sheets"
    folder.mkdir()
    (folder / "ada.toml").write_text(RIGHT)
    (folder / "ben.toml").write_text(SIGN)
    (tmp_path / "scheme.toml").write_text(SCHEME)
    return folder


@pytest.mark.usefixtures("sheets")
def test_a_line_for_each_sheet(check: Any) -> None:
    for words in (("sheets",), ("sheets/ada.toml", "sheets/ben.toml")):
        run = check(*words)
        assert (run.status, run.err) == (0, "")
        assert run.out.splitlines() == [
            "ada.toml  2 of 2",
            "ben.toml  1 of 2  delta_out 0 of 1: the sign is wrong",
            "",
            "2 sheets, 1.5 of 2 points on average",
        ]


@pytest.mark.usefixtures("sheets")
def test_by_a_scheme(check: Any) -> None:
    run = check("sheets", "--scheme", "scheme.toml", "--csv", "marks.csv")
    assert (run.status, run.err) == (0, "")
    assert "ben.toml  3 of 5  delta_out 2 of 4: y_out comes first" in run.out
    with open("marks.csv", encoding="utf-8", newline="") as file:
        ada, ben = csv.DictReader(file)
    assert (ada["points"], ada["of"], ada["delta_out"], ada["reasons"]) == ("5", "5", "4", "")
    assert (ben["points"], ben["of"], ben["delta_out"], ben["slips"]) == ("3", "5", "2", "1")


def test_a_sheet_that_cannot_be_read_does_not_stop_the_others(check: Any, sheets: Path) -> None:
    (sheets / "cyd.toml").write_bytes(b"problem = 'exercise-2'\n\xff\n")
    (sheets / "dan.toml").write_text("")
    run = check("sheets", "sheets/missing.toml", "--csv", "marks.csv")
    assert run.status == 1
    lines = run.out.splitlines()
    assert lines[2].startswith("cyd.toml")
    assert "could not be read: line 2: expected UTF-8 text" in lines[2]
    assert "could not be read: the file is empty" in lines[3]
    assert "could not be read: there is no such file" in lines[4]
    assert lines[-1] == "5 sheets, 3 could not be read, 1.5 of 2 points on average"
    assert Path("marks.csv").read_text(encoding="utf-8").count("\n") == 6


def test_an_entry_that_cannot_be_read_shows_in_the_status(check: Any, sheets: Path) -> None:
    (sheets / "cyd.toml").write_text(RIGHT + "s_9 = 1\n")
    run = check("sheets")
    assert run.status == 1
    assert 'cyd.toml  2 of 2  could not be read: answers.s_9: unknown "s_9"' in run.out


def test_where_nothing_can_be_read_nothing_is_written(check: Any, sheets: Path) -> None:
    (sheets / "bad.toml").write_text("")
    run = check("sheets/bad.toml", "nowhere/*.toml", "--csv", "marks.csv")
    assert (run.status, run.out) == (2, "")
    assert run.err == "sgdb: sheets/bad.toml: the file is empty\nsgdb: nowhere/*.toml: there is no such file\n"
    assert not os.path.exists("marks.csv")


def test_other_files_are_left_out_and_said_so(check: Any, sheets: Path) -> None:
    (sheets / "problem.toml").write_text(PROBLEM)
    (sheets / "scheme.toml").write_text(SCHEME)
    run = check("sheets", "--scheme", "sheets/scheme.toml")
    assert run.status == 0
    assert (
        run.err == "sgdb: sheets/problem.toml: skipped: not an answer sheet: it has no problem, answers or formulas\n"
    )
    assert "2 sheets" in run.out


def test_of_many_files_that_are_left_out_some_are_named(check: Any, sheets: Path) -> None:
    for i in range(8):
        (sheets / f"p{i}.toml").write_text(PROBLEM)
    (line,) = check("sheets").err.splitlines()
    assert line.startswith("sgdb: sheets/p0.toml, sheets/p1.toml, ")
    assert "sheets/p4.toml and 3 more: skipped: not an answer sheet" in line


def test_an_empty_folder(check: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run = check("empty", "--csv", "marks.csv")
    assert (run.status, run.out, run.err) == (2, "", "sgdb: empty: no answer sheet in this folder\n")


@pytest.mark.usefixtures("sheets")
def test_a_mistake_in_the_scheme(check: Any) -> None:
    Path("bad.toml").write_text("[points]\nloss = -1\n[earns]\nfolows = 1\n")
    run = check("sheets", "--scheme", "bad.toml", "--csv", "marks.csv")
    assert (run.status, run.out) == (2, "")
    assert run.err.splitlines() == [
        "sgdb: bad.toml: points.loss: expected a number from 0 to 1000 with at most 6 decimals, found -1",
        'sgdb: bad.toml: earns.folows: unknown "folows"; did you mean "follows"?',
    ]
    Path("bad.toml").write_text("[points]\ndelta_3 = 1\n")
    run = check("sheets", "--scheme", "bad.toml", "--csv", "marks.csv")
    assert (run.status, run.err) == (2, 'sgdb: bad.toml: points.delta_3: unknown "delta_3"; did you mean "delta_1"?\n')
    assert not os.path.exists("marks.csv")


@pytest.mark.usefixtures("sheets")
def test_a_table_that_is_there_is_replaced_with_force_alone(check: Any) -> None:
    Path("marks.csv").write_text("mine")
    run = check("sheets", "--csv", "marks.csv")
    assert (run.status, run.err) == (2, "sgdb: --csv: marks.csv: the file exists; --force replaces it\n")
    assert Path("marks.csv").read_text() == "mine"
    assert check("sheets", "--csv", "marks.csv", "--force").status == 0
    assert Path("marks.csv").read_text().startswith('"sheet","problem"')


@pytest.mark.usefixtures("sheets")
@pytest.mark.parametrize(
    ("name", "reason"), [("sheets/ada.toml", "this is one of the sheets"), ("scheme.toml", "this is the scheme")]
)
def test_what_is_marked_is_never_written_over(check: Any, name: str, reason: str) -> None:
    before = Path(name).read_text()
    run = check("sheets", "--scheme", "scheme.toml", "--csv", name, "--force")
    assert (run.status, run.err) == (2, f"sgdb: --csv: {name}: {reason}\n")
    assert Path(name).read_text() == before


def test_the_problem_is_never_written_over(check: Any, sheets: Path) -> None:
    Path("mine.toml").write_text(PROBLEM)
    for path in sheets.iterdir():
        path.write_text("[answers]\nloss = '?'\n")
    run = check("sheets", "--problem", "mine.toml", "--csv", "mine.toml", "--force")
    assert (run.status, Path("mine.toml").read_text()) == (2, PROBLEM)
    assert run.err == "sgdb: --csv: mine.toml: the problem was read from this file\n"


@pytest.mark.usefixtures("sheets")
def test_a_table_is_written_whole_or_not_at_all(check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("marks.csv").write_text("mine")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    run = check("sheets", "--csv", "marks.csv", "--force")
    assert run.status == 74
    assert run.err == "sgdb: --csv: marks.csv: No space left on device\n"
    assert Path("marks.csv").read_text() == "mine"
    assert sorted(os.listdir()) == ["marks.csv", "scheme.toml", "sheets"]


def test_as_json(check: Any, sheets: Path) -> None:
    (sheets / "cyd.toml").write_text("")
    (sheets / "problem.toml").write_text(PROBLEM)
    found = json.loads(check("sheets", "--scheme", "scheme.toml", "--json").out)
    ada, ben, cyd = found["sheets"]
    assert (ada["sheet"], ada["marks"]["points"], ada["marks"]["of"]) == ("ada.toml", 5, 5)
    assert ben["marks"]["parts"][1] == {
        "label": "delta_out",
        "name": "delta_out",
        "formula": False,
        "points": 2,
        "of": 4,
        "reasons": ["y_out comes first"],
    }
    assert (ben["report"]["slips"][0]["kind"], len(ben["report"]["cells"])) == ("expected", 5)
    assert cyd == {"sheet": "cyd.toml", "mistakes": ["the file is empty"]}
    assert [entry["file"] for entry in found["skipped"]] == ["sheets/problem.toml"]


@pytest.mark.usefixtures("sheets")
def test_one_sheet_by_a_scheme(check: Any) -> None:
    run = check("sheets/ben.toml", "--scheme", "scheme.toml")
    assert run.status == 1
    assert "  δ_out[1,1] = 0.90141: y_out comes first" in run.out
    assert run.out.splitlines()[-3:] == [
        "3 of 5 points",
        "  loss 1 of 1",
        "  delta_out 2 of 4: y_out comes first",
    ]
    found = json.loads(check("sheets/ben.toml", "--scheme", "scheme.toml", "--json").out)
    assert (found["marks"]["points"], found["slips"][0]["text"]) == (3, "y_out comes first")


@pytest.mark.usefixtures("sheets")
def test_one_sheet_and_a_table_is_a_class_of_one(check: Any) -> None:
    run = check("sheets/ben.toml", "--csv", "marks.csv")
    assert (run.status, run.out.splitlines()[-1]) == (0, "1 sheet, 1 of 2 points on average")


def test_a_named_problem_holds_for_all(check: Any, sheets: Path) -> None:
    (sheets / "cyd.toml").write_text("[answers]\nloss = 1.966\n")
    (sheets / "dan.toml").write_text("problem = 'xor'\n[answers]\nloss = 1.966\n")
    run = check("sheets", "--problem", "exercise-2")
    assert run.status == 1
    assert "could not be read: problem: the sheet is for XOR" in run.out
    assert "4 sheets, 1 could not be read" in run.out


def test_how_many_digits_are_owed(check: Any, sheets: Path) -> None:
    for path in sheets.iterdir():
        path.write_text("digits = 1\n" + HEAD + "'s_1[1,2]' = 0.9\n")
    Path("strict.toml").write_text("digits = 3\n")
    assert "ada.toml  1 of 1" in check("sheets").out
    for words in (("--scheme", "strict.toml"), ("--digits", "3"), ("--digits", "4", "--scheme", "strict.toml")):
        assert "ada.toml  0.5 of 1  s_1 0.5 of 1: 1 with too few digits" in check("sheets", *words).out
    assert check("sheets", "--digits", "1", "--scheme", "strict.toml").out.startswith("ada.toml  1 of 1")
    assert check("sheets/ada.toml").status == 0
    assert check("sheets/ada.toml", "--digits", "3").status == 1
    assert check("sheets/ada.toml", "--scheme", "strict.toml").status == 1
    run = check("sheets", "--digits", "16")
    assert (run.status, run.err) == (2, 'sgdb: --digits: expected a whole number from 1 to 15, found "16"\n')


@pytest.mark.usefixtures("sheets")
def test_what_cannot_be_combined(check: Any) -> None:
    run = check("sheets", "--screen")
    assert (run.status, run.err) == (2, "sgdb: --screen: expected one file of answers, and no --csv\n")


@pytest.mark.usefixtures("sheets")
def test_progress_counts_sheets(check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []

    class Recorded:
        def __init__(self, noun: str) -> None:
            assert noun == "sheet"

        def __enter__(self) -> Any:
            return lambda done, total: told.append((done, total))

        def __exit__(self, *_: object) -> None:
            told.append((-1, -1))

    monkeypatch.setattr(marking, "progress_of", Recorded)
    check("sheets")
    assert told == [(1, 2), (2, 2), (-1, -1)]
