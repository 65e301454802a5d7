"""The tables of a problem file as text, as a person would have written it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.loading.problem_file import DATA, LAYER, PROBLEM, TRAINING
from core.toml import line, value

INDENT = "    "


def problem_text(tables: Mapping[str, Any]) -> str:
    """The text of a problem file with these tables: name and about first, then [data], a [[layers]] each, [training],
    and the keys of each in the order of the documentation; a matrix has a line for each row. Read again, the tables are
    the same.
    """
    blocks = [list(_lines(_sorted({key: found for key, found in tables.items() if not _is_table(found)}, PROBLEM)))]
    for name, found in _sorted(tables, PROBLEM):
        if isinstance(found, Mapping):
            kinds = {"data": DATA, "training": TRAINING}.get(name, {})
            blocks.append([f"[{name}]", *_lines(_sorted(found, kinds))])
        elif _is_table(found):
            blocks += [[f"[[{name}]]", *_lines(_sorted(layer, LAYER))] for layer in found]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _is_table(found: object) -> bool:
    """Whether it has a heading of its own."""
    return isinstance(found, Mapping) or (
        isinstance(found, list) and bool(found) and all(isinstance(part, Mapping) for part in found)
    )


def _sorted(table: Mapping[str, Any], kinds: Iterable[str]) -> list[tuple[str, Any]]:
    """What stands in a table, in the order of its kinds; what none of them knows comes last."""
    order = {key: k for k, key in enumerate(kinds)}
    return sorted(table.items(), key=lambda item: order.get(item[0], len(order)))


def _lines(entries: Iterable[tuple[str, Any]]) -> Iterator[str]:
    for key, found in entries:
        if _is_matrix(found):
            yield f"{line(key, []).removesuffix(']')}"
            yield from _rows(found)
            yield "]"
        else:
            yield line(key, found)


def _is_matrix(found: object) -> bool:
    """Whether it is a list of several rows of several numbers."""
    return isinstance(found, list) and len(found) > 1 and any(isinstance(row, list) and len(row) > 1 for row in found)


def _rows(rows: list[Any]) -> Iterator[str]:
    """A row in a line; numbers below each other end in the same column."""
    texts = [[value(cell) for cell in row] if isinstance(row, list) else [value(row)] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=False)]
    for row, cells in zip(rows, texts, strict=True):
        padded = [cell.rjust(width) for cell, width in zip(cells, widths, strict=False)] + cells[len(widths) :]
        yield f"{INDENT}[{', '.join(padded)}]," if isinstance(row, list) else f"{INDENT}{cells[0]},"
