"""What somebody who works a step out by hand is asked for."""

from __future__ import annotations

import numpy as np

from core.arrays import Mask
from core.computation import copies
from core.expression.nodes import Literal
from core.origins import Cell, scope_of
from core.quantity import Quantity, quantities
from core.step import Step

ZERO = Literal(0)


def asked(step: Step) -> dict[str, Mask]:
    """The numbers of a step that are asked for, by quantity, in the order of the computation: no quantity that is the
    same as another, no number that is 0 whatever the others are, such as a hinge's term for the true class, and none
    that is not finite.
    """
    same = copies(step.problem)
    found = {q.name: _asked_of(step, q) for q in quantities(step) if q.name not in same}
    return {name: mask for name, mask in found.items() if mask.any()}


def is_always_zero(step: Step, name: str, cell: Cell) -> bool:
    """Whether a cell (row and column from 1) of a computed quantity is 0 whatever the numbers are."""
    scope = scope_of(step)
    rule = scope.rule(scope.place(name, cell))
    return rule is not None and rule[0].tree == ZERO


def _asked_of(step: Step, quantity: Quantity) -> Mask:
    mask: Mask = np.asarray(np.isfinite(quantity.values))
    for place in np.ndindex(mask.shape):
        mask[place] &= not is_always_zero(step, quantity.name, tuple(i + 1 for i in place))
    return mask
