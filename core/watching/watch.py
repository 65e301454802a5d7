"""Watch: a condition on the numbers of a step, as somebody wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from core.expression.nodes import Literal, Node, walk
from core.expression.shape import SINGLE
from core.problem import Problem
from core.watching.nodes import Becomes, Change, Comparison, Condition, Finite, Summary
from core.watching.printer import as_watched
from core.watching.reader import WHEN, WatchReader
from core.watching.vocabulary import Vocabulary


class Side(NamedTuple):
    """A number that a condition is about, and whether what it was in the step before counts, too."""

    node: Node
    before: bool = False

    @property
    def text(self) -> str:
        return as_watched(self.node)


@dataclass(frozen=True)
class Watch:
    """A condition on the numbers of a step. Two are equal whose conditions are.

    text     as it was typed
    tree     the condition; a Becomes around one that counts only where it was not so in the step before
    sides    the numbers that it is about: what is compared; of many numbers the smallest and the largest
    """

    text: str = field(compare=False)
    tree: Condition
    sides: tuple[Side, ...] = field(compare=False, repr=False)

    @property
    def canonical(self) -> str:
        """The same as sgdb writes it, with `when` or `becomes`: "when loss < 0.01"."""
        text = as_watched(self.tree)
        return text if isinstance(self.tree, Becomes) else f"{WHEN} {text}"

    @property
    def asks_whether_finite(self) -> bool:
        """Whether it may hold in the step in which a run stops being finite."""
        return any(isinstance(node, Finite) for node in walk(self.tree))


def read_watch(text: str, problem: Problem) -> Watch:
    """The watch that somebody wrote for runs of `problem`. Raises FormulaError: what is wrong, and at which character,
    where that is known.
    """
    vocabulary = Vocabulary(problem)
    tree = WatchReader(text, vocabulary).watch()
    return Watch(text, tree, tuple(dict.fromkeys(_sides(tree, vocabulary))))


def _sides(node: Node, vocabulary: Vocabulary) -> Iterator[Side]:
    if isinstance(node, (Comparison, Change)):
        for part in node.children:
            if all(isinstance(leaf, Literal) for leaf in walk(part) if not leaf.children):
                continue
            if vocabulary.shape_of_tree(part) == SINGLE:
                yield Side(part, before=isinstance(node, Change))
            else:
                yield from (Side(Summary(name, part)) for name in ("min", "max"))
    elif isinstance(node, Condition):
        for part in node.children if not isinstance(node, Finite) else ():
            yield from _sides(part, vocabulary)
