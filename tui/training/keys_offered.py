"""Which keys the last line of the training screen offers, and in which order."""

from __future__ import annotations

from core import Hinge, Loss, SoftmaxHinge
from tui.sheet.keyline import Key
from tui.training.view import ACCURACY, DIAGNOSIS, WHY_ZERO, View

STEP = Key("←→", "step", ("arrow(0, -1)", "arrow(0, 1)"))
PLAY, WHY, WALK = Key("space", "play", ("play",)), Key("⏎", "why", ("inspect",)), Key(".", "walk", ("walk(1)",))
PAUSE, SPEED = Key("space", "pause", ("play",)), Key("< >", "speed", ("speed(-1)", "speed(1)"))
ON_SCORES = Key("H", "hinge on scores", ("other_hinge",))
ON_PROBABILITIES = Key("H", "on probabilities", ("other_hinge",))
HINGE, BACK = Key("h", "hinge", ("hinge",)), Key("h", "back", ("hinge",))
NUMBERS, SQUARES = Key("v", "numbers", ("numbers",)), Key("v", "squares", ("numbers",))
SAMPLE, ORDER = Key("↑↓", "sample", ("arrow(-1, 0)", "arrow(1, 0)")), Key("t", "order", ("order",))
MARGIN, LOSSES = Key("[ ]", "margin", ("margin(-1)", "margin(1)")), Key("m", "all losses", ("losses",))
GROUPS = Key("tab", "‹ ›", ("next(1)",))
HELP, QUIT = Key("?", "help", ("help",)), Key("q", "quit", ("app.quit",))
FORMULAS, DIFFERENCES = Key("f", "formulas", ("formulas",)), Key("d", "differences", ("differences",))
MOVE, TERM = Key("←↑↓→", "move", ()), Key("⏎", "pick a term", ("inspect",))
MATRIX, STEPS = Key("tab", "next matrix", ("next(1)",)), Key("n p", "step", ("step(1)",))
COPY, LEAVE = Key("y", "copy", ("copy",)), Key("esc", "leave", ("leave",))
PICK, GO = Key("←→", "pick", ("arrow(0, -1)", "arrow(0, 1)")), Key("⏎", "go there", ("inspect",))
RETURN = Key("backspace", "back", ("back",))
NEXT, PREVIOUS = Key(".", "next", ("walk(1)",)), Key(",", "previous", ("walk(-1)",))
INSPECT, LEAVE_WALK = Key("⏎", "inspect", ("inspect",)), Key("esc", "leave the walk", ("leave",))
SLIPS, REPORT = Key("s S", "next, previous slip", ("slip(1)", "slip(-1)")), Key("r", "report", ("report",))
HIDE, ANSWERS = Key("esc", "hide answers", ("leave",)), Key("a", "answers", ("answers",))
SCROLL, CLOSE = Key("⇧↑↓", "scroll", ("scroll(-1)", "scroll(1)")), Key("esc", "close", ("leave",))
PICTURE, LOG, ZOOM, ALONE = (
    Key("P", "picture", ("picture",)),
    Key("l", "log", ("log",)),
    Key("( )", "zoom", ("zoom(1)", "zoom(-1)")),
    Key("z", "one pane", ("alone",)),
)
NEXT_PANE, ALL_PANES = Key("z", "next pane", ("alone",)), Key("esc", "all panes", ("leave",))
HIDE_DIFFERENCES = Key("d", "hide differences", ("differences",))


WHAT_IF, WATCHES = Key("e", "what if", ("change",)), Key("w", "watches", ("watches",))
NUMBER = Key("⏎", "pick a number", ("inspect",))
LEADING = (WHY_ZERO, DIAGNOSIS)  # pages that lead to numbers


def keys(view: View, playing: bool, hinge: bool, loss: Loss, elided: bool, hidden: bool, plot: bool) -> list[Key]:
    """The keys of a state, the most wanted first; `hinge` while the same network is looked at under a hinge, those of
    the `plot` while it is in sight.
    """
    found = _of_state(view, hinge, loss, elided, hidden, plot)
    return [key for one in found for key in ((PAUSE, SPEED) if playing and one is PLAY else (one,))]


def _of_state(view: View, hinge: bool, loss: Loss, elided: bool, hidden: bool, plot: bool) -> list[Key]:
    if view.aside in LEADING:
        return [PICK, GO, LEAVE, HELP] if view.term is not None else [NUMBER, SCROLL, CLOSE, STEP, HELP]
    if view.aside:
        return [SCROLL, CLOSE, STEP, HELP]
    if view.cursor is not None and view.term is not None:
        return [PICK, GO, RETURN, LEAVE, HELP]
    if view.cursor is not None:
        return [*_checked(view), MOVE, TERM, MATRIX, STEPS, COPY, LEAVE, DIFFERENCES, HELP]
    if view.current is not None:
        return [NEXT, PREVIOUS, INSPECT, STEPS, LEAVE_WALK, HELP]
    if view.report is not None:
        return [*_checked(view), HIDE, STEP, WHY, HELP, WALK]
    groups = [GROUPS] if hidden else []
    views = [SQUARES] if view.numbers else [NUMBERS] if elided else []
    if view.alone:
        pictures = [PICTURE] if view.alone in ("loss", "picture") else []
        return [STEP, NEXT_PANE, ALL_PANES, *pictures, *groups, *views, PLAY, WHY, WALK, SAMPLE, HELP, QUIT]
    hidden_answers = [ANSWERS] if view.answers is not None else []
    if hinge or loss.settings:
        other = [ON_SCORES] if loss.name == SoftmaxHinge.name else [ON_PROBABILITIES] if loss.name == Hinge.name else []
        return [
            *hidden_answers,
            STEP,
            PLAY,
            SAMPLE,
            MARGIN,
            *([BACK] if hinge else []),
            *other,
            WHY,
            WALK,
            LOSSES,
            HELP,
            QUIT,
            WHAT_IF,
            WATCHES,
        ]
    return [
        *hidden_answers,
        STEP,
        PLAY,
        WHY,
        WALK,
        *([HIDE_DIFFERENCES] if view.differences else []),
        HINGE,
        *groups,
        *views,
        SAMPLE,
        *([ORDER] if elided else []),
        HELP,
        QUIT,
        WHAT_IF,
        WATCHES,
        *([] if view.differences else [DIFFERENCES]),
        FORMULAS,
        *([LOG] if plot and view.shown != ACCURACY else []),
        *([ZOOM] if plot else []),
        ALONE,
        PICTURE,
    ]


def _checked(view: View) -> list[Key]:
    """The keys that checked answers bring."""
    report = view.report
    return [] if report is None else [SLIPS, REPORT] if report.slips else [REPORT]
