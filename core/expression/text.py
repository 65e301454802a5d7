"""A tree as a person reads it on the screen: δ₁ = (δ_out W_outᵀ) ⊙ f₁'(s₁)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from core.expression.nodes import (
    ALL,
    COLUMNS,
    ROWS,
    Function,
    IsTrueClass,
    Literal,
    MatrixProduct,
    Name,
    Node,
    Positive,
    Power,
    Product,
    Quotient,
    Signs,
    Softmax,
    Sum,
    Total,
    Transpose,
    walk,
)
from core.quantity import SUBSCRIPTS
from core.text import exact

SUM, PRODUCT, POSTFIX, ATOM = range(4)  # how closely a part of a formula holds together
NUMBERS = {"alpha": "α", "m": "m"}
POWERS = {2: "²", 3: "³"}
HALF = Quotient(Literal(1), Literal(2))
TURNED_SIGNS = Transpose(Signs())
ONE_HOT = "one-hot("
TRUE_CLASS = ", y the true class in "


@dataclass(frozen=True)
class Variable:
    """A quantity in a formula, by name; `transposed` where it is turned."""

    name: str
    transposed: bool = False


Piece: TypeAlias = str | Variable
Pieces: TypeAlias = tuple[Piece, ...]


def formula_text(tree: Node, rows: int) -> Pieces:
    """The pieces of a formula over a batch of `rows` rows, texts and quantities in turn, without its left side."""
    found = [*_Printer(rows).whole(tree)]
    if any(isinstance(part, IsTrueClass) for part in walk(tree)) and ONE_HOT not in found:
        found += [TRUE_CLASS, Variable("y_gt")]
    return _merged(found)


def entry_text(tree: Node) -> str:
    """A formula whose names stand for single numbers, such as an activation's: z (1 - z)."""
    pieces = _Printer(rows=1, single=True).whole(tree)
    return "".join(piece if isinstance(piece, str) else piece.name for piece in pieces)


class _Printer:
    def __init__(self, rows: int, single: bool = False) -> None:
        self._rows, self._single = rows, single
        self._index = ""  # the letter behind the names, within a sum over the classes

    def whole(self, node: Node) -> Iterator[Piece]:
        yield from _PRINTERS[type(node)](self, node)

    def within(self, node: Node, least: int, brackets: str = "()") -> Iterator[Piece]:
        """A part of something that holds together at `least` so closely: in brackets where it does not."""
        if _level(node) < least:
            yield brackets[0]
            yield from self.whole(node)
            yield brackets[1]
        else:
            yield from self.whole(node)

    def at(self, index: str, node: Node, least: int) -> Iterator[Piece]:
        """A part with a letter behind its names."""
        before, self._index = self._index, index
        yield from self.within(node, least)
        self._index = before

    def name(self, node: Name) -> Iterator[Piece]:
        if node.name == "n":
            yield str(self._rows)
        elif node.name in NUMBERS:
            yield NUMBERS[node.name]
        else:
            yield Variable(node.name)
            if self._index and "_" not in node.name:
                yield f"_{self._index}"

    def is_true_class(self, node: IsTrueClass) -> Iterator[Piece]:
        if node.other:
            yield "1"
        else:
            yield from (ONE_HOT, Variable("y_gt"), ")")

    def sum(self, node: Sum) -> Iterator[Piece]:
        if wrong := _minus_their_number(node):
            yield from self.at("j", wrong, SUM)
            yield " for j≠y, minus their number for j=y"
            return
        for i, (sign, term) in enumerate(node.terms):
            yield ("-" if sign < 0 else "") if i == 0 else " - " if sign < 0 else " + "
            yield from self.within(term, PRODUCT)

    def product(self, node: Product) -> Iterator[Piece]:
        factors = [part for part in node.children if not (isinstance(part, IsTrueClass) and self._index)]
        if len(factors) == 2 and factors[0] == Quotient(Literal(1), Name("n")) and _is_total(factors[1]):
            yield "mean "
            yield from self.within(factors[1].children[0], PRODUCT)
            return
        for i, factor in enumerate(factors):
            if i:
                yield " " if _is_number(factors[i - 1]) or self._index or self._single else " ⊙ "
            # From left to right; (a ⊙ b) C ⊙ d is plain enough, too; with a single A before it, (A C) ⊙ d.
            first = factor.children[0] if i == 0 and isinstance(factor, MatrixProduct) else factor
            plain = i == 0 and isinstance(first, Product)
            yield from self.within(factor, SUM if len(factors) == 1 else PRODUCT if plain else POSTFIX)

    def quotient(self, node: Quotient) -> Iterator[Piece]:
        if node == HALF:
            yield "½"
            return
        yield from self.within(node.children[0], POSTFIX)
        yield "/" if all(map(_is_number, node.children)) else " / "
        yield from self.within(node.children[1], ATOM)

    def power(self, node: Power) -> Iterator[Piece]:
        yield from self.within(node.argument, ATOM)
        yield POWERS[node.power]

    def function(self, node: Function) -> Iterator[Piece]:
        if node.name == "log":
            yield "log "
            yield from self.within(node.argument, POSTFIX)
            return
        start = (
            "max(0, " if node.name == "relu" and not node.slope else f"{_function(node.name)}{chr(39) * node.slope}("
        )
        yield from (start, *self.whole(node.argument), ")")

    def positive(self, node: Positive) -> Iterator[Piece]:
        yield from ("[", *self.whole(node.argument), " > 0]")

    def matrix_product(self, node: MatrixProduct) -> Iterator[Piece]:
        left, right = node.children
        if isinstance(right, Signs):
            yield from ("(-", *self.within(left, PRODUCT), ", +", *self.within(left, PRODUCT), ")")
        elif _is_difference(node):
            yield from (*self.whole(left), "_2 - ", *self.whole(left), "_1")
        else:
            yield from self.within(left, POSTFIX if isinstance(left, Product) else PRODUCT)
            yield " "
            yield from self.within(right, POSTFIX, "[]")

    def signs(self, _: Signs) -> Iterator[Piece]:
        yield "(-1, +1)"

    def transpose(self, node: Transpose) -> Iterator[Piece]:
        if isinstance(node.argument, Name):
            yield Variable(node.argument.name, transposed=True)
        else:
            yield from (*self.within(node.argument, ATOM), "ᵀ")

    def total(self, node: Total) -> Iterator[Piece]:
        body = node.argument
        if node.over != COLUMNS:
            yield {ROWS: "Σ_rows ", ALL: "Σ "}[node.over]
            yield from self.within(body, PRODUCT)
            return
        first = body.children[0] if isinstance(body, Product) else body
        if first == IsTrueClass():
            yield from self.at("y", Product(*body.children[1:]), POSTFIX)
            return
        per_class = any(isinstance(part, Name) and "_" not in part.name for part in walk(body))
        if first == IsTrueClass(other=True) and isinstance(body, Product):
            yield "Σ_(j≠y) "
            body = body.children[1] if len(body.children) == 2 else Product(*body.children[1:])
        else:
            yield "Σ_j " if per_class else "Σ "
        yield from self.at("j", body, PRODUCT) if per_class else self.within(body, PRODUCT)

    def softmax(self, node: Softmax) -> Iterator[Piece]:
        index = f"_{self._index}" if self._index else ""
        yield from ("softmax(", *self.at("", node.argument, SUM), f"){index}")


