"""The notations of courses and books: the option that names one, and the list of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tui.commands.arguments import Option

if TYPE_CHECKING:
    from core import Notation

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


def notation_lines() -> Iterator[str]:
    """Every notation with a formula, whose it is, and its layout."""
    from core import NOTATIONS, example_formula

    for notation in NOTATIONS.values():
        yield f"{notation.name:<11} {example_formula(notation):<33} {notation.title}"
        yield f"{'':<11} {notation.layout()}"
