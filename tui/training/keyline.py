"""The last line: the keys that matter now, each to be clicked, too."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from rich.cells import cell_len

from tui.training.lines import Line, Span
from tui.training.view import View


class Key(NamedTuple):
    """What a key is called on the line, and the actions of its halves: "←→ step" has two."""

    keys: str
    word: str
    actions: tuple[str, ...]


STEP = Key("←→", "step", ("arrow(0, -1)", "arrow(0, 1)"))
PLAY, WHY, WALK = Key("space", "play", ("play",)), Key("⏎", "why", ("inspect",)), Key(".", "walk", ("walk(1)",))
HINGE, BACK = Key("h", "hinge", ("hinge",)), Key("h", "back from the hinge", ("hinge",))
NUMBERS, SQUARES = Key("v", "numbers", ("numbers",)), Key("v", "squares", ("numbers",))
SAMPLE, ORDER = Key("↑↓", "sample", ("arrow(-1, 0)", "arrow(1, 0)")), Key("t", "order", ("order",))
MARGIN, LOSSES = Key("[ ]", "margin", ("margin(-1)", "margin(1)")), Key("m", "all losses", ("losses",))
GROUPS = Key("tab", "‹ ›", ("next(1)",))
HELP, QUIT, ALL = (
    Key("?", "help", ("help",)),
    Key("q", "quit", ("app.quit",)),
    Key("^p", "all commands", ("app.command_palette",)),
)
FORMULAS, DIFFERENCES = Key("f", "formulas", ("formulas",)), Key("d", "differences", ("differences",))
MOVE, TERM = Key("←↑↓→", "move", ()), Key("⏎", "pick a term", ("inspect",))
MATRIX, STEPS = Key("tab", "next matrix", ("next(1)",)), Key("n p", "step", ("step(1)",))
COPY, LEAVE = Key("y", "copy", ("copy",)), Key("esc", "leave", ("leave",))
PICK, GO = Key("←→", "pick", ("arrow(0, -1)", "arrow(0, 1)")), Key("⏎", "go there", ("inspect",))
RETURN = Key("backspace", "back", ("back",))
NEXT, PREVIOUS = Key(".", "next", ("walk(1)",)), Key(",", "previous", ("walk(-1)",))
INSPECT, LEAVE_WALK = Key("⏎", "inspect", ("inspect",)), Key("esc", "leave the walk", ("leave",))
SLIPS, REPORT = Key("s S", "next, previous slip", ("slip(1)", "slip(-1)")), Key("r", "report", ("report",))
SCROLL, CLOSE = Key("⇧↑↓", "scroll", ("scroll(-1)", "scroll(1)")), Key("esc", "close", ("leave",))
LOG, ZOOM, ALONE = (
    Key("l", "log", ("log",)),
    Key("( )", "zoom", ("zoom(1)", "zoom(-1)")),
    Key("z", "one pane", ("alone",)),
)


def keys(view: View, hinge: bool, margin: bool, elided: bool, hidden: bool) -> list[Key]:
    """The keys of a state, the most wanted first; `hinge` while the same network is looked at under it."""
    if view.aside:
        return [SCROLL, CLOSE, STEP, HELP]
    if view.cursor is not None and view.term is not None:
        return [PICK, GO, RETURN, CLOSE, HELP]
    if view.cursor is not None:
        checked = [SLIPS, REPORT] if view.report is not None else []
        return [*checked, MOVE, TERM, MATRIX, STEPS, COPY, LEAVE, DIFFERENCES, HELP]
    if view.current is not None:
        return [NEXT, PREVIOUS, INSPECT, STEPS, LEAVE_WALK, HELP]
    if view.report is not None:
        return [SLIPS, REPORT, STEP, WHY, WALK, LEAVE, HELP]
    if hinge or margin:
        return [
            STEP,
            PLAY,
            SAMPLE,
            MARGIN,
            WHY,
            WALK,
            BACK if hinge else LOSSES,
            *([LOSSES] if hinge else []),
            HELP,
            QUIT,
        ]
    groups = [GROUPS] if hidden else []
    views = [SQUARES] if view.numbers else [NUMBERS] if elided else []
    return [
        STEP,
        PLAY,
        WHY,
        WALK,
        HINGE,
        *groups,
        *views,
        SAMPLE,
        *([ORDER] if elided else []),
        HELP,
        QUIT,
        DIFFERENCES,
        FORMULAS,
        LOG,
        ZOOM,
        ALONE,
    ]


def keyline(
    found: Iterable[Key], columns: int, dimmed: Collection[str] = ()
) -> tuple[Line, list[tuple[int, int, str]]]:
    """The line, and which columns of it do what. The palette's key stands at the right end."""
    spans: list[Span] = []
    places: list[tuple[int, int, str]] = []
    tail = next(
        (text for text in ("all commands", "all", "") if columns >= (100 if len(text) > 3 else 60 if text else 0)), ""
    )
    end = columns - cell_len(tail) - (4 if tail else 3)
    x = 1
    for key in found:
        wide = cell_len(key.keys) + 1 + cell_len(key.word)
        if x + wide > end - 1:
            continue
        off = bool(key.actions) and all(action in dimmed for action in key.actions)
        spans += [
            Span(x, key.keys, "dim" if off else "key"),
            Span(x + cell_len(key.keys), f" {key.word}", "dim" if off else "text"),
        ]
        parts = len(key.actions)
        half = (cell_len(key.keys) + 1) // 2
        if parts == 2:
            places += [(x, x + half, key.actions[0]), (x + half, x + wide, key.actions[1])]
        elif parts:
            places.append((x, x + wide, key.actions[0]))
        x += wide + 2
    spans += [Span(end, ALL.keys, "key"), Span(end + 2, f" {tail}" if tail else "", "text")]
    places.append((end, columns, ALL.actions[0]))
    return tuple(span for span in spans if span.text), places
