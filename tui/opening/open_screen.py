"""The dialog that opens a problem: a built-in one, one that was opened before, or a file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

import core
from core import Problem, ProblemError, Source
from tui.base import work
from tui.format import plain
from tui.opening.loading import LoadingScreen
from tui.opening.network import about_data, network_text
from tui.opening.opened import SUFFIXES, open_source, open_words, split, words_of
from tui.sheet.widget import Sheet

HINT = "↑↓ choose · what you type filters the list, or names a file with options"
PLACEHOLDER = "circles, or data.csv --target price --hidden 8,8"
LARGEST_PICTURED = 2**20  # bytes of a file that is read for its picture alone
COLUMN = 13  # of titles in the list; longer ones leave less of the line about them
RECENT, BUILT_IN = "opened before", "built-in problems"


class Entry(NamedTuple):
    """What can be opened: under which heading, what it is called, and a line about it."""

    heading: str
    title: str
    about: str
    source: Source

    def suits(self, words: Sequence[str]) -> bool:
        """Whether all of some words occur in it."""
        text = f"{self.title} {self.about} {self.source.name}".lower()
        return all(word in text for word in words)

    def is_called(self, words: Sequence[str]) -> bool:
        """Whether all of some words occur in what it is called."""
        return all(word in self.title.lower() for word in words)


def entries() -> list[Entry]:
    """Everything in the list; reads files."""
    recent: list[Entry] = []
    try:
        from tui.commands.data_folder import state_folder

        for one in core.recent_sources(state_folder()):
            folder = os.path.dirname(one.source.name) if one.source.is_file else "built-in"
            recent.append(Entry(RECENT, words_of(one.source), folder, one.source))
    except ProblemError:
        pass  # no home
    built_in = [Entry(BUILT_IN, name, about, Source(name)) for name, about in core.built_in_problems().items()]
    return [*recent, *built_in]


class Thumbnail(Sheet):
    """A small picture of a problem's data, as large as there is room."""

    _problem: Problem | None = None

    def draw(self, problem: Problem | None) -> None:
        """Show this problem's, or nothing."""
        self._problem = problem
        self.on_resize()

    def on_resize(self) -> None:
        """The words below leave another room for each problem."""
        from tui.pictures import thumbnail

        self.show(thumbnail(self._problem, *self.size) if self._problem is not None else ())


