"""A dialog with a form: keys go from field to field, and the last line says what a field takes."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widgets import Label

from core import FormField
from tui.format import plain
from tui.opening.fields import FieldList, FieldRow, hint_of
from tui.opening.loading import LoadingScreen


class FormScreen(LoadingScreen):
    """A dialog with one list of fields."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,shift+tab", "move(-1)", "The field above", show=False, priority=True),
        Binding("down,tab", "move(1)", "The field below", show=False, priority=True),
    ]

    @property
    def listed(self) -> FieldList:
        """The fields on the screen."""
        return self.query_one(FieldList)

    def action_move(self, change: int) -> None:
        self.listed.move(change)

    @on(FieldRow.Entered)
    def _enter(self) -> None:
        if (here := self.listed.here) is not None:
            self.enter(here)

    def enter(self, field: FormField) -> None:  # noqa: ARG002
        """A person is done with a field: go to the next one."""
        self.action_move(1)

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        here = self.listed.here
        if here is not None:
            self.query_one("#hint", Label).update(plain(self.hint(here)))

    def hint(self, field: FormField) -> str:
        """What there is to say about a field."""
        return hint_of(field)
