"""What people type of the numbers of a step, read into trees of sgdb's names, and written again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.expression.nodes import Node
from core.problem import Problem
from core.watching.nodes import Condition
from core.watching.printer import as_watched
from core.watching.reader import WatchReader
from core.watching.vocabulary import Vocabulary

if TYPE_CHECKING:
    from core.notations.words import Notation


class Language:
    """sgdb's own. `core.watching.noted` has those of other notations."""

    is_own = True

    def __init__(self, problem: Problem, rows: int | None = None) -> None:
        """Of a problem's steps over batches of `rows` rows, by default of as many as its largest have."""
        self.vocabulary = Vocabulary(problem, rows)

    def condition(self, text: str) -> Condition:
        """A condition. Raises FormulaError, which says where and what."""
        return WatchReader(text, self.vocabulary).watch()

    def number(self, text: str) -> Node:
        """A sum that is a single number. Raises FormulaError, which says where and what."""
        return WatchReader(text, self.vocabulary).number()

    def spell(self, tree: Node) -> str:
        """A tree as it is typed: what is read again as the same."""
        return as_watched(tree)

    def in_plain_letters(self, text: str) -> str:
        """A text in which names are told from the cells behind them, as many characters as before."""
        return text

    def name(self, word: str) -> str:
        """sgdb's name for a word in the reader's plain letters. Raises FormulaError."""
        return self.vocabulary.meant(word)

    def cell(self, name: str, cell: Sequence[int]) -> tuple[int, ...]:  # noqa: ARG002
        """A cell's indices on the sheet, from those that were typed behind a name. Raises FormulaError where there is
        no such cell in the layout that they are of.
        """
        return tuple(cell)


def language_of(problem: Problem, notation: Notation | None, rows: int | None = None) -> Language:
    """What is typed in a notation, None for sgdb's own."""
    if notation is None or notation.is_own:
        return Language(problem, rows)
    from core.watching.noted import NotedLanguage

    return NotedLanguage(problem, notation, rows)
