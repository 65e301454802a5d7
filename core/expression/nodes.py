"""What a formula is made of: quantities and numbers, entrywise operations, and operations on matrices.

A tree is built with Python's own operators: `X @ W + b` is the matrix product and a bias, `p * (a - b)` entry by entry,
`2 * d` a multiple. A minus before a product is that of all of it: `-a * b` is `-(a * b)`. Every quantity is a matrix: a
bias has one row, what is per sample one column. Trees are immutable, and two are equal where they are built alike;
functions are named, so that a tree does not depend on what they are.

Plain classes: frozen dataclasses cost 7 ms more when this is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import gcd, isfinite
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

if TYPE_CHECKING:
    from fractions import Fraction

ROWS, COLUMNS, ALL = "rows", "columns", "all"  # what a sum runs over
Operand: TypeAlias = "Node | int | float"  # a number stands for the Literal
# Names that stand for numbers: settings of the training, and quantities that are a single number.
SETTINGS = (
    "alpha",
    "n",
    "m",
    "lambda",
    "lambda_1",
    "lambda_2",
    "mu",
    "beta_1",
    "beta_2",
    "rho",
    "epsilon",
    "weight_decay",
)
NUMBERS = frozenset((*SETTINGS, "loss", "data_loss", "penalty", "penalty_1", "penalty_2"))
COUNT = "t"  # the name of how many steps have been taken, this one included


class Node:
    """A part of a formula. `children` are the nodes that it is made of, in order; `kind` is what it is, by which a
    printer or compiler has a method for it: "matrix_product".
    """

    __slots__ = ("_hash", "_names", "_parts", "children")

    kind: ClassVar[str] = "node"
    children: tuple[Node, ...]
    _names: tuple[str, ...] | None

    def __init_subclass__(cls) -> None:
        cls.kind = "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__)[1:]

    def __init__(self, *parts: Any) -> None:
        self._parts = parts
        self.children = tuple([part for part in parts if isinstance(part, Node)])
        self._hash = hash((type(self).__name__, parts))
        self._names = None

    def __eq__(self, other: object) -> bool:
        return self is other or (
            type(self) is type(other) and self._hash == other._hash and self._parts == other._parts
        )

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._parts))})"

    def __reduce__(self) -> tuple[Callable[..., Node], tuple[Any, ...]]:
        return _made, (type(self), *self._parts)  # not with its hash, which another process has otherwise

    def with_children(self, children: tuple[Node, ...]) -> Node:
        """The same operation on other nodes, as many; itself, where they are its own."""
        if all(new is old for new, old in zip(children, self.children, strict=True)):
            return self
        rest = iter(children)
        return _made(type(self), *(next(rest) if isinstance(part, Node) else part for part in self._parts))

    def __neg__(self) -> Node:
        return Sum((-1, self))

    def __add__(self, other: Operand) -> Node:
        return _sum(self, 1, _node(other))

    def __radd__(self, other: Operand) -> Node:
        return _node(other) + self

    def __sub__(self, other: Operand) -> Node:
        return _sum(self, -1, _node(other))

    def __rsub__(self, other: Operand) -> Node:
        return _node(other) - self

    def __mul__(self, other: Operand) -> Node:
        return _multiplied(Product, self, _node(other))

    def __rmul__(self, other: Operand) -> Node:
        return _node(other) * self

    def __truediv__(self, other: Operand) -> Node:
        return _multiplied(Quotient, self, _node(other))

    def __rtruediv__(self, other: Operand) -> Node:
        return _node(other) / self

    def __pow__(self, power: int | Name) -> Node:
        return Power(self, power.name if isinstance(power, Name) else power)

    def __matmul__(self, other: Operand) -> Node:
        return _multiplied(MatrixProduct, self, _node(other))

    @property
    def T(self) -> Node:  # noqa: N802
        """Its transpose."""
        return self.argument if isinstance(self, Transpose) else Transpose(self)


def part(i: int) -> Any:
    """What a node was made with, by its place, as an attribute."""
    return property(lambda node: node._parts[i])


class Name(Node):
    """A quantity, or a number of the problem: alpha, n, m."""

    __slots__ = ()

    name: str = part(0)


class OperatorNode(Node):
    """A node over operands alone: a number among them is a Literal. Raises TypeError for anything else."""

    __slots__ = ()

    def __init__(self, *operands: Operand) -> None:
        Node.__init__(self, *operands)
        if self.children != operands:  # a look at the operands one by one costs more than the rest
            Node.__init__(self, *map(_node, operands))


class Literal(Node):
    """An exact number. A float stands for the decimal number that it is written as, 0.01 for 1/100. Raises ValueError
    for infinities and NaN.
    """

    __slots__ = ()

    def __init__(self, value: int | float | Fraction) -> None:
        super().__init__(*_fraction(value))

    @property
    def value(self) -> int | Fraction:
        above, below = self._parts
        if below == 1:
            return int(above)
        from fractions import Fraction  # takes a while

        return Fraction(above, below)


class Signs(Node):
    """The row (-1, +1), by which a single output becomes the logits of two classes."""

    __slots__ = ()


class IsTrueClass(Node):
    """[j = y]: 1 in the column of each sample's true class, 0 elsewhere; `other` turns it round, [j ≠ y]."""

    __slots__ = ()

    other: bool = part(0)

    def __init__(self, other: bool = False) -> None:
        super().__init__(other)


