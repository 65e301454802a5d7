"""Files that are written: whole or not at all, with the usual permissions, under any name."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import core
from core.files import path_in, spelled, unwritable, write_lines
from core.practice import Exercise, Score, keep_progress, keep_score, load_scores, resume
from tui import cli

PROBLEM = (
    "[data]\ninputs = [[1, 2], [3, 4]]\ntargets = [[1], [-1]]\n"
    "[[layers]]\nweights = [[1], [2]]\n[training]\nlearning_rate = 0.01\n"
)


@pytest.fixture
def umask() -> Iterator[int]:
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class TestWriting:
    def test_a_file_left_by_another_process_blocks_no_name(self, tmp_path: Path) -> None:
        left = tmp_path / f"losses.csv.{os.getpid()}.tmp"
        left.write_text("not ours")
        assert unwritable(str(tmp_path / "losses.csv")) is None
        write_lines(tmp_path / "losses.csv", ["new"])
        assert left.read_text() == "not ours"

    def test_two_writers_at_the_same_time_get_a_temporary_file_each(self, tmp_path: Path) -> None:
        def lines() -> Iterator[str]:
            yield "outer\n"
            write_lines(tmp_path / "file", ["inner\n"])
            assert (tmp_path / "file").read_text() == "inner\n"

        write_lines(tmp_path / "file", lines())
        assert (tmp_path / "file").read_text() == "outer\n"
        assert os.listdir(tmp_path) == ["file"]

    def test_all_of_it_is_on_the_disk_before_it_replaces_the_file_and_so_is_its_name_afterwards(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced: list[tuple[int, int | None, bool]] = []
        fsync = os.fsync

        def recorded(descriptor: int) -> None:
            fsync(descriptor)
            found = os.fstat(descriptor)
            size = None if stat.S_ISDIR(found.st_mode) else found.st_size
            synced.append((found.st_ino, size, (tmp_path / "file").exists()))

        monkeypatch.setattr(os, "fsync", recorded)
        write_lines(tmp_path / "file", ["1234\n", "56\n"])
        assert synced == [
            ((tmp_path / "file").stat().st_ino, 8, False),
            (tmp_path.stat().st_ino, None, True),
        ]

    def test_a_new_file_has_the_permissions_that_the_umask_leaves(self, tmp_path: Path, umask: int) -> None:
        write_lines(tmp_path / "file", ["new"])
        assert mode(tmp_path / "file") == 0o666 & ~umask

    @pytest.mark.usefixtures("umask")
    @pytest.mark.parametrize("before", [0o600, 0o644, 0o666, 0o750])
    def test_a_replaced_file_keeps_its_permissions(self, tmp_path: Path, before: int) -> None:
        (tmp_path / "file").touch()
        (tmp_path / "file").chmod(before)
        (tmp_path / "link").symlink_to("file")
        write_lines(tmp_path / "link", ["new"])
        assert (tmp_path / "file").read_text() == "new"
        assert mode(tmp_path / "file") == before

    @pytest.mark.parametrize("failing", ["fsync", "chmod", "replace"])
    @pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
    def test_what_is_interrupted_leaves_the_old_file_and_no_other(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, error: BaseException
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise error

        (tmp_path / "file").write_text("old")
        monkeypatch.setattr(os, failing, fail)
        with pytest.raises(type(error)):
            write_lines(tmp_path / "file", ["new"])
        assert (tmp_path / "file").read_text() == "old"
        assert os.listdir(tmp_path) == ["file"]

    def test_a_look_whether_a_file_can_be_written_leaves_nothing(self, tmp_path: Path) -> None:
        assert unwritable(str(tmp_path / "file")) is None
        assert os.listdir(tmp_path) == []

    def test_a_name_may_be_as_long_as_the_disk_takes(self, tmp_path: Path) -> None:
        longest = "n" * os.pathconf(tmp_path, "PC_NAME_MAX")
        assert unwritable(str(tmp_path / longest)) is None
        write_lines(tmp_path / longest, ["new"])
        assert os.listdir(tmp_path) == [longest]
        assert unwritable(str(tmp_path / f"{longest}n")) == "File name too long"


class TestNames:
    @pytest.mark.parametrize("path", ["file.csv", "/a b/é.toml", "../δ.csv"])
    def test_a_plain_path_stands_as_it_is(self, path: str) -> None:
        assert spelled(path) == path
        assert path_in(path) == path

    @pytest.mark.parametrize("name", [b"caf\xe9.toml", b"a\nb\x1b%41 .csv", b" x.csv", b"file:x", b"\xed\xa0\x80"])
    def test_any_other_path_comes_back_from_text(self, name: bytes) -> None:
        path = os.fsdecode(b"../" + name) if name != b"file:x" else "file:x"
        text = spelled(path)
        assert text.isascii()
        assert text.isprintable()
        assert path_in(text) == path

    def test_a_whole_uri_names_a_file_too(self) -> None:
        assert Path(path_in(Path("/tmp/a b.csv").as_uri())) == Path("/tmp/a b.csv")


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, whose name is not UTF-8."""
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("every file name is UTF-8 here")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def sgdb(capfd: pytest.CaptureFixture[str]) -> object:
    def run(*words: str | bytes) -> SimpleNamespace:
        status = cli.main([os.fsdecode(word) for word in words])
        out, err = capfd.readouterr()
        assert all(line.isprintable() for line in err.splitlines())
        return SimpleNamespace(status=status, out=out, err=err)

    return run


