"""`sgdb run`: train without a screen."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from tui.commands.arguments import (
    PROBLEM_OPTIONS,
    SESSION_TOO,
    Option,
    complain,
    is_session,
    load,
    parse,
    printable,
)
from tui.commands.facts import tell_facts
from tui.commands.learned import DIGITS, printed_loss, tell_verdict
from tui.commands.notations import NOTATION, notation_of, told_in
from tui.commands.output import FORCE, refused
from tui.commands.progress import train
from tui.commands.session import run_session
from tui.commands.streams import UNWRITTEN
from tui.commands.until import train_until, until

if TYPE_CHECKING:
    from core import Array, Problem, Step

ABOUT = """Train without a screen and print the loss after N steps, that of step N, over all rows; or replay a session
as far as it was computed, and print the loss of the last step that was: of N steps, step N - 1."""
STEPS_OPTION = Option("steps", "N", "the number of SGD steps (default: 1000)")
OPTIONS = (
    STEPS_OPTION,
    Option("until", "WATCH", "train until this holds, such as 'loss < 0.01'; the exit status is 1 if it never does"),
    Option("max-steps", "N", "with --until: the last step to look at (default: 100000)"),
    Option("csv", "FILE", "save the loss of each step to a file"),
    FORCE,
    NOTATION,
    *PROBLEM_OPTIONS,
)
STEPS = 1000
UNTIL = 100_000
MOST_STEPS = 10**9
FAILED = 1
INTERRUPTED = 130


def main(argv: Sequence[str]) -> int:
    """Train a problem for some steps, or until a watch holds. Returns 0; 1 where the run stops being finite, its loss
    grows without bound, or the watch does not hold; 2 for wrong input, 74 where a file cannot be written, 130 when
    interrupted. In every case but wrong input the losses so far are written, and the verdict on the last step is said
    on stderr; what keeps it from learning is said there, too, and alone does not change the status, nor does anything
    where the watch holds.
    """
    arguments = parse("sgdb run", ABOUT, OPTIONS, argv, operand=SESSION_TOO)
    if "help" in arguments.values:
        print(arguments.help, end="")
        return 0
    if is_session(arguments.problem):
        return run_session(arguments)

    problem, mistakes = load(arguments)
    condition = arguments.values.get("until")
    count, usual, other = ("steps", STEPS, "max-steps") if condition is None else ("max-steps", UNTIL, "steps")
    steps = steps_of(arguments.values.get(count, str(usual)), mistakes, count)
    if other in arguments.values:
        mistakes.append(f"--{other}: expected {'an' if condition is None else 'no'} --until; write --{count}")
    notation, unknown = notation_of(arguments.values)
    mistakes += unknown
    notation = notation or (None if problem is None else problem.notation)
    watch = None
    if condition is not None and problem is not None and not unknown:
        watch = until(condition, problem, notation, mistakes)
    path = arguments.values.get("csv")
    if path is not None and (mistake := refused(path, problem, "force" in arguments.values)):
        mistakes.append(f"--csv: {mistake}")
    if problem is None or mistakes:
        return complain(mistakes)

    from core import DivergedError, Timeline

    timeline = Timeline(problem)
    status, failures = 0, []
    last: Step | None = None  # the step that is told of
    answer = ""
    try:
        if watch is None:
            train(timeline, steps)
            last = timeline[steps]
            answer = printed_loss(last)
        elif (hit := train_until(timeline, watch, steps)) is not None:
            answer = f"step {hit.step}: {hit}"
            last = timeline[hit.step] if hit.step < len(timeline) else None  # one that is not finite
        else:
            status, failures = FAILED, [f"--until: in none of the steps 0 to {steps}: {watch.canonical}"]
    except DivergedError as error:
        status, failures = FAILED, [told_in(notation, error, timeline)]
    except KeyboardInterrupt:
        status, failures = INTERRUPTED, [f"stopped at step {len(timeline)} of {steps}"]
    if path is not None:
        try:
            _write(path, timeline.losses[: None if last is None else last.index + 1])
        except OSError as error:
            status = status or UNWRITTEN
            failures.append(f"--csv: {printable(path)}: {error.strerror or error}")
    if failures:
        complain(failures)
    if "loss" in arguments.values or problem.loss.remark:
        print(f"loss: {_loss_text(problem)}", file=sys.stderr)
    for remark in problem.remarks:
        print(f"data: {remark}", file=sys.stderr)
    if answer:
        print(answer, flush=True)
    if len(timeline):
        with suppress(KeyboardInterrupt) if status == INTERRUPTED else nullcontext():
            last = last or timeline[len(timeline) - 1]
            tell_verdict(last, notation)
        if last is not None and status != INTERRUPTED:
            diverging = tell_facts(timeline, last.index, notation)
            status = status or (FAILED if diverging and watch is None else 0)
    return status


def _loss_text(problem: Problem) -> str:
    """The problem's loss with its numbers and its reduction."""
    from core import significant

    loss = problem.loss
    numbers = (f"{setting.symbol} = {significant(setting.value, DIGITS)}" for setting in loss.settings)
    text = ", ".join((loss.full_title, *numbers, problem.reduction))
    return f"{text} ({loss.remark})" if loss.remark else text


def steps_of(text: str, mistakes: list[str], option: str = "steps") -> int:
    """The number that was typed as an option; whatever is wrong with it is added to the mistakes."""
    try:
        steps = int(text)
    except ValueError:
        steps = -1
    if not 0 <= steps <= MOST_STEPS:
        mistakes.append(f'--{option}: expected a whole number from 0 to {MOST_STEPS}, found "{printable(text)}"')
    return steps


def _write(path: str, losses: Array) -> None:
    """The losses of the steps from 0 on."""
    from core.files import write_lines

    write_lines(path, ("step,loss\n", *(f"{step},{loss!r}\n" for step, loss in enumerate(losses.tolist()))))
