"""`sgdb run`: train without a screen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.arguments import PROBLEM_OPTIONS, Option, complain, load, parse, printable
from tui.progress import train

if TYPE_CHECKING:
    from core import Timeline

ABOUT = "Train without a screen; print the loss at the parameters after the last step."
OPTIONS = (
    Option("steps", "N", "how many SGD steps to take (default: 1000)"),
    Option("csv", "FILE", "write the loss of each step to a file"),
    *PROBLEM_OPTIONS,
)
STEPS = 1000
MOST_STEPS = 10**9
FAILED = 1
INTERRUPTED = 130


def main(argv: Sequence[str]) -> int:
    """Train a problem for some steps. Returns 0, 1 where the run diverges or a file cannot be written, 2 for wrong
    input, 130 when interrupted; in every case but wrong input the losses so far are written.
    """
    arguments = parse("sgdb run", ABOUT, OPTIONS, argv)
    if "help" in arguments.values:
        print(arguments.help, end="")
        return 0
    problem, mistakes = load(arguments)
    steps = _steps(arguments.values.get("steps", str(STEPS)), mistakes)
    path = arguments.values.get("csv")
    if path is not None and (mistake := _unwritable(path, arguments.problem)):
        mistakes.append(f"--csv: {printable(path)}: {mistake}")
    if problem is None or mistakes:
        return complain(mistakes)

    from core import DivergedError, Timeline

    timeline = Timeline(problem)
    status, failures, loss = 0, [], 0.0
    try:
        train(timeline, steps)
        loss = timeline[steps].loss
    except DivergedError as error:
        status, failures = FAILED, [str(error)]
    except KeyboardInterrupt:
        status, failures = INTERRUPTED, [f"stopped at step {len(timeline)} of {steps}"]
    if path is not None:
        try:
            _write(path, timeline)
        except OSError as error:
            status, failures = status or FAILED, [*failures, f"--csv: {printable(path)}: {error.strerror}"]
    if failures:
        complain(failures)
    if status == 0 or (status == FAILED and len(timeline) > steps):
        print(repr(float(loss)))
    return status


def _steps(text: str, mistakes: list[str]) -> int:
    try:
        steps = int(text)
    except ValueError:
        steps = -1
    if not 0 <= steps <= MOST_STEPS:
        mistakes.append(f'--steps: expected a whole number from 0 to {MOST_STEPS}, found "{printable(text)}"')
    return steps


def _unwritable(path: str, problem: str) -> str | None:
    """Why the losses could not be written to `path`, or None where they can."""
    try:
        if os.path.isdir(path):
            return "expected a file, found a folder"
        if os.path.exists(path):
            if not os.path.isfile(path):
                return "expected a file, found a device or a pipe"
            if os.path.exists(problem) and os.path.samefile(path, problem):
                return "this is the problem's own file"
            if not os.access(path, os.W_OK):
                return "the file is read-only"
        with open(_temporary(path), "x"):
            os.unlink(_temporary(path))
    except OSError as error:
        return error.strerror
    except ValueError:  # a NUL character
        return "this is no file name"
    return None


def _temporary(path: str) -> str:
    return f"{os.path.realpath(path)}.{os.getpid()}.tmp"


def _write(path: str, timeline: Timeline) -> None:
    """The losses so far, all of them or none: into a file of another name first, which then takes the place."""
    temporary = _temporary(path)
    try:
        with open(temporary, "x", encoding="ascii") as file:
            file.write("step,loss\n")
            file.writelines(f"{step},{loss!r}\n" for step, loss in enumerate(timeline.losses.tolist()))
        os.replace(temporary, os.path.realpath(path))
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
