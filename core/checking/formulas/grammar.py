"""Formulas as people write them, read into trees: X_in' * (((y_out - y_gt) .* f_out'(s_out)) * W_out' .* f1'(s_1))

    sum      = product { ("+" | "-") product }
    product  = signed { ("*" | ".*" | "/" | nothing) signed }         from left to right; nothing means *
    signed   = [ "-" | "+" ] factor
    factor   = atom { "'" | "^2" }                                    ' turns a matrix, ^2 squares its entries
    atom     = number | name | function "(" sum ")" | "(" sum ")" | ("Σ" | "sum" | "mean") product
    function = f1 or f_1, f_out, ..., relu, tanh, sigmoid ; with ' behind it, its derivative ; or sum, mean

`*` is the matrix product (or, with a number, a multiple), `.*` the entrywise one, `/` divides by a number. sum(...) is
over what the quantity asks for: the samples or, for the samples' losses, the outputs; mean(...) is sum(...) / n. Σ is a
sum over the whole product behind it, so that Σ (a - b)² adds up squares, where sum(a - b)^2 is the square of a sum. The
symbols ⊙, · and ᵀ stand for `.*`, `*` and `'`, as do ∘, @ and .T; z₁ is z_1, ∂ℒ/∂W_1 is dW_1, and ∂ℒ/∂s_1 is delta_1. A
symbol of print needs no space before what follows: α∂ℒ/∂W_1 and δ₂W₂ᵀ are two factors each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from core.activations import ACTIVATIONS
from core.text import shown

LONGEST = 1_000
DEEPEST = 30
PRIME = "'"
SUMS = ("+", "-")
TOKEN = re.compile(
    r"\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?|\.\d+)"
    r"|([^\W\d]\w*?(?:(?:_\d+(?=[^\W\d_])|_out(?=[A-Z]))|(?!\w)))"  # delta_1W_2 is two names
    r"|(\.\*|\^2(?!\d)|[-+*/'()]))"
)
FUNCTION = re.compile(rf"f_?(?P<layer>\d{{1,4}}|out)|(?P<named>{'|'.join(ACTIVATIONS)}|sum|mean)")
SUM = "Σ"
SUBSCRIPT = "[\u2080-\u2089]"
DIGITS = {0x2080 + digit: str(digit) for digit in range(10)}
SYMBOLS = {
    "ℒ": " loss ",
    "ℓ": " sample_losses ",
    "α": " alpha ",
    **dict.fromkeys(("Σ", "∑", "Σ_rows"), f" {SUM} "),
    "½": " (1/2) ",
    "∂": " d",
    "δ": " delta",
    "⁺": "_next ",
    "²": "^2",
    **dict.fromkeys(("ᵀ", "^T", ".T", "′", "’"), "'"),
    **dict.fromkeys("⊙∘", ".*"),
    **dict.fromkeys("·⋅×@", "*"),
    "−": "-",
    "**": "^",
}
DERIVATIVE = r"(?:∂|(?<![A-Za-z_])d)[ℒL]\s*/\s*[∂d]"
PRINT = re.compile(
    rf"(?P<backward>(?:{DERIVATIVE}|∂)s(?=_|{SUBSCRIPT}))|(?P<derivative>{DERIVATIVE})"
    rf"|Σ_rows(?!\w)|_?(?P<index>{SUBSCRIPT}+)(?P<next>⁺|_next)?|\^T|\.T(?!\w)|\*\*|.",
    re.DOTALL,
)


class FormulaError(ValueError):
    """A formula that cannot be read or evaluated, in words."""


@dataclass(frozen=True)
class Number:
    value: float


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Call:
    """f(argument), or f'(argument): `function` as written, a layer's number or "out", or a name such as "relu"."""

    function: str
    derivative: bool
    argument: Node


@dataclass(frozen=True)
class Transpose:
    argument: Node


@dataclass(frozen=True)
class Square:
    """Every entry of the argument squared."""

    argument: Node


@dataclass(frozen=True)
class Total:
    """sum(argument)."""

    argument: Node


@dataclass(frozen=True)
class Binary:
    """`operator` is one of + - * .* /"""

    operator: str
    left: Node
    right: Node


Node: TypeAlias = Number | Name | Call | Transpose | Square | Total | Binary


def spelled(text: str) -> str:
    """A name or formula in plain letters, where it was written with the symbols of print; Σ alone stays."""
    return "".join(_plain(match) for match in PRINT.finditer(text))


def _plain(symbol: re.Match[str]) -> str:
    if symbol["index"]:
        return f"_{symbol['index'].translate(DIGITS)}{'_next' if symbol['next'] else ''} "
    if symbol["backward"] or symbol["derivative"]:
        return " delta" if symbol["backward"] else " d"
    return SYMBOLS.get(symbol[0], symbol[0])


def parse(text: str) -> Node:
    """The tree of a formula. Raises FormulaError, which says where and what."""
    return _Parser(text).read()


def render(node: Node) -> str:
    """A formula as text, with the parentheses that it needs."""
    if isinstance(node, Number):
        return f"{node.value:g}"
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Call):
        return f"{function_name(node)}({render(node.argument)})"
    if isinstance(node, Total):
        return f"sum({render(node.argument)})"
    if isinstance(node, (Transpose, Square)):
        mark = PRIME if isinstance(node, Transpose) else "^2"
        return _operand(node.argument, not isinstance(node.argument, Binary)) + mark
    if node.operator == "*" and node.left == Number(-1.0):
        return f"-{_operand(node.right, not isinstance(node.right, Binary))}"
    left = node.operator in SUMS or not isinstance(node.left, Binary) or node.left.operator not in SUMS
    right = not isinstance(node.right, Binary) or (node.operator in SUMS and node.right.operator not in SUMS)
    return f"{_operand(node.left, left)} {node.operator} {_operand(node.right, right)}"


def function_name(node: Call) -> str:
    """f1, f_out', tanh."""
    prefix = "" if node.function in ACTIVATIONS else "f_" if node.function == "out" else "f"
    return f"{prefix}{node.function}{PRIME * node.derivative}"


