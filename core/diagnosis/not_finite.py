"""Where a run stopped being finite: the first number that did, and its arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.finding import NOT_FINITE, Finding
from core.diagnosis.runs import runs_of
from core.errors import DivergedError
from core.explanation import explain
from core.origins import Place
from core.quantity import first_not_finite
from core.sgd import Trainer
from core.step import Step, shown_in
from core.timeline import Timeline

if TYPE_CHECKING:
    from core.notations.words import Notation

TERMS = 3  # of its sum that are shown


def of_not_finite(timeline: Timeline, error: DivergedError, notation: Notation | None = None) -> Finding:
    """The first number that is not finite, and what it was computed from, in the names of a notation."""
    step = _step(timeline, error)
    lines: tuple[str, ...] = ()
    text = str(error)
    if step is not None:
        step = shown_in(step, notation)
        text = error.told(step.statement.wording.label(error.quantity, error.cell))
        found = explain(step, error.quantity, error.cell)
        with np.errstate(all="ignore"):
            lines = (f"{found.symbol} = {found.symbols(TERMS)}", f"= {found.numbers(TERMS)}")
    place = Place(error.step, error.quantity, error.cell)
    return Finding(NOT_FINITE, text, error.step, error.step, place, alarm=True, lines=lines)


def _step(timeline: Timeline, error: DivergedError) -> Step | None:
    """The step that is not finite, which the timeline does not give; None where it is not found again."""
    run, _ = runs_of(timeline, error.step)[0]
    trainer = Trainer(run.problem)
    trainer.restore(error.step, timeline.state(error.step))
    step = trainer.step()
    found = first_not_finite(step)
    return step if found is not None and (found[0].name, found[1]) == (error.quantity, error.cell) else None
