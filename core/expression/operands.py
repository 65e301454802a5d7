"""Reads what formulas are made of: numbers, names, functions, sums, and what stands in brackets."""

from __future__ import annotations

import re
from itertools import pairwise

from core.errors import FormulaError
from core.expression.called import Calls
from core.expression.calls import CALLS, CLIPS, TOTALS
from core.expression.cases import DIAGONAL, negative
from core.expression.cursor import COMPARED, ONE, OPENING, PRIME, WORDS
from core.expression.lexicon import CLASS_LETTERS, OF_CLASSES, SUM, SUMS
from core.expression.names import ANY_LAYER, NUMBER_WORDS, function_of
from core.expression.nodes import (
    Function,
    IsTrueClass,
    Literal,
    MatrixProduct,
    Name,
    Node,
    Quotient,
    Signs,
    Total,
    Transpose,
)
from core.expression.numbers import MINUS_ONE

DIGITS = tuple("0123456789")  # superscripts are none
MOST_DIGITS = 15  # of a whole number that a float holds exactly
INDICES = (*(f"_{letter}" for letter in f"y{CLASS_LETTERS}i"),)
ENTRY = re.compile(rf"(\w*)_([y{CLASS_LETTERS}i])")
ELEMENTARY = ("exp", "log", "sqrt", "abs", "sign")
LOGARITHMS = {"ln": "log"}
OTHER_LOGARITHMS = ("log10", "log2", "lg")
LOCAL_SLOPES = {("dp", "do"): DIAGONAL}
GRADIENT = re.compile(r"d(?:[yopWbszX](?:_|\Z)|elta_)")
LAYER_SLOPE = re.compile(r"d[zy]_(\w+)"), re.compile(r"(?:delta|ds)_(\w+)")


