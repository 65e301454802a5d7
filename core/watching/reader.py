"""Watches as people write them, read into trees: W_1[1,3] changes sign, becomes loss < 0.01 and accuracy == 1

    watch      = [ "when" | "becomes" ] either
    either     = both { "or" both }
    both       = negated { "and" negated }
    negated    = { "not" } compared
    compared   = sum { ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum }
               | sum ( "changes" [ "sign" ] | "rises" | "falls" )

What a sum is stands in `core.expression.reader`; it has besides `%`, which binds as `/` does, and

    factor     = ... | factor "[" index [ "," index ] "]"      index: a number from 1, or : for all
    atom       = ... | ( "max" | "min" | "mean" | "norm" ) "(" sum ")" | ( "all" | "any" ) "(" either ")"
               | "finite" [ "(" sum ")" ] | "(" either ")"

`sum(...)` and `mean(...)` are over all numbers, and a formula is read as sgdb types it, whatever it looks like.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TypeVar

from core.errors import FormulaError
from core.expression.cursor import DEEPEST, OPENING
from core.expression.nodes import Function, Name, Node
from core.expression.reader import Reader, multiplied, refuse_too_deep, refuse_too_long
from core.expression.shape import SINGLE, Shape, shape_text
from core.watching.nodes import (
    ALL_OF,
    AND,
    ANY_OF,
    CHANGES,
    CHANGES_SIGN,
    COMPARISONS,
    EVERY,
    FALLS,
    OR,
    RISES,
    SUMMARIES,
    Becomes,
    Change,
    Comparison,
    Condition,
    Entry,
    Finite,
    Junction,
    Negation,
    Quantified,
    Remainder,
    Summary,
)
from core.watching.vocabulary import MisplacedError, Vocabulary

WHEN, BECOMES = "when", "becomes"
NOT, FINITE, SIGN = "not", "finite", "sign"
VERBS = (CHANGES, RISES, FALLS)
WORDS = frozenset((WHEN, BECOMES, NOT, AND, OR, *VERBS))
MOST_DIGITS = 9  # of an index

T = TypeVar("T")


class WatchReader(Reader):
    """Reads one watch, or a number as watches have them."""

    operators = (*Reader.operators, "%")

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        refuse_too_long(text, vocabulary.context.longest, "a watch")
        super().__init__(text, vocabulary.context)
        self._vocabulary = vocabulary
        self._places: dict[int, tuple[Node, int]] = {}  # where parts that are one condition or number begin, by id
        self._in_quantifier = 0
        self._behind_power = -1  # the place of what stands behind a power

    def watch(self) -> Condition:
        """The condition, in BECOMES where it is an edge. Raises FormulaError, which says where and what."""
        is_edge = self._peek() == BECOMES
        self._next += self._peek() in (WHEN, BECOMES)
        place, tree = self._place(), self._to_the_end(self._either)
        if not isinstance(tree, Condition):
            shape = self._vocabulary.shape_of_tree(tree)
            text = self._vocabulary.spell(_single(tree, shape))
            found = f"found {_count_text(shape)}"
            raise FormulaError(f"expected a condition, such as {text} > 0 or {text} rises, {found}", place)
        settled = self._vocabulary.settled(Becomes(tree) if is_edge else tree)
        assert isinstance(settled, Condition)
        return settled

    def number(self) -> Node:
        """A sum that is a single number. Raises FormulaError, which says where and what."""
        place, tree = self._place(), self._to_the_end(self._sum)
        if isinstance(tree, Condition):
            raise FormulaError(f"expected a number, found the condition {self._vocabulary.spell(tree)}", place)
        shape = self._vocabulary.shape_of_tree(tree)
        if (count := prod(size or 1 for size in shape)) != 1:
            single = self._vocabulary.spell(_single(tree, shape))
            raise FormulaError(f"expected a number, found {count} of them; write one, such as {single}", place)
        return self._vocabulary.settled(tree)

    def _to_the_end(self, read: Callable[[], Node]) -> Node:
        """What there is, and nothing behind it."""
        node = read()
        if self._peek():
            raise self._mistake("expected an operator or the end")
        return node

    def _either(self) -> Node:
        place = self._place()
        return self._at(place, self._joined(OR, lambda: self._joined(AND, self._negated)))

    def _joined(self, word: str, read: Callable[[], Node]) -> Node:
        place, parts = self._place(), [read()]
        while self._peek() == word:
            self._take()
            parts.append(read())
        return parts[0] if len(parts) == 1 else self._fit(Junction(word, *parts), place)

    def _negated(self) -> Node:
        place, count = self._place(), 0
        while self._peek() == NOT:
            self._take()
            count += 1
        if count > DEEPEST:
            raise FormulaError(f"expected at most {DEEPEST} times not, found {count}", place)
        node = self._compared_or_not()
        for _ in range(count):
            node = self._fit(Negation(node), place)
        return node

    def _compared_or_not(self) -> Node:
        """A comparison, what is said of a change, or a sum without either."""
        place, node = self._place(), self._sum()
        left = place
        if self._peek() in COMPARISONS:
            found: list[Node] = []
            while self._peek() in COMPARISONS:
                sign, behind, right = self._take(), self._place(), self._sum()
                found.append(self._condition_at(Comparison(sign, node, right), left))
                node, left = right, behind
            node = found[0] if len(found) == 1 else self._fit(Junction(AND, *found), place)
        elif self._peek() in VERBS:
            how = self._take()
            if how == CHANGES and self._peek() == SIGN:
                self._take()
                how = CHANGES_SIGN
            node = self._condition_at(Change(how, node), place)
        if self._peek() in ("=", ":="):
            raise FormulaError(f"expected == to compare, found {self._peek()}", self._place())
        return node

    def _condition_at(self, condition: Condition, place: int) -> Node:
        """A condition that begins there, on single numbers unless all(...) or any(...) is around it."""
        self._fit(condition, place)
        shape = self._vocabulary.shape_of_tree(condition)
        if shape != SINGLE and not self._in_quantifier:
            text = self._vocabulary.spell(condition)
            part = next(part for part in condition.children if self._vocabulary.shape_of_tree(part) != SINGLE)
            single = self._vocabulary.spell(_single(part, self._vocabulary.shape_of_tree(part)))
            instead = f"expected one, such as {single}, or all({text}), any({text})"
            raise FormulaError(f"{text}: this is {_count_text(shape)}; {instead}", place)
        return condition

    def _fit(self, node: Node, place: int) -> Node:
        """What was read from there on, if it has a value."""
        refuse_too_deep(node)
        return self._placed(lambda: self._vocabulary.refuse(node), node, place)

    def _placed(self, check: Callable[[], object], found: T, place: int) -> T:
        try:
            check()
        except MisplacedError as error:
            _, place = self._places.get(id(error.part), (None, place))
            raise FormulaError(error.message, place) from None
        except FormulaError as error:
            raise FormulaError(error.message, error.place or place) from None
        return found

    def _at(self, place: int, node: Node) -> Node:
        """What was read from there on; the place is for a message about it as a part of something else."""
        self._places[id(node)] = node, place
        return node

    def _sum(self) -> Node:
        place = self._place()
        return self._at(place, self._fit(super()._sum(), place))

    def _multiplied(self, operator: str, left: Node, right: Node) -> Node:
        return Remainder(left, right) if operator == "%" else multiplied(operator, left, right, self._context.numbers)

    def _starts_a_factor(self) -> bool:
        return self._peek() not in WORDS and super()._starts_a_factor()

    def _marked(self, node: Node) -> Node | None:
        mark = self._peek()
        if mark == "[" and (isinstance(node, Name) or self._is_index_ahead()):
            return self._index(node)
        if mark == "^" and self._next == self._behind_power:
            raise self._mistake("expected parentheses around the first power")
        found = super()._marked(node)
        if mark == "^":
            self._behind_power = self._next
        return found

    def _is_index_ahead(self) -> bool:
        return self._peek(1) == EVERY or (self._peek(1).isdigit() and self._peek(2) in ("]", ","))

    def _index(self, node: Node) -> Node:
        """[1,3], [:,2], [2]"""
        place = self._place()
        self._take("[")
        cell: list[int | str] = []
        while True:
            at = self._peek()
            if at != EVERY and not (at.isascii() and at.isdigit() and len(at) <= MOST_DIGITS):
                raise self._mistake(f"expected an index, a whole number from 1 or {EVERY},")
            cell.append(at if self._take() == EVERY else int(at))
            if self._peek() != ",":
                break
            self._take()
        self._take("]", " behind the index")
        refuse_too_deep(node)
        found: list[Node] = []
        self._placed(lambda: found.append(self._vocabulary.entry(node, cell)), None, place)
        return found[0]

    def _atom(self) -> Node:
        place = self._place()
        return self._at(place, self._unplaced_atom())

    def _unplaced_atom(self) -> Node:
        token = self._peek()
        if self._is_called():
            return super()._atom()
        if token in WORDS:
            raise self._mistake("expected a number, a name or a parenthesis")
        name = token.rpartition(".")[2]
        if token == FINITE:
            self._take()
            return Finite(self._argument()) if self._peek() == "(" else Finite()
        if self._peek(1) == "(" and name in (ALL_OF, ANY_OF):
            self._take()
            return self._quantified(name)
        is_relu = name == "max" and self._peek(2) == "0" and self._peek(3) == ","
        if self._peek(1) == "(" and name in SUMMARIES and not is_relu:
            self._take()
            return Summary(name, self._argument())
        return super()._atom()

    def _quantified(self, over: str) -> Node:
        place = self._place()
        self._in_quantifier += 1
        node = self._parenthesis()
        self._in_quantifier -= 1
        return self._fit(Quantified(over, node), place)

    def _argument(self) -> Node:
        """What stands in the parentheses of a function of one argument, outside of which another condition begins."""
        before, self._in_quantifier = self._in_quantifier, 0
        node = self._parenthesis()
        self._in_quantifier = before
        return node

    def _inner(self) -> Node:
        close = OPENING[self._take()]
        node = self._either()
        self._take(close)
        return node

    def _named(self, token: str) -> Node:
        place = self._place(-1)
        found: list[str] = []
        self._placed(lambda: found.append(self._vocabulary.meant(token)), None, place)
        return Name(found[0])

    def _function(self, name: str, slope: bool) -> Node:
        place = self._place(-1)
        node = super()._function(name, slope)
        assert isinstance(node, Function)
        found: list[str] = []
        self._placed(lambda: found.append(self._vocabulary.function(node.name, node.slope)), None, place)
        return Function(found[0], node.argument, node.slope)


def _single(node: Node, shape: Shape) -> Node:
    """One of the numbers that a tree of this shape has: its first cell, or itself."""
    if shape == SINGLE:
        return node
    if isinstance(node, Entry):
        row, column = (1 if at == EVERY else at for at in node.index)
        return Entry(node.argument, (row, column))
    row, column = ("" if count is None else 1 for count in shape)
    return Entry(node, (row, column))


def _count_text(shape: Shape) -> str:
    """ "a number", "3 numbers", "2 x 3 numbers"."""
    return f"{shape_text(shape)} numbers" if None not in shape else shape_text(shape)
