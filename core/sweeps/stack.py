"""Many runs of one shape in one numpy program, each with the bits that it has alone."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256

import numpy as np

from core.arrays import Array, Mask, Rows
from core.backprop import Pass
from core.batches import BatchSchedule
from core.checkpoints import Checkpoints
from core.errors import DivergedError
from core.losses import LOSSES
from core.machine import fingerprint
from core.network import Parameters
from core.penalty import Penalty
from core.primitives import Operation
from core.problem import Problem
from core.record import memoized
from core.schedules import SCHEDULES
from core.sgd import Trainer
from core.sweeps.orders import orders
from core.timeline import SMALL, Computed, Timeline
from core.updates import UPDATES, Rates, update_operations

FIRST_LOOK, LAST_LOOK = 16, 1024  # steps between two looks at whether the runs are still finite
KEPT = 8  # states of each run, at most, on a stride
FEW = 3  # runs: fewer are as fast one by one
MOST = 500  # runs in a stack
IN_CACHE = 2**20  # numbers that the runs of a stack work with: more do not stay in the processor's cache
MOST_LOSSES = 2**24  # that are kept for the runs of a stack
# BLAS kernels that add up in another order where matrices lie otherwise in memory: their runs do not stack. OpenBLAS's
# Prescott may call itself Katmai.
OTHER_BITS = ("Prescott", "Katmai")


@memoized(1)
def stack_key(problem: Problem) -> Hashable | None:
    """Problems with equal keys can be trained in one stack: they differ in nothing but the numbers of the weights and
    biases, α and the seed. None: this one does not stack, because parts of it are from outside, because it is so
    large that nothing is gained, or because a run of a stack would not have the bits of a single one on this machine.
    """
    if _kernel() in OTHER_BITS or most_in_stack(problem, steps=1) < FEW:
        return None
    layers, schedule = problem.network.layers, problem.schedule
    known = type(problem.loss) in LOSSES.values() and type(problem.update) in UPDATES.values()
    known = known and type(problem.penalty) is Penalty and (schedule is None or type(schedule) in SCHEDULES)
    if not (known and all(layer.function.is_shipped for layer in layers)):
        return None
    return (
        problem.network.sizes,
        tuple((layer.bias is not None, layer.train_weights, layer.train_bias) for layer in layers),
        tuple(layer.function.particulars for layer in layers),
        problem.loss.particulars,
        *map(repr, (problem.update, problem.penalty, schedule)),
        problem.reduction,
        (problem.batch_size, problem.batch_size is not None and problem.shuffle),
        *(sha256(array.data).digest() for array in (problem.inputs, problem.targets)),
    )


@cache
def _kernel() -> str:
    return fingerprint().kernel


def most_in_stack(problem: Problem, steps: int) -> int:
    """How many runs of so many steps are best trained in one stack."""
    rows = problem.batch_size or len(problem.inputs)
    widths, size = sum(problem.network.sizes), Parameters(problem.network).flat.size
    numbers = 3 * rows * widths + (3 + len(problem.update.buffers)) * size
    shuffled = len(problem.inputs) if problem.batch_size is not None else 0
    return max(1, min(MOST, IN_CACHE // (numbers + shuffled), MOST_LOSSES // max(1, steps)))


def train_stacked(problems: Sequence[Problem], steps: int) -> list[Timeline]:
    """The timelines of problems with one `stack_key`, in their order, each with its first `steps` steps; with fewer
    where the run diverges. They are what `Timeline.advance` comes to, bit for bit. Their losses take 8 bytes for each
    run and step. Raises ValueError for problems that are not of one stack.
    """
    keys = {stack_key(problem) for problem in problems}
    if len(keys) > 1 or None in keys:
        raise ValueError("expected problems with one stack_key")
    if not problems or steps < 1:
        return [Timeline(problem, SMALL) for problem in problems]
    return _Training(problems, steps).timelines()


class _Training:
    """A stack of runs, which gets smaller as runs leave it."""

    def __init__(self, problems: Sequence[Problem], steps: int) -> None:
        self._problems, self._steps = problems, steps
        self._stride = 1 << max(0, -(-steps // KEPT) - 1).bit_length()
        self._losses = [np.empty(steps) for _ in problems]
        self._timelines: dict[int, Timeline] = {}
        self._places = np.arange(len(problems))  # of the runs in the stack, among all
        self._stack = Stack(problems)
        self._states: list[Array] = []  # of the runs in the stack, on the stride
        self._before = self._after = self._stack.state()  # as they were at the last look but one, and at the last
        self._at = (0, 0)  # the steps of these

    def timelines(self) -> list[Timeline]:
        """Those of all runs, trained to the end."""
        for stop in _looks(self._steps, self._stride):
            if len(self._places) < FEW or not self._go(stop):
                break
        for row in range(len(self._places)):
            self._finish(row)
        return [self._timelines[place] for place in range(len(self._problems))]

    def _go(self, stop: int) -> bool:
        """Train the stack up to a step, and take out the runs that are no longer finite. False, and nothing done, where
        the first look shows that a run of the stack has not the bits of a single one: numpy does not promise them.
        """
        start = self._at[1]
        if start % self._stride == 0:
            self._states.append(self._after)
        losses = self._stack.run(start, stop)
        after = self._stack.state()
        if start == 0 and not _same_bits(self._problems[0], losses[0], after[0]):
            return False
        finite = _finite(losses) & _finite(after)
        if not finite.all():
            for row in np.flatnonzero(~finite).tolist():
                self._finish(row, stop)
            self._keep(finite)
            losses, after = losses[finite], after[finite]
        for place, told in zip(self._places, losses, strict=True):
            self._losses[place][start:stop] = told
        self._before, self._after, self._at = self._after, after, (start, stop)
        return True

    def _keep(self, rows: Mask) -> None:
        """Go on with these runs alone."""
        self._places = self._places[rows]
        self._states = [states[rows] for states in self._states]
        self._before, self._after = self._before[rows], self._after[rows]
        if len(self._places):
            self._stack = self._stack.of(rows)

    def _finish(self, row: int, stop: int = 0) -> None:
        """Train a run of the stack to the end by itself, from the last look on; by step `stop` it is not finite."""
        place, (before, n) = int(self._places[row]), self._at
        problem, losses = self._problems[place], self._losses[place][:n]
        if n:
            states = np.array([states[row] for states in self._states])
            computed = Computed(losses, states, self._stride, (before, self._before[row]), self._after[row])
            timeline = Timeline.of(problem, computed)
        else:
            timeline = Timeline(problem, SMALL)
        with suppress(DivergedError):
            for end in (stop, self._steps):
                if len(timeline) < end:
                    timeline.approach(end)
        self._timelines[place] = timeline


def _finite(rows: Array) -> Mask:
    """Whether all numbers of each row are finite."""
    finite: Mask = np.logical_and.reduce(np.isfinite(rows), axis=1)
    return finite


def _same_bits(problem: Problem, losses: Array, after: Array) -> bool:
    """Whether the first steps of a run, which had these losses, and the state after them are as they are alone."""
    trainer = Trainer(problem)
    checkpoints = Checkpoints(trainer.state.size, budget=0)
    checkpoints.reserve(len(losses))
    alone = trainer.run(len(losses), checkpoints)
    return np.array_equal(alone, losses, equal_nan=True) and np.array_equal(trainer.state, after, equal_nan=True)


def _looks(steps: int, stride: int) -> Iterator[int]:
    """The steps before which the runs are looked at: more and more rarely; on the stride; before the last and after it,
    for this is where others look.
    """
    start, look = 0, FIRST_LOOK
    while start < steps:
        start = min(start + look, start - start % stride + stride, steps - 1 if start < steps - 1 else steps)
        yield start
        look = min(2 * look, LAST_LOOK)


class Stack:
    """The working state of R runs, as `Trainer` is that of one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        problem, runs = problems[0], len(problems)
        self.problems, self._problem = problems, problem
        self._parameters = Parameters.stacked([each.network for each in problems])
        self._gradients = Parameters(problem.network, np.zeros(self._parameters.flat.shape))
        trained, gradients = self._parameters.trained, self._gradients.trained
        self._buffers = {letter: np.zeros(trained.shape) for letter in problem.update.buffers}
        self._rates = Rates(problem.update, (runs, 1))
        rates, self._rate_of = np.unique([each.learning_rate for each in problems], return_inverse=True)
        self._first_rates: list[float] = rates.tolist()
        self._set_rates(0)
        self._update = list(update_operations(problem.update, trained, gradients, self._buffers, self._rates))
        self._losses: list[Array] = []
        self._batches = _Batches(problems)
        self._operations: dict[int, list[Operation]] = {}

    def state(self) -> Array:
        """A copy of the state of each run as `Trainer.state` has it, a row for each."""
        return np.concatenate([*self._buffers.values(), self._parameters.trained], axis=1)

    def of(self, rows: Mask) -> Stack:
        """A stack of some of the runs, as they are."""
        stack = Stack([problem for problem, kept in zip(self.problems, rows, strict=True) if kept])
        stack._parameters.flat[:] = self._parameters.flat[rows]
        for letter, buffer in self._buffers.items():
            stack._buffers[letter][:] = buffer[rows]
        return stack

    def run(self, start: int, stop: int) -> Array:
        """Take the steps from the one that the runs stand before up to, not including, `stop`, and return their losses,
        a row for each run.
        """
        self._losses.clear()
        changes = self._problem.changes_with_step
        with np.errstate(all="ignore"):
            for index in range(start, stop):
                if changes:
                    self._set_rates(index)
                for operation in self._load(index):
                    operation()
        return np.array(self._losses).T

    def _load(self, index: int) -> list[Operation]:
        """The operations of a step, with the rows of its batches in place."""
        size = self._batches.schedule.size(index)
        if size not in self._operations:
            data = self._batches.batch(size)
            work = Pass(self._problem, *data, self._parameters, self._gradients, self._losses.append)
            self._operations[size] = [*work.operations, *self._update]
        self._batches.load(index)
        return self._operations[size]

    def _set_rates(self, index: int) -> None:
        schedule, rates = self._problem.schedule, self._first_rates
        if schedule is not None:
            rates = [schedule.rate(first, index) for first in rates]
        self._rates.set(np.array(rates)[self._rate_of].reshape(-1, 1), index + 1)


