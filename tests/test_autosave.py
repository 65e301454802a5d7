"""Sessions that are saved by themselves, and found after a kill."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

import core
from core import Autosave, Edit, Session, Timelines
from core.saving import store

ROOT = Path(__file__).parent.parent
KILLS = 25
RUNNING = """
import sys
from pathlib import Path
import core
problem = core.load_problem("xor", {"lr": "0.3"})
session, timelines = core.Session.of(problem), core.Timelines(problem)
timelines[session.looked_at.branch].advance(12)
autosave = core.Autosave(Path(sys.argv[1]), print)
autosave.keep(session.add_bookmark(3, "here"), timelines, sys.argv[2])
autosave.wait()
print("kept", flush=True)
if input() == "done":
    autosave.done()
"""


def begun() -> tuple[Session, Timelines]:
    problem = core.load_problem("exercise-2")
    return Session.of(problem), Timelines(problem)


def autosave_in(folder: Path) -> Autosave:
    said: list[str] = []
    autosave = Autosave(folder, said.append)
    assert said == []
    return autosave


@contextmanager
def running(folder: Path, saved_as: str = "") -> Iterator[subprocess.Popen[str]]:
    """Another sgdb that has kept a session."""
    command = [sys.executable, "-c", RUNNING, str(folder), saved_as]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "kept\n"
        yield process
        process.kill()


def folders(folder: Path) -> list[Path]:
    return [*(folder / "sessions").iterdir()]


def test_a_session_is_offered_once_its_process_was_killed_and_no_sooner(tmp_path: Path) -> None:
    autosave = autosave_in(tmp_path)
    assert autosave.offers() == ()
    with running(tmp_path, str(tmp_path / "my.session")) as process:
        assert autosave.offers() == ()
        assert len(folders(tmp_path)) == 1
        process.kill()
        process.wait()
        (left,) = autosave.offers()
    assert left.session.bookmarks == (core.Bookmark("main", 3, "here"),)
    assert left.session.looked_at.steps == 12
    assert left.saved_as == str(tmp_path / "my.session")
    assert left.text.startswith("xor at step 0, 1 bookmark, saved on 20")
    replay = core.Replay(left.session, Timelines())
    assert replay.go() == 0
    assert replay.differences == ()


def test_a_session_that_is_ended_is_not_offered(tmp_path: Path) -> None:
    with running(tmp_path) as process:
        process.communicate("done\n")
    assert process.returncode == 0
    assert folders(tmp_path) == []


def test_a_session_that_is_only_left_is_offered(tmp_path: Path) -> None:
    with running(tmp_path) as process:
        process.communicate("leave\n")
    assert len(autosave_in(tmp_path).offers()) == 1


def test_who_goes_on_with_a_session_has_it_alone(tmp_path: Path) -> None:
    with running(tmp_path):
        pass
    one, two = autosave_in(tmp_path), autosave_in(tmp_path)
    (left,) = one.offers()
    assert two.offers() == (left,)
    session, timelines = begun()
    one.keep(session, timelines)
    assert one.take(left)
    assert two.offers() == ()
    assert not two.take(left)
    two.drop(left)
    assert folders(tmp_path) == [left.place]  # what was kept before is gone
    one.keep(left.session.add_bookmark(9), Timelines())
    one.wait()
    assert len(core.load_session(left.place / "autosaved.session").bookmarks) == 2
    one.done()
    assert folders(tmp_path) == []
    assert not two.take(left)


def test_what_somebody_else_has_gone_on_with_since_is_neither_taken_nor_dropped(tmp_path: Path) -> None:
    with running(tmp_path):
        pass
    autosave = autosave_in(tmp_path)
    (left,) = autosave.offers()
    os.utime(left.place / "autosaved.session", ns=(left.time + 1, left.time + 1))
    assert not autosave.take(left)
    autosave.drop(left)
    (later,) = autosave.offers()
    assert later.time == left.time + 1


def test_a_session_that_nobody_wants_is_dropped(tmp_path: Path) -> None:
    with running(tmp_path):
        pass
    autosave = autosave_in(tmp_path)
    autosave.drop(*autosave.offers())
    assert autosave.offers() == ()
    assert folders(tmp_path) == []


def test_the_last_of_many_is_saved_and_nobody_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[int] = []
    begun_once, may_go_on = Event(), Event()
    write = store.write_session

    def slow(session: Session, *rest: object) -> None:
        begun_once.set()
        assert may_go_on.wait(60)
        saved.append(session.cursor.step)
        write(session, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "write_session", slow)
    autosave = autosave_in(tmp_path)
    session, timelines = begun()
    at = [core.Session(session.branches, cursor=core.Cursor("main", step)) for step in range(100)]
    autosave.keep(at[0], timelines)
    assert begun_once.wait(60)
    for later in at[1:]:
        autosave.keep(later, timelines)
    assert saved == []
    may_go_on.set()
    autosave.wait()
    assert saved == [0, 99]
    autosave.done()
    autosave.keep(at[1], timelines)
    autosave.wait()
    assert saved == [0, 99]
    assert folders(tmp_path) == []


def test_what_is_saved_is_as_far_as_it_was_when_it_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_go_on, write = Event(), store.write_session

    def slow(*arguments: object) -> None:
        assert may_go_on.wait(60)
        write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "write_session", slow)
    autosave = autosave_in(tmp_path)
    session, timelines = begun()
    session = session.fork(Edit(5, "alpha", (), 0.1))
    run = timelines[session.looked_at.branch]
    run.advance(15)
    autosave.keep(session, timelines)
    run.advance(4000)
    timelines.keep_only([session.named("main").branch])
    may_go_on.set()
    autosave.wait()
    (place,) = folders(tmp_path)
    again = core.load_session(place / "autosaved.session")
    assert [named.steps for named in again.branches] == [5, 20]
    replay = core.Replay(again, Timelines())
    replay.go()
    assert replay.differences == ()
    autosave.done()


def test_what_keeps_a_session_from_being_saved_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "sessions").write_text("in the way")
    said: list[str] = []
    autosave = Autosave(tmp_path, said.append)
    session, timelines = begun()
    for _ in range(3):
        autosave.keep(session, timelines)
        autosave.wait()
    assert len(said) == 1
    assert said[0].startswith(f"{tmp_path}: ")
    (tmp_path / "sessions").unlink()
    autosave.keep(session, timelines)
    autosave.wait()
    assert len(folders(tmp_path)) == len(said) == 1
    autosave.done()
    assert autosave_in(tmp_path / "none" / "such").offers() == ()


def test_a_problem_made_in_python_is_told_and_nothing_is_kept(tmp_path: Path) -> None:
    problem = core.Problem("own", [[1.0]], [[1.0]], core.Network([core.Layer(weights=[[1.0]])]))
    said: list[str] = []
    autosave = Autosave(tmp_path, said.append)
    autosave.keep(Session.of(problem), Timelines(problem))
    autosave.done()
    assert said == ["own: this problem was made in Python; a session is saved of a built-in problem or a file"]
    assert autosave.offers() == ()


def test_what_was_killed_before_its_first_save_is_forgotten_and_what_cannot_be_read_stays(tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    for name in ("1-empty", "2-locked", "3-newer"):
        (sessions / name).mkdir(parents=True)
    for name in ("2-locked", "3-newer"):
        (sessions / name / "lock").touch()
    (sessions / "3-newer" / "autosaved.session").write_text("version = 9\nproblem = 'xor'\n")
    (sessions / "a file").touch()
    assert autosave_in(tmp_path).offers() == ()
    assert sorted(path.name for path in sessions.iterdir()) == ["3-newer", "a file"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked to be killed")
def test_a_whole_session_is_found_after_every_kill() -> None:
    program = f"from killed_saves import kills; print(*(n for found in kills({KILLS}, seed=0) for n in found))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    numbers = [*map(int, run.stdout.split())]
    assert len(numbers) == 3 * KILLS
    for sure, left, own in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True):
        assert left >= sure > 0
        assert own >= sure
