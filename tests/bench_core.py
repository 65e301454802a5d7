"""What the engine costs, measured against what it could cost at best: python tests/bench_core.py [--quick]

Times are compared side by side in one run, in short turns, so that a noisy machine disturbs both alike.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

import core
from core.batches import BatchSchedule
from core.sweeps.stack import most_in_stack, train_stacked
from core.timeline import SMALL, Timeline
from samples import exercise_2

MIB = 2**20
QUICK = "--quick" in sys.argv


@dataclass(frozen=True)
class Result:
    what: str
    measured: str
    goal: str
    met: bool

    def __str__(self) -> str:
        return f"{self.what:<96}{self.measured:>24}{self.goal:>16}  {'ok' if self.met else 'MISSED'}"


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def side_by_side(work: Callable[[], object], bare: Callable[[], object], turns: int) -> tuple[float, float, float]:
    """The median time of each, and the ratio: the median over the turns of the ratio within a turn. Who goes first
    alternates.
    """
    pairs = []
    for turn in range(turns):
        if turn % 2:
            second = seconds(bare)
            pairs.append((seconds(work), second))
        else:
            pairs.append((seconds(work), seconds(bare)))
    ratios = [ours / theirs for ours, theirs in pairs]
    return (*map(statistics.median, zip(*pairs, strict=True)), statistics.median(ratios))


class HandWritten:
    """A network of a ReLU layer and a linear one, or a sigmoid for the binary cross-entropy, trained by a loop over
    ready arrays with a line for each operation. Under `history` it also keeps the parameters before each step and its
    loss.
    """

    def __init__(self, problem: core.Problem, longest: int) -> None:
        first, last = problem.network.layers
        self.problem = problem
        parts = (first.weights, first.bias, last.weights, last.bias)
        self.sizes = [0 if part is None else part.size for part in parts]
        parameters = np.concatenate([part.ravel() for part in parts if part is not None])
        buffers = len(problem.update.buffers) * parameters.size
        self.state = np.concatenate([np.zeros(buffers), parameters])
        self.parameters = self.state[buffers:]
        self.states, self.losses = np.zeros((longest, self.state.size)), np.zeros(longest)
        self.epoch, self.steps = 0, 0

    def run(self, steps: int, history: bool) -> None:
        """Take `steps` steps: with mini-batches, from the beginning of an epoch on."""
        problem, loss = self.problem, self.problem.loss
        size = len(problem.inputs) if problem.batch_size is None else problem.batch_size
        passes: dict[int, HandArrays] = {}
        held = 0
        epoch_inputs, epoch_targets = np.array(problem.inputs), np.array(problem.targets)
        order, start, rows = np.arange(len(epoch_inputs)), 0, len(epoch_inputs)
        schedule = BatchSchedule(rows, problem.batch_size, problem.shuffle_seed)
        parameters, states, losses, state = self.parameters, self.states, self.losses, self.state
        count = parameters.size
        update, v, n_mean = problem.update, state[:count], state[count : 2 * count]
        n_mean = v if isinstance(update, core.RMSprop) else n_mean
        square_root = np.sqrt
        if isinstance(update, core.Momentum):
            mu, looks_ahead = np.array(update.momentum), isinstance(update, core.Nesterov)
        elif isinstance(update, core.RMSprop):
            kept, new, epsilon = np.array(update.rho), np.array(1.0 - update.rho), np.array(update.epsilon)
        elif isinstance(update, core.Adam):
            first_kept, first_new = np.array(update.beta_1), np.array(1.0 - update.beta_1)
            kept, new, epsilon = np.array(update.beta_2), np.array(1.0 - update.beta_2), np.array(update.epsilon)
            first_rate, second = np.zeros(()), np.zeros(())
        moving = isinstance(update, core.Momentum)
        scaling, adaptive = isinstance(update, (core.RMSprop, core.Adam)), isinstance(update, core.Adam)
        gradient, change = np.empty(parameters.size), np.empty(parameters.size)
        W_1, b_1, W_2, b_2 = self._views(parameters)
        dW_1, db_1, dW_2, db_2 = self._views(gradient)
        biased, squared = first_bias(problem), isinstance(loss, (core.SquaredError, core.MeanSquaredError))
        crossed, hinged = isinstance(loss, core.SoftmaxCrossEntropy), isinstance(loss, (core.SoftmaxHinge, core.Hinge))
        binary, scored = isinstance(loss, core.BinaryCrossEntropy), isinstance(loss, core.Hinge)
        powered = scored and loss.squared
        factor = (
            1.0 / W_2.shape[1] if isinstance(loss, core.MeanSquaredError) else 0.5 if squared and loss.half else 1.0
        )
        scaled, twice, minus_two = 2 * factor != 1, np.array(2 * factor), np.full((), -2.0)
        two, negative, log_add_exp = np.full((), 2.0), np.negative, np.logaddexp
        mean = problem.reduction == "mean"
        rate, one, zero = np.array(problem.learning_rate), np.ones(()), np.zeros(())
        margin = np.array(getattr(loss, "margin", 0.0))
        multiply, subtract, maximum, sign, add = np.multiply, np.subtract, np.maximum, np.sign, np.add
        largest_of, add_up, exp, log = np.maximum.reduce, np.add.reduce, np.exp, np.log
        divide, copyto = np.divide, np.copyto
        W_2T = W_2.T
        for index in range(steps):
            if problem.batch_size is not None:
                if start == 0:
                    order = schedule.order(self.epoch)
                    np.take(problem.inputs, order, axis=0, out=epoch_inputs, mode="clip")
                    np.take(problem.targets, order, axis=0, out=epoch_targets, mode="clip")
                    self.epoch += 1
                n = min(size, rows - start)
                X, Y = epoch_inputs[start : start + n], epoch_targets[start : start + n]
                start = 0 if start + n == rows else start + n
            else:
                n, X, Y = rows, epoch_inputs, epoch_targets
            if n != held:
                held = n
                if n not in passes:
                    passes[n] = HandArrays.of(n, *problem.network.sizes[1:])
                arrays = passes[n]
                s, z, zT, delta_1, y, delta, flat_delta, p, shifted, parts, terms = arrays[:11]
                wrong, active, slope, row, flat_row, true_logits, classes, ones, share, u, flat_u = arrays[11:]
                if crossed:
                    p = delta
            if history:
                states[index] = state
            X.dot(W_1, s)
            if biased:
                add(s, b_1, s)
            maximum(s, zero, out=z)
            z.dot(W_2, y)
            if biased:
                add(y, b_2, y)
            if squared:
                subtract(y, Y, delta)
                total = factor * float(flat_delta.dot(flat_delta))
                if scaled:
                    multiply(delta, twice, delta)
            elif binary:
                negative(y, p)
                exp(p, p)
                add(p, one, p)
                divide(one, p, p)
                subtract(p, Y, delta)
                multiply(Y, minus_two, u)
                add(u, one, u)
                multiply(u, y, u)
                log_add_exp(zero, u, u)
                total = float(add_up(flat_u))
            elif scored:
                multiply(y, Y, delta)
                delta.dot(classes, flat_row)
                subtract(y, row, terms)
                add(terms, margin, terms)
                subtract(one, Y, wrong)
                multiply(terms, wrong, terms)
                maximum(terms, zero, out=terms)
                if powered:
                    multiply(terms, two, active)
                    multiply(terms, terms, terms)
                else:
                    sign(terms, active)
                terms.dot(classes, flat_row)
                total = float(add_up(flat_row))
                active.dot(classes, flat_row)
                multiply(Y, row, delta)
                subtract(active, delta, delta)
            else:
                largest_of(y, 1, None, flat_row)
                subtract(y, row, shifted)
                exp(shifted, p)
                p.dot(classes, flat_row)
                divide(p, row, p)
                if crossed:
                    subtract(p, Y, delta)
                    multiply(shifted, Y, shifted)
                    shifted.dot(classes, true_logits)
                    log(flat_row, flat_row)
                    subtract(flat_row, true_logits, flat_row)
                    total = float(add_up(flat_row))
                else:
                    multiply(p, Y, parts)
                    parts.dot(classes, flat_row)
                    subtract(p, row, terms)
                    add(terms, margin, terms)
                    subtract(one, Y, wrong)
                    multiply(terms, wrong, terms)
                    if hinged:
                        maximum(terms, zero, out=terms)
                        sign(terms, active)
                    else:
                        copyto(active, wrong)
                    terms.dot(classes, flat_row)
                    total = float(add_up(flat_row))
                    active.dot(classes, flat_row)
                    multiply(Y, row, slope)
                    subtract(active, slope, slope)
                    multiply(p, slope, parts)
                    parts.dot(classes, flat_row)
                    subtract(slope, row, slope)
                    multiply(p, slope, delta)
            if mean:
                total /= n
                multiply(delta, share, delta)
            zT.dot(delta, dW_2)
            if biased:
                ones.dot(delta, db_2)
            delta.dot(W_2T, delta_1)
            sign(z, s)
            multiply(delta_1, s, delta_1)
            X.T.dot(delta_1, dW_1)
            if biased:
                ones.dot(delta_1, db_1)
            if moving:
                multiply(v, mu, v)
                add(v, gradient, v)
                if looks_ahead:
                    multiply(v, mu, change)
                    add(gradient, change, change)
                    multiply(change, rate, change)
                else:
                    multiply(v, rate, change)
            elif scaling:
                if adaptive:
                    self.steps += 1
                    first_rate[()] = problem.learning_rate / (1.0 - update.beta_1**self.steps)
                    second[()] = 1.0 - update.beta_2**self.steps
                    multiply(v, first_kept, v)
                    multiply(gradient, first_new, change)
                    add(v, change, v)
                multiply(n_mean, kept, n_mean)
                multiply(gradient, gradient, change)
                multiply(change, new, change)
                add(n_mean, change, n_mean)
                if adaptive:
                    divide(n_mean, second, change)
                    square_root(change, change)
                    add(change, epsilon, change)
                    divide(v, change, change)
                    multiply(change, first_rate, change)
                else:
                    square_root(n_mean, change)
                    add(change, epsilon, change)
                    divide(gradient, change, change)
                    multiply(change, rate, change)
            else:
                multiply(gradient, rate, change)
            subtract(parameters, change, parameters)
            if history:
                losses[index] = total
        self.loss = total

    def _views(self, flat: np.ndarray) -> list[np.ndarray]:
        d0, d1, d2 = self.problem.network.sizes
        ends = np.cumsum([0, *self.sizes])
        shapes = ((d0, d1), (-1,), (d1, d2), (-1,))
        return [flat[a:b].reshape(shape) for a, b, shape in zip(ends[:-1], ends[1:], shapes, strict=True)]


class HandArrays(NamedTuple):
    """The arrays of a step over n rows, d hidden units and C outputs."""

    s: np.ndarray
    z: np.ndarray
    z_transposed: np.ndarray
    delta_1: np.ndarray
    y: np.ndarray
    delta: np.ndarray
    flat_delta: np.ndarray
    p: np.ndarray
    shifted: np.ndarray
    parts: np.ndarray
    terms: np.ndarray
    wrong: np.ndarray
    active: np.ndarray
    slope: np.ndarray
    row: np.ndarray
    flat_row: np.ndarray
    true_logits: np.ndarray
    classes: np.ndarray
    ones: np.ndarray
    share: np.ndarray
    u: np.ndarray
    flat_u: np.ndarray

    @classmethod
    def of(cls, n: int, d: int, C: int) -> HandArrays:
        z, delta, shifted, terms, row, u = (np.empty((n, size)) for size in (d, C, C, C, 1, C))
        return cls(
            s=np.empty((n, d)),
            z=z,
            z_transposed=z.T,
            delta_1=np.empty((n, d)),
            y=np.empty((n, C)),
            delta=delta,
            flat_delta=delta.reshape(-1),
            p=np.empty((n, C)),
            shifted=shifted,
            parts=np.empty((n, C)),
            terms=terms,
            wrong=np.empty((n, C)),
            active=np.empty((n, C)),
            slope=np.empty((n, C)),
            row=row,
            flat_row=row.reshape(-1),
            true_logits=np.empty(n),
            classes=np.ones(C),
            ones=np.ones(n),
            share=np.array(1.0 / n),
            u=u,
            flat_u=u.reshape(-1),
        )


def first_bias(problem: core.Problem) -> bool:
    return problem.network.layers[0].bias is not None


def small_problem(loss: core.Loss, batch_size: int | None, sizes: tuple[int, int, int], rows: int) -> core.Problem:
    """A ReLU layer and a linear one, or what the loss asks for, with biases, on random data: classes."""
    rng = np.random.default_rng(0)
    layers = [
        core.Layer(rng.normal(size=(below, units)) / np.sqrt(below), np.zeros(units), activation)
        for (below, units), activation in zip(pairwise(sizes), ("relu", loss.output_activation), strict=True)
    ]
    return core.Problem(
        name="-".join(map(str, sizes)),
        inputs=rng.normal(size=(rows, sizes[0])),
        targets=np.eye(sizes[-1])[rng.integers(sizes[-1], size=rows)],
        network=core.Network(layers),
        loss=loss,
        learning_rate=0.01,
        batch_size=batch_size,
        reduction="mean",
    )


def small_steps() -> Iterator[Result]:
    """A step with its history by `advance`, and by the hand-written loop that keeps history, too."""
    turns = 20 if QUICK else 100
    yield advance_beside_hand("Exercise 2", exercise_2(), 2000, 2 * turns)
    for loss in (*(kind() for kind in core.LOSSES.values()), core.SquaredError(half=False), core.Hinge(squared=True)):
        for batch_size in (None, 10):
            problem = small_problem(loss, batch_size, (2, 8, 3), 60)
            rows = "60 rows" if batch_size is None else "10 of 60"
            yield advance_beside_hand(f"2-8-3, {rows}, {loss.full_title}", problem, 600, turns)
    for kind in core.UPDATES.values():
        if kind is not core.SGD:
            problem = replace(
                small_problem(core.SquaredError(), None, (2, 8, 3), 60), update=kind(), learning_rate=1e-3
            )
            yield advance_beside_hand(f"2-8-3, 60 rows, {problem.update.title}", problem, 600, turns)
    problem = small_problem(core.SoftmaxCrossEntropy(), 32, (64, 32, 10), 640)
    yield advance_beside_hand("64-32-10, 32 of 640, softmax cross-entropy", problem, 200, turns)


def advance_beside_hand(what: str, problem: core.Problem, steps: int, turns: int) -> Result:
    """`steps` is a whole number of epochs."""
    timeline, hand = core.Timeline(problem), HandWritten(problem, steps)
    timeline.advance(steps)
    hand.run(steps, history=True)
    ours, theirs, ratio = side_by_side(lambda: timeline.advance(steps), lambda: hand.run(steps, True), turns)
    last = timeline[len(timeline) - 1]
    ended = np.concatenate(
        [a.ravel() for pair in zip(last.next_weights, last.next_biases, strict=True) for a in pair if a is not None]
    )
    assert ended.tobytes() == hand.parameters.tobytes(), "the two ways end at different bits"
    assert last.loss == hand.loss, "the two ways end at different losses"
    bare = statistics.median(seconds(lambda: hand.run(steps, False)) for _ in range(turns // 4))
    return Result(
        f"{what}: a step / by hand ({1e6 * theirs / steps:.2f} us; without history {1e6 * bare / steps:.2f})",
        f"{1e6 * ours / steps:.2f} us = {ratio:.3f} x",
        "1.15 x",
        ratio <= 1.15,
    )


def large_problem() -> core.Problem:
    rng = np.random.default_rng(0)
    sizes = (784, 300, 100, 10)
    layers = [
        core.Layer(
            rng.normal(size=(below, units)) * np.sqrt(2 / below),
            np.zeros(units),
            "identity" if units == 10 else "relu",
        )
        for below, units in pairwise(sizes)
    ]
    return core.Problem(
        name="784-300-100-10",
        inputs=rng.random((2000, 784)),
        targets=np.eye(10)[rng.integers(10, size=2000)],
        network=core.Network(layers),
        loss=core.SoftmaxCrossEntropy(),
        learning_rate=0.01,
        batch_size=64,
        reduction="mean",
    )


def matrix_products(problem: core.Problem, rows: int) -> list[Callable[[], object]]:
    """The products of a step, forward and backward, over ready arrays."""
    rng = np.random.default_rng(1)
    sizes = problem.network.sizes
    weights = [np.array(layer.weights) for layer in problem.network.layers]
    z = [rng.random((rows, size)) for size in sizes]
    deltas = [rng.random((rows, size)) for size in sizes]
    gradients = [np.empty_like(W) for W in weights]
    s = [np.empty((rows, size)) for size in sizes]
    products: list[Callable[[], object]] = []
    for k, W in enumerate(weights):
        products.append(lambda k=k, W=W: z[k].dot(W, s[k + 1]))
        products.append(lambda k=k: z[k].T.dot(deltas[k + 1], gradients[k]))
        if k > 0:
            products.append(lambda k=k, W=W: deltas[k + 1].dot(W.T, s[k]))
    return products


def large_step() -> Iterator[Result]:
    steps, turns = 31, 5 if QUICK else 20  # 31 full batches and one smaller make an epoch of 32
    problem = large_problem()
    timeline, products = core.Timeline(problem), matrix_products(problem, 64)

    def bare() -> None:
        for _ in range(steps):
            for product in products:
                product()

    timeline.advance(32)
    ours, theirs, ratio = side_by_side(lambda: timeline.advance(steps), bare, turns)
    yield Result(
        f"784-300-100-10, a step / its bare matrix products ({1e3 * theirs / steps:.2f} ms)",
        f"{1e3 * ours / steps:.2f} ms = {ratio:.3f} x",
        "1.5 x",
        ratio <= 1.5,
    )


def resident() -> int:
    """The memory that this process has now, in bytes; where the system does not tell, the most that it ever had."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