_PRINTERS: dict[type[Node], Callable[[_Printer, Any], Iterator[Piece]]] = {
    Name: _Printer.name,
    Literal: lambda _, node: iter((_literal(node),)),
    Signs: _Printer.signs,
    IsTrueClass: _Printer.is_true_class,
    Sum: _Printer.sum,
    Product: _Printer.product,
    Quotient: _Printer.quotient,
    Power: _Printer.power,
    Function: _Printer.function,
    Positive: _Printer.positive,
    MatrixProduct: _Printer.matrix_product,
    Transpose: _Printer.transpose,
    Total: _Printer.total,
    Softmax: _Printer.softmax,
}


def _level(node: Node) -> int:
    if isinstance(node, Sum) or _is_difference(node):
        return SUM
    if isinstance(node, MatrixProduct) and isinstance(node.children[1], Signs):
        return ATOM
    if isinstance(node, Product) and len(node.children) == 1:
        return _level(node.children[0])
    if isinstance(node, Total) and isinstance(node.argument, Product) and node.argument.children[0] == IsTrueClass():
        return POSTFIX
    if isinstance(node, (Product, MatrixProduct, Total)):
        return PRODUCT
    return POSTFIX if isinstance(node, (Power, Transpose, Quotient)) else ATOM


def _minus_their_number(node: Sum) -> Node | None:
    """What stands in the columns of the wrong classes, where that of the true class has minus their sum; else None."""
    if [sign for sign, _ in node.terms] != [1, -1]:
        return None
    wrong, true = (term for _, term in node.terms)
    return wrong if true == Product(IsTrueClass(), Total(COLUMNS, wrong)) else None


def _is_difference(node: Node) -> bool:
    """Whether a part is a quantity of two columns times (-1, +1)ᵀ: the difference of its columns."""
    return isinstance(node, MatrixProduct) and isinstance(node.children[0], Name) and node.children[1] == TURNED_SIGNS


def _is_total(node: Node) -> bool:
    return isinstance(node, Total) and node.over == ALL


def _is_number(node: Node) -> bool:
    """Whether a part is a number, which multiplies every entry."""
    if isinstance(node, Name):
        return node.name in NUMBERS or node.name == "n"
    return isinstance(node, (Literal, Quotient)) and all(map(_is_number, node.children))


def _literal(node: Literal) -> str:
    """A number: a decimal as such, any other as a fraction."""
    value = float(node.value)
    return exact(value) if Literal(value) == node else str(node.value)


def _function(name: str) -> str:
    label = name.removeprefix("f_")
    return f"f{label.translate(SUBSCRIPTS)}" if label.isdigit() else name


def _merged(pieces: list[Piece]) -> Pieces:
    """The pieces with neighbouring texts as one."""
    merged: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif piece != "":
            merged.append(piece)
    return tuple(merged)
