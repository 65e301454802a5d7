"""The fields of a form: what a person reads and types of a problem's settings, one text for each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any, NamedTuple

from core import toml
from core.loading.datasets import NOISE, ROWS
from core.loading.fields import Kind, Unfit
from core.text import exact

SEVERAL = "and {} more"
# What is so of data where a file says nothing of it.
USUAL_OF_DATA = {
    "target": "the last column",
    "task": "as the targets look",
    "drop": "none",
    "only": "all columns",
    "encode": "none",
    "missing": "an error",
    "header": "as the first line looks",
    "no-header": "as the first line looks",
    "encoding": "UTF-8",
    "decimal": ".",
    "thousands": "none",
    "test": "no rows",
    "standardize": "false",
    "seed": "0",
    "shape": "no picture",
    "rows": str(ROWS),
    "noise": exact(NOISE),
}


class FormField(NamedTuple):
    """A field of a form.

    path       which setting it is, as mistakes call it: "training.loss", "layers[2].units", "lr"
    group      the heading that it stands under
    expected   what it takes, in words
    choices    the texts that there are, where they are few; else any text is typed
    usual      what is so where it is left empty, in words; empty where nothing is, or where it may not be empty
    """

    path: str
    group: str
    expected: str
    choices: tuple[str, ...] = ()
    usual: str = ""

    @property
    def label(self) -> str:
        """What it is called: the key of the setting."""
        return self.path.rpartition(".")[2]

    @property
    def is_required(self) -> bool:
        """Whether it is typed in, and may not be empty."""
        return not self.choices and not self.usual


def value_of(kind: Kind, text: str) -> Any:
    """What a text means where a value of a kind is expected: a number, a list as TOML writes it, or the text itself. A
    text that is not of that kind is what the reader's message will name.
    """
    candidates = [*_from_toml(text), text.strip(), text]
    for candidate in candidates:
        try:
            kind.read(candidate)
        except Unfit:
            continue
        return candidate
    return candidates[0]


def text_of(kind: Kind, value: object) -> str:
    """The text that means a value."""
    text = value if isinstance(value, str) else toml.value(value)
    return text if value_of(kind, text) == value else toml.value(value)


def default_of(kind: type[Any], key: str) -> str:
    """What a setting of a loss or an update is unless it is given."""
    found = next((part.default for part in fields(kind) if part.name == key), MISSING)
    return "" if found is MISSING else exact(found) if isinstance(found, float) else toml.value(found)


def _from_toml(text: str) -> list[Any]:
    try:
        found = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return []
    return [found["value"]] if len(found) == 1 and _is_written(found["value"]) else []


def _is_written(value: object) -> bool:
    """Whether a value is one that problem files have: not a date, nor a table."""
    if isinstance(value, list):
        return all(map(_is_written, value))
    return isinstance(value, (str, bool, int, float))


def at_fields(
    fields: Sequence[FormField], mistakes: Iterable[str], instead: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """The mistakes of a problem at the fields that they are about, by path, one for each field; and those about none of
    them. `instead` are the fields of keys that have none of their own.
    """
    paths = {field.path for field in fields}
    found: dict[str, list[str]] = {}
    others = []
    for mistake in mistakes:
        *places, _ = parts = mistake.split(": ")
        for k in range(len(places), 0, -1):  # the innermost: of a table's column, say, and not its file
            place = places[k - 1].removeprefix("option ")
            place = instead.get(place, place)
            known = next((path for path in (place, f"training.{place}", f"data.{place}") if path in paths), None)
            if known is not None:
                found.setdefault(known, []).append(": ".join(parts[k:]))
                break
        else:
            others.append(mistake)
    told = {path: f"{first}{f' ({SEVERAL.format(len(rest))})' * bool(rest)}" for path, (first, *rest) in found.items()}
    return told, others
