"""Help: the keys first, from the bindings themselves, then how to read what is on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from tui.base import BaseModal
from tui.keys import Group

TWO_COLUMNS = 118  # columns of the terminal from which groups stand in two columns


class HelpScreen(BaseModal[None]):
    """The keys of a screen, and how to read it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", "Close"),
    ]

    def __init__(self, keys: Sequence[Group], reading: Sequence[Group]) -> None:
        """`keys` are groups of keys and what they do, `reading` groups of marks and what they mean."""
        super().__init__()
        self._keys, self._reading = keys, reading

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = "sgdb: help"
            dialog.border_subtitle = "↑↓ scrolls · esc closes"
            for groups in (self._keys, self._reading):
                if self.app.size.width < TWO_COLUMNS:
                    yield from _drawn(groups)
                    continue
                with Horizontal(classes="columns"):
                    for column in _halves(groups):
                        with Vertical():
                            yield from _drawn(column)

    def on_mount(self) -> None:
        self.query_one("#dialog").focus()


def _drawn(groups: Sequence[Group]) -> Iterator[Static]:
    """Groups below each other, each under its title; what the keys mean begins at the same column in all of them."""
    widest = max((cell_len(keys) for _, entries in groups for keys, _ in entries), default=0)
    for title, entries in groups:
        table = Table.grid(padding=(0, 2, 0, 1))
        table.add_column(no_wrap=True, min_width=widest)
        table.add_column()
        for keys, meaning in entries:
            table.add_row(Text(keys, style="bold"), Text(meaning))
        whole = Table.grid()
        whole.add_row(Text(f"─ {title}", style="dim"))
        whole.add_row(table)
        yield Static(whole, classes="group")


def _halves(groups: Sequence[Group]) -> Iterator[Sequence[Group]]:
    """The groups in two columns of about the same length, in their order."""
    lengths = [len(entries) + 2 for _, entries in groups]
    cut = min(range(len(groups) + 1), key=lambda at: max(sum(lengths[:at]), sum(lengths[at:])))
    yield groups[:cut]
    yield groups[cut:]
