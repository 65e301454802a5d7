"""Stochastic gradient descent: the training loop over ready arrays."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cached_property, partial

import numpy as np

from core.arrays import Array, frozen
from core.backprop import Pass
from core.batches import BatchSchedule, GatheredRows
from core.checkpoints import Checkpoints
from core.network import Network, Parameters, trained_views
from core.primitives import Operation
from core.problem import Problem
from core.quantity import NEXT, canonical, layer_label
from core.step import Step
from core.tap import STATE, Tap
from core.updates import Rates, update_operations

NOWHERE = sys.maxsize  # the index of a trainer that was interrupted in the middle of a step


class Trainer:
    """The working state of a run: `state`, the buffers of its update and the trained parameters before step `index`,
    and the arrays that a step needs, allocated once; `buffers` are views of the former by letter.

    `run` takes steps; `record` takes one the same way and copies its numbers out, so that a step has the same bits
    whether somebody looks at it or not.
    """

    def __init__(self, problem: Problem, start: int = 0, epochs: int = 0) -> None:
        """An epoch begins at step `start`, and has the number `epochs`."""
        self.problem = problem
        self.schedule = BatchSchedule(
            len(problem.inputs), problem.batch_size, problem.shuffle_seed, problem.shuffle, start, epochs
        )
        self.index = 0
        self._gradients = Parameters(problem.network)
        size, letters = self._gradients.trained.size, problem.update.buffers
        before = len(letters) * size
        flat = np.zeros(before + self._gradients.flat.size)
        self.buffers = {letter: flat[i * size : (i + 1) * size] for i, letter in enumerate(letters)}
        self._parameters = Parameters.initial(problem.network, flat[before:])
        self.state: Array = flat[: before + size]
        self._rates = Rates(problem.update)
        self._rates.set(problem.rate(0), 1)
        trained, gradients = self._parameters.trained, self._gradients.trained
        self._update = list(update_operations(problem.update, trained, gradients, self.buffers, self._rates))
        self._losses: list[float] = []
        self._passes: dict[int, Pass] = {}
        gathered = self.schedule.in_batches
        self._rows = GatheredRows(problem.inputs, problem.targets, self.schedule) if gathered else None
        self._changes = gathered or problem.changes_with_step

    def run(self, steps: int, checkpoints: Checkpoints, tap: Tap | None = None) -> Array:
        """Take `steps` steps, leave the state before each that falls on a checkpoint there and copies of the numbers of
        each in the tap, and return their losses.
        Whoever interrupts it leaves the trainer NOWHERE, to be restored.
        """
        self._losses.clear()
        state, changes = self.state.data, self._changes
        cells, size = checkpoints.cells, checkpoints.size
        origin, _, stride, _ = checkpoints.spacing
        first, self.index = self.index, NOWHERE
        slot = -(-(first - origin) // stride)
        due, cell = origin + slot * stride, slot * size
        load = self._load
        if tap is not None:
            tap.begin(first)
            load = partial(self._load_tapped, tap)
        operations = load(first)
        with np.errstate(all="ignore"):  # a run that overflows is found by whoever asked for it
            for index in range(first, first + steps):
                if index == due:
                    cells[cell : cell + size] = state
                    due += stride
                    cell += size
                if changes and index != first:
                    operations = load(index)
                for operation in operations:
                    operation()
        checkpoints.extend(first + steps)
        self.index = first + steps
        return np.array(self._losses)

    def restore(self, index: int, state: Array) -> None:
        """Go to where the trained parameters before step `index` were `state`."""
        self.index = NOWHERE
        np.copyto(self.state, state)
        self.index = index

    def resume(self, step: Step) -> None:
        """Go to where `step` begins, a step of this network under whatever loss."""
        self.index = NOWHERE
        for own, given in ((self._parameters.weights, step.weights), (self._parameters.biases, step.biases)):
            for array, values in zip(own, given, strict=True):
                if array is not None and values is not None:
                    np.copyto(array, values)
        for name, view in self._buffer_views(self.buffers).items():
            np.copyto(view, step.buffers[name])
        self.index = step.index

    @property
    def network(self) -> Network:
        """The problem's network with the weights and biases before step `index`."""
        layers = zip(self.problem.network.layers, self._parameters.weights, self._parameters.biases, strict=True)
        return Network([replace(layer, weights=weights, bias=bias) for layer, weights, bias in layers])

    @property
    def numbers(self) -> dict[str, Array]:
        """The arrays of `state` by the name of the quantity: what is trained, and the buffers, before step `index`."""
        network = self.problem.network
        trained = trained_views(network, self._parameters.trained)
        return self._buffer_views(self.buffers) | {
            f"{letter}_{layer_label(k + 1, len(network))}": view for (k, letter), view in trained.items()
        }

    def step(self) -> Step:
        """Take one step by itself, and keep every number of it."""
        checkpoints = Checkpoints(self.state.size, budget=0)
        checkpoints.restart(self.index)
        return self.record(checkpoints)

    def record(self, checkpoints: Checkpoints, tap: Tap | None = None) -> Step:
        """Take one step of a run, and keep every number of it."""
        index, network = self.index, self.problem.network
        before = Parameters(network, frozen(self._parameters.flat))
        buffers = self._buffer_views({letter: frozen(flat) for letter, flat in self.buffers.items()})
        (loss,) = self.run(1, checkpoints, tap)
        work = self._passes[self.schedule.size(index)]
        gradients = Parameters(network, frozen(self._gradients.flat))
        after = Parameters(network, frozen(self._parameters.flat))
        updated = self._buffer_views({letter: frozen(flat) for letter, flat in self.buffers.items()})
        batch = self.schedule.batch(index).copy()
        batch.setflags(write=False)
        return Step(
            problem=self.problem,
            index=index,
            epoch=self.schedule.place(index)[0],
            batch=batch,
            inputs=frozen(work.inputs),
            targets=frozen(work.targets),
            weights=before.weights,
            biases=before.biases,
            pre_activations=tuple(map(frozen, work.pre_activations)),
            activations=tuple(map(frozen, work.activations)),
            loss=float(loss),
            deltas=tuple(map(frozen, work.deltas)),
            weight_gradients=gradients.weights,
            bias_gradients=gradients.biases,
            next_weights=after.weights,
            next_biases=after.biases,
            buffers=buffers | {f"{name}{NEXT}": view for name, view in updated.items()},
        )

    def _buffer_views(self, buffers: dict[str, Array]) -> dict[str, Array]:
        """A view of flat buffers, by letter, for each quantity, by name."""
        network = self.problem.network
        return {
            f"{letter}{parameter}_{layer_label(k + 1, len(network))}": view
            for letter, flat in buffers.items()
            for (k, parameter), view in trained_views(network, flat).items()
        }

    def _load_tapped(self, tap: Tap, index: int) -> list[Operation]:
        """As `_load`, with what the tap does."""
        operations, size = self._load(index), self.schedule.size(index)
        placed = tap.placed(size)
        if placed is None:
            after = self._worked_out(self._passes[size])
            placed = tap.around(operations, size, self.schedule, self.before, after, self._losses)
        return placed

    @cached_property
    def before(self) -> dict[str, Array]:
        """The arrays with the numbers before step `index`, by the name of the quantity, and all of `state`."""
        depth, parameters = len(self.problem.network), self._parameters
        found = {f"W_{layer_label(k, depth)}": weights for k, weights in enumerate(parameters.weights, 1)}
        found |= {f"b_{layer_label(k, depth)}": bias for k, bias in enumerate(parameters.biases, 1) if bias is not None}
        return found | self._buffer_views(self.buffers) | {STATE: self.state}

    def _worked_out(self, work: Pass) -> dict[str, Array]:
        """The arrays that a pass leaves its numbers in, by the name of the quantity."""
        depth, gradients = len(self.problem.network), self._gradients
        found: dict[str, Array | None] = {"X_in": work.inputs, "y_gt": work.targets}
        for letter, arrays in (
            ("s", work.pre_activations),
            ("z", work.activations),
            ("delta", work.deltas),
            ("dW", gradients.weights),
            ("db", gradients.biases),
        ):
            found |= {canonical(f"{letter}_{layer_label(k, depth)}", depth): a for k, a in enumerate(arrays, 1)}
        return {name: array for name, array in found.items() if array is not None}

    def _load(self, index: int) -> list[Operation]:
        """The operations of step `index`, with the rows of its batch and the numbers of its update in place."""
        size, problem = self.schedule.size(index), self.problem
        if size not in self._passes:
            data = (problem.inputs, problem.targets) if self._rows is None else self._rows.batch(size)
            work = Pass(problem, *data, self._parameters, self._gradients, self._losses.append)
            work.operations += self._update
            self._passes[size] = work
        work = self._passes[size]
        if self._rows is not None:
            self._rows.load(index)
        if problem.changes_with_step:
            self._rates.set(problem.rate(index), index + 1)
        return work.operations
