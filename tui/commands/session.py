"""Saved sessions on the command line: opened where a problem is, and replayed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING

from tui.commands.arguments import Arguments, complain, is_session, load, printable
from tui.commands.facts import tell_facts
from tui.commands.learned import printed_loss, tell_verdict
from tui.commands.notations import notation_of, notation_of_session, told_in
from tui.commands.progress import SLICE, progress_bar

if TYPE_CHECKING:
    from core import NamedBranch, Notation, Problem, Replay, Session, Timeline, Timelines

FAILED = 1
INTERRUPTED = 130


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
    """`sgdb run FILE.session`: replay every branch as far as it was computed, and print the loss of the one that is
    looked at in the last step there, over all rows; on stderr, that of every branch, whether the losses are those
    saved, the verdict on that step, and what keeps the run from learning. Returns the exit status: 1 where a run does
    not get as far any more, or its loss grows without bound, else as `sgdb run` does.
    """
    problem, session, mistakes = read_session(arguments, known=("notation",))
    notation, unknown = notation_of(arguments.values)
    mistakes += unknown
    if problem is None or session is None or mistakes:
        return complain(mistakes)

    from core import DivergedError, ProblemError, Timelines

    notation = notation or notation_of_session(session, problem)
    timelines, looked_at = Timelines(problem), session.looked_at
    try:
        replay = replayed(session, timelines)
        told = (
            *_branches(session, timelines, notation),
            *remarks(session),
            *(replay.differences or [_agreement(session)]),
        )
        for line in told:
            print(f"session: {line}", file=sys.stderr)
        timeline = timelines[looked_at.branch]
    except ProblemError as error:
        return complain(f"{printable(arguments.problem)}: {line}" for line in str(error).splitlines())
    except DivergedError as error:
        return complain([f"{looked_at.name}: {error}"], FAILED)
    except KeyboardInterrupt:
        return complain(["stopped on the way to where the session was"], INTERRUPTED)
    last = last_step(looked_at, timeline)
    arrived = last is not None and len(timeline) >= looked_at.steps
    if arrived:
        assert last is not None
        print(printed_loss(timeline[last]), flush=True)
    else:
        complain([f"{looked_at.name}: {told_in(notation, timeline.diverged, timeline)}"])
    end = len(timeline) - 1 if last is None else last
    if end >= 0:
        tell_verdict(timeline[end], notation)
    diverging = end >= 0 and tell_facts(timeline, end, notation)
    return 0 if arrived and replay.complete and not diverging else FAILED


def last_step(named: NamedBranch, timeline: Timeline) -> int | None:
    """The step whose loss is told of a branch: the last one that was computed, but the first of its own where there was
    none. None where the run does not get there.
    """
    from core import DivergedError

    wanted = max(min(named.steps, len(timeline)) - 1, timeline.start)
    try:
        timeline.approach(wanted + 1)
    except DivergedError:
        return None
    return wanted


def remarks(session: Session) -> list[str]:
    """What a session asks for that is not what it gets."""
    return [
        f"{named.name}: {named.steps} steps are asked for; its edits take it to step {named.branch.start}"
        for named in session.branches
        if 0 < named.steps < named.branch.start
    ]


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


def _branches(session: Session, timelines: Timelines, notation: Notation | None) -> Iterator[str]:
    """The loss of each branch, and of which step that is."""
    for named in session.branches:
        if named.branch not in timelines:
            continue
        timeline = timelines[named.branch]
        last = last_step(named, timeline)
        if last is None and len(timeline) >= named.steps:  # else it is told among the differences
            yield f"{named.name}: {told_in(notation, timeline.diverged, timeline)}"
        elif last is not None:
            looked_at = " (looked at)" if named == session.looked_at and len(session.branches) > 1 else ""
            yield f"{named.name}{looked_at}: step {last}: loss {printed_loss(timeline[last])}"


def _agreement(session: Session) -> str:
    """That the losses are those saved."""
    compared = [named for named in session.branches if named.branch in session.recorded.losses]
    if not compared:
        return "it has no losses to compare with"
    branches = f"{len(compared)} branch{'es' * (len(compared) > 1)}"
    return f"{branches}, {sum(named.steps for named in compared):,} steps: the losses are those saved, to the last bit"
