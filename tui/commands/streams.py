"""The standard streams: always there, in Unicode, and with a memory of what could not be written."""

from __future__ import annotations

import os
import sys
from errno import EBADF
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

BROKEN_PIPE = 141
UNWRITTEN = 74  # EX_IOERR in sysexits.h
STDERR = 2


class _Output(FileIO):
    """What is written to it until a write fails; the rest is lost without an exception, so that nothing else fails, not
    even Python's own last flush.
    """

    failure: OSError | None = None

    def write(self, data: ReadableBuffer) -> int:
        if self.failure is None:
            try:
                return super().write(data)
            except OSError as error:
                self.failure = error
        return memoryview(data).nbytes


def open_streams() -> None:
    """Open those of stdin, stdout and stderr that the shell has closed, or a file that is opened later would take their
    place: a closed stdin is empty, a write to a closed stdout fails, a closed stderr takes everything. Let δ and ₁
    through: into a file or a pipe as UTF-8, on a terminal that has no such letters as question marks.
    """
    # In this order, because a new descriptor is the lowest that is free.
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: SIM115
    sys.stdout = _open(sys.stdout, sys.__stdout__, os.O_RDONLY)
    own = sys.stderr is sys.__stderr__  # a test may have put another one in its place
    sys.stderr = _open(sys.stderr, sys.__stderr__, os.O_WRONLY)
    # Textual 8.2.8 draws on this one, in a thread that a failed write ends; whoever writes then waits for it for ever.
    if own:
        sys.__stderr__ = sys.stderr  # type: ignore[misc, assignment]


def _open(stream: TextIO | None, original: TextIO | None, mode: int) -> TextIO:
    """The stream to be used in place of one of this process. A closed one becomes the null device, opened in a `mode`
    that takes what is written, or does not.
    """
    if stream is None:
        stream = _output(os.open(os.devnull, mode), "utf-8")
    elif stream is original and not (stream.isatty() and sys.platform == "win32"):  # a console there is no file
        stream = _output(stream.fileno(), stream.encoding)
    if isinstance(stream, TextIOWrapper):
        if stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    return stream


def _output(number: int, encoding: str) -> TextIOWrapper:
    raw = _Output(number, "w", closefd=False)
    by_line = number == STDERR or raw.isatty()
    return TextIOWrapper(BufferedWriter(raw), encoding, line_buffering=by_line)


def status_of_output(status: int) -> int:
    """The exit `status` of a command whose output has all arrived; else one that says so, after a complaint where there
    is somebody to read it.
    """
    sys.stdout.flush()
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    failure = raw.failure if isinstance(raw, _Output) else None
    if failure is None:
        return status
    if isinstance(failure, BrokenPipeError):
        return BROKEN_PIPE
    reason = "stdout is closed" if failure.errno == EBADF else failure.strerror
    print(f"sgdb: the output cannot be written: {reason}", file=sys.stderr)
    return UNWRITTEN
