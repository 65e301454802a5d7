"""What a step computes, stated once: every quantity as a tree over those before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from core.activations import ACTIVATIONS, Activation
from core.arrays import Array
from core.expression.nodes import ALL, ROWS, Function, Literal, Name, Node, Product, Quotient, Total
from core.expression.value import Compiler, Evaluate
from core.losses import LossEquations, shared
from core.problem import Problem
from core.quantity import layer_label
from core.record import Record

# How a quantity's values are laid out for people. In a tree a bias is a row, and what is per sample a column.
MATRIX, PER_SAMPLE, PER_UNIT, NUMBER = "ij", "i", "j", ""


class Equation(NamedTuple):
    """A quantity: its `name`, the `tree` that it is computed by, and its `axes`, those of its values."""

    name: str
    tree: Node
    axes: str = MATRIX


@dataclass(frozen=True, eq=False)
class Statement(Record):
    """The equations of a problem's steps over batches of `rows` rows, and what the names in them stand for."""

    problem: Problem
    rows: int

    @cached_property
    def equations(self) -> dict[str, Equation]:
        """By name, in the order of the computation."""
        return {equation.name: equation for equation in equations(self.problem, self.rows)}

    @property
    def output_gradient(self) -> Node:
        """∂ℒ/∂y_out, over what comes before it."""
        return _loss(self.problem, self.rows).output_gradient

    @cached_property
    def functions(self) -> dict[str, Activation]:
        """What a function's name stands for."""
        layers = self.problem.network.layers
        return ACTIVATIONS | {f"f_{layer_label(k, len(layers))}": layer.function for k, layer in enumerate(layers, 1)}

    @cached_property
    def _compile(self) -> Compiler:
        problem, depth = self.problem, len(self.problem.network)
        numbers = {"alpha": problem.learning_rate, "n": float(self.rows), **problem.loss.numbers}
        axes = {name: equation.axes for name, equation in self.equations.items()}
        axes |= {f"b_{layer_label(k, depth)}": PER_UNIT for k in range(1, depth + 1)}
        per_unit, per_sample = ({name for name in axes if axes[name] == kind} for kind in (PER_UNIT, PER_SAMPLE))
        return Compiler(self.functions, numbers, per_unit, per_sample)

    @cached_property
    def _compiled(self) -> dict[str, Evaluate]:
        return {}

    @np.errstate(all="ignore")
    def evaluate(self, name: str, values: Mapping[str, Array]) -> Array:
        """What a quantity comes to for these values of those before it, laid out as the step's are."""
        equation = self.equations[name]
        if name not in self._compiled:
            self._compiled[name] = self._compile(equation.tree)
        found = np.asarray(self._compiled[name](values))
        if equation.axes == PER_SAMPLE:
            return found[:, 0]
        return found[0] if equation.axes == PER_UNIT else found

    @np.errstate(all="ignore")
    def value_of(self, tree: Node, values: Mapping[str, Array]) -> Array:
        """What any tree comes to for these values of the quantities in it: a matrix, or a number."""
        return np.asarray(self._compile(tree)(values))

    def without_identities(self, tree: Node) -> Node:
        """A tree without the identities that are applied in it, and without their slopes as factors."""
        parts = tuple(map(self.without_identities, tree.children))
        if isinstance(tree, Function) and not tree.slope and self._is_identity(tree):
            return parts[0]
        if isinstance(tree, Product):
            parts = tuple(part for part in parts if not self._is_identity(part))
            return parts[0] if len(parts) == 1 else Product(*parts)
        return tree.with_children(parts)

    def _is_identity(self, part: Node) -> bool:
        found = self.functions.get(part.name) if isinstance(part, Function) else None
        return found is not None and found.is_identity


def equations(problem: Problem, rows: int) -> Iterator[Equation]:
    """What a step of `problem` over a batch of `rows` rows computes: s_1, z_1, ..., y_out; what the loss adds;
    the gradients back to ∂W_1 and ∂b_1; the updated weights and biases.
    """
    loss = _loss(problem, rows)
    yield from _forward(problem)
    for name, tree in loss.forward:
        yield Equation(name, tree)
    yield Equation("sample_losses", loss.sample_losses, PER_SAMPLE)
    total = Total(ALL, Name("sample_losses"))
    yield Equation("loss", shared(_share(problem, rows), total), NUMBER)
    for name, tree in loss.backward:
        yield Equation(name, tree)
    yield from _backward(problem, loss.output_gradient)
    yield from _update(problem)


def _share(problem: Problem, rows: int) -> Node | None:
    """What each sample's loss counts in ℒ: 1/n where that is the mean of several, else None."""
    return Quotient(Literal(1), Name("n")) if problem.reduction == "mean" and rows > 1 else None


def _loss(problem: Problem, rows: int) -> LossEquations:
    return problem.loss.equations(problem.targets.shape[1] == 1, _share(problem, rows))


def _forward(problem: Problem) -> Iterator[Equation]:
    """s_k = z_{k-1} W_k + b_k and z_k = f_k(s_k)."""
    depth, z = len(problem.network), Name("X_in")
    for k, layer in enumerate(problem.network.layers, start=1):
        label = layer_label(k, depth)
        s = z @ Name(f"W_{label}")
        yield Equation(f"s_{label}", s if layer.bias is None else s + Name(f"b_{label}"))
        z = Name("y_out" if k == depth else f"z_{label}")
        yield Equation(z.name, Function(f"f_{label}", Name(f"s_{label}")))


def _backward(problem: Problem, gradient: Node) -> Iterator[Equation]:
    """δ_L = ∂ℒ/∂y_out ⊙ f_L'(s_L), δ_k = (δ_{k+1} W_{k+1}ᵀ) ⊙ f_k'(s_k); ∂W_k = z_{k-1}ᵀ δ_k and ∂b_k, the column
    sums of δ_k.
    """
    depth = len(problem.network)
    for k in range(depth, 0, -1):
        label = layer_label(k, depth)
        yield Equation(f"delta_{label}", gradient * Function(f"f_{label}", Name(f"s_{label}"), slope=True))
        gradient = Name(f"delta_{label}") @ Name(f"W_{label}").T
    for k in range(depth, 0, -1):
        label = layer_label(k, depth)
        delta, below = Name(f"delta_{label}"), Name("X_in" if k == 1 else f"z_{k - 1}")
        yield Equation(f"dW_{label}", below.T @ delta)
        if problem.network.layers[k - 1].bias is not None:
            yield Equation(f"db_{label}", Total(ROWS, delta), PER_UNIT)


def _update(problem: Problem) -> Iterator[Equation]:
    """W_k⁺ = W_k - α ∂W_k, or W_k where it is frozen; likewise b_k⁺."""
    depth = len(problem.network)
    for k, layer in enumerate(problem.network.layers, start=1):
        for letter, trained, axes in (("W", layer.train_weights, MATRIX), ("b", layer.train_bias, PER_UNIT)):
            if letter == "W" or layer.bias is not None:
                name = f"{letter}_{layer_label(k, depth)}"
                before: Node = Name(name)
                after = before - Name("alpha") * Name(f"d{name}") if trained else before
                yield Equation(f"{name}_next", after, axes)
