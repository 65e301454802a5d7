"""The arithmetic of a cell as a line of text: ½ · (y_out[3] - y_gt[3])², or with numbers in place of the cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.expression.nodes import (
    Cell,
    Function,
    Literal,
    Name,
    Node,
    Number,
    Positive,
    Power,
    Product,
    Quotient,
    Rest,
    Sum,
)
from core.expression.text import ATOM, HALF, POSTFIX, POWERS, PRODUCT, SUM, _function, _literal

FUNCTION_OPENS = {"relu": "max(0, "}


class LinePrinter:
    """Prints the tree of a cell whose sums are written out. `label` says what a cell is called, `names` has what the
    numbers of the problem are called; `spell` says how a number is written: without, a rest is "…".
    """

    def __init__(
        self,
        label: Callable[[Cell], str],
        names: Mapping[str, str],
        spell: Callable[[float], str] | None = None,
    ) -> None:
        self._label, self._names, self._spell = label, names, spell

    def __call__(self, node: Node, least: int = SUM) -> str:
        """A tree, in brackets where it holds together less closely than `least`."""
        text = _PRINTERS[type(node)](self, node)
        level = SUM if isinstance(node, Number) and text.startswith("-") else _LEVELS.get(type(node), ATOM)
        return f"({text})" if (ATOM if node == HALF else level) < least else text

    def cell(self, node: Cell) -> str:
        return self._label(node)

    def name(self, node: Name) -> str:
        return self._names[node.name]

    def number(self, node: Number) -> str:
        assert self._spell is not None
        return self._spell(node.value)

    def rest(self, node: Rest) -> str:
        return f"{'…' if self._spell is None else self(node.argument, PRODUCT)} ({node.count} smaller)"

    def sum(self, node: Sum) -> str:
        text = ""
        for i, (sign, term) in enumerate(node.terms):
            text += ("-" if sign < 0 else "") if i == 0 else " - " if sign < 0 else " + "
            # Alone at the start a minus needs no brackets.
            text += self(term, SUM if isinstance(term, Number) and not text else PRODUCT)
        return text

    def product(self, node: Product) -> str:
        return " · ".join(self._factor(factor) for factor in node.children)

    def quotient(self, node: Quotient) -> str:
        if node == HALF:
            return "½"
        above, below = node.children
        between = "/" if all(isinstance(part, (Literal, Name)) for part in node.children) else " / "
        return f"{self._factor(above)}{between}{self(below, ATOM)}"

    def power(self, node: Power) -> str:
        return f"{self(node.argument, ATOM)}{POWERS[node.power]}"

    def positive(self, node: Positive) -> str:
        below = node.argument
        if isinstance(below, Sum) and len(below.terms) == 1 and below.terms[0][0] < 0:
            return f"[{self(below.terms[0][1])} < 0]"
        return f"[{self(below)} > 0]"

    def function(self, node: Function) -> str:
        opens = FUNCTION_OPENS.get(node.name, f"{_function(node.name)}(")
        return f"{opens.replace('(', chr(39) + '(') if node.slope else opens}{self(node.argument)})"

    def _factor(self, node: Node) -> str:
        """A part of a product; a fraction needs no brackets there."""
        return self(node, PRODUCT if isinstance(node, Quotient) else POSTFIX)


_LEVELS = {Sum: SUM, Product: PRODUCT, Quotient: PRODUCT, Power: POSTFIX}
_PRINTERS: dict[type[Node], Callable[[LinePrinter, Any], str]] = {
    Cell: LinePrinter.cell,
    Name: LinePrinter.name,
    Literal: lambda _, node: _literal(node),
    Number: LinePrinter.number,
    Rest: LinePrinter.rest,
    Sum: LinePrinter.sum,
    Product: LinePrinter.product,
    Quotient: LinePrinter.quotient,
    Power: LinePrinter.power,
    Positive: LinePrinter.positive,
    Function: LinePrinter.function,
}
