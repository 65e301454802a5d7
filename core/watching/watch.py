"""Watch: a condition on the numbers of a step, as somebody wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from core.expression.nodes import Literal, Node, walk
from core.expression.shape import SINGLE
from core.problem import Problem
from core.watching.language import language_of
from core.watching.nodes import Becomes, Change, Comparison, Condition, Finite, Summary
from core.watching.printer import as_watched
from core.watching.reader import WHEN
from core.watching.vocabulary import Vocabulary

if TYPE_CHECKING:
    from core.notations.words import Notation


class Side(NamedTuple):
    """A number that a condition is about, and whether what it was in the step before counts, too."""

    node: Node
    before: bool = False


@dataclass(frozen=True)
class Watch:
    """A condition on the numbers of a step. Two are equal whose conditions are.

    text     as it was typed, or as its notation writes it
    tree     the condition, in sgdb's names; a Becomes around one that counts only where it was not so in the step
             before
    sides    the numbers that it is about: what is compared; of many numbers the smallest and the largest
    saved    what sessions have: as it was typed, if that is in sgdb's names, else as sgdb writes it
    spell    how its notation writes a part of it
    """

    text: str = field(compare=False)
    tree: Condition
    sides: tuple[Side, ...] = field(compare=False, repr=False)
    saved: str = field(compare=False, repr=False)
    spell: Callable[[Node], str] = field(compare=False, repr=False)

    @property
    def canonical(self) -> str:
        """The same as sgdb writes it in its notation, with `when` or `becomes`: "when loss < 0.01"."""
        text = self.spell(self.tree)
        return text if isinstance(self.tree, Becomes) else f"{WHEN} {text}"

    @property
    def asks_whether_finite(self) -> bool:
        """Whether it may hold in the step in which a run stops being finite."""
        return any(isinstance(node, Finite) for node in walk(self.tree))


def read_watch(text: str, problem: Problem, notation: Notation | None = None) -> Watch:
    """The watch that somebody wrote for runs of `problem` in a notation, by default in sgdb's own names. Raises
    FormulaError: what is wrong, and at which character, where that is known.
    """
    language = language_of(problem, notation)
    tree = language.condition(text)
    sides = tuple(dict.fromkeys(_sides(tree, language.vocabulary)))
    return Watch(text, tree, sides, text if language.is_own else as_watched(tree), language.spell)


def watch_in(watch: Watch, problem: Problem, notation: Notation | None) -> Watch:
    """The same watch as a notation writes it; as it was saved in sgdb's own."""
    language = language_of(problem, notation)
    text = watch.saved if language.is_own else language.spell(watch.tree)
    return replace(watch, text=text, spell=language.spell)


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
