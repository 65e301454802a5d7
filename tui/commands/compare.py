"""`sgdb compare`: runs side by side under one cursor."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.commands.arguments import (
    PROBLEM_OPTIONS,
    Operand,
    Option,
    as_typed,
    complain,
    is_session,
    parse,
    printable,
    terminal,
)
from tui.commands.run import STEPS, steps_of

if TYPE_CHECKING:
    from core import ProblemError
    from tui.sweeps.compare import Side

ABOUT = (
    "Draw the losses of runs side by side under one cursor, and tell what differs there from the first of them. The "
    "options hold for every operand that is a problem."
)
RUNS = Operand(
    "RUN",
    "run",
    "a problem, a saved .session (the branch that it looks at), or a run of a sweep: FILE.sqlite:NUMBER",
    several=True,
)
OPTIONS = (
    Option("steps", "N", f"the step that each run goes to (default: as it was saved; {STEPS} of a problem)"),
    *PROBLEM_OPTIONS,
)
SWEEP_SUFFIX = ".sqlite"
OF_SWEEP = re.compile(r"(?P<path>.+):(?P<number>[0-9]{1,12})")


def main(argv: Sequence[str]) -> int:
    """Open runs side by side. Returns 0, or 2 for wrong input, else as the screen does."""
    arguments = parse("sgdb compare", ABOUT, OPTIONS, argv, operand=RUNS)
    if "help" in arguments.values:
        print(arguments.help, end="")
        return 0
    mistakes = list(arguments.mistakes)
    steps = steps_of(arguments.values["steps"], mistakes) if "steps" in arguments.values else None
    sides, options = [], arguments.problem_options
    wrong: dict[str, set[str]] = {}  # by mistake, the words in which it is
    for word in arguments.operands:
        side, found = _side(word, options, steps)
        for mistake in found:
            wrong.setdefault(mistake, set()).add(word)
        sides += [] if side is None else [side]
    problems = {word for word in arguments.operands if not (is_session(word) or _is_of_sweep(word))}
    for mistake, words in wrong.items():
        of_some = mistake.startswith("--") and len(words) < len(problems)
        mistakes += [f"{printable(word)}: {mistake}" for word in sorted(words)] if of_some else [mistake]
    if not problems:
        mistakes += [f"--{name}: of no use without a problem" for name in options]

    from tui.sweeps.compare import FEWEST, MOST

    if arguments.operands and not FEWEST <= len(arguments.operands) <= MOST:
        mistakes.append(f"expected {FEWEST} to {MOST} runs, found {len(arguments.operands)}")
    if mistakes:
        return complain(mistakes)
    if not terminal():
        return complain(["the screen needs a terminal; for one run without it: sgdb run"])

    from tui.sweeps.app import run_compare_app

    return run_compare_app(sides)


def _is_of_sweep(word: str) -> bool:
    """Whether a word names a run of a sweep, or a sweep."""
    match = OF_SWEEP.fullmatch(word)
    path = word if match is None else match["path"]
    return os.path.splitext(path)[1].lower() == SWEEP_SUFFIX


def _side(word: str, options: Mapping[str, Any], steps: int | None) -> tuple[Side | None, list[str]]:
    """The run that a word names, and what is wrong with it."""
    from core import ProblemError

    try:
        if _is_of_sweep(word):
            return _of_sweep(word, steps), []
        if is_session(word):
            return _of_session(word, steps), []
        return _of_problem(word, options, steps), []
    except ProblemError as error:
        return None, _told(word, error)


def _told(word: str, error: ProblemError) -> list[str]:
    if is_session(word) or _is_of_sweep(word):
        return [f"{printable(word)}: {mistake}" for mistake in error.mistakes]
    return as_typed(error)


def _of_problem(word: str, options: Mapping[str, Any], steps: int | None) -> Side:
    from core import Session, load_problem
    from tui.format import short
    from tui.sweeps.compare import Side

    problem = load_problem(word, dict(options))
    about = f"α {short(problem.learning_rate)}, {problem.loss.title}"
    return Side(os.path.basename(word), about, Session.of(problem), problem, STEPS if steps is None else steps)


def _of_session(word: str, steps: int | None) -> Side:
    from core import load_session
    from tui.sweeps.compare import Side

    session = load_session(word)
    problem = session.problem()
    looked_at = session.looked_at
    saved = max(looked_at.steps - 1, looked_at.branch.start)
    about = f"{looked_at.name} of {session.title}"
    return Side(
        os.path.basename(word),
        about,
        session,
        problem,
        saved if steps is None else steps,
        os.path.abspath(word),
        session.recorded.machine,
    )


def _of_sweep(word: str, steps: int | None) -> Side:
    """Raises ProblemError also where there is no such run."""
    from core import ProblemError, SweepFile
    from tui.sweeps.compare import side_of

    match = OF_SWEEP.fullmatch(word)
    with SweepFile.open(word if match is None else match["path"]) as file:
        if match is None:
            raise ProblemError("", ["expected the number of a run behind it, such as :17; sgdb sweep shows them"])
        number = int(match["number"])
        found, result = next(file.results(number - 1), (0, None))
        if found != number or result is None:
            raise ProblemError("", [f"there is no run {number}; it has {len(file):,}"])
        problem = result.run.source.problem()
        same = file.is_of(problem)
    return side_of(result, problem, same, f"{os.path.basename(match['path'])}:{number}", steps)
