"""A single entry of a tree: the arithmetic of one cell, with letters for its indices.

i, j      the row and the column of the cell
y         the true class of row i
w, v      any other class of row i; w where it is the cell's own column, v where a sum runs over it
a number  that very column
x         the column of the row's largest entry
others    what a sum runs over
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

from core.expression.nodes import (
    COLUMNS,
    ROWS,
    Cell,
    Function,
    IsTrueClass,
    Largest,
    Literal,
    MatrixProduct,
    Name,
    Node,
    Positive,
    Product,
    Quotient,
    RunningSum,
    Signs,
    Softmax,
    Sum,
    Total,
    Transpose,
    product_of,
    sum_of,
    walk,
)
from core.expression.shape import Shapes

Letter: TypeAlias = str | int
Index: TypeAlias = tuple[Letter, ...]

ROW, COLUMN = "i", "j"
TRUE, OTHER, ANY_OTHER, LARGEST = "y", "w", "v", "x"
RUNNING = "mlkrst"
NEGATIVE = Literal(-1)
ONE = Literal(1)


class _Undecided(Exception):  # noqa: N818
    """An entry has another form in some columns than in others: the letter of its column, and what to try for it."""

    def __init__(self, letter: Letter, *columns: Letter) -> None:
        self.letter, self.columns = letter, columns


class Lowering:
    """Trees over quantities of these `shapes` and `axes` turned into those of their cells. What has no axes is a
    number. `single` tells that the true classes are read from one output.
    """

    def __init__(self, shapes: Shapes, axes: Mapping[str, str], single: bool) -> None:
        self._shapes, self._axes, self._single = shapes, axes, single
        self._depth = 0
        self._turned = False
        self._sizes: dict[Node, tuple[int, int]] = {}

    def cells(self, tree: Node, axes: str, turned: bool = False) -> Iterator[tuple[Index, Node]]:
        """The index of the cells of a tree, and their own tree; several where columns differ in their form. Of one that
        is printed `turned`, the factors of a matrix product come in the other order.
        """
        self._turned = turned
        row, column = (letter if letter in axes else 1 for letter in (ROW, COLUMN))
        try:
            found = [(column, self._at(tree, row, column))]
        except _Undecided as undecided:
            found = [(column, self._at(tree, row, column)) for column in undecided.columns]
        for column, lowered in found:
            yield tuple({ROW: row, COLUMN: column}[axis] for axis in axes), lowered or Literal(0)

    def _at(self, node: Node, row: Letter, column: Letter) -> Node | None:
        """The entry of a tree at a row and a column; None where it is 0."""
        lower = getattr(self, node.kind, None)
        if lower is not None:
            entry: Node | None = lower(node, row, column)
            return entry
        return node.with_children(tuple(part or Literal(0) for part in self._parts(node, row, column)))

    def _parts(self, node: Node, row: Letter, column: Letter) -> list[Node | None]:
        """The entries of what an entrywise operation is applied to: a single row or column goes with every other."""
        rows, columns = self._shape(node)
        found = []
        for part in node.children:
            own_rows, own_columns = self._shape(part)
            found.append(self._at(part, 1 if own_rows < rows else row, 1 if own_columns < columns else column))
        return found

    def _shape(self, node: Node) -> tuple[int, int]:
        try:
            return self._sizes[node]
        except KeyError:
            rows, columns = self._shapes(node)
            size = self._sizes[node] = rows or 1, columns or 1
            return size

    def name(self, node: Name, row: Letter, column: Letter) -> Node | None:
        axes = self._axes.get(node.name)
        return node if axes is None else Cell(node.name, tuple({ROW: row, COLUMN: column}[axis] for axis in axes))

    def literal(self, node: Literal, _: Letter, __: Letter) -> Node | None:
        return node if node.value else None

    def signs(self, _: Signs, __: Letter, column: Letter) -> Node | None:
        if column not in (1, 2):
            raise _Undecided(column, 2, 1)
        return ONE if column == 2 else NEGATIVE

    def is_true_class(self, node: IsTrueClass, _: Letter, column: Letter) -> Node | None:
        if column == TRUE:
            return None if node.other else ONE
        if column in (OTHER, ANY_OTHER):
            return ONE if node.other else None
        raise _Undecided(column, TRUE, OTHER if column == COLUMN else ANY_OTHER)

    def sum(self, node: Sum, row: Letter, column: Letter) -> Node | None:
        rows, columns = self._shape(node)
        terms = []
        for sign, term in node.terms:
            own_rows, own_columns = self._shape(term)
            at = 1 if own_rows < rows else row, 1 if own_columns < columns else column
            lowered = self._one_hot(*at) if term == IsTrueClass() else self._at(term, *at)
            terms.append((sign, lowered))
        return _added(terms)

    def _one_hot(self, row: Letter, column: Letter) -> Node:
        """[j = y] as a term: what y_gt has there."""
        if not self._single:
            return Cell("y_gt", (row, column))
        if column not in (1, 2):
            raise _Undecided(column, 1, 2)
        target = Cell("y_gt", (row, 1))
        return Positive(target if column == 2 else Sum((-1, target)))

    def product(self, node: Product, row: Letter, column: Letter) -> Node | None:
        sign, factors = 1, []
        for part in self._parts(node, row, column):
            if part is None:
                return None
            if part == NEGATIVE or _is_negative(part):
                sign, part = -sign, ONE if part == NEGATIVE else part.children[0]
            if part != ONE:
                factors.append(part)
        body = product_of(factors or [ONE])
        return body if sign > 0 else Sum((-1, body))

    def quotient(self, node: Quotient, row: Letter, column: Letter) -> Node | None:
        above, below = self._parts(node, row, column)
        return None if above is None else Quotient(above, below or Literal(0))

    def matrix_product(self, node: MatrixProduct, row: Letter, column: Letter) -> Node | None:
        left, right = node.children

        def entry(m: Letter) -> Node | None:
            factors = self._at(left, row, m), self._at(right, m, column)
            return _times(*(factors[::-1] if self._turned else factors))

        return self._running(entry, self._shape(left)[1])

    def transpose(self, node: Transpose, row: Letter, column: Letter) -> Node | None:
        return self._at(node.argument, column, row)

    def total(self, node: Total, row: Letter, column: Letter) -> Node | None:
        rows, columns = self._shape(node.argument)
        if node.over == ROWS:
            return self._running(lambda m: self._at(node.argument, m, column), rows)
        if node.over == COLUMNS:
            return self._running(lambda m: self._at(node.argument, row, m), columns)
        return self._running(lambda i: self._running(lambda j: self._at(node.argument, i, j), columns), rows)

    def softmax(self, node: Softmax, row: Letter, column: Letter) -> Node | None:
        def exp(at: Letter) -> Node:
            return Function("exp", self._at(node.argument, row, at) or Literal(0))

        total = self._running(exp, self._shape(node)[1])
        return None if total is None else Quotient(exp(column), total)

    def largest(self, node: Largest, row: Letter, _: Letter) -> Node | None:
        return self._at(node.argument, row, LARGEST)

    def _running(self, entry: Callable[[Letter], Node | None], count: int) -> Node | None:
        """What `entry` gives for each of `count` indices, added up; what differs in form is written out."""
        if count == 1:
            return entry(1)
        letter = RUNNING[self._depth]
        self._depth += 1
        try:
            return self._repeated(letter, entry(letter), count)
        except _Undecided as undecided:
            if undecided.letter != letter:
                raise
            parts = [
                self._repeated(at, entry(at), self._shape(IsTrueClass())[1] - 1) if at == ANY_OTHER else entry(at)
                for at in undecided.columns
            ]
        finally:
            self._depth -= 1
        return _added([(1, part) for part in parts])

    @staticmethod
    def _repeated(letter: Letter, body: Node | None, count: int) -> Node | None:
        if body is None or isinstance(letter, int):
            return body
        if isinstance(body, Literal):
            return Literal(count * body.value)
        return RunningSum(letter, body)


@lru_cache(maxsize=4096)
def cells_in(tree: Node) -> tuple[Cell, ...]:
    """The cells that a tree names, each once, in its order."""
    return tuple(dict.fromkeys(part for part in walk(tree) if isinstance(part, Cell)))


def _added(terms: Iterable[tuple[int, Node | None]]) -> Node | None:
    """A sum of what is not 0; None where everything is. The minus of a term is that of the sum."""
    signed = [
        (sign * part.terms[0][0], part.children[0]) if isinstance(part, Sum) and len(part.terms) == 1 else (sign, part)
        for sign, part in terms
        if part is not None
    ]
    return sum_of(signed) if signed else None


def _is_negative(node: Node) -> bool:
    """Whether it is minus a single cell or number; that of a sum stays where it is."""
    return (
        isinstance(node, Sum)
        and node.terms[0][0] < 0
        and len(node.terms) == 1
        and isinstance(node.terms[0][1], (Cell, Literal))
    )


def _times(left: Node | None, right: Node | None) -> Node | None:
    if left is None or right is None:
        return None
    for one, other in ((left, right), (right, left)):
        if one in (ONE, NEGATIVE):
            return other if one == ONE else Sum((-1, other))
    factors = (part.children if isinstance(part, Product) else (part,) for part in (left, right))
    return Product(*(factor for found in factors for factor in found))
