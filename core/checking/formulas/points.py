"""Where formulas are judged: steps of the same network with other numbers, at which no bias, weight or gradient happens
to be 0 or 1, an ε is large enough to count, and ReLUs are on and off. Where one point cannot show all of this, several
do.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np

from core.losses.stated import StatedLoss
from core.network import Layer, Network
from core.problem import Problem
from core.sgd import Trainer
from core.step import Step
from core.updates import Update

POINTS = 3
MOST_TRIED = 20  # draws among which points are chosen
MANY_ROWS = 100
LARGEST = 6  # a layer with more units has fewer at a point
ALPHA = 0.37
SMALL, EPSILON = 1e-3, 0.29  # an ε so small is this one at a point
OFF, GRADIENT = "off", "gradient"
LOSS = -1


def points_like(step: Step, own_rate: bool = False, own_rows: bool = False) -> tuple[Step, ...]:
    """Points with the step's own α or another, and with its own n or another. None at all where the network does not
    bear its α.
    """
    alpha = step.learning_rate if own_rate else ALPHA if step.learning_rate != ALPHA else 2 * ALPHA
    index = step.index if own_rate else step.index + 1
    rows = len(step.batch) if own_rows else _other_rows(step)
    points = POINTS if rows <= MANY_ROWS else 1  # so many samples show everything at once
    lively: list[Step] = []
    others: list[Step] = []
    for seed in range(MOST_TRIED):
        found = _draw(step, seed, rows, alpha, index)
        if found is not None:
            (lively if _shows(found) == _all_there_is(found) else others).append(found)
        if len(lively) == points:
            return tuple(lively)
    needed = lively or _showing_more(others)
    rest = [point for point in others if point not in needed]
    return (*needed, *rest[: max(0, points - len(needed))])


def _showing_more(points: list[Step]) -> list[Step]:
    """Those of the points that show what none before them does."""
    seen: set[tuple[int, str]] = set()
    found = []
    for point in points:
        if not _shows(point) <= seen:
            found.append(point)
            seen |= _shows(point)
    return found


def _other_rows(step: Step) -> int:
    """A number of rows that is not the batch's, nor that of any layer's units."""
    taken = {len(step.batch), *_sizes(step.problem)}
    return next(rows for rows in count(4) if rows not in taken)


def _sizes(problem: Problem) -> tuple[int, ...]:
    # A matrix of a single row or column stays one, since formulas may rely on that.
    return tuple(size if size <= LARGEST else LARGEST + 1 + k % 4 for k, size in enumerate(problem.network.sizes))


def _draw(step: Step, seed: int, rows: int, alpha: float, index: int) -> Step | None:
    rng, problem, sizes = np.random.default_rng(seed), step.problem, _sizes(step.problem)
    layers = []
    for old, below, units in zip(problem.network.layers, sizes, sizes[1:], strict=False):
        bias = None if old.bias is None else rng.normal(size=units)
        if old.bias is not None and not old.train_bias and not old.bias.any():
            bias = np.zeros(units)  # a bias that is 0 for good may be left out
        weights = rng.normal(size=(below, units))
        layers.append(Layer(weights, bias, old.function, old.train_weights, old.train_bias))
    targets = problem.loss.draw_targets(rng, rows, sizes[-1])
    inputs = rng.normal(size=(rows, sizes[0]))
    drawn = replace(
        problem,
        inputs=inputs,
        targets=targets,
        network=Network(layers),
        learning_rate=alpha,
        update=_with_epsilon(problem.update),
        schedule=None,
        batch_size=None,
        input_names=(),
        target_names=(),
        held_out=None,
        image_shape=None,
    )
    trainer = Trainer(drawn)
    for buffer in trainer.buffers.values():
        np.copyto(buffer, np.abs(rng.normal(size=buffer.shape)))  # sums of squares among them
    trainer.index = index
    found = trainer.step()
    finite = np.isfinite(found.loss) and np.isfinite(trainer.state).all()
    return found if finite else None


def epsilon_of(update: Update) -> float:
    """The ε of an update that is too small to be seen in its steps; 0 where there is none."""
    epsilon = float(getattr(update, "epsilon", 0.0))
    return epsilon if epsilon < SMALL else 0.0


def _with_epsilon(update: Update) -> Update:
    return replace(update, **{"epsilon": EPSILON}) if epsilon_of(update) else update


def _shows(step: Step) -> set[tuple[int, str]]:
    """What there is to see at a point, by layer: units below a kink, as ReLUs that are off, and a gradient, for which
    some must be on; for the loss, as layer -1, something on the lower side of each of its kinks.
    """
    shown = set()
    loss = StatedLoss(step.problem.loss, step.outputs.shape[1])
    if all((kink <= 0).any() for kink in loss.kinks(step.outputs, step.targets)):
        shown.add((LOSS, OFF))
    for k, layer in enumerate(step.problem.network.layers):
        if not layer.function.kinks or (step.pre_activations[k] < 0).any():
            shown.add((k, OFF))
        if step.deltas[k].any():
            shown.add((k, GRADIENT))
    return shown


def _all_there_is(step: Step) -> set[tuple[int, str]]:
    return {(LOSS, OFF), *((k, what) for k in range(len(step.deltas)) for what in (OFF, GRADIENT))}
