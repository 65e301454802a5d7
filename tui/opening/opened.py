"""What is opened: from words as on the command line, or from where it was opened before."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from core import Problem, ProblemError, Session, Source, problem_suffixes
from tui.commands.arguments import PROBLEM_OPTIONS, SESSION_SUFFIX, SESSION_TOO, as_typed, is_session, parse
from tui.commands.session import load_either

SUFFIXES = (*problem_suffixes(), SESSION_SUFFIX)  # of the files that can be opened


class Opened(NamedTuple):
    """A problem that is there to be looked at, with the session where it is one, saved in the file `path`."""

    problem: Problem
    session: Session | None = None
    path: str = ""


def split(text: str) -> list[str]:
    """The words of a line as a shell has them; one that is the name of a file is one word. Raises ProblemError."""
    if os.path.exists(os.path.expanduser(text)):
        return [os.path.expanduser(text)]
    try:
        words = shlex.split(text, posix=os.name == "posix")
    except ValueError as error:
        raise ProblemError("", [f"{str(error)[:1].lower()}{str(error)[1:]} in what was typed"]) from None
    return [os.path.expanduser(word) if k == 0 else word for k, word in enumerate(words)]


def open_words(words: Sequence[str]) -> Opened:
    """What a command line opens. Raises ProblemError, with every mistake."""
    arguments = parse("sgdb", "", PROBLEM_OPTIONS, words, operand=SESSION_TOO)
    problem, session, mistakes = load_either(arguments)
    if problem is None:
        raise ProblemError("", mistakes)
    return Opened(problem, session, os.path.abspath(arguments.problem) if session is not None else "")


def open_source(source: Source, options: Sequence[str] = ()) -> Opened:
    """What was opened before, with options as on the command line that go before those it was opened with. Raises
    ProblemError, with every mistake.
    """
    if is_session(source.name):
        return open_words([source.name, *options])
    arguments = parse("sgdb", "", PROBLEM_OPTIONS, ["-", *options])
    added = Source.of(source.name, arguments.problem_options).options
    given = {**dict(source.options), **dict(added)}
    try:
        problem = replace(source, options=tuple(sorted(given.items()))).problem()
    except ProblemError as error:
        raise ProblemError("", [*arguments.mistakes, *as_typed(error)]) from None
    if arguments.mistakes:
        raise ProblemError("", arguments.mistakes)
    return Opened(problem)


def words_of(source: Source) -> str:
    """How a source would be typed on the command line: data.csv --hidden 8,8."""
    flags = {option.name for option in PROBLEM_OPTIONS if option.metavar is None}
    name = os.path.basename(source.name) if source.is_file else source.name
    words = [name if source.seed is None else f"sheet {source.seed} of {name}"]
    for option, value in source.options:
        words.append(f"--{option}")
        if option not in flags or value not in (True, "true"):
            words.append(",".join(map(str, value)) if isinstance(value, tuple) else str(value))
    return " ".join(words)