@dataclass(frozen=True)
class History:
    """What keeping a run cost: bytes of checkpoints and of losses, by how many bytes the process grew, and the seconds
    that steps back took, one after the other from the end and from where random jumps led.
    """

    checkpoints: int
    losses: int
    growth: int
    from_the_end: list[float]
    after_jumps: list[float]


def history(make: Callable[[], core.Problem], steps: int, budget: int, back: int, jumps: int) -> History:
    problem = make()
    warm = core.Timeline(problem, budget=0)
    warm.advance(8)
    warm[3]
    del warm
    before = resident()
    timeline = core.Timeline(problem, budget)
    timeline.advance(steps)

    def see(index: int) -> float:
        return seconds(lambda: timeline[index])

    from_the_end = [see(index) for index in range(steps - 1, steps - 1 - back, -1)]
    after_jumps = []
    for index in np.random.default_rng(0).integers(1, steps, size=jumps).tolist():
        see(index)
        after_jumps.append(see(index - 1))
    kept = [timeline._checkpoints, timeline._window]
    return History(
        checkpoints=sum(checkpoints.used * checkpoints.rows[0].nbytes for checkpoints in kept),
        losses=timeline.losses.nbytes,
        growth=resident() - before,
        from_the_end=from_the_end,
        after_jumps=after_jumps,
    )


