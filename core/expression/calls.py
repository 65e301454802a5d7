"""What functions and methods of numpy, and of what is like it, do to trees: np.dot(a, b), a.dot(b), a.sum(axis=0)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.expression.nodes import ALL, COLUMNS, ROWS, Literal, Node, Positive, Total, Transpose

ZERO, ONE = Literal(0), Literal(1)
AXES = {0: ROWS, 1: COLUMNS, -1: COLUMNS, -2: ROWS}
AXIS = ("axis", "dim")
IGNORED = frozenset(("keepdims", "keepdim", "dtype", *AXIS))  # named arguments that change no number

CLIPS, BOUNDS = frozenset(("clip", "clamp")), ("min", "max", "a_min", "a_max")

Build = Callable[..., Node]


def _where(condition: Node, one: Node, other: Node) -> Node:
    if (one, other) == (ONE, ZERO):
        return condition
    return condition * one if other == ZERO else condition * one + (1 - condition) * other


CALLS: Mapping[str, Build] = {
    **dict.fromkeys(("dot", "matmul", "mm", "bmm"), lambda a, b: a @ b),
    "outer": lambda a, b: Transpose(a) @ b,
    **dict.fromkeys(("multiply", "mul"), lambda a, b: a * b),
    **dict.fromkeys(("divide", "true_divide", "div"), lambda a, b: a / b),
    "add": lambda a, b: a + b,
    **dict.fromkeys(("subtract", "sub"), lambda a, b: a - b),
    "square": lambda a: a**2,
    **dict.fromkeys(("transpose", "t"), lambda a: a.T),
    **dict.fromkeys(("negative", "neg"), lambda a: -a),
    "reciprocal": lambda a: ONE / a,
    "where": _where,
    "greater": lambda a, b: Positive(a if b == ZERO else a - b),
    "heaviside": lambda a, _: Positive(a),
    "ones_like": lambda _: ONE,
    "zeros_like": lambda _: ZERO,
    **dict.fromkeys(
        ("astype", "float", "double", "copy", "detach", "numpy", "asarray", "int", "float32", "float64", "item"),
        lambda a, *_: a,
    ),
}
TOTALS = frozenset(("sum", "mean", "average"))


def total(argument: Node, axis: Node | None, over: str = ALL) -> Total:
    """np.sum along an axis; without one `over` says what it is over."""
    along = AXES.get(int(axis.value), "") if isinstance(axis, Literal) else over
    return Total(along or over, argument)
