"""The fields of a form on the screen: a line each, what is wrong with it below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widget import AwaitMount, Widget
from textual.widgets import Input, Label, Static

from core import FormField
from tui.format import plain

WRONG = "✗"  # before a mistake: without colours, too, that can be told
HINT_OF_CHOICES = "← → or space chooses"


class Choice(Static, can_focus=True):
    """One of a few texts: arrows, space, a letter or a click choose another one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "Previous", show=False),
        Binding("right,space", "turn(1)", "Next", show=False),
    ]

    class Changed(Message):
        """Another text was chosen."""

    def __init__(self, choices: Sequence[str], usual: str, value: str) -> None:
        super().__init__(markup=False)
        self.choices, self.usual, self.value = choices, usual, value

    def render(self) -> Text:
        shown = (plain(self.value).strip() or "space") if self.value else f"{self.usual or 'as it looks'} (usual)"
        return Text.assemble(("‹ ", "dim"), (shown, "" if self.value else "dim"), (" ›", "dim"))

    def show(self, choices: Sequence[str], usual: str, value: str) -> None:
        """Show other texts, and one of them as the one that is chosen."""
        if (choices, usual, value) != (self.choices, self.usual, self.value):
            self.choices, self.usual, self.value = choices, usual, value
            self.refresh(layout=True)

    def action_turn(self, change: int) -> None:
        at = self.choices.index(self.value) if self.value in self.choices else -1
        self._choose(self.choices[(at + change) % len(self.choices)])

    def _choose(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self.refresh(layout=True)
            self.post_message(self.Changed())

    def on_key(self, event: events.Key) -> None:
        """The next choice that begins with a letter."""
        if event.character is None or not event.character.isalnum():
            return
        at = self.choices.index(self.value) if self.value in self.choices else -1
        following = [*self.choices[at + 1 :], *self.choices[: at + 1]]
        self._choose(next((known for known in following if known.startswith(event.character)), self.value))
        event.stop()

    def on_click(self, event: events.Click) -> None:
        self.focus()
        self.action_turn(-1 if event.x < 2 else 1)


class FieldRow(Vertical):
    """A field: what it is called, what stands in it, and what is wrong with that."""

    class Changed(Message):
        """A person has changed what stands in a field."""

        def __init__(self, path: str, text: str) -> None:
            super().__init__()
            self.path, self.text = path, text

    class Entered(Message):
        """A person is done with a field."""

    def __init__(self, field: FormField, text: str) -> None:
        super().__init__()
        self.field, self._text, self._complaint = field, text, ""
        self.editor: Choice | Input = (
            Choice(field.choices, field.usual, text)
            if field.choices
            else Input(text, placeholder=self._placeholder, compact=True)
        )
        self._wrong = Label("", classes="complaint", markup=False)
        self._wrong.display = False

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label(self.field.label, classes="name", markup=False)
            yield self.editor
        yield self._wrong

    @property
    def _placeholder(self) -> str:
        return f"{self.field.usual} (usual)" if self.field.usual else self.field.expected

    def show(self, field: FormField, text: str) -> None:
        """Be the same field with other choices, and another text in it; what somebody types in stays."""
        self.field, editor = field, self.editor
        if isinstance(editor, Choice):
            editor.show(field.choices, field.usual, text)
        else:
            editor.placeholder = self._placeholder
            if editor.value != text and not editor.has_focus:
                self._text = text
                editor.value = text

    @property
    def is_wrong(self) -> bool:
        """Whether something is wrong with what stands in it."""
        return bool(self._complaint)

    def complain(self, text: str) -> None:
        """Say what is wrong; nothing, if that is empty."""
        if text != self._complaint:
            self._complaint = text
            self._wrong.display = bool(text)
            self._wrong.update(f"{WRONG} {plain(text)}")

    def on_choice_changed(self, event: Choice.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self.field.path, self.editor.value))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self._text:
            self._text = event.value
            self.post_message(self.Changed(self.field.path, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered())


class FieldList(VerticalScroll, can_focus=False):
    """The fields of a form, under the headings of their groups."""

    DEFAULT_CSS = """
    FieldList { height: 1fr; scrollbar-size-vertical: 1; }
    FieldList .group { color: $text-muted; margin: 0; width: 100%; }
    FieldRow, FieldRow Horizontal { height: auto; }
    FieldRow .name { width: 16; padding: 0 1 0 1; }
    FieldRow .complaint { padding: 0 0 0 16; }
    FieldRow Input { width: 1fr; }
    FieldRow Choice { width: auto; height: 1; }
    FieldRow Choice:focus { background: $block-cursor-background; color: $block-cursor-foreground; }
    FieldRow:focus-within .name { text-style: bold; }
    """

    def rows(self) -> dict[str, FieldRow]:
        """The fields that are shown, by path."""
        return {row.field.path: row for row in self.query(FieldRow)}

    async def show(self, fields: Sequence[FormField], text: Callable[[str], str]) -> None:
        """Show these fields, each with its text; those that are there already stay."""
        rows, headings = self.rows(), {heading.name: heading for heading in self.query(".group").results(Static)}
        wanted, groups = {field.path: field for field in fields}, {field.group for field in fields}
        for path, row in list(rows.items()):
            if path not in wanted or bool(row.field.choices) != bool(wanted[path].choices):
                await rows.pop(path).remove()
        for group in [name for name in headings if name not in groups]:
            await headings.pop(group).remove()
        waiting: list[AwaitMount] = []  # all of them are mounted at once
        last: Widget | None = None
        for field in fields:
            if last is None or field.group != self._group_of(last):
                last = self._put(headings.get(field.group) or _heading(field.group), last, waiting)
            if (known := rows.get(field.path)) is not None:
                known.show(field, text(field.path))
            last = self._put(known or FieldRow(field, text(field.path)), last, waiting)
        for mounted in waiting:
            await mounted

    @staticmethod
    def _group_of(widget: Widget) -> str | None:
        return widget.field.group if isinstance(widget, FieldRow) else widget.name

    def _put(self, widget: Widget, last: Widget | None, waiting: list[AwaitMount]) -> Widget:
        """Have a widget behind another one, or first of all; a new one is mounted there."""
        if widget.parent is None:
            place = {"after": last} if last is not None else {"before": 0} if self.children else {}
            waiting.append(self.mount(widget, **place))
        else:
            self._behind(widget, last)
        return widget

    def _behind(self, widget: Widget, last: Widget | None) -> None:
        """Move a widget behind another one, unless it is there."""
        at = self.children.index(widget)
        wanted = 0 if last is None else self.children.index(last) + 1
        if at != wanted:
            if last is None:
                self.move_child(widget, before=0)
            else:
                self.move_child(widget, after=last)

    def complain(self, mistakes: Mapping[str, str]) -> None:
        """Say at each field what is wrong with it."""
        for path, row in self.rows().items():
            row.complain(mistakes.get(path, ""))

    def go_to_mistake(self) -> None:
        """Go to the first field with a mistake, if there is one."""
        wrong = next((row for row in self.query(FieldRow) if row.is_wrong), None)
        if wrong is not None:
            wrong.editor.focus()

    def move(self, change: int) -> None:
        """The field below, or above, the one that is typed in."""
        rows = list(self.query(FieldRow))
        if not rows:
            return  # they are not there yet
        at = next((k for k, row in enumerate(rows) if row.has_focus_within), -1 if change > 0 else 0)
        rows[(at + change) % len(rows)].editor.focus()

    @property
    def here(self) -> FormField | None:
        """The field that is typed in."""
        return next((row.field for row in self.query(FieldRow) if row.has_focus_within), None)


def hint_of(field: FormField) -> str:
    """What a field takes, for the last line of a dialog."""
    return f"{field.label}: {HINT_OF_CHOICES}" if field.choices else f"{field.label}: {field.expected}"


def _heading(group: str) -> Static:
    return Static(f"─ {plain(group)} ─", name=group, classes="group", markup=False)
