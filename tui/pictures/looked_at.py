"""What pictures are drawn from, worked out for the step that is looked at: one pass through the network a picture, over
all of its pixels and samples at once, within a budget of work.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

import core
from core import Array, Mask, Network, Problem, Rows, SoftmaxLoss, Verdict
from tui.pictures.plane import Axis, Plane, spanning
from tui.pictures.samples import Samples
from tui.sheet.lines import Words

AT_ONCE = 50_000_000  # multiplications for a picture: some milliseconds
FUNCTION = 8  # multiplications that an activation costs about as much as
MOST_SAMPLES, FEWEST_SAMPLES = 2_000, 100  # that are drawn, of each part of the data, if there are so many
NEAR = 0.5  # how far a single output between 0 and 1, and one between -1 and +1, is from its middle at full certainty


@dataclass(frozen=True, eq=False)
class Looked:
    """The step that is looked at.

    problem, network    the network with the step's weights
    sample              the chosen sample: its row of the data
    outputs             its y_out (d_L,), as the step has it
    verdict             what the network makes of all rows; None: it is not known yet
    matrix              the inspected cell's, or else W_1
    plain               whether there are no colours
    """

    problem: Problem
    network: Network
    sample: int
    outputs: Array
    verdict: Verdict | None
    matrix: MatrixLookedAt
    plain: bool = False


class MatrixLookedAt(NamedTuple):
    """A matrix of a step: the name of its quantity as typed and as printed, its values (rows, columns), and the row and
    column of the inspected cell, from 0, if that is in it.
    """

    name: str
    symbol: str
    values: Array
    cell: tuple[int, int] | None = None


def cost(network: Network) -> int:
    """What one row costs, in multiplications."""
    sizes = network.sizes
    return sum(a * b for a, b in pairwise(sizes)) + FUNCTION * sum(sizes[1:])


def coarseness(network: Network, pixels: int) -> int:
    """The side of the squares of pixels that are drawn as one, so that a picture stays within its budget."""
    side = 1
    while cost(network) * pixels > AT_ONCE * side * side:
        side += 1
    return side


class Ranges(NamedTuple):
    """What stays fixed while one steps, of the data with those held out: an axis for each of the first two inputs, one
    for the targets, and the middle of the first target's values and how far they go from there.
    """

    inputs: tuple[Axis, ...]
    targets: Axis
    middle: float
    reach: float


@core.memoized(1)
def ranges(problem: Problem) -> Ranges:
    """Of a problem."""
    inputs, targets = problem.inputs[:, :2], problem.targets
    if problem.held_out is not None:
        inputs = np.concatenate([inputs, problem.held_out.inputs[:, :2]])
        targets = np.concatenate([targets, problem.held_out.targets])
    first = spanning(targets[:, 0], 0.0)
    middle = (first.low + first.high) / 2
    seen = tuple(spanning(inputs[:, j]) for j in range(inputs.shape[1]))
    return Ranges(seen, spanning(targets), middle, first.high - middle)


class DrawnRows(NamedTuple):
    """The rows of the data that are drawn.

    inputs, targets   (n, d_0), (n, d_L)
    ids      (n,) the rows of all data that they are, those held out behind those that are trained on
    held_out (n,) which are held out
    chosen   the place of the chosen sample among them
    total    how many rows there are
    """

    inputs: Array
    targets: Array
    ids: Rows
    held_out: Mask
    chosen: int
    total: int

    @property
    def told(self) -> list[Words]:
        """What is to be said where they are not all."""
        return [[f"{len(self.ids):,} of {self.total:,} rows"]] if len(self.ids) < self.total else []


@core.memoized(1)
def _some_rows(problem: Problem, most: int) -> tuple[Array, Array, Rows]:
    """Rows at even distances, of each part of the data at most so many; and which they are."""
    parts, first = [], 0
    for inputs, targets in ((problem.inputs, problem.targets), *([problem.held_out] if problem.held_out else [])):
        kept = min(len(inputs), most)
        rows = np.arange(kept) * len(inputs) // kept
        parts.append((inputs[rows], targets[rows], first + rows))
        first += len(inputs)
    inputs, targets, ids = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return inputs, targets, ids


def drawn_rows(looked: Looked) -> DrawnRows:
    """As many as the time allows, the chosen sample among them."""
    problem = looked.problem
    inputs, targets, ids = _some_rows(problem, min(MOST_SAMPLES, max(FEWEST_SAMPLES, AT_ONCE // cost(looked.network))))
    place = int(np.searchsorted(ids, looked.sample))
    if place == len(ids) or ids[place] != looked.sample:
        inputs = np.insert(inputs, place, problem.inputs[looked.sample], axis=0)
        targets = np.insert(targets, place, problem.targets[looked.sample], axis=0)
        ids = np.insert(ids, place, looked.sample)
    count = len(problem.inputs)
    total = count + (0 if problem.held_out is None else len(problem.held_out.inputs))
    return DrawnRows(inputs, targets, ids, ids >= count, place, total)


class DataRow(NamedTuple):
    """A row of the data: its number, from 0, among those trained on or those held out, and its targets (1, d_L)."""

    row: int
    held_out: bool
    targets: Array


def data_row(problem: Problem, place: int) -> DataRow:
    """One of all rows, those held out behind those trained on."""
    count, held_out = len(problem.inputs), problem.held_out
    if held_out is None or place < count:
        return DataRow(place, False, problem.targets[place : place + 1])
    return DataRow(place - count, True, held_out.targets[place - count : place - count + 1])


def says_probabilities(problem: Problem) -> bool:
    """Whether the outputs are the logits of several classes: what they say is the softmax of them."""
    return isinstance(problem.loss, SoftmaxLoss) and problem.targets.shape[1] > 1


def said(problem: Problem, outputs: Array) -> Array:
    """What the outputs (n, d) say, in the size of the targets: probabilities under a softmax loss."""
    if not says_probabilities(problem):
        return outputs
    assert isinstance(problem.loss, SoftmaxLoss)
    with np.errstate(all="ignore"):
        return problem.loss.probabilities(outputs)


def certainty(problem: Problem, outputs: Array) -> Array:
    """How certain a network is of the classes that these outputs (n, d) say, from 0 to 1: how far the largest is above
    the next, or a single one from its middle; NaN where an output is not finite.
    """
    with np.errstate(all="ignore"):
        if outputs.shape[1] == 1:
            middle = problem.threshold or 0.0
            sure = np.abs(outputs[:, 0] - middle) / (NEAR if middle else 1.0)
        else:
            top = np.partition(said(problem, outputs), -2, axis=1)[:, -2:]
            sure = top[:, 1] - top[:, 0]
        sure = np.minimum(sure, 1.0)
        sure[~np.isfinite(outputs).all(axis=1)] = np.nan
    found: Array = sure
    return found


def grouped(problem: Problem, targets: Array) -> Rows:
    """The class of each row of targets; of numbers, whether the first is above the middle."""
    if core.is_right_or_wrong(problem):
        return core.classes_said(problem, targets)
    found: Rows = (targets[:, 0] > ranges(problem).middle).astype(np.intp)
    return found


def wrong(problem: Problem, outputs: Array, targets: Array) -> Mask:
    """Which outputs are wrong; of numbers none is."""
    right = core.judged(problem, outputs, targets)
    return np.zeros(len(targets), dtype=np.bool_) if right is None else ~right


@lru_cache(maxsize=8)
def _centres(plane: Plane, down: int, side: int) -> Array:
    """The middles of a picture's pixels, kept from step to step."""
    points = plane.centres(down, side)
    points.setflags(write=False)
    return points


