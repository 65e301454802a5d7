"""`sgdb export`: a saved session as a test for pytest."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tui.commands.arguments import SESSION, SESSION_SUFFIX, Option, complain, is_session, parse, printable
from tui.commands.output import FORCE, refused
from tui.commands.session import read_session, remarks, replayed
from tui.commands.streams import UNWRITTEN

ABOUT = """Write a pytest file that makes every branch of a saved session anew and asserts its losses. In its edits
numbers have sgdb's names, W_1, as programs know them by, in whatever notation the session was looked at."""
OPTIONS = (Option("to", "FILE", "the file to write, such as test_run.py"), FORCE)
FAILED = 1
INTERRUPTED = 130


def main(argv: Sequence[str]) -> int:
    """Write a test, and say on stderr what is not as it was when the session was saved. Returns 0; 1 where a branch
    does not get as far any more, and nothing is written; 2 for wrong input, 74 where the file cannot be written, 130
    when interrupted.
    """
    arguments = parse("sgdb export", ABOUT, OPTIONS, argv, operand=SESSION)
    if "help" in arguments.values:
        print(arguments.help, end="")
        return 0
    path = arguments.values.get("to")
    if is_session(arguments.problem):
        problem, session, mistakes = read_session(arguments, ("to", "force"))
    else:
        problem, session, mistakes = None, None, list(arguments.mistakes)
        if arguments.problem:
            mistakes.append(f"{printable(arguments.problem)}: expected a {SESSION_SUFFIX} file")
    if path is None:
        mistakes.append("--to: expected a file to write, such as --to test_run.py")
    elif os.path.exists(path) and os.path.exists(arguments.problem) and os.path.samefile(path, arguments.problem):
        mistakes.append(f"--to: {printable(path)}: the session was read from this file")
    elif mistake := refused(path, problem, "force" in arguments.values):
        mistakes.append(f"--to: {mistake}")
    if problem is None or session is None or path is None or mistakes:
        return complain(mistakes)

    from core import DivergedError, ProblemError, Timelines, export_session

    timelines = Timelines(problem)
    try:
        replay = replayed(session, timelines)
        for line in (*remarks(session), *replay.differences):
            print(f"session: {line}", file=sys.stderr)
        if not replay.complete:
            return complain(
                [f"--to: {printable(path)} is not written: the session does not get as far any more"], FAILED
            )
        export_session(session, path, timelines)
    except ProblemError as error:
        return complain(f"{printable(arguments.problem)}: {line}" for line in str(error).splitlines())
    except DivergedError as error:
        return complain([str(error)], FAILED)
    except KeyboardInterrupt:
        return complain(["stopped on the way to where the session was"], INTERRUPTED)
    except OSError as error:
        return complain([f"--to: {printable(path)}: {error.strerror or error}"], UNWRITTEN)
    return 0
