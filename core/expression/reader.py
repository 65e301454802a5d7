"""Formulas as people write them, read into trees: X_in' * (((y_out - y_gt) .* f_out'(s_out)) * W_out' .* f1'(s_1))

    formula  = [ name ("=" | ":=" | "-=" | "+=") ] sum [ cases ] [ "with" name "=" sum ]
    cases    = word condition { "," sum word condition }      word: if, for, where, when; or the single word otherwise
    sum      = product { ("+" | "-") product }
    product  = signed { ("*" | ".*" | "@" | "/" | nothing) signed }   from left to right; nothing means *
    signed   = [ "-" | "+" ] factor
    factor   = atom { "'" | "^" power | "_y" | method }    ' turns a matrix, ^2 squares its entries, _y picks the true
                                                           class's; .T, .dot(b) and .sum(axis=0) are numpy's
    atom     = number | name | function "(" sum ")" | "(" sum ")" | ("Σ" | "sum" | "mean") product | "log" factor
             | "|" sum "|" | "[" condition "]" | "(" condition ")" | "one-hot(y_gt)" | "(-" factor ", +" factor ")"
             | "frac" group group | "cases" "(" cases ")"
    condition = sum (">" | "<" | ">=" | "<=" | "=" | "!=") sum | "j = y" | "j ≠ y"
    function = f1 or f_1, f_out, ..., relu, tanh, sigmoid ; with ' behind it, its derivative ; or sum, mean, softmax,
               exp, log ; max(0, ...) is relu(...) ; numpy's, with np. before them, in `calls`

`*` is the matrix product, or a multiple where one side is a number; `.*` the entrywise product. In lines of numpy,
which `dialect` tells by @, .T, np. and the like, `*` is the entrywise product and `@` the matrix product; between
numbers of a class, as in p_j (1 - p_j), it is entrywise, too. sum(...) is over what the quantity asks for: the samples
or, for the samples' losses, the outputs; sum_rows, sum_columns and sum_all say it themselves; mean(...) is 1/n
sum(...), or 1/d and 1/(n d) under a loss that divides by the d outputs. Σ is a sum over the whole product behind it, so
that Σ (a - b)² adds up squares, where sum(a - b)^2 is the square of a sum; Σ_j and Σ_(j≠y) are over the classes, where
p_j is the entry of one. A symbol of print needs no space before what follows: α∂ℒ/∂W_1 and δ₂W₂ᵀ are two factors each.
How words, symbols and LaTeX's commands are spelled is in `lexicon`, `latex` and `names`. Operands are read in
`operands`, calls in `called`, conditions in `cases`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from core.errors import FormulaError
from core.expression.called import MOST_POWER
from core.expression.cases import negative as negative
from core.expression.cursor import DEEPEST, ONE, OPENING, PRIME
from core.expression.cursor import Context as Context
from core.expression.cursor import Reading as Reading
from core.expression.dialect import IN_NUMPY
from core.expression.lexicon import TRUE_SUM
from core.expression.nodes import (
    COUNT,
    NUMBERS,
    Function,
    IsTrueClass,
    Literal,
    Name,
    Node,
    Signs,
    Sum,
    Total,
    Transpose,
)
from core.expression.numbers import is_number
from core.expression.operands import ENTRY, INDICES, Operands, of_wrong_classes
from core.quantity import NEXT

ASSIGNED, ADDED = ("=", ":="), {"-=": -1, "+=": 1}
EULER = Name("e")


def read(text: str, context: Context = Context()) -> Node:  # noqa: B008
    """The tree of a formula. Raises FormulaError, which says where and what."""
    return read_formula(text, context).tree


def read_formula(text: str, context: Context = Context()) -> Reading:  # noqa: B008
    """A formula with what is written around it. Raises FormulaError, which says where and what."""
    refuse_too_long(text, context.longest)
    return Reader(text, context).read()


def refuse_too_long(text: str, longest: int, what: str = "a formula") -> None:
    """Raises FormulaError for a text of more characters."""
    if len(text) > longest:
        raise FormulaError(f"expected {what} of at most {longest} characters, found {len(text)}", longest + 1)


def multiplied(operator: str, left: Node, right: Node, numbers: Collection[str] = NUMBERS) -> Node:
    """left `operator` right, one of * .* @ / , from left to right."""
    if operator == "/":
        return left / right
    is_entrywise = operator == ".*" or is_number(left, numbers) or is_number(right, numbers)
    return left * right if is_entrywise else left @ right


class Reader(Operands):
    """Reads sums of products of operands."""

    operators: ClassVar[Collection[str]] = ("*", ".*", "/", "@")  # that bind as closely as the product

    def read(self) -> Reading:
        if not self._lexemes:
            raise FormulaError("expected a formula, found nothing")
        left, node = "", self._value()
        if self._peek() in (*ASSIGNED, *ADDED) and isinstance(node, Name):
            left, operator = node.name, self._take()
            node = self._value()
            if operator in ADDED:
                node = Sum((1, Name(left)), (ADDED[operator], node))
        node = self._defined(node)
        if self._peek():
            raise self._mistake("expected an operator or the end")
        refuse_too_deep(node)
        return Reading(node, self._dialect, left, self._words)

    def _sum(self) -> Node:
        indices = self._indices
        node = self._product()
        if isinstance(node, Literal) and node.value < 0 and self._peek() in ("+", "-"):
            node = negative(Literal(-node.value))
        while self._peek() in ("+", "-"):
            node = node + self._product() if self._take() == "+" else node - self._product()
        if self._peek() != TRUE_SUM:
            return self._difference(node)
        self._take()
        self._indices = indices
        wrong = of_wrong_classes(node)
        return wrong - IsTrueClass() * Total(self._context.classes, wrong)

    def _product(self) -> Node:
        before = self._indices + self._slopes
        node = self._signed()
        while True:
            if self._peek() in self.operators:
                operator = self._take()
            elif self._starts_a_factor():
                operator = "*"
            else:
                return node
            factor = self._signed()
            indexed = self._indices + self._slopes > before and not isinstance(node, Transpose)
            if operator == "*" and (self._in_class or indexed or self._dialect == IN_NUMPY):
                operator = ".*"
            node = self._multiplied(operator, node, factor)

    def _multiplied(self, operator: str, left: Node, right: Node) -> Node:
        return multiplied(operator, left, right, self._context.numbers)

    def _signed(self) -> Node:
        while self._peek() == "+":
            self._take()
        if self._peek() != "-":
            return self._factor()
        self._take()
        node = self._within(self._signed)
        return Literal(-node.value) if isinstance(node, Literal) else negative(node)

    def _factor(self) -> Node:
        node = self._atom()
        while (marked := self._marked(node)) is not None:
            node = marked
        return node

    def _marked(self, node: Node) -> Node | None:
        """An operand with the mark that stands behind it; None where there is none."""
        mark = self._peek()
        if mark == PRIME:
            self._take()
            return node.T
        if mark == "^":
            return self._power(node)
        if mark in INDICES:
            self._take()
            return self._entry(node, mark[1])
        if mark == NEXT and isinstance(node, Name):
            self._take()
            return Name(f"{node.name}{NEXT}")
        if mark[:1] == "." and mark[1:2].isalpha():
            return self._method(node)
        return self._local_slope(node) if mark == "/" else None

    def _power(self, node: Node) -> Node:
        place = self._lexemes[self._next].place
        self._take()
        close = OPENING.get(self._peek(), "")
        if close:
            if node == EULER:
                return Function("exp", self._parenthesis())
            self._take()
        sign = -1 if self._peek() == "-" else 1
        self._next += sign < 0
        power = self._peek()
        if COUNT in (power, self._context.symbols.get(power)) and sign > 0:
            self._take()
            if close:
                self._take(close)
            return node ** Name(COUNT)
        if not power.isdigit() or not power.isascii() or not 0 < int(power) <= MOST_POWER:
            why = "expected a whole power, ^2 for a square"
            raise FormulaError(f'nothing is written with "^" (character {place}); {why}', place)
        self._take()
        if close:
            self._take(close)
        raised = node ** int(power) if int(power) > 1 else node
        return raised if sign > 0 else ONE / raised

    def _local_slope(self, above: Node) -> Node | None:
        """∂z_1/∂s_1 or ∂p_j/∂o_j, which begins with what is above; None where it is no such thing."""
        below = self._peek(1)
        if not isinstance(above, Name) or above.name[:1] != "d" or not below[:1].isalpha():
            return None
        entry = ENTRY.fullmatch(below)
        return self._slope(above.name, entry[1] if entry else below, further=2)

    def _difference(self, node: Node) -> Node:
        """o_2 - o_1 as a product with (-1, +1)ᵀ, o_1 - o_2 as its opposite, and 1 - [j = y] as [j ≠ y]; anything else
        as it is.
        """
        if node == Literal(1) - IsTrueClass():
            return IsTrueClass(other=True)
        if isinstance(node, Sum) and [sign for sign, _ in node.terms] == [1, -1]:
            names = [part.name if isinstance(part, Name) else "" for part in node.children]
            for base in self._context.columns:
                first, second = f"{base}_1", f"{base}_2"
                if names in ([first, second], [second, first]):
                    difference = Name(base) @ Signs().T
                    return difference if names[0] == second else negative(difference)
        return node


def refuse_too_deep(node: Node) -> None:
    """Raises FormulaError for a tree that recursion may not get to the bottom of."""
    if _height(node) > 4 * DEEPEST:
        raise FormulaError(f"the formula is too deep: expected at most {4 * DEEPEST} operations inside each other")


def _height(node: Node) -> int:
    # Not by recursion: a long product leans to the left, as deep as it has factors.
    height, level = 0, [(node, 1)]
    while level:
        part, depth = level.pop()
        height, count = max(height, depth), len(part.children)
        level += [(child, depth + max(1, count - max(1, i))) for i, child in enumerate(part.children)]
    return height
