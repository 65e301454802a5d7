"""Formulas as they are typed, which the reader reads: X_in' * ((y_out - y_gt) .* f_out'(s_out))."""

from __future__ import annotations

from collections.abc import Mapping

from core.expression.nodes import Function, IsTrueClass, Name, Node, Product, Softmax, Total
from core.expression.numbers import MINUS_ONE, is_number
from core.expression.pieces import BLANK, CLOSE, OPEN, Piece, Pieces, as_text, number, sign, word
from core.expression.printer import Printed, Printer
from core.expression.style import ATOM, PRODUCT, SUM, TYPED, Style, typed_function_name

RELU = "relu"
INDICATOR = (sign("["), word("j"), BLANK, sign("="), BLANK, word("y"), sign("]"))


def as_typed(
    node: Node,
    over: str | None = None,
    relu: bool = False,
    indicator: bool = False,
    symbols: Mapping[str, Piece] = {},
) -> str:
    """A formula as text. `over` is what a sum(...) is over that does not say it; without, no sum does. `relu` writes
    relu(...) for max(0, ...), `indicator` [j = y] for one_hot(y_gt); `symbols` are those of
    names that are not typed as usual.
    """
    return as_text(TypedPrinter(over, relu, indicator, symbols)(node))


def function_name(node: Function, relu: bool = False) -> str:
    """f1, f_out', tanh; max(0, ...)."""
    return "max(0, ...)" if _is_max(node) and not relu else typed_function_name(node.name, node.slope)


def _is_max(node: Function) -> bool:
    return node.name == RELU and not node.slope


class TypedPrinter(Printer):
    """Prints formulas as they are typed; see `as_typed`."""

    def __init__(
        self, over: str | None, relu: bool, indicator: bool, symbols: Mapping[str, Piece], style: Style = TYPED
    ) -> None:
        super().__init__(style, symbols)
        self._over, self._relu, self._indicator = over, relu, indicator

    def is_true_class(self, node: IsTrueClass) -> Printed:
        return Printed(ATOM, INDICATOR) if self._indicator and not node.other else super().is_true_class(node)

    def function(self, node: Function) -> Printed:
        if _is_max(node) and not self._relu:
            return Printed(
                ATOM, (word("max"), OPEN, *number("0"), sign(","), BLANK, *self.within(node.argument, SUM), CLOSE)
            )
        return super().function(node)

    def within(self, node: Node, least: int, brackets: str = "()") -> Pieces:
        # The sign of the first factor is that of the whole product.
        is_first = least == PRODUCT and isinstance(node, Product) and node.children[0] == MINUS_ONE
        return super().within(node, SUM if is_first else least, brackets)

    def term(self, node: Node, leads: bool) -> Pieces:
        return self.within(node, SUM) if leads else super().term(node, leads)

    def product(self, node: Product) -> Printed:
        first, *rest = node.children
        if first == MINUS_ONE and rest:
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
