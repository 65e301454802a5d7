"""Saved sessions on the command line: opened where a problem is, and replayed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from time import perf_counter
from typing import TYPE_CHECKING

from tui.commands.arguments import Arguments, complain, load, printable
from tui.commands.progress import SLICE, progress_bar

if TYPE_CHECKING:
    from core import Problem, Replay, Session, Timelines

SUFFIX = ".session"
FAILED = 1
INTERRUPTED = 130
DIGITS = 8  # of the loss that is printed, as of every run


def is_session(name: str) -> bool:
    """Whether a word of the command line is the file of a session."""
    return os.path.splitext(name)[1].lower() == SUFFIX


def load_either(arguments: Arguments) -> tuple[Problem | None, Session | None, list[str]]:
    """The problem that the arguments ask for, and the session where they name one; or None, and all mistakes."""
    if is_session(arguments.problem):
        return read_session(arguments)
    problem, mistakes = load(arguments)
    return problem, None, mistakes


def read_session(arguments: Arguments, known: Iterable[str] = ()) -> tuple[Problem | None, Session | None, list[str]]:
    """The session that the arguments name, and its problem, read anew; or None, and all mistakes. Of the options, only
    the `known` ones have a use beside a session, which has all that its runs follow from.
    """
    from core import ProblemError, load_session

    mistakes = list(arguments.mistakes)
    mistakes += [f"--{name}: of no use with a session" for name in arguments.values if name not in known]
    file = printable(arguments.problem)
    try:
        session = load_session(arguments.problem)
    except ProblemError as error:
        return None, None, mistakes + [f"{error.source}: {mistake}" for mistake in error.mistakes]
    try:
        problem = session.problem()
    except ProblemError as error:
        for mistake in error.mistakes:
            in_session, where = mistake.startswith("option "), f"problem: {error.source}: " if error.source else ""
            mistakes.append(f"{file}: {'options.' if in_session else where}{mistake.removeprefix('option ')}")
    return (None, None, mistakes) if mistakes else (problem, session, mistakes)


def run_session(arguments: Arguments) -> int:
    """`sgdb run FILE.session`: replay every branch as far as it was computed, print the last loss of the one that is
    looked at, and say on stderr whether the losses are those saved. Returns the exit status: 1 where a run does not get
    as far any more, else as `sgdb run` does.
    """
    problem, session, mistakes = read_session(arguments)
    if problem is None or session is None:
        return complain(mistakes)

    from core import DivergedError, ProblemError, Timelines, significant

    timelines, looked_at = Timelines(problem), session.looked_at
    try:
        replay = replayed(session, timelines)
        for line in (*_branches(session, timelines), *(replay.differences or [_agreement(session)])):
            print(f"session: {line}", file=sys.stderr)
        timeline = timelines[looked_at.branch]
        loss = timeline[max(looked_at.steps - 1, timeline.start)].loss
    except ProblemError as error:
        return complain(f"{printable(arguments.problem)}: {line}" for line in str(error).splitlines())
    except DivergedError as error:
        return complain([f"{looked_at.name}: {error}"], FAILED)
    except KeyboardInterrupt:
        return complain(["stopped on the way to where the session was"], INTERRUPTED)
    print(significant(loss, DIGITS), flush=True)
    return 0 if replay.complete else FAILED


def replayed(session: Session, timelines: Timelines) -> Replay:
    """A replay that has come to its end, with a bar. Raises ProblemError."""
    from core import Replay

    replay = Replay(session, timelines)
    total, size, left = replay.left, 1, 1
    with progress_bar() as bar:
        while left:
            start = perf_counter()
            left = replay.go(size)
            bar.show(total - left, total, f"step {total - left} of {total}")
            if perf_counter() - start < SLICE:
                size *= 2
    return replay


def _branches(session: Session, timelines: Timelines) -> list[str]:
    """What each branch came to, where there are several."""
    from core import significant

    computed = [(named.name, timelines[named.branch]) for named in session.branches if named.branch in timelines]
    return [
        f"{name}: {len(timeline)} steps, loss {significant(timeline.losses[-1], DIGITS)}"
        for name, timeline in computed
        if len(session.branches) > 1 and len(timeline)
    ]


def _agreement(session: Session) -> str:
    """That the losses are those saved."""
    compared = [named for named in session.branches if named.branch in session.recorded.losses]
    if not compared:
        return "it has no losses to compare with"
    branches = f"{len(compared)} branch{'es' * (len(compared) > 1)}"
    return f"{branches}, {sum(named.steps for named in compared):,} steps: the losses are those saved, to the last bit"
