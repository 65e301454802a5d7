"""The gradients of the whole network as formulas: by the recursion over δ, and expanded in full."""

from __future__ import annotations

import numpy as np

from core import Step, expanded, memoized, recursive
from tui.format import short
from tui.sheet.lines import Line
from tui.training.why.page import Page
from tui.training.why.texts import MARGIN, flow, folded, wrapped

INDENT = 2
MOST_PRODUCTS = 20_000  # in the first layer: what takes a few milliseconds


@memoized(2)
def network_formulas(step: Step, columns: int) -> Page:
    """For every W_k, the last layer first: its gradient by the recursion, in one formula, and down to X_in; and how far
    the numbers of the two are apart, where they are few enough to be worked out at once.
    """
    depth = len(step.weights)
    groups, to_inputs = [], f"down to {step.statement.letters['X_in']}"
    for k in range(depth, 0, -1):
        by_recursion, in_one, in_full = recursive(step, k), expanded(step, k), expanded(step, k, True)
        group: list[Line] = []
        for title, found in (("by the recursion", by_recursion), ("expanded", in_one), (to_inputs, in_full)):
            group += flow([[(in_one.left.text, "title")], [(title, "structure")]], columns, gap=1)
            for above, below in found.lines(columns - MARGIN - INDENT):
                group += folded(
                    [" " * INDENT + above, " " * INDENT + below], columns, ("text", "structure"), indent=INDENT
                )
        if step.weights[0].size * len(step.batch) <= MOST_PRODUCTS:
            with np.errstate(all="ignore"):
                off = float(np.abs(by_recursion.evaluate() - in_full.evaluate()).max())
            group += wrapped(
                [f"largest difference between the numbers of the first and the last: {short(off, 3)}"], columns
            )
        groups.append(group)
    return Page(["formulas of the gradients"], [[recursive(step, depth).formulas[-1].text]], groups)
