"""The question: into which file, and in which format, is the worked solution of the step to be written?"""

from __future__ import annotations

import os
import re
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, RadioButton, RadioSet

from core import Notation, ProblemError, Step
from core.files import unwritable
from core.solving import SUFFIXES, USUAL, format_of, write_solution
from tui.base import BaseModal
from tui.format import plain

FORMATS = {"html": "HTML", "latex": "LaTeX", "md": "Markdown"}
LONGEST_NAME = 60


class FormatButton(RadioButton):
    """A format, (●) where it is chosen and ( ) where not: without colour, too, that can be told."""

    def render(self) -> Content:
        label = self.label.pad(1, 1).stylize_before(self.get_visual_style("toggle--label"))
        return Content.assemble("(●)" if self.value else "( )", label)


class ExportScreen(BaseModal[str | None]):
    """Asks for a format and a file's name, and writes the step there, in a `notation` or in the problem's; a file that
    is there already is replaced when asked twice. Answers with the path, or None.
    """

    DEFAULT_CSS = """
    ExportScreen #dialog {
        width: 72;
        max-width: 100%;
        height: auto;
        padding: 1 2;
        background: $surface;
        border: round $primary;
    }
    ExportScreen RadioSet { layout: horizontal; width: 100%; height: auto; border: none; background: $surface; }
    ExportScreen RadioButton { width: auto; margin: 0 3 0 0; }
    ExportScreen #complaint { color: $text-error; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("down", "format(1)", "Next format", show=False),
        Binding("up", "format(-1)", "Previous format", show=False),
    ]

    def __init__(self, step: Step, digits: int = USUAL, notation: Notation | None = None) -> None:
        super().__init__()
        self._step, self._digits, self._notation = step, digits, notation
        self._confirmed = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Label(f"Write the solution of step {self._step.index} as")
            with RadioSet(id="format", compact=True):
                for i, title in enumerate(FORMATS.values()):
                    yield FormatButton(title, value=i == 0, compact=True)
            yield Label("to the file")
            yield Input(suggested_name(self._step, next(iter(FORMATS))), id="file", select_on_focus=False)
            yield Label("enter writes · tab or ↑ ↓ the format · esc leaves")
            yield Label("", id="complaint")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(RadioSet.Changed)
    def _rename(self, event: RadioSet.Changed) -> None:
        """The file's suffix follows the format."""
        field = self.query_one(Input)
        format = list(FORMATS)[event.index]
        if format_of(field.value) not in (None, format):
            field.value = os.path.splitext(field.value)[0] + SUFFIXES[format][0]
        self._confirmed = ""

    @on(Input.Changed)
    def _follow(self, event: Input.Changed) -> None:
        """The format follows the file's suffix."""
        self._complain("")
        self._confirmed = ""
        format = format_of(event.value)
        if format in FORMATS:
            self._press(format)

    def action_format(self, change: int) -> None:
        formats = list(FORMATS)
        self._press(formats[(formats.index(self.format) + change) % len(formats)])

    def _press(self, format: str) -> None:
        for name, button in zip(FORMATS, self.query(RadioButton), strict=False):  # none yet, or none any more
            if name == format:
                button.value = True

    @property
    def format(self) -> str:
        """The format that is chosen."""
        return list(FORMATS)[max(0, self.query_one(RadioSet).pressed_index)]

    @on(Input.Submitted)
    def _write(self, event: Input.Submitted) -> None:
        path = os.path.expanduser(event.value.strip())
        mistake = unwritable(path, self._step.problem.files)
        if mistake is None and format_of(path) not in (None, self.format):
            mistake = "use sgdb solve for an answer sheet"
        if mistake:
            self._complain(f"{path}: {mistake}." if path else f"{mistake.capitalize()}.")
            return
        if os.path.exists(path) and self._confirmed != path:
            self._confirmed = path
            self._complain(f"{path} exists; press enter again to replace it.")
            return
        try:
            write_solution(self._step, path, self.format, self._digits, self._notation)
        except OSError as error:
            self._complain(f"{path}: {error.strerror or error}.")
            return
        except ProblemError as error:
            self._complain(f"{error}.")
            return
        self.notify(f"Written to {plain(os.path.abspath(path))}", timeout=6, markup=False)
        self.dismiss(path)

    def _complain(self, text: str) -> None:
        self.query_one("#complaint", Label).update(Text(plain(text)))


def suggested_name(step: Step, format: str) -> str:
    """exercise-2-step-0.html for step 0 of "Exercise 2"."""
    words = re.findall(r"\w+", step.problem.name.lower())
    name = "-".join(words)[:LONGEST_NAME] or "solution"
    return f"{name}-step-{step.index}{SUFFIXES[format][0]}"
