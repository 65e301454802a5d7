"""`sgdb solve`: the worked solution of a step, or of several, on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui.commands.arguments import PROBLEM_OPTIONS, Option, complain, load, parse, printable, whole
from tui.commands.notations import NOTATION, notation_of
from tui.commands.output import (
    DIGITS,
    FORCE,
    FORMAT,
    OUTPUT,
    read_digits,
    read_output,
    write,
)
from tui.commands.progress import train

ABOUT = "Write the worked solution of SGD steps: what is given, and every formula with its numbers and result."
LAST_STEP = 10**9
MOST_STEPS = 100
FAILED = 1
INTERRUPTED = 130
OPTIONS = (
    Option("step", "K", "the SGD step (default: 0)"),
    Option("steps", "A..B", f"steps A to B, at most {MOST_STEPS} (not for toml)"),
    FORMAT,
    OUTPUT,
    FORCE,
    DIGITS,
    NOTATION,
    Option("whole", None, "show large matrices in full, in blocks that fit on a page"),
    *PROBLEM_OPTIONS,
)


def main(argv: Sequence[str]) -> int:
    """Write a solution. Returns 0, 1 where the run does not get to the step, 2 for wrong input, 74 where the file
    cannot be written, 130 when interrupted.
    """
    arguments = parse("sgdb solve", ABOUT, OPTIONS, argv)
    if "help" in arguments.values:
        print(arguments.help, end="")
        return 0
    problem, mistakes = load(arguments)
    first, last = _steps(arguments.values, mistakes)
    digits = read_digits(arguments.values, mistakes)
    output = read_output(arguments, problem, mistakes)
    notation, unknown = notation_of(arguments.values)
    mistakes += unknown
    if output.format == "toml":
        mistakes += _answer_sheet_mistakes(arguments.values, last)
    if problem is None or mistakes:
        return complain(mistakes)

    from core import DivergedError, ProblemError, Timeline
    from core.solving import MOST_CHECKED, count, solve

    timeline, sheet = Timeline(problem), output.format == "toml"
    try:
        train(timeline, first)
        if sheet and (numbers := count(timeline[first])) > MOST_CHECKED:
            return complain([f"--format: an answer sheet (toml) has at most {MOST_CHECKED} numbers, found {numbers}"])
        # One by one: a hundred steps of a large problem need not be in memory at once.
        steps = (timeline[index] for index in range(first, last + 1))
        whole = sheet or "whole" in arguments.values
        solution = solve(steps, digits, whole, expected=last - first + 1, notation=notation)
    except ProblemError as error:
        return complain(str(error).splitlines())
    except DivergedError as error:
        return complain([str(error)], FAILED)
    except KeyboardInterrupt:
        return complain([f"stopped at step {len(timeline)} of {last}"], INTERRUPTED)
    return write(solution, output, arguments)


def _steps(values: Mapping[str, Any], mistakes: list[str]) -> tuple[int, int]:
    """The first and the last step to be written."""
    if "steps" not in values:
        text = values.get("step", "0")
        step = whole(text)
        if step is None or step > LAST_STEP:
            mistakes.append(f'--step: expected a whole number from 0 to {LAST_STEP}, found "{printable(text)}"')
            return 0, 0
        return step, step
    if "step" in values:
        mistakes.append("--step and --steps: cannot be combined")
    text = values["steps"]
    first, dots, last = (part.strip() for part in text.partition(".."))
    a, b = whole(first), whole(last)
    if not dots or a is None or b is None or max(a, b) > LAST_STEP:
        mistakes.append(f'--steps: expected two whole numbers such as 0..3, found "{printable(text)}"')
        return 0, 0
    if a > b:
        mistakes.append(f"--steps: expected the first step before the last, found {a}..{b}")
    if b - a >= MOST_STEPS:
        mistakes.append(f"--steps: expected at most {MOST_STEPS} steps, found {b - a + 1}")
    return a, b


def _answer_sheet_mistakes(values: Mapping[str, Any], last: int) -> list[str]:
    """What is wrong with the steps where an answer sheet is to be written."""
    from core.solving import LAST_CHECKED

    if "steps" in values:
        return ["--steps: an answer sheet (toml) has one step; use --step"]
    if last > LAST_CHECKED:
        return [f"--step: expected at most {LAST_CHECKED} for an answer sheet (toml), found {last}"]
    return []
