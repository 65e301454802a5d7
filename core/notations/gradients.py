"""Checked gradients in the names and the layout of a notation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from core.arrays import sealed
from core.expression.pieces import as_text
from core.gradient_check import CheckedGradient, GradientCheck
from core.notations.rendition import Rendition
from core.notations.wording import with_gradients
from core.notations.words import Notation
from core.step import Step


def checked_in(notation: Notation, step: Step, check: GradientCheck) -> GradientCheck:
    """What was found of a step's gradients, in a notation; what has no name there is called by the words for the loss
    and the weights.
    """
    rendition = Rendition(with_gradients(notation), step.statement)
    return replace(check, gradients=tuple(_turned(rendition, gradient) for gradient in check.gradients))


def _turned(rendition: Rendition, gradient: CheckedGradient) -> CheckedGradient:
    spelling = rendition.spellings.get(gradient.name)
    name, symbol = (gradient.name, gradient.symbol) if spelling is None else (spelling.typed, as_text([spelling.piece]))
    factor = rendition.factor(gradient.name)

    def turned(values: Any) -> Any:
        return sealed(np.array(rendition.laid_out(gradient.name, values)))

    return CheckedGradient(
        name,
        symbol,
        turned(factor * gradient.analytic),
        turned(factor * gradient.difference),
        turned(gradient.relative_error),
        turned(gradient.kink),
        turned(gradient.checked),
    )
