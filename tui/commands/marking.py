"""`sgdb check` for a class: the sheets in files and folders, marked by a scheme, as lines, JSON or a CSV table."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.commands.arguments import complain, printable
from tui.commands.marks_text import table_lines
from tui.commands.output import refused
from tui.commands.progress import progress_of
from tui.commands.streams import UNWRITTEN

if TYPE_CHECKING:
    from core import MarkTable, Notation, Scheme, Step

INCOMPLETE = 1
MOST_NAMED = 5  # files that were left out for one reason


def is_for_class(places: Sequence[str], values: Mapping[str, Any]) -> bool:
    """Whether the words of a command line ask for the marks of many sheets, not for the report on one."""
    return len(places) > 1 or "csv" in values or any(map(os.path.isdir, places))


def mark_class(
    places: Sequence[str], values: Mapping[str, Any], scheme: Scheme, step: Step | None, notation: Notation | None
) -> int:
    """Mark the sheets in these files and folders. Returns 0 where everything could be read, 1 where something could
    not, 2 where nothing was marked and 74 where the table could not be written.
    """
    from core import ProblemError, find_sheets, mark_sheets

    path: str | None = values.get("csv")
    try:
        paths, skipped = find_sheets(places, values.get("scheme"), arrays=step is not None)
        if path is not None and (mistake := _refused(path, paths, values, step)):
            return complain([f"--csv: {mistake}"])
        with progress_of("sheet") as progress:
            table = mark_sheets(paths, scheme, step, progress, notation)
    except ProblemError as error:
        return complain(str(error).splitlines())
    complain(_left_out(skipped))
    if not table.sheets:
        return complain(f"{row.source}: {line}" for row in table.unreadable for line in row.mistakes)
    _print(table, skipped, "json" in values)
    if path is not None:
        from core.files import write_lines

        try:
            write_lines(path, [table.csv()])
        except OSError as error:
            return complain([f"--csv: {printable(path)}: {error.strerror or error}"], UNWRITTEN)
    return 0 if table.is_complete else INCOMPLETE


def _refused(path: str, sheets: Iterable[str], values: Mapping[str, Any], step: Step | None) -> str | None:
    """Why the table is not written to `path`, or None where it is. The sheets, the scheme and the problem stay as they
    are, even with --force.
    """
    kept = [("this is the scheme", values["scheme"])] if "scheme" in values else []
    kept += [("this is one of the sheets", sheet) for sheet in sheets]
    for reason, file in kept if os.path.exists(path) else ():
        if os.path.exists(file) and os.path.samefile(path, file):
            return f"{printable(path)}: {reason}"
    return refused(path, None if step is None else step.problem, "force" in values)


def _left_out(skipped: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What was left out, a line for each reason."""
    files: dict[str, list[str]] = {}
    for file, reason in skipped:
        files.setdefault(reason, []).append(printable(file))
    for reason, names in files.items():
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        yield f"{', '.join(names[:MOST_NAMED])}{more}: skipped: {reason}"


def _print(table: MarkTable, skipped: Sequence[tuple[str, str]], as_json: bool) -> None:
    if not as_json:
        print("\n".join(table_lines(table)))
        return
    import json

    from tui.commands.report_data import table_as_data

    print(json.dumps(table_as_data(table, skipped), ensure_ascii=False, indent=2))
