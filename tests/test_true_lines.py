"""No line of numbers that is printed anywhere is false: each is read and worked out by a reader of its own, for random
problems with every loss, activation, update and penalty. More of them, by hand: SGDB_LINES=20.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest

import core
from core.origins import scope_of
from core.solving import solve
from line_reader import (
    MOST_FIGURES,
    NUMBERS,
    as_shown,
    assert_near,
    assert_text_true,
    assert_true,
    assert_words_true,
    figures,
    lines_of,
)
from samples import ACTIVATIONS, LOSSES, PENALTIES, SCHEDULES, UPDATES, random_problem

TIMES = int(os.environ.get("SGDB_LINES", "1"))
SLOPES = (0.2, 1 / 3, 0.1 + 0.2)


def leaking(network: core.Network, rng: np.random.Generator) -> core.Network:
    """The same with slopes of leaky ReLUs that have few digits, and with such that have many."""
    make = core.ACTIVATIONS["leaky_relu"].make
    assert make is not None
    layers = [
        replace(layer, activation=make(slope=float(rng.choice(SLOPES)))) if layer.activation == "leaky_relu" else layer
        for layer in network.layers
    ]
    return core.Network(layers)


def trained(which: int) -> dict[str, Any]:
    """How a problem is trained, plainly for 0: every update with every penalty and schedule."""
    kinds = {"update": UPDATES, "penalty": PENALTIES, "schedule": SCHEDULES}
    return {name: kind[which % len(kind)] for name, kind in kinds.items()}


def steps() -> Iterator[tuple[core.Step, int]]:
    """Steps 0 to 3 of random problems, and how many digits are asked for; every loss with every activation."""
    seed = 0
    while True:
        rng = np.random.default_rng(seed)
        widest = 14 if seed % 8 == 5 else 4  # of some sums only the largest terms are shown
        sizes = tuple(int(size) for size in rng.integers(1, widest, size=rng.integers(2, 4)))
        problem = random_problem(
            seed,
            sizes,
            rows=int(rng.integers(1, 5)),
            loss=LOSSES[seed % len(LOSSES)],
            activation=(*ACTIVATIONS, ACTIVATIONS)[seed // len(LOSSES) % (len(ACTIVATIONS) + 1)],
            freeze=seed % 3 == 0,
            learning_rate=float(rng.choice([0.1, 0.25, 1 / 3])),
            batch_size=2 if rng.integers(2) else None,
            reduction=str(rng.choice(["sum", "mean"])),
            **trained(seed // 2 if seed % 2 else 0),
        )
        problem = replace(problem, network=leaking(problem.network, rng))
        yield core.Timeline(problem)[int(rng.integers(4))], int(rng.integers(3, 9))
        seed += 1


def cells_of(values: Any) -> Iterator[tuple[int, ...]]:
    return (tuple(i + 1 for i in place) for place in np.ndindex(np.shape(values)))


def some_steps(count: int) -> Iterator[tuple[core.Step, int]]:
    return islice(steps(), count * TIMES)


def test_explanations() -> None:
    read = 0
    for number, (step, digits) in enumerate(some_steps(40)):
        detailed = number % 5 > 0
        for name, values in scope_of(step, detailed).values.items():
            for cell in cells_of(values):
                explanation = core.explain(step, name, cell, detailed=detailed)
                first, *more = explanation.lines(int(digits % 3 + 1), digits)
                if more[0].startswith("given: "):
                    assert figures(first.removeprefix(f"{explanation.symbol} = ")) <= digits
                    assert explanation.symbols() == explanation.symbol
                    continue
                if len(more) == 1:
                    assert_words_true(more[0], float(explanation.value))
                    continue
                numbers, result, *_ = more
                read += assert_text_true(numbers, result, digits)
    assert read > 1000 * TIMES


def test_solutions() -> None:
    read = 0
    for step, digits in some_steps(50):
        for parts, result, exact in lines_of(step, digits):
            read += assert_true(parts, result, exact, digits)
            if not exact:
                assert_near(parts, result, digits)
            assert all(figures(cell) <= digits for row in result for cell in row)
            for part in parts:
                found = NUMBERS.findall(part) if isinstance(part, str) else [c for row in part.cells for c in row]
                assert all(figures(number) <= MOST_FIGURES for number in found), part
    assert read > 1000 * TIMES


def test_matrices() -> None:
    for step, digits in some_steps(20):
        for section in solve([step], digits).steps[0].sections:
            for entry in section.entries:
                values = np.atleast_2d(step.values[entry.name])
                shown = entry.result.cells
                found = values.T if entry.name == "sample_losses" else values
                for row, cells in zip(as_shown(found, shown), shown, strict=True):
                    for value, cell in zip(row, cells, strict=True):
                        if cell == "—":
                            assert (entry.name, value) == ("term", 0)
                            continue
                        assert figures(cell) <= digits
                        assert float(cell) == pytest.approx(value, rel=10.0 ** (1 - digits), abs=1e-12)


def test_hints() -> None:
    read = 0
    for step, _ in some_steps(24):
        if sum(step.problem.network.sizes) > 12:
            continue  # too large to practise by hand
        work = core.Exercise(step.problem, seed=step.index)
        for quantity in work.questions:
            for cell in cells_of(quantity.values):
                _, _, numbers, result = work.lines(quantity.name, cell, 3)
                read += assert_text_true(numbers, result, 6)
    assert read > 1000 * TIMES


def test_what_the_checker_says_in_place_of_a_wrong_number() -> None:
    read = 0
    for step, _ in some_steps(16):
        rng = np.random.default_rng(step.index)
        wrong = {q.name: (q.values + 1.234 + rng.random(q.values.shape)).tolist() for q in core.quantities(step)}
        for slip in core.check_answers(wrong, step).slips:
            if len(slip.arithmetic) > 2:
                _, numbers, result, *_ = slip.arithmetic
                read += assert_text_true(numbers, result, 6)
    assert read > 100 * TIMES
