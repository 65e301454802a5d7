"""What is wrong with a formula: words about parts of it, which are printed as the person writes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from core.expression.lexicon import tokens
from core.expression.nodes import (
    Function,
    MatrixProduct,
    Node,
    Positive,
    Power,
    Product,
    Quotient,
    Softmax,
    Sum,
    Total,
)
from core.expression.typed import RELU, as_typed, function_name

SQUARE = 2
EQUALS = "="  # of [j = y], and of nothing else
OPERATIONS = (Sum, Product, MatrixProduct, Quotient)
APPLIED = {Softmax: "softmax", Total: "the sum", Positive: "[... > 0]"}


class Quoted(NamedTuple):
    """A part of a formula in the middle of a sentence: an operation on two is put in parentheses."""

    node: Node


class Applied(NamedTuple):
    """What is applied to something in a part of a formula: f1, the sum."""

    node: Node


Part: TypeAlias = Node | Quoted | Applied


class Note(NamedTuple):
    """A mistake: its words, with {} for each of the `parts` of a formula, and how many of these do not belong."""

    words: str
    parts: tuple[Part, ...] = ()
    foreign: int = 0


class Spelling(NamedTuple):
    """How somebody writes: what a sum(...) is over that does not say it, None for anything; whether max(0, ...) is
    written relu(...); and whether one_hot(y_gt) is written as the `indicator` [j = y].
    """

    over: str | None = None
    relu: bool = False
    indicator: bool = False

    def __call__(self, part: Part) -> str:
        """A part of a formula as text."""
        if isinstance(part, Applied):
            function = part.node
            if isinstance(function, Power):
                return "the square" if function.power == SQUARE else f"the power {function.power}"
            return function_name(function, self.relu) if isinstance(function, Function) else APPLIED[type(function)]
        node = part.node if isinstance(part, Quoted) else part
        text = as_typed(node, *self)
        return f"({text})" if isinstance(part, Quoted) and isinstance(node, OPERATIONS) else text

    def sentence(self, note: Note) -> str:
        """A note as text."""
        return note.words.format(*(self(part) for part in note.parts))


def spelling_of(text: str, over: str) -> Spelling:
    """How the person writes who wrote this formula, with sums that are `over` what they do not say."""
    words = {token.text for token in tokens(text)}
    return Spelling(over, RELU in words, EQUALS in words)


def note(words: str, *parts: Part) -> Note:
    """Words with {} for each part."""
    return Note(words, parts)


def do_not_belong(nodes: list[Node]) -> tuple[Note, ...]:
    """A note that these parts do not belong, if there are any."""
    words = f"{', '.join('{}' for _ in nodes)} {'does' if len(nodes) == 1 else 'do'} not belong"
    return (Note(words, tuple(nodes), len(nodes)),) if nodes else ()


def are_missing(parts: Iterable[tuple[str, Part]]) -> tuple[Note, ...]:
    """A note that these parts are missing, each with words before it, if there are any."""
    found = list(parts)
    words = f"{', '.join(before + '{}' for before, _ in found)} {'is' if len(found) == 1 else 'are'} missing"
    return (Note(words, tuple(part for _, part in found)),) if found else ()
