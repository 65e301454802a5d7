"""Formulas as people write them, read into trees: X_in' * (((y_out - y_gt) .* f_out'(s_out)) * W_out' .* f1'(s_1))

    formula  = [ name ("=" | ":=" | "-=" | "+=") ] sum [ cases ] [ "with" name "=" sum ]
    cases    = word condition { "," sum word condition }      word: if, for, where, when; or the single word otherwise
    sum      = product { ("+" | "-") product }
    product  = signed { ("*" | ".*" | "@" | "/" | nothing) signed }   from left to right; nothing means *
    signed   = [ "-" | "+" ] factor
    factor   = atom { "'" | "^" power | "_y" | method }    ' turns a matrix, ^2 squares its entries, _y picks the true
                                                           class's; .T, .dot(b) and .sum(axis=0) are numpy's
    atom     = number | name | function "(" sum ")" | "(" sum ")" | ("Σ" | "sum" | "mean") product | "log" factor
             | "[" condition "]" | "(" condition ")" | "one-hot(y_gt)" | "(-" factor ", +" factor ")"
             | "frac" group group | "cases" "(" cases ")"
    condition = sum (">" | "<" | ">=" | "<=" | "=" | "!=") sum | "j = y" | "j ≠ y"
    function = f1 or f_1, f_out, ..., relu, tanh, sigmoid ; with ' behind it, its derivative ; or sum, mean, softmax,
               exp, log ; max(0, ...) is relu(...) ; numpy's, with np. before them, in `calls`

`*` is the matrix product, or a multiple where one side is a number; `.*` the entrywise product. In lines of numpy, which
`dialect` tells by @, .T, np. and the like, `*` is the entrywise product and `@` the matrix product; so it is between
numbers of a class, p_j (1 - p_j). sum(...) is over what the quantity asks for: the samples or, for the samples' losses,
the outputs; sum_rows, sum_columns and sum_all say it themselves; mean(...) is 1/n sum(...). Σ is a sum over the whole
product behind it, so that Σ (a - b)² adds up squares, where sum(a - b)^2 is the square of a sum; Σ_j and Σ_(j≠y) are
over the classes, where p_j is the entry of one. A symbol of print needs no space before what follows: α∂ℒ/∂W_1 and
δ₂W₂ᵀ are two factors each. How words, symbols and LaTeX's commands are spelled is in `lexicon` and `names`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from typing import NamedTuple, TypeVar

from core.activations import ACTIVATIONS
from core.errors import FormulaError
from core.expression.calls import AXIS, CALLS, IGNORED, TOTALS, total
from core.expression.dialect import IN_NUMPY, dialect_of
from core.expression.lexicon import CLASS_LETTERS, MODULES, OF_CLASSES, PER_CLASS, SUM, SUMS, TRUE_SUM, tokens
from core.expression.names import ANY_LAYER, NUMBER_WORDS, function_of
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
    Product,
    Quotient,
    Signs,
    Softmax,
    Sum,
    Total,
    Transpose,
    is_number,
    put_in_place,
)
from core.quantity import NEXT

LONGEST = 1_000
DEEPEST = 30
DIGITS = tuple("0123456789")  # superscripts are none
MOST_DIGITS = 15  # of a whole number that a float holds exactly
MOST_POWER = 9
PRIME = "'"
INDICES = (*(f"_{letter}" for letter in f"y{CLASS_LETTERS}i"),)
ENTRY = re.compile(rf"(\w*)_([y{CLASS_LETTERS}i])")
ELEMENTARY = ("exp", "log")
ASSIGNED, ADDED = ("=", ":="), {"-=": -1, "+=": 1}
WHEN, OTHERWISE, WITH = ("if", "for", "where", "when"), ("otherwise", "else"), ("with", "where")
WORDS = frozenset((*WHEN, *OTHERWISE, *WITH))
COMPARED = (">", "<", ">=", "<=", "=", "==", "!=")
OPENING = {"(": ")", "[": "]", "{": "}"}
ONE, ZERO, EULER = Literal(1), Literal(0), Name("e")
DIAGONAL = Name("dp_by_do")  # ∂p_j/∂o_j, unless the formula says what it is
LOCAL_SLOPES = {("dp", "do"): DIAGONAL}
LAYER_SLOPE = re.compile(r"d[zy]_(\w+)"), re.compile(r"(?:delta|ds)_(\w+)")

T = TypeVar("T")


class Context(NamedTuple):
    """What a formula is read with.

    over        what its sums are over where they do not say it: ROWS, COLUMNS or ALL
    functions   the names of activations
    numbers     the names of numbers
    symbols     the names by symbols of print that the lexicon does not have, and by other words
    longest     how many characters it may have
    """

    over: str = ROWS
    functions: Collection[str] = ACTIVATIONS
    numbers: Collection[str] = NUMBERS
    symbols: Mapping[str, str] = NUMBER_WORDS
    longest: int = LONGEST


class Reading(NamedTuple):
    """A formula that was read: its tree, the notation that it is written in, the name that it gives to its value (empty
    where it gives none), and by how a number or quantity was written in it, if otherwise than sgdb does, its name.
    """

    tree: Node
    dialect: str
    left: str = ""
    words: Mapping[str, str] = {}


class Condition(NamedTuple):
    """Where something holds, as 1 and 0, and where it does not."""

    holds: Node
    fails: Node


def read(text: str, context: Context = Context()) -> Node:  # noqa: B008
    """The tree of a formula. Raises FormulaError, which says where and what."""
    return read_formula(text, context).tree


def read_formula(text: str, context: Context = Context()) -> Reading:  # noqa: B008
    """A formula with what is written around it. Raises FormulaError, which says where and what."""
    if len(text) > context.longest:
        raise FormulaError(f"expected a formula of at most {context.longest} characters, found {len(text)}")
    return _Reader(text, context).read()


def multiplied(operator: str, left: Node, right: Node, numbers: Collection[str] = NUMBERS) -> Node:
    """left `operator` right, one of * .* @ / , from left to right: the sign before it is that of all."""
    if isinstance(left, Sum) and len(left.terms) == 1:
        return negative(multiplied(operator, left.children[0], right, numbers))
    if isinstance(left, Literal) and left.value < 0:
        is_opposite = left.value == -1 and operator != "/"
        return negative(right if is_opposite else multiplied(operator, Literal(-left.value), right, numbers))
    if operator == "/":
        return left / right
    is_entrywise = operator == ".*" or is_number(left, numbers) or is_number(right, numbers)
    return left * right if is_entrywise else left @ right


def negative(node: Node) -> Node:
    """-node"""
    return Sum((-1, node))


class _Reader:
    def __init__(self, text: str, context: Context) -> None:
        self._tokens = list(tokens(text))
        self._next = 0
        self._depth = 0
        self._context = context
        self._in_class = False  # within a Σ_j, where every product is one of numbers
        self._indices = 0  # of a class, so far, that no Σ runs over
        self._dialect = dialect_of(text, self._tokens, [*context.functions])
        self._words: dict[str, str] = {}

    def read(self) -> Reading:
        if not self._tokens:
            raise FormulaError("expected a formula, found nothing")
        left, node = "", self._value()
        if self._peek() in (*ASSIGNED, *ADDED) and isinstance(node, Name):
            left, operator = node.name, self._take()
            node = self._value()
            if operator in ADDED:
                node = Sum((1, Name(left)), (ADDED[operator], node))
        node = self._defined(node)
        if self._peek():
            raise FormulaError(f"expected an operator or the end {self._here()}")
        if _height(node) > 4 * DEEPEST:
            raise FormulaError(f"the formula is too deep: expected at most {4 * DEEPEST} operations inside each other")
        return Reading(node, self._dialect, left, self._words)

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
                condition = self._condition()
            if value != ZERO and ZERO not in rest:
                terms.append(_product([*_without(rest, condition.holds), condition.holds, value]))
            rest.append(condition.fails)
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
                raise FormulaError(f"expected a name and = {self._here()}")
            self._expect("=", f" behind {name.name}")
            self._take()
            node = put_in_place(node, {name.name: self._sum()})
        probabilities = Name("p")
        return put_in_place(node, {DIAGONAL.name: probabilities * (ONE - probabilities)})

    def _condition(self) -> Condition:
        if self._peek() == "j" and self._peek(1) in ("=", "==", "!=") and self._peek(2) == "y":
            self._next += 3
            other = self._tokens[self._next - 2].text == "!="
            return Condition(IsTrueClass(other), IsTrueClass(not other))
        return self._compared(self._sum())

    def _compared(self, left: Node) -> Condition:
        """left > right and the like."""
        operator = self._peek()
        if operator not in COMPARED:
            raise FormulaError(f"expected one of {' '.join(COMPARED)} {self._here()}")
        self._take()
        right = self._sum()
        if operator in ("=", "==", "!="):
            if right != ZERO or not (isinstance(left, Function) and left.name == "relu" and not left.slope):
                raise FormulaError(f"expected a comparison with > or <, or of max(0, ...) with 0 {self._here()}")
            above = Positive(left.argument)
            return Condition(above, ONE - above) if operator == "!=" else Condition(ONE - above, above)
        if operator in ("<", ">="):
            left, right = right, left
        above = Positive(left if right == ZERO else negative(right) if left == ZERO else left - right)
        return Condition(above, ONE - above) if operator in (">", "<") else Condition(ONE - above, above)

    def _sum(self) -> Node:
        indices = self._indices
        node = self._product()
        if isinstance(node, Literal) and node.value < 0 and self._peek() in ("+", "-"):
            node = negative(Literal(-node.value))
        while self._peek() in ("+", "-"):
            node = node + self._product() if self._take() == "+" else node - self._product()
        if self._peek() != TRUE_SUM:
            return _difference(node)
        self._take()
        self._indices = indices
        wrong = _of_wrong_classes(node)
        return wrong - IsTrueClass() * Total(COLUMNS, wrong)

    def _product(self) -> Node:
        before = self._indices
        node = self._signed()
        while True:
            if self._peek() in ("*", ".*", "/", "@"):
                operator = self._take()
            elif self._starts_a_factor():
                operator = "*"
            else:
                return node
            factor = self._signed()
            if operator == "*" and (self._in_class or self._indices > before or self._dialect == IN_NUMPY):
                operator = ".*"
            node = multiplied(operator, node, factor, self._context.numbers)

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
        while True:
            mark = self._peek()
            if mark == PRIME:
                self._take()
                node = node.T
            elif mark == "^":
                node = self._power(node)
            elif mark in INDICES:
                self._take()
                node = self._entry(node, mark[1])
            elif mark == NEXT and isinstance(node, Name):
                self._take()
                node = Name(f"{node.name}{NEXT}")
            elif mark[:1] == "." and mark[1:2].isalpha():
                node = self._method(node)
            elif mark == "/" and (slope := self._local_slope(node)) is not None:
                node = slope
            else:
                return node

    def _power(self, node: Node) -> Node:
        self._take()
        close = OPENING.get(self._peek(), "")
        if close:
            if node == EULER:
                return Function("exp", self._parenthesis())
            self._take()
        sign = -1 if self._peek() == "-" else 1
        self._next += sign < 0
        power = self._peek()
        if not power.isdigit() or not power.isascii() or not 0 < int(power) <= MOST_POWER:
            raise FormulaError(f"expected a whole power from 1 to {MOST_POWER} behind ^ {self._here()}")
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
        found = _slope_by(above.name, entry[1] if entry else below)
        if found is not None:
            self._next += 2
        return found

    def _atom(self) -> Node:
        token = self._peek()
        if token in OPENING:
            return self._within(self._bracket) if token == "[" else self._parenthesis()
        if token[:1] in DIGITS or (token[:1] == "." and token[1:2] in DIGITS):
            return self._number()
        if not (token[:1].isalpha() or token[:1] == "_") or token in WORDS:
            raise FormulaError(f"expected a number, a name or a parenthesis {self._here()}")
        self._take()
        if token in ("frac", "dloss_by"):
            return self._fraction(token)
        if token == "cases" and self._peek() == "(":
            return self._parenthesis()
        if token in self._context.symbols and token not in NUMBER_WORDS:
            return Name(self._context.symbols[token])
        module, _, name = token.rpartition(".")
        is_call = self._peek() == "("
        if is_call and name in (*TOTALS, *CALLS) and (module or (name not in SUMS and name not in ("t", "int"))):
            return self._call(name)
        if token in SUMS:
            return self._total(token)
        if name in ("softmax", "max", "one_hot", "maximum", "fmax", "power", "pow", "array"):
            return self._of_classes(name)
        function = self._function_of(name)
        if function is not None:
            return self._function(*function)
        if token in ANY_LAYER and (is_call or (self._peek() == PRIME and self._peek(1) == "(")):
            return self._function_of_its_layer(token)
        entry = ENTRY.fullmatch(token)
        if entry and entry[1] and entry[0] not in self._context.symbols and entry[0] not in self._context.numbers:
            return self._entry(self._named(entry[1]), entry[2])
        return self._named(token)

    def _named(self, token: str) -> Node:
        name = self._context.symbols.get(token, token)
        if name != token and (name in self._context.numbers):
            self._words[name] = self._tokens[self._next - 1].written
            return Name(name)
        return Name(name if token not in NUMBER_WORDS else token)

    def _function_of(self, name: str) -> tuple[str, bool] | None:
        """The function that a word stands for, where it is applied to something, and whether it is its derivative."""
        following = self._peek(self._peek() == PRIME)
        known = [*self._context.functions, *ELEMENTARY]
        found = function_of(name, known)
        is_name = found is not None and found[0] != name and not found[0].startswith("f_")
        return None if is_name and following not in OPENING else found

    def _fraction(self, word: str) -> Node:
        above = None if word == "dloss_by" else self._group()
        below = self._group()
        if above is None:  # ∂ℒ/∂W_1
            return below
        both = [part.name for part in (above, below) if isinstance(part, Name)]
        slope = _slope_by(*both) if len(both) == 2 else None
        return Quotient(above, below) if slope is None else slope

    def _group(self) -> Node:
        """What stands in braces, or a single number or name."""
        return self._parenthesis() if self._peek() in OPENING else self._atom()

    def _number(self) -> Node:
        token = self._peek()
        if float(token) == float("inf"):
            raise FormulaError(f"expected a smaller number {self._here()}")
        self._take()
        return Literal(int(token) if token.isdigit() and len(token) <= MOST_DIGITS else float(token))

    def _total(self, name: str) -> Node:
        over = SUMS[name] or self._context.over
        indices = self._indices
        before, self._in_class = self._in_class, self._in_class or name in OF_CLASSES
        if name[0] == SUM or (self._starts_a_factor() and self._peek() != "("):
            argument = self._within(self._product)  # the whole product, where no parentheses say what is summed
        else:
            self._expect("(", f" behind the function {name}")
            argument = self._parenthesis()
        self._in_class = before
        if name in OF_CLASSES or over == COLUMNS:
            self._indices = indices
        if name == "Σ_wrong":
            argument = _of_wrong_classes(argument)
        found = Total(over, argument)
        return Quotient(ONE, Name("n")) * found if name == "mean" else found

    def _method(self, node: Node) -> Node:
        """a.dot(b), a.sum(axis=0)"""
        name = self._take()[1:]
        if name not in (*TOTALS, *CALLS, "pow"):
            raise FormulaError(f'"{name}" is not known {self._here(-1)}')
        if self._peek() != "(":
            raise FormulaError(f"expected ( behind .{name} {self._here()}")
        return self._call(name, node)

    def _call(self, name: str, *first: Node) -> Node:
        """One of numpy's functions."""
        arguments, named = self._within(self._arguments)
        arguments = [*first, *arguments]
        if name in TOTALS:
            axis = named.get("axis") or named.get("dim") or (arguments[1] if len(arguments) > 1 else None)
            if not arguments:
                raise FormulaError(f"expected something to sum in {name}() {self._here()}")
            return total(arguments[0], axis, name)
        if name in ("power", "pow"):
            exponent = arguments[1] if len(arguments) == 2 else None
            if not isinstance(exponent, Literal) or exponent.value not in range(1, MOST_POWER + 1):
                raise FormulaError(f"expected a whole power from 1 to {MOST_POWER} in {name}() {self._here()}")
            return arguments[0] ** int(exponent.value)
        if name in ("maximum", "fmax"):
            if len(arguments) != 2 or ZERO not in arguments:
                raise FormulaError(f"expected 0 and something in {name}() {self._here()}")
            return Function("relu", arguments[arguments[0] == ZERO])
        try:
            return CALLS[name](*arguments)
        except TypeError:
            raise FormulaError(f"{name}() does not take {len(arguments)} arguments {self._here()}") from None

    def _arguments(self) -> tuple[list[Node], dict[str, Node]]:
        """What stands in the parentheses of a call: arguments, and those with names."""
        self._take("(")
        arguments: list[Node] = []
        named: dict[str, Node] = {}
        while self._peek() != ")":
            if self._peek(1) == "=" and self._peek() in IGNORED:
                name = self._take()
                self._take()
                value = self._sum()
                if name in AXIS:
                    named[name] = value
            else:
                arguments.append(self._comparable())
            if self._peek() != ",":
                break
            self._take()
        self._take(")", " behind the arguments")
        return arguments, named

    def _comparable(self) -> Node:
        """A sum, or a comparison of two as 1 and 0."""
        node = self._sum()
        return self._compared_from(node) if self._peek() in COMPARED else node

    def _compared_from(self, node: Node) -> Node:
        return self._compared(node).holds

    def _function(self, name: str, slope: bool) -> Node:
        if name == "log" and self._starts_a_factor() and self._peek() not in OPENING:
            return Function(name, self._within(self._factor))
        if not slope and self._peek() == PRIME:
            slope = True
            self._take()
        if self._peek() not in ("(", "{"):
            self._expect("(", f" behind the function {name}{PRIME * slope}")
        return Function(name, self._parenthesis(), slope)

    def _function_of_its_layer(self, word: str) -> Node:
        """f'(s_1), where the layer is that of what it is applied to."""
        slope = self._peek() == PRIME
        self._next += slope
        argument = self._parenthesis()
        layer = re.fullmatch(r"[sSZ]_?(\d{1,4}|out)", argument.name) if isinstance(argument, Name) else None
        if layer is None:
            raise FormulaError(f"which layer's function is {word}? Write f1 to f_out")
        return Function(f"f_{layer[1]}", argument, slope)

    def _of_classes(self, name: str) -> Node:
        """softmax(...), max(0, ...), one_hot(y_gt)"""
        if name in ("maximum", "fmax", "power", "pow"):
            return self._call(name)
        self._expect("(", f" behind the function {name}")
        if name == "array":
            return self._signs()
        if name == "softmax":
            return self._softmax()
        self._take()
        if name == "one_hot":
            self._take("y_gt", f" in {name}()")
            self._take(")")
            return IsTrueClass()
        if self._peek() == "0":
            self._take()
            self._take(",", f" in {name}()")
            argument = self._within(self._sum)
        else:
            why = f"expected 0 in {name}() {self._here()}"
            argument = self._within(self._sum)
            if (self._peek(), self._peek(1), self._peek(2)) != (",", "0", ")"):
                raise FormulaError(why)
            self._next += 2
        self._take(")")
        return Function("relu", argument)

    def _softmax(self) -> Node:
        before, self._in_class = self._in_class, False
        arguments, named = self._within(self._arguments)
        self._in_class = before
        axis = named.get("axis") or named.get("dim")
        if len(arguments) != 1:
            raise FormulaError(f"expected one quantity in softmax() {self._here()}")
        return Transpose(Softmax(arguments[0].T)) if axis == ZERO else Softmax(arguments[0])

    def _signs(self) -> Node:
        """np.array([[-1, 1]])"""
        for token in ("(", "[", "[", "-", "1", ",", "1", "]", "]", ")"):
            self._take(token, " in np.array([[-1, 1]])")
        return Signs()

    def _parenthesis(self) -> Node:
        before, self._in_class = self._in_class, self._in_class and not self._has_index()
        node = self._within(self._inner)
        self._in_class = before
        return node

    def _has_index(self) -> bool:
        """Whether a class's index stands behind the parenthesis that begins here, which then holds whole rows."""
        depth = 0
        for token, following in pairwise(self._tokens[self._next :]):
            depth += (token.text == "(") - (token.text == ")")
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
            if node != (Literal(-1) if other == ONE else negative(other)):
                raise FormulaError(f"expected (-a, +a), the same a twice {self._here()}")
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
            return Total(COLUMNS, IsTrueClass() * node)
        self._indices += index in CLASS_LETTERS
        return node

    def _within(self, read: Callable[[], T]) -> T:
        """Reads something, a level deeper."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormulaError(f"the formula is nested too deep: expected at most {DEEPEST} levels")
        node = read()
        self._depth -= 1
        return node

    def _expect(self, token: str, why: str = "") -> None:
        if self._peek() != token:
            raise FormulaError(f"expected {token}{why} {self._here()}")

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
        return self._tokens[self._next - 1].text

    def _peek(self, further: int = 0) -> str:
        at = self._next + further
        return self._tokens[at].text if at < len(self._tokens) else ""

    def _here(self, further: int = 0) -> str:
        at = self._next + further
        if at >= len(self._tokens):
            return "at the end"
        _, place, written = self._tokens[at]
        return f'at character {place}, found "{written}"'


def _slope_by(above: str, below: str) -> Node | None:
    """∂z_1/∂s_1 as f_1'(s_1), ∂p/∂o as the softmax's; None for any other."""
    layers = [pattern.fullmatch(name) for pattern, name in zip(LAYER_SLOPE, (above, below), strict=True)]
    if layers[0] and layers[1] and layers[0][1] == layers[1][1]:
        layer = layers[0][1]
        return Function(f"f_{layer}", Name(f"s_{layer}"), slope=True)
    return LOCAL_SLOPES.get((above, below))


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


def _of_wrong_classes(node: Node) -> Node:
    """What a class has, if it is not the true one."""
    return IsTrueClass(other=True) if node == Literal(1) else IsTrueClass(other=True) * node


def _difference(node: Node) -> Node:
    """o_2 - o_1 as a product with (-1, +1)ᵀ, o_1 - o_2 as its opposite, and 1 - [j = y] as [j ≠ y]; anything else as it
    is.
    """
    if node == Literal(1) - IsTrueClass():
        return IsTrueClass(other=True)
    if isinstance(node, Sum) and [sign for sign, _ in node.terms] == [1, -1]:
        names = [part.name if isinstance(part, Name) else "" for part in node.children]
        base, columns = names[0][:-2], [name[-2:] for name in names]
        if base in PER_CLASS and names[1][:-2] == base and sorted(columns) == ["_1", "_2"]:
            difference = Name(base) @ Signs().T
            return difference if columns[0] == "_2" else negative(difference)
    return node


def _height(node: Node) -> int:
    # Not by recursion: a long product leans to the left, as deep as it has factors.
    height, level = 0, [(node, 1)]
    while level:
        part, depth = level.pop()
        height, count = max(height, depth), len(part.children)
        level += [(child, depth + max(1, count - max(1, i))) for i, child in enumerate(part.children)]
    return height
