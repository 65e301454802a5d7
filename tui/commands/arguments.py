"""The command line taken apart: every option that is given, and every mistake in how it was typed."""

from __future__ import annotations

import os
import sys
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from core import Problem, ProblemError

DEFAULT_PROBLEM = "exercise-2"
SESSION_SUFFIX = ".session"
WRONG_INPUT = 2


class Option(NamedTuple):
    """An option --`name`, with a `short` letter -o if it has one; without a `metavar` it takes no value."""

    name: str
    metavar: str | None
    help: str
    short: str = ""

    @property
    def flags(self) -> list[str]:
        """What it is called on the command line."""
        return [*([f"-{self.short}"] if self.short else []), f"--{self.name}"]


PROBLEM_OPTIONS = (
    Option(
        "loss",
        "LOSS",
        "squared, mse, bce, cross-entropy, hinge (on scores), softmax_hinge (on probabilities) or margin",
    ),
    Option("margin", "M", "the margin of a hinge or margin loss"),
    Option("squared", "WHETHER", "hinge: true squares each term"),
    Option("half", "WHETHER", "squared: false leaves the ½ out"),
    Option("lr", "RATE", "the learning rate"),
    Option("batch", "ROWS", "rows in a mini-batch; the number of all rows for one full batch"),
    Option("seed", "N", "seed for the order of the rows and, for a table, the initial weights"),
    Option("in-order", None, "mini-batches take the rows in their own order, not shuffled"),
    Option("reduction", "HOW", "sum or mean of the samples' losses"),
    Option("update", "UPDATE", "sgd, momentum, nesterov, rmsprop or adam"),
    Option("momentum", "MU", "the momentum of momentum or nesterov"),
    Option("l2", "LAMBDA", "penalty on the weights: half of LAMBDA times the sum of their squares"),
    Option("l1", "LAMBDA", "penalty on the weights: LAMBDA times the sum of their sizes"),
    Option("target", "COLUMN", "table: the target's column (default: the last)"),
    Option("task", "TASK", "table: classification or regression"),
    Option("drop", "COLUMNS", "table: columns to leave out, such as Id,Name"),
    Option("only", "COLUMNS", "table: the only columns that are features"),
    Option("encode", "COLUMNS", "table: make a feature for each different cell of these columns (one-hot)"),
    Option("missing", "HOW", "table: drop leaves rows with a missing cell out, mean fills them in"),
    Option("no-header", None, "table: the first line is data; columns are called 1, 2, 3, ..."),
    Option("encoding", "NAME", "table: the encoding of a text, such as latin-1 (default: UTF-8)"),
    Option("decimal", "MARK", "table: the mark before decimals, . or ,"),
    Option("thousands", "MARK", "table: the mark between thousands: , . ' or a space"),
    Option("hidden", "UNITS", "units of the hidden layers, such as 8,8, or none (not where a file gives the weights)"),
    Option(
        "activation",
        "NAME",
        "identity, relu, tanh, sigmoid or leaky_relu for the hidden layers (not where a file gives the weights)",
    ),
    Option("test", "SHARE", "hold out a share of the rows, such as 0.2, to see what was learned"),
    Option("data-seed", "N", "seed for the rows to hold out, and for generated data"),
    Option("standardize", None, "scale the features to mean 0 and standard deviation 1 over the training rows"),
    Option("shape", "HEIGHT,WIDTH", "each row of the inputs is a picture of this size, such as 8,8"),
    Option("rows", "N", "generated data (circles, moons, ...): the number of rows"),
    Option("noise", "SIZE", "generated data: how far the points stray, as a standard deviation"),
)
HELP = Option("help", None, "show this help", short="h")


class Operand(NamedTuple):
    """What a command works on: its name in the help and in a sentence, a line about it, what is taken where none is
    given, and whether there may be several.
    """

    name: str
    noun: str
    help: str
    default: str | None = None
    several: bool = False

    @property
    def usage(self) -> str:
        """How it stands in the usage of its command."""
        name = f"{self.name}..." if self.several else self.name
        return name if self.default is None else f"[{name}]"


PROBLEM = Operand("PROBLEM", "problem", "a built-in problem, or a .toml, .csv, .npz or .parquet file", DEFAULT_PROBLEM)
SESSION = Operand("FILE", "session", "a .session file")
SESSION_TOO = PROBLEM._replace(help="a built-in problem, a .toml, .csv, .npz or .parquet file, or a saved .session")


class Arguments(NamedTuple):
    """A command line: what it works on (its problem, for most), the options given (True for one without a value), what
    is wrong, the help, and everything it works on where that may be several.
    """

    problem: str
    values: Mapping[str, Any]
    mistakes: list[str]
    help: str
    operands: tuple[str, ...] = ()

    @property
    def problem_options(self) -> dict[str, Any]:
        return {option.name: self.values[option.name] for option in PROBLEM_OPTIONS if option.name in self.values}