def histories() -> Iterator[Result]:
    small, large = 200_000 if QUICK else 1_000_000, 600 if QUICK else 2_000
    for name, make, steps, budget, back, jumps, typical, worst in (
        ("Exercise 2", exercise_2, small, 256 * MIB, 2000, 1000, 5.0, 5.0),
        ("Exercise 2", exercise_2, small, MIB, 2000, 1000, 5.0, 5.0),
        ("784-300-100-10", large_problem, large, 256 * MIB, 300, 20, 20.0, 250.0),
    ):
        what = f"{name}, {steps:,} steps, {budget // MIB} MiB"
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            found = pool.submit(history, make, steps, budget, back, jumps).result()
        yield Result(
            f"{what}: checkpoints; losses; growth of the process",
            f"{found.checkpoints / MIB:.1f}; {found.losses / MIB:.1f}; {found.growth / MIB:.0f} MiB",
            f"{budget // MIB}; -; - MiB",
            found.checkpoints <= budget,
        )
        for way, times in (("from the end", found.from_the_end), ("after a jump", found.after_jumps)):
            yield limit(f"{what}: a step back {way}, typical", statistics.median(times), typical)
            yield limit(f"{what}: a step back {way}, slowest", max(times), worst)


def searches() -> Iterator[Result]:
    """Steps of Exercise 2 in which a watch never holds, looked through forward and back, beside computing them."""
    for text, goal in (
        ("loss < -1", 1.5),
        ("W_1[1,3] changes sign and loss < -1", 2.5),
        ("all(z_1[:,2] == -1)", 2.5),
        ("norm(W_1_next - W_1)/norm(W_1) > 1e9", 2.5),
        ("accuracy == 2", 2.5),
        ("max(abs(dz_1)) > 1e9", 2.5),
    ):
        yield from searches_of(text, goal, *((20_000, 3) if QUICK else (100_000, 5)))