class Operands(Calls):
    """Reads operands."""

    def _atom(self) -> Node:
        token = self._peek()
        if self._is_called():
            return self._function_called()
        if token in OPENING:
            return self._within(self._bracket) if token == "[" else self._parenthesis()
        if token == "|":
            return self._within(self._size)
        if token[:1] in DIGITS or (token[:1] == "." and token[1:2] in DIGITS):
            return self._number()
        if not (token[:1].isalpha() or token[:1] == "_") or token in WORDS:
            raise self._mistake("expected a number, a name or a parenthesis")
        self._take()
        if token in ("frac", "dloss_by"):
            return self._fraction(token)
        if token == "cases" and self._peek() == "(":
            return self._parenthesis()
        module, _, name = token.rpartition(".")
        is_call = self._peek() == "("
        if (
            is_call
            and name in (*TOTALS, *CALLS, *CLIPS)
            and (module or (name not in SUMS and name not in ("t", "int")))
        ):
            return self._call(name)
        if token in SUMS:
            return self._total(token)
        if is_call and name in OTHER_LOGARITHMS:
            raise self._mistake(f"{name} is another function than log, the natural logarithm", -1)
        if name in ("softmax", "max", "one_hot", "maximum", "fmax", "power", "pow", "array"):
            return self._of_classes(name)
        function = self._function_of(name)
        if function is not None:
            return self._function(*function)
        if token in ANY_LAYER and (is_call or (self._peek() == PRIME and self._peek(1) == "(")):
            return self._function_of_its_layer(token)
        entry = ENTRY.fullmatch(token)
        is_name = token in self._context.symbols or token in self._context.numbers
        if entry and entry[1] and (entry[2] in "jy" or not is_name):
            return self._entry(self._named(entry[1]), entry[2])
        return self._named(token)

    def _named(self, token: str) -> Node:
        name = self._context.symbols.get(token, token)
        if name != token and (name in self._context.numbers):
            self._words[name] = self._lexemes[self._next - 1].written
            return Name(name)
        return Name(name if token not in NUMBER_WORDS else token)

    def _function_of(self, name: str) -> tuple[str, bool] | None:
        """The function that a word stands for, where it is applied to something, and whether it is its derivative."""
        following = self._peek(self._peek() == PRIME)
        known = [*self._context.functions, *ELEMENTARY]
        found = function_of(name, known)
        is_name = found is not None and found[0] not in (name, LOGARITHMS.get(name)) and not found[0].startswith("f_")
        return None if is_name and following not in OPENING else found

    def _fraction(self, word: str) -> Node:
        above = None if word == "dloss_by" else self._group()
        below = self._group()
        if above is None:  # ∂ℒ/∂W_1
            return below
        if not isinstance(above, Name) or not isinstance(below, Name):
            return Quotient(above, below)
        slope = self._slope(above.name, below.name)
        return Quotient(above, below) if slope is None else slope

    def _slope(self, above: str, below: str, further: int = 0) -> Node | None:
        """∂z_1/∂s_1, which ends so many words further; None where it is no derivative of one quantity by another."""
        found = slope_by(above, below)
        if found is not None:
            self._next += further
            self._slopes += 1
        elif GRADIENT.match(above) and GRADIENT.match(below):
            raise FormulaError(
                f"{above}/{below} is not one of the step's quantities; write what it comes to", self._place()
            )
        return found

    def _group(self) -> Node:
        """What stands in braces, or a single number or name."""
        return self._parenthesis() if self._peek() in OPENING else self._atom()

    def _size(self) -> Node:
        """|a|"""
        self._take()
        node = self._sum()
        self._take("|")
        return Function("abs", node)

    def _number(self) -> Node:
        token = self._peek()
        if float(token) == float("inf"):
            raise self._mistake("expected a smaller number")
        self._take()
        return Literal(int(token) if token.isdigit() and len(token) <= MOST_DIGITS else float(token))

    def _total(self, name: str) -> Node:
        classes = self._context.classes
        over = classes if name in OF_CLASSES else SUMS[name] or self._context.over
        indices = self._indices
        before, self._in_class = self._in_class, self._in_class or name in OF_CLASSES
        if name[0] == SUM or (self._starts_a_factor() and self._peek() != "("):
            argument = self._within(self._product)  # the whole product, where no parentheses say what is summed
        else:
            self._expect("(", f" behind the function {name}")
            argument = self._parenthesis()
        self._in_class = before
        if name == SUM and self._indices > indices and _is_of_rows(argument):
            self._indices = indices
            return argument
        if over == classes:
            self._indices = indices
        if name == "Σ_wrong":
            argument = of_wrong_classes(argument)
        found = Total(over, argument)
        return Quotient(ONE, self._count(found)) * found if name == "mean" else found

    def _function(self, name: str, slope: bool) -> Node:
        if name == "log" and self._starts_a_factor() and self._peek() not in OPENING:
            return Function(name, self._within(self._factor))
        if not slope and self._peek() == PRIME:
            slope = True
            self._take()
        if self._peek() not in ("(", "{"):
            self._expect("(", f" behind the function {name}{PRIME * slope}")
        return Function(name, self._parenthesis(), slope)

    def _is_called(self) -> bool:
        """Whether a word for a layer's function stands here, with what it is applied to."""
        return self._peek() in self._context.layers and self._peek(1) in (PRIME, *OPENING)

    def _function_called(self) -> Node:
        word = self._take()
        name = self._context.layers[word]
        return self._function(name, slope=False) if name else self._function_of_its_layer(word)

    def _function_of_its_layer(self, word: str) -> Node:
        """f'(s_1), where the layer is that of what it is applied to."""
        slope = self._peek() == PRIME
        self._next += slope
        argument = self._parenthesis()
        layer = re.fullmatch(r"[sSZ]_?(\d{1,4}|out)", argument.name) if isinstance(argument, Name) else None
        if layer is None:
            raise FormulaError(f"which layer's function is {word}? Write f1 to f_out", self._place(-1))
        return Function(f"f_{layer[1]}", argument, slope)

    def _parenthesis(self) -> Node:
        before, self._in_class = self._in_class, self._in_class and not self._has_index()
        node = self._within(self._inner)
        self._in_class = before
        return node

    def _has_index(self) -> bool:
        """Whether a class's index stands behind the parenthesis that begins here, which then holds whole rows."""
        depth = 0
        for lexeme, following in pairwise(self._lexemes[self._next :]):
            depth += (lexeme.text == "(") - (lexeme.text == ")")
            if not depth:
                return following.text in INDICES
        return False

    def _inner(self) -> Node:
        close = OPENING[self._take()]
        node = self._value()
        if self._peek() in COMPARED:
            node = self._compared(node).holds
        if self._peek() == "," and close == ")":  # (-y_out, +y_out)
            self._take()
            other = self._sum()
            if node != (MINUS_ONE if other == ONE else negative(other)):
                raise self._mistake("expected (-a, +a), the same a twice")
            node = Signs() if other == ONE else other @ Signs()
        self._take(close)
        return node

    def _bracket(self) -> Node:
        self._take()
        if self._peek() == "j" and self._peek(1) in ("=", "==", "!="):
            node = self._condition().holds
        else:
            node = self._sum()
            if self._peek() in COMPARED:
                node = self._compared(node).holds
        self._take("]")
        return node

    def _entry(self, node: Node, index: str) -> Node:
        """The entry of a row in a class's column, as a column: of the true class, or of any, which is left at that."""
        if index == "y":
            return Total(self._context.classes, IsTrueClass() * node)
        self._indices += index in (*CLASS_LETTERS, "i")
        return node


def _is_of_rows(node: Node) -> bool:
    """Whether it is x_iᵀ δ_i, whose sum over the samples is the matrix product."""
    return isinstance(node, MatrixProduct) and isinstance(node.children[0], Transpose)


def slope_by(above: str, below: str) -> Node | None:
    """∂z_1/∂s_1 as f_1'(s_1), ∂p/∂o as the softmax's; None for any other."""
    layers = [pattern.fullmatch(name) for pattern, name in zip(LAYER_SLOPE, (above, below), strict=True)]
    if layers[0] and layers[1] and layers[0][1] == layers[1][1]:
        layer = layers[0][1]
        return Function(f"f_{layer}", Name(f"s_{layer}"), slope=True)
    return LOCAL_SLOPES.get((above, below))


def of_wrong_classes(node: Node) -> Node:
    """What a class has, if it is not the true one."""
    return IsTrueClass(other=True) if node == Literal(1) else IsTrueClass(other=True) * node