class Surface(NamedTuple):
    """What a network of two inputs says at every pixel, (rows, columns, d), and of the samples; `side` as coarse; and
    what is to be said of it.
    """

    outputs: Array
    samples: Samples
    side: int
    told: list[Words]


def surface(looked: Looked, plane: Plane, down: int) -> Surface:
    """Over a plane, with `down` pixels to a cell."""
    problem, network = looked.problem, looked.network
    side = coarseness(network, plane.rows * down * plane.columns)
    rows = drawn_rows(looked)
    outputs = network.outputs(np.concatenate([_centres(plane, down, side), rows.inputs]))
    pixels, of_samples = np.split(outputs, [-len(rows.inputs)])
    samples = Samples(
        rows.inputs[:, 0],
        rows.inputs[:, 1],
        grouped(problem, rows.targets),
        rows.ids,
        rows.held_out,
        wrong(problem, of_samples, rows.targets),
        rows.chosen,
    )
    told: list[Words] = [[f"coarse: {side} x {side} pixels as one, the network is large"]] if side > 1 else []
    across = -(-plane.columns // side)
    return Surface(pixels.reshape(-1, across, outputs.shape[1]), samples, side, [*told, *rows.told])


def enlarged(pixels: Rows, side: int, rows: int, columns: int) -> Rows:
    """Each pixel as a square, as far as there are rows and columns."""
    if side == 1:
        return pixels
    return pixels.repeat(side, axis=0).repeat(side, axis=1)[:rows, :columns]
