"""The file of a sweep: whole, whatever happens, and of one problem."""

from __future__ import annotations

import signal
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

import core
from core import ProblemError, Result, Run, Source, SweepFile
from core.sweeps.run import failed
from core.sweeps.store import PAGE
from killed_sweeps import OPTIONS, STEPS, begun, table


@pytest.fixture
def results() -> list[Result]:
    return list(core.sweep("exercise-2", {"lr": "0.1 0.5 3", "seed": "0 1"}, steps=300))


def made(path: Path, results: list[Result]) -> Path:
    with SweepFile.create(path, core.load_problem("exercise-2")) as file:
        file.add(results)
    return path


def test_results_come_back_as_they_were(tmp_path: Path, results: list[Result]) -> None:
    strange = Run(Source("exercise-2", (("hidden", "4"), ("drop", "é\udce9"))), 3)
    results.append(failed(strange, "why not", results[0].fingerprint))
    path = made(tmp_path / "a.sqlite", results)
    with SweepFile.open(path) as file:
        assert len(file) == 7
        assert file.keys() == {result.run.key for result in results}
        for (number, brief), whole, result in zip(file.results(), file.whole_results(), results, strict=True):
            assert whole.curve.tolist() == result.curve.tolist() == file.curve(number).tolist()
            assert not len(brief.curve)
            assert repr(replace(whole, curve=result.curve)) == repr(result) == repr(replace(brief, curve=result.curve))
            assert whole.fingerprint == result.fingerprint
        numbers = [number for number, _ in file.results()]
        assert [number for number, _ in file.results(after=numbers[3])] == numbers[4:]
        assert file.heading.problem == "exercise-2"


def test_a_result_that_is_there_stays(tmp_path: Path, results: list[Result]) -> None:
    path = made(tmp_path / "a.sqlite", results)
    made(path, [replace(result, loss=0.0) for result in results])
    with SweepFile.open(path) as file:
        assert [result.loss for _, result in file.results()] == [result.loss for result in results]


def test_nothing_of_a_chunk_is_there_where_it_is_not_whole(tmp_path: Path, results: list[Result]) -> None:
    path = made(tmp_path / "a.sqlite", results[:2])
    with SweepFile.open(path) as file, pytest.raises(sqlite3.Error):
        file.add([*results[2:4], replace(results[4], reason=object())])  # type: ignore[arg-type]
    with SweepFile.open(path) as file:
        assert len(file) == 2
        file.add(results)
        assert len(file) == 6


def test_two_read_while_one_writes(tmp_path: Path, results: list[Result]) -> None:
    path = tmp_path / "a.sqlite"
    made(path, [])
    with SweepFile.open(path) as writing, SweepFile.open(path) as one, SweepFile.open(path) as other:
        for count, result in enumerate(results, 1):
            writing.add([result])
            assert len(one) == len(other) == count
        writing.plan(10)
        assert one.heading.planned == 10


def test_a_result_takes_about_3_kilobytes(tmp_path: Path) -> None:
    found = list(core.sweep("xor", {"lr": "0.1..1/100"}, steps=600))
    path = made(tmp_path / "a.sqlite", found)
    assert {len(result.curve) for result in found} <= {*range(200, 257)}
    assert path.stat().st_size <= 100 * 3200 + 4 * PAGE


