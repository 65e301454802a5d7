"""A session as text: a small TOML file that a person reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import fields

from core.branch import Cell, Edit
from core.branches import Timelines
from core.errors import ProblemError
from core.files import MIB, spelled, write_lines
from core.loading.loader import built_in_names
from core.losses import LOSSES, Loss
from core.problem import Problem
from core.saving.digests import Reached, as_reached, reached
from core.session import NamedBranch, Session
from core.source import Source
from core.text import clean
from core.toml import line, value

VERSION = 1
LARGEST = MIB  # bytes of a file: some ten thousand edits
ABOUT = "# A session of sgdb. Open it: sgdb FILE; replay it: sgdb run FILE"
ABOUT_END = "# the last line is [end]: without it the file was cut off. Write and delete what you like between the two."
END = "[end]"
ABOUT_DIGESTS = "# digests: of the losses of the first so many steps, to tell whether a replay has the same bits"


def save_session(session: Session, path: str | os.PathLike[str], timelines: Timelines, saved_as: str = "") -> Session:
    """Write a session to a file, whole or not at all, and onto the disk: as far as `timelines` have computed it, with
    what it came to there. Returns it as it was saved. `saved_as` is the file of a person's own that this one is a copy
    of.

    Raises OSError, ValueError for what is no file name, and ProblemError for what cannot be read again: a problem or a
    loss that was made in Python, and more than a file may have.
    """
    return write_session(session, path, reached(session, timelines), saved_as)


def write_session(session: Session, path: str | os.PathLike[str], there: Reached, saved_as: str = "") -> Session:
    """The same of timelines that have `reached` so much, by any thread."""
    source_of(session)
    session = as_reached(session, there)
    text = session_text(session, os.path.dirname(os.path.abspath(path)), saved_as)
    if len(text.encode()) > LARGEST:
        raise ProblemError("", [f"the session is too large to be saved: expected at most {LARGEST // MIB} MiB"])
    write_lines(path, [text])
    return session


def session_text(session: Session, folder: str, saved_as: str = "") -> str:
    """The text of a file in `folder`. Raises ProblemError for what only Python knows."""
    return "\n".join(_lines(session, folder, saved_as)) + "\n"


def named_from(name: str, folder: str) -> str:
    """A problem as a file in `folder` calls it: a built-in one by its name, a file below or beside by its path from
    there, another by its whole path.
    """
    if not os.path.isabs(name):
        return name
    try:
        found = os.path.relpath(name, folder)
    except ValueError:  # on another drive
        return spelled(name)
    if found.split(os.sep)[0] == os.pardir:
        return spelled(name)
    found = found.replace(os.sep, "/")
    return spelled(f"./{found}" if found in built_in_names() else found)


def source_of(session: Session) -> Source:
    """Its source, where a file can say it. Raises ProblemError."""
    if isinstance(session.source, Problem):
        mistake = "this problem was made in Python; a session is saved of a built-in problem or a file"
        raise ProblemError(clean(session.source.name), [mistake])
    return session.source


def loss_settings(loss: Loss) -> dict[str, float | bool]:
    """What a loss is made with, where a file can say that. Raises ProblemError."""
    if type(loss) is not LOSSES.get(loss.name):
        mistake = f"the loss {clean(loss.name)} was made in Python; a session is saved with those of problem files"
        raise ProblemError("", [mistake])
    settings = {field.name: getattr(loss, field.name) for field in fields(loss)}
    return {name: found if isinstance(found, bool) else float(found) for name, found in settings.items()}


def _lines(session: Session, folder: str, saved_as: str) -> Iterator[str]:
    source = source_of(session)
    # First of all keys, so that what is cut off has this one, or no version either.
    yield from (ABOUT, ABOUT_END, line("has_end", True))
    yield from (line("version", VERSION), line("problem", named_from(source.name, folder)))
    if source.seed is not None:
        yield line("practice", source.seed)
    if session.recorded.problem:
        yield line("problem_digest", session.recorded.problem)
    if saved_as:
        yield line("saved_as", spelled(os.path.abspath(saved_as)))
    if source.options:
        yield from ("", "[options]")
        for name, option in source.options:
            yield line(name, spelled(option) if isinstance(option, str) else option)
    yield from ("", "[cursor]", line("branch", session.cursor.branch), line("step", session.cursor.step))
    if session.cursor.cell is not None:
        yield line("cell", _number_text(*session.cursor.cell))
    if session.recorded.losses:
        yield from ("", ABOUT_DIGESTS)
    for named in session.branches:
        yield from _branch(session, named)
    for watch in session.watches:
        yield from ("", "[[watches]]", line("text", watch.text))
        if not watch.enabled:
            yield line("enabled", False)
    for mark in session.bookmarks:
        yield from ("", "[[bookmarks]]", line("branch", mark.branch), line("step", mark.step))
        if mark.note:
            yield line("note", mark.note)
    if session.view:
        yield from ("", "[view]", *(line(name, setting) for name, setting in session.view))
    if session.recorded.machine is not None:
        yield from ("", "[machine]")
        yield from (line(name, part) for name, part in session.recorded.machine._asdict().items())
    yield from ("", END)


def _branch(session: Session, named: NamedBranch) -> Iterator[str]:
    yield from ("", "[[branches]]", line("name", named.name), line("steps", named.steps))
    if named.branch.edits:
        yield "edits = ["
        for edit in named.branch.edits:
            number = _number_text(edit.name, edit.cell)
            yield f"  {value({'step': edit.step, 'number': number, 'value': _changed(edit)})},"
        yield "]"
    if came_to := session.recorded.losses.get(named.branch):
        yield line("loss", came_to.loss)
        yield line("digests", {str(length): digest for length, digest in came_to.digests.items()})


def _changed(edit: Edit) -> float | dict[str, object]:
    """What an edit makes of its number: another one, or a loss by its name and settings."""
    if isinstance(edit.value, Loss):
        return {"name": edit.value.name, **loss_settings(edit.value)}
    return float(edit.value)


def _number_text(name: str, cell: Cell) -> str:
    """W_1[1,3]; alpha."""
    return f"{name}[{','.join(map(str, cell))}]" if cell else name
