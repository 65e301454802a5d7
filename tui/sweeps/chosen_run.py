"""The chosen run below the table: how it is typed, and all of its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from rich.cells import cell_len

from core import OUTCOMES, text_of
from tui.format import plain
from tui.sheet.lines import Area, Line, clipped, line
from tui.sweeps.view import Seen

INDENT = 3


def chosen_run(seen: Seen, problem: str, area: Area) -> list[Line]:
    """The lines of an area: the command of the run, without its problem where it is too long, and its reason. Where
    there is no room for both, the command gives way.
    """
    if seen.run is None or area.height < 1:
        return [()] * max(0, area.height)
    found, room = seen.found, area.width - INDENT
    outcome, reason = OUTCOMES[int(found.outcomes[seen.run])], plain(found.reasons[seen.run])
    head, options = f"run {int(found.numbers[seen.run])}:", [*typed(seen, seen.run)]
    why = _filled([*f"{outcome}: {reason}".split(" ")], room)
    command = _filled([head, f"sgdb run {quote(problem)}", *options], room)
    if len(command) + len(why) > area.height:
        command = _filled([head, *options], room)
    most = max(1, area.height - len(why))
    command[most - 1 :] = [" ".join(command[most - 1 :])] if len(command) >= most else []
    lines = [line([(" ▸ " if not k else " " * INDENT, "amber"), (text, "amber")]) for k, text in enumerate(command)]
    lines += [line([text], INDENT) for text in why]
    if len(lines) > area.height:
        lines[area.height - 1 :] = [line([" ".join(why[area.height - 1 - len(command) :])], INDENT)]
    return [clipped(one, area.width) for one in [*lines, *[()] * (area.height - len(lines))]]


def typed(seen: Seen, place: int) -> Iterator[str]:
    """The options of a run as they are typed, those that vary first."""
    found = seen.found
    given = {name: known.values[int(known.codes[place])] for name, known in found.parameters.items()}
    for name, value in {**given, **found.fixed}.items():
        if value is not None:
            yield f"--{name.removeprefix('--')} {quote(plain(text_of(value)))}"


def _filled(items: Sequence[str], columns: int) -> list[str]:
    """Items behind each other in lines of so many columns."""
    lines: list[str] = []
    for item in items:
        if lines and cell_len(lines[-1]) + 1 + cell_len(item) <= columns:
            lines[-1] += f" {item}"
        else:
            lines.append(item)
    return lines
