"""What differs between two steps: of one run, or of two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.step import Step
from core.timeline import Timeline

MOST = 1000  # numbers that are listed


class Difference(NamedTuple):
    """A number that two steps have: the name of its quantity as typed, and itself as printed, "W₁[1,3]"; its cell (none
    for a single number), what it is in the one and in the other.
    """

    name: str
    label: str
    cell: tuple[int, ...]
    one: float
    other: float


class Differences(NamedTuple):
    """What differs, the largest difference first, as many as are listed; how many differ, of how many that both steps
    have; and the quantities that cannot be compared: each step has them for other rows, or one of them not at all.
    """

    listed: tuple[Difference, ...]
    total: int
    compared: int
    left_out: tuple[str, ...]


def compare_steps(one: Step, other: Step, most: int = MOST) -> Differences:
    """Compare every number of two steps of the same network, bit by bit."""
    same_rows = np.array_equal(one.batch, other.batch)
    ours, theirs = one.values, other.values
    equations = {**one.statement.given, **one.statement.equations}
    names: list[str] = []
    left_out: list[str] = []
    for name, values in ours.items():
        comparable = name in theirs and values.shape == theirs[name].shape
        (names if comparable and (same_rows or not equations[name].per_sample) else left_out).append(name)
    left_out += [name for name in theirs if name not in ours]
    found = [*_of_numbers(one, other)]
    total, compared = len(found), len(one.statement.numbers) + sum(ours[name].size for name in names)
    for name in names:
        mine, yours = ours[name], theirs[name]
        gaps = _gaps(mine, yours)
        places = np.flatnonzero(gaps)
        total += len(places)
        largest = places[np.argsort(-gaps[places], kind="stable")[:most]]
        for flat in largest:
            at = tuple(int(i) for i in np.unravel_index(flat, mine.shape))
            cell = tuple(i + 1 for i in at)
            label = one.statement.wording.label(name, cell)
            found.append(Difference(name, label, cell, float(mine[at]), float(yours[at])))
    found.sort(key=lambda difference: -_gap(difference))
    return Differences(tuple(found[:most]), total, compared, tuple(left_out))


def first_loss_apart(one: Timeline, other: Timeline) -> int | None:
    """The first step of which two runs have another loss; None where they have the same as far as both are computed.
    Other numbers may differ before, or without that: those of a unit that is off in every row.
    """
    both = min(len(one), len(other))
    apart = np.flatnonzero(one.losses[:both] != other.losses[:both])
    return int(apart[0]) if len(apart) else None


def _of_numbers(one: Step, other: Step) -> Iterator[Difference]:
    """α, the margin and their like."""
    mine, yours = one.statement.numbers, other.statement.numbers
    for name in mine:
        if name in yours and mine[name] != yours[name]:
            yield Difference(name, one.statement.letters[name], (), mine[name], yours[name])


def _gaps(mine: Array, yours: Array) -> Array:
    """How far each number is from the other, flat: 0 for the same bits of value, NaN included."""
    with np.errstate(all="ignore"):
        gaps = np.abs(mine - yours).reshape(-1)
    same = (mine == yours) | (np.isnan(mine) & np.isnan(yours))
    gaps = np.where(np.isnan(gaps), np.inf, gaps)
    return np.where(same.reshape(-1), 0.0, np.where(gaps == 0, np.finfo(float).tiny, gaps))


def _gap(difference: Difference) -> float:
    return float(_gaps(np.array([difference.one]), np.array([difference.other]))[0])
