"""The list of branches: look at one, remove one, compare with one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from core import significant
from tui.base import BaseModal
from tui.format import plain

HINT = "enter looks at it · d what differs at this step · delete removes it · esc"


class BranchRow(NamedTuple):
    """A branch in the list: what it is called, how it came about, how many steps were computed, and the last loss."""

    name: str
    about: str
    steps: int
    loss: float | None


class BranchesScreen(BaseModal[tuple[str, str] | None]):
    """Shows the branches. Answers with what to do, "look", "compare" or "remove", and the branch's name, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,B", "dismiss(None)", "Close"),
        Binding("d", "answer('compare')", "Compare"),
        Binding("delete,backspace", "answer('remove')", "Remove"),
    ]

    def __init__(self, rows: Sequence[BranchRow], here: str, symbol: str) -> None:
        """`symbol` is that of the loss."""
        super().__init__()
        self._rows, self._here, self._symbol = rows, here, symbol

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "branches"
            yield OptionList(*(Option(self._drawn(row)) for row in self._rows))
            yield Label("", id="complaint", classes="complaint", markup=False)
            yield Label(HINT, classes="hint", markup=False)

    def on_mount(self) -> None:
        listed = self.query_one(OptionList)
        listed.highlighted = [row.name for row in self._rows].index(self._here)
        listed.focus()

    def _drawn(self, row: BranchRow) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(width=1)
        table.add_column(width=max(len(plain(known.name)) for known in self._rows), no_wrap=True)
        table.add_column(ratio=1)
        table.add_column(justify="right", no_wrap=True)
        loss = "" if row.loss is None else f", {self._symbol} {significant(row.loss, 4)}"
        steps = f"{row.steps:,} step{'s' * (row.steps != 1)}{loss}"
        mark = "●" if row.name == self._here else " "
        table.add_row(mark, Text(plain(row.name), style="bold"), Text(plain(row.about)), Text(steps))
        return table

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(("look", self._rows[event.option_index].name))

    def action_answer(self, wish: str) -> None:
        at = self.query_one(OptionList).highlighted
        if at is None:
            return
        name = self._rows[at].name
        if wish == "remove" and len(self._rows) == 1:
            self.query_one("#complaint", Label).update("The only branch stays.")
        elif wish == "compare" and name == self._here:
            self.query_one("#complaint", Label).update("You are looking at this one; D compares with another step.")
        else:
            self.dismiss((wish, name))
