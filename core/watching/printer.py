"""Watches as they are typed: what the reader reads again as the same tree."""

from __future__ import annotations

from collections.abc import Mapping

from core.expression.nodes import ALL, Node
from core.expression.pieces import BLANK, CLOSE, OPEN, Piece, Pieces, as_text, sign, word
from core.expression.printer import Printed
from core.expression.style import ATOM, POSTFIX, PRODUCT, SUM, TYPED, Style
from core.expression.typed import TypedPrinter
from core.watching.nodes import (
    AND,
    Becomes,
    Change,
    Comparison,
    Entry,
    Finite,
    Junction,
    Negation,
    Quantified,
    Remainder,
    Summary,
)

EITHER, BOTH, NOT, COMPARED = range(-4, 0)  # how closely conditions hold together, less than any sum


class WatchPrinter(TypedPrinter):
    """Prints the trees of watches."""

    def __init__(self, symbols: Mapping[str, Piece] = {}, style: Style = TYPED) -> None:
        super().__init__(over=ALL, relu=False, indicator=True, symbols=symbols, style=style)

    def is_number(self, node: Node) -> bool:
        return isinstance(node, Summary) or super().is_number(node)

    def entry(self, node: Entry) -> Printed:
        cell = ",".join(str(at) for at in node.index if at != "")
        return Printed(POSTFIX, (*self.within(node.argument, ATOM), sign(f"[{cell}]")))

    def remainder(self, node: Remainder) -> Printed:
        above, below = node.children
        # As loose as a sum, so that it has parentheses in one: -(a % b) is another number than (-a) % b.
        return Printed(SUM, (*self.within(above, PRODUCT), *_spaced("%"), *self.within(below, POSTFIX)))

    def summary(self, node: Summary) -> Printed:
        return self._call(node.name, node.argument, SUM)

    def comparison(self, node: Comparison) -> Printed:
        pieces = (*self.within(node.left, SUM), *_spaced(node.sign), *self.within(node.right, SUM))
        return Printed(COMPARED, pieces)

    def change(self, node: Change) -> Printed:
        return Printed(COMPARED, (*self.within(node.argument, SUM), BLANK, word(node.how)))

    def becomes(self, node: Becomes) -> Printed:
        return Printed(EITHER, (word("becomes"), BLANK, *self.within(node.argument, EITHER)))

    def finite(self, node: Finite) -> Printed:
        return self._call("finite", node.children[0], SUM) if node.children else Printed(ATOM, (word("finite"),))

    def quantified(self, node: Quantified) -> Printed:
        return self._call(node.over, node.argument, EITHER)

    def negation(self, node: Negation) -> Printed:
        return Printed(NOT, (word("not"), BLANK, *self.within(node.argument, NOT)))

    def junction(self, node: Junction) -> Printed:
        level = BOTH if node.word == AND else EITHER
        first, *rest = (self.within(part, level + 1) for part in node.children)
        return Printed(level, (*first, *(piece for part in rest for piece in (*_spaced(node.word), *part))))

    def _call(self, name: str, argument: Node, least: int) -> Printed:
        return Printed(ATOM, (word(name), OPEN, *self.within(argument, least), CLOSE))


def _spaced(text: str) -> Pieces:
    return (BLANK, sign(text), BLANK)


def as_watched(node: Node) -> str:
    """A condition, or what stands on a side of one, as text."""
    return as_text(WatchPrinter()(node))
