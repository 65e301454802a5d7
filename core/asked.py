"""What somebody who works a step out by hand is asked for."""

from __future__ import annotations

import numpy as np

from core.arrays import Mask
from core.computation import copies
from core.origins import Place, scope_of
from core.quantity import quantities
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
    scope = scope_of(step)
    mask = np.zeros(step.values[name].shape, dtype=bool)
    if any(rule.name == name and rule.is_zero for rule in scope.rules):
        for place in np.ndindex(mask.shape):
            found = scope.rule(Place(step.index, name, tuple(i + 1 for i in place)))
            mask[place] = found is not None and found[0].is_zero
    return mask


def absent(step: Step, name: str) -> Mask:
    """Where a computed quantity has no number at all, though its values have a 0 there: the hinge's term for the true
    class. In the shape of its values.
    """
    return zeros(step, name) & step.statement.leaves_out(name)
