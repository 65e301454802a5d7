"""What a run has learned by a step, on the command line: the loss that is printed, and the verdict over all rows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from tui.commands.arguments import printable

if TYPE_CHECKING:
    from core import Evaluation, Notation, Problem, Step, Verdict

DIGITS = 8  # of a number that is printed: what a thousand steps leave sharp on any processor
MOST_CLASSES = 10  # of a confusion table
WIDEST = 16  # columns of a class's name


@lru_cache(maxsize=1)  # what is printed and what is told come from one pass over the rows
def _verdict(step: Step) -> Verdict:
    from core import verdict_on

    return verdict_on(step.problem, step.network)


def printed_loss(step: Step) -> str:
    """ℒ of a step, over all rows: that of a mini-batch alone says little."""
    from core import loss_over_all_rows, significant

    whole = step.problem.batch_size is None or step.problem.penalty
    return significant(loss_over_all_rows(step) if whole else _verdict(step).training.loss, DIGITS)


def tell_verdict(step: Step, notation: Notation | None = None) -> None:
    """On stderr, in the names of a notation, how well the network before a step does over all rows, and over those held
    out; and which classes it takes for which, where not all rows are right.
    """
    problem, verdict = step.problem, _verdict(step)
    rows = verdict.training.rows
    symbol = "ℒ" if notation is None else notation.letter("loss", "ℒ")
    which = f"all {rows:,} rows" if rows > 1 else "the only row"
    told = [f"step {step.index:,}, {which}: {_numbers(problem, verdict.training, symbol)}"]
    if verdict.held_out is not None:
        count = verdict.held_out.rows
        told.append(f"test, {count:,} row{'s' * (count > 1)} held out: {_numbers(problem, verdict.held_out, symbol)}")
    for name, found in (("training", verdict.training), ("test", verdict.held_out)):
        if found is not None:
            told += _confusion(problem, found, name)
    for line in told:
        print(f"verdict: {line}", file=sys.stderr)


def _numbers(problem: Problem, found: Evaluation, symbol: str) -> str:
    from core import percent, significant

    without = " without the penalty" if problem.penalty else ""
    loss = f"{symbol} {significant(found.loss, DIGITS)}{without}"
    if found.right is not None:
        return f"{loss}, accuracy {percent(found.right, found.rows)} ({found.right:,} of {found.rows:,})"
    r2 = "" if found.r2 is None else f", R² {significant(round(found.r2, DIGITS), DIGITS)}"
    return f"{loss}, rms error {significant(found.rmse, DIGITS)}{r2}"


def _confusion(problem: Problem, found: Evaluation, which: str) -> Iterator[str]:
    """The table of counts, where it says more than that all is right; where that is too large, the worst in words."""
    from tui.confusion import mistakes, undecided_of

    if found.confusion is None or found.right == found.rows:
        return
    names = [printable(name) for name in problem.class_names]
    if len(names) > MOST_CLASSES:
        yield f"{which}: {'; '.join(mistakes(found, names))}"
        return
    digits = len(str(int(found.confusion.max())))
    if all(name.isascii() and len(name) <= WIDEST for name in names):
        column = max(digits, *map(len, names))
        padded = [name.rjust(column) for name in names]
    else:
        from rich.cells import cell_len

        from tui.format import right_aligned, short_names  # they know how many columns a character takes

        names = short_names(names, WIDEST)
        column = max(digits, *map(cell_len, names))
        padded = [right_aligned(name, column) for name in names]
    yield f"{which}, rows: true class, columns: predicted class"
    yield f"{' ' * column}  {'  '.join(padded)}"
    for name, counts in zip(padded, found.confusion.tolist(), strict=True):
        yield f"{name}  {'  '.join(str(count).rjust(column) for count in counts)}"
    if undecided := undecided_of(found):
        yield f"{undecided:,} of no class"
