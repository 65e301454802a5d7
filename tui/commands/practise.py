"""`sgdb practise`: a fresh problem of the same kind, on the screen or on paper."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui.arguments import PROBLEM_OPTIONS, Option, complain, load, parse, printable
from tui.commands.solve import DIGITS, FORMAT, OUTPUT, deliver, read_digits, read_output, with_short_output

if TYPE_CHECKING:
    from core.practice import Score

ABOUT = "Practise on a fresh problem of the same kind with friendly numbers. The same seed gives the same sheet."
OPTIONS = (
    Option("seed", "N", "which sheet: a whole number (default: a new one)"),
    Option("sheet", None, "print the empty sheet"),
    Option("key", None, "print the solved one"),
    Option("scores", None, "show the scores so far"),
    FORMAT,
    OUTPUT,
    DIGITS,
    *(option for option in PROBLEM_OPTIONS if option.name != "seed"),
)
SHEETS = 10_000  # to choose from where no seed is given


def main(argv: Sequence[str]) -> int:
    """Practise, or print a sheet or its key. Returns 0, 1 where a file cannot be written, 2 for wrong input."""
    arguments = parse("sgdb practise", ABOUT, OPTIONS, with_short_output(argv))
    if "help" in arguments.values:
        print(arguments.help, end="")
        return 0
    if "scores" in arguments.values and not arguments.mistakes:
        return _print_scores()
    values = dict(arguments.values)
    seed = values.pop("seed", None)
    problem, mistakes = load(arguments._replace(values=values))
    number = _seed(seed, mistakes)
    digits = read_digits(values, mistakes)
    format = read_output(values, arguments.problem, mistakes)
    printed = [name for name in ("sheet", "key") if name in values]
    if len(printed) > 1:
        mistakes.append("--sheet and --key: expected one of the two")
    for name in ("output", "format", "digits"):
        if name in values and not printed:
            mistakes.append(f"--{name}: expected --sheet or --key with it")
    if problem is None or mistakes:
        return complain(mistakes)

    from core import ProblemError
    from core.practice import Exercise

    try:
        exercise = Exercise(problem, number)
    except ProblemError as error:
        return complain(str(error).splitlines())
    if printed:
        from core.solving import blank_sheet, render, solve

        step = exercise.step
        solution = solve([step], digits, whole=True) if "key" in values else blank_sheet(step, digits)
        return deliver(render(solution, format), values.get("output"))
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        return complain(["the exercise needs a terminal; to print it: --sheet, and its solution: --key"])
    from tui.screens.practise import run_practice

    return run_practice(exercise)


def _seed(text: str | None, mistakes: list[str]) -> int:
    from core.practice import LARGEST_SEED

    if text is None:
        from secrets import randbelow

        return randbelow(SHEETS)
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_SEED:
        return int(text)
    mistakes.append(f'--seed: expected a whole number from 0 to {LARGEST_SEED}, found "{printable(text)}"')
    return 0


def _print_scores() -> int:
    from core.practice import load_scores

    scores, problem = load_scores()
    for line in _table(scores):
        print(line)
    if problem:
        print(f"sgdb: {problem}", file=sys.stderr)
    return 0


def _table(scores: Sequence[Score]) -> Iterator[str]:
    if not scores:
        yield "no exercise has been finished yet"
        return
    rows = [("finished", "problem", "sheet", "points", "slips", "hints", "time")]
    for score in scores:
        minutes, seconds = divmod(round(score.seconds), 60)
        points = f"{score.points:g} of {score.numbers}"
        day = score.finished[:16].replace("T", " ")
        rows.append(
            (day, score.problem, str(score.seed), points, str(score.slips), str(score.hints), f"{minutes}:{seconds:02}")
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        left = f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}"
        yield left + "".join(f"  {text:>{width}}" for text, width in zip(row[2:], widths[2:], strict=True))
