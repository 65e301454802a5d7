"""Files read and written, whole or not at all, or the reason in words."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from errno import EACCES, EEXIST, EINVAL, ENOTSUP
from pathlib import Path

from core.errors import ProblemError
from core.text import clean
from core.text import legible as legible

MIB = 2**20
URI = "file:"


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
        raise ProblemError(source, [_not_regular(mode)])
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
    from tempfile import TemporaryFile

    if not path:
        return "expected the name of a file"
    try:
        _refuse_to_replace(path)
        if os.path.exists(path) and any(os.path.samefile(path, file) for file in kept if os.path.exists(file)):
            return "the problem was read from this file"
        target = os.path.realpath(path)
        folder = os.path.dirname(target)
        if not os.path.isdir(folder):
            return f"there is no folder {clean(os.path.dirname(path) or folder)}"
        with suppress(FileNotFoundError):
            os.lstat(target)  # fails for a name that is too long
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return error.strerror
    except ValueError:  # a NUL character
        return "this is not a file name"
    return None


def write_lines(path: str | os.PathLike[str], lines: Iterable[str]) -> None:
    """Write texts, each with its own line ends, to a temporary file, which replaces `path` when all of it is on the
    disk; once this returns, it stays so after a crash of the machine. A file that is replaced keeps its permissions.
    Raises OSError, also for what is no regular file, or is read-only; and ValueError for what is no file name.
    """
    from tempfile import TemporaryDirectory

    target = os.path.realpath(path)
    _refuse_to_replace(target)
    # A file in a private folder, not `NamedTemporaryFile`: its name is as hard to guess, and a new file gets the
    # permissions that the umask leaves, not the owner's alone.
    with TemporaryDirectory(dir=os.path.dirname(target), prefix=".sgdb-", ignore_cleanup_errors=True) as folder:
        temporary = os.path.join(folder, "file")
        with open(temporary, "x", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            os.chmod(temporary, stat.S_IMODE(os.stat(target).st_mode))
        os.replace(temporary, target)
    _settle(os.path.dirname(target))


def _refuse_to_replace(path: str) -> None:
    """Raise OSError for what is there and is not to be replaced: a folder, a device, a pipe, a read-only file."""
    try:
        mode = os.stat(path).st_mode
    except OSError:  # nothing is there, or it is out of reach
        return
    if not stat.S_ISREG(mode):
        raise OSError(EEXIST, _not_regular(mode), path)
    if not os.access(path, os.W_OK):
        raise OSError(EACCES, "the file is read-only", path)


def _not_regular(mode: int) -> str:
    return f"expected a file, found {'a folder' if stat.S_ISDIR(mode) else 'a device or a pipe'}"


def _settle(folder: str) -> None:
    """Have the names in a folder on the disk, where the system can do that."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folder, and this one need not be readable
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (EINVAL, ENOTSUP):  # not every file system does that for a folder
            raise
    finally:
        os.close(descriptor)


def spelled(path: str) -> str:
    """A path as a text names it: as it is, or as a file: URI where it has bytes that are not UTF-8, or characters that
    are not shown.
    """
    if clean(path) == path and not path.startswith(URI):
        return path
    from urllib.parse import quote

    return URI + quote(os.fsencode(path))


def path_in(text: str) -> str:
    """The path that `spelled` has written, or that a person has."""
    if not text.startswith(URI):
        return text
    from urllib.parse import unquote_to_bytes

    return os.fsdecode(unquote_to_bytes(text.removeprefix(URI)))
