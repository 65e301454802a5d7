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
from core import Array, Evaluation, Mask, Network, Problem, Rows, SoftmaxLoss
from tui.pictures.plane import Axis, Plane, spanning
from tui.pictures.samples import Samples

AT_ONCE = 50_000_000  # multiplications for a picture: some milliseconds
FUNCTION = 8  # multiplications that an activation costs about as much as
MOST_SAMPLES = 2_000  # that are drawn, of each part of the data
NEAR = 0.5  # how far a single output between 0 and 1, and one between -1 and +1, is from its middle at full certainty


@dataclass(frozen=True, eq=False)
class Looked:
    """The step that is looked at.

    problem, network    the network with the step's weights
    sample              the chosen sample: its row of the data
    outputs             its y_out (d_L,), as the step has it
    evaluation          what the network makes of all rows; None: it is not known yet
    matrix              the inspected cell's, or else W_1
    plain               whether there are no colours
    """

    problem: Problem
    network: Network
    sample: int
    outputs: Array
    evaluation: Evaluation | None
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


@lru_cache(maxsize=4)
def ranges(problem: Problem) -> Ranges:
    """Of a problem."""
    inputs, targets = all_rows(problem)
    first = spanning(targets[:, 0], 0.0)
    middle = (first.low + first.high) / 2
    seen = tuple(spanning(inputs[:, j]) for j in range(min(2, inputs.shape[1])))
    return Ranges(seen, spanning(targets), middle, first.high - middle)


@lru_cache(maxsize=4)
def all_rows(problem: Problem) -> tuple[Array, Array]:
    """Inputs and targets of the rows that are drawn: those trained on, then those held out."""
    parts = [(problem.inputs[:MOST_SAMPLES], problem.targets[:MOST_SAMPLES])]
    if problem.held_out is not None:
        parts.append((problem.held_out.inputs[:MOST_SAMPLES], problem.held_out.targets[:MOST_SAMPLES]))
    inputs, targets = (np.concatenate(both) for both in zip(*parts, strict=True))
    return inputs, targets


def trained(problem: Problem) -> int:
    """How many of these are trained on."""
    return min(len(problem.inputs), MOST_SAMPLES)


def held_out(problem: Problem) -> Mask:
    """Which of these are not."""
    found: Mask = np.arange(len(all_rows(problem)[0])) >= trained(problem)
    return found


def data_row(problem: Problem, place: int) -> tuple[int, bool]:
    """The row of the data that a place among these has, and whether it is one held out."""
    first = trained(problem)
    return (place, False) if place < first else (place - first, True)


def chosen_place(looked: Looked) -> int:
    """The place of the chosen sample among them; -1 for none."""
    return looked.sample if looked.sample < trained(looked.problem) else -1


def said(problem: Problem, outputs: Array) -> Array:
    """What the outputs (n, d) say, in the size of the targets: probabilities under a softmax loss."""
    if isinstance(problem.loss, SoftmaxLoss) and outputs.shape[1] > 1:
        with np.errstate(all="ignore"):
            return problem.loss.probabilities(outputs)
    return outputs


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
def _points(problem: Problem, plane: Plane, down: int, side: int) -> Array:
    """The middles of a picture's pixels, and all samples behind them."""
    points = np.concatenate([plane.centres(down, side), all_rows(problem)[0]])
    points.setflags(write=False)
    return points


class Surface(NamedTuple):
    """What a network of two inputs says at every pixel, (rows, columns, d), and of the samples; `side` as coarse."""

    outputs: Array
    samples: Samples
    side: int


def surface(looked: Looked, plane: Plane, down: int) -> Surface:
    """Over a plane, with `down` pixels to a cell."""
    problem, network = looked.problem, looked.network
    side = coarseness(network, plane.rows * down * plane.columns)
    outputs = network.outputs(_points(problem, plane, down, side))
    inputs, targets = all_rows(problem)
    pixels, of_samples = outputs[: -len(inputs)], outputs[-len(inputs) :]
    samples = Samples(
        inputs[:, 0],
        inputs[:, 1],
        grouped(problem, targets),
        held_out(problem),
        wrong(problem, of_samples, targets),
        chosen_place(looked),
    )
    across = -(-plane.columns // side)
    return Surface(pixels.reshape(-1, across, outputs.shape[1]), samples, side)


def enlarged(pixels: Rows, side: int, rows: int, columns: int) -> Rows:
    """Each pixel as a square, as far as there are rows and columns."""
    if side == 1:
        return pixels
    return pixels.repeat(side, axis=0).repeat(side, axis=1)[:rows, :columns]
