"""The problems that were opened last."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core import Source, recent_sources, remember_source
from core.saving.recent import MOST

DATA = Source("/data/a.csv", (("hidden", (8.0, 8.0)), ("standardize", True), ("target", "price")))


def sources(folder: Path) -> list[Source]:
    return [one.source for one in recent_sources(folder)]


def remember(folder: Path, *found: Source) -> None:
    """Each a second after the one before."""
    for source in found:
        known = {one.place for one in recent_sources(folder)}
        latest = max((one.time for one in recent_sources(folder)), default=0)
        remember_source(folder, source)
        for one in recent_sources(folder):
            if one.source == source or one.place not in known:
                os.utime(one.place, ns=(latest + 10**9, latest + 10**9))


@pytest.mark.parametrize(
    "source",
    [
        DATA,
        Source("exercise-2", (("in-order", True), ("lr", "0.1"))),
        Source("exercise-2", (), 7),
        Source("/odd/caf\udce9 \x1b.csv"),
        Source("/saved/mine.session"),
    ],
)
def test_a_source_is_what_it_was(source: Source, tmp_path: Path) -> None:
    remember_source(tmp_path, source)
    assert sources(tmp_path) == [source]


def test_the_last_one_is_first_and_none_is_there_twice(tmp_path: Path) -> None:
    a, b, c = (Source(f"/{name}.csv") for name in "abc")
    remember(tmp_path, a, b, c, a)
    assert sources(tmp_path) == [a, c, b]


def test_the_oldest_make_room(tmp_path: Path) -> None:
    many = [Source(f"/{k}.csv") for k in range(MOST + 3)]
    remember(tmp_path, *many)
    assert sources(tmp_path) == many[: -MOST - 1 : -1]


def test_the_last_one_stays_whatever_the_clock_says(tmp_path: Path) -> None:
    for k in range(MOST + 5):
        remember_source(tmp_path, Source(f"/{99 - k}.csv"))
        for one in recent_sources(tmp_path):
            os.utime(one.place, ns=(2**62, 2**62))  # the clock was wrong: they are from the future
    last = Source("/0.csv")
    remember_source(tmp_path, last)
    assert last in sources(tmp_path)
    assert len(sources(tmp_path)) == MOST


@pytest.mark.parametrize(
    "damage",
    [b"", b"\xff\xfe", b"problem = 3", b"problem", b'problem = "a"\n[options]\nx = 1', b"x" * 99_999],
    ids=["empty", "bytes", "no text", "no TOML", "no option", "large"],
)
def test_a_damaged_entry_is_passed_over(damage: bytes, tmp_path: Path) -> None:
    remember_source(tmp_path, Source("/a.csv"))
    (tmp_path / "recent" / "bad.toml").write_bytes(damage)
    (tmp_path / "recent" / "folder.toml").mkdir()
    assert sources(tmp_path) == [Source("/a.csv")]
    remember_source(tmp_path, DATA)
    assert set(sources(tmp_path)) == {Source("/a.csv"), DATA}


def test_without_a_folder_there_is_nothing(tmp_path: Path) -> None:
    assert not recent_sources(tmp_path / "nowhere")
    file = tmp_path / "file"
    file.write_text("")
    assert not recent_sources(file)
    with pytest.raises(NotADirectoryError):
        remember_source(file, DATA)


def test_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    program = "\n".join(
        (
            "import sys, core, pathlib",
            "for k in range(4):",
            "    core.remember_source(pathlib.Path(sys.argv[1]), core.Source(f'/{sys.argv[2]}-{k}.csv'))",
        )
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), str(k)]) for k in range(2)]
    assert [process.wait() for process in running] == [0, 0]
    assert set(sources(tmp_path)) == {Source(f"/{p}-{k}.csv") for p in range(2) for k in range(4)}
