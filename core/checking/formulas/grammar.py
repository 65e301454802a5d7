"""Formulas as people write them, read into trees: X_in' * (((y_out - y_gt) .* f_out'(s_out)) * W_out' .* f1'(s_1))

    sum      = product { ("+" | "-") product }
    product  = signed { ("*" | ".*" | "/" | nothing) signed }         from left to right; nothing means *
    signed   = [ "-" ] factor
    factor   = atom { "'" | "^2" }                                    ' turns a matrix, ^2 squares its entries
    atom     = number | name | function "(" sum ")" | "(" sum ")"
    function = f1 or f_1, f_out, ..., relu, tanh, sigmoid ; with ' behind it, its derivative ; or sum, mean

`*` is the matrix product (or, with a number, a multiple), `.*` the entrywise one, `/` divides by a number. sum(...) is
over what the quantity asks for: the samples or, for the samples' losses, the outputs; mean(...) is sum(...) / n. The
symbols ⊙, · and ᵀ stand for `.*`, `*` and `'`, as do ∘, @ and .T; z₁ is z_1, and
∂ℒ/∂W_1 is dW_1.
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
TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?|\.\d+)|([^\W\d]\w*)|(\.\*|\^2(?!\d)|[-+*/'()]))")
FUNCTION = re.compile(rf"f_?(?P<layer>\d{{1,4}}|out)|(?P<named>{'|'.join(ACTIVATIONS)}|sum|mean)")
SUBSCRIPT = re.compile(r"_?([\u2080-\u2089]+)")
SYMBOLS = str.maketrans(
    {
        "ℒ": "loss",
        "ℓ": "sample_losses",
        "Σ": "sum",
        "′": "'",
        "⁺": "_next",
        "²": "^2",
        "½": "(1/2)",
        **{chr(0x2080 + digit): str(digit) for digit in range(10)},
    }
    | {"⊙": ".*", "∘": ".*", "·": "*", "×": "*", "@": "*", "ᵀ": "'", "−": "-", "’": "'"}
    | {"∂": "d", "δ": "delta", "α": "alpha"}
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
    """A name or formula in plain letters, where it was written with the symbols of print."""
    for derivative in ("∂ℒ/∂", "dℒ/d", "∂L/∂", "dL/d"):
        text = text.replace(derivative, "d")
    for mark in ("^T", ".T"):
        text = re.sub(rf"{re.escape(mark)}(?!\w)", "'", text)
    return SUBSCRIPT.sub(r"_\1", text.replace("**", "^")).translate(SYMBOLS)


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
        self._tokens = list(_tokens(spelled(text)))
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
            elif operator == "(" or operator[:1].isalnum() or operator[:1] == "_":
                operator = "*"
            else:
                return node
            node = Binary(operator, node, self._signed())

    def _signed(self) -> Node:
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
            function = FUNCTION.fullmatch(token)
            if function is None:
                return Name(token)
            return self._call(function["named"] or function["layer"], is_layer=function["named"] is None)
        raise FormulaError(f"expected a number, a name or a parenthesis {self._here()}")

    def _call(self, function: str, is_layer: bool) -> Node:
        sums = function in ("sum", "mean")
        derivative = self._peek() == PRIME and not sums
        self._next += derivative
        if self._peek() != "(":
            name = f"{'f_' * is_layer}{function}{PRIME * derivative}"
            raise FormulaError(f"expected ( behind the function {name} {self._here()}")
        argument = self._parenthesis()
        if not sums:
            return Call(function, derivative, argument)
        return Total(argument) if function == "sum" else Binary("/", Total(argument), Name("n"))

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

    def _peek(self) -> str:
        return self._tokens[self._next][0] if self._next < len(self._tokens) else ""

    def _here(self) -> str:
        if self._next == len(self._tokens):
            return "at the end"
        token, place = self._tokens[self._next]
        return f'at character {place}, found "{token}"'


def _height(node: Node) -> int:
    # Not by recursion: a long product leans to the left, as deep as it has factors.
    height, level = 0, [node]
    while level:
        height, level = height + 1, [child for parent in level for child in children(parent)]
    return height


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    place = 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            at = place + len(text[place:]) - len(text[place:].lstrip())
            raise FormulaError(f"nothing is written with {shown(text[at])} (character {at + 1}){_hint(text[at])}")
        yield match[match.lastindex or 0], match.start(match.lastindex or 0) + 1
        place = match.end()


def _hint(character: str) -> str:
    return "; only ^2 is known" if character == "^" else ""
