"""Trees in another layout: a quantity that the layout turns is transposed, down to the leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection

from core.expression.nodes import (
    ALL,
    COLUMNS,
    ROWS,
    IsTrueClass,
    Largest,
    Literal,
    MatrixProduct,
    Name,
    Node,
    Power,
    Product,
    Quotient,
    Signs,
    Softmax,
    Sum,
    Total,
    Transpose,
    put_in_place,
    walk,
)
from core.expression.numbers import is_number

ACROSS = {ROWS: COLUMNS, COLUMNS: ROWS, ALL: ALL}
OF_CLASSES = (IsTrueClass, Softmax, Largest)  # which lie along a sample, however that lies


class Layout:
    """Turns trees between sgdb's layout and another one; it is the same both ways. `turns` says of a quantity whether
    it is turned there, `in_columns` whether the samples are, and `numbers` names what is a single number.
    """

    def __init__(self, turns: Callable[[str], bool], in_columns: bool, numbers: Collection[str]) -> None:
        self._turns, self._in_columns, self._numbers = turns, in_columns, numbers

    def __call__(self, node: Node, over: bool = False) -> Node:
        """A tree in the other layout; `over` for its transpose."""
        if is_number(node, self._numbers):
            return self._number(node)
        if isinstance(node, Name):
            return node.T if over != self._turns(node.name) else node
        if isinstance(node, OF_CLASSES):
            along = node.with_children(tuple(self(child, self._in_columns) for child in node.children))
            return along.T if over != self._in_columns else along
        if isinstance(node, Signs):
            return node.T if over else node
        if isinstance(node, Transpose):
            return self(node.argument, not over)
        if isinstance(node, Total):
            return Total(ACROSS[node.over] if over else node.over, self(node.argument, over))
        parts = tuple(self(child, over) for child in node.children)
        return MatrixProduct(*parts[::-1]) if isinstance(node, MatrixProduct) and over else node.with_children(parts)

    def _number(self, node: Node) -> Node:
        """A single number, the sums in it over what needs fewest transposes."""
        if not isinstance(node, Total):
            return node.with_children(tuple(map(self._number, node.children)))
        return Total(ALL, min((self(node.argument), self(node.argument, over=True)), key=transposes))


def transposes(node: Node) -> int:
    """How many transposes a tree has."""
    return sum(isinstance(part, Transpose) for part in walk(node))


def without_minus(node: Node) -> tuple[int, Node]:
    """A tree without the minus signs that its factors have in common, and their sign: W - α (-a) as W + α a. Nor has a
    square any.
    """
    if isinstance(node, Sum):
        terms = []
        for sign, term in node.terms:
            own, rest = without_minus(term)
            terms.append((sign * own, rest))
        if len(terms) == 1:
            return terms[0]
        return 1, Sum(*terms)
    if isinstance(node, (Product, Quotient, MatrixProduct, Transpose, Total)):
        found = [without_minus(child) for child in node.children]
        sign = 1
        for own, _ in found:
            sign *= own
        return sign, node.with_children(tuple(part for _, part in found))
    if isinstance(node, Power) and isinstance(node.power, int) and node.power % 2 == 0:
        return 1, node.with_children((without_minus(node.argument)[1],))
    return 1, node.with_children(tuple(_signed(*without_minus(child)) for child in node.children))


def with_opposites(node: Node, names: Collection[str], is_opposite: bool) -> Node:
    """A tree by which quantities of these names have the other sign, and so has what it computes where it `is_opposite`
    itself.
    """
    leaves: dict[str, Node] = {name: Sum((-1, Name(name))) for name in names}
    tree = _signed(*without_minus(put_in_place(node, leaves)))
    return negative(tree) if is_opposite else tree


def negative(node: Node) -> Node:
    """The opposite of a tree, by turning a difference in it round: (t - y) f' for (y - t) f'."""
    sign, bare = without_minus(node)
    if sign < 0:
        return bare
    turned = _turned_round(bare)
    return _signed(-1, bare) if turned is None else turned


def _turned_round(node: Node) -> Node | None:
    if isinstance(node, Sum) and len({sign for sign, _ in node.terms}) == 2:
        terms = [(-sign, term) for sign, term in node.terms]
        return Sum(*sorted(terms, key=lambda term: -term[0]))
    if isinstance(node, (Product, MatrixProduct, Quotient)):
        for i, child in enumerate(node.children):
            if (turned := _turned_round(child)) is not None:
                return node.with_children((*node.children[:i], turned, *node.children[i + 1 :]))
    return None


def _signed(sign: int, node: Node) -> Node:
    return node if sign > 0 else Sum((-1, node))


def numbers_first(node: Node) -> Node:
    """A tree in which the numbers that multiply a matrix product come first in it: (1/n A) B for 1/n (A B)."""
    parts = tuple(map(numbers_first, node.children))
    if isinstance(node, Product):
        *numbers, last = parts
        if isinstance(last, MatrixProduct) and all(map(is_number, numbers)):
            numbers, (left, right) = _split((*numbers, last))
            return MatrixProduct(_joined(numbers, left), right)
    if isinstance(node, MatrixProduct):
        left, right = parts
        numbers, bare = _numbers(left)
        more, other = _numbers(right)
        if more:
            return MatrixProduct(_joined([*numbers, *more], bare), other)
    return node.with_children(parts)


def _split(parts: tuple[Node, ...]) -> tuple[list[Node], tuple[Node, Node]]:
    *numbers, product = parts
    left, right = product.children
    own, bare = _numbers(left)
    return [*numbers, *own], (bare, right)


def _numbers(node: Node) -> tuple[list[Node], Node]:
    """The numbers that a single matrix is multiplied by, and the matrix."""
    if isinstance(node, Product):
        *numbers, last = node.children
        if all(map(is_number, numbers)) and not is_number(last):
            return numbers, last
    return [], node


def _joined(numbers: list[Node], node: Node) -> Node:
    rest = node.children if isinstance(node, Product) else (node,)
    return Product(*numbers, *rest)


def shared(node: Node, share: Quotient) -> Node:
    """A tree in which what was put in place with a share of its own, α (1/n a), has it in the number before: α/n a."""
    parts = tuple(shared(child, share) for child in node.children)
    if isinstance(node, Product) and isinstance(parts[-1], Product) and parts[-1].children[0] == share:
        *numbers, last = parts
        if numbers and is_number(numbers[0]) and share.children[0] == Literal(1):
            return Product(Quotient(numbers[0], share.children[1]), *numbers[1:], *last.children[1:])
    return node.with_children(parts)
