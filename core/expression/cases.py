"""Reads what a formula says of where it holds: 0 where a > b, c otherwise, with a = d."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from core.expression.cursor import COMPARED, ONE, OPENING, OTHERWISE, PRIME, WHEN, WITH, WORDS, ZERO, Cursor
from core.expression.nodes import Function, IsTrueClass, Name, Node, Positive, Product, Sum, put_in_place

DIAGONAL = Name("dp_by_do")  # ∂p_j/∂o_j, unless the formula says what it is


class Condition(NamedTuple):
    """Where something holds, as 1 and 0, and where it does not."""

    holds: Node
    fails: Node


class Cases(Cursor):
    """Reads values with the conditions under which they hold."""

    def _value(self) -> Node:
        """A sum, or several with the conditions under which they hold."""
        node = self._sum()
        return self._cases(node) if self._peek() in (*WHEN, *OTHERWISE) or self._is_case_ahead() else node

    def _is_case_ahead(self) -> bool:
        return self._peek() == "," and self._peek(1) in (*WHEN, *OTHERWISE) and self._peek(2) not in ("", PRIME)

    def _cases(self, value: Node) -> Node:
        """a if c, b if d, e otherwise: the first that holds."""
        terms: list[Node] = []
        rest: list[Node] = []  # where none before it holds
        while True:
            self._skip(",")
            while self._peek() in WHEN:
                self._take()
            if self._peek() in OTHERWISE:
                self._take()
                condition = Condition(ONE, ZERO)
            else:
                condition = self._conditions()
            if value != ZERO and ZERO not in rest:
                terms.append(_product([*_without(rest, condition.holds), condition.holds, value]))
            rest.append(condition.fails)
            while self._peek() == "," == self._peek(1):  # a comma, and the end of a line
                self._take()
            if self._peek() in OTHERWISE:  # a if c else b
                self._take()
                value = self._sum()
                return _added([*terms, _product([*rest, value])])
            if self._peek() != "," or self._peek(1) in ("", ")", *WITH):
                self._skip(",", unless=WITH)
                return _added(terms)
            self._take()
            value = self._sum()

    def _defined(self, node: Node) -> Node:
        """A formula with what its names are said to be behind it put in their place."""
        while self._peek() in WITH or (self._peek() == "," and self._peek(1) in WITH):
            self._skip(",")
            self._take()
            name = self._factor()
            if not isinstance(name, Name):
                raise self._mistake("expected a name and =")
            self._expect("=", f" behind {name.name}")
            self._take()
            node = put_in_place(node, {name.name: self._sum()})
        probabilities = Name("p")
        return put_in_place(node, {DIAGONAL.name: probabilities * (ONE - probabilities)})

    def _conditions(self) -> Condition:
        """One condition, or several at once, with a comma or the word "and" between them."""
        found = self._condition()
        while self._peek() == "and" or (self._peek() == "," and self._is_condition_ahead()):
            self._take()
            holds = _product([found.holds, self._condition().holds])
            found = Condition(holds, ONE - holds)
        return found

    def _is_condition_ahead(self) -> bool:
        """Whether what stands behind the comma is compared with something."""
        depth, further = 0, 1
        while word := self._peek(further):
            depth += (word in OPENING) - (word in OPENING.values())
            if depth < 0 or (not depth and (word == "," or word in WORDS)):
                return False
            if not depth and word in COMPARED:
                return True
            further += 1
        return False

    def _condition(self) -> Condition:
        if self._peek() == "j" and self._peek(1) in ("=", "==", "!=") and self._peek(2) == "y":
            self._next += 3
            other = self._lexemes[self._next - 2].text == "!="
            return Condition(IsTrueClass(other), IsTrueClass(not other))
        return self._compared(self._sum())

    def _compared(self, left: Node) -> Condition:
        """left > right and the like."""
        operator = self._peek()
        if operator not in COMPARED:
            raise self._mistake(f"expected one of {' '.join(COMPARED)}")
        self._take()
        right = self._sum()
        if operator in ("=", "==", "!="):
            if right != ZERO or not (isinstance(left, Function) and left.name == "relu" and not left.slope):
                raise self._mistake("expected a comparison with > or <, or of max(0, ...) with 0")
            above = Positive(left.argument)
            return Condition(above, ONE - above) if operator == "!=" else Condition(ONE - above, above)
        if operator in ("<", ">="):
            left, right = right, left
        above = Positive(left if right == ZERO else negative(right) if left == ZERO else left - right)
        return Condition(above, ONE - above) if operator in (">", "<") else Condition(ONE - above, above)


def _without(rest: Collection[Node], holds: Node) -> list[Node]:
    """The conditions that must fail before this one counts, without those that say the same."""
    return [fails for fails in rest if fails != holds]


def _product(factors: Collection[Node]) -> Node:
    """The product of factors, without those that are 1."""
    found = [factor for factor in factors if factor != ONE]
    return found[0] if len(found) == 1 else Product(*found) if found else ONE


def _added(terms: Collection[Node]) -> Node:
    first, *rest = terms or [ZERO]
    return Sum(*((1, term) for term in (first, *rest))) if rest else first


def negative(node: Node) -> Node:
    """-node"""
    return Sum((-1, node))
