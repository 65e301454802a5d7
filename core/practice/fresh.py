"""A fresh problem of the same kind as another, with numbers that are friendly to whoever computes them by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from core.arrays import Array
from core.errors import ProblemError
from core.losses import MarginLoss, SoftmaxHinge, SquaredError
from core.network import Layer, Network
from core.problem import Problem
from core.quantity import quantities
from core.step import Step
from core.timeline import Timeline

MOST_NUMBERS = 200  # that a person is asked for
LARGEST_SEED = 10**9
ATTEMPTS = 200
FEW_TARGETS = 4  # different rows of targets: classes, or as good as classes
BARRED = 100  # complaints that outweigh all others

# No multiple of the steps that the numbers come in is as near to these as rounding could tell, so that the same problem
# is chosen on every machine.
KINK = 0.01234
SMALL = 1.234e-4
LARGE = 9.8765
FLAT = 2.4567  # where tanh and the sigmoid have little slope left


def practice_problem(problem: Problem, seed: int) -> Problem:
    """A problem with the shapes, activations and loss of `problem`, and inputs, weights and targets of few decimals
    that follow from `seed` alone: no idle network, no number at a kink. Of a problem in mini-batches it takes as many
    rows as a batch has.

    Raises ProblemError where a step of it has more numbers than somebody would compute by hand.
    """
    rows = len(problem.inputs) if problem.batch_size is None else problem.batch_size
    sizes = problem.network.sizes
    # Before anything is drawn: a large network takes long even to be looked at.
    count = 2 * rows * sum(sizes[1:]) + 2 * sum(a * b for a, b in pairwise(sizes))
    if count <= MOST_NUMBERS:
        best, found = _Draw(problem, rows, seed, 0).problem(), BARRED * BARRED
        for attempt in range(ATTEMPTS):
            candidate = _Draw(problem, rows, seed, attempt).problem()
            step = Timeline(candidate)[0]
            count = sum(quantity.values.size for quantity in quantities(step))
            if count > MOST_NUMBERS:
                break
            complaints = sum(_complaints(step))
            if complaints < found:
                best, found = candidate, complaints
            if not found:
                return best
        else:
            return best
    advice = "; a smaller --batch takes fewer rows" if rows > 1 else ""
    raise ProblemError(
        problem.name,
        [f"too large to practise by hand: a step has {count} numbers or more, expected at most {MOST_NUMBERS}{advice}"],
    )


class _Draw:
    """One attempt at a problem."""

    def __init__(self, like: Problem, rows: int, seed: int, attempt: int) -> None:
        self.like, self.rows, self.seed = like, rows, seed
        # numpy promises the raw stream of PCG64 for ever, but not what its distributions make of it.
        self.stream = np.random.PCG64(np.random.SeedSequence([seed, attempt]))

    def problem(self) -> Problem:
        like = self.like
        return replace(
            like,
            name=f"{like.name}, practice {self.seed}",
            inputs=self.numbers((self.rows, like.network.sizes[0]), 4, 2),
            network=Network([self.layer(layer) for layer in like.network.layers]),
            targets=self.targets(),
            learning_rate=like.learning_rate if like.learning_rate in (0.1, 0.2, 0.25, 0.5, 1.0) else 0.1,
            batch_size=None,
        )

    def layer(self, layer: Layer) -> Layer:
        bias = None if layer.bias is None else self.numbers(layer.bias.shape, 5, 10)
        return replace(layer, weights=self.numbers(layer.weights.shape, 10, 10), bias=bias)

    def targets(self) -> Array:
        """Rows of the problem's own where it has few different ones, as classes are; else halves."""
        known = np.unique(self.like.targets, axis=0)
        if len(known) <= max(FEW_TARGETS, known.shape[1]) or not isinstance(self.like.loss, SquaredError):
            rows: Array = known[self.below(len(known), self.rows)]
            return rows
        return self.numbers((self.rows, known.shape[1]), 4, 2)

    def numbers(self, shape: tuple[int, ...], most: int, parts: int) -> Array:
        """Numbers ±1/parts, ±2/parts, ..., ±most/parts."""
        drawn = self.below(2 * most, int(np.prod(shape))).reshape(shape)
        signed = np.where(drawn < most, drawn - most, drawn - most + 1)
        numbers: Array = signed / parts
        return numbers

    def below(self, limit: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Whole numbers from 0 to limit - 1."""
        raw = self.stream.random_raw(count)
        return (raw % np.uint64(limit)).astype(np.int64)


def _complaints(step: Step) -> Iterator[int]:
    """What would make a step unpleasant, or dull, to work out: the more, the worse."""
    problem = step.problem
    for layer, s in zip(problem.network.layers, step.pre_activations, strict=True):
        yield int((np.abs(s) > LARGE).sum())
        if layer.activation == "relu":
            on = s > 0
            yield BARRED * int((np.abs(s) < KINK).sum())
            yield 10 * int((~on.any(axis=0)).sum()) + 3 * int((~on.any(axis=1)).sum())
            yield int(on.all() and on.size > 2)
        elif layer.activation != "identity":
            yield int((np.abs(s) > FLAT).sum())
    if isinstance(problem.loss, MarginLoss) and step.probabilities is not None:
        one_hot = problem.loss.one_hot(step.targets)
        terms = problem.loss.terms(step.probabilities, one_hot)
        if isinstance(problem.loss, SoftmaxHinge):
            yield BARRED * int(((np.abs(terms) < KINK) & (one_hot == 0)).sum())
            yield BARRED * int((terms <= 0).all())
    for quantity in quantities(step):
        sizes = np.abs(quantity.values)
        yield int(((sizes > 0) & (sizes < SMALL)).sum())
    yield BARRED * int(not any(gradient.any() for gradient in step.weight_gradients))
    for rows in (step.inputs, step.targets):
        yield 5 * int(len(rows) > 1 and len(np.unique(rows, axis=0)) == 1)
    yield int(len(np.unique(step.inputs, axis=0)) < len(step.inputs))
