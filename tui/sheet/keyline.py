"""The last line: the keys that matter now, each to be clicked, too."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from rich.cells import cell_len

from tui.sheet.lines import Line, Span


class Key(NamedTuple):
    """What a key is called on the line, and the actions of its halves: "←→ step" has two."""

    keys: str
    word: str
    actions: tuple[str, ...]


ALL = Key("^p", "all commands", ("app.command_palette",))


def keyline(
    found: Iterable[Key], columns: int, dimmed: Collection[str] = ()
) -> tuple[Line, list[tuple[int, int, str]]]:
    """The line, and which columns of it do what. The palette's key stands at the right end."""
    spans: list[Span] = []
    places: list[tuple[int, int, str]] = []
    tail = next(
        (text for text in ("all commands", "all", "") if columns >= (100 if len(text) > 3 else 60 if text else 0)), ""
    )
    end = columns - cell_len(tail) - (4 if tail else 3)
    x = 1
    for key in found:
        wide = cell_len(key.keys) + 1 + cell_len(key.word)
        if x + wide > end - 1:
            continue
        off = bool(key.actions) and all(action in dimmed for action in key.actions)
        spans += [
            Span(x, key.keys, "dim" if off else "key"),
            Span(x + cell_len(key.keys), f" {key.word}", "dim" if off else "text"),
        ]
        parts = len(key.actions)
        half = (cell_len(key.keys) + 1) // 2
        if parts == 2:
            places += [(x, x + half, key.actions[0]), (x + half, x + wide, key.actions[1])]
        elif parts:
            places.append((x, x + wide, key.actions[0]))
        x += wide + 2
    spans += [Span(end, ALL.keys, "key"), Span(end + 2, f" {tail}" if tail else "", "text")]
    places.append((end, columns, ALL.actions[0]))
    return tuple(span for span in spans if span.text), places
