"""A fresh problem of the same kind as another, with numbers that are friendly to whoever computes them by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from core.arrays import Array
from core.equations import Statement
from core.errors import ProblemError
from core.expression.value import Compiler
from core.losses.stated import StatedLoss
from core.network import Layer, Network
from core.problem import Problem
from core.step import Step
from core.timeline import Timeline

MOST_NUMBERS = 200  # of a step, without those that only make its steps smaller
LARGEST_SEED = 10**9
SMALLER = "; take fewer units (--hidden), layers or inputs"
ATTEMPTS = 200
PICKY = 40  # attempts among which a problem of few decimals is looked for
FEW_DECIMALS, ENDLESS = 4, 9
FEW_TARGETS = 4  # different rows of targets: classes, or as good as classes
REACH = np.array([-1000.0, -1.0, 0.0, 1.0, 1000.0])  # where an activation shows what it comes to
BARRED = 100  # complaints that outweigh all others
USUAL_RATE = 0.1

# No multiple of the steps that the numbers come in is as near to these as rounding could tell, so that the same problem
# is chosen on every machine.
KINK = 0.01234
SMALL = 1.234e-4
NOTHING = 1e-12  # what is left of 0.3 - 0.1 - 0.2
LARGE = 9.8765
ALIKE = 1e-6  # how near to a whole number what is one comes
FLAT = 2.4567  # where tanh and the sigmoid have little slope left


def practice_problem(problem: Problem, seed: int, *, keep_rate: bool = False, keep_rows: bool = False) -> Problem:
    """A problem with the shapes, activations and loss of `problem`, and inputs, weights and targets of few decimals
    that follow from `seed` alone: no idle network, no number at a kink. It has as many rows as a step of `problem`, or
    as many as leave a person with no more than MOST_NUMBERS numbers; and its learning rate, if that has few digits.

    `keep_rate` and `keep_rows` say that somebody asked for this very rate and these rows. Raises ProblemError where a
    step has more numbers than somebody would compute by hand.
    """
    rows = _rows(problem, keep_rows)
    rate = problem.learning_rate if keep_rate or _friendly(problem.learning_rate) else USUAL_RATE
    draw = _Draw(problem, rows, rate, seed)
    best, found = None, (math.inf, ENDLESS)
    for attempt in range(ATTEMPTS):
        candidate = draw.problem(attempt)
        judged = _badness(practised_step(candidate), found)
        if best is None or judged < found:
            best, found = candidate, judged
        if not found[0] and (found[1] <= FEW_DECIMALS or found[1] == ENDLESS or attempt >= PICKY):
            break
    assert best is not None
    return best


def practised_step(problem: Problem) -> Step:
    """The step of a practice problem that is worked out: the first; where an update remembers something, which is 0 at
    first, the second.
    """
    return Timeline(problem)[1 if problem.update.buffers else 0]


def rows_of(problem: Problem) -> int:
    """How many rows a step of a problem has."""
    return problem.batch_size or len(problem.inputs)


def _rows(problem: Problem, keep_rows: bool) -> int:
    """How many rows of a problem are few enough. Raises ProblemError."""
    rows = rows_of(problem)
    weights = 2 * sum(a * b for a, b in pairwise(problem.network.sizes))
    # Before anything is drawn: a large network takes long even to be looked at.
    if weights > MOST_NUMBERS:
        raise _too_large(problem, f"a step has {weights} numbers for its weights alone", SMALLER)
    one, two = (_count(_Draw(problem, n, USUAL_RATE, 0).problem(0)) for n in (1, 2))
    each = two - one
    count, most = one + (rows - 1) * each, 1 + (MOST_NUMBERS - one) // each
    if most < 1:
        raise _too_large(problem, f"a step has {one} numbers with a single row", SMALLER)
    if keep_rows and most < rows:
        raise _too_large(problem, f"a step has {count} numbers", f"; --batch {most} fits")
    return min(rows, most)


def _too_large(problem: Problem, words: str, advice: str = "") -> ProblemError:
    return ProblemError(
        problem.name, [f"too large to practise by hand: {words}, expected at most {MOST_NUMBERS}{advice}"]
    )


def _count(problem: Problem) -> int:
    return sum(values.size for values in _judged(practised_step(problem)))


def _friendly(rate: float) -> bool:
    """Whether a learning rate has few digits, and leaves the updated weights few more."""
    return 0.01 <= rate < 100 and float(f"{rate:.2g}") == rate


class _Draw:
    """Attempts at a problem."""

    def __init__(self, like: Problem, rows: int, rate: float, seed: int) -> None:
        self.like, self.rows, self.rate, self.seed = like, rows, rate, seed
        self.known = _different(like.targets, _few(like))

    def problem(self, attempt: int) -> Problem:
        # numpy promises the raw stream of PCG64 for ever, but not what its distributions make of it.
        self.stream = np.random.PCG64(np.random.SeedSequence([self.seed, attempt]))
        like, columns, wanted = self.like, self.like.network.sizes[0], rows_of(self.like)
        fewer = f", {self.rows} of {wanted} rows" if self.rows < wanted else ""
        return replace(
            like,
            name=f"{like.name}, sheet {self.seed}{fewer}",
            # Whole numbers, unless the rows would be too much alike.
            inputs=self.numbers((self.rows, columns), *((2, 1) if columns > 1 else (4, 2))),
            network=Network([self.layer(layer) for layer in like.network.layers]),
            targets=self.targets(),
            learning_rate=self.rate,
            schedule=None,
            batch_size=None,
            held_out=None,
            image_shape=None,
            remarks=(),
        )

    def layer(self, layer: Layer) -> Layer:
        bias = None if layer.bias is None else self.numbers(layer.bias.shape, 5, 10)
        return replace(layer, weights=self.numbers(layer.weights.shape, 10, 10), bias=bias)

    def targets(self) -> Array:
        """Rows of the problem's own where it has few different ones, as classes are; else halves, or what the output's
        activation comes near to.
        """
        known = self.known
        if len(known) > _few(self.like):
            reach = self.like.network.layers[-1].function(REACH)
            drawn = self.numbers((self.rows, known.shape[1]), *((9, 10) if np.abs(reach).max() <= 1 else (4, 2)))
            drawn = drawn if reach.min() < 0 else np.abs(drawn)
            if not self.like.loss.target_mistakes(drawn):
                return drawn
            known = _different(self.like.targets, None)
        rows: Array = known[self.below(len(known), self.rows)]
        return rows

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


def _few(problem: Problem) -> int:
    """How many different rows of targets are as good as classes."""
    return max(FEW_TARGETS, int(problem.targets.shape[1]))


def _different(rows: Array, most: int | None) -> Array:
    """The different rows among `rows`, in order; as soon as there are more than `most` (None: any number), these."""
    found: list[Array] = []
    left = rows
    while len(left) and (most is None or len(found) <= most):
        found.append(left[0])
        left = left[(left != left[0]).any(axis=1)]
    return np.unique(np.array(found), axis=0)


def _badness(step: Step, best: tuple[float, int]) -> tuple[float, int]:
    """The complaints about a step, which are counted on no longer than they are no more than those of the `best` one so
    far, and its decimals.
    """
    complaints = 0
    for more in _complaints(step):
        complaints += more
        if complaints > best[0]:
            return complaints, ENDLESS
    return complaints, _decimals(step)


def _complaints(step: Step) -> Iterator[int]:
    """What would make a step unpleasant, or dull, to work out: the more, the worse."""
    problem = step.problem
    for layer, s in zip(problem.network.layers, step.pre_activations, strict=True):
        yield int((np.abs(s) > LARGE).sum())
        function = layer.function
        for kink in function.kinks:
            side = Compiler({}, {})(kink)({"s": s, "z": function(s)})
            on = side > 0
            yield BARRED * int((np.abs(side) < KINK).sum())
            yield 10 * int((~on.any(axis=0)).sum()) + 3 * int((~on.any(axis=1)).sum())
            yield int(on.all() and on.size > 2)
        if not function.piecewise_linear:
            yield int((np.abs(s) > FLAT).sum())
    for sides in StatedLoss(problem.loss, step.outputs.shape[1]).kinks(step.outputs, step.targets):
        counts = ~np.isnan(sides)
        yield BARRED * int((np.abs(sides[counts]) < KINK).sum())
        yield BARRED * int((sides[counts] <= 0).all())
    for values in (*step.weights, *step.buffers.values()) if step.index else ():
        sizes = np.abs(values)  # what an earlier step has left of ½ - ½
        yield 10 * int(((sizes > NOTHING) & (sizes < SMALL)).sum())
    for values in _judged(step):
        sizes = np.abs(values)
        yield int(((sizes > NOTHING) & (sizes < SMALL)).sum())
    yield BARRED * int(not any(gradient.any() for gradient in step.weight_gradients))
    for rows in (step.inputs, step.targets):
        yield 5 * int(len(rows) > 1 and len(np.unique(rows, axis=0)) == 1)
    yield int(len(np.unique(step.inputs, axis=0)) < len(step.inputs))


def _judged(step: Step) -> Iterator[Array]:
    """The quantities by which a step is judged. Those that only make its steps smaller are not among them, so that a
    sheet's number stands for the same sheet as before there were any.
    """
    return (step.values[name] for name in Statement(step.problem, len(step.batch), detailed=False).equations)


def _decimals(step: Step) -> int:
    """How many decimals the longest number of a step has, ENDLESS for that many or more."""
    values = np.concatenate([values.ravel() for values in _judged(step)])
    for decimals in range(ENDLESS):
        with np.errstate(over="ignore", invalid="ignore"):  # past the largest number, it is as good as endless
            scaled = values * 10.0**decimals
            if (np.abs(scaled - np.round(scaled)) < ALIKE).all():
                return decimals
    return ENDLESS
