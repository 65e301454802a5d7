"""Where sgdb saves scores and unfinished sheets."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

from core import ProblemError


def data_folder() -> Path:
    """The folder of sgdb's data: in $XDG_DATA_HOME if that is an absolute path, else where the platform has such
    folders. Raises ProblemError where there is none.
    """
    home = os.environ.get("XDG_DATA_HOME", "")
    if os.path.isabs(home):  # on Windows, too, where platformdirs does not look at it
        return Path(home) / "sgdb"
    try:
        return user_data_path("sgdb", appauthor=False)
    except RuntimeError:
        mistake = "there is no home folder to save them in; set XDG_DATA_HOME to a folder"
        raise ProblemError("scores and sheets", [mistake]) from None
