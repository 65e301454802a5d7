"""Processes that save a session over and over, and are killed at any moment: afterwards the last session that was on
the disk, or a later one, is found whole, in a person's own file as well as among those that were left.

`python tests/killed_saves.py 1000` kills a thousand. Processes are forked, so that one costs no start of Python.
"""

from __future__ import annotations

import os
import random
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import core
from core import Autosave, Session, Timelines

LATEST = 0.02  # seconds after the first save at which a process is killed
WORD = 8  # bytes of a number in the pipe


def numbered(session: Session, number: int) -> Session:
    """A session that has its number in several places, and grows and shrinks with it."""
    marks = tuple(core.Bookmark("main", step, f"note {number} " * (number % 7)) for step in range(number % 5))
    return Session(session.branches, (core.SavedWatch(f"loss < {number}"),), marks)


def number_of(session: Session) -> int:
    """The number of a session that is as it was made."""
    number = int(session.watches[0].text.removeprefix("loss < "))
    assert session == numbered(session, number), session
    return number


def fail(mistake: str) -> None:
    raise AssertionError(mistake)


def save_on(folder: Path, file: Path, pipe: int) -> None:
    """Save for ever, and tell each number that is on the disk."""
    problem = core.load_problem("exercise-2")
    session, timelines = Session.of(problem), Timelines(problem)
    autosave, number = Autosave(folder, fail), 0
    while True:
        number += 1
        autosave.keep(numbered(session, number), timelines, str(file))
        if number % 3:
            core.save_session(numbered(session, number), file, timelines)
            autosave.wait()
            os.write(pipe, number.to_bytes(WORD, "little"))


def killed(folder: Path, file: Path, after: float) -> int:
    """Kill a process so many seconds after its first save; returns the last number that was on the disk."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            save_on(folder, file, writing)
        finally:
            os._exit(1)
    os.close(writing)
    told = os.read(reading, WORD)
    select.select([], [], [], after)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    while part := os.read(reading, 4096):
        told += part
    os.close(reading)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    return int.from_bytes(told[len(told) // WORD * WORD - WORD :][:WORD], "little")


def kills(count: int, seed: int) -> Iterator[tuple[int, int, int]]:
    """Kill so many; yields the number that was on the disk for sure, those of the session that was left, and of the
    file.
    """
    draw = random.Random(seed)
    with TemporaryDirectory() as name:
        folder, file = Path(name, "state"), Path(name, "own.session")
        for _ in range(count):
            sure = killed(folder, file, draw.uniform(0, LATEST))
            autosave = Autosave(folder, fail)
            (left,) = autosave.offers()
            assert left.saved_as == str(file)
            assert autosave.take(left)
            autosave.done()
            assert not [*(folder / "sessions").iterdir()]
            yield sure, number_of(left.session), number_of(core.load_session(file))


if __name__ == "__main__":
    wanted, done, later, most = int(sys.argv[1]), 0, 0, 0
    for sure, left, own in kills(wanted, seed=wanted):
        assert left >= sure, (sure, left)
        assert own >= sure, (sure, own)
        done, later, most = done + 1, later + (left > sure), max(most, sure)
    print(f"{done} kills, a whole session found each time; {later} in the middle of a save, {most} saves at most")
