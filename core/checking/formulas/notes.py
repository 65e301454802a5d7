"""What is wrong with a formula: words about parts of it, which are printed as the person writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from core.expression.dialect import IN_LATEX, IN_NUMPY, PRINTED, TYPED
from core.expression.lexicon import lexemes
from core.expression.markup import TEX_SIGNS, tex
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
from core.expression.numbers import MINUS_ONE
from core.expression.paper import PaperPrinter
from core.expression.pieces import LETTER, Piece, Pieces, as_text
from core.expression.printer import Printer
from core.expression.reader import Reading
from core.expression.style import NUMPY, PAPER
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


class Sign(NamedTuple):
    """The sign of a product: ".*" of the entrywise one, "*" of that of matrices."""

    text: str


Part: TypeAlias = Node | Quoted | Applied | Sign
LAYERED = re.compile(r"([A-Za-z]+)_(\d)")
TEX_WORDS = {r"\eta": "η", r"\alpha": "α", "eta": "η", "alpha": "α"}
SIGNS: dict[str, dict[str, str]] = {  # of products, where they are other than those that are typed
    TYPED: {},
    IN_NUMPY: {".*": "*", "*": "@"},
    PRINTED: {".*": "⊙"},
    IN_LATEX: {".*": TEX_SIGNS["⊙"]},
}


class Note(NamedTuple):
    """A mistake: its words, with {} for each of the `parts` of a formula, and how many of these do not belong."""

    words: str
    parts: tuple[Part, ...] = ()
    foreign: int = 0


@dataclass(frozen=True)
class FormulaStyle:
    """How somebody writes: what a sum(...) is over that does not say it, None for anything; whether max(0, ...) is
    written relu(...); whether one_hot(y_gt) is written as the `indicator` [j = y]; the style; and the pieces of
    names that are written otherwise than usual.
    """

    over: str | None = None
    relu: bool = False
    indicator: bool = False
    dialect: str = TYPED
    symbols: Mapping[str, Piece] = field(default_factory=dict)

    def __call__(self, part: Part) -> str:
        """A part of a formula as text."""
        if isinstance(part, Sign):
            return self.signs.get(part.text, part.text)
        if isinstance(part, Applied):
            function = part.node
            if isinstance(function, Power):
                return "the square" if function.power == SQUARE else f"the power {function.power}"
            return self.function_name(function) if isinstance(function, Function) else APPLIED[type(function)]
        node = part.node if isinstance(part, Quoted) else part
        text = self.formula(node)
        return f"({text})" if isinstance(part, Quoted) and isinstance(node, OPERATIONS) else text

    def sentence(self, note: Note) -> str:
        """A note as text."""
        return note.words.format(*(self(part) for part in note.parts))

    @property
    def signs(self) -> Mapping[str, str]:
        """The signs of products by those that are typed, where they are others."""
        return SIGNS[self.dialect]

    def formula(self, node: Node) -> str:
        """A formula as text."""
        if self.dialect == TYPED:
            return as_typed(node, self.over, self.relu, self.indicator, self.symbols)
        if self.dialect == IN_NUMPY:
            return as_text(Printer(NUMPY, self.symbols)(as_printed(node)))
        return self.in_print(PaperPrinter(symbols=self.symbols)(as_printed(node)))

    def function_name(self, node: Function) -> str:
        """What is written before its argument."""
        if self.dialect == TYPED or (node.name == RELU and not node.slope):
            return function_name(node, self.relu)
        style = NUMPY if self.dialect == IN_NUMPY else PAPER
        name = style.function(node).parts[0]
        return self.in_print((name,)) if isinstance(name, Piece) else function_name(node, self.relu)

    def in_print(self, pieces: Pieces) -> str:
        """Pieces of print, in LaTeX where that is spoken."""
        return tex(pieces) if self.dialect == IN_LATEX else as_text(pieces)


def as_printed(node: Node) -> Node:
    """A formula in pairs with -a for -1 times a, and with the terms of a sum and the factors of a product in a row."""
    first, *rest = parts = tuple(map(as_printed, node.children)) or (node,)
    if isinstance(node, Product):
        if first == MINUS_ONE and len(rest) == 1:
            return Sum((-1, rest[0]))
        return Product(*(first.children if isinstance(first, Product) else (first,)), *rest)
    if isinstance(node, Sum) and isinstance(first, Sum) and node.terms[0][0] > 0:
        signs = [sign for sign, _ in node.terms[1:]]
        return Sum(*first.terms, *zip(signs, rest, strict=True))
    return node.with_children(parts) if node.children else node


def style_of(
    text: str,
    reading: Reading,
    over: str,
    meanings: Mapping[str, str],
    names: Iterable[str] = (),
    symbols: Mapping[str, Piece] = {},
) -> FormulaStyle:
    """How the person writes who wrote this formula, with sums that are `over` what they do not say. `meanings` are the
    quantities by the person's words, `names` all there are: to who writes W1, the others are W2 and delta1. `symbols`
    are those of a problem's own names.
    """
    words = {lexeme.text for lexeme in lexemes(text)}
    in_print = reading.dialect in (PRINTED, IN_LATEX)
    own = {name: Piece(LETTER, TEX_WORDS.get(word, word) if in_print else word) for name, word in reading.words.items()}
    if not in_print and any(word == name.replace("_", "") != name for word, name in meanings.items()):
        own |= {name: Piece(LETTER, LAYERED.sub(r"\1\2", name), name=name) for name in names if LAYERED.match(name)}
    if not in_print:
        own |= {name: Piece(LETTER, word, name=name) for word, name in meanings.items() if word != name}
    return FormulaStyle(over, RELU in words, EQUALS in words, reading.dialect, {**symbols, **own})


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