def test_a_file_is_of_one_problem(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a,b\n1,2\n2,4\n3,5\n")
    path = tmp_path / "a.sqlite"
    list(core.sweep(table, {"lr": [0.1]}, steps=2, into=path))
    with pytest.raises(ProblemError, match=r"it has runs of .*t\.csv; expected another file for exercise-2"):
        list(core.sweep("exercise-2", {"lr": [0.1]}, steps=2, into=path))
    table.write_text("a,b\n1,2\n2,4\n3,6\n")
    with pytest.raises(ProblemError, match="has changed since its runs were made"):
        list(core.sweep(table, {"lr": [0.1]}, steps=2, into=path))


def other_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (value)")
    connection.close()


def newer(path: Path) -> None:
    SweepFile.create(path, core.load_problem("exercise-2")).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_bytes(b"some text"), "expected a file that sgdb sweep has written"),
        (other_database, "expected a file that sgdb sweep has written"),
        (newer, "expected version 1 of this kind of file, found 99"),
        (lambda path: path.mkdir(), "no such file|expected a file|cannot be"),
    ],
)
def test_another_file_is_refused_and_stays_as_it_is(tmp_path: Path, make: object, said: str) -> None:
    path = tmp_path / "a.sqlite"
    make(path)  # type: ignore[operator]
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(ProblemError, match=said):
        SweepFile.create(path, core.load_problem("exercise-2"))
    with pytest.raises(ProblemError, match=said):
        SweepFile.open(path)
    assert not path.is_file() or path.read_bytes() == before


def test_a_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="cannot be written"):
        SweepFile.create(tmp_path / "none" / "a.sqlite", core.load_problem("exercise-2"))
    with pytest.raises(ProblemError, match="there is no such file"):
        SweepFile.open(tmp_path / "a.sqlite")


def test_a_sweep_that_is_killed_goes_on(tmp_path: Path) -> None:
    """At the moments at which it has told so many results."""
    whole, path = tmp_path / "whole.sqlite", tmp_path / "killed.sqlite"
    list(core.sweep("xor", OPTIONS, steps=STEPS, into=whole))
    for told in (1, 90):
        sweep = begun(path)
        assert sweep.stdout is not None
        keys = [sweep.stdout.readline().strip() for _ in range(told)]
        sweep.send_signal(signal.SIGKILL)
        sweep.communicate()
        with SweepFile.open(path) as file:
            assert {*keys} <= file.keys()
    begun(path).communicate()
    assert table(path) == table(whole)


@pytest.mark.parametrize("hindrance", ["PRAGMA max_page_count = 1", "PRAGMA query_only = 1"])
def test_a_full_disk_or_a_read_only_file_is_told(tmp_path: Path, results: list[Result], hindrance: str) -> None:
    path = made(tmp_path / "a.sqlite", results[:2])
    many = [replace(results[2], run=replace(results[2].run, steps=k)) for k in range(50)]
    with SweepFile.open(path) as file:
        file._connection.execute(hindrance)
        with pytest.raises(OSError, match=r"cannot be written: .*a\.sqlite"):
            file.add(many)
    with SweepFile.open(path) as file:
        assert len(file) == 2
        file.add(many)
        assert len(file) == 52


def test_a_plan_that_stays_writes_nothing(tmp_path: Path) -> None:
    path = made(tmp_path / "a.sqlite", [])
    with SweepFile.open(path) as file:
        file.plan(3)
        file._connection.execute("PRAGMA query_only = 1")
        file.plan(3)
        with pytest.raises(OSError, match="cannot be written"):
            file.plan(4)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE results SET run = 'nonsense' WHERE id = 2",
        "UPDATE machines SET fingerprint = '1'",
        "DELETE FROM heading",
        "DROP TABLE heading",
    ],
)
def test_a_damaged_file_is_told(tmp_path: Path, results: list[Result], change: str) -> None:
    path = made(tmp_path / "a.sqlite", results)
    with sqlite3.connect(path) as connection:
        connection.execute(change)
    connection.close()
    with SweepFile.open(path) as file, pytest.raises(ProblemError, match=r"a\.sqlite: cannot be read"):
        _ = file.heading, [*file.results()]


def test_a_file_is_read_where_no_other_can_be_made(
    tmp_path: Path, results: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path / "a ?.sqlite", results)
    monkeypatch.setattr("os.access", lambda *_: False)
    with SweepFile.open(path) as file:
        assert len(file) == len(results)
        assert [*tmp_path.iterdir()] == [path]
