"""What somebody who works a step out by hand is asked for."""

from __future__ import annotations

import numpy as np

from core.arrays import Mask
from core.classes import one_hot
from core.computation import copies
from core.expression.cell import OTHER, TRUE
from core.expression.nodes import IsTrueClass, Literal, walk
from core.quantity import quantities
from core.rules import rules_of
from core.step import Step


def asked(step: Step) -> dict[str, Mask]:
    """The numbers of a step that are asked for, by quantity, in the order of the computation: no quantity that is the
    same as another, no number that is 0 whatever the others are, such as a hinge's term for the true class, and none
    that is not finite.
    """
    same = copies(step.problem)
    found = {q.name: np.isfinite(q.values) & ~zeros(step, q.name) for q in quantities(step) if q.name not in same}
    return {name: mask for name, mask in found.items() if mask.any()}


def zeros(step: Step, name: str) -> Mask:
    """Where a computed quantity is 0 whatever the numbers are, in the shape of its values."""
    mask = np.zeros(step.values[name].shape, dtype=bool)
    tree = step.statement.equations[name].tree
    if not any(isinstance(part, (IsTrueClass, Literal)) for part in walk(tree)):
        return mask  # without a look at every rule
    for rule in rules_of(step.problem, len(step.batch)).of(name):
        if rule.is_zero:
            column = rule.letters[-1] if rule.letters else ""
            if column in (TRUE, OTHER):
                mask |= (one_hot(step.targets) == 1) == (column == TRUE)
            else:
                mask[..., slice(column - 1, column) if isinstance(column, int) else slice(None)] = True
    return mask


def absent(step: Step, name: str) -> Mask:
    """Where a computed quantity has no number at all, though its values have a 0 there: the hinge's term for the true
    class. In the shape of its values.
    """
    return zeros(step, name) & step.statement.leaves_out(name)
