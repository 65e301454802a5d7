"""The settings of the run that is open: changed, they make a run from step 0, or a fork at the step one is at."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Label

import core
from core import OptionsForm, Problem, ProblemError, Step
from tui.format import plain
from tui.opening.fields import FieldList, FieldRow, hint_of
from tui.opening.loading import LoadingScreen
from tui.opening.opened import open_source

NOTHING = "Nothing was changed."
SEE = "See the fields."


class SettingsScreen(LoadingScreen):
    """Asks for settings. Answers with the problem that is opened anew, with the edits of a fork, or with None."""

    DEFAULT_CSS = """
    SettingsScreen #dialog {
        width: 72; max-width: 100%; height: auto; max-height: 100%;
        padding: 0 1; background: $surface; border: round $primary;
    }
    SettingsScreen FieldList { height: auto; max-height: 30; }
    SettingsScreen #buttons { height: 1; margin: 1 0 0 0; }
    SettingsScreen Button { margin: 0 2 0 0; }
    SettingsScreen #activity { color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("up,shift+tab", "move(-1)", "The field above", show=False, priority=True),
        Binding("down,tab", "move(1)", "The field below", show=False, priority=True),
        Binding("ctrl+r", "restart", "Restart from step 0", show=False, priority=True),
        Binding("ctrl+f", "fork", "Fork at this step", show=False, priority=True),
    ]

    def __init__(self, problem: Problem, step: Step, lost: str = "") -> None:
        super().__init__(lost)
        self._form = OptionsForm(problem, step, {})

    def compose(self) -> ComposeResult:
        index = self._form.step.index
        with Vertical(id="dialog") as dialog:
            dialog.border_title = f"settings at step {index}"
            yield FieldList()
            yield Label("", id="complaint", classes="complaint", markup=False)
            yield Label("", id="activity", markup=False)
            with Horizontal(id="buttons"):
                buttons = [("fork", f"fork at step {index} ^f")]
                if self._form.problem.source is not None:
                    buttons.insert(0, ("restart", "restart from step 0 ^r"))
                for name, label in buttons:
                    button = Button(label, id=name, compact=True)
                    button.can_focus = False
                    yield button
            yield Label("", id="hint", classes="hint", markup=False)

    async def on_mount(self) -> None:
        self.complain(())
        self._tell("")
        await self.query_one(FieldList).show(self._form.fields, self._form.text)
        self.query_one(FieldList).move(1)

    @on(FieldRow.Changed)
    async def _put(self, event: FieldRow.Changed) -> None:
        self.changed()
        self._form = self._form.put(event.path, event.text)
        listed = self.query_one(FieldList)
        await listed.show(self._form.fields, self._form.text)
        self._complain_at(self._form.mistakes)

    @on(FieldRow.Entered)
    def _next(self) -> None:
        self.action_move(1)

    def action_move(self, change: int) -> None:
        self.query_one(FieldList).move(change)

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        here = self.query_one(FieldList).here
        self.query_one("#hint", Label).update(f"{plain(hint_of(here))} · esc leaves" if here is not None else "")

    @on(Button.Pressed)
    async def _press(self, event: Button.Pressed) -> None:
        await self.run_action(event.button.id or "")

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

    def _complain_at(self, mistakes: list[str]) -> None:
        """Say what is wrong, at the fields where it is about one."""
        found, others = self._form.mistakes_at(mistakes)
        self.query_one(FieldList).complain(found)
        self.complain(others)
