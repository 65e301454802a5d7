"""`sgdb check`: work done by hand, and the first slip in it."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tui.commands.arguments import (
    PROBLEM_OPTIONS,
    Arguments,
    Operand,
    Option,
    complain,
    load,
    parse,
    printable,
    terminal,
    whole,
)
from tui.commands.progress import progress_of, train
from tui.commands.report_text import ReportText

if TYPE_CHECKING:
    from core import CheckReport, Problem

ABOUT = "Check numbers and formulas found by hand: find the first slip and name its kind."
ANSWERS = Operand(
    "ANSWERS",
    "file of answers",
    "a .toml file with the problem, the step and your answers, or a .npz file of arrays, with --problem",
)
LAST_STEP = 100_000
OPTIONS = (
    Option("problem", "PROBLEM", "the problem, where the answers do not name it: a built-in one or a file"),
    Option("step", "K", "with --problem: the SGD step (default: 0)"),
    *PROBLEM_OPTIONS,
    Option("digits", "N", "how many digits of a number are owed (default: what the answers say, else 2)"),
    Option("json", None, "print the report as JSON, for graders"),
    Option("screen", None, "open the step on the screen, with every number marked"),
)
MOST_DIGITS = 15
DIGITS = 12  # of a number in JSON
SLIPPED, BLANK = 1, 3


def main(argv: Sequence[str]) -> int:
    """Check a file of answers. Returns 0 where all is right, 1 where there is a slip or too few digits, 2
    for a file that is unusable, 3 where there is nothing to judge.
    """
    arguments = parse("sgdb check", ABOUT, OPTIONS, argv, operand=ANSWERS)
    if "help" in arguments.values:
        print(arguments.help, end="")
        return 0
    problem, mistakes = load_named(arguments)
    if {"json", "screen"} <= arguments.values.keys():
        mistakes = [*mistakes, "--json and --screen: cannot be combined"]
    digits = whole(arguments.values["digits"]) if "digits" in arguments.values else None
    if "digits" in arguments.values and (digits is None or not 1 <= digits <= MOST_DIGITS):
        found = printable(arguments.values["digits"])
        mistakes = [*mistakes, f'--digits: expected a whole number from 1 to {MOST_DIGITS}, found "{found}"']
    if mistakes:
        return complain(mistakes)

    from core import DivergedError, ProblemError, Timeline, check_answers

    try:
        step = None
        if problem is not None:
            timeline, index = Timeline(problem), int(arguments.values.get("step", 0))
            train(timeline, index)
            step = timeline[index]
        with progress_of("step") as progress:
            report = check_answers(arguments.problem, step, progress, digits=digits)
    except DivergedError as error:
        return complain([f"--step: {error}"])
    except ProblemError as error:
        return complain(str(error).splitlines())
    if "screen" in arguments.values:
        if not terminal():
            return complain([f"the screen needs a terminal; without one: sgdb check {printable(arguments.problem)}"])
        from tui.app import run_app

        if status := run_app(report.step.problem, report):
            return status
    elif "json" in arguments.values:
        import json

        print(json.dumps(as_data(report), ensure_ascii=False, indent=2))
    else:
        colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        print("\n".join(ReportText(report, colours).lines()))
    return 0 if report.right else BLANK if report.blank else SLIPPED


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


def as_data(report: CheckReport) -> dict[str, Any]:
    """The report as plain lists, texts and numbers; a number that is not finite is None."""
    return {
        "problem": report.step.problem.name,
        "step": report.step.index,
        "right": report.right,
        "blank": report.blank,
        "conventions": [{"kind": convention.kind, "text": convention.text} for convention in report.conventions],
        "counts": dict(report.counts),
        "unreadable": list(report.unreadable),
        "remarks": list(report.remarks),
        "slips": [
            {
                "name": slip.name,
                "cells": [list(cell) for cell in slip.cells],
                "kind": slip.kind or None,
                "text": slip.text,
                "others": list(slip.others),
                "arithmetic": list(slip.arithmetic),
            }
            for slip in report.slips
        ],
        "cells": [
            {
                "name": verdict.name,
                "cell": list(verdict.cell),
                "status": verdict.status,
                "written": verdict.written,
                "true": _finite(verdict.true),
                "own": _finite(verdict.own),
                "follows_from": list(verdict.follows_from),
                "from_zeros": verdict.from_zeros,
            }
            for verdict in report.cells
        ],
        "formulas": [
            {
                "name": formula.name,
                "text": formula.text,
                "right": formula.right,
                "message": formula.message,
                "mended": formula.mended or None,
            }
            for formula in report.formulas
        ],
    }


def _finite(value: float) -> float | None:
    """A number without the digits that depend on the processor; None where it is not finite."""
    from core import rounded_to

    return rounded_to(value, DIGITS) if math.isfinite(value) else None
