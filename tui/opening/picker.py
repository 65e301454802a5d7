"""The picker of a file, for the folders that a person goes through."""

from __future__ import annotations

from pathlib import Path

from textual_fspicker import FileOpen, Filters

from tui.base import BaseScreen
from tui.opening.opened import SUFFIXES


def _can_be_opened(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


class PickFileScreen(FileOpen, BaseScreen[Path | None]):
    """Shows folders, and in them the files that can be opened. Answers with a file, or None."""

    DEFAULT_CSS = """
    PickFileScreen Dialog { width: 90%; height: 90%; border: round $primary; background: $surface; }
    PickFileScreen InputBar { padding: 0 1; }
    """

    def __init__(self, folder: Path) -> None:
        filters = Filters((f"{' '.join(SUFFIXES)}", _can_be_opened), ("all files", lambda _: True))
        super().__init__(folder, "open a file: enter goes in, . shows hidden ones, esc leaves", filters=filters)
