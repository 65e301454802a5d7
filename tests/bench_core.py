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
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import core
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
        return f"{self.what:<72}{self.measured:>24}{self.goal:>16}  {'ok' if self.met else 'MISSED'}"


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
    """Exercise 2 over ready arrays, one line for each operation, and no history."""

    def __init__(self, problem: core.Problem) -> None:
        first, last = problem.network.layers
        self.X, self.Y = np.array(problem.inputs), np.array(problem.targets)
        self.parameters = np.concatenate([first.weights.ravel(), last.weights.ravel()])
        self.rate = np.array(problem.learning_rate)
        self.loss = np.nan

    def run(self, steps: int) -> None:
        n = len(self.X)
        X, Y, rate, parameters = self.X, self.Y, self.rate, self.parameters
        gradient, change = np.empty(9), np.empty(9)
        W_1, W_out = parameters[:6].reshape(2, 3), parameters[6:].reshape(3, 1)
        dW_1, dW_out = gradient[:6].reshape(2, 3), gradient[6:].reshape(3, 1)
        s, z, slope, delta_1 = (np.empty((n, 3)) for _ in range(4))
        y, delta = np.empty((n, 1)), np.empty((n, 1))
        residuals, zero, XT, zT, W_outT = delta.reshape(-1), np.zeros(()), X.T, z.T, W_out.T
        multiply, subtract, maximum, sign = np.multiply, np.subtract, np.maximum, np.sign
        forward_1, forward_out, square = X.dot, z.dot, residuals.dot
        back_out, back_delta, back_1 = zT.dot, delta.dot, XT.dot
        loss = np.nan
        for _ in range(steps):
            forward_1(W_1, s)
            maximum(s, zero, out=z)
            forward_out(W_out, y)
            subtract(y, Y, delta)
            loss = 0.5 * float(square(residuals))
            back_out(delta, dW_out)
            back_delta(W_outT, delta_1)
            sign(z, slope)
            multiply(delta_1, slope, delta_1)
            back_1(delta_1, dW_1)
            multiply(gradient, rate, change)
            subtract(parameters, change, parameters)
        self.loss = loss


def small_step() -> Iterator[Result]:
    steps, turns = 2000, 40 if QUICK else 200
    timeline, hand = core.Timeline(exercise_2()), HandWritten(exercise_2())
    timeline.advance(steps)
    hand.run(steps)
    ours, theirs, ratio = side_by_side(lambda: timeline.advance(steps), lambda: hand.run(steps), turns)
    last = timeline[len(timeline) - 1]
    ended = np.concatenate([W.ravel() for W in last.next_weights])
    assert ended.tobytes() == hand.parameters.tobytes(), "the two ways end at different bits"
    assert last.loss == hand.loss, "the two ways end at different losses"
    yield Result(
        f"Exercise 2, a step with its history / by hand without ({1e6 * theirs / steps:.2f} us)",
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


def main() -> None:
    print(f"{'what':<72}{'measured':>24}{'goal':>16}")
    for part in (small_step, large_step, histories, imports):
        for result in part():
            print(result, flush=True)


if __name__ == "__main__":
    main()