class Sum(Node):
    """Terms, each with its sign, 1 or -1, added up entry by entry; a single row is added to each."""

    __slots__ = ()

    def __init__(self, *terms: tuple[int, Operand]) -> None:
        Node.__init__(self, *[part for term in terms for part in term])
        if len(self.children) != len(terms):
            Node.__init__(self, *(part for sign, term in terms for part in (sign, _node(term))))

    @property
    def terms(self) -> tuple[tuple[int, Node], ...]:
        return tuple(zip(self._parts[::2], self._parts[1::2], strict=True))


class Product(OperatorNode):
    """Factors multiplied entry by entry, a number with every entry."""

    __slots__ = ()


class Quotient(OperatorNode):
    """children[0] / children[1], entry by entry."""

    __slots__ = ()


class Power(Node):
    """Every entry of the argument to a whole power, or to one with a name, "t". Raises ValueError for any other, and
    for one below 1.
    """

    __slots__ = ()

    argument: Node = part(0)
    power: int | str = part(1)

    def __init__(self, argument: Operand, power: int | str) -> None:
        if power != COUNT and (not isinstance(power, Integral) or power < 1):
            raise ValueError(f"expected a whole power of at least 1, found {power!r}")
        super().__init__(_node(argument), power if isinstance(power, str) else int(power))


class Function(Node):
    """f(s) entry by entry, or its slope f'(s). `name` is a layer's function, "f_1", an activation, "relu", or one such
    as "log", "sqrt", "abs", "sign".
    """

    __slots__ = ()

    name: str = part(0)
    argument: Node = part(1)
    slope: bool = part(2)

    def __init__(self, name: str, argument: Operand, slope: bool = False) -> None:
        super().__init__(name, argument if isinstance(argument, Node) else _node(argument), slope)


class Positive(OperatorNode):
    """[a > 0], entry by entry: 1 where it is so, 0 elsewhere."""

    __slots__ = ()

    argument: Node = part(0)


class MatrixProduct(OperatorNode):
    """children[0] children[1]."""

    __slots__ = ()


class Transpose(OperatorNode):
    """The argument with its rows for columns."""

    __slots__ = ()

    argument: Node = part(0)


class Total(Node):
    """The argument added up over its ROWS, its COLUMNS or ALL of both; what it is added up over keeps one entry."""

    __slots__ = ()

    over: str = part(0)
    argument: Node = part(1)

    def __init__(self, over: str, argument: Operand) -> None:
        if over not in (ROWS, COLUMNS, ALL):
            raise ValueError(f'expected a sum over "rows", "columns" or "all", found {over!r}')
        super().__init__(over, _node(argument))


class Softmax(OperatorNode):
    """softmax of each row."""

    __slots__ = ()

    argument: Node = part(0)


class Largest(OperatorNode):
    """The largest entry of each row of the argument, in one column."""

    __slots__ = ()

    argument: Node = part(0)


class Cell(Node):
    """One entry of a quantity: its indices counted from 1, as many as the quantity's values have axes; a letter where
    it runs. `back` is 1 where it belongs to the step before.
    """

    __slots__ = ()

    name: str = part(0)
    index: tuple[int | str, ...] = part(1)
    back: int = part(2)

    def __init__(self, name: str, index: tuple[int | str, ...], back: int = 0) -> None:
        super().__init__(name, index, back)


