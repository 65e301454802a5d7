"""One pass through a network: forward to the loss, and the delta recursion backward."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from core.arrays import Array
from core.network import Network, Parameters
from core.primitives import Operation, as_row, product, sum_columns, transposed
from core.problem import Problem


class Pass:
    """Forward and backward through a network for batches of n rows, in arrays that are allocated once; through those of
    a stack of R runs where `parameters` are (R, P). A stack may share its `inputs`.

    `operations` is a flat list of numpy operations over ready arrays, to be called in order; one of them tells `note`
    the loss: a float, or (R,) for a stack. Afterwards `pre_activations`, `activations`, `deltas` and the gradients hold
    the numbers of this batch. An identity layer's activations are its pre-activations' own array.
    """

    def __init__(
        self,
        problem: Problem,
        inputs: Array,
        targets: Array,
        parameters: Parameters,
        gradients: Parameters,
        note: Callable[[Any], object],
    ) -> None:
        runs, n, network = parameters.flat.shape[:-1], inputs.shape[-2], problem.network
        self.inputs, self.targets = inputs, targets
        self.pre_activations = [np.empty((*runs, n, layer.units)) for layer in network.layers]
        self.activations = [
            s if layer.function.is_identity else np.empty_like(s)
            for s, layer in zip(self.pre_activations, network.layers, strict=True)
        ]
        self.deltas = [np.empty_like(s) for s in self.pre_activations]
        self.operations = [
            *self._forward(network, parameters),
            *self._loss(problem, parameters, note),
            *self._backward(network, parameters, gradients, joined=problem.joined_loss is not None),
            *_penalised(problem, parameters, gradients),
        ]

    def _forward(self, network: Network, parameters: Parameters) -> list[Operation]:
        """s_k = z_{k-1} W_k + b_k, then z_k = f_k(s_k)."""
        operations: list[Operation] = []
        z = self.inputs
        for k, layer in enumerate(network.layers):
            s, bias = self.pre_activations[k], parameters.biases[k]
            operations.append(product(z, parameters.weights[k], s))
            if bias is not None:
                operations.append(partial(np.add, s, as_row(bias), s))
            z = self.activations[k]
            if z is not s:
                operations += layer.function.value(s, z)
        return operations

    def _loss(self, problem: Problem, parameters: Parameters, note: Callable[[Any], object]) -> list[Operation]:
        """ℒ, and into δ_L's array ∂ℒ/∂y_out or, where the loss is joined with the last function, δ_L itself."""
        n, gradient, joined = self.inputs.shape[-2], self.deltas[-1], problem.joined_loss
        if problem.penalty:
            runs, taken = parameters.flat.shape[:-1], _taken(problem, parameters, parameters)
            note = partial(_with_cost, note, problem.penalty.total([w.reshape(*runs, -1) for w, _ in taken]))
        arrays = self.activations[-1], self.targets, gradient
        bind = problem.loss.bind if joined is None else partial(joined.bind, self.pre_activations[-1])
        if problem.reduction == "sum":
            return [bind(*arrays, note)]
        share = np.array(1.0 / n)
        return [
            bind(*arrays, lambda total: note(total / n)),
            partial(np.multiply, gradient, share, gradient),
        ]

    def _backward(
        self, network: Network, parameters: Parameters, gradients: Parameters, joined: bool
    ) -> list[Operation]:
        """δ_L = ∂ℒ/∂y_out ⊙ f_L'(s_L), then δ_k = (δ_{k+1} W_{k+1}ᵀ) ⊙ f_k'(s_k), ∂ℒ/∂W_k = z_{k-1}ᵀ δ_k, and for
        ∂ℒ/∂b_k the column sums of δ_k. ∂ℒ/∂y_out stands in δ_L's array, or δ_L where the loss is `joined`.
        """
        operations: list[Operation] = []
        for k in reversed(range(len(network))):
            delta, layer = self.deltas[k], network.layers[k]
            if k + 1 < len(network):
                operations.append(product(self.deltas[k + 1], transposed(parameters.weights[k + 1]), delta))
            if not (layer.function.is_identity or (joined and k + 1 == len(network))):
                slope = np.empty_like(delta)
                s, z = self.pre_activations[k], self.activations[k]
                operations += layer.function.derivative(s, z, slope)
                operations.append(partial(np.multiply, delta, slope, delta))
            below = self.inputs if k == 0 else self.activations[k - 1]
            operations.append(product(transposed(below), delta, gradients.weights[k]))
            bias_gradient = gradients.biases[k]
            if bias_gradient is not None:
                operations.append(sum_columns(delta, bias_gradient))
        return operations


def _with_cost(note: Callable[[Any], object], cost: Callable[[], Any], total: Any) -> object:
    """Tell `note` the loss of the data with what the penalty costs."""
    return note(total + cost())


def _penalised(problem: Problem, parameters: Parameters, gradients: Parameters) -> Iterator[Operation]:
    """What adds the penalty's part to the gradients."""
    for parameter, gradient in _taken(problem, parameters, gradients):
        yield from problem.penalty.operations(parameter, gradient)


def _taken(problem: Problem, parameters: Parameters, gradients: Parameters) -> Iterator[tuple[Array, Array]]:
    """The weights and biases that the penalty is over, each with its gradient."""
    for letter, both in (
        ("W", zip(parameters.weights, gradients.weights, strict=True)),
        ("b", zip(parameters.biases, gradients.biases, strict=True)),
    ):
        for parameter, gradient in both:
            if problem.penalty.takes(letter) and parameter is not None and gradient is not None:
                yield parameter, gradient
