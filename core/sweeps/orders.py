"""The order of an epoch's rows for many seeds together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.arrays import Rows
from core.batches import shuffled

Words = npt.NDArray[np.uint32]
Draws = npt.NDArray[np.uint64]
Wide = tuple[Draws, Draws]  # numbers of 128 bits: their upper and their lower halves

WORD = 2**32  # a seed below this is a single word of numpy's SeedSequence
POOL = 4  # words
FEW = 40  # seeds: fewer are as fast one by one
CELLS = 2**16  # draws that are worked out in one go, so that they stay in the processor's cache
# Of SeedSequence
HASH_A, TIMES_A = 0x43B0D7E5, 0x931E8875
HASH_B, TIMES_B = 0x8B51F9DD, 0x58F38DED
MIX_LEFT, MIX_RIGHT, SHIFT = np.uint32(0xCA01F9DD), np.uint32(0x4973F715), np.uint32(16)
# Of PCG64
MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645
HALF, LOW = np.uint64(32), np.uint64(WORD - 1)
ONE, TOP, LAST = np.uint64(1), np.uint64(58), np.uint64(63)


def orders(seeds: Sequence[int], epoch: int, rows: int) -> Rows:
    """For each seed the order in which that epoch uses so many rows, (R, rows): that of `BatchSchedule`."""
    found = np.empty((len(seeds), rows), dtype=np.intp)
    small = [place for place, seed in enumerate(seeds) if seed < WORD and epoch < WORD]
    small = small if len(small) >= FEW else []
    for place in {*range(len(seeds))} - {*small}:
        found[place] = shuffled(rows, seeds[place], epoch)
    together = max(1, CELLS // rows)
    for start in range(0, len(small), together):
        places = small[start : start + together]
        words = np.array([seeds[place] for place in places], dtype=np.uint32)
        found[places] = np.argsort(_draws(_seeded(words, epoch), rows), axis=1, kind="stable")
    return found


def _seeded(seeds: Words, epoch: int) -> tuple[Wide, Wide]:
    """The first state and the increment of PCG64 for each SeedSequence([seed, epoch])."""
    hashed = _Hash(HASH_A, TIMES_A)
    zeros = np.zeros_like(seeds)
    pool = [hashed(words) for words in (seeds, np.full_like(seeds, epoch), zeros, zeros)]
    for source in range(POOL):
        for place in range(POOL):
            if place != source:
                mixed = MIX_LEFT * pool[place] - MIX_RIGHT * hashed(pool[source])
                pool[place] = mixed ^ (mixed >> SHIFT)
    hashed = _Hash(HASH_B, TIMES_B)
    words = [hashed(pool[i % POOL]).astype(np.uint64) for i in range(2 * POOL)]
    high, low, step_high, step_low = (words[i] | words[i + 1] << HALF for i in range(0, 2 * POOL, 2))
    increment = (step_high << ONE | step_low >> LAST, step_low << ONE | ONE)
    return _add(_times(_add(increment, (high, low)), MULTIPLIER), increment), increment


class _Hash:
    """SeedSequence's hash, whose constant changes with each use."""

    def __init__(self, first: int, times: int) -> None:
        self._constant, self._times = first, times

    def __call__(self, words: Words) -> Words:
        words = words ^ np.uint32(self._constant)
        self._constant = self._constant * self._times % WORD
        words = words * np.uint32(self._constant)
        return words ^ (words >> SHIFT)


def _draws(seeded: tuple[Wide, Wide], rows: int) -> Draws:
    """The first draws of each generator, (R, rows)."""
    state, increment = seeded
    step: Wide = (increment[0][:, np.newaxis], increment[1][:, np.newaxis])
    first = _add(_times(state, MULTIPLIER), increment)
    high, low = np.empty((len(first[0]), rows), np.uint64), np.empty((len(first[0]), rows), np.uint64)
    high[:, 0], low[:, 0] = first
    # The state k steps on is a state + c increment: from those that are known, as many again.
    a, c, known = MULTIPLIER, 1, 1
    while known < rows:
        new = min(known, rows - known)
        there: Wide = (high[:, :new], low[:, :new])
        further = _add(_times(there, a), _times(step, c))
        high[:, known : known + new], low[:, known : known + new] = further
        a, c, known = a * a % WORD**4, (a + 1) * c % WORD**4, known + new
    mixed, turn = high ^ low, high >> TOP
    return np.bitwise_or(mixed >> turn, mixed << (-turn & LAST))


def _add(a: Wide, b: Wide) -> Wide:
    low = a[1] + b[1]
    return a[0] + b[0] + (low < b[1]), low


def _times(a: Wide, number: int) -> Wide:
    """The lower 128 bits of the product with a number of as many."""
    high, low = np.uint64(number >> 64), np.uint64(number % 2**64)
    b_high, b_low = low >> HALF, low & LOW
    a_high, a_low = a[1] >> HALF, a[1] & LOW
    below, left, right = a_low * b_low, a_high * b_low, a_low * b_high
    middle = (below >> HALF) + (left & LOW) + right
    upper = a_high * b_high + (left >> HALF) + (middle >> HALF)
    return upper + a[0] * low + a[1] * high, a[1] * low
