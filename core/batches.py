"""Which rows of the data make up each SGD step, and their numbers in ready arrays."""

from __future__ import annotations

import numpy as np

from core.arrays import Array, Rows

GATHERED = 2**15  # numbers that are gathered in one go: enough to spread the cost of a call, and they stay in the cache


class BatchSchedule:
    """Which rows each SGD step uses: a function of the step's index alone, so that any step can be asked for. Its first
    epoch begins at step `start`, and has the number `epochs`.
    """

    def __init__(
        self,
        rows: int,
        batch_size: int | None,
        seed: int,
        shuffle: bool = True,
        start: int = 0,
        epochs: int = 0,
    ) -> None:
        self.rows = rows
        self.start, self.epochs = start, epochs
        self.batch_size = rows if batch_size is None else batch_size
        self.steps_per_epoch = -(-rows // self.batch_size)
        self.in_batches = batch_size is not None
        self.shuffled, self._seed = shuffle and self.in_batches, seed
        self._order: tuple[int, Rows] = (-1, np.arange(rows))  # an epoch, and its order

    def place(self, index: int) -> tuple[int, int]:
        """The epoch of step `index`, and how many of its steps come before."""
        epoch, place = divmod(index - self.start, self.steps_per_epoch)
        return self.epochs + epoch, place

    def size(self, index: int) -> int:
        """How many rows step `index` uses; the last one of an epoch uses what is left."""
        _, place = self.place(index)
        return min(self.batch_size, self.rows - place * self.batch_size)

    def sizes(self, start: int, stop: int) -> Rows:
        """The same for all steps from `start` up to `stop`."""
        place = (np.arange(start, stop) - self.start) % self.steps_per_epoch
        return np.minimum(self.batch_size, self.rows - place * self.batch_size)

    def epochs_of(self, start: int, stop: int) -> Rows:
        """The epochs of these steps."""
        found: Rows = self.epochs + (np.arange(start, stop) - self.start) // self.steps_per_epoch
        return found

    def batch(self, index: int) -> Rows:
        """The rows of step `index`."""
        epoch, place = self.place(index)
        return self.order(epoch)[place * self.batch_size : (place + 1) * self.batch_size]

    def order(self, epoch: int) -> Rows:
        """All rows in the order in which an epoch uses them."""
        known, order = self._order
        if self.shuffled and known != epoch:
            order = shuffled(self.rows, self._seed, epoch)
            self._order = epoch, order
        return order


def shuffled(rows: int, seed: int, epoch: int) -> Rows:
    """So many rows in the order in which an epoch uses them."""
    # The rank of raw 64-bit draws: numpy keeps a bit generator's raw stream the same from version to version, which it
    # does not promise for permutation().
    generator = np.random.PCG64(np.random.SeedSequence([seed, epoch]))
    order: Rows = np.argsort(generator.random_raw(rows), kind="stable")
    return order


class GatheredRows:
    """The numbers of each step's rows, gathered for as many steps at once as is worth while."""

    def __init__(self, inputs: Array, targets: Array, schedule: BatchSchedule) -> None:
        self._schedule = schedule
        self._data = inputs, targets
        self._widths = inputs.shape[1], targets.shape[1]
        width = sum(self._widths)
        self._steps = max(1, min(schedule.steps_per_epoch, GATHERED // (width * schedule.batch_size)))
        self._gathered = self._empty(self._steps * schedule.batch_size)
        self._cells = self._memory(self._gathered)
        self._held = (-1, -1)  # the epoch and the place in it of the first step whose rows are gathered
        self._batches: dict[int, tuple[tuple[Array, Array], tuple[memoryview, memoryview]]] = {}

    def batch(self, size: int) -> tuple[Array, Array]:
        """Inputs and targets of a step over `size` rows: the arrays that `load` writes to."""
        if size not in self._batches:
            arrays = self._empty(size)
            self._batches[size] = arrays, self._memory(arrays)
        return self._batches[size][0]

    def load(self, index: int) -> None:
        """Write the rows of step `index` into the arrays for a batch of its size."""
        schedule = self._schedule
        epoch, place = schedule.place(index)
        size = schedule.size(index)
        arrays, (inputs, targets) = self._batches[size]
        if self._steps == 1:
            self._gather(schedule.batch(index), arrays)
            return
        within = place % self._steps
        if self._held != (epoch, place - within):
            start = (place - within) * schedule.batch_size
            self._held = (-1, -1)
            self._gather(schedule.order(epoch)[start : start + len(self._gathered[0])], self._gathered)
            self._held = (epoch, place - within)
        first, last = within * schedule.batch_size, within * schedule.batch_size + size
        cells, target_cells = self._cells
        width, target_width = self._widths
        inputs[:] = cells[first * width : last * width]  # memory to memory: half the time of arrays for small ones
        targets[:] = target_cells[first * target_width : last * target_width]

    def _gather(self, rows: Rows, into: tuple[Array, Array]) -> None:
        for array, out in zip(self._data, into, strict=True):
            # mode="clip" writes straight into `out`, the default through a buffer; the rows are all within bounds.
            array.take(rows, 0, out[: len(rows)], "clip")

    def _empty(self, rows: int) -> tuple[Array, Array]:
        inputs, targets = (np.empty((rows, width)) for width in self._widths)
        return inputs, targets

    @staticmethod
    def _memory(arrays: tuple[Array, Array]) -> tuple[memoryview, memoryview]:
        inputs, targets = (array.reshape(-1).data for array in arrays)
        return inputs, targets
