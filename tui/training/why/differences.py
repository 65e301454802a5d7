"""Gradients beside central differences of ℒ: those of a cell, or the worst of all."""

from __future__ import annotations

import numpy as np

from core import CheckedGradient, GradientCheck, Place, Step, significant
from tui.format import relative_error
from tui.sheet.lines import Line, Words
from tui.training.view import Cell, View
from tui.training.why.page import Page
from tui.training.why.statement import cell_label
from tui.training.why.texts import digits, flow, wrapped

BUSY = "central differences of {} are being computed"
WHAT = "A central difference is ({0}(w + h) - {0}(w - h)) / 2h: it knows nothing of the backward pass."
LEGEND: tuple[Words, ...] = (
    [("✓", "right"), " the two agree"],
    [("✗", "slip"), " they do not"],
    [("~", "wrong"), " a kink lies between: the difference says nothing"],
)


def differences(step: Step, view: View, columns: int) -> Page:
    """How all gradients and differences compare, and the worst of them."""
    check, what = _of(step, view), wrapped([_in(WHAT, step)], columns, prose=True)
    if check is None:
        busy = _in(BUSY, step)
        return Page(["central differences"], [[busy]], [wrapped([busy], columns), what])
    agree = sum(int(gradient.agrees.sum()) for gradient in check.gradients)
    total = sum(gradient.checked.size for gradient in check.gradients)
    reached = sum(int(gradient.checked.sum()) for gradient in check.gradients)
    items: list[Words] = [[(f"✓ {agree} of {total} agree", "right" if agree == total else "text")]]
    items += [[(f"✗ {check.wrong} do not", "slip")]] if check.wrong else []
    items += [[(f"~ {check.misleading} at a kink", "wrong")]] if check.misleading else []
    items += [[f"{total - reached} not looked at"]] if reached < total else []
    worst = _worst(check)
    lines = [] if worst is None else _compared(step, *worst, view, columns, "the farthest off: ")
    groups = [flow(items, columns), lines, flow(LEGEND, columns), what]
    return Page(["central differences"], items, groups)


def at_cell(step: Step, view: View, name: str, cell: Cell, columns: int) -> list[Line]:
    """The central difference of a cell; nothing for what is no gradient."""
    if step.statement.equations.get(name) is None or step.statement.equations[name].part != "gradient":
        return []
    check = _of(step, view)
    if check is None:
        return wrapped([_in(BUSY, step)], columns)
    gradient = next((found for found in check.gradients if found.name == name), None)
    return [] if gradient is None else _compared(step, gradient, cell, view, columns, "")


def _in(text: str, step: Step) -> str:
    """With what the loss is called."""
    return text.format(step.statement.letters["loss"])


def _of(step: Step, view: View) -> GradientCheck | None:
    return view.gradients if view.gradients is not None and view.gradients.step == step.index else None


def _worst(check: GradientCheck) -> tuple[CheckedGradient, Cell] | None:
    """The cell whose difference is farthest off: a wrong one, else one that agrees, else one at a kink."""
    for masks in ([g.wrong for g in check.gradients], [g.agrees for g in check.gradients], None):
        found = []
        for k, gradient in enumerate(check.gradients):
            mask = gradient.misleading if masks is None else masks[k]
            if mask.any():
                errors = np.where(mask, gradient.relative_error, -1.0)
                at = np.unravel_index(int(errors.argmax()), errors.shape)
                found.append((float(errors[at]), k, tuple(int(i) + 1 for i in at)))
        if found:
            _, k, cell = max(found, key=lambda one: one[0])
            return check.gradients[k], cell
    return None


def _compared(step: Step, gradient: CheckedGradient, cell: Cell, view: View, columns: int, head: str) -> list[Line]:
    at = tuple(i - 1 for i in cell)
    if gradient.agrees.shape != step.values[gradient.name].shape:
        return wrapped([_in(BUSY, step)], columns)
    if not gradient.checked[at]:
        return wrapped(["its central difference was not computed"], columns)
    label = cell_label(step, Place(step.index, gradient.name, cell))
    analytic, difference = (significant(float(found[at]), digits(view.more) + 2) for found in _pair(gradient))
    mark: tuple[str, str] = ("✗ wrong", "slip")
    if gradient.agrees[at]:
        mark = ("✓ they agree", "right")
    elif gradient.misleading[at]:
        mark = ("~ a kink lies between", "wrong")
    off = f"relative error {relative_error(float(gradient.relative_error[at]))}"
    items: list[Words] = [[f"{head}{label} = {analytic}"], [f"central difference {difference}"], [off], [mark]]
    return flow(items, columns)


def _pair(gradient: CheckedGradient) -> tuple[np.ndarray, np.ndarray]:
    return gradient.analytic, gradient.difference
