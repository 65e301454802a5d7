"""Formulas as people write them, read into trees: X_in' * (((y_out - y_gt) .* f_out'(s_out)) * W_out' .* f1'(s_1))

    sum      = product { ("+" | "-") product }
    product  = signed { ("*" | ".*" | "/" | nothing) signed }         from left to right; nothing means *
    signed   = [ "-" | "+" ] factor
    factor   = atom { "'" | "^2" | "_y" }           ' turns a matrix, ^2 squares its entries (^3, ... are other whole
                                                    powers), _y picks the true class's
    atom     = number | name | function "(" sum ")" | "(" sum ")" | ("Σ" | "sum" | "mean") product | "log" factor
             | "[" sum "> 0]" | "[j = y]" | "[j ≠ y]" | "one-hot(y_gt)" | "(-" factor ", +" factor ")"
    function = f1 or f_1, f_out, ..., relu, tanh, sigmoid ; with ' behind it, its derivative ; or sum, mean, softmax,
               exp, log ; max(0, ...) is relu(...)

`*` is the matrix product, or a multiple where one side is a number; `.*` the entrywise product. sum(...) is over what
the quantity asks for: the samples or, for the samples' losses, the outputs; sum_rows, sum_columns and sum_all say it
themselves; mean(...) is 1/n sum(...), or 1/d and 1/(n d) under a loss that divides by the d outputs. Σ is a sum over
the whole product behind it, so that Σ (a - b)² adds up squares, where sum(a - b)^2 is the square of a sum; Σ_j and
Σ_(j≠y) are over the classes, where p_j is the entry of one. The symbols ⊙, · and ᵀ stand for `.*`, `*` and `'`, as do
∘, @ and .T; z₁ is z_1, ∂ℒ/∂W_1 is dW_1, and ∂ℒ/∂s_1 is delta_1. A symbol of print needs no space before what follows:
α∂ℒ/∂W_1 and δ₂W₂ᵀ are two factors each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from typing import NamedTuple

from core.activations import ACTIVATIONS
from core.errors import FormulaError
from core.expression.lexicon import POWER, SUMS, TRUE_SUM, lexemes
from core.expression.nodes import (
    COLUMNS,
    NUMBERS,
    ROWS,
    Function,
    IsTrueClass,
    Literal,
    Name,
    Node,
    Positive,
    Quotient,
    Signs,
    Softmax,
    Sum,
    Total,
)
from core.expression.numbers import is_number

LONGEST = 1_000
DEEPEST = 30
DIGITS = tuple("0123456789")  # superscripts are none
MOST_DIGITS = 15  # of a whole number that a float holds exactly
PRIME = "'"
LAYER = re.compile(r"f_?(\d{1,4}|out)")
ENTRY = re.compile(r"(\w*)_([jy])")
ELEMENTARY = ("exp", "log", "ln")


class Context(NamedTuple):
    """What a formula is read with.

    over        what its sums are over where they do not say it: ROWS, COLUMNS or ALL
    functions   the names of activations
    numbers     the names of numbers
    symbols     the names by symbols of print that the lexicon does not have
    columns     the quantities without a layer that have several: o_2 is the second of o
    longest     how many characters it may have
    outputs     the name of the number of outputs, where a loss has one: a mean over each sample's row is over these
    """

    over: str = ROWS
    functions: Collection[str] = ACTIVATIONS
    numbers: Collection[str] = NUMBERS
    symbols: Mapping[str, str] = {}
    columns: Collection[str] = ()
    longest: int = LONGEST
    outputs: str = ""


def read(text: str, context: Context = Context()) -> Node:  # noqa: B008
    """The tree of a formula. Raises FormulaError, which says where and what."""
    if len(text) > context.longest:
        raise FormulaError(f"expected a formula of at most {context.longest} characters, found {len(text)}")
    return _Reader(text, context).read()


def multiplied(operator: str, left: Node, right: Node, numbers: Collection[str] = NUMBERS) -> Node:
    """left `operator` right, one of * .* / , from left to right."""
    if operator == "/":
        return left / right
    is_entrywise = operator == ".*" or is_number(left, numbers) or is_number(right, numbers)
    return left * right if is_entrywise else left @ right


def negative(node: Node) -> Node:
    """-node"""
    return Sum((-1, node))


class _Reader:
    def __init__(self, text: str, context: Context) -> None:
        self._lexemes = list(lexemes(text))
        self._next = 0
        self._depth = 0
        self._context = context
        self._in_class = False  # within a Σ_j, where every product is one of numbers

    def read(self) -> Node:
        if not self._lexemes:
            raise FormulaError("expected a formula, found nothing")
        node = self._sum()
        if self._peek():
            raise FormulaError(f"expected an operator or the end {self._here()}")
        if _height(node) > 4 * DEEPEST:
            raise FormulaError(f"the formula is too deep: expected at most {4 * DEEPEST} operations inside each other")
        return node

    def _sum(self) -> Node:
        node = self._product()
        if isinstance(node, Literal) and node.value < 0 and self._peek() in ("+", "-"):
            node = negative(Literal(-node.value))
        while self._peek() in ("+", "-"):
            node = node + self._product() if self._take() == "+" else node - self._product()
        if self._peek() != TRUE_SUM:
            return self._difference(node)
        self._take()
        wrong = _of_wrong_classes(node)
        return wrong - IsTrueClass() * Total(COLUMNS, wrong)

    def _product(self) -> Node:
        node = self._signed()
        while True:
            if self._peek() in ("*", ".*", "/"):
                operator = self._take()
            elif self._starts_a_factor():
                operator = "*"
            else:
                return node
            operator = ".*" if operator == "*" and self._in_class else operator
            node = multiplied(operator, node, self._signed(), self._context.numbers)

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
        while (mark := self._peek()) in (PRIME, "_y", "_j") or mark[:1] == POWER:
            self._take()
            node = node.T if mark == PRIME else node ** int(mark[1:]) if mark[0] == POWER else _entry(node, mark[1])
        return node

    def _atom(self) -> Node:
        token = self._peek()
        if token in ("(", "["):
            return self._parenthesis() if token == "(" else self._within(self._bracket)
        if token[:1] in DIGITS or (token[:1] == "." and token != ".*"):
            return self._number()
        if not (token[:1].isalpha() or token[:1] == "_"):
            raise FormulaError(f"expected a number, a name or a parenthesis {self._here()}")
        self._take()
        if token in SUMS:
            return self._total(token)
        if layer := LAYER.fullmatch(token):
            return self._function(f"f_{layer[1].lstrip('0') or 0}")
        if token in self._context.functions or token in ELEMENTARY:
            return self._function("log" if token == "ln" else token)
        if token in ("softmax", "max", "one_hot"):
            return self._of_classes(token)
        entry = ENTRY.fullmatch(token)
        name = entry[1] if entry and entry[1] else token
        node = Name(self._context.symbols.get(name, name))
        return node if name == token or entry is None else _entry(node, entry[2])

    def _number(self) -> Node:
        token = self._peek()
        if float(token) == float("inf"):
            raise FormulaError(f"expected a smaller number {self._here()}")
        self._take()
        return Literal(int(token) if token.isdigit() and len(token) <= MOST_DIGITS else float(token))

    def _total(self, name: str) -> Node:
        over = SUMS[name] or self._context.over
        before, self._in_class = self._in_class, self._in_class or name in ("Σ_j", "Σ_wrong")
        if name[0] == "Σ" or (self._starts_a_factor() and self._peek() != "("):
            argument = self._within(self._product)  # the whole product, where no parentheses say what is summed
        else:
            self._expect("(", f" behind the function {name}")
            argument = self._parenthesis()
        self._in_class = before
        if name == "Σ_wrong":
            argument = _of_wrong_classes(argument)
        total = Total(over, argument)
        return Quotient(Literal(1), self._count(total)) * total if name == "mean" else total

    def _count(self, total: Total) -> Node:
        """How many numbers a mean is over."""
        if not self._context.outputs or total.over == ROWS or not self._has_columns(total.argument):
            return Name("n")
        outputs = Name(self._context.outputs)
        return outputs if total.over == COLUMNS else Name("n") * outputs

    def _has_columns(self, node: Node) -> bool:
        """Whether it has a number for each output, and not one for each sample alone."""
        if isinstance(node, Name):
            return node.name != "sample_losses" and ("_" in node.name or node.name in self._context.columns)
        is_sum = isinstance(node, Total) and node.over != ROWS
        return not is_sum and any(map(self._has_columns, node.children))

    def _function(self, name: str) -> Node:
        if name == "log" and self._starts_a_factor() and self._peek() != "(":
            return Function(name, self._within(self._factor))
        slope = self._peek() == PRIME
        self._next += slope
        self._expect("(", f" behind the function {name}{PRIME * slope}")
        return Function(name, self._parenthesis(), slope)

    def _of_classes(self, name: str) -> Node:
        """softmax(...), max(0, ...), one_hot(y_gt)"""
        self._expect("(", f" behind the function {name}")
        if name == "softmax":
            return Softmax(self._parenthesis(of_rows=True))
        self._take()
        for token in ("0", ",") if name == "max" else ("y_gt",):
            self._take(token, f" in {name}()")
        node = Function("relu", self._within(self._sum)) if name == "max" else IsTrueClass()
        self._take(")")
        return node

    def _parenthesis(self, of_rows: bool = False) -> Node:
        before, self._in_class = self._in_class, self._in_class and not of_rows and not self._has_index()
        node = self._within(self._inner)
        self._in_class = before
        return node

    def _has_index(self) -> bool:
        """Whether a class's index stands behind the parenthesis that begins here, which then holds whole rows."""
        depth = 0
        for lexeme, following in pairwise(self._lexemes[self._next :]):
            depth += (lexeme.text == "(") - (lexeme.text == ")")
            if not depth:
                return following.text in ("_y", "_j")
        return False

    def _inner(self) -> Node:
        self._take()
        node = self._sum()
        if self._peek() == ",":  # (-y_out, +y_out)
            self._take()
            other = self._sum()
            if node != (Literal(-1) if other == Literal(1) else negative(other)):
                raise FormulaError(f"expected (-a, +a), the same a twice {self._here()}")
            node = Signs() if other == Literal(1) else other @ Signs()
        self._take(")")
        return node

    def _bracket(self) -> Node:
        self._take()
        following = [lexeme.text for lexeme in self._lexemes[self._next : self._next + 3]]
        if following in (["j", "=", "y"], ["j", "!=", "y"]):
            self._next += 3
            self._take("]")
            return IsTrueClass(other=following[1] == "!=")
        node = self._sum()
        if self._peek() == ">":
            self._take()
            self._take("0", " behind >")
            node = Positive(node)
        self._take("]")
        return node

    def _within(self, read: Callable[[], Node]) -> Node:
        """Reads something, a level deeper."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormulaError(f"the formula is nested too deep: expected at most {DEEPEST} levels")
        node = read()
        self._depth -= 1
        return node

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

    def _expect(self, token: str, why: str = "") -> None:
        if self._peek() != token:
            raise FormulaError(f"expected {token}{why} {self._here()}")

    def _starts_a_factor(self) -> bool:
        token = self._peek()
        return token in ("(", "[") or token[:1].isalnum() or token[:1] == "_"

    def _take(self, token: str = "", why: str = "") -> str:
        """The next word or sign, which must be this one, if any is given."""
        if token:
            self._expect(token, why)
        self._next += 1
        return self._lexemes[self._next - 1].text

    def _peek(self) -> str:
        return self._lexemes[self._next].text if self._next < len(self._lexemes) else ""

    def _here(self) -> str:
        if self._next == len(self._lexemes):
            return "at the end"
        _, place, written = self._lexemes[self._next]
        return f'at character {place}, found "{written}"'


def _entry(node: Node, index: str) -> Node:
    """The entry of a row in a class's column, as a column: of the true class, or of any, which is left at that."""
    return Total(COLUMNS, IsTrueClass() * node) if index == "y" else node


def _of_wrong_classes(node: Node) -> Node:
    """What a class has, if it is not the true one."""
    return IsTrueClass(other=True) if node == Literal(1) else IsTrueClass(other=True) * node


def _height(node: Node) -> int:
    # Not by recursion: a long product leans to the left, as deep as it has factors.
    height, level = 0, [(node, 1)]
    while level:
        part, depth = level.pop()
        height, count = max(height, depth), len(part.children)
        level += [(child, depth + max(1, count - max(1, i))) for i, child in enumerate(part.children)]
    return height