def parse(
    command: str,
    about: str,
    options: Sequence[Option],
    argv: Sequence[str],
    commands: Iterable[str] = (),
    operand: Operand = PROBLEM,
) -> Arguments:
    """`argv` of a command that takes an operand and `options`. `commands` are words that somebody may have meant."""
    parser = ArgumentParser(
        prog=command,
        usage=f"{command} {operand.usage} [options]",
        description=about,
        add_help=False,
        allow_abbrev=False,
    )
    parser.add_argument("operand", nargs="*", metavar=operand.name, help=operand.help)
    for option in (*options, HELP):
        if option.metavar is None:
            parser.add_argument(
                *option.flags, dest=option.name, action="store_true", default=SUPPRESS, help=option.help
            )
        else:
            parser.add_argument(
                *option.flags, dest=option.name, metavar=option.metavar, default=SUPPRESS, help=option.help
            )
    words, known, mistakes = _sorted(argv, (*options, HELP))
    values = vars(parser.parse_args(known))
    del values["operand"]
    if not operand.several:
        words = _operands(words, operand.noun, commands, mistakes)
    if not words and operand.default is None:
        mistakes.append(f"expected {operand.name}, {operand.help}")
    first = words[0] if words else operand.default or ""
    return Arguments(first, values, mistakes, parser.format_help(), tuple(words))


def _sorted(argv: Sequence[str], options: Sequence[Option]) -> tuple[list[str], list[str], list[str]]:
    """The words that are no options; the options that argparse can take without stopping at a mistake, each with its
    value in one word; and the mistakes.
    """
    takes_value = {flag: option.metavar is not None for option in options for flag in option.flags}
    words: list[str] = []
    known: list[str] = []
    mistakes: list[str] = []
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        if takes_value.get(word[:2]) and word[2:] and word[2] != "=":
            word = f"{word[:2]}={word[2:]}"  # -oFILE
        name, equals, _ = word.partition("=")
        if word == "--":
            words += rest
            break
        if not word.startswith("-") or word == "-":
            words.append(word)
            continue
        value = rest[0] if rest and not equals and is_value(rest[0]) else None
        if name not in takes_value:
            message, meant = _meant(name, takes_value)
            mistakes.append(f"option: {message}")
            if value is not None and takes_value.get(meant, False):
                rest.pop(0)
        elif not takes_value[name]:
            known.append(name)
            if equals:
                mistakes.append(f"{name}: expected no value")
        elif equals:
            known.append(word)
        elif value is not None:
            known.append(f"{name}={rest.pop(0)}")
        else:
            mistakes.append(f"{name}: expected a value")
    return words, known, mistakes


def is_value(token: str) -> bool:
    """Whether a word of a command line is a value, not an option."""
    return not token.startswith("-") or token == "-" or token[1:2].isdigit() or token[1:2] == "."


def _meant(found: str, known: Iterable[str]) -> tuple[str, str]:
    """The message for an unknown word, and the known one that was probably meant, or nothing."""
    from core import suggest

    message = suggest(printable(found), known)
    return message, message.rpartition('did you mean "')[2].rstrip('"?') if "did you mean" in message else ""


def _operands(words: list[str], noun: str, commands: Iterable[str], mistakes: list[str]) -> list[str]:
    """The words that are no options, of which there should be one at most."""
    for i, word in enumerate(words):
        if word in commands:
            hint = f"sgdb {word} ...; for a file of this name, write ./{word}"
            mistakes.append(f'"{word}" is a command and must come first: {hint}')
            return [*words[:i], *words[i + 1 :]]
    if len(words) < 2:
        return words
    from core import built_in_problems

    message, meant = _meant(words[0], (*commands, *built_in_problems()))
    if meant in commands:
        mistakes.append(f"command: {message}")
        return words[1:]
    extra = ", ".join(f'"{printable(word)}"' for word in words[1:])
    mistakes.append(f"expected one {noun}, found also {extra}")
    return words


def load(arguments: Arguments) -> tuple[Problem | None, list[str]]:
    """The problem that the arguments ask for, or None, and all mistakes in both."""
    mistakes = list(arguments.mistakes)
    if is_session(arguments.problem):
        return None, [*mistakes, no_session(arguments.problem)]
    from core import ProblemError, load_problem

    problem = None
    try:
        problem = load_problem(arguments.problem, arguments.problem_options)
    except ProblemError as error:
        mistakes += as_typed(error)
    return (None if mistakes else problem), mistakes


def as_typed(error: ProblemError) -> list[str]:
    """The mistakes of a problem, those in options as they are typed. What was typed as an option is no fault of the
    file, so its name is left off.
    """
    source = f"{error.source}: " if error.source else ""
    options = [mistake.startswith("option ") for mistake in error.mistakes]
    return [
        f"--{mistake.removeprefix('option ')}" if typed else source + mistake
        for mistake, typed in zip(error.mistakes, options, strict=True)
    ]


def is_session(name: str) -> bool:
    """Whether a word of the command line is the file of a session."""
    return os.path.splitext(name)[1].lower() == SESSION_SUFFIX


def no_session(name: str) -> str:
    """That a command takes no session, and which do."""
    return f"{printable(name)}: a session is for the screen (sgdb FILE), sgdb run, diagnose and export"


def complain(mistakes: Iterable[str], status: int = WRONG_INPUT) -> int:
    """Say on stderr, a line each, what is wrong. Returns the exit status."""
    for mistake in mistakes:
        print(f"sgdb: {mistake}", file=sys.stderr)
    return status


def whole(text: str) -> int | None:
    """The whole number, of at most 12 digits, that somebody typed; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def printable(text: str) -> str:
    """`text` without control characters, so that nothing typed or pasted reaches the terminal as an escape code."""
    from core.files import legible

    return text if text.isprintable() else "".join(c for c in legible(text) if c.isprintable())


def terminal() -> bool:
    """Whether there is a terminal for a screen."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
