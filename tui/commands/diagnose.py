"""`sgdb diagnose`: what became of a run, and why it does not learn."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tui.commands.arguments import PROBLEM_OPTIONS, Option, complain, load, parse
from tui.commands.progress import progress_of
from tui.commands.report_data import finite
from tui.commands.run import STEPS, STEPS_OPTION, steps_of

if TYPE_CHECKING:
    from core import Diagnosis, Finding, Problem

ABOUT = "Train, and say what became of the run: why it does not learn, since when, and at which number to look."
OPTIONS = (
    STEPS_OPTION,
    Option("json", None, "print the findings as JSON"),
    *PROBLEM_OPTIONS,
)
ALARM = 1
INTERRUPTED = 130


def main(argv: Sequence[str]) -> int:
    """Diagnose a run of some steps. Returns 0 where there is no alarm, 1 where it was found why the network does not
    learn, 2 for wrong input, 130 when interrupted.
    """
    arguments = parse("sgdb diagnose", ABOUT, OPTIONS, argv)
    if "help" in arguments.values:
        print(arguments.help, end="")
        return 0
    problem, mistakes = load(arguments)
    steps = steps_of(arguments.values.get("steps", str(STEPS)), mistakes)
    if problem is None or mistakes:
        return complain(mistakes)

    from core import Timeline, diagnose

    try:
        with progress_of("step") as progress:
            found = diagnose(Timeline(problem), steps, progress)
    except KeyboardInterrupt:
        return complain(["interrupted before the diagnosis was complete"], INTERRUPTED)
    if "json" in arguments.values:
        import json

        print(json.dumps(_as_data(problem, found), ensure_ascii=False, indent=2))
    else:
        for line in _lines(found):
            print(line)
    sys.stdout.flush()
    return 0 if found.learns else ALARM


def _lines(found: Diagnosis) -> Iterator[str]:
    """What became of the run, then the findings, each with the number that it leads to; ! marks an alarm."""
    yield f"{found.outcome.kind}: {found.outcome.text}"
    for finding in found.findings:
        yield f"{'!' if finding.alarm else ' '} {finding.text}"
        yield from (f"    {line}" for line in (*finding.lines, *_look(finding)))


def _look(finding: Finding) -> Iterator[str]:
    if finding.alarm and finding.place is not None and not finding.lines:
        step, name, cell = finding.place
        at = f"[{','.join(map(str, cell))}]" if cell else ""
        yield f"look at {name}{at} of step {step}"


def _as_data(problem: Problem, found: Diagnosis) -> dict[str, Any]:
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
                "place": None
                if finding.place is None
                else {"step": finding.place.step, "name": finding.place.name, "cell": list(finding.place.cell)},
                "arithmetic": list(finding.lines),
            }
            for finding in found.findings
        ],
    }