def _operand(node: Node, bare: bool) -> str:
    text = render(node)
    return text if bare and not text.startswith("-") else f"({text})"


def walk(node: Node) -> Iterator[Node]:
    """Every node of a tree, from the top."""
    yield node
    for child in children(node):
        yield from walk(child)


def children(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Binary):
        return node.left, node.right
    return () if isinstance(node, (Number, Name)) else (node.argument,)


def turned(node: Node) -> Node:
    """A part with a transpose behind it, or with the one it has taken away."""
    return node.argument if isinstance(node, Transpose) else Transpose(node)


def with_children(node: Node, parts: tuple[Node, ...]) -> Node:
    """The same node over other children; itself, where they are its own."""
    if all(part is child for part, child in zip(parts, children(node), strict=True)):
        return node
    if isinstance(node, Binary):
        return replace(node, left=parts[0], right=parts[1])
    return node if isinstance(node, (Number, Name)) else replace(node, argument=parts[0])


class _Parser:
    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise FormulaError(f"expected a formula of at most {LONGEST} characters, found {len(text)}")
        self._tokens = list(_tokens(text))
        self._next = 0
        self._depth = 0

    def read(self) -> Node:
        if not self._tokens:
            raise FormulaError("expected a formula, found nothing")
        node = self._sum()
        if self._peek():
            raise FormulaError(f"expected an operator or the end {self._here()}")
        if _height(node) > 4 * DEEPEST:
            raise FormulaError(f"the formula is too deep: expected at most {4 * DEEPEST} operations inside each other")
        return node

    def _sum(self) -> Node:
        node = self._product()
        while (operator := self._peek()) in SUMS:
            self._next += 1
            node = Binary(operator, node, self._product())
        return node

    def _product(self) -> Node:
        node = self._signed()
        while True:
            operator = self._peek()
            if operator in ("*", ".*", "/"):
                self._next += 1
            elif self._starts_a_factor():
                operator = "*"
            else:
                return node
            node = Binary(operator, node, self._signed())

    def _signed(self) -> Node:
        while self._peek() == "+":
            self._next += 1
        if self._peek() == "-":
            self._enter()
            self._next += 1
            node = self._signed()
            self._depth -= 1
            return Number(-node.value) if isinstance(node, Number) else Binary("*", Number(-1.0), node)
        return self._factor()

    def _factor(self) -> Node:
        node = self._atom()
        while (mark := self._peek()) in (PRIME, "^2"):
            self._next += 1
            node = Square(node) if mark == "^2" else turned(node)
        return node

    def _atom(self) -> Node:
        token = self._peek()
        if token == "(":
            return self._parenthesis()
        if token[:1].isdigit() or (token[:1] == "." and token != ".*"):
            self._next += 1
            return Number(float(token))
        if token[:1].isalpha() or token[:1] == "_":
            self._next += 1
            if token == SUM:
                return Total(self._behind_a_sum())
            function = FUNCTION.fullmatch(token)
            if function is None:
                return Name(token)
            return self._call(function["named"] or function["layer"], is_layer=function["named"] is None)
        raise FormulaError(f"expected a number, a name or a parenthesis {self._here()}")

    def _call(self, function: str, is_layer: bool) -> Node:
        sums = function in ("sum", "mean")
        derivative = self._peek() == PRIME and not sums
        self._next += derivative
        if sums and self._starts_a_factor() and self._peek() != "(":
            argument = self._behind_a_sum()
        elif self._peek() == "(":
            argument = self._parenthesis()
        else:
            name = f"{'f_' * is_layer}{function}{PRIME * derivative}"
            raise FormulaError(f"expected ( behind the function {name} {self._here()}")
        if not sums:
            return Call(function, derivative, argument)
        return Total(argument) if function == "sum" else Binary("/", Total(argument), Name("n"))

    def _behind_a_sum(self) -> Node:
        """The whole product that is summed where there are no parentheses to say it."""
        self._enter()
        node = self._product()
        self._depth -= 1
        return node

    def _parenthesis(self) -> Node:
        self._enter()
        self._next += 1
        node = self._sum()
        if self._peek() != ")":
            raise FormulaError(f"expected ) {self._here()}")
        self._next += 1
        self._depth -= 1
        return node

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormulaError(f"the formula is nested too deep: expected at most {DEEPEST} levels")

    def _starts_a_factor(self) -> bool:
        token = self._peek()
        return token == "(" or token[:1].isalnum() or token[:1] == "_"

    def _peek(self) -> str:
        return self._tokens[self._next][0] if self._next < len(self._tokens) else ""

    def _here(self) -> str:
        if self._next == len(self._tokens):
            return "at the end"
        _, place, written = self._tokens[self._next]
        return f'at character {place}, found "{written}"'


def _height(node: Node) -> int:
    # Not by recursion: a long product leans to the left, as deep as it has factors.
    height, level = 0, [node]
    while level:
        height, level = height + 1, [child for parent in level for child in children(parent)]
    return height


def _tokens(text: str) -> Iterator[tuple[str, int, str]]:
    """The tokens of a formula, each with its place in the text as it was written, from 1, and how it stands there."""
    plain, origins = "", []
    for symbol in PRINT.finditer(text):
        new = _plain(symbol)
        plain += new
        origins += [symbol.span()] * len(new)
    place, end = 0, len(plain.rstrip())
    while place < end:
        match = TOKEN.match(plain, place)
        if match is None:
            at = origins[place + len(plain[place:]) - len(plain[place:].lstrip())][0]
            raise FormulaError(f"nothing is written with {shown(text[at])} (character {at + 1}){_hint(text[at])}")
        token, place = match[match.lastindex or 0], match.end()
        start, stop = origins[place - len(token)][0], origins[place - 1][1]
        yield token, start + 1, text[start:stop].strip()


def _hint(character: str) -> str:
    return "; only ^2 is known" if character == "^" else ""
