"""What watches have besides formulas: cells, summaries of many numbers, comparisons, and what changes between steps."""

from __future__ import annotations

from typing import TypeAlias

from core.expression.nodes import Node, OperatorNode, part

EVERY = ":"  # an index that stands for all
Index: TypeAlias = tuple[int | str, int | str]

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
CHANGES_SIGN, RISES, FALLS, CHANGES = "changes sign", "rises", "falls", "changes"
SUMMARIES = ("max", "min", "mean", "norm")
ALL_OF, ANY_OF = "all", "any"
AND, OR = "and", "or"


class Entry(Node):
    """Cells of the argument by row and column, counted from 1: one, or with EVERY a row or a column. The index is empty
    on an axis that the argument does not have: that of b_1[2] is ("", 2).
    """

    __slots__ = ()

    argument: Node = part(0)
    index: Index = part(1)

    def __init__(self, argument: Node, index: Index) -> None:
        super().__init__(argument, index)


class Remainder(OperatorNode):
    """What is left of children[0] after division by children[1], entry by entry, with the sign of that."""

    __slots__ = ()


class Summary(Node):
    """One number for all of the argument's, one of SUMMARIES."""

    __slots__ = ()

    name: str = part(0)
    argument: Node = part(1)

    def __init__(self, name: str, argument: Node) -> None:
        super().__init__(name, argument)


class Condition(Node):
    """What holds or does not."""

    __slots__ = ()


class Comparison(Condition):
    """`left` sign `right`, one of COMPARISONS, entry by entry."""

    __slots__ = ()

    sign: str = part(0)
    left: Node = part(1)
    right: Node = part(2)

    def __init__(self, sign: str, left: Node, right: Node) -> None:
        super().__init__(sign, left, right)


class Change(Condition):
    """How the argument differs from what it was in the step before: CHANGES_SIGN, RISES, FALLS or CHANGES."""

    __slots__ = ()

    how: str = part(0)
    argument: Node = part(1)

    def __init__(self, how: str, argument: Node) -> None:
        super().__init__(how, argument)


class Becomes(Condition):
    """The argument holds, and did not in the step before."""

    __slots__ = ()

    argument: Node = part(0)


class Finite(Condition):
    """All of the argument's numbers are finite; without an argument, the run is."""

    __slots__ = ()


class Quantified(Condition):
    """The argument holds in ALL_OF its cells, or in ANY_OF them."""

    __slots__ = ()

    over: str = part(0)
    argument: Node = part(1)

    def __init__(self, over: str, argument: Node) -> None:
        super().__init__(over, argument)


class Negation(Condition):
    """The argument does not hold."""

    __slots__ = ()

    argument: Node = part(0)


class Junction(Condition):
    """All of the parts hold (AND), or one of them does (OR)."""

    __slots__ = ()

    word: str = part(0)

    def __init__(self, word: str, *parts: Node) -> None:
        super().__init__(word, *parts)
