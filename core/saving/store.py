"""Sessions that are saved by themselves, and those that were left because their process was killed.

Each running session has a folder of its own in `sessions`, with the number of its process in its name, and a lock that
the system takes from a process that ends, however it ends: what nobody holds the lock of was left.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import IO

from core.branches import Timelines
from core.errors import ProblemError
from core.saving.reader import read_session
from core.saving.text import save_session
from core.session import Session

FOLDER, FILE, LOCK = "sessions", "autosaved.session", "lock"


@dataclass(frozen=True)
class LeftSession:
    """A session whose process ended before it could end it, and where that is.

    session    as it was saved last
    saved_as   the file of a person's own that it was opened from or saved to; "" for none
    time       when it was saved, in nanoseconds since the epoch
    """

    session: Session
    saved_as: str
    time: int
    place: Path


class Autosave:
    """Where the session of this process is saved by itself: below `folder`, sgdb's folder of data. There is nothing
    there until it is saved first.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._place: Path | None = None
        self._lock: IO[bytes] | None = None

    def save(self, session: Session, timelines: Timelines, saved_as: str = "") -> None:
        """Save a session in place of the one before. `saved_as` is the file of a person's own that it belongs to.
        Raises OSError and ProblemError, as `save_session` does.
        """
        if self._place is None:
            place = self._folder / FOLDER / f"{os.getpid()}-{token_hex(4)}"
            place.mkdir(parents=True)
            lock = open(place / LOCK, "xb")  # noqa: SIM115
            with suppress(OSError):  # a file system without locks: what is left there is not offered
                _hold(lock, wait=True)
            self._place, self._lock = place, lock
        save_session(session, self._place / FILE, timelines, saved_as)

    def close(self) -> None:
        """The session ends as somebody wants it to: nothing of it is left."""
        if self._place is None or self._lock is None:
            return
        with suppress(OSError):
            (self._place / FILE).unlink()  # nobody is offered it once it is gone
        self._lock.close()
        shutil.rmtree(self._place, ignore_errors=True)
        self._place = self._lock = None

    @classmethod
    def _taken(cls, place: Path, lock: IO[bytes]) -> Autosave:
        autosave = cls(place.parent.parent)
        autosave._place, autosave._lock = place, lock
        return autosave


def left_sessions(folder: Path) -> tuple[LeftSession, ...]:
    """The sessions below `folder`, sgdb's folder of data, that can be continued, the one that was saved last first.
    What cannot be read is passed over, and stays.
    """
    try:
        places = [*(folder / FOLDER).iterdir()]
    except OSError:
        return ()
    found = []
    for place in places:
        with _held(place) as lock, suppress(ProblemError, OSError):
            if lock is not None:
                time = (place / FILE).stat().st_mtime_ns
                saved = read_session(place / FILE)
                found.append(LeftSession(saved.session, saved.saved_as, time, place))
    return tuple(sorted(found, key=lambda left: -left.time))


def claim(left: LeftSession) -> Autosave | None:
    """Go on with a session that was left: where it is saved by itself from now on. None where another process goes on
    with it, or has ended it.
    """
    lock = _lock(left.place)
    if lock is None:
        return None
    try:
        if (left.place / FILE).stat().st_mtime_ns == left.time:
            return Autosave._taken(left.place, lock)
    except OSError:
        pass
    lock.close()
    return None


@contextmanager
def _held(place: Path) -> Iterator[IO[bytes] | None]:
    lock = _lock(place)
    try:
        yield lock
    finally:
        if lock is not None:
            lock.close()


def _lock(place: Path) -> IO[bytes] | None:
    """The lock of a folder, held until it is closed; None where a process holds it, or there is none."""
    try:
        lock = open(place / LOCK, "r+b")  # noqa: SIM115
    except OSError:
        return None
    try:
        _hold(lock, wait=False)
    except OSError:
        lock.close()
        return None
    return lock


def _hold(lock: IO[bytes], wait: bool) -> None:
    """Hold a lock. Raises OSError where another process does and this one is not to `wait`, or there are no locks."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