def write(name: bytes, text: str) -> None:
    Path(os.fsdecode(name)).write_text(text)


@pytest.mark.usefixtures("odd")
class TestNamesThatAreNotUtf8:
    def test_a_problem_file(self, sgdb: SimpleNamespace) -> None:
        write(b"\xe9.toml", PROBLEM)
        assert core.load_problem(os.fsdecode(b"\xe9.toml")).name == r"\xe9"
        for command in ("run", "gradcheck", "solve"):
            assert sgdb(command, b"\xe9.toml").status == 0
        answer = sgdb(b"\xe9.toml")
        assert (answer.status, r"\xe9.toml" in answer.err) == (2, True)

    def test_a_table_and_the_losses_of_its_run(self, sgdb: SimpleNamespace) -> None:
        write(b"\xe9.csv", "x,y\n1,a\n2,b\n")
        assert sgdb("run", b"\xe9.csv", "--steps", "3", "--csv", b"losses-\xe9.csv").status == 0
        assert b"losses-\xe9.csv" in os.listdir(b".")
        answer = sgdb("run", b"\xe9.csv", "--csv", b"losses-\xe9.csv")
        assert answer.err == "sgdb: --csv: losses-\\xe9.csv: the file exists; --force replaces it\n"

    def test_a_table_that_a_problem_file_names(self) -> None:
        write(b"\xe9.csv", "x,y\n1,a\n2,b\n")
        write(b"net.toml", '[data]\ncsv = "file:%E9.csv"\n[[layers]]\nunits = 2\n')
        assert core.load_problem("net.toml").target_names == ("a", "b")

    @pytest.mark.parametrize("name", [b"none-\xe9.toml", b"none-\xe9.csv", b"none-\xe9", b"./none-\xe9", b"\xe9/x.npz"])
    @pytest.mark.parametrize("command", ["run", "check", "solve"])
    def test_a_file_that_is_not_there(self, sgdb: SimpleNamespace, command: str, name: bytes) -> None:
        answer = sgdb(command, name)
        assert answer.status == 2
        assert r"\xe9" in answer.err

    @pytest.mark.parametrize("name", [b"\xe9.md", b"\xe9.tex", b"\xe9.html", b"\xe9.toml", b"none\xe9/x.md", b"x.\xe9"])
    def test_a_solution(self, sgdb: SimpleNamespace, name: bytes) -> None:
        answer = sgdb("solve", "xor", "-o", name)
        if name in (b"none\xe9/x.md", b"x.\xe9"):
            assert (answer.status, r"\xe9" in answer.err) == (2, True)
        else:
            assert answer.status == 0
            assert os.listdir(b".") == [name]

    @pytest.mark.parametrize("made", ["solve", "practise"])
    @pytest.mark.parametrize("place", [b"", b"sheets-\xe8/"])
    def test_an_answer_sheet_finds_its_problem(self, sgdb: SimpleNamespace, made: str, place: bytes) -> None:
        write(b"\xe9 \xe8.toml", PROBLEM)
        os.makedirs(place or b".", exist_ok=True)
        words = ("--seed", "7", "--key") if made == "practise" else ()
        assert sgdb(made, b"\xe9 \xe8.toml", *words, "-o", place + b"answers-\xe9.toml").status == 0
        with open(place + b"answers-\xe9.toml", "rb") as file:
            assert tomllib.load(file)["problem"] == f"file:{'../' if place else './'}%E9%20%E8.toml"
        answer = sgdb("check", place + b"answers-\xe9.toml", "--json")
        assert answer.status == 0
        assert json.loads(answer.out)["right"]

    def test_the_folder_of_scores_and_sheets(self, odd: Path) -> None:
        write(b"\xe9.toml", PROBLEM)
        folder = odd / os.fsdecode(b"data-\xe9")
        problem = core.load_problem(os.fsdecode(b"\xe9.toml"))
        score = Score(problem.name, 7, "2026-01-01T00:00:00+00:00", 60.0, 1.0, 2, 0, 0)
        assert keep_score(score, folder) == ""
        assert load_scores(folder) == ([score], "")
        assert keep_progress(Exercise(problem, 7), 12.0, folder) == ""
        assert resume(Exercise(problem, 7), folder) == 12.0
