"""What a formula comes to in a single step."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.judgement import judged
from core.step import Step
from core.watching.compiler import BlockCompiler
from core.watching.language import language_of
from core.watching.vocabulary import ACCURACY, EPOCH, STEP


def number_of(text: str, step: Step) -> float:
    """The number that a formula gives in a step, where it is written as in a watch, in the names that the step speaks:
    W_1[1,3] * 2, max(abs(dW_1)). Infinite or NaN where it is out of range. Raises FormulaError: what is wrong, and at
    which character, where that is known.
    """
    language = language_of(step.problem, step.problem.shown_in, len(step.batch))
    vocabulary, tree = language.vocabulary, language.number(text)
    known: dict[str, Any] = {**step.statement.numbers, **step.values, STEP: step.index, EPOCH: step.epoch}
    if (right := judged(step.problem, step.outputs, step.targets)) is not None:
        known[ACCURACY] = right.mean()
    values = {
        name: np.asarray(known[name], dtype=float).reshape(1, rows or 1, columns or 1)
        for name, (rows, columns) in vocabulary.shapes.items()
    }
    with np.errstate(all="ignore"):
        return float(np.asarray(BlockCompiler(vocabulary.statement)(tree)(values)).item())
