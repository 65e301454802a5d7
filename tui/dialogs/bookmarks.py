"""The bookmarks: steps with a note."""

from __future__ import annotations

from typing import ClassVar, Protocol

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from core import Session
from tui.base import BaseModal
from tui.format import plain

HINT = "enter sets it · ↓ the list: enter goes there, delete removes · esc"


class Owner(Protocol):
    """Who has the bookmarks."""

    session: Session

    def decide(self, session: Session) -> None: ...


class BookmarksScreen(BaseModal["tuple[str, int] | None"]):
    """Sets a bookmark on a step of the branch looked at, lists and removes all. Answers with the branch's name and the
    step to go to, or None.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close"),
        Binding("down,tab", "others", "The others", priority=False),
        Binding("delete,backspace", "remove", "Remove"),
        Binding("q,b", "dismiss(None)", "Close"),
    ]

    def __init__(self, owner: Owner, step: int) -> None:
        super().__init__()
        self._owner, self._step = owner, step

    def compose(self) -> ComposeResult:
        session = self._owner.session
        remarks = session.remarks(session.cursor.branch, self._step)
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "bookmarks"
            is_new = "" if remarks else "; there is none yet"
            yield Label(f"The bookmark on step {self._step:,}{is_new}", markup=False)
            yield Input("".join(remarks), placeholder="a note, or nothing")
            yield OptionList(id="bookmarks")
            yield Label(HINT, classes="hint", markup=False)

    def on_mount(self) -> None:
        self._list(0)
        self.query_one(Input).focus()

    def _list(self, at: int) -> None:
        marks, listed = self._owner.session.bookmarks, self.query_one(OptionList)
        wide = max((len(f"{mark.step:,}") for mark in marks), default=0)
        several = len(self._owner.session.branches) > 1
        listed.clear_options()
        listed.add_options(
            Option(Text(f"step {mark.step:>{wide},}{f' of {plain(mark.branch)}' * several}   {plain(mark.note)}"))
            for mark in marks
        )
        listed.display = bool(marks)
        if marks:
            listed.highlighted = min(at, len(marks) - 1)
        else:
            self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._owner.decide(self._owner.session.add_bookmark(self._step, event.value))
        self.dismiss(None)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        mark = self._owner.session.bookmarks[event.option_index]
        self.dismiss((mark.branch, mark.step))

    def action_others(self) -> None:
        if self._owner.session.bookmarks:
            self.query_one(OptionList).focus()

    def action_remove(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None:
            mark = self._owner.session.bookmarks[at]
            self._owner.decide(self._owner.session.remove_bookmark(mark.branch, mark.step))
            self._list(at)
