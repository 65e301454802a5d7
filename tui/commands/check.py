"""`sgdb check`: work done by hand, and the first slip in it; or the marks of a class."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.commands.arguments import (
    PROBLEM_OPTIONS,
    Arguments,
    Operand,
    Option,
    complain,
    is_session,
    load,
    no_session,
    parse,
    printable,
    terminal,
    whole,
)
from tui.commands.marking import is_for_class, mark_class
from tui.commands.notations import NOTATION, notation_of
from tui.commands.output import FORCE
from tui.commands.progress import progress_of, train

if TYPE_CHECKING:
    from core import CheckReport, MarkedSheet, Notation, Problem, Scheme, Step

ABOUT = """Check numbers and formulas found by hand: find the first slip and name its kind. Of several files, or a
folder of them, mark each sheet: a line with its points and the reasons."""
ANSWERS = Operand(
    "ANSWERS",
    "file of answers",
    "a .toml file with the problem, the step and your answers, a .npz file of arrays, with --problem, or a folder",
    several=True,
)
LAST_STEP = 100_000
OPTIONS = (
    Option("problem", "PROBLEM", "the problem, where the answers do not name it: a built-in one or a file"),
    Option("step", "K", "with --problem: the SGD step (default: 0)"),
    *PROBLEM_OPTIONS,
    Option("digits", "N", "how many digits of a number are owed (default: what the answers say, else 2)"),
    Option("scheme", "FILE", "a .toml file with points, rules and the mistakes you expect (default: 1 point each)"),
    Option("csv", "FILE", "save the marks as a table: a row for each sheet, a column for each quantity"),
    NOTATION,
    FORCE,
    Option("json", None, "print the report as JSON, for graders"),
    Option("screen", None, "open the step on the screen, with every number marked"),
)
MOST_DIGITS = 15
SLIPPED, BLANK = 1, 3


def main(argv: Sequence[str]) -> int:
    """Check a file of answers. Returns 0 where all is right, 1 where there is a slip or too few digits, 2
    for a file that is unusable, 3 where there is nothing to judge; for a class, what `mark_class` does.
    """
    arguments = parse("sgdb check", ABOUT, OPTIONS, argv, operand=ANSWERS)
    values = arguments.values
    if "help" in values:
        print(arguments.help, end="")
        return 0
    problem, mistakes = load_named(arguments)
    many = is_for_class(arguments.operands, values)
    digits = whole(values["digits"]) if "digits" in values else None
    if "digits" in values and (digits is None or not 1 <= digits <= MOST_DIGITS):
        found = printable(values["digits"])
        mistakes = [*mistakes, f'--digits: expected a whole number from 1 to {MOST_DIGITS}, found "{found}"']
    if {"json", "screen"} <= values.keys():
        mistakes = [*mistakes, "--json and --screen: cannot be combined"]
    if many and "screen" in values:
        mistakes = [*mistakes, "--screen: expected one file of answers, and no --csv"]
    mistakes = [*mistakes, *(no_session(name) for name in arguments.operands if is_session(name))]
    notation, unknown = notation_of(values)
    if mistakes := [*mistakes, *unknown]:
        return complain(mistakes)

    from core import DivergedError, ProblemError, Scheme, load_scheme

    try:
        scheme = load_scheme(values["scheme"]) if "scheme" in values else Scheme()
        scheme = scheme if digits is None else replace(scheme, digits=digits)
        step = None if problem is None else _step_of(problem, int(values.get("step", 0)))
        if many:
            return mark_class(arguments.operands, values, scheme, step, notation)
        return _check(arguments.problem, values, scheme, step, notation)
    except DivergedError as error:
        return complain([f"--step: {error}"])
    except ProblemError as error:
        return complain(str(error).splitlines())


def load_named(arguments: Arguments) -> tuple[Problem | None, list[str]]:
    """The problem that --problem names, with the options for it, if it is given, and all mistakes in the arguments."""
    mistakes = list(arguments.mistakes)
    if "problem" not in arguments.values:
        alone = [f"--{name}" for name in ("step", *arguments.problem_options) if name in arguments.values]
        return None, mistakes + [f"{name}: only with --problem; the answers name their own" for name in alone]
    step = whole(arguments.values.get("step", "0"))
    if step is None or step > LAST_STEP:
        found = printable(arguments.values["step"])
        mistakes.append(f'--step: expected a whole number from 0 to {LAST_STEP}, found "{found}"')
    return load(arguments._replace(problem=arguments.values["problem"], mistakes=mistakes))


def _step_of(problem: Problem, index: int) -> Step:
    """Raises DivergedError."""
    from core import Timeline

    timeline = Timeline(problem)
    train(timeline, index)
    return timeline[index]


def _check(path: str, values: Mapping[str, Any], scheme: Scheme, step: Step | None, notation: Notation | None) -> int:
    """Check one file, and mark it if that is asked for. Returns the exit status. Raises ProblemError."""
    from core import check_answers, mark_answers

    with progress_of("step") as progress:
        report = check_answers(path, step, progress, digits=scheme.digits, notation=notation)
    marked = mark_answers(report, scheme) if "scheme" in values else None
    report = report if marked is None else marked.report
    if "screen" in values:
        if not terminal():
            return complain([f"the screen needs a terminal; without one: sgdb check {printable(path)}"])
        from tui.app import run_app

        if status := run_app(report.step.problem, report):
            return status
    else:
        _print(report, marked, "json" in values)
    return 0 if report.right else BLANK if report.blank else SLIPPED


def _print(report: CheckReport, marked: MarkedSheet | None, as_json: bool) -> None:
    if as_json:
        import json

        from tui.commands.report_data import marks_as_data, report_as_data

        marks = {} if marked is None else {"marks": marks_as_data(marked)}
        print(json.dumps(report_as_data(report.shown) | marks, ensure_ascii=False, indent=2))
        return
    from tui.commands.marks_text import marks_lines
    from tui.commands.report_text import ReportText

    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    marks_text = [] if marked is None else ["", *marks_lines(marked)]
    print("\n".join([*ReportText(report.shown, colours).lines(), *marks_text]))
