"""Why a key of the training screen can do nothing now, in words."""

from __future__ import annotations

import core
from core import Problem
from tui.training.journey import SPEEDS, Journey
from tui.training.painter import Painted
from tui.training.slots import turns
from tui.training.view import ACCURACY, View
from tui.training.zoom import panned, zoomed

FEWEST_DECIMALS, MOST_DECIMALS = -3, 8  # more than usual
NO_ANSWERS = "No answers are loaded: ^p has Check answers."
HINGES = (core.SoftmaxHinge.name, core.Hinge.name)
NO_CELL = "No cell is selected: press enter to inspect one."


def why_not(
    action: str,
    parameters: tuple[object, ...],
    view: View,
    journey: Journey,
    painted: Painted,
    problem: Problem,
    trail: bool,
) -> str | None:
    """The reason; None if the key can do something. `trail` tells whether cells have been left behind by following."""
    amount = parameters[-1] if parameters else 0
    assert isinstance(amount, int)
    step = painted.picture.step
    last = len(journey.run.timeline) - 1
    if action == "step" or (action == "arrow" and amount and view.cursor is None):
        if amount < 0 and journey.cursor == 0:
            return "This is step 0, the first."
        return "This is the last step: the run diverges after it." if amount > 0 and journey.ends else None
    if action in ("log", "zoom", "pan") and painted.pictured is not None and "loss" not in painted.frame.areas:
        return "A picture has the place of the plot: P goes on to the next, and to the plot again."
    if action == "log" and view.shown == ACCURACY:
        return "This has no log scale: P goes on to the plot of the loss."
    if action == "hinge":
        return _why_no_hinge(problem)
    if action in ("zoom", "pan"):
        return _why_no_zoom(action, amount, view, journey)
    if action == "speed":
        limit = SPEEDS[-1] if amount > 0 else SPEEDS[0]
        return f"{limit:,} steps a second is the limit." if journey.speed == limit else None
    if action == "slip" and view.answers is not None and not view.answers.slips:
        return "The checked numbers have no slip."
    reasons = {
        "last": (journey.cursor >= last, "This is the last step computed; → computes the next."),
        "first": (journey.cursor == 0, "This is step 0, the first."),
        "copy": (view.cursor is None, NO_CELL),
        "why_not": (view.cursor is None, NO_CELL),
        "move": (view.cursor is None, NO_CELL),
        "back": (not trail, "The trail is empty: follow a term with enter first."),
        "leave": (not leavable(view), "Nothing to leave here; q quits."),
        "slip": (view.answers is None, NO_ANSWERS),
        "report": (view.answers is None, NO_ANSWERS),
        "answers": (view.answers is None, NO_ANSWERS),
        "scroll": (
            view.scroll == 0 if amount < 0 else min(view.scroll, painted.scrollable) == painted.scrollable,
            "This is the top." if amount < 0 else "There is no more.",
        ),
        "other_hinge": (step.problem.loss.name not in HINGES, "There are two hinges: h shows the first, H the other."),
        "margin": ("m" not in step.problem.loss.numbers, "This loss has no margin; h shows the softmax hinge."),
        "next": (_nowhere_next(view, painted), "Every group of columns is in sight."),
        "buffers": (len(turns(step.statement)) == 1, "Plain SGD remembers nothing: there are no buffers."),
        "numbers": (painted.frame.columns.whole and not view.numbers, "All numbers are in sight."),
        "digits": (
            view.more == (MOST_DECIMALS if amount > 0 else FEWEST_DECIMALS),
            "There can be no more decimals." if amount > 0 else "There can be no fewer decimals.",
        ),
    }
    cannot, reason = reasons.get(action, (False, ""))
    return reason if cannot else None


def _nowhere_next(view: View, painted: Painted) -> bool:
    """Whether there is neither another matrix to go to nor a group of columns off an edge."""
    columns = painted.frame.columns
    return view.cursor is None and not (columns.before or columns.behind)


def _why_no_zoom(action: str, amount: int, view: View, journey: Journey) -> str | None:
    last = len(journey.run.timeline) - 1
    if view.window is None and (action == "pan" or amount < 0):
        return "All steps are in sight; ( zooms in."
    if action == "pan" and panned(view.window, last, 0.5 * amount) == view.window:
        return f"These are the {'first' if amount < 0 else 'last'} steps."
    if action == "pan" or amount < 0:
        return None
    if zoomed(view.window, last, journey.cursor, 2.0) == view.window:
        return "So few steps are close enough."
    return None


def _why_no_hinge(problem: Problem) -> str | None:
    if problem.loss.name == "softmax_hinge":
        return "This is the softmax hinge; H shows the one on scores."
    if not problem.has_classes:
        return "The hinge needs classes: one-hot targets, or -1 and +1."
    return None


def leavable(view: View) -> bool:
    """Whether there is something that escape leaves."""
    parts = (view.cursor, view.current, view.aside, view.alone, view.report, view.differences, view.window)
    return any(parts)
