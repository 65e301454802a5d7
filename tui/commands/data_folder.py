"""Where sgdb saves scores, unfinished sheets, and sessions that were not ended."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_data_path, user_state_path

from core import ProblemError


def data_folder() -> Path:
    """The folder of sgdb's data: in $XDG_DATA_HOME if that is an absolute path, else where the platform has such
    folders. Raises ProblemError where there is none.
    """
    return _folder("XDG_DATA_HOME", user_data_path, "scores and sheets")


def state_folder() -> Path:
    """The folder of what is saved by itself, likewise: in $XDG_STATE_HOME."""
    return _folder("XDG_STATE_HOME", user_state_path, "unfinished sessions")


def _folder(variable: str, usual: Callable[..., Path], what: str) -> Path:
    home = os.environ.get(variable, "")
    if os.path.isabs(home):  # on Windows, too, where platformdirs does not look at it
        return Path(home) / "sgdb"
    try:
        return usual("sgdb", appauthor=False)
    except RuntimeError:
        mistake = f"there is no home folder to save them in; set {variable} to a folder"
        raise ProblemError(what, [mistake]) from None
