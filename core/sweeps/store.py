"""SweepFile: the results of a sweep in a SQLite file."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.errors import ProblemError
from core.machine import Fingerprint
from core.problem import Problem
from core.sweeps.run import Result, Run
from core.text import clean

VERSION = 1
APPLICATION = 0x73676462  # "sgdb", in the header of the file
PAGE = 16384  # bytes: a result with its curve takes 2.4 KB of them, of pages of 4 KiB 4.2
WAIT = 30.0  # seconds for another process that is writing
SCHEMA = """
CREATE TABLE heading (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE machines (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE);
CREATE TABLE results (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, last INTEGER NOT NULL, loss REAL, accuracy REAL, rmse REAL,
    test_loss REAL, test_accuracy REAL, test_rmse REAL, outcome TEXT NOT NULL, step INTEGER NOT NULL,
    reason TEXT NOT NULL, machine INTEGER NOT NULL REFERENCES machines (id)
);
CREATE TABLE curves (id INTEGER PRIMARY KEY REFERENCES results (id), losses BLOB NOT NULL)
"""
STAMPS = f"PRAGMA application_id = {APPLICATION}", f"PRAGMA user_version = {VERSION}"
OTHER = "expected a file that sgdb sweep has written"
DAMAGED = "cannot be read: it is damaged, or another program has changed it"
COLUMNS = "id, run, last, loss, accuracy, rmse, test_loss, test_accuracy, test_rmse, outcome, step, reason, machine"
NOTHING: Array = np.empty(0)


class Heading(NamedTuple):
    """What a sweep is of.

    problem   the name of the source that its runs share
    digest    of the files that the problem was read from
    planned   how many runs it is to have, all told; 0 where nobody has said
    """

    problem: str
    digest: str
    planned: int = 0


class SweepFile:
    """The results of a sweep, in a file that other processes may read meanwhile. Each result is there as a whole or not
    at all, whatever ends the process or the machine. What reads raises ProblemError where the file is damaged; what
    writes OSError where that cannot be, on a full disk for example.
    """

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self.path, self._connection = path, connection
        self._machines: dict[int, Fingerprint] = {}

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> SweepFile:
        """One that is there. Raises ProblemError where it is no such file."""
        name = os.fspath(path)
        if not os.path.isfile(name):
            raise ProblemError(clean(name), ["there is no such file"])
        connection, stamps = _connected(name, "read")
        if stamps == (APPLICATION, VERSION):
            return cls(connection, name)
        connection.close()
        other = f"expected version {VERSION} of this kind of file, found {stamps[1]}"
        raise ProblemError(clean(name), [other if stamps[0] == APPLICATION else OTHER])

    @classmethod
    def create(cls, path: str | os.PathLike[str], problem: Problem) -> SweepFile:
        """One for the runs of a problem: a new one, or one that is there and is of the same problem. Raises
        ProblemError where it is of another one, or cannot be written.
        """
        name = os.fspath(path)
        assert problem.source is not None
        heading = Heading(problem.source.name, digest_of(problem))
        connection, _ = _connected(name, "written")
        try:
            cls(connection, name)._begin(heading)
        except (sqlite3.Error, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else f"cannot be written: {error}"
            raise ProblemError(clean(name), [str(reason)]) from None
        finally:
            connection.close()
        file = cls.open(name)
        found, mistake = file.heading, ""
        if found.problem != heading.problem:
            mistake = f"it has runs of {clean(found.problem)}; expected another file for {clean(heading.problem)}"
        elif found.digest != heading.digest:
            mistake = f"{clean(heading.problem)} has changed since its runs were made; expected another file"
        if mistake:
            file.close()
            raise ProblemError(clean(name), [mistake])
        return file

    def __enter__(self) -> SweepFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def __len__(self) -> int:
        """How many results there are now."""
        with self._reading():
            (count,) = self._connection.execute("SELECT count(*) FROM results").fetchone()
            return int(count)

    @property
    def heading(self) -> Heading:
        """What it is of."""
        with self._reading():
            found = dict(self._connection.execute("SELECT name, value FROM heading"))
            return Heading(found["problem"], found["digest"], int(found["planned"]))

    def is_of(self, problem: Problem) -> bool:
        """Whether the files that the problem was read from are still those of its runs."""
        return digest_of(problem) == self.heading.digest

    def plan(self, runs: int) -> None:
        """Note how many runs it is to have, all told."""
        if self.heading.planned != runs:  # a file that has all of them may be read-only
            with self._writing():
                self._set({"planned": runs})

    def keys(self) -> set[str]:
        """The keys of the runs whose results are there."""
        with self._reading():
            return {key for (key,) in self._connection.execute("SELECT run FROM results")}

    def add(self, results: Sequence[Result]) -> None:
        """Add results in one transaction; of a run that is there already, the one before stays."""
        with self._writing() as connection:
            for result in results:
                machine = self._machine_id(result.fingerprint)
                values = (result.run.key, result.last, *_figures(result), result.outcome, result.step, result.reason)
                cursor = connection.execute(
                    f"INSERT OR IGNORE INTO results ({COLUMNS}) VALUES (NULL{', ?' * 12})", (*values, machine)
                )
                if cursor.rowcount:
                    data = np.ascontiguousarray(result.curve, "<f8").tobytes()
                    connection.execute("INSERT INTO curves VALUES (?, ?)", (cursor.lastrowid, data))

    def results(self, after: int = 0) -> Iterator[tuple[int, Result]]:
        """The results that came after the one with the number `after`, each with its number and without its curve."""
        query = f"SELECT {COLUMNS} FROM results WHERE id > ? ORDER BY id"
        nan = float("nan")
        with self._reading():
            for row in self._connection.execute(query, (after,)):
                number, key, last, loss, accuracy, rmse, test_loss, test_accuracy, test_rmse, *rest = row
                outcome, step, reason, machine = rest
                result = Result(
                    run=Run.of_key(key),
                    last=last,
                    loss=nan if loss is None else loss,
                    accuracy=accuracy,
                    rmse=rmse,
                    test_loss=test_loss,
                    test_accuracy=test_accuracy,
                    test_rmse=test_rmse,
                    outcome=outcome,
                    step=step,
                    reason=reason,
                    curve=NOTHING,
                    fingerprint=self._machine(machine),
                )
                yield number, result

    def curve(self, number: int) -> Array:
        """The thinned losses of the run with a number; none where it had no step."""
        with self._reading():
            found = self._connection.execute("SELECT losses FROM curves WHERE id = ?", (number,)).fetchone()
            return NOTHING if found is None else np.frombuffer(found[0], "<f8")

    def whole_results(self) -> Iterator[Result]:
        """The results with their curves, in the order in which they came."""
        for number, result in self.results():
            yield replace(result, curve=self.curve(number))

    def _begin(self, heading: Heading) -> None:
        """Make the tables, where there is nothing yet."""
        connection = self._connection
        if _tables(connection):
            return
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute("PRAGMA journal_mode = WAL")  # the file keeps this
        with self._writing():
            if not _tables(connection):  # nobody was quicker
                for statement in (*SCHEMA.split(";"), *STAMPS):
                    connection.execute(statement)
                self._set(heading._asdict())

    def _set(self, values: Mapping[str, object]) -> None:
        rows = [(name, str(value)) for name, value in values.items()]
        self._connection.executemany("INSERT OR REPLACE INTO heading VALUES (?, ?)", rows)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all that is written meanwhile, or nothing."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if not _is_of_the_file(error):
                raise
            raise OSError(errno.EIO, f"cannot be written: {error}", self.path) from None
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Whatever is wrong with what is read is told as a ProblemError."""
        try:
            yield
        except sqlite3.Error as error:
            if not _is_of_the_file(error):
                raise
            raise ProblemError(clean(self.path), [f"cannot be read: {error}"]) from None
        except (LookupError, TypeError, ValueError):
            raise ProblemError(clean(self.path), [DAMAGED]) from None

    def _machine_id(self, machine: Fingerprint) -> int:
        for number, known in self._machines.items():
            if known == machine:
                return number
        text = json.dumps(machine)
        self._connection.execute("INSERT OR IGNORE INTO machines (fingerprint) VALUES (?)", (text,))
        (number,) = self._connection.execute("SELECT id FROM machines WHERE fingerprint = ?", (text,)).fetchone()
        return int(number)

    def _machine(self, number: int) -> Fingerprint:
        if number not in self._machines:
            query = "SELECT fingerprint FROM machines WHERE id = ?"
            (text,) = self._connection.execute(query, (number,)).fetchone()
            self._machines[number] = Fingerprint(*json.loads(text))
        return self._machines[number]


def _figures(result: Result) -> tuple[float | None, ...]:
    return (
        result.loss,
        result.accuracy,
        result.rmse,
        result.test_loss,
        result.test_accuracy,
        result.test_rmse,
    )


def _connected(name: str, wish: str) -> tuple[sqlite3.Connection, tuple[int, int]]:
    """A connection with a file, and what that is stamped as: the application and the version. Raises ProblemError where
    it is none of SQLite's or cannot be `wish`.
    """
    try:
        address = Path(name).absolute().as_uri() + "?immutable=1" * (wish == "read" and _is_still(name))
        connection = sqlite3.connect(address, timeout=WAIT, isolation_level=None, uri=True)
        connection.execute("PRAGMA synchronous = NORMAL")  # after a crash of the machine the last chunks may be missing
        (application,), (version,) = (
            connection.execute(f"PRAGMA {stamp}").fetchone() for stamp in ("application_id", "user_version")
        )
    except sqlite3.Error as error:
        mistake = OTHER if "not a database" in str(error) else f"cannot be {wish}: {error}"
        raise ProblemError(clean(name), [mistake]) from None
    return connection, (application, version)


def _is_still(name: str) -> bool:
    """Whether nobody can write a file now: SQLite would make others next to it, but cannot."""
    return not os.access(os.path.dirname(name) or os.curdir, os.W_OK) and not os.path.exists(f"{name}-wal")


def _is_of_the_file(error: sqlite3.Error) -> bool:
    """Whether an error is one of the file or the disk, not of the program."""
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError


def _tables(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return int(count)


def digest_of(problem: Problem) -> str:
    """Of the files that a problem was read from."""
    found = sha256()
    for path in problem.files:
        with open(path, "rb") as file:
            found.update(sha256(file.read()).digest())
    return found.hexdigest()
