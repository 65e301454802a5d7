"""The facts of a run: why it does not learn, if it does not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tui.commands.progress import progress_of

if TYPE_CHECKING:
    from core import Notation, Timeline


def tell_facts(timeline: Timeline, last: int, notation: Notation | None) -> bool:
    """What is worth knowing of the steps up to step `last`, on stderr, in the names of a notation. Returns whether the
    run is diverging.
    """
    from core import diagnose

    with progress_of("step") as progress:
        found = diagnose(timeline, last, progress, thorough=False, notation=notation)
    for fact in found.told:
        print(f"run: {fact}", file=sys.stderr)
    return found.outcome.kind == "diverging"
