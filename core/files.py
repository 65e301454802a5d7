"""Files read and written, whole or not at all, or the reason in words."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from core.errors import ProblemError
from core.text import clean

MIB = 2**20


def read_bytes(path: Path, limit: int) -> bytes:
    """The contents of a regular file of 1 to `limit` bytes. Raises ProblemError."""
    source = clean(str(path))
    try:
        status = path.stat()
        mode, size, data = status.st_mode, status.st_size, b""
        if stat.S_ISREG(mode) and size <= limit:
            with path.open("rb") as file:
                data = file.read(limit + 1)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise ProblemError(
            source, ["there is no such file" if missing else f"cannot be read: {error.strerror}"]
        ) from None
    except ValueError:  # a path with a NUL character
        raise ProblemError(source, ["there is no such file"]) from None
    if not stat.S_ISREG(mode):
        found = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
        raise ProblemError(source, [f"expected a file, found {found}"])
    if max(size, len(data)) > limit:
        raise ProblemError(source, [f"the file is too large: expected at most {limit // MIB} MiB"])
    if not data:
        raise ProblemError(source, ["the file is empty"])
    return data


def decode(path: Path, data: bytes) -> str:
    """UTF-8 text with or without a byte-order mark. Raises ProblemError."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ProblemError(
            clean(str(path)), [f"line {line}: expected UTF-8 text, found the byte 0x{data[error.start]:02x}"]
        ) from None


def unwritable(path: str, kept: Iterable[str] = ()) -> str | None:
    """Why nothing could be written to `path`, or None where it could; the files `kept` are to stay as they are."""
    if not path:
        return "expected the name of a file"
    try:
        if os.path.isdir(path):
            return "expected a file, found a folder"
        if os.path.exists(path):
            if not os.path.isfile(path):
                return "expected a file, found a device or a pipe"
            if any(os.path.samefile(path, source) for source in kept if os.path.exists(source)):
                return "the problem was read from this file"
            if not os.access(path, os.W_OK):
                return "the file is read-only"
        folder = os.path.dirname(os.path.realpath(path))
        if not os.path.isdir(folder):
            return f"there is no folder {clean(os.path.dirname(path) or folder)}"
        with open(_temporary(path), "x"):
            os.unlink(_temporary(path))
    except OSError as error:
        return error.strerror
    except ValueError:  # a NUL character
        return "this is no file name"
    return None


def write_lines(path: str | os.PathLike[str], lines: Iterable[str]) -> None:
    """Write texts, each with its own line ends, into a file of another name first, which then takes the place. Raises
    OSError, and ValueError for what is no file name.
    """
    temporary = _temporary(path)
    try:
        with open(temporary, "x", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
        os.replace(temporary, os.path.realpath(path))
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def _temporary(path: str | os.PathLike[str]) -> str:
    return f"{os.path.realpath(path)}.{os.getpid()}.tmp"
