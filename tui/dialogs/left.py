"""The offer to go on with sessions whose process was killed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from core import LeftSession
from tui.base import BaseModal
from tui.format import plain

HINT = "enter goes on with it · delete throws it away · esc not now"


class LeftScreen(BaseModal[LeftSession | None]):
    """Lists what was left. Answers with the session to go on with, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Not now"),
        Binding("delete,backspace", "drop", "Throw away"),
    ]

    def __init__(self, left: Sequence[LeftSession], drop: Callable[[LeftSession], object]) -> None:
        super().__init__()
        self._left, self._drop = list(left), drop

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "sgdb did not end as it should"
            yield Label("What was done then is saved. Go on with it?", markup=False)
            yield OptionList(*(Option(Text(plain(left.text))) for left in self._left))
            yield Label(HINT, classes="hint", markup=False)

    def on_mount(self) -> None:
        listed = self.query_one(OptionList)
        listed.highlighted = 0
        listed.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._left[event.option_index])

    def action_drop(self) -> None:
        listed = self.query_one(OptionList)
        at = listed.highlighted
        if at is None:
            return
        self._drop(self._left.pop(at))
        listed.remove_option_at_index(at)
        if not self._left:
            self.dismiss(None)
