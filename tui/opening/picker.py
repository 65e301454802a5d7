"""The picker of a file, for the folders that a person goes through."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text
from textual_fspicker import FileOpen, Filters
from textual_fspicker.icons import Icons
from textual_fspicker.safe_tests import is_dir

from tui.base import BaseScreen
from tui.opening.opened import SUFFIXES

TITLE = "open a file · enter goes in · . shows hidden ones · esc leaves"


def _can_be_opened(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def _icon(path: str | Path) -> Text:
    """A mark of one column: an emoji takes one in some terminals and two in others."""
    return Text("▸" if is_dir(Path(path)) else " ")


class PickFileScreen(FileOpen, BaseScreen[Path | None]):
    """Shows folders, and in them the files that can be opened. Answers with a file, or None."""

    DEFAULT_CSS = """
    PickFileScreen Dialog { width: 100; max-width: 94%; height: 90%; border: round $primary; background: $surface; }
    PickFileScreen InputBar { padding: 0 1; }
    PickFileScreen InputBar Button { min-width: 10; }
    """

    def __init__(self, folder: Path) -> None:
        Icons.set_picker(_icon)
        filters = Filters(("problems", _can_be_opened), ("all files", lambda _: True))
        super().__init__(folder, TITLE, filters=filters)
