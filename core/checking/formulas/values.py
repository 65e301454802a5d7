"""The value of a formula on a step."""

from __future__ import annotations

import numpy as np

from core.activations import ACTIVATIONS, Activation
from core.arrays import Array
from core.checking.formulas.grammar import (
    Binary,
    Call,
    FormulaError,
    Name,
    Node,
    Number,
    Square,
    Total,
    Transpose,
    render,
    walk,
)
from core.computation import values_of
from core.quantity import canonical
from core.step import Step
from core.suggestion import suggest
from core.text import shown

MOST_CELLS = 2_000_000
EXACT = 1e-9
UNKNOWN_FUNCTIONS = frozenset(("exp", "log", "ln", "max", "min", "softmax", "sqrt", "diag", "ones", "abs", "dot", "np"))


class UnknownNameError(FormulaError):
    """A formula with a name that the step does not have, in words."""


class Evaluator:
    """Formulas for the quantity `target`, evaluated on a step; one that names the target itself has no value.

    sum(...) adds up what the target asks for: everything for the loss, each row for the samples' losses, else each
    column. `work` counts the numbers computed so far, `summed` says what a sum is over,
    `no_mean` why there is no / n.
    """

    def __init__(self, step: Step, target: str) -> None:
        self.depth = len(step.weights)
        self.work = 0
        self.summed = "the outputs" if target == "sample_losses" else "the samples (rows)"
        self.no_mean = "" if step.problem.reduction == "mean" else ": the problem takes the sum"
        self._axis = {"loss": None, "sample_losses": 1}.get(target, 0)
        self._layers = step.problem.network.layers
        self._target = target
        self._values = values_of(step)
        self._values |= {"alpha": np.array(step.learning_rate), "n": np.array(float(len(step.batch)))}

    def __call__(self, node: Node) -> Array:
        """The value of a formula: a matrix, a vector or a number. Raises FormulaError where it has none."""
        with np.errstate(all="ignore"):
            return self._evaluate(node)

    def look_up(self, node: Node) -> None:
        """Raises UnknownNameError, which tells of each thing that a formula names and the step does not have."""
        unknown: dict[str, None] = {}
        for part in walk(node):
            if isinstance(part, Name) and canonical(part.name, self.depth) not in self._values:
                unknown[str(self._unknown(part.name))] = None
            elif isinstance(part, Call):
                try:
                    self.function(part)
                except UnknownNameError as error:
                    unknown[str(error)] = None
        if unknown:
            raise UnknownNameError(_listed(list(unknown)))

    def function(self, node: Call) -> Activation:
        """What a call applies, but for the derivative. Raises UnknownNameError."""
        if node.function in ACTIVATIONS:
            return ACTIVATIONS[node.function]
        k = self.depth if node.function == "out" else int(node.function)
        if not 1 <= k <= self.depth:
            raise UnknownNameError(f"there is no f_{node.function}: the layers are 1 to {self.depth}, or out")
        return self._layers[k - 1].function

    def _evaluate(self, node: Node) -> Array:
        if isinstance(node, Number):
            return np.array(node.value)
        if isinstance(node, Name):
            return self._name(node.name)
        if isinstance(node, Binary):
            return self._binary(node)
        value = self._evaluate(node.argument)
        self.work += value.size
        if isinstance(node, Transpose):
            return value.T
        if isinstance(node, Square):
            return np.asarray(value * value)
        if isinstance(node, Total):
            return np.asarray(value.sum(axis=self._axis if value.ndim == 2 else None))
        function = self.function(node)
        return function.slope(value) if node.derivative else function(value)

    def _name(self, typed: str) -> Array:
        name = canonical(typed, self.depth)
        if name == self._target:
            raise FormulaError(f"it says what {name} is by {name} itself")
        if name in self._values:
            return self._values[name]
        raise self._unknown(typed)

    def _unknown(self, typed: str) -> UnknownNameError:
        if typed in UNKNOWN_FUNCTIONS:
            return UnknownNameError(
                f'"{typed}" is not known; expected quantities of the step, f1(...) to f_out(...), their derivatives '
                "f1'(...), relu, tanh, sigmoid, sum, mean and the operators + - * .* / ' ^2"
            )
        return UnknownNameError(suggest(shown(typed)[1:-1], self._values))

    def _binary(self, node: Binary) -> Array:
        left, right = self._evaluate(node.left), self._evaluate(node.right)
        operator = node.operator
        if operator == "/":
            if right.ndim:
                raise FormulaError(f"{render(node)}: only division by a number is known")
            return np.asarray(left / right)
        if operator == "*" and left.ndim and right.ndim:
            return self._matrix_product(node, left, right)
        if left.ndim and right.ndim and left.shape != right.shape and not _is_bias(operator, left, right):
            raise FormulaError(
                f"{render(node)}: the shapes do not fit: {shape_text(left)} {operator} {shape_text(right)}"
            )
        self.work += max(left.size, right.size)
        if operator in ("*", ".*"):
            return np.asarray(left * right)
        return np.asarray(left + right if operator == "+" else left - right)

    def _matrix_product(self, node: Node, left: Array, right: Array) -> Array:
        if left.shape[-1] != right.shape[0]:
            raise FormulaError(f"{render(node)}: the shapes do not fit: {shape_text(left)} * {shape_text(right)}")
        size = int(np.prod(left.shape[:-1] + right.shape[1:]))
        if size > MOST_CELLS:
            raise FormulaError(f"{render(node)}: this would be a matrix of {size} numbers")
        self.work += size * right.shape[0]
        return np.asarray(left @ right)


def _listed(messages: list[str]) -> str:
    """Several messages about names as one, which says but once what there is to choose from."""
    choices = [message.partition("; expected one of ") for message in messages]
    last = {tail: i for i, (_, _, tail) in enumerate(choices)}
    return "; ".join(m if last[c[2]] == i else c[0] for i, (m, c) in enumerate(zip(messages, choices, strict=True)))


def is_same(found: Array, target: Array) -> bool:
    """Whether two values are the same but for rounding; a vector may come out as a matrix of one row or column, and a
    single number as a matrix or vector of one.
    """
    found = fitted(found, target)
    if found.shape != target.shape:
        return False
    scale = float(np.abs(target).max(initial=0.0))
    return bool((np.abs(found - target) <= EXACT * scale).all())


def fitted(found: Array, target: Array) -> Array:
    """A value in the shape of its target, where it merely is a matrix of one row or column, or of one number, for that;
    else as it is.
    """
    is_flat = found.size == target.size and found.ndim > target.ndim and 1 in found.shape
    return found.reshape(target.shape) if is_flat else found


def shape_text(values: Array) -> str:
    """ "4 x 3", "3 numbers", "a number"."""
    if values.ndim == 2:
        return f"{values.shape[0]} x {values.shape[1]}"
    return "a number" if not values.ndim else f"{len(values)} number{'s' * (len(values) != 1)}"


def _is_bias(operator: str, left: Array, right: Array) -> bool:
    """Whether a vector is added to each row of a matrix."""
    matrix, vector = (left, right) if left.ndim == 2 else (right, left)
    return operator in ("+", "-") and vector.ndim == 1 and matrix.ndim == 2 and matrix.shape[1] == len(vector)
