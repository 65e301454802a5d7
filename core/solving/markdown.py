"""A worked solution in Markdown: formulas and matrices in code blocks, the same on every host and as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.expression.pieces import as_text
from core.solving.solution import BLANK, Arithmetic, Entry, Grid, Part, Solution
from core.solving.wording import dots, equals, fractions, heading, prose_text, rounding_note, shape_note

SPECIAL = re.compile(r"([\\`*_\[\]<>|$~&#!{}()+.@:-])")
ROOM = "_" * 8
NAME_AND_DATE = "Name " + r"\_" * 40 + " Date " + r"\_" * 16


def to_markdown(solution: Solution) -> str:
    """The solution as a Markdown text; names from the problem are escaped."""
    return "\n".join(_lines(solution)) + "\n"


def _lines(solution: Solution) -> Iterator[str]:
    yield from (f"# {_escaped(solution.title)}: {heading(solution)}", "")
    if solution.blank:
        yield from (NAME_AND_DATE, "")
    yield from (f"{prose_text(solution.about_notation)} {prose_text(rounding_note(solution))}", "")
    for words, formulas in solution.facts:
        yield f"- {words}{': ' if formulas else ''}{', '.join(f'`{as_text(formula)}`' for formula in formulas)}"
    if solution.formulas:
        yield from ("", "## Formulas", "", *_block([*map(as_text, solution.formulas)]))
    for step in solution.steps:
        yield from ("", f"## Step {step.index}")
        if step.rows:
            yield from ("", prose_text(step.rows))
        for section in step.sections:
            yield from ("", f"### {section.title}")
            for entry in section.entries:
                yield from ("", *_entry(entry))


def _entry(entry: Entry) -> Iterator[str]:
    note = prose_text(shape_note(entry))
    yield f"**{_escaped(as_text(entry.symbol))}**{f' {note}' if note else ''}"
    noun, names = entry.names
    if names:
        yield f"{noun}: {', '.join(map(_escaped, names))}"
    yield ""
    yield from _block([*_work(entry)])


def _work(entry: Entry) -> Iterator[str]:
    """The formula, the numbers put in, the result, and the arithmetic of some cells."""
    symbol = as_text(entry.symbol)
    indent = " " * len(symbol)
    if entry.formula:
        yield f"{symbol} = {as_text(entry.formula)}"
    if entry.substituted:
        yield from ("", *_equation(f"{indent} =", entry.substituted))
    left = f"{indent if entry.formula else symbol} {as_text(equals(entry.exact))}"
    for i, (place, block) in enumerate(entry.result.blocks()):
        if i or entry.formula:
            yield ""
        yield from _equation((" " * len(left) if i else left) + (f" ({place})" if place else ""), [block])
    if entry.examples or entry.remark:
        yield ""
    if entry.remark:
        yield f"({entry.remark})"
    for example in entry.examples:
        yield from _example(example)


def _example(example: Arithmetic) -> Iterator[str]:
    indent = " " * len(as_text(example.symbol))
    symbols, *rest = example.lines
    yield symbols
    yield from (f"{indent} {line}" for line in (rest[:1] if example.is_number else rest))


def _block(lines: Sequence[str]) -> Iterator[str]:
    yield "```text"
    yield from (line.rstrip() for line in lines)
    yield "```"


def _equation(left: str, parts: Sequence[Part]) -> Iterator[str]:
    """left parts, the matrices in their height, everything else beside their middle row."""
    single = len(parts) == 1
    columns = [_matrix(part, single) if isinstance(part, Grid) else [as_text(part).strip()] for part in parts]
    columns = [[left], *(lines for lines in columns if lines != [""])]
    middle = (max(map(len, columns)) - 1) // 2
    for row in range(max(map(len, columns))):
        places = [row - middle + (len(lines) - 1) // 2 for lines in columns]
        yield " ".join(
            lines[at] if 0 <= at < len(lines) else " " * len(lines[0])
            for lines, at in zip(columns, places, strict=True)
        )


def _matrix(grid: Grid, single: bool) -> list[str]:
    """A matrix line by line, each of one width, in brackets unless it is a `single` number."""
    pads = fractions(grid.cells)
    cells = [
        [(cell if cell != BLANK else ROOM) + " " * pad for cell, pad in zip(row, row_pads, strict=True)]
        for row, row_pads in zip(grid.cells, pads, strict=True)
    ]
    down, across = dots(grid)
    if across:
        cells = [[*row, "…"] for row in cells]
    if down:
        cells.append(["⋮"] * len(cells[0]))
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    return lines if single and grid.rows == grid.columns == 1 else [f"[ {line} ]" for line in lines]


def _escaped(text: str) -> str:
    """A text that Markdown takes as it is."""
    return SPECIAL.sub(r"\\\1", text)
