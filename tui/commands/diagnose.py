"""`sgdb diagnose`: what became of a run, and why it does not learn."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.commands.arguments import PROBLEM_OPTIONS, SESSION_TOO, Option, complain, is_session, load, parse, printable
from tui.commands.notations import NOTATION, notation_of, notation_of_session
from tui.commands.progress import progress_of
from tui.commands.report_data import finite
from tui.commands.run import STEPS, STEPS_OPTION, steps_of
from tui.commands.session import read_session, replayed

if TYPE_CHECKING:
    from core import Diagnosis, Finding, Notation, Place, Problem, Session, Timeline

ABOUT = (
    "Train, or replay a session as far as it was, and say what became of the run: why it does not learn, since when, "
    "and at which number to look."
)
OPTIONS = (
    STEPS_OPTION,
    Option("json", None, "print the findings as JSON"),
    NOTATION,
    *PROBLEM_OPTIONS,
)
ALARM = 1
INTERRUPTED = 130


def main(argv: Sequence[str]) -> int:
    """Diagnose a run of some steps. Returns 0 where there is no alarm, 1 where it was found why the network does not
    learn, 2 for wrong input, 130 when interrupted.
    """
    arguments = parse("sgdb diagnose", ABOUT, OPTIONS, argv, operand=SESSION_TOO)
    if "help" in arguments.values:
        print(arguments.help, end="")
        return 0
    session = None
    if is_session(arguments.problem):
        problem, session, mistakes = read_session(arguments, known=("json", "notation"))
    else:
        problem, mistakes = load(arguments)
    steps = steps_of(arguments.values.get("steps", str(STEPS)), mistakes)
    notation, unknown = notation_of(arguments.values)
    mistakes += unknown
    if problem is None or mistakes:
        return complain(mistakes)

    from core import DivergedError, ProblemError, Timeline, diagnose

    timeline = Timeline(problem)
    try:
        if session is not None:
            timeline, steps = _looked_at(session, problem)
            notation = notation or notation_of_session(session, problem)
        notation = notation or problem.notation
        with progress_of("step") as progress:
            found = diagnose(timeline, steps, progress, notation=notation)
    except ProblemError as error:
        return complain(f"{printable(arguments.problem)}: {line}" for line in str(error).splitlines())
    except DivergedError as error:
        return complain([f"{printable(arguments.problem)}: {error}"], ALARM)
    except KeyboardInterrupt:
        return complain(["interrupted before the diagnosis was complete"], INTERRUPTED)
    if "json" in arguments.values:
        import json

        print(json.dumps(_as_data(problem, timeline, found, notation), ensure_ascii=False, indent=2))
    else:
        for line in _lines(timeline, found, notation):
            print(line)
    sys.stdout.flush()
    return 0 if found.learns else ALARM


def _looked_at(session: Session, problem: Problem) -> tuple[Timeline, int]:
    """The run of the branch that is looked at, and the last step of it that was computed. Raises ProblemError, and
    DivergedError where it does not get to where the branch begins any more.
    """
    from core import Timelines

    looked_at, timelines = session.looked_at, Timelines(problem)
    alone = replace(session, branches=(looked_at,), bookmarks=())
    for line in replayed(alone, timelines).differences:
        print(f"session: {line}", file=sys.stderr)
    timeline = timelines[looked_at.branch]
    return timeline, max(looked_at.steps - 1, timeline.start)


def _lines(timeline: Timeline, found: Diagnosis, notation: Notation | None) -> Iterator[str]:
    """What became of the run, then the findings, each with the number that it leads to; ! marks an alarm."""
    yield f"{found.outcome.kind}: {found.outcome.text}"
    for finding in found.findings:
        yield f"{'!' if finding.alarm else ' '} {finding.text}"
        yield from (f"    {line}" for line in (*finding.lines, *_look(timeline, finding, notation)))


def _look(timeline: Timeline, finding: Finding, notation: Notation | None) -> Iterator[str]:
    if finding.alarm and finding.place is not None and not finding.lines:
        step, name, cell = finding.place
        own = f"{name}[{','.join(map(str, cell))}]" if cell else name
        yield f"look at {_label(timeline, finding.place, notation) or own} of step {step}"


def _label(timeline: Timeline, place: Place, notation: Notation | None) -> str:
    """What a notation calls a number; empty in sgdb's own names."""
    if notation is None or notation.is_own or not len(timeline):
        return ""
    from core import shown_in

    step = shown_in(timeline[min(place.step, len(timeline) - 1)], notation)
    return step.statement.wording.label(place.name, place.cell)


def _place(timeline: Timeline, place: Place, notation: Notation | None) -> dict[str, Any]:
    """A number by sgdb's name, which programs know it by; in a notation, with what that calls it."""
    found: dict[str, Any] = {"step": place.step, "name": place.name, "cell": list(place.cell)}
    label = _label(timeline, place, notation)
    return {**found, "label": label} if label else found


def _as_data(problem: Problem, timeline: Timeline, found: Diagnosis, notation: Notation | None) -> dict[str, Any]:
    return {
        "problem": problem.name,
        "last_step": found.last,
        "loss": finite(found.loss),
        "outcome": found.outcome.kind,
        "text": found.outcome.text,
        "learns": found.learns,
        "complete": found.complete,
        "findings": [
            {
                "kind": finding.kind,
                "alarm": finding.alarm,
                "text": finding.text,
                "first_step": finding.first,
                "first_step_is_exact": finding.exact,
                "last_step": finding.last,
                "layer": finding.layer,
                "units": list(finding.units),
                "rows": list(finding.rows),
                "place": None if finding.place is None else _place(timeline, finding.place, notation),
                "arithmetic": list(finding.lines),
            }
            for finding in found.findings
        ],
    }
