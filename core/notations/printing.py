"""Printers for a notation's formulas: with its words for functions and the true class, in its layout."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.expression.cursor import PRIME
from core.expression.nodes import COLUMNS, Cell, Function, MatrixProduct, Name, Product, Total, product_of
from core.expression.numbers import is_number
from core.expression.paper import PaperPrinter
from core.expression.pieces import BLANK, CLOSE, OPEN, Piece, Pieces, letter, number, sign, word
from core.expression.printer import Printed, Printer
from core.expression.style import (
    ATOM,
    PAPER,
    POSTFIX,
    PREFIX,
    PRODUCT,
    SUM,
    TYPED,
    Form,
    Style,
    call,
    printed_function,
    typed_function,
)
from core.expression.typed import TypedPrinter
from core.notations.rendition import Rendition
from core.notations.turning import ACROSS

OWN = "f_"  # before the label of a layer, in the names of the layers' functions


def typed_printer(rendition: Rendition, over: str, relu: bool = False, indicator: bool = False) -> TypedPrinter:
    """A printer of formulas as they are typed, in which a sum that does not say so is `over` ROWS, COLUMNS or ALL;
    `relu` writes relu(...) for max(0, ...), `indicator` [j = y] for one_hot.
    """
    symbols, style = typed_symbols(rendition), typed_style(rendition)
    one_hot = Form(ATOM, (word("one_hot"), OPEN, symbols["y_gt"], CLOSE))
    style = style._replace(true_class={**TYPED.true_class, False: one_hot})
    return TypedPrinter(over, relu, indicator, symbols=symbols, style=style)


def typed_symbols(rendition: Rendition) -> dict[str, Piece]:
    """What is typed for quantities and numbers, by sgdb's name."""
    return {name: Piece("letter", s.typed, name=s.piece.name) for name, s in rendition.spellings.items()}


def typed_style(rendition: Rendition) -> Style:
    """The style in which formulas are typed, with the notation's words for functions."""
    return TYPED._replace(function=lambda node: _typed_function(rendition, node))


def paper_printer(rendition: Rendition, per_sample: Collection[str], numbers: Mapping[str, str] = {}) -> PaperPrinter:
    """A printer of formulas as they are written on paper, with `numbers` in place of their names."""
    symbols = {name: spelling.piece for name, spelling in rendition.spellings.items()}
    if rendition.notation.is_own:
        return PaperPrinter(symbols=symbols, per_sample=per_sample, numbers=numbers)
    samples = ACROSS[rendition.classes]
    one_hot = (word("one-hot"), OPEN, symbols["y_gt"], CLOSE)
    others = Form(SUM, (*number("1"), BLANK, sign("-"), BLANK, *one_hot))
    sums = {rendition.classes: PAPER.totals[COLUMNS], samples: Form(PREFIX, (letter("Σ", samples), BLANK, PREFIX))}
    style = PAPER._replace(
        function=lambda node: printed_function_in(rendition, node),
        true_class={False: Form(ATOM, one_hot), True: others},
        totals={**PAPER.totals, **sums},
    )
    return _NotationPrinter(style, symbols, per_sample, rendition.classes, numbers)


class _NotationPrinter(PaperPrinter):
    """Prints 1/m Σ L as it is, and a number before a matrix product without brackets."""

    def __init__(
        self,
        style: Style,
        symbols: Mapping[str, Piece],
        per_sample: Collection[str],
        classes: str,
        numbers: Mapping[str, str],
    ) -> None:
        super().__init__(None, symbols, per_sample, classes, style, classes, numbers)

    def name(self, node: Name) -> Printed:
        level, pieces = super().name(node)
        return Printed(POSTFIX if pieces[0].raised else level, pieces)  # nothing more can stand above it

    def product(self, node: Product) -> Printed:
        *numbers, last = node.children
        if not (numbers and isinstance(last, Total) and all(map(self.is_number, numbers))):
            return Printer.product(self, node)
        pieces = self.within(product_of(numbers), PRODUCT)
        return Printed(PREFIX, (*pieces, *self.style.multiple, *self.within(last, PREFIX)))

    def matrix_product(self, node: MatrixProduct) -> Printed:
        left, right = node.children
        if not (isinstance(left, Product) and all(map(is_number, left.children[:-1]))):
            return super().matrix_product(node)
        brackets = self.style.brackets
        pieces: Pieces = (*self(left), *self.style.matrix_product, *self.within(right, POSTFIX, brackets))
        return Printed(PRODUCT, pieces)


def _typed_function(rendition: Rendition, node: Function) -> Form:
    found, index = rendition.notation.word("function"), _index(rendition, node)
    if found is None or index is None:
        return typed_function(node)
    return call(word(f"{found.typed}{index}{PRIME * node.slope}"))


def printed_function_in(rendition: Rendition, node: Function) -> Form:
    """A function in print with the notation's word for that of a layer."""
    found, index = rendition.notation.word("function"), _index(rendition, node)
    if found is None or index is None:
        return printed_function(node)
    return call(letter(found.in_print, index, PRIME * node.slope))


def _index(rendition: Rendition, node: Function) -> str | None:
    """The index of a layer's function: none where it is applied to that layer's pre-activation; None for any other."""
    if not node.name.startswith(OWN):
        return None
    label = node.name.removeprefix(OWN)
    if isinstance(node.argument, (Name, Cell)) and node.argument.name == f"s_{label}":
        return ""
    depth = len(rendition.statement.problem.network)
    return str((depth if label == "out" else int(label)) + rendition.notation.units)
