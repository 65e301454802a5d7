"""The watches: conditions on the numbers of a step, and the steps in which they hold."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Protocol

from rich.table import Table
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from core import FormulaError, ProblemError, SavedWatch, Watch, Wording
from tui.base import BaseModal
from tui.dialogs.mistake import mistake_text
from tui.format import plain

MOST_LISTED = 500  # steps that are listed, those nearest to the one on screen
NEW = "a condition: {loss} < 0.01, {weight} changes sign, becomes accuracy == 1"
EXAMPLES = (
    "also: {loss} rises · all({unit} == 0) · max(abs({gradient})) > 1 · not finite · step % 100 == 0 · and, or, not"
)
HINT = "enter its steps · e edit · a add · space on, off · delete removes · esc"
STEPS_HINT = "enter goes to the step · esc back to the watches"


class Owner(Protocol):
    """Who has the watches, and knows where they hold."""

    @property
    def watches(self) -> tuple[SavedWatch, ...]: ...

    def shown_watch(self, watch: SavedWatch) -> Watch | FormulaError: ...

    def read_watch(self, text: str) -> Watch | FormulaError: ...

    def put_watch(self, old: str, new: SavedWatch | None) -> None: ...

    def hits_of(self, text: str, most: int) -> tuple[list[tuple[int, str]], int, int]: ...


class WatchesScreen(BaseModal["int | None"]):
    """Lists, adds, changes, removes watches and turns them on and off. Answers with a step to go to, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave"),
        Binding("q,w", "dismiss(None)", "Close"),
        Binding("a,plus", "add", "Add"),
        Binding("e", "edit", "Edit"),
        Binding("space", "turn", "On, off"),
        Binding("delete,backspace", "remove", "Remove"),
    ]

    def __init__(self, owner: Owner, wording: Wording) -> None:
        """Watches are typed, and shown, in the names of `wording`."""
        super().__init__()
        self._owner = owner
        self._examples = {
            "loss": wording.typed("loss"),
            "weight": wording.typed("W_1", (1, 3)),
            "unit": wording.typed("z_1", (":", 2)),
            "gradient": wording.typed("dW_out"),
        }
        self._edited = ""  # the watch that the line is to replace; "" for none
        self._steps: list[int] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "watches"
            yield OptionList(id="watches")
            yield Input(placeholder=NEW.format_map(self._examples))
            yield Label("", id="complaint", classes="complaint", markup=False)
            yield Label("", id="about", markup=False)
            yield OptionList(id="steps")
            yield Label("", id="hint", classes="hint", markup=False)

    def on_mount(self) -> None:
        self._list(0)
        self.query_one("#steps", OptionList).display = False
        (self.query_one("#watches") if self._owner.watches else self.query_one(Input)).focus()

    # What is shown.

    def _list(self, at: int | None) -> None:
        """The watches, the cursor on one."""
        listed = self.query_one("#watches", OptionList)
        listed.clear_options()
        listed.add_options([Option(self._drawn(i, watch)) for i, watch in enumerate(self._owner.watches)])
        listed.display = bool(self._owner.watches)
        if self._owner.watches:
            listed.highlighted = max(0, min(at or 0, len(self._owner.watches) - 1))
        self.show_hits()

    def _drawn(self, i: int, watch: SavedWatch) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(width=1)
        table.add_column(width=2, justify="right")
        table.add_column(ratio=1)
        table.add_column(justify="right", no_wrap=True)
        read = self._owner.shown_watch(watch)
        if isinstance(read, FormulaError):
            where = Text("not in this run", style="red")
        elif not watch.enabled:
            where = Text("off")
        else:
            _, count, seen = self._owner.hits_of(watch.text, 0)
            where = Text(f"in {count:,} of {seen:,} steps")
        text = Text(plain(self._text(watch)), style="bold")
        table.add_row("●" if watch.enabled else "○", str(i + 1), text, where)
        return table

    def _text(self, watch: SavedWatch) -> str:
        """A watch in the names that are typed; as it is saved where this run has no such numbers."""
        read = self._owner.shown_watch(watch)
        return watch.text if isinstance(read, FormulaError) else read.text

    def show_hits(self) -> None:
        """Where the watch under the cursor holds."""
        watch, steps, about = self._here, self.query_one("#steps", OptionList), self.query_one("#about", Label)
        listed = self.query_one("#watches", OptionList)
        for i, known in enumerate(self._owner.watches[: listed.option_count]):
            listed.replace_option_prompt_at_index(i, self._drawn(i, known))
        self._steps = []
        self.query_one("#hint", Label).update(self._hint())
        if watch is None:
            about.update(EXAMPLES.format_map(self._examples))
            return
        read = self._owner.shown_watch(watch)
        if isinstance(read, FormulaError):
            about.update(plain(str(read)))
            return
        near, _, _ = (
            self._owner.hits_of(watch.text, MOST_LISTED if steps.display else 1) if watch.enabled else ([], 0, 0)
        )
        if near and steps.display:
            self._fill(near)
        about.update(plain(f"nearest: step {near[0][0]:,}, {near[0][1]}") if near and not steps.display else "")

    def _fill(self, near: list[tuple[int, str]]) -> None:
        steps = self.query_one("#steps", OptionList)
        self._steps = [step for step, _ in near]
        wide = len(f"{self._steps[-1]:,}")
        at = steps.highlighted
        steps.clear_options()
        steps.add_options([Option(Text(f"step {step:>{wide},}   {plain(told)}")) for step, told in near])
        steps.highlighted = 0 if at is None else min(at, len(near) - 1)

    def _hint(self) -> str:
        if self.query_one("#steps").display:
            return STEPS_HINT
        return "enter takes it · esc" if isinstance(self.focused, Input) or not self._owner.watches else HINT

    @property
    def _here(self) -> SavedWatch | None:
        """The watch under the cursor."""
        at = self.query_one("#watches", OptionList).highlighted
        return self._owner.watches[at] if at is not None and at < len(self._owner.watches) else None

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_list.id == "watches":
            self.show_hits()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        self.query_one("#hint", Label).update(self._hint())

    # What a person does.

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_list.id == "steps":
            self.dismiss(self._steps[event.option_index])
            return
        steps, watch = self.query_one("#steps", OptionList), self._here
        near, count, _ = self._owner.hits_of(watch.text, MOST_LISTED) if watch and watch.enabled else ([], 0, 0)
        if not count:
            self._complain("It holds in no step that was computed.")
            return
        steps.display = True
        self.query_one("#about", Label).update("")
        steps.highlighted = None
        self._fill(near)
        steps.focus()

    def action_leave(self) -> None:
        """From the steps or the line back to the watches; from there back to the sheet."""
        watches, steps, typed = self.query_one("#watches"), self.query_one("#steps"), self.query_one(Input)
        if self._owner.watches and (steps.display or typed.has_focus):
            steps.display = False
            typed.value, self._edited = "", ""
            watches.focus()
        else:
            self.dismiss(None)

    def action_add(self) -> None:
        self._type("", "")

    def action_edit(self) -> None:
        if self._here is not None:
            self._type(self._here.text, self._text(self._here))

    def _type(self, edited: str, text: str) -> None:
        self._edited = edited
        typed = self.query_one(Input)
        typed.value, typed.cursor_position = text, len(text)
        typed.focus()

    def action_turn(self) -> None:
        watch = self._here
        if watch is not None:
            self._put(watch.text, replace(watch, enabled=not watch.enabled))

    def action_remove(self) -> None:
        if self._here is not None:
            self._put(self._here.text, None)
            if not self._owner.watches:
                self.query_one(Input).focus()

    def on_input_changed(self) -> None:
        self._complain("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        read = self._owner.read_watch(text)
        if isinstance(read, FormulaError):
            self._complain(mistake_text(text, read))
        elif read.saved != text and self._edited not in ("", read.saved) and (k := self._place_of(read.saved)):
            self._complain(f"Watch {k} is that already.")
        elif self._put(self._edited, SavedWatch(read.saved)):
            event.input.value, self._edited = "", ""
            self.query_one("#watches").focus()

    def _place_of(self, saved: str) -> int:
        """The number of the watch that is saved so; 0 where there is none."""
        return next((k for k, watch in enumerate(self._owner.watches, 1) if watch.text == saved), 0)

    def _put(self, old: str, new: SavedWatch | None) -> bool:
        """A watch in place of another; whether that could be."""
        at = self.query_one("#watches", OptionList).highlighted
        try:
            self._owner.put_watch(old, new)
        except ProblemError as error:
            self._complain("\n".join(plain(mistake) for mistake in error.mistakes))
            return False
        self._list(at if old else len(self._owner.watches) - 1)
        return True

    def _complain(self, text: str) -> None:
        self.query_one("#complaint", Label).update(text)
