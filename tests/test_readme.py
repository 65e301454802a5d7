"""What the README says is so."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from tui import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PRINTS = r"print\(.*?\) +# (.*)"


def test_the_python_examples_print_what_stands_beside_them() -> None:
    examples = [code for code in re.findall(r"```python\n(.*?)```", README, re.S) if re.search(PRINTS, code)]
    assert len(examples) == 4
    for example in examples:
        names = {"core": core, "step": core.Timeline(core.load_problem("exercise-2"))[0]}
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(example, "README.md", "exec", dont_inherit=True), names)
        assert printed.getvalue().splitlines() == re.findall(PRINTS, example)


def test_the_bug_in_its_code_is_named_so() -> None:
    ((code, said),) = re.findall(r"```python\n(step = core.*?check_answers.*?)```\n\n```\n(.*?)```", README, re.S)
    assert len(code.splitlines()) == 6
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {"core": core, "np": np})
    assert printed.getvalue() == said


def test_the_activation_in_it_works_without_registering() -> None:
    (example,) = (code for code in re.findall(r"```python\n(.*?)```", README, re.S) if "= Activation(" in code)
    names: dict[str, Any] = {}
    exec(compile(example, "README.md", "exec"), names)
    step = core.Timeline(core.Problem("own", [[1.0]], [[1.0]], names["network"]))[0]
    assert core.explain(step, "z_1", (1, 1)).lines()[1] == "= log(1 + exp(0.5))"
    assert core.check_gradients(step).ok


def test_the_cell_that_is_explained_in_it_is_explained_so() -> None:
    (shown,) = re.findall(r'print\(core\.explain\(step, "delta_1", \(3, 3\)\)\)\n(.*?)```', README, re.S)
    step = core.Timeline(core.load_problem("exercise-2"))[0]
    assert [line.removeprefix("# ") for line in shown.splitlines()] == str(
        core.explain(step, "delta_1", (3, 3))
    ).splitlines()


def test_the_problem_file_in_it_is_exercise_2(tmp_path: Path) -> None:
    (text,) = (code for code in re.findall(r"```toml\n(.*?)```", README, re.S) if "[[layers]]" in code)
    file = tmp_path / "problem.toml"
    file.write_text(text, encoding="utf-8")
    assert core.Timeline(core.load_problem(file))[7].loss == core.Timeline(core.load_problem("exercise-2"))[7].loss


@pytest.mark.parametrize(
    ("symbol", "words"), [("δ₁", ["solve", "exercise-2"]), ("W_out⁺", ["practise", "--seed", "7", "--key"])]
)
def test_what_stands_on_paper_in_it_is_printed_so(
    symbol: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (shown,) = re.findall(rf"```text\n({symbol} = .*?)```", README, re.S)
    assert cli.main(words) == 0
    assert f"```text\n{shown}" in capsys.readouterr().out


def test_the_class_in_it_is_marked_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    section = README.partition("## For a class\n")[2].partition("\n## ")[0]
    (scheme,) = re.findall(r"```toml\n(.*?)```", section, re.S)
    assert scheme == (ROOT / "examples/class/scheme.toml").read_text(encoding="utf-8")
    ((command, said),) = re.findall(r"```sh\n(.*?)\n```.*?```\n(.*?)```", section, re.S)
    table = tmp_path / "marks.csv"
    monkeypatch.chdir(ROOT)
    assert cli.main([*command.replace("marks.csv", str(table)).split()[1:]]) == 0
    assert capsys.readouterr().out == said
    assert table.read_text(encoding="utf-8").count("\n") == 4


def test_the_run_in_it_is_diagnosed_so(capsys: pytest.CaptureFixture[str]) -> None:
    section = README.partition("## Find out why a network does not learn\n")[2].partition("\n## ")[0]
    (command,) = re.findall(r"```sh\n(.*?) +#", section)
    said, why = re.findall(r"```\n\n```\n(.*?)```", section, re.S)
    (code,) = re.findall(r"```python\n(.*?)```", section, re.S)
    assert cli.main(command.split()[1:]) == 1
    assert capsys.readouterr().out == said
    exec(compile(code, "README.md", "exec"), {"core": core})
    assert capsys.readouterr().out == why


def test_the_verdict_in_it_is_printed_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    section = README.partition("## See what was learned\n")[2].partition("\n## ")[0]
    ((command, said),) = re.findall(r"`sgdb (run[^`]*)` says on stderr:\n\n```\n(.*?)```", section, re.S)
    monkeypatch.chdir(ROOT / "core" / "problems")
    assert cli.main(command.split()) == 0
    printed = capsys.readouterr()
    assert printed.err == said
    assert f"here {printed.out.strip()}." in section


def test_the_session_in_it_is_replayed_and_the_one_from_python_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    section = README.partition("## Sessions\n")[2].partition("\n## ")[0]
    ((text,), (code,)) = (re.findall(rf"```{kind}\n(.*?)```", section, re.S) for kind in ("toml", "python"))
    monkeypatch.chdir(tmp_path)
    Path("work.session").write_text(text, encoding="utf-8")
    for command in re.findall(r"^sgdb (.*?) +#", section, re.M)[1:]:
        assert cli.main(command.split()) == 0
    assert Path("test_work.py").exists()
    told = capsys.readouterr().err
    assert "main (looked at): step 49: loss " in told
    assert "another weight: step 39: loss " in told
    exec(compile(code, "README.md", "exec"), {"core": core})
    assert capsys.readouterr().out == "()\n"
    assert core.load_session("work.session").names == ("main", "what if 1")


def test_its_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(<?([^)>]+)>?\)", README)
    assert len(pictures) >= 4
    for picture in pictures:
        assert (ROOT / picture).is_file(), picture


def test_the_sweep_in_it_comes_to_what_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    section = README.partition("## Many runs\n")[2].partition("\n## ")[0]
    command, count = re.findall(r"sgdb (sweep iris --lr .*?) +# every combination: (\d+) runs", section)[0]
    (table,) = re.findall(r"```\n(--hidden .*?)```", section, re.S)
    monkeypatch.chdir(tmp_path)
    assert cli.main([*command.split(), "--workers", "1", "--csv", "runs.csv"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"{count} runs of iris")
    assert table in printed
    rows = [line.split(",") for line in Path("runs.csv").read_text(encoding="utf-8").splitlines()]
    (run,) = re.findall(r"`sgdb (run iris .*?)` prints", section)
    values = dict(zip(run.split()[2::2], run.split()[3::2], strict=True))
    (row,) = (
        row
        for row in rows
        if dict(zip(rows[0], row, strict=True)).items()
        >= {name.removeprefix("--"): value for name, value in values.items()}.items()
    )
    assert cli.main(run.split()) == 0
    assert capsys.readouterr().out.strip() == core.significant(float(row[rows[0].index("loss")]), 8)
    (code,) = re.findall(r"```python\n(.*?)```", section, re.S)
    exec(compile(code, "README.md", "exec"), {"core": core})
    assert capsys.readouterr().out.splitlines()[1:] == ["1 stuck 43", "2 stuck 3", "3 diverging 8"]
