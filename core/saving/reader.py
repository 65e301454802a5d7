"""Sessions read from files: every mistake in one is told with its place."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from core.branch import Branch, Cell, Edit
from core.change import read_number
from core.errors import ProblemError
from core.files import path_in
from core.fresh import LARGEST_SEED
from core.loading.fields import LIST, NUMBER, SWITCH, TABLE, TEXT, FieldReader, Kind, MistakeLines, Unfit, whole
from core.loading.loader import built_in_names
from core.loading.options import LOSS, LOSS_SETTINGS, TABLE_OPTIONS, read_loss
from core.loading.problem_file import read_toml
from core.losses import Loss
from core.machine import Fingerprint
from core.saving.text import END, LARGEST, VERSION
from core.session import Bookmark, Cursor, LossDigest, NamedBranch, Recorded, SavedWatch, Session, again
from core.source import Option, Source
from core.suggestion import suggest
from core.text import clean, shown

MOST_STEPS = 10**9  # as many as a run is taken
STEP = whole(0, MOST_STEPS)


class SavedSession(NamedTuple):
    """A session, and the file of a person's own that the one it was read from is a copy of."""

    session: Session
    saved_as: str = ""


def _path(value: object) -> str:
    if not isinstance(value, str):
        raise Unfit
    return path_in(value)


def _option(value: object) -> Option:
    if isinstance(value, str):
        return path_in(value)
    if isinstance(value, list) and all(isinstance(part, (int, float, str)) for part in value):
        return tuple(value)
    if isinstance(value, (bool, int, float)):
        return value
    raise Unfit


def _setting(value: object) -> str | int | bool:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int):
        return value
    raise Unfit


def _number(value: object) -> tuple[str, Cell]:
    found = read_number(clean(value)) if isinstance(value, str) else None
    if found is None:
        raise Unfit
    return found


def _changed(value: object) -> float | Loss:
    if not isinstance(value, dict):
        number: float = NUMBER.read(value)
        return number
    reader = FieldReader()
    read = reader.table("", value, {"name": LOSS, **LOSS_SETTINGS})
    if "name" not in value:
        reader.note("name", "missing; expected the name of a loss")
    if not reader.mistakes:
        loss = read_loss(reader, "", read.pop("name"), read)
    if reader.mistakes:
        raise Unfit("; ".join(reader.mistakes))
    return loss


def _empty(value: object) -> dict[str, object]:
    if value != {}:
        raise Unfit(f"expected nothing below {END}; write it above")
    return {}


PLACE = Kind("a text, the path of a file", _path)
CELL = Kind('a number by its name and cell, such as "W_1[1,3]" or "alpha"', _number)
SESSION: dict[str, Kind] = {
    "version": whole(1),
    "problem": PLACE,
    "practice": whole(0, LARGEST_SEED),
    "problem_digest": TEXT,
    "saved_as": PLACE,
    "options": TABLE,
    "cursor": TABLE,
    "branches": LIST,
    "watches": LIST,
    "bookmarks": LIST,
    "view": TABLE,
    "machine": TABLE,
    "has_end": SWITCH,
    "end": Kind("an empty table", _empty),
}
OPTIONS = dict.fromkeys(TABLE_OPTIONS, Kind("a text, a number, true or false, or a list", _option))
CURSOR = {"branch": TEXT, "step": STEP, "cell": CELL}
BRANCH = {"name": TEXT, "steps": STEP, "edits": LIST, "loss": NUMBER, "digests": TABLE}
EDIT = {"step": STEP, "number": CELL, "value": Kind("a finite number, or a table with the name of a loss", _changed)}
WATCH = {"text": TEXT, "enabled": SWITCH}
BOOKMARK = {"branch": TEXT, "step": STEP, "note": TEXT}
MACHINE = {"numpy": TEXT, "blas": TEXT, "kernel": TEXT, "threads": STEP, "simd": TEXT}
SETTING = Kind("a text, a whole number, or true or false", _setting)


def load_session(path: str | os.PathLike[str]) -> Session:
    """The session in a file. Its problem is read when it is asked for, and what the file says of it is looked at then:
    see `Session.problem`.

    Raises ProblemError, which lists every mistake.
    """
    return read_session(path).session


def read_session(path: str | os.PathLike[str]) -> SavedSession:
    """The same with the name of the file that it is a copy of."""
    source = clean(os.fspath(path))
    found = read_toml(Path(path), source, LARGEST)
    if not {"version", "problem"} & found.keys():
        raise ProblemError(source, ["this is no session: expected a version and a problem"])
    version = found.get("version")
    if isinstance(version, int) and version > VERSION:
        mistake = f"version: a newer sgdb has saved this session, in version {version}; this one reads {VERSION}"
        raise ProblemError(source, [mistake])
    if found.get("has_end") is True and "end" not in found:
        mistake = f"the file was cut off: it has no {END}, with which a saved session ends (has_end)"
        raise ProblemError(source, [mistake])
    reader = FieldReader()
    try:
        return _read(reader, found, os.path.dirname(os.path.abspath(path)))
    except ProblemError as error:
        mistakes = MistakeLines()
        for line in (*reader.mistakes, *error.mistakes):
            mistakes.note(line)
        raise ProblemError(source, mistakes.lines) from None


