"""The settings of the run that is open: changed, they make a run from step 0, or a fork at the step one is at."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

import core
from core import FormField, OptionsForm, Problem, ProblemError, Step
from tui.base import work
from tui.opening.fields import FieldList, FieldRow
from tui.opening.form_screen import FormScreen
from tui.opening.opened import open_source

NOTHING = "Nothing was changed."
AROUND = 8  # lines of the dialog around its fields
ROOM_FOR_A_MISTAKE = 2  # lines


class SettingsScreen(FormScreen):
    """Asks for settings. Answers with the problem that is opened anew, with the edits of a fork, or with None."""

    DEFAULT_CSS = """
    SettingsScreen #dialog { width: 76; height: auto; }
    SettingsScreen #buttons { margin: 1 0 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "restart", "Restart from step 0", show=False, priority=True),
        Binding("ctrl+f", "fork", "Fork at this step", show=False, priority=True),
    ]

    def __init__(self, problem: Problem, step: Step, lost: str = "") -> None:
        super().__init__(lost)
        self._problem, self._step = problem, step
        self._form = OptionsForm(problem, step, {})

    def compose(self) -> ComposeResult:
        index = self._step.index
        with Vertical(id="dialog") as dialog:
            dialog.border_title = f"settings at step {index}"
            yield FieldList()
            fork = {"fork": f"fork at step {index} ^f"}
            anew = {"restart": "restart from step 0 ^r"} if self._problem.source is not None else {}
            yield from self.below(**anew, **fork)

    def on_mount(self) -> None:
        super().on_mount()
        work(self, self._begin, "begin")

    async def _begin(self) -> None:
        self._form = await asyncio.to_thread(OptionsForm.of, self._problem, self._step)
        await self._show()
        self.listed.move(1)

    async def _show(self) -> None:
        """Show the fields that there are now, all of them where there is room."""
        fields = self._form.fields
        await self.listed.show(fields, self._form.text)
        lines = len(fields) + len({field.group for field in fields}) + ROOM_FOR_A_MISTAKE
        self.listed.styles.height = max(1, min(lines, self.app.size.height - AROUND))

    async def on_resize(self) -> None:
        await self._show()

    @on(FieldRow.Changed)
    async def _put(self, event: FieldRow.Changed) -> None:
        self.changed()
        self._form = self._form.put(event.path, event.text)
        await self._show()
        self._complain_at(self._form.mistakes)

    def hint(self, field: FormField) -> str:
        when = "only from step 0" if self._form.starts_anew(field.path) else "from step 0, or from here"
        return f"{super().hint(field)} · {when}"

    def action_restart(self) -> None:
        if not self._form.changed:
            self.complain([NOTHING])
        elif self._form.mistakes:
            self.fail(self._form.mistakes)
        else:
            try:
                source = self._form.source
            except ProblemError as error:
                self.complain(error.mistakes)
                return
            self.load(lambda: open_source(source))

    def action_fork(self) -> None:
        try:
            edits = self._form.edits()
        except ProblemError as error:
            self.fail(list(error.mistakes))
            return
        if any(core.changes(edit, self._form.step) for edit in edits):
            self.dismiss(edits)
        else:
            self.complain([NOTHING])

    def fail(self, mistakes: list[str]) -> None:
        self._complain_at([mistake.removeprefix("--") for mistake in mistakes])
        self.listed.go_to_mistake()

    def _complain_at(self, mistakes: list[str]) -> None:
        """Say what is wrong, at the fields where it is about one."""
        found, others = self._form.mistakes_at(mistakes)
        self.listed.complain(found)
        self.complain(others)