class OpenScreen(LoadingScreen):
    """Lists what can be opened, filters it while one types, and takes a file with options as the command line does."""

    DEFAULT_CSS = """
    OpenScreen #dialog { height: 36; }
    OpenScreen #both { height: 1fr; }
    OpenScreen OptionList {
        width: 1fr; height: 100%; border: none; padding: 0; background: $surface;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    OpenScreen OptionList > .option-list--option-disabled { color: $text-muted; }
    OpenScreen #about { width: 44%; height: 100%; padding: 0 0 0 2; }
    OpenScreen #picture { height: 1fr; max-height: 14; margin: 0 0 1 0; }
    OpenScreen #words { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move('up')", "Up", show=False),
        Binding("down", "move('down')", "Down", show=False),
        Binding("pageup", "move('page_up')", "Page up", show=False),
        Binding("pagedown", "move('page_down')", "Page down", show=False),
        Binding("ctrl+o", "browse", "Browse files", show=False),
    ]

    def __init__(self, lost: str = "") -> None:
        super().__init__(lost)
        self._entries: list[Entry] = []
        self._shown: list[Entry] = []
        self._known: dict[Source, Problem | str] = {}  # what was read for its picture

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "open"
            yield Input(placeholder=PLACEHOLDER)
            with Horizontal(id="both"):
                yield OptionList(id="problems")
                with Vertical(id="about"):
                    yield Thumbnail(id="picture")
                    yield Static(id="words", markup=False)
            yield from self.below(HINT, open="open enter", browse="browse files ^o")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#problems").can_focus = self.query_one("#picture").can_focus = False
        self.query_one(Input).focus()
        work(self, self._find, "find")

    async def _find(self) -> None:
        self._entries = await asyncio.to_thread(entries)
        self._filter()

    # The list.

    @property
    def _typed(self) -> tuple[str, str]:
        """What was typed: what filters, and the options behind it."""
        name, dash, options = f" {self.query_one(Input).value}".partition(" -")
        return name.strip(), f"-{options}" if dash else ""

    def _filter(self) -> None:
        """List what suits what was typed; the first of it is chosen, but nothing where a file is named."""
        name = self._typed[0]
        words = name.lower().split()
        suiting = [entry for entry in self._entries if entry.suits(words)]
        headings = [RECENT, BUILT_IN]
        self._shown = sorted(suiting, key=lambda entry: (headings.index(entry.heading), not entry.is_called(words)))
        listed = self.query_one("#problems", OptionList)
        listed.clear_options()
        before = ""
        for k, entry in enumerate(self._shown):
            if entry.heading != before:
                before = entry.heading
                listed.add_option(Option(Text(f"─ {before} ─"), disabled=True))
            title = plain(entry.title).ljust(COLUMN)
            text = Text.assemble(title, "  ", (plain(entry.about), "dim"), no_wrap=True, overflow="ellipsis")
            listed.add_option(Option(text, id=str(k)))
        if not self._shown or _is_file(name):
            listed.highlighted = None
            self._describe(None)
        else:
            titles = [entry.title for entry in self._shown]
            listed.highlighted = listed.get_option_index(str(titles.index(name) if name in titles else 0))

    @property
    def _here(self) -> Entry | None:
        """The entry that is chosen."""
        listed = self.query_one("#problems", OptionList)
        option = listed.highlighted_option
        return self._shown[int(option.id)] if option is not None and option.id is not None else None

    def action_move(self, where: str) -> None:
        listed = self.query_one("#problems", OptionList)
        getattr(listed, {"up": "action_cursor_up", "down": "action_cursor_down"}.get(where, f"action_{where}"))()

    def on_option_list_option_highlighted(self) -> None:
        self._describe(self._here)

    # What is chosen.

    def _describe(self, entry: Entry | None) -> None:
        """Say what is chosen, and draw it as soon as it is read."""
        words = self.query_one("#words", Static)
        if entry is None:
            typed = self.query_one(Input).value.strip()
            words.update(f"enter opens {plain(typed)}" if typed else "")
            self.query_one(Thumbnail).draw(None)
            return
        words.update(self._words(entry, self._known.get(entry.source)))
        work(self, partial(self._draw, entry), "draw")

    def _words(self, entry: Entry, found: Problem | str | None) -> str:
        lines = [plain(entry.title), plain(entry.about)]
        if isinstance(found, str):
            return "\n".join([*lines, "", plain(found)])
        if found is None:
            return "\n".join(lines)
        return "\n".join([*lines, "", *about_data(found), network_text(found.network), found.loss.title])

    async def _draw(self, entry: Entry) -> None:
        """Read what is chosen, unless that was done before, and draw it."""
        found = self._known.get(entry.source)
        if found is None:
            found = self._known[entry.source] = await asyncio.to_thread(_for_picture, entry.source)
            if entry == self._here:
                self.query_one("#words", Static).update(self._words(entry, found))
        if entry == self._here:
            self.query_one(Thumbnail).draw(None if isinstance(found, str) else found)

    # What is opened.

    def on_input_changed(self) -> None:
        self.changed()
        self._filter()

    def on_input_submitted(self) -> None:
        self._open()

    def action_open(self) -> None:
        self._open()

    def on_option_list_option_selected(self) -> None:
        self._open()

    def _open(self) -> None:
        """What is chosen in the list, with the options that were typed, or what was typed."""
        entry, typed = self._here, self.query_one(Input).value.strip()
        try:
            if entry is not None:
                self.load(partial(open_source, entry.source, split(self._typed[1])))
            elif typed:
                words = split(typed)
                self.load(partial(open_words, words))
        except ProblemError as error:
            self.complain(error.mistakes)

    def action_browse(self) -> None:
        from tui.opening.picker import PickFileScreen

        here = self._here
        folder = os.path.dirname(here.source.name) if here is not None and here.source.is_file else ""
        self.app.push_screen(PickFileScreen(Path(folder if os.path.isdir(folder) else os.getcwd())), self._picked)

    def _picked(self, path: Path | None) -> None:
        if path is None:
            return
        from shlex import quote

        field = self.query_one(Input)
        with field.prevent(Input.Changed):
            field.value = quote(str(path))
        field.cursor_position = len(field.value)
        self.changed()
        self._filter()
        self._open()


def _is_file(name: str) -> bool:
    """Whether what was typed names a file, by itself."""
    path = os.path.expanduser(name)
    is_path = bool(os.path.dirname(path)) and os.path.exists(path)
    return is_path or os.path.splitext(path)[1].lower() in SUFFIXES


def _for_picture(source: Source) -> Problem | str:
    """A problem to be drawn, or why it is not."""
    try:
        if source.is_file and os.path.getsize(source.name) > LARGEST_PICTURED:
            return "a large file"
        return open_source(source).problem
    except OSError as error:
        return error.strerror or str(error)
    except ProblemError as error:
        return error.mistakes[0]
    except MemoryError:
        return "too large to be drawn"
