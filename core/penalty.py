"""The penalty: what large weights cost, added to the loss of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from operator import add
from typing import Any

import numpy as np

from core.arrays import Array, Mask
from core.expression.nodes import ALL, Function, Literal, Name, Node, Total, product_of
from core.primitives import Operation, number, squared_length, total
from core.settings import Setting, setting_mistakes

HALF = Literal(1) / Literal(2)
SYMBOLS = {"lambda": "λ", "lambda_1": "λ₁", "lambda_2": "λ₂"}


@dataclass(frozen=True)
class Penalty:
    """½ λ Σ W² for l2 = λ, λ Σ |W| for l1 = λ, or both; with the slope 0 where a weight is 0.

    half     whether there is a ½ in front of λ Σ W²
    biases   whether the biases cost as much as the weights
    """

    l2: float = field(default=0.0, metadata={"at_least": 0})
    l1: float = field(default=0.0, metadata={"at_least": 0})
    half: bool = True
    biases: bool = False

    def __bool__(self) -> bool:
        """Whether it costs anything."""
        return bool(self.l2 or self.l1)

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Its λ; λ₁ and λ₂ where there are both."""
        return tuple(
            Setting(field, name.name, SYMBOLS[name.name], value)
            for field, name, value in (("l1", self._l1, self.l1), ("l2", self._l2, self.l2))
            if value
        )

    @property
    def _l1(self) -> Name:
        return Name("lambda_1" if self.l2 else "lambda")

    @property
    def _l2(self) -> Name:
        return Name("lambda_2" if self.l1 else "lambda")

    def setting_mistakes(self) -> list[str]:
        """What is wrong with its settings."""
        return setting_mistakes(self)

    def takes(self, letter: str) -> bool:
        """Whether it is over the parameters of this letter, W or b."""
        return bool(self) and (letter == "W" or self.biases)

    def cost_trees(self, parameters: Iterable[str]) -> Iterator[tuple[str, str, Node]]:
        """What the parameters of these names cost, Ω = ½ λ (Σ W_1² + Σ W_out²), as name, symbol and tree; Ω₁ for the
        sizes and Ω₂ for the squares where there are both.
        """
        names = [Name(name) for name in parameters]
        if self.l1:
            yield _stated(self._l1, [self._l1], [Function("abs", name) for name in names])
        if self.l2:
            yield _stated(self._l2, [HALF, self._l2] if self.half else [self._l2], [name**2 for name in names])

    def gradient_tree(self, gradient: Node, parameter: Node) -> Node:
        """The gradient of the data's loss with that of the penalty: z'δ + λ W."""
        if self.l1:
            gradient = gradient + self._l1 * Function("sign", parameter)
        if self.l2:
            gradient = gradient + (self._l2 * parameter if self.half else 2 * self._l2 * parameter)
        return gradient

    def cost(self, parameter: Array) -> Array:
        """What each number of a parameter costs."""
        costs: Array = self.l1 * np.abs(parameter) + (0.5 if self.half else 1.0) * self.l2 * parameter**2
        return costs

    def above_kink(self, parameter: Array) -> Mask:
        """On which side of a kink each number is; of no interest where there is none."""
        above: Mask = (parameter > 0) & bool(self.l1)
        return above

    def operations(self, parameter: Array, gradient: Array) -> Iterator[Operation]:
        """Numpy operations that add the penalty's gradient to that of the data."""
        room = np.empty_like(parameter)
        if self.l1:
            yield partial(np.sign, parameter, room)
            yield partial(np.multiply, room, np.array(self.l1), room)
            yield partial(np.add, gradient, room, gradient)
        if self.l2:
            yield partial(np.multiply, parameter, np.array((1.0 if self.half else 2.0) * self.l2), room)
            yield partial(np.add, gradient, room, gradient)

    def total(self, parameters: Sequence[Array]) -> Callable[[], Any]:
        """What gives the cost of all of these parameters as they are then, each of them a vector."""
        l1, l2 = self.l1, (0.5 if self.half else 1.0) * self.l2
        room = [np.empty(vector.shape) for vector in parameters]
        sizes = [(partial(np.abs, w, out), number(w), total(out)) for w, out in zip(parameters, room, strict=True)]
        squares = [(number(w), squared_length(w)) for w in parameters]

        def cost() -> Any:
            # Not `sum`, which compensates for the rounding of floats from Python 3.12 on, but not for that of arrays.
            found = found_squares = 0.0
            if l1:
                for take_sizes, told, add_up in sizes:
                    take_sizes()
                    found = found + told(add_up())
            if l2:
                for told, add_up in squares:
                    found_squares = found_squares + told(add_up())
            return l1 * found + l2 * found_squares

        return cost


def _stated(strength: Name, factors: list[Node], costs: list[Node]) -> tuple[str, str, Node]:
    total = reduce(add, (Total(ALL, cost) for cost in costs))
    index, mark = strength.name.removeprefix("lambda"), SYMBOLS[strength.name][1:]
    return f"penalty{index}", f"Ω{mark}", product_of([*factors, total])
