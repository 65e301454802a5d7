"""Activation functions f and their slopes f', looked up by name.

Each is stated as trees. For speed each is also a list of numpy operations over arrays that the caller brings, so that
the training loop allocates nothing and calls numpy straight away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.arrays import Array
from core.expression.nodes import Function, Literal, Name, Node, Positive
from core.expression.smoothness import is_constant, jumps
from core.primitives import Operation

ONE = np.ones(())  # a ready 0-d array spares numpy the conversion of a Python number, a fifth of a small operation


S, Z = Name("s"), Name("z")


@dataclass(frozen=True)
class Activation:
    """An entrywise function z = f(s), and everything that anybody needs to know about it.

    name          what problem files and people call it
    tree          f(s), over the name s
    slope_tree    f'(s) as people write it, over s, over z = f(s), or both
    value         `value(s, out)` gives the operations that write f(s), to be called in order
    derivative    `derivative(s, z, out)` those that write f'(s), given z = f(s); all arrays have one shape
    settings      the numbers that it was made with, by name
    make          what makes another of its kind: `make(slope=0.2)`

    Without `value` and `derivative` the trees are evaluated, which is slower.
    """

    name: str
    tree: Node
    slope_tree: Node
    value: Callable[[Array, Array], list[Operation]] = None  # type: ignore[assignment]
    derivative: Callable[[Array, Array, Array], list[Operation]] = None  # type: ignore[assignment]
    settings: tuple[tuple[str, float], ...] = ()
    make: Callable[..., Activation] | None = None

    def __post_init__(self) -> None:
        if self.value is None:
            object.__setattr__(self, "value", partial(_value_of, self.tree))
        if self.derivative is None:
            object.__setattr__(self, "derivative", partial(_slope_of, self.slope_tree))

    def __call__(self, s: Array) -> Array:
        """f(s), in a new array of the same shape."""
        out = np.empty_like(s)
        with np.errstate(over="ignore"):  # see _sigmoid
            for operation in self.value(s, out):
                operation()
        return out

    def slope(self, s: Array) -> Array:
        """f'(s), in a new array of the same shape."""
        z, out = self(s), np.empty_like(s)
        with np.errstate(over="ignore"):
            for operation in self.derivative(s, z, out):
                operation()
        return out

    @property
    def is_identity(self) -> bool:
        return self.tree == S

    @property
    def particulars(self) -> str:
        """What tells it from every other: its name, where that says all."""
        return (
            self.name
            if ACTIVATIONS.get(self.name) is self
            else f"{self.name}{self.settings}: {self.tree}, {self.slope_tree}"
        )

    @property
    def is_shipped(self) -> bool:
        """Whether it is one of ACTIVATIONS, or another of its kind."""
        known = ACTIVATIONS.get(self.name)
        return known is not None and (known is self or (known.make is not None and known.make is self.make))

    @property
    def kinks(self) -> tuple[Node, ...]:
        """What f' jumps at where it changes its sign, over s and z."""
        return tuple(dict.fromkeys(jump.argument for jump in jumps(self.slope_tree)))

    @property
    def piecewise_linear(self) -> bool:
        """Whether f' is constant but for its jumps."""
        return is_constant(self.slope_tree)


def _value_of(tree: Node, s: Array, out: Array) -> list[Operation]:
    evaluate = _compiled(tree)
    return [lambda: np.copyto(out, evaluate({"s": s}))]


def _slope_of(tree: Node, s: Array, z: Array, out: Array) -> list[Operation]:
    evaluate = _compiled(tree)
    return [lambda: np.copyto(out, evaluate({"s": s, "z": z}))]


def _compiled(tree: Node) -> Callable[[dict[str, Array]], Array]:
    from core.expression.value import Compiler  # only what has no operations of its own needs it

    return Compiler(ACTIVATIONS, {})(tree)


def _identity(s: Array, out: Array) -> list[Operation]:
    return [partial(np.copyto, out, s)]


def _identity_slope(_s: Array, _z: Array, out: Array) -> list[Operation]:
    return [partial(out.fill, 1.0)]


def _relu(s: Array, out: Array) -> list[Operation]:
    maximum, zeros = np.maximum, np.zeros_like(s)
    # np.maximum takes `out` by name only, and partial hands names on slowly.
    return [lambda: maximum(s, zeros, out=out)]


def _relu_slope(_s: Array, z: Array, out: Array) -> list[Operation]:
    # z = max(s, 0) is never negative, so its sign is 1 where s > 0 and 0 elsewhere: ReLU'(0) = 0.
    return [partial(np.sign, z, out)]


def _tanh(s: Array, out: Array) -> list[Operation]:
    return [partial(np.tanh, s, out)]


def _tanh_slope(_s: Array, z: Array, out: Array) -> list[Operation]:
    return [partial(np.multiply, z, z, out), partial(np.subtract, ONE, out, out)]


def _sigmoid(s: Array, out: Array) -> list[Operation]:
    # exp overflows to inf only where 1 / (1 + inf) = 0 is the nearest double anyway.
    return [
        partial(np.negative, s, out),
        partial(np.exp, out, out),
        partial(np.add, out, ONE, out),
        partial(np.divide, ONE, out, out),
    ]


def _sigmoid_slope(_s: Array, z: Array, out: Array) -> list[Operation]:
    return [partial(np.subtract, ONE, z, out), partial(np.multiply, z, out, out)]


def _leaky_value(slope: float, s: Array, out: Array) -> list[Operation]:
    either = np.maximum if slope <= 1 else np.minimum  # of s and slope · s
    return [partial(np.multiply, s, np.array(slope), out), lambda: either(s, out, out=out)]


def _leaky_slope(slope: float, s: Array, _z: Array, out: Array) -> list[Operation]:
    above, zero = np.empty(s.shape, dtype=bool), np.zeros(())
    return [
        partial(np.greater, s, zero, above),
        partial(out.fill, slope),
        lambda: np.copyto(out, ONE, where=above),
    ]


def leaky_relu(slope: float = 0.01) -> Activation:
    """f(s) = s above 0 and slope · s below."""
    below = Literal(float(slope))
    return Activation(
        "leaky_relu",
        Function("relu", S) - below * Function("relu", -S),
        Positive(S) + below * (_ONE - Positive(S)),
        partial(_leaky_value, slope),
        partial(_leaky_slope, slope),
        settings=(("slope", slope),),
        make=leaky_relu,
    )


_ONE = Literal(1)
_EXP = Function("exp", -S)

ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("identity", S, _ONE, _identity, _identity_slope),
        Activation("relu", Function("relu", S), Positive(S), _relu, _relu_slope),
        Activation("tanh", Function("tanh", S), _ONE - Z**2, _tanh, _tanh_slope),
        Activation("sigmoid", _ONE / (_ONE + _EXP), Z * (_ONE - Z), _sigmoid, _sigmoid_slope),
        leaky_relu(),
    )
}