def _read(reader: FieldReader, found: Mapping[str, object], folder: str) -> SavedSession:
    """What a file says. Raises ProblemError for what does not go together."""
    read = reader.table("", found, SESSION)
    for key, expected in (("version", str(VERSION)), ("problem", "a built-in problem's name or a file")):
        if key not in found:
            reader.note(key, f"missing; expected {expected}")
    name = _problem_name(reader, read["problem"], folder) if "problem" in read else ""
    options = reader.table("options", read.get("options", {}), OPTIONS)
    source = Source(name, tuple(sorted(options.items())), read.get("practice"))
    branches = _entries(reader, "branches", read.get("branches", ()), BRANCH, ("name",))
    edits = [_edits(reader, f"branches[{k}].edits", entry) for k, entry in enumerate(branches, 1)]
    runs = [Branch(source, written) for written in edits]
    digests = [_digests(reader, f"branches[{k}].digests", entry) for k, entry in enumerate(branches, 1)]
    watches = _entries(reader, "watches", read.get("watches", ()), WATCH, ("text",))
    bookmarks = _entries(reader, "bookmarks", read.get("bookmarks", ()), BOOKMARK, ("branch", "step"))
    cursor = reader.table("cursor", read.get("cursor", {}), CURSOR)
    view = reader.table("view", read.get("view", {}), dict.fromkeys(read.get("view", {}), SETTING))
    machine = reader.table("machine", read.get("machine", {}), MACHINE)
    if reader.mistakes:
        raise ProblemError("", ())
    named = [
        NamedBranch(entry["name"], branch, entry.get("steps", 0), written)
        for entry, branch, written in zip(branches, runs, edits, strict=True)
    ] or [*Session.of(source).branches]
    losses = {
        branch: LossDigest(entry["loss"], found)
        for entry, branch, found in zip(branches, runs, digests, strict=True)
        if found and "loss" in entry
    }
    fingerprint = Fingerprint(**machine) if machine.keys() == MACHINE.keys() else None
    session = Session(
        tuple(named),
        tuple(SavedWatch(**entry) for entry in watches),
        tuple(Bookmark(**entry) for entry in bookmarks),
        Cursor(**{"branch": named[0].name, **cursor}),
        tuple(sorted(view.items())),
        Recorded(fingerprint, read.get("problem_digest", ""), losses),
    )
    return SavedSession(session, read.get("saved_as", ""))


def _problem_name(reader: FieldReader, text: str, folder: str) -> str:
    """A built-in problem's name, or the whole path of a file."""
    if text in built_in_names():
        return text
    path = os.path.abspath(os.path.join(folder, text))
    if not (os.path.splitext(text)[1] or os.path.dirname(text) or (text and os.path.exists(path))):
        reader.note("problem", suggest(shown(text)[1:-1], built_in_names()))
    return path


def _entries(
    reader: FieldReader, place: str, found: Iterable[object], kinds: Mapping[str, Kind], needed: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The tables of a list, as far as they are as they should be; what one needs and has not is a mistake."""
    entries: list[dict[str, Any]] = []
    for k, table in enumerate(found, 1):
        known = reader.read(f"{place}[{k}]", table, TABLE)
        entries.append({} if known is None else reader.table(f"{place}[{k}]", known, kinds))
        for name in (name for name in needed if known is not None and name not in known):
            reader.note(f"{place}[{k}].{name}", f"missing; expected {kinds[name].expected}")
    return entries


def _edits(reader: FieldReader, place: str, entry: Mapping[str, Any]) -> tuple[Edit, ...]:
    """The edits of a branch, as they are written."""
    entries = _entries(reader, place, entry.get("edits", ()), EDIT, ("step", "number", "value"))
    whole_ones = {k: edit for k, edit in enumerate(entries, 1) if edit.keys() == EDIT.keys()}
    edits = {k: _edit(**edit) for k, edit in whole_ones.items()}
    places = [*edits]
    for at, (step, _, _) in again(edit.target for edit in edits.values()):
        reader.note(f"{place}[{places[at - 1]}]", f"step {step} changes this number already")
    return tuple(edits.values())


def _edit(step: int, number: tuple[str, Cell], value: float | Loss) -> Edit:
    name, cell = number
    return Edit(step, name, cell, value)


def _digests(reader: FieldReader, place: str, entry: Mapping[str, Any]) -> dict[int, str]:
    """Digests by numbers of steps, in their order."""
    found = entry.get("digests", {})
    read = reader.table(place, found, dict.fromkeys(found, TEXT))
    for key in (key for key in read if not re.fullmatch(r"[1-9][0-9]{0,17}", key)):
        reader.note(place, f"expected numbers of steps, found {shown(key)}")
    return dict(sorted((int(key), digest) for key, digest in read.items() if key.isdigit()))
