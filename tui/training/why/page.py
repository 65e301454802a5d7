"""A page of the strip: what a state has to say, the most important first, and the lines that there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from tui.sheet.lines import Line, Words, clipped, fitting, line, width

if TYPE_CHECKING:
    from core import Place

RULED = 2  # columns of the rule before a title
Group = Sequence[Line]  # lines that belong together


class Why(NamedTuple):
    """What the strip shows.

    title   what stands in the rule above it
    lines   at most as many as there is room for
    total   lines that there are, in sight or not
    terms   the cells that can be followed from here, in order
    """

    title: Line
    lines: list[Line]
    total: int
    terms: list[Place]


class Page(NamedTuple):
    """What a state has to say.

    title    behind "why": plain texts, or texts with a style
    brief    the items of the only line where there is no room for more
    groups   the lines, the most important first; groups are set apart where there is room
    terms    the cells that can be followed
    name     what the rule begins with
    """

    title: Words
    brief: Sequence[Words]
    groups: Sequence[Group]
    terms: Sequence[Place] = ()
    name: str = "why"


def laid_out(page: Page, scroll: int, columns: int, height: int) -> Why:
    """The lines of a page in so many columns and lines, from the one that it is scrolled to. A single line has no rule
    above it and begins with the title.
    """
    groups = [[clipped(one, columns) for one in group] for group in page.groups if group]
    whole = [one for group in groups for one in group]
    name: Words = [(page.name, "title"), *(["  ", *page.title] if page.title else [])]
    if height <= 1:
        whole = [_brief(name, page.brief, columns), *whole]
    elif len(whole) < height:
        spare = height - len(whole)
        whole = [one for i, group in enumerate(groups) for one in ([()] if 0 < i <= spare else []) + group]
    top = max(0, min(scroll, len(whole) - height))
    shown = whole[top : top + max(0, height)]
    title = clipped(line(name), columns)
    if 1 < height < len(whole):
        bare = line([(page.name, "title")])
        title = _with_place((title, bare), top, len(shown), len(whole), columns)
    return Why(title, shown, len(whole), list(page.terms))


def _brief(name: Words, items: Sequence[Words], columns: int) -> Line:
    found = line(name)
    if not items:
        return clipped(found, columns)
    found = (*found, *line([": "], width(found)))
    rest = fitting(items, columns, ", ", width(found))
    return (*found, *rest) if rest else clipped((*found, *line(items[0], width(found))), columns)


def _with_place(titles: Sequence[Line], top: int, shown: int, total: int, columns: int) -> Line:
    """The longest of these titles beside which there is room for which of the lines are in sight."""
    inside = f"{top + 1}-{top + shown} of {total}"
    for title, place in product(titles, (f"lines {inside} · shift+↑↓", inside)):
        found = line([(place, "structure")], width(title) + 2)
        if RULED + width(found) <= columns:
            return (*title, *found)
    return titles[0]
