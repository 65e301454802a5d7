"""`sgdb gradcheck`: the gradients of a step beside central differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tui.commands.arguments import PROBLEM_OPTIONS, Option, complain, load, parse, printable
from tui.commands.notations import NOTATION, notation_of
from tui.commands.progress import progress_of, train

if TYPE_CHECKING:
    from core import CheckedGradient, GradientCheck, Step

ABOUT = "Compare the gradients of a step with central differences of its loss. The exit status is 1 if they disagree."
OPTIONS = (
    Option("step", "K", "the SGD step to check (default: 0)"),
    Option("all", None, "show every entry, even of a large network"),
    NOTATION,
    *PROBLEM_OPTIONS,
)
LAST_STEP = 10**9
FEW = 100  # entries of a network that are listed without being asked for
WORST = 3  # entries of each gradient that are listed otherwise
DIGITS = 5  # of a gradient and of a difference, which is hardly sharper
FAILED = 1
INTERRUPTED = 130


def main(argv: Sequence[str]) -> int:
    """Check the gradients of a step, and print a table. Returns 0, 1 where they disagree or the run does not get to
    the step, 2 for wrong input, 130 when interrupted.
    """
    arguments = parse("sgdb gradcheck", ABOUT, OPTIONS, argv)
    if "help" in arguments.values:
        print(arguments.help, end="")
        return 0
    problem, mistakes = load(arguments)
    index = _index(arguments.values.get("step", "0"), mistakes)
    notation, unknown = notation_of(arguments.values)
    if problem is None or mistakes or unknown:
        return complain([*mistakes, *unknown])

    from core import DivergedError, Rendition, Timeline, checked_in

    timeline = Timeline(problem)
    try:
        train(timeline, index)
        check = _check(timeline[index])
        notation = notation or problem.notation
        if notation is not None:
            check = checked_in(notation, timeline[index], check)
            print(f"in {notation.called}: {Rendition(notation, timeline[index].statement).layout}")
    except DivergedError as error:
        return complain([str(error)], FAILED)
    except KeyboardInterrupt:
        return complain(["interrupted before the check was complete"], INTERRUPTED)
    for line in _report(check, "all" in arguments.values):
        print(line)
    return 0 if check.ok else FAILED


def _index(text: str, mistakes: list[str]) -> int:
    try:
        index = int(text)
    except ValueError:
        index = -1
    if not 0 <= index <= LAST_STEP:
        mistakes.append(f'--step: expected a whole number from 0 to {LAST_STEP}, found "{printable(text)}"')
    return index


def _check(step: Step) -> GradientCheck:
    from core import check_gradients

    with progress_of("gradient") as progress:
        return check_gradients(step, progress=progress)


def _report(check: GradientCheck, everything: bool) -> Iterator[str]:
    """The table, and a line that sums it up."""
    gradients = check.gradients
    count = sum(gradient.analytic.size for gradient in gradients)
    rows: list[tuple[str, ...]] = [("parameter", "analytic", "difference", "relative error", "verdict")]
    for gradient in gradients:
        if everything or count <= FEW:
            rows += _entries(gradient, range(gradient.analytic.size))
        else:
            yield _summary(gradient)
            rows += _entries(gradient, _worst(gradient))
    if not everything and count > FEW:
        yield f"the {WORST} entries of each with the largest difference (--all shows every entry):"
    yield from _table(rows)
    verdict = "agree" if check.ok else f"disagree in {check.wrong} of {count} entries"
    kinks = f"; {check.misleading} at a kink, where a difference is misleading" if check.misleading else ""
    yield f"step {check.step}: gradients and differences {verdict}{kinks}"


def _summary(gradient: CheckedGradient) -> str:
    size = "x".join(map(str, gradient.analytic.shape))
    agree, wrong = int(gradient.agrees.sum()), int(gradient.wrong.sum())
    return f"{gradient.name} ({size}): {agree} agree, {wrong} differ, {int(gradient.misleading.sum())} at a kink"


def _worst(gradient: CheckedGradient) -> list[int]:
    """The entries that are furthest apart, wrong ones before those at a kink; in order where only rounding differs."""
    from tui.format import DIFFERENCE_ROUNDING

    error, wrong = gradient.relative_error.ravel(), gradient.wrong.ravel()
    error = error * (error >= DIFFERENCE_ROUNDING)
    places: list[int] = sorted(range(error.size), key=lambda i: (not wrong[i], -error[i]))[:WORST]
    return places


def _entries(gradient: CheckedGradient, places: Iterable[int]) -> Iterator[tuple[str, ...]]:
    from core import significant
    from tui.format import relative_error

    shape = gradient.analytic.shape
    analytic, difference = gradient.analytic.ravel(), gradient.difference.ravel()
    error, agrees, kink = gradient.relative_error.ravel(), gradient.agrees.ravel(), gradient.kink.ravel()
    for place in places:
        cell = divmod(place, shape[1]) if len(shape) == 2 else (place,)
        verdict = "agrees" if agrees[place] else "kink" if kink[place] else "DIFFERS"
        yield (
            f"{gradient.name}[{','.join(str(i + 1) for i in cell)}]",
            significant(analytic[place], DIGITS),
            significant(difference[place], DIGITS),
            relative_error(error[place]),
            verdict,
        )


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *numbers, verdict in rows:
        middle = "  ".join(f"{number:>{width}}" for number, width in zip(numbers, widths[1:-1], strict=True))
        yield f"{name:<{widths[0]}}  {middle}  {verdict}"
