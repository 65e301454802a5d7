"""`sgdb practise`: a fresh problem of the same kind, on the screen or on paper."""

from __future__ import annotations

from argparse import SUPPRESS
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui.commands.arguments import (
    DEFAULT_PROBLEM,
    PROBLEM_OPTIONS,
    Arguments,
    Option,
    complain,
    load,
    parse,
    printable,
    terminal,
)
from tui.commands.notations import NOTATION, notation_of
from tui.commands.output import DIGITS, FORCE, FORMAT, OUTPUT, read_digits, read_output, write

if TYPE_CHECKING:
    from core.practice import Score

ABOUT = (
    "Practise on a new problem of the same kind with friendly numbers. The same seed gives the same sheet; progress "
    "is saved."
)
OF_NUMBERS = ("test", "data-seed", "standardize", "shape", "rows", "noise")
OPTIONS = (
    Option("seed", "N", "the number of the sheet (default: a new sheet)"),
    Option("sheet", None, "print the empty sheet"),
    Option("key", None, "print its solution"),
    Option("again", None, "start over a sheet that is not finished"),
    Option("scores", None, "show all scores"),
    FORMAT,
    OUTPUT,
    FORCE,
    DIGITS,
    NOTATION,
    # A seed is a sheet's here, and the numbers of a table do not come into it: no line of the help is about these.
    *(
        option._replace(help=SUPPRESS) if option.name in OF_NUMBERS else option
        for option in PROBLEM_OPTIONS
        if option.name != "seed"
    ),
)


def main(argv: Sequence[str]) -> int:
    """Practise, or print a sheet, its key or the scores. Returns 0, 2 for wrong input or scores of no use, 74 where a
    file cannot be written.
    """
    arguments = parse("sgdb practise", ABOUT, OPTIONS, argv)
    if "help" in arguments.values:
        print(arguments.help, end="")
        return 0
    if "scores" in arguments.values:
        mistakes = _beside_scores(arguments)
        return complain(mistakes) if mistakes else _print_scores()
    values = {name: value for name, value in arguments.values.items() if name not in OF_NUMBERS}
    arguments.mistakes.extend(
        f"--{name}: not for a sheet, whose inputs are new, friendly numbers"
        for name in OF_NUMBERS
        if name in arguments.values
    )
    seed = values.pop("seed", None)
    arguments = arguments._replace(values=values)
    problem, mistakes = load(arguments)
    number = _seed(seed, mistakes)
    digits = read_digits(values, mistakes)
    output = read_output(arguments, problem, mistakes)
    notation, unknown = notation_of(values)
    mistakes += unknown
    printed = [name for name in ("sheet", "key") if name in values]
    if len(printed) > 1:
        mistakes.append("--sheet and --key: cannot be combined")
    for name in ("output", "force", "format", "digits"):
        if name in values and not printed:
            mistakes.append(f"--{name}: needs --sheet or --key")
    if "again" in values and printed:
        mistakes.append(f"--again: cannot be combined with --{printed[0]}")
    if problem is None or mistakes:
        return complain(mistakes)

    from core import DivergedError, ProblemError
    from core.practice import Exercise, forget_progress

    try:
        kept = {"keep_rate": "lr" in values, "keep_rows": "batch" in values}
        exercise = Exercise(problem, number, **kept, notation=notation)
    except (ProblemError, DivergedError) as error:
        return complain(str(error).splitlines())
    if printed:
        from core.solving import solve, worksheet

        step = exercise.step
        if "key" in values:
            solution = solve([step], digits, whole=True, notation=notation)
        else:
            solution = worksheet(step, digits, notation)
        return write(solution, output, arguments, number)
    if not terminal():
        return complain(["practice needs a terminal; --sheet prints the sheet, --key its solution"])
    from tui.app import run_practice
    from tui.commands.data_folder import data_folder

    try:
        folder = data_folder()
    except ProblemError as error:
        return complain([str(error)])
    if "again" in values:
        forget_progress(exercise, folder)
    return run_practice(exercise, folder)


def _seed(text: str | None, mistakes: list[str]) -> int:
    from core.practice import LARGEST_SEED

    if text is None:
        from tui.practice.seeds import new_seed

        return new_seed()
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_SEED:
        return int(text)
    mistakes.append(f'--seed: expected a whole number from 0 to {LARGEST_SEED}, found "{printable(text)}"')
    return 0


def _beside_scores(arguments: Arguments) -> list[str]:
    """What is wrong with a command line that asks for the scores: anything else on it."""
    others = [f"--{name}" for name in arguments.values if name != "scores"]
    if arguments.problem != DEFAULT_PROBLEM:
        others.insert(0, f'"{printable(arguments.problem)}"')
    return [*arguments.mistakes, *([f"--scores: cannot be combined with {', '.join(others)}"] if others else [])]


def _print_scores() -> int:
    from core import ProblemError
    from core.practice import load_scores
    from tui.commands.data_folder import data_folder

    try:
        scores, note = load_scores(data_folder())
    except ProblemError as error:
        return complain([str(error)])
    if note and not scores:
        return complain([note])
    for line in _table(scores):
        print(line)
    return complain([note], 0) if note else 0


def _table(scores: Sequence[Score]) -> Iterator[str]:
    if not scores:
        yield "no finished sheets yet"
        return
    rows = [("finished", "problem", "loss", "sheet", "points", "slips", "hints", "time")]
    for score in scores:
        minutes, seconds = divmod(round(score.seconds), 60)
        points = f"{score.points:g} of {score.numbers}"
        day = score.finished[:16].replace("T", " ")
        counts = str(score.slips), str(score.hints), f"{minutes}:{seconds:02}"
        rows.append((day, score.problem, score.loss, str(score.seed), points, *counts))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            f"{text:{'<' if i < 3 else '>'}{width}}" for i, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells)
