"""The numbers of a step as an answer sheet, which `sgdb check` reads: filled in, or with a "?" for each to be found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from core.checking.answers import LAST_STEP as LAST_CHECKED
from core.checking.answers import MOST_NUMBERS as MOST_CHECKED
from core.checking.written import OPEN
from core.loading.options import TABLE_OPTIONS
from core.notations.own import notation_value
from core.quantity import quantities
from core.solving.solution import BLANK, Entry, Solution
from core.solving.wording import heading, prose_text
from core.step import Step
from core.text import NONE
from core.toml import BARE_KEY, value
from core.toml import text as text_of

__all__ = ["LAST_CHECKED", "MOST_CHECKED", "count", "to_toml"]

PLAIN = re.compile(r"(?:0|[1-9]\d*)(?:\.\d+)?(?:e-?\d+)?|true|false")  # a number or switch as TOML has it
NAME_AND_DATE = "# Name ________________________________________ Date ________________"


def to_toml(
    solution: Solution, problem: str, options: Mapping[str, object] | None = None, seed: int | None = None
) -> str:
    """The solution of one step as an answer sheet for `problem`, a built-in one's name or a path as the file is to name
    it, under the `options` that somebody has typed; `seed` is that of a practice problem. Numbers that are not
    finite are left open.
    """
    return "\n".join(_lines(solution, problem, options or {}, seed)) + "\n"


def count(step: Step) -> int:
    """How many numbers an answer sheet of a step has."""
    return sum(quantity.values.size for quantity in quantities(step))


def _lines(solution: Solution, problem: str, options: Mapping[str, object], seed: int | None) -> Iterator[str]:
    (step,) = solution.steps
    yield f"# {solution.title}: {heading(solution)}"
    if solution.speaks_notation:
        yield f"# {prose_text(solution.about_notation)}"
    if solution.blank:
        yield NAME_AND_DATE
        yield f'# Write a number, with as many digits as you like, in place of a "{OPEN}"; then: sgdb check THIS FILE'
    yield ""
    yield f"problem = {text_of(problem)}"
    if solution.notation is not None:
        yield f"notation = {value(notation_value(solution.notation))}"
    for name, option in options.items():
        text = str(option).lower() if isinstance(option, bool) else str(option)
        yield f"{name} = {text if PLAIN.fullmatch(text) and TABLE_OPTIONS[name].as_text else text_of(text)}"
    if seed is not None:
        yield f"practice = {seed}"
    yield from (f"step = {step.index}", "", "[answers]")
    for entry in _asked(solution):
        yield from _entry(entry)


def _asked(solution: Solution) -> Iterator[Entry]:
    """Everything but what is given."""
    return (entry for section in solution.steps[0].sections[1:] for entry in section.entries)


def _entry(entry: Entry) -> Iterator[str]:
    rows = [[_number(cell) for cell in row] for row in entry.result.cells]
    left = f"{entry.name if BARE_KEY.fullmatch(entry.name) else text_of(entry.name)} = "
    if entry.zeros:
        yield f"# {entry.zeros}"
    if len(entry.shape) < 2:
        cells = [cell for row in rows for cell in row]
        yield left + (f"[{', '.join(cells)}]" if entry.shape else cells[0])
        return
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [f"[{', '.join(map(str.rjust, row, widths))}]" for row in rows]
    yield left + "[" + f",\n{' ' * (len(left) + 1)}".join(lines) + "]"


def _number(cell: str) -> str:
    if cell == NONE:
        return f'"{NONE}"'
    return f'"{OPEN}"' if cell == BLANK or cell.strip("-") in ("inf", "NaN") else cell
