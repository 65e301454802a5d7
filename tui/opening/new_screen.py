"""The form that makes a problem, with its network drawn beside it; saved as a file, and opened."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

import core
from core import FormField, Problem, ProblemError, ProblemForm
from core.files import unwritable, write_lines
from tui.base import here, work
from tui.opening.fields import FieldList, FieldRow
from tui.opening.form_screen import FormScreen
from tui.opening.loading import NO_MEMORY
from tui.opening.network import about_data, network_drawing
from tui.opening.opened import Opened

SUFFIX = ".toml"
FILE = FormField("save as", "file", f"the name of the {SUFFIX} file that is written, and opened")
LONGEST_NAME = 60
CHECKING = "checking …"
NOT_SAVED = "This is not saved: esc again leaves, ctrl+s saves and opens it."
STALE = "(as it was before the mistake)"


class NewScreen(FormScreen):
    """A problem in fields: data, layers, training. What is wrong is said at its field while one types."""

    DEFAULT_CSS = """
    NewScreen #both { height: 1fr; }
    NewScreen FieldList { width: 1fr; }
    NewScreen #network { width: 38%; height: 100%; padding: 1 0 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "add", "Another layer", show=False, priority=True),
        Binding("ctrl+r", "remove", "Without this layer", show=False, priority=True),
        Binding("ctrl+s", "save", "Save and open", show=False, priority=True),
    ]

    def __init__(self, like: Problem, lost: str = "") -> None:
        """The form begins with the problem that is open, where a file says all of it."""
        super().__init__(lost)
        self._like = like
        self._form = ProblemForm()
        self._path = ""
        self._checked: ProblemForm | None = None
        self._checking = False
        self._mistakes: dict[str, str] = {}
        self._drawn = ""
        self._begun: list[str] = []  # what stood in the fields at first
        self._leaving = False  # whether a person wants to leave without saving
        self._replaced = ""  # the file that a person wants to be written over

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "new problem"
            with Horizontal(id="both"):
                yield FieldList()
                yield Static(id="network", markup=False)
            yield from self.below(add="+ layer ^n", remove="− layer ^r", save="save and open ^s")

    def on_mount(self) -> None:
        super().on_mount()
        self.tell(CHECKING)
        work(self, self._begin, "begin")

    async def _begin(self) -> None:
        self._form, self._path = await asyncio.to_thread(_first, self._like)
        self._begun = self._texts()
        await self._follow()
        self.listed.move(1)

    # What is typed.

    def _fields(self) -> Iterator[FormField]:
        yield from self._form.fields
        yield FILE

    def _text(self, path: str) -> str:
        return self._path if path == FILE.path else self._form.text(path)

    def _texts(self) -> list[str]:
        return [self._text(field.path) for field in self._fields()]

    def changed(self) -> None:
        super().changed()
        self._leaving = False

    def action_leave(self) -> None:
        if self._leaving or not self._begun or self._texts() == self._begun:
            super().action_leave()
        else:
            self._leaving = True
            self.complain([NOT_SAVED])

    @on(FieldRow.Changed)
    async def _put(self, event: FieldRow.Changed) -> None:
        self.changed()
        self._replaced = ""
        if event.path == FILE.path:
            self._path = event.text
            self._complain_at({**self._mistakes, FILE.path: ""})
            return
        self._form = self._form.put(event.path, event.text)
        await self._follow()

    def enter(self, field: FormField) -> None:
        if field == FILE:
            self.action_save()
        else:
            super().enter(field)

    async def action_add(self) -> None:
        """Another layer before the last one, or before the one that is typed in."""
        self.changed()
        at = self._layer_here() or self._form.depth
        self._form = self._form.add_layer(at)
        await self._follow()

    async def action_remove(self) -> None:
        self.changed()
        at = self._layer_here()
        if at is None:
            self.complain(["Go to a field of the layer that is to be removed."])
        elif self._form.depth == 1:
            self.complain(["The only layer stays."])
        else:
            self._form = self._form.remove_layer(at)
            await self._follow()

    def _layer_here(self) -> int | None:
        here = self.listed.here
        match = re.match(r"layers\[(\d+)\]", here.path) if here is not None else None
        return int(match[1]) if match else None

    # What it comes to.

    async def _follow(self) -> None:
        """Show the fields that there are now, and have the form checked."""
        await self.listed.show(list(self._fields()), self._text)
        if not self._checking:
            self._checking = True
            work(self, self._check, "check")

    async def _check(self) -> None:
        """Check the form until it is the one that was checked: a large table is not read once for every key."""
        while self._checked is not self._form:
            form = self._form
            found = await asyncio.to_thread(_checked, form, self._file)
            if form is self._form and here(self):
                self._show(form, found)
            self._checked = form
        self._checking = False

    def _show(self, form: ProblemForm, found: Problem | list[str]) -> None:
        self.tell("")
        area = self.query_one("#network", Static)
        if isinstance(found, Problem):
            drawing = network_drawing(found.network, area.content_size.width, area.content_size.height)
            self._drawn = "\n".join([*drawing, "", *about_data(found)])
            area.update(self._drawn)
            found = []
        elif self._drawn:
            area.update(f"{self._drawn}\n\n{STALE}")
        self._mistakes, others = form.mistakes_at(found)
        self._complain_at(self._mistakes)
        self.complain(others)

    def _complain_at(self, mistakes: dict[str, str]) -> None:
        self.listed.complain(mistakes)

    @property
    def _file(self) -> Path:
        """Where the file is, or will be."""
        path = os.path.abspath(os.path.expanduser(self._path.strip() or f"new{SUFFIX}"))
        return Path(path if path.endswith(SUFFIX) else path + SUFFIX)

    def action_save(self) -> None:
        path = self._file
        mistake = "expected the name of a file" if not self._path.strip() else unwritable(str(path), self._like.files)
        if mistake is None and path.exists() and self._replaced != str(path):
            self._replaced = str(path)
            mistake = "it exists; the same again replaces it"
        if mistake:
            self._complain_at({**self._mistakes, FILE.path: mistake})
            self.listed.rows()[FILE.path].editor.focus()
            return
        form = self._form
        self.load(lambda: _saved(form, path))

    def fail(self, mistakes: list[str]) -> None:
        self._mistakes, others = self._form.mistakes_at(mistakes)
        self._complain_at(self._mistakes)
        self.complain(others or ["Nothing is saved: see the fields."])
        self.listed.go_to_mistake()


def _first(like: Problem) -> tuple[ProblemForm, str]:
    """What the form begins with, and the name of the file; reads files."""
    name = "-".join(re.findall(r"\w+", like.name.lower()))[:LONGEST_NAME] or "new"
    try:
        form = core.form_of(like)
    except ProblemError:  # it is not there any more
        form = ProblemForm()
    return form, next(path for k in count(1) if not os.path.exists(path := f"{name}{f'-{k}' * (k > 1)}{SUFFIX}"))


def _checked(form: ProblemForm, path: Path) -> Problem | list[str]:
    """The problem, or what is wrong with it."""
    try:
        return form.problem(path)
    except ProblemError as error:
        return list(error.mistakes)
    except MemoryError:
        return [NO_MEMORY]


def _saved(form: ProblemForm, path: Path) -> Opened:
    """Write the file, if it is right, and open it. Raises ProblemError."""
    form.problem(path)
    try:
        write_lines(path, [core.problem_text(form.written(path.parent))])
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ProblemError("", [f"{path} is not saved: {reason}"]) from None
    return Opened(core.load_problem(path))
