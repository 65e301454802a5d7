"""Formulas as a person writes them on paper: δ₁ = (δ_out W_outᵀ) ⊙ f₁'(s₁). Sums over the classes have an index: p_y,
Σ_(j≠y) max(0, p_j - p_y + m).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.expression.line import TIMES
from core.expression.nodes import (
    ALL,
    COLUMNS,
    IsTrueClass,
    Largest,
    Literal,
    MatrixProduct,
    Name,
    Node,
    Positive,
    Product,
    Quotient,
    Signs,
    Softmax,
    Sum,
    Total,
    Transpose,
    product_of,
    walk,
)
from core.expression.pieces import BLANK, CLOSE, OPEN, Piece, Pieces, letter, number, sign, word
from core.expression.printer import Printed, Printer
from core.expression.style import ATOM, PAPER, POSTFIX, PREFIX, PRODUCT, SUM, Style

TRUE, WRONG = IsTrueClass(), IsTrueClass(other=True)
SHARE = Quotient(Literal(1), Name("n"))
TURNED_SIGNS = Transpose(Signs())
WHERE = (sign(","), BLANK, letter("y"), BLANK, word("the true class in"), BLANK, PAPER.symbol("y_gt"))
COUNTED = (  # what stands in the columns of the wrong classes, then that of the true class
    *(BLANK, word("for"), BLANK, letter("j"), sign("≠"), letter("y"), sign(","), BLANK),
    *(word("minus their number for"), BLANK, letter("j"), sign("="), letter("y")),
)
INDEXED = (Name, Softmax)  # whose entry of a class has an index
WITHOUT_COLUMNS = (MatrixProduct, Transpose, Signs)  # of which a column is not that of their parts


def on_paper(
    tree: Node,
    rows: int | None = None,
    symbols: Mapping[str, Piece] = {},
    per_sample: Collection[str] = (),
    over: str = COLUMNS,
) -> Pieces:
    """A formula without its left side, over a batch of `rows` rows; without them n stands for their number. `symbols`
    has the pieces of names, of a number without a name; others are printed as usual. `per_sample` names what is a
    number for each sample, with no entry for a class; a Σ over columns says so unless a sum is `over` them anyway.
    """
    found = PaperPrinter(rows, symbols, per_sample, over)(tree)
    one_hot = PAPER.true_class[False].parts[0]
    says_y = any(isinstance(part, IsTrueClass) for part in walk(tree)) and one_hot not in found
    return found + WHERE if says_y else found


def on_entries(tree: Node, symbols: Mapping[str, Piece] = {}) -> Pieces:
    """A formula whose names, printed as in `symbols`, stand for single numbers, as in an activation's: z (1 - z)."""
    return _EntryPrinter(symbols=symbols)(tree)