def searches_of(text: str, goal: float, steps: int, turns: int) -> Iterator[Result]:
    problem = exercise_2()
    watch, known = core.read_watch(text, problem), core.Timeline(problem)
    known.advance(steps)

    def look(timeline: core.Timeline, back: bool = False) -> None:
        found = core.Search(timeline, [watch], steps if back else -1, steps - 1, back)
        found.finish()
        assert found.found is None

    for way, search in (
        ("forward, computing", lambda: look(core.Timeline(problem))),
        ("forward", lambda: look(known)),
        ("back", lambda: look(known, back=True)),
    ):
        ours, theirs, ratio = side_by_side(search, lambda: core.Timeline(problem).advance(steps), turns)
        yield Result(
            f"{steps:,} steps: {text}, {way} / advance ({theirs:.2f} s)",
            f"{ours:.2f} s = {ratio:.2f} x",
            f"{goal} x",
            ratio <= goal,
        )


def stacks() -> Iterator[Result]:
    """Runs of Exercise 2 with other learning rates in stacks, beside one after the other and, where there is JAX,
    beside its own stack: a scan over the steps, mapped over the learning rates and compiled before.
    """
    runs, steps, turns = (250, 2_000, 3) if QUICK else (1_000, 10_000, 5)
    problems = [exercise_2(learning_rate=float(rate)) for rate in np.geomspace(0.01, 10, runs)]
    few = problems[:: runs // 25]
    most = most_in_stack(problems[0], steps)

    def stacked() -> None:
        for start in range(0, runs, most):
            train_stacked(problems[start : start + most], steps)

    def one_by_one() -> None:
        for problem in few:
            with suppress(core.DivergedError):
                Timeline(problem, SMALL).advance(steps)

    ours, theirs, ratio = side_by_side(stacked, one_by_one, turns)
    share = len(few) / runs
    what = f"{runs:,} runs of {steps:,} steps of Exercise 2 in stacks"
    yield Result(
        f"{what} / one after the other ({theirs / share:.0f} s, by {len(few)} of them)",
        f"{ours:.2f} s = 1/{1 / (ratio * share):.1f}",
        "1/10",
        ratio * share <= 0.1,
    )
    if find_spec("jax") is not None:
        ours, theirs, ratio = side_by_side(stacked, mapped_scan(problems, steps), turns)
        yield Result(f"{what} / JAX's scan ({theirs:.2f} s)", f"{ours:.2f} s = {ratio:.2f} x", "-", True)


def mapped_scan(problems: list[core.Problem], steps: int) -> Callable[[], object]:
    """The same runs as JAX computes them best: with float64, but without stopping those that diverge."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    inputs, targets = jnp.array(problems[0].inputs), jnp.array(problems[0].targets)
    start = [jnp.array(layer.weights) for layer in problems[0].network.layers]

    def loss_of(weights: list[jax.Array]) -> jax.Array:
        residuals = jnp.maximum(inputs @ weights[0], 0.0) @ weights[1] - targets
        return 0.5 * (residuals * residuals).sum()

    def train(rate: jax.Array) -> object:
        def step(weights: list[jax.Array], _: None) -> tuple[list[jax.Array], jax.Array]:
            loss, gradients = jax.value_and_grad(loss_of)(weights)
            return [W - rate * dW for W, dW in zip(weights, gradients, strict=True)], loss

        return jax.lax.scan(step, start, None, length=steps)

    rates, compiled = jnp.array([problem.learning_rate for problem in problems]), jax.jit(jax.vmap(train))
    jax.block_until_ready(compiled(rates))
    return lambda: jax.block_until_ready(compiled(rates))


def limit(what: str, found: float, goal: float) -> Result:
    """`found` in seconds, `goal` in milliseconds."""
    return Result(what, f"{1e3 * found:.2f} ms", f"{goal:g} ms", 1e3 * found <= goal)


def imports() -> Iterator[Result]:
    with TemporaryDirectory() as cache:
        # As on every start but the first: the byte code of both lies ready, whatever this process is told.
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = cache

        def fresh(module: str) -> None:
            subprocess.run([sys.executable, "-c", f"import {module}"], check=True, env=environment)

        fresh("core")
        ours, theirs, ratio = side_by_side(lambda: fresh("core"), lambda: fresh("numpy"), 5 if QUICK else 31)
    yield Result(
        f"a fresh Python that imports core / numpy ({1e3 * theirs:.0f} ms)",
        f"{1e3 * ours:.0f} ms = {ratio:.3f} x",
        "1.2 x",
        ratio <= 1.2,
    )


def csv_file() -> Iterator[Result]:
    rows, columns = 100_000, 20
    with TemporaryDirectory() as folder:
        path = Path(folder, "numbers.csv")
        header = ",".join(f"x{j}" for j in range(columns))
        np.savetxt(
            path, np.random.default_rng(0).normal(size=(rows, columns)), delimiter=",", header=header, comments=""
        )
        ours, theirs, ratio = side_by_side(
            lambda: core.load_problem(path), lambda: np.loadtxt(path, delimiter=",", skiprows=1), 5 if QUICK else 15
        )
    yield Result(
        f"a CSV of {rows:,} x {columns} numbers as a problem / numpy.loadtxt ({1e3 * theirs:.0f} ms)",
        f"{1e3 * ours:.0f} ms = {ratio:.3f} x",
        "1.5 x",
        ratio <= 1.5,
    )


def main() -> None:
    print(f"{'what':<96}{'measured':>24}{'goal':>16}")
    for part in (small_steps, large_step, stacks, histories, searches, csv_file, imports):
        for result in part():
            print(result, flush=True)


if __name__ == "__main__":
    main()
