"""`sgdb run --until`: training that ends where a watch holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands.arguments import printable
from tui.commands.progress import SLICE, progress_bar

if TYPE_CHECKING:
    from core import Hit, Notation, Problem, Timeline, Watch

WIDEST = 100  # characters of what is shown again with a mark under its mistake


def until(text: str, problem: Problem, notation: Notation | None, mistakes: list[str]) -> Watch | None:
    """The watch that was typed in a notation; None, and what is wrong with it among the mistakes."""
    from core import FormulaError, read_watch

    try:
        return read_watch(text, problem, notation)
    except FormulaError as error:
        shown = ""
        if error.place is not None and text.isprintable() and len(text) <= WIDEST:
            shown = f"\n  {text}\n  {' ' * (error.place - 1)}^"
        mistakes.append(f"--until: {printable(str(error))}{shown}")
        return None


def train_until(timeline: Timeline, watch: Watch, most: int) -> Hit | None:
    """Take steps until the watch holds in one, up to step `most`, with a bar. Raises DivergedError."""
    from core import Search

    search = Search(timeline, [watch], at=-1, limit=most)
    with progress_bar() as bar:
        while not search.further(SLICE):
            bar.show(search.reached, most, f"step {search.reached} of at most {most}")
    return search.result
