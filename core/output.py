"""Writing a file, all of it or nothing, or saying in words beforehand why that cannot be."""

from __future__ import annotations

import os
from collections.abc import Iterable


def unwritable(path: str, source: str = "") -> str | None:
    """Why nothing could be written to `path`, or None where it could; `source` is a file that is to stay as it is."""
    try:
        if os.path.isdir(path):
            return "expected a file, found a folder"
        if os.path.exists(path):
            if not os.path.isfile(path):
                return "expected a file, found a device or a pipe"
            if os.path.exists(source) and os.path.samefile(path, source):
                return "this is the problem's own file"
            if not os.access(path, os.W_OK):
                return "the file is read-only"
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
