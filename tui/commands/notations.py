"""The notations of courses and books: the option that names one, and the list of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tui.commands.arguments import Option

if TYPE_CHECKING:
    from core import DivergedError, Notation, Problem, Session, Timeline

NOTATION = Option("notation", "NAME", "in the names and layout of a course: ng, nielsen, ... (sgdb --notations)")


def notation_of(values: Mapping[str, Any]) -> tuple[Notation | None, list[str]]:
    """The notation that --notation names, if it is given, and what is wrong with it."""
    if "notation" not in values:
        return None, []
    from core import ProblemError, notation

    try:
        return notation(values["notation"]), []
    except ProblemError as error:
        return None, [f"--{mistake}" for mistake in error.mistakes]


def notation_of_session(session: Session, problem: Problem) -> Notation | None:
    """The notation that somebody looks at a session in: what was chosen there, else that of its problem."""
    from core import NOTATIONS

    chosen = dict(session.view).get("notation")
    return NOTATIONS[chosen] if isinstance(chosen, str) and chosen in NOTATIONS else problem.notation


def told_in(notation: Notation | None, error: DivergedError | None, timeline: Timeline) -> str:
    """Where a run stops being finite, with the number as a notation names it."""
    from core import shown_in

    if error is None or notation is None or notation.is_own or not len(timeline):
        return str(error)
    step = shown_in(timeline[len(timeline) - 1], notation)
    return error.told(step.statement.wording.label(error.quantity, error.cell))


def notation_lines() -> Iterator[str]:
    """Every notation with a formula, whose it is, and its layout."""
    from core import NOTATIONS, example_formula

    for notation in NOTATIONS.values():
        yield f"{notation.name:<11} {example_formula(notation):<33} {notation.title}"
        yield f"{'':<11} {notation.layout()}"
