"""A worked solution in a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from core.files import write_lines
from core.notations.words import Notation
from core.solving.html import to_html
from core.solving.latex import to_latex
from core.solving.markdown import to_markdown
from core.solving.rounding import USUAL
from core.solving.solution import Solution
from core.solving.worked import solve
from core.step import Step

WRITERS: dict[str, Callable[[Solution], str]] = {"html": to_html, "latex": to_latex, "md": to_markdown}
# How files of each format are called, the usual suffix first; an answer sheet (toml) says more than a solution does.
SUFFIXES = {"html": (".html", ".htm"), "latex": (".tex",), "md": (".md", ".markdown"), "toml": (".toml",)}


def render(solution: Solution, format: str) -> str:
    """A solution as text in a `format`: "html", "latex" or "md"."""
    return WRITERS[format](solution)


def write_solution(
    steps: Step | Sequence[Step],
    path: str | os.PathLike[str],
    format: str,
    digits: int = USUAL,
    notation: Notation | None = None,
) -> None:
    """Write the worked solution of a step, or of several, to a file, all of it or nothing, in a `notation` or in the
    problem's.

    Raises OSError, and ValueError for what is no file name.
    """
    solution = solve([steps] if isinstance(steps, Step) else steps, digits, notation=notation)
    write_lines(path, [render(solution, format)])


def format_of(path: str) -> str | None:
    """The format that a file's name asks for by its suffix; None for another suffix."""
    suffix = os.path.splitext(path)[1].lower()
    return next((format for format, known in SUFFIXES.items() if suffix in known), None)
