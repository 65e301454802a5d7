"""Trees in print, in any style."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from core.expression.nodes import (
    Cell,
    Function,
    IsTrueClass,
    Largest,
    Literal,
    MatrixProduct,
    Name,
    Node,
    Positive,
    Power,
    Product,
    Quotient,
    RunningSum,
    Signs,
    Softmax,
    Sum,
    Total,
    Transpose,
)
from core.expression.pieces import BLANK, MINUS, PLUS, Piece, Pieces, as_text, letter, number, sign
from core.expression.style import ATOM, NUMBERS, POSTFIX, PREFIX, PRODUCT, SUM, Form, Style
from core.text import exact

HALF = Quotient(Literal(1), Literal(2))


class Printed(NamedTuple):
    """A part of a formula: how closely it holds together (see `style`), and its pieces."""

    level: int
    pieces: Pieces


class Printer:
    """Prints trees in a style. `symbols` has the pieces of names, of a number without a name; others are printed as
    usual. Each kind of node has a method; a subclass prints some otherwise.
    """

    def __init__(self, style: Style, symbols: Mapping[str, Piece] = {}) -> None:
        self.style = style
        self._symbols = symbols

    def __call__(self, node: Node) -> Pieces:
        """The pieces of a formula."""
        return self.printed(node).pieces

    def printed(self, node: Node) -> Printed:
        """A part as it stands alone."""
        found: Printed = getattr(self, node.kind)(node)
        return found

    def within(self, node: Node, least: int, brackets: str = "()") -> Pieces:
        """A part of something that holds together at `least` so closely: in brackets where it does not."""
        level, pieces = self.printed(node)
        return pieces if level >= least else (sign(brackets[0]), *pieces, sign(brackets[1]))

    def filled(self, form: Form, argument: Node | None = None) -> Printed:
        """A form with its argument."""
        pieces: list[Piece] = []
        for part in form.parts:
            if isinstance(part, Piece):
                pieces.append(part)
            elif argument is not None:
                pieces += self.within(argument, part)
        return Printed(form.level, tuple(pieces))

    def symbol(self, name: str) -> Piece:
        """The piece that shows a name."""
        if name in self._symbols:
            return self._symbols[name]
        piece = self.style.symbol(name)
        return piece._replace(name="") if name in NUMBERS else piece

    def is_number(self, node: Node) -> bool:
        """Whether a part is a number, which multiplies every entry."""
        if isinstance(node, Name):
            return not self.symbol(node.name).name
        return isinstance(node, (Literal, Quotient, Sum, Power)) and all(map(self.is_number, node.children))

    def name(self, node: Name) -> Printed:
        piece = self.symbol(node.name)
        return Printed(POSTFIX if piece.marks else ATOM, (piece,))

    def literal(self, node: Literal) -> Printed:
        value = float(node.value)
        if Literal(value) != node:  # no decimal number
            if isinstance(node.value, int):
                return Printed(SUM if value < 0 else ATOM, number(str(node.value)))
            return self.quotient(Quotient(Literal(node.value.numerator), Literal(node.value.denominator)))
        return Printed(SUM if value < 0 else ATOM, number(exact(value)))

    def signs(self, _: Signs) -> Printed:
        return self.filled(self.style.signs)

    def is_true_class(self, node: IsTrueClass) -> Printed:
        return self.filled(self.style.true_class[node.other])

    def sum(self, node: Sum) -> Printed:
        pieces: list[Piece] = []
        for i, (plus, term) in enumerate(node.terms):
            if i:
                pieces += (BLANK, PLUS if plus > 0 else MINUS, BLANK)
            elif plus < 0:
                pieces.append(MINUS)
            pieces += self.term(term, leads=not pieces)
        return Printed(SUM, tuple(pieces))

    def term(self, node: Node, leads: bool) -> Pieces:  # noqa: ARG002
        """A term of a sum; `leads` where nothing stands before it."""
        return self.within(node, PREFIX)

    def product(self, node: Product) -> Printed:
        first, *rest = node.children
        if not rest:
            return self.printed(first)
        pieces = [*self.factor(first, leads=True)]
        numbers = self.is_number(first)
        for factor in rest:
            pieces += self.times(numbers, factor)
            pieces += self.factor(factor, leads=False)
            numbers = numbers and self.is_number(factor)
        return Printed(PRODUCT, tuple(pieces))

    def factor(self, node: Node, leads: bool) -> Pieces:
        """A factor of an entrywise product; `leads` for the first."""
        return self.within(node, PRODUCT if leads and self._leads(node) else POSTFIX)

    def times(self, behind_numbers: bool, factor: Node) -> Pieces:  # noqa: ARG002
        """The sign before a factor of an entrywise product; `behind_numbers` where there is none but these so far."""
        return self.style.multiple if behind_numbers else self.style.entrywise

    def _leads(self, factor: Node) -> bool:
        """Whether the first factor of a product needs no brackets: (a ⊙ b) C ⊙ d is plain enough without; with a
        single A in front it is (A C) ⊙ d.
        """
        first = factor.children[0] if isinstance(factor, MatrixProduct) else factor
        return not self.style.apart or isinstance(first, Product)

    def quotient(self, node: Quotient) -> Printed:
        if node == HALF and self.style.half is not None:
            return self.filled(self.style.half)
        form, (above, below) = self.style.quotient, node.children
        numbers = self.is_number(node)
        between = form.fraction if numbers else form.between
        pieces = (*self.within(above, form.above), *between, *self.within(below, form.below))
        return Printed(form.fraction_level if numbers else form.level, pieces)

    def power(self, node: Power) -> Printed:
        power = node.power if isinstance(node.power, int) else as_text([self.symbol(node.power)])
        return self.filled(self.style.power(power), node.argument)

    def function(self, node: Function) -> Printed:
        return self.filled(self.style.function(node), node.argument)

    def positive(self, node: Positive) -> Printed:
        return self.filled(self.style.positive, node.argument)

    def matrix_product(self, node: MatrixProduct) -> Printed:
        left, right = node.children
        apart = self.style.apart and isinstance(left, Product)
        pieces = self.within(left, POSTFIX if apart else PRODUCT)
        return Printed(
            PRODUCT, (*pieces, *self.style.matrix_product, *self.within(right, POSTFIX, self.style.brackets))
        )

    def transpose(self, node: Transpose) -> Printed:
        if not isinstance(node.argument, Name):
            return self.filled(self.style.transpose, node.argument)
        piece = self.symbol(node.argument.name)
        return Printed(POSTFIX, (piece._replace(marks=piece.marks + self.style.transposed, transposed=True),))

    def total(self, node: Total) -> Printed:
        return self.filled(self.style.totals[node.over], node.argument)

    def softmax(self, node: Softmax) -> Printed:
        return self.filled(self.style.softmax, node.argument)

    def largest(self, node: Largest) -> Printed:
        return self.filled(self.style.largest, node.argument)

    def cell(self, node: Cell) -> Printed:
        piece = self.symbol(node.name)
        return Printed(POSTFIX if piece.marks else ATOM, (piece._replace(cell=node.index),))

    def running_sum(self, node: RunningSum) -> Printed:
        return Printed(PREFIX, (letter("Σ", node.letter), BLANK, *self.within(node.body, PREFIX)))
