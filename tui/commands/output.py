"""Where a command writes: into which file, in which format, and whether that may be."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.commands.arguments import Arguments, Option, complain, printable, whole
from tui.commands.streams import UNWRITTEN

if TYPE_CHECKING:
    from core import Problem
    from core.solving import Solution

FORMATS = ("md", "latex", "html", "toml")
FORMAT = Option(
    "format", "FORMAT", "md, latex, html, or toml for an answer sheet (default: from the name of FILE, or md)"
)
OUTPUT = Option("output", "FILE", "write to a file (default or -: print)", short="o")
FORCE = Option("force", None, "replace an existing file")
DIGITS = Option("digits", "N", "significant digits of the numbers, 2 to 12 (default: 6)")
STDOUT = "-"


class Output(NamedTuple):
    """A file, or None for stdout, and a format."""

    path: str | None
    format: str


def read_output(arguments: Arguments, problem: Problem | None, mistakes: list[str]) -> Output:
    """--output and --format, after a look at the file that is to be written."""
    from core import suggest
    from core.solving import SUFFIXES, format_of

    values = arguments.values
    path = None if values.get("output") == STDOUT else values.get("output")
    format: str | None = values.get("format")
    if format is not None and format not in FORMATS:
        mistakes.append(f"--format: {suggest(printable(format), FORMATS)}")
    if path is None:
        return Output(None, format or FORMATS[0])
    if mistake := refused(path, problem, "force" in values):
        mistakes.append(f"--output: {mistake}")
        return Output(path, format or FORMATS[0])
    meant = format_of(path)
    if format is None and meant is None:
        suffixes = ", ".join(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)
        mistakes.append(f"--output: {printable(path)}: expected a name that ends in {suffixes}, or --format")
    elif format in FORMATS and meant not in (None, format):
        mistakes.append(f"--format: {format} does not match {printable(path)}, which is a name for {meant}")
    return Output(path, format or meant or FORMATS[0])


def refused(path: str, problem: Problem | None, force: bool) -> str | None:
    """Why a command does not write to `path`, or None where it does. What the problem was read from stays as it is, and
    every other file that is there, too, unless somebody says --force.
    """
    from core.files import unwritable

    mistake = unwritable(path, () if problem is None else problem.files)
    if mistake is None and os.path.exists(path) and not force:
        mistake = "the file exists; --force replaces it"
    return mistake and (f"{printable(path)}: {mistake}" if path else mistake)


def read_digits(values: Mapping[str, Any], mistakes: list[str]) -> int:
    """--digits, or what is usual."""
    from core.solving import FEWEST, MOST, USUAL

    text = values.get("digits", str(USUAL))
    digits = whole(text)
    if digits is None or not FEWEST <= digits <= MOST:
        mistakes.append(f'--digits: expected a whole number from {FEWEST} to {MOST}, found "{printable(text)}"')
        return USUAL
    return digits


def write(solution: Solution, output: Output, arguments: Arguments, sheet: int | None = None) -> int:
    """Write the solution of the problem that the arguments ask for, of a practice problem with the number of its
    `sheet`; or print it. Returns the exit status.
    """
    from core.solving import render, to_toml

    if output.format != "toml":
        return _deliver(render(solution, output.format), output.path)
    problem = _named_from(arguments.problem, output.path)
    return _deliver(to_toml(solution, problem, arguments.problem_options, sheet), output.path)


def _named_from(source: str, path: str | None) -> str:
    """A problem as a file at `path` calls it: a built-in one by its name, another by its path from there."""
    from core import built_in_problems
    from core.files import spelled

    if source in built_in_problems():
        return source
    try:
        found = os.path.relpath(source, os.path.dirname(os.path.abspath(path)) if path is not None else ".")
    except ValueError:  # on another drive
        return spelled(os.path.abspath(source))
    return spelled(found if os.path.dirname(found) else os.path.join(".", found))


def _deliver(text: str, path: str | None) -> int:
    if path is None:
        print(text, end="")
        return 0
    from core.files import write_lines

    try:
        write_lines(path, [text])
    except OSError as error:
        return complain([f"--output: {printable(path)}: {error.strerror or error}"], UNWRITTEN)
    return 0
