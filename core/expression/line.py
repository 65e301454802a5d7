"""The arithmetic of a cell as a line: ½ · (y_out[3] - y_gt[3])², or with numbers in place of the cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.expression.nodes import Cell, Function, Name, Node, Number, Positive, Quotient, Rest, Sum
from core.expression.pieces import BLANK, CLOSE, LETTER, MINUS, NUMBER, OPEN, Piece, Pieces, number, sign, word
from core.expression.printer import Printed, Printer
from core.expression.style import ATOM, PAPER, POSTFIX, PREFIX, PRODUCT, SUM, Style

TIMES = (BLANK, sign("·"), BLANK)
SMALLER = (BLANK, word("smaller"), CLOSE)
LINE = PAPER._replace(
    entrywise=TIMES,
    multiple=TIMES,
    quotient=PAPER.quotient._replace(fraction_level=PRODUCT),
)


class LinePrinter(Printer):
    """Prints the tree of a cell whose sums are written out, in a batch of `rows` rows. `label` says what a cell is
    called, `symbols` what numbers are; `spell` says how a number is written: without, a rest is "…".
    """

    def __init__(
        self,
        label: Callable[[Cell], Pieces],
        rows: int,
        symbols: Mapping[str, Piece],
        spell: Callable[[float], str] | None = None,
        style: Style = LINE,
    ) -> None:
        super().__init__(style, symbols)
        self._label, self._rows, self._spell = label, rows, spell

    def cell(self, node: Cell) -> Printed:
        pieces = self._label(node)
        if pieces[0] is MINUS:  # what a notation has with the other sign
            return Printed(SUM, pieces)
        return Printed(POSTFIX if pieces[-1].kind == LETTER and len(pieces) > 1 else ATOM, pieces)

    def name(self, node: Name) -> Printed:
        return Printed(ATOM, number(str(self._rows))) if node.name == "n" else super().name(node)

    def number(self, node: Number) -> Printed:
        assert self._spell is not None
        pieces = number(self._spell(node.value))
        return Printed(SUM if pieces[0] is MINUS else ATOM, pieces)

    def rest(self, node: Rest) -> Printed:
        shown = (sign("…"),) if self._spell is None else self.within(node.argument, PRODUCT)
        return Printed(ATOM, (*shown, BLANK, OPEN, Piece(NUMBER, str(node.count)), *SMALLER))

    def sum(self, node: Sum) -> Printed:
        """A minus at the start is the sign of the number behind it, if one is: 0.04 for -(-0.04)."""
        (plus, first), *rest = node.terms
        if plus < 0 and isinstance(first, Number):
            node = Sum((1, Number(-first.value)), *rest)
        return super().sum(node)

    def term(self, node: Node, leads: bool) -> Pieces:
        # Alone at the start a minus needs no brackets.
        return self.within(node, SUM if leads and isinstance(node, Number) else PREFIX)

    def factor(self, node: Node, leads: bool) -> Pieces:  # noqa: ARG002
        """A fraction needs no brackets in a product."""
        return self.within(node, PRODUCT if isinstance(node, Quotient) else POSTFIX)

    def positive(self, node: Positive) -> Printed:
        below = node.argument
        if isinstance(below, Sum) and len(below.terms) == 1 and below.terms[0][0] < 0:
            zero = (BLANK, sign("<"), BLANK, *number("0"), sign("]"))
            return Printed(ATOM, (sign("["), *self(below.terms[0][1]), *zero))
        return super().positive(node)

    def function(self, node: Function) -> Printed:
        if node.name != "log":
            return super().function(node)
        return Printed(ATOM, (word("log"), OPEN, *self(node.argument), CLOSE))
