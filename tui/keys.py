"""The keys of a screen as people read them: in the help, and as commands of the palette."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.binding import Binding
from textual.widget import Widget


def keys_of(nodes: Iterable[Widget]) -> Iterator[tuple[Widget, Binding]]:
    """Each key of these widgets that has a meaning of its own (a tooltip), with the widget that it acts on."""
    for node in nodes:
        for binding in Binding.make_bindings(node.BINDINGS):
            if binding.tooltip:
                yield node, binding


def key_table(nodes: Iterable[Widget]) -> list[tuple[str, str]]:
    """The keys of these widgets and what they do, an entry for each meaning."""
    found: dict[str, list[str]] = {}
    for node, binding in keys_of(nodes):
        found.setdefault(binding.tooltip, []).append(node.app.get_key_display(binding))
    return [(" ".join(keys), meaning) for meaning, keys in found.items()]


def actions_of(nodes: Iterable[Widget]) -> Iterator[tuple[Widget, Binding]]:
    """As `keys_of`, but each action once, whatever the number of its keys."""
    seen = set()
    for node, binding in keys_of(nodes):
        if binding.action not in seen:
            seen.add(binding.action)
            yield node, binding
