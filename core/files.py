"""Reading a file, or saying in words why it cannot be read."""

from __future__ import annotations

import stat
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
