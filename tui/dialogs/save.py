"""The question: in which file is the session to be saved?"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label

from core.files import unwritable
from tui.base import BaseModal
from tui.format import plain

SUFFIX = ".session"


class SaveScreen(BaseModal[str | None]):
    """Asks for a file's name; one that is there already is taken when asked twice. Answers with the path, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, suggested: str, kept: Iterable[str]) -> None:
        """`kept` are files that must not be written over."""
        super().__init__()
        self._suggested, self._kept = suggested, kept
        self._confirmed = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Label("Save the session in the file")
            yield Input(self._suggested, select_on_focus=False)
            yield Label("", id="complaint", classes="complaint", markup=False)
            yield Label(
                "The branches, watches and bookmarks, where you are and what you see: a text that sgdb opens again.",
                classes="hint",
                markup=False,
            )

    def on_input_changed(self) -> None:
        self._complain("")
        self._confirmed = ""

    def on_input_submitted(self, event: Input.Submitted) -> None:
        path = os.path.expanduser(event.value.strip())
        if path and not path.endswith(SUFFIX):
            path += SUFFIX
        mistake = unwritable(path, self._kept)
        if mistake:
            self._complain(f"{path}: {mistake}." if path else "Expected a file's name.")
        elif os.path.exists(path) and self._confirmed != path:
            self._confirmed = path
            self._complain(f"{path} exists; press enter again to replace it.")
        else:
            self.dismiss(path)

    def _complain(self, text: str) -> None:
        self.query_one("#complaint", Label).update(plain(text))
