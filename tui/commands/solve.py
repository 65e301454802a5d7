"""`sgdb solve`: the worked solution of a step, or of several, on paper."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tui.arguments import PROBLEM_OPTIONS, Option, complain, load, parse, printable
from tui.progress import train

ABOUT = "Write the worked solution of SGD steps: what is given, every formula, the numbers put in, every matrix."
FORMATS = ("md", "latex", "html")
FORMAT = Option("format", "FORMAT", "md, latex or html (default: as FILE is called, or md)")
OUTPUT = Option("output", "FILE", "write to a file; also -o FILE (default: print)")
DIGITS = Option("digits", "N", "significant digits of the numbers, 2 to 17 (default: 6)")
OPTIONS = (
    Option("step", "K", "the SGD step (default: 0)"),
    Option("steps", "A..B", "several steps, from A to B"),
    FORMAT,
    OUTPUT,
    DIGITS,
    *PROBLEM_OPTIONS,
)
LAST_STEP = 10**9
MOST_STEPS = 100
FAILED = 1
INTERRUPTED = 130


def main(argv: Sequence[str]) -> int:
    """Write a solution. Returns 0, 1 where the run does not get to the step or the file cannot be written, 2 for wrong
    input, 130 when interrupted.
    """
    arguments = parse("sgdb solve", ABOUT, OPTIONS, with_short_output(argv))
    if "help" in arguments.values:
        print(arguments.help, end="")
        return 0
    problem, mistakes = load(arguments)
    first, last = _steps(arguments.values, mistakes)
    digits = read_digits(arguments.values, mistakes)
    format = read_output(arguments.values, arguments.problem, mistakes)
    if problem is None or mistakes:
        return complain(mistakes)

    from core import DivergedError, Timeline
    from core.solving import render, solve

    timeline = Timeline(problem)
    try:
        train(timeline, first)
        steps = [timeline[index] for index in range(first, last + 1)]
        text = render(solve(steps, digits), format)
    except DivergedError as error:
        return complain([str(error)], FAILED)
    except KeyboardInterrupt:
        return complain([f"stopped at step {len(timeline)} of {last}"], INTERRUPTED)
    return deliver(text, arguments.values.get("output"))


def with_short_output(argv: Sequence[str]) -> list[str]:
    """The words with -o written out."""
    end = argv.index("--") if "--" in argv else len(argv)
    return [*("--output" if word == "-o" else word for word in argv[:end]), *argv[end:]]


def read_digits(values: Mapping[str, Any], mistakes: list[str]) -> int:
    """--digits, or what is usual."""
    from core.solving import FEWEST, MOST, USUAL

    text = values.get("digits", str(USUAL))
    digits = _whole(text)
    if digits is None or not FEWEST <= digits <= MOST:
        mistakes.append(f'--digits: expected a whole number from {FEWEST} to {MOST}, found "{printable(text)}"')
        return USUAL
    return digits


def read_output(values: Mapping[str, Any], problem: str, mistakes: list[str]) -> str:
    """The format to be written, after a look at the file that is to be written."""
    from core import suggest
    from core.files import unwritable
    from core.solving import format_of

    path = values.get("output")
    if path is not None and (mistake := unwritable(path, problem)):
        mistakes.append(f"--output: {printable(path)}: {mistake}")
    format: str = values.get("format") or (format_of(path) if path is not None else None) or FORMATS[0]
    if format not in FORMATS:
        mistakes.append(f"--format: {suggest(printable(format), FORMATS)}")
    return format


def deliver(text: str, path: str | None) -> int:
    """Write the text to the file, or print it. Returns the exit status."""
    if path is None:
        import sys

        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8")
        print(text, end="")
        return 0
    from core.files import write_lines

    try:
        write_lines(path, [text])
    except OSError as error:
        return complain([f"--output: {printable(path)}: {error.strerror or error}"], FAILED)
    return 0


def _steps(values: Mapping[str, Any], mistakes: list[str]) -> tuple[int, int]:
    """The first and the last step to be written."""
    if "steps" not in values:
        text = values.get("step", "0")
        step = _whole(text)
        if step is None or step > LAST_STEP:
            mistakes.append(f'--step: expected a whole number from 0 to {LAST_STEP}, found "{printable(text)}"')
            return 0, 0
        return step, step
    if "step" in values:
        mistakes.append("--step and --steps: expected one of the two")
    text = values["steps"]
    first, dots, last = (part.strip() for part in text.partition(".."))
    a, b = _whole(first), _whole(last)
    if not dots or a is None or b is None or not a <= b <= LAST_STEP:
        mistakes.append(f'--steps: expected two whole numbers such as 0..3, found "{printable(text)}"')
        return 0, 0
    if b - a >= MOST_STEPS:
        mistakes.append(f"--steps: expected at most {MOST_STEPS} steps, found {b - a + 1}")
    return a, b


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text) else None