class PaperPrinter(Printer):
    """Prints trees as they are written on paper. `classes` is what a sum over the classes runs over: COLUMNS, where a
    sample is a row. `numbers` are printed in place of their names.
    """

    def __init__(
        self,
        rows: int | None = None,
        symbols: Mapping[str, Piece] = {},
        per_sample: Collection[str] = (),
        over: str = COLUMNS,
        style: Style = PAPER,
        classes: str = COLUMNS,
        numbers: Mapping[str, str] = {},
    ) -> None:
        super().__init__(style, symbols)
        self._numbers = numbers
        self._rows, self._per_sample, self._over, self._classes = rows, per_sample, over, classes
        self._index = ""  # the letter behind the names, within a sum over the classes

    def at(self, index: str, node: Node, least: int) -> Pieces:
        """A part with a letter behind its names."""
        before, self._index = self._index, index
        pieces = self.within(node, least)
        self._index = before
        return pieces

    def printed(self, node: Node) -> Printed:
        own = isinstance(node, Name) and "_" in node.name and node.name not in self._per_sample
        if not self._index or not (own or isinstance(node, WITHOUT_COLUMNS)):
            return super().printed(node)
        level = ATOM if isinstance(node, MatrixProduct) and isinstance(node.children[1], Signs) else ATOM + 1
        return Printed(ATOM, (*self.at("", node, level), sign("_"), letter(self._index)))

    def name(self, node: Name) -> Printed:
        if node.name == "n" and self._rows is not None:
            return Printed(ATOM, number(str(self._rows)))
        if node.name in self._numbers:
            return Printed(ATOM, number(self._numbers[node.name]))
        level, (piece,) = super().name(node)
        has_index = self._index and piece.name and node.name not in self._per_sample
        return Printed(level, (piece._replace(subscript=self._index) if has_index else piece,))

    def is_true_class(self, node: IsTrueClass) -> Printed:
        if not self._index:
            return super().is_true_class(node)
        equal = sign("≠" if node.other else "=")
        return Printed(ATOM, (sign("["), letter(self._index), equal, letter("y"), sign("]")))

    def sum(self, node: Sum) -> Printed:
        counted = _counted(node, self._classes)
        if counted is None:
            return super().sum(node)
        return Printed(SUM, self.at("j", counted, SUM) + COUNTED)

    def product(self, node: Product) -> Printed:
        share, *rest = node.children
        if share == SHARE and len(rest) == 1 and isinstance(rest[0], Total) and rest[0].over == ALL:
            return Printed(PREFIX, (word("mean"), BLANK, *self.within(rest[0].argument, PREFIX)))
        return super().product(node)

    def times(self, behind_numbers: bool, factor: Node) -> Pieces:
        if self._numbers and behind_numbers and self._is_written_out(factor):
            return TIMES
        return super().times(behind_numbers or bool(self._index), factor)

    def _is_written_out(self, factor: Node) -> bool:
        return isinstance(factor, Literal) or (isinstance(factor, Name) and factor.name in self._numbers)

    def matrix_product(self, node: MatrixProduct) -> Printed:
        left, right = node.children
        if isinstance(right, Signs):
            parts = self.within(left, PRODUCT)
            return Printed(ATOM, (OPEN, sign("-"), *parts, sign(","), BLANK, sign("+"), *parts, CLOSE))
        if right == TURNED_SIGNS and isinstance(left, Name):  # the difference of its columns
            second, first = ((*self(left), sign("_"), *number(column)) for column in "21")
            return Printed(SUM, (*second, BLANK, sign("-"), BLANK, *first))
        return super().matrix_product(node)

    def total(self, node: Total) -> Printed:
        if node.over != self._classes:
            return super().total(node)
        mask, rest = _masked(node.argument)
        if mask == TRUE and rest is not None:
            if isinstance(rest, INDEXED):
                return Printed(POSTFIX, self.at("y", rest, POSTFIX))
            return Printed(POSTFIX, (OPEN, *self.at("", rest, SUM), CLOSE, sign("_"), letter("y")))
        if mask == WRONG:
            return Printed(PREFIX, (letter("Σ", "j≠y"), BLANK, *self.at("j", rest or Literal(1), PREFIX)))
        if any(isinstance(part, Softmax) or self._is_of_classes(part) for part in walk(node)):
            return Printed(PREFIX, (letter("Σ", "j"), BLANK, *self.at("j", node.argument, PREFIX)))
        if self._over != self._classes:
            return Printed(PREFIX, (letter("Σ", self._classes), BLANK, *self.within(node.argument, PREFIX)))
        return super().total(node)

    def _is_of_classes(self, node: Node) -> bool:
        """Whether it is a quantity that the loss has brought, and no number."""
        return isinstance(node, Name) and "_" not in node.name and not self.is_number(node)

    def softmax(self, node: Softmax) -> Printed:
        pieces = (word("softmax"), OPEN, *self.at("", node.argument, SUM), CLOSE)
        return Printed(ATOM, (*pieces, sign("_"), letter(self._index)) if self._index else pieces)

    def largest(self, node: Largest) -> Printed:
        return Printed(POSTFIX, (word("max")._replace(subscript="j"), BLANK, *self.at("j", node.argument, POSTFIX)))


class _EntryPrinter(PaperPrinter):
    """Prints products without a sign."""

    def times(self, behind_numbers: bool, factor: Node) -> Pieces:  # noqa: ARG002
        return self.style.multiple


def _masked(body: Node) -> tuple[Node | None, Node | None]:
    """The mask that stands first in a part, if it is one of the true class or the others, and the rest, if any."""
    first, *rest = body.children if isinstance(body, Product) else (body,)
    if not isinstance(first, IsTrueClass):
        return None, body
    return first, product_of(rest) if rest else None


def _counted(node: Sum, classes: str) -> Node | None:
    """What stands in the columns of the wrong classes, 1 or 0, where that of the true class has minus their sum."""
    if [plus for plus, _ in node.terms] != [1, -1]:
        return None
    wrong, true = (term for _, term in node.terms)
    mask, rest = _masked(wrong)
    if mask != WRONG or true != Product(TRUE, Total(classes, wrong)):
        return None
    return Literal(1) if rest is None else rest if isinstance(rest, Positive) else None
