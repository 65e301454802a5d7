"""Timeline: every step of a run, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.batches import BatchSchedule
from core.checkpoints import Checkpoints
from core.errors import DivergedError
from core.network import Network
from core.problem import Problem
from core.quantity import first_not_finite
from core.sgd import Trainer
from core.step import Step
from core.tap import Tap

KIB = 2**10
MIB = 2**20
SMALL = 64 * KIB  # a budget for runs of which few steps are looked at
FRESH = (
    KIB // 2
)  # bytes of history a step, at most: memory that is touched for the first time can cost more than a step
WORTH_A_COPY = 2048  # rows: a step over so many costs so much more that there is a checkpoint for every one
SPARSEST = 32  # steps from one checkpoint to the next, at most, while there is room for all
BLOCK = 1024  # steps between two looks at whether the run is still finite


class Fork(NamedTuple):
    """Where a timeline leaves another one, its `parent`: before step `step`, with the state that it has there. `epochs`
    is the number of the epoch that begins there; None: the parent's goes on.
    """

    parent: Timeline
    step: int
    state: Array
    epochs: int | None = None


class Computed(NamedTuple):
    """The first n >= 1 steps of a run, computed elsewhere with the bits that a timeline has.

    losses       (n,), which the timeline takes over
    states       the states before steps 0, stride, 2 stride, ..., up to the last one before step n; `stride` is a power
                 of two
    recent       a step after the last one of these, or the same, and the state before it
    after        the state before step n

    All of them are finite, and so are all states between.
    """

    losses: Array
    states: Array
    stride: int
    recent: tuple[int, Array]
    after: Array


class Timeline:
    """The run of a problem, step by step from 0; any step can be had, in any order, and comes with its very bits.

    Its bits are those of one machine, BLAS and number of threads, which `core.fingerprint` names.

    It keeps the trained parameters before the steps, within `budget` bytes, and recomputes what lies between: seven
    eighths of the budget for the whole run, an eighth for the stretch that is being looked at. The losses are kept
    beside them, 8 bytes a step. A run stops being finite where its loss or a trained parameter does; an infinity that
    an activation swallows, like the relu of -inf, does not stop it. An interrupted call leaves it whole. Not for use
    by two threads at once, but `losses` and `len` may be read by another.

    With a `fork` it has the steps of `parent` up to step `start`, and its own from there on.
    """

    def __init__(self, problem: Problem, budget: int = 256 * MIB, fork: Fork | None = None) -> None:
        self.problem = problem
        self.diverged: DivergedError | None = None
        self.parent: Timeline | None = None if fork is None else fork.parent
        self.start = 0 if fork is None else fork.step
        self._trainer = Trainer(problem) if fork is None else _trainer(problem, fork)
        size = self._trainer.state.size
        self._checkpoints = Checkpoints(size, budget - budget // 8, stride=self._first_stride())
        self._window = Checkpoints(size, budget // 8)
        self._losses: Array = np.empty(1024)
        self._length = 0
        if fork is not None:
            self._checkpoints.restart(self.start)
            self._note(fork.parent.losses[: self.start])
        self._frontier = self._trainer.state.copy()  # the state before step len(self), unless the trainer is there

    @classmethod
    def of(cls, problem: Problem, computed: Computed, budget: int = SMALL) -> Timeline:
        """That of a run whose first steps are there already. It goes on from them."""
        timeline, n = cls(problem, budget), len(computed.losses)
        timeline._losses, timeline._length = computed.losses, n
        timeline._checkpoints.fill(computed.states, computed.stride, n)
        recent, state = computed.recent
        timeline._window.restart(recent)
        timeline._window.rows[0] = state
        timeline._window.extend(recent + 1)
        np.copyto(timeline._frontier, computed.after)
        timeline._trainer.restore(n, computed.after)
        return timeline

    def __len__(self) -> int:
        """How many steps have been computed so far."""
        return self._length

    def __iter__(self) -> Iterator[Step]:
        """The steps computed so far."""
        return (self[index] for index in range(len(self)))

    @property
    def losses(self) -> Array:
        """One loss for each computed step, read-only."""
        losses = self._losses[: self._length]
        losses.setflags(write=False)
        return losses

    @property
    def schedule(self) -> BatchSchedule:
        """Which rows its own steps use."""
        return self._trainer.schedule

    @property
    def steps_per_epoch(self) -> int:
        return self.schedule.steps_per_epoch

    @property
    def lineage(self) -> tuple[Timeline, ...]:
        """The timelines that its steps are of, the oldest first: each has those from its `start` up to that of the next
        one.
        """
        if self.parent is None:
            return (self,)
        return (*(timeline for timeline in self.parent.lineage if timeline.start < self.start), self)

    def state(self, index: int) -> Array:
        """The state of the run before step `index`, a copy. Raises as `approach` does."""
        if index < self.start:
            assert self.parent is not None
            return self.parent.state(index)
        self.approach(index)
        return self._trainer.state.copy()

    def network(self, index: int) -> Network:
        """The network with the weights and biases before step `index`. Raises as `approach` does."""
        if index < self.start:
            assert self.parent is not None
            return self.parent.network(index)
        self.approach(index)
        return self._trainer.network

    def fork(self, problem: Problem, index: int, state: Array) -> Timeline:
        """A run that leaves this one before step `index`, where its state is `state` (as `state(index)` has it), and
        goes on as `problem` says: this run's with other numbers, or other rows, but the same shapes. Raises as
        `approach` does.
        """
        if self.parent is not None and index < self.start:
            return self.parent.fork(problem, index, state)
        self.approach(index)
        if self._trainer.schedule.batch_size == (problem.batch_size or len(problem.inputs)):
            epochs = None
        else:
            # In the middle of an epoch, that one ends here.
            epochs = self[index - 1].epoch + 1 if index else 0
        return Timeline(problem, fork=Fork(self, index, state, epochs))

    def __getitem__(self, index: int) -> Step:
        """Step `index`, computed as far as it must be. Raises DivergedError where the run does not get there."""
        if self.parent is not None and 0 <= index < self.start:
            return self.parent[index]
        if self.diverged is not None and index >= self.diverged.step:
            raise self.diverged.with_traceback(None)
        self.approach(index)
        trainer, recorder = self._trainer, self._recorder(index + 1)
        if index < self._length:
            return trainer.record(recorder)
        np.copyto(self._frontier, trainer.state)
        step = trainer.record(recorder)
        self._accept(np.array([step.loss]))
        return step

    def advance(self, steps: int) -> None:
        """Compute `steps` more. Raises DivergedError where the run stops being finite; the steps before it stay."""
        if steps < 0:
            raise ValueError(f"expected a number of steps of at least 0, found {steps}")
        self.approach(self._length + steps)

    def approach(self, index: int, steps: int | None = None) -> int:
        """Come nearer to step `index` by computing at most `steps` steps (None: all it takes), and return how many
        are left: a long way can be taken in pieces, with a look at the clock or the keyboard between them.
        Raises DivergedError, IndexError.
        """
        if index < 0:
            raise IndexError(f"expected a step of at least 0, found {index}")
        if self.parent is not None and index < self.start:
            return self.parent.approach(index, steps)
        if self.diverged is not None and index > self.diverged.step:
            raise self.diverged.with_traceback(None)
        self._go_back(index)
        self._run_to(index if steps is None else min(index, self._trainer.index + steps))
        return index - self._trainer.index

    def observe(self, start: int, stop: int, tap: Tap) -> None:
        """Pass the steps from `start`, one of its own, up to, not including, `stop`, computed before or not, and let
        `tap` copy their numbers. Raises as `approach` does; the step that is not finite is copied, too.
        """
        self.approach(start)
        tap.restart(start)
        self._run_to(stop, tap)

    def kept(self, index: int) -> int:
        """The last step up to `index`, a computed one, that is there without computing others anew."""
        if self.parent is not None and index < self.start:
            return self.parent.kept(index)
        kept = (checkpoints.nearest(index) for checkpoints in (self._checkpoints, self._window))
        return max(found[0] for found in kept if found is not None)

    def _run_to(self, end: int, tap: Tap | None = None) -> None:
        """Pass every step from the trainer's on up to step `end`."""
        trainer = self._trainer
        while trainer.index < end:
            if trainer.index < self._length:
                trainer.run(min(end, self._length) - trainer.index, self._recorder(min(end, self._length)), tap)
            else:
                self._run_on(min(end - trainer.index, BLOCK), tap)

    def _go_back(self, index: int) -> None:
        """Put the trainer where the fewest steps lead to `index`."""
        trainer, reach = self._trainer, min(index, self._length)
        known = [(trainer.index, trainer.state)] if trainer.index <= reach else []
        known += [kept for checkpoints in (self._checkpoints, self._window) if (kept := checkpoints.nearest(reach))]
        if reach == self._length != trainer.index:
            known.append((self._length, self._frontier))
        nearest, state = max(known, key=lambda kept: kept[0])
        if nearest == trainer.index:
            return
        if trainer.index == self._length:
            np.copyto(self._frontier, trainer.state)
        trainer.restore(nearest, state)

    def _first_stride(self) -> int:
        """Of how many steps one leaves a checkpoint while there is room for all: a power of two, as the strides of
        `Scores` are.
        """
        trainer = self._trainer
        wanted = min(SPARSEST, trainer.state.nbytes // FRESH, WORTH_A_COPY // trainer.schedule.batch_size)
        return 1 << max(1, wanted).bit_length() - 1

    def _recorder(self, end: int) -> Checkpoints:
        """Where the states from the trainer's on, up to `end`, are to be kept."""
        if self._trainer.index >= self._length:
            self._checkpoints.reserve(end)
            return self._checkpoints
        if end == self._trainer.index + 1 and self._checkpoints.holds(self._trainer.index):
            return self._checkpoints  # nothing new: the window stays where it is
        if not self._window.continues_at(self._trainer.index):
            self._window.restart(self._trainer.index)
        self._window.reserve(end)
        return self._window

    def _run_on(self, steps: int, tap: Tap | None) -> None:
        """Take new steps."""
        np.copyto(self._frontier, self._trainer.state)
        self._accept(self._trainer.run(steps, self._recorder(self._length + steps), tap), tap)

    def _accept(self, losses: Array, tap: Tap | None = None) -> None:
        """Keep the new steps, which had these losses and began at the frontier, if all of them are finite."""
        # A parameter that is not finite never becomes finite again, so the last state answers for all before it.
        if not (np.isfinite(losses).all() and np.isfinite(self._trainer.state).all()):
            self._stop(losses, tap)
        self._note(losses)

    def _note(self, losses: Array) -> None:
        length = self._length + len(losses)
        if length > len(self._losses):
            grown = np.empty(max(2 * len(self._losses), length))
            grown[: self._length] = self._losses[: self._length]
            self._losses = grown
        self._losses[self._length : length] = losses
        self._length = length

    def _stop(self, losses: Array, tap: Tap | None) -> None:
        """One of the steps from the frontier on, which had these losses, is not finite: find it, keep what is before
        it, and raise.
        """
        trainer, checkpoints = self._trainer, self._checkpoints
        trainer.restore(self._length, self._frontier)
        for _ in losses:
            loss = trainer.run(1, checkpoints, tap)
            if not (np.isfinite(loss).all() and np.isfinite(trainer.state).all()):
                break
            self._note(loss)
            np.copyto(self._frontier, trainer.state)
        bad = self._length
        trainer.restore(bad, self._frontier)
        step = trainer.record(checkpoints, tap)
        trainer.restore(bad, self._frontier)
        found = first_not_finite(step)
        assert found is not None
        quantity, cell = found
        value = float(quantity.values[tuple(i - 1 for i in cell)])
        self.diverged = DivergedError(bad, quantity.name, quantity.symbol, cell, value)
        raise self.diverged


def _trainer(problem: Problem, fork: Fork) -> Trainer:
    """One that stands where a run leaves another."""
    schedule = fork.parent._trainer.schedule
    start, epochs = (schedule.start, schedule.epochs) if fork.epochs is None else (fork.step, fork.epochs)
    trainer = Trainer(problem, start, epochs)
    trainer.restore(fork.step, fork.state)
    return trainer
