"""An answer sheet as people write it: what is not TOML in it, 1/3, ?, δ_1 or X_in' * delta_1 without quotation marks,
is taken as a text, so that a single line does not make the whole sheet unreadable.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any, NamedTuple

from core.checking.written import as_decimal
from core.text import clean, shown

ANSWERS, FORMULAS = "answers", "formulas"
HEADER = re.compile(r"\s*\[\s*([\w.-]+)\s*\]\s*(?:#.*)?")
STATEMENT = re.compile(r"\s*(\"[^\"]*\"|'[^']*'|[^=\"']+?)\s*=(?!=)\s*(.*)", re.DOTALL)
CELL = re.compile(r"\s*(?:(\"[^\"]*\"|'[^']*')|([\[\],])|([^\[\],\"'#]+)|#[^\n]*)", re.DOTALL)
IN_QUOTES = re.compile(r"\"[^\"]*\"|'[^']*'|#.*")
DEEPEST = 2  # lists in a list


class Sheet(NamedTuple):
    """The tables of a sheet, and what could not be read of it, a line for each."""

    tables: dict[str, Any]
    unreadable: tuple[str, ...] = ()


def read_sheet(text: str) -> Sheet:
    """The tables of an answer sheet. Raises ValueError, as tomllib does, where what stands before them is not TOML."""
    try:
        return Sheet(tomllib.loads(text, parse_float=as_decimal))
    except ValueError:
        if not any(_table(line) for line in text.splitlines()):
            raise
    head: list[str] = []
    tables: dict[str, dict[str, Any]] = {}
    unreadable: list[str] = []
    for table, number, statement in _statements(text):
        if not table:
            head.append(statement)
            continue
        values = tables.setdefault(table, {})
        if not statement:
            continue
        try:
            key, value = _entry(table, statement)
        except ValueError as error:
            unreadable.append(f"line {number}: {error}")
            continue
        if key in values:
            unreadable.append(f"line {number}: {shown(key)[1:-1]} was already given")
        else:
            values[key] = value
    found = tomllib.loads("\n".join(head), parse_float=as_decimal)
    return Sheet({**found, **tables}, tuple(unreadable))


def _table(line: str) -> str:
    header = HEADER.fullmatch(line)
    return header[1] if header and header[1] in (ANSWERS, FORMULAS) else ""


def _statements(text: str) -> Iterator[tuple[str, int, str]]:
    """The statements of a sheet: the table that each stands in, empty for those before any; its line, and its text. A
    table comes with an empty statement, too.
    """
    table, begun, start, depth = "", "", 0, 0
    for number, line in enumerate(text.splitlines(), 1):
        bare = IN_QUOTES.sub("", line)
        found = _table(line)
        if begun and (found or "=" in bare):  # a list that is never closed
            yield table, start, begun
            begun, depth = "", 0
        if found:
            table = found
            yield table, number, ""
        elif not table:
            yield table, number, line
        elif begun or bare.strip():
            start = start if begun else number
            begun = f"{begun}\n{line}" if begun else line
            depth += bare.partition("=")[2].count("[") if "=" in bare else bare.count("[")
            depth -= bare.partition("=")[2].count("]") if "=" in bare else bare.count("]")
            if depth <= 0 or table == FORMULAS:
                yield table, start, begun
                begun, depth = "", 0
    if begun:
        yield table, start, begun


def _entry(table: str, statement: str) -> tuple[str, Any]:
    """The key and the value of a statement. Raises ValueError."""
    try:
        (found,) = tomllib.loads(statement, parse_float=as_decimal).items()
        if not isinstance(found[1], dict):
            return found
    except ValueError:
        pass
    match = STATEMENT.fullmatch(statement)
    if match is None:
        raise ValueError(f"expected a name and = before a value, found {shown(clean(statement))}")
    key, value = match[1].strip("\"'"), match[2].strip()
    try:
        return key, tomllib.loads(f"value = {value}", parse_float=as_decimal)["value"]
    except ValueError:
        return key, _text(value) if table == FORMULAS else _cells(value)


def _text(value: str) -> str:
    """A formula without quotation marks, or with a single one."""
    return (
        value.strip("\"'" if value[:1] in "\"'" else "") if value[:1] in ('"', "'") else value.partition("#")[0].strip()
    )


def _cells(value: str) -> Any:
    """A number or lists of numbers, each as its text. Raises ValueError."""
    if not value.startswith("["):
        return value.partition("#")[0].strip().strip("\"'")
    lists: list[list[Any]] = [[]]
    place = 0
    while place < len(value.rstrip()):
        match = CELL.match(value, place)
        if match is None or match.end() == place:
            raise ValueError(f"expected numbers, found {shown(clean(value[place:]))}")
        place = match.end()
        quoted, sign, bare = match.groups()
        if sign == "[":
            if len(lists) > DEEPEST:
                raise ValueError("expected a list of numbers or of rows, found lists that are nested deeper")
            lists.append([])
        elif sign == "]":
            if len(lists) == 1:
                raise ValueError('found a "]" too many')
            done = lists.pop()
            lists[-1].append(done)
        elif quoted or (bare and bare.strip()):
            lists[-1].append(quoted.strip("\"'") if quoted else bare.strip())
    if len(lists) > 1 or len(lists[0]) != 1:
        raise ValueError('a "]" is missing' if len(lists) > 1 else "expected a single list")
    return lists[0][0]
