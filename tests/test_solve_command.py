"""`sgdb solve` and `sgdb practise` without a screen: what they print, where, and their exit status."""

from __future__ import annotations

import io
import json
import re
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import core
from core.asked import absent
from core.fresh import practice_problem
from core.practice.scores import Score, keep_score, load_scores, scores_path
from solution_readers import as_answers, read_html, read_latex, read_markdown
from tui import cli
from tui.commands.data_folder import data_folder


@pytest.fixture
def sgdb(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def run(*words: str) -> SimpleNamespace:
        status = cli.main(list(words))
        out, err = capsys.readouterr()
        return SimpleNamespace(status=status, out=out, err=err)

    return run


def test_a_solution_is_printed(sgdb: Any) -> None:
    run = sgdb("solve", "exercise-2")
    step = core.Timeline(core.load_problem("exercise-2"))[0]
    assert (run.status, run.err) == (0, "")
    assert run.out.startswith("# Exercise 2: step 0, worked out\n")
    assert core.check_answers(as_answers(read_markdown(run.out, step), step), step).right


@pytest.mark.parametrize("name", ["a.html", "a.HTM", "a.tex", "a.md", "a.markdown"])
def test_the_format_follows_the_name_of_the_file(sgdb: Any, tmp_path: Path, name: str) -> None:
    run = sgdb("solve", "xor", "--step", "3", "-o", name)
    assert (run.status, run.out, run.err) == (0, "", "")
    text = (tmp_path / name).read_text()
    head = {"a.html": "<!DOCTYPE", "a.HTM": "<!DOCTYPE", "a.tex": "\\documentclass"}.get(name, "# XOR")
    assert text.startswith(head)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_steps_digits_and_format(sgdb: Any) -> None:
    run = sgdb("solve", "--steps", "1..2", "--digits", "3", "--format=latex", "--lr", "0.25")
    assert run.status == 0
    assert r"\subsection*{Step 2}" in run.out
    assert "3 significant digits" in run.out
    assert r"\alpha = 0.25" in run.out


@pytest.mark.parametrize("format", ["md", "latex", "html", "toml"])
@pytest.mark.parametrize("command", [("solve",), ("practise", "--key", "--seed", "3")])
@pytest.mark.parametrize("loss", ["hinge", "margin"])
@pytest.mark.parametrize("margin", ["1e+06", "1.5e-07", "1e307"])
def test_a_margin_of_any_size(sgdb: Any, command: tuple[str, ...], loss: str, margin: str, format: str) -> None:
    run = sgdb(*command, "--loss", loss, "--margin", margin, "--format", format)
    assert (run.status, run.err) == (0, "")
    if format == "toml":
        Path("answers.toml").write_text(run.out, encoding="utf-8")
        assert sgdb("check", "answers.toml").status == 0


@pytest.mark.parametrize(
    ("words", "messages"),
    [
        (("--step", "-1"), ['--step: expected a whole number from 0 to 1000000000, found "-1"']),
        (("--step", "²"), ['--step: expected a whole number from 0 to 1000000000, found "²"']),
        (("--steps", "3"), ['--steps: expected two whole numbers such as 0..3, found "3"']),
        (("--steps", "3..1"), ["--steps: expected the first step before the last, found 3..1"]),
        (("--steps", "0..100"), ["--steps: expected at most 100 steps, found 101"]),
        (("--steps", "0..1", "--step", "1"), ["--step and --steps: cannot be combined"]),
        (("--digits", "13"), ['--digits: expected a whole number from 2 to 12, found "13"']),
        (("--format", "htlm"), ['--format: unknown "htlm"; did you mean "html"?']),
        (("-o",), ["-o: expected a value"]),
        (("-o", ""), ["--output: expected the name of a file"]),
        (("-o", "."), ["--output: .: expected a file, found a folder"]),
        (("-o", "no/where.md"), ["--output: no/where.md: there is no folder no"]),
        (("-o", "a\0b"), ["--output: ab: this is not a file name"]),
        (("-o", "/dev/full"), ["--output: /dev/full: expected a file, found a device or a pipe"]),
        (("-o", "a.pdf"), ["a.pdf: expected a name that ends in .html, .htm, .tex, .md, .markdown, .toml, or --"]),
        (("-oa.html", "--format", "latex"), ["--format: latex does not match a.html, which is a name for html"]),
        (("--format", "toml", "--steps", "0..1"), ["--steps: an answer sheet (toml) has one step; use --step"]),
        (("--format", "toml", "--step", "100001"), ["--step: expected at most 100000 for an answer sheet (toml)"]),
        (("exercise-9", "--digits", "x"), ["unknown", "--digits"]),
    ],
)
def test_wrong_input(sgdb: Any, words: tuple[str, ...], messages: list[str]) -> None:
    run = sgdb("solve", *words)
    lines = run.err.splitlines()
    assert (run.status, run.out) == (2, "")
    assert len(lines) == len(messages)
    for line, message in zip(lines, messages, strict=True):
        assert line.startswith("sgdb: ")
        assert message in line


OWN = """
name = "own"
[data]
csv = "points.csv"
[[layers]]
units = 1
"""


@pytest.mark.parametrize(("problem", "file"), [("points.csv", "points.csv"), ("own.toml", "points.csv")])
@pytest.mark.parametrize("words", [("solve",), ("practise", "--sheet"), ("run",)])
def test_what_a_problem_was_read_from_is_not_overwritten(
    sgdb: Any, tmp_path: Path, words: tuple[str, ...], problem: str, file: str
) -> None:
    points = "a,b,y\n1,2,0.5\n2,1,0.25\n"
    (tmp_path / "points.csv").write_text(points)
    (tmp_path / "own.toml").write_text(OWN)
    option = ("--csv", file) if words == ("run",) else ("--format", "md", "-o", file)
    run = sgdb(*words, problem, *option, "--force")
    assert run.status == 2
    assert f"{file}: the problem was read from this file" in run.err
    assert (tmp_path / file).read_text() == points


def test_a_file_is_replaced_when_told_to(sgdb: Any, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("notes")
    run = sgdb("solve", "-o", "a.md")
    assert (run.status, run.err) == (2, "sgdb: --output: a.md: the file exists; --force replaces it\n")
    assert (tmp_path / "a.md").read_text() == "notes"
    assert sgdb("solve", "-oa.md", "--force").status == 0
    assert (tmp_path / "a.md").read_text().startswith("# Exercise 2")


def test_a_dash_is_stdout(sgdb: Any, tmp_path: Path) -> None:
    assert sgdb("solve", "-o", "-").out == sgdb("solve").out
    assert list(tmp_path.iterdir()) == []


def test_whole_matrices_in_blocks(sgdb: Any, tmp_path: Path) -> None:
    (tmp_path / "wide.csv").write_text(
        "\n".join(
            [
                ",".join("abcdefghijklmnopqrstuvwxyzABCD"),
                *(",".join(f"{i}.{j}" for j in range(10, 40)) for i in range(50)),
            ]
        )
    )
    words = ("solve", "wide.csv", "--hidden", "2", "--task", "regression")
    assert "the first 16 of 32 rows and the first 12 of 29 columns" in sgdb(*words).out
    whole = sgdb(*words, "--whole")
    assert "(columns 1 to 14)" in whole.out
    problem = core.load_problem("wide.csv", {"hidden": "2", "task": "regression"})
    step = core.Timeline(problem)[0]
    found = read_markdown(whole.out, step)
    assert [[float(cell) for cell in row] for row in found["X_in"]] == step.inputs.tolist()
    assert core.check_answers(as_answers(found, step), step).right


# Answer sheets.


@pytest.mark.parametrize("digits", ["2", "6", "12"])
def test_an_answer_sheet_checks_as_right(sgdb: Any, digits: str) -> None:
    assert sgdb("solve", "xor", "--step", "3", "--digits", digits, "-o", "a.toml").status == 0
    run = sgdb("check", "a.toml", "--json")
    assert run.status == 0
    step = core.Timeline(core.load_problem("xor"))[3]
    assert json.loads(run.out)["right"] is True
    assert len(json.loads(run.out)["cells"]) == sum(quantity.values.size for quantity in core.quantities(step))


def test_an_answer_sheet_says_what_was_typed(sgdb: Any, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("a,b,y\n1,2,p\n2,1,q\n0,1,q\n")
    words = "--lr 0.123 --hidden 3,2 --batch 2 --seed 4 --loss hinge --margin 1e-1 --standardize --target y"
    assert sgdb("solve", "points.csv", "--step", "1", *words.split(), "-o", "a.toml").status == 0
    text = (tmp_path / "a.toml").read_text()
    for line in ('problem = "./points.csv"', "lr = 0.123", 'hidden = "3,2"', "standardize = true", 'target = "y"'):
        assert line in text.splitlines()
    run = sgdb("check", "a.toml")
    assert (run.status, run.err) == (0, "")


def test_an_answer_sheet_says_which_rows_were_drawn_and_held_out(sgdb: Any, tmp_path: Path) -> None:
    words = "--rows 30 --noise 0.05 --test 0.3 --data-seed 2 --shape 1,2 --standardize --hidden 3"
    assert sgdb("solve", "circles", *words.split(), "-o", "a.toml").status == 0
    text = (tmp_path / "a.toml").read_text().splitlines()
    for line in ("rows = 30", "noise = 0.05", "test = 0.3", "data-seed = 2", 'shape = "1,2"', "standardize = true"):
        assert line in text
    run = sgdb("check", "a.toml")
    assert (run.status, run.err) == (0, "")


def test_an_answer_sheet_finds_its_problem_from_its_own_folder(sgdb: Any, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("a,b,y\n1,2,0.5\n2,1,0.25\n")
    (tmp_path / "own.toml").write_text(OWN)
    (tmp_path / "answers").mkdir()
    assert sgdb("solve", "own.toml", "-o", "answers/a.toml").status == 0
    assert 'problem = "../own.toml"' in (tmp_path / "answers" / "a.toml").read_text()
    assert sgdb("check", "answers/a.toml").status == 0


def test_an_answer_sheet_is_no_longer_than_what_is_checked(sgdb: Any, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("a,b,y\n1,2,0.5\n2,1,0.25\n")
    (tmp_path / "own.toml").write_text(OWN.replace("[[layers]]", "[[layers]]\nunits = 1000\n[[layers]]"))
    run = sgdb("solve", "own.toml", "--format", "toml")
    assert (run.status, run.out) == (2, "")
    assert "an answer sheet (toml) has at most 5000 numbers, found 14011" in run.err


def test_an_empty_answer_sheet(sgdb: Any) -> None:
    run = sgdb("practise", "--seed", "7", "--sheet", "--format", "toml")
    read = tomllib.loads(run.out)
    assert (read["problem"], read["practice"], read["step"]) == ("exercise-2", 7, 0)
    assert "y_out" not in read["answers"]  # the same as s_out
    assert set(re.findall(r"[^\s\[\],]+", str(list(read["answers"].values())))) == {"'?'"}
    key = tomllib.loads(sgdb("practise", "--seed", "7", "--key", "--format", "toml").out)
    step = core.Timeline(practice_problem(core.load_problem("exercise-2"), 7))[0]
    assert core.check_answers(key["answers"], step).right


@pytest.mark.parametrize("words", [(), ("--loss", "hinge", "--margin", "0.25"), ("--half", "false", "--lr", "0.12345")])
def test_the_key_of_a_practice_sheet_checks_as_right(sgdb: Any, words: tuple[str, ...]) -> None:
    assert sgdb("practise", "--seed", "7", *words, "--key", "-o", "key.toml").status == 0
    run = sgdb("check", "key.toml")
    assert (run.status, run.err) == (0, "")


def test_a_run_that_does_not_get_to_the_step(sgdb: Any) -> None:
    run = sgdb("solve", "exercise-1", "--lr", "1e300", "--steps", "0..9")
    assert run.status == 1
    assert "the run stops being finite at step" in run.err
    assert run.out == ""


def test_a_full_disk(sgdb: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    run = sgdb("solve", "-o", "a.md")
    assert (run.status, run.err) == (74, "sgdb: --output: a.md: No space left on device\n")
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_that_knows_no_greek(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert cli.main(["solve"]) == 0
    assert "δ₁" in narrow.buffer.getvalue().decode()  # type: ignore[attr-defined]


# Practice without a screen.


@pytest.mark.parametrize("problem", ["exercise-1", "exercise-2", "exercise-3", "why-the-max", "xor"])
@pytest.mark.parametrize("format", ["md", "latex", "html"])
def test_the_key_of_a_sheet_checks_as_right(sgdb: Any, problem: str, format: str) -> None:
    run = sgdb("practise", problem, "--seed", "5", "--key", "--format", format, "--digits", "4")
    step = core.Timeline(practice_problem(core.load_problem(problem), 5))[0]
    found = {"md": lambda: read_markdown(run.out, step), "latex": lambda: read_latex(run.out)}.get(
        format, lambda: read_html(run.out).found
    )()
    report = core.check_answers(as_answers(found, step), step)
    assert report.right
    assert len(report.cells) == sum(np.count_nonzero(~absent(step, q.name)) for q in core.quantities(step))


def test_the_same_seed_gives_the_same_sheet(sgdb: Any) -> None:
    first, again, other = (sgdb("practise", "--seed", seed, "--sheet").out for seed in ("7", "7", "8"))
    assert first == again
    assert first != other
    assert first.startswith("# Exercise 2, sheet 7: step 0, to be worked out")
    assert "X_in = [ -2   1 ]" in first  # on every machine, and for good


def test_a_sheet_leaves_everything_open(sgdb: Any) -> None:
    sheet = sgdb("practise", "--seed", "7", "--sheet").out
    found = sheet.split("### Forward pass")[1]
    assert not re.search(r"\d\.\d", found)
    assert found.count("________") == 79  # y_out is s_out, and δ_out is ∂y_out


def test_without_a_seed_a_sheet_says_which_it_is(sgdb: Any) -> None:
    assert re.match(r"# Exercise 2, sheet \d+: step 0", sgdb("practise", "--sheet").out)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--seed", "x"), '--seed: expected a whole number from 0 to 1000000000, found "x"'),
        (("--seed", "9" * 30), "--seed: expected a whole number"),
        (("--sheet", "--key"), "--sheet and --key: cannot be combined"),
        (("-o", "a.md"), "--output: needs --sheet or --key"),
        (("three-classes", "--batch", "3"), "a step has 223 numbers, expected at most 200; --batch 2 fits"),
        (("--seed", "1", "--lr", "1e308", "--sheet"), "the run stops being finite at step 0"),
        (("--scores", "--sheet"), "--scores: cannot be combined with --sheet"),
        (("xor", "--scores"), '--scores: cannot be combined with "xor"'),
        (("--sheet", "--again"), "--again: cannot be combined with --sheet"),
        (("--standardize", "--sheet"), "--standardize: not for a sheet, whose inputs are new"),
        (("moons", "--test", "0.2", "--sheet"), "--test: not for a sheet, whose inputs are new"),
        (("moons", "--data-seed=2", "--sheet"), "--data-seed: not for a sheet, whose inputs are new"),
        (("spiral", "--sheet"), "take fewer units (--hidden), layers or inputs"),
        (("--seed", "1"), "practice needs a terminal"),
        (("--scores", "--sede", "1"), 'unknown "--sede"; did you mean "--seed"?'),
    ],
)
def test_wrong_input_to_practise(sgdb: Any, words: tuple[str, ...], message: str) -> None:
    run = sgdb("practise", *words)
    assert (run.status, run.out) == (2, "")
    assert message in run.err
    assert len(run.err.splitlines()) == 1


def test_a_problem_with_many_rows_gives_a_sheet_with_few(sgdb: Any) -> None:
    by_itself = sgdb("practise", "three-classes", "--seed", "1", "--sheet").out
    assert by_itself.startswith("# Three classes, sheet 1, 2 of 10 rows: step 0")
    asked_for = sgdb("practise", "three-classes", "--batch", "2", "--seed", "1", "--sheet").out
    assert asked_for.startswith("# Three classes, sheet 1: step 0")


def test_options_that_are_given_hold(sgdb: Any) -> None:
    words = ("--lr", "0.0137", "--loss", "hinge", "--margin", "0.3", "--reduction", "mean", "--seed", "7", "--sheet")
    sheet = sgdb("practise", *words).out
    for fact in ("α = 0.0137", "hinge on scores", "m = 0.3", "mean"):
        assert fact in sheet


SCORE = Score("Exercise 2", 7, "2024-05-06T07:08:09+00:00", 754.4, 65.5, 67, 2, 1, "squared error")


def test_scores_are_kept_and_shown(sgdb: Any) -> None:
    assert "no finished sheets yet" in sgdb("practise", "--scores").out
    assert keep_score(SCORE, data_folder()) == ""
    assert keep_score(SCORE, data_folder()) == ""
    assert load_scores(data_folder()) == ([SCORE, SCORE], "")
    lines = sgdb("practise", "--scores").out.splitlines()
    assert lines[0].split() == ["finished", "problem", "loss", "sheet", "points", "slips", "hints", "time"]
    assert " ".join(lines[1].split()) == "2024-05-06 07:08 Exercise 2 squared error 7 65.5 of 67 2 1 12:34"


def test_a_broken_file_of_scores_loses_nothing_else(sgdb: Any) -> None:
    keep_score(SCORE, data_folder())
    broken = ["[1, 2]", "{}", "nul", '{"problem": 3, "seed": 1e999}', json.dumps({**vars(SCORE), "seconds": -1}), "\0"]
    with scores_path(data_folder()).open("a") as file:
        file.write("\n".join(["", *broken, "[" * 100_000]))
    assert keep_score(SCORE, data_folder()) == ""
    run = sgdb("practise", "--scores")
    assert run.status == 0
    assert len(run.out.splitlines()) == 3
    assert run.err.endswith("7 lines are not scores\n")
    scores_path(data_folder()).write_bytes(b"\xff\xfe\n")
    run = sgdb("practise", "--scores")
    assert (run.status, run.out) == (2, "")
    assert run.err.endswith("line is not a score\n")


@pytest.mark.parametrize("place", ["file", "/proc/nothing"])
def test_a_place_that_scores_cannot_be_kept_in(sgdb: Any, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    Path("file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(Path(place).absolute()))
    run = sgdb("practise", "--scores")
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith(f"sgdb: {scores_path(data_folder())}: cannot be used: ")


def test_a_folder_in_place_of_the_scores(sgdb: Any) -> None:
    path = scores_path(data_folder())
    path.mkdir(parents=True)
    assert keep_score(SCORE, data_folder()) == f"the score could not be saved: {path}: Is a directory"
    run = sgdb("practise", "--scores")
    assert (run.status, run.out) == (2, "")
    assert run.err == f"sgdb: {path}: expected a file, found a folder or a device\n"


def test_a_score_from_before_they_had_a_loss(sgdb: Any) -> None:
    keep_score(SCORE, data_folder())
    old = {name: value for name, value in vars(SCORE).items() if name != "loss"}
    scores_path(data_folder()).write_text(json.dumps(old))
    assert load_scores(data_folder()) == ([replace(SCORE, loss="")], "")
    assert "Exercise 2" in sgdb("practise", "--scores").out


def test_escape_codes_in_scores_do_not_reach_a_terminal(sgdb: Any) -> None:
    keep_score(Score("\x1b[31mred", 7, "\x1b", 1, 1, 1, 0, 0), data_folder())
    assert "\x1b" not in sgdb("practise", "--scores").out


def test_help(sgdb: Any) -> None:
    text = sgdb("solve", "--help").out
    assert text.startswith("usage: sgdb solve [PROBLEM] [options]")
    assert "steps A to B, at most 100 (not for toml)" in " ".join(text.split())
    assert sgdb("practise", "--help").out.startswith("usage: sgdb practise [PROBLEM] [options]")


def test_practice_is_another_spelling_of_practise(sgdb: Any) -> None:
    for words in (("--seed", "7", "--sheet"), ("--help",), ("--scores",), ("--seed", "x")):
        assert sgdb("practice", *words) == sgdb("practise", *words)
    assert "also: practice" in sgdb("--help").out
    assert '"practice" is a command and must come first' in sgdb("xor", "practice").err
