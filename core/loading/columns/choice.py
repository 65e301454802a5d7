"""Which columns of a file are the target and the features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.loading.fields import MistakeLines
from core.loading.reading import Reading
from core.suggestion import suggest
from core.text import clean, shown

MOST_NAMES = 20


class Choice(NamedTuple):
    """Columns, counted from 0: the target, the features, and those of them that are encoded."""

    target: int
    features: tuple[int, ...]
    encoded: frozenset[int]

    @property
    def wanted(self) -> list[int]:
        """All of them, in the order of the file."""
        return sorted((self.target, *self.features))


def choose(names: Sequence[str], reading: Reading, mistakes: MistakeLines) -> Choice | None:
    """What a reading makes of the columns with these names; None where there are mistakes."""
    before = len(mistakes)
    drop, only, encode = (
        [found for name in asked if (found := _find(setting, name, names, mistakes)) is not None]
        for setting, asked in (("drop", reading.drop), ("only", reading.only), ("encode", reading.encode))
    )
    target = None
    if reading.target is not None:
        target = _find("target", reading.target, names, mistakes)
    else:
        target = next((j for j in reversed(range(len(names))) if j not in drop), None)
        if target is None:
            mistakes.note("drop: expected a column to be left, found none")
    for column in drop:
        if column == target:
            mistakes.note(f"drop: {shown(names[column])} is the target")
        elif column in only:
            mistakes.note(f"drop: {shown(names[column])} is in only, too")
    features = tuple(j for j in range(len(names)) if j != target and j not in drop and (j in only or not reading.only))
    for column in encode:
        if column == target:
            mistakes.note(f"encode: {shown(names[column])} is the target")
        elif column not in features and column not in drop + only:
            mistakes.note(f"encode: {shown(names[column])} is not in only")
        elif column in drop:
            mistakes.note(f"encode: {shown(names[column])} is dropped")
    if len(mistakes) > before or target is None:
        return None
    if not features:
        mistakes.note(f"expected a feature beside the target {shown(names[target])}, found none")
        return None
    return Choice(target, features, frozenset(encode))


def _find(setting: str, name: str, names: Sequence[str], mistakes: MistakeLines) -> int | None:
    name = clean(name)
    if name and name in names:
        return names.index(name)
    known, asked = [known for known in names if known], shown(name, 80)[1:-1]
    message = suggest(asked, known)
    if "did you mean" not in message and len(known) > MOST_NAMES:
        message = f'unknown "{asked}"; expected one of {", ".join(known[:MOST_NAMES])}, ... ({len(known)} columns)'
    mistakes.note(f"{setting}: {message}")
    return None
