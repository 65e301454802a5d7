"""Where practice keeps what it writes down."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def data_folder() -> Path:
    """The folder of sgdb's data: in $XDG_DATA_HOME, or where the platform keeps a program's data."""
    home = os.environ.get("XDG_DATA_HOME", "")
    if os.path.isabs(home):
        folder = Path(home)
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local"))
    elif sys.platform == "darwin":
        folder = Path(os.path.expanduser("~/Library/Application Support"))
    else:
        folder = Path(os.path.expanduser("~/.local/share"))
    return folder / "sgdb"
