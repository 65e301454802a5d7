"""The keys of a screen as people read them: in the help, and as commands of the palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from textual.binding import Binding
from textual.widget import Widget

Group: TypeAlias = tuple[str, Sequence[tuple[str, str]]]  # a title, and pairs of keys (or marks) and what they mean


def keys_of(nodes: Iterable[Widget]) -> Iterator[tuple[Widget, Binding]]:
    """Each key of these widgets that has a meaning of its own (a tooltip), with the widget that it acts on."""
    for node in nodes:
        for binding in Binding.make_bindings(node.BINDINGS):
            if binding.tooltip:
                yield node, binding


def key_groups(
    nodes: Iterable[Widget], groups: Sequence[tuple[str, Sequence[str]]], told: Callable[[str], str] = str
) -> list[Group]:
    """The keys of these widgets and what they do, an entry for each meaning, in groups: each has a title and how its
    actions begin, and takes what no group before it has taken. A group without keys is left out. `told` puts what a
    tooltip says in the words of the screen.
    """
    found: dict[str, dict[str, list[str]]] = {title: {} for title, _ in groups}
    for node, binding in keys_of(nodes):
        title = next((title for title, starts in groups if binding.action.startswith(tuple(starts))), None)
        if title is not None:
            found[title].setdefault(told(binding.tooltip), []).append(node.app.get_key_display(binding))
    return [
        (title, tuple((" ".join(keys), meaning) for meaning, keys in entries.items()))
        for title, entries in found.items()
        if entries
    ]


def actions_of(nodes: Iterable[Widget]) -> Iterator[tuple[Widget, Binding]]:
    """As `keys_of`, but each action once, whatever the number of its keys."""
    seen = set()
    for node, binding in keys_of(nodes):
        if binding.action not in seen:
            seen.add(binding.action)
            yield node, binding
