"""A place in the words and signs of a formula, and what every part of the reader does there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple, TypeVar

from core.activations import ACTIVATIONS
from core.errors import FormulaError
from core.expression.dialect import dialect_of
from core.expression.lexicon import Lexeme, lexemes
from core.expression.names import NUMBER_WORDS
from core.expression.nodes import COLUMNS, NUMBERS, ROWS, Literal, Node

LONGEST = 1_000
DEEPEST = 30
ONE, ZERO = Literal(1), Literal(0)
PRIME = "'"
WHEN, OTHERWISE, WITH = ("if", "for", "where", "when"), ("otherwise", "else"), ("with", "where")
WORDS = frozenset((*WHEN, *OTHERWISE, *WITH, "and"))
COMPARED = (">", "<", ">=", "<=", "=", "==", "!=")
OPENING = {"(": ")", "[": "]", "{": "}"}

T = TypeVar("T")


class Context(NamedTuple):
    """What a formula is read with.

    over        what its sums are over where they do not say it: ROWS, COLUMNS or ALL
    functions   the names of activations
    numbers     the names of numbers
    symbols     the names by symbols of print that the lexicon does not have, and by other words
    columns     the quantities without a layer that have several: o_2 is the second of o
    longest     how many characters it may have
    outputs     the name of the number of outputs, where a loss has one: a mean over each sample's row is over these
    thin        the weights to a single unit
    dialect     the style of print, one of `dialect`'s; empty where the formula itself tells
    signs       what else may stand in it, each a single character
    classes     what a sum over the classes runs over: COLUMNS, where a sample is a row
    layers      words for the layers' functions, each with its name; "" for that of the layer it is applied to
    """

    over: str = ROWS
    functions: Collection[str] = ACTIVATIONS
    numbers: Collection[str] = NUMBERS
    symbols: Mapping[str, str] = NUMBER_WORDS
    columns: Collection[str] = ()
    longest: int = LONGEST
    dialect: str = ""
    outputs: str = ""
    thin: Collection[str] = ()
    signs: str = ""
    classes: str = COLUMNS
    layers: Mapping[str, str] = {}


class Reading(NamedTuple):
    """A formula that was read: its tree, the style that it is written in, the name that it gives to its value (empty
    where it gives none), and by how a number or quantity was written in it, if otherwise than sgdb does, its name.
    """

    tree: Node
    dialect: str
    left: str = ""
    words: Mapping[str, str] = {}


def _whole(parts: Iterable[Lexeme], names: Collection[str]) -> list[Lexeme]:
    """Words and signs, of which two with nothing between them are one word where that is a name: vβ₁, if v and β have
    symbols of their own.
    """
    found: list[Lexeme] = []
    for part in parts:
        last = found[-1] if found else None
        if (
            last is not None
            and last.text + part.text in names
            and part.place in (last.place, last.place + len(last.written))
        ):
            written = last.written if part.place == last.place else last.written + part.written
            found[-1] = Lexeme(last.text + part.text, last.place, written)
        else:
            found.append(part)
    return found


class Cursor:
    """The words and signs of a formula, and how many of them were read."""

    def __init__(self, text: str, context: Context) -> None:
        self._lexemes = _whole(lexemes(text, context.signs), context.symbols)
        self._end = len(text.rstrip()) + 1
        self._next = 0
        self._depth = 0
        self._context = context
        self._in_class = False  # within a Σ_j, where every product is one of numbers
        self._indices = 0  # of a class, so far, that no Σ runs over
        self._slopes = 0  # written ∂z_1/∂s_1, so far
        self._dialect = context.dialect or dialect_of(text, self._lexemes, [*context.functions])
        self._words: dict[str, str] = {}

    def _sum(self) -> Node:
        raise NotImplementedError

    def _product(self) -> Node:
        raise NotImplementedError

    def _factor(self) -> Node:
        raise NotImplementedError

    def _within(self, read: Callable[[], T]) -> T:
        """Reads something, a level deeper."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormulaError(f"the formula is nested too deep: expected at most {DEEPEST} levels", self._place())
        node = read()
        self._depth -= 1
        return node

    def _expect(self, token: str, why: str = "") -> None:
        if self._peek() != token:
            raise self._mistake(f"expected {token}{why}")

    def _skip(self, token: str, unless: Collection[str] = ()) -> None:
        """Past this sign, if it is the next one."""
        self._next += self._peek() == token and self._peek(1) not in unless

    def _starts_a_factor(self) -> bool:
        token = self._peek()
        return token not in WORDS and (token in OPENING or token[:1].isalnum() or token[:1] == "_")

    def _take(self, token: str = "", why: str = "") -> str:
        """The next word or sign, which must be this one, if any is given."""
        if token:
            self._expect(token, why)
        self._next += 1
        return self._lexemes[self._next - 1].text

    def _peek(self, further: int = 0) -> str:
        at = self._next + further
        return self._lexemes[at].text if at < len(self._lexemes) else ""

    def _mistake(self, message: str, further: int = 0) -> FormulaError:
        """What is wrong with the word or sign that stands there, with its place."""
        return FormulaError(f"{message} {self._here(further)}", self._place(further))

    def _place(self, further: int = 0) -> int:
        """The character at which a word or sign begins, from 1; behind the last one that behind the formula."""
        at = self._next + further
        return self._lexemes[at].place if at < len(self._lexemes) else self._end

    def _here(self, further: int = 0) -> str:
        at = self._next + further
        if at >= len(self._lexemes):
            return "at the end"
        _, place, written = self._lexemes[at]
        return f'at character {place}, found "{written}"'
