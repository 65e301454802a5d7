"""The whole report on checked answers."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from core import CheckReport
from tui.base import BaseModal
from tui.commands.report_text import ReportText
from tui.format import plain


class ReportScreen(BaseModal[None]):
    """What was found of every number and every formula, in words."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,r", "dismiss", "Close"),
    ]

    def __init__(self, report: CheckReport) -> None:
        super().__init__()
        self._report = report

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = f"{plain(self._report.source)}: esc closes"
            for line in ReportText(self._report.shown, colours=True).lines():
                text = Text.from_ansi(line)
                indent = len(text.plain) - len(text.plain.lstrip())
                shown = Static(text[indent:])
                shown.styles.padding = (0, 0, 0, indent)  # a line that is wrapped keeps its indent
                yield shown

    def on_mount(self) -> None:
        self.query_one("#dialog").focus()
