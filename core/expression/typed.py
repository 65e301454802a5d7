"""Formulas as they are typed, which the reader reads: X_in' * ((y_out - y_gt) .* f_out'(s_out))."""

from __future__ import annotations

from core.expression.nodes import Function, IsTrueClass, Literal, Name, Node, Product, Softmax, Total, is_number
from core.expression.notation import ATOM, PRODUCT, SUM, TYPED
from core.expression.pieces import CLOSE, OPEN, Pieces, as_text, sign, word
from core.expression.printer import Printed, Printer

MINUS = Literal(-1)


def as_typed(node: Node, over: str | None = None) -> str:
    """A formula as text. `over` is what a sum(...) is over that does not say it; without, no sum does."""
    return as_text(_TypedPrinter(over)(node))


def function_name(node: Function) -> str:
    """f1, f_out', tanh."""
    return as_typed(Function(node.name, Name("s"), node.slope)).removesuffix("(s)")


class _TypedPrinter(Printer):
    def __init__(self, over: str | None) -> None:
        super().__init__(TYPED)
        self._over = over

    def within(self, node: Node, least: int, brackets: str = "()") -> Pieces:
        # The sign of the first factor is that of the whole product.
        is_first = least == PRODUCT and isinstance(node, Product) and node.children[0] == MINUS
        return super().within(node, SUM if is_first else least, brackets)

    def term(self, node: Node, leads: bool) -> Pieces:
        return self.within(node, SUM) if leads else super().term(node, leads)

    def product(self, node: Product) -> Printed:
        first, *rest = node.children
        if first == MINUS and rest:
            return Printed(SUM, (sign("-"), *self.within(Product(*rest), PRODUCT)))
        return super().product(node)

    def is_number(self, node: Node) -> bool:
        return is_number(node)

    def times(self, behind_numbers: bool, factor: Node) -> Pieces:
        return super().times(behind_numbers or is_number(factor), factor)

    def total(self, node: Total) -> Printed:
        chosen = node.argument.children if isinstance(node.argument, Product) else ()
        if len(chosen) == 2 and chosen[0] == IsTrueClass() and isinstance(chosen[1], (Name, Softmax)):
            return Printed(ATOM, (*self.within(chosen[1], ATOM), word("_y")))
        name = word("sum" if self._over in (None, node.over) else f"sum_{node.over}")
        return Printed(ATOM, (name, OPEN, *self.within(node.argument, SUM), CLOSE))