class _Batches:
    """The rows of each step of R runs, in ready arrays. Where all runs have the same, they share the inputs."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        problem = problems[0]
        self._data, self._runs = (problem.inputs, problem.targets), len(problems)
        self.schedule = BatchSchedule(len(problem.inputs), problem.batch_size, 0, problem.shuffle)
        seeds, self._seed_of = np.unique([str(each.shuffle_seed) for each in problems], return_inverse=True)
        self._seeds = [int(seed) for seed in seeds]
        self._orders: tuple[int, Rows] = (0, np.arange(len(problem.inputs))[np.newaxis])  # an epoch, and its orders
        if self.schedule.shuffled:
            self._orders = (-1, self._orders[1])
        self._arrays: dict[int, tuple[Array, Array]] = {}

    def batch(self, size: int) -> tuple[Array, Array]:
        """Inputs and targets of steps over `size` rows, the arrays that `load` writes to."""
        inputs, targets = self._data
        if not self.schedule.in_batches:
            return inputs, np.tile(targets, (self._runs, 1, 1))
        runs = (self._runs,) if self.schedule.shuffled else ()
        self._arrays[size] = (
            np.empty((*runs, size, inputs.shape[1])),
            np.empty((self._runs, size, targets.shape[1])),
        )
        return self._arrays[size]

    def load(self, index: int) -> None:
        """Write the rows of step `index` into the arrays for batches of its size."""
        schedule = self.schedule
        if not schedule.in_batches:
            return
        epoch, place = schedule.place(index)
        size = schedule.size(index)
        start = place * schedule.batch_size
        rows = self._order(epoch)[:, start : start + size]
        (all_inputs, all_targets), (inputs, targets) = self._data, self._arrays[size]
        if schedule.shuffled:
            all_inputs.take(rows, 0, inputs, "clip")
            all_targets.take(rows, 0, targets, "clip")
        else:
            all_inputs.take(rows[0], 0, inputs, "clip")
            targets[:] = all_targets[rows[0]]

    def _order(self, epoch: int) -> Rows:
        known, order = self._orders
        if self.schedule.shuffled and known != epoch:
            order = orders(self._seeds, epoch, self.schedule.rows)[self._seed_of]
            self._orders = epoch, order
        return order
