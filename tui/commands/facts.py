"""The facts of a run: why it does not learn, if it does not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tui.commands.progress import progress_of

if TYPE_CHECKING:
    from core import Timeline

DIGITS = 8  # of a loss: what a thousand steps leave sharp on any processor


def tell_facts(timeline: Timeline, last: int, whole: bool) -> bool:
    """What is worth knowing of the steps up to step `last`, on stderr; and where the loss that was printed is that of a
    mini-batch, the loss over all rows. Returns whether the run is diverging.
    """
    from core import diagnose, loss_over_all_rows, significant

    step = timeline[last]
    if whole and len(step.batch) < (rows := len(step.problem.inputs)):
        loss = significant(loss_over_all_rows(step), DIGITS)
        print(f"run: the loss is that of a batch of {len(step.batch)}; over all {rows:,} rows: {loss}", file=sys.stderr)
    with progress_of("step") as progress:
        found = diagnose(timeline, step.index, progress, thorough=False)
    for fact in found.told:
        print(f"run: {fact}", file=sys.stderr)
    return found.outcome.kind == "diverging"
