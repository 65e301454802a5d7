"""`sgdb sweep`: what is typed, what is printed, and which files there are afterwards."""

from __future__ import annotations

import csv
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import core
from core import SweepFile
from core.sweeps.executors import Executor
from core.sweeps.work import results_of
from tui import cli
from tui.commands.sweep import VALUES, gathered


@pytest.fixture
def sgdb(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command in an empty folder, with no process beside this one."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> SimpleNamespace:
        status = cli.main(
            ["sweep", *words, *(["--workers", "1"] if words[0][-1].isalnum() and "." not in words[0] else [])]
        )
        out, err = capsys.readouterr()
        return SimpleNamespace(status=status, out=out, err=err, lines=out.splitlines(), mistakes=err.splitlines())

    return run


def test_the_values_of_an_option_stand_after_it() -> None:
    words = [
        "xor",
        "--lr",
        "0.1",
        "0.2",
        "--seed=3",
        "--in-order",
        "--standardize",
        "true",
        "false",
        "--steps",
        "5",
        "-o",
        "a",
    ]
    expected = ["xor", f"--lr=0.1{VALUES}0.2", "--seed=3", "--in-order=true", f"--standardize=true{VALUES}false"]
    assert gathered(words) == [*expected, "--steps", "5", "-o", "a"]
    assert gathered(["--lr", "1", "--seed", "0", "--lr", "2"])[-1] == f"--lr=1{VALUES}2"


def test_a_grid_is_trained_and_told(sgdb: Any) -> None:
    found = sgdb("exercise-2", "--lr", "0.5", "1", "3", "--update", "sgd", "adam", "--steps", "500", "--csv", "t.csv")
    assert found.status == 0
    assert found.lines[0] == "6 runs of exercise-2: 3 still going, 2 stuck, 1 diverging"
    assert "lowest loss:" in found.out
    assert found.lines[-1] == "look at them: sgdb sweep exercise-2.sqlite"
    by_rate = {line.split()[0]: line for line in found.lines[5:8]}
    assert "1 stuck" in by_rate["1"]
    assert "1 diverging" in by_rate["3"]
    with open("t.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["lr"], row["update"]) for row in rows] == [(a, b) for a in ("0.5", "1", "3") for b in ("adam", "sgd")]
    timeline = core.Timeline(core.load_problem("exercise-2", {"lr": 0.5}))
    assert float(rows[1]["loss"]) == timeline[500].loss
    assert "rmse" not in found.out
    assert not any("rmse" in name for name in rows[0])


def test_runs_without_classes_are_told_by_their_root_mean_square(sgdb: Any) -> None:
    found = sgdb("sine", "--lr", "0.1", "0.2", "--steps", "5", "--csv", "t.csv")
    heads = next(line for line in found.lines if line.startswith("--lr")).split("  ")
    assert [*filter(None, map(str.strip, heads))] == ["--lr", "loss", "rmse", "test loss", "test rmse", "outcomes"]
    with open("t.csv", newline="") as file:
        (row, _) = csv.DictReader(file)
    assert {"rmse", "test_rmse"} <= row.keys()
    assert not any("accuracy" in name for name in row)
    step = core.Timeline(core.load_problem("sine", {"lr": 0.1}))[5]
    assert float(row["rmse"]) == core.evaluate(step.problem, step.network).rmse


def test_the_same_command_costs_nothing(sgdb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sgdb("exercise-2", "--lr", "0.1", "0.5", "--steps", "20")
    monkeypatch.setattr("core.sweeps.executors.results_of", lambda _: pytest.fail("computed again"))
    again = sgdb("exercise-2", "--lr", "0.1", "0.5", "--steps", "20")
    assert again.out == first.out
    assert "already" in again.err


def test_a_file_is_told_and_written_without_its_problem(sgdb: Any) -> None:
    sgdb("exercise-2", "--lr", "0.1", "0.5", "--steps", "20")
    found = sgdb("exercise-2.sqlite", "--csv", "t.csv")
    assert found.status == 0
    assert found.lines[0] == "2 runs of exercise-2: 2 still going"
    assert len(Path("t.csv").read_text().splitlines()) == 3
    assert sgdb("exercise-2.sqlite", "--csv", "t.csv").mistakes == [
        "sgdb: --csv: t.csv: the file exists; --force replaces it"
    ]


def test_runs_are_drawn(sgdb: Any) -> None:
    found = sgdb("iris", "--lr", "0.01..1/log", "--hidden", "2", "4", "--random", "7", "--steps", "5", "-o", "a.sqlite")
    assert found.status == 0
    with SweepFile.open("a.sqlite") as file:
        assert len(file) == file.heading.planned == 7


def test_why_runs_failed_is_told(sgdb: Any) -> None:
    found = sgdb("exercise-2", "--hidden", "2", "4", "--steps", "5")
    assert found.status == 0
    assert found.lines[0] == "2 runs of exercise-2: 2 failed"
    assert found.lines[1].startswith("failed: ")
    assert "hidden" in found.lines[1]
    assert found.lines[1].endswith("(2 runs)")


@pytest.mark.parametrize(
    ("words", "mistakes"),
    [
        (
            ["xor", "--lr", "abc", "0.1..1", "--steps", "x", "--random-seed", "3", "--foo"],
            [
                'option: unknown "--foo"; did you mean "--force"?',
                '--steps: expected a whole number from 0 to 1000000000, found "x"',
                "--random-seed: of no use without --random",
                '--lr: expected a finite number above 0, found "abc"',
                "--lr: say how many values, such as 0.1..1/5",
            ],
        ),
        (
            ["xor", "--lr", "3..1"],
            ['--lr: "3..1": expected a range that goes up between two finite numbers, found 3 and 1'],
        ),
        (["xor", "--random", "0"], ['--random: expected a whole number from 1 to 1,000,000,000, found "0"']),
        (["xor", "--lr", "1", "--lr"], ["--lr: expected a value"]),
        (["none.csv", "--lr", "1"], ["none.csv: there is no such file"]),
        (["none.sqlite"], ["none.sqlite: there is no such file"]),
        (["none.sqlite", "--lr", "1"], ["--lr: of no use with none.sqlite"]),
        (["xor", "-o", "a.db"], ["--output: a.db: expected a name that ends in .sqlite"]),
        (
            ["xor", "--workers", "2", "--dask", "tcp://x"],
            ["--workers: of no use with --dask, whose cluster has its own"],
        ),
    ],
)
def test_every_mistake_is_told_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    mistakes: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["sweep", *words]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == len(mistakes)
    for line, mistake in zip(told, mistakes, strict=True):
        assert line.startswith(f"sgdb: {mistake}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_a_request_to_end_keep_what_there_is(
    sgdb: Any, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    class Interrupted(Executor):
        def results(self, chunks: Any) -> Any:
            yield results_of(next(chunks)[:1])
            signal.raise_signal(number)

    with monkeypatch.context() as patch:
        patch.setattr("tui.commands.sweep._executor", lambda *_: Interrupted())
        found = sgdb("exercise-2", "--lr", "0.1", "0.2", "0.3", "--steps", "5")
    assert found.status == 130
    assert found.mistakes == ["sgdb: stopped after 1 of 3 runs; the same command goes on with the others"]
    assert found.lines[0] == "1 of 3 runs of exercise-2: 1 still going"
    with SweepFile.open("exercise-2.sqlite") as file:
        assert len(file) == 1


def test_a_disk_that_is_full_is_told(sgdb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def add(file: SweepFile, _: object) -> None:
        raise OSError(5, "cannot be written: database or disk is full", file.path)

    monkeypatch.setattr(SweepFile, "add", add)
    found = sgdb("exercise-2", "--lr", "0.1", "0.2", "--steps", "5")
    assert found.status == 74
    assert found.mistakes == [
        "sgdb: exercise-2.sqlite: cannot be written: database or disk is full; "
        "what was computed before is kept, and the same command goes on with the others"
    ]


def test_output_that_nobody_reads_is_not_taken_for_a_lost_cluster(sgdb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def summary(*_: object) -> list[str]:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("tui.commands.sweep.summary", summary)
    found = sgdb("exercise-2", "--lr", "0.1", "--steps", "5")
    assert "--dask" not in found.err


def test_a_cluster_that_is_lost_is_told(sgdb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Lost(Executor):
        def results(self, chunks: Any) -> Any:
            yield results_of(next(chunks)[:1])
            raise ConnectionError("the connection with the cluster is lost")

    monkeypatch.setattr("tui.commands.sweep._executor", lambda *_: Lost())
    found = sgdb("exercise-2", "--lr", "0.1", "0.2", "--steps", "5")
    assert found.status == 1
    assert found.mistakes[0].startswith("sgdb: --dask: the connection with the cluster is lost; what was computed")


@pytest.mark.parametrize("address", ["foo", "tcp://foo", "tcp://foo:x"])
def test_an_address_without_a_port_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("distributed.Client", lambda *_, **__: pytest.fail("it was tried"))
    assert cli.main(["sweep", "xor", "--dask", address]) == 2
    assert capsys.readouterr().err == (
        f"sgdb: --dask: {address}: expected an address with a port, such as tcp://host:8786\n"
    )


def test_an_option_that_changes_nothing_is_told(sgdb: Any) -> None:
    found = sgdb("exercise-2", "--lr", "0.1", "3", "--seed", "0..4", "--steps", "20")
    assert found.lines[:2] == [
        "10 runs of exercise-2: 5 still going, 5 diverging",
        "--seed changes nothing: its 5 values come to the same",
    ]
    assert "--seed" not in found.out.partition("same")[2]
    found = sgdb("exercise-2", "--lr", "0.1", "3", "--batch", "2", "--seed", "0..4", "--steps", "20")
    assert "changes nothing" not in found.out