class RunningSum(Node):
    """The body, one entry, added up over everything that the letter runs over; in place of the sums over matrices."""

    __slots__ = ()

    letter: str = part(0)
    body: Node = part(1)

    def __init__(self, letter: str, body: Node) -> None:
        super().__init__(letter, body)


class Number(Node):
    """What stands in a cell, put in its place: a number that is still to be rounded."""

    __slots__ = ()

    value: float = part(0)


class Rest(Node):
    """What the terms come to that are left out of a long sum: `count` of them, in all the argument."""

    __slots__ = ()

    count: int = part(0)
    argument: Node = part(1)

    def __init__(self, count: int, argument: Node) -> None:
        super().__init__(count, argument)


def walk(node: Node) -> Iterator[Node]:
    """Every node of a tree, from the top, in order."""
    yield node
    for child in node.children:
        yield from walk(child)


def names_in(node: Node) -> tuple[str, ...]:
    """The names at the leaves of a tree, each once, in its order. That of the true class is y_gt."""
    if node._names is None:  # asked for far more often than there are trees
        if isinstance(node, Name):
            node._names = (node.name,)
        elif isinstance(node, IsTrueClass):
            node._names = ("y_gt",)
        else:
            node._names = tuple(dict.fromkeys(name for child in node.children for name in names_in(child)))
    return node._names


def put_in_place(node: Node, trees: dict[str, Node]) -> Node:
    """The tree with other trees in place of the names that these belong to. A minus that then stands before a product
    is that of all of it.
    """
    if isinstance(node, Name):
        return trees.get(node.name, node)
    parts = tuple(put_in_place(child, trees) for child in node.children)
    if isinstance(node, (Product, Quotient, MatrixProduct)) and _is_negative(parts[0]):
        return -node.with_children((parts[0].children[0], *parts[1:]))
    return node.with_children(parts)


def sum_of(terms: Sequence[tuple[int, Node]]) -> Node:
    """The terms added up; a single one with no minus before it as it is."""
    return terms[0][1] if len(terms) == 1 and terms[0][0] > 0 else Sum(*terms)


def product_of(factors: Sequence[Node]) -> Node:
    """The product of one factor or more; a single one as it is."""
    return factors[0] if len(factors) == 1 else Product(*factors)


def _made(kind: type[Node], *parts: Any) -> Node:
    node = object.__new__(kind)
    Node.__init__(node, *parts)
    return node


def _fraction(number: Any) -> tuple[int, int]:
    """A number as a fraction: exactly as it is or, of a float, as the decimal number that it is written as."""
    if hasattr(number, "numerator"):
        return int(number.numerator), int(number.denominator)
    if not isfinite(number):
        raise ValueError(f"expected a finite number, found {number}")
    digits, _, exponent = repr(float(number)).partition("e")
    whole, _, places = digits.partition(".")
    power = int(exponent or 0) - len(places)
    above, below = int(whole + places) * 10 ** max(power, 0), 10 ** max(-power, 0)
    common = gcd(above, below)
    return above // common, below // common


def _node(operand: Operand) -> Node:
    if isinstance(operand, Node):
        return operand
    if isinstance(operand, Real):
        return Literal(operand)
    raise TypeError(f"expected a formula or a number, found {operand!r}")


def _is_negative(node: Node) -> bool:
    return isinstance(node, Sum) and len(node.terms) == 1


def _multiplied(kind: type[OperatorNode], left: Node, right: Node) -> Node:
    """A product or quotient of two nodes, with the minus before the first one in front of all."""
    if _is_negative(left):
        return -_multiplied(kind, left.children[0], right)
    if isinstance(left, Literal) and left.value < 0:
        is_opposite = left.value == -1 and kind is not Quotient
        return -(right if is_opposite else kind(Literal(-left.value), right))
    first = left.children if kind is Product and isinstance(left, Product) else (left,)
    return kind(*first, right)


def _sum(left: Node, sign: int, right: Node) -> Node:
    return Sum(*(left.terms if isinstance(left, Sum) else ((1, left),)), (sign, right))
