"""A loss curve thinned to a bounded number of points."""

from __future__ import annotations

import numpy as np

from core.arrays import Array, Rows

BLOCKS = 128
MOST = 2 * BLOCKS  # numbers of a thinned curve


def thinned(losses: Array) -> Array:
    """At most MOST of the losses (n,): all of them, or the smallest and the largest of each of at most BLOCKS blocks of
    equally many steps (the last block may have fewer), in the order in which they occur.
    """
    if len(losses) <= MOST:
        return losses.copy()
    size, blocks = _blocks(len(losses))
    padded = np.full(blocks * size, losses[-1])
    padded[: len(losses)] = losses
    of_block = padded.reshape(blocks, size)
    low, high = of_block.argmin(axis=1), of_block.argmax(axis=1)
    chosen = np.stack([np.minimum(low, high), np.maximum(low, high)], axis=1)
    found: Array = np.take_along_axis(of_block, chosen, axis=1).reshape(-1)
    return found


def steps_of_curve(steps: int) -> Rows:
    """Where the numbers of a thinned curve of so many steps are drawn: each at its step, or the two of a block at its
    first and its last one.
    """
    if steps <= MOST:
        return np.arange(steps)
    size, blocks = _blocks(steps)
    first = np.arange(blocks) * size
    found: Rows = np.stack([first, np.minimum(first + size, steps) - 1], axis=1).reshape(-1)
    return found


def _blocks(steps: int) -> tuple[int, int]:
    """How many steps a block has, and how many blocks there are."""
    size = -(-steps // BLOCKS)
    return size, -(-steps // size)
