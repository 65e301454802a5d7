"""Autosave: the session of this process, saved by itself, and those that were left because their process was killed.

Each running session has a folder of its own in `sessions`, with the number of its process in its name, and a lock that
the system takes from a process that ends, however it ends: what nobody holds the lock of was left.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import IO, NamedTuple

from core.branches import Timelines
from core.errors import ProblemError
from core.saving.digests import Reached, reached
from core.saving.reader import read_session
from core.saving.text import write_session
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

    @property
    def text(self) -> str:
        """What it is, for an offer: "exercise-2 at step 41, 2 branches, saved on 2026-03-01 at 14:02"."""
        session = self.session
        counts = (
            (len(session.branches) - 1 and len(session.branches), "branch", "branches"),
            (len(session.watches), "watch", "watches"),
            (len(session.bookmarks), "bookmark", "bookmarks"),
        )
        parts = [f"{count} {one if count == 1 else more}" for count, one, more in counts if count]
        when = f"{datetime.fromtimestamp(self.time / 1e9):saved on %Y-%m-%d at %H:%M}"
        return ", ".join((f"{session.title} at step {session.cursor.step}", *parts, when))


class _Wanted(NamedTuple):
    """A session that is to be saved, as it was when that was asked for."""

    session: Session
    there: Reached
    saved_as: str


class Autosave:
    """Where the session of this process is saved by itself: below `folder`, sgdb's folder of state. There is nothing
    there until it is kept first. All of its methods are for one thread; it saves in another one.

    `failed` is told in words, in that other thread, what keeps a session from being saved, once for each reason; it
    must not wait for the first thread.
    """

    def __init__(self, folder: Path, failed: Callable[[str], object]) -> None:
        self._folder, self._failed = folder, failed
        self._place: Path | None = None
        self._lock: IO[bytes] | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._turn = Lock()  # over the two below
        self._wanted: _Wanted | None = None
        self._ended = False
        self._said = ""

    def offers(self) -> tuple[LeftSession, ...]:
        """The sessions that were left, the one that was saved last first. Those of running processes are not among
        them; what cannot be read is passed over, and stays.
        """
        try:
            places = [*(self._folder / FOLDER).iterdir()]
        except OSError:
            return ()
        found = []
        for place in places:
            with _held(place) as lock, suppress(ProblemError, OSError):
                if lock is None or not (place / FILE).exists():
                    _forget(place, lock)
                    continue
                time = (place / FILE).stat().st_mtime_ns
                saved = read_session(place / FILE)
                found.append(LeftSession(saved.session, saved.saved_as, time, place))
        return tuple(sorted(found, key=lambda left: -left.time))

    def take(self, left: LeftSession) -> bool:
        """Go on with a session that was left: it is kept where it is from now on, and what was kept before is gone.
        False where another process goes on with it, or has ended it.
        """
        lock = _claimed(left)
        if lock is None:
            return False
        self._end()
        self._place, self._lock = left.place, lock
        return True

    def drop(self, left: LeftSession) -> None:
        """Nobody wants to go on with a session that was left: nothing of it is left."""
        if (lock := _claimed(left)) is not None:
            _remove(left.place, lock)

    def keep(self, session: Session, timelines: Timelines, saved_as: str = "") -> None:
        """Save a session in place of the one before, as far as `timelines` have computed it by now; takes no time.
        Where one is still to be saved, this one is saved instead. `saved_as` is the file of a person's own that it
        belongs to.
        """
        with self._turn:
            if self._ended:
                return
            self._wanted = _Wanted(session, reached(session, timelines), saved_as)
        self._thread = self._thread or ThreadPoolExecutor(max_workers=1, thread_name_prefix="autosave")
        self._thread.submit(self._work)

    def wait(self) -> None:
        """Until what was kept is on the disk; for an end that somebody may not want, such as a signal."""
        if self._thread is not None:
            self._thread.submit(lambda: None).result()

    def done(self) -> None:
        """The session ends as somebody wants it to: nothing of it is left, and nothing is kept any more."""
        with self._turn:
            self._ended = True
        self._end()
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None

    def _end(self) -> None:
        with self._turn:
            self._wanted = None
        self.wait()
        if self._place is not None and self._lock is not None:
            _remove(self._place, self._lock)
        self._place = self._lock = None

    def _work(self) -> None:
        """Save what is wanted last, if that has not been done."""
        with self._turn:
            wanted, self._wanted = self._wanted, None
        if wanted is None:
            return
        mistake = self._mistake(wanted)
        if mistake not in ("", self._said):
            self._failed(mistake)
        self._said = mistake

    def _mistake(self, wanted: _Wanted) -> str:
        """What keeps a session from being saved; empty where it has been."""
        try:
            if self._place is None:
                self._place, self._lock = _begun(self._folder / FOLDER)
            write_session(wanted.session, self._place / FILE, wanted.there, wanted.saved_as)
        except OSError as error:
            return f"{self._folder}: {error.strerror or error}"
        except ProblemError as error:
            return str(error)
        return ""


def _begun(folder: Path) -> tuple[Path, IO[bytes]]:
    """A new folder for a session, and its lock, which is held. Raises OSError."""
    while True:
        place = folder / f"{os.getpid()}-{token_hex(4)}"
        place.mkdir(mode=0o700, parents=True)
        with suppress(FileNotFoundError):  # another process has found an empty folder, and removed it
            lock = open(place / LOCK, "xb")  # noqa: SIM115
            with suppress(OSError):  # a file system without locks: what is left there is not offered
                _hold(lock, wait=True)
            if (place / LOCK).exists():
                return place, lock
            lock.close()


def _claimed(left: LeftSession) -> IO[bytes] | None:
    """The lock of a session that was left; None where it is another process's, or is not what it was."""
    lock = _lock(left.place)
    if lock is not None:
        with suppress(OSError):
            if (left.place / FILE).stat().st_mtime_ns == left.time:
                return lock
        lock.close()
    return None


def _remove(place: Path, lock: IO[bytes]) -> None:
    with suppress(OSError):
        (place / FILE).unlink()  # nobody is offered it once it is gone
    lock.close()
    shutil.rmtree(place, ignore_errors=True)


def _forget(place: Path, lock: IO[bytes] | None) -> None:
    """Remove the folder of a process that was killed before it had saved anything."""
    if lock is None:
        with suppress(OSError):
            place.rmdir()  # fails where there is a lock, which somebody holds
    else:
        shutil.rmtree(place, ignore_errors=True)


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
