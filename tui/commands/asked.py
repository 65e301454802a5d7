"""`sgdb sweep --ask`: a ready question about a problem, answered in a few lines and a small plot."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui.commands.arguments import Option, as_typed, complain, printable
from tui.commands.asked_text import rate_lines, seed_lines, width_lines
from tui.commands.progress import progress_of

if TYPE_CHECKING:
    from core import Asking, Executor, Problem, SweepFile

QUESTIONS = ("rate", "seed", "width")
ASK = Option(
    "ask",
    "WHAT",
    "answer a question by runs: rate (which learning rates learn, are slow, get stuck, diverge), seed (how often it "
    "gets stuck, and why) or width (how many hidden units are enough)",
)
INTERRUPTED = 130


def answer(
    question: str,
    problem: Problem,
    steps: int,
    executor: Executor | None = None,
    file: SweepFile | None = None,
    seeds: Sequence[int] = (),
) -> int:
    """Answer one of QUESTIONS about a problem on stdout, by runs of so many steps each, with progress on stderr.

    executor  computes the runs; None: this process
    file      has the runs that are known, and takes the new ones; None: none are kept
    seeds     to run it with, for the questions seed and width; none: those of core

    Returns the exit status: 0; 2 where the question cannot be asked, with a line for each mistake; 130 when
    interrupted: what was computed is in the file.
    """
    from core import Asking, ProblemError

    if question not in QUESTIONS:
        return complain(
            [f'--ask: expected {", ".join(QUESTIONS[:-1])} or {QUESTIONS[-1]}, found "{printable(question)}"']
        )
    if seeds and question == "rate":
        return complain(["--seed: expected one seed with --ask rate, which varies the learning rate"])
    try:
        with progress_of("run") as progress:
            lines = _ANSWERS[question](Asking(problem, steps, executor, file, progress), seeds)
    except ProblemError as error:
        return complain(as_typed(error))
    except KeyboardInterrupt:
        return complain(["interrupted before the answer was complete"], INTERRUPTED)
    for line in lines:
        print(line)
    sys.stdout.flush()
    return 0


def _rate(asking: Asking, _seeds: Sequence[int]) -> list[str]:
    from core import ask_rate

    return [*rate_lines(ask_rate(asking))]


def _seed(asking: Asking, seeds: Sequence[int]) -> list[str]:
    from core import ask_seed

    return [*seed_lines(ask_seed(asking, seeds) if seeds else ask_seed(asking))]


def _width(asking: Asking, seeds: Sequence[int]) -> list[str]:
    from core import ask_width

    return [*width_lines(ask_width(asking, seeds) if seeds else ask_width(asking))]


_ANSWERS: dict[str, Callable[[Asking, Sequence[int]], list[str]]] = {"rate": _rate, "seed": _seed, "width": _width}
